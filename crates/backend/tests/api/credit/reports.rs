//! The reports over the own log: settings, periods, currencies, and other policies.

use serde_json::{Value, json};
use shoptag_attribution::Policy;
use shoptag_commerce::DAY_MS;

use super::program::{fails, says, sold};
use super::{buy, market, post, tap, watch};
use crate::support::{Backend, START};

const OWN: [&str; 5] = ["attribute", "--tenant", "demo", "--format", "csv"];

fn report(backend: &Backend, arguments: &[&str]) -> String {
    says(backend, &[&OWN[..], arguments].concat())
}

/// Writes a file beside the database; its path.
fn file(backend: &Backend, name: &str, content: &Value) -> String {
    let path = backend.folder().join(name);
    std::fs::write(&path, content.to_string()).unwrap();
    path.to_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_names_in_the_help_are_names_of_models() {
    let backend = sold().await;
    let help = says(&backend, &["attribute", "--help"]);
    assert!(help.contains("markov-1 to markov-4"), "{help}");
    for name in [
        "first",
        "last",
        "last-non-direct",
        "linear",
        "position",
        "time-decay",
        "last-n-touch",
        "markov-1",
        "markov-4",
        "markov1",
        "shapley",
        "shapley-ordered",
    ] {
        let plain = name.replace("markov-", "markov");
        let table = report(&backend, &["--models", name]);
        assert!(
            table.contains(&format!("mira,{plain},,")),
            "{name}: {table}"
        );
    }
}

#[tokio::test]
async fn the_models_are_set_by_flags_and_by_a_file() {
    let backend = sold().await;
    // Ben's tap, then Mira's: 30 parts and 70.
    let flags = ["--models", "position", "--position", "20,20,60"];
    assert!(report(&backend, &flags).contains("ben,position,,0.3,"));
    let flags = ["--models", "last-non-direct", "--direct", "mira"];
    assert!(report(&backend, &flags).contains("ben,last-non-direct,,1,"));
    let last = ["--models", "last-n-touch"];
    assert!(report(&backend, &last).contains("mira,last-n-touch,,1,"));
    let priority = [&last[..], &["--priority", "ben=1"]].concat();
    assert!(report(&backend, &priority).contains("ben,last-n-touch,,1,"));
    let credit = [&last[..], &["--credit", "3,1"]].concat();
    assert!(report(&backend, &credit).contains("mira,last-n-touch,,0.75,"));
    // A minute lies between the taps, ten seconds and one minute before the order.
    let decay = [
        "--models",
        "time-decay",
        "--half-life-hours",
        "0.016666666666666666",
    ];
    assert!(report(&backend, &decay).contains("mira,time-decay,,0.666"));

    let spec = json!({"models": ["last-n-touch"],
                      "last_touches": {"lookback_days": 30, "credit": [3, 1]}});
    let spec = file(&backend, "spec.json", &spec);
    assert!(report(&backend, &["--spec", &spec]).contains("mira,last-n-touch,,0.75,"));
    // A flag goes before the file.
    let over = ["--spec", &spec, "--credit", "1"];
    assert!(report(&backend, &over).contains("mira,last-n-touch,,1,"));
    for (flags, complaint) in [
        (["--position", "40,20"], "three numbers"),
        (["--position", "40,20,41"], "add up to 100"),
        (["--priority", "ben"], "write video=3"),
        (["--credit", "0"], "above 0"),
        (["--half-life-hours", "0"], "half-life"),
        (["--from", "yesterday"], "write an instant"),
    ] {
        let said = fails(&backend, &[&OWN[..], &flags].concat());
        assert!(said.contains(complaint), "{flags:?}: {said}");
    }
}

#[tokio::test]
async fn taps_with_and_without_an_order_are_counted_alike_and_impressions_in_neither() {
    let backend = sold().await;
    // Mira's tag is tapped once more, and nothing is bought; an impression of Ben's tag is sent.
    let day = watch(&backend, "day").await;
    let night = watch(&backend, "night").await;
    backend.clock.advance_ms(5_000);
    tap(&backend, &day, "mug").await;
    let impression = json!({"site": "pk_demo", "sent_at": backend.state.clock.now().ms(),
        "touchpoints": [{"id": crate::support::uuid_v7(), "kind": "impression",
            "view_session_id": night["view_session_id"], "token": super::token(&night, "mug"),
            "sequence": 0, "occurred_at": backend.state.clock.now().ms(), "position_s": 2.5,
            "dwell_ms": 2_000}]});
    let answer = post(&backend, "/v1/touchpoints", &impression).await;
    assert_eq!(answer.json(), json!({"accepted": 1, "rejected": []}));
    // One path ben>mira that converted, one path mira that did not: Markov sees Mira fail once.
    let table = says(
        &backend,
        &["attribute", "--tenant", "demo", "--models", "markov-1"],
    );
    assert!(table.contains("P(conversion) 0.500000000000"), "{table}");
}

#[tokio::test]
async fn a_period_bounds_orders_and_taps() {
    let backend = sold().await;
    let models = ["--models", "linear"];
    for (flag, at, orders) in [
        ("--from", "2026-11-22T00:00:00Z", true),
        ("--from", "2026-11-23T00:00:00Z", false),
        ("--until", "2026-11-23T00:00:00Z", true),
        ("--until", "2026-11-22T00:00:00Z", false),
    ] {
        let table = report(&backend, &[&models[..], &[flag, at]].concat());
        assert_eq!(table.contains("mira,linear,,0.5"), orders, "{flag} {at}");
    }
}

#[tokio::test]
async fn different_currencies_are_never_summed() {
    let backend = sold().await;
    // The platform changes to Swiss francs, and sells on.
    backend.execute("UPDATE tenants SET currency = 'CHF' WHERE tenant_id = 'demo'");
    let day = watch(&backend, "day").await;
    backend.clock.advance_ms(5_000);
    let (receipt, _) = tap(&backend, &day, "mug").await;
    let mut body = crate::support::ready_quote_body(&[("mug", 1)]);
    body["currency"] = json!("CHF");
    let quote = backend.quote(&body).await;
    assert_eq!(quote.outcome(), (200, String::new()));
    backend.clock.advance_ms(10_000);
    let order = crate::support::order_for(&quote.json());
    super::place(&backend, order, &[("mug", &receipt)]).await;

    let said = fails(&backend, &[&OWN[..], &["--models", "linear"]].concat());
    assert!(
        said.contains("CHF, EUR: choose one by --currency"),
        "{said}"
    );
    let linear = |currency: &str| report(&backend, &["--models", "linear", "--currency", currency]);
    assert!(linear("EUR").contains("ben,linear,,0.5"));
    let francs = linear("CHF");
    assert!(
        francs.contains("mira,linear,,1,") && !francs.contains("ben"),
        "{francs}"
    );
}

/// Two sales of Mira's mug: bound to her tap and bought five days later; and bought after a tap of
/// hers and a later one of Ben's.
async fn two_sales() -> Backend {
    let backend = market().await;
    let day = watch(&backend, "day").await;
    backend.clock.advance_ms(5_000);
    let (first, _) = tap(&backend, &day, "mug").await;
    backend.clock.advance_ms(60_000);
    let night = watch(&backend, "night").await;
    backend.clock.advance_ms(5_000);
    let (second, _) = tap(&backend, &night, "mug").await;
    buy(&backend, &[("mug", 1)], &[("", &first), ("", &second)]).await;
    backend.clock.advance_ms(5 * DAY_MS);
    buy(&backend, &[("mug", 1)], &[("", &first), ("", &second)]).await;
    backend
}

#[tokio::test]
async fn another_policy_moves_a_credit_within_its_period_and_is_totalled() {
    let backend = two_sales().await;
    let mut other = serde_json::to_value(Policy::v1()).unwrap();
    other["claim"] = json!("earliest-click");
    let other = file(&backend, "earliest.json", &other);
    let table = report(&backend, &["--what-if", &other]);
    // Ben's 8 % of 16.72 go to Mira at 10 %, twice.
    let expected = "creator,currency,today_minor,other_minor,today_lines,other_lines\n\
                    ben,EUR,268,0,2,0\nmira,EUR,0,334,0,2\ntotal,EUR,268,334,2,2\n";
    assert_eq!(table, expected);
    let first_day = ["--what-if", &other, "--until", "2026-11-23T00:00:00Z"];
    let table = report(&backend, &first_day);
    assert!(table.ends_with("total,EUR,134,167,1,1\n"), "{table}");
    let json = says(
        &backend,
        &[
            "attribute",
            "--tenant",
            "demo",
            "--format",
            "json",
            "--what-if",
            &other,
        ],
    );
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["changed"].as_array().unwrap().len(), 2);
    assert_eq!(json["totals"][0]["other_minor"], 334);
    // A report pays nobody.
    assert_eq!(backend.count("SELECT count(*) FROM ledger_records"), 2);

    // A click window of three days: nobody earns the second sale.
    let mut short = serde_json::to_value(Policy::v1()).unwrap();
    short["click_window_days"] = json!(3);
    let short = file(&backend, "short.json", &short);
    let table = report(&backend, &["--what-if", &short]);
    assert!(table.ends_with("total,EUR,268,134,2,1\n"), "{table}");
}

