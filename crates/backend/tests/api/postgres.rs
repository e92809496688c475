//! What only PostgreSQL has: several backends on one database, conflicts, lost connections, a
//! server that is away.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use serde_json::Value;
use shoptag_backend::store::Store;
use tokio::task::JoinSet;
use tower::ServiceExt;

use crate::support::cluster::Cluster;
use crate::support::{Backend, Database, Engine, key, order_for, product, tenant};

fn post(key: &str, body: &Value) -> Request<Body> {
    Request::post("/v1/orders")
        .header("content-type", "application/json")
        .header("idempotency-key", key)
        .body(Body::from(body.to_string()))
        .unwrap()
}

/// Sends all at once, in turn to one backend and the other; status, replay and body of each.
async fn all(backends: &[Router], orders: Vec<(String, Value)>) -> Vec<(u16, bool, Vec<u8>)> {
    let mut running = JoinSet::new();
    for (index, (key, body)) in orders.into_iter().enumerate() {
        let backend = backends[index % backends.len()].clone();
        running.spawn(async move {
            let answer = backend.oneshot(post(&key, &body)).await.unwrap();
            let is_replayed = answer.headers().contains_key("idempotent-replayed");
            let status = answer.status().as_u16();
            let body = answer.into_body().collect().await.unwrap().to_bytes();
            (status, is_replayed, body.to_vec())
        });
    }
    running.join_all().await
}

fn count(answers: &[(u16, bool, Vec<u8>)], status: u16) -> usize {
    answers.iter().filter(|answer| answer.0 == status).count()
}

