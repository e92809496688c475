//! Two creators' videos, three products, three lines, refunds before and after the payout: to the
//! cent.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use shoptag_backend::ledger_accounts::beancount_journal;
use shoptag_commerce::{Currency, DAY_MS, PayoutBatchId};
use shoptag_ledger::{Event, RecordKey, hledger_journal};

use super::{
    ask, audit, bind, brand_key, buy, command, creator_key, credits, decision, line, losses,
    market, refund_lines, tap, watch,
};
use crate::support::{Backend, tenant};

/// The balances of a statement, by account.
async fn balances(backend: &Backend, party: &str, key: &str) -> Vec<(String, i64)> {
    let answer = ask(backend, &format!("/v1/accounts/{party}/statement"), key).await;
    assert_eq!(answer.outcome(), (200, String::new()));
    let document = answer.json();
    let rows = document["balances"].as_array().unwrap().iter();
    rows.map(|row| {
        (
            row["account"].as_str().unwrap().to_owned(),
            row["amount_minor"].as_i64().unwrap(),
        )
    })
    .collect()
}

fn amount(account: &str, minor: i64) -> (String, i64) {
    (account.to_owned(), minor)
}

async fn step(backend: &Backend, number: &str, brand: &str, verb: &str, key: &str) -> Value {
    let path = format!("/v1/orders/{number}/fulfilments/{brand}/{verb}");
    let answer = command(backend, &path, key, &json!({})).await;
    assert_eq!(answer.outcome(), (200, String::new()), "{verb}");
    answer.json()
}

/// Watches both videos and buys a lamp, a rug and a mug.
async fn purchase(backend: &Backend) -> String {
    let day = watch(backend, "day").await;
    backend.clock.advance_ms(5_000);
    let (lamp, _) = tap(backend, &day, "lamp").await;
    let bound = bind(backend, &lamp, "lamp-sand").await;
    let night = watch(backend, "night").await;
    backend.clock.advance_ms(5_000);
    let (rug, _) = tap(backend, &night, "rug").await;
    let (bens_mug, _) = tap(backend, &night, "mug").await;
    backend.clock.advance_ms(60_000);
    let (miras_mug, _) = tap(backend, &day, "mug").await;
    backend.clock.advance_ms(60_000);
    let receipts = [
        ("lamp-sand", bound.as_str()),
        ("", &rug),
        ("", &bens_mug),
        ("", &miras_mug),
    ];
    buy(
        backend,
        &[("lamp-sand", 1), ("rug", 1), ("mug", 1)],
        &receipts,
    )
    .await
}

#[tokio::test]
async fn three_lines_of_two_creators_come_out_to_the_cent() {
    let backend = market().await;
    let (mira, ben) = (
        creator_key(&backend, "mira").await,
        creator_key(&backend, "ben").await,
    );
    let (halden, norrby) = (
        brand_key(&backend, "halden").await,
        brand_key(&backend, "norrby").await,
    );
    let number = purchase(&backend).await;

    // Ten per cent off for two of Halden's: lamp 44.10 with 7.04 tax, rug 116.10 with 18.54.
    let seen = decision(&backend, &number, &halden).await;
    let bound = line("bag-binding", "mira", 445);
    let rug = line("direct-click", "ben", 1_463);
    assert_eq!(credits(&seen), [bound.clone(), rug]);
    assert_eq!(losses(&seen)[0], ["halo-not-agreed"]);
    assert_eq!(losses(&seen)[1], ["direct-goes-first"]);
    // A mug for 19.90 with 3.18 tax: the later click earns.
    let seen = decision(&backend, &number, &norrby).await;
    assert_eq!(credits(&seen), [line("direct-click", "mira", 167)]);
    assert_eq!(losses(&seen)[0], ["other-click-goes-first"]);
    // Mira reads the lines that she took part in: her halo on the rug lost.
    let seen = decision(&backend, &number, &mira).await;
    assert_eq!(seen["lines"].as_array().unwrap().len(), 3);
    assert_eq!(
        balances(&backend, "mira", &mira).await,
        [amount("pending", 445 + 167)]
    );
    assert_eq!(
        balances(&backend, "ben", &ben).await,
        [amount("pending", 1_463)]
    );
    // Commissions with a tenth for the platform.
    assert_eq!(
        balances(&backend, "halden", &halden).await,
        [amount("owes", 445 + 45 + 1_463 + 146)]
    );
    audit(&backend).await;

    // Half of the mug and the whole rug go back before anything was paid.
    let half = refund_lines(
        &backend,
        &number,
        &norrby,
        &json!([{"line": 2, "amount_minor": 995}]),
    )
    .await;
    assert_eq!(half["lines"][0]["commission_minor"], 84);
    assert_eq!(half["lines"][0]["remaining_minor"], 995);
    let whole = refund_lines(
        &backend,
        &number,
        &halden,
        &json!([{"line": 1, "quantity": 1}]),
    )
    .await;
    assert_eq!(whole["amount_minor"], 11_610);
    assert_eq!(whole["lines"][0]["commission_minor"], 0);
    assert_eq!(balances(&backend, "ben", &ben).await, []);

    pay_out(&backend, &number, &halden, &norrby).await;
    assert_eq!(balances(&backend, "mira", &mira).await, []);

    // 20.00 of the lamp after the payout: 12 % of 20.25 remain due, 2.02 are owed back.
    refund_lines(
        &backend,
        &number,
        &halden,
        &json!([{"line": 0, "amount_minor": 2_000}]),
    )
    .await;
    assert_eq!(
        balances(&backend, "mira", &mira).await,
        [amount("receivable", 445 - 243)]
    );
    audit(&backend).await;
    hledger_balances(&backend).await;
}

