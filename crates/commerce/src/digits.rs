//! Numbers as texts, without the standard library's formatting: a browser would download two
//! kilobytes of it for this.

/// `number` in decimal digits.
#[must_use]
pub fn decimal(number: u64) -> String {
    let mut text = String::new();
    let mut rest = number;
    loop {
        // A remainder of ten.
        let digit = u8::try_from(rest % 10).unwrap_or(0);
        text.insert(0, char::from(b'0' + digit));
        rest /= 10;
        if rest == 0 {
            return text;
        }
    }
}

/// `bits` as 32 hexadecimal digits.
#[must_use]
pub fn hexadecimal(bits: u128) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(36);
    for shift in (0..128).step_by(4).rev() {
        let digit = DIGITS.get((bits >> shift) as usize & 0xf);
        text.push(char::from(digit.copied().unwrap_or_default()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_the_standard_library_does() {
        for number in [0, 7, 10, 909, 12_345, u64::MAX] {
            assert_eq!(decimal(number), number.to_string());
            let bits = u128::from(number) << 60 | 0xabc;
            assert_eq!(hexadecimal(bits), format!("{bits:032x}"));
        }
    }
}
