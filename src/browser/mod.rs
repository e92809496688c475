//! The only place with web-sys: clock, viewport, video, storage, network; runs the effects.
