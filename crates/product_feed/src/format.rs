//! Which feed formats there are, and how to tell them apart.

/// How a feed is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Shopify's product export: comma-separated, several rows a product.
    ShopifyCsv,
    /// Google Merchant's text feed: tab-separated, one row an item.
    MerchantTsv,
    /// Google Merchant's XML feed: RSS 2.0 or Atom, one element an item.
    MerchantXml,
}

impl Format {
    /// The format that the beginning of a feed shows; where that says nothing (it is empty or
    /// UTF-16), what the file name's ending says. `None` when neither tells: the caller asks.
    ///
    /// `head` is the first part of the file, at least its first line if that is known.
    ///
    /// ```
    /// use shoptag_product_feed::Format;
    /// assert_eq!(Format::detect("x.csv", b"Handle,Title\n"), Some(Format::ShopifyCsv));
    /// assert_eq!(Format::detect("feed", b"<?xml version=\"1.0\"?>"), Some(Format::MerchantXml));
    /// assert_eq!(Format::detect("x.csv", b"name,cost\n"), None);
    /// ```
    #[must_use]
    pub fn detect(file_name: &str, head: &[u8]) -> Option<Self> {
        let head = head
            .strip_prefix(b"\xEF\xBB\xBF")
            .unwrap_or(head)
            .trim_ascii_start();
        if head.is_empty() || head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF") {
            return Self::of_name(file_name);
        }
        if head.starts_with(b"<") {
            return Some(Self::MerchantXml);
        }
        let line = head.split(|&byte| byte == b'\n').next().unwrap_or_default();
        let line = String::from_utf8_lossy(line).to_lowercase();
        let has = |separator: char, names: &[&str]| {
            line.split(separator)
                .any(|cell| names.contains(&cell.trim().trim_matches('"').trim_start_matches("g:")))
        };
        if has('\t', &["id"]) {
            Some(Self::MerchantTsv)
        } else if has(',', &["handle", "url handle"]) {
            Some(Self::ShopifyCsv)
        } else {
            None
        }
    }

    /// The format of that name, as `--format` and a catalogue file write it: `shopify` (or
    /// `shopify-csv`), `merchant-tsv`, `merchant-xml`.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "shopify" | "shopify-csv" => Some(Self::ShopifyCsv),
            "merchant-tsv" => Some(Self::MerchantTsv),
            "merchant-xml" => Some(Self::MerchantXml),
            _ => None,
        }
    }

    fn of_name(file_name: &str) -> Option<Self> {
        let (_, ending) = file_name.rsplit_once('.')?;
        match ending.to_ascii_lowercase().as_str() {
            "csv" => Some(Self::ShopifyCsv),
            "tsv" | "txt" | "tab" => Some(Self::MerchantTsv),
            "xml" | "rss" | "atom" => Some(Self::MerchantXml),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_decides_and_the_name_only_where_there_is_none() {
        let check = |name, head: &[u8], expected| {
            assert_eq!(Format::detect(name, head), expected, "{name} {head:?}");
        };
        check(
            "a.csv",
            b"\xEF\xBB\xBFHandle,Title\r\n",
            Some(Format::ShopifyCsv),
        );
        check(
            "a.csv",
            b"Title,URL handle,Description\n",
            Some(Format::ShopifyCsv),
        );
        check("a.csv", b"id\ttitle\tprice\n", Some(Format::MerchantTsv));
        check("a.txt", b"title\tg:id\n", Some(Format::MerchantTsv));
        check("a.txt", b"\n <rss>", Some(Format::MerchantXml));
        check("a.XML", b"", Some(Format::MerchantXml));
        check("a.tsv", b"\xFF\xFEi\0d\0", Some(Format::MerchantTsv));
        check("a", b"", None);
        check("a.csv", b"sku,price\n", None);
        check("a.pdf", b"%PDF-1.7", None);
    }

    #[test]
    fn every_format_has_a_name() {
        assert_eq!(Format::parse("shopify"), Some(Format::ShopifyCsv));
        assert_eq!(Format::parse("merchant-tsv"), Some(Format::MerchantTsv));
        assert_eq!(Format::parse("merchant-xml"), Some(Format::MerchantXml));
        assert_eq!(Format::parse("Shopify"), None);
    }
}
