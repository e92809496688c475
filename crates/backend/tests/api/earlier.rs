//! What an earlier program has left, brought forward by this one: everything is answered as it was,
//! and goes on from there.

use serde_json::{Value, json};
use shoptag_backend::clock::Clock as _;
use shoptag_commerce::DAY_MS;

use crate::credit::{ask, audit, brand_key, command, creator_key};
use crate::support::{Backend, Database, Engine, tenant};

/// A step of the schema for both engines.
macro_rules! step {
    ($file:literal) => {
        (
            include_str!(concat!("../../migrations/sqlite/", $file)),
            include_str!(concat!("../../migrations/postgres/", $file)),
        )
    };
}

/// The steps that the earlier program knew.
const STEPS: [(&str, &str); 5] = [
    step!("0001_first_purchase.sql"),
    step!("0002_attribution.sql"),
    step!("0003_payout_batches.sql"),
    step!("0004_credit.sql"),
    step!("0005_one_quote_one_payment.sql"),
];

const VERSIONS: &str = "CREATE TABLE schema_versions (version BIGINT PRIMARY KEY NOT NULL,
                                                      name TEXT NOT NULL)";

/// Its rows, and what it answered on them.
const ROWS: &str = include_str!("data/step5.sql");
const ANSWERS: &str = include_str!("data/step5.json");

fn left_behind(engine: Engine) -> Backend {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::new(engine, folder.path());
    database.execute(VERSIONS).unwrap();
    for (sqlite, postgres) in STEPS {
        let step = match engine {
            Engine::Sqlite => sqlite,
            Engine::Postgres => postgres,
        };
        database.execute(step).unwrap();
    }
    let rows = match engine {
        Engine::Sqlite => ROWS.to_owned(),
        Engine::Postgres => ROWS.replace("X'", "'\\x"),
    };
    database.execute(&rows).unwrap();
    let store = database.open();
    let backend = Backend::over(folder, database, store);
    // The rows are four days younger than the tests' clock.
    backend.clock.advance_ms(5 * DAY_MS);
    backend
}

fn answers() -> Value {
    serde_json::from_str(ANSWERS).unwrap()
}

#[tokio::test]
async fn orders_decisions_and_books_are_answered_as_they_were() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let backend = left_behind(engine);
        let expected = answers();
        let orders = expected["orders"].as_object().unwrap();
        assert_eq!(orders.len(), 3);
        for (link, order) in orders {
            let answer = backend.get(&format!("/v1{link}")).await;
            assert_eq!(&answer.json(), order, "{engine:?}");
        }
        let halden = brand_key(&backend, "halden").await;
        let mira = creator_key(&backend, "mira").await;
        let number = expected["first_number"].as_str().unwrap();
        for (path, key, expected) in [
            (
                "/v1/accounts/halden/statement",
                &halden,
                &expected["brand_statement"],
            ),
            (
                "/v1/accounts/mira/statement",
                &mira,
                &expected["creator_statement"],
            ),
            (
                &format!("/v1/orders/{number}/decision"),
                &halden,
                &expected["decision"],
            ),
        ] {
            assert_eq!(
                &ask(&backend, path, key).await.json(),
                expected,
                "{engine:?} {path}"
            );
        }
        audit(&backend).await;
        for (count, sql) in [
            (6, "SELECT count(*) FROM order_lines"),
            (10, "SELECT count(*) FROM fulfilment_events"),
            (3, "SELECT count(*) FROM credits"),
            (3, "SELECT count(*) FROM credited_touches"),
            (2, "SELECT count(*) FROM ledger_lines"),
        ] {
            assert_eq!(backend.count(sql), count, "{engine:?} {sql}");
        }
    }
}

#[tokio::test]
async fn what_was_open_goes_on() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let backend = left_behind(engine);
        let expected = answers();
        let halden = brand_key(&backend, "halden").await;
        // Open quotes hold five lamps and a notebook; they expire, and the stock is whole.
        let held = "SELECT sum(held) FROM stock";
        assert_eq!(backend.count(held), 6);
        assert_eq!(backend.count("SELECT sum(quantity) FROM stock_holds"), 6);
        let swept = backend.store.sweep(backend.clock.now()).await.unwrap();
        assert_eq!((swept.holds, backend.count(held)), (3, 0));
        backend.clock.advance_ms(91 * DAY_MS);
        let swept = backend.store.sweep(backend.clock.now()).await.unwrap();
        assert_eq!(swept.quotes, 5, "all but those that were ordered");
        // The second order, which stands as its accrual left it, is delivered and given back.
        let orders = expected["orders"].as_object().unwrap();
        let placed = orders
            .values()
            .find(|it| it["shipments"][0]["status"] == "placed")
            .unwrap();
        let number = placed["number"].as_str().unwrap();
        for verb in ["ship", "deliver", "return"] {
            let path = format!("/v1/orders/{number}/fulfilments/halden/{verb}");
            let answer = command(&backend, &path, &halden, &json!({})).await;
            assert_eq!(answer.outcome(), (200, String::new()), "{verb}");
        }
        // The first order's hold is over: it is paid.
        assert_eq!(
            backend.store.settle(backend.clock.now(), 9).await.unwrap(),
            2
        );
        audit(&backend).await;
        let taken = backend.store.decisions(tenant("demo"), 0, 9).await.unwrap();
        assert_eq!(taken.len(), 3);
    }
}
