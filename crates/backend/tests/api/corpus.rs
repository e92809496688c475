//! The fuzzer's corpus without the fuzzer, and bodies that are nearly right: the same checks hold.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

#[path = "../../../../fuzz/checks/body.rs"]
mod body;
#[path = "../../../../fuzz/checks/feed.rs"]
mod feed;
#[path = "../../../../fuzz/checks/tag_track.rs"]
mod tag_track;

type Check = fn(&[u8]);

const TARGETS: [(&str, Check); 7] = [
    ("tag_track_json", tag_track::tag_track_json),
    ("tag_track_webvtt", tag_track::tag_track_webvtt),
    ("shopify_csv", feed::shopify_csv),
    ("merchant_tsv", feed::merchant_tsv),
    ("merchant_xml", feed::merchant_xml),
    ("order_body", body::order_body),
    ("touchpoint_body", body::touchpoint_body),
];

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

/// Names in a folder, without their endings.
fn names(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(fuzz().join(folder)).unwrap();
    let name = |path: PathBuf| path.file_stem().unwrap().to_string_lossy().into_owned();
    let mut names: Vec<_> = entries.map(|entry| name(entry.unwrap().path())).collect();
    names.sort();
    names
}

#[test]
fn every_input_of_the_corpus_keeps_what_the_fuzzer_checks() {
    for (target, check) in TARGETS {
        let inputs = fs::read_dir(fuzz().join("corpus").join(target)).unwrap();
        let mut count = 0;
        for input in inputs {
            let path = input.unwrap().path();
            check(&fs::read(&path).unwrap());
            count += 1;
        }
        assert!(count >= 3, "{target} has a corpus");
    }
}

#[test]
fn every_target_is_replayed() {
    let mut known: Vec<_> = TARGETS.map(|(target, _)| target.to_owned()).to_vec();
    known.sort();
    assert_eq!(names("fuzz_targets"), known);
    assert_eq!(names("corpus"), known);
}

/// A right body with one piece of it replaced.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let order: &[u8] = include_bytes!("../../../../fuzz/corpus/order_body/order.json");
    let quote: &[u8] = include_bytes!("../../../../fuzz/corpus/order_body/quote.json");
    let batch: &[u8] = include_bytes!("../../../../fuzz/corpus/touchpoint_body/batch.json");
    let pieces = prop::sample::select(vec![
        "",
        "0",
        "-1",
        "1.5",
        "1e999",
        "null",
        "true",
        "[]",
        "{}",
        "\"\"",
        "\"\\u0000\"",
        "{\"a\":",
        ",",
        "\"a/b~c\":1,",
        "\"credits\":[[]],",
        "18446744073709551616",
        "\\",
        "\"",
        "\u{202e}",
    ]);
    let text = prop::sample::select(vec![order, quote, batch]);
    (text, any::<prop::sample::Index>(), 0_usize..40, pieces).prop_map(
        |(text, at, length, piece)| {
            let start = at.index(text.len());
            let end = (start + length).min(text.len());
            [&text[..start], piece.as_bytes(), &text[end..]].concat()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_damaged_body_is_refused_with_a_pointer_into_it(bytes in damaged()) {
        body::order_body(&bytes);
        body::touchpoint_body(&bytes);
    }

    #[test]
    fn no_bytes_make_a_body_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        body::order_body(&bytes);
        body::touchpoint_body(&bytes);
    }
}
