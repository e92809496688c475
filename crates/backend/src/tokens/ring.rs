//! The key ring that handlers use, read again from time to time, and its rotation.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use shoptag_commerce::{DAY_MS, MINUTE_MS, SECOND_MS, Timestamp};
use shoptag_protocol::code;

use super::{KeyRing, StoredKey, TokenDefect};
use crate::cached::Cached;
use crate::error::ApiError;
use crate::store::Store;

/// How long a look at the keys holds. A new key begins to sign much later than that.
const RING_AGE_MS_MAX: i64 = 10 * SECOND_MS;

/// How far back the first key of a store signs: a request that came in a moment before the one that
/// made it, or on a server whose clock is behind, must find a key too.
const FIRST_SKEW_MS: i64 = MINUTE_MS;

/// How long a key is known before it signs, so that every server has read it: 30 looks at least.
const LEAD_MS: i64 = 5 * MINUTE_MS;

/// How long a key is believed after it has stopped signing: a click of its last token (15 minutes),
/// bound to a bag line 7 days later, which a brand may keep for 90 days, and a day more.
const OVERLAP_MS: i64 = (7 + 90 + 1) * DAY_MS + 15 * MINUTE_MS;

/// The keys, kept for a while.
#[derive(Debug)]
pub struct Tokens {
    fixed: Option<Arc<KeyRing>>,
    ring: Cached<KeyRing, ApiError>,
}

/// Those of the store.
impl Default for Tokens {
    fn default() -> Self {
        Self {
            fixed: None,
            ring: Cached::new(RING_AGE_MS_MAX),
        }
    }
}

impl Tokens {
    /// Keys that do not stand in the store.
    ///
    /// # Errors
    /// [`TokenDefect::Invalid`] when a secret is no key.
    pub fn fixed(keys: &[StoredKey]) -> Result<Self, TokenDefect> {
        Ok(Self {
            fixed: Some(Arc::new(KeyRing::new(keys)?)),
            ..Self::default()
        })
    }

    /// The ring as of now, or of at most ten seconds ago. A store without a key gets its first one.
    ///
    /// # Errors
    /// The store's; `internal` when a key cannot be read or made.
    pub async fn ring(
        &self,
        store: &Arc<dyn Store>,
        now: Timestamp,
    ) -> Result<Arc<KeyRing>, ApiError> {
        if let Some(ring) = &self.fixed {
            return Ok(Arc::clone(ring));
        }
        let look_up = |before| look_up(Arc::clone(store), now, before);
        self.ring.get(now, look_up).await
    }
}

/// The keys that stand in the store; `before` are those known so far.
async fn look_up(
    store: Arc<dyn Store>,
    now: Timestamp,
    before: Option<Arc<KeyRing>>,
) -> Result<KeyRing, ApiError> {
    let mut keys = store.token_keys().await?;
    if keys.is_empty() {
        let signs_from = now.plus_ms(-FIRST_SKEW_MS);
        let first = StoredKey::generate(signs_from).map_err(|error| unusable(&error))?;
        keys = store
            .change_token_keys(Box::new(move |keys| {
                // Another server may have been quicker.
                if keys.is_empty() {
                    vec![first.clone()]
                } else {
                    keys
                }
            }))
            .await?;
    }
    let ring = match before {
        Some(before) => before.renewed(&keys),
        None => KeyRing::new(&keys),
    };
    ring.map_err(|error| unusable(&error))
}

fn unusable(error: &TokenDefect) -> ApiError {
    tracing::error!(error = %error, "the keys of tokens cannot be used");
    ApiError::new(code::INTERNAL)
}

/// What a rotation did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// All keys after it.
    pub keys: Vec<StoredKey>,
    /// First instant at which the new key signs.
    pub signs_from: Timestamp,
}

/// `keys` with `fresh` as the next one to sign, five minutes from `now`; those before it are
/// believed for 98 days more, and those whose time is over are gone.
#[must_use]
pub fn rotated(keys: Vec<StoredKey>, mut fresh: StoredKey, now: Timestamp) -> Rotation {
    let mut keys: Vec<StoredKey> = keys
        .into_iter()
        .filter(|key| key.accepted_until.is_none_or(|until| now <= until))
        .collect();
    let signs_from = if keys.is_empty() {
        now
    } else {
        now.plus_ms(LEAD_MS)
    };
    for key in &mut keys {
        key.accepted_until
            .get_or_insert(signs_from.plus_ms(OVERLAP_MS));
    }
    fresh.signs_from = signs_from;
    keys.push(fresh);
    Rotation { keys, signs_from }
}

/// Why a key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// It cannot be read or written.
    #[error("{}: {error}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// It is not a JSON array of keys.
    #[error("{}: not an array of keys", path.display())]
    Shape {
        /// Which.
        path: PathBuf,
    },
}

/// The keys in the file that `SHOPTAG_TOKEN_KEYS` names: a JSON array of `{kid, secret, signs_from,
/// accepted_until}`.
///
/// # Errors
/// [`KeyFileError`].
pub fn read_key_file(path: &Path) -> Result<Vec<StoredKey>, KeyFileError> {
    let bytes = std::fs::read(path).map_err(|error| KeyFileError::File {
        path: path.to_owned(),
        error,
    })?;
    serde_json::from_slice(&bytes).map_err(|_| KeyFileError::Shape {
        path: path.to_owned(),
    })
}

/// Writes that file anew, first beside it, so that it is never half there.
///
/// # Errors
/// [`KeyFileError`].
pub fn write_key_file(path: &Path, keys: &[StoredKey]) -> Result<(), KeyFileError> {
    let beside = path.with_extension("new");
    let text = serde_json::to_vec_pretty(keys).map_err(|_| KeyFileError::Shape {
        path: path.to_owned(),
    })?;
    std::fs::write(&beside, text)
        .and_then(|()| std::fs::rename(&beside, path))
        .map_err(|error| KeyFileError::File {
            path: path.to_owned(),
            error,
        })
}
