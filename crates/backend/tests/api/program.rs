//! The program itself: its commands, on a port of its own choosing.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use crate::support::{Backend, Database, Engine, key, order_for};

fn program(backend: &Backend) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shoptag-backend"));
    command
        .env("SHOPTAG_LOG", "info")
        .current_dir(backend.folder());
    command
}

/// A running server, stopped when it goes out of scope.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(backend: &Backend, more: &[&str]) -> Self {
        let mut child = program(backend)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(backend.database.arguments())
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let address = line
            .trim()
            .strip_prefix("listening on http://")
            .unwrap()
            .to_owned();
        Self { child, address }
    }

    fn get(&self, path: &str, headers: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Asks it to stop as a service manager would; its exit code and what it logged.
    fn stop(mut self) -> (Option<i32>, String) {
        let id = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &id])
                .status()
                .unwrap()
                .success()
        );
        let mut log = String::new();
        self.child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut log)
            .unwrap();
        (self.child.wait().unwrap().code(), log)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn it_serves_files_with_ranges_types_and_a_policy_and_stops_when_told() {
    let backend = Backend::new().await;
    let folder = backend.folder().join("www");
    std::fs::create_dir(&folder).unwrap();
    for name in ["index.html", "a.wasm", "a.js", "a.webm", "a.mp4", "a.vtt"] {
        std::fs::write(folder.join(name), "0123456789").unwrap();
    }
    let server = Server::start(&backend, &["--static", folder.to_str().unwrap()]);
    for (path, media_type) in [
        ("/", "text/html"),
        ("/a.wasm", "application/wasm"),
        ("/a.js", "text/javascript"),
        ("/a.webm", "video/webm"),
        ("/a.mp4", "video/mp4"),
        ("/a.vtt", "text/vtt"),
    ] {
        let answer = server.get(path, "");
        assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
        assert!(
            answer.contains(&format!("content-type: {media_type}")),
            "{path}: {answer}"
        );
        assert!(answer.contains("cache-control: no-cache"), "{path}");
        assert!(
            answer.contains("require-trusted-types-for 'script'"),
            "{path}"
        );
    }
    let range = server.get("/a.mp4", "Range: bytes=2-4\r\n");
    assert!(
        range.starts_with("HTTP/1.1 206") && range.ends_with("\r\n\r\n234"),
        "{range}"
    );
    assert!(server.get("/nope", "").starts_with("HTTP/1.1 404"));
    assert!(
        server
            .get("/../shoptag.sqlite", "")
            .starts_with("HTTP/1.1 404")
    );
    assert!(
        server.get("/demo/events", "").starts_with("HTTP/1.1 404"),
        "not without --demo"
    );
    let (code, log) = server.stop();
    assert_eq!(code, Some(0), "{log}");
}

#[tokio::test]
async fn its_log_has_route_and_status_but_no_secret() {
    let backend = Backend::new().await;
    let order = order_for(&backend.ready_quote("mug", 1).await);
    let placed = backend.order(&key(), &order).await.json();
    let server = Server::start(&backend, &[]);
    let page = placed["status_url"].as_str().unwrap();
    assert!(
        server
            .get(page, "Cookie: private=1\r\n")
            .starts_with("HTTP/1.1 200")
    );
    let (_, log) = server.stop();
    assert!(log.contains("\"http.route\":\"/orders/{secret}\""), "{log}");
    let secret = page.rsplit('/').next().unwrap();
    for private in [
        secret,
        "private=1",
        "jo@example.com",
        "Jo Example",
        "127.0.0.1",
    ] {
        assert!(!log.contains(private), "{private}");
    }
}

#[tokio::test]
async fn a_brand_ships_by_command() {
    let backend = Backend::new().await;
    let order = order_for(&backend.ready_quote("mug", 1).await);
    let placed = backend.order(&key(), &order).await.json();
    let number = placed["number"].as_str().unwrap();
    let ship = |step: &str| {
        let args = [
            "order", step, number, "--brand", "norrby", "--tenant", "demo",
        ];
        program(&backend)
            .args(args)
            .args(backend.database.arguments())
            .output()
            .unwrap()
            .status
            .success()
    };
    assert!(!ship("deliver"), "not before it was shipped");
    assert!(ship("ship") && ship("ship") && ship("deliver"));
    let read = backend
        .get(&format!("/v1{}", placed["status_url"].as_str().unwrap()))
        .await
        .json();
    assert_eq!(read["shipments"][0]["status"], "delivered");
}

