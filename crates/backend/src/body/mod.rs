//! Request bodies: read within bounds, checked as strict JSON, turned into a type that cannot be
//! wrong.

mod parse;
mod receive;
mod scan;

pub use parse::parse;
pub(crate) use receive::{receive, receive_order, receive_text};
pub use scan::{DEPTH_MAX, Defect, scan};
