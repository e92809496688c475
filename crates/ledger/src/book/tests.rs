//! The ledger's rules as tables that a finance person can read, and its invariants as properties.
//!
//! Rows: `day N` sets the day; `accrue ORDER CREATOR BRAND BASE RATE [hold=DAYS]
//! [fee=RATE:BEARER]`, `deliver|post|freeze|release ORDER`, `refund ORDER BASE` (negative: taken
//! back), `batch ID MINIMUM`, `settle|fail ID CREATOR`, `brand-pays BRAND AMOUNT`, `repays CREATOR
//! AMOUNT`. A row after `refused CODE` must be refused so. `is WHO WHAT AMOUNT` and `status ORDER
//! STATUS` say what must hold. Amounts are euros; what creators and the platform have is positive.

use proptest::prelude::*;
use shoptag_commerce::{BasisPoints, BrandId, DAY_MS, OrderId};

use super::*;
use crate::{FreezeReason, HoldPeriod, LineTerms, PaidBy, PlatformFee, Refusal};

fn euro() -> Currency {
    Currency::parse("EUR").unwrap()
}

fn cents(text: &str) -> i64 {
    let (whole, fraction) = text.split_once('.').expect(text);
    assert_eq!(fraction.len(), 2, "{text}");
    format!("{whole}{fraction}").parse().unwrap()
}

fn percent(text: &str) -> BasisPoints {
    let number: u16 = text.strip_suffix('%').expect(text).parse().unwrap();
    BasisPoints::new(number * 100).unwrap()
}

fn line(order: &str) -> LineRef {
    LineRef {
        order: OrderId::parse(order).unwrap(),
        line: 0,
    }
}

fn creator(name: &str) -> CreatorId {
    CreatorId::parse(name).unwrap()
}

fn batch(name: &str) -> PayoutBatchId {
    PayoutBatchId::parse(name).unwrap()
}

fn day(day: i64) -> Timestamp {
    Timestamp::from_ms(day * DAY_MS)
}

fn accrue(row: &[&str]) -> Event {
    let option = |name: &str| row.iter().find_map(|word| word.strip_prefix(name));
    let fee = option("fee=").map(|fee| {
        let (rate, bearer) = fee.split_once(':').unwrap();
        let paid_by = if bearer == "brand" {
            PaidBy::Brand
        } else {
            PaidBy::Creator
        };
        PlatformFee {
            rate_bps: percent(rate),
            paid_by,
        }
    });
    let hold = option("hold=").map_or(15, |days| days.parse().unwrap());
    let terms = LineTerms {
        creator: creator(row[2]),
        brand: BrandId::parse(row[3]).unwrap(),
        currency: euro(),
        base_minor: cents(row[4]),
        rate_bps: percent(row[5]),
        fee,
        hold_days: HoldPeriod::days(hold).unwrap(),
    };
    Event::Accrue {
        line: line(row[1]),
        terms,
    }
}

fn event(row: &[&str], now: Timestamp) -> Option<Event> {
    Some(match row[0] {
        "accrue" => accrue(row),
        "deliver" => Event::Deliver {
            line: line(row[1]),
            delivered_at: now,
        },
        "post" => Event::Post { line: line(row[1]) },
        "freeze" => Event::Freeze {
            line: line(row[1]),
            reason: FreezeReason::Fraud,
        },
        "release" => Event::Release { line: line(row[1]) },
        "refund" => Event::Refund {
            line: line(row[1]),
            base_minor: cents(row[2]),
        },
        "batch" => Event::OpenPayoutBatch {
            batch: batch(row[1]),
            currency: euro(),
            minimum_minor: cents(row[2]),
        },
        "settle" => Event::SettlePayout {
            batch: batch(row[1]),
            creator: creator(row[2]),
        },
        "fail" => Event::FailPayout {
            batch: batch(row[1]),
            creator: creator(row[2]),
        },
        "brand-pays" => Event::BrandPaid {
            brand: BrandId::parse(row[1]).unwrap(),
            currency: euro(),
            amount_minor: cents(row[2]),
        },
        "repays" => Event::CreatorRepaid {
            creator: creator(row[1]),
            currency: euro(),
            amount_minor: cents(row[2]),
        },
        _ => return None,
    })
}

