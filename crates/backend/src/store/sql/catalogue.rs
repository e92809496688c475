//! Products of a feed, written over what is there.

use shoptag_commerce::{BrandId, Currency, TenantId};

use super::rows::{corrupt, to_json};
use super::within::settle;
use super::{Connection, OptionalExtension, StoreError, Upserted, params};
use crate::catalogue::CatalogueProduct;

/// The currency of a tenant.
///
/// # Errors
/// The database's.
pub(super) fn currency(
    connection: &Connection,
    tenant: &TenantId,
) -> Result<Option<Currency>, StoreError> {
    let code: Option<String> = connection
        .prepare_cached("SELECT currency FROM tenants WHERE tenant_id = ?1")?
        .query_row([tenant.as_str()], |row| row.get(0))
        .optional()?;
    code.map(|code| Currency::parse(&code).map_err(corrupt))
        .transpose()
}

/// The brands of a tenant.
///
/// # Errors
/// The database's.
pub(super) fn brands(
    connection: &Connection,
    tenant: &TenantId,
) -> Result<Vec<(BrandId, String)>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT brand_id, name FROM brands WHERE tenant_id = ?1")?;
    let rows = statement
        .query_map([tenant.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<Vec<(String, String)>, _>>()?;
    rows.into_iter()
        .map(|(id, name)| Ok((BrandId::parse(id).map_err(corrupt)?, name)))
        .collect()
}

/// Writes products.
///
/// # Errors
/// The database's.
pub(super) fn upsert(
    connection: &Connection,
    tenant: &TenantId,
    products: &[CatalogueProduct],
) -> Result<Upserted, StoreError> {
    // Counts become what the feed says, whatever was sold before it.
    settle(connection)?;
    let mut done = Upserted::default();
    for product in products {
        if upsert_product(connection, tenant, product)? {
            done.products_new += 1;
        } else {
            done.products_known += 1;
        }
        done.variants += product.variants.len();
    }
    Ok(done)
}

/// Whether the product is new.
fn upsert_product(
    connection: &Connection,
    tenant: &TenantId,
    product: &CatalogueProduct,
) -> Result<bool, StoreError> {
    let key = params![tenant.as_str(), product.id.as_str()];
    let is_known = connection
        .prepare_cached("SELECT 1 FROM products WHERE tenant_id = ?1 AND product_id = ?2")?
        .exists(key)?;
    connection
        .prepare_cached(
            "INSERT INTO products (tenant_id, product_id, brand_id, title, description, category)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (tenant_id, product_id) DO UPDATE
             SET brand_id = excluded.brand_id, title = excluded.title,
                 description = excluded.description, category = excluded.category",
        )?
        .execute(params![
            tenant.as_str(),
            product.id.as_str(),
            product.brand.as_str(),
            product.title,
            product.description,
            product.category,
        ])?;
    replace_images(connection, tenant, product)?;
    replace_options(connection, tenant, product)?;
    connection
        .prepare_cached(
            "UPDATE variants SET is_listed = 0 WHERE tenant_id = ?1 AND product_id = ?2",
        )?
        .execute(key)?;
    for position in 0..product.variants.len() {
        upsert_variant(connection, tenant, product, position)?;
    }
    Ok(!is_known)
}

fn replace_images(
    connection: &Connection,
    tenant: &TenantId,
    product: &CatalogueProduct,
) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM product_images WHERE tenant_id = ?1 AND product_id = ?2")?
        .execute(params![tenant.as_str(), product.id.as_str()])?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO product_images (tenant_id, product_id, position, url, alt, width,
                         height)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    for (position, image) in product.images.iter().enumerate() {
        insert.execute(params![
            tenant.as_str(),
            product.id.as_str(),
            position,
            image.url,
            image.alt,
            image.width,
            image.height,
        ])?;
    }
    Ok(())
}

fn replace_options(
    connection: &Connection,
    tenant: &TenantId,
    product: &CatalogueProduct,
) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM option_values WHERE tenant_id = ?1 AND product_id = ?2")?
        .execute(params![tenant.as_str(), product.id.as_str()])?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO option_values (tenant_id, product_id, axis_position, axis_name,
                         value_position, label)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for (axis_position, axis) in product.options.iter().enumerate() {
        for (value_position, label) in axis.values.iter().enumerate() {
            insert.execute(params![
                tenant.as_str(),
                product.id.as_str(),
                axis_position,
                axis.name,
                value_position,
                label,
            ])?;
        }
    }
    Ok(())
}

fn upsert_variant(
    connection: &Connection,
    tenant: &TenantId,
    product: &CatalogueProduct,
    position: usize,
) -> Result<(), StoreError> {
    let variant = &product.variants[position];
    connection
        .prepare_cached(
            "INSERT INTO variants (tenant_id, variant_id, product_id, position, options,
                 price_minor, compare_at_minor, image_position, is_listed)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1)
             ON CONFLICT (tenant_id, variant_id) DO UPDATE
             SET product_id = excluded.product_id, position = excluded.position,
                 options = excluded.options, price_minor = excluded.price_minor,
                 compare_at_minor = excluded.compare_at_minor,
                 image_position = excluded.image_position, is_listed = 1",
        )?
        .execute(params![
            tenant.as_str(),
            variant.id.as_str(),
            product.id.as_str(),
            position,
            to_json(&variant.options)?,
            variant.price_minor,
            variant.compare_at_minor,
            variant.image,
        ])?;
    connection
        .prepare_cached(
            "INSERT INTO stock (tenant_id, variant_id, on_hand)
             VALUES (?1, ?2, ?3)
             ON CONFLICT (tenant_id, variant_id) DO UPDATE
             SET on_hand = excluded.on_hand",
        )?
        .execute(params![
            tenant.as_str(),
            variant.id.as_str(),
            variant.on_hand
        ])?;
    Ok(())
}
