//! Requests to the backend. Nothing here throws: every outcome is a value.

use std::rc::Rc;

use js_sys::Promise;
use serde::Serialize;
use shoptag_commerce::IdempotencyKey;
use shoptag_json::Readable;
use shoptag_protocol::{IDEMPOTENCY_KEY_HEADER, Problem, TouchpointBatch, TouchpointBatchAnswer};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, AbortSignal, Response};

use crate::browser::dom::{self, Plain};
use crate::browser::{clock, json};
use crate::event::Failure;

/// How long a request may take, milliseconds: as long as the outbox waits for an attempt.
const TIMEOUT_MS: u32 = 20_000;

#[wasm_bindgen]
extern "C" {
    /// The page's `fetch`, which the page may have replaced by one that throws.
    #[wasm_bindgen(catch, js_name = fetch)]
    fn fetch(url: &str, options: &JsValue) -> Result<Promise, JsValue>;
}

/// A request: where it goes, and what is sent beside that.
#[derive(Debug, Default)]
pub struct Outgoing {
    url: String,
    body: Option<String>,
    key: Option<IdempotencyKey>,
    /// As plain text, which is what a body is without another word.
    plain: bool,
    outlives: bool,
}

/// Asks for a video's document.
#[must_use]
pub fn video_document(api: &str, site: &str, video: &str) -> Outgoing {
    let (video, site) = (encode(video), encode(site));
    Outgoing {
        url: [api, "/v1/videos/", &video, "?site=", &site].concat(),
        ..Outgoing::default()
    }
}

/// Posts `request` to `path` under the API; `None` if it cannot be written.
#[must_use]
pub fn post(api: &str, path: &str, request: &impl Serialize) -> Option<Outgoing> {
    Some(Outgoing {
        url: [api, path].concat(),
        body: Some(json::write(request)?),
        ..Outgoing::default()
    })
}

/// Posts touchpoints. `leaving`: the request must outlive the page, as far as the browser has room
/// for that, and must not need a question of the browser's first, for which there is no time: it
/// goes as plain text.
#[must_use]
pub fn touchpoints(api: &str, batch: &TouchpointBatch, leaving: bool) -> Option<Outgoing> {
    let path = if leaving { "/t" } else { "/v1/touchpoints" };
    let outgoing = post(api, path, batch)?;
    Some(Outgoing {
        plain: leaving,
        outlives: leaving,
        ..outgoing
    })
}

/// Sends a confirmed order.
#[must_use]
pub fn order(api: &str, path: &str, key: IdempotencyKey, body: String) -> Outgoing {
    Outgoing {
        url: [api, path].concat(),
        body: Some(body),
        key: Some(key),
        ..Outgoing::default()
    }
}

/// A good answer, not read yet.
#[derive(Debug)]
pub struct Answer {
    status: u16,
    /// Undefined where it is no JSON.
    document: JsValue,
}

/// Reads an answer. Apart from [`exchange`], so that there is one future for all answers.
///
/// # Errors
/// [`Failure`].
#[inline(never)]
pub fn read<T: Readable>(answer: Result<Answer, Failure>) -> Result<T, Failure> {
    let Answer { status, document } = answer?;
    json::from_js(document).ok_or(Failure::Unreadable { status })
}

/// Why touchpoints were not taken, if so. What is taken says nothing that matters but that.
#[must_use]
pub fn touchpoints_refused(answer: Result<Answer, Failure>) -> Option<Failure> {
    match read::<TouchpointBatchAnswer>(answer) {
        // 204: the browser asked for privacy; nothing was kept.
        Ok(_) | Err(Failure::Unreadable { status: 204 }) => None,
        Err(failure) => Some(failure),
    }
}

/// One request and its whole answer, within the time a request may take. `None` cannot be sent.
///
/// # Errors
/// [`Failure`].
pub async fn exchange(outgoing: Option<Outgoing>) -> Result<Answer, Failure> {
    let mut outgoing = outgoing.ok_or(Failure::Unreachable)?;
    loop {
        match (attempt(&outgoing).await, outgoing.outlives) {
            (Some((response, text)), _) => return judge(&response, &text),
            // The page's other scripts may have used up the room for what outlives it.
            (None, true) => outgoing.outlives = false,
            (None, false) => return Err(Failure::Unreachable),
        }
    }
}

fn judge(response: &Response, text: &str) -> Result<Answer, Failure> {
    let status = response.status();
    let document = js_sys::JSON::parse(text).unwrap_or_default();
    if response.ok() {
        return Ok(Answer { status, document });
    }
    match json::from_js::<Problem>(document).filter(|problem| !problem.code.is_empty()) {
        Some(problem) => Err(Failure::Refused {
            // A proxy may have changed one and not the other; the transport's status is the true
            // one.
            problem: Rc::new(Problem { status, ..problem }),
            retry_after_ms: retry_after_ms(response),
        }),
        None => Err(Failure::Unreadable { status }),
    }
}

/// The answer with its text, read to the end; `None` if either did not come in time.
async fn attempt(sending: &Outgoing) -> Option<(Response, String)> {
    let controller = AbortController::new().ok()?;
    let request = fetch(&sending.url, &options(sending, &controller.signal())).ok()?;
    let answer = async {
        let response: Response = settled(request).await?.dyn_into().ok()?;
        let text = settled(response.text().ok()?).await?;
        Some((response, text.as_string()?))
    };
    // A `fetch` that was replaced may ignore the signal and never settle: nobody waits for it.
    let answer = clock::within(TIMEOUT_MS, answer).await;
    if answer.is_none() {
        controller.abort();
    }
    answer?
}

/// What a promise comes to, or what stands in its place when a function was replaced.
async fn settled(promise: Promise) -> Option<JsValue> {
    JsFuture::from(Promise::resolve(&promise)).await.ok()
}

/// What `fetch` is told beside the address.
fn options(sending: &Outgoing, signal: &AbortSignal) -> Plain {
    let mut headers = dom::object();
    let mut options = dom::object()
        .with("signal", signal)
        .text("credentials", "omit");
    if sending.outlives {
        options = options.with("keepalive", &JsValue::TRUE);
    }
    if let Some(body) = &sending.body {
        options = options.text("method", "POST").text("body", body);
        if !sending.plain {
            headers = headers.text("content-type", "application/json");
        }
    }
    if let Some(key) = &sending.key {
        headers = headers.text(IDEMPOTENCY_KEY_HEADER, key.as_str());
    }
    options.with("headers", &headers)
}

/// `Retry-After` as seconds or as a date, in milliseconds from now.
fn retry_after_ms(response: &Response) -> Option<u64> {
    let text = response.headers().get("retry-after").ok()??;
    if let Ok(seconds) = text.trim().parse::<u64>() {
        return Some(seconds.saturating_mul(1_000));
    }
    let delay_ms = js_sys::Date::parse(&text) - js_sys::Date::now();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float to integer cast saturates; what is no date is 0"
    )]
    (delay_ms > 0.0).then_some(delay_ms as u64)
}

fn encode(text: &str) -> String {
    js_sys::encode_uri_component(text).into()
}
