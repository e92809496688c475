//! The terms of a collaboration as they stood at one touch: stamped once, never looked up again.

use serde::{Deserialize, Serialize};
use shoptag_commerce::{BasisPoints, CollaborationId, ProductId, Timestamp};

/// How a creator came into a collaboration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CollaborationKind {
    /// Any eligible creator may join.
    Open,
    /// The brand invited this creator. Beats an open one.
    Target,
}

/// What a collaboration is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CollaborationScope {
    /// Everything that the brand sells.
    WholeShop,
    /// One product.
    Product(ProductId),
}

/// How the bought product stands to the tagged one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Another product of the same brand.
    Halo,
    /// The very product.
    Direct,
}

/// Where a rate came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "from")]
pub enum RateSource {
    /// The version of the terms in force at the touch.
    Current {
        /// Which.
        terms_version: u32,
    },
    /// An earlier, better version, which protects creators who were promoting under it.
    Protected {
        /// Which.
        terms_version: u32,
        /// Last instant of the protection, inclusive.
        until: Timestamp,
    },
}

/// A rate with its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StampedRate {
    /// Share of the base, basis points.
    pub rate_bps: BasisPoints,
    /// Why this one.
    pub source: RateSource,
}

/// The terms that a touch was stamped with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Terms {
    /// Which collaboration.
    pub collaboration: CollaborationId,
    /// Open or target.
    pub kind: CollaborationKind,
    /// One product or the whole shop.
    pub scope: CollaborationScope,
    /// Version in force at the touch.
    pub terms_version: u32,
    /// For the tagged product.
    pub direct: StampedRate,
    /// For other products of the brand. `None`: not agreed, reported only.
    pub halo: Option<StampedRate>,
    /// First instant of the collaboration.
    pub in_force_from: Timestamp,
    /// Last instant at which a touch still earns, inclusive. `None`: no end.
    pub in_force_until: Option<Timestamp>,
}

impl Terms {
    /// Whether a touch at `at` is within the collaboration. Both ends count.
    #[must_use]
    pub fn in_force_at(&self, at: Timestamp) -> bool {
        self.in_force_from <= at && self.in_force_until.is_none_or(|until| at <= until)
    }

    /// The rate for a product that stands to the tagged one as `scope`.
    #[must_use]
    pub fn rate_for(&self, scope: Scope) -> Option<StampedRate> {
        match scope {
            Scope::Direct => Some(self.direct),
            Scope::Halo => self.halo,
        }
    }
}
