//! Signing keys, signing and reading.

use std::fmt;
use std::sync::Arc;

use pasetors::keys::{AsymmetricKeyPair, AsymmetricPublicKey, AsymmetricSecretKey, Generate};
use pasetors::paserk::FormatAsPaserk;
use pasetors::token::UntrustedToken;
use pasetors::version4::{PublicToken, V4};
use pasetors::{Public, version4};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use shoptag_commerce::Timestamp;

use super::Use;
use super::claims::CLAIMS_VERSION;
use super::genuine::Genuine;

/// Characters of a token that are looked at: ours have below 1 500.
const TOKEN_LENGTH_MAX: usize = 4_096;

/// Why a text is not one of our tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenDefect {
    /// Not a token of ours, for something else, or changed on the way.
    #[error("the token is not one of ours")]
    Invalid,
    /// Its key is not believed any more.
    #[error("the token's key has been retired")]
    Retired,
    /// There is no key to sign with.
    #[error("there is no key to sign with")]
    NoKey,
}

/// A key as it is kept. Its secret never reaches a log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredKey {
    /// Names the key in a token's footer.
    pub kid: String,
    /// PASERK `k4.secret`.
    pub secret: String,
    /// First instant at which it signs.
    pub signs_from: Timestamp,
    /// Last instant at which it is believed; `None`: no end yet.
    #[serde(default)]
    pub accepted_until: Option<Timestamp>,
}

impl fmt::Debug for StoredKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "StoredKey({}, ..)", self.kid)
    }
}

impl StoredKey {
    /// A new key that signs from `signs_from`.
    ///
    /// # Errors
    /// [`TokenDefect::NoKey`] when the operating system gives no random bits.
    pub fn generate(signs_from: Timestamp) -> Result<Self, TokenDefect> {
        let pair = AsymmetricKeyPair::<V4>::generate().map_err(|_| TokenDefect::NoKey)?;
        let mut secret = String::new();
        pair.secret
            .fmt(&mut secret)
            .map_err(|_| TokenDefect::NoKey)?;
        let kid = Sha256::digest(pair.public.as_bytes())
            .iter()
            .take(6)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Ok(Self {
            kid,
            secret,
            signs_from,
            accepted_until: None,
        })
    }
}

/// A key that can be used.
struct Key {
    kid: String,
    secret: AsymmetricSecretKey<V4>,
    public: AsymmetricPublicKey<V4>,
    signs_from: Timestamp,
    accepted_until: Option<Timestamp>,
}

/// The footer of every token: which key signed it.
#[derive(Serialize, Deserialize)]
struct Footer {
    kid: String,
}

/// What every claim has.
#[derive(Deserialize)]
struct Version {
    v: u8,
}

/// All keys at one moment.
#[derive(Default)]
pub struct KeyRing {
    keys: Vec<Key>,
    /// What needs no second check.
    genuine: Arc<Genuine>,
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "KeyRing({} keys)", self.keys.len())
    }
}

impl KeyRing {
    /// The ring of `keys`.
    ///
    /// # Errors
    /// [`TokenDefect::Invalid`] when a secret is no key.
    pub fn new(keys: &[StoredKey]) -> Result<Self, TokenDefect> {
        let mut ring = Self::default();
        for stored in keys {
            let secret = AsymmetricSecretKey::<V4>::try_from(stored.secret.as_str())
                .map_err(|_| TokenDefect::Invalid)?;
            let public =
                AsymmetricPublicKey::<V4>::try_from(&secret).map_err(|_| TokenDefect::Invalid)?;
            ring.keys.push(Key {
                kid: stored.kid.clone(),
                secret,
                public,
                signs_from: stored.signs_from,
                accepted_until: stored.accepted_until,
            });
        }
        ring.keys
            .sort_by(|a, b| (a.signs_from, &a.kid).cmp(&(b.signs_from, &b.kid)));
        Ok(ring)
    }

    /// A newer ring, which need not check again what this one has checked.
    ///
    /// # Errors
    /// As [`KeyRing::new`].
    pub fn renewed(&self, keys: &[StoredKey]) -> Result<Self, TokenDefect> {
        Ok(Self {
            genuine: Arc::clone(&self.genuine),
            ..Self::new(keys)?
        })
    }

    /// Signs `claims` for one use with the newest key that signs at `now`.
    ///
    /// # Errors
    /// [`TokenDefect::NoKey`].
    pub fn sign<T: Serialize>(
        &self,
        what_for: Use,
        claims: &T,
        now: Timestamp,
    ) -> Result<String, TokenDefect> {
        let key = self.signing(now).ok_or(TokenDefect::NoKey)?;
        let message = serde_json::to_vec(claims).map_err(|_| TokenDefect::Invalid)?;
        let footer = serde_json::to_vec(&Footer {
            kid: key.kid.clone(),
        })
        .map_err(|_| TokenDefect::Invalid)?;
        let text = version4::PublicToken::sign(
            &key.secret,
            &message,
            Some(&footer),
            Some(what_for.assertion()),
        )
        .map_err(|_| TokenDefect::Invalid)?;
        self.genuine.note(key.public.as_bytes(), what_for, &text);
        Ok(text)
    }

