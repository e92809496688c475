//! What events carry: random bytes, what storage held, and why a request failed.

use std::rc::Rc;

use shoptag_outbox::Record;
use shoptag_protocol::{Problem, SavedBag};

use crate::touchpoint::SavedTouchpoints;

/// 48 bytes from the browser's random generator. They come in with an event, because the session
/// has no source of its own. Never logged.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Entropy(pub [u8; 48]);

impl Entropy {
    /// The bytes for an order's id.
    #[must_use]
    pub fn order(&self) -> u128 {
        self.part(0)
    }

    /// The bytes for an idempotency key.
    #[must_use]
    pub fn key(&self) -> u128 {
        self.part(16)
    }

    /// The bytes for a checkout attempt's id.
    #[must_use]
    pub fn attempt(&self) -> u128 {
        self.part(32)
    }

    /// A number that moves a delay.
    #[must_use]
    pub fn jitter(&self) -> u64 {
        u64::try_from(self.part(0) >> 64).unwrap_or(0)
    }

    fn part(&self, from: usize) -> u128 {
        self.0
            .iter()
            .skip(from)
            .take(16)
            .fold(0, |sum, &byte| (sum << 8) | u128::from(byte))
    }
}

impl std::fmt::Debug for Entropy {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Entropy(..)")
    }
}

/// What the browser's storage held at the start.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// The site's bag, if there is one.
    pub bag: Option<SavedBag>,
    /// Orders that have not been acknowledged.
    pub submissions: Vec<Record>,
    /// How many records could not be read. They stay where they are.
    pub unreadable: u32,
    /// The site's touchpoints, which are there only under consent.
    pub touchpoints: Option<SavedTouchpoints>,
    /// Whether what is saved from here on will outlive the page: storage is there and has room for
    /// an order.
    pub durable: bool,
}

/// Why a request gave nothing to work with.
#[derive(Debug, Clone, PartialEq)]
pub enum Failure {
    /// No answer: offline, refused, reset, timed out, blocked by a policy.
    Unreachable,
    /// An answer that is not what was asked for, such as a captive portal's page.
    Unreadable {
        /// HTTP status.
        status: u16,
    },
    /// The server said no and why.
    Refused {
        /// The problem document.
        problem: Rc<Problem>,
        /// `Retry-After`, milliseconds.
        retry_after_ms: Option<u64>,
    },
}

impl Failure {
    /// Whether the same request may succeed later.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Unreachable => true,
            Self::Unreadable { status } => !(400..500).contains(status) || *status == 408,
            Self::Refused { problem, .. } => {
                matches!(problem.status, 408 | 425 | 429 | 500..=599)
            }
        }
    }

    /// The problem document, if there is one.
    #[must_use]
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Refused { problem, .. } => Some(problem),
            Self::Unreachable | Self::Unreadable { .. } => None,
        }
    }
}
