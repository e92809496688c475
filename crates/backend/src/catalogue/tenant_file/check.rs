//! From the file's shape to a setup that can be written: every rule with the pointer of what breaks
//! it.

use std::collections::HashSet;
use std::path::Path;

use shoptag_commerce::{ProductId, TenantId};
use shoptag_protocol::Brand;
use shoptag_tag_track::{Limits, json};

use super::entries::{
    BrandEntry, CreatorEntry, DeliveryEntry, RatingEntry, SiteEntry, TenantFile, VideoEntry,
};
use super::{Applied, ApplyError, read};
use crate::catalogue::setup::{BrandSetup, CreatorSetup, RatingSetup, TenantSetup, VideoSetup};
use crate::pricing::{DeliveryTerms, DiscountTerms, TaxRate};
use crate::shopper::is_unassigned;
use crate::sites::Site;

pub(super) fn refuse<T>(
    pointer: impl Into<String>,
    message: impl Into<String>,
) -> Result<T, ApplyError> {
    Err(ApplyError::Value {
        pointer: pointer.into(),
        message: message.into(),
    })
}

/// Checks the whole file. What its tag tracks leave out is noted in `applied`.
///
/// # Errors
/// [`ApplyError::Value`] for the first rule that is broken; [`ApplyError::File`] for a tag track.
pub(super) fn check(
    file: &TenantFile,
    folder: &Path,
    applied: &mut Applied,
) -> Result<TenantSetup, ApplyError> {
    let tenant = &file.tenant;
    check_tenant(file)?;
    let mut videos = Vec::with_capacity(file.videos.len());
    for (index, entry) in file.videos.iter().enumerate() {
        videos.push(video(index, entry, folder, applied)?);
    }
    for (label, swatch) in &file.swatches {
        let digits = swatch.strip_prefix('#').unwrap_or_default();
        if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return refuse(format!("/swatches/{label}"), "write a colour as #rrggbb");
        }
    }
    Ok(TenantSetup {
        id: tenant.id.clone(),
        name: tenant.name.clone(),
        currency: tenant.currency,
        countries: tenant.countries.clone(),
        quantity_max: tenant.quantity_max,
        withdrawal_days: tenant.withdrawal_days,
        terms_url: tenant.terms_url.clone(),
        privacy_url: tenant.privacy_url.clone(),
        sites: file
            .sites
            .iter()
            .enumerate()
            .map(|at| site(at, &tenant.id))
            .collect::<Result<_, _>>()?,
        tax: file
            .tax
            .iter()
            .map(|row| TaxRate {
                country: row.country.clone(),
                category: row.category.clone(),
                rate: row.rate_bp,
            })
            .collect(),
        brands: file
            .brands
            .iter()
            .enumerate()
            .map(brand)
            .collect::<Result<_, _>>()?,
        creators: file.creators.iter().map(creator).collect(),
        videos,
        ratings: file
            .ratings
            .iter()
            .enumerate()
            .map(rating)
            .collect::<Result<_, _>>()?,
        swatches: file.swatches.clone(),
    })
}

fn check_tenant(file: &TenantFile) -> Result<(), ApplyError> {
    let tenant = &file.tenant;
    if tenant.countries.is_empty() {
        return refuse("/tenant/countries", "name at least one destination");
    }
    for (index, country) in tenant.countries.iter().enumerate() {
        let pointer = format!("/tenant/countries/{index}");
        if is_unassigned(country) {
            return refuse(pointer, "write a country as two capital letters");
        }
        if !file
            .tax
            .iter()
            .any(|row| row.country == *country && row.category == "*")
        {
            return refuse(pointer, "the country has no tax rate for the category *");
        }
    }
    let rows: HashSet<_> = file
        .tax
        .iter()
        .map(|row| (&row.country, &row.category))
        .collect();
    if rows.len() < file.tax.len() {
        return refuse("/tax", "a country has two rates for one category");
    }
    if !(1..=1_000).contains(&tenant.quantity_max) {
        return refuse("/tenant/quantity_max", "choose 1 to 1000");
    }
    Ok(())
}

fn site((index, entry): (usize, &SiteEntry), tenant: &TenantId) -> Result<Site, ApplyError> {
    for (at, origin) in entry.origins.iter().enumerate() {
        let host = origin
            .strip_prefix("https://")
            .or_else(|| origin.strip_prefix("http://"));
        let is_origin = host.is_some_and(|host| {
            !host.is_empty()
                && host.bytes().all(|byte| {
                    byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.:[]".contains(&byte)
                })
        });
        if !is_origin {
            let pointer = format!("/sites/{index}/origins/{at}");
            return refuse(
                pointer,
                "write an origin as https://shop.example, without a path",
            );
        }
    }
    Ok(Site {
        key: entry.key.clone(),
        tenant: tenant.clone(),
        origins: entry.origins.clone(),
    })
}

