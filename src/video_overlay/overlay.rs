//! The overlay component: tags, labels and edge chips over a video, and whatever else lies in its
//! box.

use std::rc::Rc;

use shoptag_commerce::{SmallMap, TagId};
use yew::{Callback, Component, Context, Html, NodeRef, Properties};

use super::Scene;
use super::announcer::Announcer;
use super::driver::{Driver, Told};
use super::labels::Labels;
use super::sight::Sight;
use super::view::says;
use crate::browser::dom::{self, HtmlElement, Ticker};
use crate::browser::fullscreen::Fullscreen;
use crate::browser::video::{VideoHandle, animation_now_ms};
use crate::browser::viewport::{Layout, ResizeWatch};
use crate::event::{Event, FullscreenMode, ListKind, TapOrigin};
use crate::messages::fill;

/// How often labels may find another place, milliseconds.
const PLACE_PERIOD_MS: u32 = 250;

/// What the overlay is given.
#[derive(Properties, Debug)]
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
    /// Buttons and sheets, placed inside the box of the video. They take no clicks beside
    /// themselves: the box lets every click through, so each of them needs `pointer-events: auto`.
    #[prop_or_default]
    pub children: Html,
}

/// Buttons have new listeners each time they are written, so that no two are equal.
impl PartialEq for VideoOverlayProps {
    fn eq(&self, _other: &Self) -> bool {
        false
    }
}

/// What the overlay hears.
#[derive(Debug, Clone, Copy)]
pub enum Message {
    /// From the player.
    Told(Told),
    /// The layout may have changed.
    Resized,
    /// Time to look for better places.
    Tick,
    /// Something has found its place only after it was drawn.
    Placed,
    /// Time to look whether tags are seen.
    Look,
    /// What fills the screen may have changed.
    FullscreenChanged,
    /// The shopper asks for the full screen, or back.
    FullscreenPressed,
    /// The shopper asks what went by.
    RecapPressed,
    /// A tag was tapped.
    Tapped(usize, TapOrigin),
}

/// Elements of one tag.
#[derive(Debug, Clone, Default)]
pub(super) struct TagNodes {
    pub(super) carrier: NodeRef,
    pub(super) still: NodeRef,
    pub(super) chip: NodeRef,
}

/// Tags over a video, with `children` in the video's box above them.
#[derive(Debug)]
pub struct VideoOverlay {
    pub(super) frame: NodeRef,
    pub(super) viewport: NodeRef,
    pub(super) stage: NodeRef,
    pub(super) nodes: SmallMap<usize, TagNodes>,
    pub(super) on_screen: Vec<usize>,
    pub(super) labels: Labels,
    pub(super) layout: Layout,
    pub(super) sight: Sight,
    announcer: Announcer,
    pub(super) announced: String,
    pub(super) mode: FullscreenMode,
    pub(super) driver: Option<Driver>,
    fullscreen: Option<Fullscreen>,
    resize_watch: Option<ResizeWatch>,
    ticker: Option<Ticker>,
    /// Tags that have been on screen while something in front of everything hid them.
    passed: SmallMap<usize, ()>,
    /// How many of them are offered now.
    pub(super) recap: usize,
    /// The player is not within the element, so its place can change without its size.
    detached: bool,
    /// The buttons over the picture may have come or gone.
    buttons_stale: bool,
}

impl Component for VideoOverlay {
    type Message = Message;
    type Properties = VideoOverlayProps;

    fn create(context: &Context<Self>) -> Self {
        let mut overlay = Self {
            frame: NodeRef::default(),
            viewport: NodeRef::default(),
            stage: NodeRef::default(),
            nodes: SmallMap::new(),
            on_screen: Vec::new(),
            labels: Labels::default(),
            layout: Layout::default(),
            sight: Sight::default(),
            announcer: Announcer::default(),
            announced: String::new(),
            mode: FullscreenMode::None,
            driver: None,
            fullscreen: None,
            resize_watch: None,
            ticker: None,
            passed: SmallMap::new(),
            recap: 0,
            detached: false,
            buttons_stale: true,
        };
        overlay.bind(context);
        overlay
    }

    fn changed(&mut self, context: &Context<Self>, before: &VideoOverlayProps) -> bool {
        let now = context.props();
        self.buttons_stale = true;
        if now.covered {
            self.recap = 0;
        }
        if now.video != before.video {
            self.fullscreen = None;
            self.resize_watch = None;
        }
        let scene = |props: &VideoOverlayProps| props.scene.as_ref().map(Rc::as_ptr);
        let track = |props: &VideoOverlayProps| {
            let scene = props.scene.as_ref();
            scene.map(|scene| Rc::as_ptr(&scene.track))
        };
        if now.video != before.video || track(now) != track(before) {
            self.unbind();
            if track(now) != track(before) {
                self.sight.forget();
            }
            self.bind(context);
        } else if scene(now) != scene(before) {
            self.labels.forget_sizes();
        }
        true
    }

