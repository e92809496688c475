//! Global Trade Item Numbers: GS1's check digit tells a number from a typing error.

/// The lengths of GTIN-8, GTIN-12 (UPC), GTIN-13 (EAN) and GTIN-14.
const LENGTHS: [usize; 4] = [8, 12, 13, 14];

/// Whether `digits` has the length of a GTIN and nothing but ASCII digits.
pub(crate) fn has_shape(digits: &str) -> bool {
    LENGTHS.contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether `digits` is a GTIN: of the right shape, and its last digit is GS1's check digit (weights
/// 3 and 1 from the right, GS1 General Specifications 7.9).
pub(crate) fn is_valid(digits: &str) -> bool {
    let weighted = |(index, byte): (usize, u8)| {
        u32::from(byte.wrapping_sub(b'0')) * if index % 2 == 0 { 1 } else { 3 }
    };
    has_shape(digits)
        && digits
            .bytes()
            .rev()
            .enumerate()
            .map(weighted)
            .sum::<u32>()
            .is_multiple_of(10)
        && digits.bytes().any(|byte| byte != b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_digit_decides() {
        for good in [
            "96385074",
            "036000291452",
            "4006381333931",
            "9780306406157",
            "10614141000415",
        ] {
            assert!(is_valid(good), "{good}");
        }
        for bad in [
            "96385075",
            "036000291453",
            "4006381333930",
            "123",
            "",
            "00000000",
            "400638133393x",
        ] {
            assert!(!is_valid(bad), "{bad}");
        }
    }
}
