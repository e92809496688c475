//! The tag track as it stands in a document, before validation: the only place with its field
//! names.
//!
//! Reading never fails because of a value's type: what does not fit is kept as
//! [`Field::Malformed`] and becomes a defect in `validate`.

use serde::de::{IgnoredAny, MapAccess};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use shoptag_json::{Readable, Reader, Value};

use crate::field::{Field, FieldName, Item, Part, UNKNOWN_FIELDS_MAX, unknown_names};
use crate::limits::{KEY_FRAMES_MAX, TAGS_MAX};

/// Version of the format that this crate reads and writes, in `schema_version`.
pub const SCHEMA_VERSION: u32 = 1;

/// Ids and labels without control characters, as an ECMA-262 pattern for the schema.
#[cfg(test)]
pub(crate) const NO_CONTROLS: &str = r"^[^\u0000-\u001f\u007f-\u009f]*$";

/// A tag track as read, nothing checked: any document fits.
///
/// Reads from every self-describing serde format. In a browser the numbers may be NaN or infinite.
/// Of a list of more than 10,000 tags the first 10,001 are kept, so that the excess can be told.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(
    test,
    schemars(
        title = "Shoptag tag track",
        description = "Which product is where in the picture of a video, and when.",
        deny_unknown_fields
    )
)]
pub struct RawTrack {
    /// Version of the format: 1.
    #[cfg_attr(test, schemars(extend("const" = 1)))]
    pub schema_version: Field<f64>,
    /// At most 10,000. Ids are unique within the track.
    #[cfg_attr(test, schemars(length(max = 10_000)))]
    pub tags: Field<Vec<Field<RawTag>>>,
    /// Names of fields that the format does not have; ignored, reported, never written.
    #[serde(skip)]
    pub unknown_fields: Vec<String>,
}

/// One product tag: a product, a time span, and where the thing is during it. Nothing is checked
/// yet.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(
    rename = "Tag",
    deny_unknown_fields,
    extend(
        "oneOf" = [{"required": ["x", "y"]}, {"required": ["key_frames"]}],
        "dependentRequired" = {"x": ["y"], "y": ["x"], "w": ["h"], "h": ["w"]}
    )
))]
pub struct RawTag {
    /// Unique within the track, 1..=255 bytes without control characters.
    #[cfg_attr(test, schemars(length(min = 1, max = 255), extend("pattern" = NO_CONTROLS)))]
    pub id: Field<String>,
    /// Id of the product that is for sale.
    #[cfg_attr(test, schemars(length(min = 1, max = 255), extend("pattern" = NO_CONTROLS)))]
    pub product: Field<String>,
    /// Id of the variant that is seen in the picture.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    #[cfg_attr(test, schemars(length(min = 1, max = 255), extend("pattern" = NO_CONTROLS)))]
    pub variant: Field<String>,
    /// First moment on screen, seconds of media time.
    #[cfg_attr(test, schemars(range(min = 0, max = 10_000_000_000_f64)))]
    pub start: Field<f64>,
    /// The moment it leaves, seconds, after `start`.
    #[cfg_attr(test, schemars(range(min = 0, max = 10_000_000_000_f64)))]
    pub end: Field<f64>,
    /// Centre of a tag that stands still, 0..=1 from the left of the picture.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    #[cfg_attr(test, schemars(range(min = 0, max = 1)))]
    pub x: Field<f64>,
    /// Centre of a tag that stands still, 0..=1 from the top of the picture.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    #[cfg_attr(test, schemars(range(min = 0, max = 1)))]
    pub y: Field<f64>,
    /// Width of the rectangle, 0..=1 of the picture. Without `w` and `h` the tag is a point.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    #[cfg_attr(test, schemars(range(min = 0, max = 1)))]
    pub w: Field<f64>,
    /// Height of the rectangle, 0..=1 of the picture.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    #[cfg_attr(test, schemars(range(min = 0, max = 1)))]
    pub h: Field<f64>,
    /// Where a moving tag is, in strictly ascending time; instead of `x` and `y`.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    #[cfg_attr(test, schemars(length(min = 1, max = 10_000)))]
    pub key_frames: Field<Vec<Field<RawKeyFrame>>>,
    /// How positions between key frames are made; `linear` when absent.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    #[cfg_attr(test, schemars(extend("enum" = ["linear", "catmull-rom"])))]
    pub interpolation: Field<String>,
    /// Where the button stands still while the marker moves.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub anchor: Field<RawAnchor>,
    /// A label instead of the product's title, plain text.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    #[cfg_attr(test, schemars(length(min = 1, max = 200), extend("pattern" = NO_CONTROLS)))]
    pub label: Field<String>,
    /// Names of fields that the format does not have; ignored, reported, never written.
    #[serde(skip)]
    pub unknown_fields: Vec<String>,
}

