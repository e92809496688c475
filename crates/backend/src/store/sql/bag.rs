//! The facts that a price is made of: variants with their stock, brands' terms, the tax table.

use std::collections::HashMap;

use shoptag_commerce::{BasisPoints, BrandId, Currency, ProductId, TenantId, VariantId};
use shoptag_protocol::{Brand, PricedLine, QuoteLine};

use super::rows::{checked, corrupt, json, plain};
use super::{Connection, OptionalExtension, Row, StoreError, params};
use crate::pricing::{BrandTerms, DeliveryTerms, DiscountTerms, Item, SellingTerms, TaxRate};
use crate::quotes::{BagFacts, VariantFact};

/// What is known of the bag's variants and of how their brands sell.
///
/// # Errors
/// The database's.
pub(super) fn facts(
    connection: &Connection,
    tenant: &TenantId,
    lines: &[QuoteLine],
) -> Result<BagFacts, StoreError> {
    let (currency, quantity_max) = connection
        .prepare_cached("SELECT currency, quantity_max FROM tenants WHERE tenant_id = ?1")?
        .query_row([tenant.as_str()], |row| {
            Ok((row.get::<_, String>(0)?, row.get(1)?))
        })?;
    let currency = Currency::parse(&currency).map_err(corrupt)?;
    let mut variants = Vec::with_capacity(lines.len());
    let mut terms = SellingTerms {
        tax: tax(connection, tenant)?,
        ..SellingTerms::default()
    };
    for line in lines {
        let fact = variant(connection, tenant, &line.variant_id)?;
        if let Some(fact) = &fact {
            let id = &fact.item.line.brand_id;
            if !terms.brands.contains_key(id) {
                terms
                    .brands
                    .insert(id.clone(), brand(connection, tenant, id)?);
            }
        }
        variants.push(fact);
    }
    Ok(BagFacts {
        variants,
        terms,
        countries: countries(connection, tenant)?,
        currency,
        quantity_max,
    })
}

/// Pieces on hand of a variant; `None` when they are not counted.
///
/// # Errors
/// The database's.
pub(super) fn on_hand(
    connection: &Connection,
    tenant: &TenantId,
    variant: &VariantId,
) -> Result<Option<i64>, StoreError> {
    let found = connection
        .prepare_cached("SELECT on_hand FROM stock WHERE tenant_id = ?1 AND variant_id = ?2")?
        .query_row(params![tenant.as_str(), variant.as_str()], |row| row.get(0))
        .optional()?;
    let owed = connection.within().stock(tenant.as_str(), variant.as_str());
    Ok(found.flatten().map(|on_hand: i64| on_hand + owed.on_hand))
}

/// The tenant's destinations, the default first.
///
/// # Errors
/// The database's.
pub(super) fn countries(
    connection: &Connection,
    tenant: &TenantId,
) -> Result<Vec<String>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT country FROM tenant_countries WHERE tenant_id = ?1 ORDER BY position",
    )?;
    let rows = statement.query_map([tenant.as_str()], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn variant(
    connection: &Connection,
    tenant: &TenantId,
    variant: &VariantId,
) -> Result<Option<VariantFact>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT v.variant_id, v.product_id, p.brand_id, p.title, p.category, v.options,
                v.price_minor, s.on_hand, s.held,
                (SELECT url FROM product_images i
                 WHERE i.tenant_id = v.tenant_id AND i.product_id = v.product_id
                   AND i.position = coalesce(v.image_position, 0)) AS image_url
         FROM variants v
         JOIN products p USING (tenant_id, product_id)
         JOIN stock s USING (tenant_id, variant_id)
         WHERE v.tenant_id = ?1 AND v.variant_id = ?2 AND v.is_listed = 1",
    )?;
    let found = statement
        .query_row(params![tenant.as_str(), variant.as_str()], |row| {
            Ok(variant_of(row))
        })
        .optional()?
        .transpose()?;
    let owed = connection.within().stock(tenant.as_str(), variant.as_str());
    Ok(found.map(|fact| VariantFact {
        on_hand: fact.on_hand.map(|on_hand| on_hand + owed.on_hand),
        held: fact.held + owed.held,
        ..fact
    }))
}

