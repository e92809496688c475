//! Quotes: made, replaced, read.

use shoptag_commerce::{CheckoutAttemptId, QuoteId, SiteKey, TenantId, VideoId};
use shoptag_protocol::{Address, Contact, Quote, code};

use super::rows::{checked, corrupt, json, plain, to_json};
use super::{Connection, StoreError, bag, holds, params};
use crate::error::ApiError;
use crate::orders::QuoteFact;
use crate::quotes::{Asked, MakeQuote, OpenQuote, Terms, Turn, decide};

/// State of a quote that became an order.
pub(super) const ORDERED: &str = "ordered";

/// Makes a quote; it replaces the open one of its attempt, unless the request is not the newest.
///
/// # Errors
/// The database's. The inner error is a refusal, after which nothing may be kept.
pub(super) fn make(
    connection: &Connection,
    command: &MakeQuote,
) -> Result<Result<Quote, ApiError>, StoreError> {
    let tenant = &command.tenant;
    let terms = command.terms();
    holds::give_back_expired(connection, command.now)?;
    let attempt = attempt(connection, tenant, &terms.attempt)?;
    if attempt.has_ended {
        return Ok(Err(ApiError::new(code::ATTEMPT_CLOSED)));
    }
    match command.turn(attempt.open) {
        Turn::Newest => replace_open(connection, tenant, &terms.attempt)?,
        Turn::Again(quote) => return Ok(Ok(*quote)),
        Turn::Outdated => return Ok(Err(ApiError::new(code::QUOTE_OUTDATED))),
    }
    let facts = bag::facts(connection, tenant, &terms.lines)?;
    let quote = match decide(&terms, command.request.currency, &facts) {
        Ok(quote) => quote,
        Err(error) => return Ok(Err(error)),
    };
    insert(connection, tenant, &terms, &quote)?;
    if let (Some(contact), Some(address)) = (&command.request.contact, &command.request.address) {
        insert_recipient(connection, tenant, &terms, contact, address)?;
    }
    Ok(Ok(quote))
}

/// Where a checkout attempt stands.
#[derive(Default)]
struct Attempt {
    has_ended: bool,
    /// Its open quote, if the request for it was numbered.
    open: Option<OpenQuote>,
}

fn attempt(
    connection: &Connection,
    tenant: &TenantId,
    attempt: &CheckoutAttemptId,
) -> Result<Attempt, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT a.ended_key IS NOT NULL AS has_ended, q.document, q.sequence, q.fingerprint
         FROM checkout_attempts a
         LEFT JOIN quotes q ON q.tenant_id = a.tenant_id
              AND q.checkout_attempt_id = a.checkout_attempt_id AND q.state = 'open'
         WHERE a.tenant_id = ?1 AND a.checkout_attempt_id = ?2",
    )?;
    let mut rows = statement.query(params![tenant.as_str(), attempt.as_str()])?;
    let Some(row) = rows.next()? else {
        return Ok(Attempt::default());
    };
    let sequence: Option<u32> = plain(row, "sequence")?;
    let fingerprint: Option<[u8; 32]> = plain(row, "fingerprint")?;
    let asked = sequence.zip(fingerprint);
    Ok(Attempt {
        has_ended: plain(row, "has_ended")?,
        open: match asked {
            Some((sequence, fingerprint)) => Some(OpenQuote {
                document: json(row, "document")?,
                asked: Asked {
                    sequence,
                    fingerprint,
                },
            }),
            None => None,
        },
    })
}

fn replace_open(
    connection: &Connection,
    tenant: &TenantId,
    attempt: &CheckoutAttemptId,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT document, next_at = expires_at AS holds FROM quotes
         WHERE tenant_id = ?1 AND checkout_attempt_id = ?2 AND state = 'open'",
    )?;
    let mut rows = statement.query(params![tenant.as_str(), attempt.as_str()])?;
    let mut replaced: Vec<(Quote, bool)> = Vec::new();
    while let Some(row) = rows.next()? {
        replaced.push((json(row, "document")?, plain(row, "holds")?));
    }
    drop(rows);
    for (quote, holds) in &replaced {
        if *holds {
            holds::give_back(connection, tenant, quote);
        }
        end(connection, tenant, quote, "replaced")?;
        forget_recipient(connection, tenant, &quote.quote_id)?;
    }
    Ok(())
}

