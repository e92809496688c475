//! Players as pages have them: far down the page, elsewhere than the element, in advertisements,
//! changed while they play.

use super::support::Outcome;
use super::support::browser::{Browser, Shape};
use super::support::setting::Setting;

/// How far the marker of the thing that stands still is from its place in the picture, CSS px.
const OFF: &str = "
    const picture = video().getBoundingClientRect();
    const tag = widget().shadowRoot?.querySelector(`[data-tag='marker-still']`);
    const mark = tag && visible(tag) && tag.getBoundingClientRect();
    if (!mark) return Infinity;
    const x = picture.x + picture.width * STILL_X - mark.x - mark.width / 2;
    const y = picture.y + picture.height * STILL_Y - mark.y - mark.height / 2;
    return Math.hypot(x, y);
";

/// Requests for the widget's program so far.
const REQUESTS: &str = "return performance.getEntriesByType('resource')
    .filter((entry) => entry.name.endsWith('shoptag_bg.wasm')).length";

#[tokio::test]
async fn a_player_elsewhere_is_waited_for_and_followed_as_the_page_scrolls() -> Outcome<()> {
    let setting = Setting::start().await?;
    let browser = Browser::start(Shape::Desktop, "player-elsewhere").await?;
    browser
        .driver
        .goto(setting.page("/tests/elsewhere.html"))
        .await?;
    let (x, y) = place_of_the_still_thing(&setting)?;
    let off = OFF
        .replace("STILL_X", &x.to_string())
        .replace("STILL_Y", &y.to_string());

    // Three thousand pixels away nothing is loaded, however long the page has been there.
    let ready = "return document.readyState === 'complete'
        && !!customElements.get('shop-tags') && performance.now() > 1000";
    browser.wait_for("the page", ready, vec![]).await?;
    assert_eq!(browser.run(REQUESTS, vec![]).await?, 0, "loaded too early");
    browser.run("scrollTo(0, 2900)", vec![]).await?;
    browser.part("marker").await?;
    assert_eq!(browser.run(REQUESTS, vec![]).await?, 1);

    browser.play().await?;
    for scroll in [2900, 2700, 3100] {
        browser
            .run("scrollTo(0, arguments[0])", vec![scroll.into()])
            .await?;
        let near = format!("const off = () => {{ {off} }}; return off() < 2");
        browser
            .wait_for("the tag on its thing", &near, vec![])
            .await?;
    }
    browser.picture("scrolled").await?;

    // A player that moves without anybody scrolling.
    let moved = "document.querySelector('#player').style.marginLeft = '400px'";
    browser.run(moved, vec![]).await?;
    let near = format!("const off = () => {{ {off} }}; return off() < 2");
    browser
        .wait_for("the tag on its thing", &near, vec![])
        .await?;
    assert_eq!(browser.run(REQUESTS, vec![]).await?, 1, "loaded twice");
    browser.must_not_have_complained().await
}

#[tokio::test]
async fn advertisements_and_stitched_streams_show_the_tags_of_the_content() -> Outcome<()> {
    let setting = Setting::start().await?;
    let browser = Browser::start(Shape::Desktop, "player-advertisement").await?;
    browser.driver.goto(setting.page("/")).await?;
    browser.play().await?;
    browser.seek(2.0).await?;
    browser.part("marker").await?;
    let on_screen = "return widget().currentTags.includes(arguments[0]) === arguments[1]";
    let lamp = |shown: bool| vec!["lamp-morning".into(), shown.into()];
    browser.wait_for("the lamp", on_screen, lamp(true)).await?;

    browser.run("widget().adBreak = true", vec![]).await?;
    browser
        .wait_for("an empty picture", "return !part('marker')", vec![])
        .await?;
    assert_eq!(
        browser.run("return widget().currentTags", vec![]).await?,
        serde_json::json!([])
    );
    browser.run("widget().adBreak = false", vec![]).await?;
    browser.part("marker").await?;

    // Ten minutes of another programme went before, in the same stream.
    browser
        .run("widget().contentTime = (stream) => stream + 600", vec![])
        .await?;
    browser
        .wait_for("an empty picture", "return !part('marker')", vec![])
        .await?;
    browser
        .run(
            "widget().contentTime = undefined; video().currentTime = 2",
            vec![],
        )
        .await?;
    browser.wait_for("the lamp", on_screen, lamp(true)).await?;
    // What a mapper throws, or gives instead of a number, changes nothing.
    browser
        .run(
            "widget().contentTime = () => { throw new Error('the page') }",
            vec![],
        )
        .await?;
    browser.seek(2.0).await?;
    browser.wait_for("the lamp", on_screen, lamp(true)).await?;
    browser.must_not_have_complained().await
}

/// Where the disc stands that does not move, shares of the picture.
fn place_of_the_still_thing(setting: &Setting) -> Outcome<(f64, f64)> {
    let track: serde_json::Value =
        serde_json::from_str(&setting.file("www/test/markers.tags.json")?)?;
    let tags = track["tags"].as_array().ok_or("no tags")?;
    let still = tags
        .iter()
        .find(|tag| tag["id"] == "marker-still")
        .ok_or("no such tag")?;
    Ok((
        still["key_frames"][0]["x"].as_f64().ok_or("no place")?,
        still["key_frames"][0]["y"].as_f64().ok_or("no place")?,
    ))
}
