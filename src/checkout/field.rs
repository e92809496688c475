//! The fields of the checkout, and what can be wrong with each. Pure.

/// A field that the shopper fills in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// E-mail address.
    Email,
    /// Full name.
    Name,
    /// Phone number; optional.
    Phone,
    /// Country, ISO 3166-1 alpha-2.
    Country,
    /// Street and number.
    Line1,
    /// Flat, floor; optional.
    Line2,
    /// Postcode.
    Postcode,
    /// City.
    City,
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Issue {
    /// It is empty.
    Missing,
    /// It does not look like an e-mail address.
    EmailShape,
    /// It is longer than the server takes.
    TooLong,
    /// The server refused it.
    Refused {
        /// The stable code.
        code: String,
        /// The server's sentence.
        detail: String,
    },
}

impl Field {
    /// In the order of the page, which is the order of the first invalid one.
    pub const ALL: [Self; 8] = [
        Self::Email,
        Self::Name,
        Self::Phone,
        Self::Country,
        Self::Line1,
        Self::Line2,
        Self::Postcode,
        Self::City,
    ];

    /// The field that an RFC 6901 pointer into a quote request means.
    #[must_use]
    pub fn from_pointer(pointer: &str) -> Option<Self> {
        Some(match pointer {
            "/contact/email" => Self::Email,
            "/contact/name" => Self::Name,
            "/contact/phone" => Self::Phone,
            "/country" => Self::Country,
            "/address" | "/address/line1" => Self::Line1,
            "/address/line2" => Self::Line2,
            "/address/postcode" => Self::Postcode,
            "/address/city" => Self::City,
            _ => return None,
        })
    }

    /// Position in [`Self::ALL`].
    #[must_use]
    pub fn index(self) -> usize {
        Self::ALL
            .iter()
            .position(|field| *field == self)
            .unwrap_or(0)
    }

    /// Whether it may stay empty.
    #[must_use]
    pub fn is_optional(self) -> bool {
        matches!(self, Self::Phone | Self::Line2)
    }

    /// Most characters the server takes (`shoptag_protocol::Contact`, `shoptag_protocol::Address`).
    #[must_use]
    pub fn length_max(self) -> usize {
        match self {
            Self::Email => 254,
            Self::Phone => 30,
            Self::Country => 2,
            Self::Postcode => 20,
            Self::Name | Self::Line1 | Self::Line2 | Self::City => 100,
        }
    }

    /// What is wrong with `text`, as far as one can tell without the server.
    #[must_use]
    pub fn issue(self, text: &str) -> Option<Issue> {
        let text = text.trim();
        if text.is_empty() {
            return (!self.is_optional()).then_some(Issue::Missing);
        }
        if text.chars().count() > self.length_max() {
            return Some(Issue::TooLong);
        }
        (self == Self::Email && !looks_like_email(text)).then_some(Issue::EmailShape)
    }
}

/// Catches slips of the finger only; the server decides.
fn looks_like_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let labels_full = domain.split('.').all(|label| !label.is_empty());
    !local.is_empty()
        && domain.contains('.')
        && labels_full
        && !text.chars().any(char::is_whitespace)
        && !domain.contains('@')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(field: Field, text: &str, expected: Option<Issue>) {
        assert_eq!(field.issue(text), expected, "{field:?} {text:?}");
    }

    #[test]
    fn slips_are_found_before_the_server_is_asked() {
        check(Field::Email, "", Some(Issue::Missing));
        check(Field::Email, "  ", Some(Issue::Missing));
        for slip in [
            "ada",
            "ada@",
            "@a.de",
            "ada@example",
            "ada@a..de",
            "a b@c.de",
            "a@b@c.de",
        ] {
            check(Field::Email, slip, Some(Issue::EmailShape));
        }
        check(Field::Email, " ada@example.org ", None);
        check(
            Field::Email,
            &format!("{}@example.org", "a".repeat(250)),
            Some(Issue::TooLong),
        );
        check(Field::Name, "", Some(Issue::Missing));
        check(Field::Name, &"ä".repeat(100), None);
        check(Field::Name, &"ä".repeat(101), Some(Issue::TooLong));
        check(Field::Phone, "", None);
        check(Field::Phone, &"1".repeat(31), Some(Issue::TooLong));
        check(Field::Line2, "", None);
        check(Field::Postcode, "", Some(Issue::Missing));
    }

    #[test]
    fn pointers_lead_to_fields() {
        for (pointer, field) in [
            ("/contact/email", Some(Field::Email)),
            ("/address/postcode", Some(Field::Postcode)),
            ("/address", Some(Field::Line1)),
            ("/country", Some(Field::Country)),
            ("/lines/0/quantity", None),
            ("", None),
        ] {
            assert_eq!(Field::from_pointer(pointer), field, "{pointer}");
        }
    }

    #[test]
    fn every_field_knows_its_place() {
        for (index, field) in Field::ALL.iter().enumerate() {
            assert_eq!(field.index(), index);
        }
    }
}
