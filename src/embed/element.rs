//! Mounts the widget on a `<shop-tags>` element and takes it off again without a trace.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use js_sys::{Array, Function};
use shoptag_commerce::VariantId;
use yew::{AppHandle, Renderer};

use super::config::{ColourScheme, Config, Page};
use super::{Slots, announce_error, fallback, names};
use crate::app::{App, AppProps};
use crate::browser::dom::{self, Element, HtmlElement, ShadowRoot};
use crate::browser::mutation::MutationWatch;
use crate::browser::styles::{self, LightSheet};
use crate::browser::video::VideoHandle;
use crate::event::Event;

/// Languages written from right to left that a site of ours may be in.
const RIGHT_TO_LEFT: [&str; 4] = ["ar", "fa", "he", "ur"];

/// Code of the error when the page has no working shadow DOM.
const UNSUPPORTED: &str = "unsupported";

/// A mounted widget. Unmounted when it is dropped.
pub struct Mounted {
    host: HtmlElement,
    shadow: ShadowRoot,
    root: HtmlElement,
    slots: Slots,
    bound: Rc<RefCell<Bound>>,
    light: RefCell<LightSheet>,
    watch: RefCell<Option<MutationWatch>>,
}

/// What changes while the widget is mounted.
struct Bound {
    app: Option<AppHandle<App>>,
    config: Rc<Config>,
    video: Option<VideoHandle>,
    content_time: Option<Function>,
    ad_break: bool,
}

impl std::fmt::Debug for Mounted {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Mounted")
    }
}

impl Mounted {
    /// Puts the widget on `host`.
    ///
    /// # Errors
    /// The stable code of the `shop-error` event; the page is as it was.
    pub fn new(host: HtmlElement) -> Result<Self, &'static str> {
        let config = read_config(&host)?;
        let shadow = dom::open_shadow(&host).ok_or(UNSUPPORTED)?;
        let root: HtmlElement = dom::create("div").ok_or(UNSUPPORTED)?;
        let slots = Slots {
            host: host.clone().into(),
            checkout: slotted(&host, names::SLOT_CHECKOUT).ok_or(UNSUPPORTED)?,
        };
        styles::adopt_shadow(&shadow);
        fallback::hide(&shadow, &root);
        dress(&root, &config);
        let config = Rc::new(config);
        let video = find_video(&host, &config);
        let bound = Rc::new(RefCell::new(Bound {
            app: None,
            config: Rc::clone(&config),
            video: video.clone(),
            content_time: None,
            ad_break: false,
        }));
        let props = AppProps {
            config,
            video,
            slots: slots.clone(),
        };
        let app = Renderer::<App>::with_root_and_props(root.clone().into(), props).render();
        bound.borrow_mut().app = Some(app);
        let light = styles::adopt_light(&host);
        let mounted = Self {
            host,
            shadow,
            root,
            slots,
            bound,
            light: RefCell::new(light),
            watch: RefCell::default(),
        };
        mounted.watch_for_video();
        Ok(mounted)
    }

    /// Takes in that the attributes have changed.
    ///
    /// # Errors
    /// As [`Self::new`]; the widget goes on as it was configured before.
    pub fn update(&self) -> Result<(), &'static str> {
        let config = read_config(&self.host)?;
        dress(&self.root, &config);
        let video = find_video(&self.host, &config);
        let config = Rc::new(config);
        self.bound.borrow_mut().config = config;
        self.watch_for_video();
        rebind(&self.bound, &self.slots, video);
        Ok(())
    }

    /// Takes in that the element has been moved to another place in the page.
    pub fn moved(&self) {
        // The new one first: the last holder takes the sheet along.
        self.light.replace(styles::adopt_light(&self.host));
        let config = Rc::clone(&self.bound.borrow().config);
        let video = find_video(&self.host, &config);
        self.watch_for_video();
        rebind(&self.bound, &self.slots, video);
    }

    /// The site key in force.
    #[must_use]
    pub fn site(&self) -> String {
        self.bound.borrow().config.site.clone()
    }

    /// Lets the session know of `event`.
    pub fn send(&self, event: Event) {
        if let Some(app) = &self.bound.borrow().app {
            app.send_message(event);
        }
    }

    /// Asks the bag to take `quantity` of a variant; false when that is no variant or no quantity.
    #[must_use]
    pub fn add_to_bag(&self, variant: &str, quantity: f64) -> bool {
        let Ok(variant) = VariantId::parse(variant) else {
            return false;
        };
        let Some(quantity) = whole(quantity).filter(|quantity| *quantity > 0) else {
            return false;
        };
        self.send(Event::AddedByPage { variant, quantity });
        true
    }

    /// Ids of the tags on screen.
    #[must_use]
    pub fn current_tags(&self) -> Array {
        let ids = Array::new();
        if let Some(video) = &self.bound.borrow().video {
            for tag in video.tags_on_screen() {
                ids.push(&tag.as_str().into());
            }
        }
        ids
    }

    /// Takes the page's mapper from stream time to content time.
    pub fn set_content_time(&self, mapper: Option<Function>) {
        self.bound.borrow_mut().content_time.clone_from(&mapper);
        let video = self.bound.borrow().video.clone();
        if let Some(video) = video {
            video.set_content_time(mapper);
        }
    }

    /// Takes the page's word on whether an advertisement is running.
    pub fn set_ad_break(&self, running: bool) {
        self.bound.borrow_mut().ad_break = running;
        let video = self.bound.borrow().video.clone();
        if let Some(video) = video {
            video.set_ad_break(running);
        }
    }

    /// Looks out for a player that comes late or is replaced.
    fn watch_for_video(&self) {
        let outside = self.bound.borrow().config.player.is_some();
        let is_found = self.bound.borrow().video.is_some();
        // A player elsewhere is looked for in the whole page, and only until it is there.
        if outside && is_found {
            self.watch.take();
            return;
        }
        let page = dom::root_of(&self.host);
        let scope = if outside {
            page
        } else {
            self.host.clone().into()
        };
        let (host, slots) = (self.host.clone(), self.slots.clone());
        let bound: Weak<RefCell<Bound>> = Rc::downgrade(&self.bound);
        let watch = MutationWatch::new(&scope, move || {
            if let Some(bound) = bound.upgrade() {
                let config = Rc::clone(&bound.borrow().config);
                let known = bound.borrow().video.clone();
                if outside && known.is_some() {
                    return;
                }
                let video = find_video(&host, &config);
                if video != known {
                    rebind(&bound, &slots, video);
                }
            }
        });
        self.watch.replace(watch);
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        self.watch.take();
        let app = self.bound.borrow_mut().app.take();
        if let Some(app) = app {
            app.destroy();
        }
        self.slots.checkout.remove();
        fallback::show(&self.shadow);
    }
}

