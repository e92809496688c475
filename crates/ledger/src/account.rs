//! The accounts. A positive amount is a debit: assets grow with it, liabilities and income shrink.

use std::fmt;

use serde::{Deserialize, Serialize};
use shoptag_commerce::{BrandId, CreatorId};

/// Where money stands. There is one of each per currency.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "of")]
pub enum Account {
    /// Asset: what a brand owes for commissions and fees. Negative after a refund of what it had
    /// paid.
    BrandOwes(BrandId),
    /// Liability: earned, and the hold is not over.
    CreatorPending(CreatorId),
    /// Liability: kept back while something is looked into.
    CreatorFrozen(CreatorId),
    /// Liability: may be paid out.
    CreatorPosted(CreatorId),
    /// Liability: on its way to the creator's bank.
    CreatorInTransit(CreatorId),
    /// Asset: paid out and reversed later. Taken from what is posted next, never paid as a
    /// negative.
    CreatorReceivable(CreatorId),
    /// Liability: the platform's fee on commissions that may still be reversed freely.
    FeePending,
    /// Income: the platform's fee.
    FeeEarned,
    /// Asset: the platform's bank.
    Bank,
}

impl Account {
    /// Its name in a plain-text journal: parts by `:`, anything but letters, digits, `.`, `_` and
    /// `-` of an id as `%XX`.
    #[must_use]
    pub fn journal_name(&self) -> String {
        match self {
            Self::BrandOwes(brand) => format!("assets:brands:{}", escaped(brand.as_str())),
            Self::CreatorPending(creator) => creator_name(creator, "pending"),
            Self::CreatorFrozen(creator) => creator_name(creator, "frozen"),
            Self::CreatorPosted(creator) => creator_name(creator, "posted"),
            Self::CreatorInTransit(creator) => creator_name(creator, "in-transit"),
            Self::CreatorReceivable(creator) => {
                format!("assets:creators:{}:receivable", escaped(creator.as_str()))
            }
            Self::FeePending => "liabilities:platform-fee:pending".to_owned(),
            Self::FeeEarned => "income:platform-fee".to_owned(),
            Self::Bank => "assets:bank".to_owned(),
        }
    }
}

impl fmt::Display for Account {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.journal_name())
    }
}

fn creator_name(creator: &CreatorId, part: &str) -> String {
    format!("liabilities:creators:{}:{part}", escaped(creator.as_str()))
}

fn escaped(id: &str) -> String {
    id.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'_' | b'-' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_id_can_break_out_of_its_account_name() {
        for (id, name) in [
            ("mia", "liabilities:creators:mia:posted"),
            ("a:b", "liabilities:creators:a%3Ab:posted"),
            ("a  ; b", "liabilities:creators:a%20%20%3B%20b:posted"),
            ("é%", "liabilities:creators:%C3%A9%25:posted"),
        ] {
            let account = Account::CreatorPosted(CreatorId::parse(id).unwrap());
            assert_eq!(account.to_string(), name);
        }
    }
}
