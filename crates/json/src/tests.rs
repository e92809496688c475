//! Reading, held against serde.

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::{Parsed, assert_agrees_with_serde, read, readable, readable_name};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Colour {
    Red,
    DarkBlue,
}

readable_name!(Colour { Red = "red", DarkBlue = "dark-blue" });

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Leg {
    length: i64,
    painted: bool,
}

readable!(Leg { length, painted });

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Chair {
    #[serde(rename = "type")]
    kind: String,
    legs: Vec<Leg>,
    #[serde(default)]
    seats: u16,
    places: u32,
    made: u64,
    colour: Colour,
    cushion: Option<Box<Leg>>,
    label: (String, i64),
}

readable!(Chair {
    kind as "type", legs, seats or 0, places, made, colour, cushion, label
});

fn chair() -> Chair {
    let leg = Leg {
        length: -40,
        painted: true,
    };
    Chair {
        kind: "stool".to_owned(),
        legs: vec![leg.clone(), leg.clone()],
        seats: 1,
        places: 70_000,
        made: 5_000_000_000,
        colour: Colour::DarkBlue,
        cushion: Some(Box::new(leg)),
        label: ("é".to_owned(), 7),
    }
}

#[test]
fn what_is_read_is_what_serde_reads() {
    assert_agrees_with_serde(&chair());
    assert_agrees_with_serde(&Chair {
        legs: Vec::new(),
        colour: Colour::Red,
        cushion: None,
        ..chair()
    });
}

#[test]
#[should_panic(expected = "seats")]
fn a_field_that_is_read_otherwise_is_found_out() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Bench {
        seats: u32,
    }
    // Serde has no default for it.
    readable!(Bench { seats or 2 });
    assert_agrees_with_serde(&Bench { seats: 3 });
}

fn number(json: &Json) -> Option<i64> {
    read(Parsed(Some(json)))
}

#[test]
fn a_number_is_whole_and_exact() {
    assert_eq!(number(&json!(9_007_199_254_740_992_i64)), Some(1 << 53));
    assert_eq!(number(&json!(-12.0)), Some(-12));
    for other in [
        json!(9.1e15),
        json!(1e300),
        json!(0.5),
        json!("1"),
        json!(null),
    ] {
        assert_eq!(number(&other), None, "{other}");
    }
}

#[test]
fn what_a_newer_writer_says_more_is_passed_over() {
    let json = json!({ "length": 1, "painted": false, "carved": { "by": "hand" } });
    let leg: Option<Leg> = read(Parsed(Some(&json)));
    assert_eq!(leg.map(|leg| leg.length), Some(1));
}
