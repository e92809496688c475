//! The accounts of brands and creators: who may read them, and their statements.

mod party;

pub use party::{ApiKey, ApiSecret, Party, PartyKind};
pub(crate) use party::authorise;
