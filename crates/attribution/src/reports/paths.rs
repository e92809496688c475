//! The input: paths of channels with how often they converted, what that was worth, and how often
//! they did not.

use std::collections::HashMap;
use std::io::Read;

/// Millionths in a unit of value: the input's decimals are kept exactly, up to six.
pub(super) const MICRO: i64 = 1_000_000;

/// A path, as it is read.
#[derive(Debug, Clone, PartialEq)]
pub struct Row<'a> {
    /// In the order of the touches, at least one.
    pub channels: &'a [&'a str],
    /// Hours from each touch to the conversion, if known; as many as there are channels.
    pub hours: Option<&'a [f64]>,
    /// How often this path converted.
    pub conversions: u64,
    /// What all of that was worth, millionths.
    pub value_micro: i64,
    /// How often this path did not convert.
    pub nulls: u64,
}

/// Why an input is refused, with its line (from 1) where it has one.
#[derive(Debug, thiserror::Error)]
pub enum PathError {
    /// No `path` or no `conversions` column.
    #[error("the first line names the columns path and conversions (and value, nulls, hours)")]
    Header,
    /// A channel has no name, or the path no channel.
    #[error("line {0}: a path names at least one channel, and each has a name")]
    Channel(u64),
    /// A count is not a whole number of 0 or more.
    #[error("line {0}: conversions and nulls are whole numbers of 0 or more")]
    Count(u64),
    /// A value is not a decimal number with at most six digits after the point.
    #[error("line {0}: a value is a decimal number with at most six decimals")]
    Value(u64),
    /// Hours are not one number of 0 or more for each touch.
    #[error("line {0}: hours are one number of 0 or more for each channel of the path")]
    Hours(u64),
    /// More than 65 535 channels, 4 294 967 295 touches, or 64 bits of conversions and nulls.
    #[error("line {0}: too many channels, touches, conversions or nulls")]
    Size(u64),
    /// Not RFC 4180, not UTF-8, or not readable.
    #[error(transparent)]
    Csv(#[from] csv::Error),
}

/// All paths, packed: two bytes a touch.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PathSet {
    channels: Vec<String>,
    touches: Vec<u16>,
    hours: Vec<f32>,
    ends: Vec<u32>,
    conversions: Vec<u64>,
    value_micro: Vec<i64>,
    nulls: Vec<u64>,
}

/// One path of a [`PathSet`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Path<'a> {
    pub(super) touches: &'a [u16],
    pub(super) hours: Option<&'a [f32]>,
    pub(super) conversions: u64,
    pub(super) value_micro: i64,
    pub(super) nulls: u64,
}

impl Path<'_> {
    pub(super) fn value(&self) -> f64 {
        self.value_micro as f64 / MICRO as f64
    }

    /// Hours from touch `index` to the conversion; without times, touches are `step_hours` apart.
    pub(super) fn hours_before(&self, index: usize, step_hours: f64) -> f64 {
        match self.hours {
            Some(hours) => f64::from(hours[index]),
            None => (self.touches.len() - 1 - index) as f64 * step_hours,
        }
    }
}

impl PathSet {
    /// The channels' names, in the order of their first touch.
    #[must_use]
    pub fn channels(&self) -> &[String] {
        &self.channels
    }

    /// How many paths there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Whether the touches have times.
    #[must_use]
    pub fn has_hours(&self) -> bool {
        !self.hours.is_empty()
    }

    /// All conversions.
    #[must_use]
    pub fn conversions(&self) -> u64 {
        self.conversions.iter().sum()
    }

    /// All value, in the unit of the input.
    #[must_use]
    pub fn value(&self) -> f64 {
        let micro: i128 = self.value_micro.iter().copied().map(i128::from).sum();
        micro as f64 / MICRO as f64
    }

    /// All conversions and nulls: how many times a path was walked.
    #[must_use]
    pub fn walks(&self) -> u64 {
        self.conversions() + self.nulls.iter().sum::<u64>()
    }

    pub(super) fn touches(&self) -> &[u16] {
        &self.touches
    }

    pub(super) fn paths(&self) -> impl Iterator<Item = Path<'_>> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts
            .zip(&self.ends)
            .enumerate()
            .map(|(index, (start, &end))| {
                let range = start as usize..end as usize;
                Path {
                    touches: &self.touches[range.clone()],
                    hours: self.has_hours().then(|| &self.hours[range]),
                    conversions: self.conversions[index],
                    value_micro: self.value_micro[index],
                    nulls: self.nulls[index],
                }
            })
    }

    /// The paths that converted at least once.
    pub(super) fn converted(&self) -> impl Iterator<Item = Path<'_>> {
        self.paths().filter(|path| path.conversions > 0)
    }
}

/// Fills a [`PathSet`] row by row.
#[derive(Debug, Default)]
pub struct PathSetBuilder {
    set: PathSet,
    by_name: HashMap<String, u16>,
    line: u64,
    walks: u64,
}

