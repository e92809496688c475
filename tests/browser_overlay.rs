//! The tags over a real, decoded video in a real browser: names, seeks, and that nothing stays
//! behind.
#![cfg(target_arch = "wasm32")]
#![expect(
    clippy::unwrap_used,
    reason = "clippy does not know that these functions are tests"
)]

#[path = "support/film.rs"]
mod film;

use std::cell::RefCell;
use std::rc::Rc;

use film::{host_with_video, until};
use js_sys::{Array, Function, Object, Reflect};
use shoptag::browser::dom::{self, Element, HtmlElement};
use shoptag::browser::styles;
use shoptag::browser::video::VideoHandle;
use shoptag::embed::element::Mounted;
use shoptag::event::{Event, ListKind, TapOrigin};
use shoptag::video_overlay::{OverlayTexts, Scene, TagLabel, VideoOverlay, VideoOverlayProps};
use shoptag_commerce::{ProductId, TagId};
use shoptag_tag_track::{Interpolation, KeyFrame, Shape, Tag, TagTrack};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use yew::{AppHandle, Callback, Html, Renderer};

wasm_bindgen_test_configure!(run_in_browser);

fn tag(id: &str, start_s: f64, end_s: f64, way: &[(f64, f64, f64)]) -> Tag {
    let key = |&(time_s, x, y): &(f64, f64, f64)| KeyFrame {
        time_s,
        x,
        y,
        size: None,
        hidden: false,
    };
    Tag {
        id: TagId::parse(id).unwrap(),
        product: ProductId::parse(id).unwrap(),
        variant: None,
        start_s,
        end_s,
        shape: Shape::Point,
        key_frames: way.iter().map(key).collect(),
        interpolation: Interpolation::Linear,
        anchor: None,
        label: None,
    }
}

/// A lamp from 0 to 2 s, and a sold-out rug that moves from left to right between 3 and 7 s.
fn scene() -> Rc<Scene> {
    scene_of(vec![
        tag("lamp", 0.0, 2.0, &[(0.0, 0.25, 0.5)]),
        tag("rug", 3.0, 7.0, &[(3.0, 0.25, 0.25), (7.0, 0.75, 0.75)]),
    ])
}

/// Two tags: a lamp, and a sold-out rug.
fn scene_of(tags: Vec<Tag>) -> Rc<Scene> {
    let track = TagTrack { tags };
    let label = |title: &str, sold_out| TagLabel {
        title: title.into(),
        price: "€89.00".into(),
        sold_out,
        ..TagLabel::default()
    };
    let texts = OverlayTexts {
        group: "Products in the video",
        open_product: "{0}, {1}, open product",
        open_sold_out: "{0}, sold out, open product",
        passed_other: "{0} products you passed",
        ..OverlayTexts::default()
    };
    let labels = vec![label("Linen lamp", false), label("Dune rug", true)];
    Rc::new(Scene::new(Rc::new(track), labels, texts))
}

struct Stage {
    host: HtmlElement,
    root: HtmlElement,
    video: VideoHandle,
    heard: Rc<RefCell<Vec<Event>>>,
    app: AppHandle<VideoOverlay>,
}

impl Stage {
    async fn new() -> Self {
        let stage = Self::with(scene()).await;
        until("the first tag", || stage.shown().is_some()).await;
        stage
    }

    async fn with(scene: Rc<Scene>) -> Self {
        let (host, video) = host_with_video().await;
        let shadow = dom::open_shadow(&host).unwrap();
        styles::adopt_shadow(&shadow);
        let slot: Element = dom::create("slot").unwrap();
        let root: HtmlElement = dom::create("div").unwrap();
        root.set_class_name("root");
        shadow.append_child(&slot).unwrap();
        shadow.append_child(&root).unwrap();
        let heard: Rc<RefCell<Vec<Event>>> = Rc::default();
        let ear = Rc::clone(&heard);
        let props = VideoOverlayProps {
            scene: Some(scene),
            video: Some(video.clone()),
            dispatch: Callback::from(move |event| ear.borrow_mut().push(event)),
            covered: false,
            children: Html::default(),
        };
        let app = Renderer::<VideoOverlay>::with_root_and_props(root.clone().into(), props);
        Self {
            host,
            root,
            video,
            heard,
            app: app.render(),
        }
    }

