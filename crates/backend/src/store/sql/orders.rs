//! Orders with their lines and fulfilments: written once, read by secret or number.

use shoptag_commerce::{
    BrandId, CreatorId, Currency, OrderId, ProductId, TenantId, Timestamp, VariantId, VideoId,
};
use shoptag_protocol::{
    Brand, CreatorInfo, DeliveryOption, FulfilmentStatus, OrderedLine, Payment, PaymentMethod,
    Shipment, Totals,
};

use super::rows::{checked, plain};
use super::{Connection, OptionalExtension, Row, StoreError, holds, params};
use crate::orders::{NewOrder, OrderRecord};

/// Writes an order and takes its items out of the stock.
///
/// # Errors
/// The database's.
pub(super) fn insert(connection: &Connection, order: &NewOrder) -> Result<(), StoreError> {
    let record = &order.record;
    let totals = &record.totals;
    connection
        .prepare_cached(
            "INSERT INTO orders (tenant_id, order_id, number, secret_hash, site_key,
                 checkout_attempt_id, quote_id, video_id, currency, country, payment_method,
                 items_minor, discount_minor, delivery_minor, tax_minor, total_minor,
                 client_created_at, placed_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
                 ?18)",
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
        ])?;
    insert_lines(connection, order)?;
    for (position, shipment) in record.shipments.iter().enumerate() {
        insert_fulfilment(connection, record, position, shipment)?;
    }
    Ok(())
}

fn insert_lines(connection: &Connection, order: &NewOrder) -> Result<(), StoreError> {
    let (tenant, id) = (order.record.tenant.as_str(), order.record.order_id.as_str());
    let mut statement = connection.prepare_cached(
        "INSERT INTO order_lines (tenant_id, order_id, position, variant_id, product_id, brand_id,
             title, variant_label, image_url, quantity, unit_price_minor, discount_minor,
             total_minor, tax_minor)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
    )?;
    for (position, line) in order.lines.iter().enumerate() {
        statement.execute(params![
            tenant,
            id,
            position,
            line.variant_id.as_str(),
            line.product_id.as_str(),
            line.brand_id.as_str(),
            line.title,
            line.variant_label,
            line.image_url,
            line.quantity,
            line.unit_price_minor,
            line.discount_minor,
            line.total_minor,
            line.tax_minor,
        ])?;
        holds::take(
            connection,
            tenant,
            line.variant_id.as_str(),
            i64::from(line.quantity),
        )?;
    }
    Ok(())
}

fn insert_fulfilment(
    connection: &Connection,
    record: &OrderRecord,
    position: usize,
    shipment: &Shipment,
) -> Result<(), StoreError> {
    let delivery = &shipment.delivery;
    connection
        .prepare_cached(
            "INSERT INTO fulfilments (tenant_id, order_id, brand_id, position, option_id,
                         label, price_minor, days_min, days_max, status)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            record.tenant.as_str(),
            record.order_id.as_str(),
            shipment.brand.id.as_str(),
            position,
            delivery.id,
            delivery.label,
            delivery.price_minor,
            delivery.days_min,
            delivery.days_max,
            status_name(shipment.status),
        ])?;
    connection
        .prepare_cached(
            "INSERT INTO fulfilment_events (tenant_id, order_id, brand_id, status,
                         happened_at)
                     VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            record.tenant.as_str(),
            record.order_id.as_str(),
            shipment.brand.id.as_str(),
            status_name(shipment.status),
            record.placed_at.ms(),
        ])?;
    Ok(())
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

