//! `apply FILE`: a tenant's setup as one JSON file, checked whole before anything is written.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use shoptag_commerce::{
    BasisPoints, BrandId, CreatorId, Currency, ProductId, SiteKey, TenantId, Timestamp, VideoId,
};
use shoptag_protocol::Brand;
use shoptag_tag_track::{Limits, json};

use super::import::{ImportError, Imported, import};
use super::setup::{BrandSetup, CreatorSetup, RatingSetup, TenantSetup, VideoSetup};
use crate::body;
use crate::error::ApiError;
use crate::pricing::{DeliveryTerms, DiscountTerms, TaxRate};
use crate::shopper::is_unassigned;
use crate::sites::Site;
use crate::store::{Store, StoreError};

/// Why a tenant file was not applied. Nothing was written, unless a feed failed.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// A file cannot be read.
    #[error("{}: {error}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The JSON does not have the shape; pointer and code are in the problem.
    #[error("{} {}: {}", .0.problem.code, pointer(.0), .0.problem.detail.as_deref().unwrap_or(""))]
    Shape(Box<ApiError>),
    /// A value breaks a rule.
    #[error("{pointer}: {message}")]
    Value {
        /// JSON pointer into the file.
        pointer: String,
        /// What to do.
        message: String,
    },
    /// The store did not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The setup was written; a feed could not be read at all.
    #[error("{}: {error}", path.display())]
    Feed {
        /// Which.
        path: PathBuf,
        /// Why.
        error: ImportError,
    },
}

fn pointer(error: &ApiError) -> &str {
    error
        .problem
        .errors
        .first()
        .map_or("", |field| field.pointer.as_str())
}

/// What applying did.
#[derive(Debug, Default)]
pub struct Applied {
    /// Defects of tag tracks by file: the tag was left out, the others stay.
    pub tag_defects: Vec<(PathBuf, String)>,
    /// What became of each feed.
    pub feeds: Vec<(PathBuf, Imported)>,
}

/// Reads the file at `path`, writes what it says, and imports its feeds. Applying twice is applying once,
/// but for the stock: it becomes again what the feeds say.
///
/// # Errors
/// [`ApplyError`].
pub async fn apply(store: &dyn Store, path: &Path, now: Timestamp) -> Result<Applied, ApplyError> {
    let bytes = read(path)?;
    let file: TenantFile =
        body::parse(&bytes).map_err(|error| ApplyError::Shape(Box::new(error)))?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut applied = Applied::default();
    let setup = check(&file, folder, &mut applied)?;
    let (tenant, currency) = (setup.id.clone(), setup.currency);
    store.apply(setup).await?;
    for feed in &file.feeds {
        let path = folder.join(&feed.file);
        let bytes = read(&path)?;
        let imported = import(
            store,
            &tenant,
            currency,
            &path,
            feed.format.as_deref(),
            &bytes,
            now,
        )
        .await
        .map_err(|error| ApplyError::Feed {
            path: path.clone(),
            error,
        })?;
        applied.feeds.push((path, imported));
    }
    Ok(applied)
}

fn read(path: &Path) -> Result<Vec<u8>, ApplyError> {
    std::fs::read(path).map_err(|error| ApplyError::File {
        path: path.to_owned(),
        error,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TenantFile {
    tenant: TenantEntry,
    #[serde(default)]
    sites: Vec<SiteEntry>,
    tax: Vec<TaxEntry>,
    #[serde(default)]
    brands: Vec<BrandEntry>,
    #[serde(default)]
    creators: Vec<CreatorEntry>,
    #[serde(default)]
    videos: Vec<VideoEntry>,
    #[serde(default)]
    feeds: Vec<FeedEntry>,
    #[serde(default)]
    ratings: Vec<RatingEntry>,
    #[serde(default)]
    swatches: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TenantEntry {
    id: TenantId,
    name: String,
    currency: Currency,
    countries: Vec<String>,
    quantity_max: u32,
    withdrawal_days: u16,
    terms_url: String,
    privacy_url: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SiteEntry {
    key: SiteKey,
    origins: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TaxEntry {
    country: String,
    category: String,
    rate_bp: BasisPoints,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BrandEntry {
    id: BrandId,
    name: String,
    legal_name: String,
    return_days: u16,
    delivery: Vec<DeliveryEntry>,
    #[serde(default)]
    discounts: Vec<DiscountEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeliveryEntry {
    id: String,
    label: String,
    countries: Vec<String>,
    price_minor: i64,
    #[serde(default)]
    free_from_minor: Option<i64>,
    days_min: u16,
    days_max: u16,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DiscountEntry {
    id: String,
    label: String,
    quantity_min: u32,
    rate_bp: BasisPoints,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CreatorEntry {
    id: CreatorId,
    name: String,
    handle: String,
    followers: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VideoEntry {
    id: VideoId,
    title: String,
    creator: CreatorId,
    duration_s: f64,
    tag_track: PathBuf,
    #[serde(default)]
    paid_partnership: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FeedEntry {
    file: PathBuf,
    #[serde(default)]
    format: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RatingEntry {
    product: ProductId,
    average_hundredths: u16,
    count: u32,
}

fn refuse<T>(pointer: impl Into<String>, message: impl Into<String>) -> Result<T, ApplyError> {
    Err(ApplyError::Value {
        pointer: pointer.into(),
        message: message.into(),
    })
}

fn check(
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
