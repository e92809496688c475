//! Clicks: counted once, stamped once.

use shoptag_attribution::Touchpoint;
use shoptag_commerce::{BrandId, CreatorId, MINUTE_MS, TenantId, Timestamp, TouchId, VariantId};

use super::{collaborations, terms};
use crate::bag_bindings::BindingFacts;
use crate::clicks::{ClickFacts, Clicked, NewClick, touchpoint};
use crate::collaborations::email_hash;
use crate::store::sql::{
    Connection, OptionalExtension, params,
    rows::{checked, corrupt, json, plain, to_json},
};
use crate::store::{Journey, StoreError};

/// Counts a click, or finds it counted.
///
/// # Errors
/// The database's.
pub(super) fn record(connection: &Connection, click: &NewClick) -> Result<Clicked, StoreError> {
    let tenant = &click.claims.tenant;
    let known = connection
        .prepare_cached(
            "SELECT fingerprint, clicked_at FROM clicks WHERE tenant_id = ?1 AND touch_id = ?2",
        )?
        .query_row(params![tenant.as_str(), click.touch.as_str()], |row| {
            Ok((row.get::<_, [u8; 32]>(0)?, row.get::<_, i64>(1)?))
        })
        .optional()?;
    if let Some((fingerprint, clicked_at)) = known {
        return Ok(if fingerprint == click.fingerprint {
            Clicked::At(Timestamp::from_ms(clicked_at))
        } else {
            Clicked::Conflict
        });
    }
    let touch = touchpoint(click, &facts(connection, click)?);
    connection
        .prepare_cached(
            "INSERT INTO clicks (tenant_id, touch_id, fingerprint, session, brand_id,
                         clicked_at, document)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            tenant.as_str(),
            click.touch.as_str(),
            click.fingerprint,
            click.claims.session,
            touch.brand.as_str(),
            touch.time.at.ms(),
            to_json(&touch)?,
        ])?;
    Ok(Clicked::At(touch.time.at))
}

fn facts(connection: &Connection, click: &NewClick) -> Result<ClickFacts, StoreError> {
    let claims = &click.claims;
    let tenant = &claims.tenant;
    let creator: Option<String> = connection
        .prepare_cached("SELECT creator_id FROM videos WHERE tenant_id = ?1 AND video_id = ?2")?
        .query_row(params![tenant.as_str(), claims.video.as_str()], |row| {
            row.get(0)
        })
        .optional()?;
    let recent = connection
        .prepare_cached(
            "SELECT count(*) FROM clicks
             WHERE tenant_id = ?1 AND session = ?2 AND clicked_at > ?3",
        )?
        .query_row(
            params![
                tenant.as_str(),
                claims.session,
                click.now.plus_ms(-MINUTE_MS).ms()
            ],
            |row| row.get(0),
        )?;
    Ok(ClickFacts {
        video_creator: creator.map(CreatorId::parse).transpose().map_err(corrupt)?,
        collaborations: collaborations::of_creator_and_brand(
            connection,
            tenant,
            &claims.creator,
            &claims.brand,
        )?,
        recent,
    })
}

/// The click of this id, as the decision reads it.
///
/// # Errors
/// The database's.
pub(super) fn find(
    connection: &Connection,
    tenant: &TenantId,
    touch: &TouchId,
) -> Result<Option<Touchpoint>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT document FROM clicks WHERE tenant_id = ?1 AND touch_id = ?2")?;
    let mut rows = statement.query(params![tenant.as_str(), touch.as_str()])?;
    rows.next()?.map(|row| json(row, "document")).transpose()
}

