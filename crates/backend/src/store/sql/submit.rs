//! Submitting an order: key, attempt, facts, decision and every row of it in one transaction.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use shoptag_commerce::{OrderId, SiteKey, TenantId, VariantId};
use shoptag_protocol::QuoteLine;

use super::idempotency::{self, Keyed, Known};
use super::{
    Connection, OptionalExtension, StoreError, bag, credit, holds, orders, params, quotes,
};
use crate::orders::{
    Decision, OrderFacts, QuoteFact, ROUTE, Refusal, StoredAnswer, Submission, Submitted, decide,
    placed, stands,
};
use crate::quotes::BagFacts;

/// Tenant, site and key of what is being worked on in this process.
type Scope = (TenantId, SiteKey, String);

/// The submissions that are queued or running. Another process on the same file is kept apart by
/// SQLite's own lock.
#[derive(Debug, Default, Clone)]
pub(in crate::store) struct InFlight(Arc<Mutex<HashSet<Scope>>>);

/// Takes its submission out of the list when it is dropped.
#[derive(Debug)]
pub(super) struct Running {
    list: InFlight,
    scope: Scope,
}

impl InFlight {
    /// Enters a submission; `None` when its key is in the list already.
    pub(super) fn enter(&self, submission: &Submission) -> Option<Running> {
        let key = submission.key.as_str().to_owned();
        let scope = (
            submission.tenant.clone(),
            submission.request.site.clone(),
            key,
        );
        let is_new = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(scope.clone());
        is_new.then(|| Running {
            list: self.clone(),
            scope,
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.list
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.scope);
    }
}

/// Submits.
///
/// # Errors
/// The database's; then nothing has happened.
pub(super) fn submit(
    connection: &Connection,
    submission: &Submission,
) -> Result<Submitted, StoreError> {
    holds::give_back_expired(connection, submission.now)?;
    match idempotency::find(connection, &keyed(submission))? {
        Some(Known::Answered(answer)) => return Ok(Submitted::Replayed(answer)),
        Some(Known::Reused) => return Ok(Submitted::KeyReused),
        None => {}
    }
    let quote = quotes::find(connection, &submission.tenant, &submission.request.quote_id)?;
    if let Some(answer) = by_attempt(connection, submission, quote.as_ref())? {
        remember(connection, submission, &answer, None)?;
        return Ok(Submitted::Replayed(answer));
    }
    let quoted_at = quote.as_ref().map(|quote| quote.document.quoted_at);
    let facts = facts(connection, submission, quote)?;
    match decide(submission, &facts) {
        Decision::Place(mut order) => {
            quotes::end(connection, &submission.tenant, &order.quote_id, "ordered")?;
            orders::insert(connection, &order)?;
            let quoted_at = quoted_at.unwrap_or(submission.now);
            let credited = credit::credit(connection, &order, quoted_at, &submission.credit)?;
            // The answer names who is credited: it is made last, and stored for ever as it is.
            orders::name_credited(connection, &mut order.record, &credited)?;
            let answer = placed(submission, &order.record);
            remember(
                connection,
                submission,
                &answer,
                Some(&order.record.order_id),
            )?;
            end_attempt(connection, submission)?;
            Ok(Submitted::Decided {
                answer,
                order: Some(Box::new(order.record)),
            })
        }
        Decision::Refuse(refusal) => refuse(connection, submission, *refusal),
    }
}

fn refuse(
    connection: &Connection,
    submission: &Submission,
    refusal: Refusal,
) -> Result<Submitted, StoreError> {
    let tenant = &submission.tenant;
    remember(connection, submission, &refusal.answer, None)?;
    if refusal.ends_attempt {
        quotes::end(connection, tenant, &submission.request.quote_id, "refused")?;
        end_attempt(connection, submission)?;
    }
    let refused = &submission.request.quote_id;
    if let Some((terms, quote)) = &refusal.instead {
        quotes::insert(connection, tenant, terms, quote)?;
        quotes::move_recipient(connection, tenant, refused, &quote.quote_id)?;
    } else if refusal.ends_attempt {
        quotes::forget_recipient(connection, tenant, refused)?;
    }
    Ok(Submitted::Decided {
        answer: refusal.answer,
        order: None,
    })
}

fn keyed(submission: &Submission) -> Keyed<'_> {
    Keyed {
        tenant: &submission.tenant,
        scope: submission.request.site.as_str(),
        route: ROUTE,
        key: &submission.key,
        fingerprint: &submission.fingerprint,
    }
}

