//! The models against numbers worked out by hand, and against each other.

use proptest::prelude::*;

use super::*;

fn csv(rows: &str) -> PathSet {
    let text: String = rows
        .lines()
        .map(|row| format!("{}\n", row.trim()))
        .collect();
    read_csv(format!("path,conversions,value,nulls\n{text}").as_bytes()).unwrap()
}

fn shares(paths: &PathSet, spec: &Spec, model: Model) -> Shares {
    let spec = Spec {
        models: vec![model],
        ..spec.clone()
    };
    run(paths, &spec).unwrap().columns.remove(0).shares
}

/// Rows, a model, and the conversions of each channel, as "a=4 b=2".
fn check(rows: &str, model: Model, expected: &str) {
    check_with(&csv(rows), &Spec::default(), model, expected);
}

fn check_with(paths: &PathSet, spec: &Spec, model: Model, expected: &str) {
    let found = shares(paths, spec, model).conversions;
    for pair in expected.split_whitespace() {
        let (name, number) = pair.split_once('=').unwrap();
        let index = paths
            .channels()
            .iter()
            .position(|channel| channel == name)
            .unwrap();
        let number: f64 = number.parse().unwrap();
        assert!(
            (found[index] - number).abs() < 1e-9,
            "{model:?} {pair}: {found:?}"
        );
    }
}

#[test]
fn first_last_and_last_non_direct_take_one_touch() {
    let rows = "video>list>direct,4,0,1
                direct,2,0,0
                list>direct>direct,3,0,0";
    check(rows, Model::First, "video=4 direct=2 list=3");
    check(rows, Model::Last, "video=0 direct=9 list=0");
    check(rows, Model::LastNonDirect, "video=0 list=7 direct=2");
}

#[test]
fn linear_counts_every_touch() {
    check("a>a>b,9,0,0", Model::Linear, "a=6 b=3");
}

#[test]
fn position_gives_forty_twenty_forty_and_halves_to_two_touches() {
    check("a,10,0,0", Model::Position, "a=10");
    check("a>b,10,0,0", Model::Position, "a=5 b=5");
    check("a>b>c,10,0,0", Model::Position, "a=4 b=2 c=4");
    check("a>b>c>d,10,0,0", Model::Position, "a=4 b=1 c=1 d=4");
}

#[test]
fn position_takes_other_percents_and_refuses_those_that_are_not_a_whole() {
    let spec = |position_percent| Spec {
        position_percent,
        ..Spec::default()
    };
    let first_heavy = spec([60, 30, 10]);
    let model = Model::Position;
    check_with(
        &csv("a>b>c>d,10,0,0"),
        &first_heavy,
        model,
        "a=6 b=1.5 c=1.5 d=1",
    );
    check_with(&csv("a>b,10,0,0"), &first_heavy, model, "a=7.5 b=2.5");
    check_with(&csv("a,10,0,0"), &first_heavy, model, "a=10");
    for wrong in [[40, 20, 41], [0, 100, 0], [255, 255, 255]] {
        let found = run(&csv("a,1,0,0"), &spec(wrong));
        assert_eq!(found.unwrap_err(), SpecError::Position, "{wrong:?}");
    }
}

#[test]
fn counts_that_leave_64_bits_are_refused_and_never_wrapped() {
    let text = format!("path,conversions,nulls\na,{0},0\nb,0,{0}\n", u64::MAX);
    let found = read_csv(text.as_bytes());
    assert!(matches!(found, Err(PathError::Size(3))), "{found:?}");
}

#[test]
fn time_decay_halves_every_seven_days() {
    let timed = "path,conversions,hours\na>b>c,7,336>168>0\n";
    let paths = read_csv(timed.as_bytes()).unwrap();
    check_with(&paths, &Spec::default(), Model::TimeDecay, "a=1 b=2 c=4");
    // Without times touches are a day apart, unless told otherwise.
    let weekly = Spec {
        step_hours: 168.0,
        ..Spec::default()
    };
    check_with(
        &csv("a>b>c,7,0,0"),
        &weekly,
        Model::TimeDecay,
        "a=1 b=2 c=4",
    );
    // All touches long ago: the weights must not vanish together.
    let old = "path,conversions,hours\na>b,3,2000168>2000000\n";
    let paths = read_csv(old.as_bytes()).unwrap();
    check_with(&paths, &Spec::default(), Model::TimeDecay, "a=1 b=2");
}

