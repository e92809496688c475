//! The own log of a period as paths: the taps behind each order, and the taps of view sessions that
//! no order named. Both are counted in the same way, with and without consent; impressions, which
//! are known under consent only, are in neither.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::str::FromStr;

use clap::Args;
use shoptag_attribution::reports::{PathSet, PathSetBuilder, Row};
use shoptag_attribution::{Evidence, TouchClass};
use shoptag_backend::store::Journey;
use shoptag_commerce::{HOUR_MS, Timestamp};

use crate::commands::Failure;

/// Which orders and view sessions are looked at.
#[derive(Args)]
pub(super) struct Period {
    /// First instant, RFC 3339: of the order, or of the session's last tap.
    #[arg(long, value_name = "INSTANT", conflicts_with = "csv")]
    from: Option<String>,
    /// Last instant, RFC 3339, inclusive.
    #[arg(long, value_name = "INSTANT", conflicts_with = "csv")]
    until: Option<String>,
}

impl Period {
    pub(super) fn bounds(&self) -> Result<RangeInclusive<Timestamp>, Failure> {
        let read = |text: &Option<String>, name: &str, otherwise: i64| match text {
            None => Ok(Timestamp::from_ms(otherwise)),
            Some(text) => jiff::Timestamp::from_str(text)
                .map(|at| Timestamp::from_ms(at.as_millisecond()))
                .map_err(|_| format!("{name}: write an instant such as 2026-11-01T00:00:00Z")),
        };
        let from = read(&self.from, "--from", i64::MIN)?;
        Ok(from..=read(&self.until, "--until", i64::MAX)?)
    }
}

/// Hours are counted back from the order's quote, or from the session's last tap.
///
/// # Errors
/// Orders in several currencies, of which none was chosen; a sum that leaves 64 bits.
pub(super) fn paths(
    log: &[Evidence],
    journeys: &[Journey],
    bounds: &RangeInclusive<Timestamp>,
) -> Result<PathSet, Failure> {
    let currencies = log.iter().map(|evidence| evidence.order.currency.code());
    let currencies: BTreeSet<&str> = currencies.collect();
    if currencies.len() > 1 {
        let all: Vec<&str> = currencies.into_iter().collect();
        let all = all.join(", ");
        return Err(format!("there are orders in {all}: choose one by --currency").into());
    }
    let mut paths = PathSetBuilder::default();
    for evidence in log.iter().filter(|evidence| !evidence.order.test) {
        let order = &evidence.order;
        let mut taps: Vec<_> = evidence.touchpoints.iter().collect();
        taps.retain(|touch| touch.class == TouchClass::Click && touch.exclusions.is_empty());
        taps.sort_by_key(|touch| (touch.time.at, touch.sequence));
        let path = taps.iter().map(|it| (it.creator.as_str(), it.time.at));
        let bases = order.lines.iter().map(|line| line.base_minor);
        let base_minor = bases
            .into_iter()
            .try_fold(0_i64, i64::checked_add)
            .ok_or("the lines of an order do not fit 64 bits")?;
        let sold = Some((base_minor, order.currency.minor_digits()));
        push(&mut paths, path.collect(), order.quoted_at, sold)?;
    }
    for journey in journeys {
        let path: Vec<(&str, Timestamp)> =
            journey.iter().map(|(id, at)| (id.as_str(), *at)).collect();
        if let Some((_, end)) = path.last().copied()
            && bounds.contains(&end)
        {
            push(&mut paths, path, end, None)?;
        }
    }
    Ok(paths.finish())
}

/// Adds a path that converted with a base, or did not.
fn push(
    paths: &mut PathSetBuilder,
    path: Vec<(&str, Timestamp)>,
    end: Timestamp,
    sold: Option<(i64, u32)>,
) -> Result<(), Failure> {
    if path.is_empty() {
        return Ok(());
    }
    let channels: Vec<&str> = path.iter().map(|(channel, _)| *channel).collect();
    let hours: Vec<f64> = path
        .iter()
        .map(|(_, at)| end.since_ms(*at).max(0) as f64 / HOUR_MS as f64)
        .collect();
    let value_micro = match sold {
        None => 0,
        Some((minor, digits)) => {
            let micro = i128::from(minor) * 1_000_000 / 10_i128.pow(digits);
            micro.try_into()?
        }
    };
    paths.push(&Row {
        channels: &channels,
        hours: Some(&hours),
        conversions: sold.is_some().into(),
        value_micro,
        nulls: sold.is_none().into(),
    })?;
    Ok(())
}