fn expected_balance(book: &Book, who: &str, what: &str) -> i128 {
    let (account, sign) = match what {
        "owes-us" => (Account::BrandOwes(BrandId::parse(who).unwrap()), 1),
        "pending" => (Account::CreatorPending(creator(who)), -1),
        "frozen" => (Account::CreatorFrozen(creator(who)), -1),
        "posted" => (Account::CreatorPosted(creator(who)), -1),
        "in-transit" => (Account::CreatorInTransit(creator(who)), -1),
        "receivable" => (Account::CreatorReceivable(creator(who)), 1),
        "fee-pending" => (Account::FeePending, -1),
        "fee-earned" => (Account::FeeEarned, -1),
        "bank" => (Account::Bank, 1),
        other => panic!("no such account: {other}"),
    };
    book.balances().of(&account, euro()) * sign
}

fn check(table: &str) -> Book {
    let mut book = Book::new();
    let mut now = day(0);
    let mut expectations = 0;
    for (number, row) in table.lines().enumerate() {
        let mut row: Vec<&str> = row.split_whitespace().collect();
        let refused = (row.first() == Some(&"refused")).then(|| row.drain(..2).nth(1).unwrap());
        match row.first() {
            None => continue,
            Some(&"day") => now = day(row[1].parse().unwrap()),
            Some(&"is") => {
                let found = expected_balance(&book, row[1], row[2]);
                assert_eq!(
                    found,
                    i128::from(cents(row[3])),
                    "row {number} {row:?} of {table}"
                );
                expectations += 1;
            }
            Some(&"status") => {
                let status = book.line(&line(row[1])).unwrap().status();
                let status = serde_json::to_value(status).unwrap();
                assert_eq!(status, row[2], "row {number} of {table}");
                expectations += 1;
            }
            Some(_) => {
                let event = event(&row, now).expect(table);
                let key = RecordKey::parse(format!("row {number}")).unwrap();
                let answer = book.record(key, event, now);
                let code = answer.err().map(|error| match error {
                    LedgerError::Refused(refusal) => serde_json::to_value(refusal).unwrap(),
                    other => panic!("{other}"),
                });
                let expected = refused.map(serde_json::Value::from);
                assert_eq!(code, expected, "row {number} {row:?} of {table}");
                expectations += usize::from(refused.is_some());
            }
        }
    }
    assert!(
        expectations > 0,
        "a table without expectations proves nothing: {table}"
    );
    assert_sound(&book);
    book
}

/// What holds of every ledger at every moment.
fn assert_sound(book: &Book) {
    let sum: i128 = book.balances().iter().map(|(_, _, balance)| balance).sum();
    assert_eq!(sum, 0, "all accounts sum to zero");
    for record in book.records() {
        if let Outcome::Applied(Some(posting)) = &record.outcome {
            let sum: i128 = posting
                .entries
                .iter()
                .map(|e| i128::from(e.amount_minor))
                .sum();
            assert_eq!(sum, 0, "every transaction sums to zero: {record:?}");
        }
    }
    for (_, account, balance) in book.balances().iter() {
        match account {
            Account::CreatorPending(_)
            | Account::CreatorFrozen(_)
            | Account::CreatorPosted(_)
            | Account::CreatorInTransit(_)
            | Account::FeePending
            | Account::FeeEarned => assert!(balance <= 0, "{account} {balance}"),
            Account::CreatorReceivable(creator) => {
                assert!(balance >= 0, "{account} {balance}");
                let posted = book
                    .balances()
                    .of(&Account::CreatorPosted(creator.clone()), euro());
                assert_eq!(posted, 0, "nobody has posted money and owes some");
            }
            Account::BrandOwes(_) | Account::Bank => {}
        }
        let recomputed = book.balance_at(account, euro(), Timestamp::from_ms(i64::MAX));
        assert_eq!(
            recomputed, balance,
            "the kept balance is the recomputed one"
        );
    }
    assert!(book.payouts().all(|payout| payout.amount_minor >= 1));
}

