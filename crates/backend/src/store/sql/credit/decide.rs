//! The decision on an order, written in the order's own transaction: evidence, receipt, credits,
//! entries.

use std::collections::BTreeSet;

use shoptag_attribution::{Credit, LineDecision, OrderDecision, chain_receipt_bytes};
use shoptag_commerce::{CreatorId, Digest, TenantId, Timestamp, TouchId, ViewSessionId};
use shoptag_ledger::{LineRef, LineTerms, RecordKey};

use super::{clicks, collaborations, journal, ledger, own};
use crate::decisions::{CreditFacts, DecisionRecord, PresentedCredit, gather};
use crate::orders::NewOrder;
use crate::store::StoreError;
use crate::store::sql::{
    Connection, params,
    rows::{plain, to_json},
};

fn corrupt(error: impl std::fmt::Display) -> StoreError {
    StoreError::Corrupt(error.to_string())
}

/// Decides who earned each line of `order` and writes it. Gives the lines that somebody is paid
/// for, and whom.
///
/// # Errors
/// The database's; then the order is not placed either.
pub(in crate::store::sql) fn credit(
    connection: &Connection,
    order: &NewOrder,
    quoted_at: Timestamp,
    presented: &PresentedCredit,
) -> Result<Vec<(u32, CreatorId)>, StoreError> {
    let facts = facts(connection, order, presented)?;
    let evidence = gather(order, quoted_at, presented, &facts).map_err(corrupt)?;
    let decision = evidence.decide();
    let tenant = &order.record.tenant;
    insert(connection, tenant, &to_json(&evidence)?, &decision)?;
    for touch in &evidence.touchpoints {
        connection
            .prepare_cached(
                "INSERT INTO ordered_sessions (tenant_id, session, ordered_at)
                 VALUES (?1, ?2, ?3)
                 ON CONFLICT DO NOTHING",
            )?
            .execute(params![
                tenant.as_str(),
                touch.session.as_str(),
                order.record.placed_at.ms()
            ])?;
    }
    let mut credited = Vec::new();
    for line in &decision.lines {
        if let Some(credit) = &line.credit {
            insert_credit(connection, order, line, credit)?;
            accrue(connection, order, line, credit)?;
            credited.push((line.line, credit.creator.clone()));
        }
    }
    Ok(credited)
}

fn facts(
    connection: &Connection,
    order: &NewOrder,
    presented: &PresentedCredit,
) -> Result<CreditFacts, StoreError> {
    let mut facts = CreditFacts::default();
    if presented.receipts.is_empty() {
        return Ok(facts);
    }
    let tenant = &order.record.tenant;
    let email = own::email_of(connection, order)?;
    let named = presented.receipts.iter();
    let named: BTreeSet<&TouchId> = named.filter_map(|receipt| receipt.touch.as_ref()).collect();
    for touch in named {
        if let Some(click) = clicks::find(connection, tenant, touch)? {
            if clicks::is_used_by_another(connection, tenant, touch, email)? {
                facts.used.insert(touch.clone());
            }
            facts.clicks.insert(touch.clone(), click);
        }
    }
    let valid = presented.receipts.iter().filter(|it| it.defect.is_none());
    let clicks = valid.filter_map(|receipt| facts.clicks.get(receipt.touch.as_ref()?));
    let sessions: BTreeSet<ViewSessionId> = clicks.map(|click| click.session.clone()).collect();
    facts.impressions = journal::impressions(connection, tenant, &sessions)?;
    facts.own = own::signs(connection, tenant, email, &presented.marks)?;
    for shipment in &order.record.shipments {
        let brand = &shipment.brand.id;
        let (days, _) = collaborations::brand_terms(connection, tenant, brand)?;
        facts.bag_binding_days.insert(brand.clone(), days);
    }
    Ok(facts)
}

fn insert(
    connection: &Connection,
    tenant: &TenantId,
    evidence: &str,
    decision: &OrderDecision,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT sequence, digest FROM decisions WHERE tenant_id = ?1
         ORDER BY sequence DESC LIMIT 1",
    )?;
    let mut rows = statement.query([tenant.as_str()])?;
    let (sequence, head) = match rows.next()? {
        Some(row) => (plain::<u64>(row, "sequence")? + 1, ledger::digest(row)?),
        None => (0, Digest::START),
    };
    drop(rows);
    let receipt = decision.canonical_bytes().map_err(corrupt)?;
    let digest = chain_receipt_bytes(head, &receipt);
    connection
        .prepare_cached(
            "INSERT INTO decisions (tenant_id, sequence, order_id, evidence, receipt,
                         digest)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            tenant.as_str(),
            sequence,
            decision.order.as_str(),
            evidence,
            receipt,
            digest.to_string(),
        ])?;
    Ok(())
}

fn insert_credit(
    connection: &Connection,
    order: &NewOrder,
    line: &LineDecision,
    credit: &Credit,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO credits (tenant_id, order_id, line, creator_id, brand_id, touch_id,
                 collaboration_id, base_minor, rate_bp, commission_minor, placed_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute(params![
            order.record.tenant.as_str(),
            order.record.order_id.as_str(),
            line.line,
            credit.creator.as_str(),
            line.brand.as_str(),
            credit.touch.as_str(),
            credit.collaboration.as_str(),
            line.base_minor,
            credit.rate.rate_bps.get(),
            credit.commission_minor,
            order.record.placed_at.ms(),
        ])?;
    Ok(())
}

fn accrue(
    connection: &Connection,
    order: &NewOrder,
    line: &LineDecision,
    credit: &Credit,
) -> Result<(), StoreError> {
    let (tenant, id) = (&order.record.tenant, &order.record.order_id);
    let (_, hold_days) = collaborations::brand_terms(connection, tenant, &line.brand)?;
    let accrued = LineRef {
        order: id.clone(),
        line: line.line,
    };
    let terms = LineTerms {
        creator: credit.creator.clone(),
        brand: line.brand.clone(),
        currency: order.record.currency,
        base_minor: line.base_minor,
        rate_bps: credit.rate.rate_bps,
        fee: collaborations::fee(connection, tenant)?,
        hold_days,
    };
    let key = RecordKey::parse(format!("{id}/{}/accrue", line.line)).map_err(corrupt)?;
    let placed_at = order.record.placed_at;
    ledger::accrue(connection, tenant, key, accrued, terms, placed_at)?.map_err(corrupt)
}

/// The decision on the order of this number.
///
/// # Errors
/// The database's.
pub(super) fn by_number(
    connection: &Connection,
    tenant: &TenantId,
    number: &str,
) -> Result<Option<DecisionRecord>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT d.sequence, d.receipt, d.digest FROM decisions d
         JOIN orders o USING (tenant_id, order_id)
         WHERE o.tenant_id = ?1 AND o.number = ?2",
    )?;
    let mut rows = statement.query(params![tenant.as_str(), number])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let receipt: Vec<u8> = plain(row, "receipt")?;
    Ok(Some(DecisionRecord {
        number: number.to_owned(),
        sequence: plain(row, "sequence")?,
        digest: ledger::digest(row)?,
        decision: serde_json::from_slice(&receipt).map_err(corrupt)?,
    }))
}
