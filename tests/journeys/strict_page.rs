//! A page with a strict Content-Security-Policy and Trusted Types never hears a complaint from us.

use super::support::Outcome;
use super::support::browser::{Browser, Shape};
use super::support::setting::Setting;

#[tokio::test]
async fn a_strict_page_reports_no_violation_from_load_to_leaving() -> Outcome<()> {
    let setting = Setting::start().await?;
    let browser = Browser::start(Shape::Desktop, "strict-page").await?;
    browser.driver.goto(setting.page("/")).await?;

    // The policy is really there: markup from text is refused, and that is heard.
    let policy = browser.run(
        "return fetch(location).then((answer) => answer.headers.get('content-security-policy'))",
        vec![],
    );
    let policy = policy.await?.as_str().unwrap_or_default().to_owned();
    for part in [
        "script-src 'self' 'wasm-unsafe-eval'",
        "style-src 'self'",
        "require-trusted-types-for 'script'",
    ] {
        assert!(
            policy.contains(part),
            "the page is served without {part}: {policy}"
        );
    }

    browser.play().await?;
    browser.seek(2.0).await?;
    browser.click_tag("lamp-morning", 2.5).await?;
    browser.click("^Add to bag").await?;
    browser.click("^View bag|^Bag, 1").await?;
    browser.click("^Checkout").await?;
    browser.control("^E-mail").await?;
    browser.picture("checkout").await?;
    browser.must_not_have_complained().await?;

    // Leaving takes everything along: nothing of ours stays on the page, and nothing throws.
    browser
        .run("window.__host = widget(); widget().remove()", vec![])
        .await?;
    let gone = "return !document.querySelector('[class^=shoptag-]')
        && !window.__host.shadowRoot?.querySelector('[part~=marker]')";
    browser.wait_for("the widget's end", gone, vec![]).await?;
    browser.must_not_have_complained().await?;

    // The listener hears: a violation of our own making is reported.
    let provoke = "const style = document.createElement('style');
        style.textContent = 'body { color: red }';
        document.head.append(style);";
    browser.run(provoke, vec![]).await?;
    let heard = "return window.__complaints.some((text) => text.includes('style-src'))";
    browser
        .wait_for("the violation that the test makes", heard, vec![])
        .await?;
    Ok(())
}