impl PathSetBuilder {
    /// Adds a path.
    ///
    /// # Errors
    /// [`PathError`] with the row's number, from 1; the set is then of no use.
    pub fn push(&mut self, row: &Row<'_>) -> Result<(), PathError> {
        self.line += 1;
        let line = self.line;
        if row.channels.is_empty() {
            return Err(PathError::Channel(line));
        }
        for name in row.channels {
            let channel = self.channel(name, line)?;
            self.set.touches.push(channel);
        }
        match row.hours {
            Some(hours) if hours.len() == row.channels.len() => {
                if !hours.iter().all(|hours| hours.is_finite() && *hours >= 0.0) {
                    return Err(PathError::Hours(line));
                }
                self.set
                    .hours
                    .extend(hours.iter().map(|hours| *hours as f32));
            }
            Some(_) => return Err(PathError::Hours(line)),
            None => {}
        }
        // Times for all touches or for none.
        let timed = self.set.hours.len();
        if timed != 0 && timed != self.set.touches.len() {
            return Err(PathError::Hours(line));
        }
        self.walks = [row.conversions, row.nulls]
            .into_iter()
            .try_fold(self.walks, u64::checked_add)
            .ok_or(PathError::Size(line))?;
        let end = u32::try_from(self.set.touches.len()).map_err(|_| PathError::Size(line))?;
        self.set.ends.push(end);
        self.set.conversions.push(row.conversions);
        self.set.value_micro.push(row.value_micro);
        self.set.nulls.push(row.nulls);
        Ok(())
    }

    /// The paths.
    #[must_use]
    pub fn finish(self) -> PathSet {
        self.set
    }

    fn channel(&mut self, name: &str, line: u64) -> Result<u16, PathError> {
        if let Some(&channel) = self.by_name.get(name) {
            return Ok(channel);
        }
        if name.is_empty() {
            return Err(PathError::Channel(line));
        }
        let channel = u16::try_from(self.set.channels.len()).map_err(|_| PathError::Size(line))?;
        if channel == u16::MAX {
            return Err(PathError::Size(line));
        }
        self.set.channels.push(name.to_owned());
        self.by_name.insert(name.to_owned(), channel);
        Ok(channel)
    }
}

/// Where the columns are.
struct Columns {
    path: usize,
    conversions: usize,
    value: Option<usize>,
    nulls: Option<usize>,
    hours: Option<usize>,
}

/// Reads paths from CSV with the columns `path` (channels with `>` between them), `conversions`,
/// and if there are any `value`, `nulls` and `hours` (before the conversion, one a channel, `>`
/// between them). The names that the R package ChannelAttribution uses (`total_conversions`,
/// `total_conversion_value`, `total_null`) are known too.
///
/// # Errors
/// [`PathError`] names the line; nothing is guessed.
///
/// ```
/// use shoptag_attribution::reports::read_csv;
/// let paths = read_csv("path,conversions\nvideo > list,3\n".as_bytes()).unwrap();
/// assert_eq!(paths.channels(), ["video", "list"]);
/// assert!(read_csv("path,conversions\nvideo > ,3\n".as_bytes()).is_err());
/// ```
pub fn read_csv(input: impl Read) -> Result<PathSet, PathError> {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(input);
    let header = reader.headers()?;
    let find = |names: [&str; 2]| {
        header
            .iter()
            .position(|cell| names.iter().any(|name| cell.eq_ignore_ascii_case(name)))
    };
    let columns = Columns {
        path: find(["path", "path"]).ok_or(PathError::Header)?,
        conversions: find(["conversions", "total_conversions"]).ok_or(PathError::Header)?,
        value: find(["value", "total_conversion_value"]),
        nulls: find(["nulls", "total_null"]),
        hours: find(["hours", "hours"]),
    };
    let mut builder = PathSetBuilder::default();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record)? {
        let line = record.position().map_or(0, csv::Position::line);
        builder.line = line - 1;
        push_record(&mut builder, &columns, &record, line)?;
    }
    Ok(builder.finish())
}

fn push_record(
    builder: &mut PathSetBuilder,
    columns: &Columns,
    record: &csv::StringRecord,
    line: u64,
) -> Result<(), PathError> {
    let cell = |column: Option<usize>| column.map_or("", |column| &record[column]);
    let count = |text: &str| match text {
        "" => Ok(0),
        digits => digits.parse::<u64>().map_err(|_| PathError::Count(line)),
    };
    let channels: Vec<&str> = record[columns.path].split('>').map(str::trim).collect();
    let hours = match cell(columns.hours) {
        "" => None,
        list => Some(
            list.split('>')
                .map(|hours| {
                    hours
                        .trim()
                        .parse::<f64>()
                        .map_err(|_| PathError::Hours(line))
                })
                .collect::<Result<Vec<_>, _>>()?,
        ),
    };
    builder.push(&Row {
        channels: &channels,
        hours: hours.as_deref(),
        conversions: count(&record[columns.conversions])?,
        value_micro: micro(cell(columns.value)).ok_or(PathError::Value(line))?,
        nulls: count(cell(columns.nulls))?,
    })
}

/// A decimal number in millionths, exactly; an empty text is 0.
fn micro(text: &str) -> Option<i64> {
    if text.is_empty() {
        return Some(0);
    }
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !plain(whole) || !plain(fraction) || fraction.len() > 6 {
        return None;
    }
    let whole = whole.parse::<i64>().ok()?.checked_mul(MICRO)?;
    let micro = whole.checked_add(format!("{fraction:0<6}").parse().ok()?)?;
    Some(if negative { -micro } else { micro })
}
