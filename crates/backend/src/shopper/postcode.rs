//! Postcodes by country.

/// Country, forms, and an example for the shopper. In a form `9` is a digit, `A` a letter, a space
/// may be left out, and anything else stands for itself (`*`: a letter or digit). Source: the
/// Universal Postal Union's addressing guides of each country.
pub const COUNTRIES: &[(&str, &[&str], &str)] = &[
    ("AT", &["9999"], "1010"),
    ("AU", &["9999"], "2000"),
    ("BE", &["9999"], "1000"),
    ("BG", &["9999"], "1000"),
    ("CA", &["A9A 9A9"], "K1A 0B1"),
    ("CH", &["9999"], "8001"),
    ("CY", &["9999"], "1010"),
    ("CZ", &["999 99"], "110 00"),
    ("DE", &["99999"], "20099"),
    ("DK", &["9999"], "1050"),
    ("EE", &["99999"], "10111"),
    ("ES", &["99999"], "28013"),
    ("FI", &["99999"], "00100"),
    ("FR", &["99999"], "75001"),
    (
        "GB",
        &[
            "A9 9AA", "A99 9AA", "AA9 9AA", "AA99 9AA", "A9A 9AA", "AA9A 9AA",
        ],
        "SW1A 1AA",
    ),
    ("GR", &["999 99"], "105 57"),
    ("HR", &["99999"], "10000"),
    ("HU", &["9999"], "1051"),
    ("IE", &["A99 ****", "A9W ****"], "D02 AF30"),
    ("IS", &["999"], "101"),
    ("IT", &["99999"], "00184"),
    ("JP", &["999-9999", "9999999"], "100-0001"),
    ("LI", &["9999"], "9490"),
    ("LT", &["99999", "LT-99999"], "01103"),
    ("LU", &["9999", "L-9999"], "1009"),
    ("LV", &["LV-9999"], "LV-1050"),
    ("MT", &["AAA 9999"], "VLT 1117"),
    ("NL", &["9999 AA"], "1012 AB"),
    ("NO", &["9999"], "0150"),
    ("NZ", &["9999"], "6011"),
    ("PL", &["99-999"], "00-001"),
    ("PT", &["9999-999"], "1000-205"),
    ("RO", &["999999"], "010011"),
    ("SE", &["999 99"], "111 20"),
    ("SI", &["9999"], "1000"),
    ("SK", &["999 99"], "811 01"),
    ("US", &["99999", "99999-9999"], "94103"),
];

/// Characters of a postcode of a country that is not in the table.
const POSTCODE_CHARACTERS_MAX: usize = 12;

/// Whether `postcode` has a form of `country`, in either case of letters. For a country that is not
/// in the table any text of at most 12 letters, digits, spaces and dashes fits, even none: some
/// countries have no postcodes.
///
/// # Errors
/// An example to show, if the country is known.
pub fn fits_country(postcode: &str, country: &str) -> Result<(), Option<&'static str>> {
    let typed = postcode.trim();
    let Some((_, forms, example)) = COUNTRIES.iter().find(|(code, _, _)| *code == country) else {
        let plain = typed
            .chars()
            .all(|it| it.is_ascii_alphanumeric() || it == ' ' || it == '-');
        let fits = plain && typed.chars().count() <= POSTCODE_CHARACTERS_MAX;
        return if fits { Ok(()) } else { Err(None) };
    };
    if forms.iter().any(|form| has_form(typed, form)) {
        Ok(())
    } else {
        Err(Some(example))
    }
}

fn has_form(typed: &str, form: &str) -> bool {
    let without_spaces = |text: &str| {
        text.bytes()
            .filter(|byte| *byte != b' ')
            .collect::<Vec<_>>()
    };
    let (typed, form) = (without_spaces(typed), without_spaces(form));
    typed.len() == form.len()
        && typed.iter().zip(&form).all(|(typed, form)| match form {
            b'9' => typed.is_ascii_digit(),
            b'A' => typed.is_ascii_alphabetic(),
            b'*' => typed.is_ascii_alphanumeric(),
            other => typed.eq_ignore_ascii_case(other),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_has_a_form_of_its_country() {
        for (country, _, example) in COUNTRIES {
            assert_eq!(
                fits_country(example, country),
                Ok(()),
                "{country} {example}"
            );
        }
    }

    #[test]
    fn a_postcode_fits_its_country() {
        for (postcode, country, fits) in [
            ("20099", "DE", true),
            (" 20099 ", "DE", true),
            ("2009", "DE", false),
            ("2009A", "DE", false),
            ("1012ab", "NL", true),
            ("1012 A", "NL", false),
            ("sw1a1aa", "GB", true),
            ("SW1A", "GB", false),
            ("٢٠٠٩٩", "DE", false),
            ("", "DE", false),
            ("", "HK", true),
            ("12345-6789012", "HK", false),
            ("<b>", "HK", false),
        ] {
            assert_eq!(
                fits_country(postcode, country).is_ok(),
                fits,
                "{postcode} {country}"
            );
        }
    }
}
