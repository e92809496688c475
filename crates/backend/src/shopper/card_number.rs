//! Card numbers in free text. They must not be stored, and so are refused before they are.

/// Digits of a primary account number (ISO/IEC 7812-1 and the card networks).
const DIGITS: std::ops::RangeInclusive<usize> = 13..=19;

/// Whether `text` contains 13 to 19 digits, at most single spaces, dots or dashes between them,
/// that pass Luhn's check. Groups are tried in every contiguous combination, so that a house number
/// before the card number does not hide it.
#[must_use]
pub fn looks_like_card_number(text: &str) -> bool {
    runs(text).iter().any(|groups| {
        (0..groups.len()).any(|first| {
            let mut digits: Vec<u8> = Vec::new();
            groups[first..].iter().any(|group| {
                digits.extend(group);
                DIGITS.contains(&digits.len()) && passes_luhn(&digits)
            })
        })
    })
}

/// Groups of digits that only one separator parts from each other.
fn runs(text: &str) -> Vec<Vec<Vec<u8>>> {
    let mut runs: Vec<Vec<Vec<u8>>> = Vec::new();
    let mut separators = usize::MAX;
    for character in text.chars() {
        if let Some(digit) = character
            .to_digit(10)
            .and_then(|digit| u8::try_from(digit).ok())
        {
            match (separators, runs.last_mut()) {
                (0, Some(run)) => {
                    if let Some(group) = run.last_mut() {
                        group.push(digit);
                    }
                }
                (1, Some(run)) => run.push(vec![digit]),
                _ => runs.push(vec![vec![digit]]),
            }
            separators = 0;
        } else if " .-".contains(character) {
            separators = separators.saturating_add(1);
        } else {
            separators = usize::MAX;
        }
    }
    runs
}

fn passes_luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let weighted = u32::from(*digit) * if place % 2 == 1 { 2 } else { 1 };
            weighted / 10 + weighted % 10
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::looks_like_card_number;

    #[test]
    fn card_numbers_are_found_and_other_digits_are_not() {
        for text in [
            "4111111111111111",
            "my card 4111 1111 1111 1111 thanks",
            "5500-0055-5555-5559",
            "378282246310005",
            "12 4111 1111 1111 1111",
            "6011.1111.1111.1117",
            "4222222222222",
        ] {
            assert!(looks_like_card_number(text), "{text}");
        }
        for text in [
            "",
            "4111111111111112",
            "Hauptstrasse 12, 20099",
            "+49 30 1234567",
            "411111111111",
            "4111/1111/1111/1111x",
            "1234567890123",
        ] {
            assert!(!looks_like_card_number(text), "{text}");
        }
    }
}
