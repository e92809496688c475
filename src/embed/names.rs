//! Every name a host page can rely on. A change here is a change of the API.

/// The custom element.
pub const ELEMENT: &str = "shop-tags";

/// Fired once when the tags are in place.
pub const EVENT_READY: &str = "shop-ready";
/// Fired when the shopper opens a tag's product; detail `{tag, product}`.
pub const EVENT_TAG_CLICK: &str = "shop-tag-click";
/// Fired when the bag's content has changed; detail `{count}`.
pub const EVENT_BAG_CHANGE: &str = "shop-bag-change";
/// Fired when the shopper starts to check out.
pub const EVENT_CHECKOUT_START: &str = "shop-checkout-start";
/// Fired when the backend has confirmed an order; detail `{order}`.
pub const EVENT_ORDER_PLACED: &str = "shop-order-placed";
/// Fired when something does not work; detail `{code}`.
pub const EVENT_ERROR: &str = "shop-error";
/// Fired when the video enters or leaves the full screen; detail `{mode}`.
pub const EVENT_FULLSCREEN_CHANGE: &str = "shop-fullscreen-change";

/// Slot of the links that are shown while the widget is not.
pub const SLOT_FALLBACK: &str = "fallback";
/// Slot of the light-DOM checkout form.
pub const SLOT_CHECKOUT: &str = "shoptag-checkout";