#[test]
fn a_commission_is_pending_then_posted_after_the_hold_then_paid() {
    check(
        "accrue o1 mia halden 100.00 10%
         is halden owes-us 10.00
         is mia    pending 10.00
         status o1 pending
         day 3
         deliver o1
         day 17
         refused hold-not-over post o1
         day 18
         post o1
         is mia pending 0.00
         is mia posted 10.00
         status o1 posted
         day 31
         batch march 5.00
         is mia posted     0.00
         is mia in-transit 10.00
         status o1 paid
         day 32
         settle march mia
         is mia in-transit 0.00
         is us bank -10.00
         brand-pays halden 10.00
         is halden owes-us 0.00
         is us bank 0.00",
    );
}

#[test]
fn a_partial_refund_before_the_posting_lowers_what_is_pending() {
    check(
        "accrue o1 mia halden 99.99 10%
         is mia pending 10.00
         refund o1 33.33
         is mia pending 6.67
         refund o1 33.33
         is mia pending 3.33
         refund o1 33.33
         is mia pending 0.00
         is halden owes-us 0.00
         status o1 reversed
         refused amount refund o1 0.01",
    );
}

#[test]
fn a_refund_between_posting_and_payout_is_taken_from_what_is_posted() {
    check(
        "accrue o1 mia halden 100.00 10% hold=0
         deliver o1
         post o1
         refund o1 40.00
         is mia posted 6.00
         is mia receivable 0.00
         is halden owes-us 6.00",
    );
}

#[test]
fn a_refund_after_the_payout_is_a_receivable_and_never_a_negative_payout() {
    check(
        "accrue o1 mia halden 100.00 10% hold=0
         deliver o1
         post o1
         batch one 0.01
         settle one mia
         refund o1 100.00
         is mia receivable 10.00
         is halden owes-us 0.00
         batch two 0.01
         refused unknown settle two mia
         accrue o2 mia halden 60.00 10% hold=0
         deliver o2
         post o2
         is mia receivable 4.00
         is mia posted 0.00
         accrue o3 mia halden 100.00 10% hold=0
         deliver o3
         post o3
         is mia receivable 0.00
         is mia posted 6.00
         batch three 0.01
         is mia in-transit 6.00",
    );
}

#[test]
fn a_refund_larger_than_what_is_posted_takes_that_first() {
    check(
        "accrue o1 mia halden 100.00 10% hold=0
         deliver o1
         post o1
         batch one 0.01
         settle one mia
         accrue o2 mia halden 40.00 10% hold=0
         deliver o2
         post o2
         refund o1 100.00
         is mia posted 0.00
         is mia receivable 6.00
         refused amount repays mia 6.01
         repays mia 6.00
         is mia receivable 0.00
         is us bank -4.00",
    );
}

#[test]
fn a_refund_that_is_taken_back_restores_what_was_due() {
    check(
        "accrue o1 mia halden 100.00 10%
         refund o1 100.00
         refund o1 -40.00
         is mia pending 4.00
         refused amount refund o1 -60.01
         refund o1 -60.00
         is mia pending 10.00
         refused amount refund o1 0.00
         refused amount refund o1 100.01",
    );
}

#[test]
fn what_is_frozen_is_not_posted_and_a_refund_reaches_it() {
    check(
        "accrue o1 mia halden 100.00 10% hold=0
         deliver o1
         freeze o1
         is mia pending 0.00
         is mia frozen 10.00
         status o1 frozen
         refused stage post o1
         refused stage freeze o1
         refund o1 50.00
         is mia frozen 5.00
         release o1
         is mia frozen 0.00
         is mia pending 5.00
         refused stage release o1
         post o1
         is mia posted 5.00
         refused stage freeze o1",
    );
}

#[test]
fn the_platforms_fee_comes_on_top_or_out_of_the_commission() {
    check(
        "accrue o1 mia halden 100.00 10% hold=0 fee=20%:brand
         is halden owes-us 12.00
         is mia pending 10.00
         is us fee-pending 2.00
         deliver o1
         post o1
         is us fee-pending 0.00
         is us fee-earned 2.00
         refund o1 50.00
         is us fee-earned 1.00
         is mia posted 5.00
         is halden owes-us 6.00",
    );
    check(
        "accrue o1 mia halden 100.00 10% hold=0 fee=20%:creator
         is halden owes-us 10.00
         is mia pending 8.00
         is us fee-pending 2.00
         deliver o1
         post o1
         batch one 0.01
         settle one mia
         refund o1 100.00
         is us fee-earned 0.00
         is mia receivable 8.00
         is halden owes-us 0.00",
    );
}

