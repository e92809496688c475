//! The decision on an order, made and written in the order's own transaction.

use std::collections::{BTreeMap, BTreeSet};

use shoptag_attribution::{Credit, LineDecision, OrderDecision, chain_receipt_bytes};
use shoptag_commerce::{BrandId, CreatorId, Digest, TenantId, Timestamp, TouchId, ViewSessionId};
use shoptag_ledger::{HoldPeriod, LineRef, LineTerms};

use super::{clicks, journal, ledger, own, terms};
use crate::decisions::{CreditFacts, DecisionRecord, PresentedCredit, gather};
use crate::orders::NewOrder;
use crate::store::StoreError;
use crate::store::sql::{
    Connection, params,
    rows::{corrupt, plain, to_json},
};

/// A decision as it is written, in the order's row.
pub(in crate::store::sql) struct Decided {
    /// Its place in the tenant's chain.
    pub sequence: u64,
    /// All that it read, as JSON.
    pub evidence: String,
    /// Its canonical bytes.
    pub receipt: Vec<u8>,
    /// Of the chain up to it.
    pub digest: Digest,
    decision: OrderDecision,
    /// How long each brand's commissions are held.
    holds: BTreeMap<BrandId, HoldPeriod>,
    /// The view sessions that its clicks and views are of.
    sessions: BTreeSet<ViewSessionId>,
}

/// Decides who earned each line of `order`. Reads only: the order that holds the decision is
/// written next.
///
/// # Errors
/// The database's; then the order is not placed either.
pub(in crate::store::sql) fn decide(
    connection: &Connection,
    order: &NewOrder,
    quoted_at: Timestamp,
    presented: &PresentedCredit,
) -> Result<Decided, StoreError> {
    let (facts, holds) = facts(connection, order, presented)?;
    let evidence = gather(order, quoted_at, presented, &facts).map_err(corrupt)?;
    let decision = evidence.decide();
    let receipt = decision.canonical_bytes().map_err(corrupt)?;
    let (sequence, head) = next(connection, &order.record.tenant)?;
    Ok(Decided {
        sequence,
        digest: chain_receipt_bytes(head, &receipt),
        evidence: to_json(&evidence)?,
        receipt,
        decision,
        holds,
        sessions: evidence
            .touchpoints
            .into_iter()
            .map(|it| it.session)
            .collect(),
    })
}

/// Writes what follows from the decision on an order that was written just now. Gives the lines
/// that somebody is paid for, and whom.
///
/// # Errors
/// The database's; then the order is not placed either.
pub(in crate::store::sql) fn write(
    connection: &Connection,
    order: &NewOrder,
    decided: &Decided,
) -> Result<Vec<(u32, CreatorId)>, StoreError> {
    let (tenant, id) = (&order.record.tenant, &order.record.order_id);
    connection
        .within()
        .known()
        .decisions
        .insert(tenant.clone(), (decided.sequence + 1, decided.digest));
    for session in &decided.sessions {
        connection
            .prepare_cached(
                "INSERT INTO ordered_sessions (tenant_id, session, ordered_at)
                 VALUES (?1, ?2, ?3)
                 ON CONFLICT DO NOTHING",
            )?
            .execute(params![
                tenant.as_str(),
                session.as_str(),
                order.record.placed_at.ms()
            ])?;
    }
    let mut credited = Vec::new();
    for line in &decided.decision.lines {
        if let Some(credit) = &line.credit {
            connection
                .prepare_cached(
                    "INSERT INTO credited_touches (tenant_id, touch_id, order_id, line)
                     VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute(params![
                    tenant.as_str(),
                    credit.touch.as_str(),
                    id.as_str(),
                    line.line
                ])?;
            let hold = decided.holds.get(&line.brand).copied().unwrap_or_default();
            accrue(connection, order, line, credit, hold)?;
            credited.push((line.line, credit.creator.clone()));
        }
    }
    Ok(credited)
}

fn facts(
    connection: &Connection,
    order: &NewOrder,
    presented: &PresentedCredit,
) -> Result<(CreditFacts, BTreeMap<BrandId, HoldPeriod>), StoreError> {
    let mut facts = CreditFacts::default();
    let mut holds = BTreeMap::new();
    if presented.receipts.is_empty() {
        return Ok((facts, holds));
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
        let (days, hold) = terms::brand_terms(connection, tenant, brand)?;
        facts.bag_binding_days.insert(brand.clone(), days);
        holds.insert(brand.clone(), hold);
    }
    Ok((facts, holds))
}

/// The next place in the tenant's chain of decisions, and the digest of the one before.
fn next(connection: &Connection, tenant: &TenantId) -> Result<(u64, Digest), StoreError> {
    if let Some(known) = connection.within().known().decisions.get(tenant) {
        return Ok(*known);
    }
    let mut statement = connection.prepare_cached(
        "SELECT decision_sequence, digest FROM orders
         WHERE tenant_id = ?1 AND decision_sequence IS NOT NULL
         ORDER BY decision_sequence DESC LIMIT 1",
    )?;
    let mut rows = statement.query([tenant.as_str()])?;
    match rows.next()? {
        Some(row) => Ok((
            plain::<u64>(row, "decision_sequence")? + 1,
            ledger::digest(row)?,
        )),
        None => Ok((0, Digest::START)),
    }
}

fn accrue(
    connection: &Connection,
    order: &NewOrder,
    line: &LineDecision,
    credit: &Credit,
    hold_days: HoldPeriod,
) -> Result<(), StoreError> {
    let (tenant, id) = (&order.record.tenant, &order.record.order_id);
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
        fee: terms::fee(connection, tenant)?,
        hold_days,
    };
    let key = ledger::accrual(&accrued)?;
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
        "SELECT decision_sequence, receipt, digest FROM orders
         WHERE tenant_id = ?1 AND number = ?2 AND receipt IS NOT NULL",
    )?;
    let mut rows = statement.query(params![tenant.as_str(), number])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let receipt: Vec<u8> = plain(row, "receipt")?;
    Ok(Some(DecisionRecord {
        number: number.to_owned(),
        sequence: plain(row, "decision_sequence")?,
        digest: ledger::digest(row)?,
        decision: serde_json::from_slice(&receipt).map_err(corrupt)?,
    }))
}
