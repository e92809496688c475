//! The sheet in which cards, lists, bag and checkout are shown: at the bottom on phones, at the
//! side elsewhere. It follows the finger, and gives the focus back to where it came from.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, MouseEvent, PointerEvent};
use yew::{Callback, Component, Context, Html, NodeRef, Properties, TargetCast};

use crate::browser::clock::{self, Pending};
use crate::browser::layer::{self, Dialog, Layer, Noticed, Place, Surroundings};
use crate::event::{Event, FullscreenMode};
use crate::markup::{Markup, On, element};
use crate::messages::Messages;
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
#[derive(Debug, Clone, Properties)]
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
    /// The texts.
    pub(crate) text: &'static Messages,
    /// Whether there is a page to go back to.
    pub(crate) can_go_back: bool,
    /// Where events go.
    pub(crate) dispatch: Callback<Event>,
    /// What gets the focus when its opener is gone.
    pub(crate) fallback_focus: NodeRef,
    /// The page.
    pub(crate) children: Html,
    /// What stays in the thumb's reach below it.
    pub(crate) actions: Option<Html>,
}

/// Its page has new listeners each time it is written, so that no two are equal.
impl PartialEq for SheetProps {
    fn eq(&self, _other: &Self) -> bool {
        false
    }
}

/// What happens to a sheet.
#[derive(Debug)]
pub(crate) enum Message {
    /// Something was noticed around it.
    Noticed(Noticed),
    /// A finger went down on the bar, moved, or was lifted.
    Dragged(PointerEvent),
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
            Message::Dragged(event) => match event.type_().as_str() {
                "pointerdown" => self.press(&event),
                "pointermove" => self.follow(&event),
                _ => self.lift(context),
            },
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
        let place = match self.place {
            Place::Bottom => "bottom",
            Place::Side => "side",
            Place::Drawer => "drawer",
        };
        let leaves = self.leaves(context);
        let is_modal = self.is_modal(context);
        let body = element("div.sheet-body")
            .key(props.name)
            .node(&self.body)
            .child(props.children.clone());
        let actions = props.actions.clone();
        let actions = actions.map(|actions| element("footer.sheet-actions").child(actions));
        element("dialog.sheet[role=dialog][aria-labelledby=sheet-title]")
            .class(place)
            .class_if("tall", self.tall)
            .class_if("dragged", self.drag.is_some())
            .class_if("leaving", self.leaving.is_some())
            .attribute("part", props.name)
            .attribute("aria-modal", is_modal.then_some("true"))
            .node(&self.dialog)
            .on(On::Cancel, leaves.clone())
            .on(On::Click, leaves)
            .child(self.bar(context))
            .child(body)
            .child(actions)
            .html()
    }

    fn rendered(&mut self, context: &Context<Self>, first: bool) {
        let Some(dialog) = self.dialog.cast::<Dialog>() else {
            return;
        };
        if first {
            self.opener = layer::focused(&dialog);
            self.tall = context.props().tall;
            let noticed = context.link().callback(Message::Noticed);
            self.surroundings = Some(Surroundings::watch(&dialog, &noticed));
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

    /// Title and buttons; what the finger takes hold of.
    fn bar(&self, context: &Context<Self>) -> Markup {
        let props = context.props();
        let link = context.link();
        let dragged = link.callback(|event: yew::Event| Message::Dragged(event.unchecked_into()));
        let dispatch = props.dispatch.clone();
        let back = props.can_go_back.then(|| {
            let back = Callback::from(move |_| dispatch.emit(Event::BackPressed));
            element("button.bar-button[type=button]")
                .attribute("aria-label", props.text.back)
                .on(On::Click, back)
                .child(icon(icons::BACK))
        });
        let title = element("h2[id=sheet-title][tabindex=-1]")
            .node(&self.title)
            .text(&props.title);
        let close = element("button.bar-button.close[type=button][part=close-button]")
            .attribute("aria-label", props.text.close)
            .on(On::Click, link.callback(|_| Message::Leave))
            .child(icon(icons::CLOSE));
        element("header.sheet-bar")
            .on(On::PointerDown, dragged.clone())
            .on(On::PointerMove, dragged.clone())
            .on(On::PointerUp, dragged.clone())
            .on(On::PointerCancel, dragged)
            .child(element("span.grip[aria-hidden=true]"))
            .child(back)
            .child(title)
            .child(close)
    }

    /// Leaves when a modal dialog is cancelled, or clicked beside.
    fn leaves(&self, context: &Context<Self>) -> Callback<yew::Event> {
        let link = context.link().clone();
        let dialog = self.dialog.clone();
        Callback::from(move |event: yew::Event| {
            if event.type_() == "cancel" {
                event.prevent_default();
            } else {
                let target = event.target_dyn_into::<Element>();
                // A click within has a target within.
                let Some(backdrop) = target.filter(|target| dialog.cast().as_ref() == Some(target))
                else {
                    return;
                };
                let click: &MouseEvent = event.unchecked_ref();
                if !layer::is_outside(&backdrop, click.client_x(), click.client_y()) {
                    return;
                }
            }
            link.send_message(Message::Leave);
        })
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
        let dispatch = context.props().dispatch.clone();
        let close = move || dispatch.emit(Event::SheetClosed);
        self.leaving = Some(clock::after(LEAVE_MS, close));
        true
    }

    fn press(&mut self, event: &PointerEvent) -> bool {
        let Some(target) = event.target_dyn_into::<Element>() else {
            return false;
        };
        let on_button = target.closest("button").ok().flatten().is_some();
        if on_button || self.place != Place::Bottom || !event.is_primary() {
            return false;
        }
        // Captured by what is within the bar: the bar goes on hearing of the finger.
        layer::capture(&target, event.pointer_id());
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