#[test]
fn a_payout_that_the_bank_refuses_is_posted_again() {
    check(
        "accrue o1 mia halden 100.00 10% hold=0
         deliver o1
         post o1
         batch one 0.01
         refund o1 30.00
         is mia receivable 3.00
         fail one mia
         is mia receivable 0.00
         is mia posted 7.00
         status o1 posted
         refused stage settle one mia
         batch two 0.01
         settle two mia
         is us bank -7.00
         refused stage fail two mia
         refused exists batch two 0.01",
    );
}

#[test]
fn a_batch_pays_who_has_enough_and_leaves_the_rest() {
    let book = check(
        "accrue o1 mia halden 100.00 10% hold=0
         accrue o2 noa norr   50.00 10% hold=0
         accrue o3 ida norr   49.90 10% hold=0
         deliver o1
         deliver o2
         deliver o3
         post o1
         post o2
         post o3
         batch one 5.00
         is mia in-transit 10.00
         is noa in-transit 5.00
         is ida posted 4.99
         status o3 posted",
    );
    assert_eq!(book.payouts().count(), 2);
}

#[test]
fn the_earliest_report_of_a_delivery_counts() {
    check(
        "accrue o1 mia halden 100.00 10% hold=7
         day 10
         deliver o1
         day 17
         post o1
         is mia posted 10.00",
    );
    let mut book = Book::new();
    let record = |book: &mut Book, key: &str, event: Event, now| {
        book.record(RecordKey::parse(key).unwrap(), event, now)
    };
    let row = ["accrue", "o1", "mia", "halden", "100.00", "10%", "hold=7"];
    record(&mut book, "a", accrue(&row), day(0)).unwrap();
    for (key, delivered) in [("late", 9), ("early", 2), ("later", 11)] {
        let event = Event::Deliver {
            line: line("o1"),
            delivered_at: day(delivered),
        };
        record(&mut book, key, event, day(12)).unwrap();
    }
    assert_eq!(book.line(&line("o1")).unwrap().hold_over_at(), Some(day(9)));
    assert_eq!(book.due(day(9).plus_ms(-1)).count(), 0);
    assert_eq!(book.due(day(9)).collect::<Vec<_>>(), [&line("o1")]);
}

#[test]
fn what_does_not_exist_or_exists_already_is_refused() {
    check(
        "refused unknown post o1
         refused unknown refund o1 1.00
         refused unknown settle one mia
         accrue o1 mia halden 1.00 10%
         refused exists accrue o1 noa halden 1.00 10%
         refused amount accrue o2 mia halden -0.01 10%
         refused amount brand-pays halden 0.00
         refused amount repays mia 0.01",
    );
}

#[test]
fn a_refused_key_never_succeeds_later_and_a_used_key_names_one_request() {
    let mut book = Book::new();
    let key = |text: &str| RecordKey::parse(text).unwrap();
    let row = ["accrue", "o1", "mia", "halden", "100.00", "10%", "hold=0"];
    let post = Event::Post { line: line("o1") };
    let unknown = Err(LedgerError::Refused(Refusal::Unknown));
    assert_eq!(book.record(key("post"), post.clone(), day(0)), unknown);
    assert_eq!(
        book.record(key("accrue"), accrue(&row), day(0)),
        Ok(Recorded::New(1))
    );
    let deliver = Event::Deliver {
        line: line("o1"),
        delivered_at: day(0),
    };
    assert_eq!(
        book.record(key("deliver"), deliver, day(0)),
        Ok(Recorded::New(2))
    );
    // It could be posted now; the key says no for ever.
    assert_eq!(book.record(key("post"), post.clone(), day(1)), unknown);
    assert_eq!(
        book.record(key("accrue"), post.clone(), day(1)),
        Err(LedgerError::KeyReused)
    );
    assert_eq!(
        book.record(key("accrue"), accrue(&row), day(9)),
        Ok(Recorded::Already(1))
    );
    assert_eq!(
        book.record(key("post again"), post, day(1)),
        Ok(Recorded::New(3))
    );
}

