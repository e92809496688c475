//! What an order has to survive in the shopper's browser (docs/reliability.md): storage that is
//! lost, blocked, broken or shared, tabs that hold the lock, and a `fetch` that the page has
//! spoilt.
#![cfg(target_arch = "wasm32")]
#![expect(
    clippy::unwrap_used,
    reason = "clippy does not know that these functions are tests"
)]

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo::timers::future::TimeoutFuture;
use js_sys::{Array, Function, Promise};
use shoptag::browser::dom::{self, HtmlElement};
use shoptag::browser::lead::Lead;
use shoptag::browser::storage::Storage;
use shoptag::browser::{clock, network};
use shoptag::embed::element::Mounted;
use shoptag::event::Failure;
use shoptag::touchpoint::{HeldReceipt, SavedTouchpoints, TouchpointChanges};
use shoptag_commerce::{IdempotencyKey, OrderId, Timestamp};
use shoptag_outbox::Record;
use shoptag_protocol::{OrderStatus, TouchpointBatch};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use yew::Callback;

wasm_bindgen_test_configure!(run_in_browser);

/// Longest wait for something that the browser does in its own time, milliseconds.
const PATIENCE_MS: u32 = 10_000;

async fn until(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..PATIENCE_MS / 20 {
        if is_so() {
            return;
        }
        TimeoutFuture::new(20).await;
    }
    panic!("{what} has not come");
}

/// Runs a piece of the page's own JavaScript.
fn js(code: &str) -> JsValue {
    let function = Function::new_no_args(code);
    function.call0(&JsValue::NULL).unwrap()
}

/// Runs a piece of JavaScript that gives a promise.
async fn js_done(code: &str) -> JsValue {
    JsFuture::from(Promise::resolve(&js(code))).await.unwrap()
}

/// The page as it was, however a test ends.
struct Spoilt;

impl Spoilt {
    /// Keeps the page's originals and runs `code`, which replaces some of them.
    fn by(code: &str) -> Self {
        js(
            "window.originals ??= { fetch: window.fetch, open: IDBFactory.prototype.open,
                setTimeout: window.setTimeout, now: Date.now };",
        );
        js(code);
        Self
    }
}

impl Drop for Spoilt {
    fn drop(&mut self) {
        js(
            "Object.assign(window, { fetch: originals.fetch, setTimeout: originals.setTimeout });
            IDBFactory.prototype.open = originals.open;
            Date.now = originals.now;
            delete navigator.locks;",
        );
    }
}

fn key(number: u128) -> IdempotencyKey {
    IdempotencyKey::new(Timestamp::from_ms(0), number)
}

fn record(number: u128, order: &str) -> Record {
    let key = key(number);
    let order_id = OrderId::parse(order).unwrap();
    let body = r#"{"a":1}"#.to_owned();
    let now = Timestamp::from_ms(5);
    Record::new(key, order_id, "/v1/orders".to_owned(), body, now).unwrap()
}

/// Puts a value into a store behind the widget's back.
async fn put(store: &str, key: &str, value: &str) {
    js_done(&format!(
        "return new Promise((done, failed) => {{
            const opened = indexedDB.open('shoptag');
            opened.onerror = failed;
            opened.onsuccess = () => {{
                const transaction = opened.result.transaction('{store}', 'readwrite');
                transaction.objectStore('{store}').put({value}, {key:?});
                transaction.oncomplete = () => {{ opened.result.close(); done(); }};
            }};
        }})"
    ))
    .await;
}

