//! From two creators' videos to the cent in the ledger: each line's receipt, a partial refund, the
//! accounts of all four, and the same bytes again from the log.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::support::Outcome;
use super::support::browser::{Browser, Shape};
use super::support::setting::Setting;
use super::support::shopper::ADDRESS;

/// Jonas made the film in portrait; he gets 10 % from Halden and 9 % from Norrby.
fn with_jonas(tenant: &mut Value) {
    let mut add = |list: &str, entry: Value| {
        if let Some(list) = tenant[list].as_array_mut() {
            list.push(entry);
        }
    };
    add(
        "creators",
        json!({ "id": "jonas", "name": "Jonas Brandt", "handle": "@jonas", "followers": 9_100 }),
    );
    for (brand, direct_bp) in [("halden", 1_000), ("norrby", 900)] {
        add(
            "collaborations",
            json!({ "creator": "jonas", "brand": brand, "direct_bp": direct_bp, "kind": "open",
                    "from": "2026-01-01T00:00:00Z" }),
        );
    }
    for video in tenant["videos"].as_array_mut().into_iter().flatten() {
        if video["id"] == "day-portrait" {
            video["creator"] = json!("jonas");
        }
    }
}

/// The page grants consent before the widget stands: a widget without consent erases what it finds.
const CONSENT: &str = "
    const watch = new MutationObserver(() => {
        const tags = document.querySelector('shop-tags');
        if (!tags) return;
        watch.disconnect();
        tags.setAttribute('consent', 'granted');
    });
    watch.observe(document, { childList: true, subtree: true });";

/// The keys of the two brands and the two creators.
struct Keys {
    mira: String,
    jonas: String,
    halden: String,
    norrby: String,
}

impl Keys {
    fn make(setting: &Setting) -> Outcome<Self> {
        let key = |kind: &str, party: &str| -> Outcome<String> {
            let made = setting.backend_says(&[kind, "create", party, "--tenant", "demo"])?;
            Ok(made.trim().to_owned())
        };
        Ok(Self {
            mira: key("creator-key", "mira")?,
            jonas: key("creator-key", "jonas")?,
            halden: key("brand-key", "halden")?,
            norrby: key("brand-key", "norrby")?,
        })
    }
}