    /// The button of the tag on screen.
    fn shown(&self) -> Option<HtmlElement> {
        dom::find(&self.root, ".carrier.shown > button")
    }

    fn shows(&self, id: &str) -> bool {
        self.shown()
            .and_then(|tag| tag.get_attribute("data-tag"))
            .as_deref()
            == Some(id)
    }

    /// The centre of the tag on screen, as a share of the video.
    fn place(&self) -> (f64, f64) {
        let tag = self.shown().unwrap().get_bounding_client_rect();
        let video = self.video.element().get_bounding_client_rect();
        let share = |at: f64, from: f64, length: f64| (at - from) / length;
        (
            share(tag.left() + tag.width() / 2.0, video.left(), video.width()),
            share(tag.top() + tag.height() / 2.0, video.top(), video.height()),
        )
    }

    fn leave(self) {
        self.app.destroy();
        self.host.remove();
    }
}

#[wasm_bindgen_test]
async fn a_tag_is_a_button_whose_name_tells_product_and_price() {
    let stage = Stage::new().await;
    let tag = stage.shown().unwrap();
    let name = tag.get_attribute("aria-label");
    assert_eq!(name.as_deref(), Some("Linen lamp, €89.00, open product"));
    let group = dom::find(&stage.root, "[role=group]").unwrap();
    assert_eq!(
        group.get_attribute("aria-label").as_deref(),
        Some("Products in the video")
    );
    tag.click();
    let lamp = TagId::parse("lamp").unwrap();
    let tapped = Event::TagTapped {
        tag: lamp,
        origin: TapOrigin::Tag,
    };
    until("the tap", || stage.heard.borrow().contains(&tapped)).await;
    stage.leave();
}

#[wasm_bindgen_test]
async fn a_seek_shows_the_tags_of_that_moment_where_they_are() {
    let stage = Stage::new().await;
    for (at_s, id, expected) in [
        (4.0, "rug", (0.375, 0.375)),
        (6.0, "rug", (0.625, 0.625)),
        (1.0, "lamp", (0.25, 0.5)),
    ] {
        stage.video.seek(at_s);
        let near = |(x, y): (f64, f64)| {
            // One frame at 30 frames a second moves the rug by 0.0042.
            (x - expected.0).abs() < 0.005 && (y - expected.1).abs() < 0.005
        };
        until(id, || stage.shows(id) && near(stage.place())).await;
    }
    stage.video.seek(2.5);
    until("an empty picture", || stage.shown().is_none()).await;
    assert!(
        stage
            .heard
            .borrow()
            .contains(&Event::TagsOnScreen(Vec::new()))
    );
    stage.leave();
}

#[wasm_bindgen_test]
async fn a_style_that_moves_the_picture_within_its_box_moves_the_tags() {
    let stage = Stage::new().await;
    let film = stage.video.element();
    // Twice as large as the picture is by itself.
    dom::set_style(film, "width", "1280px");
    dom::set_style(film, "height", "720px");
    until("the large place", || {
        let width = dom::get(film, "clientWidth").as_f64();
        (stage.place().0 - 0.25).abs() < 0.01 && width == Some(1280.0)
    })
    .await;
    dom::set_style(film, "object-fit", "none");
    let expected = 0.375;
    until("the new place", || {
        (stage.place().0 - expected).abs() < 0.01
    })
    .await;
    stage.leave();
}

#[wasm_bindgen_test]
async fn an_advertisement_has_no_tags() {
    let stage = Stage::new().await;
    stage.video.set_ad_break(true);
    until("an empty picture", || stage.shown().is_none()).await;
    stage.video.set_ad_break(false);
    until("the tag", || stage.shows("lamp")).await;
    stage.leave();
}

