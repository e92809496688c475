//! The stable codes. A code is an interface: brands filter their reports by it.

/// A stable code with its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// What a report shows, kebab-case.
    pub code: &'static str,
    /// Whether the whole feed is refused, or just the row, item, variant or image.
    pub refuses: Refuses,
    /// What it means, in one line; the README's table is made of these.
    pub meaning: &'static str,
}

/// How much a code leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refuses {
    /// Nothing is read.
    Feed,
    /// One part is left out, the others stay.
    Part,
}

macro_rules! codes {
    ($($name:ident = $code:literal, $refuses:ident, $meaning:literal;)*) => {
        $(
            #[doc = concat!("`", $code, "`: ", $meaning, ".")]
            pub const $name: &str = $code;
        )*

        /// Every code of this crate, in alphabetical order.
        pub const ALL: &[Code] = &[
            $(Code { code: $code, refuses: Refuses::$refuses, meaning: $meaning },)*
        ];
    };
}

codes! {
    AVAILABILITY = "availability", Part,
        "not exactly `in_stock`, `out_of_stock`, `preorder` or `backorder`";
    CSV_COLUMNS = "csv-columns", Feed, "more than 1000 columns";
    CSV_HEADER = "csv-header", Feed, "no header row with the columns that the format needs";
    CSV_ROW = "csv-row", Part,
        "a row with an unbalanced quote, or with more or fewer cells than the header";
    CURRENCY = "currency", Part,
        "no currency, not an ISO 4217 code in capitals, or not the tenant's";
    DATE_FORMAT = "date-format", Part,
        "a sale period that is not two ISO 8601 instants with their offset and a `/` between";
    DATE_ORDER = "date-order", Part, "a sale that ends before it starts";
    ENCODING = "encoding", Feed, "neither UTF-8 nor UTF-16 with a byte order mark";
    FEED_MASS_DELETE = "feed-mass-delete", Feed,
        "taking the feed as the whole catalogue would remove every product";
    FEED_SIZE = "feed-size", Feed, "more than 128 MiB or 500000 rows or items";
    GTIN = "gtin", Part, "a GTIN of the wrong length or with a wrong check digit";
    OPTION_DUPLICATE = "option-duplicate", Part,
        "the same combination of options as an earlier variant of the product";
    OPTION_MISSING = "option-missing", Part,
        "no value for an option that the product's other variants have";
    PRICE_NEGATIVE = "price-negative", Part, "a price below 0";
    PRICE_PRECISION = "price-precision", Part,
        "more decimal digits than the currency's minor unit has";
    PRICE_RANGE = "price-range", Part, "a price above 9007199254740991 minor units";
    PRICE_SALE_ORDER = "price-sale-order", Part, "a sale price above the regular price";
    PRICE_TYPE = "price-type", Part, "a price that is missing or is not a plain decimal number";
    PRICE_ZERO = "price-zero", Part, "a price of 0";
    PRODUCT_LIMIT = "product-limit", Part,
        "more than 2048 variants or 250 images in one product; the first ones are kept";
    SKU_DUPLICATE = "sku-duplicate", Part,
        "a SKU, id or handle that an earlier one has; the first is kept";
    SKU_FORMAT = "sku-format", Part,
        "a SKU, id or handle that is empty, has more than 255 bytes or has a control character";
    STOCK = "stock", Part, "a quantity that is not a whole number from 0 to 4294967295";
    TEXT_CONTROL = "text-control", Part,
        "an invisible or direction-changing character in a SKU, id or handle";
    TEXT_EMPTY = "text-empty", Part, "no title, or no brand";
    TEXT_ENCODING = "text-encoding", Part,
        "a character reference that names no character, such as a lone surrogate";
    URL_FORMAT = "url-format", Part,
        "not a URL, longer than 2048 bytes, or with a user name in it";
    URL_PRIVATE = "url-private", Part, "a URL of a private, local or reserved address";
    URL_SCHEME = "url-scheme", Part,
        "a URL that is neither `https:` nor a path with a single `/` at its start";
    XML_DEPTH = "xml-depth", Feed, "elements nested deeper than 32";
    XML_DOCTYPE = "xml-doctype", Feed, "a document type declaration";
    XML_ENTITY = "xml-entity", Part, "an entity that XML does not define";
    XML_FORMAT = "xml-format", Feed, "neither RSS 2.0 nor Atom";
    XML_SYNTAX = "xml-syntax", Part,
        "XML that is not well-formed; what comes after this line was not read";
}
