//! Numbers, prices, dates and names as the shopper's language writes them. Formatters are made
//! once.

use std::cell::RefCell;

use js_sys::{Array, Function, Intl, Object, Reflect};
use shoptag_commerce::{Currency, SmallMap, Timestamp, decimal};
use wasm_bindgen::{JsCast, JsValue};

use super::dom;

thread_local! {
    /// Formatting functions by what they were made of. A page has a handful.
    static FORMATTERS: RefCell<SmallMap<String, Option<Function>>> =
        const { RefCell::new(SmallMap::new()) };
}

/// `amount_minor` as a price: exact, with the currency's digits as ISO 4217 has them.
#[must_use]
pub fn price(amount_minor: i64, currency: Currency, locale: &str) -> String {
    let digits = currency.minor_digits();
    let amount = major(amount_minor, digits);
    let key = ["price", locale, currency.code()].join("\n");
    let format = formatter(key, || {
        let options = dom::object()
            .text("style", "currency")
            .text("currency", currency.code())
            .number("minimumFractionDigits", digits.into())
            .number("maximumFractionDigits", digits.into());
        Some(number_format(locale, &options))
    });
    // A text is read as an exact decimal; a float would not be for large amounts.
    call(format, &JsValue::from_str(&amount))
        .unwrap_or_else(|| [currency.code(), " ", &amount].concat())
}

/// A number with at most one digit behind the point.
#[must_use]
pub fn number(value: f64, locale: &str) -> String {
    let format = formatter(["number", locale].join("\n"), || {
        let options = dom::object().number("maximumFractionDigits", 1.0);
        Some(number_format(locale, &options))
    });
    call(format, &JsValue::from_f64(value)).unwrap_or_default()
}

/// Whether `count` takes the form "one" in the language.
#[must_use]
pub fn is_one(count: u32, locale: &str) -> bool {
    let select = formatter(["plural", locale].join("\n"), || {
        let rules: JsValue = Intl::PluralRules::new(&locales(locale), &Object::new()).into();
        let select: Function = Reflect::get(&rules, &"select".into())
            .ok()?
            .dyn_into()
            .ok()?;
        Some(select.bind0(&rules))
    });
    call(select, &count.into()).map_or(count == 1, |category| category == "one")
}

/// A calendar day, as in "Tue, 24 November".
#[must_use]
pub fn day(at: Timestamp, locale: &str) -> String {
    let parts = [("weekday", "short"), ("day", "numeric"), ("month", "long")];
    date("day", &parts, at, locale)
}

/// Day and time, as in "24/11/2026, 18:05".
#[must_use]
pub fn instant(at: Timestamp, locale: &str) -> String {
    let parts = [("dateStyle", "short"), ("timeStyle", "short")];
    date("instant", &parts, at, locale)
}

fn date(name: &str, parts: &[(&str, &str)], at: Timestamp, locale: &str) -> String {
    let format = formatter([name, locale].join("\n"), || {
        let mut options = dom::object();
        for (part, style) in parts {
            options = options.text(part, style);
        }
        let format = Intl::DateTimeFormat::new(&locales(locale), options.unchecked_ref());
        Some(format.format())
    });
    #[expect(
        clippy::cast_precision_loss,
        reason = "any calendar's milliseconds fit an f64"
    )]
    call(format, &JsValue::from_f64(at.ms() as f64)).unwrap_or_default()
}

/// The name of a country by its ISO 3166-1 alpha-2 code; the code where there is none.
#[must_use]
pub fn country(code: &str, locale: &str) -> String {
    let name = formatter(["country", locale].join("\n"), || {
        let intl = Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
        let class: Function = Reflect::get(&intl, &"DisplayNames".into())
            .ok()?
            .dyn_into()
            .ok()?;
        let options = dom::object().text("type", "region");
        let arguments = Array::of2(&locales(locale), &options);
        let names = Reflect::construct(&class, &arguments).ok()?;
        let of: Function = Reflect::get(&names, &"of".into()).ok()?.dyn_into().ok()?;
        Some(of.bind0(&names))
    });
    call(name, &code.into()).unwrap_or_else(|| code.to_owned())
}

/// Minutes and seconds of a moment in a video: "1:07".
#[must_use]
pub fn moment(seconds: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float to integer cast saturates"
    )]
    let whole = seconds.max(0.0) as u32;
    let (minutes, rest) = (decimal((whole / 60).into()), decimal((whole % 60).into()));
    let zero = if rest.len() < 2 { "0" } else { "" };
    [minutes.as_str(), ":", zero, rest.as_str()].concat()
}

fn formatter(key: String, make: impl FnOnce() -> Option<Function>) -> Option<Function> {
    let known = FORMATTERS.with_borrow(|known| known.get(&key).cloned());
    known.unwrap_or_else(|| {
        let made = make();
        FORMATTERS.with_borrow_mut(|known| known.insert(key, made.clone()));
        made
    })
}

fn number_format(locale: &str, options: &JsValue) -> Function {
    Intl::NumberFormat::new(&locales(locale), options.unchecked_ref()).format()
}

fn call(format: Option<Function>, value: &JsValue) -> Option<String> {
    format?.call1(&JsValue::UNDEFINED, value).ok()?.as_string()
}

fn locales(locale: &str) -> Array {
    Array::of1(&JsValue::from_str(locale))
}

/// Minor units as a decimal text: 12345 with 2 digits is "123.45".
fn major(amount_minor: i64, digits: u32) -> String {
    let digits = digits as usize;
    let mut text = decimal(amount_minor.unsigned_abs());
    while text.len() <= digits {
        text.insert(0, '0');
    }
    if digits > 0 {
        text.insert(text.len() - digits, '.');
    }
    if amount_minor < 0 {
        text.insert(0, '-');
    }
    text
}
