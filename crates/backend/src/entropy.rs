//! Random bits and what is made of them: ids of quotes, secrets of orders, order numbers.
//!
//! The source is a port, so that a simulation can replay a run from its seed.

use std::cell::RefCell;

use sha2::{Digest, Sha256};
use shoptag_commerce::{CheckoutAttemptId, IdError, QuoteId, Timestamp};

/// A source of random bits fit for secrets.
pub trait Entropy: Send + Sync {
    /// Fills `bytes`. On an error nothing is to be made of them.
    ///
    /// # Errors
    /// [`NoEntropy`] when the source is not available; the request is answered `unavailable`.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy>;
}

/// The operating system gave no random bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no random bits from the operating system")]
pub struct NoEntropy;

/// Bytes that a thread takes from the operating system at a time, for two orders: what it gives
/// without a pause.
const DRAWN: usize = 256;

thread_local! {
    /// What this thread has drawn, and how much of it is used up.
    static POOL: RefCell<([u8; DRAWN], usize)> = const { RefCell::new(([0; DRAWN], DRAWN)) };
}

/// The operating system's source. Small pieces are cut from what a thread has drawn: a call for
/// each costs more than what is made of it. What is handed out is wiped.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        if bytes.len() > DRAWN {
            return getrandom::fill(bytes).map_err(|_| NoEntropy);
        }
        POOL.with_borrow_mut(|(drawn, used)| {
            if drawn.len() - *used < bytes.len() {
                // Until it is filled there is nothing in it.
                *used = drawn.len();
                getrandom::fill(drawn).map_err(|_| NoEntropy)?;
                *used = 0;
            }
            let end = *used + bytes.len();
            let own = drawn.get_mut(*used..end).ok_or(NoEntropy)?;
            bytes.copy_from_slice(own);
            own.fill(0);
            *used = end;
            Ok(())
        })
    }
}

/// Digits of Crockford's base 32: no I, L, O, U, so that a number survives being read aloud.
const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Digits of a secret: 26 of 5 bits hold 128 bits.
const SECRET_DIGITS: usize = 26;

/// Digits of an order secret before them: 10 of 5 bits hold an instant of 48 bits.
const INSTANT_DIGITS: usize = 10;

/// Bytes of an instant in milliseconds.
const INSTANT_BYTES: usize = 6;

/// Random digits of an order number, before its check digit: 35 bits.
const NUMBER_DIGITS: usize = 7;

/// 128 random bits: 26 digits of base 32 in lower case.
///
/// OWASP ASVS 11.5.1 asks for at least 128 bits where a UUID's 122 would not do.
///
/// # Errors
/// [`NoEntropy`].
pub fn secret_digits(entropy: &dyn Entropy) -> Result<String, NoEntropy> {
    let mut bytes = [0_u8; 16];
    entropy.fill(&mut bytes)?;
    Ok(base32(u128::from_be_bytes(bytes), SECRET_DIGITS).to_ascii_lowercase())
}

/// What only the shopper's link contains: the instant it was made at, then [`secret_digits`]. The
/// instant guards nothing; by it the newest orders lie side by side where they are found by their
/// secret. Secrets from before it was there have 26 digits.
#[derive(Clone, PartialEq, Eq)]
pub struct OrderSecret(String);

impl OrderSecret {
    /// A new secret.
    ///
    /// # Errors
    /// [`NoEntropy`].
    pub fn generate(entropy: &dyn Entropy, now: Timestamp) -> Result<Self, NoEntropy> {
        let ms = u128::try_from(now.ms()).unwrap_or(0);
        let instant = base32(ms, INSTANT_DIGITS).to_ascii_lowercase();
        Ok(Self(instant + &secret_digits(entropy)?))
    }

    /// Reads a secret out of a path; `None` when it cannot be one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = [SECRET_DIGITS, INSTANT_DIGITS + SECRET_DIGITS].contains(&text.len())
            && text.bytes().all(|byte| {
                !byte.is_ascii_uppercase() && CROCKFORD.contains(&byte.to_ascii_uppercase())
            });
        fits.then(|| Self(text.to_owned()))
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the order's row keeps, by which it is found: the instant, as it is, then as much of the
    /// SHA-256 of all digits as there is room for, 208 bits.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        let mut hash: [u8; 32] = Sha256::digest(self.0.as_bytes()).into();
        if self.0.len() > SECRET_DIGITS {
            let ms = value(&self.0[..INSTANT_DIGITS]);
            hash.copy_within(..32 - INSTANT_BYTES, INSTANT_BYTES);
            hash[..INSTANT_BYTES].copy_from_slice(&ms.to_be_bytes()[8 - INSTANT_BYTES..]);
        }
        hash
    }
}

/// A secret never reaches a log through `{:?}`.
impl std::fmt::Debug for OrderSecret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("OrderSecret(..)")
    }
}

/// A new order number for people, such as `ST-7K3Q-94MX`: seven random digits and a check digit, so
/// that a slip of one digit, or two neighbours swapped, names no other order.
///
/// # Errors
/// [`NoEntropy`].
pub fn order_number(entropy: &dyn Entropy) -> Result<String, NoEntropy> {
    let mut bytes = [0_u8; 8];
    entropy.fill(&mut bytes)?;
    let digits = base32(u128::from(u64::from_be_bytes(bytes)), NUMBER_DIGITS);
    let check = check_digit(digits.as_bytes());
    let (head, tail) = digits.split_at(4);
    Ok(format!("ST-{head}-{tail}{check}"))
}

