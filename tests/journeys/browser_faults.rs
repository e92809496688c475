//! What becomes of a confirmed order when the browser, a tab, the network or the storage fails, in
//! a real Chromium (docs/reliability.md, "In the browser").

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::json;

use super::support::Outcome;
use super::support::browser::{Browser, Shape};
use super::support::setting::Setting;

/// How often the browser is killed, unless `SHOPTAG_KILLS` says otherwise: enough for each way
/// once.
const KILLS: usize = 3;

/// Longest delay between the shopper's reading "Sending your order" and the kill, milliseconds.
const KILL_DELAY_MS_MAX: usize = 20;

/// Longest time in which another tab has to take over from one that crashed (fault 2).
const TAKE_OVER: Duration = Duration::from_secs(5);

/// How long the touches of a page that was left are waited for: Chromium gives it half a second.
const TOUCHES_COME: Duration = Duration::from_secs(5);

/// Longest time in which another tab has to take over from one that is frozen: a lease of 30 s, the
/// question whether it is awake, and the way (fault 10).
const THAW: Duration = Duration::from_secs(45);

#[tokio::test]
async fn a_killed_browser_has_kept_what_it_promised_and_delivers_it_once() -> Outcome<()> {
    let kills = std::env::var("SHOPTAG_KILLS").map_or(Ok(KILLS), |times| times.parse())?;
    let setting = Setting::start().await?;
    let profile = tempfile::tempdir()?;
    let mut unsent = 0;
    let mut attempts = Vec::new();
    for kill in 0..kills {
        let browser = Browser::start_in(Shape::Desktop, "browser-kill", profile.path()).await?;
        browser.driver.goto(setting.page("/")).await?;
        browser.delivered().await?;
        assert_eq!(setting.database()?.orders()?.len(), kill, "before the next");
        let seen = setting.proxy.orders_seen();

        browser.to_the_button().await?;
        // By turns: the order never gets out, its answer never comes back, all goes well.
        setting.proxy.lose_orders(kill % 3 == 0);
        setting.proxy.lose_answers(kill % 3 == 1);
        let delay_ms = kill * 7 % (KILL_DELAY_MS_MAX + 1);
        browser.order(u64::try_from(delay_ms)?).await?;
        browser.kill()?;
        drop(browser);
        setting.proxy.lose_orders(false);
        setting.proxy.lose_answers(false);
        unsent += usize::from(setting.database()?.orders()?.len() == kill);

        let browser = Browser::start_in(Shape::Desktop, "browser-kill", profile.path()).await?;
        browser.driver.goto(setting.page("/")).await?;
        browser.delivered().await?;
        attempts.push(setting.proxy.orders_seen() - seen);
        let database = setting.database()?;
        let found = database.orders()?.len();
        assert_eq!(found, kill + 1, "orders after kill {}", kill + 1);
        assert_eq!(database.keys()?, i64::try_from(kill + 1)?, "keys");
    }
    let most = attempts.iter().max().copied().unwrap_or_default();
    println!(
        "{kills} kills of Chromium 0 to {KILL_DELAY_MS_MAX} ms after \"Sending your order\": \
         {kills} orders, 0 lost, 0 doubled; {unsent} had not reached the backend when it was \
         killed; \
         {} attempts in all, {most} at most for one order",
        attempts.iter().sum::<usize>(),
    );
    assert!(unsent >= kills / 3, "no kill came before the delivery");
    Ok(())
}

#[tokio::test]
async fn the_order_of_a_tab_that_crashes_in_mid_post_is_posted_by_another_one() -> Outcome<()> {
    let setting = Setting::start().await?;
    let browser = Browser::start(Shape::Desktop, "tab-crash").await?;
    let other = two_tabs(&browser, &setting).await?;
    setting.proxy.lose_orders(true);
    browser.order(0).await?;
    posted(&browser, &setting, 1).await?;
    assert_eq!(setting.database()?.orders()?.len(), 0);
    setting.proxy.lose_orders(false);
    let crashed = Instant::now();
    // Its answer is the end of the tab.
    let _ =
        tokio::time::timeout(Duration::from_secs(1), browser.cdp("Page.crash", json!({}))).await;
    browser.driver.switch_to_window(other).await?;
    browser.text("Order ST.*placed|placed.*ST-").await?;
    let took = crashed.elapsed();
    println!(
        "the other tab had delivered {} ms after the crash",
        took.as_millis()
    );
    assert!(took < TAKE_OVER, "{took:?}");
    browser.delivered().await?;
    assert_eq!(setting.database()?.orders()?.len(), 1);
    assert_eq!(setting.proxy.orders_seen(), 2);
    Ok(())
}

