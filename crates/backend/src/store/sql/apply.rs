//! A tenant's setup, written over what is there.

use super::{Connection, StoreError, params};
use crate::catalogue::{BrandSetup, TenantSetup, VideoSetup};

/// Writes a setup. Sites, countries, the tax table and swatches become exactly what it says;
/// brands, creators, videos and ratings that it leaves out stay.
///
/// # Errors
/// The database's; [`StoreError::Unavailable`] when a site key is another tenant's.
pub(super) fn apply(connection: &Connection, setup: &TenantSetup) -> Result<(), StoreError> {
    tenant(connection, setup)?;
    sites(connection, setup)?;
    tables(connection, setup)?;
    for terms in &setup.brands {
        brand(connection, setup, terms)?;
    }
    let id = setup.id.as_str();
    for creator in &setup.creators {
        connection.execute(
            "INSERT INTO creators (tenant_id, creator_id, name, handle, followers)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (tenant_id, creator_id) DO UPDATE
             SET name = excluded.name, handle = excluded.handle, followers = excluded.followers",
            params![
                id,
                creator.id.as_str(),
                creator.name,
                creator.handle,
                creator.followers
            ],
        )?;
    }
    for document in &setup.videos {
        video(connection, setup, document)?;
    }
    for rating in &setup.ratings {
        connection.execute(
            "INSERT INTO ratings (tenant_id, product_id, average_hundredths, count)
             VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (tenant_id, product_id) DO UPDATE
             SET average_hundredths = excluded.average_hundredths, count = excluded.count",
            params![
                id,
                rating.product.as_str(),
                rating.average_hundredths,
                rating.count
            ],
        )?;
    }
    Ok(())
}

fn tenant(connection: &Connection, setup: &TenantSetup) -> Result<(), StoreError> {
    connection.execute(
        "INSERT INTO tenants (tenant_id, name, currency, quantity_max, withdrawal_days, terms_url,
             privacy_url)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (tenant_id) DO UPDATE
         SET name = excluded.name, currency = excluded.currency,
             quantity_max = excluded.quantity_max, withdrawal_days = excluded.withdrawal_days,
             terms_url = excluded.terms_url, privacy_url = excluded.privacy_url",
        params![
            setup.id.as_str(),
            setup.name,
            setup.currency.code(),
            setup.quantity_max,
            setup.withdrawal_days,
            setup.terms_url,
            setup.privacy_url,
        ],
    )?;
    Ok(())
}

fn sites(connection: &Connection, setup: &TenantSetup) -> Result<(), StoreError> {
    let id = setup.id.as_str();
    connection.execute(
        "DELETE FROM site_origins WHERE site_key IN
             (SELECT site_key FROM sites WHERE tenant_id = ?1)",
        [id],
    )?;
    connection.execute("DELETE FROM sites WHERE tenant_id = ?1", [id])?;
    for site in &setup.sites {
        connection.execute(
            "INSERT INTO sites (site_key, tenant_id)
             VALUES (?1, ?2)",
            params![site.key.as_str(), id],
        )?;
        for origin in &site.origins {
            connection.execute(
                "INSERT INTO site_origins (site_key, origin)
                 VALUES (?1, ?2)
                 ON CONFLICT DO NOTHING",
                params![site.key.as_str(), origin],
            )?;
        }
    }
    Ok(())
}

fn tables(connection: &Connection, setup: &TenantSetup) -> Result<(), StoreError> {
    let id = setup.id.as_str();
    connection.execute("DELETE FROM tenant_countries WHERE tenant_id = ?1", [id])?;
    for (position, country) in setup.countries.iter().enumerate() {
        connection.execute(
            "INSERT INTO tenant_countries (tenant_id, position, country)
             VALUES (?1, ?2, ?3)",
            params![id, position, country],
        )?;
    }
    connection.execute("DELETE FROM tax_rates WHERE tenant_id = ?1", [id])?;
    for row in &setup.tax {
        connection.execute(
            "INSERT INTO tax_rates (tenant_id, country, category, rate_bp)
             VALUES (?1, ?2, ?3, ?4)",
            params![id, row.country, row.category, row.rate.get()],
        )?;
    }
    connection.execute("DELETE FROM swatches WHERE tenant_id = ?1", [id])?;
    for (label, swatch) in &setup.swatches {
        connection.execute(
            "INSERT INTO swatches (tenant_id, label, swatch)
             VALUES (?1, ?2, ?3)",
            params![id, label, swatch],
        )?;
    }
    Ok(())
}

