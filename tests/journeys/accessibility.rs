//! axe finds nothing on any state of the page that a shopper passes through.

use serde_json::Value;

use super::support::Outcome;
use super::support::browser::{Browser, Shape};
use super::support::setting::{Setting, path_from};

/// WCAG 2.2 A and AA, and what axe calls best practice for landmarks, names and roles.
const RUN: &str = "
    const done = arguments[arguments.length - 1];
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] })
        .then((result) => done(result.violations.map((violation) => ({
            rule: violation.id,
            help: violation.help,
            nodes: violation.nodes.map((node) => `${node.target.flat().join(' ')}: `
                + node.any.concat(node.all, node.none).map((check) => check.message).join('; ')),
        }))))
        .catch((error) => done([{ rule: 'axe itself', help: `${error}`, nodes: [] }]));
";

#[tokio::test]
async fn axe_finds_nothing_on_a_desktop() -> Outcome<()> {
    walk(Shape::Desktop, "accessibility-desktop").await
}

#[tokio::test]
async fn axe_finds_nothing_on_a_phone() -> Outcome<()> {
    walk(Shape::Phone, "accessibility-phone").await
}

/// Goes through the states and looks at each in light and in dark.
async fn walk(shape: Shape, journey: &str) -> Outcome<()> {
    let setting = Setting::start().await?;
    let browser = Browser::start(shape, journey).await?;
    let mut found = Vec::new();

    browser.driver.goto(setting.page("/")).await?;
    browser.play().await?;
    browser.seek(2.0).await?;
    browser.part("marker").await?;
    // A still picture, so that a finding can be looked up in it.
    browser.run("video().pause()", vec![]).await?;
    look(&browser, "tags", &mut found).await?;
    browser.click("^Products").await?;
    browser.text("In this moment|All in this video").await?;
    look(&browser, "list", &mut found).await?;
    browser.press(thirtyfour::Key::Escape).await?;
    browser.click_tag("lamp-morning", 2.5).await?;
    browser.part("card").await?;
    look(&browser, "card", &mut found).await?;
    browser.click("^Add to bag").await?;
    browser.click("^View bag|^Bag, 1").await?;
    browser.control("^Checkout").await?;
    look(&browser, "bag", &mut found).await?;
    browser.click("^Checkout").await?;
    browser.control("^E-mail").await?;
    look(&browser, "checkout", &mut found).await?;
    // Sent empty: the errors stand beside their fields.
    browser.click("^Order with obligation to pay").await?;
    browser.text("Enter your e-mail address").await?;
    look(&browser, "checkout-errors", &mut found).await?;

    if found.is_empty() {
        return Ok(());
    }
    Err(format!("axe found {}:\n{}", found.len(), found.join("\n")).into())
}

async fn look(browser: &Browser, state: &str, found: &mut Vec<String>) -> Outcome<()> {
    let axe = std::fs::read_to_string(path_from("SHOPTAG_AXE")?)?;
    for scheme in ["light", "dark"] {
        browser.colour_scheme(scheme).await?;
        browser.settle().await?;
        browser.picture(&format!("{state}-{scheme}")).await?;
        browser.driver.execute(&axe, Vec::new()).await?;
        let violations = browser.driver.execute_async(RUN, Vec::new()).await?;
        for violation in violations.json().as_array().ok_or("axe gave no list")? {
            let nodes = violation["nodes"].as_array().cloned().unwrap_or_default();
            let nodes: Vec<&str> = nodes.iter().filter_map(Value::as_str).collect();
            let (rule, help) = (&violation["rule"], &violation["help"]);
            found.push(format!(
                "{state}, {scheme}: {rule} {help}\n    {}",
                nodes.join("\n    ")
            ));
        }
    }
    browser.colour_scheme("light").await
}
