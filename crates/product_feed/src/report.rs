//! What reading a feed gives: the good products, and one rejection for each thing left out.

use std::collections::HashSet;

use shoptag_commerce::{ProductId, VariantId};

use crate::FeedError;

/// What a feed says, checked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// The good products, in the order of the feed. Each has at least one variant.
    pub products: Vec<FeedProduct>,
    /// What was left out and why, in the order of the feed.
    pub rejected: Vec<Rejection>,
    /// Rejections beyond the first [`crate::REJECTIONS_MAX`]: counted, not listed.
    pub unlisted: u64,
    /// Products that the brand itself holds back: drafts, archived, not published. Not an error.
    pub skipped: u64,
}

impl Report {
    /// Asked before products that the feed no longer has are removed: `stored` is what the
    /// catalogue has of this feed. A feed that would remove all of it is more often a mistake than
    /// a wish, so the caller lets a person confirm it.
    ///
    /// # Errors
    /// [`FeedError::MassDelete`] when something is stored and nothing of it would stay.
    pub fn check_removals<'a>(
        &self,
        stored: impl IntoIterator<Item = &'a ProductId>,
    ) -> Result<(), FeedError> {
        let ids: HashSet<&ProductId> = self.products.iter().map(|product| &product.id).collect();
        let mut stored = stored.into_iter().peekable();
        if stored.peek().is_some() && stored.all(|id| !ids.contains(id)) {
            return Err(FeedError::MassDelete);
        }
        Ok(())
    }
}

/// One thing (row, item, variant or image) that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// Line of the feed on which it starts, counted from 1.
    pub line: u64,
    /// Its SKU, id or handle, when that is readable and safe to print.
    pub id: Option<String>,
    /// Stable code, one of [`crate::code::ALL`].
    pub code: &'static str,
    /// One sentence for the brand. Never repeats what the feed said.
    pub detail: String,
}

/// A product with everything that can be sold of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedProduct {
    /// Line of the feed on which it starts, counted from 1, for what the importer itself rejects.
    pub line: u64,
    /// Shopify: the handle. Google Merchant: the item group id, else the item's id.
    pub id: ProductId,
    /// Shopify: the vendor. Google Merchant: the brand. Plain text, 1..=150 graphemes.
    pub brand_name: String,
    /// Plain text, 1..=150 graphemes.
    pub title: String,
    /// Plain text with line breaks, 0..=5000 graphemes. Made from HTML where the feed has HTML.
    pub description: String,
    /// Plain text, the path in the feed's own taxonomy ("Home & Garden > Lighting"); may be empty.
    pub category: String,
    /// The first one is the thumbnail. May be empty; no url twice.
    pub images: Vec<FeedImage>,
    /// Axes of choice; empty when there is just one variant and nothing to choose.
    pub options: Vec<FeedOption>,
    /// At least one.
    pub variants: Vec<FeedVariant>,
    /// The product's page at the brand: `https:` or a path on our own origin.
    pub link: Option<String>,
}

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedImage {
    /// `https:` or a path on our own origin that starts with a single `/`.
    pub url: String,
    /// Text for those who do not see it; plain text, may be empty.
    pub alt: String,
}

/// One axis of choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedOption {
    /// "Colour", "Size".
    pub name: String,
    /// Every value that a variant has, in the order of the feed. No value twice.
    pub values: Vec<String>,
}

/// What is really sold: one combination of a product's options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedVariant {
    /// The SKU; for a Shopify variant without one, `handle:value/value` (see the crate's README).
    pub id: VariantId,
    /// The brand's own number. Empty when a Shopify variant has none.
    pub sku: String,
    /// One value for each of the product's options, in their order.
    pub options: Vec<String>,
    /// Price now, minor units of the feed's currency, 1..=[`crate::PRICE_MINOR_MAX`].
    pub price_minor: i64,
    /// Former price, minor units, above `price_minor`.
    pub compare_at_minor: Option<i64>,
    /// How many there are.
    pub stock: Stock,
    /// The variant's own picture; always one of the product's images too.
    pub image_url: Option<String>,
    /// GTIN of 8, 12, 13 or 14 digits with a right check digit.
    pub gtin: Option<String>,
}

/// How many of a variant there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stock {
    /// That many; 0 means that it cannot be bought now.
    Counted(u32),
    /// It can be bought, and the feed does not say how many there are: Google's `in_stock` without
    /// a quantity, a Shopify variant whose stock is not tracked, or that is sold beyond its stock.
    Uncounted,
}
