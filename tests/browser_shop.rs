//! Card, bag and checkout in a real browser: accessible names, the way of the focus, storage,
//! prices.
#![cfg(target_arch = "wasm32")]
#![expect(
    clippy::unwrap_used,
    reason = "clippy does not know that these functions are tests"
)]

use std::rc::Rc;

use gloo::timers::future::TimeoutFuture;
use shoptag::app::{App, AppProps};
use shoptag::browser::dom::{self, Element, HtmlElement};
use shoptag::browser::storage::Storage;
use shoptag::browser::{intl, json, styles};
use shoptag::embed::{Config, Page, Slots};
use shoptag::event::{Event, ListKind, TapOrigin};
use shoptag_commerce::{Currency, IdempotencyKey, OrderId, TagId, Timestamp};
use shoptag_outbox::Record;
use shoptag_protocol::{SavedBag, VideoDocument};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use yew::{AppHandle, Renderer};

wasm_bindgen_test_configure!(run_in_browser);

/// A shirt in two sizes, one of them sold out.
const DOCUMENT: &str = r#"{
    "schema_version": 1,
    "video": {"id": "morning", "title": "Morning",
        "creator": {"id": "mira", "name": "Mira Okafor", "handle": "@mira"}},
    "tag_track": {"schema_version": 1, "tags": [
        {"id": "shirt", "product": "shirt", "start": 0, "end": 9, "x": 0.5, "y": 0.5}]},
    "products": [{"id": "shirt",
        "brand": {"id": "halden", "name": "Halden", "legal_name": "Halden GmbH"},
        "title": "Linen shirt", "description": "", "images": [],
        "options": [{"name": "Size", "values": [
            {"label": "S", "swatch": null}, {"label": "M", "swatch": null}]}],
        "variants": [
            {"id": "s", "options": ["S"], "price_minor": 2500, "compare_at_minor": 3500,
                "available": true, "image": null},
            {"id": "m", "options": ["M"], "price_minor": 2500, "compare_at_minor": null,
                "available": false, "image": null}],
        "currency": "EUR", "rating": null,
        "delivery": {"price_minor": 0, "free_from_minor": null, "days_min": 2, "days_max": 4},
        "return_days": 30}],
    "policy": {"currency": "EUR", "countries": ["DE"], "quantity_max": 10,
        "withdrawal_days": 14, "terms_url": "/terms", "privacy_url": "/privacy",
        "paid_partnership": true}
}"#;

struct Mounted {
    host: HtmlElement,
    root: HtmlElement,
    app: AppHandle<App>,
}

impl Mounted {
    async fn new(site: &str) -> Self {
        Self::showing(site, DOCUMENT).await
    }

    async fn showing(site: &str, document: &str) -> Self {
        let host: HtmlElement = dom::create("div").unwrap();
        dom::document()
            .unwrap()
            .body()
            .unwrap()
            .append_child(&host)
            .unwrap();
        let shadow = dom::open_shadow(&host).unwrap();
        styles::adopt_shadow(&shadow);
        let root: HtmlElement = dom::create("div").unwrap();
        root.set_class_name("root");
        shadow.append_child(&root).unwrap();
        let slot = |name: &str| {
            let element: Element = dom::create("div").unwrap();
            element.set_attribute("slot", name).unwrap();
            host.append_child(&element).unwrap();
            element
        };
        let attribute = |name: &str| match name {
            "site" => Some(site.to_owned()),
            "video" => Some("morning".to_owned()),
            _ => None,
        };
        let page = Page {
            origin: dom::origin(),
            locale: "en".to_owned(),
        };
        let (config, _) = Config::parse(&attribute, &page).unwrap();
        let props = AppProps {
            config: Rc::new(config),
            video: None,
            slots: Slots {
                host: host.clone().into(),
                checkout: slot("shoptag-checkout"),
            },
        };
        let app = Renderer::<App>::with_root_and_props(root.clone().into(), props).render();
        let mounted = Self { host, root, app };
        // The server's answer, which is not there, comes first.
        mounted.shows(".notices button").await;
        let document: VideoDocument = json::read(document).unwrap();
        mounted.send(Event::DocumentLoaded(Rc::new(document))).await;
        mounted.shows("[part~=products-button]").await;
        mounted
    }

    async fn send(&self, event: Event) {
        self.app.send_message(event);
        settle(30).await;
    }

    /// Waits until something is there.
    async fn shows(&self, selector: &str) {
        until(selector, || self.find(selector).is_some()).await;
    }

