//! A real Chromium by WebDriver: how it is started, in which shapes, and what it must not complain
//! about.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::common::capabilities::chromium::ChromiumLikeCapabilities;
use thirtyfour::prelude::*;

use super::Outcome;
use super::setting::{path_from, results};

/// How long a journey waits for something to appear. Generous, because a loaded machine is slow; it
/// is waited for only by a journey that is going to fail.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// Runs before every page's own scripts: collects what a clean page never causes.
const WATCH: &str = r"
    window.__complaints = [];
    addEventListener('securitypolicyviolation', (event) => window.__complaints.push(
        `content security policy: ${event.effectiveDirective} blocked ${event.blockedURI}`
        + ` ${event.sample} ${event.sourceFile}:${event.lineNumber}`));
    addEventListener('error', (event) => window.__complaints.push(
        event.message ? `error: ${event.message}` : `cannot load ${event.target?.currentSrc
            ?? event.target?.src ?? event.target?.href}`), true);
    addEventListener('unhandledrejection', (event) =>
        window.__complaints.push(`unhandled rejection: ${event.reason}`));
";

/// What a journey that has failed says about the page. Pictures are written over by the next run;
/// this stays in the log.
const SEEN: &str = "const all = [...every(document)];
    const told = (kind) => all.filter((element) => element.matches(kind) && visible(element));
    return {
        complaints: window.__complaints,
        film: [video()?.currentTime, video()?.paused, video()?.readyState, video()?.seeking],
        focus: nameOf(focused()),
        sheets: told('[part]').map((element) => element.getAttribute('part')),
        messages: told('[role=alert],[role=status]').map(textOf).filter(Boolean),
        fields: told('input,select,textarea').map((field) => `${nameOf(field)}: ${field.value}`),
    }";

/// What the screen in front of the shopper is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A mouse, a keyboard and 1280 by 900 CSS pixels.
    Desktop,
    /// Fingers and 390 by 844 CSS pixels.
    Phone,
}

/// A browser window.
pub(crate) struct Browser {
    /// The WebDriver session.
    pub(crate) driver: WebDriver,
    pictures: PathBuf,
    picture_count: std::cell::Cell<u32>,
    _program: Program,
    profile: PathBuf,
    _folder: Option<TempDir>,
}

/// The ChromeDriver process, ended with its browser when a journey ends, however that is.
struct Program {
    child: Child,
    port: u16,
}

