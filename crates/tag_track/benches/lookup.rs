//! What a video frame costs: finding the tags on screen and where each of them is.
//!
//! `cargo bench -p shoptag-tag-track --bench lookup` prints a table and writes `tag_lookup.json` to
//! `SHOPTAG_BENCH_DIR`, by default `target/bench` of the workspace.

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::PathBuf;
use std::time::Instant;

use shoptag_commerce::{ProductId, TagId};
use shoptag_tag_track::{Interpolation, KeyFrame, Shape, Tag, TagTrack, Timeline};

/// Frames measured for each size; 30 minutes of video at 60 frames a second.
const FRAMES: u32 = 108_000;

/// Tags on screen at a time, where the track has that many: the load of the peers' comparison.
const ON_SCREEN: u32 = 16;

/// Key frames of each tag.
const KEY_FRAMES: u32 = 20;

/// Length of each tag, seconds.
const TAG_S: f64 = 8.0;

/// How the moments of a measurement follow each other.
#[derive(Clone, Copy)]
enum Order {
    /// Each is a sixtieth of a second after the one before, as in playback.
    Playback,
    /// They jump about the whole track: no cache and no branch predictor knows what comes.
    Seeks,
}

impl Order {
    fn name(self) -> &'static str {
        match self {
            Self::Playback => "playback",
            Self::Seeks => "seeks",
        }
    }

    fn time_s(self, frame: u32, length_s: f64) -> f64 {
        match self {
            Self::Playback => (f64::from(frame) / 60.0) % length_s,
            // The golden ratio spreads them evenly.
            Self::Seeks => (f64::from(frame) * 0.618_033_988_749).fract() * length_s,
        }
    }
}

struct Measured {
    tags: u32,
    order: Order,
    on_screen_mean: f64,
    mean_ns: f64,
    p50_ns: u64,
    p99_ns: u64,
    build_us: f64,
}

fn main() {
    // `cargo test --benches` passes `--test`: one short run shows that it works.
    let frames = if std::env::args().any(|argument| argument == "--test") {
        600
    } else {
        FRAMES
    };
    let measure_both =
        |tags: u32| [Order::Playback, Order::Seeks].map(|order| measure(tags, order, frames));
    let rows: Vec<Measured> = [10, 1_000, 10_000]
        .into_iter()
        .flat_map(measure_both)
        .collect();
    println!("  tags     order   on screen   ns/frame mean    p50    p99   build us");
    for row in &rows {
        println!(
            "{:>6} {:>9} {:>11.1} {:>15.0} {:>6} {:>6} {:>10.0}",
            row.tags,
            row.order.name(),
            row.on_screen_mean,
            row.mean_ns,
            row.p50_ns,
            row.p99_ns,
            row.build_us
        );
    }
    let directory = directory();
    let path = directory.join("tag_lookup.json");
    let written = std::fs::create_dir_all(&directory)
        .and_then(|()| std::fs::write(&path, json(&rows, frames)));
    match written {
        Ok(()) => println!(
            "written to {}",
            path.canonicalize().unwrap_or(path).display()
        ),
        Err(error) => {
            eprintln!("{}: {error}", path.display());
            std::process::exit(1);
        }
    }
}

fn directory() -> PathBuf {
    // Cargo runs benchmarks in the package's folder; two levels up is the workspace.
    let default = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/bench");
    std::env::var_os("SHOPTAG_BENCH_DIR").map_or_else(default, PathBuf::from)
}

/// A track with `ON_SCREEN` tags at nearly every moment; half of them curves.
fn track(tags: u32) -> TagTrack {
    let between_starts_s = TAG_S / f64::from(ON_SCREEN);
    TagTrack::new(
        (0..tags)
            .map(|index| tag(index, f64::from(index) * between_starts_s))
            .collect(),
    )
}

fn tag(index: u32, start_s: f64) -> Tag {
    let key_frame = |key: u32| {
        let part = f64::from(key) / f64::from(KEY_FRAMES - 1);
        // Any smooth way that stays in the picture.
        let angle = f64::from(index) + 5.0 * part;
        KeyFrame {
            time_s: start_s + TAG_S * part,
            x: 0.5 + 0.4 * angle.sin(),
            y: 0.5 + 0.4 * angle.cos(),
            size: None,
            hidden: key % 10 == 7,
        }
    };
    Tag {
        id: TagId::parse(format!("tag-{index}")).expect("a short id"),
        product: ProductId::parse("product").expect("a short id"),
        variant: None,
        start_s,
        end_s: start_s + TAG_S,
        shape: Shape::Point,
        key_frames: (0..KEY_FRAMES).map(key_frame).collect(),
        interpolation: if index.is_multiple_of(2) {
            Interpolation::CatmullRom
        } else {
            Interpolation::Linear
        },
        anchor: None,
        label: None,
    }
}

fn measure(tags: u32, order: Order, frames: u32) -> Measured {
    let track = track(tags);
    let built = Instant::now();
    let timeline = Timeline::new(&track);
    let build_us = built.elapsed().as_secs_f64() * 1e6;
    let length_s = track.tags.last().map_or(1.0, |tag| tag.end_s);
    let mut found = Vec::new();
    let mut frames_ns = Vec::with_capacity(frames as usize);
    let mut found_in_all = 0;
    for frame in 0..frames {
        let time_s = order.time_s(frame, length_s);
        let begun = Instant::now();
        timeline.on_screen(black_box(time_s), &mut found);
        for index in &found {
            black_box(track.tags[*index].place_at(time_s));
        }
        let frame_ns = u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX);
        found_in_all += found.len();
        frames_ns.push(frame_ns);
    }
    frames_ns.sort_unstable();
    let at = |part: f64| frames_ns[((frames_ns.len() - 1) as f64 * part) as usize];
    Measured {
        tags,
        order,
        on_screen_mean: found_in_all as f64 / f64::from(frames),
        mean_ns: frames_ns.iter().sum::<u64>() as f64 / f64::from(frames),
        p50_ns: at(0.5),
        p99_ns: at(0.99),
        build_us,
    }
}

fn json(rows: &[Measured], frames: u32) -> String {
    let mut text = format!("{{\"benchmark\":\"tag_lookup\",\"frames\":{frames},\"rows\":[");
    for (index, row) in rows.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        let _ = write!(
            text,
            "{comma}\n{{\"tags\":{},\"order\":\"{}\",\"on_screen_mean\":{:.1},\"mean_ns\":{:.0},\
             \"p50_ns\":{},\"p99_ns\":{},\"build_us\":{:.0}}}",
            row.tags,
            row.order.name(),
            row.on_screen_mean,
            row.mean_ns,
            row.p50_ns,
            row.p99_ns,
            row.build_us
        );
    }
    text.push_str("\n]}\n");
    text
}