#[wasm_bindgen_test]
async fn the_pages_mapper_tells_which_content_the_stream_shows() {
    let stage = Stage::new().await;
    // The stream has lost its first three seconds.
    let mapper = Closure::<dyn Fn(f64) -> f64>::new(|stream_s| stream_s + 3.0);
    let function: &Function = mapper.as_ref().unchecked_ref();
    stage.video.set_content_time(Some(function.clone()));
    let film = stage.video.element();
    film.set_current_time(1.0);
    let near = |(x, y): (f64, f64)| (x - 0.375).abs() < 0.005 && (y - 0.375).abs() < 0.005;
    until("the rug", || stage.shows("rug") && near(stage.place())).await;
    // The alarm for its end at 7 s of the content stands at 4 s of the stream.
    let tracks = dom::get(film, "textTracks");
    let cues = dom::get(&Reflect::get_u32(&tracks, 0).unwrap(), "cues");
    let cue = Reflect::get_u32(&cues, 0).unwrap();
    assert_eq!(dom::get(&cue, "endTime").as_f64(), Some(4.0));
    stage.video.seek(5.0);
    assert_eq!(film.current_time(), 2.0, "a seek goes to the content");
    stage.video.set_content_time(None);
    film.set_current_time(1.0);
    until("the lamp", || stage.shows("lamp")).await;
    stage.leave();
}

#[wasm_bindgen_test]
async fn things_cut_off_by_cover_have_chips_beside_each_other_that_can_be_tapped() {
    let outside = |id| tag(id, 0.0, 8.0, &[(0.0, 0.05, 0.5)]);
    let stage = Stage::with(scene_of(vec![outside("lamp"), outside("rug")])).await;
    let film: &HtmlElement = stage.video.element();
    dom::set_style(film, "width", "200px");
    dom::set_style(film, "object-fit", "cover");
    let chip = |id: &str| dom::find(&stage.root, &["[data-edge-tag=", id, "]"].concat());
    let both = || [chip("lamp"), chip("rug")].iter().all(Option::is_some);
    until("the chips", both).await;
    // The element that a finger meets in the middle of the chip, once it has come to its place.
    let hit = |id: &str| {
        let chip = chip(id)?;
        let rect = chip.get_bounding_client_rect();
        let middle = (
            rect.left() + rect.width() / 2.0,
            rect.top() + rect.height() / 2.0,
        );
        let shadow = stage.host.shadow_root()?;
        let hit = shadow.element_from_point(middle.0 as f32, middle.1 as f32)?;
        chip.contains(Some(&hit)).then_some(hit)
    };
    for id in ["lamp", "rug"] {
        until(id, || hit(id).is_some()).await;
        let hit: HtmlElement = hit(id).unwrap().unchecked_into();
        hit.click();
        let tag = TagId::parse(id).unwrap();
        let origin = TapOrigin::EdgeChip;
        let tapped = Event::TagTapped { tag, origin };
        until("the tap", || stage.heard.borrow().contains(&tapped)).await;
    }
    stage.leave();
}

#[wasm_bindgen_test]
async fn labels_keep_clear_of_captions_that_are_shown() {
    let low = tag("lamp", 0.0, 8.0, &[(0.0, 0.5, 0.93)]);
    let stage = Stage::with(scene_of(vec![low])).await;
    let film = stage.video.element();
    let above_captions = |label: HtmlElement| {
        let picture = film.get_bounding_client_rect();
        let line = picture.bottom() - picture.height() * 0.16;
        label.get_bounding_client_rect().bottom() <= line
    };
    let label = || dom::find(&stage.root, ".labelled .label");
    until("the label", || label().is_some()).await;
    until("it to stand by its marker", || {
        !above_captions(label().unwrap())
    })
    .await;
    let add = dom::method(film, "addTextTrack").unwrap();
    let captions = add.call1(film, &"captions".into()).unwrap();
    dom::set(&captions, "mode", &"showing".into());
    until("it to give way", || label().is_some_and(above_captions)).await;
    stage.leave();
}

