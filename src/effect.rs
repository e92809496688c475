//! All that a widget may ask of the outside. A closed list, carried out by `src/browser` alone.

/// Something the session wants done.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Pause the video (the card opened and the page asked for a pause).
    PauseVideo,
    /// Play the video again; asked only when we paused it ourselves.
    ResumeVideo,
}
