//! All report models over 1,000,000 paths of 10 touches over 50 channels: time by model and peak
//! memory. Prints a table, and writes `attribution_models.json` to SHOPTAG_BENCH_DIR if that is
//! set.
//!
//! Two kinds of paths: `even` (every channel as likely as any other: the most histories, the worst
//! case for Markov) and `skewed` (the n-th channel as likely as 1/n, as in practice). `cargo bench
//! -p shoptag-attribution --bench models -- 100000` runs another number of paths.
//!
//! With the whole million the program fails when the building of the paths and all models together
//! take more than 10 s or 1 GiB, for either kind.
#![expect(
    clippy::float_arithmetic,
    clippy::unwrap_used,
    reason = "a benchmark of statistics"
)]

use std::time::Instant;

use shoptag_attribution::reports::{Model, PathSet, PathSetBuilder, Row, Spec, run};

const CHANNELS: usize = 50;
const TOUCHES: usize = 10;

/// The number of paths for which the limits hold.
const COUNT: usize = 1_000_000;

/// Building the paths and all models together, seconds.
const TOTAL_S_MAX: f64 = 10.0;

/// The process at its largest, MiB.
const PEAK_MIB_MAX: u64 = 1_024;

/// SplitMix64: the same paths in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// An index drawn by cumulative weights.
    fn draw(&mut self, cumulative: &[f64]) -> usize {
        let point = (self.next() >> 11) as f64 / (1_u64 << 53) as f64 * cumulative.last().unwrap();
        cumulative
            .partition_point(|bound| *bound <= point)
            .min(cumulative.len() - 1)
    }
}

fn paths(count: usize, weight: Weight) -> PathSet {
    let names: Vec<String> = (1..=CHANNELS)
        .map(|channel| format!("channel {channel}"))
        .collect();
    let mut cumulative: Vec<f64> = (0..CHANNELS).map(weight).collect();
    for channel in 1..CHANNELS {
        cumulative[channel] += cumulative[channel - 1];
    }
    let mut random = Random(42);
    let mut builder = PathSetBuilder::default();
    for _ in 0..count {
        let drawn: [usize; TOUCHES] = std::array::from_fn(|_| random.draw(&cumulative));
        let channels = drawn.map(|channel| names[channel].as_str());
        // Channels with a low number convert more often.
        let converts = random.next() % 100 < 10 - (drawn[0] as u64 / 10);
        builder
            .push(&Row {
                channels: &channels,
                hours: None,
                conversions: u64::from(converts),
                value_micro: if converts { 49_900_000 } else { 0 },
                nulls: u64::from(!converts),
            })
            .unwrap();
    }
    builder.finish()
}

/// Peak memory of this process so far, MiB; 0 where the system does not say.
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or(0) / 1_024
}

/// Processor time of all threads so far, seconds: what a quiet machine with that many cores would
/// need at least. Linux counts it in hundredths; 0 elsewhere.
fn cpu_s() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(") ").next().unwrap_or_default().split(' ');
    let ticks = fields
        .skip(11)
        .take(2)
        .filter_map(|ticks| ticks.parse::<f64>().ok());
    ticks.sum::<f64>() / 100.0
}

/// How likely a channel is, by its index.
type Weight = fn(usize) -> f64;

fn main() {
    let asked = std::env::args()
        .skip(1)
        .find_map(|argument| argument.parse().ok());
    let count = asked.unwrap_or(COUNT);
    let mut results = Vec::new();
    let mut totals = Vec::new();
    let kinds: [(&str, Weight); 2] = [
        ("skewed", |channel| 1.0 / (channel + 1) as f64),
        ("even", |_| 1.0),
    ];
    for (kind, weight) in kinds {
        let (started, cpu_before_s) = (Instant::now(), cpu_s());
        let paths = paths(count, weight);
        let mut total_s = started.elapsed().as_secs_f64();
        let mut total_cpu_s = cpu_s() - cpu_before_s;
        println!("{kind}: {count} paths of {TOUCHES} touches over {CHANNELS} channels");
        println!(
            "  {:<16} {total_s:>8.3} s  cpu {total_cpu_s:>7.2} s",
            "building"
        );
        results.push(serde_json::json!({
            "paths": kind, "count": count, "model": "building",
            "elapsed_s": total_s, "cpu_s": total_cpu_s,
        }));
        for model in Model::ALL {
            let spec = Spec {
                models: vec![model],
                ..Spec::default()
            };
            let (started, cpu_before_s) = (Instant::now(), cpu_s());
            let table = run(&paths, &spec).unwrap();
            let elapsed_s = started.elapsed().as_secs_f64();
            let used_s = cpu_s() - cpu_before_s;
            total_s += elapsed_s;
            total_cpu_s += used_s;
            let column = &table.columns[0];
            let sum: f64 = column.shares.conversions.iter().sum();
            assert!(
                (sum / table.conversions as f64 - 1.0).abs() < 1e-9,
                "credit is lost"
            );
            let note = column.note.clone().unwrap_or_default();
            println!(
                "  {:<16} {elapsed_s:>8.3} s  cpu {used_s:>7.2} s  {note}",
                model.name()
            );
            results.push(serde_json::json!({
                "paths": kind, "count": count, "model": model.name(),
                "elapsed_s": elapsed_s, "cpu_s": used_s, "note": note,
            }));
        }
        println!(
            "  {:<16} {total_s:>8.3} s  cpu {total_cpu_s:>7.2} s  peak {} MiB",
            "all models",
            peak_mib()
        );
        results.push(serde_json::json!({
            "paths": kind, "count": count, "model": "all",
            "elapsed_s": total_s, "cpu_s": total_cpu_s, "peak_mib": peak_mib(),
        }));
        totals.push((kind, total_s));
    }
    if let Ok(folder) = std::env::var("SHOPTAG_BENCH_DIR") {
        let file = std::path::Path::new(&folder).join("attribution_models.json");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(file, serde_json::Value::from(results).to_string()).unwrap();
    }
    if count == COUNT {
        // After the figures are written, so that a failure can be looked into.
        for (kind, total_s) in totals {
            assert!(
                total_s <= TOTAL_S_MAX,
                "{kind} paths took {total_s:.1} s, more than {TOTAL_S_MAX} s"
            );
        }
        let peak = peak_mib();
        assert!(
            peak <= PEAK_MIB_MAX,
            "{peak} MiB are more than {PEAK_MIB_MAX}"
        );
    }
}
