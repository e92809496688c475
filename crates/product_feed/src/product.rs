//! What products of every format have in common: their pictures and their axes of choice.

use std::collections::HashSet;

use crate::code;
use crate::fault::Fault;
use crate::report::{FeedImage, FeedOption, FeedVariant};

/// Most variants of a product: Shopify's limit.
pub(crate) const VARIANTS_MAX: usize = 2_048;
/// Most images of a product: Shopify's limit.
const IMAGES_MAX: usize = 250;

/// A product's images while they come in.
#[derive(Debug, Default)]
pub(crate) struct Images {
    /// With the place that the feed wishes.
    images: Vec<(u32, FeedImage)>,
    urls: HashSet<String>,
}

impl Images {
    /// Adds an image at the place that the feed wishes. The same url again changes nothing.
    pub(crate) fn add(&mut self, position: u32, image: FeedImage) -> Result<(), Fault> {
        if self.urls.contains(&image.url) {
            return Ok(());
        }
        if self.images.len() >= IMAGES_MAX {
            return Err(Fault::new(code::PRODUCT_LIMIT, "images"));
        }
        self.urls.insert(image.url.clone());
        self.images.push((position, image));
        Ok(())
    }

    /// Adds a variant's own image at the end. It counts with the variants, not with the images.
    pub(crate) fn add_own(&mut self, url: &str) {
        if self.urls.insert(url.to_owned()) {
            self.images.push((
                u32::MAX,
                FeedImage {
                    url: url.to_owned(),
                    alt: String::new(),
                },
            ));
        }
    }

    /// The images in their wished order, else in the feed's.
    pub(crate) fn into_sorted(mut self) -> Vec<FeedImage> {
        self.images.sort_by_key(|&(position, _)| position);
        self.images.into_iter().map(|(_, image)| image).collect()
    }
}

/// The axes with every value that a variant has, in the order of the variants.
pub(crate) fn collect_options(names: Vec<String>, variants: &[FeedVariant]) -> Vec<FeedOption> {
    let values_of = |axis: usize| {
        let mut seen = HashSet::new();
        let values = variants
            .iter()
            .filter_map(|variant| variant.options.get(axis));
        values
            .filter(|&value| seen.insert(value))
            .cloned()
            .collect()
    };
    names
        .into_iter()
        .enumerate()
        .map(|(axis, name)| FeedOption {
            name,
            values: values_of(axis),
        })
        .collect()
}
