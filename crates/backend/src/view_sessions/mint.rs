//! Which claims the tags of a video get. Pure.

use shoptag_attribution::{Collaboration, rate_at};
use shoptag_commerce::{
    BrandId, CreatorId, DAY_MS, ProductId, TagId, TenantId, Timestamp, VideoId,
};

use crate::tokens::{CLAIMS_VERSION, TAG_TOKEN_MS, TagClaims, session_hash};

/// A tag that can be bought from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewTag {
    /// Unique within the video.
    pub tag: TagId,
    /// Its product.
    pub product: ProductId,
    /// The product's brand.
    pub brand: BrandId,
}

/// What is known of a video when somebody begins to watch it.
#[derive(Debug, Clone, PartialEq)]
pub struct Viewable {
    /// Whose video it is.
    pub creator: CreatorId,
    /// Tags whose product exists.
    pub tags: Vec<ViewTag>,
    /// The creator's collaborations.
    pub collaborations: Vec<Collaboration>,
}

/// A view session to be given tokens.
#[derive(Debug, Clone)]
pub struct Minting {
    /// Whose platform.
    pub tenant: TenantId,
    /// Which video.
    pub video: VideoId,
    /// The session, new or renewed.
    pub view_session_id: String,
    /// Begins the unique id of each token.
    pub jti: String,
    /// The server's time.
    pub now: Timestamp,
}

/// One claim a tag, in the order of the tags.
#[must_use]
pub fn mint(minting: &Minting, viewable: &Viewable) -> Vec<TagClaims> {
    let now = minting.now;
    let session = session_hash(&minting.view_session_id);
    let session_at = session_started_at(&minting.view_session_id, now);
    let tags = viewable.tags.iter().enumerate();
    tags.map(|(index, tag)| {
        let history = &viewable.collaborations;
        let terms = rate_at(history, &viewable.creator, &tag.brand, &tag.product, now);
        TagClaims {
            v: CLAIMS_VERSION,
            tenant: minting.tenant.clone(),
            session: session.clone(),
            video: minting.video.clone(),
            tag: tag.tag.clone(),
            product: tag.product.clone(),
            brand: tag.brand.clone(),
            creator: viewable.creator.clone(),
            collaboration: terms.as_ref().map(|terms| terms.collaboration.clone()),
            terms_version: terms.as_ref().map_or(0, |terms| terms.terms_version),
            rate_bps: terms.map(|terms| terms.direct.rate_bps),
            session_at,
            issued_at: now,
            expires_at: now.plus_ms(TAG_TOKEN_MS),
            jti: format!("{}-{index}", minting.jti),
        }
    })
    .collect()
}

/// When a session began, as its id (a UUIDv7 with our mark) says, at most a day before `now`: the
/// tokens of a renewed session are younger than what was seen under the first ones.
#[must_use]
pub fn session_started_at(view_session_id: &str, now: Timestamp) -> Timestamp {
    let uuid = view_session_id.split('.').next().unwrap_or_default();
    uuid::Uuid::parse_str(uuid)
        .ok()
        .and_then(|id| id.get_timestamp())
        .map(|stamp| {
            let (seconds, nanos) = stamp.to_unix();
            let ms = i64::try_from(seconds).unwrap_or(i64::MAX / 1_000);
            Timestamp::from_ms(
                ms.saturating_mul(1_000)
                    .saturating_add(i64::from(nanos / 1_000_000)),
            )
        })
        .map_or(now, |at| at.clamp(now.plus_ms(-DAY_MS), now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_begins_when_its_id_was_made_within_the_last_day() {
        let at = 1_795_341_600_000;
        let id = uuid::Builder::from_unix_timestamp_millis(at, &[7; 10]).into_uuid();
        let check = |now: i64, begins: i64| {
            let found = session_started_at(&id.to_string(), Timestamp::from_ms(now));
            assert_eq!(found.ms(), begins);
        };
        let at = i64::try_from(at).unwrap();
        check(at + 60_000, at);
        let marked = session_started_at(&format!("{id}.00"), Timestamp::from_ms(at + 1));
        assert_eq!(marked.ms(), at);
        check(at - 1, at - 1);
        check(at + DAY_MS + 1, at + 1);
        let now = Timestamp::from_ms(5);
        assert_eq!(session_started_at("not an id", now), now);
    }
}
