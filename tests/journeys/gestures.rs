//! What a finger does to a sheet besides tapping, and what a sheet does to the film.

use serde_json::{Value, json};

use super::support::Outcome;
use super::support::browser::{Browser, Shape};
use super::support::setting::Setting;

/// The bar that the finger takes hold of.
const BAR: &str = "part('card').querySelector('.sheet-bar')";

/// Where the sheet's upper edge is, CSS px.
const TOP: &str = "return part('card').getBoundingClientRect().top";

/// Whether it was closed, with the focus back on a control over the film.
const CLOSED: &str = "return !part('card')
    && !!widget().shadowRoot.activeElement?.matches('button')";

/// The picture that the gallery's strip stands at, counted from 0.
const SHOWN: &str = "const strip = part('card').querySelector('.gallery-strip');
    return strip.scrollLeft / strip.clientWidth";

async fn card(browser: &Browser, setting: &Setting) -> Outcome<()> {
    browser.driver.goto(setting.page("/")).await?;
    browser.play().await?;
    browser.seek(2.0).await?;
    browser.tap_tag("lamp-morning", 2.5).await?;
    browser.part("card").await?;
    browser.settle().await
}

impl Browser {
    async fn top(&self) -> Outcome<f64> {
        self.settle().await?;
        Ok(self.run(TOP, vec![]).await?.as_f64().ok_or("no sheet")?)
    }

    /// Puts a finger on what `finder` finds and moves it by so many CSS px, in small steps.
    async fn press_and_move(&self, finder: &str, by: (f64, f64)) -> Outcome<()> {
        const STEPS: u32 = 8;
        let middle = format!(
            "const box = ({finder}).getBoundingClientRect();
             return [box.x + box.width / 2, box.y + box.height / 2]"
        );
        let middle: (f64, f64) = serde_json::from_value(self.run(&middle, vec![]).await?)?;
        for step in 0..=STEPS {
            let part = f64::from(step) / f64::from(STEPS);
            let point = json!({ "x": middle.0 + by.0 * part, "y": middle.1 + by.1 * part });
            let kind = if step == 0 { "touchStart" } else { "touchMove" };
            self.touch(kind, &[point]).await?;
        }
        Ok(())
    }

    async fn lift(&self) -> Outcome<()> {
        self.touch("touchEnd", &[]).await
    }

    /// Holds the finger still, so that letting go is no flick.
    async fn hold(&self) -> Outcome<()> {
        self.wait_once(500).await
    }
}

#[tokio::test]
async fn a_sheet_follows_the_finger_grows_and_closes() -> Outcome<()> {
    let setting = Setting::start().await?;
    let browser = Browser::start(Shape::Phone, "gestures").await?;
    card(&browser, &setting).await?;
    let start = browser.top().await?;

    // A little way down, and let go: it goes back.
    browser.press_and_move(BAR, (0.0, 60.0)).await?;
    browser.hold().await?;
    let dragged = browser.top().await?;
    assert!((dragged - start - 60.0).abs() <= 1.0, "{start} {dragged}");
    browser.picture("dragged").await?;
    browser.lift().await?;
    assert!((browser.top().await? - start).abs() <= 1.0);

    // Up: it becomes tall. Down from there: as it was before.
    browser.press_and_move(BAR, (0.0, -80.0)).await?;
    browser.lift().await?;
    let tall = browser.top().await?;
    assert!(tall < start - 40.0, "{start} {tall}");
    browser.picture("tall").await?;
    browser.press_and_move(BAR, (0.0, 140.0)).await?;
    browser.lift().await?;
    assert!((browser.top().await? - start).abs() <= 1.0);

    // Down again: it closes.
    browser.press_and_move(BAR, (0.0, 140.0)).await?;
    browser.lift().await?;
    browser.wait_until("the end of the sheet", CLOSED).await?;

    // A flick closes it too, although it is short.
    browser.tap_tag("lamp-morning", 2.5).await?;
    browser.part("card").await?;
    browser.settle().await?;
    let flick = "const bar = BAR;
        const box = bar.getBoundingClientRect();
        const send = (type, y) => bar.dispatchEvent(new PointerEvent(type, {
            pointerId: 1, isPrimary: true, pointerType: 'touch', bubbles: true, composed: true,
            clientX: box.x + box.width / 2, clientY: box.y + y }));
        send('pointerdown', 8);
        send('pointermove', 68);
        send('pointerup', 68);";
    browser.run(&flick.replace("BAR", BAR), vec![]).await?;
    browser.wait_until("the end of the sheet", CLOSED).await?;
    browser.must_not_have_complained().await
}

#[tokio::test]
async fn the_pictures_of_a_product_are_swiped() -> Outcome<()> {
    let setting = Setting::start().await?;
    let browser = Browser::start(Shape::Phone, "gestures-gallery").await?;
    card(&browser, &setting).await?;
    let strip = "part('card').querySelector('.gallery-strip')";
    browser.press_and_move(strip, (-220.0, 0.0)).await?;
    browser.lift().await?;
    // One swipe, one picture, however quick.
    let second = format!("{SHOWN} === 1");
    browser.wait_until("the second picture", &second).await?;
    let dots = "return [...part('card').querySelectorAll('.gallery-dots span')].map((dot) =>
        dot.matches('.current'))";
    let dots: Vec<bool> = serde_json::from_value(browser.run(dots, vec![]).await?)?;
    assert_eq!(
        dots.iter().position(|current| *current),
        Some(1),
        "{dots:?}"
    );
    browser.picture("second-picture").await?;
    browser.must_not_have_complained().await
}

#[tokio::test]
async fn the_film_pauses_under_a_card_where_the_page_says_so_and_only_there() -> Outcome<()> {
    let setting = Setting::start().await?;
    let browser = Browser::start(Shape::Desktop, "pause").await?;
    browser.driver.goto(setting.page("/")).await?;
    browser.play().await?;
    browser.click_tag("lamp-morning", 2.5).await?;
    browser.part("card").await?;
    browser.watch_on(0.3).await?;
    browser.close_sheet().await?;

    browser
        .run("widget().setAttribute('pause', '')", vec![])
        .await?;
    browser.wait_once(300).await?;
    browser.click_tag("lamp-morning", 2.5).await?;
    browser.part("card").await?;
    browser
        .wait_until("the pause", "return video().paused")
        .await?;
    browser.picture("paused").await?;
    browser.close_sheet().await?;
    browser
        .wait_until("the film going on", "return !video().paused")
        .await?;

    // What the shopper has paused stays so.
    browser.run("video().pause()", vec![]).await?;
    browser.click_tag("lamp-morning", 2.5).await?;
    browser.part("card").await?;
    browser.close_sheet().await?;
    browser.wait_once(300).await?;
    let paused = browser.run("return video().paused", vec![]).await?;
    assert_eq!(paused, Value::Bool(true));
    browser.must_not_have_complained().await
}