/// Writes a quote with its hold.
///
/// # Errors
/// The database's.
pub(super) fn insert(
    connection: &Connection,
    tenant: &TenantId,
    terms: &Terms,
    quote: &Quote,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO checkout_attempts (tenant_id, checkout_attempt_id)
             VALUES (?1, ?2)
             ON CONFLICT DO NOTHING",
        )?
        .execute(params![tenant.as_str(), terms.attempt.as_str()])?;
    connection
        .prepare_cached(
            "INSERT INTO quotes (tenant_id, quote_id, checkout_attempt_id, site_key,
                         video_id, country, state, expires_at, next_at, document, sequence,
                         fingerprint)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'open', ?7, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            tenant.as_str(),
            quote.quote_id.as_str(),
            terms.attempt.as_str(),
            terms.site.as_str(),
            terms.video.as_ref().map(VideoId::as_str),
            terms.country,
            quote.expires_at.ms(),
            to_json(quote)?,
            terms.asked.map(|asked| asked.sequence),
            terms.asked.map(|asked| asked.fingerprint),
        ])?;
    holds::hold(connection, tenant, quote);
    Ok(())
}

fn insert_recipient(
    connection: &Connection,
    tenant: &TenantId,
    terms: &Terms,
    contact: &Contact,
    address: &Address,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO recipients (tenant_id, quote_id, email, name, phone, line1,
                         line2, postcode, city, country)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            tenant.as_str(),
            terms.quote_id.as_str(),
            contact.email,
            contact.name,
            contact.phone,
            address.line1,
            address.line2,
            address.postcode,
            address.city,
            terms.country,
        ])?;
    Ok(())
}

/// Hands the recipient of one quote on to another.
///
/// # Errors
/// The database's.
pub(super) fn move_recipient(
    connection: &Connection,
    tenant: &TenantId,
    from: &QuoteId,
    to: &QuoteId,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE recipients SET quote_id = ?3 WHERE tenant_id = ?1 AND quote_id = ?2",
        )?
        .execute(params![tenant.as_str(), from.as_str(), to.as_str()])?;
    Ok(())
}

/// Forgets the recipient of a quote that nobody can order any more.
///
/// # Errors
/// The database's.
pub(super) fn forget_recipient(
    connection: &Connection,
    tenant: &TenantId,
    quote: &QuoteId,
) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM recipients WHERE tenant_id = ?1 AND quote_id = ?2")?
        .execute(params![tenant.as_str(), quote.as_str()])?;
    Ok(())
}

/// Ends a quote, in state `replaced`, `ordered` or `refused`. What it holds is the caller's to give
/// back or to sell.
///
/// # Errors
/// The database's.
pub(super) fn end(
    connection: &Connection,
    tenant: &TenantId,
    quote: &Quote,
    state: &str,
) -> Result<(), StoreError> {
    let erased_at = (state != ORDERED).then(|| holds::erased_at(quote).ms());
    connection
        .prepare_cached(
            "UPDATE quotes SET state = ?3, next_at = ?4, fingerprint = NULL
             WHERE tenant_id = ?1 AND quote_id = ?2",
        )?
        .execute(params![
            tenant.as_str(),
            quote.quote_id.as_str(),
            state,
            erased_at
        ])?;
    Ok(())
}

/// A quote as it was stored.
///
/// # Errors
/// The database's.
pub(super) fn find(
    connection: &Connection,
    tenant: &TenantId,
    quote: &QuoteId,
) -> Result<Option<QuoteFact>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT site_key, video_id, country, state, next_at = expires_at AS holds, document
         FROM quotes WHERE tenant_id = ?1 AND quote_id = ?2",
    )?;
    let mut rows = statement.query(params![tenant.as_str(), quote.as_str()])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let video: Option<String> = plain(row, "video_id")?;
    let state: String = plain(row, "state")?;
    let holds: Option<bool> = plain(row, "holds")?;
    Ok(Some(QuoteFact {
        document: json(row, "document")?,
        site: checked(row, "site_key", SiteKey::parse)?,
        video: video.map(VideoId::parse).transpose().map_err(corrupt)?,
        country: plain(row, "country")?,
        is_open: state == "open",
        holds: holds.unwrap_or(false),
    }))
}
