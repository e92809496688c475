//! The same purchase with fingers, on a phone.

use super::support::Outcome;
use super::support::browser::{Browser, Shape};
use super::support::setting::Setting;
use super::support::shopper::ADDRESS;

#[tokio::test]
async fn a_purchase_on_a_phone_works_with_touch_alone() -> Outcome<()> {
    let setting = Setting::start().await?;
    let browser = Browser::start(Shape::Phone, "phone").await?;
    let before = setting.database()?.stock("HAL-FOLD-CLAY")?;

    browser.driver.goto(setting.page("/")).await?;
    browser.play().await?;
    browser.seek(2.0).await?;
    browser.part("marker").await?;
    browser.pictures_in_both_schemes("tags").await?;

    browser.tap_tag("lamp-morning", 2.5).await?;
    browser.part("card").await?;
    browser.pictures_in_both_schemes("card").await?;
    browser.tap("Clay").await?;
    browser.tap("^Add to bag").await?;
    browser.picture("added").await?;
    browser.tap("^View bag|^Bag, 1").await?;
    browser.control("^Checkout").await?;
    browser.tap("^One more").await?;
    browser.text("258[.,]00").await?;
    browser.pictures_in_both_schemes("bag").await?;

    browser.tap("^Checkout").await?;
    browser.control("^E-mail").await?;
    browser.picture("checkout-empty").await?;
    for (field, text) in ADDRESS {
        browser.tap(field).await?;
        browser.fill(field, text).await?;
    }
    browser.text("232[.,]20").await?;
    browser.pictures_in_both_schemes("checkout-filled").await?;
    browser.tap("^Order with obligation to pay").await?;
    browser.text("Order placed|Your order is placed").await?;
    browser.pictures_in_both_schemes("placed").await?;

    let database = setting.database()?;
    let orders = database.orders()?;
    let totals: Vec<i64> = orders.iter().map(|order| order.total_minor).collect();
    assert_eq!(totals, [23_220], "{orders:?}");
    assert_eq!(database.stock("HAL-FOLD-CLAY")?, (before.0 - 2, 0));

    // Nothing is wider than the phone.
    let wide = "return document.documentElement.scrollWidth - innerWidth";
    assert_eq!(
        browser.run(wide, vec![]).await?,
        0,
        "the page scrolls sideways"
    );
    browser.must_not_have_complained().await
}
