//! The root component: owns the session, feeds it events, hands its effects to the browser.

use yew::prelude::*;

/// The widget's root.
#[derive(Debug)]
pub struct App {}

impl Component for App {
    type Message = ();
    type Properties = ();

    fn create(_context: &Context<Self>) -> Self {
        Self {}
    }

    fn view(&self, _context: &Context<Self>) -> Html {
        Html::default()
    }
}
