//! The map is true: what ARCHITECTURE.md and CONTRIBUTING.md promise about the tree, checked on the
//! tree.
//!
//! Each fault is printed as `file:line: what is wrong; what to do`. A rule is a pure function from
//! a file's path and text to its faults, and has a table of its own that shows what it catches.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Longest file without its tests, in lines (CONTRIBUTING.md, Files).
const LINES_MAX: usize = 400;
/// Widest line, in columns, and longest function, in lines (the same section).
const COLUMNS_MAX: usize = 100;
const FUNCTION_LINES_MAX: usize = 70;

/// Which of our crates each of our crates may use. An arrow that is not here is a decision: add it
/// here and say in ARCHITECTURE.md why.
const ARROWS: [(&str, &[&str]); 14] = [
    ("shoptag-json", &[]),
    ("shoptag-commerce", &["shoptag-json"]),
    ("shoptag-tag-track", &["shoptag-json", "shoptag-commerce"]),
    ("shoptag-attribution", &["shoptag-json", "shoptag-commerce"]),
    ("shoptag-outbox", &["shoptag-json", "shoptag-commerce"]),
    ("shoptag-ledger", &["shoptag-commerce"]),
    ("shoptag-product-feed", &["shoptag-commerce"]),
    (
        "shoptag-protocol",
        &["shoptag-json", "shoptag-commerce", "shoptag-tag-track"],
    ),
    (
        "shoptag",
        &[
            "shoptag-json",
            "shoptag-commerce",
            "shoptag-tag-track",
            "shoptag-attribution",
            "shoptag-outbox",
            "shoptag-protocol",
        ],
    ),
    (
        "shoptag-backend",
        &[
            "shoptag-commerce",
            "shoptag-tag-track",
            "shoptag-attribution",
            "shoptag-ledger",
            "shoptag-product-feed",
            "shoptag-protocol",
        ],
    ),
    (
        "shoptag-studio",
        &["shoptag-commerce", "shoptag-tag-track", "shoptag-protocol"],
    ),
    ("shoptag-load", &[]),
    ("xtask", &[]),
    ("wasm_tools", &[]),
];

/// What a Yew component may name of web-sys: the elements that an event's target or a node
/// reference is read as. Names that end in `Event` may be named too. Everything that does something
/// is in `src/browser`.
const WEB_SYS_TYPES: [&str; 6] = [
    "Element",
    "HtmlElement",
    "HtmlFormElement",
    "HtmlInputElement",
    "HtmlSelectElement",
    "HtmlTextAreaElement",
];

/// Something that breaks a rule.
struct Fault {
    path: String,
    line: usize,
    what: String,
    fix: &'static str,
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}:{}: {}; {}",
            self.path, self.line, self.what, self.fix
        )
    }
}

type Rule = fn(&str, &str) -> Vec<Fault>;

// ---- The tests.

#[test]
fn crates_depend_on_each_other_only_along_the_arrows() {
    let metadata = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--no-deps",
            "--offline",
        ])
        .current_dir(root())
        .output()
        .expect("cargo starts");
    assert!(
        metadata.status.success(),
        "{}",
        String::from_utf8_lossy(&metadata.stderr)
    );
    let metadata: serde_json::Value =
        serde_json::from_slice(&metadata.stdout).expect("cargo metadata is JSON");
    report(arrow_faults(&metadata));
}

#[test]
fn the_browser_is_touched_only_in_src_browser() {
    check_tree(&["rs"], browser_faults);
}

#[test]
fn sql_is_written_only_in_the_stores() {
    check_tree(&["rs", "sql"], sql_faults);
}

#[test]
fn every_rust_file_says_what_it_is_for() {
    check_tree(&["rs"], header_faults);
}

#[test]
fn no_file_is_longer_than_the_limit_without_its_tests() {
    check_tree(&["rs"], length_faults);
}

#[test]
fn no_line_is_wider_than_the_limit() {
    check_tree(&["rs", "css", "js"], column_faults);
}

#[test]
fn no_function_is_longer_than_the_limit() {
    check_tree(&["rs"], function_faults);
}

#[test]
fn nothing_writes_markup_as_text() {
    check_tree(&["rs", "js", "html"], markup_faults);
}

#[test]
fn nothing_is_left_to_do_and_no_test_is_skipped() {
    check_tree(
        &["rs", "js", "css", "html", "toml", "sql", "py"],
        leftover_faults,
    );
}

