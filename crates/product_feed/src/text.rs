//! Text of brands, made safe to show: nothing invisible, nothing that turns the reading direction,
//! no piles of marks. What remains is stored and shown as it is; it is never markup.

use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

/// Longest title, brand, option name and value, in graphemes (reliability list, F4).
pub(crate) const LINE_GRAPHEMES_MAX: usize = 150;
/// Longest description, in graphemes: Google Merchant's limit.
pub(crate) const BLOCK_GRAPHEMES_MAX: usize = 5_000;
/// Bytes allowed for each grapheme on average. A family emoji with skin tones has 41; a chain of
/// joined emoji is one grapheme of any length, so that counting graphemes alone bounds nothing.
const BYTES_PER_GRAPHEME_MAX: usize = 41;
/// Marks that may stand on one base. Hebrew with cantillation needs three, Vietnamese two.
const MARKS_MAX: usize = 4;

const ZERO_WIDTH_NON_JOINER: char = '\u{200C}';
const ZERO_WIDTH_JOINER: char = '\u{200D}';
/// The only base of an emoji tag sequence (the flags of England, Scotland and Wales).
const BLACK_FLAG: char = '\u{1F3F4}';

/// One clean line of at most 150 graphemes: white space is a single space, none at the ends.
pub(crate) fn line(text: &str) -> String {
    let clean = clean(text);
    let words: Vec<&str> = clean.split_whitespace().collect();
    cut(&words.join(" "), LINE_GRAPHEMES_MAX)
}

/// Clean lines, at most 5000 graphemes in all, never more than one empty line in a row.
pub(crate) fn block(text: &str) -> String {
    let clean = clean(text);
    let mut out = String::with_capacity(clean.len());
    let mut empty_lines = 0_usize;
    for line in clean.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        if words.is_empty() {
            empty_lines += 1;
            continue;
        }
        if !out.is_empty() {
            out.push_str(if empty_lines > 0 { "\n\n" } else { "\n" });
        }
        empty_lines = 0;
        out.push_str(&words.join(" "));
    }
    cut(&out, BLOCK_GRAPHEMES_MAX)
}

/// Whether `character` is not seen by itself, yet changes how its neighbours look or compare.
pub(crate) fn is_invisible(character: char) -> bool {
    matches!(
        u32::from(character),
        0xAD
            | 0x34F
            | 0x61C
            | 0x115F..=0x1160
            | 0x17B4..=0x17B5
            | 0x180E
            | 0x200B..=0x200F
            | 0x202A..=0x202E
            | 0x2060..=0x206F
            | 0x3164
            | 0xFEFF
            | 0xFFA0
            | 0xFFF0..=0xFFFB
            | 0x1_D173..=0x1_D17A
            | 0xE_0000..=0xE_00FF
            | 0xE_01F0..=0xE_0FFF
    ) || is_noncharacter(character)
}

/// The 66 code points that Unicode never assigns.
fn is_noncharacter(character: char) -> bool {
    let point = u32::from(character);
    matches!(point, 0xFDD0..=0xFDEF) || point & 0xFFFE == 0xFFFE
}

/// Drops what [`is_invisible`] and control characters; line breaks of every kind become `\n`.
fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut marks = 0_usize;
    let mut in_flag = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        // Nearly all of nearly every feed.
        if matches!(character, ' '..='~') {
            out.push(character);
            (marks, in_flag) = (0, false);
            continue;
        }
        let is_tag = matches!(u32::from(character), 0xE_0020..=0xE_007F);
        in_flag = character == BLACK_FLAG || (in_flag && is_tag);
        match character {
            '\r' if characters.peek() == Some(&'\n') => {}
            '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}' => out.push('\n'),
            '\t' => out.push(' '),
            ZERO_WIDTH_JOINER | ZERO_WIDTH_NON_JOINER => {
                // Emoji and scripts such as Persian need them between two characters; between Latin
                // letters they only hide a difference.
                let joins = |neighbour: char| {
                    !neighbour.is_ascii()
                        && !neighbour.is_whitespace()
                        && !is_invisible(neighbour)
                        && !neighbour.is_control()
                };
                if out.chars().next_back().is_some_and(joins)
                    && characters.peek().copied().is_some_and(joins)
                {
                    out.push(character);
                }
            }
            _ if is_tag && in_flag => out.push(character),
            _ if character.is_control() || is_invisible(character) => {}
            _ if is_combining_mark(character) => {
                marks += 1;
                if marks <= MARKS_MAX {
                    out.push(character);
                }
                continue;
            }
            _ => out.push(character),
        }
        if !character.is_control() && !is_invisible(character) {
            marks = 0;
        }
    }
    out
}

