//! The accounts of brands and creators: who may read them, their statements, and whether the books
//! hold.

mod beancount;
mod party;
mod statement;
mod verify;

pub use beancount::beancount_journal;
pub(crate) use party::authorise;
pub use party::{ApiKey, ApiSecret, Party, PartyKind};
pub(crate) use statement::__path_statement;
pub(crate) use statement::statement;
pub use statement::{LineCursor, Movements, accounts_of, sense};
pub use verify::{DecisionRow, LedgerTables, Verified, VerifyError, replay_decision, verify};
