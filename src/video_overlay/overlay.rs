//! The overlay component: tags, labels and edge chips over a video.

use std::rc::Rc;

use yew::prelude::*;

use super::Scene;
use crate::browser::video::VideoHandle;
use crate::event::Event;

/// What the overlay is given.
#[derive(Properties, PartialEq, Debug)]
pub struct VideoOverlayProps {
    /// The tags and their labels; `None` until the document is here.
    pub scene: Option<Rc<Scene>>,
    /// The video; `None` until there is one.
    pub video: Option<VideoHandle>,
    /// Where events go.
    pub dispatch: Callback<Event>,
    /// Whether a card or sheet is open over the picture.
    #[prop_or_default]
    pub covered: bool,
    /// Buttons and sheets, placed inside the box of the video.
    #[prop_or_default]
    pub children: Html,
}

/// Tags over a video, with `children` in the video's box above them.
#[component]
pub fn VideoOverlay(props: &VideoOverlayProps) -> Html {
    html! { <div class="frame">{ props.children.clone() }</div> }
}
