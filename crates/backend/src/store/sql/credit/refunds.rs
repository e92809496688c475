//! Refunds and the steps of a fulfilment, with the commission that follows them.

use shoptag_commerce::{BrandId, OrderId, TenantId, Timestamp};
use shoptag_ledger::{Event, LineRef, RecordKey};
use shoptag_protocol::{FulfilmentStatus, RefundDocument, RefundedLine, code};

use super::ledger;
use crate::error::ApiError;
use crate::orders::{OrderRecord, StoredAnswer};
use crate::refunds::{LineFacts, LineRefund, RefundCommand, Refunded, remaining, share};
use crate::store::StoreError;
use crate::store::sql::idempotency::{self, Keyed, Known};
use crate::store::sql::{
    Connection, orders, params,
    rows::{corrupt, plain},
};

/// The route, as keys are scoped by it.
const ROUTE: &str = "POST /v1/orders/{number}/refunds";

/// HTTP status of a refund that was made.
const CREATED: u16 = 201;

/// Where a refund comes from, as the database writes it.
#[derive(Clone, Copy)]
enum Source {
    Refund,
    Returned,
    Cancelled,
}

impl Source {
    fn name(self) -> &'static str {
        match self {
            Self::Refund => "refund",
            Self::Returned => "returned",
            Self::Cancelled => "cancelled",
        }
    }
}

/// Refunds. After a refusal, the inner error, nothing may be kept.
///
/// # Errors
/// The database's.
pub(super) fn refund(
    connection: &Connection,
    command: &RefundCommand,
) -> Result<Result<Refunded, ApiError>, StoreError> {
    let scope = scope(command);
    let keyed = Keyed {
        tenant: &command.tenant,
        scope: &scope,
        route: ROUTE,
        key: &command.key,
        fingerprint: &command.fingerprint,
    };
    match idempotency::find(connection, &keyed)? {
        Some(Known::Answered(answer)) => return Ok(Ok(Refunded::Replayed(answer))),
        Some(Known::Reused) => return Ok(Ok(Refunded::KeyReused)),
        None => {}
    }
    let made = make(connection, command)?;
    if let Ok((order, answer)) = &made {
        idempotency::keep(connection, &keyed, answer, Some(order), command.now)?;
    }
    Ok(made.map(|(_, answer)| Refunded::Made(answer)))
}

fn make(
    connection: &Connection,
    command: &RefundCommand,
) -> Result<Result<(OrderId, StoredAnswer), ApiError>, StoreError> {
    let record = orders::by_number(connection, &command.tenant, &command.number)?;
    let own = record.filter(|record| {
        let mut shipments = record.shipments.iter();
        shipments.any(|shipment| shipment.brand.id == command.brand)
    });
    let Some(record) = own else {
        return Ok(Err(ApiError::new(code::NOT_FOUND)));
    };
    if command.request.lines.is_empty() {
        let detail = "Name at least one line.";
        return Ok(Err(ApiError::field(code::REFUND_AMOUNT, "/lines", detail)));
    }
    let mut refunded = Vec::with_capacity(command.request.lines.len());
    for (index, wish) in command.request.lines.iter().enumerate() {
        let twice = refunded
            .iter()
            .any(|it: &RefundedLine| it.line == wish.line);
        let line = usize::try_from(wish.line)
            .ok()
            .and_then(|line| record.lines.get(line));
        if twice || line.is_none_or(|line| line.brand_id != command.brand) {
            let detail = "Name each line of this brand once.";
            let pointer = format!("/lines/{index}/line");
            return Ok(Err(ApiError::field(code::REFUND_AMOUNT, pointer, detail)));
        }
        let line = LineRef {
            order: record.order_id.clone(),
            line: wish.line,
        };
        let facts = facts(connection, &record.tenant, &line)?;
        let refund = match share(&facts, wish, index) {
            Ok(refund) => refund,
            Err(error) => return Ok(Err(error)),
        };
        let name = &command.refund_id;
        give_back(
            connection,
            &record.tenant,
            &line,
            refund,
            Source::Refund,
            name,
            command.now,
        )?;
        let state = ledger::line_state(connection, &record.tenant, &line)?;
        refunded.push(RefundedLine {
            line: wish.line,
            amount_minor: refund.amount_minor,
            quantity: refund.quantity,
            remaining_minor: facts.total_minor - facts.refunded_minor - refund.amount_minor,
            commission_minor: state.map(|state| state.creator_minor()),
        });
    }
    let answer = answer_to(command, &record, refunded)?;
    Ok(Ok((record.order_id, answer)))
}

fn answer_to(
    command: &RefundCommand,
    record: &OrderRecord,
    refunded: Vec<RefundedLine>,
) -> Result<StoredAnswer, StoreError> {
    let document = RefundDocument {
        refund_id: command.refund_id.clone(),
        number: record.number.clone(),
        currency: record.currency,
        amount_minor: refunded
            .iter()
            .try_fold(0_i64, |sum, line| sum.checked_add(line.amount_minor))
            .ok_or_else(|| corrupt("refunds of an order do not fit 64 bits"))?,
        refunded_at: command.now,
        lines: refunded,
    };
    Ok(StoredAnswer {
        status: CREATED,
        body: serde_json::to_vec(&document).map_err(corrupt)?,
    })
}

/// Keys of brands live beside those of sites, which never begin so.
fn scope(command: &RefundCommand) -> String {
    format!("brand:{}", command.brand)
}

