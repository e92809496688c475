//! The checkout: one page from contact to confirmation.
//!
//! `field` and `form` hold what is typed and what is wrong with it; `state`, `quoting` and
//! `ordering` are the machine that leads from editing to a placed order; `separate` says which
//! lines of a variant stay apart; `submission` makes the order. None of them
//! touches a browser.

mod field;
#[cfg(target_arch = "wasm32")]
mod fields_view;
mod form;
mod ordering;
#[cfg(target_arch = "wasm32")]
mod placed;
mod quoting;
mod separate;
mod state;
mod submission;
#[cfg(target_arch = "wasm32")]
mod summary_view;
#[cfg(target_arch = "wasm32")]
mod trouble_view;
#[cfg(target_arch = "wasm32")]
mod view;

pub use field::{Field, Issue};
#[cfg(target_arch = "wasm32")]
pub(crate) use fields_view::field_id;
pub use form::Form;
#[cfg(target_arch = "wasm32")]
pub(crate) use placed::{confirmation, confirmation_actions};
pub use separate::{joined, stands_twice};
pub use state::{Checkout, Quoting, Repriced, Setting, Shortage, Source, Stage, Trouble};
pub use submission::{order_request, uuid_v4, uuid_v7};
#[cfg(target_arch = "wasm32")]
pub(crate) use view::{checkout, checkout_actions, form_portal};
