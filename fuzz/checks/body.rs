//! What holds for every body, whatever is in it.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use shoptag_backend::body::{Defect, parse, scan};
use shoptag_protocol::{OrderRequest, Problem, QuoteRequest, TouchpointBatch, code};

/// An order's or a quote's.
pub(crate) fn order_body(bytes: &[u8]) {
    check::<OrderRequest>(bytes);
    check::<QuoteRequest>(bytes);
}

/// A batch of touchpoints.
pub(crate) fn touchpoint_body(bytes: &[u8]) {
    check::<TouchpointBatch>(bytes);
}

fn check<T: DeserializeOwned + Serialize>(bytes: &[u8]) {
    let value = serde_json::from_slice::<Value>(bytes);
    match scan(bytes) {
        // Numbers that no type holds are JSON all the same.
        Ok(()) => {}
        Err(Defect::Syntax(at)) => {
            assert!(value.is_err(), "the scanner refuses JSON");
            assert!(at <= bytes.len());
        }
        Err(Defect::Depth | Defect::Duplicate(_)) => assert!(parse::<T>(bytes).is_err()),
    }
    match parse::<T>(bytes) {
        Ok(parsed) => {
            assert_eq!(
                scan(bytes),
                Ok(()),
                "nothing is believed that was not scanned"
            );
            // Claims of credit are passed over and not written, so the texts are compared.
            let text = serde_json::to_vec(&parsed).expect("what was read can be written");
            let again = parse::<T>(&text).expect("and read again");
            assert_eq!(serde_json::to_vec(&again).ok(), Some(text));
        }
        Err(error) => refused(&error.problem, value.ok().as_ref()),
    }
}

/// A refusal has a known code and a status for bad input, and points into the body.
fn refused(problem: &Problem, body: Option<&Value>) {
    assert!(code::ALL.contains(&problem.code.as_str()));
    assert!(matches!(problem.status, 400 | 422), "{problem:?}");
    for error in &problem.errors {
        let pointer = error.pointer.as_str();
        assert!(pointer.is_empty() || pointer.starts_with('/'), "{pointer}");
        let escapes = pointer.split('~').skip(1);
        assert!(
            escapes.clone().all(|rest| rest.starts_with(['0', '1'])),
            "{pointer}"
        );
        let Some(body) = body else { continue };
        let there = if error.code == code::JSON_MISSING_FIELD {
            pointer.rsplit_once('/').map_or("", |(parent, _)| parent)
        } else {
            pointer
        };
        assert!(
            body.pointer(there).is_some(),
            "{pointer} is not in the body"
        );
    }
}
