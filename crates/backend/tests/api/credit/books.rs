//! The books by command and by statement: freezes, payouts that fail, debts that are paid back,
//! cuts that creators are told of, and statements of many pages.

use serde_json::{Value, json};
use shoptag_attribution::EndedBy;
use shoptag_backend::collaborations::CreditSetup;
use shoptag_commerce::{CollaborationId, DAY_MS, OrderId};
use shoptag_ledger::{Event, FreezeReason, LineRef, RecordKey};

use super::program::{fails, says};
use super::{ask, audit, brand_key, buy, command, creator_key, market, tap, watch, wish};
use crate::support::{Backend, START, product, tenant};

/// A mug sold by Mira; the order's number and id.
async fn sale(backend: &Backend) -> (String, String) {
    let session = watch(backend, "day").await;
    backend.clock.advance_ms(5_000);
    let (receipt, _) = tap(backend, &session, "mug").await;
    let number = buy(backend, &[("mug", 1)], &[("mug", &receipt)]).await;
    let sql = format!("SELECT order_id FROM orders WHERE number = '{number}'");
    let id = backend.database.text(&sql);
    (number, id)
}

/// Delivers Norrby's part, and lets its hold of seven days pass.
async fn delivered(backend: &Backend, number: &str) {
    let key = brand_key(backend, "norrby").await;
    for verb in ["ship", "deliver"] {
        let path = format!("/v1/orders/{number}/fulfilments/norrby/{verb}");
        let answer = command(backend, &path, &key, &json!({})).await;
        assert_eq!(answer.outcome(), (200, String::new()), "{verb}");
    }
    backend.clock.advance_ms(7 * DAY_MS);
}

async fn settle(backend: &Backend) -> usize {
    let now = backend.state.clock.now();
    backend.store.settle(now, 1_000).await.unwrap()
}

/// What stands on an account of Mira's.
async fn has(backend: &Backend, account: &str) -> i64 {
    let key = creator_key(backend, "mira").await;
    let document = ask(backend, "/v1/accounts/mira/statement", &key)
        .await
        .json();
    let rows = document["balances"].as_array().unwrap();
    let own = rows.iter().find(|row| row["account"] == account);
    own.map_or(0, |row| row["amount_minor"].as_i64().unwrap())
}

#[tokio::test]
async fn a_frozen_commission_waits_until_it_is_released() {
    let backend = market().await;
    let (number, id) = sale(&backend).await;
    let freeze = |reason: &str| {
        let arguments = ["ledger", "freeze", &id, "0", "--reason", reason];
        [&arguments[..], &["--tenant", "demo"]].concat().join(" ")
    };
    let run = |text: &str| says(&backend, &text.split(' ').collect::<Vec<_>>());
    assert_eq!(run(&freeze("dispute")), "done\n");
    assert_eq!(
        (
            has(&backend, "frozen").await,
            has(&backend, "pending").await
        ),
        (167, 0)
    );
    // Twice is refused, and so is a line that is not there.
    let again = freeze("fraud");
    assert!(fails(&backend, &again.split(' ').collect::<Vec<_>>()).contains("where it stands"));
    let unknown = ["ledger", "release", &id, "9", "--tenant", "demo"];
    assert!(fails(&backend, &unknown).contains("no such line"));
    delivered(&backend, &number).await;
    assert_eq!(settle(&backend).await, 0, "a frozen commission is not paid");
    let release = format!("ledger release {id} 0 --tenant demo");
    assert_eq!(run(&release), "done\n");
    assert_eq!(
        (
            has(&backend, "frozen").await,
            has(&backend, "pending").await
        ),
        (0, 167)
    );
    assert_eq!(settle(&backend).await, 1);
    assert_eq!(has(&backend, "posted").await, 167);
    audit(&backend).await;
}

