//! How a defect is written down: bounded, with a JSON pointer.

use crate::defect::{Defect, DefectCode};
use crate::limits::DEFECTS_MAX;

pub(super) fn report(
    defects: &mut Vec<Defect>,
    tag: Option<(usize, Option<&str>)>,
    code: DefectCode,
    pointer: String,
) {
    if defects.len() < DEFECTS_MAX {
        defects.push(Defect {
            tag_index: tag.map(|(index, _)| index),
            tag_id: tag.and_then(|(_, id)| id).map(str::to_owned),
            code,
            pointer,
        });
    }
}

pub(super) fn report_unknown(
    defects: &mut Vec<Defect>,
    tag: Option<(usize, Option<&str>)>,
    parent: &str,
    names: &[String],
) {
    for name in names {
        let mut pointer = parent.to_owned();
        pointer.push('/');
        // RFC 6901 section 3.
        pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
        report(defects, tag, DefectCode::UnknownField, pointer);
    }
}

pub(super) fn tag_pointer(index: usize) -> String {
    let mut pointer = "/tags/".to_owned();
    pointer.push_str(&index.to_string());
    pointer
}

pub(super) fn key_frame_path(index: usize) -> String {
    let mut path = "/key_frames/".to_owned();
    path.push_str(&index.to_string());
    path
}