#[test]
fn last_n_touch_goes_by_priority_then_by_time_within_an_inclusive_window() {
    let timed = |hours: &str| {
        let text = format!("path,conversions,value,hours\na>b>c,100,1.00,{hours}\n");
        read_csv(text.as_bytes()).unwrap()
    };
    let spec = |credit: &[u64], priority: i64| Spec {
        last_touches: LastTouches {
            priorities: [("a".to_owned(), priority)].into(),
            lookback_days: 30,
            credit: credit.to_vec(),
        },
        ..Spec::default()
    };
    let model = Model::LastNTouch;
    check_with(&timed("3>2>1"), &spec(&[1], 0), model, "a=0 b=0 c=100");
    check_with(&timed("3>2>1"), &spec(&[1], 1), model, "a=100 b=0 c=0");
    check_with(
        &timed("3>2>1"),
        &spec(&[50, 30, 20], 0),
        model,
        "a=20 b=30 c=50",
    );
    check_with(&timed("3>2>1"), &spec(&[3, 1], 1), model, "a=75 b=0 c=25");
    // The vector is cut to the matches: 50 and 30 of 80.
    check_with(
        &timed("721>2>1"),
        &spec(&[50, 30, 20], 9),
        model,
        "a=0 b=37.5 c=62.5",
    );
    check_with(&timed("720>2>1"), &spec(&[1], 9), model, "a=100");
    check_with(&timed("800>800>721"), &spec(&[1], 0), model, "a=0 b=0 c=0");
    // The remainder is given, not rolled: 100 over three, to the millionth.
    let found = shares(&timed("3>2>1"), &spec(&[1, 1, 1], 0), model);
    assert_eq!(found.conversions, [33.333_333, 33.333_333, 33.333_334]);
    let none = Spec {
        last_touches: LastTouches {
            credit: vec![0, 1],
            ..LastTouches::default()
        },
        ..Spec::default()
    };
    let refused = run(&timed("3>2>1"), &none).unwrap_err();
    assert_eq!(refused, SpecError::LastTouches(LastTouchesError::Credit));
}

#[test]
fn shapley_divides_over_distinct_channels_and_ordered_over_positions_too() {
    let rows = "a,2,0,0
                a>b>a,4,0,0";
    check(rows, Model::Shapley, "a=4 b=2");
    check(rows, Model::ShapleyOrdered, "a=4 b=2");
    let spec = Spec {
        models: vec![Model::ShapleyOrdered],
        ..Spec::default()
    };
    let table = run(&csv(&format!("{rows}\nb>a,2,0,0")), &spec).unwrap();
    let by_position: Vec<_> = table.columns[0]
        .by_position
        .iter()
        .map(|position| &position.conversions[..])
        .collect();
    assert_eq!(by_position, [[4.0, 1.0], [1.0, 2.0]]);
}

