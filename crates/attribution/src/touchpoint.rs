//! What was recorded between a shopper and a product tag, as the server knows it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use shoptag_commerce::{
    BrandId, CreatorId, DAY_MS, ProductId, SECOND_MS, TagId, Timestamp, TouchId, VideoId,
    ViewSessionId,
};

use crate::{Terms, viewability::PLAYING_MS_MIN};

/// How far the shopper's clock may be from ours before none of its differences are believed: one
/// day. A wrong time zone setting is at most 14 hours.
const CLOCK_SKEW_MS_MAX: i64 = DAY_MS;

/// A tap may seem to come before its token by rounding and by the drift of two clocks, not by more.
const TAP_BEFORE_TOKEN_MS_MAX: i64 = SECOND_MS;

/// The kind of contact. `Click` ranks above `View`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TouchClass {
    /// An impression: seen long enough (see [`crate::viewability`]). On the wire `impression`.
    #[serde(rename = "impression")]
    View,
    /// A tap on a product tag or on its product card; also opening it from a list, edge chip or
    /// recap.
    Click,
}

/// How much of the shopper's clock went into an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Clock {
    /// Its difference between the touch and the sending was believed.
    Trusted,
    /// Nothing: the instant of receipt stands.
    Untrusted,
}

/// What the shopper's device said about the time of a touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientClaim {
    /// When the touch happened, shopper's clock.
    pub occurred_at: Timestamp,
    /// When it was sent, same clock. `None`: not said.
    pub sent_at: Option<Timestamp>,
}

/// An instant that the server vouches for: never before the token was issued, never after the touch
/// was received. Of the shopper's clock only a difference is used, so a wrong clock moves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BoundedTime {
    /// The instant that decides, `issued_at..=received_at`.
    pub at: Timestamp,
    /// Lower bound: when the server minted the touch's token.
    pub issued_at: Timestamp,
    /// Upper bound: when the server received the touch (for a click, exchanged its token).
    pub received_at: Timestamp,
    /// Whether the shopper's clock was used.
    pub clock: Clock,
}

impl BoundedTime {
    /// Places a touch in the server's time: `received_at` less the time it waited on the device,
    /// held within the bounds. A claim without `sent_at`, sent before it happened, or from a clock
    /// more than a day off counts as made at `received_at`.
    ///
    /// ```
    /// use shoptag_attribution::{BoundedTime, ClientClaim, Clock};
    /// use shoptag_commerce::Timestamp;
    /// let ms = Timestamp::from_ms;
    /// // A clock that is an hour slow; the touch waited 5 s on the device.
    /// let claim = ClientClaim { occurred_at: ms(395_000), sent_at: Some(ms(400_000)) };
    /// let time = BoundedTime::new(claim, ms(3_900_000), ms(4_000_000));
    /// assert_eq!((time.at, time.clock), (ms(3_995_000), Clock::Trusted));
    /// ```
    #[must_use]
    pub fn new(claim: ClientClaim, issued_at: Timestamp, received_at: Timestamp) -> Self {
        let issued_at = issued_at.min(received_at);
        let waited_ms = claim.sent_at.and_then(|sent_at| {
            let waited_ms = sent_at.since_ms(claim.occurred_at);
            let skew_ms = sent_at.since_ms(received_at).saturating_abs();
            (waited_ms >= 0 && skew_ms <= CLOCK_SKEW_MS_MAX).then_some(waited_ms)
        });
        let (at, clock) = match waited_ms {
            Some(waited_ms) => (
                received_at.plus_ms(waited_ms.saturating_neg()),
                Clock::Trusted,
            ),
            None => (received_at, Clock::Untrusted),
        };
        Self {
            at: at.clamp(issued_at, received_at),
            issued_at,
            received_at,
            clock,
        }
    }

    /// A touch that the server saw happen at `at` (a token exchanged at once).
    #[must_use]
    pub fn exact(at: Timestamp) -> Self {
        Self {
            at,
            issued_at: at,
            received_at: at,
            clock: Clock::Untrusted,
        }
    }
}

/// Why a touchpoint can earn nothing, whatever else is true. Kept and shown, never dropped.
///
/// The order of the variants is the order in which a receipt names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Exclusion {
    /// The token's signature does not fit its content.
    TokenTampered,
    /// The token had expired when it was exchanged.
    TokenExpired,
    /// The token belongs to another video, tenant or view session.
    TokenForeign,
    /// The token had been used for another order line already.
    TokenReplayed,
    /// The creator is not known.
    CreatorUnknown,
    /// The creator is known, but is not the video's.
    CreatorUnlinked,
    /// No collaboration of creator and brand was in force at the touch.
    CollaborationNotInForce,
    /// The shopper is signed in as the creator.
    SelfPurchaseAccount,
    /// The order's e-mail address is the creator's.
    SelfPurchaseEmail,
    /// The order is paid by the creator's own means of payment.
    SelfPurchasePayment,
    /// It happened faster than a person can.
    ImpossibleDwell,
    /// The page was hidden.
    NotVisible,
    /// More touches than a person makes (60 a minute).
    RateLimited,
    /// Known robots and automated browsers.
    Bot,
    /// The order is a test.
    TestOrder,
}

