//! One product while its rows come in.

use std::collections::HashSet;

use csv::StringRecord;
use shoptag_commerce::ProductId;

use super::columns::Columns;
use crate::fault::Fault;
use crate::product::{Images, VARIANTS_MAX, collect_options};
use crate::report::{FeedProduct, FeedVariant};
use crate::{code, html, text};

/// What Shopify writes as the only option of a product without options.
const ONLY_NAME: &str = "Title";
/// And as its only value.
pub(crate) const ONLY_VALUE: &str = "Default Title";

/// A product of which at least the first row has been read.
pub(crate) struct Draft {
    pub(crate) id: ProductId,
    /// The product itself cannot be taken; its rows are passed over.
    pub(crate) refused: bool,
    /// Draft, archived or not published.
    pub(crate) held_back: bool,
    pub(crate) axes: [bool; 3],
    pub(crate) images: Images,
    variants: Vec<FeedVariant>,
    combinations: HashSet<Vec<String>>,
    option_names: Vec<String>,
    line: u64,
    brand_name: String,
    title: String,
    description: String,
    category: String,
}

impl Draft {
    /// Starts a product from its first row, the one that carries what all variants share.
    pub(crate) fn start(id: ProductId, line: u64, columns: &Columns, cells: &StringRecord) -> Self {
        let names = columns
            .option_names
            .map(|column| text::line(column.of(cells)));
        let category = match columns.category.of(cells) {
            "" => columns.kind.of(cells),
            category => category,
        };
        Self {
            id,
            line,
            refused: false,
            held_back: is_held_back(columns, cells),
            axes: [0, 1, 2].map(|axis| names.get(axis).is_some_and(|name| !name.is_empty())),
            images: Images::default(),
            variants: Vec::new(),
            combinations: HashSet::new(),
            option_names: names.into_iter().filter(|name| !name.is_empty()).collect(),
            brand_name: text::line(columns.vendor.of(cells)),
            title: text::line(columns.title.of(cells)),
            description: text::block(&html::to_text(columns.body.of(cells))),
            category: text::line(category),
        }
    }

    /// What the product lacks, if anything. Asked once, after the start.
    pub(crate) fn fault(&self) -> Option<Fault> {
        match (self.title.is_empty(), self.brand_name.is_empty()) {
            (true, _) => Some(Fault::new(code::TEXT_EMPTY, "title")),
            (_, true) => Some(Fault::new(code::TEXT_EMPTY, "vendor")),
            _ => None,
        }
    }

    /// Takes another variant, unless the product has the same or too many already.
    pub(crate) fn add(&mut self, variant: FeedVariant) -> Result<(), Fault> {
        if self.variants.len() >= VARIANTS_MAX {
            return Err(Fault::new(code::PRODUCT_LIMIT, "variants"));
        }
        if !self.combinations.insert(variant.options.clone()) {
            return Err(Fault::new(code::OPTION_DUPLICATE, "options"));
        }
        self.variants.push(variant);
        Ok(())
    }

    /// The product, if anything of it can be sold. Its rejected rows are in the report already.
    pub(crate) fn finish(mut self) -> Option<FeedProduct> {
        if self.refused || self.held_back || self.variants.is_empty() {
            return None;
        }
        let only = self.option_names == [ONLY_NAME]
            && self
                .variants
                .iter()
                .all(|variant| variant.options == [ONLY_VALUE]);
        if only {
            self.option_names.clear();
            for variant in &mut self.variants {
                variant.options.clear();
            }
        }
        for variant in &self.variants {
            if let Some(url) = &variant.image_url {
                self.images.add_own(url);
            }
        }
        Some(FeedProduct {
            options: collect_options(self.option_names, &self.variants),
            line: self.line,
            id: self.id,
            brand_name: self.brand_name,
            title: self.title,
            description: self.description,
            category: self.category,
            images: self.images.into_sorted(),
            variants: self.variants,
            link: None,
        })
    }
}

/// Old exports have no status, and a blank one is active. "Published" says whether the online store
/// shows the product; nothing there means that it does.
fn is_held_back(columns: &Columns, cells: &StringRecord) -> bool {
    let status = columns.status.of(cells).to_ascii_lowercase();
    let published = columns.published.of(cells).to_ascii_lowercase();
    !matches!(status.as_str(), "" | "active") || published == "false"
}