/// Gives the app another video.
fn rebind(bound: &Rc<RefCell<Bound>>, slots: &Slots, video: Option<VideoHandle>) {
    let mut bound = bound.borrow_mut();
    // The same element keeps what the page has said about it.
    if video != bound.video {
        bound.video = video;
    }
    if let Some(video) = &bound.video {
        video.set_content_time(bound.content_time.clone());
        video.set_ad_break(bound.ad_break);
    }
    let props = AppProps {
        config: Rc::clone(&bound.config),
        video: bound.video.clone(),
        slots: slots.clone(),
    };
    if let Some(app) = &mut bound.app {
        app.update(props);
    }
}

fn read_config(host: &HtmlElement) -> Result<Config, &'static str> {
    let page = Page {
        origin: dom::origin(),
        locale: dom::language_of(host),
    };
    let parsed = Config::parse(&|name| host.get_attribute(name), &page);
    let (config, defects) = parsed.map_err(|error| error.code())?;
    for defect in defects {
        announce_error(host, defect.code());
    }
    Ok(config)
}

fn find_video(host: &HtmlElement, config: &Config) -> Option<VideoHandle> {
    match &config.player {
        None => VideoHandle::find_within(host),
        Some(player) => VideoHandle::find_within(&dom::find_in_page(host, player)?),
    }
}

/// What the style sheets look for on the root.
fn dress(root: &HtmlElement, config: &Config) {
    let scheme = match config.colour_scheme {
        ColourScheme::Auto => "root",
        ColourScheme::Light => "root light",
        ColourScheme::Dark => "root dark",
    };
    root.set_class_name(scheme);
    let _ = root.set_attribute("lang", &config.locale);
    let language = config.locale.split('-').next().unwrap_or_default();
    let direction = if RIGHT_TO_LEFT.contains(&language) {
        "rtl"
    } else {
        "ltr"
    };
    let _ = root.set_attribute("dir", direction);
    match &config.accent {
        Some(accent) => dom::set_style(root, "--shoptag-accent", accent),
        None => dom::set_style(root, "--shoptag-accent", ""),
    }
}

fn slotted(host: &HtmlElement, slot: &str) -> Option<Element> {
    let element: Element = dom::create("div")?;
    element.set_attribute("slot", slot).ok()?;
    host.append_child(&element).ok()?;
    Some(element)
}

/// A whole number that fits; `None` for fractions, NaN and what is too large.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the bounds and the fraction are checked before"
)]
fn whole(value: f64) -> Option<u32> {
    let fits = (0.0..=f64::from(u32::MAX)).contains(&value) && value.fract() == 0.0;
    fits.then_some(value as u32)
}
