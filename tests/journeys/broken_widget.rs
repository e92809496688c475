//! What a page and an order live through when the widget cannot start or breaks in mid-run, in a
//! real Chromium (docs/reliability.md, faults 19, 20 and 22).

use serde_json::json;

use super::support::Outcome;
use super::support::browser::{Browser, Shape};
use super::support::setting::Setting;

/// Runs before the page's own scripts: hears every error, those that nobody is to hear included.
const LISTEN: &str = "
    window.__codes = [];
    window.__errors = [];
    addEventListener('shop-error', (event) => __codes.push(event.detail.code), true);
    addEventListener('error', (event) => event.message && __errors.push(event.message), true);
    addEventListener('unhandledrejection', (event) => __errors.push(`${event.reason}`), true);
";

/// Replaces the answer to a request for the wasm by what `spoil` makes of its bytes.
const SPOIL: &str = "
    const realFetch = window.fetch;
    window.fetch = async (...request) => {
        const response = await realFetch(...request);
        if (!`${request[0]?.url ?? request[0]}`.endsWith('shoptag_bg.wasm')) return response;
        return spoil(await response.arrayBuffer());
    };
    const asWasm = { headers: { 'Content-Type': 'application/wasm' } };
";

/// Leaves the widget's memory no more than 64 pages of 64 KiB to grow by: it runs, and a text of
/// many megabytes is an allocation that fails, which is a panic wherever it happens.
const LITTLE_MEMORY: &str = "
    const PAGES = 64;
    const spoil = (buffer) => {
        const bytes = new Uint8Array(buffer);
        const read = (at) => {
            let [value, shift, byte] = [0, 0, 0];
            do {
                byte = bytes[at++];
                value += (byte & 127) * 2 ** shift;
                shift += 7;
            } while (byte & 128);
            return [value, at];
        };
        const number = (value) =>
            value < 128 ? [value] : [value & 127 | 128, ...number(value >> 7)];
        for (let at = 8; at < bytes.length;) {
            const [size, start] = read(at + 1);
            if (bytes[at] === 5) {
                const [least] = read(start + 2);
                const section = [1, 1, ...number(least), ...number(least + PAGES)];
                const memory = new Uint8Array([5, ...number(section.length), ...section]);
                const parts = [bytes.slice(0, at), memory, bytes.slice(start + size)];
                return new Response(new Blob(parts), asWasm);
            }
            at = start + size;
        }
        throw new Error('a wasm without memory');
    };
";

/// Longer than what is left.
const TOO_LONG: &str = "'x'.repeat(2 ** 24)";

/// The page's own content is back, the video is there, and nothing of the widget is left.
const AS_BEFORE: &str = "
    const own = document.querySelector('[slot=fallback]');
    const left = [...widget().shadowRoot?.children ?? []].filter((child) =>
        child.localName !== 'slot');
    return visible(own) && !!video() && visible(video()) && !left.length
        && !document.querySelector('[slot=shoptag-checkout]')";

async fn start(scripts: &[&str]) -> Outcome<Browser> {
    let browser = Browser::start(Shape::Desktop, "broken-widget").await?;
    let source = json!({ "source": format!("{LISTEN}{}", scripts.concat()) });
    browser
        .cdp("Page.addScriptToEvaluateOnNewDocument", source)
        .await?;
    Ok(browser)
}

impl Browser {
    /// The page hears `internal` once and no exception, and is as it was before.
    async fn gives_up(&self) -> Outcome<()> {
        self.wait_until("the page's own content", AS_BEFORE).await?;
        let heard = self
            .run("return [__codes, __errors, __complaints]", vec![])
            .await?;
        assert_eq!(heard, json!([["internal"], [], []]));
        Ok(())
    }
}

#[tokio::test]
async fn without_its_wasm_the_page_stays_as_it_was_and_hears_why() -> Outcome<()> {
    let setting = Setting::start().await?;
    for (page, blocked, code) in [
        // Fault 19: the page's policy refuses WebAssembly.
        ("/tests/no-wasm.html", None, "wasm-blocked"),
        // Fault 20: a file does not come.
        (
            "/tests/no-policy.html",
            Some("*shoptag_bg.wasm"),
            "load-failed",
        ),
        ("/tests/no-policy.html", Some("*/shoptag.js"), "load-failed"),
    ] {
        let browser = start(&[]).await?;
        browser.cdp("Network.enable", json!({})).await?;
        let urls: Vec<&str> = blocked.into_iter().collect();
        browser
            .cdp("Network.setBlockedURLs", json!({ "urls": urls }))
            .await?;
        browser.driver.goto(setting.page(page)).await?;
        let heard = "return __codes.includes(arguments[0])";
        browser.wait_for(code, heard, vec![code.into()]).await?;
        let shown = "const link = document.querySelector('[slot=fallback] a');
            return !!link && visible(link) && !!video() && visible(video())";
        browser.wait_until("the page's own content", shown).await?;
        let codes = browser.run("return __codes", vec![]).await?;
        assert_eq!(codes, json!([code]), "{page}: said once");
    }
    Ok(())
}

