//! Whom a record of the ledger bears on: what statements are found by.

use std::collections::BTreeSet;

use shoptag_commerce::{BrandId, CreatorId};
use shoptag_ledger::{Account, Event, Posting};

/// Whom a record bears on, as `ledger_parties` names them: whose line it accrues, and on whose
/// accounts it moves something.
pub(super) fn of_record(event: &Event, posting: Option<&Posting>) -> BTreeSet<String> {
    let mut parties = BTreeSet::new();
    if let Event::Accrue { terms, .. } = event {
        parties.insert(brand(&terms.brand));
        parties.insert(creator(&terms.creator));
    }
    for entry in posting.iter().flat_map(|posting| &posting.entries) {
        match &entry.account {
            Account::BrandOwes(of) => parties.insert(brand(of)),
            Account::CreatorPending(of)
            | Account::CreatorFrozen(of)
            | Account::CreatorPosted(of)
            | Account::CreatorInTransit(of)
            | Account::CreatorReceivable(of) => parties.insert(creator(of)),
            Account::FeePending | Account::FeeEarned | Account::Bank => false,
        };
    }
    parties
}

/// A brand as a party.
pub(super) fn brand(brand: &BrandId) -> String {
    format!("brand {brand}")
}

/// A creator as a party.
pub(super) fn creator(creator: &CreatorId) -> String {
    format!("creator {creator}")
}