    async fn tap(&self) {
        let tag = TagId::parse("shirt").unwrap();
        self.send(Event::TagTapped {
            tag,
            origin: TapOrigin::Tag,
        })
        .await;
        self.shows("[part=card]").await;
    }

    fn find(&self, selector: &str) -> Option<HtmlElement> {
        dom::find(&self.root, selector)
    }

    async fn click(&self, selector: &str) {
        self.shows(selector).await;
        self.find(selector)
            .unwrap_or_else(|| panic!("no {selector}"))
            .click();
        settle(30).await;
    }

    fn focused(&self) -> Option<HtmlElement> {
        dom::get(&dom::root_of(&self.root), "activeElement")
            .dyn_into()
            .ok()
    }

    fn end(self) {
        self.app.destroy();
        self.host.remove();
    }
}

/// Waits until `holds`, for ten seconds at most.
async fn until(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..500 {
        if holds() {
            return;
        }
        settle(20).await;
    }
    panic!("{what}: it did not come in time");
}

async fn settle(ms: u32) {
    TimeoutFuture::new(ms).await;
}

#[wasm_bindgen_test]
async fn the_card_takes_the_focus_and_gives_it_back() {
    let mounted = Mounted::new("pk_card").await;
    let opener = mounted.find("[part~=products-button]").unwrap();
    opener.focus().unwrap();
    mounted.tap().await;
    let sheet = mounted.find("[part=card]").unwrap();
    assert_eq!(sheet.get_attribute("role").as_deref(), Some("dialog"));
    assert_eq!(
        sheet.get_attribute("aria-modal"),
        None,
        "the video stays in reach"
    );
    until("the focus on the title", || {
        let title = mounted.focused().and_then(|title| title.text_content());
        title.as_deref().map(str::trim) == Some("Linen shirt")
    })
    .await;
    mounted.click("[part=close-button]").await;
    until("an empty picture", || mounted.find("[part=card]").is_none()).await;
    until("the focus", || mounted.focused() == Some(opener.clone())).await;
    mounted.end();
}

#[wasm_bindgen_test]
async fn a_card_that_is_opened_while_a_list_leaves_stays() {
    let mounted = Mounted::new("pk_leaving").await;
    mounted.click("[part~=products-button]").await;
    mounted.click("[part=close-button]").await;
    // The list is still on its way out.
    mounted.tap().await;
    settle(250).await;
    assert!(mounted.find("[part=card]").is_some());
    mounted.end();
}

#[wasm_bindgen_test]
async fn choices_say_what_cannot_be_had_and_one_is_in_the_tab_order() {
    let mounted = Mounted::new("pk_choices").await;
    mounted.tap().await;
    let name = |selector: &str| {
        mounted
            .find(selector)
            .and_then(|e| e.get_attribute("aria-label"))
    };
    assert_eq!(name("[role=radio][tabindex='0']").as_deref(), Some("S"));
    assert_eq!(
        name("[role=radio][tabindex='-1']").as_deref(),
        Some("M, not available")
    );
    mounted.click("[role=radio][tabindex='-1']").await;
    mounted.shows(".sheet-actions .primary[disabled]").await;
    let button = mounted.find(".sheet-actions .primary").unwrap();
    assert_eq!(
        button.text_content().as_deref().map(str::trim),
        Some("Sold out")
    );
    mounted.end();
}

#[wasm_bindgen_test]
async fn the_checkouts_fields_are_in_the_light_dom_with_names_and_errors() {
    let mounted = Mounted::new("pk_checkout").await;
    mounted.tap().await;
    mounted.click(".sheet-actions .primary").await;
    mounted.shows("[part=checkout]").await;
    let sheet = mounted.find("[part=checkout]").unwrap();
    assert_eq!(sheet.get_attribute("aria-modal").as_deref(), Some("true"));
    let email = "#shoptag-email";
    until(email, || dom::find(&mounted.host, email).is_some()).await;
    let input = dom::find(&mounted.host, email).unwrap();
    assert_eq!(
        input.get_attribute("autocomplete").as_deref(),
        Some("email")
    );
    let label = dom::find(&mounted.host, "label[for=shoptag-email]").unwrap();
    assert_eq!(label.text_content().as_deref(), Some("E-mail"));
    mounted
        .send(Event::FieldTyped {
            field: shoptag::checkout::Field::Email,
            text: "ada@".to_owned(),
        })
        .await;
    mounted
        .send(Event::FieldLeft(shoptag::checkout::Field::Email))
        .await;
    let invalid = "#shoptag-email[aria-invalid=true]";
    until(invalid, || dom::find(&mounted.host, invalid).is_some()).await;
    let input = dom::find(&mounted.host, "#shoptag-email").unwrap();
    let described = input.get_attribute("aria-describedby").unwrap();
    assert!(dom::find(&mounted.host, &format!("#{described}")).is_some());
    mounted.end();
}