fn variant_of(row: Row<'_>) -> Result<VariantFact, StoreError> {
    let options: Vec<String> = json(row, "options")?;
    Ok(VariantFact {
        item: Item {
            line: PricedLine {
                variant_id: checked(row, "variant_id", VariantId::parse)?,
                product_id: checked(row, "product_id", ProductId::parse)?,
                brand_id: checked(row, "brand_id", BrandId::parse)?,
                title: plain(row, "title")?,
                variant_label: options.join(" / "),
                image_url: plain(row, "image_url")?,
                quantity: 0,
                unit_price_minor: plain(row, "price_minor")?,
                discount_minor: 0,
                total_minor: 0,
                tax_minor: 0,
            },
            category: plain(row, "category")?,
        },
        on_hand: plain(row, "on_hand")?,
        held: plain(row, "held")?,
    })
}

fn tax(connection: &Connection, tenant: &TenantId) -> Result<Vec<TaxRate>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT country, category, rate_bp FROM tax_rates WHERE tenant_id = ?1")?;
    let mut rows = statement.query([tenant.as_str()])?;
    let mut table = Vec::new();
    while let Some(row) = rows.next()? {
        table.push(TaxRate {
            country: plain(row, "country")?,
            category: plain(row, "category")?,
            rate: rate(row)?,
        });
    }
    Ok(table)
}

fn rate(row: Row<'_>) -> Result<BasisPoints, StoreError> {
    BasisPoints::new(plain(row, "rate_bp")?).map_err(corrupt)
}

/// How a brand sells.
///
/// # Errors
/// The database's.
pub(super) fn brand(
    connection: &Connection,
    tenant: &TenantId,
    brand: &BrandId,
) -> Result<BrandTerms, StoreError> {
    let key = params![tenant.as_str(), brand.as_str()];
    let (name, legal_name, return_days) = connection
        .prepare_cached(
            "SELECT name, legal_name, return_days FROM brands
             WHERE tenant_id = ?1 AND brand_id = ?2",
        )?
        .query_row(key, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let delivery = delivery(connection, tenant, brand)?;
    let mut statement = connection.prepare_cached(
        "SELECT discount_id, label, quantity_min, rate_bp FROM discounts
         WHERE tenant_id = ?1 AND brand_id = ?2 ORDER BY position",
    )?;
    let mut rows = statement.query(key)?;
    let mut discounts = Vec::new();
    while let Some(row) = rows.next()? {
        discounts.push(DiscountTerms {
            id: plain(row, "discount_id")?,
            label: plain(row, "label")?,
            quantity_min: plain(row, "quantity_min")?,
            rate: rate(row)?,
        });
    }
    let brand = Brand {
        id: brand.clone(),
        name,
        legal_name,
    };
    Ok(BrandTerms {
        brand,
        return_days,
        delivery,
        discounts,
    })
}

fn delivery(
    connection: &Connection,
    tenant: &TenantId,
    brand: &BrandId,
) -> Result<Vec<DeliveryTerms>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT option_id, country FROM delivery_countries
         WHERE tenant_id = ?1 AND brand_id = ?2 ORDER BY option_id, country",
    )?;
    let key = params![tenant.as_str(), brand.as_str()];
    let mut rows = statement.query(key)?;
    let mut countries: HashMap<String, Vec<String>> = HashMap::new();
    while let Some(row) = rows.next()? {
        let option = countries.entry(plain(row, "option_id")?).or_default();
        option.push(plain(row, "country")?);
    }
    let mut statement = connection.prepare_cached(
        "SELECT option_id, label, price_minor, free_from_minor, days_min, days_max
         FROM delivery_options WHERE tenant_id = ?1 AND brand_id = ?2 ORDER BY position",
    )?;
    let mut rows = statement.query(key)?;
    let mut options = Vec::new();
    while let Some(row) = rows.next()? {
        let id: String = plain(row, "option_id")?;
        options.push(DeliveryTerms {
            countries: countries.remove(&id).unwrap_or_default(),
            id,
            label: plain(row, "label")?,
            price_minor: plain(row, "price_minor")?,
            free_from_minor: plain(row, "free_from_minor")?,
            days_min: plain(row, "days_min")?,
            days_max: plain(row, "days_max")?,
        });
    }
    Ok(options)
}
