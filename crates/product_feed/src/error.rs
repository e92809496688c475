//! Why a whole feed is refused.

use crate::code;

/// A whole feed is refused. Each case knows its stable code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FeedError {
    /// More bytes than [`crate::FEED_BYTES_MAX`] or more rows or items than [`crate::ROWS_MAX`].
    /// The caller splits the feed. HTTP 413.
    #[error("the feed has more than 128 MiB or more than 500000 rows")]
    Size,
    /// The bytes are not UTF-8, nor UTF-16 with a byte order mark. HTTP 400.
    #[error("the feed is neither UTF-8 nor UTF-16 with a byte order mark")]
    Encoding,
    /// No header row, or one without the columns that every feed of the format has. HTTP 400.
    #[error("the first row does not name the columns that this format needs")]
    Header,
    /// More than [`crate::COLUMNS_MAX`] columns. HTTP 400.
    #[error("the feed has more than 1000 columns")]
    Columns,
    /// Removing what the feed no longer has would remove every product. HTTP 409, needs confirming.
    #[error("the feed has none of the products that the catalogue has")]
    MassDelete,
    /// The XML carries a document type declaration, which could define entities. HTTP 400.
    #[error("the feed has a DOCTYPE, which is not allowed")]
    XmlDoctype,
    /// Elements are nested deeper than any feed nests them. HTTP 400.
    #[error("the XML is nested deeper than 32 elements")]
    XmlDepth,
    /// It is XML, but neither RSS 2.0 nor Atom, or it breaks before the first item. HTTP 400.
    #[error("the feed is neither RSS 2.0 nor Atom")]
    XmlFormat,
}

impl FeedError {
    /// The stable code, one of [`code::ALL`].
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Size => code::FEED_SIZE,
            Self::Encoding => code::ENCODING,
            Self::Header => code::CSV_HEADER,
            Self::Columns => code::CSV_COLUMNS,
            Self::MassDelete => code::FEED_MASS_DELETE,
            Self::XmlDoctype => code::XML_DOCTYPE,
            Self::XmlDepth => code::XML_DEPTH,
            Self::XmlFormat => code::XML_FORMAT,
        }
    }
}
