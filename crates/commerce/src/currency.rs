//! Currencies as ISO 4217 defines them. Minor digits come from the standard, never from CLDR.

use std::fmt;

use iso_currency::IntoEnumIterator;
use serde::{Deserialize, Serialize};
use shoptag_json::{Readable, Reader, Value};

/// An ISO 4217 currency that has a minor unit, three capital letters on the wire (`"EUR"`).
///
/// Codes without a minor unit (`XXX`, `XTS`, metals) cannot price anything and are refused.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency(iso_currency::Currency);

/// The code is not one of ISO 4217's currencies with a minor unit, or is not in capital letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an ISO 4217 currency code with a minor unit")]
pub struct UnknownCurrency;

impl Currency {
    /// Reads a code of exactly three capital letters.
    ///
    /// # Errors
    /// [`UnknownCurrency`] for anything else, lower case included.
    ///
    /// ```
    /// use shoptag_commerce::Currency;
    /// assert_eq!(Currency::parse("JPY").unwrap().minor_digits(), 0);
    /// assert!(Currency::parse("usd").is_err());
    /// assert!(Currency::parse("XXX").is_err());
    /// ```
    pub fn parse(code: &str) -> Result<Self, UnknownCurrency> {
        // `from_code` would be five kilobytes of the widget: a branch for each letter.
        let currency = iso_currency::Currency::iter()
            .find(|currency| currency.code() == code)
            .ok_or(UnknownCurrency)?;
        currency.exponent().ok_or(UnknownCurrency)?;
        Ok(Self(currency))
    }

    /// The three capital letters.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// How many decimal digits the minor unit has: 0 (JPY), 2 (EUR), 3 (KWD) or 4 (CLF).
    #[must_use]
    pub fn minor_digits(self) -> u32 {
        self.0.exponent().map_or(0, u32::from)
    }
}

impl Readable for Currency {
    fn read<V: Value>(from: &Reader<'_, V>) -> Self {
        Self::parse(&from.text()).unwrap_or_else(|_| {
            from.refuse();
            Self(iso_currency::Currency::EUR)
        })
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

impl TryFrom<String> for Currency {
    type Error = UnknownCurrency;

    fn try_from(code: String) -> Result<Self, Self::Error> {
        Self::parse(&code)
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minor_digits_follow_iso_4217() {
        for (code, digits) in [("JPY", 0), ("EUR", 2), ("USD", 2), ("KWD", 3), ("CLF", 4)] {
            assert_eq!(
                Currency::parse(code).unwrap().minor_digits(),
                digits,
                "{code}"
            );
        }
    }

    #[test]
    fn a_value_is_read_as_serde_reads_it() {
        shoptag_json::assert_agrees_with_serde(&Currency::parse("JPY").unwrap());
    }

    #[test]
    fn codes_that_cannot_price_anything_are_refused() {
        for code in ["", "eur", "EURO", "US$", "ZZZ", "XXX", "XTS", "XAU", "ÉUR"] {
            assert_eq!(Currency::parse(code), Err(UnknownCurrency), "{code}");
            let value = shoptag_json::Parsed(Some(&code.into()));
            assert_eq!(shoptag_json::read::<Currency, _>(value), None, "{code}");
        }
    }
}
