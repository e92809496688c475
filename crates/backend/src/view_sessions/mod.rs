//! View sessions: somebody watches a video, and each of its tags gets a token.

mod create;
mod mint;

pub(crate) use create::__path_create;
pub(crate) use create::create;
pub use mint::{Minting, ViewTag, Viewable, mint, session_started_at};
