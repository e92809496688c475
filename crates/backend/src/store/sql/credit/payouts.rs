//! Payouts in SQL: one a batch and creator.

use shoptag_commerce::{CreatorId, Currency, PayoutBatchId, TenantId};
use shoptag_ledger::{Payout, PayoutStatus};

use crate::store::StoreError;
use crate::store::sql::{
    Connection, Row, params,
    rows::{checked, plain},
};

/// A creator's payout of a batch.
///
/// # Errors
/// The database's.
pub(super) fn find(
    connection: &Connection,
    tenant: &TenantId,
    batch: &PayoutBatchId,
    creator: &CreatorId,
) -> Result<Option<Payout>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT * FROM payouts WHERE tenant_id = ?1 AND batch_id = ?2 AND creator_id = ?3",
    )?;
    let key = params![tenant.as_str(), batch.as_str(), creator.as_str()];
    let mut rows = statement.query(key)?;
    rows.next()?.map(of_row).transpose()
}

/// A payout out of its row.
pub(super) fn of_row(row: Row<'_>) -> Result<Payout, StoreError> {
    let status: String = plain(row, "status")?;
    Ok(Payout {
        batch: checked(row, "batch_id", PayoutBatchId::parse)?,
        creator: checked(row, "creator_id", CreatorId::parse)?,
        currency: checked(row, "currency", |code| Currency::parse(&code))?,
        amount_minor: plain(row, "amount_minor")?,
        status: match status.as_str() {
            "in-transit" => PayoutStatus::InTransit,
            "paid" => PayoutStatus::Paid,
            "failed" => PayoutStatus::Failed,
            other => return Err(StoreError::Corrupt(format!("payout status {other}"))),
        },
    })
}

/// Writes a payout, or where it stands now.
///
/// # Errors
/// The database's.
pub(super) fn write(
    connection: &Connection,
    tenant: &TenantId,
    payout: &Payout,
) -> Result<(), StoreError> {
    let status = match payout.status {
        PayoutStatus::InTransit => "in-transit",
        PayoutStatus::Paid => "paid",
        PayoutStatus::Failed => "failed",
    };
    connection
        .prepare_cached(
            "INSERT INTO payouts (tenant_id, batch_id, creator_id, currency, amount_minor, status)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (tenant_id, batch_id, creator_id) DO UPDATE
             SET status = excluded.status",
        )?
        .execute(params![
            tenant.as_str(),
            payout.batch.as_str(),
            payout.creator.as_str(),
            payout.currency.code(),
            payout.amount_minor,
            status,
        ])?;
    Ok(())
}
