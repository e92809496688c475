//! From the picture to the page: where the encoded picture lies within the element that shows it.
//!
//! All lengths are CSS pixels in the element's own coordinate space, before any transform. The
//! rules are those of CSS Images 3 (`object-fit`, `object-position`).

/// Width and height, CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Size {
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

/// A box, CSS pixels, from the left and the top of whatever contains it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rect {
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

impl Rect {
    /// The point at `x`, `y`, both 0..=1 of the box.
    #[must_use]
    pub fn at(&self, x: f64, y: f64) -> (f64, f64) {
        (self.x + x * self.width, self.y + y * self.height)
    }

    /// Whether the boxes share some area.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.x < other.x + other.width
            && other.x < self.x + self.width
            && self.y < other.y + other.height
            && other.y < self.y + self.height
    }

    /// Whether `other` lies within.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        other.x >= self.x
            && other.y >= self.y
            && other.x + other.width <= self.x + self.width
            && other.y + other.height <= self.y + self.height
    }

    /// The box without a margin of `by` on each side; never of negative size.
    #[must_use]
    pub fn inset(&self, by: f64) -> Self {
        Self {
            x: self.x + by,
            y: self.y + by,
            width: (self.width - 2.0 * by).max(0.0),
            height: (self.height - 2.0 * by).max(0.0),
        }
    }
}

/// Border and padding together, CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Edges {
    /// Top.
    pub top: f64,
    /// Right.
    pub right: f64,
    /// Bottom.
    pub bottom: f64,
    /// Left.
    pub left: f64,
}

/// How a picture fills the content box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ObjectFit {
    /// Whole picture, as large as fits; what browsers do with a video unless told otherwise.
    #[default]
    Contain,
    /// No empty space; the rest of the picture is cut off.
    Cover,
    /// Stretched to the box.
    Fill,
    /// Its own size.
    None,
    /// The smaller of `none` and `contain`.
    ScaleDown,
}

impl ObjectFit {
    /// Reads a computed `object-fit`; what is unknown counts as `contain`.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text.trim() {
            "cover" => Self::Cover,
            "fill" => Self::Fill,
            "none" => Self::None,
            "scale-down" => Self::ScaleDown,
            _ => Self::Contain,
        }
    }
}

/// A position along one axis: `share` of the free space plus `offset` pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alignment {
    /// Share of the free space, 0..=1 as a rule.
    pub share: f64,
    /// CSS pixels.
    pub offset: f64,
}

/// A computed `object-position`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ObjectPosition {
    /// Horizontally.
    pub x: Alignment,
    /// Vertically.
    pub y: Alignment,
}

impl Default for ObjectPosition {
    fn default() -> Self {
        let centre = Alignment {
            share: 0.5,
            offset: 0.0,
        };
        Self {
            x: centre,
            y: centre,
        }
    }
}

impl ObjectPosition {
    /// Reads a computed `object-position` such as `50% 50%`, `10px 20%` or `calc(100% - 10px) 0px`
    /// (what `right 10px top` becomes). What cannot be read counts as centred.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let (first, rest) = split_component(text.trim());
        let (second, _) = split_component(rest);
        // Computed values are always "x y"; the keywords are for styles that were not computed.
        let swapped = matches!(first, "top" | "bottom") || matches!(second, "left" | "right");
        let (x, y) = if swapped {
            (second, first)
        } else {
            (first, second)
        };
        let default = Self::default();
        Self {
            x: parse_alignment(x).unwrap_or(default.x),
            y: parse_alignment(y).unwrap_or(default.y),
        }
    }
}

/// The first component and the rest; a space within parentheses does not separate.
fn split_component(text: &str) -> (&str, &str) {
    let mut depth = 0_u32;
    for (at, character) in text.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ' ' if depth == 0 => {
                let (first, rest) = text.split_at(at);
                return (first, rest.trim_start());
            }
            _ => {}
        }
    }
    (text, "")
}

fn parse_alignment(text: &str) -> Option<Alignment> {
    let sum = match text
        .strip_prefix("calc(")
        .and_then(|inner| inner.strip_suffix(')'))
    {
        None => return parse_term(text),
        Some(inner) => inner,
    };
    let mut total = Alignment {
        share: 0.0,
        offset: 0.0,
    };
    let mut sign = 1.0;
    for token in sum.split_ascii_whitespace() {
        match token {
            "+" => sign = 1.0,
            "-" => sign = -1.0,
            term => {
                let term = parse_term(term)?;
                total.share += sign * term.share;
                total.offset += sign * term.offset;
            }
        }
    }
    Some(total)
}

fn parse_term(text: &str) -> Option<Alignment> {
    let share = |share| Some(Alignment { share, offset: 0.0 });
    match text {
        "left" | "top" => return share(0.0),
        "center" => return share(0.5),
        "right" | "bottom" => return share(1.0),
        _ => {}
    }
    if let Some(digits) = text.strip_suffix('%') {
        return share(parse_decimal(digits)? / 100.0);
    }
    parse_px(text).map(|offset| Alignment { share: 0.0, offset })
}

