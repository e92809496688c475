//! The journal of touchpoints.

use std::collections::{BTreeSet, HashMap};

use shoptag_attribution::{BoundedTime, Clock, TouchClass, Touchpoint, rate_at};
use shoptag_commerce::{
    BrandId, CreatorId, MINUTE_MS, ProductId, TagId, TenantId, Timestamp, TouchId, VideoId,
    ViewSessionId,
};
use shoptag_protocol::{RejectedTouchpoint, TouchpointKind};

use super::collaborations;
use crate::store::sql::{
    Connection, OptionalExtension, Row, params,
    rows::{checked, corrupt, plain},
};
use crate::store::{StoreError, TakenTouchpoints};
use crate::touchpoints::{JournalFacts, NewTouchpoint, Stored, exclusion_of, weigh};

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
            let creator = CreatorId::parse(creator).map_err(corrupt)?;
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
            "INSERT INTO touchpoints (tenant_id, touch_id, fingerprint, kind, session, sequence,
                 video_id, tag_id, product_id, brand_id, creator_id, happened_at, received_at,
                 clock, position_ms, dwell_ms, is_late, excluded, user_agent)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
                 ?18, ?19)",
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

/// Impressions of an order's view sessions that its receipt names, the latest of each session: more
/// than a person has tags before the eyes between a tap and an order.
const IMPRESSIONS_MAX: usize = 50;

/// View sessions whose impressions are looked at: what an order may have receipts.
const SESSIONS_MAX: usize = 100;

/// What was seen under consent in these view sessions, with the terms of the time and with why it
/// does not count. A decision shows it, and it pays nothing.
///
/// # Errors
/// The database's.
pub(super) fn impressions(
    connection: &Connection,
    tenant: &TenantId,
    sessions: &BTreeSet<ViewSessionId>,
) -> Result<Vec<Touchpoint>, StoreError> {
    let mut found = Vec::new();
    for session in sessions.iter().take(SESSIONS_MAX) {
        let mut statement = connection.prepare_cached(
            "SELECT touch_id, sequence, video_id, tag_id, product_id, brand_id, creator_id,
                    happened_at, received_at, clock, excluded
             FROM touchpoints
             WHERE tenant_id = ?1 AND session = ?2 AND kind = 'impression'
             ORDER BY received_at DESC, touch_id DESC LIMIT ?3",
        )?;
        let mut rows =
            statement.query(params![tenant.as_str(), session.as_str(), IMPRESSIONS_MAX])?;
        while let Some(row) = rows.next()? {
            found.push(impression(row, session)?);
        }
    }
    for touch in &mut found {
        let (creator, brand) = (&touch.creator, &touch.brand);
        let history = collaborations::of_creator_and_brand(connection, tenant, creator, brand)?;
        touch.terms = rate_at(&history, creator, brand, &touch.product, touch.time.at);
    }
    Ok(found)
}

fn impression(row: Row<'_>, session: &ViewSessionId) -> Result<Touchpoint, StoreError> {
    let at = Timestamp::from_ms(plain(row, "happened_at")?);
    let clock: String = plain(row, "clock")?;
    let excluded: String = plain(row, "excluded")?;
    Ok(Touchpoint {
        id: checked(row, "touch_id", TouchId::parse)?,
        class: TouchClass::View,
        session: session.clone(),
        sequence: plain(row, "sequence")?,
        time: BoundedTime {
            at,
            issued_at: at,
            received_at: Timestamp::from_ms(plain(row, "received_at")?),
            clock: match clock.as_str() {
                "trusted" => Clock::Trusted,
                _ => Clock::Untrusted,
            },
        },
        video: checked(row, "video_id", VideoId::parse)?,
        tag: checked(row, "tag_id", TagId::parse)?,
        product: checked(row, "product_id", ProductId::parse)?,
        brand: checked(row, "brand_id", BrandId::parse)?,
        creator: checked(row, "creator_id", CreatorId::parse)?,
        terms: None,
        late: false,
        exclusions: excluded.split(',').filter_map(exclusion_of).collect(),
    })
}
