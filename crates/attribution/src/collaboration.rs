//! What a creator and a brand agreed on, with every version of its terms. A marketplace with offers
//! and negotiation makes these; here they are data.

use serde::{Deserialize, Serialize};
use shoptag_commerce::{BasisPoints, BrandId, CollaborationId, CreatorId, ProductId, Timestamp};

use crate::{CollaborationKind, CollaborationScope};

/// One version of the terms, in force until the next one begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TermsVersion {
    /// 1, 2, 3 and so on.
    pub version: u32,
    /// First instant in force.
    pub in_force_from: Timestamp,
    /// Commission on the tagged product, basis points of the base.
    pub direct_bps: BasisPoints,
    /// Commission on other products of the brand. `None`: none.
    pub halo_bps: Option<BasisPoints>,
}

/// Who ended a collaboration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndedBy {
    /// It had been agreed to last until then.
    Agreement,
    /// The creator left.
    Creator,
    /// The brand withdrew. For a creator already promoting this is a cut like any other: it reaches
    /// them after the protection has run out.
    Brand,
}

/// The end of a collaboration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CollaborationEnd {
    /// Last instant in force, inclusive.
    pub at: Timestamp,
    /// Who.
    pub by: EndedBy,
}

/// The fields of a collaboration, as they are stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CollaborationFields {
    /// Which.
    pub id: CollaborationId,
    /// Who promotes.
    pub creator: CreatorId,
    /// Who pays.
    pub brand: BrandId,
    /// One product or the whole shop.
    pub scope: CollaborationScope,
    /// Open or target.
    pub kind: CollaborationKind,
    /// When the creator joined: the first tag on a video, or the acceptance.
    pub promoting_since: Timestamp,
    /// The end, if there is one.
    #[serde(default)]
    pub end: Option<CollaborationEnd>,
    /// At least one, oldest first.
    pub versions: Vec<TermsVersion>,
}

/// Why a collaboration is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CollaborationError {
    /// It has no terms.
    #[error("a collaboration has at least one version of its terms")]
    NoVersion,
    /// Versions or their instants do not ascend.
    #[error("versions and the instants they begin ascend")]
    Order,
    /// It ends before it begins.
    #[error("a collaboration does not end before it begins")]
    End,
}

/// A checked collaboration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "CollaborationFields", into = "CollaborationFields")]
pub struct Collaboration {
    fields: CollaborationFields,
    first_from: Timestamp,
}

impl Collaboration {
    /// What was agreed.
    #[must_use]
    pub fn fields(&self) -> &CollaborationFields {
        &self.fields
    }

    /// First instant of the first terms, or the creator's joining if that is later.
    #[must_use]
    pub fn in_force_from(&self) -> Timestamp {
        self.first_from.max(self.fields.promoting_since)
    }

    /// Whether it is about `product` of `brand`.
    #[must_use]
    pub fn covers(&self, creator: &CreatorId, brand: &BrandId, product: &ProductId) -> bool {
        let in_scope = match &self.fields.scope {
            CollaborationScope::WholeShop => true,
            CollaborationScope::Product(own) => own == product,
        };
        in_scope && self.fields.creator == *creator && self.fields.brand == *brand
    }
}

impl TryFrom<CollaborationFields> for Collaboration {
    type Error = CollaborationError;

    fn try_from(fields: CollaborationFields) -> Result<Self, CollaborationError> {
        let first = fields
            .versions
            .first()
            .ok_or(CollaborationError::NoVersion)?;
        let first_from = first.in_force_from;
        let pairs = fields.versions.iter().zip(fields.versions.iter().skip(1));
        let ascending = pairs.into_iter().all(|(earlier, later)| {
            earlier.version < later.version && earlier.in_force_from < later.in_force_from
        });
        if !ascending {
            return Err(CollaborationError::Order);
        }
        if fields.end.is_some_and(|end| end.at < first_from) {
            return Err(CollaborationError::End);
        }
        Ok(Self { fields, first_from })
    }
}

impl From<Collaboration> for CollaborationFields {
    fn from(collaboration: Collaboration) -> Self {
        collaboration.fields
    }
}
