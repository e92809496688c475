//! What journeys and the pixel test share: a backend, a browser, and what lies between and behind
//! them.

pub(crate) mod backend;
pub(crate) mod browser;
pub(crate) mod database;
pub(crate) mod http;
pub(crate) mod keyboard;
pub(crate) mod page;
pub(crate) mod picture;
pub(crate) mod proxy;
pub(crate) mod setting;
pub(crate) mod shopper;

/// What a journey gives back; an error ends it with its text.
pub(crate) type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;
