//! What can be wrong with a document, as stable codes.

use std::fmt;

/// One thing that is wrong with a document, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defect {
    /// Position in the document's list of tags (in WebVTT: of cues); `None`: the document as a
    /// whole.
    pub tag_index: Option<usize>,
    /// The tag's id, where it has a usable one.
    pub tag_id: Option<String>,
    /// What is wrong.
    pub code: DefectCode,
    /// JSON pointer (RFC 6901) to the value, `/tags/3/key_frames/0/x`.
    pub pointer: String,
}

impl fmt::Display for Defect {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code.as_str())?;
        formatter.write_str(" at ")?;
        formatter.write_str(&self.pointer)
    }
}

macro_rules! codes {
    ($($(#[doc = $meaning:literal])+ $code:ident = $text:literal, $effect:ident;)+) => {
        /// What is wrong. The text is stable: pages and brands may rely on it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum DefectCode {
            $($(#[doc = $meaning])+ $code,)+
        }

        impl DefectCode {
            /// Every code, in the order of the format's reference.
            pub const ALL: &[Self] = &[$(Self::$code),+];

            /// The stable text, kebab-case.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$code => $text,)+
                }
            }

            /// What becomes of the tag or the document.
            #[must_use]
            pub const fn effect(self) -> Effect {
                match self {
                    $(Self::$code => Effect::$effect,)+
                }
            }
        }
    };
}

/// What a defect does to what it is found in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Nothing of the document is used.
    RefusesDocument,
    /// The tag is dropped; the others stay.
    DropsTag,
    /// The tag stays, without the value.
    Reported,
}

codes! {
    /// The document is not an object with a list `tags`.
    DocumentShape = "document-shape", RefusesDocument;
    /// `schema_version` is not 1.
    SchemaVersion = "schema-version", RefusesDocument;
    /// A field that the format does not have.
    UnknownField = "config-unknown-field", Reported;
    /// More tags than the limit; those after it are not used. Reported once.
    CueLimit = "cue-limit", DropsTag;
    /// An element of `tags` is not an object, or a cue's text is not a JSON object.
    TagShape = "tag-shape", DropsTag;
    /// `id` is missing or not a text of 1..=255 bytes without control characters.
    IdInvalid = "id-invalid", DropsTag;
    /// An earlier tag of the track has the same id; the first stays.
    CueDuplicate = "cue-duplicate", DropsTag;
    /// `product` is missing or not a text of 1..=255 bytes without control characters.
    ProductInvalid = "product-invalid", DropsTag;
    /// `variant` is not a text of 1..=255 bytes without control characters.
    VariantInvalid = "variant-invalid", DropsTag;
    /// `start`, `end` or `t` is missing, no number, negative, too large, or after the video; or the
    /// tag ends before it starts.
    CueRange = "cue-range", DropsTag;
    /// A tag has neither `x` and `y` nor `key_frames`.
    PositionMissing = "position-missing", DropsTag;
    /// A tag has both `x` or `y` and `key_frames`.
    PositionConflict = "position-conflict", DropsTag;
    /// `x` or `y` is missing, no number or not within 0..=1.
    PositionRange = "position-range", DropsTag;
    /// `w` or `h` is no number or not within 0..=1, or one stands without the other.
    SizeRange = "size-range", DropsTag;
    /// A key frame has a size, but the tag has none.
    SizeWithoutShape = "size-without-shape", DropsTag;
    /// `key_frames` is not a list of objects, or `hidden` is not true or false.
    KeyFrameShape = "key-frame-shape", DropsTag;
    /// A key frame is not later than the one before it.
    KeyFrameOrder = "key-frame-order", DropsTag;
    /// A tag has more than 10,000 key frames.
    KeyFrameLimit = "key-frame-limit", DropsTag;
    /// `interpolation` is not `linear` or `catmull-rom`.
    InterpolationUnknown = "interpolation-unknown", DropsTag;
    /// `label` is no text, is empty, is too long, or has control or direction characters; these are
    /// taken out.
    LabelText = "label-text", Reported;
}

impl fmt::Display for DefectCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
