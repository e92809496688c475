//! The overlay component: tags, labels and edge chips over a video, and whatever else lies in its box.

use std::collections::BTreeMap;
use std::rc::Rc;

use shoptag_commerce::TagId;
use yew::prelude::*;

use super::Scene;
use super::announcer::Announcer;
use super::driver::{Driver, Told};
use super::geometry::{Rect, Size};
use super::labels::{Labels, Seen};
use super::placement::Side;
use crate::browser::dom::{self, HtmlElement, Ticker};
use crate::browser::fullscreen::Fullscreen;
use crate::browser::video::{VideoHandle, animation_now_ms};
use crate::browser::viewport::{Layout, ResizeWatch, measure};
use crate::event::{Event, FullscreenMode, TapOrigin};
use crate::product_tag::{EdgeChip, ProductTag, fill};

/// How often labels may find another place, milliseconds.
const PLACE_PERIOD_MS: u32 = 250;

/// How far ahead a label looks for a place that it can keep, seconds.
const LOOK_AHEAD_S: f64 = 1.0;

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
    /// Buttons and sheets, placed inside the box of the video. They take no clicks beside themselves:
    /// the box lets every click through, so each of them needs `pointer-events: auto`.
    #[prop_or_default]
    pub children: Html,
}

/// What the overlay hears.
#[derive(Debug)]
pub enum Message {
    /// From the player.
    Told(Told),
    /// The layout may have changed.
    Resized,
    /// Time to look for better places.
    Tick,
    /// What fills the screen may have changed.
    FullscreenChanged,
    /// The shopper asks for the full screen, or back.
    FullscreenPressed,
    /// A tag was tapped.
    Tapped(usize, TapOrigin),
}

/// Elements of one tag.
#[derive(Debug, Clone, Default)]
struct TagNodes {
    carrier: NodeRef,
    still: NodeRef,
    chip: NodeRef,
}

/// Tags over a video, with `children` in the video's box above them.
#[derive(Debug)]
pub struct VideoOverlay {
    frame: NodeRef,
    viewport: NodeRef,
    stage: NodeRef,
    nodes: BTreeMap<usize, TagNodes>,
    on_screen: Vec<usize>,
    labels: Labels,
    layout: Layout,
    announcer: Announcer,
    announced: AttrValue,
    mode: FullscreenMode,
    driver: Option<Driver>,
    fullscreen: Option<Fullscreen>,
    resize_watch: Option<ResizeWatch>,
    ticker: Option<Ticker>,
}

impl Component for VideoOverlay {
    type Message = Message;
    type Properties = VideoOverlayProps;

    fn create(_context: &Context<Self>) -> Self {
        Self {
            frame: NodeRef::default(),
            viewport: NodeRef::default(),
            stage: NodeRef::default(),
            nodes: BTreeMap::new(),
            on_screen: Vec::new(),
            labels: Labels::default(),
            layout: Layout::default(),
            announcer: Announcer::default(),
            announced: AttrValue::default(),
            mode: FullscreenMode::None,
            driver: None,
            fullscreen: None,
            resize_watch: None,
            ticker: None,
        }
    }

    fn changed(&mut self, context: &Context<Self>, before: &VideoOverlayProps) -> bool {
        let now = context.props();
        if now.video != before.video {
            self.fullscreen = None;
            self.resize_watch = None;
        }
        let track = |props: &VideoOverlayProps| props.scene.as_ref().map(|s| Rc::clone(&s.track));
        if now.video != before.video || track(now) != track(before) {
            self.unbind();
            self.bind(context);
        } else if now.scene != before.scene {
            self.labels.forget_sizes();
        }
        true
    }