impl Drop for Program {
    fn drop(&mut self) {
        // Asked politely it closes its browsers, which a kill alone would leave running. It may
        // have ended already; then neither is needed.
        if let Ok(mut stream) = std::net::TcpStream::connect(("127.0.0.1", self.port)) {
            let request = b"GET /shutdown HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
            let mut answer = Vec::new();
            let _ = stream.set_read_timeout(Some(Duration::from_secs(10)));
            let _ = stream
                .write_all(request)
                .and_then(|()| stream.read_to_end(&mut answer));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Browser {
    /// Starts a browser with an empty profile; its pictures go to `target/journeys/<journey>`.
    pub(crate) async fn start(shape: Shape, journey: &str) -> Outcome<Self> {
        Self::start_with(shape, journey, json!({})).await
    }

    /// Starts a browser with an empty profile and settings, as Chromium's preferences file has
    /// them.
    pub(crate) async fn start_with(shape: Shape, journey: &str, settings: Value) -> Outcome<Self> {
        let folder = tempfile::tempdir()?;
        let profile = folder.path().to_owned();
        let mut browser = Self::open(shape, journey, &profile, settings).await?;
        browser._folder = Some(folder);
        Ok(browser)
    }

    /// Starts a browser on a profile that may have been used before.
    pub(crate) async fn start_in(shape: Shape, journey: &str, profile: &Path) -> Outcome<Self> {
        // What a killed browser leaves behind, which its successor must not mistake for a living
        // one.
        for left in [
            "DevToolsActivePort",
            "SingletonLock",
            "SingletonCookie",
            "SingletonSocket",
        ] {
            let _ = std::fs::remove_file(profile.join(left));
        }
        Self::open(shape, journey, profile, json!({})).await
    }

    async fn open(shape: Shape, journey: &str, profile: &Path, settings: Value) -> Outcome<Self> {
        let pictures = results("journeys").join(journey);
        if pictures.exists() {
            std::fs::remove_dir_all(&pictures)?;
        }
        std::fs::create_dir_all(&pictures)?;
        let (program, address) = start_driver()?;
        let driver = WebDriver::new(&address, capabilities(shape, profile, settings)?).await?;
        // Ended with its program, below. Left to itself the session would ask ChromeDriver for its
        // end when it is dropped, on the thread that carries its requests: two minutes of waiting.
        driver.clone().leak()?;
        driver
            .set_script_timeout(PATIENCE + Duration::from_secs(5))
            .await?;
        let picture_count = std::cell::Cell::new(0);
        let browser = Self {
            driver,
            pictures,
            picture_count,
            _program: program,
            profile: profile.to_owned(),
            _folder: None,
        };
        browser.watch().await?;
        browser.look_like_a_person().await?;
        Ok(browser)
    }

    /// Collects complaints in the window that is in front.
    pub(crate) async fn watch(&self) -> Outcome<()> {
        let source = json!({ "source": WATCH });
        self.cdp("Page.addScriptToEvaluateOnNewDocument", source)
            .await?;
        Ok(())
    }

    /// Ends every process of this browser at once, as a loss of power would. Nothing is asked,
    /// nothing is flushed.
    pub(crate) fn kill(&self) -> Outcome<()> {
        let profile = self.profile.display().to_string();
        let mut kill = Command::new("kill");
        kill.arg("-9");
        let mut found = 0;
        for entry in std::fs::read_dir("/proc")? {
            let entry = entry?;
            let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
            let line = String::from_utf8_lossy(&line);
            let name = entry.file_name();
            if line.contains(&profile) && !line.contains("chromedriver") {
                kill.arg(name);
                found += 1;
            }
        }
        if found == 0 {
            return Err("the browser has no process".into());
        }
        // One that ends by itself meanwhile cannot be killed any more.
        kill.stderr(Stdio::null()).status()?;
        Ok(())
    }

    /// Takes "Headless" out of the browser's name: the backend takes that for a robot's, and a
    /// robot's clicks earn nobody anything.
    async fn look_like_a_person(&self) -> Outcome<()> {
        let version = self.cdp("Browser.getVersion", json!({})).await?;
        let name = version["userAgent"]
            .as_str()
            .ok_or("a browser without a name")?;
        let name = name.replace("Headless", "");
        self.cdp(
            "Emulation.setUserAgentOverride",
            json!({ "userAgent": name }),
        )
        .await?;
        Ok(())
    }

    /// A command of the DevTools protocol.
    pub(crate) async fn cdp(&self, method: &str, parameters: Value) -> Outcome<Value> {
        Ok(self.driver.cdp().send_raw(method, parameters).await?)
    }

    /// Keeps a picture of the window as the next step of the journey.
    pub(crate) async fn picture(&self, step: &str) -> Outcome<()> {
        let number = self.picture_count.get() + 1;
        self.picture_count.set(number);
        let path = self.pictures.join(format!("{number:02}-{step}.png"));
        std::fs::write(path, self.driver.screenshot_as_png().await?)?;
        Ok(())
    }

    /// Keeps a picture in light and one in dark.
    pub(crate) async fn pictures_in_both_schemes(&self, step: &str) -> Outcome<()> {
        self.settle().await?;
        self.picture(step).await?;
        self.colour_scheme("dark").await?;
        self.picture(&format!("{step}-dark")).await?;
        self.colour_scheme("light").await
    }

    /// What the system says about light and dark.
    pub(crate) async fn colour_scheme(&self, scheme: &str) -> Outcome<()> {
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "no-preference" },
        ]);
        self.cdp(
            "Emulation.setEmulatedMedia",
            json!({ "features": features }),
        )
        .await?;
        Ok(())
    }

    /// Runs `body` in the page until it returns something true, and returns that.
    ///
    /// The page waits for itself, frame by frame; nothing here sleeps. `what` names it when it
    /// never comes.
    pub(crate) async fn wait_for(
        &self,
        what: &str,
        body: &str,
        arguments: Vec<Value>,
    ) -> Outcome<Value> {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             const given = [...arguments].slice(0, -1);
             {HELPERS}
             const look = (...arguments) => {{ {body} }};
             const end = performance.now() + {};
             const step = () => {{
                 let found;
                 try {{
                     found = look(...given);
                 }} catch (error) {{
                     return done({{ error: `${{error}}` }});
                 }}
                 if (found) return done({{ found }});
                 if (performance.now() > end) return done({{ error: 'it did not come in time' }});
                 setTimeout(step, 30);
             }};
             step();",
            PATIENCE.as_millis(),
        );
        let answer = self.driver.execute_async(script, arguments).await?;
        let answer = answer.json().clone();
        match answer.get("found") {
            Some(found) => Ok(found.clone()),
            None => {
                self.picture("failed").await?;
                let error = answer["error"].as_str().unwrap_or("no answer");
                let seen = self.run(SEEN, vec![]).await?;
                Err(format!("{what}: {error}; seen: {seen}").into())
            }
        }
    }

    /// Runs `body` in the page once.
    pub(crate) async fn run(&self, body: &str, arguments: Vec<Value>) -> Outcome<Value> {
        let script = format!("{HELPERS}\n{body}");
        Ok(self.driver.execute(script, arguments).await?.json().clone())
    }

    /// Waits until what moves has come to rest: transitions and animations that end.
    pub(crate) async fn settle(&self) -> Outcome<()> {
        let still = "const moving = (root) => root.getAnimations({ subtree: true });
            const shadows = [...every(document)].map((element) => element.shadowRoot);
            const roots = [document, ...shadows.filter(Boolean)];
            return roots.flatMap(moving).every((animation) => animation.playState !== 'running'
                || animation.effect.getComputedTiming().endTime === Infinity
                || animation instanceof CSSAnimation === false
                    && animation instanceof CSSTransition === false)";
        self.wait_for("the end of all movement", still, vec![])
            .await?;
        Ok(())
    }

    /// Fails when the page has broken a policy, thrown, or written an error to the console.
    pub(crate) async fn must_not_have_complained(&self) -> Outcome<()> {
        let mut complaints: Vec<String> =
            serde_json::from_value(self.run("return window.__complaints ?? []", vec![]).await?)?;
        for entry in self.driver.browser_log().await? {
            let entry = serde_json::to_value(&entry)?;
            // A refused request is logged by Chromium itself; the journeys that provoke one expect
            // it.
            if entry["level"] == "SEVERE" && entry["source"] != "network" {
                complaints.push(format!("console: {}", entry["message"]));
            }
        }
        if complaints.is_empty() {
            return Ok(());
        }
        Err(format!("the page complained:\n{}", complaints.join("\n")).into())
    }
}

