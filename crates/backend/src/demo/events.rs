//! `GET /demo/events`: Server-Sent Events.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use shoptag_protocol::code;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::BroadcastStream;

use super::DemoEvent;
use crate::error::ApiError;
use crate::state::Shared;

/// A comment that often keeps proxies from closing a quiet connection.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// What the backend just received, for the demo page: the last fifty events, then each new one.
/// A browser that reconnects says with `Last-Event-ID` what it has seen.
#[utoipa::path(
    get, path = "/demo/events", tag = "demo",
    responses((status = 200, description = "Events as JSON", content_type = "text/event-stream"),
              (status = 404, description = "`not-found`: not started with --demo"))
)]
pub(crate) async fn events(State(state): State<Shared>, headers: HeaderMap) -> Response {
    let Some(demo) = &state.demo else {
        return ApiError::new(code::NOT_FOUND).into_response();
    };
    let after = headers
        .get("last-event-id")
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse().ok())
        .unwrap_or(0);
    let (past, news) = demo.listen(after);
    // A listener that fell behind misses events rather than holding up orders.
    let news = BroadcastStream::new(news).filter_map(Result::ok);
    let stream = tokio_stream::iter(past)
        .chain(news)
        .filter_map(|event| sse(&event));
    let stream = stream.map(Ok::<_, Infallible>);
    Sse::new(stream)
        .keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
        .into_response()
}

fn sse(event: &DemoEvent) -> Option<Event> {
    Event::default()
        .id(event.id.to_string())
        .json_data(event)
        .ok()
}