#[test]
fn a_sum_beyond_64_bits_is_refused_and_changes_nothing() {
    let mut book = Book::new();
    let mut record = |key: &str, amount_minor| {
        let brand = BrandId::parse("halden").unwrap();
        let event = Event::BrandPaid {
            brand,
            currency: euro(),
            amount_minor,
        };
        book.record(RecordKey::parse(key).unwrap(), event, day(0))
    };
    record("most", i64::MAX).unwrap();
    assert_eq!(
        record("one more", 1),
        Err(LedgerError::Refused(Refusal::Overflow))
    );
    assert_eq!(
        book.balances().of(&Account::Bank, euro()),
        i128::from(i64::MAX)
    );
    assert_sound(&book);
}

#[test]
fn a_clock_that_goes_back_stands_still() {
    let mut book = Book::new();
    for (key, at, expected) in [("a", 5, 5), ("b", 3, 5), ("c", 6, 6)] {
        let brand = BrandId::parse("halden").unwrap();
        let event = Event::BrandPaid {
            brand,
            currency: euro(),
            amount_minor: 1,
        };
        book.record(RecordKey::parse(key).unwrap(), event, day(at))
            .unwrap();
        assert_eq!(book.records().last().unwrap().at, day(expected));
    }
}

#[test]
fn a_statement_shows_what_moved_between_two_instants() {
    let book = check(
        "day 1
         accrue o1 mia halden 100.00 10%
         day 2
         accrue o2 mia halden 50.00 10%
         day 3
         refund o1 10.00
         day 4
         refund o2 50.00
         is mia pending 9.00",
    );
    let pending = Account::CreatorPending(creator("mia"));
    let statement = book.statement(&pending, euro(), day(2), day(3));
    assert_eq!(
        (statement.opening_minor, statement.closing_minor),
        (-1_000, -1_400)
    );
    let rows: Vec<_> = statement
        .rows
        .iter()
        .map(|row| (row.at, row.amount_minor, row.balance_minor))
        .collect();
    assert_eq!(rows, [(day(2), -500, -1_500), (day(3), 100, -1_400)]);
    assert_eq!(
        book.balance_at(&pending, euro(), day(3).plus_ms(-1)),
        -1_500
    );
    assert_eq!(book.balance_at(&pending, euro(), day(0)), 0);
}

#[test]
fn one_changed_byte_anywhere_in_the_log_is_found() {
    let book = check(
        "accrue o1 mia halden 100.00 10% hold=0
         deliver o1
         refused unknown post o2
         is mia pending 10.00",
    );
    let log: Vec<String> = book
        .records()
        .iter()
        .map(|record| serde_json::to_string(record).unwrap())
        .collect();
    assert_eq!(replay(&log).unwrap().head(), book.head());
    let mut found = 0;
    for (index, row) in log.iter().enumerate() {
        for (position, byte) in row
            .bytes()
            .enumerate()
            .filter(|(_, b)| b.is_ascii_alphanumeric())
        {
            let mut bytes = row.clone().into_bytes();
            bytes[position] = if byte == b'1' { b'2' } else { b'1' };
            let mut changed = log.clone();
            changed[index] = String::from_utf8(bytes).unwrap();
            assert!(replay(&changed).is_err(), "{}", changed[index]);
            found += 1;
        }
    }
    assert!(found > 500, "{found}");
    let mut shorter = log.clone();
    shorter.remove(1);
    assert!(replay(&shorter).is_err());
}

fn replay(log: &[String]) -> Result<Book, String> {
    let records: Result<Vec<Record>, _> = log.iter().map(|row| serde_json::from_str(row)).collect();
    Book::replay(records.map_err(|error| error.to_string())?).map_err(|error| error.to_string())
}

