//! The attributes of one item as the feed wrote them, whatever the carrier.

use std::collections::{HashMap, HashSet};

use crate::fault::Fault;

/// The attributes that are read. Others are passed over.
const NAMES: [&str; 21] = [
    "additional_image_link",
    "availability",
    "brand",
    "color",
    "description",
    "google_product_category",
    "gtin",
    "id",
    "image_link",
    "item_group_id",
    "link",
    "material",
    "pattern",
    "price",
    "product_type",
    "quantity",
    "sale_price",
    "sale_price_effective_date",
    "sell_on_google_quantity",
    "size",
    "title",
];

/// The name of an attribute that is read, from how a feed may write it: `image link`,
/// `g:image_link`.
pub(crate) fn canonical(name: &str) -> Option<&'static str> {
    let name = name.trim().to_lowercase().replace([' ', '-'], "_");
    let name = name.strip_prefix("g:").unwrap_or(&name);
    NAMES.iter().find(|known| **known == name).copied()
}

/// One item, unchecked.
#[derive(Debug, Default)]
pub(crate) struct Attributes {
    /// Line on which the item starts.
    pub(crate) line: u64,
    /// What already went wrong while it was read.
    pub(crate) fault: Option<Fault>,
    values: HashMap<&'static str, Vec<String>>,
    /// Attributes that so far only the feed's own words gave.
    weak: HashSet<&'static str>,
}

impl Attributes {
    pub(crate) fn new(line: u64) -> Self {
        Self {
            line,
            ..Self::default()
        }
    }

    /// Adds a value; an empty one says nothing.
    pub(crate) fn add(&mut self, name: &'static str, value: &str) {
        if !value.trim().is_empty() {
            self.values.entry(name).or_default().push(value.to_owned());
        }
    }

    /// Adds a value of an XML feed. White space around it is only layout. Google's own word beats
    /// the feed's word for the same thing.
    pub(crate) fn add_from(&mut self, name: &'static str, value: &str, is_google: bool) {
        let value = value.trim();
        if is_google {
            if !value.is_empty() && self.weak.remove(name) {
                self.values.remove(name);
            }
            self.add(name, value);
        } else if !value.is_empty() && !self.values.contains_key(name) {
            self.weak.insert(name);
            self.add(name, value);
        }
    }

    /// The first value without white space around it, or nothing.
    pub(crate) fn first(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_default()
    }

    /// The first value as it is, for ids: white space inside them is a defect.
    pub(crate) fn first_raw(&self, name: &str) -> &str {
        self.values
            .get(name)
            .and_then(|values| values.first())
            .map_or("", String::as_str)
    }

    /// Every value without white space around it.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.values
            .get(name)
            .into_iter()
            .flatten()
            .map(|value| value.trim())
    }
}
