//! Idempotency keys and their answers, of every route that has them.

use shoptag_commerce::{OrderId, TenantId, Timestamp};

use super::{Connection, Error, OptionalExtension, Row, StoreError, params};
use crate::orders::{Fingerprint, IdempotencyKey, StoredAnswer};

/// Where a key counts, and what it stands for there.
pub(super) struct Keyed<'a> {
    pub tenant: &'a TenantId,
    /// A site key, or `brand:` and a brand.
    pub scope: &'a str,
    pub route: &'a str,
    pub key: &'a IdempotencyKey,
    pub fingerprint: &'a Fingerprint,
}

/// What a key that is known means for the request at hand.
pub(super) enum Known {
    /// It is the same request.
    Answered(StoredAnswer),
    /// The key stands for other bytes.
    Reused,
}

/// What is known of a key.
///
/// # Errors
/// The database's.
pub(super) fn find(
    connection: &Connection,
    keyed: &Keyed<'_>,
) -> Result<Option<Known>, StoreError> {
    let known = connection
        .prepare_cached(
            "SELECT status, body, fingerprint FROM idempotency_keys
             WHERE tenant_id = ?1 AND site_key = ?2 AND route = ?3 AND key = ?4",
        )?
        .query_row(
            params![
                keyed.tenant.as_str(),
                keyed.scope,
                keyed.route,
                keyed.key.as_str()
            ],
            |row| Ok((answer(row)?, row.get::<_, Fingerprint>(2)?)),
        )
        .optional()?;
    Ok(known.map(|(answer, fingerprint)| {
        if fingerprint == *keyed.fingerprint {
            Known::Answered(answer)
        } else {
            Known::Reused
        }
    }))
}

/// An answer out of a row that begins with its status and body.
///
/// # Errors
/// The database's.
pub(super) fn answer(row: Row<'_>) -> Result<StoredAnswer, Error> {
    Ok(StoredAnswer {
        status: row.get(0)?,
        body: row.get(1)?,
    })
}

/// Writes the key with its answer, for ever.
///
/// # Errors
/// The database's.
pub(super) fn keep(
    connection: &Connection,
    keyed: &Keyed<'_>,
    answer: &StoredAnswer,
    order: Option<&OrderId>,
    now: Timestamp,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO idempotency_keys (tenant_id, site_key, route, key, fingerprint,
                         status, body, order_id, created_at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            keyed.tenant.as_str(),
            keyed.scope,
            keyed.route,
            keyed.key.as_str(),
            *keyed.fingerprint,
            answer.status,
            answer.body,
            order.map(OrderId::as_str),
            now.ms(),
        ])?;
    Ok(())
}