#[wasm_bindgen_test]
async fn an_order_of_the_first_version_is_still_there_in_the_second() {
    js_done(
        "return new Promise((done) => { indexedDB.deleteDatabase('shoptag').onsuccess = done })",
    )
    .await;
    js_done(
        "return new Promise((done, failed) => {
            const opened = indexedDB.open('shoptag', 1);
            opened.onerror = failed;
            opened.onupgradeneeded = () => ['bags', 'outbox', 'touchpoints', 'reserve']
                .forEach((name) => opened.result.createObjectStore(name));
            opened.onsuccess = () => { opened.result.close(); done(); };
        })",
    )
    .await;
    let first = record(1, "order-1");
    let pair = serde_json_text(&("pk_old/key", &first));
    put("outbox", "pk_old/key", &format!("{pair:?}")).await;
    let storage = Storage::new("pk_old");
    let stored = storage.load().await;
    assert_eq!(stored.submissions, [first]);
    assert!(stored.durable);
    // What only the new version has can be used.
    let key = key(1);
    assert_eq!(storage.claim(&key, "me", false).await, Ok(()));
    assert!(storage.claim(&key, "you", false).await.is_err());
}

fn serde_json_text<T: serde::Serialize>(value: &T) -> String {
    shoptag::browser::json::write(value).unwrap()
}

#[wasm_bindgen_test]
async fn a_newer_version_is_not_kept_from_changing_the_schema_and_leaves_an_older_one_its_data() {
    let storage = Storage::new("pk_newer");
    let kept = record(2, "order-2");
    assert!(storage.keep(&kept).await);
    js_done(
        "return new Promise((done, failed) => {
            const opened = indexedDB.open('shoptag', 9);
            opened.onblocked = failed;
            opened.onerror = failed;
            opened.onupgradeneeded = () => opened.result.createObjectStore('of the future');
            opened.onsuccess = () => { opened.result.close(); done(); };
        })",
    )
    .await;
    let found = storage.submissions().await.unwrap();
    assert_eq!(found, std::slice::from_ref(&kept));
    assert!(storage.keep(&record(3, "order-3")).await);
    storage.forget(&kept.key).await;
    assert_eq!(storage.submissions().await.unwrap().len(), 1);
    // The tests after this one begin with a database of their own version.
    js_done(
        "return new Promise((done) => { indexedDB.deleteDatabase('shoptag').onsuccess = done })",
    )
    .await;
}

#[wasm_bindgen_test]
async fn a_connection_that_is_lost_is_opened_again_up_to_five_times() {
    let storage = Storage::new("pk_lost");
    {
        let _spoilt = Spoilt::by(
            "window.failures = 4;
            IDBFactory.prototype.open = function (...given) {
                if (failures-- > 0) throw new DOMException('lost', 'UnknownError');
                return originals.open.apply(this, given);
            };",
        );
        assert!(storage.keep(&record(4, "order-4")).await);
    }
    let _spoilt = Spoilt::by(
        "IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError') };",
    );
    let second = record(5, "order-5");
    assert!(!storage.keep(&second).await, "it is not said to be stored");
    assert!(!storage.has_room().await);
    let loaded = Storage::new("pk_lost").load().await;
    assert!(!loaded.durable, "the shopper is told before confirming");
    assert_eq!(
        loaded.submissions,
        std::slice::from_ref(&second),
        "the page's memory has it, for another widget on the page too"
    );
    assert_eq!(storage.export().await.len(), 1);
    assert!(
        storage.claim(&second.key, "me", false).await.is_ok(),
        "and it is sent from there"
    );
    storage.forget(&second.key).await;
    assert_eq!(storage.export().await, Vec::<String>::new());
}

#[wasm_bindgen_test]
async fn storage_that_is_blocked_for_ever_is_given_up_in_time() {
    // A database whose opening never ends, as when a stopped tab holds an older schema.
    let _spoilt = Spoilt::by("IDBFactory.prototype.open = () => new EventTarget();");
    let storage = Storage::new("pk_blocked");
    assert_eq!(storage.submissions().await, None, "unknown is not empty");
}

