//! The ledger as a plain-text journal that hledger reads and checks, so that a second program with
//! other authors can say whether the books balance.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use shoptag_commerce::{Currency, DAY_MS, Timestamp};

use crate::{Event, LineRef, Outcome, Posting, Record};

/// Writes every record that moved money as an hledger journal, in order.
///
/// Amounts carry exactly the minor digits of their currency, and the journal declares each
/// currency's digits first. Ids in descriptions are quoted as JSON, so that none can break out of
/// its line.
#[must_use]
pub fn hledger_journal(records: &[Record]) -> String {
    let mut journal = String::from("; Shoptag ledger\ndecimal-mark .\n");
    let moved: Vec<(&Record, &Posting)> = records.iter().filter_map(moving).collect();
    let currencies: BTreeSet<(&str, u32)> = moved
        .iter()
        .map(|(_, posting)| (posting.currency.code(), posting.currency.minor_digits()))
        .collect();
    for (code, digits) in currencies {
        // hledger asks for a decimal mark here even where no digit follows.
        let zeros = "0".repeat(usize::try_from(digits).unwrap_or(0));
        push(
            &mut journal,
            format_args!("commodity 1000.{zeros} {code}\n"),
        );
    }
    for (record, posting) in moved {
        let day = date(record.at);
        let text = description(&record.event);
        push(
            &mut journal,
            format_args!("\n{day} ({}) {text}\n", record.sequence),
        );
        for entry in &posting.entries {
            let amount = decimal(i128::from(entry.amount_minor), posting.currency);
            let code = posting.currency.code();
            push(
                &mut journal,
                format_args!("    {}  {amount} {code}\n", entry.account),
            );
        }
    }
    journal
}

fn moving(record: &Record) -> Option<(&Record, &Posting)> {
    match &record.outcome {
        Outcome::Applied(Some(posting)) if !posting.entries.is_empty() => Some((record, posting)),
        _ => None,
    }
}

fn push(journal: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing into a String cannot fail.
    let _ = journal.write_fmt(text);
}

fn description(event: &Event) -> String {
    let line = |line: &LineRef| quoted(&format!("{}/{}", line.order, line.line));
    match event {
        Event::Accrue { line: of, .. } => format!("commission earned on {}", line(of)),
        Event::Deliver { line: of, .. } => format!("delivered {}", line(of)),
        Event::Freeze { line: of, .. } => format!("commission frozen on {}", line(of)),
        Event::Release { line: of } => format!("commission released on {}", line(of)),
        Event::Post { line: of } => format!("commission posted on {}", line(of)),
        Event::Refund { line: of, .. } => format!("refund on {}", line(of)),
        Event::OpenPayoutBatch { batch, .. } => format!("payout batch {}", quoted(batch.as_str())),
        Event::SettlePayout { batch, .. } => format!("payout arrived {}", quoted(batch.as_str())),
        Event::FailPayout { batch, .. } => format!("payout refused {}", quoted(batch.as_str())),
        Event::BrandPaid { brand, .. } => format!("brand paid {}", quoted(brand.as_str())),
        Event::CreatorRepaid { creator, .. } => {
            format!("creator repaid {}", quoted(creator.as_str()))
        }
    }
}

/// In double quotes, without the two characters that mean something in a description: `;` begins a
/// comment and `|` divides payee from note.
fn quoted(id: &str) -> String {
    let plain: String = id
        .chars()
        .map(|letter| {
            if matches!(letter, ';' | '|' | '"') {
                '_'
            } else {
                letter
            }
        })
        .collect();
    format!("\"{plain}\"")
}

/// An amount with exactly its currency's digits: -5 EUR cents are "-0.05".
pub(crate) fn decimal(amount_minor: i128, currency: Currency) -> String {
    let sign = if amount_minor < 0 { "-" } else { "" };
    let digits = usize::try_from(currency.minor_digits()).unwrap_or(0);
    let padded = format!(
        "{:0>width$}",
        amount_minor.unsigned_abs(),
        width = digits + 1
    );
    let (whole, fraction) = padded.split_at(padded.len().saturating_sub(digits));
    if digits == 0 {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{fraction}")
    }
}

/// The UTC day, `2026-03-01`. Days to a civil date after Howard Hinnant
/// (<https://howardhinnant.github.io/date_algorithms.html#civil_from_days>).
fn date(at: Timestamp) -> String {
    let shifted = at.ms().div_euclid(DAY_MS) + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests;
