//! Keys: of tokens, and of brands and creators.

use shoptag_commerce::{BrandId, CreatorId, TenantId, Timestamp};

use crate::ledger_accounts::{ApiKey, Party, PartyKind};
use crate::store::ChangeKeys;
use crate::store::StoreError;
use crate::store::sql::{
    Connection, Row, params,
    rows::{checked, plain},
};
use crate::tokens::StoredKey;

/// Every key of tokens, oldest first.
///
/// # Errors
/// The database's.
pub(super) fn token_keys(connection: &Connection) -> Result<Vec<StoredKey>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT kid, secret, signs_from, accepted_until FROM token_keys
                         ORDER BY signs_from, kid",
    )?;
    let mut rows = statement.query([])?;
    let mut keys = Vec::new();
    while let Some(row) = rows.next()? {
        let until: Option<i64> = plain(row, "accepted_until")?;
        keys.push(StoredKey {
            kid: plain(row, "kid")?,
            secret: plain(row, "secret")?,
            signs_from: Timestamp::from_ms(plain(row, "signs_from")?),
            accepted_until: until.map(Timestamp::from_ms),
        });
    }
    Ok(keys)
}

/// Writes the keys that `change` makes of those that are there.
///
/// # Errors
/// The database's.
pub(super) fn change_token_keys(
    connection: &Connection,
    change: &ChangeKeys,
) -> Result<Vec<StoredKey>, StoreError> {
    let keys = change(token_keys(connection)?);
    connection.execute("DELETE FROM token_keys", [])?;
    for key in &keys {
        connection.execute(
            "INSERT INTO token_keys (kid, secret, signs_from, accepted_until)
             VALUES (?1, ?2, ?3, ?4)",
            params![
                key.kid,
                key.secret,
                key.signs_from.ms(),
                key.accepted_until.map(Timestamp::ms),
            ],
        )?;
    }
    Ok(keys)
}

/// Writes a key; false when its party is not known.
///
/// # Errors
/// The database's.
pub(super) fn add_api_key(
    connection: &Connection,
    key: &ApiKey,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let (tenant, id) = (key.party.tenant.as_str(), key.party.kind.id());
    let sql = match key.party.kind {
        PartyKind::Brand(_) => "SELECT 1 FROM brands WHERE tenant_id = ?1 AND brand_id = ?2",
        PartyKind::Creator(_) => "SELECT 1 FROM creators WHERE tenant_id = ?1 AND creator_id = ?2",
    };
    if !connection
        .prepare_cached(sql)?
        .exists(params![tenant, id])?
    {
        return Ok(false);
    }
    connection.execute(
        "INSERT INTO api_keys (key_hash, key_id, tenant_id, party_kind, party_id, created_at,
             revoked_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, NULL)",
        params![
            key.hash,
            key.id,
            tenant,
            key.party.kind.name(),
            id,
            now.ms()
        ],
    )?;
    Ok(true)
}

/// Whose key has this hash.
///
/// # Errors
/// The database's.
pub(super) fn party(
    connection: &Connection,
    key_hash: &[u8; 32],
) -> Result<Option<Party>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT tenant_id, party_kind, party_id FROM api_keys
         WHERE key_hash = ?1 AND revoked_at IS NULL",
    )?;
    let mut rows = statement.query([key_hash])?;
    rows.next()?.map(party_of).transpose()
}

fn party_of(row: Row<'_>) -> Result<Party, StoreError> {
    let kind: String = plain(row, "party_kind")?;
    Ok(Party {
        tenant: checked(row, "tenant_id", TenantId::parse)?,
        kind: match kind.as_str() {
            "brand" => PartyKind::Brand(checked(row, "party_id", BrandId::parse)?),
            _ => PartyKind::Creator(checked(row, "party_id", CreatorId::parse)?),
        },
    })
}

/// Revokes a key; false when there is none of this id in force.
///
/// # Errors
/// The database's.
pub(super) fn revoke(
    connection: &Connection,
    key_id: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let changed = connection.execute(
        "UPDATE api_keys SET revoked_at = ?2 WHERE key_id = ?1 AND revoked_at IS NULL",
        params![key_id, now.ms()],
    )?;
    Ok(changed > 0)
}
