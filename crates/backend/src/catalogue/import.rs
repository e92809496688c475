//! `import FILE`: a brand's product feed, read by `product_feed`, matched to brands and written.

use std::collections::HashMap;
use std::path::Path;

use shoptag_commerce::{BrandId, Currency, TenantId, Timestamp};
use shoptag_product_feed::{
    FeedError, FeedImage, FeedProduct, FeedVariant, Format, Rejection, Stock, read,
};

use super::setup::{CatalogueImage, CatalogueOption, CatalogueProduct, CatalogueVariant};
use crate::store::{Store, StoreError, Upserted};

/// Why nothing of a feed was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Neither the name nor the content says which format it is.
    #[error("the format is unknown; pass --format shopify, merchant-tsv or merchant-xml")]
    Format,
    /// The feed cannot be read at all.
    #[error("{code}: {0}", code = .0.code())]
    Feed(#[from] FeedError),
    /// The store did not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What an import did.
#[derive(Debug, Default)]
pub struct Imported {
    /// What was written.
    pub upserted: Upserted,
    /// What was left out, with line and code.
    pub rejected: Vec<Rejection>,
    /// More that was left out, counted but not listed.
    pub unlisted: u64,
    /// Products that the brand itself holds back.
    pub skipped: u64,
}

/// A product whose brand has no terms with the tenant: nobody could deliver it or answer for it.
const BRAND_UNKNOWN: &str = "brand-unknown";

/// Imports `bytes`. The good products are kept, each other one is reported; importing twice is
/// importing once.
///
/// # Errors
/// [`ImportError`]; then nothing was written.
pub async fn import(
    store: &dyn Store,
    tenant: &TenantId,
    currency: Currency,
    path: &Path,
    format: Option<&str>,
    bytes: &[u8],
    now: Timestamp,
) -> Result<Imported, ImportError> {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy())
        .unwrap_or_default();
    let format = match format {
        Some(format) => Format::parse(format),
        None => Format::detect(&name, bytes),
    }
    .ok_or(ImportError::Format)?;
    let report = read(bytes, format, currency, now)?;
    let brands: HashMap<String, BrandId> = store
        .brands(tenant.clone())
        .await?
        .into_iter()
        .flat_map(|(id, name)| [(id.as_str().to_owned(), id.clone()), (slug(&name), id)])
        .collect();
    let mut rejected = report.rejected;
    let mut products = Vec::with_capacity(report.products.len());
    for product in report.products {
        match brands.get(&slug(&product.brand_name)) {
            Some(brand) => products.push(catalogue_product(product, brand.clone())),
            None => rejected.push(Rejection {
                line: product.line,
                id: Some(product.id.to_string()),
                code: BRAND_UNKNOWN,
                detail: "No brand of this name has terms here; add it to the tenant file.".into(),
            }),
        }
    }
    let upserted = store.upsert_products(tenant.clone(), products).await?;
    Ok(Imported {
        upserted,
        rejected,
        unlisted: report.unlisted,
        skipped: report.skipped,
    })
}

/// A brand's name as its id is written: lower case, words joined by dashes.
fn slug(name: &str) -> String {
    let words: Vec<String> = name
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join("-")
}

fn catalogue_product(product: FeedProduct, brand: BrandId) -> CatalogueProduct {
    let variants = product
        .variants
        .iter()
        .map(|it| variant(it, &product.images))
        .collect();
    CatalogueProduct {
        id: product.id,
        brand,
        title: product.title,
        description: product.description,
        category: product.category,
        variants,
        images: product.images.into_iter().map(image).collect(),
        options: product
            .options
            .into_iter()
            .map(|option| CatalogueOption {
                name: option.name,
                values: option.values,
            })
            .collect(),
    }
}

/// Feeds do not tell the size of a picture.
fn image(image: FeedImage) -> CatalogueImage {
    CatalogueImage {
        url: image.url,
        alt: image.alt,
        width: 0,
        height: 0,
    }
}

fn variant(variant: &FeedVariant, images: &[FeedImage]) -> CatalogueVariant {
    let image = variant
        .image_url
        .as_ref()
        .and_then(|url| images.iter().position(|image| image.url == *url))
        .and_then(|index| u32::try_from(index).ok());
    CatalogueVariant {
        id: variant.id.clone(),
        options: variant.options.clone(),
        price_minor: variant.price_minor,
        compare_at_minor: variant.compare_at_minor,
        on_hand: match variant.stock {
            Stock::Counted(count) => Some(count),
            Stock::Uncounted => None,
        },
        image,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_brand_is_found_by_the_words_of_its_name() {
        for (name, expected) in [
            ("Halden", "halden"),
            ("  Maison d'Été ", "maison-d-été"),
            ("A & B", "a-b"),
        ] {
            assert_eq!(slug(name), expected);
        }
        assert_eq!(slug("--"), "");
    }
}
