//! Makes products of items: those with one group id are the variants of one product.

use std::collections::{HashMap, HashSet};

use shoptag_commerce::{Currency, ProductId, Timestamp};

use super::attributes::Attributes;
use super::item::{self, AXES, Item};
use crate::code;
use crate::fault::{Fault, Rejections};
use crate::product::{Images, VARIANTS_MAX, collect_options};
use crate::report::{FeedImage, FeedProduct, FeedVariant, Report};

/// Collects good items, product by product.
pub(crate) struct Collector {
    currency: Currency,
    now: Timestamp,
    products: Vec<(ProductId, Vec<Item>)>,
    by_id: HashMap<ProductId, usize>,
    /// Item ids taken so far.
    ids: HashSet<String>,
    rejections: Rejections,
}

impl Collector {
    pub(crate) fn new(currency: Currency, now: Timestamp) -> Self {
        Self {
            currency,
            now,
            products: Vec::new(),
            by_id: HashMap::new(),
            ids: HashSet::new(),
            rejections: Rejections::default(),
        }
    }

    /// Checks an item and takes it, or notes why not.
    pub(crate) fn add(&mut self, attributes: &Attributes) {
        let taken =
            item::check(attributes, self.currency, self.now).and_then(|item| self.take(item));
        if let Err(fault) = taken {
            self.reject(fault, attributes.line, attributes.first("id"));
        }
    }

    /// Notes something that is no item.
    pub(crate) fn reject(&mut self, fault: Fault, line: u64, id: &str) {
        self.rejections.push(fault, line, id);
    }

    /// The products, and what was left out of them.
    pub(crate) fn finish(self) -> Report {
        let mut rejections = self.rejections;
        let products = self
            .products
            .into_iter()
            .filter_map(|(id, items)| assemble(id, items, &mut rejections))
            .collect();
        // Groups are judged at the end; a report reads like its feed.
        let Rejections {
            listed: mut rejected,
            unlisted,
        } = rejections;
        rejected.sort_by_key(|rejection| rejection.line);
        Report {
            products,
            rejected,
            unlisted,
            skipped: 0,
        }
    }

    fn take(&mut self, item: Item) -> Result<(), Fault> {
        let duplicate = Fault::new(code::SKU_DUPLICATE, "id");
        if self.ids.contains(item.id.as_str()) {
            return Err(duplicate);
        }
        let product = match &item.group {
            Some(group) => group.clone(),
            None => ProductId::parse(item.id.as_str())
                .map_err(|_| Fault::new(code::SKU_FORMAT, "id"))?,
        };
        let index = match self.by_id.get(&product) {
            Some(&index) => index,
            None => {
                self.by_id.insert(product.clone(), self.products.len());
                self.products.push((product, Vec::new()));
                self.products.len() - 1
            }
        };
        let Some((_, items)) = self.products.get_mut(index) else {
            return Err(duplicate);
        };
        // An item without group is a product of its own, never a part of a group with the same
        // name.
        if items
            .first()
            .is_some_and(|first| first.group.is_none() || item.group.is_none())
        {
            return Err(duplicate);
        }
        if items.len() >= VARIANTS_MAX {
            return Err(Fault::new(code::PRODUCT_LIMIT, "item_group_id"));
        }
        self.ids.insert(item.id.as_str().to_owned());
        items.push(item);
        Ok(())
    }
}

/// One product. An attribute is an axis of choice when the items differ in it.
fn assemble(id: ProductId, items: Vec<Item>, rejections: &mut Rejections) -> Option<FeedProduct> {
    let axes = differing_axes(&items);
    let mut combinations = HashSet::new();
    let mut good = Vec::new();
    for item in items {
        let options: Vec<String> = axes
            .iter()
            .filter_map(|&axis| item.axis_values.get(axis))
            .cloned()
            .collect();
        let fault = if options.iter().any(String::is_empty) {
            Some(Fault::new(
                code::OPTION_MISSING,
                "color, size, material, pattern",
            ))
        } else if !combinations.insert(options.clone()) {
            Some(Fault::new(
                code::OPTION_DUPLICATE,
                "color, size, material, pattern",
            ))
        } else {
            None
        };
        match fault {
            Some(fault) => rejections.push(fault, item.line, item.id.as_str()),
            None => good.push((item, options)),
        }
    }
    let title = common_title(good.iter().map(|(item, _)| item.title.as_str()));
    let names = axes
        .iter()
        .filter_map(|&axis| AXES.get(axis))
        .map(|(_, name)| (*name).to_owned());
    let names = names.collect();
    let (first, _) = good.first()?;
    let (brand_name, description) = (first.brand_name.clone(), first.description.clone());
    let line = first.line;
    let (category, link) = (first.category.clone(), first.link.clone());
    let mut images = Images::default();
    for (item, _) in &good {
        take_images(&mut images, item, rejections);
    }
    let variants: Vec<FeedVariant> = good
        .into_iter()
        .map(|(item, options)| variant(item, options))
        .collect();
    Some(FeedProduct {
        line,
        id,
        brand_name,
        title,
        description,
        category,
        images: images.into_sorted(),
        options: collect_options(names, &variants),
        variants,
        link,
    })
}

fn differing_axes(items: &[Item]) -> Vec<usize> {
    let value = |item: &Item, axis: usize| item.axis_values.get(axis).cloned();
    (0..AXES.len())
        .filter(|&axis| {
            let first = items.first().and_then(|item| value(item, axis));
            items.iter().any(|item| value(item, axis) != first)
        })
        .collect()
}

/// The words that all titles begin with ("Linen lamp" of "Linen lamp – Sand" and "Linen lamp –
/// Moss"): a title that names one variant would be wrong for the others. Without such words, the
/// first title.
fn common_title<'a>(mut titles: impl Iterator<Item = &'a str>) -> String {
    let Some(first) = titles.next() else {
        return String::new();
    };
    let mut common: Vec<&str> = first.split(' ').collect();
    let words = common.len();
    for title in titles {
        let same = common
            .iter()
            .zip(title.split(' '))
            .take_while(|(a, b)| **a == *b)
            .count();
        common.truncate(same);
    }
    if common.len() == words {
        return first.to_owned();
    }
    let joined = common.join(" ");
    let stem = joined.trim_end_matches(|character: char| " -–—,|/:(·".contains(character));
    if stem.is_empty() {
        first.to_owned()
    } else {
        stem.to_owned()
    }
}

/// The main image is the variant's own and always stays; of the others the first ones.
fn take_images(images: &mut Images, item: &Item, rejections: &mut Rejections) {
    for (index, url) in item.image_urls.iter().enumerate() {
        if index == 0 {
            images.add_own(url);
        } else if let Err(fault) = images.add(
            u32::MAX,
            FeedImage {
                url: url.clone(),
                alt: String::new(),
            },
        ) {
            rejections.push(fault, item.line, item.id.as_str());
        }
    }
}

fn variant(item: Item, options: Vec<String>) -> FeedVariant {
    FeedVariant {
        sku: item.id.as_str().to_owned(),
        id: item.id,
        options,
        price_minor: item.price_minor,
        compare_at_minor: item.compare_at_minor,
        stock: item.stock,
        image_url: item.image_urls.into_iter().next(),
        gtin: item.gtin,
    }
}
