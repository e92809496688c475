//! Every defect code, by the smallest document that has it: what is reported, and what stays.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use shoptag_tag_track::{
    DEFECTS_MAX, DefectCode, Field, KEY_FRAMES_MAX, Limits, RawTag, RawTrack, TAGS_MAX, json,
};

/// A document with a good tag, `tag`, and another good tag.
fn document(tag: &str) -> String {
    format!(
        r#"{{"schema_version": 1, "tags": [
            {{"id": "first", "product": "p", "start": 0, "end": 9, "x": 0.1, "y": 0.1}},
            {tag},
            {{"id": "last", "product": "p", "start": 100, "end": 109, "x": 0.2, "y": 0.2}}
        ]}}"#
    )
}

/// Reads `tag` between two good ones; answers the ids that stay and the defects as text.
fn read(tag: &str) -> (Vec<String>, Vec<String>) {
    let (track, defects) = json::read(&document(tag)).unwrap();
    let ids = track.tags.iter().map(|tag| tag.id.to_string()).collect();
    (ids, defects.iter().map(ToString::to_string).collect())
}

/// `tag` is dropped for exactly the defects `expected`; the others stay.
#[track_caller]
fn check(tag: &str, expected: &[&str]) {
    let (ids, defects) = read(tag);
    assert_eq!(defects, expected, "{tag}");
    assert_eq!(ids, ["first", "last"], "{tag}");
}

/// `tag` stays, with the defects `expected`.
#[track_caller]
fn check_stays(tag: &str, expected: &[&str]) {
    let (ids, defects) = read(tag);
    assert_eq!(defects, expected, "{tag}");
    assert_eq!(ids, ["first", "t", "last"], "{tag}");
}

#[test]
fn an_element_that_is_not_an_object_is_no_tag() {
    for element in ["null", "7", "true", r#""tag""#, "[]", "[[1], 2]"] {
        check(element, &["tag-shape at /tags/1"]);
    }
}