#[tokio::test]
async fn a_backup_is_a_sound_copy() {
    let backend = Backend::on(Engine::Sqlite).await;
    let order = order_for(&backend.ready_quote("mug", 1).await);
    backend.order(&key(), &order).await;
    let copy = backend.folder().join("copy.sqlite");
    let backup = || {
        let mut command = program(&backend);
        command
            .arg("backup")
            .args(backend.database.arguments())
            .arg(&copy);
        command.output().unwrap().status.success()
    };
    assert!(backup() && !backup(), "an existing copy is not overwritten");
    let copied = rusqlite::Connection::open(&copy).unwrap();
    let count: i64 = copied
        .query_row("SELECT count(*) FROM orders", [], |row| row.get(0))
        .unwrap();
    assert_eq!(count, 1);
}

/// `restore` of `copy`; whether it ended well, and what it said.
fn restore(backend: &Backend, copy: &std::path::Path) -> (bool, String) {
    let mut command = program(backend);
    let command = command.arg("restore").args(backend.database.arguments());
    let output = command.arg(copy).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

#[tokio::test]
async fn a_restore_replaces_nothing_before_the_copy_is_sound() {
    let mut backend = Backend::on(Engine::Sqlite).await;
    let order = order_for(&backend.ready_quote("mug", 1).await);
    backend.order(&key(), &order).await;
    let Database::File(database) = backend.database.clone() else {
        panic!("not a file");
    };
    let copy = |name: &str| {
        let copy = backend.folder().join(name);
        shoptag_backend::store::sqlite::SqliteStore::backup(&database, &copy).unwrap();
        copy
    };
    let (good, torn, cooked) = (copy("good"), copy("torn"), copy("cooked"));
    // A page in the middle is overwritten; in another copy the books are.
    let mut bytes = std::fs::read(&torn).unwrap();
    let middle = bytes.len() / 2 / 4_096 * 4_096;
    bytes[middle..middle + 4_096].fill(0xa5);
    std::fs::write(&torn, bytes).unwrap();
    let books = rusqlite::Connection::open(&cooked).unwrap();
    let cook = r#"INSERT INTO ledger_balances VALUES ('demo', 'EUR', '"bank"', 5)"#;
    books.execute_batch(cook).unwrap();
    drop(books);
    let second = order_for(&backend.ready_quote("mug", 1).await);
    backend.order(&key(), &second).await;

    let (ended_well, said) = restore(&backend, &good);
    assert!(!ended_well && said.contains("in use"), "{said}");
    // The backend stops.
    let other = backend.folder().join("other.sqlite");
    let idle = Database::File(other).open();
    backend.store = idle.clone();
    backend.state.store = idle;
    for bad in [&torn, &cooked] {
        let (ended_well, said) = restore(&backend, bad);
        assert!(!ended_well, "{said}");
        assert_eq!(backend.count("SELECT count(*) FROM orders"), 2, "untouched");
    }
    let (ended_well, said) = restore(&backend, &good);
    assert!(ended_well, "{said}");
    assert_eq!(backend.count("SELECT count(*) FROM orders"), 1);
    let before = Database::File(backend.folder().join("shoptag.sqlite.before-restore"));
    assert_eq!(before.number("SELECT count(*) FROM orders"), 2);
    assert!(!backend.folder().join("shoptag.sqlite.restoring").exists());
    backend.database.open().ready().await.unwrap();
}

#[tokio::test]
async fn an_import_ends_well_with_rejects_and_badly_when_nothing_can_be_read() {
    let backend = Backend::new().await;
    let feed = backend.folder().join("feed.tsv");
    let import = |text: &str| {
        std::fs::write(&feed, text).unwrap();
        let mut command = program(&backend);
        command.arg("import").arg(&feed).args(["--tenant", "demo"]);
        let output = command.args(backend.database.arguments()).output().unwrap();
        (
            output.status.success(),
            String::from_utf8(output.stdout).unwrap(),
        )
    };
    let (ended_well, report) = import(
        "id\ttitle\tprice\tavailability\tbrand\tlink\timage_link\n\
         x\tX\t-1 EUR\tin_stock\tHalden\thttps://h.example/\thttps://h.example/x.jpg\n",
    );
    assert!(ended_well, "{report}");
    assert!(
        report.contains("feed.tsv:2: price-negative (x)"),
        "{report}"
    );
    assert!(!import("\u{0}\u{1}").0);
}
