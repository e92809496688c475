//! What a host page relies on is written down in three places, and all three say what the code
//! does: `docs/embed.md`, the types and the manifest of the npm package.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const DOCUMENTS: [&str; 2] = ["docs/embed.md", "xtask/npm/custom-elements.json"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every file below `src` with one of the endings, as one text.
fn sources(ending: &str) -> String {
    fn collect(folder: &Path, ending: &str, text: &mut String) {
        for entry in fs::read_dir(folder).expect("the folder can be read") {
            let path = entry.expect("the folder can be read").path();
            if path.is_dir() {
                collect(&path, ending, text);
            } else if path.to_string_lossy().ends_with(ending) && !path.ends_with("names.rs") {
                text.push_str(&fs::read_to_string(&path).expect("the file can be read"));
            }
        }
    }
    let mut text = String::new();
    collect(&root().join("src"), ending, &mut text);
    text
}

/// What stands between `before` and the next `after`, everywhere in the text.
fn between(text: &str, before: &str, after: char) -> BTreeSet<String> {
    let starts = text
        .match_indices(before)
        .map(|(at, found)| &text[at + found.len()..]);
    starts
        .filter_map(|rest| Some(rest.split_once(after)?.0.to_owned()))
        .collect()
}

#[track_caller]
fn check(what: &str, names: &BTreeSet<String>, documents: &[&str]) {
    assert!(!names.is_empty(), "no {what} was found in the code");
    for document in documents {
        let text = read(document);
        let quoted = |name: &str| ['`', '"', '\''].map(|mark| format!("{mark}{name}{mark}"));
        let missing: Vec<_> = names
            .iter()
            .filter(|name| {
                !quoted(name)
                    .iter()
                    .any(|quoted| text.contains(quoted.as_str()))
            })
            .collect();
        assert!(
            missing.is_empty(),
            "{document} does not name the {what} {missing:?}"
        );
    }
}

#[test]
fn every_attribute_is_documented() {
    let loader = read("www/shop-tags.js");
    let (_, list) = loader
        .split_once("const ATTRIBUTES")
        .expect("the loader lists them");
    let (list, _) = list.split_once(']').expect("the list ends");
    let names = list
        .split('\'')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect();
    check("attribute", &names, &DOCUMENTS);
}

#[test]
fn every_event_that_is_fired_is_documented_and_typed() {
    let names = read("src/embed/names.rs");
    let code = sources(".rs");
    let fired = names
        .lines()
        .filter_map(|line| line.strip_prefix("pub const ")?.split_once(": &str = \""))
        .filter(|(constant, _)| constant.starts_with("EVENT_") && code.contains(constant))
        .map(|(_, value)| value.trim_end_matches("\";").to_owned())
        .collect();
    check("event", &fired, &DOCUMENTS);
    check("event", &fired, &["xtask/npm/shop-tags.d.ts"]);
}

#[test]
fn every_part_and_custom_property_is_documented() {
    check("part", &between(&sources(".rs"), "[part=", ']'), &DOCUMENTS);
    let properties = between(&sources(".css"), "var(--shoptag-", ')');
    let properties = properties.iter().map(|rest| {
        let name = rest.split(',').next().unwrap_or_default().trim();
        format!("--shoptag-{name}")
    });
    check("custom property", &properties.collect(), &DOCUMENTS);
}

#[test]
fn the_methods_and_properties_of_the_element_are_documented_and_typed() {
    let loader = read("www/shop-tags.js");
    let (_, class) = loader
        .split_once("export class ")
        .expect("the loader has the class");
    let (class, _) = class.split_once("\n}").expect("the class ends");
    // A member stands two spaces deep; what begins with # is private, and callbacks are the
    // browser's.
    let names: BTreeSet<String> = class
        .lines()
        .filter_map(|line| line.strip_prefix("  "))
        .map(|line| line.trim_start_matches("async ").trim_start_matches("get "))
        .filter_map(|line| Some(line.split_once('(')?.0.to_owned()))
        .filter(|name| name.chars().all(|letter| letter.is_ascii_alphabetic()))
        .filter(|name| !name.ends_with("Callback"))
        .collect();
    for known in [
        "openBag",
        "exportPendingOrders",
        "setConsent",
        "currentTags",
    ] {
        assert!(
            names.contains(known),
            "{known} is not found among {names:?}"
        );
    }
    let documents = [
        "xtask/npm/shop-tags.d.ts",
        "docs/embed.md",
        "xtask/npm/custom-elements.json",
    ];
    for (document, name) in documents
        .iter()
        .flat_map(|d| names.iter().map(move |n| (*d, n)))
    {
        let text = read(document);
        let named = ["(", "`", "\"", ":"].map(|end| [name.as_str(), end].concat());
        let found = named.iter().any(|named| text.contains(named.as_str()));
        assert!(found, "{document} does not name {name}");
    }
}

/// Where the code of a `shop-error` comes from: a file, and what stands before each code.
const CODES: [(&str, &str); 12] = [
    ("src/embed/config.rs", "Self::Missing => \""),
    ("src/embed/config.rs", "Self::Url => \""),
    ("src/embed/config.rs", "Self::Locale => \""),
    ("src/embed/config.rs", "Self::Theme => \""),
    ("src/embed/config.rs", "Self::Track => \""),
    ("src/embed/element.rs", "UNSUPPORTED: &str = \""),
    ("src/browser/page_track.rs", "UNREADABLE: &str = \""),
    ("src/session/bagging.rs", "NOT_ADDED: &str = \""),
    ("src/session/mod.rs", "Failure::Unreachable => \""),
    ("src/session/mod.rs", "Failure::Unreadable { .. } => \""),
    ("www/shop-tags.js", "failure('"),
    ("crates/tag_track/src/defect.rs", " = \""),
];

#[test]
fn the_codes_of_errors_that_are_documented_are_those_that_are_fired() {
    let mut codes = BTreeSet::new();
    for (path, before) in CODES {
        let end = if before.ends_with('\'') { '\'' } else { '"' };
        let found = between(&read(path), before, end);
        assert!(!found.is_empty(), "{path} has no longer {before}");
        codes.extend(found);
    }
    check("code", &codes, &["docs/embed.md"]);
    let text = read("docs/embed.md");
    let (_, table) = text
        .split_once("| code | why |")
        .expect("there is a table of codes");
    let (table, _) = table.split_once("\n\n").expect("the table ends");
    let rows = table.lines().filter_map(|row| row.strip_prefix("| `"));
    for row in rows {
        let cell = row.split(" | ").next().unwrap_or_default();
        for code in cell.split("`, `").map(|code| code.trim_end_matches('`')) {
            assert!(codes.contains(code), "no code of ours is {code}");
        }
    }
    // No file but those above makes one.
    let announced = sources(".rs").matches("announce_error(").count();
    assert_eq!(
        announced, 4,
        "another place fires shop-error: put its code into CODES"
    );
}
