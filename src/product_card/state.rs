//! What is chosen in the card: a variant, how many, and which picture is shown. Pure.

use shoptag_commerce::{ProductId, TagId, VariantId};
use shoptag_protocol::{Product, Variant};

/// The card of one product. There is always exactly one chosen variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// The product shown.
    pub product: ProductId,
    /// The tag it was opened from; `None` when the page opened it.
    pub tag: Option<TagId>,
    /// Index of the chosen variant.
    pub chosen: usize,
    /// How many, at least 1.
    pub quantity: u32,
    /// Index of the picture shown.
    pub image: usize,
}

/// One value of an option, as the card offers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// "Sand".
    pub label: String,
    /// `#rrggbb`, for a colour.
    pub swatch: Option<String>,
    /// Whether it is chosen and can be had.
    pub state: ChoiceState,
}

/// Whether a value is chosen, and whether it can be had with the other chosen values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChoiceState {
    /// It is the chosen one.
    pub chosen: bool,
    /// A variant with it and the other chosen values can be bought now.
    pub available: bool,
}

impl Card {
    /// Opens `product`, with the variant seen in the picture chosen if it exists, else the first
    /// that can be bought, else the first.
    #[must_use]
    pub fn open(product: &Product, tag: Option<TagId>, seen: Option<&VariantId>) -> Self {
        let position = |wanted: &dyn Fn(&Variant) -> bool| product.variants.iter().position(wanted);
        let chosen = seen
            .and_then(|id| position(&|variant| variant.id == *id))
            .or_else(|| position(&|variant| variant.available))
            .unwrap_or(0);
        let mut card = Self {
            product: product.id.clone(),
            tag,
            chosen,
            quantity: 1,
            image: 0,
        };
        card.show_variant_image(product);
        card
    }

    /// The chosen variant; `None` only for a product without variants, which the server never
    /// sends.
    #[must_use]
    pub fn variant<'a>(&self, product: &'a Product) -> Option<&'a Variant> {
        product.variants.get(self.chosen)
    }

    /// Chooses the value `label` of the option `axis`. If no variant has it together with the other
    /// chosen values, those give way: the nearest variant is chosen, one that can be bought first.
    pub fn choose(&mut self, product: &Product, axis: usize, label: &str) {
        let Some(current) = self.variant(product) else {
            return;
        };
        let mut nearest = None;
        for (index, variant) in product.variants.iter().enumerate() {
            if variant.options.get(axis).is_some_and(|own| own == label) {
                let pairs = variant.options.iter().zip(&current.options);
                let alike = pairs.filter(|(a, b)| a == b).count();
                let nearness = (alike, variant.available);
                if nearest.is_none_or(|(_, most)| nearness > most) {
                    nearest = Some((index, nearness));
                }
            }
        }
        if let Some((index, _)) = nearest {
            self.chosen = index;
            self.show_variant_image(product);
        }
    }

    /// The values of the option `axis`.
    #[must_use]
    pub fn choices(&self, product: &Product, axis: usize) -> Vec<Choice> {
        let Some(option) = product.options.get(axis) else {
            return Vec::new();
        };
        let current = self
            .variant(product)
            .map_or(&[][..], |variant| &variant.options);
        let with = |label: &str| {
            product.variants.iter().find(|variant| {
                variant.options.iter().enumerate().all(|(index, value)| {
                    if index == axis {
                        value == label
                    } else {
                        current.get(index) == Some(value)
                    }
                })
            })
        };
        option
            .values
            .iter()
            .map(|value| Choice {
                label: value.label.clone(),
                swatch: value.swatch.clone(),
                state: ChoiceState {
                    chosen: current.get(axis) == Some(&value.label),
                    available: with(&value.label).is_some_and(|variant| variant.available),
                },
            })
            .collect()
    }

    /// Sets the quantity, held within 1..=`max`.
    pub fn set_quantity(&mut self, quantity: u32, max: u32) {
        self.quantity = quantity.clamp(1, max.max(1));
    }

    /// Shows the picture `index`, held within the product's pictures.
    pub fn show_image(&mut self, product: &Product, index: usize) {
        self.image = index.min(product.images.len().saturating_sub(1));
    }

    fn show_variant_image(&mut self, product: &Product) {
        let image = self.variant(product).and_then(|variant| variant.image);
        if let Some(index) = image.and_then(|index| usize::try_from(index).ok()) {
            self.show_image(product, index);
        }
    }
}

