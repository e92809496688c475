//! Where each column of the export is. Names as Shopify writes them, before 2024 and since.

use csv::StringRecord;

use crate::FeedError;

/// How many option axes a Shopify product has at most.
pub(crate) const OPTIONS_MAX: usize = 3;

/// The columns that are read, as indexes into a row.
pub(crate) struct Columns {
    pub(crate) handle: Column,
    pub(crate) title: Column,
    pub(crate) body: Column,
    pub(crate) vendor: Column,
    pub(crate) category: Column,
    pub(crate) kind: Column,
    pub(crate) published: Column,
    pub(crate) status: Column,
    pub(crate) option_names: [Column; OPTIONS_MAX],
    pub(crate) option_values: [Column; OPTIONS_MAX],
    pub(crate) sku: Column,
    pub(crate) barcode: Column,
    pub(crate) tracker: Column,
    pub(crate) quantity: Column,
    pub(crate) policy: Column,
    pub(crate) price: Column,
    pub(crate) compare_at: Column,
    pub(crate) image: Column,
    pub(crate) image_position: Column,
    pub(crate) image_alt: Column,
    pub(crate) variant_image: Column,
}

/// A column, or the lack of it: its cells are then empty.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column(Option<usize>);

impl Column {
    /// The cell without the spaces around it.
    pub(crate) fn of(self, cells: &StringRecord) -> &str {
        self.raw(cells).trim()
    }

    /// The cell as it is.
    pub(crate) fn raw(self, cells: &StringRecord) -> &str {
        self.0
            .and_then(|index| cells.get(index))
            .unwrap_or_default()
    }

    pub(crate) fn exists(self) -> bool {
        self.0.is_some()
    }
}

impl Columns {
    /// Finds the columns by their names, in any order and any case; of two with one name the first.
    pub(crate) fn find(header: &StringRecord) -> Result<Self, FeedError> {
        let names: Vec<String> = header
            .iter()
            .map(|name| name.trim().to_lowercase())
            .collect();
        let column = |aliases: &[&str]| {
            let places = aliases
                .iter()
                .map(|alias| names.iter().position(|name| name == alias));
            Column(places.flatten().next())
        };
        let columns = Self {
            handle: column(&["handle", "url handle"]),
            title: column(&["title"]),
            body: column(&["body (html)", "body html", "description"]),
            vendor: column(&["vendor"]),
            category: column(&[
                "product category",
                "standardized product type",
                "standard product type",
            ]),
            kind: column(&["type", "custom product type"]),
            published: column(&["published", "published on online store"]),
            status: column(&["status"]),
            option_names: [
                column(&["option1 name"]),
                column(&["option2 name"]),
                column(&["option3 name"]),
            ],
            option_values: [
                column(&["option1 value"]),
                column(&["option2 value"]),
                column(&["option3 value"]),
            ],
            sku: column(&["variant sku", "sku"]),
            barcode: column(&["variant barcode", "barcode"]),
            tracker: column(&["variant inventory tracker", "inventory tracker"]),
            quantity: column(&["variant inventory qty", "inventory quantity"]),
            policy: column(&[
                "variant inventory policy",
                "continue selling when out of stock",
            ]),
            price: column(&["variant price", "price"]),
            compare_at: column(&["variant compare at price", "compare-at price"]),
            image: column(&["image src", "product image url"]),
            image_position: column(&["image position"]),
            image_alt: column(&["image alt text"]),
            variant_image: column(&["variant image", "variant image url"]),
        };
        let needed = [columns.handle, columns.title, columns.price];
        if needed.iter().all(|column| column.exists()) {
            Ok(columns)
        } else {
            Err(FeedError::Header)
        }
    }
}
