//! Stock that is spoken for: holds of open quotes, given back when they end.

use std::collections::HashMap;

use shoptag_commerce::{DAY_MS, QuoteId, TenantId, Timestamp, VariantId};

use super::{Connection, StoreError, Swept, params};

/// How long a quote that became no order is kept with its personal data: an order may come back
/// from a device that was off for 30 days, and is then priced anew from the quote. Three times
/// that.
const QUOTE_AGE_MS_MAX: i64 = 90 * DAY_MS;

/// Gives back what expired before or at `now`. Every transaction that looks at stock begins with
/// it, so that `held` never counts a hold that is over.
///
/// # Errors
/// The database's.
pub(super) fn give_back_expired(
    connection: &Connection,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let mut expired = connection.prepare_cached(
        "DELETE FROM stock_holds WHERE expires_at <= ?1
         RETURNING tenant_id, variant_id, quantity",
    )?;
    let holds = expired
        .query_map([now.ms()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?
        .collect::<Result<Vec<(String, String, i64)>, _>>()?;
    for (tenant, variant, quantity) in &holds {
        unhold(connection, tenant, variant, *quantity)?;
    }
    Ok(holds.len())
}

/// Gives back what a quote holds.
///
/// # Errors
/// The database's.
pub(super) fn give_back(
    connection: &Connection,
    tenant: &TenantId,
    quote: &QuoteId,
) -> Result<(), StoreError> {
    let mut ended = connection.prepare_cached(
        "DELETE FROM stock_holds WHERE tenant_id = ?1 AND quote_id = ?2
         RETURNING variant_id, quantity",
    )?;
    let holds = ended
        .query_map(params![tenant.as_str(), quote.as_str()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
        .collect::<Result<Vec<(String, i64)>, _>>()?;
    for (variant, quantity) in &holds {
        unhold(connection, tenant.as_str(), variant, *quantity)?;
    }
    Ok(())
}

fn unhold(
    connection: &Connection,
    tenant: &str,
    variant: &str,
    quantity: i64,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE stock SET held = held - ?3 WHERE tenant_id = ?1 AND variant_id = ?2",
        )?
        .execute(params![tenant, variant, quantity])?;
    Ok(())
}

/// Holds `quantity` for a quote, more when it holds some of the variant already. That there is
/// enough has been decided in the same transaction.
///
/// # Errors
/// The database's.
pub(super) fn hold(
    connection: &Connection,
    tenant: &TenantId,
    quote: &QuoteId,
    variant: &VariantId,
    quantity: u32,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    let (tenant, variant) = (tenant.as_str(), variant.as_str());
    connection
        .prepare_cached(
            "INSERT INTO stock_holds (tenant_id, quote_id, variant_id, quantity, expires_at)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (tenant_id, quote_id, variant_id) DO UPDATE
             SET quantity = stock_holds.quantity + excluded.quantity",
        )?
        .execute(params![
            tenant,
            quote.as_str(),
            variant,
            quantity,
            expires_at.ms()
        ])?;
    connection
        .prepare_cached(
            "UPDATE stock SET held = held + ?3 WHERE tenant_id = ?1 AND variant_id = ?2",
        )?
        .execute(params![tenant, variant, quantity])?;
    Ok(())
}

/// Takes `quantity` out of the stock for good, or puts it back when negative. What is not counted
/// stays uncounted; a count below zero is refused by the schema.
///
/// # Errors
/// The database's.
pub(super) fn take(
    connection: &Connection,
    tenant: &str,
    variant: &str,
    quantity: i64,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE stock SET on_hand = on_hand - ?3 WHERE tenant_id = ?1 AND variant_id = ?2",
        )?
        .execute(params![tenant, variant, quantity])?;
    Ok(())
}

/// Gives back expired holds and erases quotes that nobody can order any more.
///
/// # Errors
/// The database's.
pub(super) fn sweep(connection: &Connection, now: Timestamp) -> Result<Swept, StoreError> {
    let holds = give_back_expired(connection, now)?;
    let oldest = now.plus_ms(-QUOTE_AGE_MS_MAX).ms();
    connection
        .prepare_cached(
            "DELETE FROM recipients WHERE (tenant_id, quote_id) IN (
                 SELECT tenant_id, quote_id FROM quotes
                 WHERE expires_at < ?1 AND state <> 'ordered')",
        )?
        .execute([oldest])?;
    let quotes = connection
        .prepare_cached("DELETE FROM quotes WHERE expires_at < ?1 AND state <> 'ordered'")?
        .execute([oldest])?;
    Ok(Swept { holds, quotes })
}

/// What a quote holds, by variant.
///
/// # Errors
/// The database's.
pub(super) fn of(
    connection: &Connection,
    tenant: &TenantId,
    quote: &QuoteId,
) -> Result<HashMap<String, i64>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT variant_id, quantity FROM stock_holds WHERE tenant_id = ?1 AND quote_id = ?2",
    )?;
    let rows = statement.query_map(params![tenant.as_str(), quote.as_str()], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