/// Reads a computed length such as `12.5px`, CSS pixels.
#[must_use]
pub fn parse_px(text: &str) -> Option<f64> {
    parse_decimal(text.trim().strip_suffix("px")?)
}

/// A decimal number as computed styles have them, without an exponent. The standard library's
/// parser is exact to the last bit, and too large for a widget that needs a thousandth of a pixel.
fn parse_decimal(text: &str) -> Option<f64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1.0, digits),
        None => (1.0, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut value = 0.0;
    for digit in whole.chars() {
        value = value * 10.0 + f64::from(digit.to_digit(10)?);
    }
    let mut place = 0.1;
    for digit in fraction.chars() {
        value += f64::from(digit.to_digit(10)?) * place;
        place /= 10.0;
    }
    Some(sign * value).filter(|value| value.is_finite())
}

/// The element's content box within its border box.
#[must_use]
pub fn content_box(border_box: Size, edges: Edges) -> Rect {
    Rect {
        x: edges.left,
        y: edges.top,
        width: (border_box.width - edges.left - edges.right).max(0.0),
        height: (border_box.height - edges.top - edges.bottom).max(0.0),
    }
}

/// The box of the whole picture of `intrinsic` size, relative to the content box. It may be larger
/// than the content box, or lie partly outside. Without an intrinsic size (nothing is loaded yet,
/// or a media element that does not tell) the picture fills the content box.
#[must_use]
pub fn picture_box(
    content: Size,
    intrinsic: Size,
    fit: ObjectFit,
    position: ObjectPosition,
) -> Rect {
    let known = |size: Size| size.width > 0.0 && size.height > 0.0;
    if !known(intrinsic) || !known(content) {
        return Rect {
            x: 0.0,
            y: 0.0,
            width: content.width,
            height: content.height,
        };
    }
    let scales = (
        content.width / intrinsic.width,
        content.height / intrinsic.height,
    );
    let inside = scales.0.min(scales.1);
    let (scale_x, scale_y) = match fit {
        ObjectFit::Contain => (inside, inside),
        ObjectFit::Cover => (scales.0.max(scales.1), scales.0.max(scales.1)),
        ObjectFit::Fill => scales,
        ObjectFit::None => (1.0, 1.0),
        ObjectFit::ScaleDown => (inside.min(1.0), inside.min(1.0)),
    };
    let (width, height) = (intrinsic.width * scale_x, intrinsic.height * scale_y);
    Rect {
        x: (content.width - width) * position.x.share + position.x.offset,
        y: (content.height - height) * position.y.share + position.y.offset,
        width,
        height,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL_FITS: [ObjectFit; 5] = [
        ObjectFit::Contain,
        ObjectFit::Cover,
        ObjectFit::Fill,
        ObjectFit::None,
        ObjectFit::ScaleDown,
    ];

    fn size(width: f64, height: f64) -> Size {
        Size { width, height }
    }

    fn check(fit: &str, position: &str, expected: (f64, f64, f64, f64)) {
        let picture = picture_box(
            size(400.0, 400.0),
            size(800.0, 400.0),
            ObjectFit::parse(fit),
            ObjectPosition::parse(position),
        );
        let found = (picture.x, picture.y, picture.width, picture.height);
        assert_eq!(found, expected, "{fit} {position}");
    }

    #[test]
    fn a_wide_picture_in_a_square_lies_where_css_puts_it() {
        check("contain", "50% 50%", (0.0, 100.0, 400.0, 200.0));
        check("contain", "0% 0%", (0.0, 0.0, 400.0, 200.0));
        check("contain", "50% 100%", (0.0, 200.0, 400.0, 200.0));
        check("contain", "10px 20px", (10.0, 20.0, 400.0, 200.0));
        check("cover", "50% 50%", (-200.0, 0.0, 800.0, 400.0));
        check("cover", "0px 50%", (0.0, 0.0, 800.0, 400.0));
        check("cover", "calc(100% - 10px) 0%", (-410.0, 0.0, 800.0, 400.0));
        check(
            "cover",
            "calc(-10px + 100%) 0%",
            (-410.0, 0.0, 800.0, 400.0),
        );
        check("fill", "0% 0%", (0.0, 0.0, 400.0, 400.0));
        check("none", "50% 50%", (-200.0, 0.0, 800.0, 400.0));
        check("scale-down", "50% 50%", (0.0, 100.0, 400.0, 200.0));
        check("initial", "left top", (0.0, 0.0, 400.0, 200.0));
        check("contain", "top left", (0.0, 0.0, 400.0, 200.0));
        check("contain", "right bottom", (0.0, 200.0, 400.0, 200.0));
    }

    #[test]
    fn an_unreadable_position_counts_as_centred() {
        for text in [
            "",
            "50%",
            "x y",
            "calc(",
            "calc(1em + 2em) 50%",
            "NaNpx 50%",
            "((( )",
        ] {
            let position = ObjectPosition::parse(text);
            assert_eq!(position, ObjectPosition::default(), "{text}");
        }
    }

    #[test]
    fn a_computed_length_is_read_to_a_thousandth_of_a_pixel() {
        for (text, expected) in [
            ("12.345px", 12.345),
            ("-0.5px", -0.5),
            (" 7px ", 7.0),
            ("0px", 0.0),
            (".5px", 0.5),
        ] {
            let found = parse_px(text).unwrap_or(f64::NAN);
            assert!((found - expected).abs() < 1e-9, "{text} {found}");
        }
        for text in ["", "px", "-px", "1e3px", "12", "auto", "1.2.3px", "--1px"] {
            assert_eq!(parse_px(text), None, "{text}");
        }
    }

    #[test]
    fn a_small_picture_is_not_enlarged_by_scale_down() {
        let picture = picture_box(
            size(400.0, 300.0),
            size(100.0, 50.0),
            ObjectFit::ScaleDown,
            ObjectPosition::default(),
        );
        assert_eq!(
            picture,
            Rect {
                x: 150.0,
                y: 125.0,
                width: 100.0,
                height: 50.0
            }
        );
    }

    #[test]
    fn padding_and_border_move_the_content_box() {
        let edges = Edges {
            top: 1.0,
            right: 2.0,
            bottom: 3.0,
            left: 4.0,
        };
        let content = content_box(size(100.0, 50.0), edges);
        assert_eq!(
            content,
            Rect {
                x: 4.0,
                y: 1.0,
                width: 94.0,
                height: 46.0
            }
        );
        let squeezed = content_box(size(3.0, 2.0), edges);
        assert_eq!((squeezed.width, squeezed.height), (0.0, 0.0));
    }

    #[test]
    fn without_a_picture_its_box_is_the_content_box() {
        for fit in ALL_FITS {
            let picture = picture_box(
                size(40.0, 30.0),
                size(0.0, 0.0),
                fit,
                ObjectPosition::default(),
            );
            assert_eq!(
                picture,
                Rect {
                    x: 0.0,
                    y: 0.0,
                    width: 40.0,
                    height: 30.0
                }
            );
        }
    }

    /// Which encoded pixel a browser paints at `at` of the content box, by the definition of
    /// object-fit: the picture is scaled, then shifted by its share of the free space.
    fn painted_pixel(at: f64, content: f64, encoded: f64, scale: f64, share: f64) -> f64 {
        (at - share * (content - encoded * scale)) / scale
    }

    proptest! {
        #[test]
        fn a_tag_stays_on_the_same_encoded_pixel_for_every_fit(
            (width, height) in (1.0..4000.0f64, 1.0..4000.0f64),
            (video_width, video_height) in (1.0..4000.0f64, 1.0..4000.0f64),
            (tag_x, tag_y) in (0.0..=1.0f64, 0.0..=1.0f64),
            (share_x, share_y) in (0.0..=1.0f64, 0.0..=1.0f64),
        ) {
            let x = Alignment { share: share_x, offset: 0.0 };
            let y = Alignment { share: share_y, offset: 0.0 };
            let ratio = (width / video_width, height / video_height);
            for fit in ALL_FITS {
                let picture = picture_box(
                    size(width, height), size(video_width, video_height), fit,
                    ObjectPosition { x, y },
                );
                let (scale_x, scale_y) = match fit {
                    ObjectFit::Fill => ratio,
                    ObjectFit::None => (1.0, 1.0),
                    ObjectFit::Cover if ratio.0 > ratio.1 => (ratio.0, ratio.0),
                    ObjectFit::Cover => (ratio.1, ratio.1),
                    _ => {
                        let fitted = if ratio.0 < ratio.1 { ratio.0 } else { ratio.1 };
                        let own = fit == ObjectFit::ScaleDown && fitted > 1.0;
                        if own { (1.0, 1.0) } else { (fitted, fitted) }
                    }
                };
                let (left, top) = picture.at(tag_x, tag_y);
                let pixel_x = painted_pixel(left, width, video_width, scale_x, share_x);
                let pixel_y = painted_pixel(top, height, video_height, scale_y, share_y);
                let close = |found: f64, wanted: f64, side: f64| {
                    (found - wanted).abs() <= 1e-6 * (1.0 + side)
                };
                let sides = (video_width.max(width / scale_x), video_height.max(height / scale_y));
                prop_assert!(close(pixel_x, tag_x * video_width, sides.0), "{fit:?} {pixel_x}");
                prop_assert!(close(pixel_y, tag_y * video_height, sides.1), "{fit:?} {pixel_y}");
            }
        }

        #[test]
        fn no_style_text_panics(text in ".{0,40}") {
            let _ = (ObjectFit::parse(&text), ObjectPosition::parse(&text));
        }
    }
}