#[tokio::test]
async fn a_payout_that_the_bank_refuses_is_posted_again_and_one_that_arrives_is_paid() {
    let backend = market().await;
    let (number, _) = sale(&backend).await;
    delivered(&backend, &number).await;
    assert_eq!(settle(&backend).await, 1);
    let run = |text: &str| says(&backend, &text.split(' ').collect::<Vec<_>>());
    let open = "payout run --currency EUR --tenant demo --batch";
    assert_eq!(run(&format!("{open} one")), "one mira 167 EUR in transit\n");
    assert_eq!(has(&backend, "in-transit").await, 167);
    assert_eq!(run("payout fail one mira --tenant demo"), "done\n");
    assert_eq!(
        (
            has(&backend, "in-transit").await,
            has(&backend, "posted").await
        ),
        (0, 167)
    );
    let late = ["payout", "settle", "one", "mira", "--tenant", "demo"];
    assert!(fails(&backend, &late).contains("where it stands"));
    assert_eq!(run(&format!("{open} two")), "two mira 167 EUR in transit\n");
    assert_eq!(run("payout settle two mira --tenant demo"), "done\n");
    // Said twice, it happened once.
    assert_eq!(run("payout settle two mira --tenant demo"), "done\n");
    let list = run("payout list --tenant demo");
    assert_eq!(list, "one mira 167 EUR failed\ntwo mira 167 EUR paid\n");
    assert_eq!(
        (
            has(&backend, "in-transit").await,
            has(&backend, "posted").await
        ),
        (0, 0)
    );
    audit(&backend).await;
}

#[tokio::test]
async fn a_creator_pays_back_what_was_reversed_after_the_payout_and_no_more() {
    let backend = market().await;
    let (number, _) = sale(&backend).await;
    delivered(&backend, &number).await;
    settle(&backend).await;
    let run = |text: &str| says(&backend, &text.split(' ').collect::<Vec<_>>());
    run("payout run --currency EUR --tenant demo --batch one");
    run("payout settle one mira --tenant demo");
    let key = brand_key(&backend, "norrby").await;
    let path = format!("/v1/orders/{number}/refunds");
    let lines = json!({"lines": [{"line": 0, "quantity": 1}]});
    let answer = command(&backend, &path, &key, &lines).await;
    assert_eq!(answer.outcome(), (201, String::new()));
    assert_eq!(has(&backend, "receivable").await, 167);
    let pay = "ledger creator-repaid mira --currency EUR --tenant demo --amount-minor";
    let too_much = format!("{pay} 168");
    let said = fails(&backend, &too_much.split(' ').collect::<Vec<_>>());
    assert!(said.contains("out of range"), "{said}");
    assert_eq!(run(&format!("{pay} 100")), "done\n");
    assert_eq!(has(&backend, "receivable").await, 67);
    assert_eq!(run(&format!("{pay} 67")), "done\n");
    assert_eq!(has(&backend, "receivable").await, 0);
    says(&backend, &["ledger", "verify", "--tenant", "demo"]);
    audit(&backend).await;
}

#[tokio::test]
async fn a_cut_is_told_once_when_it_is_made_and_once_two_days_before_it_reaches() {
    let backend = market().await;
    let cut = CreditSetup {
        wishes: vec![wish("mira", "norrby", None, 500, None)],
        ..CreditSetup::default()
    };
    let changed = backend.store.apply_credit(tenant("demo"), cut, START).await;
    assert_eq!(changed.unwrap().len(), 1);
    let told = async |days: i64| {
        let now = START.plus_ms(days * DAY_MS);
        let notices = backend.store.tell_cut_notices(tenant("demo"), now).await;
        let kinds = notices.unwrap().into_iter().map(|notice| {
            let to = notice.to_bps.map(|rate| rate.get());
            (notice.kind, notice.from_bps.get(), to)
        });
        kinds.collect::<Vec<_>>()
    };
    use shoptag_attribution::NoticeKind;
    assert_eq!(told(-1).await, []);
    assert_eq!(told(0).await, [(NoticeKind::Cut, 1_000, Some(500))]);
    assert_eq!(told(0).await, []);
    assert_eq!(told(27).await, []);
    assert_eq!(told(28).await, [(NoticeKind::Reminder, 1_000, Some(500))]);
    assert_eq!(told(29).await, []);
}