#[wasm_bindgen_test]
async fn what_went_by_in_the_systems_own_player_is_offered_afterwards() {
    let stage = Stage::new().await;
    let fire = |name: &str| {
        let kind: Function = dom::get(&js_sys::global(), "Event").dyn_into().unwrap();
        let event = Reflect::construct(&kind, &Array::of1(&name.into()));
        let video = stage.video.element();
        video
            .dispatch_event(&event.unwrap().unchecked_into())
            .unwrap();
    };
    fire("webkitbeginfullscreen");
    stage.video.seek(4.0);
    until("the rug", || stage.shows("rug")).await;
    fire("webkitendfullscreen");
    until("the offer", || dom::find(&stage.root, ".recap").is_some()).await;
    let offer = dom::find(&stage.root, ".recap").unwrap();
    assert_eq!(
        offer.text_content().as_deref(),
        Some("2 products you passed")
    );
    offer.click();
    let list = Event::ListOpened(ListKind::Video);
    until("the list", || stage.heard.borrow().contains(&list)).await;
    stage.leave();
}

#[wasm_bindgen_test]
async fn a_mounted_widget_leaves_nothing_behind() {
    let (host, video) = host_with_video().await;
    host.set_attribute("site", "pk_test").unwrap();
    host.set_attribute("video", "none").unwrap();
    let film = video.element();
    dom::set(film, "controls", &JsValue::TRUE);
    let sheets = || {
        let document = JsValue::from(dom::document());
        Array::from(&dom::get(&document, "adoptedStyleSheets")).length()
    };
    let sheets_before = sheets();
    let own = |name: &str| Object::has_own(film, &name.into());
    let mounted = Mounted::new(host.clone()).unwrap();
    until("the redirection", || own("requestFullscreen")).await;
    assert_eq!(
        host.child_element_count(),
        2,
        "the video and the form's place"
    );
    assert_eq!(sheets(), sheets_before + 1);
    drop(mounted);
    until("the end of the redirection", || !own("requestFullscreen")).await;
    assert_eq!(host.child_element_count(), 1);
    assert_eq!(sheets(), sheets_before);
    let controls = dom::get(&dom::get(film, "controlsList"), "value").as_string();
    assert_eq!(controls.as_deref(), Some(""));
    let shadow = host.shadow_root().unwrap();
    let left: Vec<_> = Array::from(&shadow.children())
        .iter()
        .map(|child| {
            let child: web_sys::Element = child.unchecked_into();
            (child.tag_name(), child.get_attribute("name"))
        })
        .collect();
    let slot = |name: Option<&str>| ("SLOT".to_owned(), name.map(str::to_owned));
    assert_eq!(left, [slot(None), slot(Some("fallback"))]);
    host.remove();
}

#[wasm_bindgen_test]
fn a_widget_that_cannot_run_says_why_and_touches_nothing() {
    let host: HtmlElement = dom::create("div").unwrap();
    assert_eq!(Mounted::new(host.clone()).err(), Some("config-missing"));
    host.set_attribute("site", "pk_test").unwrap();
    host.set_attribute("video", "loft").unwrap();
    host.set_attribute("api", "javascript:alert(1)").unwrap();
    assert_eq!(Mounted::new(host.clone()).err(), Some("config-url"));
    host.remove_attribute("api").unwrap();
    // The page has taken the method from all elements.
    let element = dom::get(&js_sys::global(), "Element");
    let prototype = dom::get(&element, "prototype");
    let attach = dom::get(&prototype, "attachShadow");
    dom::set(&prototype, "attachShadow", &JsValue::NULL);
    let refused = Mounted::new(host.clone()).err();
    dom::set(&prototype, "attachShadow", &attach);
    assert_eq!(refused, Some("unsupported"));
    assert_eq!(host.child_element_count(), 0);
}
