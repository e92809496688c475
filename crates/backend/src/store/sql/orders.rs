//! Orders, each one row with its lines, its parts and the decision on it: written once, read by
//! secret or number. How far a part is follows from its steps.

use shoptag_attribution::OrderDecision;
use shoptag_commerce::{BrandId, CreatorId, Currency, OrderId, TenantId, Timestamp, VideoId};
use shoptag_protocol::{CreatorInfo, FulfilmentStatus, Payment, PaymentMethod, PricedLine, Totals};

use super::credit::Decided;
use super::rows::{checked, json, plain, to_json};
use super::{Connection, OptionalExtension, Row, StoreError, params};
use crate::orders::{NewOrder, OrderRecord, ordered_line};

/// Writes an order with the decision on it, under the first of `numbers` that no order of the
/// tenant has. False: another order has its id.
///
/// # Errors
/// The database's; [`StoreError::Unavailable`] when all numbers are taken: the retry brings others.
pub(super) fn insert(
    connection: &Connection,
    order: &mut NewOrder,
    decided: &Decided,
    numbers: &[String],
) -> Result<bool, StoreError> {
    for number in numbers {
        order.record.number.clone_from(number);
        if insert_once(connection, order, decided)? {
            return Ok(true);
        }
        if exists(connection, &order.record.tenant, &order.record.order_id)? {
            return Ok(false);
        }
    }
    Err(StoreError::Unavailable(
        "every order number drawn is taken".into(),
    ))
}

/// False: something that is its own alone is another order's.
fn insert_once(
    connection: &Connection,
    order: &NewOrder,
    decided: &Decided,
) -> Result<bool, StoreError> {
    let record = &order.record;
    let totals = &record.totals;
    let written = connection
        .prepare_cached(
            "INSERT INTO orders (tenant_id, order_id, number, secret_hash, site_key,
                 checkout_attempt_id, quote_id, video_id, currency, country, payment_method,
                 items_minor, discount_minor, delivery_minor, tax_minor, total_minor,
                 client_created_at, placed_at, lines, shipments, decision_sequence, evidence,
                 receipt, digest)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
                 ?18, ?19, ?20, ?21, ?22, ?23, ?24)
             ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            record.tenant.as_str(),
            record.order_id.as_str(),
            record.number,
            order.secret_hash,
            order.site.as_str(),
            order.attempt.as_str(),
            order.quote_id.as_str(),
            order.video.as_ref().map(VideoId::as_str),
            record.currency.code(),
            order.country,
            method_name(record.payment.method),
            totals.items_minor,
            totals.discount_minor,
            totals.delivery_minor,
            totals.tax_minor,
            totals.total_minor,
            order.client_created_at.ms(),
            record.placed_at.ms(),
            to_json(&order.lines)?,
            to_json(&record.shipments)?,
            decided.sequence,
            decided.evidence,
            decided.receipt,
            decided.digest.to_string(),
        ])?;
    Ok(written == 1)
}

/// Whether the tenant has an order of this id.
///
/// # Errors
/// The database's.
pub(super) fn exists(
    connection: &Connection,
    tenant: &TenantId,
    order: &OrderId,
) -> Result<bool, StoreError> {
    let found = connection
        .prepare_cached("SELECT 1 FROM orders WHERE tenant_id = ?1 AND order_id = ?2")?
        .exists(params![tenant.as_str(), order.as_str()])?;
    Ok(found)
}

/// The order whose secret has this hash.
///
/// # Errors
/// The database's.
pub(super) fn by_secret(
    connection: &Connection,
    secret_hash: &[u8; 32],
) -> Result<Option<OrderRecord>, StoreError> {
    let key = connection
        .prepare_cached("SELECT tenant_id, order_id FROM orders WHERE secret_hash = ?1")?
        .query_row(params![secret_hash], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    key.map(|(tenant, order): (String, String)| by_id(connection, &tenant, &order))
        .transpose()
}

/// The order of a tenant with this number for people.
///
/// # Errors
/// The database's.
pub(super) fn by_number(
    connection: &Connection,
    tenant: &TenantId,
    number: &str,
) -> Result<Option<OrderRecord>, StoreError> {
    let order: Option<String> = connection
        .prepare_cached("SELECT order_id FROM orders WHERE tenant_id = ?1 AND number = ?2")?
        .query_row(params![tenant.as_str(), number], |row| row.get(0))
        .optional()?;
    order
        .map(|order| by_id(connection, tenant.as_str(), &order))
        .transpose()
}

fn by_id(connection: &Connection, tenant: &str, order: &str) -> Result<OrderRecord, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT tenant_id, order_id, number, placed_at, currency, payment_method, items_minor,
                discount_minor, delivery_minor, tax_minor, total_minor, lines, shipments, receipt
         FROM orders WHERE tenant_id = ?1 AND order_id = ?2",
    )?;
    let mut rows = statement.query(params![tenant, order])?;
    let row = rows
        .next()?
        .ok_or_else(|| StoreError::Corrupt("an order is gone".into()))?;
    let method: String = plain(row, "payment_method")?;
    let lines: Vec<PricedLine> = json(row, "lines")?;
    let mut record = OrderRecord {
        tenant: checked(row, "tenant_id", TenantId::parse)?,
        order_id: checked(row, "order_id", OrderId::parse)?,
        number: plain(row, "number")?,
        placed_at: Timestamp::from_ms(plain(row, "placed_at")?),
        currency: checked(row, "currency", |code| Currency::parse(&code))?,
        lines: lines.iter().map(ordered_line).collect(),
        shipments: json(row, "shipments")?,
        totals: Totals {
            items_minor: plain(row, "items_minor")?,
            discount_minor: plain(row, "discount_minor")?,
            delivery_minor: plain(row, "delivery_minor")?,
            tax_minor: plain(row, "tax_minor")?,
            total_minor: plain(row, "total_minor")?,
        },
        payment: Payment {
            method: method_of(&method)?,
        },
    };
    let credited = credited(row)?;
    drop(rows);
    name_credited(connection, &mut record, &credited)?;
    bring_forward(connection, &mut record)?;
    Ok(record)
}