/// Delivers, waits for the holds, posts, pays, and the payout arrives.
async fn pay_out(backend: &Backend, number: &str, halden: &str, norrby: &str) {
    for (brand, key) in [("halden", halden), ("norrby", norrby)] {
        step(backend, number, brand, "ship", key).await;
        let delivered = step(backend, number, brand, "deliver", key).await;
        assert_eq!(delivered["status"], "delivered");
    }
    let settled = async |days: i64| {
        backend.clock.advance_ms(days * DAY_MS);
        let now = backend.state.clock.now();
        backend.store.settle(now, 100).await.unwrap()
    };
    // Norrby holds 7 days, Halden 15; the rug's commission of nothing is posted too.
    assert_eq!(settled(6).await, 0);
    assert_eq!(settled(1).await, 1);
    assert_eq!(settled(8).await, 2);
    assert_eq!(settled(1).await, 0);
    let batch = PayoutBatchId::parse("november").unwrap();
    let now = backend.state.clock.now();
    let mira = shoptag_commerce::CreatorId::parse("mira").unwrap();
    let events = [
        (
            "payout/november",
            Event::OpenPayoutBatch {
                batch: batch.clone(),
                currency: Currency::parse("EUR").unwrap(),
                minimum_minor: 100,
            },
        ),
        (
            "arrived/november/mira",
            Event::SettlePayout {
                batch,
                creator: mira,
            },
        ),
    ];
    for (key, event) in events {
        let key = RecordKey::parse(key).unwrap();
        // Twice is once.
        for _ in 0..2 {
            let made = backend
                .store
                .ledger_event(tenant("demo"), key.clone(), event.clone(), now);
            made.await.unwrap().unwrap();
        }
    }
    let payouts = backend.store.payouts(tenant("demo"), None).await.unwrap();
    assert_eq!(payouts.len(), 1);
    assert_eq!(payouts[0].amount_minor, 445 + 84);
}

/// The journal as a second program reads it.
async fn hledger_balances(backend: &Backend) {
    let (records, _) = backend.store.ledger(tenant("demo")).await.unwrap();
    let accounts: Vec<String> = beancount_journal(&records)
        .lines()
        .filter_map(|line| line.split_once(" open ").map(|(_, name)| name.to_owned()))
        .collect();
    assert!(accounts.contains(&"Assets:Creators:Xmira:Receivable".to_owned()));
    let journal = hledger_journal(&records);
    let run = |arguments: &[&str]| {
        let mut child = Command::new("hledger")
            .args(["-f", "-"])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("hledger is missing: install it (apt-get install hledger)");
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(journal.as_bytes()).unwrap();
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    run(&["check"]);
    let owed = run(&["bal", "assets:creators:mira:receivable", "-N", "--flat"]);
    assert!(owed.trim().starts_with("2.02 EUR"), "{owed}");
    // The bank paid 5.29 and nothing else moved there.
    let bank = run(&["bal", "assets:bank", "-N", "--flat"]);
    assert!(bank.trim().starts_with("-5.29 EUR"), "{bank}");
}

#[tokio::test]
async fn what_has_happened_cannot_be_rewritten() {
    let backend = market().await;
    let number = purchase(&backend).await;
    let halden = brand_key(&backend, "halden").await;
    let lines = json!([{"line": 0, "amount_minor": 100}]);
    refund_lines(&backend, &number, &halden, &lines).await;
    step(&backend, &number, "halden", "ship", &halden).await;
    for table in [
        "collaboration_terms",
        "clicks",
        "orders",
        "credited_touches",
        "fulfilment_steps",
        "ledger_records",
        "ledger_parties",
        "refunds",
    ] {
        for change in [
            format!("UPDATE {table} SET tenant_id = 'x'"),
            format!("DELETE FROM {table}"),
        ] {
            let error = backend.database.execute(&change).unwrap_err();
            assert!(error.contains("append-only"), "{change}: {error}");
        }
    }
}

#[tokio::test]
async fn a_changed_byte_in_the_log_is_found() {
    use shoptag_backend::ledger_accounts::{VerifyError, replay_decision, verify};
    let backend = market().await;
    purchase(&backend).await;
    backend.execute("UPDATE ledger_balances SET balance_minor = balance_minor + 1");
    let (records, tables) = backend.store.ledger(tenant("demo")).await.unwrap();
    let found = verify(records.clone(), &tables);
    assert!(matches!(found, Err(VerifyError::Table("balances"))));
    let mut forged = records;
    forged[0].at = shoptag_commerce::Timestamp::from_ms(1);
    assert!(matches!(
        verify(forged, &tables),
        Err(VerifyError::Replay(_))
    ));
    let mut rows = backend.store.decisions(tenant("demo"), 0, 9).await.unwrap();
    let row = &mut rows[0];
    let start = shoptag_commerce::Digest::START;
    assert!(replay_decision(row, start).is_ok());
    row.evidence = row.evidence.replace("\"test\":false", "\"test\":true");
    let found = replay_decision(row, start);
    assert!(matches!(found, Err(VerifyError::Decision(_))));
}
