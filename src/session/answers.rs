//! Between the outbox's words and the session's: actions become effects, what the network said
//! becomes an answer.

use std::rc::Rc;

use shoptag_commerce::Timestamp;
use shoptag_outbox::{Action, Answer};
use shoptag_protocol::OrderStatus;

use crate::effect::Effect;
use crate::event::Failure;

pub(super) fn effect_of(action: Action) -> Option<Effect> {
    match action {
        Action::Save(record) => Some(Effect::UpdateSubmission(record)),
        Action::Send { key, path, body } => Some(Effect::Submit { key, path, body }),
        Action::Delete(key) => Some(Effect::ForgetSubmission(key)),
        // The site key is public and does not expire; what was said to the shopper is said above.
        Action::RenewAccess
        | Action::Delivered { .. }
        | Action::Refused { .. }
        | Action::NotStored(_) => None,
    }
}

pub(super) fn answer_of(answer: &Result<Rc<OrderStatus>, Failure>) -> Answer {
    match answer {
        Ok(order) => Answer::Http {
            status: 200,
            order_id: Some(order.order_id.clone()),
            code: None,
            retry_after_ms: None,
        },
        Err(Failure::Unreachable) => Answer::Nothing,
        Err(Failure::Unreadable { status }) => Answer::Http {
            status: *status,
            order_id: None,
            code: None,
            retry_after_ms: None,
        },
        Err(Failure::Refused {
            problem,
            retry_after_ms,
        }) => Answer::Http {
            status: problem.status,
            order_id: None,
            code: Some(problem.code.clone()),
            retry_after_ms: *retry_after_ms,
        },
    }
}

/// The shopper's clock is monotonic while the page lives; that is all the outbox needs.
pub(super) fn monotonic_ms(now: Timestamp) -> u64 {
    u64::try_from(now.ms()).unwrap_or(0)
}
