//! Which lines of one variant are bought apart: those with receipts of different creators. Pure.

use shoptag_commerce::VariantId;
use shoptag_protocol::SavedLine;

/// Whether several lines are of a variant.
#[must_use]
pub fn stands_twice(lines: &[SavedLine], variant: &VariantId) -> bool {
    lines
        .iter()
        .filter(|own| own.variant_id == *variant)
        .count()
        > 1
}

/// The lines as they are bought: those that no receipt tells apart, and those for whose receipts
/// there is no room (`apart_max` of them), are one line, under the first one's receipt. An order
/// never fails for the receipts that it carries.
#[must_use]
pub fn joined(lines: Vec<SavedLine>, apart_max: usize) -> Vec<SavedLine> {
    let mut kept: Vec<SavedLine> = Vec::with_capacity(lines.len());
    let mut apart = 0;
    for line in lines {
        let same = |own: &&mut SavedLine| own.variant_id == line.variant_id;
        let is_known = kept
            .iter()
            .any(|own| own.variant_id == line.variant_id && own.receipt == line.receipt);
        let twin = kept.iter_mut().find(same);
        match twin {
            Some(own) if is_known || apart >= apart_max => {
                own.quantity = own.quantity.saturating_add(line.quantity);
            }
            Some(_) => {
                apart += 1;
                kept.push(line);
            }
            None => kept.push(line),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::fixtures;

    fn line(variant: &str, quantity: u32, receipt: &str) -> SavedLine {
        SavedLine {
            receipt: (receipt != "-").then(|| receipt.to_owned()),
            ..fixtures::line(variant, quantity, 1_000)
        }
    }

    #[test]
    fn only_receipts_keep_lines_of_a_variant_apart() {
        let check = |given: &[(&str, u32, &str)], most, expected: &[(&str, u32, &str)]| {
            let of = |lines: &[(&str, u32, &str)]| -> Vec<SavedLine> {
                lines
                    .iter()
                    .map(|(variant, n, receipt)| line(variant, *n, receipt))
                    .collect()
            };
            assert_eq!(
                joined(of(given), most),
                of(expected),
                "{given:?}, at most {most}"
            );
        };
        let two = [("mug", 1, "mira"), ("mug", 2, "ben")];
        check(&two, 9, &two);
        check(&two, 0, &[("mug", 3, "mira")]);
        check(
            &[("mug", 1, "mira"), ("mug", 2, "-")],
            9,
            &[("mug", 1, "mira"), ("mug", 2, "-")],
        );
        check(
            &[("mug", 1, "-"), ("rug", 1, "-"), ("mug", 2, "-")],
            9,
            &[("mug", 3, "-"), ("rug", 1, "-")],
        );
        check(
            &[("mug", 1, "mira"), ("mug", 2, "mira")],
            9,
            &[("mug", 3, "mira")],
        );
    }
}
