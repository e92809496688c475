//! A video with its tags, its products and what holds for buying.

use std::collections::HashMap;

use shoptag_commerce::{BrandId, CreatorId, Currency, ProductId, TenantId, VariantId, VideoId};
use shoptag_protocol::{
    CreatorInfo, Image, OptionAxis, OptionValue, Product, Rating, SCHEMA_VERSION, SellingPolicy,
    Variant, Video, VideoDocument,
};

use super::rows::{checked, json, plain};
use super::{Connection, Row, StoreError, bag, credit, params};
use crate::pricing::{BrandTerms, promise};

/// The document of a video; `None` when there is no such video.
///
/// # Errors
/// The database's.
pub(super) fn document(
    connection: &Connection,
    tenant: &TenantId,
    video: &VideoId,
) -> Result<Option<VideoDocument>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT v.video_id, v.title, v.creator_id, v.tag_track, v.paid_partnership,
                c.name, c.handle,
                t.currency, t.quantity_max, t.withdrawal_days, t.terms_url, t.privacy_url
         FROM videos v JOIN creators c USING (tenant_id, creator_id)
         JOIN tenants t USING (tenant_id)
         WHERE v.tenant_id = ?1 AND v.video_id = ?2",
    )?;
    let mut rows = statement.query(params![tenant.as_str(), video.as_str()])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let countries = bag::countries(connection, tenant)?;
    let currency = checked(row, "currency", |code| Currency::parse(&code))?;
    let products = Shelf {
        connection,
        tenant,
        countries: &countries,
        currency,
    }
    .products(video)?;
    Ok(Some(VideoDocument {
        schema_version: SCHEMA_VERSION,
        video: Video {
            id: checked(row, "video_id", VideoId::parse)?,
            title: plain(row, "title")?,
            creator: CreatorInfo {
                id: checked(row, "creator_id", CreatorId::parse)?,
                name: plain(row, "name")?,
                handle: plain(row, "handle")?,
            },
        },
        tag_track: json(row, "tag_track")?,
        products,
        policy: SellingPolicy {
            currency,
            countries,
            quantity_max: plain(row, "quantity_max")?,
            withdrawal_days: plain(row, "withdrawal_days")?,
            terms_url: plain(row, "terms_url")?,
            privacy_url: plain(row, "privacy_url")?,
            paid_partnership: plain(row, "paid_partnership")?,
        },
    }))
}

/// Where products are read from, for one tenant.
struct Shelf<'a> {
    connection: &'a Connection,
    tenant: &'a TenantId,
    countries: &'a [String],
    currency: Currency,
}

impl Shelf<'_> {
    /// The products that the video's tags name, those that exist and have something listed.
    fn products(&self, video: &VideoId) -> Result<Vec<Product>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT product_id FROM video_products
             WHERE tenant_id = ?1 AND video_id = ?2 ORDER BY position",
        )?;
        let ids = statement
            .query_map(params![self.tenant.as_str(), video.as_str()], |row| {
                row.get(0)
            })?
            .collect::<Result<Vec<String>, _>>()?;
        let mut brands = HashMap::new();
        let mut products = Vec::with_capacity(ids.len());
        for id in ids {
            products.extend(self.product(&id, &mut brands)?);
        }
        Ok(products)
    }

    fn product(
        &self,
        id: &str,
        brands: &mut HashMap<BrandId, BrandTerms>,
    ) -> Result<Option<Product>, StoreError> {
        let variants = self.variants(id)?;
        if variants.is_empty() {
            return Ok(None);
        }
        let mut statement = self.connection.prepare_cached(
            "SELECT p.product_id, p.brand_id, p.title, p.description, r.average_hundredths, r.count
             FROM products p LEFT JOIN ratings r USING (tenant_id, product_id)
             WHERE p.tenant_id = ?1 AND p.product_id = ?2",
        )?;
        let mut rows = statement.query(params![self.tenant.as_str(), id])?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        let brand_id = checked(row, "brand_id", BrandId::parse)?;
        if !brands.contains_key(&brand_id) {
            let terms = bag::brand(self.connection, self.tenant, &brand_id)?;
            brands.insert(brand_id.clone(), terms);
        }
        let Some(terms) = brands.get(&brand_id) else {
            return Ok(None);
        };
        // A brand delivers somewhere, or its products are not shown.
        let Some(delivery) = self
            .countries
            .iter()
            .find_map(|country| promise(terms, country))
        else {
            return Ok(None);
        };
        Ok(Some(Product {
            id: checked(row, "product_id", ProductId::parse)?,
            brand: terms.brand.clone(),
            title: plain(row, "title")?,
            description: plain(row, "description")?,
            images: self.images(id)?,
            options: self.options(id)?,
            variants,
            currency: self.currency,
            rating: rating(row)?,
            delivery,
            return_days: terms.return_days,
            credit: credit::credit_days(self.connection, self.tenant, &brand_id)?,
        }))
    }

    fn images(&self, id: &str) -> Result<Vec<Image>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT url, alt, width, height FROM product_images
             WHERE tenant_id = ?1 AND product_id = ?2 ORDER BY position",
        )?;
        let rows = statement.query_map(params![self.tenant.as_str(), id], |row| {
            Ok(Image {
                url: row.get(0)?,
                alt: row.get(1)?,
                width: row.get(2)?,
                height: row.get(3)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn options(&self, id: &str) -> Result<Vec<OptionAxis>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT axis_position, axis_name, label, swatch
             FROM option_values LEFT JOIN swatches USING (tenant_id, label)
             WHERE tenant_id = ?1 AND product_id = ?2 ORDER BY axis_position, value_position",
        )?;
        let mut rows = statement.query(params![self.tenant.as_str(), id])?;
        let mut axes: Vec<OptionAxis> = Vec::new();
        while let Some(row) = rows.next()? {
            let position: usize = plain(row, "axis_position")?;
            if axes.len() <= position {
                axes.push(OptionAxis {
                    name: plain(row, "axis_name")?,
                    values: Vec::new(),
                });
            }
            if let Some(axis) = axes.last_mut() {
                axis.values.push(OptionValue {
                    label: plain(row, "label")?,
                    swatch: plain(row, "swatch")?,
                });
            }
        }
        Ok(axes)
    }

    fn variants(&self, id: &str) -> Result<Vec<Variant>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT v.variant_id, v.options, v.price_minor, v.compare_at_minor, v.image_position,
                    s.on_hand IS NULL OR s.on_hand > s.held AS available
             FROM variants v JOIN stock s USING (tenant_id, variant_id)
             WHERE v.tenant_id = ?1 AND v.product_id = ?2 AND v.is_listed = 1 ORDER BY v.position",
        )?;
        let mut rows = statement.query(params![self.tenant.as_str(), id])?;
        let mut variants = Vec::new();
        while let Some(row) = rows.next()? {
            variants.push(Variant {
                id: checked(row, "variant_id", VariantId::parse)?,
                options: json(row, "options")?,
                price_minor: plain(row, "price_minor")?,
                compare_at_minor: plain(row, "compare_at_minor")?,
                available: plain(row, "available")?,
                image: plain(row, "image_position")?,
            });
        }
        Ok(variants)
    }
}

fn rating(row: Row<'_>) -> Result<Option<Rating>, StoreError> {
    let average: Option<u16> = plain(row, "average_hundredths")?;
    let count: Option<u32> = plain(row, "count")?;
    Ok(average
        .zip(count)
        .filter(|(_, count)| *count > 0)
        .map(|(average_hundredths, count)| Rating {
            average_hundredths,
            count,
        }))
}