#[tokio::test]
async fn the_order_of_a_tab_that_is_frozen_is_posted_by_another_one() -> Outcome<()> {
    let setting = Setting::start().await?;
    let browser = Browser::start(Shape::Desktop, "tab-frozen").await?;
    let other = two_tabs(&browser, &setting).await?;
    setting.proxy.lose_orders(true);
    browser.order(0).await?;
    posted(&browser, &setting, 1).await?;
    let frozen = json!({ "state": "frozen" });
    browser.cdp("Page.setWebLifecycleState", frozen).await?;
    setting.proxy.lose_orders(false);
    let started = Instant::now();
    browser.driver.switch_to_window(other).await?;
    let stored = || Ok(setting.database()?.orders()?.pop());
    eventually(&browser, "the order", stored).await?;
    println!(
        "the other tab had delivered {} ms after the first was frozen",
        started.elapsed().as_millis()
    );
    browser.text("Order ST.*placed|placed.*ST-").await?;
    assert_eq!(setting.proxy.orders_seen(), 2);
    Ok(())
}

#[tokio::test]
async fn a_reload_while_the_answer_is_lost_shows_the_same_order() -> Outcome<()> {
    let setting = Setting::start().await?;
    let browser = Browser::start(Shape::Desktop, "reload").await?;
    browser.driver.goto(setting.page("/")).await?;
    browser.to_the_button().await?;
    setting.proxy.lose_answers(true);
    browser.order(0).await?;
    posted(&browser, &setting, 1).await?;
    browser.driver.refresh().await?;
    setting.proxy.lose_answers(false);
    let stored = || Ok(setting.database()?.orders()?.pop());
    let order = eventually(&browser, "the order", stored).await?;
    browser.text(&order.number).await?;
    browser.delivered().await?;
    assert_eq!(setting.database()?.orders()?.len(), 1);
    assert_eq!(setting.database()?.keys()?, 1);
    Ok(())
}

#[tokio::test]
async fn leaving_a_page_of_another_origin_posts_touches_without_asking_first() -> Outcome<()> {
    let setting = Setting::start().await?;
    let browser = Browser::start(Shape::Desktop, "leaving").await?;
    // The demo's page allows its own origin only; a page that embeds us allows the shop's.
    browser
        .cdp("Page.setBypassCSP", json!({ "enabled": true }))
        .await?;
    let mut visits = 0;
    let left = loop {
        if let Some(left) = tap_and_leave(&browser, &setting).await? {
            break left;
        }
        visits += 1;
        assert!(
            visits < 5,
            "the touches are never kept until the page is left"
        );
    };
    assert!(
        !left.iter().any(|request| request.starts_with("OPTIONS")),
        "there is no time for a question: {left:?}"
    );
    let stored = || Ok((setting.database()?.touchpoints()? > 0).then_some(()));
    eventually(&browser, "a stored touch", stored).await?;
    Ok(())
}

/// Taps a tag of a shop of another origin and leaves the page: what was asked from then on, with
/// the touches. `None`: on a machine with too much to do the ten seconds after which touches are
/// sent anyway were over, or the browser ended the page before its turn had come. Then the device
/// has kept them.
async fn tap_and_leave(browser: &Browser, setting: &Setting) -> Outcome<Option<Vec<String>>> {
    let seen = setting.proxy.requests().len();
    browser.driver.goto(setting.page("/")).await?;
    let shop = setting.page("").replace("127.0.0.1", "localhost");
    let embed = "widget().setAttribute('api', arguments[0]); widget().setConsent(true)";
    browser.run(embed, vec![shop.into()]).await?;
    browser.play().await?;
    browser.seek(2.0).await?;
    browser.click_tag("lamp-morning", 2.5).await?;
    browser.part("card").await?;
    // The session has come from the other origin.
    let clicked = || {
        let visit = setting.proxy.requests().split_off(seen);
        let is_click = |request: &String| request.starts_with("POST /v1/clicks");
        Ok(visit.iter().any(is_click).then_some(()))
    };
    eventually(browser, "the click", clicked).await?;
    let before = setting.proxy.requests().len();
    browser.driver.goto("about:blank").await?;
    let started = Instant::now();
    let left = || {
        let left = setting.proxy.requests().split_off(before);
        if left.iter().any(|it| it == "POST /t") {
            return Ok(Some(Some(left)));
        }
        Ok((started.elapsed() > TOUCHES_COME).then_some(None))
    };
    eventually(browser, "the last touches", left).await
}

