//! What a shopper does on a page with a pointer: looks for something by its name, clicks or taps
//! it.

use std::time::Instant;

use serde_json::{Value, json};
use thirtyfour::WebElement;
use thirtyfour::error::{WebDriverError, WebDriverErrorInner};

use super::Outcome;
use super::browser::{Browser, PATIENCE};

impl Browser {
    /// Waits for a control (button, link, field, choice) by its accessible name.
    pub(crate) async fn control(&self, name: &str) -> Outcome<()> {
        self.wait_for(
            &format!("the control \"{name}\""),
            "return !!control(arguments[0])",
            vec![name.into()],
        )
        .await?;
        Ok(())
    }

    /// Waits until a text is shown.
    pub(crate) async fn text(&self, pattern: &str) -> Outcome<String> {
        let look = "return textOf(shownText(arguments[0]))";
        let what = format!("the text \"{pattern}\"");
        let found = self.wait_for(&what, look, vec![pattern.into()]).await?;
        Ok(found.as_str().unwrap_or_default().to_owned())
    }

    /// Waits for a part of the widget to be shown.
    pub(crate) async fn part(&self, name: &str) -> Outcome<()> {
        self.wait_for(
            &format!("the part \"{name}\""),
            "return !!part(arguments[0])",
            vec![name.into()],
        )
        .await?;
        Ok(())
    }

    /// Clicks a control with the mouse.
    pub(crate) async fn click(&self, name: &str) -> Outcome<()> {
        self.control(name).await?;
        self.click_found("return control(arguments[0])", name).await
    }

    /// Closes the card or sheet, and returns once nothing of it lies over the film.
    pub(crate) async fn close_sheet(&self) -> Outcome<()> {
        self.click("^Close$").await?;
        let gone = "return !part('close-button')";
        self.wait_for("the end of the sheet", gone, vec![]).await?;
        self.settle().await
    }

    /// Touches a control with a finger, in the middle.
    pub(crate) async fn tap(&self, name: &str) -> Outcome<()> {
        self.control(name).await?;
        self.settle().await?;
        self.tap_at("control(arguments[0])", name).await
    }

    /// Clicks the tag of a product on the playing video with the mouse, around a moment in seconds;
    /// again, when it has moved away between looking and clicking.
    pub(crate) async fn click_tag(&self, tag: &str, moment: f64) -> Outcome<()> {
        let listen = "const sought = arguments[0];
            const isHit = (element) => element.dataset?.tag === sought;
            window.isTagHit = false;
            const hear = (event) => { window.isTagHit ||= event.composedPath().some(isHit) };
            addEventListener('click', hear, { capture: true, once: true });";
        let until = Instant::now() + PATIENCE;
        loop {
            self.tag(tag, moment).await?;
            self.run(listen, vec![tag.into()]).await?;
            self.click_found(&format!("return {TAG}"), tag).await?;
            if self.run("return window.isTagHit", vec![]).await? == Value::Bool(true) {
                return Ok(());
            }
            if Instant::now() > until {
                return Err(format!("no click reaches the tag \"{tag}\"").into());
            }
        }
    }

    /// Touches the tag of a product, around a moment in seconds; the film plays on after it.
    pub(crate) async fn tap_tag(&self, tag: &str, moment: f64) -> Outcome<()> {
        // Two messages go to the browser between looking and touching: the picture stands still.
        self.run("video().pause()", vec![]).await?;
        self.tag(tag, moment).await?;
        self.settle().await?;
        self.tap_at(TAG, tag).await?;
        self.run("video().play()", vec![]).await?;
        Ok(())
    }

    /// Waits for a tag; when the film has gone on too far, as it does on a slow machine, back to
    /// the moment.
    async fn tag(&self, tag: &str, moment: f64) -> Outcome<()> {
        let look = format!(
            "const tag = {TAG};
             const away = Math.abs(video().currentTime - arguments[1]);
             if (away > 2 && !video().seeking) video().currentTime = arguments[1];
             return away <= 2 && !!tag && visible(tag)"
        );
        let arguments = vec![tag.into(), moment.into()];
        self.wait_for(&format!("the tag \"{tag}\""), &look, arguments)
            .await?;
        Ok(())
    }

