//! A shopper in a hurry: from an empty bag to the order's button without the ways of pointer and
//! keyboard, which other journeys take.

use serde_json::json;

use super::Outcome;
use super::browser::Browser;

/// What is bought: there are 140 of them.
pub(crate) const NOTEBOOK: &str = "NOR-FIELD-A5";

/// Where to, and whose: each field by its accessible name, with what is typed.
pub(crate) const ADDRESS: [(&str, &str); 5] = [
    ("^E-mail", "ada@example.org"),
    ("^Full name", "Ada Example"),
    ("^Street and number", "Lindenweg 7"),
    ("^Postcode", "20095"),
    ("^City", "Hamburg"),
];

impl Browser {
    /// Puts a notebook into the bag and goes on until the order could be pressed.
    pub(crate) async fn to_the_button(&self) -> Outcome<()> {
        self.loaded().await?;
        self.run("widget().addToBag(arguments[0])", vec![NOTEBOOK.into()])
            .await?;
        self.control("^Bag, [1-9]").await?;
        self.run("widget().openBag()", vec![]).await?;
        self.click("^Checkout").await?;
        self.control("^E-mail").await?;
        let typed = json!(ADDRESS);
        let fill = "for (const [name, text] of arguments[0]) {
                const field = control(name);
                Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')
                    .set.call(field, text);
                field.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
            }";
        self.run(fill, vec![typed]).await?;
        self.control("^Order with obligation to pay.*[0-9]").await
    }

    /// Waits until the widget has its video's tags.
    pub(crate) async fn loaded(&self) -> Outcome<()> {
        let loaded = "return !!widget()?.currentTags && !!part('products-button')";
        self.wait_until("the widget", loaded).await
    }

    /// Presses the order and returns `after_ms` after the shopper has read that it is being sent.
    pub(crate) async fn order(&self, after_ms: u64) -> Outcome<()> {
        self.run("control('^Order with obligation to pay').click()", vec![])
            .await?;
        // In the sheet: a message beside it may speak of an earlier order.
        let sent = "const sending = /Sending your order/.test(part('checkout')?.textContent);
            if (!sending && !part('confirmation')) return false;
            window.toldAt ??= performance.now();
            return performance.now() - window.toldAt >= arguments[0]";
        self.wait_for("the promise", sent, vec![after_ms.into()])
            .await?;
        Ok(())
    }

    /// Waits until the device keeps no order any more.
    pub(crate) async fn delivered(&self) -> Outcome<()> {
        let ask = "window.left ??= -1;
            widget()?.exportPendingOrders?.().then((texts) => { window.left = texts.length });
            return window.left === 0";
        self.wait_until("the delivery", ask).await
    }

    /// Lets the page live on for `ms`.
    pub(crate) async fn wait_once(&self, ms: u64) -> Outcome<()> {
        let look = "window.waitingSince ??= performance.now();
            if (performance.now() - waitingSince < arguments[0]) return false;
            delete window.waitingSince;
            return true";
        self.wait_for("a moment", look, vec![ms.into()]).await?;
        Ok(())
    }

    /// Waits for something in the page.
    pub(crate) async fn wait_until(&self, what: &str, look: &str) -> Outcome<()> {
        self.wait_for(what, look, vec![]).await?;
        Ok(())
    }
}
