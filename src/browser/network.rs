//! Requests to the backend. Nothing here throws: every outcome is a value.

use std::rc::Rc;

use gloo::timers::callback::Timeout;
use js_sys::{Array, Promise};
use serde::Serialize;
use serde::de::DeserializeOwned;
use shoptag_protocol::{
    IDEMPOTENCY_KEY_HEADER, OrderStatus, Problem, Quote, QuoteRequest, TouchpointBatch,
    TouchpointBatchAnswer, VideoDocument,
};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Headers, RequestCredentials, RequestInit, Response};

use crate::browser::{dom, json};
use crate::event::Failure;

/// How long a request may take, milliseconds: as long as the outbox waits for an attempt.
const TIMEOUT_MS: u32 = 20_000;

#[wasm_bindgen]
extern "C" {
    /// The page's `fetch`, which the page may have replaced by one that throws.
    #[wasm_bindgen(catch, js_name = fetch)]
    fn fetch(url: &str, init: &RequestInit) -> Result<Promise, JsValue>;
}

/// Fetches a video's document.
///
/// # Errors
/// [`Failure`].
pub async fn video_document(
    api: &str,
    site: &str,
    video: &str,
) -> Result<Rc<VideoDocument>, Failure> {
    let mut url = [api, "/v1/videos/"].concat();
    url.push_str(&encode(video));
    url.push_str("?site=");
    url.push_str(&encode(site));
    exchange(&url, Sending::default()).await.map(Rc::new)
}

/// Posts `request` to `path` under the API.
///
/// # Errors
/// [`Failure`].
pub async fn post<T: DeserializeOwned>(
    api: &str,
    path: &str,
    request: &impl Serialize,
) -> Result<T, Failure> {
    let body = json::write(request).ok_or(Failure::Unreachable)?;
    let sending = Sending {
        body: Some(&body),
        ..Sending::default()
    };
    exchange(&[api, path].concat(), sending).await
}

/// Posts touchpoints; the answer is read to its end and says nothing that matters but that it came.
/// `leaving`: the request must outlive the page, as far as the browser has room for that, and must
/// not need a question of the browser's first, for which there is no time: it goes as plain text.
///
/// # Errors
/// [`Failure`].
pub async fn touchpoints(api: &str, batch: &TouchpointBatch, leaving: bool) -> Result<(), Failure> {
    let body = json::write(batch).ok_or(Failure::Unreachable)?;
    let path = if leaving { "/t" } else { "/v1/touchpoints" };
    let url = [api, path].concat();
    let sending = |outlives| Sending {
        body: Some(&body),
        plain: leaving,
        outlives,
        ..Sending::default()
    };
    let mut answer = exchange::<TouchpointBatchAnswer>(&url, sending(leaving)).await;
    if leaving && answer == Err(Failure::Unreachable) {
        // The page's other scripts may have used the room up.
        answer = exchange(&url, sending(false)).await;
    }
    match answer {
        // The browser asked for privacy; nothing was kept.
        Err(Failure::Unreadable { status: 204 }) => Ok(()),
        answer => answer.map(drop),
    }
}

/// Asks for a quote.
///
/// # Errors
/// [`Failure`].
pub async fn quote(api: &str, request: &QuoteRequest) -> Result<Rc<Quote>, Failure> {
    post(api, "/v1/quotes", request).await.map(Rc::new)
}

/// Sends a confirmed order.
///
/// # Errors
/// [`Failure`].
pub async fn submit(
    api: &str,
    path: &str,
    key: &str,
    body: &str,
) -> Result<Rc<OrderStatus>, Failure> {
    let sending = Sending {
        body: Some(body),
        key: Some(key),
        ..Sending::default()
    };
    exchange(&[api, path].concat(), sending).await.map(Rc::new)
}

/// What is sent beside the address.
#[derive(Debug, Clone, Copy, Default)]
struct Sending<'a> {
    body: Option<&'a str>,
    key: Option<&'a str>,
    /// As plain text, which is what a body is without another word.
    plain: bool,
    outlives: bool,
}

/// One request and its whole answer, within [`TIMEOUT_MS`].
async fn exchange<T: DeserializeOwned>(url: &str, sending: Sending<'_>) -> Result<T, Failure> {
    let (response, text) = answer(url, sending).await.ok_or(Failure::Unreachable)?;
    let status = response.status();
    if response.ok() {
        return json::read(&text).ok_or(Failure::Unreadable { status });
    }
    match json::read::<Problem>(&text).filter(|problem| !problem.code.is_empty()) {
        Some(problem) => Err(Failure::Refused {
            // A proxy may have changed one and not the other; the transport's status is the true
            // one.
            problem: Rc::new(Problem { status, ..problem }),
            retry_after_ms: retry_after_ms(&response),
        }),
        None => Err(Failure::Unreadable { status }),
    }
}

/// The answer with its text, read to the end; `None` if either did not come.
async fn answer(url: &str, sending: Sending<'_>) -> Option<(Response, String)> {
    let controller = AbortController::new().ok()?;
    let init = RequestInit::new();
    init.set_signal(Some(&controller.signal()));
    init.set_credentials(RequestCredentials::Omit);
    let headers = Headers::new().ok()?;
    if sending.outlives {
        // Not in web-sys.
        dom::set(&init, "keepalive", &JsValue::TRUE);
    }
    if let Some(body) = sending.body {
        init.set_method("POST");
        init.set_body(&JsValue::from_str(body));
        if !sending.plain {
            headers.set("content-type", "application/json").ok()?;
        }
    }
    if let Some(key) = sending.key {
        headers.set(IDEMPOTENCY_KEY_HEADER, key).ok()?;
    }
    init.set_headers(&headers);

    // A `fetch` that was replaced may ignore the signal and never settle: race it as well.
    let mut timer = None;
    let deadline = Promise::new(&mut |resolve, _reject| {
        let controller = controller.clone();
        timer = Some(Timeout::new(TIMEOUT_MS, move || {
            controller.abort();
            let _ = resolve.call0(&JsValue::NULL);
        }));
    });
    let response: Response = race(&fetch(url, &init).ok()?, &deadline)
        .await?
        .dyn_into()
        .ok()?;
    let text = race(&response.text().ok()?, &deadline).await?.as_string()?;
    drop(timer);
    Some((response, text))
}

async fn race(promise: &Promise, deadline: &Promise) -> Option<JsValue> {
    let both = Array::of2(promise, deadline);
    JsFuture::from(Promise::race(&both)).await.ok()
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