/// Two backends on one database, which write in turns or do not.
async fn two(takes_turns: bool) -> (Backend, [Router; 2]) {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::new(Engine::Postgres, folder.path());
    let open = || {
        database.open_postgres(|options| {
            options.takes_turns = takes_turns;
            // Without turns every attempt may meet a conflict.
            options.attempts = if takes_turns { 5 } else { 50 };
            // The machine may be busy with other tests.
            options.patience = Duration::from_secs(30);
        })
    };
    let stores: [Arc<dyn Store>; 2] = [open(), open()];
    let mut backend = Backend::filled(folder, database, stores[0].clone()).await;
    backend.state.deadline = Duration::from_secs(60);
    let apps = stores.map(|store| backend.beside(store));
    (backend, apps)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_identical_orders_on_two_backends_are_one() {
    for takes_turns in [true, false] {
        let (backend, apps) = two(takes_turns).await;
        let order = order_for(&backend.ready_quote("mug", 1).await);
        let answers = all(&apps, vec![(key(), order); 100]).await;
        let placed: Vec<_> = answers.iter().filter(|answer| answer.0 == 201).collect();
        assert_eq!(placed.iter().filter(|answer| !answer.1).count(), 1);
        assert!(placed.iter().all(|answer| answer.2 == placed[0].2));
        assert_eq!(placed.len() + count(&answers, 409), 100, "{takes_turns}");
        assert_eq!(backend.count("SELECT count(*) FROM orders"), 1);
        assert_eq!(backend.on_hand("mug"), 999);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_keys_for_one_attempt_on_two_backends_are_one_order() {
    for takes_turns in [true, false] {
        let (backend, apps) = two(takes_turns).await;
        let order = order_for(&backend.ready_quote("mug", 1).await);
        let orders = (0..100).map(|_| (key(), order.clone())).collect();
        let answers = all(&apps, orders).await;
        assert_eq!(count(&answers, 201), 100, "{takes_turns}");
        assert_eq!(answers.iter().filter(|answer| answer.1).count(), 99);
        assert_eq!(backend.count("SELECT count(*) FROM orders"), 1);
        assert_eq!(backend.on_hand("mug"), 999);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_item_is_sold_once_by_two_backends() {
    for takes_turns in [true, false] {
        let (backend, apps) = two(takes_turns).await;
        let mut orders = Vec::new();
        for _ in 0..2 {
            orders.push((key(), order_for(&backend.ready_quote("rug", 1).await)));
        }
        backend.execute("UPDATE stock SET on_hand = 1 WHERE variant_id = 'rug'");
        let answers = all(&apps, orders).await;
        assert_eq!((count(&answers, 201), count(&answers, 409)), (1, 1));
        assert_eq!((backend.on_hand("rug"), backend.held("rug")), (0, 0));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_orders_on_two_backends_leave_stock_and_books_exact() {
    for takes_turns in [true, false] {
        let (backend, apps) = two(takes_turns).await;
        let mut orders = Vec::new();
        for _ in 0..60 {
            orders.push((key(), order_for(&backend.ready_quote("mug", 1).await)));
        }
        let answers = all(&apps, orders).await;
        assert_eq!(count(&answers, 201), 60, "{takes_turns}");
        assert_eq!(backend.on_hand("mug"), 940);
        // The chain of decisions has no gap and no fork.
        let decisions = "SELECT count(*) FROM decisions";
        let last = "SELECT max(sequence) + 1 FROM decisions";
        assert_eq!((backend.count(decisions), backend.count(last)), (60, 60));
    }
}

#[tokio::test]
async fn a_table_that_has_grown_is_counted_before_the_servers_own_housekeeping_does_it() {
    let backend = Backend::on(Engine::Postgres).await;
    let counted = "SELECT count(*) FROM pg_class WHERE relname = 'quotes' AND reltuples >= 16";
    assert_eq!(backend.count(counted), 0);
    for _ in 0..70 {
        backend.ready_quote("mug", 1).await;
    }
    assert_eq!(backend.count(counted), 1);
}

/// Orders fail with `code` as often as `times` says, then succeed.
fn fault(backend: &Backend, code: &str, times: u32) {
    backend.execute(&format!(
        "DROP TRIGGER IF EXISTS fault ON orders;
         DROP SEQUENCE IF EXISTS faults; CREATE SEQUENCE faults;
         CREATE OR REPLACE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN
             IF nextval('faults') <= {times} THEN
                 RAISE EXCEPTION 'on purpose' USING ERRCODE = '{code}';
             END IF;
             RETURN NEW;
         END $$;
         CREATE TRIGGER fault BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION fail();"
    ));
}

#[tokio::test]
async fn a_conflict_is_run_again_and_given_up_in_time() {
    let backend = Backend::on(Engine::Postgres).await;
    for (code, times, status) in [
        ("40001", 1, 201),
        ("40P01", 4, 201),
        ("23505", 1, 201),
        ("40001", 5, 503),
        ("23514", 1, 503),
    ] {
        let order = order_for(&backend.ready_quote("mug", 1).await);
        let key = key();
        fault(&backend, code, times);
        let before = backend.count("SELECT count(*) FROM orders");
        let answer = backend.order(&key, &order).await;
        assert_eq!(answer.status, status, "{code} {times} times");
        if status == 503 {
            assert_eq!(answer.header("retry-after"), Some("1"));
            assert_eq!(backend.count("SELECT count(*) FROM orders"), before);
            let again = backend.order(&key, &order).await;
            assert_eq!(
                (again.status.as_u16(), again.header("idempotent-replayed")),
                (201, None)
            );
        }
        assert_eq!(backend.count("SELECT count(*) FROM orders"), before + 1);
    }
}

#[tokio::test]
async fn lost_connections_are_opened_again() {
    let backend = Backend::on(Engine::Postgres).await;
    let order = order_for(&backend.ready_quote("mug", 1).await);
    let kill = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                WHERE datname = current_database() AND application_name = 'shoptag'";
    assert!(backend.count(kill) >= 1);
    let placed = backend.order(&key(), &order).await;
    assert_eq!(placed.status, 201);
    let read = format!("/v1{}", placed.json()["status_url"].as_str().unwrap());
    assert_eq!(backend.get(&read).await.status, 200);
    assert!(backend.count(kill) >= 2);
    assert_eq!(backend.get(&read).await.status, 200);
}

#[tokio::test]
async fn a_turn_that_does_not_end_is_told_as_busy() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::new(Engine::Postgres, folder.path());
    let store = database.open_postgres(|options| options.patience = Duration::from_millis(200));
    let backend = Backend::filled(folder, database, store).await;
    let order = order_for(&backend.ready_quote("mug", 1).await);
    let key = key();
    let lock = backend.database.lock();
    let busy = backend.order(&key, &order).await;
    assert_eq!(
        (busy.status.as_u16(), busy.header("retry-after")),
        (503, Some("1"))
    );
    lock.release();
    assert_eq!(backend.order(&key, &order).await.status, 201);
}

#[tokio::test]
async fn while_the_server_is_away_nothing_is_claimed_and_then_all_goes_on() {
    let cluster = Cluster::start();
    let database = Database::Server(cluster.database());
    let store = database.open();
    let backend = Backend::filled(tempfile::tempdir().unwrap(), database, store).await;
    let order = order_for(&backend.ready_quote("mug", 1).await);
    let key = key();
    assert_eq!(backend.get("/readyz").await.status, 200);
    cluster.stop();
    assert_eq!(backend.get("/readyz").await.status, 503);
    assert_eq!(backend.get("/healthz").await.status, 200);
    let refused = backend.order(&key, &order).await;
    assert_eq!(refused.outcome(), (503, "unavailable".into()));
    assert_eq!(refused.header("retry-after"), Some("1"));
    cluster.start_again();
    assert_eq!(backend.get("/readyz").await.status, 200);
    assert_eq!(backend.order(&key, &order).await.status, 201);
    assert_eq!(backend.count("SELECT count(*) FROM orders"), 1);
}

#[tokio::test]
async fn backends_that_start_at_once_bring_the_schema_forward_once() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::new(Engine::Postgres, folder.path());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| database.open());
        }
    });
    let store = database.open();
    let lamp = vec![product("lamp", "halden", 4_900, Some(1))];
    assert!(store.upsert_products(tenant("none"), lamp).await.is_err());
    let steps = database.number("SELECT count(*) FROM schema_versions");
    assert_eq!(
        steps,
        database.number("SELECT max(version) FROM schema_versions")
    );
}
