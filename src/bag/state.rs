//! The bag's lines and what may be done to them. Pure.

use shoptag_commerce::{Currency, ORDER_LINES_MAX, TagId, Timestamp, VariantId, VideoId};
use shoptag_protocol::{OrderStatus, SCHEMA_VERSION, SavedBag, SavedLine};

/// Most lines a bag holds: what an order may have (`lines-limit`).
pub const LINES_MAX: usize = ORDER_LINES_MAX;

/// Which line: what, and where it was found first. No two lines of a bag have the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineId {
    /// What.
    pub variant: VariantId,
    /// In which video.
    pub video: VideoId,
    /// By which tag.
    pub tag: Option<TagId>,
}

impl LineId {
    /// The id of `line`.
    #[must_use]
    pub fn of(line: &SavedLine) -> Self {
        Self {
            variant: line.variant_id.clone(),
            video: line.video.clone(),
            tag: line.tag.clone(),
        }
    }

    /// Whether it is the id of `line`.
    #[must_use]
    pub fn is(&self, line: &SavedLine) -> bool {
        self.variant == line.variant_id && self.video == line.video && self.tag == line.tag
    }
}

/// Whether `other` is more of `line`: the same variant, shown by the same creator, or by nobody. So
/// a line has one receipt, and what another creator showed later is theirs (DESIGN 5.5, 6).
fn is_more_of(line: &SavedLine, other: &SavedLine) -> bool {
    let is_same_creator = match (&line.creator, &other.creator) {
        (Some(creator), Some(other)) => creator.id == other.id,
        _ => false,
    };
    let finder = match (&line.tag, &other.tag) {
        (None, None) => true,
        (Some(_), Some(_)) => line.video == other.video || is_same_creator,
        _ => false,
    };
    finder && line.variant_id == other.variant_id
}

/// Lines of one site in one currency, one line a variant and creator.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Bag {
    /// The site's once that is known, until then the stored bag's.
    currency: Option<Currency>,
    lines: Vec<SavedLine>,
    removed: Option<(usize, SavedLine)>,
}

/// What became of something that was to go into the bag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// All of it is in.
    All,
    /// The line is at the site's limit now; less than asked went in.
    AtMost(u32),
    /// The bag has [`LINES_MAX`] lines; nothing went in.
    Full,
}

impl Bag {
    /// The lines, in the order of adding.
    #[must_use]
    pub fn lines(&self) -> &[SavedLine] {
        &self.lines
    }

    /// The currency; `None` while it is not known.
    #[must_use]
    pub fn currency(&self) -> Option<Currency> {
        self.currency
    }

    /// The line that was removed last, while that can be taken back.
    #[must_use]
    pub fn removed(&self) -> Option<&SavedLine> {
        self.removed.as_ref().map(|(_, line)| line)
    }

