//! A shopper who has only a keyboard: moves with Tab, presses Enter and Space, and types.

use thirtyfour::Key;

use super::Outcome;
use super::browser::Browser;

/// Longest walk with Tab before the journey says that something cannot be reached.
const STEPS_MAX: usize = 80;

impl Browser {
    /// Presses Tab until the control whose accessible name matches the pattern has the focus.
    pub(crate) async fn tab_to(&self, name: &str) -> Outcome<()> {
        let mut passed: Vec<String> = Vec::new();
        for _ in 0..STEPS_MAX {
            self.press(Key::Tab).await?;
            let here = self.run("return nameOf(focused())", vec![]).await?;
            let found = "return new RegExp(arguments[0], 'i').test(nameOf(focused()))";
            if self.run(found, vec![name.into()]).await? == true {
                return Ok(());
            }
            passed.push(here.as_str().unwrap_or_default().chars().take(30).collect());
        }
        Err(format!("no Tab leads to \"{name}\"; it passed {passed:?}").into())
    }

    /// Presses one key where the focus is.
    pub(crate) async fn press(&self, key: Key) -> Outcome<()> {
        Ok(self.driver.action_chain().send_keys(key).perform().await?)
    }

    /// Types where the focus is.
    pub(crate) async fn type_text(&self, text: &str) -> Outcome<()> {
        Ok(self.driver.action_chain().send_keys(text).perform().await?)
    }

    /// Goes to a field by Tab and fills it.
    pub(crate) async fn fill_by_keyboard(&self, name: &str, text: &str) -> Outcome<()> {
        self.tab_to(name).await?;
        self.type_text(text).await
    }

    /// Goes to a button by Tab and presses Enter.
    pub(crate) async fn press_by_keyboard(&self, name: &str) -> Outcome<()> {
        self.tab_to(name).await?;
        self.press(Key::Enter).await
    }
}