#[test]
fn an_id_is_a_text_of_1_to_255_bytes_without_control_characters() {
    let rest = r#""start": 1, "end": 2, "x": 0, "y": 1}"#;
    let long = "a".repeat(256);
    let bad = [
        "null",
        "7",
        "{}",
        r#""""#,
        r#""a\u0000b""#,
        r#""a\nb""#,
        &format!("{long:?}"),
    ];
    for id in bad {
        let tag = format!(r#"{{"id": {id}, "product": "p", {rest}"#);
        check(&tag, &["id-invalid at /tags/1/id"]);
        let tag = format!(r#"{{"id": "t", "product": {id}, {rest}"#);
        check(&tag, &["product-invalid at /tags/1/product"]);
        if id != "null" {
            let tag = format!(r#"{{"id": "t", "product": "p", "variant": {id}, {rest}"#);
            check(&tag, &["variant-invalid at /tags/1/variant"]);
        }
    }
    check_stays(
        &format!(r#"{{"id": "t", "product": "p", "variant": null, {rest}"#),
        &[],
    );
}

#[test]
fn of_two_tags_with_one_id_the_first_stays() {
    let tag = r#"{"id": "first", "product": "other", "start": 3, "end": 4, "x": 0, "y": 0}"#;
    check(tag, &["cue-duplicate at /tags/1/id"]);
    // A tag that is dropped does not take the id from a good one.
    let tag = r#"{"id": "last", "product": "p", "start": 4, "end": 3, "x": 0, "y": 0}"#;
    check(tag, &["cue-range at /tags/1/end"]);
}

#[test]
fn a_tag_has_a_span_of_time() {
    let tag = |start: &str, end: &str| {
        format!(r#"{{"id":"t","product":"p","start":{start},"end":{end},"x":0,"y":0}}"#)
    };
    let start = &["cue-range at /tags/1/start"][..];
    let end = &["cue-range at /tags/1/end"][..];
    for bad in [
        "-1", "-0.001", "1e309", "-1e309", "1e11", r#""2""#, "null", "true", "[0]", "{}",
    ] {
        check(&tag(bad, "5"), start);
        check(&tag("0", bad), end);
    }
    check(&tag("5", "5"), end);
    check(&tag("5", "4.999"), end);
    check(
        &tag("-1", "-2"),
        &["cue-range at /tags/1/start", "cue-range at /tags/1/end"],
    );
    check_stays(&tag("-0", "1e10"), &[]);
}

#[test]
fn numbers_that_json_cannot_write_are_refused_like_any_other() {
    for time_s in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0] {
        let tag = RawTag {
            id: "t".to_owned().into(),
            product: "p".to_owned().into(),
            start: 0.0.into(),
            end: time_s.into(),
            x: time_s.into(),
            y: 0.0.into(),
            ..RawTag::default()
        };
        let track = RawTrack {
            tags: vec![Field::Known(tag)].into(),
            ..RawTrack::default()
        };
        let (used, defects) = track.validate();
        let codes: Vec<_> = defects.iter().map(|defect| defect.code).collect();
        assert_eq!(
            codes,
            [DefectCode::CueRange, DefectCode::PositionRange],
            "{time_s}"
        );
        assert_eq!(used.tags, []);
        // What has no JSON is written so that it stays bad.
        let again: RawTrack =
            serde_json::from_str(&serde_json::to_string(&track).unwrap()).unwrap();
        assert_eq!(again.validate().0.tags, [], "{time_s}");
    }
}

#[test]
fn a_tag_lies_within_the_video() {
    let check = |start: f64, end: f64, duration_s: Option<f64>, stays: bool| {
        let tag = format!(r#"{{"id":"t","product":"p","start":{start},"end":{end},"x":0,"y":0}}"#);
        let text = format!(r#"{{"schema_version":1,"tags":[{tag}]}}"#);
        let (track, defects) = json::read_raw(&text).unwrap().validate_within(duration_s);
        assert_eq!(
            track.tags.len(),
            usize::from(stays),
            "{start}..{end} of {duration_s:?}"
        );
        assert!(
            defects
                .iter()
                .all(|defect| defect.code == DefectCode::CueRange)
        );
        assert_eq!(defects.is_empty(), stays);
    };
    check(9.0, 10.0, Some(10.0), true);
    check(9.0, 11.0, Some(10.0), true);
    check(9.0, 11.001, Some(10.0), false);
    check(10.0, 10.5, Some(10.0), false);
    check(9.999, 10.5, Some(10.0), true);
    for unknown in [None, Some(f64::NAN), Some(f64::INFINITY)] {
        check(5_000.0, 6_000.0, unknown, true);
    }
}

#[test]
fn positions_and_sizes_are_parts_of_the_picture() {
    let tag = |place: &str| format!(r#"{{"id":"t","product":"p","start":1,"end":2,{place}}}"#);
    for bad in [
        "-0.001", "1.001", "65", "1e309", r#""0.5""#, r#""65%""#, "true", "[]",
    ] {
        check(
            &tag(&format!(r#""x":{bad},"y":0"#)),
            &["position-range at /tags/1/x"],
        );
        check(
            &tag(&format!(r#""x":0,"y":{bad}"#)),
            &["position-range at /tags/1/y"],
        );
        let sized = format!(r#""x":0,"y":0,"w":{bad},"h":0.1"#);
        check(&tag(&sized), &["size-range at /tags/1/w"]);
        let sized = format!(r#""x":0,"y":0,"w":0.1,"h":{bad}"#);
        check(&tag(&sized), &["size-range at /tags/1/h"]);
        let anchored = format!(r#""x":0,"y":0,"anchor":{{"x":{bad},"y":0}}"#);
        check(&tag(&anchored), &["position-range at /tags/1/anchor/x"]);
        let moving = format!(r#""key_frames":[{{"t":1,"x":0,"y":0}},{{"t":2,"x":{bad},"y":0}}]"#);
        check(&tag(&moving), &["position-range at /tags/1/key_frames/1/x"]);
    }
    check(&tag(r#""x":0"#), &["position-range at /tags/1/y"]);
    check(&tag(r#""x":0,"y":0,"w":0.1"#), &["size-range at /tags/1/h"]);
    check(
        &tag(r#""x":0,"y":0,"anchor":7"#),
        &["position-range at /tags/1/anchor"],
    );
    check_stays(
        &tag(r#""x":0,"y":1,"w":0,"h":1,"anchor":{"x":1,"y":0}"#),
        &[],
    );
}

#[test]
fn a_tag_stands_still_or_has_key_frames() {
    let tag = |place: &str| format!(r#"{{"id":"t","product":"p","start":1,"end":2{place}}}"#);
    let moving = r#""key_frames":[{"t":1,"x":0,"y":0}]"#;
    check(&tag(""), &["position-missing at /tags/1"]);
    check(
        &tag(r#","key_frames":[]"#),
        &["position-missing at /tags/1/key_frames"],
    );
    check(
        &tag(&format!(r#","x":0,"y":0,{moving}"#)),
        &["position-conflict at /tags/1"],
    );
    check_stays(&tag(&format!(",{moving}")), &[]);
}

#[test]
fn key_frames_are_objects_in_ascending_time() {
    let tag = |key_frames: &str| {
        format!(r#"{{"id":"t","product":"p","start":1,"end":2,"key_frames":{key_frames}}}"#)
    };
    let key = r#"{"t":1,"x":0,"y":0}"#;
    check(&tag("7"), &["key-frame-shape at /tags/1/key_frames"]);
    check(&tag("{}"), &["key-frame-shape at /tags/1/key_frames"]);
    check(
        &tag(&format!("[{key},7]")),
        &["key-frame-shape at /tags/1/key_frames/1"],
    );
    check(
        &tag(r#"[{"t":1,"x":0,"y":0,"hidden":"yes"}]"#),
        &["key-frame-shape at /tags/1/key_frames/0/hidden"],
    );
    check(
        &tag(&format!("[{key},{key}]")),
        &["key-frame-order at /tags/1/key_frames/1/t"],
    );
    check(
        &tag(r#"[{"t":3,"x":0,"y":0},{"t":2.9,"x":0,"y":0}]"#),
        &["key-frame-order at /tags/1/key_frames/1/t"],
    );
    check(
        &tag(r#"[{"t":-1,"x":0,"y":0}]"#),
        &["cue-range at /tags/1/key_frames/0/t"],
    );
    check(
        &tag(r#"[{"x":0,"y":0}]"#),
        &["cue-range at /tags/1/key_frames/0/t"],
    );
    check(
        &tag(r#"[{"t":1,"x":0,"y":0,"w":0.1,"h":0.1}]"#),
        &["size-without-shape at /tags/1/key_frames/0/w"],
    );
    // Key frames may lie outside the tag's span: a cut of a longer track.
    check_stays(
        &tag(r#"[{"t":0,"x":0,"y":0,"hidden":false},{"t":9,"x":1,"y":1}]"#),
        &[],
    );
    let many: Vec<String> = (0..=KEY_FRAMES_MAX)
        .map(|time_s| format!(r#"{{"t":{time_s},"x":0,"y":0}}"#))
        .collect();
    check(
        &tag(&format!("[{}]", many.join(","))),
        &["key-frame-limit at /tags/1/key_frames"],
    );
    check_stays(&tag(&format!("[{}]", many[1..].join(","))), &[]);
}

#[test]
fn an_interpolation_has_a_known_name() {
    let tag = |name: &str| {
        format!(
            r#"{{"id":"t","product":"p","start":1,"end":2,"x":0,"y":0,"interpolation":{name}}}"#
        )
    };
    for bad in [r#""bezier""#, r#""Linear""#, r#""""#, "7", "{}"] {
        check(
            &tag(bad),
            &["interpolation-unknown at /tags/1/interpolation"],
        );
    }
    for good in [r#""linear""#, r#""catmull-rom""#, "null"] {
        check_stays(&tag(good), &[]);
    }
}

#[test]
fn a_label_is_plain_text_and_never_costs_the_tag() {
    let check = |label: &str, shown: Option<&str>, reported: bool| {
        let tag =
            format!(r#"{{"id":"t","product":"p","start":1,"end":2,"x":0,"y":0,"label":{label}}}"#);
        let expected: &[&str] = if reported {
            &["label-text at /tags/1/label"]
        } else {
            &[]
        };
        check_stays(&tag, expected);
        let (track, _) = json::read(&document(&tag)).unwrap();
        assert_eq!(track.tags[1].label.as_deref(), shown, "{label}");
    };
    check(r#""Lámpara <b>""#, Some("Lámpara <b>"), false);
    check("null", None, false);
    check(r#""a\u0000\nb""#, Some("ab"), true);
    check(r#""\u202eevil""#, Some("evil"), true);
    check(r#""  lamp ""#, Some("lamp"), true);
    check(r#"" \n ""#, None, true);
    check(r#""""#, None, true);
    check("7", None, true);
    let long = "é".repeat(201);
    check(&format!("{long:?}"), Some(&"é".repeat(200)), true);
}

#[test]
fn unknown_fields_are_ignored_and_reported() {
    let tag = r#"{"id":"t","product":"p","start":1,"end":2,"color":{"r":[1]},
        "__proto__":{"x":9},"constructor":null,"a/b~c":0,
        "key_frames":[{"t":1,"x":0,"y":0,"hiden":true}],"anchor":{"x":0,"y":0,"z":0}}"#;
    check_stays(
        tag,
        &[
            "config-unknown-field at /tags/1/color",
            "config-unknown-field at /tags/1/__proto__",
            "config-unknown-field at /tags/1/constructor",
            "config-unknown-field at /tags/1/a~1b~0c",
            "config-unknown-field at /tags/1/key_frames/0/hiden",
            "config-unknown-field at /tags/1/anchor/z",
        ],
    );
    let (track, defects) = json::read(r#"{"schema_version":1,"tags":[],"version":2}"#).unwrap();
    assert_eq!(defects[0].to_string(), "config-unknown-field at /version");
    assert_eq!((defects[0].tag_index, track.tags.len()), (None, 0));
}

#[test]
fn a_document_of_another_shape_or_version_gives_an_empty_track() {
    let check = |text: &str, expected: &str| {
        let (track, defects) = json::read(text).unwrap();
        assert_eq!(track.tags, [], "{text}");
        assert_eq!(defects[0].to_string(), expected, "{text}");
        assert_eq!(defects.len(), 1, "{text}");
    };
    for text in ["null", "7", "[]", r#""tags""#, "{}", r#"{"tags":[]}"#] {
        check(text, "schema-version at /schema_version");
    }
    for version in ["0", "2", "1.5", r#""1""#, "null"] {
        let text = format!(r#"{{"schema_version":{version},"tags":[]}}"#);
        check(&text, "schema-version at /schema_version");
    }
    for tags in ["null", "7", "{}", r#""[]""#] {
        let text = format!(r#"{{"schema_version":1,"tags":{tags}}}"#);
        check(&text, "document-shape at /tags");
    }
}

#[test]
fn tags_after_the_limit_are_reported_once() {
    let track = |count: usize| {
        let tags: Vec<String> = (0..count)
            .map(|n| format!(r#"{{"id":"{n}","product":"p","start":1,"end":2,"x":0,"y":0}}"#))
            .collect();
        format!(r#"{{"schema_version":1,"tags":[{}]}}"#, tags.join(","))
    };
    let check = |count: usize, limits: Limits, used: usize| {
        let (read, defects) = json::read_with(&track(count), &limits).unwrap();
        assert_eq!(read.tags.len(), used);
        let expected = if count > used {
            vec![format!("cue-limit at /tags/{used}")]
        } else {
            vec![]
        };
        let defects: Vec<_> = defects.iter().map(ToString::to_string).collect();
        assert_eq!(defects, expected);
    };
    check(TAGS_MAX, Limits::default(), TAGS_MAX);
    check(100_000, Limits::default(), TAGS_MAX);
    check(100_000, Limits::of_page(), 1_000);
    check(1_000, Limits::of_page(), 1_000);
    check(
        3,
        Limits {
            tags_max: 2,
            duration_s: None,
        },
        2,
    );
    check(
        TAGS_MAX + 1,
        Limits {
            tags_max: usize::MAX,
            duration_s: None,
        },
        TAGS_MAX,
    );
}

#[test]
fn what_is_kept_of_a_track_passes_again_without_a_word() {
    let text = r#"{"schema_version":1,"tags":[
        {"id":"a","product":"p","start":1,"end":2,"x":0,"y":0},
        {"id":"b","product":"p","start":2,"end":1,"x":0,"y":0},
        {"id":"a","product":"p","start":1,"end":2,"x":0,"y":0},
        7,
        {"id":"c","product":"p","start":30,"end":31,"x":0,"y":0},
        {"id":"d","product":"p","start":1,"end":2,"x":0,"y":0},
        {"id":"e","product":"p","start":1,"end":2,"x":0,"y":0}]}"#;
    let limits = Limits {
        tags_max: 6,
        duration_s: Some(20.0),
    };
    let mut raw: RawTrack = serde_json::from_str(text).unwrap();
    let defects = raw.keep_valid(&limits);
    let codes: Vec<_> = defects.iter().map(|defect| defect.code.as_str()).collect();
    let expected = [
        "cue-limit",
        "cue-range",
        "cue-duplicate",
        "tag-shape",
        "cue-range",
    ];
    assert_eq!(codes, expected);
    let (track, defects) = raw.validate();
    let ids: Vec<_> = track.tags.iter().map(|tag| tag.id.as_str()).collect();
    assert_eq!((ids, defects), (vec!["a", "d"], vec![]));
}

#[test]
fn a_document_of_defects_gives_a_bounded_report() {
    let tags = vec!["7"; 5_000].join(",");
    let (track, defects) =
        json::read(&format!(r#"{{"schema_version":1,"tags":[{tags}]}}"#)).unwrap();
    assert_eq!((track.tags.len(), defects.len()), (0, DEFECTS_MAX));
}

#[test]
fn a_defect_names_its_tag() {
    let text = document(r#"{"id":"t","product":"p","start":2,"end":1,"x":0,"y":0}"#);
    let (_, defects) = json::read(&text).unwrap();
    assert_eq!(defects[0].tag_index, Some(1));
    assert_eq!(defects[0].tag_id.as_deref(), Some("t"));
}

#[test]
fn what_is_not_json_is_refused_as_a_whole() {
    let deep = format!(
        r#"{{"schema_version":1,"x":{}{}}}"#,
        "[".repeat(128),
        "]".repeat(128)
    );
    let deeper = "[".repeat(10_000);
    let check = |text: &str, expected: &str| {
        let error = json::read(text).unwrap_err();
        assert_eq!(error.code(), "config-json");
        assert_eq!(error.to_string(), expected, "{text:.80}");
    };
    check("\u{FEFF}{}", "the text begins with a byte order mark");
    check(&deep, "brackets are nested more than 128 deep");
    check(&deeper, "brackets are nested more than 128 deep");
    check("", "not JSON at line 1, column 0");
    check(r#"{"tags":[],}"#, "not JSON at line 1, column 12");
    check("{/* a comment */}", "not JSON at line 1, column 2");
    check("{}\0", "not JSON at line 1, column 3");
    check(r#"{"schema_version":NaN}"#, "not JSON at line 1, column 19");
    check(
        r#"{"schema_version":01e400}"#,
        "not JSON at line 1, column 20",
    );
    // Brackets and numbers inside texts count for nothing.
    let text = format!(
        r#"{{"schema_version":1,"tags":[],"x":"\"{}1e999"}}"#,
        "[".repeat(500)
    );
    assert_eq!(
        json::read(&text).unwrap().1[0].code,
        DefectCode::UnknownField
    );
}

#[test]
fn codes_are_stable_and_the_reference_lists_each() {
    let readme = include_str!("../README.md");
    let table: Vec<&str> = readme
        .lines()
        .filter_map(|line| {
            line.strip_prefix("| `")?
                .split_once("` | ")?
                .1
                .split_once(" | ")
        })
        .filter(|(effect, _)| ["document", "tag", "value"].contains(effect))
        .map(|(effect, _)| effect)
        .collect();
    assert_eq!(table.len(), DefectCode::ALL.len(), "rows of the table");
    for (code, effect) in DefectCode::ALL.iter().zip(table) {
        let effect_of_code = match code.effect() {
            shoptag_tag_track::Effect::RefusesDocument => "document",
            shoptag_tag_track::Effect::DropsTag => "tag",
            shoptag_tag_track::Effect::Reported => "value",
        };
        assert_eq!(effect, effect_of_code, "{code}");
        assert!(
            readme.contains(&format!("\n| `{code}` | {effect} | ")),
            "{code}"
        );
    }
}
