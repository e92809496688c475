//! What a host page relies on is written down in three places, and all three say what the code does:
//! `docs/embed.md`, the types and the manifest of the npm package.
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
    check(
        "part",
        &between(&sources(".rs"), "part=\"", '"'),
        &DOCUMENTS,
    );
    let properties = between(&sources(".css"), "var(--shoptag-", ')');
    let properties = properties.iter().map(|rest| {
        let name = rest.split(',').next().unwrap_or_default().trim();
        format!("--shoptag-{name}")
    });
    check("custom property", &properties.collect(), &DOCUMENTS);
}

#[test]
fn the_methods_of_the_element_are_documented_and_typed() {
    let loader = read("www/shop-tags.js");
    for name in [
        "openBag",
        "closeAll",
        "addToBag",
        "currentTags",
        "contentTime",
        "adBreak",
    ] {
        assert!(
            loader.contains(&format!("{name}(")),
            "the loader has no {name}"
        );
        for document in ["docs/embed.md", "xtask/npm/shop-tags.d.ts"] {
            assert!(
                read(document).contains(name),
                "{document} does not name {name}"
            );
        }
    }
}
