//! Prices: decimal text to minor units, exactly. Never through a float, never rounded.

use shoptag_commerce::Currency;

use crate::{PRICE_MINOR_MAX, code};

/// Digits of the largest price; a longer whole part needs no arithmetic to be refused.
const WHOLE_DIGITS_MAX: usize = 16;

/// Reads a price such as `19.99`, in minor units of `currency`. `Err` is the code.
///
/// Decimal zeros beyond the minor unit are harmless (`1500.00` JPY is 1500). A number with an
/// exponent is what a spreadsheet leaves of a number that it shortened, so it is refused even if it
/// would fit.
pub(crate) fn parse(text: &str, currency: Currency) -> Result<i64, &'static str> {
    let text = text.trim();
    let (negative, number) = match text.strip_prefix('-') {
        Some(number) => (true, number),
        None => (false, text),
    };
    let (mantissa, exponent) = match number.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(parse_exponent(exponent)?)),
        None => (number, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((_, "")) => return Err(code::PRICE_TYPE),
        Some(parts) => parts,
        None => (mantissa, ""),
    };
    let digits_only = whole
        .bytes()
        .chain(fraction.bytes())
        .all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits_only {
        return Err(code::PRICE_TYPE);
    }
    let (whole, fraction) = (
        whole.trim_start_matches('0'),
        fraction.trim_end_matches('0'),
    );
    if whole.is_empty() && fraction.is_empty() {
        return Err(code::PRICE_ZERO);
    }
    if negative {
        return Err(code::PRICE_NEGATIVE);
    }
    let whole_digits = i64::try_from(whole.len()).unwrap_or(i64::MAX);
    if whole_digits.saturating_add(exponent.unwrap_or(0)) > WHOLE_DIGITS_MAX as i64 {
        return Err(code::PRICE_RANGE);
    }
    if exponent.is_some() {
        return Err(code::PRICE_TYPE);
    }
    to_minor(whole, fraction, currency)
}

/// Reads a price with its currency, such as `19.99 EUR`. `Err` is the code.
pub(crate) fn parse_with_currency(text: &str, currency: Currency) -> Result<i64, &'static str> {
    let text = text.trim();
    let (number, unit) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let amount = parse(number, currency);
    // Without a number there is nothing that could have a currency.
    if amount == Err(code::PRICE_TYPE) {
        return amount;
    }
    if Currency::parse(unit.trim()) != Ok(currency) {
        return Err(code::CURRENCY);
    }
    amount
}

/// Saturates: a thousand digits of exponent say no more than nineteen.
fn parse_exponent(text: &str) -> Result<i64, &'static str> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(code::PRICE_TYPE);
    }
    Ok(sign * digits.parse::<i64>().unwrap_or(i64::MAX))
}

