//! The journal of touchpoints.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};
use shoptag_attribution::Clock;
use shoptag_commerce::{CreatorId, MINUTE_MS, TenantId};
use shoptag_protocol::{RejectedTouchpoint, TouchpointKind};

use crate::store::{StoreError, TakenTouchpoints};
use crate::touchpoints::{JournalFacts, NewTouchpoint, Stored, weigh};

/// Writes a batch; each touchpoint once, by its id.
///
/// # Errors
/// The database's.
pub(super) fn record(
    connection: &Connection,
    tenant: &TenantId,
    batch: &[NewTouchpoint],
) -> Result<TakenTouchpoints, StoreError> {
    let mut taken = TakenTouchpoints::default();
    let mut recent: HashMap<String, usize> = HashMap::new();
    for new in batch {
        if let Some(fingerprint) = known(connection, tenant, new)? {
            taken.accepted += 1;
            taken.conflicts += u32::from(fingerprint != new.fingerprint);
            continue;
        }
        let session = new.session();
        let count = match recent.get(&session) {
            Some(count) => *count,
            None => in_last_minute(connection, tenant, new)?,
        };
        let facts = facts(connection, tenant, new, count)?;
        match weigh(new, &facts) {
            Ok(stored) => {
                insert(connection, tenant, new, &stored)?;
                recent.insert(session, count + 1);
                taken.accepted += 1;
                taken.stored += 1;
            }
            Err(code) => taken.rejected.push(RejectedTouchpoint {
                index: new.index,
                code: code.to_owned(),
            }),
        }
    }
    Ok(taken)
}

fn known(
    connection: &Connection,
    tenant: &TenantId,
    new: &NewTouchpoint,
) -> Result<Option<[u8; 32]>, StoreError> {
    let found = connection
        .prepare_cached(
            "SELECT fingerprint FROM touchpoints WHERE tenant_id = ?1 AND touch_id = ?2",
        )?
        .query_row(params![tenant.as_str(), new.id.as_str()], |row| row.get(0))
        .optional()?;
    Ok(found)
}

fn in_last_minute(
    connection: &Connection,
    tenant: &TenantId,
    new: &NewTouchpoint,
) -> Result<usize, StoreError> {
    let since = new.now.plus_ms(-MINUTE_MS).ms();
    let count = connection
        .prepare_cached(
            "SELECT count(*) FROM touchpoints
             WHERE tenant_id = ?1 AND session = ?2 AND received_at > ?3",
        )?
        .query_row(params![tenant.as_str(), new.session(), since], |row| {
            row.get(0)
        })?;
    Ok(count)
}

fn facts(
    connection: &Connection,
    tenant: &TenantId,
    new: &NewTouchpoint,
    recent: usize,
) -> Result<JournalFacts, StoreError> {
    let claims = &new.claims;
    let video: Option<(String, i64)> = connection
        .prepare_cached(
            "SELECT creator_id, duration_ms FROM videos WHERE tenant_id = ?1 AND video_id = ?2",
        )?
        .query_row(params![tenant.as_str(), claims.video.as_str()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let video = match video {
        None => None,
        Some((creator, duration_ms)) => {
            let creator = CreatorId::parse(creator)
                .map_err(|error| StoreError::Corrupt(error.to_string()))?;
            Some((creator, duration_ms))
        }
    };
    let product_known = connection
        .prepare_cached(
            "SELECT 1 FROM products WHERE tenant_id = ?1 AND product_id = ?2 AND brand_id = ?3",
        )?
        .exists(params![
            tenant.as_str(),
            claims.product.as_str(),
            claims.brand.as_str()
        ])?;
    let is_ordered = connection
        .prepare_cached("SELECT 1 FROM ordered_sessions WHERE tenant_id = ?1 AND session = ?2")?
        .exists(params![tenant.as_str(), new.session()])?;
    Ok(JournalFacts {
        video,
        product_known,
        recent,
        is_ordered,
    })
}

fn insert(
    connection: &Connection,
    tenant: &TenantId,
    new: &NewTouchpoint,
    stored: &Stored,
) -> Result<(), StoreError> {
    let claims = &new.claims;
    connection
        .prepare_cached(
            "INSERT INTO touchpoints VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,
                                             ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
        )?
        .execute(params![
            tenant.as_str(),
            new.id.as_str(),
            new.fingerprint,
            kind_name(new.report.kind),
            new.session(),
            new.report.sequence,
            claims.video.as_str(),
            claims.tag.as_str(),
            claims.product.as_str(),
            claims.brand.as_str(),
            claims.creator.as_str(),
            stored.time.at.ms(),
            new.now.ms(),
            match stored.time.clock {
                Clock::Trusted => "trusted",
                Clock::Untrusted => "untrusted",
            },
            stored.position_ms,
            new.report.dwell_ms,
            stored.is_late,
            stored.excluded.join(","),
            new.user_agent,
        ])?;
    Ok(())
}

fn kind_name(kind: TouchpointKind) -> &'static str {
    match kind {
        TouchpointKind::Impression => "impression",
        TouchpointKind::Click => "click",
        TouchpointKind::CardOpen => "card_open",
        TouchpointKind::BagAdd => "bag_add",
    }
}