#[tokio::test]
async fn a_file_that_is_not_the_whole_wasm_leaves_the_page_as_it_was() -> Outcome<()> {
    let setting = Setting::start().await?;
    for spoil in [
        // An end is missing.
        "const spoil = (bytes) => new Response(bytes.slice(0, bytes.byteLength / 2), asWasm);",
        "const spoil = (bytes) => new Response(bytes.slice(0, -1), asWasm);",
        "const spoil = () => new Response('', asWasm);",
        // A page instead, as some servers answer everything.
        "const spoil = () => new Response('<!doctype html>', { headers: { 'Content-Type':
            'text/html' } });",
    ] {
        let browser = start(&[spoil, SPOIL]).await?;
        browser
            .driver
            .goto(setting.page("/tests/no-policy.html"))
            .await?;
        browser
            .wait_until("an error", "return !!__codes.length")
            .await?;
        let heard = browser.run("return [__codes, __errors]", vec![]).await?;
        assert_eq!(heard, json!([["load-failed"], []]), "{spoil}");
        let as_before = browser.run(AS_BEFORE, vec![]).await?;
        assert_eq!(as_before, json!(true), "{spoil}");
    }
    Ok(())
}

#[tokio::test]
async fn a_wasm_of_another_content_type_runs_all_the_same() -> Outcome<()> {
    let setting = Setting::start().await?;
    let other = "const spoil = (bytes) => new Response(bytes, { headers: { 'Content-Type':
        'application/octet-stream' } });";
    let browser = start(&[other, SPOIL]).await?;
    browser.driver.goto(setting.page("/")).await?;
    browser.loaded().await?;
    let heard = browser.run("return [__codes, __errors]", vec![]).await?;
    assert_eq!(heard, json!([[], []]));
    Ok(())
}

#[tokio::test]
async fn a_panic_under_a_call_of_the_page_leaves_the_page_and_the_order() -> Outcome<()> {
    let setting = Setting::start().await?;
    let browser = start(&[LITTLE_MEMORY, SPOIL]).await?;
    browser.driver.goto(setting.page("/")).await?;
    browser.to_the_button().await?;
    setting.proxy.lose_orders(true);
    browser.order(0).await?;
    let call = format!("widget().addToBag({TOO_LONG}, 1).then((done) => {{ window.done = done }})");
    browser.run(&call, vec![]).await?;
    browser
        .wait_until("the call's end", "return window.done === false")
        .await?;
    browser.gives_up().await?;
    browser.picture("after-a-panic").await?;
    let tags = browser.run("return widget().currentTags", vec![]).await?;
    assert_eq!(tags, json!([]), "what can be asked answers still");
    setting.proxy.lose_orders(false);

    // The order was on the device, not in the wasm's memory.
    browser.driver.refresh().await?;
    browser.delivered().await?;
    assert_eq!(setting.database()?.orders()?.len(), 1);
    assert_eq!(setting.database()?.keys()?, 1);
    Ok(())
}

#[tokio::test]
async fn a_panic_in_a_task_of_its_own_is_heard_by_no_handler_of_the_page() -> Outcome<()> {
    let setting = Setting::start().await?;
    let browser = start(&[LITTLE_MEMORY, SPOIL]).await?;
    browser.driver.goto(setting.page("/")).await?;
    browser.to_the_button().await?;
    // The next text that the widget is given by an event is more than it has room for.
    let type_it = format!(
        "const field = control('^Full name');
         Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')
             .set.call(field, {TOO_LONG});
         field.dispatchEvent(new Event('input', {{ bubbles: true, composed: true }}));"
    );
    browser.run(&type_it, vec![]).await?;
    browser.gives_up().await?;
    // Nothing of it enters again: not by its timers, its observers or the player's events.
    let asked = || {
        let requests = setting.proxy.requests();
        requests.iter().filter(|line| line.contains("/v1/")).count()
    };
    let before = asked();
    browser.run("return video().play()", vec![]).await?;
    browser.wait_once(1_500).await?;
    browser.gives_up().await?;
    assert_eq!(asked(), before);
    let plays = browser
        .run("return video().currentTime > 0", vec![])
        .await?;
    assert_eq!(plays, json!(true), "the host page keeps running");
    Ok(())
}
