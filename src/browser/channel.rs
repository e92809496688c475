//! Word between the instances of the widget on one origin: other elements on the page, other tabs.

use gloo::events::EventListener;
use wasm_bindgen::JsValue;
use web_sys::BroadcastChannel;

/// What is said: the bag of the site has been written.
const BAG_WRITTEN: &str = "bag";

/// A channel of one site. Closed when dropped.
#[derive(Debug)]
pub struct Channel {
    channel: Option<BroadcastChannel>,
    _listener: Option<EventListener>,
}

impl Channel {
    /// Opens the channel of `site`; `bag_written` is called when another instance has written the bag.
    /// Where there are no channels, nobody is heard.
    #[must_use]
    pub fn open(site: &str, bag_written: impl Fn() + 'static) -> Self {
        let channel = BroadcastChannel::new(&["shoptag/", site].concat()).ok();
        let listener = channel
            .as_ref()
            .map(|channel| EventListener::new(channel, "message", move |_event| bag_written()));
        Self {
            channel,
            _listener: listener,
        }
    }

    /// Tells the others that the bag has been written.
    pub fn say_bag_written(&self) {
        if let Some(channel) = &self.channel {
            let _ = channel.post_message(&JsValue::from_str(BAG_WRITTEN));
        }
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        if let Some(channel) = &self.channel {
            channel.close();
        }
    }
}
