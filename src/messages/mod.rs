//! Every text the shopper reads, by language. Formatting of numbers and prices is the browser's.

mod de;
mod en;

/// A text that depends on a count. `{0}` stands for the count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plural {
    /// For the language's form "one".
    pub one: &'static str,
    /// For every other count.
    pub other: &'static str,
}

macro_rules! messages {
    ($($(#[$doc:meta])* $name:ident: $kind:ty,)*) => {
        /// The texts of one language. `{0}`, `{1}` stand for what is filled in.
        #[derive(Debug)]
        pub struct Messages {
            $($(#[$doc])* pub $name: $kind,)*
        }

        /// There is one of each language: two are the same if they are in the same place.
        impl PartialEq for Messages {
            fn eq(&self, other: &Self) -> bool {
                std::ptr::eq(self, other)
            }
        }

        impl Eq for Messages {}
    };
}

messages! {
    /// Button that opens the list of products.
    products: &'static str,
    /// Name of the bag's button, with the number of items.
    bag_count: Plural,
    /// Closes the sheet.
    close: &'static str,
    /// Back to the page before.
    back: &'static str,
    /// Asks or sends again.
    try_again: &'static str,
    /// Products are being loaded.
    loading: &'static str,
    /// They could not be loaded.
    not_loaded: &'static str,
    /// No connection.
    offline: &'static str,
    /// Dismisses a message.
    dismiss: &'static str,
    /// Free of charge.
    free: &'static str,

    /// Read before a former price.
    was: &'static str,
    /// Stars of five, and how many ratings.
    rating: Plural,
    /// How many.
    quantity: &'static str,
    /// One fewer.
    fewer: &'static str,
    /// One more.
    more: &'static str,
    /// Secondary button of the card.
    add_to_bag: &'static str,
    /// Primary button of the card.
    buy_now: &'static str,
    /// Nothing left.
    sold_out: &'static str,
    /// Beside a choice that cannot be had.
    unavailable: &'static str,
    /// How many of it are in the bag.
    in_your_bag: Plural,
    /// Opens the bag.
    view_bag: &'static str,
    /// Delivery costs nothing.
    delivery_free: &'static str,
    /// Delivery costs {0}.
    delivery_price: &'static str,
    /// Free from {0} on.
    delivery_free_from: &'static str,
    /// {0} to {1} working days.
    working_days: &'static str,
    /// Exactly {0} working days.
    working_days_exact: Plural,
    /// {0} days to send back.
    returns: Plural,
    /// {0} earns a commission.
    partnership: &'static str,
    /// Heading of the description.
    description: &'static str,
    /// Sold by {0}.
    sold_by: &'static str,
    /// Picture {0} of {1}.
    picture: &'static str,
    /// The picture before.
    picture_before: &'static str,
    /// The next picture.
    picture_next: &'static str,

    /// Title of the bag.
    bag: &'static str,
    /// Shown by {0}.
    via: &'static str,
    /// Sum of the lines.
    subtotal: &'static str,
    /// What the sum leaves out.
    at_checkout: &'static str,
    /// Goes on to the checkout.
    to_checkout: &'static str,
    /// Nothing is in the bag.
    bag_empty: &'static str,
    /// What to do about it.
    bag_empty_hint: &'static str,
    /// Removes {0}.
    remove: &'static str,
    /// {0} was removed.
    removed: &'static str,
    /// Takes a removal back.
    undo: &'static str,
    /// {0} was added.
    added: &'static str,
    /// At most {0} at once.
    at_most: &'static str,
    /// The bag is full.
    bag_full: &'static str,

    /// Products on screen now.
    in_this_moment: &'static str,
    /// All products of the video.
    all_in_video: &'static str,
    /// Nothing is on screen.
    moment_empty: &'static str,
    /// Jump to {0}.
    jump: &'static str,

    /// Title of the checkout.
    checkout: &'static str,
    /// Section: who.
    contact: &'static str,
    /// Section: where to.
    address: &'static str,
    /// Labels of the fields, in the order of `Field::ALL`.
    fields: [&'static str; 8],
    /// What to do about each field that is empty, in the order of `Field::ALL`.
    missing: [&'static str; 8],
    /// After the label of a field that may stay empty.
    optional: &'static str,
    /// An e-mail address of the wrong shape.
    email_shape: &'static str,
    /// At most {0} characters.
    too_long: &'static str,
    /// Section: delivery.
    delivery: &'static str,
    /// Group of delivery choices of {0}.
    delivery_from: &'static str,
    /// Section: payment.
    payment: &'static str,
    /// The method.
    pay_on_delivery: &'static str,
    /// What it means.
    pay_on_delivery_hint: &'static str,
    /// Section: what is bought.
    summary: &'static str,
    /// Sum of the items.
    items: &'static str,
    /// Delivery, all sellers.
    delivery_sum: &'static str,
    /// To be paid.
    total: &'static str,
    /// Tax of {0} is in it.
    tax_included: &'static str,
    /// A quote is on its way.
    calculating: &'static str,
    /// Sellers: {0}.
    sellers: &'static str,
    /// Before the link to the terms.
    terms_before: &'static str,
    /// The link.
    terms: &'static str,
    /// The link to the privacy page.
    privacy: &'static str,
    /// {0} days to withdraw.
    withdrawal: Plural,
    /// The button, with the total {0}.
    order: &'static str,
    /// The button while there is no total.
    order_plain: &'static str,
    /// The order is on its way.
    sending: &'static str,
    /// It takes longer.
    sending_slow: &'static str,
    /// It is not stored on the device.
    keep_open: &'static str,
    /// Storage is blocked; said before the order.
    not_durable: &'static str,
    /// The server does not answer.
    unreachable: &'static str,
    /// The total is {0} now, {1} before.
    total_changed: &'static str,
    /// The total changed, the new one is not known yet.
    total_unknown: &'static str,
    /// Accept and order at {0}.
    accept_total: &'static str,
    /// {0}: only {1} left.
    short: &'static str,
    /// {0} is sold out.
    short_none: &'static str,
    /// Resolves a shortage.
    accept_short: &'static str,
    /// Too many unsent orders.
    outbox_full: &'static str,
    /// Refused for another reason.
    refused: &'static str,
    /// {0} costs {1} now, {2} before.
    repriced: &'static str,

    /// Title of the confirmation.
    placed: &'static str,
    /// Its sentence.
    thanks: &'static str,
    /// Before the order number.
    order_number: &'static str,
    /// What to keep.
    keep_number: &'static str,
    /// Delivery of {0} takes {1}.
    estimate: &'static str,
    /// Link to the order's page.
    see_order: &'static str,
    /// Why {0} is paid, and for what: {1}.
    why_paid: &'static str,
    /// Opens the explanation, in the card.
    why_title: &'static str,
    /// A number of days, after "within" and "up to".
    days: Plural,
    /// When and why {0} is paid, in the card: within {1} of the tap, within {2} in the bag.
    why_card: &'static str,
    /// Title of the page, and the link to it.
    stored: &'static str,
    /// Lines of the bag.
    stored_bag: Plural,
    /// Empties the bag.
    stored_bag_erase: &'static str,
    /// Taps and views: {0} entries, {1} receipts.
    stored_touches: &'static str,
    /// Under consent: they are on the device.
    stored_kept: &'static str,
    /// Without consent: they are not.
    stored_memory: &'static str,
    /// Opens the list of entries.
    stored_list: &'static str,
    /// What an entry is: seen, tapped, opened, put into the bag; a receipt.
    stored_kinds: [&'static str; 5],
    /// Erases them.
    stored_touches_erase: &'static str,
    /// Orders on their way.
    stored_orders: Plural,
    /// Why they cannot be erased.
    stored_orders_stay: &'static str,
    /// Entries that cannot be read.
    stored_unreadable: Plural,
    /// Back to the video.
    keep_watching: &'static str,
    /// An earlier order {0} was placed.
    news_placed: &'static str,
    /// An earlier order was refused, for the reason {0}.
    news_refused: &'static str,
    /// Gives a refused order up.
    discard: &'static str,
    /// Copies the order's details.
    copy: &'static str,

    /// Name of the group of tags.
    tags: &'static str,
    /// Name of a tag.
    open_product: &'static str,
    /// Name of a tag whose product is sold out.
    open_sold_out: &'static str,
    /// Name of an edge chip.
    outside: &'static str,
    /// Announced when a tag enters.
    new_product: &'static str,
    /// Fills the screen.
    enter_fullscreen: &'static str,
    /// Leaves it.
    leave_fullscreen: &'static str,
    /// Products that went by while only the system's player was seen; `{0}` is their number.
    passed: Plural,
}

impl Messages {
    /// The texts for a BCP 47 language tag; English where there are none.
    #[must_use]
    pub fn of(locale: &str) -> &'static Self {
        let language = locale.split(['-', '_']).next().unwrap_or_default();
        if language.eq_ignore_ascii_case("de") {
            &de::MESSAGES
        } else {
            &en::MESSAGES
        }
    }
}

/// Puts `values` in the places `{0}`, `{1}` … of `template`.
#[must_use]
pub fn fill(template: &str, values: &[&str]) -> String {
    let mut text = String::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let place = after.split_once('}').and_then(|(place, tail)| {
            let &[digit] = place.as_bytes() else {
                return None;
            };
            let value = values.get(usize::from(digit.wrapping_sub(b'0')))?;
            Some((value, tail))
        });
        match place {
            Some((value, tail)) => {
                text.push_str(value);
                rest = tail;
            }
            None => {
                text.push('{');
                rest = after;
            }
        }
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_and_everything_else_stays() {
        for (template, values, expected) in [
            ("{0} of {1}", &["2", "5"][..], "2 of 5"),
            ("{1}–{0}", &["a", "b"], "b–a"),
            ("{name}, {0}", &["x"], "{name}, x"),
            ("{0} {7} {", &["{1}", "b"], "{1} {7} {"),
            ("", &[], ""),
        ] {
            assert_eq!(fill(template, values), expected);
        }
    }

    #[test]
    fn a_language_without_texts_gets_english() {
        assert_eq!(Messages::of("de-AT").close, de::MESSAGES.close);
        for locale in ["en", "en-GB", "fr", "", "deu"] {
            assert_eq!(Messages::of(locale).close, en::MESSAGES.close, "{locale}");
        }
    }

    #[test]
    fn both_languages_fill_the_same_places() {
        let places = |text: &Messages| {
            let debug = format!("{text:?}");
            (0..3)
                .map(|place| debug.matches(&format!("{{{place}}}")).count())
                .collect::<Vec<_>>()
        };
        assert_eq!(places(&en::MESSAGES), places(&de::MESSAGES));
    }
}
