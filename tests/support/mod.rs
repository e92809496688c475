//! What journeys and the pixel test share: a backend, a browser, and what lies between and behind them.

pub mod backend;
pub mod browser;
pub mod database;
pub mod keyboard;
pub mod page;
pub mod picture;
pub mod proxy;
pub mod setting;

/// What a journey gives back; an error ends it with its text.
pub type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;
