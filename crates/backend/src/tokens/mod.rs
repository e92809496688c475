//! Tokens of tags and receipts of clicks: PASETO v4.public, minted and read here alone. The widget
//! only carries them.
//!
//! A key signs from its first instant until a later one does, and is believed for as long as
//! anything that it signed may still earn. Keys stand in the database, or in the file that
//! `SHOPTAG_TOKEN_KEYS` names.

mod claims;
mod genuine;
mod key;
mod ring;

pub(crate) use claims::CLAIMS_VERSION;
pub use claims::{
    BagClaims, CLICK_DAYS, ReceiptClaims, TAG_TOKEN_MS, TagClaims, Use, session_hash,
};
pub use key::{KeyRing, StoredKey, TokenDefect};
pub use ring::{KeyFileError, Rotation, Tokens, read_key_file, rotated, write_key_file};
