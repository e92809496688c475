//! The shopper's clock and timers.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use gloo::timers::callback::Timeout;
use js_sys::Promise;
use shoptag_commerce::Timestamp;
use wasm_bindgen_futures::JsFuture;

/// Longest delay a browser's timer can hold, milliseconds (a signed 32-bit number).
const TIMER_MS_MAX: i64 = i32::MAX as i64;

/// Now: the shopper's clock as it stood when the page was loaded, monotonic since.
#[must_use]
pub fn now() -> Timestamp {
    let ms = web_sys::window()
        .and_then(|window| window.performance())
        .map_or_else(js_sys::Date::now, |clock| clock.time_origin() + clock.now());
    // Whole milliseconds of any calendar fit an f64 exactly.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a float to integer cast saturates"
    )]
    Timestamp::from_ms(ms as i64)
}

/// A call that is going to be made. Dropping it cancels the call.
pub type Pending = Timeout;

/// Calls `then` after `delay_ms`. Dropping the guard cancels it.
pub fn after(delay_ms: u32, then: impl FnOnce() + 'static) -> Pending {
    after_boxed(delay_ms, Box::new(then))
}

/// In one place: each would be code of its own.
#[inline(never)]
fn after_boxed(delay_ms: u32, then: Box<dyn FnOnce()>) -> Pending {
    Timeout::new(delay_ms, then)
}

/// Calls `then` at `at`, or at once if that has passed. Dropping the guard cancels it.
pub fn at(at: Timestamp, then: impl FnOnce() + 'static) -> Pending {
    let delay_ms = at.since_ms(now()).clamp(0, TIMER_MS_MAX);
    after(u32::try_from(delay_ms).unwrap_or(0), then)
}

/// Lets `ms` milliseconds pass.
pub async fn pause(ms: u32) {
    let passed = Promise::new(&mut |resolve, _reject| {
        if let Some(window) = web_sys::window() {
            let ms = i32::try_from(ms).unwrap_or(i32::MAX);
            let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, ms);
        }
    });
    let _ = JsFuture::from(passed).await;
}

/// What `work` comes to, unless that takes longer than `ms` milliseconds.
pub async fn within<T>(ms: u32, work: impl Future<Output = T>) -> Option<T> {
    let (mut work, mut end) = (pin!(work), pin!(pause(ms)));
    poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending => end.as_mut().poll(context).map(|()| None),
    })
    .await
}
