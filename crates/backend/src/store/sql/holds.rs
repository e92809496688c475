//! Stock that is spoken for: an open quote holds its lines until it expires, is replaced, refused
//! or ordered.

use std::collections::BTreeMap;

use shoptag_commerce::{DAY_MS, TenantId, Timestamp, VariantId};
use shoptag_protocol::Quote;

use super::rows::{checked, json};
use super::within::StockChange;
use super::{Connection, OptionalExtension, StoreError, Swept, params};
use crate::orders::QuoteFact;

/// How long a quote that became no order is kept with its personal data: an order may come back
/// from a device that was off for 30 days, and is then priced anew from the quote. Three times
/// that.
const QUOTE_AGE_MS_MAX: i64 = 90 * DAY_MS;

/// From when a quote that became no order may be erased: its `next_at` once it holds nothing. While
/// it holds the stock of its lines that is `expires_at`.
pub(super) fn erased_at(quote: &Quote) -> Timestamp {
    quote.expires_at.plus_ms(QUOTE_AGE_MS_MAX)
}

/// Gives back what expired before or at `now`. Every transaction that looks at stock begins with
/// it, so that `held` never counts a hold that is over.
///
/// # Errors
/// The database's.
pub(super) fn give_back_expired(
    connection: &Connection,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let next_expiry = connection.within().known().next_expiry;
    if next_expiry.is_some_and(|next| now < next) {
        return Ok(0);
    }
    // Looked for first: a statement that changes and returns makes a table of its own each time.
    let mut expired = connection.prepare_cached(
        "SELECT tenant_id, document FROM quotes WHERE next_at <= ?1 AND next_at = expires_at",
    )?;
    let mut rows = expired.query([now.ms()])?;
    let mut over: Vec<(TenantId, Quote)> = Vec::new();
    while let Some(row) = rows.next()? {
        let tenant = checked(row, "tenant_id", TenantId::parse)?;
        over.push((tenant, json(row, "document")?));
    }
    drop(rows);
    for (tenant, quote) in &over {
        give_back(connection, tenant, quote);
        connection
            .prepare_cached(
                "UPDATE quotes SET next_at = ?3 WHERE tenant_id = ?1 AND quote_id = ?2",
            )?
            .execute(params![
                tenant.as_str(),
                quote.quote_id.as_str(),
                erased_at(quote).ms()
            ])?;
    }
    let next = next_expiry_after(connection, now)?;
    connection.within().known().next_expiry = Some(next);
    Ok(over.len())
}

/// When the next hold expires, if none is made before.
fn next_expiry_after(connection: &Connection, now: Timestamp) -> Result<Timestamp, StoreError> {
    let next: Option<i64> = connection
        .prepare_cached(
            "SELECT next_at FROM quotes WHERE next_at > ?1 AND next_at = expires_at
             ORDER BY next_at LIMIT 1",
        )?
        .query_row([now.ms()], |row| row.get(0))
        .optional()?;
    Ok(Timestamp::from_ms(next.unwrap_or(i64::MAX)))
}

/// Holds the lines of a quote. That there is enough has been decided in the same transaction.
pub(super) fn hold(connection: &Connection, tenant: &TenantId, quote: &Quote) {
    for (variant, quantity) in quantities(quote) {
        change(connection, tenant.as_str(), variant, quantity, 0);
    }
    let mut within = connection.within();
    let next = &mut within.known().next_expiry;
    *next = next.map(|next| next.min(quote.expires_at));
}

/// Gives back what a quote holds.
pub(super) fn give_back(connection: &Connection, tenant: &TenantId, quote: &Quote) {
    for (variant, quantity) in quantities(quote) {
        change(connection, tenant.as_str(), variant, -quantity, 0);
    }
}

