//! Full screen: the wrapper with its tags, and the bare video with nothing but a modal dialog above
//! it.

use serde_json::json;

use super::support::Outcome;
use super::support::browser::{Browser, Shape};
use super::support::setting::Setting;

/// The element that a click in the middle of a control would meet, or what is in the way.
const REACHES: &str = "
    const target = control(arguments[0]);
    if (!target) return false;
    const box = target.getBoundingClientRect();
    const middle = [box.x + box.width / 2, box.y + box.height / 2];
    let hit = document.elementFromPoint(...middle);
    while (hit?.shadowRoot) {
        const inner = hit.shadowRoot.elementFromPoint(...middle);
        if (!inner || inner === hit) break;
        hit = inner;
    }
    return target.contains(hit);
";

async fn open_the_demo(journey: &str) -> Outcome<(Setting, Browser)> {
    let setting = Setting::start().await?;
    let browser = Browser::start(Shape::Desktop, journey).await?;
    browser.driver.goto(setting.page("/")).await?;
    let listen = "window.__modes = [];
        widget().addEventListener('shop-fullscreen-change', (e) => __modes.push(e.detail.mode));";
    browser.run(listen, vec![]).await?;
    browser.play().await?;
    browser.seek(2.0).await?;
    browser.part("marker").await?;
    Ok((setting, browser))
}

/// Runs `script` as if the shopper had just pressed something, without which no screen is filled.
async fn as_the_shopper(browser: &Browser, script: &str) -> Outcome<()> {
    let parameters = json!({ "expression": script, "userGesture": true, "awaitPromise": true });
    let answer = browser.cdp("Runtime.evaluate", parameters).await?;
    match answer.get("exceptionDetails") {
        None => Ok(()),
        Some(details) => Err(format!("{script}: {details}").into()),
    }
}

async fn modes(browser: &Browser, expected: &[&str]) -> Outcome<()> {
    let heard = "return JSON.stringify(__modes) === JSON.stringify(arguments[0])";
    browser
        .wait_for("the modes", heard, vec![json!(expected)])
        .await?;
    Ok(())
}

#[tokio::test]
async fn a_page_that_asks_for_the_video_gets_the_wrapper_with_its_tags() -> Outcome<()> {
    let (_setting, browser) = open_the_demo("fullscreen-wrapper").await?;
    as_the_shopper(
        &browser,
        "document.querySelector('video').requestFullscreen()",
    )
    .await?;
    let full = "return document.fullscreenElement === widget()
        && Math.abs(widget().getBoundingClientRect().width - innerWidth) < 1";
    browser.wait_for("the full screen", full, vec![]).await?;
    modes(&browser, &["wrapper"]).await?;

    browser.click_tag("lamp-morning", 2.5).await?;
    browser.part("card").await?;
    browser.settle().await?;
    browser.picture("card").await?;
    let reached = browser.run(REACHES, vec!["^Add to bag".into()]).await?;
    assert_eq!(reached, true, "something lies over the card");
    browser.click("^Add to bag").await?;
    browser.control("^View bag|^Bag, 1").await?;
    let still = "return document.fullscreenElement === widget()";
    assert_eq!(browser.run(still, vec![]).await?, true);

    as_the_shopper(&browser, "document.exitFullscreen()").await?;
    modes(&browser, &["wrapper", "none"]).await?;
    browser.must_not_have_complained().await
}

#[tokio::test]
async fn over_the_bare_video_cards_are_modal_and_what_went_by_is_offered_after() -> Outcome<()> {
    let (_setting, browser) = open_the_demo("fullscreen-bare").await?;
    browser.click_tag("lamp-morning", 2.5).await?;
    browser.part("card").await?;

    // As a browser does whose own button could not be taken off.
    let bare = "Element.prototype.requestFullscreen.call(document.querySelector('video'))";
    as_the_shopper(&browser, bare).await?;
    let full = "return document.fullscreenElement === video()";
    browser.wait_for("the full screen", full, vec![]).await?;
    modes(&browser, &["bare-video"]).await?;
    let modal = "return part(arguments[0])?.matches('dialog:modal')";
    browser
        .wait_for("the modal card", modal, vec!["card".into()])
        .await?;
    browser.settle().await?;
    browser.picture("card").await?;
    let reached = browser.run(REACHES, vec!["^Add to bag".into()]).await?;
    assert_eq!(reached, true, "the card cannot be used");
    browser.click("^Add to bag").await?;
    browser.run("widget().closeAll()", vec![]).await?;
    browser
        .wait_for("the end of the card", "return !part('card')", vec![])
        .await?;
    assert_eq!(browser.run(full, vec![]).await?, true);

    // A card is opened there through the list.
    browser.seek(2.0).await?;
    browser.run("widget().openProducts()", vec![]).await?;
    browser
        .wait_for("the modal list", modal, vec!["list".into()])
        .await?;
    browser.click("^All in this video").await?;
    browser.click("^Fold linen table lamp ?Halden").await?;
    browser
        .wait_for("the modal card", modal, vec!["card".into()])
        .await?;
    browser.run("widget().closeAll()", vec![]).await?;
    browser
        .wait_for("the end of the card", "return !part('card')", vec![])
        .await?;

    as_the_shopper(&browser, "document.exitFullscreen()").await?;
    modes(&browser, &["bare-video", "none"]).await?;
    browser.text("products? you passed").await?;
    browser.picture("recap").await?;
    browser.must_not_have_complained().await
}
