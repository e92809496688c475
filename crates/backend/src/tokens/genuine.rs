//! Tokens whose signature has been made or checked here: seen again, they need no second check,
//! which is the dearest part of receiving an order.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};

use super::Use;

/// Tokens of one generation: two of them take some 8 MiB.
const GENERATION: usize = 65_536;

/// SHA-256 of a key, of what a token is for, and of the token.
type Mark = [u8; 32];

/// The tokens seen of late, in two generations: when the newer one is full, the older one goes.
#[derive(Debug, Default)]
pub(super) struct Genuine(Mutex<[HashSet<Mark>; 2]>);

impl Genuine {
    /// Whether this very text was signed or verified here, with the public `key` and for this use.
    pub(super) fn contains(&self, key: &[u8], what_for: Use, text: &str) -> bool {
        let mark = mark(key, what_for, text);
        let generations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        generations.iter().any(|marks| marks.contains(&mark))
    }

    /// Takes note of a token whose signature is good.
    pub(super) fn note(&self, key: &[u8], what_for: Use, text: &str) {
        let mark = mark(key, what_for, text);
        let mut generations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let [newer, older] = &mut *generations;
        if newer.len() >= GENERATION {
            *older = std::mem::take(newer);
        }
        newer.insert(mark);
    }
}

fn mark(key: &[u8], what_for: Use, text: &str) -> Mark {
    let mut hash = Sha256::new();
    // All keys have one length.
    hash.update(key);
    hash.update(what_for.assertion());
    // No assertion has this byte in it.
    hash.update([0]);
    hash.update(text.as_bytes());
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_known_for_its_key_its_use_and_its_text_alone() {
        let genuine = Genuine::default();
        genuine.note(b"1", Use::Receipt, "v4.public.a");
        assert!(genuine.contains(b"1", Use::Receipt, "v4.public.a"));
        assert!(!genuine.contains(b"2", Use::Receipt, "v4.public.a"));
        assert!(!genuine.contains(b"1", Use::Tag, "v4.public.a"));
        assert!(!genuine.contains(b"1", Use::Receipt, "v4.public.b"));
    }

    #[test]
    fn only_two_generations_are_kept() {
        let genuine = Genuine::default();
        for number in 0..=2 * GENERATION {
            genuine.note(b"1", Use::Tag, &number.to_string());
        }
        assert!(!genuine.contains(b"1", Use::Tag, "0"));
        assert!(genuine.contains(b"1", Use::Tag, &GENERATION.to_string()));
        let count: usize = genuine.0.lock().unwrap().iter().map(HashSet::len).sum();
        assert!(count <= 2 * GENERATION);
    }
}