    fn update(&mut self, context: &Context<Self>, message: Message) -> bool {
        match message {
            Message::Told(told) => self.hear(context, told),
            Message::Resized => self.measure(context),
            Message::Tick => self.tick(context),
            Message::FullscreenChanged => self.follow_fullscreen(context),
            Message::FullscreenPressed => {
                let silent = self.fullscreen.as_ref().is_some_and(Fullscreen::toggle);
                silent && self.follow_fullscreen(context)
            }
            Message::Tapped(index, origin) => {
                if let Some(tag) = tag_id(context, index) {
                    context
                        .props()
                        .dispatch
                        .emit(Event::TagTapped { tag, origin });
                }
                false
            }
        }
    }

    fn view(&self, context: &Context<Self>) -> Html {
        let props = context.props();
        html! {
            <div class={classes!("frame", props.covered.then_some("covered"))}
                ref={self.frame.clone()}>
                if let Some(scene) = &props.scene {
                    { self.view_tags(context, scene) }
                    { self.view_fullscreen_button(context, scene) }
                }
                { props.children.clone() }
            </div>
        }
    }

    fn rendered(&mut self, context: &Context<Self>, first: bool) {
        if first {
            self.bind(context);
        }
        if self.resize_watch.is_none() {
            self.watch_layout(context);
            self.measure(context);
        } else {
            self.apply_layout();
        }
        self.animate(context);
        if self.measure_labels() && self.place(context) {
            context.link().send_message(Message::Tick);
        }
        self.place_chips();
    }

    fn destroy(&mut self, _context: &Context<Self>) {
        self.unbind();
    }
}

impl VideoOverlay {
    fn view_tags(&self, context: &Context<Self>, scene: &Rc<Scene>) -> Html {
        let tap = |origin| {
            context
                .link()
                .callback(move |index| Message::Tapped(index, origin))
        };
        let (on_tag, on_chip) = (tap(TapOrigin::Tag), tap(TapOrigin::EdgeChip));
        let tags = self.nodes.iter().map(|(&index, nodes)| {
            let state = self.labels.state(index);
            let on_screen = self.on_screen.binary_search(&index).is_ok();
            html! {
                <ProductTag key={index} scene={Rc::clone(scene)} {index}
                    shown={on_screen && !self.labels.is_chip(index)}
                    labelled={state.is_some_and(|state| state.labelled)}
                    side={state.map_or(Side::Right, |state| state.side)}
                    carrier={nodes.carrier.clone()} still={nodes.still.clone()}
                    on_tap={on_tag.clone()} />
            }
        });
        let chips = self.labels.chips().iter().filter_map(|(index, point)| {
            let element = self.nodes.get(index)?.chip.clone();
            Some(html! {
                <EdgeChip key={*index} scene={Rc::clone(scene)} index={*index}
                    towards={point.towards} {element} on_tap={on_chip.clone()} />
            })
        });
        html! {
            <>
                <div class="tags" role="group" aria-label={scene.texts.group.clone()}>
                    <div key="picture" class="viewport" ref={self.viewport.clone()}>
                        <div class="stage" ref={self.stage.clone()}>{ for tags }</div>
                    </div>
                    { for chips }
                </div>
                <p class="for-screen-readers" role="status" aria-live="polite">
                    { self.announced.clone() }
                </p>
            </>
        }
    }

    /// The browser's own button would show the bare video; ours shows the wrapper.
    fn view_fullscreen_button(&self, context: &Context<Self>, scene: &Scene) -> Html {
        let has_controls = context
            .props()
            .video
            .as_ref()
            .is_some_and(VideoHandle::has_controls);
        if !has_controls && self.mode != FullscreenMode::Pseudo {
            return Html::default();
        }
        let is_full = self.mode != FullscreenMode::None;
        let name = if is_full {
            &scene.texts.leave_fullscreen
        } else {
            &scene.texts.enter_fullscreen
        };
        let path = if is_full {
            "M9 4v5H4M15 4v5h5M9 20v-5H4M15 20v-5h5"
        } else {
            "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5"
        };
        let onclick = context
            .link()
            .callback(|_: MouseEvent| Message::FullscreenPressed);
        html! {
            <button type="button" class="fullscreen-button" part="fullscreen-button"
                aria-label={name.clone()} title={name.clone()} {onclick}>
                <svg viewBox="0 0 24 24" aria-hidden="true"><path d={path} /></svg>
            </button>
        }
    }