/// Functions that every script of ours may use; they see into shadow roots.
pub(crate) const HELPERS: &str = r"
    const every = function* (root) {
        for (const element of root.querySelectorAll('*')) {
            yield element;
            if (element.shadowRoot) yield* every(element.shadowRoot);
        }
    };
    const visible = (element) => {
        const box = element.getBoundingClientRect();
        return box.width > 0 && box.height > 0
            && element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    };
    const textOf = (element) => (element?.textContent ?? '').replace(/\s+/g, ' ').trim();
    const nameOf = (element) => {
        if (!element) return '';
        const label = element.getAttribute('aria-label');
        if (label) return label.trim();
        const ids = (element.getAttribute('aria-labelledby') ?? '').split(' ').filter(Boolean);
        const named = ids.map((id) => textOf(element.getRootNode().getElementById?.(id))).join(' ');
        if (named) return named;
        if (element.labels?.length) return textOf(element.labels[0]);
        return textOf(element) || element.getAttribute('title') || element.value || '';
    };
    const focused = () => {
        let element = document.activeElement;
        while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
        return element;
    };
    const widget = () => document.querySelector('shop-tags');
    const part = (name) => [...every(document)].find((element) =>
        element.part?.contains(name) && visible(element));
    const control = (name) => {
        const pattern = new RegExp(name, 'i');
        const roles = 'a,button,input,select,textarea,summary,'
            + '[role=button],[role=radio],[role=option]';
        return [...every(document)].find((element) =>
            element.matches(roles) && !element.disabled && pattern.test(nameOf(element))
            && (visible(element) || element.labels?.[0] && visible(element.labels[0])));
    };
    const shownText = (pattern) => {
        const sought = new RegExp(pattern, 'i');
        return [...every(document)].find((element) =>
            [...element.childNodes].some((node) => node.nodeType === 3 && sought.test(node.data))
            && visible(element));
    };
    const video = () => document.querySelector('video');
";

fn start_driver() -> Outcome<(Program, String)> {
    let mut child = Command::new(path_from("CHROMEDRIVER")?)
        .args(["--port=0", "--log-level=WARNING"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let output = child
        .stdout
        .take()
        .ok_or("ChromeDriver has no standard output")?;
    let mut program = Program { child, port: 0 };
    let mut lines = BufReader::new(output).lines();
    let port = lines.by_ref().find_map(|line| {
        let line = line.ok()?;
        let (_, port) = line.split_once("started successfully on port ")?;
        port.trim_end_matches('.').parse().ok()
    });
    std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
    program.port = port.ok_or("ChromeDriver did not start")?;
    let address = format!("http://127.0.0.1:{}", program.port);
    Ok((program, address))
}

fn capabilities(shape: Shape, profile: &Path, settings: Value) -> Outcome<Capabilities> {
    let mut chrome = DesiredCapabilities::chrome();
    chrome.set_binary(
        path_from("CHROMIUM")?
            .to_str()
            .ok_or("CHROMIUM is not text")?,
    )?;
    let profile = format!("--user-data-dir={}", profile.display());
    let window = match shape {
        Shape::Desktop => "--window-size=1280,900",
        Shape::Phone => "--window-size=390,844",
    };
    for argument in [
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-extensions",
        "--hide-scrollbars",
        "--force-color-profile=srgb",
        "--lang=en-GB",
        // The journeys press play themselves; a muted film that plays on its own must not be
        // refused.
        "--autoplay-policy=no-user-gesture-required",
        window,
        &profile,
    ] {
        chrome.add_arg(argument)?;
    }
    if shape == Shape::Phone {
        let screen = json!({ "width": 390, "height": 844, "pixelRatio": 2.0, "touch": true });
        chrome.add_experimental_option("mobileEmulation", json!({ "deviceMetrics": screen }))?;
    }
    chrome.add_experimental_option("prefs", settings)?;
    chrome.set("goog:loggingPrefs", json!({ "browser": "ALL" }))?;
    Ok(chrome.into())
}
