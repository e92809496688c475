//! Attributes that change while the widget stands, and pages on which it cannot stand.

use serde_json::json;

use super::support::Outcome;
use super::support::browser::{Browser, Shape};
use super::support::setting::Setting;

/// Collects what the page hears from us, and asks us something while it hears it.
const LISTEN: &str = "
    window.__heard = [];
    addEventListener('shop-error', (event) => {
        window.__heard.push(event.detail.code);
        event.target.currentTags.length;
    }, true);
";

async fn open_the_demo(journey: &str, before: &str) -> Outcome<(Setting, Browser)> {
    let setting = Setting::start().await?;
    let browser = Browser::start(Shape::Desktop, journey).await?;
    let source = json!({ "source": format!("{LISTEN}{before}") });
    browser
        .cdp("Page.addScriptToEvaluateOnNewDocument", source)
        .await?;
    browser.driver.goto(setting.page("/")).await?;
    Ok((setting, browser))
}

#[tokio::test]
async fn a_thousand_changes_a_second_are_taken_in_together_and_the_last_one_wins() -> Outcome<()> {
    let (_setting, browser) = open_the_demo("attribute-storm", "").await?;
    browser.part("products-button").await?;
    // Each bad value that is looked at is told, so the page can count how often we look.
    let storm = "window.__count = 0;
        const end = performance.now() + 1000;
        const change = () => {
            for (let n = 0; n < 20; n += 1) {
                widget().setAttribute('accent', `bad-${++window.__count}`);
            }
            if (performance.now() < end) return void setTimeout(change, 10);
            widget().setAttribute('accent', '#123456');
            window.__done = true;
        };
        change();";
    browser.run(storm, vec![]).await?;
    let last = "const root = widget().shadowRoot.querySelector('.root');
        return window.__done && root.style.getPropertyValue('--shoptag-accent') === '#123456'";
    browser.wait_for("the last value", last, vec![]).await?;
    let looked = "return window.__heard.filter((code) => code === 'config-theme').length";
    let looked = browser.run(looked, vec![]).await?.as_u64().unwrap_or(0);
    let changed = browser.run("return window.__count", vec![]).await?;
    let changed = changed.as_u64().unwrap_or(0);
    println!("{changed} changes, looked at {looked} times");
    // Twenty times a second, and once at the end.
    assert!(
        (1..=40).contains(&looked),
        "looked {looked} times at {changed} changes"
    );
    assert!(changed >= 200, "only {changed} changes");
    browser.must_not_have_complained().await
}

#[tokio::test]
async fn a_second_definition_changes_nothing() -> Outcome<()> {
    let (_setting, browser) = open_the_demo("defined-twice", "").await?;
    browser.part("products-button").await?;
    let again = "window.__said = [];
        console.info = (...texts) => window.__said.push(texts.join(' '));
        window.__first = customElements.get('shop-tags');
        import('/www/shop-tags.js?another').then(
            (module) => { window.__second = module.ShopTagsElement; },
            (error) => { window.__second = error; });";
    browser.run(again, vec![]).await?;
    let told = "return window.__second && {
        another: window.__second !== window.__first,
        stays: customElements.get('shop-tags') === window.__first,
        said: window.__said }";
    let told = browser
        .wait_for("the second definition", told, vec![])
        .await?;
    let said = ["shoptag: already-defined"];
    assert_eq!(
        told,
        json!({ "another": true, "stays": true, "said": said })
    );
    browser.must_not_have_complained().await
}

#[tokio::test]
async fn a_page_without_shadow_dom_keeps_its_fallback() -> Outcome<()> {
    let (_setting, browser) =
        open_the_demo("no-shadow", "Element.prototype.attachShadow = null;").await?;
    let heard = "return window.__heard.length && window.__heard";
    let heard = browser.wait_for("the error", heard, vec![]).await?;
    assert_eq!(heard, json!(["unsupported"]));
    let fallback = "return visible(document.querySelector('[slot=fallback]'))";
    browser.wait_for("the fallback", fallback, vec![]).await?;
    browser.must_not_have_complained().await
}
