//! The functional core: `handle(event, now)` changes the state and returns what the outside shall do.

use crate::effect::Effect;
use crate::event::Event;
use shoptag_commerce::Timestamp;

/// Everything the widget knows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Session {}

impl Session {
    /// Takes in one event at `now` (the shopper's clock) and returns the effects, to be carried out in
    /// order.
    #[must_use]
    pub fn handle(&mut self, event: Event, now: Timestamp) -> Vec<Effect> {
        let _ = (event, now);
        Vec::new()
    }
}