    /// Starts to follow the video, if there is one and there are tags.
    fn bind(&mut self, context: &Context<Self>) {
        let VideoOverlayProps {
            scene: Some(scene),
            video: Some(video),
            ..
        } = context.props()
        else {
            return;
        };
        let link = context.link().clone();
        let driver = Driver::new(Rc::clone(&scene.track), video, move |told| {
            link.send_message(Message::Told(told));
        });
        let told = driver.refresh();
        self.driver = Some(driver);
        self.hear(context, told);
    }

    fn unbind(&mut self) {
        self.driver = None;
        self.ticker = None;
        self.nodes.clear();
        self.on_screen.clear();
        self.labels = Labels::default();
    }

    fn watch_layout(&mut self, context: &Context<Self>) {
        let (Some(video), Some(frame)) = (&context.props().video, self.frame.cast::<HtmlElement>())
        else {
            return;
        };
        let Some(host) = dom::host_of(&frame) else {
            return;
        };
        let link = context.link().clone();
        let resized = move || link.send_message(Message::Resized);
        let painter = video.painter();
        self.resize_watch = Some(ResizeWatch::new(&[&painter, &host], resized));
        let link = context.link().clone();
        let changed = move || link.send_message(Message::FullscreenChanged);
        self.fullscreen = Some(Fullscreen::new(&host, video, changed));
    }

    fn hear(&mut self, context: &Context<Self>, told: Told) -> bool {
        let Some(driver) = &self.driver else {
            return false;
        };
        let dispatch = &context.props().dispatch;
        let playing = driver.is_playing();
        if told.cast.nodes {
            let nodes = driver.nodes();
            self.nodes
                .retain(|index, _| nodes.binary_search(index).is_ok());
            for index in nodes {
                self.nodes.entry(index).or_default();
            }
        }
        if told.cast.on_screen {
            self.on_screen = driver.on_screen();
        }
        if told.playing {
            self.ticker = playing.then(|| {
                let link = context.link().clone();
                Ticker::new(PLACE_PERIOD_MS, move || link.send_message(Message::Tick))
            });
            dispatch.emit(Event::PlaybackChanged { playing });
        }
        if told.cast.on_screen {
            let ids = self
                .on_screen
                .iter()
                .filter_map(|&index| tag_id(context, index));
            let ids: Vec<TagId> = ids.collect();
            if let Some(video) = &context.props().video {
                video.set_tags_on_screen(ids.clone());
            }
            dispatch.emit(Event::TagsOnScreen(ids));
        }
        let measured = told.picture && self.measure(context);
        let placed = self.place(context);
        measured || placed || told.cast.on_screen || told.cast.nodes
    }

    fn tick(&mut self, context: &Context<Self>) -> bool {
        let announced = self.announce(context);
        self.place(context) || announced
    }

    fn announce(&mut self, context: &Context<Self>) -> bool {
        let Some(scene) = &context.props().scene else {
            return false;
        };
        let now_ms = animation_now_ms().unwrap_or(0.0);
        let Some(index) = self.announcer.hear(&self.on_screen, now_ms) else {
            return false;
        };
        let Some(label) = scene.labels.get(index) else {
            return false;
        };
        self.announced = fill(&scene.texts.new_product, label).into();
        true
    }

    fn follow_fullscreen(&mut self, context: &Context<Self>) -> bool {
        let Some(mode) = self.fullscreen.as_ref().map(Fullscreen::mode) else {
            return false;
        };
        if mode == self.mode {
            return false;
        }
        self.mode = mode;
        context
            .props()
            .dispatch
            .emit(Event::FullscreenChanged(mode));
        self.measure(context);
        true
    }