#[tokio::test]
async fn two_creators_are_paid_to_the_cent_and_the_log_replays_to_the_same_bytes() -> Outcome<()> {
    let setting = Setting::start_with(with_jonas).await?;
    let keys = Keys::make(&setting)?;
    let browser = Browser::start(Shape::Desktop, "credit").await?;
    let granted = json!({ "source": CONSENT });
    browser
        .cdp("Page.addScriptToEvaluateOnNewDocument", granted)
        .await?;

    // In Mira's film: a look at the mug, and the lamp into the bag.
    watch(&browser, &setting, "day").await?;
    browser.click_tag("mug-morning", 2.5).await?;
    browser.part("card").await?;
    browser.close_sheet().await?;
    put_into_bag(&browser, "lamp-morning", 2.5, 1).await?;
    // In Jonas's: the mug after all, and a backpack.
    watch(&browser, &setting, "day-portrait").await?;
    browser.control("^Bag, 1").await?;
    put_into_bag(&browser, "mug-morning", 2.5, 2).await?;
    put_into_bag(&browser, "backpack-hall", 9.5, 3).await?;
    let number = order(&browser, &setting).await?;

    // Halden takes a tenth off two: the lamp costs 116.10 with 18.54 of tax, the mug 21.60 with
    // 3.45.
    let seen = Decision::read(&setting, &number, &keys.halden)?;
    assert_eq!(
        seen.credits(),
        [
            "0 HAL-FOLD-SAND 9756: bag-binding mira 1500 bp = 1463",
            "1 HAL-DUNE-320 1815: bag-binding jonas 1000 bp = 182"
        ]
    );
    let lost = [
        "mira mug-morning: bound-to-other-click",
        "mira lamp-morning: halo-not-agreed",
    ];
    assert_eq!(seen.losers(1), lost);
    // The backpack costs 219.00 with 34.97 of tax.
    let backpack = "2 NOR-ROAM-COG 18403: bag-binding jonas 900 bp = 1656";
    assert_eq!(
        Decision::read(&setting, &number, &keys.norrby)?.credits(),
        [backpack]
    );
    // Creators read the lines that they took part in.
    let hers = Decision::read(&setting, &number, &keys.mira)?;
    assert_eq!(hers.credits()[..2], seen.credits());
    let all = Decision::read(&setting, &number, &keys.jonas)?;
    assert!(
        all.credits().contains(&backpack.to_owned()),
        "{:?}",
        all.credits()
    );

    // The platform takes a tenth of each commission, from the brand.
    let due = |jonas: i64, norrby: i64| {
        [
            ("mira", &keys.mira, "pending", 1_463),
            ("jonas", &keys.jonas, "pending", jonas),
            ("halden", &keys.halden, "owes", 1_463 + 146 + 182 + 18),
            ("norrby", &keys.norrby, "owes", norrby),
        ]
    };
    must_stand(&setting, due(182 + 1_656, 1_656 + 166))?;

    // 100.00 for the backpack go back: 119.00 with 19.00 of tax remain, and 9 % of 100.00.
    let path = format!("/v1/orders/{number}/refunds");
    let lines = json!({ "lines": [{ "line": 2, "amount_minor": 10_000 }] });
    let (status, refund) = setting.command(&path, &keys.norrby, &lines)?;
    assert_eq!(
        (status, &refund["amount_minor"]),
        (201, &json!(10_000)),
        "{refund}"
    );
    assert_eq!(refund["lines"][0]["commission_minor"], 900);
    must_stand(&setting, due(182 + 900, 900 + 90))?;

    must_replay(&setting, &seen)?;
    must_balance(&setting)?;
    browser.must_not_have_complained().await
}

/// Opens a film's page and plays.
async fn watch(browser: &Browser, setting: &Setting, video: &str) -> Outcome<()> {
    browser
        .driver
        .goto(setting.page(&format!("/?video={video}")))
        .await?;
    browser.play().await
}

async fn put_into_bag(browser: &Browser, tag: &str, moment: f64, count: u32) -> Outcome<()> {
    browser.click_tag(tag, moment).await?;
    browser.click("^Add to bag").await?;
    browser.picture(tag).await?;
    browser.control(&format!("^View bag|^Bag, {count}")).await?;
    browser.close_sheet().await?;
    browser.control(&format!("^Bag, {count}")).await
}

/// Orders what is in the bag; the order's number.
async fn order(browser: &Browser, setting: &Setting) -> Outcome<String> {
    browser.click("^Bag, 3").await?;
    browser.part("bag").await?;
    browser.picture("bag").await?;
    browser.click("^Checkout").await?;
    browser.part("checkout").await?;
    browser.picture("checkout").await?;
    for (field, text) in ADDRESS {
        browser.fill_by_keyboard(field, text).await?;
    }
    // 129.00, 24.00 and 219.00, less 15.30 from Halden; delivery is free.
    let button = "^Order with obligation to pay.*356[.,]70";
    browser.control(button).await?;
    browser.watch_on(2.5).await?;
    browser.press_by_keyboard(button).await?;
    browser.text("Order placed|Your order is placed").await?;
    for sentence in [
        "Mira Okafor showed you this in a video and earns .*: Fold linen table lamp",
        "Jonas Brandt showed you this .*: Dune stoneware mug, Roam leather backpack",
    ] {
        browser.text(sentence).await?;
    }
    browser.picture("placed").await?;
    let orders = setting.database()?.orders()?;
    let [order] = orders.as_slice() else {
        return Err(format!("one order was expected: {orders:?}").into());
    };
    assert_eq!((order.total_minor, order.discount_minor), (35_670, 1_530));
    browser.text(&order.number).await?;
    Ok(order.number.clone())
}

/// A decision as one of its parties reads it.
struct Decision(Value);

