//! How one brand's part of an order moves: forward only.

use shoptag_protocol::FulfilmentStatus;

use super::OrderRecord;

/// What a brand says has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Handed to the carrier.
    Ship,
    /// With the shopper. Holds of commission start here.
    Deliver,
    /// Sent back, or never delivered. What comes back is not put into stock by itself: somebody has
    /// to look at it first.
    Return,
    /// Stopped before it was shipped; its items go back into stock.
    Cancel,
}

impl Step {
    /// The status in which the step ends.
    #[must_use]
    pub fn status(self) -> FulfilmentStatus {
        match self {
            Self::Ship => FulfilmentStatus::Shipped,
            Self::Deliver => FulfilmentStatus::Delivered,
            Self::Return => FulfilmentStatus::Returned,
            Self::Cancel => FulfilmentStatus::Cancelled,
        }
    }
}

/// What a step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advanced {
    /// It moved.
    Moved,
    /// It was there already; nothing changed.
    Unchanged,
    /// The step does not follow from this status.
    Refused(FulfilmentStatus),
    /// There is no such order of that brand.
    NotFound,
}

/// Where `step` leads from `status`: `None` when it does not follow.
///
/// placed -> shipped -> delivered -> returned; shipped -> returned when nobody was there; placed ->
/// cancelled.
#[must_use]
pub fn advance(status: FulfilmentStatus, step: Step) -> Option<FulfilmentStatus> {
    use FulfilmentStatus as At;
    let follows = matches!(
        (status, step),
        (At::Placed, Step::Ship | Step::Cancel)
            | (At::Shipped, Step::Deliver | Step::Return)
            | (At::Delivered, Step::Return)
    ) || status == step.status();
    follows.then(|| step.status())
}

/// What a shopper's cancellation did.
#[derive(Debug, Clone, PartialEq)]
pub enum Cancelled {
    /// The order as it is now; cancelled before or just now.
    Done {
        /// The order.
        record: Box<OrderRecord>,
        /// Whether this call cancelled something.
        changed: bool,
    },
    /// Something has been shipped.
    TooLate,
    /// There is no such order.
    NotFound,
}

/// Whether an order whose parts have these statuses may be cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancellation {
    /// Every part that is not cancelled yet can be.
    Possible,
    /// All of it is cancelled.
    Past,
    /// A part has been shipped: too late for the whole.
    TooLate,
}

/// Decides on cancelling a whole order.
#[must_use]
pub fn cancellation(statuses: &[FulfilmentStatus]) -> Cancellation {
    use FulfilmentStatus as At;
    if statuses
        .iter()
        .any(|status| !matches!(status, At::Placed | At::Cancelled))
    {
        Cancellation::TooLate
    } else if statuses.contains(&At::Placed) {
        Cancellation::Possible
    } else {
        Cancellation::Past
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use FulfilmentStatus::{Cancelled as Stopped, Delivered, Placed, Returned, Shipped};

    #[test]
    fn a_fulfilment_only_moves_forward() {
        let steps = [Step::Ship, Step::Deliver, Step::Return, Step::Cancel];
        for (status, expected) in [
            (Placed, [Some(Shipped), None, None, Some(Stopped)]),
            (
                Shipped,
                [Some(Shipped), Some(Delivered), Some(Returned), None],
            ),
            (Delivered, [None, Some(Delivered), Some(Returned), None]),
            (Returned, [None, None, Some(Returned), None]),
            (Stopped, [None, None, None, Some(Stopped)]),
        ] {
            assert_eq!(
                steps.map(|step| advance(status, step)),
                expected,
                "{status:?}"
            );
        }
    }

    #[test]
    fn an_order_can_be_cancelled_until_something_is_shipped() {
        for (statuses, expected) in [
            (&[Placed, Placed][..], Cancellation::Possible),
            (&[Stopped, Placed], Cancellation::Possible),
            (&[Stopped, Stopped], Cancellation::Past),
            (&[Placed, Shipped], Cancellation::TooLate),
            (&[Stopped, Delivered], Cancellation::TooLate),
            (&[Returned], Cancellation::TooLate),
        ] {
            assert_eq!(cancellation(statuses), expected, "{statuses:?}");
        }
    }
}