#[tokio::test]
async fn notices_are_listed_and_handed_out_by_command() {
    let backend = market().await;
    let notices = ["collaboration", "notices", "--tenant", "demo"];
    let due = [&notices[..], &["--due", "--json"]].concat();
    assert_eq!(says(&backend, &notices), "nobody is owed a message\n");
    assert_eq!(says(&backend, &due), "");
    // Long ago, so that both are due whatever day it is.
    backend.execute(
        "INSERT INTO collaboration_terms VALUES
             ('demo', 'mira/norrby/*/open', 2, 1795000000000, 700, NULL)",
    );
    let end = shoptag_attribution::CollaborationEnd {
        at: shoptag_commerce::Timestamp::from_ms(4_000_000_000_000),
        by: EndedBy::Brand,
    };
    let id = CollaborationId::parse("ben/norrby/*/open").unwrap();
    let ended = backend.store.end_collaboration(tenant("demo"), id, end);
    assert!(ended.await.unwrap());
    let list = says(&backend, &notices);
    assert_eq!(list.lines().count(), 4, "{list}");
    assert!(
        list.contains("mira, mira/norrby/*/open: 1000 bp become 700 bp"),
        "{list}"
    );
    assert!(
        list.contains("ben, ben/norrby/*/open: 800 bp become 0 bp"),
        "{list}"
    );
    assert!(!list.contains("told"), "{list}");
    let said = says(&backend, &due);
    let first: Value = serde_json::from_str(said.lines().next().unwrap()).unwrap();
    assert_eq!(
        (first["creator"].as_str(), first["kind"].as_str()),
        (Some("mira"), Some("cut"))
    );
    assert!(!said.contains("ben"), "not due for a long time: {said}");
    let again = says(&backend, &due);
    assert!(!again.contains("\"cut\""), "told once: {again}");
    assert!(says(&backend, &notices).contains(", told "));
}

/// What a page of a statement holds: lines, movements, and where the next ones begin.
async fn page(backend: &Backend, key: &str, query: &str) -> Value {
    let answer = ask(
        backend,
        &format!("/v1/accounts/mira/statement?{query}"),
        key,
    )
    .await;
    assert_eq!(answer.outcome(), (200, String::new()));
    answer.json()
}

#[tokio::test]
async fn a_statement_of_more_than_five_hundred_lines_is_read_page_by_page() {
    let backend = market().await;
    let session = watch(&backend, "day").await;
    backend.clock.advance_ms(5_000);
    let (receipt, _) = tap(&backend, &session, "lamp").await;
    let names: Vec<String> = (0..311).map(|index| format!("cup-{index:03}")).collect();
    let cups = names.iter().map(|id| product(id, "halden", 300, None));
    let stored = backend
        .store
        .upsert_products(tenant("demo"), cups.collect());
    stored.await.unwrap();
    let lines: Vec<(&str, u32)> = names.iter().map(|id| (id.as_str(), 1)).collect();
    for _ in 0..2 {
        buy(&backend, &lines, &[("", &receipt)]).await;
    }
    let (number, _) = sale(&backend).await;
    let key = creator_key(&backend, "mira").await;
    let first = page(&backend, &key, "").await;
    let lines = |page: &Value| page["lines"].as_array().unwrap().clone();
    assert_eq!(lines(&first).len(), 500);
    assert_eq!(lines(&first)[0]["number"], json!(number), "newest first");
    let next = first["next_lines"].as_str().unwrap();
    let second = page(&backend, &key, &format!("lines={next}")).await;
    assert_eq!(second["next_lines"], Value::Null);
    let mut seen: Vec<String> = [lines(&first), lines(&second)]
        .concat()
        .iter()
        .map(|line| format!("{}/{}", line["number"], line["line"]))
        .collect();
    assert_eq!(seen.len(), 623);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 623, "each line once");
    let wrong = ask(&backend, "/v1/accounts/mira/statement?lines=x", &key).await;
    assert_eq!(wrong.outcome(), (422, "id-format".into()));
}

#[tokio::test]
async fn movements_beyond_five_hundred_follow_on_the_next_page() {
    let backend = market().await;
    let (_, id) = sale(&backend).await;
    let line = LineRef {
        order: OrderId::parse(id).unwrap(),
        line: 0,
    };
    let now = backend.state.clock.now();
    for round in 0..130 {
        for (verb, event) in [
            (
                "freeze",
                Event::Freeze {
                    line: line.clone(),
                    reason: FreezeReason::Dispute,
                },
            ),
            ("release", Event::Release { line: line.clone() }),
        ] {
            let key = RecordKey::parse(format!("{verb}/{round}")).unwrap();
            let made = backend.store.ledger_event(tenant("demo"), key, event, now);
            made.await.unwrap().unwrap();
        }
    }
    let key = creator_key(&backend, "mira").await;
    let mut all = Vec::new();
    let mut query = String::new();
    loop {
        let page = page(&backend, &key, &query).await;
        let movements = page["movements"].as_array().unwrap();
        assert!(movements.len() <= 500);
        all.extend(movements.iter().map(|it| it["sequence"].as_u64().unwrap()));
        match page["next_after"].as_u64() {
            Some(after) => query = format!("after={after}"),
            None => break,
        }
    }
    // The accrual moves one account, each freeze and release two.
    assert_eq!(all.len(), 1 + 260 * 2);
    assert!(all.is_sorted());
}
