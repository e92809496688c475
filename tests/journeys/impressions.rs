//! What counts as seen, with the real film, scrolling, pausing, seeking and a hidden page; and that
//! nothing is kept or sent without consent.

use serde_json::json;

use super::support::Outcome;
use super::support::browser::{Browser, Shape};
use super::support::setting::Setting;
use super::support::shopper::ADDRESS;

/// On screen from the first frame to 7.2 seconds.
const LAMP: &str = "lamp-morning";

/// Runs in the page, so that the moments are the film's and not the test's: waits for a condition,
/// frame by frame.
const UNTIL: &str = "
    const frame = () => new Promise(requestAnimationFrame);
    const until = async (condition) => { while (!condition()) await frame(); };
    const at = (seconds) => until(() => video().currentTime >= seconds && !video().seeking);";

/// How the film is watched, and how many impressions of the lamp that makes.
const WAYS: [(&str, &str, i64); 5] = [
    ("2 seconds and more, without a break", "await video().play(); await at(4.5);", 1),
    (
        "a pause after 1.4 seconds, then 1.2 more",
        "await video().play(); await at(1.4); video().pause();
         await until(() => video().paused); await video().play(); await at(2.6);",
        0,
    ),
    (
        "a seek after 1.4 seconds, then 1.2 more",
        "await video().play(); await at(1.4); video().currentTime = 5; await at(6.2);",
        0,
    ),
    (
        "scrolled out, playing on for 4 seconds",
        "document.body.style.paddingBottom = '3000px'; scrollTo({ top: 2500, behavior: 'instant' });
         await video().play(); await at(4);",
        0,
    ),
    (
        "scrolled out, and for 2 seconds back again",
        "document.body.style.paddingBottom = '3000px'; scrollTo({ top: 2500, behavior: 'instant' });
         await video().play(); await at(1);
         scrollTo({ top: 0, behavior: 'instant' }); await at(5);",
        1,
    ),
];

/// Opens the page with `consent` and returns when the tags stand, the film at its start.
async fn open(browser: &Browser, setting: &Setting, consent: &str) -> Outcome<()> {
    browser.driver.goto(setting.page("/")).await?;
    browser
        .run("widget().consent = arguments[0]", vec![consent.into()])
        .await?;
    let ready = "return !!part('products-button') && video().readyState >= 3";
    browser.wait_for("the tags", ready, vec![]).await?;
    Ok(())
}

/// Watches as `way` says, and leaves: what was seen is sent at the latest then.
async fn watch(browser: &Browser, setting: &Setting, way: &str) -> Outcome<()> {
    let script = format!(
        "const done = arguments[arguments.length - 1];
         {}{UNTIL}
         (async () => {{ {way} video().pause(); }})()
             .then(() => done(null), (error) => done(`${{error}}`));",
        super::support::browser::HELPERS
    );
    let ended = browser.driver.execute_async(script, vec![]).await?;
    if !ended.json().is_null() {
        return Err(format!("{way}: {}", ended.json()).into());
    }
    browser.driver.goto(setting.page("/www/terms.html")).await?;
    Ok(())
}

/// Waits until the backend has taken `count` impressions of the lamp.
async fn taken(setting: &Setting, count: i64) -> Outcome<()> {
    let found = async {
        while setting.database()?.impressions(LAMP)? < count {
            tokio::task::yield_now().await;
        }
        Outcome::Ok(())
    };
    let patience = std::time::Duration::from_secs(30);
    tokio::time::timeout(patience, found).await?
}

#[tokio::test]
async fn an_impression_is_two_seconds_of_playing_in_view() -> Outcome<()> {
    let setting = Setting::start().await?;
    let browser = Browser::start(Shape::Desktop, "impressions").await?;
    let mut expected = 0;
    for (name, way, impressions) in WAYS {
        open(&browser, &setting, "granted").await?;
        watch(&browser, &setting, way).await?;
        expected += impressions;
        taken(&setting, expected).await?;
        // A page that came after it has been answered: what was sent before it has been taken.
        assert_eq!(setting.database()?.impressions(LAMP)?, expected, "{name}");
    }

    // The hidden page: the film plays on behind another tab.
    open(&browser, &setting, "granted").await?;
    browser.driver.minimize_window().await?;
    let hidden = "return document.hidden";
    browser.wait_for("a hidden page", hidden, vec![]).await?;
    let play = "video().play(); return video().currentTime > 3.5";
    browser
        .wait_for("playing while hidden", play, vec![])
        .await?;
    browser.driver.goto(setting.page("/www/terms.html")).await?;

    // One more that counts, so that a late arrival of the hidden one would be noticed.
    browser.driver.maximize_window().await?;
    open(&browser, &setting, "granted").await?;
    watch(&browser, &setting, WAYS[0].1).await?;
    expected += 1;
    taken(&setting, expected).await?;
    assert_eq!(setting.database()?.impressions(LAMP)?, expected, "hidden");
    Ok(())
}