fn to_minor(whole: &str, fraction: &str, currency: Currency) -> Result<i64, &'static str> {
    let minor_digits = usize::try_from(currency.minor_digits()).unwrap_or(0);
    let Some(padding) = minor_digits.checked_sub(fraction.len()) else {
        return Err(code::PRICE_PRECISION);
    };
    let zeros = std::iter::repeat_n(b'0', padding);
    let amount =
        whole
            .bytes()
            .chain(fraction.bytes())
            .chain(zeros)
            .try_fold(0_i64, |sum, digit| {
                sum.checked_mul(10)?
                    .checked_add(i64::from(digit.wrapping_sub(b'0')))
            });
    amount
        .filter(|&amount| amount <= PRICE_MINOR_MAX)
        .ok_or(code::PRICE_RANGE)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn currency(code: &str) -> Currency {
        Currency::parse(code).unwrap()
    }

    #[test]
    fn a_price_is_exact_or_refused() {
        let check = |text, unit, expected| {
            assert_eq!(parse(text, currency(unit)), expected, "{text} {unit}");
        };
        check("19.99", "EUR", Ok(1_999));
        check(" 19.9 ", "EUR", Ok(1_990));
        check("0019", "EUR", Ok(1_900));
        check("19.990", "USD", Ok(1_999));
        check("1500", "JPY", Ok(1_500));
        check("1500.00", "JPY", Ok(1_500));
        check("1.234", "KWD", Ok(1_234));
        check("0.0001", "CLF", Ok(1));
        check("90071992547409.91", "EUR", Ok(PRICE_MINOR_MAX));
        check("90071992547409.92", "EUR", Err(code::PRICE_RANGE));
        check("-1", "EUR", Err(code::PRICE_NEGATIVE));
        check("-1e18", "EUR", Err(code::PRICE_NEGATIVE));
        check("0", "EUR", Err(code::PRICE_ZERO));
        check("0.00", "EUR", Err(code::PRICE_ZERO));
        check("-0", "EUR", Err(code::PRICE_ZERO));
        check("1e18", "EUR", Err(code::PRICE_RANGE));
        check("1e18", "JPY", Err(code::PRICE_RANGE));
        check("1E+99999999999999999999999", "JPY", Err(code::PRICE_RANGE));
        check("9223372036854775808", "EUR", Err(code::PRICE_RANGE));
        check("9223372036854775808", "JPY", Err(code::PRICE_RANGE));
        check("19.999", "USD", Err(code::PRICE_PRECISION));
        check("19.5", "JPY", Err(code::PRICE_PRECISION));
        for text in [
            "",
            "NaN",
            "inf",
            "abc",
            "1e2",
            "1e",
            "1e-400",
            "19,99",
            "1,299.00",
            "1 299",
            "19.",
            ".5",
            "+5",
            "--5",
            "0x10",
            "1_000",
            "١٢",
            "19.99 EUR",
            "€5",
            "=1+1",
        ] {
            check(text, "EUR", Err(code::PRICE_TYPE));
        }
    }

    #[test]
    fn a_merchant_price_names_the_tenants_currency() {
        let check = |text, expected| {
            assert_eq!(
                parse_with_currency(text, currency("EUR")),
                expected,
                "{text}"
            );
        };
        check("19.99 EUR", Ok(1_999));
        check("  19.99\u{a0}EUR ", Ok(1_999));
        check("19.99", Err(code::CURRENCY));
        check("19.99 XXX", Err(code::CURRENCY));
        check("19.99 XTS", Err(code::CURRENCY));
        check("19.99 eur", Err(code::CURRENCY));
        check("19.99 USD", Err(code::CURRENCY));
        check("19.99 €", Err(code::CURRENCY));
        check("19.99 EUR EUR", Err(code::CURRENCY));
        check("-1 EUR", Err(code::PRICE_NEGATIVE));
        check("19.999 EUR", Err(code::PRICE_PRECISION));
        check("EUR 19.99", Err(code::PRICE_TYPE));
        check("", Err(code::PRICE_TYPE));
    }

    proptest! {
        #[test]
        fn written_out_and_read_again_a_price_is_the_same(
            minor in 1..=PRICE_MINOR_MAX,
            unit in prop::sample::select(vec!["JPY", "EUR", "KWD", "CLF"]),
        ) {
            let currency = currency(unit);
            let digits = currency.minor_digits() as usize;
            let padded = format!("{minor:0>width$}", width = digits + 1);
            let (whole, fraction) = padded.split_at(padded.len() - digits);
            let text = if digits == 0 { whole.to_owned() } else { format!("{whole}.{fraction}") };
            prop_assert_eq!(parse(&text, currency), Ok(minor));
            prop_assert_eq!(parse_with_currency(&format!("{text} {unit}"), currency), Ok(minor));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in any::<String>()) {
            if let Ok(minor) = parse(&text, currency("EUR")) {
                prop_assert!((1..=PRICE_MINOR_MAX).contains(&minor));
            }
        }
    }
}