impl Decision {
    fn read(setting: &Setting, number: &str, key: &str) -> Outcome<Self> {
        let path = format!("/v1/orders/{number}/decision");
        Ok(Self(setting.ask(&path, key)?))
    }

    fn lines(&self) -> impl Iterator<Item = &Value> {
        self.0["lines"].as_array().into_iter().flatten()
    }

    /// Line, variant, base, outcome, creator, rate and commission.
    fn credits(&self) -> Vec<String> {
        let credit = |line: &Value| {
            let credit = &line["credit"];
            format!(
                "{} {} {}: {} {} {} bp = {}",
                line["line"],
                word(&line["variant_id"]),
                line["base_minor"],
                word(&line["outcome"]),
                word(&credit["creator_id"]),
                credit["rate_bps"],
                credit["commission_minor"]
            )
        };
        self.lines().map(credit).collect()
    }

    /// Whose click on which tag lost a line, and why.
    fn losers(&self, line: usize) -> Vec<String> {
        let candidates = self.0["lines"][line]["candidates"].as_array();
        let lost = candidates
            .into_iter()
            .flatten()
            .filter(|it| it["won"] == false && it["kind"] == "click");
        lost.map(|it| {
            let (creator, tag) = (word(&it["creator_id"]), word(&it["tag"]));
            format!("{creator} {tag}: {}", word(&it["reason"]))
        })
        .collect()
    }
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or("-")
}

/// The accounts of a party hold one balance each.
fn must_stand(setting: &Setting, due: [(&str, &String, &str, i64); 4]) -> Outcome<()> {
    for (party, key, account, minor) in due {
        let statement = setting.ask(&format!("/v1/accounts/{party}/statement"), key)?;
        let balances = statement["balances"].as_array().into_iter().flatten();
        let balances: Vec<(&str, Option<i64>)> = balances
            .map(|row| (word(&row["account"]), row["amount_minor"].as_i64()))
            .collect();
        assert_eq!(balances, [(account, Some(minor))], "{party}");
    }
    Ok(())
}

/// The log gives the same decisions, entries and balances again.
fn must_replay(setting: &Setting, seen: &Decision) -> Outcome<()> {
    let replayed = setting.backend_says(&["replay", "--tenant", "demo"])?;
    let head = word(&seen.0["digest"]);
    assert_eq!(
        replayed,
        format!("1 decisions: the same bytes, head {head}\n")
    );
    let verified = setting.backend_says(&["ledger", "verify", "--tenant", "demo"])?;
    // One record a line of the order, and one for the refund.
    assert!(
        verified.contains(" 3 lines: they sum to zero and follow from the log"),
        "{verified}"
    );
    Ok(())
}

/// A second program reads the journal, balances it and finds the same sums.
fn must_balance(setting: &Setting) -> Outcome<()> {
    let journal = setting.backend_says(&["ledger", "export", "--tenant", "demo"])?;
    let hledger = |arguments: &[&str]| -> Outcome<String> {
        let mut child = Command::new("hledger")
            .args(["-f", "-"])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("hledger is missing ({error}): apt-get install hledger"))?;
        let mut input = child.stdin.take().ok_or("hledger takes no input")?;
        input.write_all(journal.as_bytes())?;
        drop(input);
        let output = child.wait_with_output()?;
        if !output.status.success() {
            return Err(format!("hledger refuses the journal:\n{journal}").into());
        }
        Ok(String::from_utf8(output.stdout)?)
    };
    hledger(&["check"])?;
    for (account, sum) in [
        ("creators:mira", "-14.63 EUR"),
        ("creators:jonas", "-10.82 EUR"),
        ("brands:halden", "18.09 EUR"),
        ("brands:norrby", "9.90 EUR"),
        ("platform", "-2.54 EUR"),
    ] {
        let found = hledger(&["bal", account, "-N", "--depth", "1"])?;
        assert_eq!(
            found
                .split_whitespace()
                .take(2)
                .collect::<Vec<_>>()
                .join(" "),
            sum,
            "{account}"
        );
    }
    Ok(())
}
