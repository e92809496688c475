//! The sheet in which cards, lists, bag and checkout are shown: at the bottom on phones, at the
//! side elsewhere. It follows the finger, and gives the focus back to where it came from.

use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use crate::browser::clock::{self, Pending};
use crate::browser::layer::{self, Dialog, Layer, Noticed, Place, Surroundings};
use crate::event::FullscreenMode;
use crate::view::{icon, icons};

/// How far down the sheet is dragged before it closes, CSS pixels: a third of a thumb's reach.
const CLOSE_PX: f64 = 96.0;
/// How far up before it becomes tall.
const GROW_PX: f64 = 40.0;
/// A flick: CSS pixels a millisecond.
const FLICK_PX_PER_MS: f64 = 0.5;
/// How long leaving takes, milliseconds; the style sheet's `--st-quick`.
const LEAVE_MS: u32 = 160;

/// What the sheet shows and whom it tells.
#[derive(Debug, Clone, PartialEq, Properties)]
pub(crate) struct SheetProps {
    /// Name of the page: its `part`, and what tells pages apart.
    pub(crate) name: &'static str,
    /// The page's title; also the dialog's accessible name.
    pub(crate) title: String,
    /// Whether the rest of the page is out of reach.
    pub(crate) modal: bool,
    /// Whether the page needs all the height there is.
    pub(crate) tall: bool,
    /// Whether a bare video is in fullscreen.
    pub(crate) bare_video: bool,
    /// What is in fullscreen; a change takes the sheet above it again.
    pub(crate) fullscreen: FullscreenMode,
    /// Name of the close button.
    pub(crate) close_label: &'static str,
    /// Name of the back button.
    pub(crate) back_label: &'static str,
    /// Goes back one page; `None`: there is none.
    pub(crate) on_back: Option<Callback<MouseEvent>>,
    /// Closes the sheet.
    pub(crate) on_close: Callback<()>,
    /// What gets the focus when its opener is gone.
    pub(crate) fallback_focus: NodeRef,
    /// The page.
    pub(crate) children: Html,
    /// What stays in the thumb's reach below it.
    pub(crate) actions: Html,
}

/// What happens to a sheet.
#[derive(Debug)]
pub(crate) enum Message {
    /// Something was noticed around it.
    Noticed(Noticed),
    /// A finger went down on the bar.
    Pressed(PointerEvent),
    /// It moved.
    Moved(PointerEvent),
    /// It was lifted.
    Lifted,
    /// The sheet lies elsewhere now.
    Placed,
    /// The sheet shall close.
    Leave,
}

#[derive(Debug, Clone, Copy)]
struct Drag {
    from_y: f64,
    from_ms: f64,
    moved_px: f64,
    px_per_ms: f64,
}

/// The sheet.
#[derive(Debug)]
pub(crate) struct Sheet {
    dialog: NodeRef,
    title: NodeRef,
    body: NodeRef,
    place: Place,
    tall: bool,
    leaving: Option<Pending>,
    drag: Option<Drag>,
    opener: Option<HtmlElement>,
    page_changed: bool,
    fullscreen_changed: bool,
    surroundings: Option<Surroundings>,
}

impl Component for Sheet {
    type Message = Message;
    type Properties = SheetProps;

    fn create(_context: &Context<Self>) -> Self {
        Self {
            dialog: NodeRef::default(),
            title: NodeRef::default(),
            body: NodeRef::default(),
            place: Place::default(),
            tall: false,
            leaving: None,
            drag: None,
            opener: None,
            page_changed: false,
            fullscreen_changed: false,
            surroundings: None,
        }
    }

    fn update(&mut self, context: &Context<Self>, message: Message) -> bool {
        match message {
            Message::Noticed(Noticed::Resized) => {
                self.settle(context, false);
                false
            }
            Message::Noticed(Noticed::TapOnVideo) if self.place != Place::Bottom => false,
            // A modal dialog hears Escape and taps outside by itself.
            Message::Noticed(_) if self.is_modal(context) => false,
            Message::Noticed(_) | Message::Leave => self.leave(context),
            Message::Pressed(event) => self.press(&event),
            Message::Moved(event) => self.follow(&event),
            Message::Lifted => self.lift(context),
            Message::Placed => true,
        }
    }

    fn changed(&mut self, context: &Context<Self>, before: &SheetProps) -> bool {
        let now = context.props();
        if now.name != before.name || now.title != before.title {
            // Something else was opened while the sheet was leaving: it stays.
            self.leaving = None;
        }
        if now.name != before.name {
            self.tall = now.tall;
            self.page_changed = true;
            if let Some(body) = self.body.cast::<Element>() {
                layer::scroll_to_top(&body);
            }
        }
        self.fullscreen_changed |= now.fullscreen != before.fullscreen;
        true
    }

