//! The places in the light DOM where forms live, so that browsers and password managers can fill
//! them.

use crate::browser::dom::Element;

/// Elements in the light DOM of the host, made by the mount and removed with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Slots {
    /// The `<shop-tags>` element itself, on which events are fired.
    pub host: Element,
    /// `<div slot="shoptag-checkout">`: show it with `<slot name="shoptag-checkout">`.
    pub checkout: Element,
}
