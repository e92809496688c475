//! Orders: receiving one exactly once in effect, reading it, cancelling it, sending it.

mod cancel;
mod decision;
mod fulfilment;
mod idempotency;
mod page;
mod read;
mod receive;
mod record;

pub(crate) use cancel::{__path_cancel, __path_cancel_from_page};
pub(crate) use cancel::{cancel, cancel_from_page};
pub use decision::{
    Decision, OrderFacts, QuoteFact, Refusal, Supply, decide, id_used, ordered_line, placed, stands,
};
pub use fulfilment::{Advanced, Cancellation, Cancelled, Step, advance, cancellation};
pub use idempotency::{Fingerprint, IdempotencyKey, fingerprint, key};
pub(crate) use page::{__path_page, __path_style};
pub(crate) use page::{page, style};
pub(crate) use read::__path_read;
pub(crate) use read::read;
pub(crate) use receive::__path_receive;
pub(crate) use receive::{ROUTE, receive};
pub use record::{Fresh, NewOrder, OrderRecord, StoredAnswer, Submission, Submitted};
