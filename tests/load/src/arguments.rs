//! The command line.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

/// What to try, and how long.
#[derive(Debug)]
pub(crate) struct Arguments {
    /// Which trial.
    pub(crate) trial: String,
    /// The backend's program.
    pub(crate) backend: PathBuf,
    /// Where figures are written as JSON; `None`: printed only.
    pub(crate) figures: Option<PathBuf>,
    /// How often the fault happens; `None`: the trial's own number.
    pub(crate) times: Option<usize>,
    /// How many orders; `None`: the trial's own number.
    pub(crate) orders: Option<usize>,
    /// The form that every test run has time for: promises are checked, rates are not.
    pub(crate) is_short: bool,
}

impl Arguments {
    /// Reads the words after the program's name.
    ///
    /// # Errors
    /// An unknown word, a missing or malformed value, no backend.
    pub(crate) fn read(mut words: impl Iterator<Item = String>) -> Result<Self> {
        let mut read = Self {
            trial: words.next().unwrap_or_default(),
            backend: PathBuf::new(),
            figures: None,
            times: None,
            orders: None,
            is_short: false,
        };
        while let Some(word) = words.next() {
            let mut value = || words.next().with_context(|| format!("{word} has no value"));
            match word.as_str() {
                "--backend" => read.backend = value()?.into(),
                "--figures" => read.figures = Some(value()?.into()),
                "--times" => read.times = Some(value()?.parse()?),
                "--orders" => read.orders = Some(value()?.parse()?),
                "--short" => read.is_short = true,
                other => bail!("what is {other}?"),
            }
        }
        if !read.backend.is_file() {
            bail!("name the backend's program with --backend");
        }
        Ok(read)
    }

    /// `long`, or `short` in the short form; a number on the command line stands above both.
    pub(crate) fn times_or(&self, long: usize, short: usize) -> usize {
        self.times
            .unwrap_or(if self.is_short { short } else { long })
    }

    /// As [`Arguments::times_or`], for orders.
    pub(crate) fn orders_or(&self, long: usize, short: usize) -> usize {
        self.orders
            .unwrap_or(if self.is_short { short } else { long })
    }
}
