//! Whether the shopper is a creator: e-mail address, account and means of payment, all by hash.

use std::collections::BTreeSet;

use shoptag_attribution::{SelfPurchase, SelfPurchaseSignal};
use shoptag_commerce::{CreatorId, TenantId};

use crate::collaborations::{Mark, email_hash};
use crate::orders::NewOrder;
use crate::store::StoreError;
use crate::store::sql::{
    Connection, params,
    rows::{checked, plain},
};

/// Writes a creator's mark; the same mark again changes nothing.
///
/// # Errors
/// The database's.
pub(super) fn save(
    connection: &Connection,
    tenant: &TenantId,
    creator: &CreatorId,
    mark: &Mark,
) -> Result<(), StoreError> {
    connection.execute(
        "INSERT INTO creator_marks (tenant_id, creator_id, kind, mark_hash)
         VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO NOTHING",
        params![
            tenant.as_str(),
            creator.as_str(),
            kind(mark.signal),
            mark.hash
        ],
    )?;
    Ok(())
}

/// Hash of the address in the order's quote; `None` when it was erased.
///
/// # Errors
/// The database's.
pub(super) fn email_of(
    connection: &Connection,
    order: &NewOrder,
) -> Result<Option<[u8; 32]>, StoreError> {
    let tenant = order.record.tenant.as_str();
    let mut statement = connection
        .prepare_cached("SELECT email FROM recipients WHERE tenant_id = ?1 AND quote_id = ?2")?;
    let mut rows = statement.query(params![tenant, order.quote_id.as_str()])?;
    match rows.next()? {
        Some(row) => Ok(Some(email_hash(&plain::<String>(row, "email")?))),
        None => Ok(None),
    }
}

/// Every sign that the shopper is one of the creators.
///
/// # Errors
/// The database's.
pub(super) fn signs(
    connection: &Connection,
    tenant: &TenantId,
    email: Option<[u8; 32]>,
    marks: &[Mark],
) -> Result<BTreeSet<SelfPurchase>, StoreError> {
    let mut signs = BTreeSet::new();
    if let Some(hash) = email {
        let mut statement = connection.prepare_cached(
            "SELECT creator_id FROM creator_emails WHERE tenant_id = ?1 AND email_hash = ?2",
        )?;
        let mut rows = statement.query(params![tenant.as_str(), hash])?;
        while let Some(row) = rows.next()? {
            signs.insert(SelfPurchase {
                creator: checked(row, "creator_id", CreatorId::parse)?,
                signal: SelfPurchaseSignal::Email,
            });
        }
    }
    for mark in marks {
        let mut statement = connection.prepare_cached(
            "SELECT creator_id FROM creator_marks
             WHERE tenant_id = ?1 AND kind = ?2 AND mark_hash = ?3",
        )?;
        let mut rows = statement.query(params![tenant.as_str(), kind(mark.signal), mark.hash])?;
        while let Some(row) = rows.next()? {
            signs.insert(SelfPurchase {
                creator: checked(row, "creator_id", CreatorId::parse)?,
                signal: mark.signal,
            });
        }
    }
    Ok(signs)
}

fn kind(signal: SelfPurchaseSignal) -> &'static str {
    match signal {
        SelfPurchaseSignal::Account => "account",
        SelfPurchaseSignal::Email => "email",
        SelfPurchaseSignal::Payment => "payment",
    }
}