    /// Fills a field, replacing what is in it: puts the caret there and types.
    pub(crate) async fn fill(&self, name: &str, text: &str) -> Outcome<()> {
        self.control(name).await?;
        let enter = "const field = control(arguments[0]);
            field.scrollIntoView({ block: 'nearest', behavior: 'instant' });
            field.focus();
            field.select();";
        self.run(enter, vec![name.into()]).await?;
        self.type_text(text).await
    }

    /// Starts the film and returns once it moves.
    pub(crate) async fn play(&self) -> Outcome<()> {
        self.wait_for("the film", "return video()?.readyState >= 2", vec![])
            .await?;
        self.run("video().play()", vec![]).await?;
        self.wait_for(
            "playback",
            "return !video().paused && video().currentTime > 0.2",
            vec![],
        )
        .await?;
        Ok(())
    }

    /// Takes the film to a moment, in seconds, and returns when its picture is there.
    pub(crate) async fn seek(&self, seconds: f64) -> Outcome<()> {
        self.run("video().currentTime = arguments[0]", vec![seconds.into()])
            .await?;
        let there = "return !video().seeking && video().readyState >= 2
            && Math.abs(video().currentTime - arguments[0]) < 2";
        self.wait_for("the moment in the film", there, vec![seconds.into()])
            .await?;
        Ok(())
    }

    /// Clicks what `script` finds, as a person does: again, when it has moved on or something lay
    /// above it.
    async fn click_found(&self, script: &str, argument: &str) -> Outcome<()> {
        let until = Instant::now() + PATIENCE;
        loop {
            let Some(found) = self.element(script, argument).await? else {
                // Redrawn since it was waited for.
                if Instant::now() > until {
                    return Err(format!("\"{argument}\" is gone").into());
                }
                self.settle().await?;
                continue;
            };
            match found.click().await {
                Err(error) if is_out_of_reach(&error) && Instant::now() < until => {
                    self.settle().await?;
                }
                outcome => return Ok(outcome?),
            }
        }
    }

    /// Returns when the film has gone on by `seconds`: who orders within 2 of a tap is no person to
    /// the backend, and a browser that is driven can be that quick.
    pub(crate) async fn watch_on(&self, seconds: f64) -> Outcome<()> {
        let from = self.run("return video().currentTime", vec![]).await?;
        let on = "return Math.abs(video().currentTime - arguments[0]) > arguments[1]";
        self.wait_for("the film going on", on, vec![from, seconds.into()])
            .await?;
        Ok(())
    }

    async fn element(&self, script: &str, argument: &str) -> Outcome<Option<WebElement>> {
        let script = format!("{}\n{script}", super::browser::HELPERS);
        let found = self.driver.execute(script, vec![argument.into()]).await?;
        Ok(if found.json().is_null() {
            None
        } else {
            Some(found.element()?)
        })
    }

    async fn tap_at(&self, finder: &str, argument: &str) -> Outcome<()> {
        let middle = format!(
            "const element = {finder};
             element.scrollIntoView({{ block: 'nearest', behavior: 'instant' }});
             const box = element.getBoundingClientRect();
             return {{ x: box.x + box.width / 2, y: box.y + box.height / 2 }}"
        );
        let middle: Value = self.run(&middle, vec![argument.into()]).await?;
        self.touch("touchStart", &[middle]).await?;
        self.touch("touchEnd", &[]).await
    }

    /// What a finger does: `kind` is a touch event's type, `points` are in CSS px.
    pub(crate) async fn touch(&self, kind: &str, points: &[Value]) -> Outcome<()> {
        let touch = json!({ "type": kind, "touchPoints": points });
        self.cdp("Input.dispatchTouchEvent", touch).await?;
        Ok(())
    }
}

/// Whether the element was there and could not be clicked just then.
fn is_out_of_reach(error: &WebDriverError) -> bool {
    matches!(
        error.as_inner(),
        WebDriverErrorInner::ElementNotInteractable(_)
            | WebDriverErrorInner::ElementClickIntercepted(_)
            | WebDriverErrorInner::StaleElementReference(_)
    )
}

/// The button of a tag, by the tag's id.
const TAG: &str = "(() => {
    const tag = widget().shadowRoot.querySelector(`[data-tag='${arguments[0]}']`);
    return tag?.matches('button') ? tag : tag?.querySelector('button') ?? tag;
})()";