#[wasm_bindgen_test]
async fn a_broken_record_is_put_aside_and_the_others_are_there() {
    let storage = Storage::new("pk_broken");
    let good = record(6, "order-6");
    assert!(storage.keep(&good).await);
    put("outbox", "pk_broken/x", "'[\"pk_broken/x\", {'").await;
    put("outbox", "pk_broken/y", "new Date()").await;
    let text = serde_json_text(&("pk_broken/z", &record(7, "order-7")));
    let newer = text.replace("\"version\":1", "\"version\":7");
    assert_ne!(newer, text);
    put("outbox", "pk_broken/z", &format!("{newer:?}")).await;
    let stored = storage.load().await;
    assert_eq!(stored.unreadable, 2);
    assert!(stored.submissions.contains(&good));
    // The record of another version can be read, and is put aside by the outbox.
    let mut outbox = shoptag_outbox::Outbox::new();
    assert_eq!(outbox.restore(stored.submissions, 0).len(), 1);
    assert_eq!(outbox.records().count(), 1);
    assert_eq!(storage.export().await.len(), 4, "nothing is thrown away");
    js_done(
        "return new Promise((done) => { indexedDB.deleteDatabase('shoptag').onsuccess = done })",
    )
    .await;
}

#[wasm_bindgen_test]
async fn one_tab_has_the_lease_of_an_order_and_no_clock_makes_it_endless() {
    let storage = Storage::new("pk_lease");
    let key = key(8);
    let mut granted = 0;
    for tab in 0..10 {
        let claimed = storage.claim(&key, &format!("tab {tab}"), false).await;
        granted += u32::from(claimed.is_ok());
    }
    assert_eq!(granted, 1);
    assert_eq!(storage.claim(&key, "tab 0", false).await, Ok(()), "its own");
    assert_eq!(storage.claim(&key, "heir", true).await, Ok(()), "taken");
    // What is left of it, not all of it anew.
    let later = Spoilt::by("Date.now = () => originals.now() + 29000;");
    let rest_ms = storage.claim(&key, "tab 0", false).await.unwrap_err();
    assert!((1..=1_000).contains(&rest_ms), "{rest_ms}");
    drop(later);
    for years in [-10, 10] {
        let _spoilt = Spoilt::by(&format!(
            "Date.now = () => originals.now() + {years} * 365 * 864e5;"
        ));
        let tab = format!("later by {years}");
        assert_eq!(storage.claim(&key, &tab, false).await, Ok(()), "{years}");
        drop(_spoilt);
        let back = storage.claim(&key, "back", false).await;
        assert_eq!(back, Ok(()), "{years}");
    }
}

#[wasm_bindgen_test]
fn the_clock_of_the_timers_does_not_follow_the_shoppers() {
    let before = clock::now();
    for years in [-10, 10] {
        let _spoilt = Spoilt::by(&format!(
            "Date.now = () => originals.now() + {years} * 365 * 864e5;"
        ));
        assert!((0..60_000).contains(&clock::now().since_ms(before)));
    }
}

#[wasm_bindgen_test]
async fn two_widgets_keep_their_touchpoints_beside_each_other() {
    let receipt = |video: &str, tag: &str| HeldReceipt {
        video: TryFrom::try_from(video.to_owned()).unwrap(),
        tag: TryFrom::try_from(tag.to_owned()).unwrap(),
        receipt: [video, "-", tag].concat(),
        valid_until: Timestamp::from_ms(9),
    };
    let changes = |receipts: Vec<HeldReceipt>, gone: Vec<&HeldReceipt>| TouchpointChanges {
        written: SavedTouchpoints {
            receipts,
            ..SavedTouchpoints::default()
        },
        gone_entries: Vec::new(),
        gone_receipts: gone
            .into_iter()
            .map(|held| (held.video.clone(), held.tag.clone()))
            .collect(),
    };
    let (first, second) = (Storage::new("pk_two"), Storage::new("pk_two"));
    let (lamp, rug) = (receipt("morning", "lamp"), receipt("evening", "rug"));
    let one = changes(vec![lamp.clone()], vec![]);
    first.change_touchpoints(Some(&one)).await;
    let other = changes(vec![rug.clone()], vec![]);
    second.change_touchpoints(Some(&other)).await;
    let loaded = first.load_touchpoints().await.unwrap();
    assert_eq!(loaded.receipts, [rug.clone(), lamp.clone()]);
    let gone = changes(vec![], vec![&rug]);
    first.change_touchpoints(Some(&gone)).await;
    let loaded = second.load_touchpoints().await.unwrap();
    assert_eq!(loaded.receipts, [lamp]);
    let elsewhere = Storage::new("pk_three").load_touchpoints().await;
    assert_eq!(elsewhere, None);
    second.change_touchpoints(None).await;
    assert_eq!(first.load_touchpoints().await, None);
}

