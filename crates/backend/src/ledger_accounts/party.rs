//! Who asks: a brand or a creator, by its key.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use sha2::{Digest, Sha256};
use shoptag_commerce::{BrandId, CreatorId, TenantId};
use shoptag_protocol::code;

use crate::entropy::{Entropy, NoEntropy, secret_digits};
use crate::error::ApiError;
use crate::state::AppState;

/// A brand or a creator of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// On which platform.
    pub tenant: TenantId,
    /// Which of the two, and who.
    pub kind: PartyKind,
}

/// A brand or a creator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartyKind {
    /// Sells.
    Brand(BrandId),
    /// Promotes.
    Creator(CreatorId),
}

impl PartyKind {
    /// The id as text.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Brand(id) => id.as_str(),
            Self::Creator(id) => id.as_str(),
        }
    }

    /// "brand" or "creator".
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Brand(_) => "brand",
            Self::Creator(_) => "creator",
        }
    }
}

/// A key to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Names the key; its first characters, which are no secret.
    pub id: String,
    /// SHA-256 of the whole.
    pub hash: [u8; 32],
    /// Whose.
    pub party: Party,
}

/// The key itself, `sk_brand_...` or `sk_creator_...`: shown once, never kept.
pub struct ApiSecret(String);

/// Characters of the secret part by which a key is named: 30 of its 130 bits.
const ID_DIGITS: usize = 6;

impl ApiSecret {
    /// A new key of `party`.
    ///
    /// # Errors
    /// [`NoEntropy`].
    pub fn generate(entropy: &dyn Entropy, party: &Party) -> Result<(Self, ApiKey), NoEntropy> {
        let digits = secret_digits(entropy)?;
        let prefix = format!("sk_{}_", party.kind.name());
        let secret = Self(format!("{prefix}{digits}"));
        let key = ApiKey {
            id: secret.0.chars().take(prefix.len() + ID_DIGITS).collect(),
            hash: hash(&secret.0),
            party: party.clone(),
        };
        Ok((secret, key))
    }

    /// The text to be shown once.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// The party of the request's bearer key.
///
/// # Errors
/// `authorization`; the store's.
pub(crate) async fn authorise(state: &AppState, headers: &HeaderMap) -> Result<Party, ApiError> {
    let refused = || ApiError::new(code::AUTHORIZATION);
    let secret = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.strip_prefix("Bearer "))
        .ok_or_else(refused)?;
    let party = state.store.party(hash(secret.trim())).await?;
    party.ok_or_else(refused)
}