#[tokio::test]
async fn a_full_quota_has_room_for_the_order_that_was_reserved() -> Outcome<()> {
    let setting = Setting::start().await?;
    let profile = tempfile::tempdir()?;
    let browser = visited_before(&setting, profile.path(), "full-quota").await?;
    let used = browser.used(&setting).await?;
    browser.quota(&setting, used).await?;
    browser.driver.goto(setting.page("/")).await?;
    browser.to_the_button().await?;
    browser.wait_once(CHECKED_MS).await?;
    assert!(!browser.says(UNSAVED).await?, "there is room for one order");
    setting.proxy.lose_orders(true);
    browser.order(0).await?;
    posted(&browser, &setting, 1).await?;
    assert!(!browser.says(KEEP_OPEN).await?, "it was told as stored");
    browser.kill()?;
    drop(browser);
    setting.proxy.lose_orders(false);
    let browser = Browser::start_in(Shape::Desktop, "full-quota", profile.path()).await?;
    browser.driver.goto(setting.page("/")).await?;
    browser.delivered().await?;
    assert_eq!(setting.database()?.orders()?.len(), 1);
    assert_eq!(setting.database()?.keys()?, 1);
    Ok(())
}

#[tokio::test]
async fn where_a_quota_has_shrunk_the_shopper_is_told_before_confirming() -> Outcome<()> {
    let setting = Setting::start().await?;
    let profile = tempfile::tempdir()?;
    let browser = visited_before(&setting, profile.path(), "shrunken-quota").await?;
    // The reserve is there, and all of it would not be enough.
    browser.quota(&setting, 1).await?;
    browser.driver.goto(setting.page("/")).await?;
    browser.to_the_button().await?;
    browser.text(UNSAVED).await?;
    browser.order(0).await?;
    browser.part("confirmation").await?;
    assert_eq!(setting.database()?.orders()?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn where_storage_is_blocked_the_shopper_is_told_and_can_order() -> Outcome<()> {
    let setting = Setting::start().await?;
    let browser = Browser::start(Shape::Desktop, "blocked-storage").await?;
    // As in a frame without an origin, and where cookies are blocked.
    let source = "IDBFactory.prototype.open = () => {
        throw new DOMException('denied', 'SecurityError') }";
    browser
        .cdp(
            "Page.addScriptToEvaluateOnNewDocument",
            json!({ "source": source }),
        )
        .await?;
    browser.driver.goto(setting.page("/")).await?;
    browser.to_the_button().await?;
    browser.text(UNSAVED).await?;
    browser.order(0).await?;
    browser.part("confirmation").await?;
    assert_eq!(setting.database()?.orders()?.len(), 1);
    assert_eq!(setting.proxy.orders_seen(), 1);
    browser.must_not_have_complained().await
}

#[tokio::test]
async fn an_order_confirmed_offline_is_placed_once_when_the_network_is_back() -> Outcome<()> {
    let setting = Setting::start().await?;
    let browser = Browser::start(Shape::Desktop, "offline").await?;
    browser.driver.goto(setting.page("/")).await?;
    quoted(&browser, &setting).await?;
    browser.offline(true).await?;
    browser.order(0).await?;
    browser.wait_once(2_000).await?;
    assert_eq!(setting.proxy.orders_seen(), 0);
    browser.offline(false).await?;
    browser.part("confirmation").await?;
    browser.delivered().await?;
    assert_eq!(setting.database()?.orders()?.len(), 1);
    assert_eq!(setting.database()?.keys()?, 1);
    Ok(())
}

#[tokio::test]
async fn an_order_confirmed_offline_is_delivered_at_a_later_visit() -> Outcome<()> {
    let setting = Setting::start().await?;
    let profile = tempfile::tempdir()?;
    let browser = Browser::start_in(Shape::Desktop, "later-visit", profile.path()).await?;
    browser.driver.goto(setting.page("/")).await?;
    quoted(&browser, &setting).await?;
    browser.offline(true).await?;
    browser.order(0).await?;
    drop(browser);
    assert_eq!(
        setting.database()?.orders()?.len(),
        0,
        "it was closed offline"
    );
    let browser = Browser::start_in(Shape::Desktop, "later-visit", profile.path()).await?;
    browser.driver.goto(setting.page("/")).await?;
    browser.text("Order ST.*placed|placed.*ST-").await?;
    browser.delivered().await?;
    assert_eq!(setting.database()?.orders()?.len(), 1);
    assert_eq!(setting.proxy.orders_seen(), 1);
    Ok(())
}

/// What the checkout says where an order cannot be stored.
const UNSAVED: &str = "This browser does not let us save anything";

/// What it says of an order that could not be.
const KEEP_OPEN: &str = "This browser could not save the order";

/// More than a look at the storage takes, milliseconds.
const CHECKED_MS: u64 = 1_000;

impl Browser {
    /// Bytes that the setting's origin has stored.
    async fn used(&self, setting: &Setting) -> Outcome<u64> {
        let origin = json!({ "origin": setting.page("") });
        let used = self.cdp("Storage.getUsageAndQuota", origin).await?;
        Ok(used["usage"].as_f64().ok_or("no usage")? as u64)
    }

    /// Bytes that it may store. Chromium goes by what it knew for half a minute; a page that is
    /// opened after this is bound by it.
    async fn quota(&self, setting: &Setting, bytes: u64) -> Outcome<()> {
        let quota = json!({ "origin": setting.page(""), "quotaSize": bytes });
        self.cdp("Storage.overrideQuotaForOrigin", quota).await?;
        Ok(())
    }

    async fn offline(&self, offline: bool) -> Outcome<()> {
        self.cdp("Network.enable", json!({})).await?;
        let conditions = json!({ "offline": offline, "latency": 0, "downloadThroughput": -1,
            "uploadThroughput": -1 });
        self.cdp("Network.emulateNetworkConditions", conditions)
            .await?;
        Ok(())
    }

    /// Whether the checkout says this.
    async fn says(&self, text: &str) -> Outcome<bool> {
        let look = "return part('checkout').textContent.includes(arguments[0])";
        Ok(self.run(look, vec![text.into()]).await? == json!(true))
    }
}

/// A browser on a profile in which the widget has been before, and left its reserve.
async fn visited_before(setting: &Setting, profile: &Path, journey: &str) -> Outcome<Browser> {
    let browser = Browser::start_in(Shape::Desktop, journey, profile).await?;
    browser.driver.goto(setting.page("/")).await?;
    browser.to_the_button().await?;
    browser.wait_once(CHECKED_MS).await?;
    let reserved = browser.used(setting).await? > 100_000;
    assert!(reserved, "the reserve is not there");
    drop(browser);
    Browser::start_in(Shape::Desktop, journey, profile).await
}

/// Up to the button, with the price of the whole address.
async fn quoted(browser: &Browser, setting: &Setting) -> Outcome<()> {
    browser.to_the_button().await?;
    let asked = || {
        let requests = setting.proxy.requests();
        let quotes = requests.iter().filter(|it| *it == "POST /v1/quotes");
        Ok((quotes.count() >= 2).then_some(()))
    };
    eventually(browser, "the price", asked).await?;
    // Its answer's way.
    browser.wait_once(500).await
}

/// The demo in a second tab, and in the first one up to the button. The second one's handle.
async fn two_tabs(browser: &Browser, setting: &Setting) -> Outcome<thirtyfour::WindowHandle> {
    browser.driver.goto(setting.page("/")).await?;
    let first = browser.driver.window().await?;
    let other = browser.driver.new_tab().await?;
    browser.driver.switch_to_window(other.clone()).await?;
    browser.driver.goto(setting.page("/")).await?;
    browser.loaded().await?;
    browser.driver.switch_to_window(first).await?;
    browser.to_the_button().await?;
    Ok(other)
}

/// Waits until so many orders have been posted.
async fn posted(browser: &Browser, setting: &Setting, count: usize) -> Outcome<()> {
    let seen = || Ok((setting.proxy.orders_seen() >= count).then_some(()));
    eventually(browser, "the order's request", seen).await
}

/// What the tabs of this origin share, as the one in front finds it: who holds or waits for the
/// lock, which stores of the database can be read, and what it would send.
const SHARED: &str = "
    const done = arguments[arguments.length - 1];
    const inTime = (work) => Promise.race([
        new Promise(work).catch(String), new Promise((end) => setTimeout(end, 2000, 'stuck'))]);
    const opened = (end) => {
        const open = indexedDB.open('shoptag');
        open.onsuccess = () => end(open.result);
        open.onerror = () => end('no database');
    };
    const count = (database, name) => inTime((end) => {
        const counted = database.transaction(name).objectStore(name).count();
        counted.onsuccess = () => end(counted.result);
    });
    (async () => {
        const stores = {};
        const database = await inTime(opened);
        for (const name of database.objectStoreNames ?? []) {
            stores[name] = await count(database, name);
        }
        database.close?.();
        const pending = document.querySelector('shop-tags')?.exportPendingOrders?.();
        done({
            visible: document.visibilityState,
            locks: await navigator.locks.query(),
            stores,
            pending: (await inTime((end) => end(pending)))?.length,
        });
    })().catch((error) => done(`${error}`));";

/// Looks again and again while the page lives on, until there is something.
async fn eventually<T>(
    browser: &Browser,
    what: &str,
    look: impl Fn() -> Outcome<Option<T>>,
) -> Outcome<T> {
    let started = Instant::now();
    loop {
        if let Some(found) = look()? {
            return Ok(found);
        }
        if started.elapsed() > THAW {
            let seen = browser.driver.execute_async(SHARED, vec![]).await?;
            return Err(format!("{what} has not come; shared: {}", seen.json()).into());
        }
        browser.wait_once(50).await?;
    }
}