    fn update(&mut self, context: &Context<Self>, message: Message) -> bool {
        match message {
            Message::Told(told) => self.hear(context, told),
            Message::Resized => self.measure(context),
            Message::Tick => self.tick(context),
            Message::Look => {
                self.look(context);
                false
            }
            Message::Placed => true,
            Message::FullscreenChanged => self.follow_fullscreen(context),
            Message::FullscreenPressed => {
                let silent = self.fullscreen.as_ref().is_some_and(Fullscreen::toggle);
                silent && self.follow_fullscreen(context)
            }
            Message::RecapPressed => {
                self.recap = 0;
                let list = Event::ListOpened(ListKind::Video);
                context.props().dispatch.emit(list);
                true
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
        self.view_frame(context).html()
    }

    fn rendered(&mut self, context: &Context<Self>, _first: bool) {
        let mut placed = false;
        if self.resize_watch.is_none() {
            self.watch_layout(context);
            placed = self.measure(context);
        } else {
            self.apply_layout();
        }
        self.animate(context);
        if std::mem::take(&mut self.buttons_stale) {
            self.measure_buttons();
        }
        placed |= self.measure_labels() && self.place(context);
        if placed {
            context.link().send_message(Message::Placed);
        }
        self.place_chips();
    }

    fn destroy(&mut self, _context: &Context<Self>) {
        self.unbind();
    }
}

impl VideoOverlay {
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
        let told = context.link().callback(Message::Told);
        let driver = Driver::new(Rc::clone(&scene.track), video, told);
        let told = driver.refresh();
        self.driver = Some(driver);
        self.hear(context, told);
    }

    fn unbind(&mut self) {
        self.driver = None;
        self.sight.interrupt();
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
        self.detached = !host.contains(Some(video.element()));
        let resized = says(context, Message::Resized);
        let painter = video.painter();
        self.resize_watch = Some(ResizeWatch::new(&[&painter, &host], &resized));
        let changed = says(context, Message::FullscreenChanged);
        self.fullscreen = Some(Fullscreen::new(&host, video, &changed));
        self.sight.follow(context, &frame);
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
                .retain(|index| nodes.binary_search(index).is_ok());
            for index in nodes {
                self.nodes.ensure(index);
            }
        }
        if told.cast.on_screen {
            self.on_screen = driver.on_screen();
            if self.is_out_of_sight() {
                self.pass();
            }
        }
        if told.playing || (self.detached && self.ticker.is_none()) {
            self.ticker = (playing || self.detached)
                .then(|| Ticker::new(PLACE_PERIOD_MS, says(context, Message::Tick)));
        }
        if told.playing {
            dispatch.emit(Event::PlaybackChanged { playing });
        }
        if told.cast.on_screen {
            let mut ids: Vec<TagId> = Vec::new();
            for &index in &self.on_screen {
                ids.extend(tag_id(context, index));
            }
            if let Some(video) = &context.props().video {
                video.set_tags_on_screen(ids.clone());
            }
            dispatch.emit(Event::TagsOnScreen(ids));
        }
        let measured = told.picture && self.measure(context);
        let placed = self.place(context);
        if told.stalled {
            self.sight.interrupt();
        }
        self.look(context);
        measured || placed || told.cast.on_screen || told.cast.nodes
    }

    fn tick(&mut self, context: &Context<Self>) -> bool {
        let announced = self.announce(context);
        // A style sheet that now applies, or a player that was moved, tells nobody.
        let moved = self.measure(context);
        let placed = self.place(context);
        self.look(context);
        placed || moved || announced
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
        self.announced = fill(scene.texts.new_product, &[&label.title, &label.price]);
        true
    }

    fn follow_fullscreen(&mut self, context: &Context<Self>) -> bool {
        let Some(fullscreen) = &self.fullscreen else {
            return false;
        };
        let mode = fullscreen.mode();
        let changed = mode != self.mode;
        self.mode = mode;
        if changed {
            context
                .props()
                .dispatch
                .emit(Event::FullscreenChanged(mode));
            self.measure(context);
        }
        if self.is_out_of_sight() {
            self.pass();
        } else if !self.passed.is_empty() {
            self.recap = std::mem::take(&mut self.passed).len();
            return true;
        }
        changed
    }

    /// The tags on screen pass behind what is in front of them.
    fn pass(&mut self) {
        for &index in &self.on_screen {
            self.passed.insert(index, ());
        }
    }

    /// Whether something is in front of the tags: the system's own player, or the bare video.
    fn is_out_of_sight(&self) -> bool {
        self.mode == FullscreenMode::BareVideo
            || self.fullscreen.as_ref().is_some_and(Fullscreen::is_native)
    }

    fn animate(&self, context: &Context<Self>) {
        let (Some(driver), Some(scene)) = (&self.driver, &context.props().scene) else {
            return;
        };
        driver.animate(|index| self.nodes.get(&index)?.carrier.cast());
        for (&index, nodes) in self.nodes.iter() {
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
}

fn tag_id(context: &Context<VideoOverlay>, index: usize) -> Option<TagId> {
    let scene = context.props().scene.as_ref()?;
    scene.track.tags.get(index).map(|tag| tag.id.clone())
}
