//! Who earned the sale, from the touch in the browser to the decision with its receipt.
#![cfg_attr(feature = "decision", doc = "")]
#![cfg_attr(feature = "decision", doc = include_str!("../README.md"))]
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::float_arithmetic
    )
)]

pub mod journal;
pub mod viewability;

#[cfg(feature = "reports")]
pub mod reports;

#[cfg(feature = "decision")]
mod collaboration;
#[cfg(feature = "decision")]
mod decide;
#[cfg(feature = "decision")]
mod order;
#[cfg(feature = "decision")]
mod policy;
#[cfg(feature = "decision")]
mod rate;
#[cfg(feature = "decision")]
mod receipt;
#[cfg(feature = "decision")]
mod terms;
#[cfg(feature = "decision")]
mod touchpoint;
#[cfg(feature = "decision")]
mod what_if;

#[cfg(feature = "decision")]
pub use collaboration::{
    Collaboration, CollaborationEnd, CollaborationError, CollaborationFields, EndedBy, TermsVersion,
};
#[cfg(feature = "decision")]
pub use decide::decide;
#[cfg(feature = "decision")]
pub use order::{
    BagBinding, Evidence, LineForDecision, OrderForDecision, RefusedReceipt, SelfPurchase,
    SelfPurchaseSignal, commission_base,
};
#[cfg(feature = "decision")]
pub use policy::{Claim, HaloRule, POLICY_VERSION, Policy, PolicyError, PolicyFields};
#[cfg(feature = "decision")]
pub use rate::{CutNotice, NoticeKind, PROTECTION_MS, REMINDER_BEFORE_MS, cut_notices, rate_at};
#[cfg(feature = "decision")]
pub use receipt::{
    BindingReport, Candidate, Credit, LineDecision, LossReason, OrderDecision, Outcome,
    ReceiptError, Verdict, Window, chain_receipt, chain_receipt_bytes,
};
#[cfg(feature = "decision")]
pub use terms::{CollaborationKind, CollaborationScope, RateSource, Scope, StampedRate, Terms};
#[cfg(feature = "decision")]
pub use touchpoint::{
    BoundedTime, ClientClaim, Clock, Exclusion, TouchClass, Touchpoint, dwell_exclusion,
};
#[cfg(feature = "decision")]
pub use what_if::{ChangedLine, WhatIf, WhatIfRow, WhatIfTotal, what_if};

/// The worked example of the project's front page.
#[cfg(all(doctest, feature = "decision"))]
#[doc = include_str!("../../../README.md")]
struct FrontPage;
