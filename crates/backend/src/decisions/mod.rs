//! Decisions: who earned each line of an order, written in the order's own transaction, and read by
//! its creators and brands.

mod evidence;
mod present;
mod read;
mod show;

pub use evidence::{CreditFacts, gather};
pub(crate) use present::present;
pub use present::{Presented, PresentedCredit};
pub(crate) use read::__path_read;
pub(crate) use read::read;
pub(crate) use show::exclusion_code;
pub use show::{DecisionRecord, shown};
