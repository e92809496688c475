//! Fulfilments moving forward, and what a cancellation puts back into stock.

use shoptag_commerce::{BrandId, TenantId, Timestamp};
use shoptag_protocol::FulfilmentStatus;

use super::{Connection, StoreError, credit, holds, orders, params};
use crate::orders::{
    Advanced, Cancellation, Cancelled, OrderRecord, Step, advance as follows, cancellation,
};

/// Cancels an order as its shopper asks.
///
/// # Errors
/// The database's.
pub(super) fn cancel(
    connection: &Connection,
    secret_hash: &[u8; 32],
    now: Timestamp,
) -> Result<Cancelled, StoreError> {
    let Some(record) = orders::by_secret(connection, secret_hash)? else {
        return Ok(Cancelled::NotFound);
    };
    let statuses: Vec<_> = record
        .shipments
        .iter()
        .map(|shipment| shipment.status)
        .collect();
    match cancellation(&statuses) {
        Cancellation::TooLate => Ok(Cancelled::TooLate),
        Cancellation::Past => Ok(Cancelled::Done {
            record: Box::new(record),
            changed: false,
        }),
        Cancellation::Possible => {
            for shipment in &record.shipments {
                if shipment.status == FulfilmentStatus::Placed {
                    let brand = &shipment.brand.id;
                    let status = FulfilmentStatus::Cancelled;
                    move_to(connection, &record, brand, status, now)?;
                }
            }
            let record = orders::by_secret(connection, secret_hash)?
                .ok_or_else(|| StoreError::Corrupt("an order is gone".into()))?;
            Ok(Cancelled::Done {
                record: Box::new(record),
                changed: true,
            })
        }
    }
}

/// Moves one brand's part forward.
///
/// # Errors
/// The database's.
pub(super) fn advance(
    connection: &Connection,
    tenant: &TenantId,
    number: &str,
    brand: &BrandId,
    step: Step,
    now: Timestamp,
) -> Result<Advanced, StoreError> {
    let Some(record) = orders::by_number(connection, tenant, number)? else {
        return Ok(Advanced::NotFound);
    };
    let Some(shipment) = record
        .shipments
        .iter()
        .find(|shipment| shipment.brand.id == *brand)
    else {
        return Ok(Advanced::NotFound);
    };
    match follows(shipment.status, step) {
        None => Ok(Advanced::Refused(shipment.status)),
        Some(status) if status == shipment.status => Ok(Advanced::Unchanged),
        Some(status) => {
            move_to(connection, &record, brand, status, now)?;
            Ok(Advanced::Moved)
        }
    }
}

fn move_to(
    connection: &Connection,
    record: &OrderRecord,
    brand: &BrandId,
    status: FulfilmentStatus,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (tenant, order) = (record.tenant.as_str(), record.order_id.as_str());
    let name = orders::status_name(status);
    connection
        .prepare_cached(
            "INSERT INTO fulfilment_steps (tenant_id, order_id, brand_id, status, happened_at)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![tenant, order, brand.as_str(), name, now.ms()])?;
    if status == FulfilmentStatus::Cancelled {
        for line in record.lines.iter().filter(|line| line.brand_id == *brand) {
            holds::put_back(connection, &record.tenant, &line.variant_id, line.quantity);
        }
    }
    credit::fulfilment_moved(connection, record, brand, status, now)
}
