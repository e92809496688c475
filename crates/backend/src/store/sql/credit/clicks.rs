//! Clicks: counted once, stamped once.

use rusqlite::{Connection, OptionalExtension, params};
use shoptag_attribution::Touchpoint;
use shoptag_commerce::{BrandId, CreatorId, MINUTE_MS, TenantId, Timestamp, TouchId, VariantId};

use super::collaborations;
use crate::bag_bindings::BindingFacts;
use crate::clicks::{ClickFacts, Clicked, NewClick, touchpoint};
use crate::store::StoreError;
use crate::store::sql::rows::{checked, json, plain, to_json};

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
        .prepare_cached("INSERT INTO clicks VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?
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
        video_creator: creator
            .map(CreatorId::parse)
            .transpose()
            .map_err(|error| StoreError::Corrupt(error.to_string()))?,
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
    let (days, _) = collaborations::brand_terms(connection, tenant, &click_brand)?;
    Ok(Some(BindingFacts {
        click_brand,
        variant_brand: variant_brand
            .map(BrandId::parse)
            .transpose()
            .map_err(|error| StoreError::Corrupt(error.to_string()))?,
        days,
    }))
}

/// Whether another order was credited by this click, and not cancelled since.
///
/// # Errors
/// The database's.
pub(super) fn is_used(
    connection: &Connection,
    tenant: &TenantId,
    touch: &TouchId,
) -> Result<bool, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT EXISTS (
             SELECT 1 FROM credits c JOIN fulfilments f USING (tenant_id, order_id, brand_id)
             WHERE c.tenant_id = ?1 AND c.touch_id = ?2 AND f.status <> 'cancelled') AS used",
    )?;
    let mut rows = statement.query(params![tenant.as_str(), touch.as_str()])?;
    match rows.next()? {
        Some(row) => plain(row, "used"),
        None => Ok(false),
    }
}