#[tokio::test]
async fn another_policy_leaves_brands_the_days_that_they_had_set() {
    // Norrby keeps a bag line for 3 days, Halden for the 30 of the policy; both were bound 5 days.
    let backend = market().await;
    let day = watch(&backend, "day").await;
    backend.clock.advance_ms(5_000);
    let (lamp, _) = tap(&backend, &day, "lamp").await;
    let (mug, _) = tap(&backend, &day, "mug").await;
    let lamp = super::bind(&backend, &lamp, "lamp-sand").await;
    let mug = super::bind(&backend, &mug, "mug").await;
    backend.clock.advance_ms(8 * DAY_MS);
    let receipts = [("lamp-sand", lamp.as_str()), ("mug", &mug)];
    buy(&backend, &[("lamp-sand", 1), ("mug", 1)], &receipts).await;
    let with = |change: fn(&mut Value)| {
        let mut policy = serde_json::to_value(Policy::v1()).unwrap();
        policy["bag_binding_days"] = json!(60);
        change(&mut policy);
        let policy = file(&backend, "policy.json", &policy);
        let table = report(&backend, &["--what-if", &policy]);
        table.lines().last().unwrap().to_owned()
    };
    // 12 % of 41.18 for the lamp; the mug's binding was over.
    assert_eq!(with(|_| {}), "total,EUR,494,494,1,1");
    let named = with(|policy| policy["bag_binding_days_by_brand"] = json!({"norrby": 60}));
    assert_eq!(named, "total,EUR,494,661,1,2");
    assert!(START < backend.state.clock.now());
}
