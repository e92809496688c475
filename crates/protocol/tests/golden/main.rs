//! The golden files: every shape as it stands on the wire, byte for byte. A difference is a change
//! of the API; `SHOPTAG_BLESS=1 cargo test -p shoptag-protocol --test golden` writes it down.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod checkout;
mod credit;

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::fs;
use std::path::PathBuf;

use serde::Serialize;
use serde::de::DeserializeOwned;
use shoptag_json::{Readable, assert_agrees_with_serde};

/// `id!("lamp")`: an id of the type that the place asks for.
macro_rules! id {
    ($text:expr) => {
        $text.to_owned().try_into().unwrap()
    };
}
use id;

/// Names of the documents; each has a file.
const DOCUMENTS: [&str; 23] = [
    "bag_binding_request",
    "bag_receipt",
    "click_receipt",
    "click_request",
    "decision",
    "fulfilment",
    "order_request",
    "order_request_least",
    "order_status",
    "problem",
    "problem_least",
    "quote",
    "quote_request",
    "quote_request_least",
    "refund",
    "refund_request",
    "saved_bag",
    "statement",
    "touchpoint_batch",
    "touchpoint_batch_answer",
    "video",
    "view_session",
    "view_session_request",
];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden")
}

/// Holds `document` against its file, in both directions.
fn check<T: Serialize + DeserializeOwned + PartialEq + Debug>(name: &str, document: &T) {
    assert!(DOCUMENTS.contains(&name), "{name} is not in the list");
    let path = folder().join(format!("{name}.json"));
    let written = serde_json::to_string_pretty(document).unwrap() + "\n";
    if std::env::var_os("SHOPTAG_BLESS").is_some() {
        fs::write(&path, &written).unwrap();
    }
    let golden = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(written, golden, "{name} is written otherwise");
    let read: T = serde_json::from_str(&golden).unwrap();
    assert_eq!(read, *document, "{name} is read otherwise");
}

/// The same of a document that the widget reads as well, without serde.
fn check_both<T>(name: &str, document: &T)
where
    T: Readable + Serialize + DeserializeOwned + PartialEq + Debug,
{
    check(name, document);
    assert_agrees_with_serde(document);
}

#[test]
fn every_golden_file_is_of_a_document_and_every_document_has_one() {
    let files: BTreeSet<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let documents = DOCUMENTS.iter().map(|name| format!("{name}.json"));
    assert_eq!(files, documents.collect());
}