/// Takes the lines of a quote out of the stock for good, and with them what it holds. That there is
/// enough has been decided in the same transaction; the schema refuses a count below zero.
pub(super) fn sell(connection: &Connection, tenant: &TenantId, quote: &QuoteFact) {
    for (variant, quantity) in quantities(&quote.document) {
        let held = if quote.holds { -quantity } else { 0 };
        change(connection, tenant.as_str(), variant, held, -quantity);
    }
}

/// Puts `quantity` back into the stock.
pub(super) fn put_back(
    connection: &Connection,
    tenant: &TenantId,
    variant: &VariantId,
    quantity: u32,
) {
    let quantity = i64::from(quantity);
    change(connection, tenant.as_str(), variant.as_str(), 0, quantity);
}

/// Changes both counts of a variant, when the transaction settles.
fn change(connection: &Connection, tenant: &str, variant: &str, held: i64, on_hand: i64) {
    let change = StockChange { held, on_hand };
    connection.within().add_stock(tenant, variant, change);
}

/// How many of each variant a quote is about.
pub(super) fn quantities(quote: &Quote) -> BTreeMap<&str, i64> {
    let mut sums = BTreeMap::new();
    for line in &quote.lines {
        *sums.entry(line.variant_id.as_str()).or_default() += i64::from(line.quantity);
    }
    sums
}

/// Gives back expired holds and erases quotes that nobody can order any more.
///
/// # Errors
/// The database's.
pub(super) fn sweep(connection: &Connection, now: Timestamp) -> Result<Swept, StoreError> {
    let holds = give_back_expired(connection, now)?;
    connection
        .prepare_cached(
            "DELETE FROM recipients WHERE (tenant_id, quote_id) IN (
                 SELECT tenant_id, quote_id FROM quotes WHERE next_at < ?1)",
        )?
        .execute([now.ms()])?;
    let quotes = connection
        .prepare_cached("DELETE FROM quotes WHERE next_at < ?1")?
        .execute([now.ms()])?;
    Ok(Swept { holds, quotes })
}

#[cfg(test)]
mod tests {
    use shoptag_commerce::SiteKey;

    use super::*;
    use crate::quotes::Terms;
    use crate::store::sql::{STEPS, migrate, quotes};

    fn terms(quote: &Quote) -> Terms {
        Terms {
            quote_id: quote.quote_id.clone(),
            attempt: quote.checkout_attempt_id.clone(),
            site: SiteKey::parse("pk_demo").unwrap(),
            video: None,
            lines: Vec::new(),
            country: "DE".to_owned(),
            choices: Vec::new(),
            ready: true,
            now: quote.quoted_at,
            hold_ms: 0,
            asked: None,
        }
    }

    #[test]
    fn a_hold_that_is_made_and_expires_in_one_transaction_is_given_back_in_it() {
        let connection: Connection = rusqlite::Connection::open_in_memory().unwrap().into();
        migrate(&connection, "BEGIN IMMEDIATE", STEPS).unwrap();
        let tenant = TenantId::parse("demo").unwrap();
        let golden = include_str!("../../../../protocol/golden/quote.json");
        let mut quote: Quote = serde_json::from_str(golden).unwrap();
        quote.lines.truncate(1);
        quote.lines[0].variant_id = VariantId::parse("mug").unwrap();
        quote.lines[0].quantity = 2;
        let held = || connection.within().stock("demo", "mug").held;
        connection.execute_batch("BEGIN IMMEDIATE").unwrap();
        connection.within().begin();
        let expires_at = quote.expires_at;
        assert_eq!(
            give_back_expired(&connection, expires_at.plus_ms(-9)),
            Ok(0)
        );
        quotes::insert(&connection, &tenant, &terms(&quote), &quote).unwrap();
        assert_eq!(
            give_back_expired(&connection, expires_at.plus_ms(-1)),
            Ok(0)
        );
        assert_eq!(held(), 2);
        assert_eq!(give_back_expired(&connection, expires_at), Ok(1));
        assert_eq!(held(), 0);
        assert_eq!(give_back_expired(&connection, expires_at), Ok(0));
    }
}
