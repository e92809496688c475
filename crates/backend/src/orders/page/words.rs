//! The words of the order's page, in the languages that the widget speaks.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use shoptag_commerce::{Currency, Timestamp};

/// What the page says in one language, each text named for where it stands. `{0}` and `{1}` stand
/// for what is filled in.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Words {
    /// As in the attribute `lang`.
    pub(super) lang: &'static str,
    pub(super) order: &'static str,
    pub(super) your_order: &'static str,
    pub(super) cancelled_order: &'static str,
    pub(super) quantity: &'static str,
    pub(super) sold_by: &'static str,
    pub(super) items: &'static str,
    pub(super) discount: &'static str,
    pub(super) delivery: &'static str,
    pub(super) free: &'static str,
    pub(super) total: &'static str,
    pub(super) tax: &'static str,
    pub(super) pay_on_delivery: &'static str,
    pub(super) why_paid: &'static str,
    pub(super) credit: &'static str,
    pub(super) cancel: &'static str,
    pub(super) cancel_hint: &'static str,
    pub(super) cancel_button: &'static str,
    pub(super) secret: &'static str,
    pub(super) days: &'static str,
    pub(super) days_exact: &'static str,
    pub(super) one_day: &'static str,
    pub(super) usually: &'static str,
    pub(super) being_prepared: &'static str,
    pub(super) on_its_way: &'static str,
    pub(super) delivered: &'static str,
    pub(super) delivered_hint: &'static str,
    pub(super) sent_back: &'static str,
    pub(super) sent_back_hint: &'static str,
    pub(super) cancelled: &'static str,
    pub(super) cancelled_hint: &'static str,
    pub(super) ordered: &'static str,
    pub(super) shipped: &'static str,
    pub(super) missing_title: &'static str,
    pub(super) missing: &'static str,
    pub(super) missing_hint: &'static str,
    months: [&'static str; 12],
    /// Day, month, year and time of day.
    date: &'static str,
    /// Between thousands, and before the minor units.
    separators: (char, char),
    is_code_first: bool,
}

const ENGLISH: Words = Words {
    lang: "en",
    order: "Order",
    your_order: "Your order",
    cancelled_order: "Cancelled order",
    quantity: "Quantity",
    sold_by: "Sold and delivered by {0}",
    items: "Items",
    discount: "Discount",
    delivery: "Delivery",
    free: "Free",
    total: "Total",
    tax: "Tax included",
    pay_on_delivery: "You pay when it is delivered.",
    why_paid: "Why a creator is paid",
    credit: "{0} showed you this in a video and earns a commission from the seller: {1}. \
             You pay nothing extra.",
    cancel: "Cancel this order",
    cancel_hint: "Nothing has been sent yet. Cancelling stops the whole order and costs nothing.",
    cancel_button: "Cancel the order",
    secret: "Whoever has the link to this page can see this order. Keep it to yourself.",
    days: "{0} to {1} working days",
    days_exact: "{0} working days",
    one_day: "1 working day",
    usually: "{0}, usually {1}.",
    being_prepared: "Being prepared",
    on_its_way: "On its way",
    delivered: "Delivered",
    delivered_hint: "We hope you like it.",
    sent_back: "Sent back",
    sent_back_hint: "This part came back to the seller.",
    cancelled: "Cancelled",
    cancelled_hint: "Nothing will be sent.",
    ordered: "Ordered",
    shipped: "Shipped",
    missing_title: "No such order",
    missing: "There is no order here",
    missing_hint: "Check that the whole link was copied. It is in the confirmation of your order.",
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    date: "{0} {1} {2}, {3} UTC",
    separators: (',', '.'),
    is_code_first: true,
};

