//! Reads the export row by row.

use std::collections::{HashMap, HashSet};

use csv::StringRecord;
use shoptag_commerce::{Currency, ProductId};

use super::columns::Columns;
use super::draft::Draft;
use super::variant;
use crate::fault::{Fault, Rejections};
use crate::report::{FeedImage, Report};
use crate::table::{Row, Table};
use crate::{FeedError, ROWS_MAX, code, id, link, text};

/// Reads a whole export.
pub(crate) fn read(feed: &str, currency: Currency) -> Result<Report, FeedError> {
    let table = Table::open(feed, b',')?;
    let mut reader = Reader {
        columns: Columns::find(table.header())?,
        currency,
        drafts: Vec::new(),
        by_handle: HashMap::new(),
        ids: HashSet::new(),
        rejections: Rejections::default(),
        skipped: 0,
    };
    for (index, row) in table.enumerate() {
        if index >= ROWS_MAX {
            return Err(FeedError::Size);
        }
        match row {
            Row::Good { line, cells } => reader.row(line, &cells),
            Row::Broken { line } => {
                reader
                    .rejections
                    .push(Fault::new(code::CSV_ROW, "row"), line, "");
            }
        }
    }
    Ok(reader.finish())
}

struct Reader {
    columns: Columns,
    currency: Currency,
    drafts: Vec<Draft>,
    by_handle: HashMap<String, usize>,
    /// Variant ids taken so far.
    ids: HashSet<String>,
    rejections: Rejections,
    skipped: u64,
}

impl Reader {
    fn row(&mut self, line: u64, cells: &StringRecord) {
        let raw = self.columns.handle.raw(cells);
        let handle = id::check(raw, "handle").and_then(|handle| {
            ProductId::parse(handle).map_err(|_| Fault::new(code::SKU_FORMAT, "handle"))
        });
        let handle = match handle {
            Ok(handle) => handle,
            Err(fault) => return self.rejections.push(fault, line, raw),
        };
        let known = self.by_handle.get(handle.as_str()).copied();
        let index = known.unwrap_or_else(|| self.start(line, handle, cells));
        let Some(draft) = self.drafts.get_mut(index) else {
            return;
        };
        if draft.refused || draft.held_back {
            return;
        }
        if known.is_none() || variant::is_variant(&self.columns, cells) {
            let taken = take_variant(draft, &mut self.ids, &self.columns, cells, self.currency);
            if let Err(fault) = taken {
                let sku = variant::sku(&self.columns, cells);
                let shown = if sku.is_empty() {
                    draft.id.as_str()
                } else {
                    sku
                };
                self.rejections.push(fault, line, shown);
            }
        }
        if let Err(fault) = take_image(draft, &self.columns, cells) {
            self.rejections.push(fault, line, draft.id.as_str());
        }
    }

    fn start(&mut self, line: u64, handle: ProductId, cells: &StringRecord) -> usize {
        let mut draft = Draft::start(handle, line, &self.columns, cells);
        if draft.held_back {
            self.skipped += 1;
        } else if let Some(fault) = draft.fault() {
            draft.refused = true;
            self.rejections.push(fault, line, draft.id.as_str());
        }
        let index = self.drafts.len();
        self.by_handle.insert(draft.id.as_str().to_owned(), index);
        self.drafts.push(draft);
        index
    }

    fn finish(self) -> Report {
        Report {
            products: self.drafts.into_iter().filter_map(Draft::finish).collect(),
            rejected: self.rejections.listed,
            unlisted: self.rejections.unlisted,
            skipped: self.skipped,
        }
    }
}

fn take_variant(
    draft: &mut Draft,
    ids: &mut HashSet<String>,
    columns: &Columns,
    cells: &StringRecord,
    currency: Currency,
) -> Result<(), Fault> {
    let variant = variant::read(columns, cells, draft.id.as_str(), draft.axes, currency)?;
    let name = variant.id.as_str().to_owned();
    if ids.contains(&name) {
        return Err(Fault::new(code::SKU_DUPLICATE, "SKU"));
    }
    draft.add(variant)?;
    ids.insert(name);
    Ok(())
}

/// An image is left out alone; the variant in its row stays.
fn take_image(draft: &mut Draft, columns: &Columns, cells: &StringRecord) -> Result<(), Fault> {
    let source = columns.image.of(cells);
    if source.is_empty() {
        return Ok(());
    }
    let url = link::check(source).map_err(|code| Fault::new(code, "image"))?;
    let alt = text::line(columns.image_alt.of(cells));
    let position = columns.image_position.of(cells).parse().unwrap_or(u32::MAX);
    draft.images.add(position, FeedImage { url, alt })
}
