//! Models side by side, as text for people, CSV and JSON.

use std::fmt::Write as _;

use super::{Model, Shares};

/// One model's column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Which model.
    pub model: Model,
    /// Its credit by channel.
    pub shares: Shares,
    /// Ordered Shapley only: credit by position of the channel's first touch, from 0.
    pub by_position: Vec<Shares>,
    /// How it was calculated, where that needs saying.
    pub note: Option<String>,
}

/// The models that were run.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The rows, as [`super::PathSet::channels`].
    pub channels: Vec<String>,
    /// All conversions of the input.
    pub conversions: u64,
    /// All value of the input.
    pub value: f64,
    /// One a model.
    pub columns: Vec<Column>,
}

impl Table {
    /// An aligned table: conversions, then value, then notes.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        self.push_section(&mut text, "conversions", |shares| &shares.conversions);
        if self.value != 0.0 {
            text.push('\n');
            self.push_section(&mut text, "value", |shares| &shares.value);
        }
        for column in &self.columns {
            if let Some(note) = &column.note {
                push(&mut text, format_args!("{}: {note}\n", column.model.name()));
            }
        }
        text
    }

    /// One row a channel, model and position (empty: all positions), RFC 4180. A channel that a
    /// spreadsheet would take for a formula gets an apostrophe before it.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let mut text = String::from("channel,model,position,conversions,value\n");
        for column in &self.columns {
            self.push_rows(&mut text, column.model, "", &column.shares);
            for (position, shares) in (1..).zip(&column.by_position) {
                let position: u32 = position;
                self.push_rows(&mut text, column.model, &position.to_string(), shares);
            }
        }
        text
    }

    /// The same as one JSON object.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        let of = |shares: &Shares| {
            let rows = self.channels.iter().enumerate().map(|(index, channel)| {
                serde_json::json!({
                    "channel": channel,
                    "conversions": shares.conversions[index],
                    "value": shares.value[index],
                })
            });
            rows.collect::<Vec<_>>()
        };
        let models = self.columns.iter().map(|column| {
            let mut model = serde_json::json!({
                "model": column.model.name(),
                "channels": of(&column.shares),
            });
            if let Some(note) = &column.note {
                model["note"] = note.as_str().into();
            }
            if !column.by_position.is_empty() {
                model["positions"] = column.by_position.iter().map(of).collect();
            }
            model
        });
        serde_json::json!({
            "conversions": self.conversions,
            "value": self.value,
            "models": models.collect::<Vec<_>>(),
        })
    }

    fn push_section(&self, text: &mut String, title: &str, of: fn(&Shares) -> &Vec<f64>) {
        let names = self.channels.iter().map(|name| name.chars().count());
        let width = names.chain([title.len()]).max().unwrap_or(0);
        push(text, format_args!("{title:<width$}"));
        for column in &self.columns {
            push(text, format_args!("  {:>15}", column.model.name()));
        }
        text.push('\n');
        for (index, channel) in self.channels.iter().enumerate() {
            // Control characters would break the table or the terminal.
            let channel: String = channel
                .chars()
                .filter(|letter| !letter.is_control())
                .collect();
            push(text, format_args!("{channel:<width$}"));
            for column in &self.columns {
                push(text, format_args!("  {:>15.3}", of(&column.shares)[index]));
            }
            text.push('\n');
        }
    }

    fn push_rows(&self, text: &mut String, model: Model, position: &str, shares: &Shares) {
        for (index, channel) in self.channels.iter().enumerate() {
            let (conversions, value) = (shares.conversions[index], shares.value[index]);
            let (channel, model) = (quoted(channel), model.name());
            push(
                text,
                format_args!("{channel},{model},{position},{conversions},{value}\n"),
            );
        }
    }
}

fn push(text: &mut String, part: std::fmt::Arguments<'_>) {
    // Writing into a String cannot fail.
    let _ = text.write_fmt(part);
}

fn quoted(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let cell = if formula {
        format!("'{cell}")
    } else {
        cell.to_owned()
    };
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell
    }
}