#[test]
fn every_path_on_the_map_exists() {
    let path = "ARCHITECTURE.md";
    report(map_faults(path, &read(path), |named| {
        root().join(named).exists()
    }));
}

#[test]
fn every_crate_and_every_folder_of_the_widget_is_on_the_map() {
    let map = read("ARCHITECTURE.md");
    let mut faults = Vec::new();
    for parent in ["crates", "src"] {
        for entry in fs::read_dir(root().join(parent)).expect("the folder is there") {
            let entry = entry.expect("the folder can be read");
            let named = format!("{parent}/{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() && !map.contains(&format!("`{named}`")) {
                faults.push(Fault {
                    path: named,
                    line: 1,
                    what: "the folder is not on the map".to_owned(),
                    fix: "give it a paragraph and a \"never\" in ARCHITECTURE.md",
                });
            }
        }
    }
    report(faults);
}

// ---- The rules.

fn arrow_faults(metadata: &serde_json::Value) -> Vec<Fault> {
    let packages = metadata["packages"]
        .as_array()
        .expect("cargo lists packages");
    let allowed: BTreeMap<&str, &[&str]> = ARROWS.into_iter().collect();
    let mut faults = Vec::new();
    for package in packages {
        let name = package["name"].as_str().expect("a package has a name");
        let fault = |what: String, fix| Fault {
            path: package["manifest_path"].as_str().unwrap_or(name).to_owned(),
            line: 1,
            what,
            fix,
        };
        let Some(allowed) = allowed.get(name) else {
            let what = format!("{name} has no place among the arrows");
            faults.push(fault(
                what,
                "add it to ARROWS in tests/architecture.rs and to the map",
            ));
            continue;
        };
        for dependency in package["dependencies"]
            .as_array()
            .expect("a package lists what it uses")
        {
            let used = dependency["name"]
                .as_str()
                .expect("a dependency has a name");
            let ours = dependency["source"].is_null();
            // The root package's tests are the only place that sees widget and backend together.
            let in_tests = dependency["kind"] == "dev" && name == "shoptag";
            if ours && !in_tests && !allowed.contains(&used) {
                let what = format!("{name} must not depend on {used}");
                faults.push(fault(
                    what,
                    "turn the arrow round, or say in ARCHITECTURE.md why not",
                ));
            }
        }
    }
    faults
}

fn browser_faults(path: &str, text: &str) -> Vec<Fault> {
    let shell = [
        "src/browser/",
        "crates/studio/src/browser/",
        "tests/",
        "xtask/",
    ];
    if shell.iter().any(|folder| path.starts_with(folder)) {
        return Vec::new();
    }
    code_lines(text)
        .filter_map(|(line, code)| {
            let name = forbidden_browser_name(code)?;
            Some(Fault {
                path: path.to_owned(),
                line,
                what: format!("`{name}` outside src/browser"),
                fix: "put what touches the browser into src/browser and call it from here",
            })
        })
        .collect()
}

/// The first name of web-sys or gloo in a line that a component may not use.
fn forbidden_browser_name(code: &str) -> Option<String> {
    for library in [
        "gloo",
        "gloo_timers",
        "gloo_events",
        "gloo_net",
        "gloo_utils",
    ] {
        if code.contains(&format!("{library}::")) {
            return Some(format!("{library}::"));
        }
    }
    for (at, found) in code.match_indices("web_sys") {
        let rest = code[at + found.len()..]
            .strip_prefix("::")
            .unwrap_or_default();
        let list = rest
            .strip_prefix('{')
            .and_then(|list| list.split('}').next());
        let names: Vec<&str> = match list {
            Some(list) => list
                .split(',')
                .map(str::trim)
                .filter(|name| !name.is_empty())
                .collect(),
            None => vec![
                rest.split(|c: char| !c.is_alphanumeric() && c != '_')
                    .next()?,
            ],
        };
        let is_type = |name: &str| name.ends_with("Event") || WEB_SYS_TYPES.contains(&name);
        if let Some(name) = names.iter().find(|name| !is_type(name)) {
            return Some(format!("web_sys::{name}"));
        }
    }
    None
}

