//! The surface that a host page relies on: names, attributes, methods, events.
