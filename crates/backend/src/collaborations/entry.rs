//! Collaborations as the tenant file writes them.

use std::str::FromStr;

use serde::Deserialize;
use shoptag_attribution::{CollaborationKind, CollaborationScope};
use shoptag_commerce::{BasisPoints, BrandId, CreatorId, ProductId, Timestamp};
use shoptag_ledger::{PaidBy, PlatformFee};

use super::Wish;

/// `{"creator", "brand", "product"?, "direct_bp", "halo_bp"?, "kind", "from", "until"?}`; instants
/// in RFC 3339.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CollaborationEntry {
    /// Who promotes.
    pub creator: CreatorId,
    /// Who pays.
    pub brand: BrandId,
    /// What; the whole shop when left out.
    #[serde(default)]
    pub product: Option<ProductId>,
    /// On the tagged product, 100..=8000.
    pub direct_bp: BasisPoints,
    /// On other products of the brand; left out: nothing.
    #[serde(default)]
    pub halo_bp: Option<BasisPoints>,
    /// "open" or "target".
    pub kind: CollaborationKind,
    /// First instant.
    pub from: String,
    /// Last instant; left out: no end.
    #[serde(default)]
    pub until: Option<String>,
}

/// `{"rate_bp", "paid_by": "brand" | "creator"}`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeeEntry {
    /// Share of each commission.
    pub rate_bp: BasisPoints,
    /// Who bears it.
    pub paid_by: PaidBy,
}

impl From<FeeEntry> for PlatformFee {
    fn from(entry: FeeEntry) -> Self {
        Self {
            rate_bps: entry.rate_bp,
            paid_by: entry.paid_by,
        }
    }
}

/// Rates that a collaboration may have, basis points: 1 % to 80 % (DESIGN section 7).
const RATES: std::ops::RangeInclusive<u16> = 100..=8_000;

/// The wish of an entry.
///
/// # Errors
/// The field that is wrong, and what to do.
pub fn check(entry: &CollaborationEntry) -> Result<Wish, (&'static str, &'static str)> {
    if !RATES.contains(&entry.direct_bp.get()) {
        return Err(("direct_bp", "choose 100 to 8000 basis points"));
    }
    if entry.halo_bp.is_some_and(|halo| halo > entry.direct_bp) {
        return Err(("halo_bp", "not above direct_bp"));
    }
    let from = instant(&entry.from).ok_or(("from", INSTANT))?;
    let until = match &entry.until {
        Some(text) => Some(instant(text).ok_or(("until", INSTANT))?),
        None => None,
    };
    if until.is_some_and(|until| until < from) {
        return Err(("until", "not before from"));
    }
    Ok(Wish {
        creator: entry.creator.clone(),
        brand: entry.brand.clone(),
        scope: entry
            .product
            .clone()
            .map_or(CollaborationScope::WholeShop, CollaborationScope::Product),
        kind: entry.kind,
        direct: entry.direct_bp,
        halo: entry.halo_bp,
        from,
        until,
    })
}

const INSTANT: &str = "write an instant with its zone: 2026-11-22T10:30:00Z";

fn instant(text: &str) -> Option<Timestamp> {
    let instant = jiff::Timestamp::from_str(text).ok()?;
    Some(Timestamp::from_ms(instant.as_millisecond()))
}