/// What binding a variant to a click needs.
///
/// # Errors
/// The database's.
pub(super) fn binding_facts(
    connection: &Connection,
    tenant: &TenantId,
    touch: &TouchId,
    variant: &VariantId,
) -> Result<Option<BindingFacts>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT brand_id FROM clicks WHERE tenant_id = ?1 AND touch_id = ?2")?;
    let mut rows = statement.query(params![tenant.as_str(), touch.as_str()])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let click_brand = checked(row, "brand_id", BrandId::parse)?;
    let variant_brand: Option<String> = connection
        .prepare_cached(
            "SELECT p.brand_id FROM variants v JOIN products p USING (tenant_id, product_id)
             WHERE v.tenant_id = ?1 AND v.variant_id = ?2 AND v.is_listed = 1",
        )?
        .query_row(params![tenant.as_str(), variant.as_str()], |row| row.get(0))
        .optional()?;
    let (days, _) = terms::brand_terms(connection, tenant, &click_brand)?;
    Ok(Some(BindingFacts {
        click_brand,
        variant_brand: variant_brand
            .map(BrandId::parse)
            .transpose()
            .map_err(corrupt)?,
        days,
    }))
}

/// Whether an order of another shopper was credited by this click, and not cancelled since. Another
/// shopper is another e-mail address: a receipt belongs to one device, and neither that nor a
/// network address is kept. Where an address was erased nothing can be compared.
///
/// # Errors
/// The database's.
pub(super) fn is_used_by_another(
    connection: &Connection,
    tenant: &TenantId,
    touch: &TouchId,
    email: Option<[u8; 32]>,
) -> Result<bool, StoreError> {
    let Some(own) = email else {
        return Ok(false);
    };
    // Most are used by nobody, which is found out without opening six tables.
    let is_used = connection
        .prepare_cached("SELECT 1 FROM credited_touches WHERE tenant_id = ?1 AND touch_id = ?2")?
        .exists(params![tenant.as_str(), touch.as_str()])?;
    if !is_used {
        return Ok(false);
    }
    let mut statement = connection.prepare_cached(
        "SELECT r.email FROM credited_touches t
         JOIN orders o ON o.tenant_id = t.tenant_id AND o.order_id = t.order_id
         JOIN recipients r ON r.tenant_id = o.tenant_id AND r.quote_id = o.quote_id
         WHERE t.tenant_id = ?1 AND t.touch_id = ?2 AND NOT EXISTS (
             SELECT 1 FROM fulfilment_steps s
             JOIN order_lines l ON l.tenant_id = s.tenant_id AND l.order_id = s.order_id
                               AND l.brand_id = s.brand_id AND l.position = t.line
             WHERE s.tenant_id = t.tenant_id AND s.order_id = t.order_id
               AND s.status = 'cancelled')",
    )?;
    let mut rows = statement.query(params![tenant.as_str(), touch.as_str()])?;
    while let Some(row) = rows.next()? {
        if email_hash(&plain::<String>(row, "email")?) != own {
            return Ok(true);
        }
    }
    Ok(false)
}

/// View sessions in which something was tapped and that no order named, without the taps that do
/// not count. Taps are counted with and without consent, as those behind an order are.
///
/// # Errors
/// The database's.
pub(super) fn without_order(
    connection: &Connection,
    tenant: &TenantId,
) -> Result<Vec<Journey>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT c.session, c.document FROM clicks c
         LEFT JOIN ordered_sessions o ON o.tenant_id = c.tenant_id AND o.session = c.session
         WHERE c.tenant_id = ?1 AND o.session IS NULL
         ORDER BY c.session, c.clicked_at, c.touch_id",
    )?;
    let mut rows = statement.query([tenant.as_str()])?;
    let mut journeys: Vec<Journey> = Vec::new();
    let mut session = None;
    while let Some(row) = rows.next()? {
        let click: Touchpoint = json(row, "document")?;
        if !click.exclusions.is_empty() {
            continue;
        }
        let own: String = plain(row, "session")?;
        let touch = (click.creator, click.time.at);
        match journeys.last_mut() {
            Some(journey) if session.as_ref() == Some(&own) => journey.push(touch),
            _ => journeys.push(vec![touch]),
        }
        session = Some(own);
    }
    Ok(journeys)
}
