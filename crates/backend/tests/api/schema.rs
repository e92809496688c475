//! The schema of both engines: the same tables and columns, keys that begin with the tenant, and
//! room for what a newer program adds.

use std::collections::BTreeMap;

use crate::support::{Backend, Engine, key, order_for};

/// Tables that are not one tenant's, and why: each is small and the same on every shard.
const SHARED: [&str; 6] = [
    // The public key of a site says whose it is.
    "sites",
    "site_origins",
    // The secret of a request says whose it is.
    "api_keys",
    // Keys of tokens are the backend's own.
    "token_keys",
    // The schema's steps.
    "schema_versions",
    "schema_breaks",
];

/// A table's columns, `name:type:nullable`, and those of its primary key.
type Table = (Vec<String>, Vec<String>);

fn words(text: &str) -> Vec<String> {
    text.split(',')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

fn tables(backend: &Backend, engine: Engine) -> BTreeMap<String, Table> {
    let (names, columns, key) = match engine {
        Engine::Sqlite => (
            "SELECT group_concat(name) FROM sqlite_schema
             WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
            "SELECT group_concat(name || ':' || type || ':' || (\"notnull\" = 0)) FROM
             (SELECT * FROM pragma_table_info('TABLE') ORDER BY cid)",
            "SELECT coalesce(group_concat(name), '') FROM
             (SELECT * FROM pragma_table_info('TABLE') WHERE pk > 0 ORDER BY pk)",
        ),
        Engine::Postgres => (
            "SELECT string_agg(relname, ',') FROM pg_class
             WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
            "SELECT coalesce(string_agg(attname || ':' || format_type(atttypid, NULL) || ':' ||
                                        (NOT attnotnull)::int, ',' ORDER BY attnum), '')
             FROM pg_attribute WHERE attrelid = 'TABLE'::regclass AND attnum > 0",
            "SELECT coalesce(string_agg(attname, ',' ORDER BY array_position(conkey, attnum)), '')
             FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey)
             WHERE conrelid = 'TABLE'::regclass AND contype = 'p'",
        ),
    };
    let ask = |sql: &str, table: &str| words(&backend.database.text(&sql.replace("TABLE", table)));
    ask(names, "")
        .into_iter()
        .map(|table| {
            let found = (ask(columns, &table), ask(key, &table));
            (table, found)
        })
        .collect()
}

/// SQLite's types as PostgreSQL names ours.
fn as_postgres(column: &str) -> String {
    column
        .replace(":INTEGER:", ":bigint:")
        .replace(":BIGINT:", ":bigint:")
        .replace(":TEXT:", ":text:")
        .replace(":BLOB:", ":bytea:")
}

#[tokio::test]
async fn both_engines_have_the_same_tables_columns_and_keys() {
    let sqlite = Backend::on(Engine::Sqlite).await;
    let postgres = Backend::on(Engine::Postgres).await;
    let mut theirs = tables(&postgres, Engine::Postgres);
    // Its lock is what it is for.
    assert!(theirs.remove("writer_turn").is_some());
    let own: BTreeMap<String, Table> = tables(&sqlite, Engine::Sqlite)
        .into_iter()
        .map(|(name, (columns, key))| {
            let columns = columns.iter().map(|column| as_postgres(column)).collect();
            (name, (columns, key))
        })
        .collect();
    assert!(own.len() > 40, "{}", own.len());
    for (name, (columns, key)) in &mut theirs {
        // Statements look into it; SQLite does so in text.
        for column in columns.iter_mut() {
            *column = column.replace(":json:", ":text:");
        }
        assert_eq!(
            own.get(name),
            Some(&(columns.clone(), key.clone())),
            "{name}"
        );
    }
    assert_eq!(own.len(), theirs.len());
}

#[tokio::test]
async fn every_key_begins_with_the_tenant() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let backend = Backend::on(engine).await;
        let mut found = tables(&backend, engine);
        found.remove("writer_turn");
        for shared in SHARED {
            assert!(
                found.remove(shared).is_some(),
                "{shared} is gone: take it off the list"
            );
        }
        for (table, (_, key)) in found {
            assert_eq!(
                key.first().map(String::as_str),
                Some("tenant_id"),
                "{table}"
            );
        }
    }
}

#[tokio::test]
async fn this_program_runs_on_what_a_newer_one_has_added_to() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let backend = Backend::on(engine).await;
        for table in tables(&backend, engine).keys() {
            backend.execute(&format!(
                "ALTER TABLE {table} ADD COLUMN newer INTEGER DEFAULT 0"
            ));
        }
        backend.execute("CREATE TABLE newer (tenant_id TEXT PRIMARY KEY)");
        backend.execute("INSERT INTO schema_versions (version, name) VALUES (999, 'newer')");
        let older = backend.database.open();
        older
            .apply(crate::support::setup("demo", "pk_demo"))
            .await
            .unwrap();
        let order = order_for(&backend.ready_quote("mug", 1).await);
        let placed = backend.order(&key(), &order).await;
        assert_eq!(placed.status, 201, "{engine:?}");
        let read = format!("/v1{}", placed.json()["status_url"].as_str().unwrap());
        assert_eq!(backend.get(&read).await.status, 200);

        backend.execute("INSERT INTO schema_breaks (version, oldest_program) VALUES (999, 999)");
        let refused = backend.database.try_open().unwrap_err().to_string();
        assert!(refused.contains("install the newer one"), "{refused}");
    }
}

#[tokio::test]
async fn one_payment_pays_for_one_order() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let backend = Backend::on(engine).await;
        for _ in 0..2 {
            let quote = backend.ready_quote("mug", 1).await;
            assert_eq!(backend.order(&key(), &order_for(&quote)).await.status, 201);
        }
        let unpaid = "SELECT count(*) FROM orders WHERE payment_reference IS NULL";
        assert_eq!(backend.count(unpaid), 2, "on delivery: no reference");
        let pay = "UPDATE orders SET payment_method = 'card', payment_reference = 'pi_1'";
        let refused = backend.database.execute(pay);
        assert!(refused.is_err(), "{engine:?}: both orders by one payment");
        let first = "order_id = (SELECT min(order_id) FROM orders)";
        backend.execute(&format!("{pay} WHERE {first}"));
        assert_eq!(backend.count(unpaid), 1);
    }
}

#[tokio::test]
async fn an_attempt_ends_once_and_a_quote_is_ordered_once() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let backend = Backend::on(engine).await;
        let quote = backend.ready_quote("mug", 1).await;
        let free = "UPDATE checkout_attempts SET ended_key = NULL";
        backend.execute(free);
        backend.execute("UPDATE quotes SET state = 'open'");
        assert_eq!(backend.order(&key(), &order_for(&quote)).await.status, 201);
        for again in [
            free,
            "UPDATE checkout_attempts SET ended_key = 'another'",
            "UPDATE quotes SET state = 'open'",
            "UPDATE quotes SET state = 'ordered'",
        ] {
            let refused = backend.database.execute(again).unwrap_err();
            assert!(refused.contains("once"), "{engine:?} {again}: {refused}");
        }
    }
}
