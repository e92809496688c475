//! The order as it is sent: its ids and its request. Pure; the random bits come in.

use shoptag_commerce::{
    DAY_MS, HOUR_MS, MINUTE_MS, OrderId, SECOND_MS, SiteKey, Timestamp, VariantId, hexadecimal,
};
use shoptag_protocol::{
    ClaimedCredits, OrderLine, OrderRequest, Payment, PaymentMethod, Quote, SavedLine,
};

/// A version 7 UUID (RFC 9562): the instant, then random bits.
#[must_use]
pub fn uuid_v7(at: Timestamp, random: u128) -> String {
    // Its first 48 bits; the others are random.
    let ms = u128::try_from(at.ms()).unwrap_or(0);
    uuid(7, ms << 80 | random >> 48)
}

/// A version 4 UUID (RFC 9562): random bits.
#[must_use]
pub fn uuid_v4(random: u128) -> String {
    uuid(4, random)
}

/// `bits` with the version and the variant of RFC 9562, in hexadecimal groups.
fn uuid(version: u128, bits: u128) -> String {
    const VERSION: u32 = 76;
    const VARIANT: u32 = 62;
    let others = bits & !(0xf << VERSION | 0b11 << VARIANT);
    let mut text = hexadecimal(others | version << VERSION | 0b10 << VARIANT);
    for hyphen in [8, 13, 18, 23] {
        text.insert(hyphen, '-');
    }
    text
}

/// The order that accepts `quote`, as the shopper saw it. Each line carries the receipt that its
/// line in the bag was bound to.
#[must_use]
pub fn order_request(
    site: SiteKey,
    order_id: OrderId,
    quote: &Quote,
    bought: &[SavedLine],
    now: Timestamp,
) -> OrderRequest {
    // A quote has the lines that were asked for, in their order.
    let receipt = |index: usize, variant: &VariantId| {
        let line = bought.get(index).filter(|line| line.variant_id == *variant);
        line.and_then(|line| line.receipt.clone())
    };
    OrderRequest {
        site,
        order_id,
        checkout_attempt_id: quote.checkout_attempt_id.clone(),
        quote_id: quote.quote_id.clone(),
        currency: quote.currency,
        lines: quote
            .lines
            .iter()
            .enumerate()
            .map(|(index, line)| OrderLine {
                variant_id: line.variant_id.clone(),
                quantity: line.quantity,
                unit_price_minor: line.unit_price_minor,
                receipt: receipt(index, &line.variant_id),
            })
            .collect(),
        receipts: Vec::new(),
        credits: ClaimedCredits::default(),
        total_minor: quote.totals.total_minor,
        discount_minor: Some(quote.totals.discount_minor),
        payment: Payment {
            method: PaymentMethod::PayOnDelivery,
        },
        created_at: rfc3339(now),
        account: None,
    }
}

/// An instant as RFC 3339 in UTC with milliseconds: `2026-11-22T10:54:24.000Z`. Held within the
/// years
/// 1970..=9999.
fn rfc3339(at: Timestamp) -> String {
    // 9999-12-31T23:59:59.999Z.
    const LAST_MS: i64 = 253_402_300_799_999;
    let ms = at.ms().clamp(0, LAST_MS);
    let (year, month, day) = civil_from_days(ms / DAY_MS);
    let parts = [
        (year, 4, "-"),
        (month, 2, "-"),
        (day, 2, "T"),
        (ms % DAY_MS / HOUR_MS, 2, ":"),
        (ms % HOUR_MS / MINUTE_MS, 2, ":"),
        (ms % MINUTE_MS / SECOND_MS, 2, "."),
        (ms % SECOND_MS, 3, "Z"),
    ];
    let mut text = String::with_capacity(24);
    for (number, digits, after) in parts {
        for power in (0..digits).rev() {
            let digit = number / 10_i64.pow(power) % 10;
            text.push(u8::try_from(digit).map_or('0', |digit| char::from(b'0' + digit)));
        }
        text.push_str(after);
    }
    text
}

/// Year, month and day of a day counted from 1970-01-01, 0 or more (Howard Hinnant,
/// "chrono-compatible low-level date algorithms", civil_from_days).
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::fixtures::{line, quote};

    #[test]
    fn instants_are_written_as_rfc_3339_says() {
        for (ms, expected) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_795_344_864_007, "2026-11-22T10:54:24.007Z"),
            (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
            (-5, "1970-01-01T00:00:00.000Z"),
            (i64::MAX, "9999-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(rfc3339(Timestamp::from_ms(ms)), expected);
        }
    }

    #[test]
    fn ids_carry_their_version_and_the_instant() {
        let id = uuid_v7(Timestamp::from_ms(0x0123_4567_89ab), u128::MAX);
        assert_eq!(id, "01234567-89ab-7fff-bfff-ffffffffffff");
        assert_eq!(uuid_v4(0), "00000000-0000-4000-8000-000000000000");
    }

    #[test]
    fn an_order_says_what_the_quote_said() {
        let quote = quote(&[("a", 2, 1_000)], true);
        let order_id = OrderId::parse("order-1").unwrap();
        let site = SiteKey::parse("pk_demo").unwrap();
        let bound = SavedLine {
            receipt: Some("signed".to_owned()),
            ..line("a", 2, 900)
        };
        let order = order_request(site, order_id, &quote, &[bound], Timestamp::from_ms(0));
        assert_eq!(order.quote_id, quote.quote_id);
        assert_eq!(order.total_minor, quote.totals.total_minor);
        assert_eq!(
            (order.lines[0].quantity, order.lines[0].unit_price_minor),
            (2, 1_000)
        );
        assert_eq!(order.lines[0].receipt.as_deref(), Some("signed"));
    }
}