    /// The claims of a token that we signed for this use. Its own times are the caller's to check.
    ///
    /// # Errors
    /// [`TokenDefect`].
    pub fn open<T: DeserializeOwned>(
        &self,
        what_for: Use,
        text: &str,
        now: Timestamp,
    ) -> Result<T, TokenDefect> {
        if text.len() > TOKEN_LENGTH_MAX {
            return Err(TokenDefect::Invalid);
        }
        let token =
            UntrustedToken::<Public, V4>::try_from(text).map_err(|_| TokenDefect::Invalid)?;
        let footer: Footer =
            serde_json::from_slice(token.untrusted_footer()).map_err(|_| TokenDefect::Invalid)?;
        let key = self
            .keys
            .iter()
            .find(|key| key.kid == footer.kid)
            .ok_or(TokenDefect::Invalid)?;
        if !key.is_believed(now) {
            return Err(TokenDefect::Retired);
        }
        let public = key.public.as_bytes();
        if !self.genuine.contains(public, what_for, text) {
            PublicToken::verify(&key.public, &token, None, Some(what_for.assertion()))
                .map_err(|_| TokenDefect::Invalid)?;
            self.genuine.note(public, what_for, text);
        }
        let payload = token.untrusted_payload();
        let version: Version = serde_json::from_slice(payload).map_err(|_| TokenDefect::Invalid)?;
        if version.v != CLAIMS_VERSION {
            return Err(TokenDefect::Invalid);
        }
        serde_json::from_slice(payload).map_err(|_| TokenDefect::Invalid)
    }

    /// A view session's id with our mark, so that nobody can make one: `<uuid>.<16 hex digits>`.
    ///
    /// # Errors
    /// [`TokenDefect::NoKey`].
    pub fn session_id(&self, uuid: &str, now: Timestamp) -> Result<String, TokenDefect> {
        let key = self.signing(now).ok_or(TokenDefect::NoKey)?;
        Ok(format!("{uuid}.{}", key.session_mark(uuid)))
    }

    /// Whether a view session's id is one that we made.
    #[must_use]
    pub fn is_session_id(&self, id: &str, now: Timestamp) -> bool {
        let Some((uuid, mark)) = id.split_once('.') else {
            return false;
        };
        let believed = self.keys.iter().filter(|key| key.is_believed(now));
        believed
            .map(|key| key.session_mark(uuid))
            .any(|own| same(own.as_bytes(), mark.as_bytes()))
    }

    /// The newest key whose time has come. Where the clock stands before the time of all, the
    /// oldest: every server knows it, and a clock that was set back is to stop nobody.
    fn signing(&self, now: Timestamp) -> Option<&Key> {
        let believed = || self.keys.iter().filter(|key| key.is_believed(now));
        let mut newest_first = believed().rev();
        newest_first
            .find(|key| key.signs_from <= now)
            .or_else(|| believed().next())
    }

    /// The claims that a text pretends to have, whatever its signature. Only for showing what was
    /// refused.
    #[must_use]
    pub fn pretended<T: DeserializeOwned>(text: &str) -> Option<T> {
        let fits = text.len() <= TOKEN_LENGTH_MAX;
        let token = fits
            .then(|| UntrustedToken::<Public, V4>::try_from(text).ok())
            .flatten()?;
        serde_json::from_slice(token.untrusted_payload()).ok()
    }
}

/// Bytes of a session's mark: 64 bits, far beyond what can be tried at the rate of an address.
const MARK_BYTES: usize = 8;

/// In a time that says nothing about where two texts differ.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |found, (a, b)| found | (a ^ b)) == 0
}

impl Key {
    /// A keyed hash of a session's UUID. The UUID has one length, so nothing can be put behind it.
    fn session_mark(&self, uuid: &str) -> String {
        let mut hash = Sha256::new();
        hash.update(b"shoptag-view-session-1");
        hash.update(self.secret.as_bytes());
        hash.update(uuid.as_bytes());
        let hash = hash.finalize();
        let bytes = hash.iter().take(MARK_BYTES);
        bytes.map(|byte| format!("{byte:02x}")).collect()
    }

    fn is_believed(&self, now: Timestamp) -> bool {
        self.accepted_until.is_none_or(|until| now <= until)
    }
}

#[cfg(test)]
mod tests {
    use shoptag_commerce::Timestamp;

    use super::{KeyRing, StoredKey};
    use crate::tokens::Use;

    #[test]
    fn a_clock_that_was_set_back_before_every_key_still_signs_and_believes() {
        let noon = Timestamp::from_ms(1_800_000_000_000);
        let keys = [noon, noon.plus_ms(60_000)].map(|from| StoredKey::generate(from).expect("key"));
        let ring = KeyRing::new(&keys).expect("ring");
        let before = noon.plus_ms(-3_600_000);
        let token = ring
            .sign(Use::Tag, &serde_json::json!({"v": 1}), before)
            .expect("token");
        for now in [before, noon, noon.plus_ms(120_000)] {
            let claims: serde_json::Value = ring.open(Use::Tag, &token, now).expect("claims");
            assert_eq!(claims["v"], 1);
        }
        let id = ring.session_id("0191", before).expect("id");
        let oldest = KeyRing::new(&keys[..1]).expect("ring");
        assert!(oldest.is_session_id(&id, noon), "the oldest key has signed");
    }
}
