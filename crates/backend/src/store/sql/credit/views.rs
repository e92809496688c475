//! What a view session, and a card, need to know of a video and its sellers.

use serde::Deserialize;
use shoptag_attribution::Policy;
use shoptag_commerce::{BrandId, CreatorId, ProductId, TagId, TenantId, VideoId};
use shoptag_protocol::CreditDays;

use super::{collaborations, terms};
use crate::store::StoreError;
use crate::store::sql::{
    Connection, OptionalExtension, params,
    rows::{checked, corrupt, json},
};
use crate::view_sessions::{ViewTag, Viewable};

/// The part of a stored tag track that names things. It was checked when it was written.
#[derive(Deserialize)]
struct Track {
    tags: Vec<TrackTag>,
}

#[derive(Deserialize)]
struct TrackTag {
    id: TagId,
    product: ProductId,
}

/// The creator, the tags whose product exists, and the creator's collaborations.
///
/// # Errors
/// The database's.
pub(super) fn viewable(
    connection: &Connection,
    tenant: &TenantId,
    video: &VideoId,
) -> Result<Option<Viewable>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT creator_id, tag_track FROM videos WHERE tenant_id = ?1 AND video_id = ?2",
    )?;
    let mut rows = statement.query(params![tenant.as_str(), video.as_str()])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let creator = checked(row, "creator_id", CreatorId::parse)?;
    let track: Track = json(row, "tag_track")?;
    let mut brands = connection
        .prepare_cached("SELECT brand_id FROM products WHERE tenant_id = ?1 AND product_id = ?2")?;
    let mut tags = Vec::with_capacity(track.tags.len());
    for tag in track.tags {
        let brand: Option<String> = brands
            .query_row(params![tenant.as_str(), tag.product.as_str()], |row| {
                row.get(0)
            })
            .optional()?;
        if let Some(brand) = brand {
            tags.push(ViewTag {
                tag: tag.id,
                product: tag.product,
                brand: BrandId::parse(brand).map_err(corrupt)?,
            });
        }
    }
    Ok(Some(Viewable {
        collaborations: collaborations::of_creator(connection, tenant, &creator)?,
        creator,
        tags,
    }))
}

/// How long creators may be paid for a brand's products, for the shopper who asks.
///
/// # Errors
/// The database's.
pub(in crate::store::sql) fn credit_days(
    connection: &Connection,
    tenant: &TenantId,
    brand: &BrandId,
) -> Result<CreditDays, StoreError> {
    let (bag, _) = terms::brand_terms(connection, tenant, brand)?;
    Ok(CreditDays {
        click: Policy::v1().fields().click_window_days,
        bag,
    })
}