/// What a brand writes where a title should be: markup that would run, were it ever markup.
const HOSTILE: &str = "<img src=x onerror=hostile=1><svg onload=hostile=1></script>\
    <script>hostile=1</script>{{7*7}}${x}";

/// No node was made of what a brand wrote, and nothing of it has run.
fn check_is_text(mounted: &Mounted, where_: &str) {
    for root in [&mounted.root, &mounted.host] {
        for made in ["[onerror]", "[onload]", "script", "iframe", "img[src='x']"] {
            assert!(dom::find(root, made).is_none(), "{where_}: {made}");
        }
    }
    let text = mounted.root.text_content().unwrap_or_default();
    assert!(
        text.contains(HOSTILE),
        "{where_}: shown as it is written: {text}"
    );
    let window = js_sys::global();
    assert!(
        !js_sys::Reflect::has(&window, &"hostile".into()).unwrap(),
        "{where_}"
    );
}

#[wasm_bindgen_test]
async fn f1_f2_f3_what_a_brand_writes_is_only_ever_text() {
    let mut document = DOCUMENT.to_owned();
    for text in [
        "\"Linen shirt\"",
        "\"Halden\"",
        "\"Halden GmbH\"",
        "\"Size\"",
        "\"S\"",
        "\"Mira Okafor\"",
        "\"@mira\"",
        "\"Morning\"",
    ] {
        document = document.replace(text, &format!("{HOSTILE:?}"));
    }
    document = document.replace(
        "\"description\": \"\"",
        &format!("\"description\": {HOSTILE:?}"),
    );
    let mounted = Mounted::showing("pk_hostile", &document).await;
    mounted.send(Event::ListOpened(ListKind::Video)).await;
    check_is_text(&mounted, "list");
    mounted.tap().await;
    assert!(mounted.find("[part=card]").is_some());
    check_is_text(&mounted, "card");
    mounted.send(Event::AddToBagPressed).await;
    mounted.send(Event::BagOpened).await;
    check_is_text(&mounted, "bag");
    settle(300).await;
    check_is_text(&mounted, "later");
    mounted.end();
}

#[wasm_bindgen_test]
async fn bag_and_orders_are_kept_and_orders_go_by_their_key() {
    let storage = Storage::new("pk_storage");
    let bag: SavedBag = json::read(
        r#"{"schema_version": 1, "currency": "EUR", "lines": [{"variant_id": "s",
            "product_id": "shirt", "title": "Linen shirt", "variant_label": "S",
            "brand_name": "Halden", "image_url": null, "unit_price_minor": 2500, "quantity": 2,
            "video": "morning", "tag": null, "added_at": 5}]}"#,
    )
    .unwrap();
    let key = IdempotencyKey::new(Timestamp::from_ms(0), 7);
    let order_id = OrderId::parse("order-1").unwrap();
    let body = r#"{"a":1}"#.to_owned();
    let now = Timestamp::from_ms(5);
    let record = Record::new(key.clone(), order_id, "/v1/orders".to_owned(), body, now).unwrap();
    storage.save_bag(&bag).await;
    assert!(storage.keep(&record).await);

    let after_reload = Storage::new("pk_storage").load().await;
    assert!(after_reload.durable);
    assert_eq!(after_reload.bag, Some(bag.clone()));
    assert_eq!(after_reload.submissions, [record]);
    let elsewhere = Storage::new("pk_other").load().await;
    assert_eq!((elsewhere.bag, elsewhere.submissions), (None, Vec::new()));

    storage.forget(&key).await;
    storage
        .save_bag(&SavedBag {
            lines: Vec::new(),
            ..bag
        })
        .await;
    let emptied = Storage::new("pk_storage").load().await;
    assert_eq!((emptied.bag, emptied.submissions), (None, Vec::new()));
}

#[wasm_bindgen_test]
fn prices_have_the_digits_of_their_currency() {
    for (minor, code, expected) in [
        (123_450, "EUR", "€1,234.50"),
        (1_234, "JPY", "¥1,234"),
        (1_234_567, "KWD", "KWD\u{a0}1,234.567"),
        (-5, "USD", "-$0.05"),
        (9_007_199_254_740_993, "EUR", "€90,071,992,547,409.93"),
    ] {
        let currency = Currency::parse(code).unwrap();
        assert_eq!(intl::price(minor, currency, "en-US"), expected);
    }
    assert_eq!(intl::moment(67.9), "1:07");
}
