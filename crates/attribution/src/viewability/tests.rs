//! Each boundary of the rule, as a table of moments.

use super::*;

/// A moment: (now ms, media ms, thousandths of the box in view, what else holds).
type Row = (u64, u64, u16, &'static str);

fn tag(id: &str) -> TagId {
    TagId::parse(id).unwrap()
}

fn player(media_time_ms: u64, state: &str) -> Player {
    Player {
        playing: !state.contains("paused"),
        page_visible: !state.contains("hidden"),
        covered: state.contains("covered"),
        media_time_ms,
        rate_permille: match state {
            "double" => 2_000,
            "half" => 500,
            "zero" => 0,
            _ => 1_000,
        },
    }
}

/// `expected`: the `now` at which the tag became an impression.
fn check(rows: &[Row], expected: Option<u64>) {
    let mut viewability = Viewability::new();
    let mut found = None;
    for &(now_ms, media_ms, visible, state) in rows {
        if state == "seeked" || state == "waiting" {
            viewability.interrupt();
        }
        let boxes = [(tag("lamp"), visible)];
        let impressions = viewability.observe(player(media_ms, state), &boxes, now_ms);
        if !impressions.is_empty() {
            assert_eq!(found, None, "one impression a tag: {rows:?}");
            found = Some(now_ms);
        }
    }
    assert_eq!(found, expected, "{rows:?}");
}

/// Observations every 250 ms from `from` to `to`, both included.
fn steady(from: u64, to: u64, visible: u16, state: &'static str) -> Vec<Row> {
    (from..=to)
        .step_by(250)
        .map(|now| (now, now, visible, state))
        .collect()
}

#[test]
fn two_seconds_of_playing_make_an_impression_and_a_millisecond_less_does_not() {
    let mut rows = steady(0, 1_750, 1_000, "");
    rows.push((1_999, 1_999, 1_000, ""));
    check(&rows, None);
    rows.push((2_000, 2_000, 1_000, ""));
    check(&rows, Some(2_000));
}

#[test]
fn half_of_the_box_is_enough_and_less_is_not() {
    check(&steady(0, 4_000, 500, ""), Some(2_000));
    check(&steady(0, 4_000, 499, ""), None);
    check(&steady(0, 4_000, 0, ""), None);
}

#[test]
fn whatever_stops_the_looking_starts_it_again() {
    for state in ["paused", "hidden", "covered", "zero", "seeked", "waiting"] {
        let mut rows = steady(0, 1_750, 1_000, "");
        rows.push((1_999, 1_999, 1_000, state));
        rows.extend(steady(2_000, 6_000, 1_000, ""));
        check(&rows, Some(4_000));
    }
    let mut scrolled = steady(0, 1_750, 1_000, "");
    scrolled.push((1_999, 1_999, 499, ""));
    scrolled.extend(steady(2_000, 6_000, 1_000, ""));
    check(&scrolled, Some(4_000));
}

#[test]
fn a_step_back_or_ahead_in_the_video_is_a_seek_even_if_nobody_says_so() {
    let back = |now: u64| (now, now - 1_000, 1_000, "");
    let mut looped = steady(0, 1_750, 1_000, "");
    looped.extend((2_000..=6_000).step_by(250).map(back));
    check(&looped, Some(4_000));
    let ahead = |by: u64| {
        let mut rows = steady(0, 1_750, 1_000, "");
        rows.extend(
            (2_000..=6_000)
                .step_by(250)
                .map(|now| (now, now + by, 1_000, "")),
        );
        rows
    };
    check(&ahead(499), Some(2_000));
    check(&ahead(500), Some(4_000));
}

#[test]
fn a_player_that_stands_still_does_not_play() {
    // Media time stops at 1 000 while the player claims to play, and goes on at 3 000.
    let mut rows = steady(0, 1_000, 1_000, "");
    rows.extend(
        (1_250..=3_000)
            .step_by(250)
            .map(|now| (now, 1_000, 1_000, "")),
    );
    rows.extend(
        (3_250..=7_000)
            .step_by(250)
            .map(|now| (now, now - 2_000, 1_000, "")),
    );
    check(&rows, Some(5_000));
    // Shorter than a stall: only what was shown counts.
    let mut short = steady(0, 1_000, 1_000, "");
    short.extend([(1_200, 1_000, 1_000, "")]);
    short.extend(
        (1_400..=3_000)
            .step_by(200)
            .map(|now| (now, now - 200, 1_000, "")),
    );
    check(&short, Some(2_200));
}

#[test]
fn a_frozen_page_saw_nothing_in_between() {
    check(
        &[
            (0, 0, 1_000, ""),
            (1_000, 1_000, 1_000, ""),
            (2_000, 2_000, 1_000, ""),
        ],
        Some(2_000),
    );
    check(
        &[
            (0, 0, 1_000, ""),
            (1_001, 1_001, 1_000, ""),
            (2_001, 2_001, 1_000, ""),
        ],
        None,
    );
}

#[test]
fn seconds_are_the_shoppers_at_any_speed() {
    let at = |rate_percent: u64, state| {
        (0..=16)
            .map(|step| (step * 250, step * 250 * rate_percent / 100, 1_000, state))
            .collect()
    };
    let double: Vec<Row> = at(200, "double");
    check(&double, Some(2_000));
    let half: Vec<Row> = at(50, "half");
    check(&half, Some(2_000));
}

#[test]
fn a_clock_that_goes_back_counts_nothing() {
    let mut rows = steady(1_000, 2_750, 1_000, "");
    rows.push((500, 2_900, 1_000, ""));
    rows.push((750, 3_150, 1_000, ""));
    check(&rows, None);
}

#[test]
fn each_tag_counts_by_itself_and_once() {
    let mut viewability = Viewability::new();
    let mut found = Vec::new();
    for now in (0..=9_000).step_by(250) {
        let mut boxes = vec![(tag("lamp"), 1_000)];
        if now >= 1_000 {
            boxes.push((tag("vase"), 600));
        }
        for tag in viewability.observe(player(now, ""), &boxes, now) {
            found.push((now, tag.as_str().to_owned()));
        }
    }
    assert_eq!(
        found,
        [(2_000, "lamp".to_owned()), (3_000, "vase".to_owned())]
    );
}

#[test]
fn the_next_observation_is_asked_for_only_while_something_counts() {
    let mut viewability = Viewability::new();
    assert_eq!(viewability.wake_in_ms(), None);
    let boxes = [(tag("lamp"), 1_000)];
    viewability.observe(player(0, ""), &boxes, 0);
    assert_eq!(viewability.wake_in_ms(), Some(250));
    for now in [1_000, 1_900] {
        viewability.observe(player(now, ""), &boxes, now);
    }
    assert_eq!(viewability.wake_in_ms(), Some(100));
    viewability.observe(player(2_000, ""), &boxes, 2_000);
    assert_eq!(viewability.wake_in_ms(), None);
}
