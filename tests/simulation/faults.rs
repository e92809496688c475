//! How likely each fault is in a run. Each run draws its own mixture, so that rare combinations
//! come up: a fault is absent in some runs and frequent in others.

use crate::dice::Dice;

/// Chances out of 1 000.
#[derive(Debug, Clone, Default)]
pub(crate) struct Faults {
    /// A request does not get through, which is known at once.
    pub(crate) refused: u32,
    /// A request vanishes.
    pub(crate) request_lost: u32,
    /// The backend has answered, and the answer vanishes.
    pub(crate) answer_lost: u32,
    /// An answer is cut short.
    pub(crate) cut: u32,
    /// A request arrives twice.
    pub(crate) doubled: u32,
    /// Request or answer takes very long.
    pub(crate) slow: u32,
    /// A captive portal answers instead: 200 with a page, 204, a redirect, 401, 403 or 404.
    pub(crate) portal: u32,
    /// The device gets behind such a portal for a while, or away from it.
    pub(crate) portals: u32,
    /// A proxy answers instead: 429, 500, 502, 503, 504.
    pub(crate) proxy: u32,
    /// The process dies before or after a request, for each request.
    pub(crate) process: u32,
    /// A tab dies before an effect is carried out, for each effect.
    pub(crate) tab_death: u32,
    /// A shopper closes the tab, or the browser dies, instead of doing something.
    pub(crate) closing: u32,
    /// A tab is frozen in the background.
    pub(crate) freezing: u32,
    /// The device goes off line.
    pub(crate) offline: u32,
    /// The device's or the server's clock jumps.
    pub(crate) clock: u32,
}

impl Faults {
    pub(crate) fn draw(dice: &mut Dice) -> Self {
        let mut level = |most: u32| dice.pick(&[0, most / 4, most / 4, most]);
        Self {
            refused: level(200),
            request_lost: level(200),
            answer_lost: level(250),
            cut: level(100),
            doubled: level(200),
            slow: level(200),
            portal: level(120),
            portals: level(40),
            proxy: level(150),
            process: level(80),
            tab_death: level(30),
            closing: level(120),
            freezing: level(60),
            offline: level(80),
            clock: level(60),
        }
    }
}