/// The answer with which the attempt has ended. Only who names a quote of the attempt gets it:
/// quote ids are made by the server and known to its shopper alone.
fn by_attempt(
    connection: &Connection,
    submission: &Submission,
    quote: Option<&QuoteFact>,
) -> Result<Option<StoredAnswer>, StoreError> {
    let attempt = &submission.request.checkout_attempt_id;
    if quote.is_none_or(|quote| quote.document.checkout_attempt_id != *attempt) {
        return Ok(None);
    }
    Ok(connection
        .prepare_cached(
            "SELECT k.status, k.body FROM checkout_attempts a
             JOIN idempotency_keys k ON k.tenant_id = a.tenant_id
                  AND k.site_key = a.ended_site AND k.route = ?3 AND k.key = a.ended_key
             WHERE a.tenant_id = ?1 AND a.checkout_attempt_id = ?2",
        )?
        .query_row(
            params![submission.tenant.as_str(), attempt.as_str(), ROUTE],
            idempotency::answer,
        )
        .optional()?)
}

fn facts(
    connection: &Connection,
    submission: &Submission,
    quote: Option<QuoteFact>,
) -> Result<OrderFacts, StoreError> {
    let tenant = &submission.tenant;
    let bag = match &quote {
        Some(quote) => Some(quoted_bag(connection, submission, quote)?),
        None => None,
    };
    Ok(OrderFacts {
        unknown_lines: unknown_lines(connection, submission, quote.as_ref())?,
        order_id_used: orders::exists(connection, tenant, &submission.request.order_id)?,
        number: orders::free_number(connection, tenant, &submission.fresh.numbers)?,
        quote,
        bag,
    })
}

/// The catalogue's facts for the quote's lines, without the quote's own hold.
fn quoted_bag(
    connection: &Connection,
    submission: &Submission,
    quote: &QuoteFact,
) -> Result<BagFacts, StoreError> {
    let tenant = &submission.tenant;
    let lines: Vec<QuoteLine> = quote
        .document
        .lines
        .iter()
        .map(|line| QuoteLine {
            variant_id: line.variant_id.clone(),
            quantity: line.quantity,
            receipt: None,
        })
        .collect();
    if stands(submission, &quote.document) {
        return bag::variants_alone(connection, tenant, &lines, quote.document.currency);
    }
    let mut bag = bag::facts(connection, tenant, &lines)?;
    let own = holds::of(connection, tenant, &quote.document.quote_id)?;
    for fact in bag.variants.iter_mut().flatten() {
        let held = own
            .get(fact.item.line.variant_id.as_str())
            .copied()
            .unwrap_or(0);
        fact.held = fact.held.saturating_sub(held);
    }
    Ok(bag)
}

/// What a quote holds can be bought even when it has left the catalogue since.
fn unknown_lines(
    connection: &Connection,
    submission: &Submission,
    quote: Option<&QuoteFact>,
) -> Result<Vec<usize>, StoreError> {
    let held = quote.filter(|quote| submission.now < quote.document.expires_at);
    let is_held = |variant: &VariantId| {
        held.is_some_and(|quote| {
            quote
                .document
                .lines
                .iter()
                .any(|it| it.variant_id == *variant)
        })
    };
    let mut statement = connection.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM variants
         WHERE tenant_id = ?1 AND variant_id = ?2 AND is_listed = 1)",
    )?;
    let mut unknown = Vec::new();
    for (index, line) in submission.request.lines.iter().enumerate() {
        let key = params![submission.tenant.as_str(), line.variant_id.as_str()];
        if !is_held(&line.variant_id) && !statement.query_row(key, |row| row.get::<_, bool>(0))? {
            unknown.push(index);
        }
    }
    Ok(unknown)
}

fn remember(
    connection: &Connection,
    submission: &Submission,
    answer: &StoredAnswer,
    order: Option<&OrderId>,
) -> Result<(), StoreError> {
    let keyed = keyed(submission);
    idempotency::keep(connection, &keyed, answer, order, submission.now)
}

fn end_attempt(connection: &Connection, submission: &Submission) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE checkout_attempts SET ended_site = ?3, ended_key = ?4
             WHERE tenant_id = ?1 AND checkout_attempt_id = ?2",
        )?
        .execute(params![
            submission.tenant.as_str(),
            submission.request.checkout_attempt_id.as_str(),
            submission.request.site.as_str(),
            submission.key.as_str(),
        ])?;
    Ok(())
}
