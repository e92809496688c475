//! Submitting an order: key, attempt, facts, decision and every row of it in one transaction.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use shoptag_commerce::{OrderId, SiteKey, TenantId, VariantId};
use shoptag_protocol::QuoteLine;

use super::idempotency::{self, Keyed, Known};
use super::{
    Connection, OptionalExtension, StoreError, bag, credit, holds, orders, params, quotes,
};
use crate::orders::{
    Decision, NewOrder, OrderFacts, QuoteFact, ROUTE, Refusal, StoredAnswer, Submission, Submitted,
    Supply, decide, id_used, placed, stands,
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
    let facts = facts(connection, submission, quote)?;
    match (decide(submission, &facts), &facts.quote) {
        (Decision::Place(order), Some(quote)) => place(connection, submission, quote, *order),
        (Decision::Place(_), None) => Err(StoreError::Corrupt("an order without a quote".into())),
        (Decision::Refuse(refusal), quote) => {
            refuse(connection, submission, quote.as_ref(), *refusal)
        }
    }
}

fn place(
    connection: &Connection,
    submission: &Submission,
    quote: &QuoteFact,
    mut order: NewOrder,
) -> Result<Submitted, StoreError> {
    let (tenant, document) = (&submission.tenant, &quote.document);
    let decided = credit::decide(connection, &order, document.quoted_at, &submission.credit)?;
    // Written before anything else: nothing has happened when its id turns out to be used.
    if !orders::insert(connection, &mut order, &decided, &submission.fresh.numbers)? {
        return match id_used() {
            Decision::Refuse(refusal) => refuse(connection, submission, Some(quote), *refusal),
            Decision::Place(_) => Err(StoreError::Corrupt("a used id is refused".into())),
        };
    }
    quotes::end(connection, tenant, document, quotes::ORDERED)?;
    holds::sell(connection, tenant, quote);
    let credited = credit::write(connection, &order, &decided)?;
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

fn refuse(
    connection: &Connection,
    submission: &Submission,
    quote: Option<&QuoteFact>,
    refusal: Refusal,
) -> Result<Submitted, StoreError> {
    let tenant = &submission.tenant;
    remember(connection, submission, &refusal.answer, None)?;
    if refusal.ends_attempt {
        if let Some(quote) = quote {
            if quote.holds {
                holds::give_back(connection, tenant, &quote.document);
            }
            quotes::end(connection, tenant, &quote.document, "refused")?;
        }
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
    // An attempt that has ended has no open quote.
    if quote.is_none_or(|quote| quote.is_open || quote.document.checkout_attempt_id != *attempt) {
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
    let supply = match &quote {
        Some(quote) => Some(supply(connection, submission, quote)?),
        None => None,
    };
    Ok(OrderFacts {
        unknown_lines: unknown_lines(connection, submission, quote.as_ref())?,
        quote,
        supply,
    })
}

fn supply(
    connection: &Connection,
    submission: &Submission,
    quote: &QuoteFact,
) -> Result<Supply, StoreError> {
    let tenant = &submission.tenant;
    if stands(submission, &quote.document) {
        let lines = quote.document.lines.iter();
        let on_hand = lines.map(|line| bag::on_hand(connection, tenant, &line.variant_id));
        return Ok(Supply::OnHand(on_hand.collect::<Result<_, _>>()?));
    }
    Ok(Supply::Catalogue {
        bag: Box::new(quoted_bag(connection, tenant, quote)?),
        order_id_used: orders::exists(connection, tenant, &submission.request.order_id)?,
    })
}

/// The catalogue's facts for the quote's lines, without the quote's own hold.
fn quoted_bag(
    connection: &Connection,
    tenant: &TenantId,
    quote: &QuoteFact,
) -> Result<BagFacts, StoreError> {
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
    let mut bag = bag::facts(connection, tenant, &lines)?;
    let own = if quote.holds {
        holds::quantities(&quote.document)
    } else {
        BTreeMap::new()
    };
    for fact in bag.variants.iter_mut().flatten() {
        let held = own.get(fact.item.line.variant_id.as_str());
        fact.held = fact.held.saturating_sub(held.copied().unwrap_or(0));
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
    let mut unknown = Vec::new();
    for (index, line) in submission.request.lines.iter().enumerate() {
        if is_held(&line.variant_id) {
            continue;
        }
        let is_listed = connection
            .prepare_cached(
                "SELECT 1 FROM variants
                 WHERE tenant_id = ?1 AND variant_id = ?2 AND is_listed = 1",
            )?
            .exists(params![
                submission.tenant.as_str(),
                line.variant_id.as_str()
            ])?;
        if !is_listed {
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
