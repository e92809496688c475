//! Word between the instances of the widget on one origin: other elements on the page, other tabs.

use wasm_bindgen::JsValue;
use web_sys::BroadcastChannel;

use super::dom::{self, Listener};

/// What is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// The bag of the site has been written.
    Bag,
    /// The outbox of the site has been changed.
    Orders,
    /// The touchpoints of the site have been changed.
    Touchpoints,
    /// Does anyone lead?
    WhoLeads,
    /// I do.
    Leading,
}

impl Word {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Bag, "bag"),
        (Self::Orders, "orders"),
        (Self::Touchpoints, "touchpoints"),
        (Self::WhoLeads, "lead?"),
        (Self::Leading, "lead!"),
    ];
}

/// A channel of one site. Cheap to clone; it is gone when nobody holds it or listens to it.
#[derive(Debug, Clone)]
pub struct Channel {
    channel: Option<BroadcastChannel>,
}

impl Channel {
    /// Opens the channel of `site`. Where there are no channels, nobody is heard.
    #[must_use]
    pub fn open(site: &str) -> Self {
        Self {
            channel: BroadcastChannel::new(&["shoptag/", site].concat()).ok(),
        }
    }

    /// Calls `heard` with what another instance says, until the listener is dropped.
    #[must_use]
    pub fn listen(&self, heard: impl Fn(Word) + 'static) -> Option<Listener> {
        let channel = self.channel.as_ref()?;
        Some(Listener::new(channel, "message", move |event| {
            let text = dom::get(&event, "data").as_string();
            let mut words = Word::ALL.iter();
            if let Some((word, _)) = words.find(|(_, name)| text.as_deref() == Some(name)) {
                heard(*word);
            }
        }))
    }

    /// Tells the others.
    pub fn say(&self, word: Word) {
        let text = Word::ALL.iter().find(|(own, _)| *own == word);
        if let (Some(channel), Some((_, text))) = (&self.channel, text) {
            let _ = channel.post_message(&JsValue::from_str(text));
        }
    }
}
