//! The checkout: one page from contact to confirmation.
//!
//! `field` and `form` hold what is typed and what is wrong with it, `state` is the machine that leads
//! from editing to a placed order, `submission` makes the order. None of them touches a browser.

mod field;
mod form;
mod state;
mod submission;

pub use field::{Field, Issue};
pub use form::Form;
pub use state::{Checkout, Quoting, Repriced, Setting, Shortage, Source, Stage, Trouble};
pub use submission::{order_request, uuid_v4, uuid_v7};
