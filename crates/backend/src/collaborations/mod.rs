//! Who promotes what at which rate: set by the tenant file and by commands, with every version of
//! the terms. Which rate a click gets is decided by `shoptag_attribution::rate_at`.

mod change;
mod entry;

pub use change::{Wish, changed};
pub use entry::{CollaborationEntry, FeeEntry, check};

use shoptag_attribution::{CollaborationFields, SelfPurchaseSignal};
use shoptag_commerce::{BrandId, CreatorId};
use shoptag_ledger::{HoldPeriod, PlatformFee};

/// How a brand pays commission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrandTerms {
    /// Whose.
    pub brand: BrandId,
    /// Days that a bag line stays bound to its click, 1..=90.
    pub bag_binding_days: u16,
    /// Days after delivery before a commission may be paid.
    pub hold: HoldPeriod,
}

/// Days that a bag line stays bound, unless its brand says otherwise.
pub const BAG_BINDING_DAYS: u16 = 30;

/// What a tenant file says about credit and commission.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreditSetup {
    /// The platform's fee; `None` leaves it as it is.
    pub fee: Option<PlatformFee>,
    /// Brands' terms; those that are left out stay as they are.
    pub brands: Vec<BrandTerms>,
    /// SHA-256 of creators' e-mail addresses, as [`email_hash`] makes it.
    pub emails: Vec<(CreatorId, [u8; 32])>,
    /// Accounts and means of payment that are creators' own; those that are there stay.
    pub marks: Vec<(CreatorId, Mark)>,
    /// Collaborations; those that are left out stay as they are.
    pub wishes: Vec<Wish>,
}

/// By what a person is known again: an account of the host, or a means of payment. Only the hash is
/// compared and kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// Which of the two.
    pub signal: SelfPurchaseSignal,
    /// SHA-256.
    pub hash: [u8; 32],
}

impl Mark {
    /// Of the host's own name for an account, as it is written.
    #[must_use]
    pub fn account(reference: &str) -> Self {
        Self::of(SelfPurchaseSignal::Account, reference)
    }

    /// Of what a payment provider calls the fingerprint of a card or bank account. Pay on delivery
    /// has none.
    #[must_use]
    pub fn payment(fingerprint: &str) -> Self {
        Self::of(SelfPurchaseSignal::Payment, fingerprint)
    }

    fn of(signal: SelfPurchaseSignal, text: &str) -> Self {
        use sha2::{Digest, Sha256};
        Self {
            signal,
            hash: Sha256::digest(text.as_bytes()).into(),
        }
    }
}

/// What applying a setup did to the collaborations.
pub type Changed = Vec<CollaborationFields>;

/// By what a purchase of one's own is found: SHA-256 of the address in lower case, without spaces
/// around.
#[must_use]
pub fn email_hash(address: &str) -> [u8; 32] {
    use sha2::{Digest, Sha256};
    Sha256::digest(address.trim().to_lowercase().as_bytes()).into()
}
