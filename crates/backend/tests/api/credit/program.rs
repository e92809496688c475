//! The commands of credit and commission, run as a person runs them.

use std::process::{Command, Output};

use serde_json::Value;

use super::{bind, buy, market, tap, watch};
use crate::support::{Backend, Database};

pub(super) fn run(database: &Database, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_shoptag-backend"))
        .args(arguments)
        .args(database.arguments())
        .env_remove("SHOPTAG_TOKEN_KEYS")
        .output()
        .unwrap()
}

/// What a command that ends well prints.
pub(super) fn says(backend: &Backend, arguments: &[&str]) -> String {
    let output = run(&backend.database, arguments);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {complaint}");
    String::from_utf8(output.stdout).unwrap()
}

pub(super) fn fails(backend: &Backend, arguments: &[&str]) -> String {
    let output = run(&backend.database, arguments);
    assert!(!output.status.success(), "{arguments:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A shop in which Mira sold a mug, after a tap of Ben's.
pub(super) async fn sold() -> Backend {
    let backend = market().await;
    let night = watch(&backend, "night").await;
    let day = watch(&backend, "day").await;
    backend.clock.advance_ms(5_000);
    let (bens, _) = tap(&backend, &night, "mug").await;
    backend.clock.advance_ms(3_600_000 / 60);
    let (miras, _) = tap(&backend, &day, "mug").await;
    let bound = bind(&backend, &miras, "mug").await;
    buy(&backend, &[("mug", 1)], &[("mug", &bound), ("", &bens)]).await;
    backend
}

#[tokio::test]
async fn the_books_are_exported_verified_and_replayed_by_command() {
    let backend = sold().await;
    let verified = says(&backend, &["ledger", "verify", "--tenant", "demo"]);
    assert!(
        verified.starts_with("1 records, 3 entries, 1 lines"),
        "{verified}"
    );
    let replayed = says(&backend, &["replay", "--tenant", "demo"]);
    assert!(
        replayed.starts_with("1 decisions: the same bytes"),
        "{replayed}"
    );
    let journal = says(&backend, &["ledger", "export", "--tenant", "demo"]);
    assert!(
        journal.contains("liabilities:creators:mira:pending  -1.67 EUR"),
        "{journal}"
    );
    let beancount = [
        "ledger",
        "export",
        "--format",
        "beancount",
        "--tenant",
        "demo",
    ];
    assert!(says(&backend, &beancount).contains("Liabilities:Creators:Xmira:Pending  -1.67 EUR"));
    backend.execute("UPDATE ledger_balances SET balance_minor = 0");
    let found = fails(&backend, &["ledger", "verify", "--tenant", "demo"]);
    assert!(found.contains("balances"), "{found}");
}

#[tokio::test]
async fn reports_share_out_the_same_log() {
    let backend = sold().await;
    let report = |model: &str| -> Value {
        let models = ["--models", model, "--format", "json"];
        let arguments = [&["attribute", "--tenant", "demo"][..], &models].concat();
        serde_json::from_str(&says(&backend, &arguments)).unwrap()
    };
    let text = report("first").to_string();
    assert!(text.contains("ben") && text.contains("mira"), "{text}");
    assert_ne!(report("first")["models"], report("last")["models"]);
    let table = says(&backend, &["attribute", "--tenant", "demo"]);
    assert!(table.contains("shapley"), "{table}");
    let unknown = ["attribute", "--tenant", "demo", "--models", "magic"];
    assert!(fails(&backend, &unknown).contains("no model magic"));

    let paths = backend.folder().join("paths.csv");
    std::fs::write(
        &paths,
        "path,conversions,value,nulls\na > b,4,40,6\nb,1,10,2\n",
    )
    .unwrap();
    let csv = paths.to_str().unwrap();
    let arguments = [
        "attribute",
        "--csv",
        csv,
        "--models",
        "linear",
        "--format",
        "csv",
    ];
    assert!(says(&backend, &arguments).contains("a,linear,,2"));
}

#[tokio::test]
async fn another_policy_is_compared_and_pays_nobody() {
    let backend = sold().await;
    let policy = backend.folder().join("policy.json");
    let v1 = shoptag_attribution::Policy::v1();
    let mut other = serde_json::to_value(&v1).unwrap();
    other["claim"] = "earliest-click".into();
    std::fs::write(&policy, other.to_string()).unwrap();
    let file = policy.to_str().unwrap();
    let arguments = [
        "attribute",
        "--tenant",
        "demo",
        "--what-if",
        file,
        "--format",
        "csv",
    ];
    let table = says(&backend, &arguments);
    // The mug was bound to Mira in the bag: no claim rule takes it away.
    assert!(table.contains("mira,EUR,167,167,1,1"), "{table}");
    assert_eq!(backend.count("SELECT count(*) FROM ledger_records"), 1);
}

#[tokio::test]
async fn collaborations_are_listed_changed_and_ended_by_command() {
    let backend = market().await;
    let set = |direct: &str| {
        let who = ["--tenant", "demo", "--creator", "ben", "--brand", "norrby"];
        says(
            &backend,
            &[&["collaboration", "set"], &who[..], &["--direct", direct]].concat(),
        )
    };
    assert!(set("900").contains("v2"));
    assert_eq!(set("900"), "nothing changed\n");
    let id = "ben/norrby/*/open";
    let end = ["collaboration", "end", id, "--tenant", "demo"];
    assert_eq!(says(&backend, &end), "ended\n");
    assert!(fails(&backend, &end).contains("no such collaboration"));
    let list = says(&backend, &["collaboration", "list", "--tenant", "demo"]);
    assert!(
        list.contains("ben/norrby/*/open (whole shop), ended"),
        "{list}"
    );
    assert!(list.contains("v1") && list.contains("800 bp"), "{list}");
    let too_much = [
        "collaboration",
        "set",
        "--tenant",
        "demo",
        "--creator",
        "ben",
        "--brand",
        "norrby",
        "--direct",
        "8001",
    ];
    assert!(fails(&backend, &too_much).contains("direct_bp"));
}

#[tokio::test]
async fn keys_are_made_rotated_and_taken_back_by_command() {
    let backend = sold().await;
    let made = says(
        &backend,
        &["brand-key", "create", "norrby", "--tenant", "demo"],
    );
    let secret = made.trim();
    assert!(secret.starts_with("sk_brand_"), "{secret}");
    let path = "/v1/accounts/norrby/statement";
    assert_eq!(super::ask(&backend, path, secret).await.status, 200);
    let id = &secret[.."sk_brand_".len() + 6];
    assert_eq!(says(&backend, &["brand-key", "revoke", id]), "revoked\n");
    assert_eq!(super::ask(&backend, path, secret).await.status, 401);
    assert!(
        fails(
            &backend,
            &["creator-key", "create", "nobody", "--tenant", "demo"]
        )
        .contains("no such")
    );
    assert_eq!(says(&backend, &["keys", "rotate"]).lines().count(), 2);
    let listed = says(&backend, &["keys", "list"]);
    assert!(!listed.contains("k4.secret"), "{listed}");

    let file = backend.folder().join("keys.json");
    let output = Command::new(env!("CARGO_BIN_EXE_shoptag-backend"))
        .args(["keys", "rotate"])
        .env("SHOPTAG_TOKEN_KEYS", &file)
        .output()
        .unwrap();
    assert!(output.status.success());
    let kept: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(kept.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn payouts_are_run_by_command_and_nobody_is_paid_twice() {
    let backend = sold().await;
    backend.execute("UPDATE ledger_lines SET due_at = NULL");
    assert_eq!(
        says(&backend, &["settle"]),
        "0 commissions may be paid out\n"
    );
    let batch = [
        "payout",
        "run",
        "--tenant",
        "demo",
        "--currency",
        "EUR",
        "--batch",
        "one",
    ];
    assert_eq!(says(&backend, &batch), "");
    let order = "SELECT count(*) FROM payouts";
    assert_eq!(backend.count(order), 0);
    // The batch is known although nobody had enough, and the log replays with it.
    let other = [&batch[..], &["--minimum-minor", "5"]].concat();
    assert!(fails(&backend, &other).contains("there already"));
    backend.execute("UPDATE ledger_lines SET due_at = NULL");
    says(&backend, &["ledger", "verify", "--tenant", "demo"]);
    let unknown = ["payout", "settle", "one", "mira", "--tenant", "demo"];
    assert!(fails(&backend, &unknown).contains("no such line or payout"));
    let paid = [
        "ledger",
        "brand-paid",
        "norrby",
        "--currency",
        "EUR",
        "--amount-minor",
        "184",
        "--tenant",
        "demo",
    ];
    assert_eq!(says(&backend, &paid), "done\n");
    let owes = "SELECT balance_minor FROM ledger_balances WHERE account LIKE '%norrby%'";
    assert_eq!(backend.count(owes), 0);
}
