//! Runs the models that were asked for and puts them side by side.

use serde::{Deserialize, Serialize};

use super::{
    Column, LastTouches, LastTouchesError, MARKOV_ORDER_MAX, PathSet, Shares, Table, heuristic,
    last_touches, markov, shapley,
};

/// A model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Model {
    /// All to the first touch.
    First,
    /// All to the last touch.
    Last,
    /// All to the last touch that is not direct.
    LastNonDirect,
    /// The same to each touch.
    Linear,
    /// 40 % first, 40 % last, 20 % between.
    Position,
    /// Half as much for each half-life before the conversion.
    TimeDecay,
    /// W3C "Attribution Level 1" last-N-touch.
    LastNTouch,
    /// Markov chain over the last channel.
    Markov1,
    /// Markov chain over the last two channels.
    Markov2,
    /// Markov chain over the last three channels.
    Markov3,
    /// Markov chain over the last four channels.
    Markov4,
    /// Shapley values by set of channels.
    Shapley,
    /// Shapley values by sequence of channels; the table adds (channel, position).
    ShapleyOrdered,
}

impl Model {
    /// Every model, in the order of the table.
    pub const ALL: [Self; 13] = [
        Self::First,
        Self::Last,
        Self::LastNonDirect,
        Self::Linear,
        Self::Position,
        Self::TimeDecay,
        Self::LastNTouch,
        Self::Markov1,
        Self::Markov2,
        Self::Markov3,
        Self::Markov4,
        Self::Shapley,
        Self::ShapleyOrdered,
    ];

    /// Its name in tables and on the command line: "last-non-direct".
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Last => "last",
            Self::LastNonDirect => "last-non-direct",
            Self::Linear => "linear",
            Self::Position => "position",
            Self::TimeDecay => "time-decay",
            Self::LastNTouch => "last-n-touch",
            Self::Markov1 => "markov1",
            Self::Markov2 => "markov2",
            Self::Markov3 => "markov3",
            Self::Markov4 => "markov4",
            Self::Shapley => "shapley",
            Self::ShapleyOrdered => "shapley-ordered",
        }
    }

    /// The model of that name. Hyphens are a matter of taste: "markov-1" is "markov1".
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        let plain = |name: &str| name.replace('-', "");
        let wanted = plain(name);
        Self::ALL
            .into_iter()
            .find(|model| plain(model.name()) == wanted)
    }
}

/// What to run, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Spec {
    /// Which models, in the order of the table.
    pub models: Vec<Model>,
    /// The channel that last-non-direct passes over, in any case of letters.
    pub direct: String,
    /// Percent for the first touch, all between and the last one, 100 together. Of two touches
    /// each has half of the middle; one touch has all. Default 40, 20, 40.
    pub position_percent: [u8; 3],
    /// Half-life of time decay, hours, above 0. Default 168: seven days.
    pub half_life_hours: f64,
    /// Hours between touches of paths without times, 0 or more. Default 24. Only time decay and
    /// last-n-touch need them, and the table says so.
    pub step_hours: f64,
    /// Settings of last-n-touch.
    pub last_touches: LastTouches,
}

impl Default for Spec {
    fn default() -> Self {
        Self {
            models: Model::ALL.to_vec(),
            direct: "direct".to_owned(),
            position_percent: [40, 20, 40],
            half_life_hours: 168.0,
            step_hours: 24.0,
            last_touches: LastTouches::default(),
        }
    }
}

/// Why nothing can be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SpecError {
    /// The half-life is not above 0, or the step is below 0.
    #[error("the half-life is above 0 hours and the step is not below 0")]
    Hours,
    /// The percents of the position model are not 100 together, or leave both ends with nothing.
    #[error("position percents are three numbers that add up to 100, with some at the ends")]
    Position,
    /// The settings of last-n-touch do not fit.
    #[error(transparent)]
    LastTouches(#[from] LastTouchesError),
}