/// One recorded contact of a shopper with a product tag.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Touchpoint {
    /// Made by the client; the same id is the same touchpoint.
    pub id: TouchId,
    /// Click or impression.
    pub class: TouchClass,
    /// The view session in which it happened.
    pub session: ViewSessionId,
    /// Position among the session's touchpoints, from 0.
    pub sequence: u64,
    /// When.
    pub time: BoundedTime,
    /// On which video.
    pub video: VideoId,
    /// On which tag.
    pub tag: TagId,
    /// The tag's product.
    pub product: ProductId,
    /// The product's brand.
    pub brand: BrandId,
    /// The video's creator.
    pub creator: CreatorId,
    /// The terms in force at the touch, as the server stamped them. `None`: there were none.
    pub terms: Option<Terms>,
    /// Arrived after the order; recorded, and changes nothing.
    pub late: bool,
    /// Reasons found when it was received.
    pub exclusions: BTreeSet<Exclusion>,
}

/// Whether the touch came too soon after its token to be a person's: an impression that was
/// received less than 2 s after the token was issued, or a tap said to come before it.
#[must_use]
pub fn dwell_exclusion(
    class: TouchClass,
    claim: ClientClaim,
    time: &BoundedTime,
) -> Option<Exclusion> {
    let impossible = match class {
        TouchClass::View => {
            let dwell_ms = time.received_at.since_ms(time.issued_at);
            dwell_ms < i64::try_from(PLAYING_MS_MIN).unwrap_or(i64::MAX)
        }
        TouchClass::Click => match (time.clock, claim.sent_at) {
            (Clock::Trusted, Some(sent_at)) => {
                let waited_ms = sent_at.since_ms(claim.occurred_at);
                let claimed_at = time.received_at.plus_ms(waited_ms.saturating_neg());
                time.issued_at.since_ms(claimed_at) > TAP_BEFORE_TOKEN_MS_MAX
            }
            _ => false,
        },
    };
    impossible.then_some(Exclusion::ImpossibleDwell)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 43_200_000;

    fn ms(offset: i64) -> Timestamp {
        Timestamp::from_ms(NOON + offset)
    }

    fn claim(occurred: i64, sent: Option<i64>) -> ClientClaim {
        ClientClaim {
            occurred_at: ms(occurred),
            sent_at: sent.map(ms),
        }
    }

    #[test]
    fn the_servers_bounds_hold_whatever_the_shoppers_clock_says() {
        // The token is issued at 0 and the touch received at 60 s; times in ms after noon.
        let check = |claim: ClientClaim, at: i64, clock: Clock| {
            let time = BoundedTime::new(claim, ms(0), ms(60_000));
            assert_eq!((time.at, time.clock), (ms(at), clock), "{claim:?}");
        };
        check(claim(50_000, Some(60_000)), 50_000, Clock::Trusted);
        // A clock one hour fast, and one an hour slow: the same difference, the same instant.
        check(claim(3_650_000, Some(3_660_000)), 50_000, Clock::Trusted);
        check(claim(-3_550_000, Some(-3_540_000)), 50_000, Clock::Trusted);
        // Waited longer than the token exists.
        check(claim(-600_000, Some(60_000)), 0, Clock::Trusted);
        // Nothing to go by.
        check(claim(50_000, None), 60_000, Clock::Untrusted);
        check(claim(60_001, Some(60_000)), 60_000, Clock::Untrusted);
        let decade = 10 * 365 * DAY_MS;
        check(
            claim(decade, Some(decade + 10_000)),
            60_000,
            Clock::Untrusted,
        );
    }

    #[test]
    fn a_clock_is_believed_up_to_one_day_of_skew() {
        let at =
            |skew: i64| BoundedTime::new(claim(skew - 1_000, Some(skew)), ms(-60_000), ms(0)).at;
        assert_eq!(at(DAY_MS), ms(-1_000));
        assert_eq!(at(DAY_MS + 1), ms(0));
    }

    #[test]
    fn a_touch_faster_than_a_person_is_an_impossible_dwell() {
        let check = |class, claim: ClientClaim, received: i64, impossible: bool| {
            let time = BoundedTime::new(claim, ms(0), ms(received));
            let found = dwell_exclusion(class, claim, &time);
            assert_eq!(
                found == Some(Exclusion::ImpossibleDwell),
                impossible,
                "{claim:?}"
            );
        };
        check(TouchClass::View, claim(1_999, Some(1_999)), 1_999, true);
        check(TouchClass::View, claim(2_000, Some(2_000)), 2_000, false);
        check(TouchClass::Click, claim(10, Some(10)), 10, false);
        check(TouchClass::Click, claim(-1_000, Some(10)), 10, false);
        check(TouchClass::Click, claim(-1_001, Some(10)), 10, true);
    }
}