const GERMAN: Words = Words {
    lang: "de",
    order: "Bestellung",
    your_order: "Ihre Bestellung",
    cancelled_order: "Stornierte Bestellung",
    quantity: "Menge",
    sold_by: "Verkauf und Lieferung: {0}",
    items: "Artikel",
    discount: "Rabatt",
    delivery: "Lieferung",
    free: "Kostenlos",
    total: "Gesamt",
    tax: "Enthaltene Steuer",
    pay_on_delivery: "Sie zahlen bei der Lieferung.",
    why_paid: "Warum jemand daran verdient",
    credit: "{0} hat Ihnen das in einem Video gezeigt und bekommt dafür eine Provision vom \
             Verkäufer: {1}. Sie zahlen nichts zusätzlich.",
    cancel: "Bestellung stornieren",
    cancel_hint: "Noch ist nichts verschickt. Stornieren beendet die ganze Bestellung und kostet \
                  nichts.",
    cancel_button: "Jetzt stornieren",
    secret: "Wer den Link zu dieser Seite hat, sieht diese Bestellung. Behalten Sie ihn für sich.",
    days: "{0} bis {1} Werktage",
    days_exact: "{0} Werktage",
    one_day: "1 Werktag",
    usually: "{0}, meist {1}.",
    being_prepared: "In Vorbereitung",
    on_its_way: "Unterwegs",
    delivered: "Zugestellt",
    delivered_hint: "Wir wünschen viel Freude damit.",
    sent_back: "Zurückgeschickt",
    sent_back_hint: "Dieser Teil ist wieder beim Verkäufer.",
    cancelled: "Storniert",
    cancelled_hint: "Es wird nichts verschickt.",
    ordered: "Bestellt",
    shipped: "Verschickt",
    missing_title: "Keine solche Bestellung",
    missing: "Hier gibt es keine Bestellung",
    missing_hint: "Bitte prüfen Sie, ob der ganze Link kopiert wurde. Er steht in der Bestätigung \
                   Ihrer Bestellung.",
    months: [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
    date: "{0}. {1} {2}, {3} UTC",
    separators: ('.', ','),
    is_code_first: false,
};

impl Words {
    /// The first language of `Accept-Language` that we speak, by its quality; English otherwise.
    pub(super) fn wanted(headers: &HeaderMap) -> &'static Self {
        let wishes = headers.get(ACCEPT_LANGUAGE).and_then(|it| it.to_str().ok());
        let wishes = wishes.unwrap_or_default().split(',').filter_map(|wish| {
            let (range, quality) = match wish.split_once(';') {
                Some((range, rest)) => (range, thousandths(rest)?),
                None => (wish, 1_000),
            };
            let language = range.trim().split('-').next().unwrap_or_default();
            let words = [&ENGLISH, &GERMAN]
                .into_iter()
                .find(|words| words.lang.eq_ignore_ascii_case(language))?;
            (quality > 0).then_some((words, quality))
        });
        // The first of equals.
        let best = wishes.reduce(|best, next| if next.1 > best.1 { next } else { best });
        best.map_or(&ENGLISH, |(words, _)| words)
    }

    /// An amount as people write it, with the currency's code: `EUR 1,234.50`, `1.234,50 EUR`.
    pub(super) fn amount(&self, amount_minor: i64, currency: Currency) -> String {
        let digits = currency.minor_digits() as usize;
        let magnitude = amount_minor.unsigned_abs().to_string();
        let padded = format!("{magnitude:0>width$}", width = digits + 1);
        let (whole, fraction) = padded.split_at(padded.len() - digits);
        let (thousands, point) = self.separators;
        let mut number = String::new();
        for (place, digit) in whole.chars().enumerate() {
            if place > 0 && (whole.len() - place) % 3 == 0 {
                number.push(thousands);
            }
            number.push(digit);
        }
        if digits > 0 {
            number.push(point);
            number.push_str(fraction);
        }
        let sign = if amount_minor < 0 { "-" } else { "" };
        let code = currency.code();
        // A no-break space: the code stays with its amount.
        if self.is_code_first {
            format!("{sign}{code}\u{a0}{number}")
        } else {
            format!("{sign}{number}\u{a0}{code}")
        }
    }

    /// `26 November 2026, 14:45 UTC`; nothing for an instant beyond the calendar.
    pub(super) fn date(&self, instant: Timestamp) -> String {
        let Ok(instant) = jiff::Timestamp::from_millisecond(instant.ms()) else {
            return String::new();
        };
        let at = instant.to_zoned(jiff::tz::TimeZone::UTC);
        let month = usize::try_from(at.month() - 1).unwrap_or_default();
        let month = self.months.get(month).copied().unwrap_or_default();
        let (day, year) = (at.day().to_string(), at.year().to_string());
        let time = at.strftime("%H:%M").to_string();
        fill(self.date, &[&day, month, &year, &time])
    }

    /// How long a delivery takes.
    pub(super) fn working_days(&self, least: u16, most: u16) -> String {
        match (least, most) {
            (1, 1) => self.one_day.to_owned(),
            (least, most) if least == most => fill(self.days_exact, &[&least.to_string()]),
            (least, most) => fill(self.days, &[&least.to_string(), &most.to_string()]),
        }
    }
}

