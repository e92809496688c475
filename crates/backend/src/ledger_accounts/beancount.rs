//! The ledger as a beancount file. Its program asks for accounts in capitals that are opened first.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use shoptag_commerce::{Currency, Timestamp};
use shoptag_ledger::{Account, Outcome, Posting, Record};

/// Writes every record that moved money as a beancount transaction, in order.
///
/// Ids in account names are hexadecimal where they are not letters, digits or `-`; descriptions
/// name the record's key.
#[must_use]
pub fn beancount_journal(records: &[Record]) -> String {
    let mut journal = String::from("option \"title\" \"Shoptag ledger\"\n");
    let moved: Vec<(&Record, &Posting)> = records.iter().filter_map(moving).collect();
    let accounts: BTreeSet<String> = moved
        .iter()
        .flat_map(|(_, posting)| posting.entries.iter().map(|entry| name(&entry.account)))
        .collect();
    let first = moved
        .first()
        .map_or(String::new(), |(record, _)| day(record.at));
    for account in accounts {
        push(&mut journal, format_args!("{first} open {account}\n"));
    }
    for (record, posting) in moved {
        let text = record.key.as_str().replace(['"', '\\'], "_");
        let date = day(record.at);
        push(&mut journal, format_args!("\n{date} * \"{text}\"\n"));
        for entry in &posting.entries {
            let amount = decimal(entry.amount_minor, posting.currency);
            let account = name(&entry.account);
            let code = posting.currency.code();
            push(&mut journal, format_args!("  {account}  {amount} {code}\n"));
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

fn name(account: &Account) -> String {
    match account {
        Account::BrandOwes(brand) => format!("Assets:Brands:{}", part(brand.as_str())),
        Account::CreatorPending(creator) => creator_name(creator.as_str(), "Pending"),
        Account::CreatorFrozen(creator) => creator_name(creator.as_str(), "Frozen"),
        Account::CreatorPosted(creator) => creator_name(creator.as_str(), "Posted"),
        Account::CreatorInTransit(creator) => creator_name(creator.as_str(), "InTransit"),
        Account::CreatorReceivable(creator) => {
            format!("Assets:Creators:{}:Receivable", part(creator.as_str()))
        }
        Account::FeePending => "Liabilities:PlatformFee:Pending".to_owned(),
        Account::FeeEarned => "Income:PlatformFee".to_owned(),
        Account::Bank => "Assets:Bank".to_owned(),
    }
}

fn creator_name(creator: &str, state: &str) -> String {
    format!("Liabilities:Creators:{}:{state}", part(creator))
}

/// A part begins with a capital; `X` cannot stem from an id, so no two ids share a name.
fn part(id: &str) -> String {
    let mut part = String::from("X");
    for byte in id.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' => part.push(char::from(byte)),
            _ => push(&mut part, format_args!("-{byte:02X}")),
        }
    }
    part
}

/// An amount with exactly its currency's digits.
fn decimal(amount_minor: i64, currency: Currency) -> String {
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

/// The UTC day.
fn day(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.ms()).map_or_else(
        |_| "1970-01-01".to_owned(),
        |at| at.to_zoned(jiff::tz::TimeZone::UTC).date().to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_ids_share_an_account_name() {
        for (id, expected) in [
            ("mira", "Xmira"),
            ("Mira", "X-4Dira"),
            ("a:b", "Xa-3Ab"),
            ("a-b", "Xa-2Db"),
            ("é", "X-C3-A9"),
        ] {
            assert_eq!(part(id), expected);
        }
    }

    #[test]
    fn amounts_have_their_currencys_digits() {
        for (minor, code, expected) in [
            (-5, "EUR", "-0.05"),
            (1_234, "JPY", "1234"),
            (1_234, "KWD", "1.234"),
        ] {
            assert_eq!(decimal(minor, Currency::parse(code).unwrap()), expected);
        }
    }
}
