//! When a sale price holds: Google Merchant's `sale_price_effective_date`.

use shoptag_commerce::Timestamp;

use crate::code;

/// Whether a sale of this period (`start/end`, both ISO 8601 with offset) holds at `now`, both ends
/// included. `Err` is the code. A time without an offset is refused: it is another instant for each
/// reader.
pub(crate) fn is_in_force(period: &str, now: Timestamp) -> Result<bool, &'static str> {
    let (start, end) = period.split_once('/').ok_or(code::DATE_FORMAT)?;
    let (start, end) = (instant(start)?, instant(end)?);
    if end < start {
        return Err(code::DATE_ORDER);
    }
    Ok((start..=end).contains(&now))
}

fn instant(text: &str) -> Result<Timestamp, &'static str> {
    let instant: jiff::Timestamp = text.trim().parse().map_err(|_| code::DATE_FORMAT)?;
    Ok(Timestamp::from_ms(instant.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sale_holds_from_its_start_to_its_end() {
        // 2026-05-01T00:00Z.
        let now = Timestamp::from_ms(1_777_593_600_000);
        let check = |period, expected| assert_eq!(is_in_force(period, now), expected, "{period}");
        check("2026-04-01T00:00Z/2026-06-01T00:00Z", Ok(true));
        check("2026-05-01T02:00+0200/2026-06-01T00:00+0200", Ok(true));
        check(
            "2026-05-01T02:00:00+02:00 / 2026-06-01T00:00:00+02:00",
            Ok(true),
        );
        check("2026-05-01T00:00:01Z/2026-06-01T00:00Z", Ok(false));
        check("2026-04-01T00:00Z/2026-05-01T00:00Z", Ok(true));
        check("2026-04-01T00:00-0800/2026-04-30T15:59-0800", Ok(false));
        check("2026-06-01T00:00Z/2026-04-01T00:00Z", Err(code::DATE_ORDER));
        for period in [
            "",
            "2026-04-01",
            "2026-04-01T00:00/2026-06-01T00:00",
            "2026-02-30T00:00Z/2026-06-01T00:00Z",
            "tomorrow/never",
            "2026-04-01T00:00Z/",
            "2026-04-01T00:00Z/2026-06-01T00:00Z/2027-01-01T00:00Z",
        ] {
            check(period, Err(code::DATE_FORMAT));
        }
    }
}