/// A new quote id: a UUIDv7, 74 of whose bits are random.
///
/// # Errors
/// [`NoEntropy`].
pub fn quote_id(entropy: &dyn Entropy, now: Timestamp) -> Result<QuoteId, NoEntropy> {
    named(QuoteId::parse(uuid_v7(entropy, now)?))
}

/// A new checkout attempt id, for a quote that the server makes by itself.
///
/// # Errors
/// [`NoEntropy`].
pub fn attempt_id(entropy: &dyn Entropy, now: Timestamp) -> Result<CheckoutAttemptId, NoEntropy> {
    named(CheckoutAttemptId::parse(uuid_v7(entropy, now)?))
}

/// A new UUIDv7 as text.
///
/// # Errors
/// [`NoEntropy`].
pub fn uuid_v7(entropy: &dyn Entropy, now: Timestamp) -> Result<String, NoEntropy> {
    let mut random = [0_u8; 10];
    entropy.fill(&mut random)?;
    let ms = u64::try_from(now.ms()).unwrap_or(0);
    Ok(uuid::Builder::from_unix_timestamp_millis(ms, &random)
        .into_uuid()
        .to_string())
}

/// A UUID always is an id; the error cannot happen and is mapped, not unwrapped.
fn named<T>(id: Result<T, IdError>) -> Result<T, NoEntropy> {
    id.map_err(|_| NoEntropy)
}

/// The lowest `digits * 5` bits of `bits`, most significant digit first.
fn base32(bits: u128, digits: usize) -> String {
    (0..digits)
        .rev()
        .map(|place| digit(bits.checked_shr(place as u32 * 5).unwrap_or(0)))
        .collect()
}

/// What digits of base 32 say.
fn value(digits: &str) -> u64 {
    let digits = digits.bytes();
    digits.fold(0, |sum, digit| sum << 5 | digit_value(digit) as u64)
}

/// What one digit says, in upper or lower case; 0 when it is none.
fn digit_value(digit: u8) -> usize {
    let digit = digit.to_ascii_uppercase();
    let place = CROCKFORD.iter().position(|known| *known == digit);
    place.unwrap_or(0)
}

fn digit(bits: u128) -> char {
    char::from(CROCKFORD[(bits & 31) as usize])
}

/// Luhn's algorithm modulo 32 over Crockford digits.
fn check_digit(digits: &[u8]) -> char {
    let sum: usize = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let value = digit_value(*byte);
            let weighted = if place % 2 == 0 { value * 2 } else { value };
            weighted / 32 + weighted % 32
        })
        .sum();
    char::from(CROCKFORD[(32 - sum % 32) % 32])
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(u8);

    impl Entropy for Fixed {
        fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
            bytes.fill(self.0);
            Ok(())
        }
    }

    #[test]
    fn a_secret_is_an_instant_and_128_bits_and_reads_back() {
        let now = Timestamp::from_ms(0xffff_ffff_ffff);
        let secret = OrderSecret::generate(&Fixed(0xff), now).unwrap();
        assert_eq!(secret.as_str(), "7zzzzzzzzz7zzzzzzzzzzzzzzzzzzzzzzzzz");
        assert_eq!(OrderSecret::parse(secret.as_str()), Some(secret));
        for other in [
            "",
            "7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
            "../admin",
            "7zzzzzzzzzzzzzzzzzzzzzzzz%",
            "7zzzzzzzzz7zzzzzzzzzzzzzzzzzzzzzzzz",
            "7zzzzzzzzz7zzzzzzzzzzzzzzzzzzzzzzzzzz",
        ] {
            assert_eq!(OrderSecret::parse(other), None, "{other}");
        }
    }

    #[test]
    fn hashes_lie_in_the_order_of_their_instants_and_old_ones_stay() {
        let hash = |ms, random| {
            let secret = OrderSecret::generate(&Fixed(random), Timestamp::from_ms(ms)).unwrap();
            secret.hash()
        };
        assert_eq!(hash(0x0102_0304_0506, 7)[..6], [1, 2, 3, 4, 5, 6]);
        assert!(hash(5, 0xff) < hash(6, 0) && hash(6, 0) < hash(0x1_0000, 0));
        assert_ne!(hash(5, 1), hash(5, 2));
        let old = OrderSecret::parse("7zzzzzzzzzzzzzzzzzzzzzzzzz").unwrap();
        let whole: [u8; 32] = Sha256::digest(old.as_str()).into();
        assert_eq!(old.hash(), whole);
    }

    #[test]
    fn an_order_number_reads_aloud_and_catches_one_wrong_digit() {
        let number = order_number(&Fixed(0x5a)).unwrap();
        assert_eq!(number.len(), 12);
        let digits: Vec<u8> = number[3..].bytes().filter(|byte| *byte != b'-').collect();
        let check = char::from(digits[7]);
        assert_eq!(check_digit(&digits[..7]), check);
        for place in 0..7 {
            for other in CROCKFORD {
                let mut slipped = digits[..7].to_vec();
                if slipped[place] != *other {
                    slipped[place] = *other;
                    assert_ne!(check_digit(&slipped), check, "{place}");
                }
            }
        }
    }
}
