//! Country codes that can never be a country.

/// Whether `code` is not a country's: not two capital letters, or one of the codes that ISO 3166-1
/// (8.1.3) leaves to users for ever: AA, QM to QZ, XA to XZ, ZZ.
#[must_use]
pub fn is_unassigned(code: &str) -> bool {
    match code.as_bytes() {
        [first @ b'A'..=b'Z', second @ b'A'..=b'Z'] => {
            matches!(
                (first, second),
                (b'A', b'A') | (b'Q', b'M'..=b'Z') | (b'X', _) | (b'Z', b'Z')
            )
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::is_unassigned;

    #[test]
    fn user_assigned_codes_are_no_countries() {
        for code in ["", "D", "de", "DEU", "XX", "AA", "QM", "ZZ", "D1"] {
            assert!(is_unassigned(code), "{code}");
        }
        for code in ["DE", "QA", "AQ", "ZA"] {
            assert!(!is_unassigned(code), "{code}");
        }
    }
}