/// Runs `spec` over `paths`.
///
/// # Errors
/// [`SpecError`]: a setting is out of its range.
///
/// ```
/// use shoptag_attribution::reports::{Model, Spec, read_csv, run};
/// let paths = read_csv("path,conversions,nulls\na>b,4,0\na,2,4\n".as_bytes()).unwrap();
/// let spec = Spec { models: vec![Model::Shapley], ..Spec::default() };
/// let table = run(&paths, &spec).unwrap();
/// assert_eq!(table.columns[0].shares.conversions, [4.0, 2.0]);
/// assert!(run(&paths, &Spec { half_life_hours: 0.0, ..spec }).is_err());
/// ```
pub fn run(paths: &PathSet, spec: &Spec) -> Result<Table, SpecError> {
    let hours_fit = spec.half_life_hours > 0.0 && spec.step_hours >= 0.0;
    if !hours_fit || !spec.half_life_hours.is_finite() || !spec.step_hours.is_finite() {
        return Err(SpecError::Hours);
    }
    let [first, middle, last] = spec.position_percent.map(u32::from);
    if first + middle + last != 100 || first + last == 0 {
        return Err(SpecError::Position);
    }
    let columns = spec.models.iter().map(|model| column(paths, spec, *model));
    Ok(Table {
        channels: paths.channels().to_vec(),
        conversions: paths.conversions(),
        value: paths.value(),
        columns: columns.collect::<Result<_, _>>()?,
    })
}

fn column(paths: &PathSet, spec: &Spec, model: Model) -> Result<Column, SpecError> {
    let plain = |shares| Column {
        model,
        shares,
        by_position: Vec::new(),
        note: None,
    };
    Ok(match model {
        Model::First => plain(heuristic::first(paths)),
        Model::Last => plain(heuristic::last(paths)),
        Model::LastNonDirect => plain(heuristic::last_non_direct(paths, &spec.direct)),
        Model::Linear => plain(heuristic::linear(paths)),
        Model::Position => plain(heuristic::position(paths, spec.position_percent)),
        Model::TimeDecay => {
            let shares = heuristic::time_decay(paths, spec.half_life_hours, spec.step_hours);
            Column {
                note: step_note(paths, spec),
                ..plain(shares)
            }
        }
        Model::LastNTouch => {
            let shares = last_touches::last_touches(paths, &spec.last_touches, spec.step_hours)?;
            Column {
                note: step_note(paths, spec),
                ..plain(shares)
            }
        }
        Model::Markov1 => markov_column(paths, model, 1),
        Model::Markov2 => markov_column(paths, model, 2),
        Model::Markov3 => markov_column(paths, model, 3),
        Model::Markov4 => markov_column(paths, model, MARKOV_ORDER_MAX),
        Model::Shapley => plain(shapley::shapley(paths)),
        Model::ShapleyOrdered => {
            let by_position = shapley::ordered(paths);
            let mut shares = Shares::none(paths.channels().len());
            for position in &by_position {
                let sums = shares.conversions.iter_mut().zip(&position.conversions);
                sums.for_each(|(sum, part)| *sum += part);
                let sums = shares.value.iter_mut().zip(&position.value);
                sums.for_each(|(sum, part)| *sum += part);
            }
            Column {
                by_position,
                ..plain(shares)
            }
        }
    })
}

fn step_note(paths: &PathSet, spec: &Spec) -> Option<String> {
    let hours = spec.step_hours;
    (!paths.has_hours())
        .then(|| format!("the input has no times: touches count as {hours} h apart"))
}

fn markov_column(paths: &PathSet, model: Model, order: u8) -> Column {
    let report = markov(paths, order);
    let method = match report.sweeps {
        0 => "elimination".to_owned(),
        sweeps => format!("{sweeps} sweeps, error at most {:.1e}", report.error_bound),
    };
    let note = format!(
        "P(conversion) {:.12}, {} states, {} transitions, {method}",
        report.conversion_probability, report.states, report.transitions
    );
    Column {
        model,
        shares: report.shares,
        by_position: Vec::new(),
        note: Some(note),
    }
}
