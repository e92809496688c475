//! The shop of every trial: one product, and any number of creators whose videos show it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::backend::{Place, Program};
use crate::http::ORIGIN;

/// The tenant's id.
pub(crate) const TENANT: &str = "demo";

/// The site's key.
pub(crate) const SITE: &str = "pk_demo";

/// The product, its tag and its one variant.
pub(crate) const PRODUCT: &str = "journal";

/// The variant.
pub(crate) const VARIANT: &str = "JRN-1";

/// Pieces on hand at the beginning: more than any trial sells.
pub(crate) const STOCK: i64 = 999_999;

/// Price of a piece, minor units.
const PRICE: &str = "19.90";

/// Writes the shop's files into `folder` and reads them into a new database there.
///
/// # Errors
/// A file cannot be written, or the program refuses it.
pub(crate) fn open(program: &Program, folder: &Path, creators: usize) -> Result<PathBuf> {
    let database = folder.join("shop.db");
    fill(program, folder, creators, &database)?;
    Ok(database)
}

/// Writes the shop's files into `folder` and reads them into `database`.
///
/// # Errors
/// As [`open`].
pub(crate) fn fill(
    program: &Program,
    folder: &Path,
    creators: usize,
    database: impl Into<Place>,
) -> Result<()> {
    let tenant = folder.join("tenant.json");
    std::fs::write(folder.join("tags.json"), tags().to_string())?;
    std::fs::write(folder.join("feed.csv"), feed())?;
    std::fs::write(&tenant, tenant_file(creators).to_string())?;
    let tenant = tenant.to_str().context("the folder's name is not text")?;
    program.run(&["apply", tenant], database)?;
    Ok(())
}

/// The creator of this number, whose video has the same name.
pub(crate) fn creator(number: usize) -> String {
    format!("creator-{number:05}")
}

fn tags() -> Value {
    json!({"schema_version": 1, "tags": [
        {"id": PRODUCT, "product": PRODUCT, "start": 0, "end": 30, "x": 0.5, "y": 0.5}]})
}

fn feed() -> String {
    format!(
        "Handle,Title,Vendor,Type,Published,Option1 Name,Option1 Value,Variant SKU,\
         Variant Inventory Qty,Variant Inventory Policy,Variant Price,Image Src,Status\n\
         {PRODUCT},The five-minute journal,Lindqvist,Journals,TRUE,Title,Default Title,{VARIANT},\
         {STOCK},deny,{PRICE},https://img.example/journal.webp,active\n"
    )
}

fn tenant_file(creators: usize) -> Value {
    let each = |entry: &dyn Fn(&str) -> Value| -> Vec<Value> {
        (0..creators)
            .map(|number| entry(&creator(number)))
            .collect()
    };
    let mut handle = String::new();
    json!({
        "tenant": {"id": TENANT, "name": "Daylight", "currency": "EUR", "countries": ["DE", "AT"],
            "quantity_max": 10, "withdrawal_days": 14,
            "terms_url": "/terms", "privacy_url": "/privacy",
            "platform_fee": {"rate_bp": 1_000, "paid_by": "brand"}},
        "sites": [{"key": SITE, "origins": [ORIGIN]}],
        "tax": [{"country": "DE", "category": "*", "rate_bp": 1_900},
                {"country": "AT", "category": "*", "rate_bp": 2_000}],
        "brands": [{"id": "lindqvist", "name": "Lindqvist", "legal_name": "Lindqvist AB, Lund",
            "return_days": 30, "delivery": [
                {"id": "standard", "label": "Standard delivery", "countries": ["DE", "AT"],
                 "price_minor": 490, "free_from_minor": 5_000, "days_min": 2, "days_max": 4}],
            "discounts": [
                {"id": "pair", "label": "10 % off two", "quantity_min": 2, "rate_bp": 1_000}]}],
        "creators": (0..creators).map(|number| {
            let id = creator(number);
            handle.clear();
            let _ = write!(handle, "@{id}");
            json!({"id": id, "name": id, "handle": handle, "followers": 1_000,
                   "email": format!("{id}@example.org")})
        }).collect::<Vec<_>>(),
        "collaborations": each(&|id| json!({"creator": id, "brand": "lindqvist", "direct_bp": 1_500,
            "kind": "open", "from": "2026-01-01T00:00:00Z"})),
        "videos": each(&|id| json!({"id": id, "title": id, "creator": id, "duration_s": 36.0,
            "tag_track": "tags.json", "paid_partnership": true})),
        "feeds": [{"file": "feed.csv", "format": "shopify"}],
    })
}