    fn view(&self, context: &Context<Self>) -> Html {
        let props = context.props();
        let link = context.link();
        let place = match self.place {
            Place::Bottom => "bottom",
            Place::Side => "side",
            Place::Drawer => "drawer",
        };
        let class = classes!(
            "sheet",
            place,
            self.tall.then_some("tall"),
            self.drag.is_some().then_some("dragged"),
            self.leaving.is_some().then_some("leaving"),
        );
        let oncancel = link.callback(|event: Event| {
            event.prevent_default();
            Message::Leave
        });
        let dialog = self.dialog.clone();
        let onclick = link.batch_callback(move |event: MouseEvent| {
            let element = dialog.cast::<Element>()?;
            let on_itself = event.target_dyn_into::<Element>().as_ref() == Some(&element);
            let outside = layer::is_outside(&element, event.client_x(), event.client_y());
            (on_itself && outside).then_some(Message::Leave)
        });
        html! {
            <dialog {class} part={props.name} role="dialog" aria-labelledby="sheet-title"
                aria-modal={self.is_modal(context).then_some("true")}
                ref={self.dialog.clone()} {oncancel} {onclick}>
                <header class="sheet-bar"
                    onpointerdown={link.callback(Message::Pressed)}
                    onpointermove={link.callback(Message::Moved)}
                    onpointerup={link.callback(|_| Message::Lifted)}
                    onpointercancel={link.callback(|_| Message::Lifted)}>
                    <span class="grip" aria-hidden="true"></span>
                    if let Some(onclick) = props.on_back.clone() {
                        <button type="button" class="bar-button" aria-label={props.back_label}
                            {onclick}>{ icon(icons::BACK) }</button>
                    }
                    <h2 id="sheet-title" tabindex="-1" ref={self.title.clone()}>
                        { props.title.clone() }
                    </h2>
                    <button type="button" class="bar-button close" part="close-button"
                        aria-label={props.close_label} onclick={link.callback(|_| Message::Leave)}>
                        { icon(icons::CLOSE) }
                    </button>
                </header>
                <div class="sheet-body" ref={self.body.clone()} key={props.name}>
                    { props.children.clone() }
                </div>
                if props.actions != Html::default() {
                    <footer class="sheet-actions">{ props.actions.clone() }</footer>
                }
            </dialog>
        }
    }

    fn rendered(&mut self, context: &Context<Self>, first: bool) {
        let Some(dialog) = self.dialog.cast::<Dialog>() else {
            return;
        };
        if first {
            self.opener = layer::focused(&dialog);
            self.tall = context.props().tall;
            let link = context.link().clone();
            self.surroundings = Some(Surroundings::watch(&dialog, move |noticed| {
                link.send_message(Message::Noticed(noticed));
            }));
        }
        let again = std::mem::take(&mut self.fullscreen_changed);
        self.settle(context, again);
        self.take_focus(first);
    }

    fn destroy(&mut self, context: &Context<Self>) {
        if let Some(dialog) = self.dialog.cast::<Dialog>() {
            // While a modal dialog is open, nothing outside it can take the focus.
            layer::show(&dialog, Layer::Frame, false);
        }
        let fallback = context.props().fallback_focus.cast::<HtmlElement>();
        layer::focus_back(self.opener.as_ref(), fallback.as_ref());
    }
}

impl Sheet {
    fn is_modal(&self, context: &Context<Self>) -> bool {
        context.props().modal || context.props().bare_video
    }

    /// Puts the dialog where it belongs.
    fn settle(&mut self, context: &Context<Self>, again: bool) {
        let Some(dialog) = self.dialog.cast::<Dialog>() else {
            return;
        };
        let modal = self.is_modal(context);
        let place = layer::place_for(dialog.parent_element().as_ref(), modal);
        let layer = match place {
            _ if modal => Layer::Modal,
            Place::Side => Layer::Frame,
            Place::Bottom | Place::Drawer => Layer::Top,
        };
        layer::show(&dialog, layer, again);
        let moved = place != self.place;
        self.place = place;
        if moved {
            // The class follows in the next view.
            context.link().send_message(Message::Placed);
        }
    }

    /// The title gets the focus when a page is opened, so that a screen reader starts there.
    fn take_focus(&mut self, first: bool) {
        let opened = std::mem::take(&mut self.page_changed) || first;
        if let Some(title) = self.title.cast::<HtmlElement>().filter(|_| opened) {
            layer::focus(&title);
        }
    }

    fn leave(&mut self, context: &Context<Self>) -> bool {
        if self.leaving.is_some() {
            return false;
        }
        let on_close = context.props().on_close.clone();
        self.leaving = Some(clock::after(LEAVE_MS, move || on_close.emit(())));
        true
    }

    fn press(&mut self, event: &PointerEvent) -> bool {
        let on_button = event
            .target_dyn_into::<Element>()
            .is_some_and(|target| target.closest("button").ok().flatten().is_some());
        if on_button || self.place != Place::Bottom || !event.is_primary() {
            return false;
        }
        if let Some(dialog) = self.dialog.cast::<Element>() {
            layer::capture(&dialog, event.pointer_id());
        }
        self.drag = Some(Drag {
            from_y: f64::from(event.client_y()),
            from_ms: event.time_stamp(),
            moved_px: 0.0,
            px_per_ms: 0.0,
        });
        true
    }

    fn follow(&mut self, event: &PointerEvent) -> bool {
        let (Some(drag), Some(dialog)) = (&mut self.drag, self.dialog.cast::<HtmlElement>()) else {
            return false;
        };
        let moved_px = f64::from(event.client_y()) - drag.from_y;
        let elapsed_ms = (event.time_stamp() - drag.from_ms).max(1.0);
        drag.px_per_ms = moved_px / elapsed_ms;
        drag.moved_px = moved_px;
        // Upwards it gives a little, to say that there is more.
        let shown = if moved_px < 0.0 {
            moved_px / 4.0
        } else {
            moved_px
        };
        layer::drag(&dialog, Some(shown));
        false
    }

    fn lift(&mut self, context: &Context<Self>) -> bool {
        let Some(drag) = self.drag.take() else {
            return false;
        };
        let flicked = drag.px_per_ms > FLICK_PX_PER_MS && drag.moved_px > GROW_PX;
        let down = drag.moved_px > CLOSE_PX || flicked;
        if down && (context.props().tall || !self.tall) {
            return self.leave(context);
        }
        if let Some(dialog) = self.dialog.cast::<HtmlElement>() {
            layer::drag(&dialog, None);
        }
        if down {
            self.tall = false;
        } else if drag.moved_px < -GROW_PX {
            self.tall = true;
        }
        true
    }
}