    /// Items, counted with their quantities.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.lines
            .iter()
            .fold(0, |sum: u32, line| sum.saturating_add(line.quantity))
    }

    /// Sum of the lines, minor units; `None` when it does not fit.
    #[must_use]
    pub fn subtotal_minor(&self) -> Option<i64> {
        self.lines.iter().try_fold(0_i64, |sum, line| {
            let line = line
                .unit_price_minor
                .checked_mul(i64::from(line.quantity))?;
            sum.checked_add(line)
        })
    }

    /// A line.
    #[must_use]
    pub fn line(&self, id: &LineId) -> Option<&SavedLine> {
        self.lines.iter().find(|line| id.is(line))
    }

    /// The line that `line` is, or would be, more of.
    #[must_use]
    pub fn line_like(&self, line: &SavedLine) -> Option<&SavedLine> {
        self.lines.iter().find(|own| is_more_of(own, line))
    }

    /// How many of a variant are in, in all its lines.
    #[must_use]
    pub fn count_of(&self, variant: &VariantId) -> u32 {
        self.lines
            .iter()
            .filter(|line| line.variant_id == *variant)
            .fold(0, |sum: u32, line| sum.saturating_add(line.quantity))
    }

    /// Adds `line`, to the line that it is more of if there is one. Of a variant, at most
    /// `quantity_max` go in, in all its lines.
    pub fn add(&mut self, line: SavedLine, quantity_max: u32) -> Added {
        self.removed = None;
        let most = quantity_max.max(1);
        let room = most.saturating_sub(self.count_of(&line.variant_id));
        let quantity = line.quantity.max(1).min(room);
        let added = if line.quantity.max(1) > room {
            Added::AtMost(most)
        } else {
            Added::All
        };
        let is_full = self.lines.len() >= LINES_MAX;
        match self.lines.iter_mut().find(|own| is_more_of(own, &line)) {
            Some(own) => {
                own.quantity = own.quantity.saturating_add(quantity);
                own.unit_price_minor = line.unit_price_minor;
            }
            None if quantity == 0 => {}
            None if is_full => return Added::Full,
            None => self.lines.push(SavedLine { quantity, ..line }),
        }
        added
    }

    /// Sets a line's quantity, with the other lines of its variant at most `quantity_max`; 0
    /// removes the line.
    pub fn set_quantity(&mut self, id: &LineId, quantity: u32, quantity_max: u32) {
        if quantity == 0 {
            self.remove(id);
            return;
        }
        self.removed = None;
        let all = self.count_of(&id.variant);
        if let Some(line) = self.lines.iter_mut().find(|line| id.is(line)) {
            let others = all.saturating_sub(line.quantity);
            let most = quantity_max.saturating_sub(others).max(1);
            line.quantity = quantity.min(most);
        }
    }

    /// Removes a line; [`Self::undo`] takes that back.
    pub fn remove(&mut self, id: &LineId) {
        if let Some(index) = self.lines.iter().position(|line| id.is(line)) {
            self.removed = Some((index, self.lines.remove(index)));
        }
    }

    /// Puts the line that was removed last back in its place.
    pub fn undo(&mut self) {
        if let Some((index, line)) = self.removed.take()
            && self.line_like(&line).is_none()
        {
            self.lines.insert(index.min(self.lines.len()), line);
        }
    }

    /// Gives the lines that are `meant` their receipt, in the place of an earlier one; whether that
    /// is news.
    pub fn bind(&mut self, meant: &dyn Fn(&SavedLine) -> bool, receipt: &str) -> bool {
        let mut is_news = false;
        for line in &mut self.lines {
            if meant(line) && line.receipt.as_deref() != Some(receipt) {
                line.receipt = Some(receipt.to_owned());
                is_news = true;
            }
        }
        is_news
    }

    /// Takes everything out.
    pub fn empty(&mut self) {
        self.lines.clear();
        self.removed = None;
    }

    /// The removal can no longer be taken back.
    pub fn forget_removed(&mut self) {
        self.removed = None;
    }

    /// Another instance has written the bag: what it wrote last holds.
    pub fn replace(&mut self, saved: Option<SavedBag>) {
        self.removed = None;
        self.lines = self.usable(saved);
    }

    /// Takes over what storage held when the page opened; lines that were added meanwhile stay as
    /// they are.
    pub fn merge_stored(&mut self, saved: Option<SavedBag>) {
        let added = std::mem::take(&mut self.lines);
        self.lines = self.usable(saved);
        for line in added {
            match self.lines.iter_mut().find(|own| is_more_of(own, &line)) {
                Some(own) => *own = line,
                None => self.lines.push(line),
            }
        }
    }

    /// The site's currency is known now; lines of another one are not shown.
    pub fn hold_to(&mut self, currency: Currency) {
        if self.currency.is_some_and(|own| own != currency) {
            self.lines.clear();
            self.removed = None;
        }
        self.currency = Some(currency);
    }

    /// Takes out what has been ordered: lines that were in the bag by `confirmed_at`.
    pub fn take_ordered(&mut self, order: &OrderStatus, confirmed_at: Timestamp) {
        self.removed = None;
        for (index, ordered) in order.lines.iter().enumerate() {
            // The second line of a variant in the order is the second one in the bag.
            let before = order.lines.iter().take(index);
            let before = before.filter(|other| other.variant_id == ordered.variant_id);
            let mut left = ordered.quantity;
            let own = |line: &&mut SavedLine| {
                line.variant_id == ordered.variant_id && line.added_at <= confirmed_at
            };
            for line in self.lines.iter_mut().filter(own).skip(before.count()) {
                let taken = line.quantity.min(left);
                line.quantity -= taken;
                left -= taken;
            }
        }
        self.lines.retain(|line| line.quantity > 0);
    }

    /// The bag as it is stored; `None` while no currency is known.
    #[must_use]
    pub fn saved(&self) -> Option<SavedBag> {
        let currency = self.currency?;
        Some(SavedBag {
            schema_version: SCHEMA_VERSION,
            currency,
            lines: self.lines.clone(),
        })
    }

    /// The lines of a stored bag that can be shown here: right version, right currency, sane
    /// quantities, one line a variant and creator.
    fn usable(&mut self, saved: Option<SavedBag>) -> Vec<SavedLine> {
        let Some(saved) = saved else {
            return Vec::new();
        };
        let currency = *self.currency.get_or_insert(saved.currency);
        if saved.schema_version != SCHEMA_VERSION || currency != saved.currency {
            return Vec::new();
        }
        let mut lines: Vec<SavedLine> = Vec::new();
        for line in saved.lines.into_iter().take(LINES_MAX) {
            let known = lines.iter().any(|own| is_more_of(own, &line));
            if line.quantity > 0 && line.unit_price_minor >= 0 && !known {
                lines.push(line);
            }
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::fixtures::{eur, line, ordered};
    use shoptag_protocol::CreatorInfo;

    fn summary(bag: &Bag) -> Vec<(&str, u32)> {
        bag.lines()
            .iter()
            .map(|line| (line.variant_id.as_str(), line.quantity))
            .collect()
    }

    fn bag(lines: &[(&str, u32)]) -> Bag {
        let mut bag = Bag::default();
        bag.hold_to(eur());
        for (variant, quantity) in lines {
            bag.add(line(variant, *quantity, 1_000), 10);
        }
        bag
    }

    #[test]
    fn one_variant_is_one_line() {
        let mut bag = bag(&[("a", 1), ("b", 2), ("a", 3)]);
        assert_eq!(summary(&bag), [("a", 4), ("b", 2)]);
        assert_eq!((bag.count(), bag.subtotal_minor()), (6, Some(6_000)));
        assert_eq!(bag.add(line("a", 9, 1_000), 10), Added::AtMost(10));
        assert_eq!(summary(&bag), [("a", 10), ("b", 2)]);
    }

    /// As [`line`], found in a video of `creator`.
    fn found(variant: &str, quantity: u32, creator: &str) -> SavedLine {
        let (name, handle) = (creator.to_owned(), ["@", creator].concat());
        let id = TryFrom::try_from(creator.to_owned()).unwrap();
        SavedLine {
            tag: Some(TagId::parse(variant).unwrap()),
            video: VideoId::parse([creator, "-film"].concat()).unwrap(),
            creator: Some(CreatorInfo { id, name, handle }),
            receipt: Some([creator, "-receipt"].concat()),
            ..line(variant, quantity, 1_000)
        }
    }

    #[test]
    fn what_another_creator_showed_is_a_line_of_its_own() {
        let mut bag = bag(&[]);
        bag.add(found("mug", 1, "mira"), 10);
        bag.add(found("mug", 2, "ben"), 10);
        bag.add(line("mug", 1, 1_000), 10);
        // Another film of Mira's: more of her line, which keeps its receipt.
        let mut again = found("mug", 1, "mira");
        again.video = VideoId::parse("evening").unwrap();
        again.receipt = Some("newer".to_owned());
        bag.add(again, 10);
        let lines = bag.lines().iter();
        let lines: Vec<_> = lines
            .map(|line| (line.quantity, line.receipt.as_deref()))
            .collect();
        let expected = [
            (2, Some("mira-receipt")),
            (2, Some("ben-receipt")),
            (1, None),
        ];
        assert_eq!(lines, expected);
        assert_eq!(bag.count_of(&found("mug", 1, "ben").variant_id), 5);
        let ben = LineId::of(&found("mug", 1, "ben"));
        bag.remove(&ben);
        assert_eq!(summary(&bag), [("mug", 2), ("mug", 1)]);
        bag.undo();
        assert_eq!(bag.line(&ben).map(|line| line.quantity), Some(2));
    }

    #[test]
    fn the_largest_quantity_holds_for_all_lines_of_a_variant() {
        let mut bag = bag(&[]);
        assert_eq!(bag.add(found("mug", 3, "mira"), 4), Added::All);
        assert_eq!(bag.add(found("mug", 3, "ben"), 4), Added::AtMost(4));
        assert_eq!(summary(&bag), [("mug", 3), ("mug", 1)]);
        assert_eq!(bag.add(line("mug", 1, 1_000), 4), Added::AtMost(4));
        assert_eq!(bag.lines().len(), 2);
        bag.set_quantity(&LineId::of(&found("mug", 1, "ben")), 4, 4);
        assert_eq!(summary(&bag), [("mug", 3), ("mug", 1)]);
    }

    #[test]
    fn a_bag_of_before_is_readable_and_grows_in_its_own_video() {
        let mut stored = found("mug", 1, "mira");
        stored.creator = None;
        let mut bag = Bag::default();
        bag.hold_to(eur());
        bag.merge_stored(Some(SavedBag {
            schema_version: SCHEMA_VERSION,
            currency: eur(),
            lines: vec![stored],
        }));
        bag.add(found("mug", 1, "mira"), 10);
        bag.add(found("mug", 1, "ben"), 10);
        assert_eq!(summary(&bag), [("mug", 2), ("mug", 1)]);
    }

    #[test]
    fn an_order_takes_each_line_of_a_variant() {
        for (ordered_lines, left) in [
            (&[("mug", 1), ("mug", 2)][..], &[("mug", 1)][..]),
            (&[("mug", 4)], &[]),
            (&[("mug", 3)], &[("mug", 1)]),
        ] {
            let mut bag = bag(&[]);
            bag.add(found("mug", 2, "mira"), 10);
            bag.add(found("mug", 2, "ben"), 10);
            bag.take_ordered(&ordered("order-1", ordered_lines), Timestamp::from_ms(10));
            assert_eq!(summary(&bag), left, "{ordered_lines:?}");
        }
    }

    #[test]
    fn a_full_bag_refuses_and_keeps_what_it_has() {
        let mut bag = Bag::default();
        for index in 0..LINES_MAX {
            assert_eq!(bag.add(line(&format!("v{index}"), 1, 1), 10), Added::All);
        }
        assert_eq!(bag.add(line("one more", 1, 1), 10), Added::Full);
        assert_eq!(bag.lines().len(), LINES_MAX);
    }

    #[test]
    fn a_removed_line_comes_back_to_its_place() {
        let mut bag = bag(&[("a", 1), ("b", 2), ("c", 3)]);
        bag.remove(&LineId::of(&line("b", 1, 1)));
        assert_eq!(summary(&bag), [("a", 1), ("c", 3)]);
        bag.undo();
        bag.undo();
        assert_eq!(summary(&bag), [("a", 1), ("b", 2), ("c", 3)]);
        bag.set_quantity(&LineId::of(&line("a", 1, 1)), 0, 10);
        assert!(bag.removed().is_some());
        bag.add(line("a", 5, 1), 10);
        bag.undo();
        assert_eq!(summary(&bag), [("b", 2), ("c", 3), ("a", 5)]);
    }

    #[test]
    fn what_another_tab_wrote_last_holds() {
        let mut mine = bag(&[("a", 1)]);
        mine.replace(bag(&[("b", 2)]).saved());
        assert_eq!(summary(&mine), [("b", 2)]);
        mine.replace(None);
        assert_eq!(summary(&mine), []);
    }

    #[test]
    fn a_line_added_before_storage_answered_is_not_lost() {
        let mut mine = bag(&[("a", 3), ("c", 1)]);
        mine.merge_stored(bag(&[("a", 1), ("b", 2)]).saved());
        assert_eq!(summary(&mine), [("a", 3), ("b", 2), ("c", 1)]);
    }

    #[test]
    fn a_stored_bag_that_does_not_fit_is_not_shown() {
        let good = bag(&[("a", 1)]).saved().unwrap();
        let yen = Currency::parse("JPY").unwrap();
        let newer = SavedBag {
            schema_version: SCHEMA_VERSION + 1,
            ..good.clone()
        };
        let broken = SavedBag {
            lines: vec![line("a", 0, 1), line("b", 1, -5)],
            ..good.clone()
        };
        for (saved, currency, lines) in [
            (&good, eur(), 1),
            (&good, yen, 0),
            (&newer, eur(), 0),
            (&broken, eur(), 0),
        ] {
            let mut early = Bag::default();
            early.merge_stored(Some(saved.clone()));
            early.hold_to(currency);
            let mut late = Bag::default();
            late.hold_to(currency);
            late.merge_stored(Some(saved.clone()));
            assert_eq!(
                (early.lines().len(), late.lines().len()),
                (lines, lines),
                "{saved:?}"
            );
        }
    }

    #[test]
    fn an_order_takes_out_its_own_lines_only() {
        let mut mine = bag(&[("a", 3), ("b", 1)]);
        mine.take_ordered(
            &ordered("order-1", &[("a", 2), ("b", 1)]),
            Timestamp::from_ms(10),
        );
        assert_eq!(summary(&mine), [("a", 1)]);
        let mut later = bag(&[("a", 3)]);
        later.take_ordered(&ordered("order-1", &[("a", 3)]), Timestamp::from_ms(-1));
        assert_eq!(
            summary(&later),
            [("a", 3)],
            "added after the order was confirmed"
        );
    }

    #[test]
    fn a_sum_that_does_not_fit_is_none() {
        let mut mine = Bag::default();
        mine.add(line("a", 10, i64::MAX / 2), 10);
        assert_eq!(mine.subtotal_minor(), None);
    }
}