/// Sends an order, with `fetch` replaced.
async fn submit(fetch: &str) -> Failure {
    let _spoilt = Spoilt::by(&format!(
        "window.setTimeout = (call, ms, ...given) =>
            originals.setTimeout.call(window, call, ms >= 20000 ? 20 : ms, ...given);
        window.fetch = {fetch};"
    ));
    let key = key(9);
    let outgoing = network::order("", "/v1/orders", key, "{}".to_owned());
    network::read::<OrderStatus>(network::exchange(Some(outgoing)).await).unwrap_err()
}

#[wasm_bindgen_test]
async fn only_an_order_in_the_answer_is_a_delivery_and_a_spoilt_fetch_is_no_answer() {
    for fetch in [
        "() => { throw new Error('replaced by the page') }",
        "() => new Promise(() => {})",
        "() => Promise.reject(new TypeError('offline'))",
        "() => 'no promise at all'",
        "undefined",
        "async () => ({ ok: true, status: 200, text: 'not a function' })",
        // The body breaks off.
        "async () => new Response(new ReadableStream({ pull: (it) => it.error('reset') }))",
        // The body never ends.
        "async () => new Response(new ReadableStream({}))",
    ] {
        assert_eq!(submit(fetch).await, Failure::Unreachable, "{fetch}");
    }
    for (fetch, status) in [
        ("async () => new Response('<html>Wi-Fi</html>')", 200),
        ("async () => new Response(null, { status: 204 })", 204),
        (
            "async () => new Response('{\"ok\":true}', { status: 201 })",
            201,
        ),
        ("async () => new Response('<html>', { status: 502 })", 502),
        ("async () => new Response('<html>', { status: 403 })", 403),
    ] {
        let failure = submit(fetch).await;
        assert_eq!(failure, Failure::Unreadable { status }, "{fetch}");
    }
}

#[wasm_bindgen_test]
async fn retry_after_is_read_as_seconds_and_as_a_date() {
    for (value, least_ms, most_ms) in [
        ("'120'", 120_000, 120_000),
        ("new Date(Date.now() + 60000).toUTCString()", 50_000, 60_000),
        ("'soon'", 0, 0),
        ("new Date(0).toUTCString()", 0, 0),
    ] {
        let failure = submit(&format!(
            "async () => new Response(
                JSON.stringify({{ type: '', title: '', status: 503, code: 'unavailable' }}),
                {{ status: 503, headers: {{ 'Retry-After': {value} }} }})"
        ))
        .await;
        let Failure::Refused { retry_after_ms, .. } = &failure else {
            panic!("{value}: {failure:?}");
        };
        let found = retry_after_ms.unwrap_or(0);
        assert!((least_ms..=most_ms).contains(&found), "{value}: {found}");
    }
}

#[wasm_bindgen_test]
async fn a_page_that_is_left_sends_plain_text_and_does_without_room_for_it() {
    let _spoilt = Spoilt::by(
        "window.sent = [];
        window.fetch = async (url, init) => {
            const typed = 'content-type' in init.headers;
            sent.push([url, init.method, !!init.keepalive, typed].join());
            if (init.keepalive) throw new TypeError('no room for another keepalive request');
            return new Response('{\"accepted\":0,\"rejected\":[]}', { status: 202 });
        };",
    );
    let batch = TouchpointBatch {
        site: TryFrom::try_from("pk_beacon".to_owned()).unwrap(),
        sent_at: None,
        dropped: 0,
        touchpoints: Vec::new(),
    };
    for leaving in [true, false] {
        let answer = network::exchange(network::touchpoints("", &batch, leaving)).await;
        assert_eq!(network::touchpoints_refused(answer), None);
    }
    let sent: Vec<String> = Array::from(&js("return sent"))
        .iter()
        .filter_map(|line| line.as_string())
        .collect();
    assert_eq!(
        sent,
        [
            "/t,POST,true,false",
            "/t,POST,false,false",
            "/v1/touchpoints,POST,false,true"
        ]
    );
}

