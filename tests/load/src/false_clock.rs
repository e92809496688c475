//! A clock that is wrong: what the backend's program is told of the time, by libfaketime.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Where Debian has the library for programs with threads: once for each kind of processor.
const LIBRARY: (&str, &str) = ("/usr/lib", "faketime/libfaketimeMT.so.1");

/// The clock of every program that is started under [`FalseClock::words`].
#[derive(Debug)]
pub(crate) struct FalseClock {
    file: PathBuf,
    words: Vec<String>,
    offset_s: i64,
}

impl FalseClock {
    /// A clock that is right still; what it says is kept in `folder`.
    ///
    /// # Errors
    /// There is no libfaketime.
    pub(crate) fn new(folder: &Path) -> Result<Self> {
        let mut kinds = std::fs::read_dir(LIBRARY.0)?.flatten();
        let library = kinds.find_map(|kind| {
            let library = kind.path().join(LIBRARY.1);
            library.is_file().then_some(library)
        });
        let library = library.context("no libfaketime: install the package faketime")?;
        let file = folder.join("clock");
        let words = vec![
            "env".to_owned(),
            format!("LD_PRELOAD={}", library.display()),
            format!("FAKETIME_TIMESTAMP_FILE={}", file.display()),
            "FAKETIME_NO_CACHE=1".to_owned(),
            // Steps of the wall clock: timers go on as they were.
            "FAKETIME_DONT_FAKE_MONOTONIC=1".to_owned(),
        ];
        let mut clock = Self {
            file,
            words,
            offset_s: 0,
        };
        clock.step(0)?;
        Ok(clock)
    }

    /// What stands before a program that is to see this clock.
    pub(crate) fn words(&self) -> Vec<&str> {
        self.words.iter().map(String::as_str).collect()
    }

    /// Sets the clock forward, or back, by so many seconds; running programs see it at once.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) fn step(&mut self, seconds: i64) -> Result<()> {
        self.offset_s += seconds;
        // In place of the file, so that nobody reads half of it.
        let next = self.file.with_extension("next");
        std::fs::write(&next, format!("{:+}\n", self.offset_s))?;
        std::fs::rename(next, &self.file)?;
        Ok(())
    }
}