fn facts(
    connection: &Connection,
    tenant: &TenantId,
    line: &LineRef,
) -> Result<LineFacts, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT l.total_minor, l.tax_minor, l.quantity,
                CAST(coalesce(sum(r.amount_minor), 0) AS BIGINT) AS refunded_minor,
                CAST(coalesce(sum(r.quantity), 0) AS BIGINT) AS refunded_quantity,
                CAST(coalesce(sum(r.base_minor), 0) AS BIGINT) AS refunded_base_minor
         FROM order_lines l LEFT JOIN refunds r
              ON r.tenant_id = l.tenant_id AND r.order_id = l.order_id AND r.line = l.position
         WHERE l.tenant_id = ?1 AND l.order_id = ?2 AND l.position = ?3
         GROUP BY l.order_id, l.position, l.total_minor, l.tax_minor, l.quantity",
    )?;
    let mut rows = statement.query(params![tenant.as_str(), line.order.as_str(), line.line])?;
    let row = rows
        .next()?
        .ok_or_else(|| corrupt("a line of an order is gone"))?;
    Ok(LineFacts {
        total_minor: plain(row, "total_minor")?,
        tax_minor: plain(row, "tax_minor")?,
        quantity: plain(row, "quantity")?,
        refunded_minor: plain(row, "refunded_minor")?,
        refunded_quantity: plain(row, "refunded_quantity")?,
        refunded_base_minor: plain(row, "refunded_base_minor")?,
    })
}

/// Writes a refund of a line, and takes its commission back.
fn give_back(
    connection: &Connection,
    tenant: &TenantId,
    line: &LineRef,
    refund: LineRefund,
    source: Source,
    refund_id: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let key = params![tenant.as_str(), line.order.as_str(), line.line];
    let sequence: u32 = connection
        .prepare_cached(
            "SELECT count(*) FROM refunds WHERE tenant_id = ?1 AND order_id = ?2 AND line = ?3",
        )?
        .query_row(key, |row| row.get(0))?;
    connection
        .prepare_cached(
            "INSERT INTO refunds (tenant_id, order_id, line, sequence, refund_id, source,
                         amount_minor, quantity, base_minor, refunded_at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            tenant.as_str(),
            line.order.as_str(),
            line.line,
            sequence,
            refund_id,
            source.name(),
            refund.amount_minor,
            refund.quantity,
            refund.base_minor,
            now.ms(),
        ])?;
    let credited = ledger::line_state(connection, tenant, line)?.is_some();
    if !credited || refund.base_minor == 0 {
        return Ok(());
    }
    let event = Event::Refund {
        line: line.clone(),
        base_minor: refund.base_minor,
    };
    let key = record_key(line, &format!("refund/{sequence}"))?;
    ledger::record(connection, tenant, key, event, now)?.map_err(corrupt)
}

fn record_key(line: &LineRef, verb: &str) -> Result<RecordKey, StoreError> {
    RecordKey::parse(format!("{}/{}/{verb}", line.order, line.line)).map_err(corrupt)
}

/// What follows for the commission when a brand's part of an order has moved: a delivery starts the
/// hold, a return or cancellation gives everything back that remains.
///
/// # Errors
/// The database's.
pub(in crate::store::sql) fn fulfilment_moved(
    connection: &Connection,
    record: &OrderRecord,
    brand: &BrandId,
    status: FulfilmentStatus,
    now: Timestamp,
) -> Result<(), StoreError> {
    let source = match status {
        FulfilmentStatus::Returned => Source::Returned,
        FulfilmentStatus::Cancelled => Source::Cancelled,
        FulfilmentStatus::Delivered => return delivered(connection, record, brand, now),
        FulfilmentStatus::Placed | FulfilmentStatus::Shipped => return Ok(()),
    };
    for line in lines_of(record, brand) {
        if let Some(rest) = remaining(&facts(connection, &record.tenant, &line)?) {
            let name = source.name();
            give_back(connection, &record.tenant, &line, rest, source, name, now)?;
        }
    }
    Ok(())
}

fn delivered(
    connection: &Connection,
    record: &OrderRecord,
    brand: &BrandId,
    now: Timestamp,
) -> Result<(), StoreError> {
    for line in lines_of(record, brand) {
        if ledger::line_state(connection, &record.tenant, &line)?.is_some() {
            let key = record_key(&line, "deliver")?;
            let event = Event::Deliver {
                line,
                delivered_at: now,
            };
            ledger::record(connection, &record.tenant, key, event, now)?.map_err(corrupt)?;
        }
    }
    Ok(())
}

fn lines_of<'a>(record: &'a OrderRecord, brand: &'a BrandId) -> impl Iterator<Item = LineRef> + 'a {
    (0_u32..)
        .zip(&record.lines)
        .filter(|(_, line)| line.brand_id == *brand)
        .map(|(index, _)| LineRef {
            order: record.order_id.clone(),
            line: index,
        })
}

/// Posts commissions whose hold is over, `limit` at most; how many.
///
/// # Errors
/// The database's.
pub(super) fn settle(
    connection: &Connection,
    now: Timestamp,
    limit: usize,
) -> Result<usize, StoreError> {
    let due = connection
        .prepare_cached(
            "SELECT tenant_id, order_id, line FROM ledger_lines
             WHERE due_at <= ?1 ORDER BY due_at LIMIT ?2",
        )?
        .query_map(params![now.ms(), limit], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?
        .collect::<Result<Vec<(String, String, u32)>, _>>()?;
    for (tenant, order, line) in &due {
        let tenant = TenantId::parse(tenant.as_str()).map_err(corrupt)?;
        let line = LineRef {
            order: OrderId::parse(order.as_str()).map_err(corrupt)?,
            line: *line,
        };
        let key = record_key(&line, "post")?;
        ledger::record(connection, &tenant, key, Event::Post { line }, now)?.map_err(corrupt)?;
    }
    Ok(due.len())
}