/// A wish to lead, what it was told, and how often it asked who leads.
struct Tab {
    lead: Lead,
    told: Rc<RefCell<Vec<bool>>>,
    asked: Rc<Cell<u32>>,
}

impl Tab {
    fn new(site: &str) -> Self {
        let told: Rc<RefCell<Vec<bool>>> = Rc::default();
        let asked: Rc<Cell<u32>> = Rc::default();
        let (heard, count) = (Rc::clone(&told), Rc::clone(&asked));
        let lead = Lead::new(
            site,
            Callback::from(move |leads| heard.borrow_mut().push(leads)),
            Callback::from(move |()| count.set(count.get() + 1)),
        );
        Self { lead, told, asked }
    }

    fn last(&self) -> Option<bool> {
        self.told.borrow().last().copied()
    }
}

/// Half a minute passes in a fraction of a second.
const QUICK: &str = "window.setTimeout = (call, ms, ...given) => originals.setTimeout
    .call(window, call, ms >= 20000 ? 100 : ms >= 2000 ? 50 : ms, ...given);";

#[wasm_bindgen_test]
async fn one_tab_leads_and_the_next_follows_when_it_is_gone() {
    let tabs: Vec<Tab> = (0..10).map(|_| Tab::new("pk_lead")).collect();
    for tab in &tabs {
        tab.lead.want(false);
    }
    let leading = || tabs.iter().filter(|tab| tab.lead.leads()).count();
    until("a leader", || leading() == 1).await;
    for done in 1..10 {
        let leader = tabs.iter().find(|tab| tab.lead.leads()).unwrap();
        assert!(leader.lead.is_alone(), "the lock was free");
        leader.lead.stop();
        until("its successor", || leading() == 1).await;
        assert_eq!(
            tabs.iter().filter(|tab| tab.last().is_some()).count(),
            done + 1
        );
    }
    // Each can lead again.
    let last = tabs.iter().find(|tab| tab.lead.leads()).unwrap();
    last.lead.stop();
    tabs[0].lead.want(false);
    until("the first tab", || tabs[0].lead.leads()).await;
    tabs[0].lead.stop();
}

#[wasm_bindgen_test]
async fn the_tab_in_front_takes_the_lead_over_and_the_other_one_waits() {
    let (behind, front) = (Tab::new("pk_front"), Tab::new("pk_front"));
    behind.lead.want(false);
    until("the first", || behind.lead.leads()).await;
    front.lead.want(true);
    until("the one in front", || front.lead.leads()).await;
    assert!(!front.lead.is_alone(), "the other may be sending");
    until("the word", || behind.last() == Some(false)).await;
    front.lead.stop();
    until("the one behind", || behind.lead.is_alone()).await;
    behind.lead.stop();
}

#[wasm_bindgen_test]
async fn a_frozen_leader_is_replaced_and_one_that_answers_is_not() {
    let _spoilt = Spoilt::by(QUICK);
    // Holds the lock and never says a word.
    js("navigator.locks.request('shoptag/outbox/pk_frozen',
            () => new Promise((end) => window.end = end))
        .catch(() => {})");
    let tab = Tab::new("pk_frozen");
    tab.lead.want(false);
    for asked in 1..=3 {
        until("the question", || tab.asked.get() == asked).await;
        tab.lead.heard_leader();
        assert!(!tab.lead.leads(), "the other one has answered");
    }
    until("the lead", || tab.lead.leads()).await;
    assert!(!tab.lead.is_alone());
    tab.lead.stop();
}

