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
        let mut receipts: Vec<crate::touchpoint::HeldReceipt> = self.kept(&texts, RECEIPT);
        receipts.sort_by_key(|held| held.valid_until);
        Some(SavedTouchpoints {
            entries: self.kept(&texts, ENTRY),
            receipts,
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
        let written = &changes.written;
        let put = |key: String, value: Option<String>| {
            let text = [&json::write(&key)?, ",", &value?].concat();
            Some(Change::Put(key, ["[", &text, "]"].concat()))
        };
        let entries = written.entries.iter();
        let entries = entries.map(|entry| {
            let key = [ENTRY, entry.touch.id.as_str()].concat();
            put(self.touch_key(&key), json::write(entry))
        });
        let receipts = written.receipts.iter().map(|held| {
            let key = receipt_key(held.video.as_str(), held.tag.as_str());
            put(self.touch_key(&key), json::write(held))
        });
        let dropped = put(self.touch_key(DROPPED), json::write(&written.dropped));
        let gone_entries = changes.gone_entries.iter();
        let gone = gone_entries.map(|id| [ENTRY, id.as_str()].concat());
        let gone_receipts = changes.gone_receipts.iter();
        let gone =
            gone.chain(gone_receipts.map(|(video, tag)| receipt_key(video.as_str(), tag.as_str())));
        entries
            .chain(receipts)
            .chain([dropped])
            .flatten()
            .chain(gone.map(|key| Change::Delete(self.touch_key(&key))))
            .collect()
    }

    /// The values of one kind among `texts`; what cannot be read is left out.
    fn kept<T: Readable>(&self, texts: &[String], kind: &str) -> Vec<T> {
        let begin = ["[\"", &self.touch_key(kind)].concat();
        let kept = texts.iter().filter(|text| text.starts_with(&begin));
        kept.filter_map(|text| json::read::<(String, T)>(text))
            .map(|(_, value)| value)
            .collect()
    }

    fn touch_key(&self, key: &str) -> String {
        // Another version of a shape has other keys, and is left alone.
        [&self.site, "/2/", key].concat()
    }
}

fn receipt_key(video: &str, tag: &str) -> String {
    [RECEIPT, video, "/", tag].concat()
}
