//! What is wrong with one part of a feed, before it becomes a line of the report.

use crate::REJECTIONS_MAX;
use crate::code;
use crate::report::Rejection;
use crate::text;

/// Longest id that a report shows, in bytes. Longer ones would break the table it is printed in.
const SHOWN_ID_BYTES_MAX: usize = 64;

/// A code and the field that it is about. It cannot carry what the feed said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fault {
    code: &'static str,
    field: &'static str,
}

impl Fault {
    pub(crate) const fn new(code: &'static str, field: &'static str) -> Self {
        Self { code, field }
    }

    /// The line of the report. `id` is shown only when it is short and has nothing invisible in it.
    pub(crate) fn reject(self, line: u64, id: &str) -> Rejection {
        let shown = !id.is_empty() && id.len() <= SHOWN_ID_BYTES_MAX && text::line(id) == id;
        let meaning = code::ALL
            .iter()
            .find(|entry| entry.code == self.code)
            .map_or("", |entry| entry.meaning);
        Rejection {
            line,
            id: shown.then(|| id.to_owned()),
            code: self.code,
            detail: format!("{}: {meaning}.", self.field),
        }
    }
}

/// The rejections of a feed while it is read: the first ones in full, the others counted.
#[derive(Debug, Default)]
pub(crate) struct Rejections {
    pub(crate) listed: Vec<Rejection>,
    pub(crate) unlisted: u64,
}

impl Rejections {
    pub(crate) fn push(&mut self, fault: Fault, line: u64, id: &str) {
        if self.listed.len() < REJECTIONS_MAX {
            self.listed.push(fault.reject(line, id));
        } else {
            self.unlisted += 1;
        }
    }
}
