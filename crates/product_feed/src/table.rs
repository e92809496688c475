//! Rows of a CSV or TSV feed, each with its line. A broken row is reported and costs no other row.

use std::io::{Chain, Cursor, Read};

use csv::StringRecord;

use crate::{COLUMNS_MAX, FeedError};

/// Read behind the feed's end. When it ends up inside a row, a quote of that row was never closed.
const END_MARK: &[u8] = b"\n\x1Fend of feed\n";
/// More separators than this in one physical line are refused before anything is parsed, because a
/// parsed cell takes more memory than its separator.
const LINE_SEPARATORS_MAX: usize = 100_000;
/// How much looking for the next good row behind a broken one may read, as a multiple of the feed.
const RECOVERY_FACTOR: usize = 4;
/// How many rows may be tried behind broken ones. Each try sets up a parser, which takes up to 0.1
/// ms.
const RECOVERY_ROWS_MAX: usize = 5_000;

type Source<'a> = Chain<Cursor<&'a [u8]>, Cursor<&'static [u8]>>;

/// One row after the header.
pub(crate) enum Row {
    /// As many cells as the header has.
    Good { line: u64, cells: StringRecord },
    /// An unbalanced quote, or a number of cells that is not the header's.
    Broken { line: u64 },
}

/// The rows of a feed, one after the other. Rows of empty cells are passed over.
pub(crate) struct Table<'a> {
    text: &'a str,
    delimiter: u8,
    header: StringRecord,
    reader: csv::Reader<Source<'a>>,
    /// Where in `text` the reader began.
    base: usize,
    lines: LineCounter<'a>,
    recovery_bytes_left: usize,
    recovery_rows_left: usize,
}

impl<'a> Table<'a> {
    /// Reads the header row.
    pub(crate) fn open(text: &'a str, delimiter: u8) -> Result<Self, FeedError> {
        let crowded = |line: &str| {
            line.len() > LINE_SEPARATORS_MAX
                && line.bytes().filter(|&byte| byte == delimiter).count() > LINE_SEPARATORS_MAX
        };
        if text.split(['\n', '\r']).any(crowded) {
            return Err(FeedError::Columns);
        }
        let mut table = Self {
            text,
            delimiter,
            header: StringRecord::new(),
            reader: reader(text, 0, delimiter),
            base: 0,
            lines: LineCounter {
                text,
                at: 0,
                line: 1,
            },
            recovery_bytes_left: text.len().saturating_mul(RECOVERY_FACTOR),
            recovery_rows_left: RECOVERY_ROWS_MAX,
        };
        let header = table
            .read()
            .filter(|read| !read.unclosed)
            .ok_or(FeedError::Header)?;
        if header.cells.len() > COLUMNS_MAX {
            return Err(FeedError::Columns);
        }
        table.header = header.cells;
        Ok(table)
    }

    /// The cells of the header row.
    pub(crate) fn header(&self) -> &StringRecord {
        &self.header
    }

    fn read(&mut self) -> Option<Reading> {
        read_one(&mut self.reader, self.text, self.base)
    }

    /// Whether the first line of `text` has the separators of a whole row, or a quote that may hold
    /// the row's line breaks. Most lines of a description have neither.
    fn may_start_row(&self, text: &str) -> bool {
        let line = text.split('\n').next().unwrap_or_default();
        let separators = line.bytes().filter(|&byte| byte == self.delimiter).count();
        separators + 1 >= self.header.len() || (separators > 0 && line.contains('"'))
    }

    /// Continues with the first row behind `start`, but before `end`, that has the right number of
    /// cells; else at `end`, where the reader is already. One broken quote thus costs one row and
    /// not the rest of the feed.
    fn recover(&mut self, start: usize, end: usize) {
        let text = self.text;
        let inside = text.get(start..end).unwrap_or_default();
        for (offset, _) in inside.match_indices('\n') {
            let candidate = start + offset + 1;
            if candidate >= end || self.recovery_rows_left == 0 {
                return;
            }
            if !self.may_start_row(text.get(candidate..).unwrap_or_default()) {
                continue;
            }
            self.recovery_rows_left -= 1;
            let mut reader = reader(text, candidate, self.delimiter);
            let Some(read) = read_one(&mut reader, text, candidate) else {
                return;
            };
            let cost = read.end.saturating_sub(candidate);
            if cost > self.recovery_bytes_left {
                self.recovery_bytes_left = 0;
                return;
            }
            self.recovery_bytes_left -= cost;
            if !read.unclosed && read.cells.len() == self.header.len() {
                self.reader = self::reader(text, candidate, self.delimiter);
                self.base = candidate;
                return;
            }
        }
    }
}

impl Iterator for Table<'_> {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        loop {
            let read = self.read()?;
            let line = self.lines.line_of(read.start);
            if read.unclosed || read.cells.len() != self.header.len() {
                self.recover(read.start, read.end);
                return Some(Row::Broken { line });
            }
            if read.cells.iter().any(|cell| !cell.trim().is_empty()) {
                return Some(Row::Good {
                    line,
                    cells: read.cells,
                });
            }
        }
    }
}

