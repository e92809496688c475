//! What each problem code means: its HTTP status, its title, and a text for the developer who meets
//! it.

mod credit;
mod list;
mod read;

pub use list::Entry;
use list::LIST;
pub(crate) use read::__path_read;
pub(crate) use read::read;

/// Media type of problem documents (RFC 9457).
pub const MEDIA_TYPE: &str = "application/problem+json";

/// The entry of `code`; the one of `internal` for a code that has none.
#[must_use]
pub fn entry(code: &str) -> &'static Entry {
    all().find(|entry| entry.code == code).unwrap_or(&LIST[0])
}

/// Every entry.
pub fn all() -> impl Iterator<Item = &'static Entry> {
    LIST.iter().chain(credit::LIST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_one_entry_and_every_entry_a_code() {
        for code in shoptag_protocol::code::ALL {
            let entries = all().filter(|entry| entry.code == *code).count();
            assert_eq!(entries, 1, "{code}");
        }
        assert_eq!(all().count(), shoptag_protocol::code::ALL.len());
    }
}
