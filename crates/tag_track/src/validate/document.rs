//! The check of a whole document: version, shape, limits, and ids that are unique.

use shoptag_commerce::SmallMap;

use crate::defect::{Defect, DefectCode, Effect};
use crate::field::Field;
use crate::limits::{Limits, TAGS_MAX};
use crate::raw::{RawTag, RawTrack, SCHEMA_VERSION};
use crate::track::{Tag, TagTrack};
use crate::validate::report::{report, report_unknown, tag_pointer};
use crate::validate::tag::TagCheck;

impl RawTrack {
    /// Checks everything, for a video of unknown length. Every defect of a tag is reported, at most
    /// 1,000 in all.
    #[must_use]
    pub fn validate(&self) -> (TagTrack, Vec<Defect>) {
        self.validate_with(&Limits::default())
    }

    /// The same for a video of `duration_s` seconds: a tag that starts at its end or later, or ends
    /// more than a second after it, is dropped as `cue-range`.
    #[must_use]
    pub fn validate_within(&self, duration_s: Option<f64>) -> (TagTrack, Vec<Defect>) {
        self.validate_with(&Limits::default().within(duration_s))
    }

    /// The same under the caller's limits.
    #[must_use]
    pub fn validate_with(&self, limits: &Limits) -> (TagTrack, Vec<Defect>) {
        let mut defects = Vec::new();
        report_unknown(&mut defects, None, "", &self.unknown_fields);
        if self.schema_version != Field::Known(f64::from(SCHEMA_VERSION)) {
            report(
                &mut defects,
                None,
                DefectCode::SchemaVersion,
                "/schema_version".to_owned(),
            );
            return (TagTrack::default(), defects);
        }
        let Field::Known(raw_tags) = &self.tags else {
            report(
                &mut defects,
                None,
                DefectCode::DocumentShape,
                "/tags".to_owned(),
            );
            return (TagTrack::default(), defects);
        };
        let tags_max = limits.tags_max.min(TAGS_MAX);
        if raw_tags.len() > tags_max {
            let first_unused = (tags_max, None);
            let pointer = tag_pointer(tags_max);
            report(
                &mut defects,
                Some(first_unused),
                DefectCode::CueLimit,
                pointer,
            );
        }
        let tags = check_tags(raw_tags, tags_max, limits, &mut defects);
        (TagTrack::new(tags), defects)
    }

    /// Takes out the tags that do not pass under the caller's limits, and returns what was wrong.
    pub fn keep_valid(&mut self, limits: &Limits) -> Vec<Defect> {
        let (_, defects) = self.validate_with(limits);
        if let Field::Known(tags) = &mut self.tags {
            let mut index = 0;
            tags.retain(|_| {
                let dropped = index >= limits.tags_max
                    || defects.iter().any(|defect| {
                        defect.tag_index == Some(index) && defect.code.effect() == Effect::DropsTag
                    });
                index += 1;
                !dropped
            });
        }
        defects
    }
}

fn check_tags(
    raw_tags: &[Field<RawTag>],
    tags_max: usize,
    limits: &Limits,
    defects: &mut Vec<Defect>,
) -> Vec<Tag> {
    let mut tags = Vec::with_capacity(raw_tags.len().min(tags_max));
    let mut ids = SmallMap::new();
    for (index, raw) in raw_tags.iter().take(tags_max).enumerate() {
        let mut check = TagCheck::new(defects, index);
        let Field::Known(raw) = raw else {
            check.refuse(DefectCode::TagShape, "");
            continue;
        };
        let Some(tag) = check.tag(raw, limits) else {
            continue;
        };
        if raw.id.known().is_some_and(|id| ids.insert(id.as_str(), ())) {
            tags.push(tag);
        } else {
            check.refuse(DefectCode::CueDuplicate, "/id");
        }
    }
    tags
}