/// The first `graphemes_max` graphemes, without a dangling space or joiner at the end.
fn cut(text: &str, graphemes_max: usize) -> String {
    if text.len() <= graphemes_max {
        return text.to_owned();
    }
    let bytes_max = graphemes_max * BYTES_PER_GRAPHEME_MAX;
    let end = text
        .grapheme_indices(true)
        .take(graphemes_max)
        .map(|(start, grapheme)| start + grapheme.len())
        .take_while(|&end| end <= bytes_max)
        .last()
        .unwrap_or(0);
    let dangling = |character: char| {
        character.is_whitespace() || [ZERO_WIDTH_JOINER, ZERO_WIDTH_NON_JOINER].contains(&character)
    };
    text.get(..end)
        .unwrap_or_default()
        .trim_end_matches(dangling)
        .to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_visible_stays_and_what_is_not_goes() {
        let check = |text: &str, expected: &str| assert_eq!(line(text), expected, "{text:?}");
        check(
            "<img src=x onerror=alert(1)>",
            "<img src=x onerror=alert(1)>",
        );
        check(
            "</script><script>alert(1)</script>",
            "</script><script>alert(1)</script>",
        );
        check(
            "{{7*7}} ${x} %s %n '; DROP TABLE x;-- $(id) NULL",
            "{{7*7}} ${x} %s %n '; DROP TABLE x;-- $(id) NULL",
        );
        check("=cmd|'/c calc'!A0", "=cmd|'/c calc'!A0");
        check("\t@SUM(1)", "@SUM(1)");
        check("lamp\u{202E}pmal", "lamppmal");
        check("la\u{200B}m\u{FEFF}p\u{200D}", "lamp");
        check("a\0b\u{7}c\u{7F}", "abc");
        check("  two\r\n lines\t ", "two lines");
        check(
            "Z\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}lamp",
            "Z\u{301}\u{302}\u{303}\u{304}lamp",
        );
        check("👩🏽‍🔧 🏴󠁧󠁢󠁥󠁮󠁧󠁿 1️⃣ 🇩🇪", "👩🏽‍🔧 🏴󠁧󠁢󠁥󠁮󠁧󠁿 1️⃣ 🇩🇪");
        check("x\u{E0041}\u{E0042}", "x");
        check("نمی\u{200C}خواهم שלום lamp", "نمی\u{200C}خواهم שלום lamp");
        check("\u{FFFE}\u{FDD0}", "");
    }

    #[test]
    fn a_title_ends_on_a_whole_grapheme() {
        let family = "👨‍👩‍👧‍👦";
        assert_eq!(line(&family.repeat(200)), family.repeat(150));
        assert_eq!(line(&"a\u{301}".repeat(151)), "a\u{301}".repeat(150));
        assert_eq!(line(&"\u{301}".repeat(500)), "\u{301}".repeat(4));
        // One grapheme of 70 kB is no title.
        let chain = "👩\u{200D}".repeat(10_000);
        assert_eq!(line(&format!("{chain}👩")), "");
    }

    #[test]
    fn a_block_keeps_its_lines_and_at_most_one_empty_one() {
        assert_eq!(block("a \n\n\n\n b\r\nc\n"), "a\n\nb\nc");
        assert_eq!(block(&"word ".repeat(3_000)).graphemes(true).count(), 4_999);
    }

    proptest! {
        #[test]
        fn clean_text_stays_as_it_is(text in any::<String>()) {
            prop_assert_eq!(line(&line(&text)), line(&text));
            prop_assert_eq!(block(&block(&text)), block(&text));
            prop_assert!(!line(&text).chars().any(char::is_control));
        }
    }
}