/// Any event on four lines, three creators, two brands and three batches.
fn any_event() -> impl Strategy<Value = Event> {
    let names = ("[abcd]", "[mno]", "[hk]", "[xyz]");
    let amounts = (0_i64..20_000, 0_u16..=10_000, -3_000_i64..8_000, 0_i64..40);
    let kind = prop::sample::select(vec![0, 0, 1, 1, 2, 2, 2, 3, 4, 5, 5, 5, 6, 7, 8, 9, 10]);
    let fee = prop::option::of((0_u16..=10_000, any::<bool>()));
    (kind, names, amounts, fee).prop_map(
        |(kind, (order, who, brand, run), (base, rate, refund, delivered), fee)| {
            let (line, creator, batch) = (line(&order), creator(&who), batch(&run));
            let brand = BrandId::parse(brand).unwrap();
            let currency = euro();
            match kind {
                0 => {
                    let fee = fee.map(|(rate, by_brand)| PlatformFee {
                        rate_bps: BasisPoints::new(rate).unwrap(),
                        paid_by: if by_brand {
                            PaidBy::Brand
                        } else {
                            PaidBy::Creator
                        },
                    });
                    let rate_bps = BasisPoints::new(rate).unwrap();
                    let hold_days = HoldPeriod::days([0, 7, 14][usize::from(rate % 3)]).unwrap();
                    let base_minor = base;
                    let terms = LineTerms {
                        creator,
                        brand,
                        currency,
                        base_minor,
                        rate_bps,
                        fee,
                        hold_days,
                    };
                    Event::Accrue { line, terms }
                }
                1 => Event::Deliver {
                    line,
                    delivered_at: day(delivered),
                },
                2 => Event::Post { line },
                3 => Event::Freeze {
                    line,
                    reason: FreezeReason::Dispute,
                },
                4 => Event::Release { line },
                5 => Event::Refund {
                    line,
                    base_minor: refund,
                },
                6 => Event::OpenPayoutBatch {
                    batch,
                    currency,
                    minimum_minor: base / 10,
                },
                7 => Event::SettlePayout { batch, creator },
                8 => Event::FailPayout { batch, creator },
                9 => Event::BrandPaid {
                    brand,
                    currency,
                    amount_minor: base,
                },
                _ => Event::CreatorRepaid {
                    creator,
                    currency,
                    amount_minor: base / 10,
                },
            }
        },
    )
}