fn sql_faults(path: &str, text: &str) -> Vec<Fault> {
    let allowed = [
        "crates/backend/src/store/",
        "crates/backend/migrations/",
        "tests/",
    ];
    if allowed.iter().any(|folder| path.starts_with(folder)) || is_test_file(path) {
        return Vec::new();
    }
    let statements = [
        "SELECT ",
        "INSERT INTO ",
        "INSERT OR ",
        "DELETE FROM ",
        "CREATE TABLE ",
        "CREATE INDEX ",
        "PRAGMA ",
        "rusqlite::",
        "sqlx::",
        "tokio_postgres::",
        "postgres::Client",
    ];
    code_lines(without_tests(text))
        .filter_map(|(line, code)| {
            let found = statements
                .iter()
                .find(|statement| code.contains(*statement))?;
            Some(Fault {
                path: path.to_owned(),
                line,
                what: format!("SQL (`{}`) outside the stores", found.trim()),
                fix: "ask the `Store` port a business question and answer it in the store",
            })
        })
        .collect()
}

fn header_faults(path: &str, text: &str) -> Vec<Fault> {
    if text.starts_with("//! ") {
        return Vec::new();
    }
    vec![Fault {
        path: path.to_owned(),
        line: 1,
        what: "the file does not begin with `//!`".to_owned(),
        fix: "say in its first line what the file decides or does",
    }]
}

fn length_faults(path: &str, text: &str) -> Vec<Fault> {
    let lines = without_tests(text).lines().count();
    if is_test_file(path) || lines <= LINES_MAX {
        return Vec::new();
    }
    vec![Fault {
        path: path.to_owned(),
        line: LINES_MAX + 1,
        what: format!("{lines} lines without tests, {LINES_MAX} are the limit"),
        fix: "find the second noun in it and give that a file",
    }]
}

/// Comments too, which rustfmt does not wrap. What cannot be broken may be longer: an address,
/// or the bytes of a test.
fn column_faults(path: &str, text: &str) -> Vec<Fault> {
    let unbroken = ["://", "data:", "\\n", "\\r"];
    let lines = text.lines().enumerate();
    lines
        .filter(|(_, line)| line.chars().count() > COLUMNS_MAX)
        .filter(|(_, line)| !unbroken.iter().any(|part| line.contains(part)))
        .map(|(index, line)| Fault {
            path: path.to_owned(),
            line: index + 1,
            what: format!(
                "{} columns, {COLUMNS_MAX} are the limit",
                line.chars().count()
            ),
            fix: "break the line",
        })
        .collect()
}

/// Counts from the line with `fn` to the brace that closes it, which rustfmt puts below its first
/// letter.
fn function_faults(path: &str, text: &str) -> Vec<Fault> {
    if is_test_file(path) {
        return Vec::new();
    }
    let lines: Vec<&str> = without_tests(text).lines().collect();
    let mut faults = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let begins = ["fn ", "pub ", "pub(", "const ", "async ", "unsafe "]
            .iter()
            .any(|word| line.trim_start().starts_with(word));
        if !begins || !has_word(line, "fn") || !line.ends_with(['{', '(', '>']) {
            continue;
        }
        let close = format!("{}}}", " ".repeat(indent));
        let end = lines[index..].iter().position(|line| *line == close);
        let length = end.map_or(1, |end| end + 1);
        if length > FUNCTION_LINES_MAX {
            faults.push(Fault {
                path: path.to_owned(),
                line: index + 1,
                what: format!("a function of {length} lines, {FUNCTION_LINES_MAX} are the limit"),
                fix: "give a part of it a name of its own",
            });
        }
    }
    faults
}

fn markup_faults(path: &str, text: &str) -> Vec<Fault> {
    if path == "tests/architecture.rs" {
        return Vec::new();
    }
    let writers = [
        "innerHTML",
        "outerHTML",
        "inner_html",
        "set_outer_html",
        "from_html_unchecked",
        "insertAdjacentHTML",
        "insert_adjacent_html",
        "document.write",
    ];
    code_lines(text)
        .filter_map(|(line, code)| {
            let found = writers.iter().find(|writer| code.contains(*writer))?;
            Some(Fault {
                path: path.to_owned(),
                line,
                what: format!("`{found}` turns text into markup"),
                fix: "make nodes and set their text",
            })
        })
        .collect()
}

fn leftover_faults(path: &str, text: &str) -> Vec<Fault> {
    // In two halves, so that this file does not find itself.
    let words = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("#[ig", "nore"),
    ];
    let lines = text.lines().enumerate();
    lines
        .filter_map(|(index, line)| {
            let found = words.iter().find(|word| has_word(line, word))?;
            Some(Fault {
                path: path.to_owned(),
                line: index + 1,
                what: format!("`{found}`"),
                fix: "do it now or open an issue; a test that does not run is deleted",
            })
        })
        .collect()
}

