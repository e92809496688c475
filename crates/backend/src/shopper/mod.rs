//! What a shopper types: contact and address, checked field by field, with a sentence for each
//! defect that can be shown beside the field. Nothing here repeats the input.

mod card_number;
mod country;
mod postcode;

use std::str::FromStr;

use email_address::{EmailAddress, Options};
use shoptag_protocol::{Address, Contact, FieldError, code};

pub use card_number::looks_like_card_number;
pub use country::is_unassigned;
pub use postcode::{COUNTRIES, fits_country};

/// Characters of a name, a street or a city.
const LINE_CHARACTERS_MAX: usize = 100;

/// Characters of an e-mail address: the longest path of RFC 5321 is 256 with its angle brackets.
const EMAIL_CHARACTERS_MAX: usize = 254;

/// Characters of a phone number as typed.
const PHONE_CHARACTERS_MAX: usize = 30;

/// Digits of a phone number: E.164 has at most 15; the shortest full numbers in use have 5.
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 5..=15;

/// The defects of contact and address, in the order of the form.
#[must_use]
pub fn defects(
    contact: Option<&Contact>,
    address: Option<&Address>,
    country: &str,
) -> Vec<FieldError> {
    let mut found = Vec::new();
    if let Some(contact) = contact {
        check_email(&contact.email, &mut found);
        check_line(
            &contact.name,
            "/contact/name",
            code::NAME,
            "Enter your full name.",
            &mut found,
        );
        if let Some(phone) = &contact.phone {
            check_phone(phone, &mut found);
        }
    }
    if let Some(address) = address {
        let street = "Enter street and house number.";
        check_line(
            &address.line1,
            "/address/line1",
            code::ADDRESS,
            street,
            &mut found,
        );
        if let Some(line2) = address
            .line2
            .as_deref()
            .filter(|line| !line.trim().is_empty())
        {
            let shorter = "Use at most 100 characters.";
            check_line(line2, "/address/line2", code::ADDRESS, shorter, &mut found);
        }
        check_postcode(&address.postcode, country, &mut found);
        check_line(
            &address.city,
            "/address/city",
            code::ADDRESS,
            "Enter the city.",
            &mut found,
        );
    }
    found
}

fn push(found: &mut Vec<FieldError>, pointer: &str, code: &str, detail: &str) {
    found.push(FieldError {
        pointer: pointer.to_owned(),
        code: code.to_owned(),
        detail: detail.to_owned(),
        available: None,
    });
}

fn check_email(email: &str, found: &mut Vec<FieldError>) {
    // A domain of one label is never reachable from outside; names in quotes and addresses in
    // brackets are legal, but only ever seen in attacks.
    let options = Options::default()
        .with_required_tld()
        .without_domain_literal();
    let valid = email.chars().count() <= EMAIL_CHARACTERS_MAX
        && !email
            .chars()
            .any(|character| character.is_control() || character == '"')
        && EmailAddress::parse_with_options(email, options).is_ok_and(|address| {
            // `Name <address>` is a mailbox, not an address.
            address.as_str() == address.email()
        });
    if !valid {
        let detail = "Enter an e-mail address like name@example.com.";
        push(found, "/contact/email", code::EMAIL, detail);
    }
}

fn check_phone(phone: &str, found: &mut Vec<FieldError>) {
    let pointer = "/contact/phone";
    let typed = phone.trim();
    if typed.is_empty() {
        return;
    }
    let digits = typed.chars().filter(char::is_ascii_digit).count();
    let rest = typed.strip_prefix('+').unwrap_or(typed);
    let fits = typed.chars().count() <= PHONE_CHARACTERS_MAX
        && PHONE_DIGITS.contains(&digits)
        && rest
            .chars()
            .all(|character| character.is_ascii_digit() || " ()-./".contains(character));
    if !typed.starts_with('+') && looks_like_card_number(typed) {
        push_card_number(found, pointer);
    } else if !fits {
        push(
            found,
            pointer,
            code::PHONE,
            "Enter a phone number like +49 30 1234567.",
        );
    }
}

/// A line of free text that must be there.
fn check_line(text: &str, pointer: &str, code: &str, missing: &str, found: &mut Vec<FieldError>) {
    if text.trim().is_empty() {
        push(found, pointer, code, missing);
    } else if text.chars().count() > LINE_CHARACTERS_MAX {
        push(found, pointer, code, "Use at most 100 characters.");
    } else if text.chars().any(char::is_control) {
        push(
            found,
            pointer,
            code::TEXT_CONTROL,
            "Remove line breaks and invisible characters.",
        );
    } else if looks_like_card_number(text) {
        push_card_number(found, pointer);
    }
}

