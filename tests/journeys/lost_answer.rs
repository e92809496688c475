//! The backend stores the order and its answer is lost: trying again must not order twice.

use super::support::Outcome;
use super::support::browser::{Browser, Shape};
use super::support::setting::Setting;
use super::support::shopper::ADDRESS;

#[tokio::test]
async fn a_lost_answer_and_a_retry_make_one_order() -> Outcome<()> {
    let setting = Setting::start().await?;
    let browser = Browser::start(Shape::Desktop, "lost-answer").await?;
    let before = setting.database()?.stock("HAL-FOLD-SAND")?;

    browser.driver.goto(setting.page("/")).await?;
    browser.play().await?;
    browser.seek(2.0).await?;
    browser.click_tag("lamp-morning", 2.5).await?;
    browser.click("^Buy now").await?;
    for (field, text) in ADDRESS {
        browser.fill(field, text).await?;
    }
    // Delivery is free from 80.00; 129.00 contain 20.60 of tax.
    browser
        .control("^Order with obligation to pay.*129[.,]00")
        .await?;
    browser.picture("checkout").await?;

    setting.proxy.lose_answers(true);
    browser.click("^Order with obligation to pay").await?;
    browser
        .text("Sending your order|No answer yet|cannot reach")
        .await?;
    browser.control("^Try again").await?;
    browser.picture("no-answer").await?;
    assert!(setting.proxy.answers_lost() >= 1, "no answer has been lost");
    assert_eq!(
        setting.database()?.orders()?.len(),
        1,
        "the backend stored the order"
    );
    let shown = browser
        .run("return !!shownText('Your order is placed')", vec![])
        .await?;
    assert_eq!(
        shown, false,
        "the shopper was told of an order without an answer"
    );

    setting.proxy.lose_answers(false);
    browser.click("^Try again").await?;
    browser.text("Order placed|Your order is placed").await?;
    browser.picture("placed").await?;

    assert!(
        setting.proxy.orders_seen() >= 2,
        "the order was not sent again"
    );
    let database = setting.database()?;
    let orders = database.orders()?;
    let totals: Vec<(i64, i64)> = orders
        .iter()
        .map(|order| (order.total_minor, order.tax_minor))
        .collect();
    assert_eq!(totals, [(12_900, 2_060)], "{orders:?}");
    assert_eq!(database.keys()?, 1, "a retry keeps its key");
    assert_eq!(database.stock("HAL-FOLD-SAND")?, (before.0 - 1, 0));
    Ok(())
}
