//! Puts a label's values into a text of the message catalogue.

use crate::video_overlay::TagLabel;

/// `template` with `{name}` and `{price}` replaced. Values are put in as they are: braces in a
/// product's title stay braces.
#[must_use]
pub fn fill(template: &str, label: &TagLabel) -> String {
    let mut text = String::with_capacity(template.len() + label.title.len() + label.price.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let Some((name, behind)) = after.split_once('}') else {
            text.push('{');
            rest = after;
            continue;
        };
        match name {
            "name" => text.push_str(&label.title),
            "price" => text.push_str(&label.price),
            _ => {
                text.push('{');
                text.push_str(name);
                text.push('}');
            }
        }
        rest = behind;
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(template: &str, expected: &str) {
        let label = TagLabel {
            title: String::from("Lamp {price}"),
            price: String::from("€89.00"),
            ..TagLabel::default()
        };
        assert_eq!(fill(template, &label), expected);
    }

    #[test]
    fn a_template_takes_the_labels_values_once() {
        check(
            "{name}, {price}, open product",
            "Lamp {price}, €89.00, open product",
        );
        check("", "");
        check("no values", "no values");
        check("{price}", "€89.00");
    }

    #[test]
    fn what_is_no_placeholder_stays_as_it_is() {
        check("{other} {name", "{other} {name");
        check("}{", "}{");
    }
}
