//! An independent program reads the journal and says whether it balances.

use std::io::Write as _;
use std::process::{Command, Stdio};

use shoptag_commerce::{BasisPoints, BrandId, CreatorId, OrderId, PayoutBatchId};

use super::*;
use crate::{Book, HoldPeriod, LineTerms, PaidBy, PlatformFee, RecordKey};

#[test]
fn amounts_have_exactly_the_digits_of_their_currency() {
    for (minor, code, text) in [
        (-5, "EUR", "-0.05"),
        (12_345, "EUR", "123.45"),
        (0, "EUR", "0.00"),
        (1_234, "JPY", "1234"),
        (-1, "KWD", "-0.001"),
        (i128::from(i64::MIN), "CLF", "-922337203685477.5808"),
    ] {
        assert_eq!(decimal(minor, Currency::parse(code).unwrap()), text);
    }
}

#[test]
fn days_are_civil_dates() {
    for (days, text) in [
        (0, "1970-01-01"),
        (-1, "1969-12-31"),
        (11_016, "2000-02-29"),
        (11_017, "2000-03-01"),
        (20_512, "2026-02-28"),
        (20_513, "2026-03-01"),
        (47_540, "2100-02-28"),
        (47_541, "2100-03-01"),
    ] {
        assert_eq!(date(Timestamp::from_ms(days * DAY_MS)), text);
        assert_eq!(date(Timestamp::from_ms(days * DAY_MS + DAY_MS - 1)), text);
    }
}

/// Runs hledger on `journal`; its output, or what it complained of.
fn hledger(journal: &str, arguments: &[&str]) -> Result<String, String> {
    let mut child = Command::new("hledger")
        .args(["-f", "-"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("hledger is missing: install it (apt-get install hledger) and run the test again");
    child
        .stdin
        .take()
        .unwrap()
        .write_all(journal.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    if output.status.success() {
        Ok(String::from_utf8(output.stdout).unwrap())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

/// Four currencies, awkward ids, refunds before and after payout.
fn eventful_book() -> Book {
    let mut book = Book::new();
    let mut day = 20_000;
    let mut key = 0;
    let mut record = |event: Event| {
        day += 1;
        key += 1;
        let key = RecordKey::parse(format!("key-{key}")).unwrap();
        book.record(key, event, Timestamp::from_ms(day * DAY_MS))
            .unwrap();
    };
    for (number, code) in (0..).zip(["EUR", "JPY", "KWD", "CLF"]) {
        let currency = Currency::parse(code).unwrap();
        let creator = CreatorId::parse("mia: the  lamp; lady | é").unwrap();
        let line = LineRef {
            order: OrderId::parse("order; 1 | \"x\"").unwrap(),
            line: number,
        };
        let fee = PlatformFee {
            rate_bps: BasisPoints::new(1_250).unwrap(),
            paid_by: if number % 2 == 0 {
                PaidBy::Brand
            } else {
                PaidBy::Creator
            },
        };
        let terms = LineTerms {
            creator: creator.clone(),
            brand: BrandId::parse("Halden & Söhne").unwrap(),
            currency,
            base_minor: 123_457,
            rate_bps: BasisPoints::new(1_333).unwrap(),
            fee: Some(fee),
            hold_days: HoldPeriod::days(0).unwrap(),
        };
        let batch = PayoutBatchId::parse(format!("batch-{code}")).unwrap();
        record(Event::Accrue {
            line: line.clone(),
            terms,
        });
        record(Event::Refund {
            line: line.clone(),
            base_minor: 3_001,
        });
        let delivered_at = Timestamp::from_ms(0);
        record(Event::Deliver {
            line: line.clone(),
            delivered_at,
        });
        record(Event::Post { line: line.clone() });
        record(Event::OpenPayoutBatch {
            batch: batch.clone(),
            currency,
            minimum_minor: 1,
        });
        record(Event::SettlePayout { batch, creator });
        record(Event::Refund {
            line,
            base_minor: 7,
        });
        let brand = BrandId::parse("Halden & Söhne").unwrap();
        record(Event::BrandPaid {
            brand,
            currency,
            amount_minor: 500,
        });
    }
    book
}

#[test]
fn hledger_accepts_the_journal_and_finds_our_balances() {
    let book = eventful_book();
    let journal = hledger_journal(book.records());
    hledger(&journal, &["check"]).unwrap();
    let found = hledger(
        &journal,
        &["balance", "--flat", "--layout=bare", "-N", "-O", "csv"],
    );
    let mut found: Vec<String> = found
        .unwrap()
        .lines()
        .skip(1)
        .map(|row| row.replace('"', ""))
        .collect();
    let digits = |code: &str| Currency::parse(code).unwrap();
    let mut ours: Vec<String> = book
        .balances()
        .iter()
        .map(|(code, account, balance)| {
            format!("{account},{code},{}", decimal(balance, digits(code)))
        })
        .collect();
    found.sort();
    ours.sort();
    assert_eq!(found, ours);
    assert_eq!(
        ours.len(),
        4 * 4,
        "four accounts in four currencies: {ours:?}"
    );
}

#[test]
fn hledger_finds_a_single_cent_too_many() {
    let journal = hledger_journal(eventful_book().records());
    let row = journal
        .lines()
        .find(|row| row.contains("fee:pending") && row.contains(" EUR"));
    let row = row.unwrap();
    let (account, amount) = row.trim().split_once("  ").unwrap();
    let cents: i128 = amount
        .trim_end_matches(" EUR")
        .replace('.', "")
        .parse()
        .unwrap();
    let euro = Currency::parse("EUR").unwrap();
    let wrong = format!("    {account}  {} EUR", decimal(cents + 1, euro));
    let complaint = hledger(&journal.replacen(row, &wrong, 1), &["check"]).unwrap_err();
    assert!(complaint.contains("could not balance"), "{complaint}");
}
