//! Which models are run, and with which numbers: a file, and flags that go before it.

use std::path::PathBuf;

use clap::Args;
use shoptag_attribution::reports::{Model, Spec};

use crate::commands::Failure;

/// The settings of the models.
#[derive(Args)]
pub(super) struct Settings {
    /// All settings as JSON; what is left out has its default. Flags go before it.
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
    /// Which models: first, last, last-non-direct, linear, position, time-decay, last-n-touch,
    /// markov-1 to markov-4, shapley, shapley-ordered; all when left out.
    #[arg(long, value_delimiter = ',', value_name = "MODEL")]
    models: Vec<String>,
    /// The channel that last-non-direct passes over [default: direct].
    #[arg(long, value_name = "CHANNEL")]
    direct: Option<String>,
    /// Percent for the first touch, all between and the last one [default: 40,20,40].
    #[arg(
        long,
        value_delimiter = ',',
        num_args = 1,
        value_name = "FIRST,MIDDLE,LAST"
    )]
    position: Vec<u8>,
    /// Hours in which time decay halves [default: 168].
    #[arg(long, value_name = "HOURS")]
    half_life_hours: Option<f64>,
    /// Hours between touches of paths without times [default: 24].
    #[arg(long, value_name = "HOURS")]
    step_hours: Option<f64>,
    /// last-n-touch: a channel's priority, the highest goes first; may be given again.
    #[arg(long, value_name = "CHANNEL=N")]
    priority: Vec<String>,
    /// last-n-touch: how far back a touch counts, inclusive [default: 30].
    #[arg(long, value_name = "DAYS")]
    lookback_days: Option<u32>,
    /// last-n-touch: weights of the first touch in line, the second and so on [default: 1].
    #[arg(long, value_delimiter = ',', num_args = 1, value_name = "WEIGHT,...")]
    credit: Vec<u64>,
}

impl Settings {
    /// The file with the flags over it.
    ///
    /// # Errors
    /// A file or flag that cannot be read; [`shoptag_attribution::reports::run`] checks the
    /// numbers.
    pub(super) fn spec(&self) -> Result<Spec, Failure> {
        let mut spec: Spec = match &self.spec {
            Some(path) => serde_json::from_slice(&std::fs::read(path)?)?,
            None => Spec::default(),
        };
        if !self.models.is_empty() {
            let models = self.models.iter();
            spec.models = models
                .map(|name| Model::by_name(name).ok_or_else(|| format!("no model {name}")))
                .collect::<Result<_, _>>()?;
        }
        if let Some(direct) = &self.direct {
            spec.direct.clone_from(direct);
        }
        if !self.position.is_empty() {
            let three = <[u8; 3]>::try_from(self.position.as_slice());
            spec.position_percent =
                three.map_err(|_| "--position takes three numbers: 40,20,40")?;
        }
        spec.half_life_hours = self.half_life_hours.unwrap_or(spec.half_life_hours);
        spec.step_hours = self.step_hours.unwrap_or(spec.step_hours);
        let last = &mut spec.last_touches;
        for text in &self.priority {
            let found = text.rsplit_once('=');
            let parsed = found.and_then(|(name, rank)| Some((name, rank.parse().ok()?)));
            let (name, rank) = parsed.ok_or_else(|| format!("--priority {text}: write video=3"))?;
            last.priorities.insert(name.to_owned(), rank);
        }
        last.lookback_days = self.lookback_days.unwrap_or(last.lookback_days);
        if !self.credit.is_empty() {
            last.credit.clone_from(&self.credit);
        }
        Ok(spec)
    }
}