    /// Measures again; true when the tags must be shown anew.
    fn measure(&mut self, context: &Context<Self>) -> bool {
        let (Some(video), Some(frame)) = (&context.props().video, self.frame.cast::<HtmlElement>())
        else {
            return false;
        };
        let Some(root) = dom::containing_block(&frame) else {
            return false;
        };
        let layout = measure(video, &root);
        if layout == self.layout {
            return false;
        }
        if (layout.frame.width - self.layout.frame.width).abs() > 0.5 {
            self.labels.forget_sizes();
        }
        self.layout = layout;
        self.apply_layout();
        self.place(context);
        true
    }

    fn apply_layout(&self) {
        let Layout {
            frame,
            viewport,
            stage,
            ..
        } = self.layout;
        for (node, rect) in [
            (&self.frame, frame),
            (&self.viewport, viewport),
            (&self.stage, stage),
        ] {
            if let Some(element) = node.cast::<HtmlElement>() {
                dom::set_box(&element, rect);
            }
        }
    }

    /// Gives labels and chips their places; true when they look different now.
    fn place(&mut self, context: &Context<Self>) -> bool {
        let (Some(driver), Some(scene)) = (&self.driver, &context.props().scene) else {
            return false;
        };
        let Layout {
            viewport,
            stage,
            visible,
            labels,
            ..
        } = self.layout;
        let picture = Rect {
            x: viewport.x + stage.x,
            y: viewport.y + stage.y,
            ..stage
        };
        let seen: Vec<Seen> = self
            .on_screen
            .iter()
            .filter_map(|&tag| {
                let (now, ahead) = driver.places(tag, LOOK_AHEAD_S)?;
                let anchor = scene.track.tags.get(tag)?.anchor;
                Some(Seen {
                    tag,
                    at: picture.at(now.x, now.y),
                    ahead: picture.at(ahead.x, ahead.y),
                    still: anchor.map(|anchor| picture.at(anchor.x, anchor.y)),
                })
            })
            .collect();
        self.labels
            .place(&seen, visible, labels, animation_now_ms().unwrap_or(0.0))
    }

    fn animate(&self, context: &Context<Self>) {
        let (Some(driver), Some(scene)) = (&self.driver, &context.props().scene) else {
            return;
        };
        driver.animate(|index| self.nodes.get(&index)?.carrier.cast());
        for (&index, nodes) in &self.nodes {
            let anchor = scene.track.tags.get(index).and_then(|tag| tag.anchor);
            if let (Some(anchor), Some(still)) = (anchor, nodes.still.cast::<HtmlElement>()) {
                dom::set_style(
                    &still,
                    "transform",
                    &dom::translate(anchor.x * 100.0, anchor.y * 100.0, "%"),
                );
            }
        }
    }

    /// Measures the labels that are new; true when there were any.
    fn measure_labels(&mut self) -> bool {
        let mut found = false;
        for (&index, nodes) in &self.nodes {
            if self.labels.is_measured(index) {
                continue;
            }
            let still = nodes.still.cast::<HtmlElement>();
            let carrier = still.or_else(|| nodes.carrier.cast::<HtmlElement>());
            let label = carrier.and_then(|carrier| dom::find(&carrier, ".label"));
            if let Some(label) = label.filter(|label| label.offset_width() > 0) {
                let (width, height) = (label.offset_width(), label.offset_height());
                let size = Size {
                    width: f64::from(width),
                    height: f64::from(height),
                };
                self.labels.measured(index, size);
                found = true;
            }
        }
        found
    }

    fn place_chips(&self) {
        for (index, point) in self.labels.chips() {
            let chip = self
                .nodes
                .get(index)
                .and_then(|nodes| nodes.chip.cast::<HtmlElement>());
            if let Some(chip) = chip {
                dom::set_style(
                    &chip,
                    "transform",
                    &dom::translate(point.at.0, point.at.1, "px"),
                );
            }
        }
    }
}

fn tag_id(context: &Context<VideoOverlay>, index: usize) -> Option<TagId> {
    let scene = context.props().scene.as_ref()?;
    scene.track.tags.get(index).map(|tag| tag.id.clone())
}