/// `;q=0.8` as 800; `None` for what is no quality.
fn thousandths(parameter: &str) -> Option<u16> {
    let digits = parameter.trim().strip_prefix("q=")?;
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if fraction.len() > 3 {
        return None;
    }
    let whole: u16 = whole.parse().ok().filter(|whole| *whole <= 1)?;
    let fraction: u16 = format!("{fraction:0<3}").parse().ok()?;
    Some((whole * 1_000 + fraction).min(1_000))
}

/// `text` with `{0}`, `{1}`, … replaced. What is filled in is not looked at again.
pub(super) fn fill(text: &str, values: &[&str]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let (place, after) = after.split_once('}').unwrap_or((after, ""));
        let place = place.parse().unwrap_or(usize::MAX);
        filled.push_str(values.get(place).copied().unwrap_or_default());
        rest = after;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn amounts_have_the_digits_of_their_currency_and_the_signs_of_the_language() {
        for (amount, code, english, german) in [
            (0, "EUR", "EUR\u{a0}0.00", "0,00\u{a0}EUR"),
            (5, "EUR", "EUR\u{a0}0.05", "0,05\u{a0}EUR"),
            (123_450, "EUR", "EUR\u{a0}1,234.50", "1.234,50\u{a0}EUR"),
            (
                -123_456_789,
                "USD",
                "-USD\u{a0}1,234,567.89",
                "-1.234.567,89\u{a0}USD",
            ),
            (1_000, "JPY", "JPY\u{a0}1,000", "1.000\u{a0}JPY"),
            (1_500, "KWD", "KWD\u{a0}1.500", "1,500\u{a0}KWD"),
        ] {
            let currency = Currency::parse(code).unwrap();
            assert_eq!(ENGLISH.amount(amount, currency), english);
            assert_eq!(GERMAN.amount(amount, currency), german);
        }
    }

    #[test]
    fn dates_and_days_are_written_as_people_do() {
        let at = Timestamp::from_ms(1_795_704_300_000);
        assert_eq!(ENGLISH.date(at), "26 November 2026, 14:45 UTC");
        assert_eq!(GERMAN.date(at), "26. November 2026, 14:45 UTC");
        assert_eq!(ENGLISH.working_days(2, 4), "2 to 4 working days");
        assert_eq!(GERMAN.working_days(3, 3), "3 Werktage");
        assert_eq!(ENGLISH.working_days(1, 1), "1 working day");
    }

    #[test]
    fn what_is_filled_in_is_not_looked_at_again() {
        assert_eq!(fill("{0} and {1}.", &["{1}", "b"]), "{1} and b.");
    }

    #[test]
    fn the_language_is_the_first_of_the_best_that_we_speak() {
        for (wish, lang) in [
            ("", "en"),
            ("de", "de"),
            ("DE-AT", "de"),
            ("en-GB,en;q=0.9,de;q=0.8", "en"),
            ("fr,de;q=0.7,en;q=0.3", "de"),
            ("en;q=0.5, de;q=0.5", "en"),
            ("de;q=0,en", "en"),
            ("de;q=0", "en"),
            ("de;q=2", "en"),
            ("de;q=1.0000", "en"),
            ("deutsch", "en"),
            ("*", "en"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static(wish));
            assert_eq!(Words::wanted(&headers).lang, lang, "{wish:?}");
        }
        assert_eq!(Words::wanted(&HeaderMap::new()), &ENGLISH);
    }
}