/// One row with its place in the text.
struct Reading {
    cells: StringRecord,
    start: usize,
    end: usize,
    unclosed: bool,
}

fn reader(text: &str, base: usize, delimiter: u8) -> csv::Reader<Source<'_>> {
    let rest = text.as_bytes().get(base..).unwrap_or_default();
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(Cursor::new(rest).chain(Cursor::new(END_MARK)))
}

/// `None` at the end of the feed.
fn read_one(reader: &mut csv::Reader<Source<'_>>, text: &str, base: usize) -> Option<Reading> {
    let mut cells = StringRecord::new();
    // The text is UTF-8 and cells are cut at ASCII characters, so that only the end stops the
    // reading.
    if !reader.read_record(&mut cells).unwrap_or(false) {
        return None;
    }
    let place = |byte: u64| base.saturating_add(usize::try_from(byte).unwrap_or(usize::MAX));
    let from = place(cells.position().map_or(0, csv::Position::byte)).min(text.len());
    let rest = text.get(from..).unwrap_or_default();
    let start = from + (rest.len() - rest.trim_start_matches(['\n', '\r']).len());
    if start >= text.len() {
        return None;
    }
    let end = place(reader.position().byte());
    // Behind the text, the reader has eaten the first line break of the mark at most.
    let unclosed = end > text.len() + 1;
    Some(Reading {
        cells,
        start,
        end: end.min(text.len()),
        unclosed,
    })
}

/// Counts lines forwards only, so that a feed is counted once.
struct LineCounter<'a> {
    text: &'a str,
    at: usize,
    line: u64,
}

impl LineCounter<'_> {
    fn line_of(&mut self, place: usize) -> u64 {
        let passed = self.text.as_bytes().get(self.at..place).unwrap_or_default();
        let breaks = passed.iter().filter(|&&byte| byte == b'\n').count();
        self.line += u64::try_from(breaks).unwrap_or(0);
        self.at = self.at.max(place);
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<String> {
        let show = |row| match row {
            Row::Good { line, cells } => {
                format!("{line}:{}", cells.iter().collect::<Vec<_>>().join("|"))
            }
            Row::Broken { line } => format!("{line}:broken"),
        };
        Table::open(text, b',').unwrap().map(show).collect()
    }

    #[test]
    fn a_row_has_its_line_and_a_broken_one_costs_no_other() {
        let check = |text: &str, expected: &[&str]| assert_eq!(rows(text), expected, "{text:?}");
        check("a,b\n1,2\n3,4", &["2:1|2", "3:3|4"]);
        check("a,b\r\n1,2\r\n\r\n,\r\n3,4\r\n", &["2:1|2", "5:3|4"]);
        check(
            "a,b\n\"1\n\n1\",\"say \"\"hi\"\"\"\n3,4\n",
            &["2:1\n\n1|say \"hi\"", "5:3|4"],
        );
        check("a,b\n1\n1,2,3\n3,4\n", &["2:broken", "3:broken", "4:3|4"]);
        check("a,b\n\"1,2\n3,4\n5,6\n", &["2:broken", "3:3|4", "4:5|6"]);
        check("a,b\n1,\"2\n3,4\n", &["2:broken", "3:3|4"]);
        check("a,b\n1,2\n3,\"4", &["2:1|2", "3:broken"]);
        check("a,b\n1,2\n3,\"4\n", &["2:1|2", "3:broken"]);
        check("a,b\n1,2\n3,\"4\"", &["2:1|2", "3:3|4"]);
        check("a,b\n1,2\n3,\"4\"\"\n", &["2:1|2", "3:broken"]);
        check(
            "a,b\n\"x\n1,2\n\",\"y\n",
            &["2:broken", "3:1|2", "4:broken"],
        );
        check("a,b\n", &[]);
        check("a,b", &[]);
    }

    #[test]
    fn a_table_without_header_or_with_too_many_columns_is_refused() {
        let open = |text: &str| Table::open(text, b',').err();
        assert_eq!(open(""), Some(FeedError::Header));
        assert_eq!(open("\n\n"), Some(FeedError::Header));
        assert_eq!(open("\"a,b\n1,2\n"), Some(FeedError::Header));
        assert_eq!(open(&",".repeat(999)), None);
        assert_eq!(open(&",".repeat(1_000)), Some(FeedError::Columns));
        assert_eq!(open(&",".repeat(10_000)), Some(FeedError::Columns));
        assert_eq!(
            open(&format!("a,b\n{}", ",".repeat(200_000))),
            Some(FeedError::Columns)
        );
    }

    #[test]
    fn a_feed_of_nothing_but_broken_quotes_is_read_in_bounded_time() {
        let text = format!("a,b\n{}", "x\"y,\"z\n".repeat(50_000));
        assert!(!rows(&text).is_empty());
    }
}