fn brand(
    connection: &Connection,
    setup: &TenantSetup,
    terms: &BrandSetup,
) -> Result<(), StoreError> {
    let key = params![setup.id.as_str(), terms.brand.id.as_str()];
    connection.execute(
        "INSERT INTO brands (tenant_id, brand_id, name, legal_name, return_days)
         VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (tenant_id, brand_id) DO UPDATE
         SET name = excluded.name, legal_name = excluded.legal_name,
             return_days = excluded.return_days",
        params![
            setup.id.as_str(),
            terms.brand.id.as_str(),
            terms.brand.name,
            terms.brand.legal_name,
            terms.return_days,
        ],
    )?;
    connection.execute(
        "DELETE FROM delivery_countries WHERE tenant_id = ?1 AND brand_id = ?2",
        key,
    )?;
    connection.execute(
        "DELETE FROM delivery_options WHERE tenant_id = ?1 AND brand_id = ?2",
        key,
    )?;
    connection.execute(
        "DELETE FROM discounts WHERE tenant_id = ?1 AND brand_id = ?2",
        key,
    )?;
    let (tenant, id) = (setup.id.as_str(), terms.brand.id.as_str());
    for (position, option) in terms.delivery.iter().enumerate() {
        connection.execute(
            "INSERT INTO delivery_options (tenant_id, brand_id, option_id, position, label,
                 price_minor, free_from_minor, days_min, days_max)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                tenant,
                id,
                option.id,
                position,
                option.label,
                option.price_minor,
                option.free_from_minor,
                option.days_min,
                option.days_max,
            ],
        )?;
        for country in &option.countries {
            connection.execute(
                "INSERT INTO delivery_countries (tenant_id, brand_id, option_id, country)
                 VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO NOTHING",
                params![tenant, id, option.id, country],
            )?;
        }
    }
    discounts(connection, setup, terms)
}

fn discounts(
    connection: &Connection,
    setup: &TenantSetup,
    terms: &BrandSetup,
) -> Result<(), StoreError> {
    let (tenant, id) = (setup.id.as_str(), terms.brand.id.as_str());
    for (position, discount) in terms.discounts.iter().enumerate() {
        connection.execute(
            "INSERT INTO discounts (tenant_id, brand_id, discount_id, position, label,
                 quantity_min, rate_bp)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                tenant,
                id,
                discount.id,
                position,
                discount.label,
                discount.quantity_min,
                discount.rate.get(),
            ],
        )?;
    }
    Ok(())
}

fn video(
    connection: &Connection,
    setup: &TenantSetup,
    video: &VideoSetup,
) -> Result<(), StoreError> {
    let (tenant, id) = (setup.id.as_str(), video.id.as_str());
    connection.execute(
        "INSERT INTO videos (tenant_id, video_id, title, creator_id, duration_ms,
             paid_partnership, tag_track)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (tenant_id, video_id) DO UPDATE
         SET title = excluded.title, creator_id = excluded.creator_id,
             duration_ms = excluded.duration_ms, paid_partnership = excluded.paid_partnership,
             tag_track = excluded.tag_track",
        params![
            tenant,
            id,
            video.title,
            video.creator.as_str(),
            video.duration_ms,
            video.paid_partnership,
            video.tag_track,
        ],
    )?;
    connection.execute(
        "DELETE FROM video_products WHERE tenant_id = ?1 AND video_id = ?2",
        params![tenant, id],
    )?;
    for (position, product) in video.products.iter().enumerate() {
        connection.execute(
            "INSERT INTO video_products (tenant_id, video_id, position, product_id)
             VALUES (?1, ?2, ?3, ?4)",
            params![tenant, id, position, product.as_str()],
        )?;
    }
    Ok(())
}
