//! The way from view to purchase, in batches, only under consent.

pub(crate) mod user_agent;