/// Paths in backquotes that do not exist. Addresses (`/v1/…`), commands and patterns are not paths.
fn map_faults(path: &str, text: &str, exists: impl Fn(&str) -> bool) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (index, line) in text.lines().enumerate() {
        for named in line
            .split('`')
            .skip(1)
            .step_by(2)
            .filter(|span| is_path(span))
        {
            if !exists(named.trim_end_matches('/')) {
                faults.push(Fault {
                    path: path.to_owned(),
                    line: index + 1,
                    what: format!("`{named}` does not exist"),
                    fix: "correct the map",
                });
            }
        }
    }
    faults
}

// ---- What the rules share.

fn is_path(span: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    let endings = ["rs", "md", "toml", "html", "js", "css", "json"];
    let file = span
        .rsplit_once('.')
        .is_some_and(|(_, ending)| endings.contains(&ending));
    span.chars().all(plain)
        && !span.starts_with(['/', '-'])
        && !span.starts_with("target/")
        && (span.contains('/') || file)
}

fn is_test_file(path: &str) -> bool {
    path.split('/')
        .any(|part| matches!(part, "tests" | "benches" | "tests.rs"))
}

/// The text before its `#[cfg(test)] mod`, which stands last in a file.
fn without_tests(text: &str) -> &str {
    let tests = text.match_indices("#[cfg(test)]\nmod ").last();
    tests.map_or(text, |(at, _)| &text[..at])
}

/// Lines with their numbers, without those that are comments as a whole.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line));
    lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
}

fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let inside = |c: char| c.is_alphanumeric() || c == '_';
        let before = line[..at].chars().next_back().is_some_and(inside);
        let after = line[at + word.len()..].chars().next().is_some_and(inside);
        !before && !after
    })
}

fn check_tree(endings: &[&str], rule: Rule) {
    let files = files_under(&root(), endings);
    assert!(!files.is_empty(), "there is nothing to look at");
    let faults = files.iter().flat_map(|path| {
        let name = path
            .strip_prefix(root())
            .expect("below the root")
            .to_string_lossy();
        let name = name.replace('\\', "/");
        rule(&name, &read(&name))
    });
    report(faults.collect());
}

#[track_caller]
fn report(faults: Vec<Fault>) {
    let lines: Vec<String> = faults.iter().map(Fault::to_string).collect();
    assert!(
        lines.is_empty(),
        "{} faults\n{}\n",
        lines.len(),
        lines.join("\n")
    );
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn files_under(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the folder can be read").path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let built = matches!(name.as_str(), "target" | "dist" | "node_modules" | ".git");
        if path.is_dir() && !built {
            found.extend(files_under(&path, endings));
        } else if path.is_file() && endings.iter().any(|end| name.ends_with(&format!(".{end}"))) {
            found.push(path);
        }
    }
    found.sort();
    found
}

// ---- That each rule catches what it is there for.

#[track_caller]
fn check(rule: Rule, path: &str, text: &str, faults: usize) {
    assert_eq!(rule(path, text).len(), faults, "{path}: {text}");
}

#[test]
fn the_browser_rule_knows_event_types_from_everything_else() {
    let outside = "src/bag/mod.rs";
    check(browser_faults, outside, "let w = web_sys::window();", 1);
    check(
        browser_faults,
        outside,
        "use web_sys::{HtmlInputElement, InputEvent};",
        0,
    );
    check(
        browser_faults,
        outside,
        "use web_sys::{HtmlInputElement, Storage};",
        1,
    );
    check(browser_faults, outside, "use web_sys::*;", 1);
    check(browser_faults, outside, "use web_sys as dom;", 1);
    check(
        browser_faults,
        outside,
        "use gloo::timers::callback::Timeout;",
        1,
    );
    check(
        browser_faults,
        outside,
        "/// As `web_sys::window()` would.",
        0,
    );
    check(
        browser_faults,
        "src/browser/clock.rs",
        "web_sys::window()",
        0,
    );
    check(
        browser_faults,
        "crates/commerce/src/lib.rs",
        "use web_sys::Window;",
        1,
    );
}

#[test]
fn the_sql_rule_finds_statements_and_drivers() {
    check(
        sql_faults,
        "crates/backend/src/orders/receive.rs",
        "\"SELECT 1 FROM orders\"",
        1,
    );
    check(
        sql_faults,
        "crates/backend/src/lib.rs",
        "use rusqlite::Connection;",
        1,
    );
    check(
        sql_faults,
        "crates/backend/src/store/sqlite/mod.rs",
        "\"SELECT 1\"",
        0,
    );
    check(
        sql_faults,
        "crates/backend/src/lib.rs",
        "// SELECT is for the store",
        0,
    );
}