proptest! {
    #[test]
    fn any_series_of_events_keeps_the_ledger_sound_and_replays_to_the_same_bytes(
        events in prop::collection::vec((any_event(), -2_i64..6), 1..50),
        repeats in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
    ) {
        let mut book = Book::new();
        let mut today = 0;
        let mut answers = Vec::new();
        for (number, (event, step)) in events.iter().enumerate() {
            today += step;
            let key = RecordKey::parse(format!("key {number}")).unwrap();
            answers.push(book.record(key, event.clone(), day(today)));
            assert_sound(&book);
        }
        prop_assert_eq!(book.records().len(), events.len());
        let head = book.head();
        // Any request repeated: the same answer, the same bytes.
        for index in repeats {
            let number = index.index(events.len());
            let key = RecordKey::parse(format!("key {number}")).unwrap();
            let again = book.record(key, events[number].0.clone(), day(today));
            prop_assert_eq!(again.is_ok(), answers[number].is_ok());
        }
        prop_assert_eq!(book.head(), head);
        let replayed = Book::replay(book.records().to_vec()).unwrap();
        prop_assert_eq!(replayed.head(), head);
        prop_assert_eq!(replayed.balances(), book.balances());
    }

    #[test]
    fn a_balance_of_the_past_is_what_it_was_then(
        events in prop::collection::vec((any_event(), 0_i64..3), 1..40),
    ) {
        let mut book = Book::new();
        let mut today = 0;
        let mut then = Vec::new();
        for (number, (event, step)) in events.iter().enumerate() {
            today += step;
            let key = RecordKey::parse(format!("key {number}")).unwrap();
            let _refused_or_not = book.record(key, event.clone(), day(today));
            then.push((day(today), book.balances().clone()));
        }
        let accounts: Vec<Account> =
            book.balances().iter().map(|(_, account, _)| account.clone()).collect();
        for (index, (at, balances)) in then.iter().enumerate() {
            // Of several records of one instant the last one counts.
            if then.get(index + 1).is_some_and(|(next, _)| next == at) {
                continue;
            }
            for account in &accounts {
                let expected = balances.of(account, euro());
                prop_assert_eq!(book.balance_at(account, euro(), *at), expected);
            }
        }
    }

    #[test]
    fn any_series_of_refunds_to_the_total_leaves_exactly_nothing(
        base in 1_i64..10_000_000,
        rate in 0_u16..=10_000,
        fee in prop::option::of((0_u16..=10_000, any::<bool>())),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        paid_after in 0_usize..8,
        code in prop::sample::select(vec!["EUR", "JPY", "KWD", "CLF"]),
    ) {
        let currency = Currency::parse(code).unwrap();
        let (mia, halden) = (creator("mia"), BrandId::parse("halden").unwrap());
        let terms = LineTerms {
            creator: mia.clone(),
            brand: halden.clone(),
            currency,
            base_minor: base,
            rate_bps: BasisPoints::new(rate).unwrap(),
            fee: fee.map(|(rate, by_brand)| PlatformFee {
                rate_bps: BasisPoints::new(rate).unwrap(),
                paid_by: if by_brand { PaidBy::Brand } else { PaidBy::Creator },
            }),
            hold_days: HoldPeriod::days(0).unwrap(),
        };
        let mut book = Book::new();
        let mut number = 0;
        let mut record = |book: &mut Book, event: Event| {
            number += 1;
            book.record(RecordKey::parse(format!("{number}")).unwrap(), event, day(1)).unwrap();
        };
        record(&mut book, Event::Accrue { line: line("o"), terms });
        let mut points: Vec<i64> = cuts
            .iter()
            .map(|cut| i64::try_from(cut.index(usize::try_from(base).unwrap())).unwrap())
            .chain([0, base])
            .collect();
        points.sort_unstable();
        points.dedup();
        for (step, pair) in points.windows(2).enumerate() {
            if step == paid_after {
                record(&mut book, Event::Deliver { line: line("o"), delivered_at: day(0) });
                record(&mut book, Event::Post { line: line("o") });
                let batch = batch("one");
                record(&mut book, Event::OpenPayoutBatch { batch, currency, minimum_minor: 1 });
            }
            record(&mut book, Event::Refund { line: line("o"), base_minor: pair[1] - pair[0] });
        }
        prop_assert_eq!(book.balances().of(&Account::BrandOwes(halden), currency), 0);
        prop_assert_eq!(book.balances().of(&Account::FeePending, currency), 0);
        prop_assert_eq!(book.balances().of(&Account::FeeEarned, currency), 0);
        // What was sent off before is owed back, to the minor unit.
        let of = |account: fn(CreatorId) -> Account| {
            book.balances().of(&account(mia.clone()), currency)
        };
        let sent = of(Account::CreatorInTransit);
        prop_assert_eq!(of(Account::CreatorReceivable), -sent);
        prop_assert_eq!(of(Account::CreatorPosted) + of(Account::CreatorPending), 0);
    }

    #[test]
    fn refunds_and_deliveries_in_any_order_and_number_give_the_same_state(
        (events, shuffled) in prop::collection::vec((1_i64..100, 0_i64..30), 1..8)
            .prop_flat_map(|events| (Just(events.clone()), Just(events).prop_shuffle())),
    ) {
        let state = |events: &[(i64, i64)], copies: usize| {
            let mut book = Book::new();
            let row = ["accrue", "o1", "mia", "halden", "1000.00", "13%", "hold=7"];
            book.record(RecordKey::parse("accrue").unwrap(), accrue(&row), day(0)).unwrap();
            for (refund, delivered) in events.iter().cycle().take(events.len() * copies) {
                let key = RecordKey::parse(format!("refund {refund} {delivered}")).unwrap();
                let event = Event::Refund { line: line("o1"), base_minor: *refund };
                book.record(key, event, day(40)).unwrap();
                let key = RecordKey::parse(format!("deliver {refund} {delivered}")).unwrap();
                let event = Event::Deliver { line: line("o1"), delivered_at: day(*delivered) };
                book.record(key, event, day(40)).unwrap();
            }
            (book.line(&line("o1")).cloned(), book.balances().clone())
        };
        prop_assert_eq!(state(&events, 1), state(&shuffled, 3));
    }
}