/// Where the thing is at one moment. Nothing is checked yet.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(
    rename = "KeyFrame",
    deny_unknown_fields,
    extend("dependentRequired" = {"w": ["h"], "h": ["w"]})
))]
pub struct RawKeyFrame {
    /// Seconds of media time (of the video, not of the tag).
    #[cfg_attr(test, schemars(range(min = 0, max = 10_000_000_000_f64)))]
    pub t: Field<f64>,
    /// Centre, 0..=1 from the left of the picture.
    #[cfg_attr(test, schemars(range(min = 0, max = 1)))]
    pub x: Field<f64>,
    /// Centre, 0..=1 from the top of the picture.
    #[cfg_attr(test, schemars(range(min = 0, max = 1)))]
    pub y: Field<f64>,
    /// Width of the rectangle here; only if the tag has `w` and `h`.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    #[cfg_attr(test, schemars(range(min = 0, max = 1)))]
    pub w: Field<f64>,
    /// Height of the rectangle here.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    #[cfg_attr(test, schemars(range(min = 0, max = 1)))]
    pub h: Field<f64>,
    /// From here to the next key frame the thing cannot be seen; `false` when absent.
    #[serde(default, skip_serializing_if = "Field::is_absent")]
    pub hidden: Field<bool>,
    /// Names of fields that the format does not have; ignored, reported, never written.
    #[serde(skip)]
    pub unknown_fields: Vec<String>,
}

/// A fixed position. Nothing is checked yet.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Anchor", deny_unknown_fields))]
pub struct RawAnchor {
    /// 0..=1 from the left of the picture.
    #[cfg_attr(test, schemars(range(min = 0, max = 1)))]
    pub x: Field<f64>,
    /// 0..=1 from the top of the picture.
    #[cfg_attr(test, schemars(range(min = 0, max = 1)))]
    pub y: Field<f64>,
    /// Names of fields that the format does not have; ignored, reported, never written.
    #[serde(skip)]
    pub unknown_fields: Vec<String>,
}

impl Default for RawTrack {
    /// A valid track without tags.
    fn default() -> Self {
        Self {
            schema_version: Field::Known(f64::from(SCHEMA_VERSION)),
            tags: Field::Known(Vec::new()),
            unknown_fields: Vec::new(),
        }
    }
}

impl RawTrack {
    fn or_blank(read: Field<Self>) -> Self {
        match read {
            Field::Known(track) => track,
            Field::Absent | Field::Malformed => Self::blank(),
        }
    }

    fn blank() -> Self {
        Self {
            schema_version: Field::Absent,
            tags: Field::Absent,
            unknown_fields: Vec::new(),
        }
    }
}

impl<'de> Deserialize<'de> for RawTrack {
    /// Fails only where the carrier itself is broken (JSON syntax), never because of a value's
    /// type.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Field::deserialize(deserializer).map(Self::or_blank)
    }
}

impl Readable for RawTrack {
    fn read<V: Value>(from: &Reader<'_, V>) -> Self {
        if from.value().is_missing() {
            from.refuse();
        }
        Self::or_blank(Field::read(from))
    }
}