/// What the device holds in the widget's own store of touchpoints.
const KEPT: &str = "
    const open = indexedDB.open('shoptag');
    const done = arguments[arguments.length - 1];
    open.onerror = () => done('no database');
    open.onsuccess = () => {
        const read = open.result.transaction('touchpoints').objectStore('touchpoints').getAll();
        read.onsuccess = () => { open.result.close(); done(read.result.length); };
    };";

async fn kept(browser: &Browser) -> Outcome<serde_json::Value> {
    let found = browser.driver.execute_async(KEPT, vec![]).await?;
    Ok(found.json().clone())
}

#[tokio::test]
async fn without_consent_nothing_is_kept_or_sent_and_the_tap_still_earns() -> Outcome<()> {
    let setting = Setting::start().await?;
    let browser = Browser::start(Shape::Desktop, "impressions-denied").await?;
    let never = "document.body.style.paddingBottom = '0'; await video().play(); await at(4.5);";
    open(&browser, &setting, "denied").await?;
    watch(&browser, &setting, never).await?;

    open(&browser, &setting, "denied").await?;
    browser.play().await?;
    browser.click_tag(LAMP, 2.5).await?;
    browser.click("^Buy now").await?;
    for (field, text) in ADDRESS {
        browser.fill_by_keyboard(field, text).await?;
    }
    assert_eq!(kept(&browser).await?, json!(0));
    let button = "^Order with obligation to pay.*129[.,]00";
    browser.control(button).await?;
    browser.watch_on(2.5).await?;
    browser.press_by_keyboard(button).await?;
    browser.text("Order placed|Your order is placed").await?;
    // 129.00 contain 20.60 of tax; 15 % of 108.40 are Mira's.
    let sentence = "Mira Okafor showed you this in a video and earns a commission.*Fold linen";
    browser.text(sentence).await?;
    let made = setting.backend_says(&["creator-key", "create", "mira", "--tenant", "demo"])?;
    let orders = setting.database()?.orders()?;
    let path = format!("/v1/orders/{}/decision", orders[0].number);
    let decision = setting.ask(&path, made.trim())?;
    let credit = &decision["lines"][0]["credit"];
    assert_eq!(
        (&credit["creator_id"], &credit["commission_minor"]),
        (&json!("mira"), &json!(1_626))
    );
    assert_eq!(setting.database()?.touchpoints()?, 0);
    Ok(())
}

#[tokio::test]
async fn the_browsers_own_no_wins_and_what_is_erased_is_gone() -> Outcome<()> {
    let setting = Setting::start().await?;
    let browser = Browser::start(Shape::Desktop, "impressions-erased").await?;
    open(&browser, &setting, "granted").await?;
    browser.play().await?;
    browser.click_tag(LAMP, 2.5).await?;
    browser.close_sheet().await?;
    // A film that plays on would be seen again after the erasing.
    browser.run("video().pause()", vec![]).await?;
    browser.click("^Products$").await?;
    browser.click("^What this device has stored").await?;
    browser.text("What you tapped and saw").await?;
    browser.picture("stored").await?;
    assert_ne!(kept(&browser).await?, json!(0));
    browser.click("^Erase what I tapped and saw").await?;
    browser.text("0 entries, 0 receipts").await?;
    let gone = "return new Promise((done) => {
            const open = indexedDB.open('shoptag');
            open.onsuccess = () => {
                const read = open.result.transaction('touchpoints')
                    .objectStore('touchpoints').getAll();
                read.onsuccess = () => { open.result.close(); done(read.result.length); };
            };
        })";
    assert_eq!(browser.run(gone, vec![]).await?, json!(0));

    let no = "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl',
        { get: () => true, configurable: true })";
    browser
        .cdp(
            "Page.addScriptToEvaluateOnNewDocument",
            json!({ "source": no }),
        )
        .await?;
    let before = setting.database()?.touchpoints()?;
    open(&browser, &setting, "granted").await?;
    watch(&browser, &setting, WAYS[0].1).await?;
    assert_eq!(kept(&browser).await?, json!(0));
    // The next page has been answered, and nothing came with the one before it.
    assert_eq!(setting.database()?.touchpoints()?, before);
    Ok(())
}
