//! The shopper's clock and timers.

use gloo::timers::callback::Timeout;
use shoptag_commerce::Timestamp;

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
    Timeout::new(delay_ms, then)
}

/// Calls `then` at `at`, or at once if that has passed. Dropping the guard cancels it.
pub fn at(at: Timestamp, then: impl FnOnce() + 'static) -> Pending {
    let delay_ms = at.since_ms(now()).clamp(0, TIMER_MS_MAX);
    after(u32::try_from(delay_ms).unwrap_or(0), then)
}
