//! What surrounds every route: origins, headers, limits, time, and the line in the log.

mod address;
mod cors;
mod load;
mod log;
mod rate;
mod security;
mod segment;
mod shape;
mod surround;

pub use address::TrustedProxies;
pub(crate) use address::counted;
pub(crate) use cors::cors;
pub(crate) use load::Shed;
pub use rate::RateLimit;
pub(crate) use security::{CORP, PAGE_POLICY};
pub(crate) use segment::Segment;
pub(crate) use shape::URI_BYTES_MAX;
pub(crate) use surround::{limits, surround};
