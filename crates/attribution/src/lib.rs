//! Attribution.