fn brand((index, entry): (usize, &BrandEntry)) -> Result<BrandSetup, ApplyError> {
    let at = format!("/brands/{index}");
    if entry.return_days > 365 {
        return refuse(format!("{at}/return_days"), "choose 0 to 365");
    }
    if entry.delivery.is_empty() {
        return refuse(
            format!("{at}/delivery"),
            "name at least one way of delivery",
        );
    }
    let ids: HashSet<_> = entry.delivery.iter().map(|option| &option.id).collect();
    if ids.len() < entry.delivery.len() {
        return refuse(format!("{at}/delivery"), "two ways of delivery have one id");
    }
    for (option_index, option) in entry.delivery.iter().enumerate() {
        let at = format!("{at}/delivery/{option_index}");
        if option.price_minor < 0 || option.free_from_minor.is_some_and(|from| from < 0) {
            return refuse(at, "a price is 0 or more");
        }
        if option.days_max < option.days_min {
            return refuse(format!("{at}/days_max"), "not below days_min");
        }
    }
    let ids: HashSet<_> = entry
        .discounts
        .iter()
        .map(|discount| &discount.id)
        .collect();
    if ids.len() < entry.discounts.len() || entry.discounts.iter().any(|it| it.quantity_min == 0) {
        return refuse(
            format!("{at}/discounts"),
            "ids differ, quantity_min is 1 or more",
        );
    }
    Ok(BrandSetup {
        brand: Brand {
            id: entry.id.clone(),
            name: entry.name.clone(),
            legal_name: entry.legal_name.clone(),
        },
        return_days: entry.return_days,
        delivery: entry.delivery.iter().map(delivery).collect(),
        discounts: entry
            .discounts
            .iter()
            .map(|discount| DiscountTerms {
                id: discount.id.clone(),
                label: discount.label.clone(),
                quantity_min: discount.quantity_min,
                rate: discount.rate_bp,
            })
            .collect(),
    })
}

fn delivery(entry: &DeliveryEntry) -> DeliveryTerms {
    DeliveryTerms {
        id: entry.id.clone(),
        label: entry.label.clone(),
        countries: entry.countries.clone(),
        price_minor: entry.price_minor,
        free_from_minor: entry.free_from_minor,
        days_min: entry.days_min,
        days_max: entry.days_max,
    }
}

fn creator(entry: &CreatorEntry) -> CreatorSetup {
    CreatorSetup {
        id: entry.id.clone(),
        name: entry.name.clone(),
        handle: entry.handle.clone(),
        followers: entry.followers,
    }
}

fn rating((index, entry): (usize, &RatingEntry)) -> Result<RatingSetup, ApplyError> {
    if entry.average_hundredths > 500 {
        return refuse(
            format!("/ratings/{index}/average_hundredths"),
            "choose 0 to 500",
        );
    }
    Ok(RatingSetup {
        product: entry.product.clone(),
        average_hundredths: entry.average_hundredths,
        count: entry.count,
    })
}

/// Seconds of the longest video: a week of live stream.
const DURATION_S_MAX: f64 = 604_800.0;

fn video(
    index: usize,
    entry: &VideoEntry,
    folder: &Path,
    applied: &mut Applied,
) -> Result<VideoSetup, ApplyError> {
    if !(entry.duration_s > 0.0 && entry.duration_s <= DURATION_S_MAX) {
        return refuse(
            format!("/videos/{index}/duration_s"),
            "more than 0, at most a week",
        );
    }
    let path = folder.join(&entry.tag_track);
    let bytes = read(&path)?;
    let at = format!("/videos/{index}/tag_track");
    let Ok(text) = std::str::from_utf8(&bytes) else {
        return refuse(at, "the tag track is not UTF-8");
    };
    let limits = Limits::default().within(Some(entry.duration_s));
    let (track, defects) = match json::read_with(text, &limits) {
        Ok(read) => read,
        Err(error) => return refuse(at, error.to_string()),
    };
    applied.tag_defects.extend(
        defects
            .iter()
            .map(|defect| (path.clone(), defect.to_string())),
    );
    let mut products: Vec<ProductId> = Vec::new();
    for tag in &track.tags {
        if !products.contains(&tag.product) {
            products.push(tag.product.clone());
        }
    }
    Ok(VideoSetup {
        id: entry.id.clone(),
        title: entry.title.clone(),
        creator: entry.creator.clone(),
        duration_ms: milliseconds(entry.duration_s),
        paid_partnership: entry.paid_partnership,
        tag_track: json::write(&track),
        products,
    })
}

/// At least 1. The duration has been checked to be far below what an `i64` holds.
fn milliseconds(seconds: f64) -> i64 {
    ((seconds * 1_000.0).round() as i64).max(1)
}
