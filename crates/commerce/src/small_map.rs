//! A map for a handful of entries.

use std::borrow::Borrow;
use std::cmp::Ordering;

/// Entries sorted by their keys, in one allocation.
///
/// It takes the place of a `BTreeMap` in code that a browser downloads: two kilobytes less for each
/// type of entry. Finding is logarithmic; putting in and taking out move what stands behind, so a
/// map that grows in no order should stay below some thousands of entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmallMap<K, V> {
    entries: Vec<(K, V)>,
}

impl<K, V> SmallMap<K, V> {
    /// Nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            entries: Vec::new(),
        }
    }

    /// Whether there is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Takes everything out.
    pub fn clear(&mut self) {
        self.entries.clear();
    }

    /// The entries in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.entries.iter().map(|(key, value)| (key, value))
    }

    /// The keys in their order.
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.entries.iter().map(|(key, _)| key)
    }

    /// The values in the order of their keys.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.entries.iter().map(|(_, value)| value)
    }

    /// Keeps the entries whose key `is_kept`.
    pub fn retain(&mut self, mut is_kept: impl FnMut(&K) -> bool) {
        self.entries.retain(|(key, _)| is_kept(key));
    }
}

impl<K: Ord, V> SmallMap<K, V> {
    /// Where the entry of `key` is, or would be.
    fn place<Q: Ord + ?Sized>(&self, key: &Q) -> Result<usize, usize>
    where
        K: Borrow<Q>,
    {
        search(self.entries.len(), &|index| {
            let entry = self.entries.get(index);
            entry.map_or(Ordering::Greater, |(own, _)| own.borrow().cmp(key))
        })
    }

    /// The value of `key`.
    #[must_use]
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let place = self.place(key).ok()?;
        self.entries.get(place).map(|(_, value)| value)
    }

    /// Whether there is a value of `key`.
    #[must_use]
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.place(key).is_ok()
    }

    /// Puts a value in, in the place of an earlier one; whether there was none.
    pub fn insert(&mut self, key: K, value: V) -> bool {
        let place = self.place(&key);
        match place {
            Ok(place) => {
                if let Some(entry) = self.entries.get_mut(place) {
                    entry.1 = value;
                }
            }
            Err(place) => self.entries.insert(place, (key, value)),
        }
        place.is_err()
    }

    /// Puts the default in, unless there is a value.
    pub fn ensure(&mut self, key: K)
    where
        V: Default,
    {
        if let Err(place) = self.place(&key) {
            self.entries.insert(place, (key, V::default()));
        }
    }

    /// Takes the entry of `key` out, if there is one.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q)
    where
        K: Borrow<Q>,
    {
        if let Ok(place) = self.place(key) {
            self.entries.remove(place);
        }
    }
}

/// A binary search by a comparison of what stands at an index; not generic, so it is there once.
#[inline(never)]
fn search(count: usize, compare: &dyn Fn(usize) -> Ordering) -> Result<usize, usize> {
    // Most maps are filled in the order of their keys.
    if count > 0 && compare(count - 1) == Ordering::Less {
        return Err(count);
    }
    let (mut from, mut to) = (0, count);
    while from < to {
        let middle = from + (to - from) / 2;
        match compare(middle) {
            Ordering::Less => from = middle + 1,
            Ordering::Equal => return Ok(middle),
            Ordering::Greater => to = middle,
        }
    }
    Err(from)
}

impl<K, V> Default for SmallMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

/// Of two entries with one key the later one stays.
impl<K: Ord, V> FromIterator<(K, V)> for SmallMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::new();
        for (key, value) in entries {
            map.insert(key, value);
        }
        map
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::SmallMap;

    proptest! {
        #[test]
        fn it_holds_what_a_tree_would(steps in prop::collection::vec((0_u8..4, 0_u8..20), 0..200)) {
            let (mut small, mut tree) = (SmallMap::new(), BTreeMap::new());
            for (at, (step, key)) in steps.into_iter().enumerate() {
                match step {
                    0 => {
                        small.remove(&key);
                        tree.remove(&key);
                    }
                    1 if key == 0 => {
                        small.retain(|key| key % 2 == 0);
                        tree.retain(|key, _| key % 2 == 0);
                    }
                    2 => {
                        small.ensure(key);
                        tree.entry(key).or_default();
                    }
                    _ => prop_assert_eq!(small.insert(key, at), tree.insert(key, at).is_none()),
                }
                prop_assert_eq!(small.get(&key), tree.get(&key));
                prop_assert_eq!(small.contains_key(&key), tree.contains_key(&key));
            }
            prop_assert!(small.iter().eq(tree.iter()));
            prop_assert!(small.keys().eq(tree.keys()));
            prop_assert!(small.values().eq(tree.values()));
            prop_assert_eq!(small.len(), tree.len());
            prop_assert_eq!(small.is_empty(), tree.is_empty());
            small.clear();
            prop_assert_eq!(small, SmallMap::default());
        }
    }

    #[test]
    fn of_two_entries_with_one_key_the_later_one_stays() {
        let map: SmallMap<_, _> = [("b", 1), ("a", 2), ("b", 3)].into_iter().collect();
        assert!(map.iter().eq([(&"a", &2), (&"b", &3)]));
    }
}
