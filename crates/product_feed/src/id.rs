//! SKUs, ids and handles: never repaired, because a repaired id is another id.

use crate::code;
use crate::fault::Fault;
use crate::text::is_invisible;

/// Longest id in bytes, as `shoptag_commerce` has it.
const BYTES_MAX: usize = 255;

/// The id without the spaces around it. `Err` says what is wrong with `field`.
///
/// Control characters are `sku-format`; characters that cannot be seen, so that two different ids
/// look the same, are `text-control`.
pub(crate) fn check<'a>(text: &'a str, field: &'static str) -> Result<&'a str, Fault> {
    let id = text.trim_matches(' ');
    if id.is_empty() || id.len() > BYTES_MAX || id.chars().any(char::is_control) {
        return Err(Fault::new(code::SKU_FORMAT, field));
    }
    if id
        .chars()
        .any(|character| is_invisible(character) || is_odd_space(character))
    {
        return Err(Fault::new(code::TEXT_CONTROL, field));
    }
    Ok(id)
}

fn is_odd_space(character: char) -> bool {
    character.is_whitespace() && character != ' '
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_taken_as_it_is_or_refused() {
        fn code(text: &str) -> Result<&str, &'static str> {
            check(text, "id").map_err(|fault| fault.reject(1, "").code)
        }
        assert_eq!(code(" LAMP-01 "), Ok("LAMP-01"));
        assert_eq!(code("'; DROP TABLE x;--"), Ok("'; DROP TABLE x;--"));
        assert_eq!(code("=1+1"), Ok("=1+1"));
        assert_eq!(code("灯-١"), Ok("灯-١"));
        assert!(code(&"x".repeat(255)).is_ok());
        for text in [
            "",
            "  ",
            "a\0b",
            "a\nb",
            "\ta",
            &"x".repeat(256),
            &"x".repeat(257),
        ] {
            assert_eq!(code(text), Err(code::SKU_FORMAT), "{text:?}");
        }
        for text in [
            "a\u{202E}b",
            "a\u{200B}",
            "\u{FEFF}a",
            "a\u{a0}b",
            "a\u{2028}b",
        ] {
            assert_eq!(code(text), Err(code::TEXT_CONTROL), "{text:?}");
        }
    }
}
