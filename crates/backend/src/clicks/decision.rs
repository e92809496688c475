//! What a click becomes: a touchpoint with its terms, stamped once. Pure.

use std::collections::BTreeSet;

use shoptag_attribution::{
    BoundedTime, ClientClaim, Collaboration, Exclusion, TouchClass, Touchpoint, rate_at,
};
use shoptag_commerce::{CreatorId, Timestamp, TouchId, ViewSessionId};

use crate::tokens::TagClaims;

/// Touches of one view session in a minute that a person makes (reliability.md T13).
pub const RATE_A_MINUTE: usize = 60;

/// A token that was verified, to be exchanged.
#[derive(Debug, Clone, PartialEq)]
pub struct NewClick {
    /// Made by the client.
    pub touch: TouchId,
    /// What the token says.
    pub claims: TagClaims,
    /// [`TagClaims::session`] as an id.
    pub session: ViewSessionId,
    /// Position in the session.
    pub sequence: u32,
    /// The shopper's clock.
    pub occurred_at: Timestamp,
    /// The server's time.
    pub now: Timestamp,
    /// SHA-256 of what makes two requests the same tap.
    pub fingerprint: [u8; 32],
    /// What the request itself showed.
    pub exclusions: BTreeSet<Exclusion>,
}

/// What is known when a click is counted.
#[derive(Debug, Clone, PartialEq)]
pub struct ClickFacts {
    /// The creator of the video now; `None`: there is no such video.
    pub video_creator: Option<CreatorId>,
    /// The collaborations of creator and brand.
    pub collaborations: Vec<Collaboration>,
    /// Clicks of the same view session in the last minute.
    pub recent: usize,
}

/// What became of a click.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clicked {
    /// Counted, now or earlier, at this instant.
    At(Timestamp),
    /// The touchpoint's id names another tap.
    Conflict,
}

/// The touchpoint of a click. Exclusions are kept and shown, never a reason to refuse.
#[must_use]
pub fn touchpoint(new: &NewClick, facts: &ClickFacts) -> Touchpoint {
    let claims = &new.claims;
    let claim = ClientClaim {
        occurred_at: new.occurred_at,
        // What it has waited on the device is not asked: a tap may honestly be older than its
        // token, when the view session came late or was renewed.
        sent_at: None,
    };
    let time = BoundedTime::new(claim, claims.issued_at, new.now);
    let mut exclusions = new.exclusions.clone();
    match &facts.video_creator {
        None => {
            exclusions.insert(Exclusion::CreatorUnknown);
        }
        Some(creator) if *creator != claims.creator => {
            exclusions.insert(Exclusion::CreatorUnlinked);
        }
        Some(_) => {}
    }
    if facts.recent >= RATE_A_MINUTE {
        exclusions.insert(Exclusion::RateLimited);
    }
    let history = &facts.collaborations;
    let terms = rate_at(
        history,
        &claims.creator,
        &claims.brand,
        &claims.product,
        time.at,
    );
    Touchpoint {
        id: new.touch.clone(),
        class: TouchClass::Click,
        session: new.session.clone(),
        sequence: u64::from(new.sequence),
        time,
        video: claims.video.clone(),
        tag: claims.tag.clone(),
        product: claims.product.clone(),
        brand: claims.brand.clone(),
        creator: claims.creator.clone(),
        terms,
        late: false,
        exclusions,
    }
}
