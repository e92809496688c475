//! Touches and receipts in the browser's database, each under its own key, so that widgets and tabs
//! do not overwrite each other's. Asked only under consent.

use shoptag_json::Readable;

use super::database::{self, Change, TOUCHPOINTS};
use super::storage::Storage;
use crate::browser::json;
use crate::touchpoint::{SavedTouchpoints, TouchpointChanges};

/// Below the version: entries by their id, receipts by where they were tapped, one count.
const ENTRY: &str = "e/";
const RECEIPT: &str = "r/";
const DROPPED: &str = "d";

impl Storage {
    /// What all widgets of the site have kept; `None` if that is nothing.
    pub async fn load_touchpoints(&self) -> Option<SavedTouchpoints> {
        let texts = database::read(TOUCHPOINTS, &self.touch_key("")).await?;
        if texts.is_empty() {
            return None;
        }
        Some(SavedTouchpoints {
            entries: self.kept(&texts, ENTRY),
            receipts: self.kept(&texts, RECEIPT),
            dropped: self.kept(&texts, DROPPED).pop().unwrap_or_default(),
        })
    }

    /// Changes what the site's widgets have kept, all or nothing; `None` erases it.
    pub async fn change_touchpoints(&self, changes: Option<&TouchpointChanges>) {
        let changes = match changes {
            Some(changes) => self.changes(changes),
            None => vec![Change::Clear(self.touch_key(""))],
        };
        // When there is no room they are in the page's memory all the same.
        let _ = database::write(TOUCHPOINTS, &changes).await;
    }

    fn changes(&self, changes: &TouchpointChanges) -> Vec<Change> {
        let mut list = Vec::new();
        let written = &changes.written;
        for entry in &written.entries {
            let key = entry_key(entry.touch.id.as_str());
            self.put(&mut list, &key, json::write(entry));
        }
        for held in &written.receipts {
            let key = receipt_key(held.video.as_str(), held.tag.as_str());
            self.put(&mut list, &key, json::write(held));
        }
        self.put(&mut list, DROPPED, json::write(&written.dropped));
        for id in &changes.gone_entries {
            list.push(Change::Delete(self.touch_key(&entry_key(id.as_str()))));
        }
        for (video, tag) in &changes.gone_receipts {
            let key = receipt_key(video.as_str(), tag.as_str());
            list.push(Change::Delete(self.touch_key(&key)));
        }
        list
    }

    /// Puts a value with its key, by which it is known again.
    fn put(&self, list: &mut Vec<Change>, key: &str, value: Option<String>) {
        let key = self.touch_key(key);
        if let (Some(name), Some(value)) = (json::write(&key), value) {
            list.push(Change::Put(key, ["[", &name, ",", &value, "]"].concat()));
        }
    }

    /// The values of one kind among `texts`; what cannot be read is left out.
    fn kept<T: Readable>(&self, texts: &[String], kind: &str) -> Vec<T> {
        let begin = ["[\"", &self.touch_key(kind)].concat();
        let mut kept = Vec::new();
        for text in texts {
            if text.starts_with(&begin)
                && let Some((_, value)) = json::read::<(String, T)>(text)
            {
                kept.push(value);
            }
        }
        kept
    }

    fn touch_key(&self, key: &str) -> String {
        // Another version of a shape has other keys, and is left alone.
        [&self.site, "/2/", key].concat()
    }
}

fn entry_key(id: &str) -> String {
    [ENTRY, id].concat()
}

fn receipt_key(video: &str, tag: &str) -> String {
    [RECEIPT, video, "/", tag].concat()
}
