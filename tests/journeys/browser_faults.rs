//! What becomes of a confirmed order when the browser, a tab, the network or the storage fails, in
//! a real Chromium (docs/reliability.md, "In the browser").

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
    browser.driver.goto(setting.page("/")).await?;
    let shop = setting.page("").replace("127.0.0.1", "localhost");
    let embed = "widget().setAttribute('api', arguments[0]); widget().setConsent(true)";
    browser.run(embed, vec![shop.into()]).await?;
    browser.play().await?;
    browser.seek(2.0).await?;
    browser.click_tag("lamp-morning", 2.5).await?;
    browser.part("card").await?;
    // The session has come from the other origin, and nothing has been sent of its own accord.
    let clicked = || {
        let requests = setting.proxy.requests();
        let mut requests = requests.iter();
        Ok(requests
            .find(|it| it.starts_with("POST /v1/clicks"))
            .cloned())
    };
    eventually(&browser, "the click", clicked).await?;
    let before = setting.proxy.requests().len();
    browser.driver.goto("about:blank").await?;
    let left = || {
        let left = setting.proxy.requests().split_off(before);
        Ok(left.iter().any(|it| it == "POST /t").then_some(left))
    };
    let left = eventually(&browser, "the last touches", left).await?;
    assert!(
        !left.iter().any(|request| request.starts_with("OPTIONS")),
        "there is no time for a question: {left:?}"
    );
    let stored = || Ok((setting.database()?.touchpoints()? > 0).then_some(()));
    eventually(&browser, "a stored touch", stored).await?;
    Ok(())
}

/// The demo in a second tab, and in the first one up to the button. The second one's handle.
async fn two_tabs(browser: &Browser, setting: &Setting) -> Outcome<thirtyfour::WindowHandle> {
    browser.driver.goto(setting.page("/")).await?;
    let first = browser.driver.window().await?;
    let other = browser.driver.new_tab().await?;
    browser.driver.switch_to_window(other.clone()).await?;
    browser.driver.goto(setting.page("/")).await?;
    let loaded = "return !!widget()?.currentTags && !!part('products-button')";
    browser.wait_until("the widget", loaded).await?;
    browser.driver.switch_to_window(first).await?;
    browser.to_the_button().await?;
    Ok(other)
}

/// Waits until so many orders have been posted.
async fn posted(browser: &Browser, setting: &Setting, count: usize) -> Outcome<()> {
    let seen = || Ok((setting.proxy.orders_seen() >= count).then_some(()));
    eventually(browser, "the order's request", seen).await
}

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
            return Err(format!("{what} has not come").into());
        }
        browser.wait_once(50).await?;
    }
}