/// "Sand / 42"; empty for a product without options.
#[must_use]
pub(crate) fn variant_label(variant: &Variant) -> String {
    variant.options.join(" / ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::fixtures;

    fn check(choices: &[(&str, &str)], expected: &str) {
        let product = fixtures::shirt();
        let mut card = Card::open(&product, None, None);
        for (axis, label) in choices {
            let axis = product
                .options
                .iter()
                .position(|option| option.name == *axis)
                .unwrap();
            card.choose(&product, axis, label);
        }
        assert_eq!(
            variant_label(card.variant(&product).unwrap()),
            expected,
            "{choices:?}"
        );
    }

    #[test]
    fn choosing_a_value_keeps_the_others_where_it_can() {
        // The shirt: Sand S M, Ink S (sold out) M, and L in Sand only.
        check(&[], "Sand / S");
        check(&[("Size", "M")], "Sand / M");
        check(&[("Size", "M"), ("Colour", "Ink")], "Ink / M");
        check(&[("Colour", "Ink")], "Ink / S");
        check(&[("Colour", "Ink"), ("Size", "L")], "Sand / L");
        check(&[("Size", "L"), ("Colour", "Ink")], "Ink / M");
        check(&[("Size", "no such size")], "Sand / S");
    }

    #[test]
    fn values_that_cannot_be_had_with_the_others_are_shown_as_such() {
        let product = fixtures::shirt();
        let mut card = Card::open(&product, None, None);
        card.choose(&product, 0, "Ink");
        let sizes: Vec<_> = card
            .choices(&product, 1)
            .into_iter()
            .map(|choice| (choice.label, choice.state.chosen, choice.state.available))
            .collect();
        let expected = [("S", true, false), ("M", false, true), ("L", false, false)];
        assert_eq!(sizes, expected.map(|(a, b, c)| (a.to_owned(), b, c)));
    }

    #[test]
    fn the_variant_seen_in_the_picture_is_chosen_even_when_it_is_sold_out() {
        let product = fixtures::shirt();
        let seen = VariantId::parse("shirt-ink-s").unwrap();
        let card = Card::open(&product, None, Some(&seen));
        assert_eq!(card.variant(&product).unwrap().id, seen);
    }

    #[test]
    fn a_variant_brings_its_own_picture() {
        let product = fixtures::shirt();
        let mut card = Card::open(&product, None, None);
        assert_eq!(card.image, 0);
        card.choose(&product, 0, "Ink");
        assert_eq!(card.image, 1);
        card.show_image(&product, 99);
        assert_eq!(card.image, 1);
    }

    #[test]
    fn a_quantity_stays_within_the_sites_bounds() {
        let mut card = Card::open(&fixtures::shirt(), None, None);
        for (asked, max, expected) in [(0, 10, 1), (3, 10, 3), (11, 10, 10), (u32::MAX, 0, 1)] {
            card.set_quantity(asked, max);
            assert_eq!(card.quantity, expected);
        }
    }

    #[test]
    fn a_product_without_variants_does_no_harm() {
        let mut product = fixtures::shirt();
        product.variants.clear();
        let mut card = Card::open(&product, None, None);
        card.choose(&product, 0, "Ink");
        assert!(card.variant(&product).is_none());
        assert!(
            card.choices(&product, 0)
                .iter()
                .all(|choice| !choice.state.available)
        );
    }
}