/// Makes a struct of fields readable from an object: fields by name, the last of two equal names
/// wins (as in JavaScript), unknown names noted.
macro_rules! read_as_object {
    ($object:ident, $blank:expr, $($name:literal => $field:ident),+) => {
        impl Part for $object {
            fn from_object<'de, A: MapAccess<'de>>(
                mut access: A,
            ) -> Result<Option<Self>, A::Error> {
                let mut object = $blank;
                while let Some(name) = access.next_key_seed(FieldName(&[$($name),+]))? {
                    match name {
                        $(Ok($name) => object.$field = access.next_value()?,)+
                        Ok(_) => {
                            access.next_value::<IgnoredAny>()?;
                        }
                        Err(unknown) => {
                            access.next_value::<IgnoredAny>()?;
                            if object.unknown_fields.len() < UNKNOWN_FIELDS_MAX {
                                object.unknown_fields.push(unknown);
                            }
                        }
                    }
                }
                Ok(Some(object))
            }

            fn from_parsed<V: Value>(from: &Reader<'_, V>) -> Option<Self> {
                from.value().is_object().then(|| Self {
                    $($field: from.field($name),)+
                    unknown_fields: unknown_names(from.value(), &[$($name),+]),
                })
            }

            fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.serialize(serializer)
            }
        }
    };
}

read_as_object!(RawTrack, RawTrack::blank(),
    "schema_version" => schema_version, "tags" => tags);
read_as_object!(RawTag, RawTag::default(),
    "id" => id, "product" => product, "variant" => variant, "start" => start, "end" => end,
    "x" => x, "y" => y, "w" => w, "h" => h, "key_frames" => key_frames,
    "interpolation" => interpolation, "anchor" => anchor, "label" => label);
read_as_object!(RawKeyFrame, RawKeyFrame::default(),
    "t" => t, "x" => x, "y" => y, "w" => w, "h" => h, "hidden" => hidden);
read_as_object!(RawAnchor, RawAnchor::default(), "x" => x, "y" => y);

impl Item for RawTag {
    const COUNT_READ_MAX: u32 = TAGS_MAX as u32 + 1;
}

impl Item for RawKeyFrame {
    const COUNT_READ_MAX: u32 = KEY_FRAMES_MAX as u32 + 1;
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn by_widget(json: &serde_json::Value) -> Option<RawTrack> {
        shoptag_json::read(shoptag_json::Parsed(Some(json)))
    }

    #[test]
    fn what_a_browser_has_parsed_is_read_as_serde_reads_it() {
        let still = json!({
            "id": "t1", "product": "lamp", "variant": "sand", "start": 0, "end": 5.5,
            "x": 0.5, "y": 1, "w": 0.1, "h": 0.2, "label": "Lamp",
            "interpolation": "linear", "anchor": { "x": 0.5, "y": 0.5 },
        });
        let moving = json!({
            "id": "t2", "product": "lamp", "start": 0, "end": 5.5,
            "key_frames": [{ "t": 0, "x": 0.5, "y": 0.25, "w": 0.1, "h": 0.2, "hidden": true }],
        });
        let track: RawTrack =
            serde_json::from_value(json!({ "schema_version": 1, "tags": [still, moving] }))
                .unwrap();
        shoptag_json::assert_agrees_with_serde(&track);
    }

    #[test]
    fn names_that_the_format_does_not_have_are_read_alike() {
        let mut tag = json!({ "id": "t1", "a\u{7}b": 1, "long".repeat(40): 2, "X": 0.5 });
        for index in 0..20 {
            tag[format!("more-{index}")] = json!(null);
        }
        let track = json!({ "tags": [tag, { "anchor": { "z": 1 } }, 7], "version": 1 });
        let by_serde: RawTrack = serde_json::from_value(track.clone()).unwrap();
        assert_eq!(by_widget(&track), Some(by_serde));
    }

    #[test]
    fn of_a_long_list_a_bounded_part_is_read() {
        let track = json!({ "tags": vec![0; TAGS_MAX + 5] });
        let tags = by_widget(&track).unwrap().tags;
        assert_eq!(tags.known().map(Vec::len), Some(TAGS_MAX + 1));
    }
}
