//! Fulfilments: a brand says how far its part of an order is.

mod advance;

pub(crate) use advance::__path_advance;
pub(crate) use advance::advance;