/// Writes into an order's lines, by position, who is credited with them.
///
/// # Errors
/// The database's.
pub(super) fn name_credited(
    connection: &Connection,
    order: &mut OrderRecord,
    credited: &[(u32, CreatorId)],
) -> Result<(), StoreError> {
    for (position, creator) in credited {
        let line = order.lines.get_mut(*position as usize);
        let line = line.ok_or_else(|| StoreError::Corrupt("a credit without a line".into()))?;
        let mut statement = connection.prepare_cached(
            "SELECT name, handle FROM creators WHERE tenant_id = ?1 AND creator_id = ?2",
        )?;
        let mut rows = statement.query(params![order.tenant.as_str(), creator.as_str()])?;
        if let Some(row) = rows.next()? {
            line.credited = Some(CreatorInfo {
                id: creator.clone(),
                name: plain(row, "name")?,
                handle: plain(row, "handle")?,
            });
        }
    }
    Ok(())
}

/// The lines that somebody is paid for, as the order's receipt says; none from before there were
/// receipts.
fn credited(row: Row<'_>) -> Result<Vec<(u32, CreatorId)>, StoreError> {
    let Some(receipt) = plain::<Option<Vec<u8>>>(row, "receipt")? else {
        return Ok(Vec::new());
    };
    let decision: OrderDecision = serde_json::from_slice(&receipt)
        .map_err(|error| StoreError::Corrupt(format!("receipt: {error}")))?;
    let lines = decision.lines.into_iter();
    Ok(lines
        .filter_map(|line| Some((line.line, line.credit?.creator)))
        .collect())
}

/// Brings each part of an order from where it was placed to where it is, under its brand's name of
/// today.
fn bring_forward(connection: &Connection, order: &mut OrderRecord) -> Result<(), StoreError> {
    let tenant = order.tenant.as_str();
    let mut statement = connection.prepare_cached(
        "SELECT brand_id, status FROM fulfilment_steps WHERE tenant_id = ?1 AND order_id = ?2",
    )?;
    let mut rows = statement.query(params![tenant, order.order_id.as_str()])?;
    while let Some(row) = rows.next()? {
        let brand: BrandId = checked(row, "brand_id", BrandId::parse)?;
        let status = status_of(&plain::<String>(row, "status")?)?;
        let part = order.shipments.iter_mut().find(|it| it.brand.id == brand);
        let part = part.ok_or_else(|| StoreError::Corrupt("a step without a part".into()))?;
        if rank(status) > rank(part.status) {
            part.status = status;
        }
    }
    drop(rows);
    for part in &mut order.shipments {
        let names: Option<(String, String)> = connection
            .prepare_cached(
                "SELECT name, legal_name FROM brands WHERE tenant_id = ?1 AND brand_id = ?2",
            )?
            .query_row(params![tenant, part.brand.id.as_str()], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        if let Some((name, legal_name)) = names {
            part.brand.name = name;
            part.brand.legal_name = legal_name;
        }
    }
    Ok(())
}

/// Steps go forward: the one of the highest rank is where a part is.
fn rank(status: FulfilmentStatus) -> u8 {
    match status {
        FulfilmentStatus::Placed => 0,
        FulfilmentStatus::Shipped => 1,
        FulfilmentStatus::Delivered => 2,
        FulfilmentStatus::Returned | FulfilmentStatus::Cancelled => 3,
    }
}

/// A status as the database writes it.
pub(super) fn status_name(status: FulfilmentStatus) -> &'static str {
    match status {
        FulfilmentStatus::Placed => "placed",
        FulfilmentStatus::Shipped => "shipped",
        FulfilmentStatus::Delivered => "delivered",
        FulfilmentStatus::Returned => "returned",
        FulfilmentStatus::Cancelled => "cancelled",
    }
}

fn status_of(name: &str) -> Result<FulfilmentStatus, StoreError> {
    [
        FulfilmentStatus::Placed,
        FulfilmentStatus::Shipped,
        FulfilmentStatus::Delivered,
        FulfilmentStatus::Returned,
        FulfilmentStatus::Cancelled,
    ]
    .into_iter()
    .find(|status| status_name(*status) == name)
    .ok_or_else(|| StoreError::Corrupt(format!("status {name}")))
}

fn method_name(method: PaymentMethod) -> &'static str {
    match method {
        PaymentMethod::PayOnDelivery => "pay_on_delivery",
    }
}

fn method_of(name: &str) -> Result<PaymentMethod, StoreError> {
    match name {
        "pay_on_delivery" => Ok(PaymentMethod::PayOnDelivery),
        other => Err(StoreError::Corrupt(format!("payment method {other}"))),
    }
}
