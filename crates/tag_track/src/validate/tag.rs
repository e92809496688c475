//! The check of one tag: every defect is reported, and one that drops the tag answers `None`.

use shoptag_commerce::{IdError, ProductId, TagId, VariantId};

use crate::defect::{Defect, DefectCode};
use crate::field::Field;
use crate::limits::{END_SLACK_S, KEY_FRAMES_MAX, LABEL_CHARS_MAX, Limits, TIME_S_MAX};
use crate::raw::{RawAnchor, RawKeyFrame, RawTag};
use crate::track::{Anchor, Interpolation, KeyFrame, Shape, Tag};
use crate::validate::report::{key_frame_path, report, report_unknown, tag_pointer};

/// The check of one tag. Methods report what is wrong and answer `None` when the tag cannot stay.
pub(super) struct TagCheck<'a> {
    defects: &'a mut Vec<Defect>,
    index: usize,
    id: Option<&'a str>,
}

impl<'a> TagCheck<'a> {
    pub(super) fn new(defects: &'a mut Vec<Defect>, index: usize) -> Self {
        Self {
            defects,
            index,
            id: None,
        }
    }

    pub(super) fn refuse(&mut self, code: DefectCode, path: &str) {
        let pointer = tag_pointer(self.index) + path;
        report(self.defects, Some((self.index, self.id)), code, pointer);
    }

    fn refuse_in(&mut self, code: DefectCode, parent: &str, field: &str) {
        self.refuse(code, &(parent.to_owned() + field));
    }

    fn unknown(&mut self, path: &str, names: &[String]) {
        let parent = tag_pointer(self.index) + path;
        report_unknown(self.defects, Some((self.index, self.id)), &parent, names);
    }

    pub(super) fn tag(&mut self, raw: &'a RawTag, limits: &Limits) -> Option<Tag> {
        let id = self.id(&raw.id, TagId::parse, DefectCode::IdInvalid, "/id");
        self.id = id.as_ref().and(raw.id.known()).map(String::as_str);
        self.unknown("", &raw.unknown_fields);
        let product = self.id(
            &raw.product,
            ProductId::parse,
            DefectCode::ProductInvalid,
            "/product",
        );
        let variant = match &raw.variant {
            Field::Absent => Some(None),
            variant => self
                .id(
                    variant,
                    VariantId::parse,
                    DefectCode::VariantInvalid,
                    "/variant",
                )
                .map(Some),
        };
        let span = self.span(raw, limits);
        let shape = self.shape(raw);
        let key_frames = self.key_frames(raw, span.map_or(0.0, |(start_s, _)| start_s));
        let interpolation = self.interpolation(&raw.interpolation);
        let anchor = self.anchor(&raw.anchor);
        let label = self.label(&raw.label);
        let ids = (id?, product?, variant?);
        // Together, so that there is one way out and not one for each.
        let (
            Some((start_s, end_s)),
            Some(shape),
            Some(key_frames),
            Some(interpolation),
            Some(anchor),
        ) = (span, shape, key_frames, interpolation, anchor)
        else {
            return None;
        };
        Some(Tag {
            id: ids.0,
            product: ids.1,
            variant: ids.2,
            start_s,
            end_s,
            shape,
            key_frames,
            interpolation,
            anchor,
            label,
        })
    }

    fn id<T>(
        &mut self,
        field: &Field<String>,
        parse: impl Fn(String) -> Result<T, IdError>,
        code: DefectCode,
        path: &str,
    ) -> Option<T> {
        let id = field.known().and_then(|text| parse(text.clone()).ok());
        if id.is_none() {
            self.refuse(code, path);
        }
        id
    }

    fn time(&mut self, field: &Field<f64>, parent: &str, name: &str) -> Option<f64> {
        let time_s = within(field, 0.0, TIME_S_MAX);
        if time_s.is_none() {
            self.refuse_in(DefectCode::CueRange, parent, name);
        }
        time_s
    }

    fn span(&mut self, raw: &RawTag, limits: &Limits) -> Option<(f64, f64)> {
        let start_s = self.time(&raw.start, "", "/start");
        let end_s = self.time(&raw.end, "", "/end");
        let (start_s, end_s) = (start_s?, end_s?);
        let duration_s = limits
            .duration_s
            .filter(|duration_s| duration_s.is_finite());
        if duration_s.is_some_and(|duration_s| start_s >= duration_s) {
            self.refuse(DefectCode::CueRange, "/start");
            return None;
        }
        let after_video = duration_s.is_some_and(|duration_s| end_s > duration_s + END_SLACK_S);
        if end_s <= start_s || after_video {
            self.refuse(DefectCode::CueRange, "/end");
            return None;
        }
        Some((start_s, end_s))
    }

    fn position(&mut self, field: &Field<f64>, parent: &str, name: &str) -> Option<f64> {
        let position = within(field, 0.0, 1.0);
        if position.is_none() {
            self.refuse_in(DefectCode::PositionRange, parent, name);
        }
        position
    }

    /// `Some(None)`: neither is given. `None`: refused.
    fn size(
        &mut self,
        width: &Field<f64>,
        height: &Field<f64>,
        parent: &str,
    ) -> Option<Option<(f64, f64)>> {
        if width.is_absent() && height.is_absent() {
            return Some(None);
        }
        let (w, h) = (within(width, 0.0, 1.0), within(height, 0.0, 1.0));
        if w.is_none() {
            self.refuse_in(DefectCode::SizeRange, parent, "/w");
        }
        if h.is_none() {
            self.refuse_in(DefectCode::SizeRange, parent, "/h");
        }
        Some(Some((w?, h?)))
    }