#[test]
fn shapley_is_the_average_over_all_orders_of_joining() {
    let paths = csv("a,2,0,0
                     a>b,4,0,0
                     c>a>b,3,0,0
                     b>c>b,5,0,0
                     d>a,1,0,0");
    let found = shares(&paths, &Spec::default(), Model::Shapley).conversions;
    // By definition: v(S) = conversions of the paths inside S; all 24 orders of a, b, c, d.
    let worth = |set: u32| -> f64 {
        let inside = |touches: &[u16]| touches.iter().all(|touch| set >> touch & 1 == 1);
        paths
            .converted()
            .filter(|p| inside(p.touches))
            .map(|p| p.conversions as f64)
            .sum()
    };
    let mut average = [0.0; 4];
    for order in 0..256_u32 {
        let order: Vec<u32> = (0..4).map(|place| order >> (2 * place) & 3).collect();
        if (0..4).all(|channel| order.contains(&channel)) {
            let mut set = 0;
            for channel in order {
                average[channel as usize] += (worth(set | 1 << channel) - worth(set)) / 24.0;
                set |= 1 << channel;
            }
        }
    }
    for (found, average) in found.iter().zip(average) {
        assert!((found - average).abs() < 1e-9, "{found} {average}");
    }
}

#[test]
fn markov_of_order_one_agrees_with_a_chain_solved_by_hand() {
    // a converts 1 of 2; a>b converts 1 of 2. From a: 2/4 to b, 1/4 converts; from b: 1/2 converts.
    // P = 1/4 + 1/2 * 1/2 = 1/2. Without a: 0. Without b: 1/4. Effects 1 and 1/2.
    let report = markov(&csv("a,1,0,1\na>b,1,0,1"), 1);
    assert!((report.conversion_probability - 0.5).abs() < 1e-15);
    assert!((report.removal_effects[0] - 1.0).abs() < 1e-15);
    assert!((report.removal_effects[1] - 0.5).abs() < 1e-15);
    assert!((report.shares.conversions[0] - 4.0 / 3.0).abs() < 1e-12);
    // A channel that follows itself changes nothing.
    let again = markov(&csv("a>a>a,1,0,1\na>a>b,1,0,1"), 1);
    for (one, other) in report.removal_effects.iter().zip(&again.removal_effects) {
        assert!((one - other).abs() < 1e-12, "{one} {other}");
    }
}

#[test]
fn paths_that_never_convert_credit_nobody() {
    let paths = csv("a>b,0,0,5");
    for model in Model::ALL {
        let found = shares(&paths, &Spec::default(), model);
        assert!(
            found.conversions.iter().all(|share| *share == 0.0),
            "{model:?}"
        );
    }
    assert_eq!(run(&csv(""), &Spec::default()).unwrap().channels.len(), 0);
}

/// P(converting) by walking the chain of histories step by step, without any of our shortcuts.
fn walked(paths: &PathSet, order: usize, removed: Option<u16>) -> f64 {
    use std::collections::BTreeMap;
    /// Where a history leads, how often it converted, how often it was left.
    type Steps = (BTreeMap<Vec<u16>, f64>, f64, f64);
    let mut steps: BTreeMap<Vec<u16>, Steps> = BTreeMap::new();
    for path in paths.paths() {
        let walks = (path.conversions + path.nulls) as f64;
        let mut state: Vec<u16> = Vec::new();
        for touch in path.touches {
            let mut next = state.clone();
            next.push(*touch);
            let next = next[next.len().saturating_sub(order)..].to_vec();
            let entry = steps.entry(state).or_default();
            *entry.0.entry(next.clone()).or_default() += walks;
            entry.2 += walks;
            state = next;
        }
        let entry = steps.entry(state).or_default();
        entry.1 += path.conversions as f64;
        entry.2 += walks;
    }
    let mut h: BTreeMap<Vec<u16>, f64> = BTreeMap::new();
    loop {
        let mut change: f64 = 0.0;
        for (state, (targets, converted, total)) in &steps {
            let onward: f64 = targets
                .iter()
                .filter(|(target, _)| target.last() != removed.as_ref())
                .map(|(target, weight)| weight * h.get(target).copied().unwrap_or(0.0))
                .sum();
            let next = (converted + onward) / total;
            let before = h.insert(state.clone(), next).unwrap_or(0.0);
            change = change.max((next - before).abs());
        }
        if change < 1e-13 {
            break;
        }
    }
    h[&Vec::new()]
}

fn any_paths(channels: u16) -> impl Strategy<Value = PathSet> {
    let path = (prop::collection::vec(0..channels, 1..7), 0_u64..3, 0_u64..4);
    prop::collection::vec(path, 1..25).prop_map(|rows| {
        let mut builder = PathSetBuilder::default();
        for (touches, conversions, nulls) in rows {
            let names: Vec<String> = touches.iter().map(|touch| format!("c{touch}")).collect();
            let channels: Vec<&str> = names.iter().map(String::as_str).collect();
            let value_micro = i64::try_from(conversions).unwrap() * 19_990_000;
            let nulls = nulls.max(u64::from(conversions == 0));
            builder
                .push(&Row {
                    channels: &channels,
                    hours: None,
                    conversions,
                    value_micro,
                    nulls,
                })
                .unwrap();
        }
        builder.finish()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn every_model_shares_out_everything(paths in any_paths(5)) {
        for model in Model::ALL {
            let found = shares(&paths, &Spec::default(), model);
            let conversions: f64 = found.conversions.iter().sum();
            let value: f64 = found.value.iter().sum();
            prop_assert!((conversions - paths.conversions() as f64).abs() < 1e-6, "{:?}", model);
            prop_assert!((value - paths.value()).abs() < 1e-6, "{:?}", model);
            prop_assert!(found.conversions.iter().all(|share| *share >= 0.0));
        }
    }

    #[test]
    fn the_chains_conversion_rate_is_the_observed_one(paths in any_paths(5)) {
        prop_assume!(paths.conversions() > 0);
        let observed = paths.conversions() as f64 / paths.walks() as f64;
        for order in 1..=MARKOV_ORDER_MAX {
            let found = markov(&paths, order).conversion_probability;
            prop_assert!((found - observed).abs() < 1e-12, "{} {} {}", order, found, observed);
        }
    }

    #[test]
    fn removals_agree_with_a_chain_walked_step_by_step(paths in any_paths(4)) {
        prop_assume!(paths.conversions() > 0);
        for order in 1..=4 {
            let report = markov(&paths, order);
            let whole = walked(&paths, usize::from(order), None);
            for (channel, effect) in (0..).zip(&report.removal_effects) {
                let without = walked(&paths, usize::from(order), Some(channel));
                prop_assert!((effect - (1.0 - without / whole)).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn contraction_and_sweeps_agree_with_counting_and_elimination(paths in any_paths(5)) {
        prop_assume!(paths.conversions() > 0);
        for order in 1..=4 {
            markov::assert_ways_agree(&paths, order);
        }
    }
}

#[test]
fn more_channels_than_a_mask_has_bits_are_removed_in_groups() {
    let mut builder = PathSetBuilder::default();
    for number in 0..150 {
        let name = format!("channel {number}");
        let channels = [name.as_str(), "last"];
        let row = Row {
            channels: &channels,
            hours: None,
            conversions: 1,
            value_micro: 0,
            nulls: 1,
        };
        builder.push(&row).unwrap();
    }
    let paths = builder.finish();
    for order in 1..=4 {
        let report = markov(&paths, order);
        let last = paths
            .channels()
            .iter()
            .position(|name| name == "last")
            .unwrap();
        for (channel, effect) in report.removal_effects.iter().enumerate() {
            let expected = if channel == last { 1.0 } else { 1.0 / 150.0 };
            assert!(
                (effect - expected).abs() < 1e-9,
                "order {order}, {channel}: {effect}"
            );
        }
    }
}

#[test]
fn a_row_that_is_wrong_is_named_by_its_line() {
    let check = |text: &str, expected: &str| {
        let error = read_csv(text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(expected), "{text:?}: {error}");
    };
    let header = "path,conversions,value,nulls,hours\n";
    check("route,conversions\na,1\n", "first line");
    check("path,value\na,1\n", "first line");
    check(
        &format!("{header}a,1,0,0,\na>,1,0,0,\n"),
        "line 3: a path names",
    );
    check(&format!("{header},1,0,0,\n"), "line 2: a path names");
    check(&format!("{header}a,-1,0,0,\n"), "line 2: conversions");
    check(&format!("{header}a,1.5,0,0,\n"), "line 2: conversions");
    check(&format!("{header}a,1,1e3,0,\n"), "line 2: a value");
    check(&format!("{header}a,1,0.1234567,0,\n"), "line 2: a value");
    check(
        &format!("{header}a,1,99999999999999,0,\n"),
        "line 2: a value",
    );
    check(&format!("{header}a>b,1,0,0,1\n"), "line 2: hours");
    check(&format!("{header}a,1,0,0,NaN\n"), "line 2: hours");
    check(&format!("{header}a,1,0,0,5\nb,1,0,0,\n"), "line 3: hours");
    check(&format!("{header}a,1\n"), "record 1");
}

#[test]
fn the_columns_of_channelattribution_are_known() {
    let text = "path,total_conversions,total_conversion_value,total_null\n\
                alpha > iota > alpha,1,0.244,3\n";
    let paths = read_csv(text.as_bytes()).unwrap();
    assert_eq!(paths.channels(), ["alpha", "iota"]);
    assert_eq!((paths.conversions(), paths.walks()), (1, 4));
    assert_eq!(paths.value(), 0.244);
}

#[test]
fn a_table_is_written_as_text_csv_and_json() {
    let mut builder = PathSetBuilder::default();
    let channels = ["=cmd, \"x\"", "list"];
    let row = Row {
        channels: &channels,
        hours: None,
        conversions: 2,
        value_micro: 5_000_000,
        nulls: 0,
    };
    builder.push(&row).unwrap();
    let spec = Spec {
        models: vec![Model::Linear, Model::ShapleyOrdered],
        ..Spec::default()
    };
    let table = run(&builder.finish(), &spec).unwrap();
    let text = table.to_text();
    assert!(
        text.starts_with("conversions           linear  shapley-ordered\n"),
        "{text}"
    );
    assert!(
        text.contains("list                   1.000            1.000\n"),
        "{text}"
    );
    let rows = table.to_csv();
    assert!(
        rows.contains("\"'=cmd, \"\"x\"\"\",linear,,1,2.5\n"),
        "{rows}"
    );
    assert!(rows.contains("list,shapley-ordered,2,1,2.5\n"), "{rows}");
    let json = table.to_json();
    assert_eq!(json["models"][0]["channels"][1]["value"], 2.5);
    assert_eq!(json["models"][1]["positions"][1][1]["conversions"], 1.0);
}

#[test]
fn every_model_has_a_name_that_finds_it() {
    for model in Model::ALL {
        assert_eq!(Model::by_name(model.name()), Some(model));
        assert_eq!(
            serde_json::to_value(model).unwrap(),
            model.name(),
            "one name everywhere"
        );
    }
    for (name, model) in [
        ("markov-1", Model::Markov1),
        ("markov-4", Model::Markov4),
        ("last-nondirect", Model::LastNonDirect),
    ] {
        assert_eq!(Model::by_name(name), Some(model), "{name}");
    }
    assert_eq!(Model::by_name("u-shaped"), None);
    assert_eq!(Model::by_name(""), None);
}
