//! With a mouse up to the bag, and from there with the keyboard alone, on a desktop.

use super::support::Outcome;
use super::support::browser::{Browser, Shape};
use super::support::database::StoredOrder;
use super::support::setting::Setting;
use super::support::shopper::ADDRESS;

#[tokio::test]
async fn a_purchase_on_a_desktop_ends_in_an_order_with_exact_totals() -> Outcome<()> {
    let setting = Setting::start().await?;
    let browser = Browser::start(Shape::Desktop, "desktop").await?;
    let before = setting.database()?.stock("HAL-FOLD-CLAY")?;

    browser.driver.goto(setting.page("/")).await?;
    browser.play().await?;
    browser.seek(2.0).await?;
    browser.part("marker").await?;
    browser.pictures_in_both_schemes("tags").await?;

    browser.click_tag("lamp-morning", 2.5).await?;
    browser.part("card").await?;
    browser.pictures_in_both_schemes("card").await?;
    browser.click("Clay").await?;
    browser.picture("variant").await?;
    browser.click("^Add to bag").await?;
    browser.picture("added").await?;
    browser.click("^View bag|^Bag, 1").await?;
    browser.control("^Checkout").await?;
    browser.click("^One more").await?;
    browser.text("258[.,]00").await?;
    browser.pictures_in_both_schemes("bag").await?;

    browser.press_by_keyboard("^Checkout").await?;
    browser.control("^E-mail").await?;
    browser.pictures_in_both_schemes("checkout-empty").await?;
    for (field, text) in ADDRESS {
        browser.fill_by_keyboard(field, text).await?;
    }
    browser.text("232[.,]20").await?;
    browser.tab_to("^Order with obligation to pay").await?;
    browser.pictures_in_both_schemes("checkout-filled").await?;
    browser.press(thirtyfour::Key::Enter).await?;
    browser.text("Order placed|Your order is placed").await?;
    browser.pictures_in_both_schemes("placed").await?;

    let database = setting.database()?;
    let orders = database.orders()?;
    let [order] = orders.as_slice() else {
        return Err(format!("one order was expected: {orders:?}").into());
    };
    browser.text(&order.number).await?;
    // Two lamps at 129.00, a tenth off for two from one brand, delivery free from 80.00, and the 19
    // % tax that 232.20 contain.
    let expected = StoredOrder {
        number: order.number.clone(),
        items_minor: 25_800,
        discount_minor: 2_580,
        delivery_minor: 0,
        tax_minor: 3_707,
        total_minor: 23_220,
        lines: vec![("HAL-FOLD-CLAY".to_owned(), 2, 12_900)],
    };
    assert_eq!(*order, expected);
    assert_eq!(database.stock("HAL-FOLD-CLAY")?, (before.0 - 2, 0));
    browser.must_not_have_complained().await
}