fn push_card_number(found: &mut Vec<FieldError>, pointer: &str) {
    let detail = "This looks like a card number. Please never enter one here.";
    push(found, pointer, code::PAN_DETECTED, detail);
}

fn check_postcode(postcode: &str, country: &str, found: &mut Vec<FieldError>) {
    let pointer = "/address/postcode";
    if postcode.chars().any(char::is_control) {
        push(
            found,
            pointer,
            code::TEXT_CONTROL,
            "Remove line breaks and invisible characters.",
        );
    } else if let Err(example) = fits_country(postcode, country) {
        let detail = match example {
            Some(example) => format!("Enter a postcode like {example}."),
            None => "Enter a postcode of at most 12 characters.".to_owned(),
        };
        push(found, pointer, code::ADDRESS, &detail);
    }
}

/// A masked e-mail address for the demo's event list: `m…@example.com`.
#[must_use]
pub fn masked_email(email: &str) -> String {
    match EmailAddress::from_str(email) {
        Ok(address) => {
            let first: String = address.local_part().chars().take(1).collect();
            format!("{first}…@{}", address.domain())
        }
        Err(_) => "…".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contact() -> Contact {
        Contact {
            email: "mira@example.com".into(),
            name: "Mira Okafor".into(),
            phone: None,
        }
    }

    fn address() -> Address {
        Address {
            line1: "Lange Reihe 5".into(),
            line2: None,
            postcode: "20099".into(),
            city: "Hamburg".into(),
        }
    }

    fn check(contact: &Contact, address: &Address, expected: &[(&str, &str)]) {
        let found = defects(Some(contact), Some(address), "DE");
        let found: Vec<(&str, &str)> = found
            .iter()
            .map(|error| (error.pointer.as_str(), error.code.as_str()))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_people_really_enter_is_accepted() {
        check(&contact(), &address(), &[]);
        for name in [
            "O'Brien-Núñez",
            "李小龍",
            "'; DROP TABLE orders;--",
            "%00",
            "محمد",
        ] {
            check(
                &Contact {
                    name: name.into(),
                    ..contact()
                },
                &address(),
                &[],
            );
        }
        for phone in ["+49 30 1234567", "(030) 123-456", "", "112233"] {
            check(
                &Contact {
                    phone: Some(phone.into()),
                    ..contact()
                },
                &address(),
                &[],
            );
        }
    }

    #[test]
    fn an_address_of_electronic_mail_has_a_reachable_domain_and_no_line_break() {
        let long = format!("{}@example.com", "a".repeat(10_000));
        for email in [
            "",
            "a@b",
            "a",
            "@example.com",
            "a@",
            "a b@example.com",
            "a@b.c\r\nBcc: x@y.z",
            &long,
            "Mira <mira@example.com>",
            "a@[127.0.0.1]",
            "\"a b\"@example.com",
            "a@example..com",
        ] {
            let contact = Contact {
                email: email.into(),
                ..contact()
            };
            check(&contact, &address(), &[("/contact/email", "email")]);
        }
        for email in [
            "a@b.co",
            "first.last+tag@sub.example.museum",
            "jörg@münchen.de",
        ] {
            check(
                &Contact {
                    email: email.into(),
                    ..contact()
                },
                &address(),
                &[],
            );
        }
    }

    #[test]
    fn each_defect_stands_beside_its_field() {
        let name = |name: &str| Contact {
            name: name.into(),
            ..contact()
        };
        check(&name(" "), &address(), &[("/contact/name", "name")]);
        check(
            &name(&"é".repeat(101)),
            &address(),
            &[("/contact/name", "name")],
        );
        check(
            &name("a\0"),
            &address(),
            &[("/contact/name", "text-control")],
        );
        check(
            &name("4111 1111 1111 1111"),
            &address(),
            &[("/contact/name", "pan-detected")],
        );
        let phone = |phone: &str| Contact {
            phone: Some(phone.into()),
            ..contact()
        };
        check(
            &phone("call me"),
            &address(),
            &[("/contact/phone", "phone")],
        );
        check(
            &phone("4111111111111111"),
            &address(),
            &[("/contact/phone", "pan-detected")],
        );
        let bad = Address {
            line1: String::new(),
            line2: Some("5500-0055-5555-5559".into()),
            postcode: "2009".into(),
            city: "\n".into(),
        };
        check(
            &contact(),
            &bad,
            &[
                ("/address/line1", "address"),
                ("/address/line2", "pan-detected"),
                ("/address/postcode", "address"),
                ("/address/city", "address"),
            ],
        );
    }
}