/// The first of `numbers` that no order of the tenant has.
///
/// # Errors
/// [`StoreError::Unavailable`] when all are taken: the retry brings others.
pub(super) fn free_number(
    connection: &Connection,
    tenant: &TenantId,
    numbers: &[String],
) -> Result<String, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT 1 FROM orders WHERE tenant_id = ?1 AND number = ?2")?;
    for number in numbers {
        if !statement.exists(params![tenant.as_str(), number])? {
            return Ok(number.clone());
        }
    }
    Err(StoreError::Unavailable(
        "every order number drawn is taken".into(),
    ))
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
                discount_minor, delivery_minor, tax_minor, total_minor
         FROM orders WHERE tenant_id = ?1 AND order_id = ?2",
    )?;
    let mut rows = statement.query(params![tenant, order])?;
    let row = rows
        .next()?
        .ok_or_else(|| StoreError::Corrupt("an order is gone".into()))?;
    let method: String = plain(row, "payment_method")?;
    Ok(OrderRecord {
        tenant: checked(row, "tenant_id", TenantId::parse)?,
        order_id: checked(row, "order_id", OrderId::parse)?,
        number: plain(row, "number")?,
        placed_at: Timestamp::from_ms(plain(row, "placed_at")?),
        currency: checked(row, "currency", |code| Currency::parse(&code))?,
        lines: lines(connection, tenant, order)?,
        shipments: shipments(connection, tenant, order)?,
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
    })
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
            "SELECT creator_id, name, handle FROM creators
             WHERE tenant_id = ?1 AND creator_id = ?2",
        )?;
        let mut rows = statement.query(params![order.tenant.as_str(), creator.as_str()])?;
        if let Some(row) = rows.next()? {
            line.credited = self::credited(row)?;
        }
    }
    Ok(())
}

/// The lines of an order, each with the creator who is credited with it.
///
/// # Errors
/// The database's.
fn lines(
    connection: &Connection,
    tenant: &str,
    order: &str,
) -> Result<Vec<OrderedLine>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT l.*, c.creator_id, c.name, c.handle
         FROM order_lines l
         LEFT JOIN credits e ON e.tenant_id = l.tenant_id AND e.order_id = l.order_id
                            AND e.line = l.position
         LEFT JOIN creators c ON c.tenant_id = e.tenant_id AND c.creator_id = e.creator_id
         WHERE l.tenant_id = ?1 AND l.order_id = ?2 ORDER BY l.position",
    )?;
    let mut rows = statement.query(params![tenant, order])?;
    let mut lines = Vec::new();
    while let Some(row) = rows.next()? {
        lines.push(OrderedLine {
            variant_id: checked(row, "variant_id", VariantId::parse)?,
            product_id: checked(row, "product_id", ProductId::parse)?,
            brand_id: checked(row, "brand_id", BrandId::parse)?,
            title: plain(row, "title")?,
            variant_label: plain(row, "variant_label")?,
            image_url: plain(row, "image_url")?,
            quantity: plain(row, "quantity")?,
            unit_price_minor: plain(row, "unit_price_minor")?,
            discount_minor: plain(row, "discount_minor")?,
            total_minor: plain(row, "total_minor")?,
            credited: credited(row)?,
        });
    }
    Ok(lines)
}

fn credited(row: Row<'_>) -> Result<Option<CreatorInfo>, StoreError> {
    let Some(_) = plain::<Option<String>>(row, "creator_id")? else {
        return Ok(None);
    };
    Ok(Some(CreatorInfo {
        id: checked(row, "creator_id", CreatorId::parse)?,
        name: plain(row, "name")?,
        handle: plain(row, "handle")?,
    }))
}

fn shipments(
    connection: &Connection,
    tenant: &str,
    order: &str,
) -> Result<Vec<Shipment>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT f.*, b.name, b.legal_name
         FROM fulfilments f JOIN brands b USING (tenant_id, brand_id)
         WHERE f.tenant_id = ?1 AND f.order_id = ?2 ORDER BY f.position",
    )?;
    let mut rows = statement.query(params![tenant, order])?;
    let mut shipments = Vec::new();
    while let Some(row) = rows.next()? {
        shipments.push(shipment(row)?);
    }
    Ok(shipments)
}

fn shipment(row: Row<'_>) -> Result<Shipment, StoreError> {
    let status: String = plain(row, "status")?;
    Ok(Shipment {
        brand: Brand {
            id: checked(row, "brand_id", BrandId::parse)?,
            name: plain(row, "name")?,
            legal_name: plain(row, "legal_name")?,
        },
        delivery: DeliveryOption {
            id: plain(row, "option_id")?,
            label: plain(row, "label")?,
            price_minor: plain(row, "price_minor")?,
            days_min: plain(row, "days_min")?,
            days_max: plain(row, "days_max")?,
        },
        status: status_of(&status)?,
    })
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