#[test]
fn the_header_and_length_rules_count_from_the_first_line_to_the_tests() {
    check(header_faults, "src/a.rs", "//! What it does.\n", 0);
    check(header_faults, "src/a.rs", "use std::fmt;\n//! Late.\n", 1);
    let long = "a();\n".repeat(LINES_MAX);
    check(length_faults, "src/a.rs", &long, 0);
    check(length_faults, "src/a.rs", &format!("{long}a();\n"), 1);
    check(
        length_faults,
        "src/a.rs",
        &format!("{long}#[cfg(test)]\nmod tests {{}}\n{long}"),
        0,
    );
    check(
        length_faults,
        "src/session/tests.rs",
        &format!("{long}a();\n"),
        0,
    );
}

#[test]
fn the_rules_of_width_and_of_functions_count_exactly() {
    let (fits, wide) = ("x".repeat(COLUMNS_MAX), "x".repeat(COLUMNS_MAX + 1));
    check(
        column_faults,
        "src/bag/mod.rs",
        &format!("//! {}\n{fits}", "short"),
        0,
    );
    check(
        column_faults,
        "src/bag/mod.rs",
        &format!("{fits}\n{wide}\n{wide}"),
        2,
    );
    check(
        column_faults,
        "src/bag/mod.rs",
        &format!("// https://{wide}"),
        0,
    );
    let function = |lines: usize| {
        let body = "        work();\n".repeat(lines - 2);
        format!("impl Bag {{\n    pub(crate) fn long() {{\n{body}    }}\n}}\n")
    };
    check(
        function_faults,
        "src/bag/mod.rs",
        &function(FUNCTION_LINES_MAX),
        0,
    );
    check(
        function_faults,
        "src/bag/mod.rs",
        &function(FUNCTION_LINES_MAX + 1),
        1,
    );
    check(function_faults, "src/bag/tests.rs", &function(200), 0);
    let type_of_one = "struct Work {\n    call: fn(u8),\n}\n";
    check(function_faults, "src/bag/mod.rs", type_of_one, 0);
}

#[test]
fn the_markup_and_leftover_rules_find_what_must_not_stay() {
    check(markup_faults, "www/page.js", "node.innerHTML = text;", 1);
    check(
        markup_faults,
        "src/app.rs",
        "Html::from_html_unchecked(text)",
        1,
    );
    check(markup_faults, "www/page.js", "// never innerHTML", 0);
    check(
        leftover_faults,
        "src/a.rs",
        concat!("// TO", "DO: later"),
        1,
    );
    check(leftover_faults, "src/a.rs", concat!("#[ig", "nore]"), 1);
    check(leftover_faults, "src/a.rs", concat!("MAS", "TO", "DON"), 0);
}

#[test]
fn the_map_rule_knows_paths_from_addresses_and_commands() {
    #[track_caller]
    fn check(text: &str, faults: usize) {
        assert_eq!(
            map_faults("ARCHITECTURE.md", text, |_| false).len(),
            faults,
            "{text}"
        );
    }
    check("`src/gone.rs` does it", 1);
    check("`Trunk.toml` and `crates/gone/`", 2);
    check(
        "`POST /v1/orders`, `/v1/quotes`, `target/widget`, `cargo xtask demo`",
        0,
    );
    check("`Session::handle`, `<shop-tags>`, `now`", 0);
    assert!(map_faults("a", "`src/app.rs`", |_| true).is_empty());
}

#[test]
fn the_arrow_rule_finds_a_wrong_arrow_and_an_unknown_crate() {
    #[track_caller]
    fn check(name: &str, used: &str, kind: &str, faults: usize) {
        let metadata = serde_json::json!({ "packages": [{
            "name": name, "manifest_path": "Cargo.toml",
            "dependencies": [{ "name": used, "source": null, "kind": kind }] }] });
        assert_eq!(
            arrow_faults(&metadata).len(),
            faults,
            "{name} -> {used} ({kind})"
        );
    }
    check("shoptag-protocol", "shoptag-commerce", "normal", 0);
    check("shoptag-commerce", "shoptag-protocol", "normal", 1);
    check("shoptag", "shoptag-backend", "normal", 1);
    check("shoptag", "shoptag-backend", "dev", 0);
    check("shoptag-backend", "shoptag", "dev", 1);
    check("shoptag-unheard-of", "shoptag-commerce", "normal", 1);
}