#[wasm_bindgen_test]
async fn without_locks_every_tab_leads_again_and_again() {
    for locks in [
        "undefined",
        "{ request: () => Promise.reject(new DOMException('', 'SecurityError')) }",
        "{ request: () => { throw new DOMException('', 'SecurityError') } }",
    ] {
        let _spoilt = Spoilt::by(&format!(
            "Object.defineProperty(navigator, 'locks', {{ value: {locks}, configurable: true }})"
        ));
        let (one, other) = (Tab::new("pk_http"), Tab::new("pk_http"));
        for _ in 0..3 {
            one.lead.want(false);
            other.lead.want(true);
            until("both", || one.lead.leads() && other.lead.leads()).await;
            assert!(!one.lead.is_alone(), "{locks}");
            one.lead.stop();
            other.lead.stop();
        }
    }
}

/// Answers every order after a while, and counts them; nothing else is there.
const SHOP: &str = "window.posts = [];
    window.fetch = async (url, init) => {
        if (!String(url).endsWith('/v1/orders')) return new Response('', { status: 404 });
        posts.push(init.headers['idempotency-key']);
        await new Promise((done) => originals.setTimeout.call(window, done, 150));
        return new Response(JSON.stringify({ order_id: 'order-9', number: 'ST-1', placed_at: 0,
            currency: 'EUR', lines: [], shipments: [], totals: { items_minor: 1, discount_minor: 0,
            delivery_minor: 0, tax_minor: 0, total_minor: 1 },
            payment: { method: 'pay_on_delivery' },
            status_url: '/orders/secret', cancellable: true }), { status: 201 });
    };";

fn widget(site: &str) -> (HtmlElement, Mounted) {
    let host: HtmlElement = dom::create("div").unwrap();
    host.set_attribute("site", site).unwrap();
    host.set_attribute("video", "morning").unwrap();
    let body = dom::document().unwrap().body().unwrap();
    body.append_child(&host).unwrap();
    let mounted = Mounted::new(host.clone()).unwrap();
    (host, mounted)
}

fn posts() -> usize {
    Array::from(&js("return posts")).length() as usize
}

async fn delivered(storage: &Storage) {
    for _ in 0..PATIENCE_MS / 50 {
        if storage
            .submissions()
            .await
            .is_some_and(|left| left.is_empty())
        {
            return;
        }
        TimeoutFuture::new(50).await;
    }
    panic!("the order has not been delivered");
}

#[wasm_bindgen_test]
async fn fifty_widgets_on_a_page_post_an_order_once_with_locks_and_without() {
    for locks in [
        "",
        "Object.defineProperty(navigator, 'locks', { value: undefined, configurable: true });",
    ] {
        let _spoilt = Spoilt::by(&[SHOP, locks].concat());
        let storage = Storage::new("pk_fifty");
        let order = record(9, "order-9");
        assert!(storage.keep(&order).await);
        let widgets: Vec<_> = (0..50).map(|_| widget("pk_fifty")).collect();
        delivered(&storage).await;
        TimeoutFuture::new(300).await;
        assert_eq!(posts(), 1, "{locks}");
        for (host, mounted) in widgets {
            drop(mounted);
            host.remove();
        }
    }
}

#[wasm_bindgen_test]
async fn a_widget_taken_off_in_mid_post_and_put_back_delivers_under_the_same_key() {
    let _spoilt = Spoilt::by(SHOP);
    let storage = Storage::new("pk_removed");
    assert!(storage.keep(&record(10, "order-9")).await);
    let (host, mounted) = widget("pk_removed");
    until("the first attempt", || posts() == 1).await;
    drop(mounted);
    host.remove();
    assert_eq!(storage.submissions().await.unwrap().len(), 1, "kept");
    let (host, mounted) = widget("pk_removed");
    delivered(&storage).await;
    assert!(posts() <= 2);
    let keys = js("return new Set(posts).size");
    assert_eq!(keys.as_f64(), Some(1.0));
    drop(mounted);
    host.remove();
}