    fn shape(&mut self, raw: &RawTag) -> Option<Shape> {
        Some(match self.size(&raw.w, &raw.h, "")? {
            None => Shape::Point,
            Some((width, height)) => Shape::Rectangle { width, height },
        })
    }

    fn key_frames(&mut self, raw: &RawTag, start_s: f64) -> Option<Vec<KeyFrame>> {
        let stands_still = !(raw.x.is_absent() && raw.y.is_absent());
        if raw.key_frames.is_absent() {
            if !stands_still {
                self.refuse(DefectCode::PositionMissing, "");
                return None;
            }
            let x = self.position(&raw.x, "", "/x");
            let y = self.position(&raw.y, "", "/y");
            return Some(vec![KeyFrame {
                time_s: start_s,
                x: x?,
                y: y?,
                size: None,
                hidden: false,
            }]);
        }
        if stands_still {
            self.refuse(DefectCode::PositionConflict, "");
            return None;
        }
        let Field::Known(key_frames) = &raw.key_frames else {
            self.refuse(DefectCode::KeyFrameShape, "/key_frames");
            return None;
        };
        if key_frames.is_empty() {
            self.refuse(DefectCode::PositionMissing, "/key_frames");
            return None;
        }
        if key_frames.len() > KEY_FRAMES_MAX {
            self.refuse(DefectCode::KeyFrameLimit, "/key_frames");
            return None;
        }
        let sized = !(raw.w.is_absent() && raw.h.is_absent());
        self.moving(key_frames, sized)
    }

    fn moving(&mut self, raw: &[Field<RawKeyFrame>], sized: bool) -> Option<Vec<KeyFrame>> {
        let mut key_frames: Vec<KeyFrame> = Vec::with_capacity(raw.len());
        let mut refused = false;
        for (index, raw) in raw.iter().enumerate() {
            let path = key_frame_path(index);
            let Some(key_frame) = self.key_frame(raw, &path, sized) else {
                refused = true;
                continue;
            };
            if key_frames
                .last()
                .is_some_and(|last| key_frame.time_s <= last.time_s)
            {
                self.refuse_in(DefectCode::KeyFrameOrder, &path, "/t");
                refused = true;
            }
            key_frames.push(key_frame);
        }
        (!refused).then_some(key_frames)
    }

    fn key_frame(&mut self, raw: &Field<RawKeyFrame>, path: &str, sized: bool) -> Option<KeyFrame> {
        let Field::Known(raw) = raw else {
            self.refuse(DefectCode::KeyFrameShape, path);
            return None;
        };
        self.unknown(path, &raw.unknown_fields);
        let time_s = self.time(&raw.t, path, "/t");
        let x = self.position(&raw.x, path, "/x");
        let y = self.position(&raw.y, path, "/y");
        let size = self.size(&raw.w, &raw.h, path);
        let hidden = match raw.hidden {
            Field::Absent => Some(false),
            Field::Known(hidden) => Some(hidden),
            Field::Malformed => {
                self.refuse_in(DefectCode::KeyFrameShape, path, "/hidden");
                None
            }
        };
        let size = size?;
        if size.is_some() && !sized {
            self.refuse_in(DefectCode::SizeWithoutShape, path, "/w");
            return None;
        }
        Some(KeyFrame {
            time_s: time_s?,
            x: x?,
            y: y?,
            size,
            hidden: hidden?,
        })
    }

    fn interpolation(&mut self, field: &Field<String>) -> Option<Interpolation> {
        let interpolation = match field {
            Field::Absent => Some(Interpolation::Linear),
            Field::Known(name) => Interpolation::from_name(name),
            Field::Malformed => None,
        };
        if interpolation.is_none() {
            self.refuse(DefectCode::InterpolationUnknown, "/interpolation");
        }
        interpolation
    }

    fn anchor(&mut self, field: &Field<RawAnchor>) -> Option<Option<Anchor>> {
        let anchor = match field {
            Field::Absent => return Some(None),
            Field::Known(anchor) => anchor,
            Field::Malformed => {
                self.refuse(DefectCode::PositionRange, "/anchor");
                return None;
            }
        };
        self.unknown("/anchor", &anchor.unknown_fields);
        let x = self.position(&anchor.x, "/anchor", "/x");
        let y = self.position(&anchor.y, "/anchor", "/y");
        Some(Some(Anchor { x: x?, y: y? }))
    }

    /// A label never costs the tag: what cannot be shown is taken out.
    fn label(&mut self, field: &Field<String>) -> Option<String> {
        if field.is_absent() {
            return None;
        }
        let given = field.known().map_or("", String::as_str);
        let shown: String = given
            .chars()
            .filter(|character| is_shown(*character))
            .collect();
        let shown: String = shown.trim().chars().take(LABEL_CHARS_MAX).collect();
        if shown != given || shown.is_empty() {
            self.refuse(DefectCode::LabelText, "/label");
        }
        // Cutting may have left a space at the end.
        let shown = shown.trim_end();
        (!shown.is_empty()).then(|| shown.to_owned())
    }
}

/// Control characters break a line, and direction overrides (Unicode UAX #9) make a text lie.
fn is_shown(character: char) -> bool {
    let overrides_direction =
        matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    !character.is_control() && !overrides_direction
}

/// The number if it is one within `low..=high`; a negative zero becomes a plain one.
fn within(field: &Field<f64>, low: f64, high: f64) -> Option<f64> {
    let number = *field.known()?;
    (low..=high).contains(&number).then_some(number + 0.0)
}
