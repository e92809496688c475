//! Quantities: whole numbers that a counter can hold.

use crate::code;

/// Reads a quantity, 0..=4294967295. `Err` is the code.
pub(crate) fn parse(text: &str) -> Result<u32, &'static str> {
    let text = text.trim();
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(code::STOCK);
    }
    text.parse().map_err(|_| code::STOCK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_is_a_whole_number() {
        assert_eq!(parse(" 12 "), Ok(12));
        assert_eq!(parse("0"), Ok(0));
        assert_eq!(parse("4294967295"), Ok(u32::MAX));
        for text in [
            "-1",
            "1.5",
            "9223372036854775808",
            "4294967296",
            "",
            "+1",
            "1e2",
            "many",
        ] {
            assert_eq!(parse(text), Err(code::STOCK), "{text}");
        }
    }
}
