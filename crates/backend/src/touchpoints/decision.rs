//! What is kept of a touchpoint, and why it does not count. Pure.

use shoptag_attribution::{
    BoundedTime, ClientClaim, Clock, Exclusion, Policy, TouchClass, dwell_exclusion,
};
use shoptag_commerce::{CreatorId, SECOND_MS, Timestamp, TouchId};
use shoptag_protocol::{TouchpointKind, TouchpointReport};

use crate::clicks::RATE_A_MINUTE;
use crate::decisions::exclusion_code;
use crate::tokens::{TagClaims, session_hash};

/// How far a position may lie beyond the video's stated length: containers round it.
pub const POSITION_SLACK_MS: i64 = 500;

/// How far a touch may lie beyond its token's end: the widget renews late, and clocks differ.
const TOKEN_SKEW_MS: i64 = 60 * SECOND_MS;

/// Playing time of an impression, milliseconds (MRC's video rule).
const IMPRESSION_MS: u32 = 2_000;

/// A touchpoint of a batch whose token has been verified.
#[derive(Debug, Clone, PartialEq)]
pub struct NewTouchpoint {
    /// Position in the batch.
    pub index: u32,
    /// Counted once by this.
    pub id: TouchId,
    /// As sent.
    pub report: TouchpointReport,
    /// What its token says.
    pub claims: TagClaims,
    /// SHA-256 of the report's fields.
    pub fingerprint: [u8; 32],
    /// When the batch was sent, shopper's clock.
    pub sent_at: Option<Timestamp>,
    /// The server's time.
    pub now: Timestamp,
    /// At most 256 printable characters.
    pub user_agent: String,
    /// The user agent is a robot's.
    pub is_bot: bool,
}

impl NewTouchpoint {
    /// The view session that sent it: a replayed token was minted for another one.
    #[must_use]
    pub fn session(&self) -> String {
        session_hash(&self.report.view_session_id)
    }
}

/// What is known when a touchpoint is weighed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalFacts {
    /// Creator and length of the video, milliseconds; `None`: there is no such video.
    pub video: Option<(CreatorId, i64)>,
    /// The tag's product is still sold by the token's brand.
    pub product_known: bool,
    /// Touchpoints of the view session in the last minute.
    pub recent: usize,
    /// An order has named the view session.
    pub is_ordered: bool,
}

/// What is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// When, server's time.
    pub time: BoundedTime,
    /// Media time, milliseconds.
    pub position_ms: i64,
    /// It came after an order of its view session.
    pub is_late: bool,
    /// Why it does not count; empty when it does.
    pub excluded: Vec<String>,
}

/// Weighs a touchpoint.
///
/// # Errors
/// `ref-unknown`, `position`: not even kept.
pub fn weigh(new: &NewTouchpoint, facts: &JournalFacts) -> Result<Stored, &'static str> {
    let unknown = "ref-unknown";
    let (creator, duration_ms) = facts.video.as_ref().ok_or(unknown)?;
    if *creator != new.claims.creator || !facts.product_known {
        return Err(unknown);
    }
    let position_ms = position_ms(new.report.position_s)
        .filter(|position| *position <= duration_ms.saturating_add(POSITION_SLACK_MS))
        .ok_or("position")?;
    let claim = ClientClaim {
        occurred_at: new.report.occurred_at,
        sent_at: new.sent_at,
    };
    let is_view = new.report.kind == TouchpointKind::Impression;
    let class = if is_view {
        TouchClass::View
    } else {
        TouchClass::Click
    };
    // The session's beginning: a touch may be older than the token under which it is sent, which
    // was renewed since.
    let time = BoundedTime::new(claim, new.claims.session_at, new.now);
    Ok(Stored {
        time,
        position_ms,
        is_late: facts.is_ordered,
        excluded: reasons(new, facts, class, claim, &time),
    })
}

/// What a stored reason is for a decision; `window` is measured there anew.
#[must_use]
pub fn exclusion_of(reason: &str) -> Option<Exclusion> {
    Some(match reason {
        "replay" => Exclusion::TokenForeign,
        "rate" => Exclusion::RateLimited,
        "not-visible" => Exclusion::NotVisible,
        "bot" => Exclusion::Bot,
        "impossible-dwell" => Exclusion::ImpossibleDwell,
        "token-expired" => Exclusion::TokenExpired,
        _ => return None,
    })
}

fn position_ms(position_s: f64) -> Option<i64> {
    let ms = (position_s * 1_000.0).round();
    // A week of video, far below what an i64 holds.
    let fits = ms.is_finite() && (0.0..=604_800_000.0).contains(&ms);
    fits.then_some(ms as i64)
}

/// The codes of reliability.md 10.4, then those of the decision.
fn reasons(
    new: &NewTouchpoint,
    facts: &JournalFacts,
    class: TouchClass,
    claim: ClientClaim,
    time: &BoundedTime,
) -> Vec<String> {
    let report = &new.report;
    let policy = Policy::v1();
    let window_ms = match class {
        TouchClass::View => policy.view_window_ms(),
        TouchClass::Click => policy.click_window_ms(),
    };
    let claimed_age_ms = match claim.sent_at {
        // A clock that is far off says nothing about the age.
        Some(sent_at) if time.clock == Clock::Trusted => sent_at.since_ms(claim.occurred_at),
        _ => 0,
    };
    let mut reasons = Vec::new();
    let mut give = |holds: bool, code: &str| {
        if holds {
            reasons.push(code.to_owned());
        }
    };
    give(new.claims.session != new.session(), "replay");
    let last = new.claims.expires_at.plus_ms(TOKEN_SKEW_MS);
    give(time.at > last, &exclusion_code(&Exclusion::TokenExpired));
    give(claimed_age_ms > window_ms, "window");
    give(facts.recent >= RATE_A_MINUTE, "rate");
    give(!report.visible, "not-visible");
    give(new.is_bot, "bot");
    let too_short = class == TouchClass::View && report.dwell_ms < IMPRESSION_MS;
    let impossible = dwell_exclusion(class, claim, time).is_some();
    give(
        too_short || impossible,
        &exclusion_code(&Exclusion::ImpossibleDwell),
    );
    reasons
}
