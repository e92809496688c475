//! One binding for everything that behaves like an `HTMLMediaElement`.

use web_sys::HtmlVideoElement;

/// A video: cheap to clone, equal when it is the same element.
#[derive(Debug, Clone, PartialEq)]
pub struct VideoHandle {
    element: HtmlVideoElement,
}

impl VideoHandle {
    /// Binds to an element that behaves like an `HTMLMediaElement`.
    #[must_use]
    pub fn new(element: HtmlVideoElement) -> Self {
        Self { element }
    }

    /// The element itself.
    #[must_use]
    pub fn element(&self) -> &HtmlVideoElement {
        &self.element
    }

    /// Starts playing; a browser that refuses is not an error for us.
    pub fn play(&self) {
        if let Ok(promise) = self.element.play() {
            wasm_bindgen_futures::spawn_local(async move {
                let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
            });
        }
    }

    /// Pauses.
    pub fn pause(&self) {
        let _ = self.element.pause();
    }

    /// Whether it stands still.
    #[must_use]
    pub fn paused(&self) -> bool {
        self.element.paused()
    }

    /// Media time, seconds.
    #[must_use]
    pub fn current_time(&self) -> f64 {
        self.element.current_time()
    }

    /// Length, seconds; `None` while unknown or endless.
    #[must_use]
    pub fn duration(&self) -> Option<f64> {
        Some(self.element.duration()).filter(|seconds| seconds.is_finite())
    }
}
