//! Placeholder until the property tests land.
