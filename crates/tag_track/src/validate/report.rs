//! How a defect is written down: bounded, with a JSON pointer.

use shoptag_commerce::decimal;

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
        for character in name.chars() {
            // RFC 6901 section 3.
            match character {
                '~' => pointer.push_str("~0"),
                '/' => pointer.push_str("~1"),
                _ => pointer.push(character),
            }
        }
        report(defects, tag, DefectCode::UnknownField, pointer);
    }
}

pub(super) fn tag_pointer(index: usize) -> String {
    let mut pointer = "/tags/".to_owned();
    pointer.push_str(&decimal(index as u64));
    pointer
}

pub(super) fn key_frame_path(index: usize) -> String {
    let mut path = "/key_frames/".to_owned();
    path.push_str(&decimal(index as u64));
    path
}
