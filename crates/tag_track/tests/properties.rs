//! What holds for every track and every input.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use proptest::prelude::*;
use shoptag_commerce::{ProductId, TagId, VariantId};
use shoptag_tag_track::{
    Anchor, Field, Interpolation, KeyFrame, Place, RawAnchor, RawKeyFrame, RawTag, RawTrack, Shape,
    Tag, TagTrack, Timeline, json, webvtt,
};

/// Seconds; half of them whole milliseconds, as WebVTT has them.
fn time_s() -> impl Strategy<Value = f64> {
    prop_oneof![whole_ms(), 0.0..10_000.0_f64]
}

fn whole_ms() -> impl Strategy<Value = f64> {
    (0..10_000_000_u32).prop_map(|ms| f64::from(ms) / 1_000.0)
}

fn part() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.0), Just(1.0), 0.0..=1.0_f64]
}

fn id() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z]{1,3}", "[^\\p{Cc}]{1,20}"]
}

fn key_frames() -> impl Strategy<Value = Vec<KeyFrame>> {
    let size = proptest::option::of((part(), part()));
    let key = (
        time_s(),
        part(),
        part(),
        size,
        proptest::bool::weighted(0.2),
    );
    proptest::collection::vec(key, 1..8).prop_map(|mut keys| {
        keys.sort_by(|a, b| a.0.total_cmp(&b.0));
        keys.dedup_by(|a, b| a.0 == b.0);
        keys.into_iter()
            .map(|(time_s, x, y, size, hidden)| KeyFrame {
                time_s,
                x,
                y,
                size,
                hidden,
            })
            .collect()
    })
}

prop_compose! {
    fn tag(time: fn() -> BoxedStrategy<f64>)(
        id in id(),
        product in id(),
        variant in proptest::option::of(id()),
        span in (time(), time()),
        size in proptest::option::of((part(), part())),
        mut key_frames in key_frames(),
        still in proptest::bool::ANY,
        smooth in proptest::bool::ANY,
        anchor in proptest::option::of((part(), part())),
        label in proptest::option::of("[a-z<>é-]{1,12}"),
    ) -> Tag {
        let (start_s, end_s) = (span.0.min(span.1), span.0.max(span.1));
        if still {
            let key = KeyFrame { time_s: start_s, size: None, hidden: false, ..key_frames[0] };
            key_frames = vec![key];
        }
        if size.is_none() {
            key_frames.iter_mut().for_each(|key| key.size = None);
        }
        Tag {
            id: TagId::parse(id).unwrap(),
            product: ProductId::parse(product).unwrap(),
            variant: variant.map(|id| VariantId::parse(id).unwrap()),
            start_s,
            end_s: if end_s > start_s { end_s } else { start_s + 1.0 },
            shape: size.map_or(Shape::Point, |(width, height)| Shape::Rectangle { width, height }),
            key_frames,
            interpolation: if smooth { Interpolation::CatmullRom } else { Interpolation::Linear },
            anchor: anchor.map(|(x, y)| Anchor { x, y }),
            label,
        }
    }
}

fn track(time: fn() -> BoxedStrategy<f64>, tags_max: usize) -> impl Strategy<Value = TagTrack> {
    proptest::collection::vec(tag(time), 0..tags_max).prop_map(|mut tags| {
        tags.sort_by(|a, b| a.id.cmp(&b.id));
        tags.dedup_by(|a, b| a.id == b.id);
        TagTrack::new(tags)
    })
}

/// Any number at all, the usual suspects among them.
fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        proptest::num::f64::ANY,
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(f64::MIN_POSITIVE),
        Just(5e-324),
        Just(-0.0),
        Just(1.0),
        part(),
        time_s(),
    ]
}

fn field<T: std::fmt::Debug + Clone + 'static>(
    value: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = Field<T>> {
    // Boxed: unboxed strategies of this depth do not fit a test's stack.
    let value = value.boxed();
    prop_oneof![
        1 => Just(Field::Absent),
        1 => Just(Field::Malformed),
        8 => value.prop_map(Field::Known),
    ]
}

prop_compose! {
    fn raw_key_frame()(
        t in field(any_number()), x in field(any_number()), y in field(any_number()),
        w in field(any_number()), h in field(any_number()), hidden in field(any::<bool>()),
    ) -> RawKeyFrame {
        RawKeyFrame { t, x, y, w, h, hidden, unknown_fields: Vec::new() }
    }
}

prop_compose! {
    fn raw_tag()(
        texts in (field(any::<String>()), field(any::<String>()), field(any::<String>()),
            field(any::<String>()), field(any::<String>())),
        numbers in (field(any_number()), field(any_number()), field(any_number()),
            field(any_number()), field(any_number()), field(any_number())),
        key_frames in field(proptest::collection::vec(field(raw_key_frame()), 0..5)),
        anchor in field((field(any_number()), field(any_number()))),
        unknown_fields in proptest::collection::vec(any::<String>(), 0..2),
    ) -> RawTag {
        let (id, product, variant, interpolation, label) = texts;
        let (start, end, x, y, w, h) = numbers;
        let anchor = match anchor {
            Field::Known((x, y)) => RawAnchor { x, y, unknown_fields: Vec::new() }.into(),
            Field::Absent => Field::Absent,
            Field::Malformed => Field::Malformed,
        };
        RawTag {
            id, product, variant, start, end, x, y, w, h, key_frames, interpolation, anchor, label,
            unknown_fields,
        }
    }
}

prop_compose! {
    fn raw_track()(
        schema_version in prop_oneof![Just(Field::Known(1.0)), field(any_number())],
        tags in field(proptest::collection::vec(field(raw_tag()), 0..4)),
    ) -> RawTrack {
        RawTrack { schema_version, tags, unknown_fields: Vec::new() }
    }
}

/// What a checked track promises.
fn assert_valid(track: &TagTrack) {
    for tag in &track.tags {
        assert!(tag.start_s >= 0.0 && tag.start_s < tag.end_s && tag.end_s <= 1e10);
        assert!(!tag.key_frames.is_empty());
        assert!(
            tag.key_frames
                .windows(2)
                .all(|pair| pair[0].time_s < pair[1].time_s)
        );
        for key in &tag.key_frames {
            assert!((0.0..=1.0).contains(&key.x) && (0.0..=1.0).contains(&key.y));
        }
    }
    assert!(
        track
            .tags
            .windows(2)
            .all(|pair| pair[0].start_s <= pair[1].start_s)
    );
}

/// Uses everything that a checked track offers.
fn exercise(track: &TagTrack) {
    assert_valid(track);
    let timeline = Timeline::new(track);
    let mut found = Vec::new();
    for tag in &track.tags {
        for time_s in [
            tag.start_s,
            f64::midpoint(tag.start_s, tag.end_s),
            tag.end_s,
            f64::NAN,
        ] {
            timeline.on_screen(time_s, &mut found);
            if let Some(place) = tag.place_at(time_s) {
                assert_in_picture(place);
            }
        }
        for key in tag.motion(0.001) {
            assert!((0.0..=1.0).contains(&key.offset));
            assert_in_picture(key.place);
        }
    }
    assert_eq!(
        json::read(&json::write(track)).unwrap(),
        (track.clone(), vec![])
    );
    webvtt::read(&webvtt::write(track)).unwrap();
}

fn assert_in_picture(place: Place) {
    for part in [place.x, place.y, place.width, place.height] {
        assert!((0.0..=1.0).contains(&part), "{place:?}");
    }
}

/// Texts that are nearly right are the ones that break readers.
fn nearly_json() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("{".to_owned()),
        Just("}".to_owned()),
        Just("[".to_owned()),
        Just("]".to_owned()),
        Just(",".to_owned()),
        Just(":".to_owned()),
        Just("1e309".to_owned()),
        Just("-1".to_owned()),
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("\"".to_owned()),
        Just("\\".to_owned()),
        Just("\"schema_version\":1".to_owned()),
        Just("\"tags\":[{\"id\":\"a\",\"start\":1".to_owned()),
        Just("\"key_frames\":[{\"t\":0".to_owned()),
        any::<String>(),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn nearly_webvtt() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\n".to_owned()),
        Just("\r".to_owned()),
        Just("-->".to_owned()),
        Just("00:01.000 --> 00:02.000".to_owned()),
        Just("NOTE".to_owned()),
        Just("STYLE".to_owned()),
        Just("\0".to_owned()),
        "[0-9:.]{0,20}",
        Just("{\"product\":\"p\",\"x\":0,\"y\":0}".to_owned()),
        any::<String>(),
    ];
    proptest::collection::vec(piece, 0..40)
        .prop_map(|pieces| "WEBVTT".to_owned() + &pieces.concat())
}

fn still_tag((index, (start_s, length_s)): (u32, (u32, u32))) -> Tag {
    let start_s = f64::from(start_s);
    Tag {
        id: TagId::parse(index.to_string()).unwrap(),
        product: ProductId::parse("p").unwrap(),
        variant: None,
        start_s,
        end_s: start_s + f64::from(length_s),
        shape: Shape::Point,
        key_frames: vec![KeyFrame {
            time_s: start_s,
            x: 0.5,
            y: 0.5,
            size: None,
            hidden: false,
        }],
        interpolation: Interpolation::Linear,
        anchor: None,
        label: None,
    }
}

proptest! {
    #[test]
    fn a_track_comes_back_from_json_exactly(track in track(|| time_s().boxed(), 6)) {
        let (again, defects) = json::read(&json::write(&track)).unwrap();
        prop_assert_eq!(defects, vec![]);
        prop_assert_eq!(again, track);
    }

    #[test]
    fn a_track_of_whole_milliseconds_comes_back_from_webvtt_exactly(
        track in track(|| whole_ms().boxed(), 6),
    ) {
        let (again, defects) = webvtt::read(&webvtt::write(&track)).unwrap();
        prop_assert_eq!(defects, vec![]);
        prop_assert_eq!(again, track);
    }

    #[test]
    fn any_track_comes_back_from_webvtt_within_a_millisecond(
        track in track(|| time_s().boxed(), 6),
    ) {
        let (again, defects) = webvtt::read(&webvtt::write(&track)).unwrap();
        prop_assert_eq!(defects, vec![]);
        prop_assert_eq!(again.tags.len(), track.tags.len());
        for tag in &track.tags {
            let again = again.tags.iter().find(|again| again.id == tag.id).unwrap();
            prop_assert!((again.start_s - tag.start_s).abs() <= 0.000_501);
            prop_assert!((again.end_s - tag.end_s).abs() <= 0.001_001);
            prop_assert_eq!(again.key_frames.len(), tag.key_frames.len());
        }
    }

    #[test]
    fn linear_interpolation_stays_between_its_neighbours(
        tag in tag(|| time_s().boxed()),
        progress in 0.0..1.0_f64,
    ) {
        let tag = Tag { interpolation: Interpolation::Linear, start_s: 0.0, end_s: 1e10, ..tag };
        for pair in tag.key_frames.windows(2) {
            let time_s = pair[0].time_s + progress * (pair[1].time_s - pair[0].time_s);
            let Some(place) = tag.place_at(time_s.min(pair[1].time_s)) else {
                prop_assert!(pair[0].hidden || pair[1].hidden);
                continue;
            };
            let at = |key: &KeyFrame| tag.place_at(key.time_s);
            let ends = [at(&pair[0]), at(&pair[1])];
            let [Some(a), Some(b)] = ends else { continue };
            for (value, a, b) in [
                (place.x, a.x, b.x), (place.y, a.y, b.y),
                (place.width, a.width, b.width), (place.height, a.height, b.height),
            ] {
                prop_assert!((a.min(b)..=a.max(b)).contains(&value), "{} {} {}", a, value, b);
            }
        }
    }

    #[test]
    fn every_interpolation_meets_its_key_frames(tag in tag(|| time_s().boxed())) {
        for key in tag.key_frames.iter().filter(|key| !key.hidden) {
            if (tag.start_s..tag.end_s).contains(&key.time_s) {
                let place = tag.place_at(key.time_s).unwrap();
                prop_assert!((place.x - key.x).abs() < 1e-9, "{place:?} {key:?}");
                prop_assert!((place.y - key.y).abs() < 1e-9, "{place:?} {key:?}");
            }
        }
    }

    #[test]
    fn the_straight_pieces_of_a_way_keep_their_error(
        tag in tag(|| time_s().boxed()),
        gaps_s in proptest::collection::vec(0.2..3.0_f64, 8),
        first_s in -3.0..3.0_f64,
        length_s in 0.5..20.0_f64,
        max_error in 0.001..0.01_f64,
        progress in proptest::collection::vec(0.0..1.0_f64, 20),
    ) {
        let mut tag = Tag { start_s: 10.0, end_s: 10.0 + length_s, ..tag };
        let mut time_s = tag.start_s + first_s;
        for (key, gap_s) in tag.key_frames.iter_mut().zip(gaps_s) {
            key.time_s = time_s;
            time_s += gap_s;
        }
        let keys = tag.motion(max_error);
        prop_assert_eq!(keys.first().unwrap().offset, 0.0);
        prop_assert_eq!(keys.last().unwrap().offset, 1.0);
        prop_assert!(keys.windows(2).all(|pair| pair[0].offset < pair[1].offset));
        for progress in progress {
            let after = keys.partition_point(|key| key.offset <= progress);
            let (a, b) = (keys[after - 1], keys[after]);
            // Within rounding of a key frame the two may disagree about which side it is on.
            if progress - a.offset < 1e-9 || b.offset - progress < 1e-9 {
                continue;
            }
            let place = tag.place_at(tag.start_s + progress * length_s);
            prop_assert_eq!(place.is_none(), a.hidden);
            let Some(place) = place else { continue };
            let part = (progress - a.offset) / (b.offset - a.offset);
            for (value, a, b) in [
                (place.x, a.place.x, b.place.x),
                (place.y, a.place.y, b.place.y),
                (place.width, a.place.width, b.place.width),
                (place.height, a.place.height, b.place.height),
            ] {
                let straight = a + (b - a) * part;
                prop_assert!((straight - value).abs() <= max_error + 1e-9, "{straight} {value}");
            }
        }
    }

    #[test]
    fn the_timeline_finds_what_a_scan_finds(
        spans in proptest::collection::vec((0..60_u32, 1..30_u32), 0..80),
        time_s in prop_oneof![(0..61_u32).prop_map(f64::from), -1.0..61.0_f64],
    ) {
        let track = TagTrack::new((0..).zip(spans).map(still_tag).collect());
        let mut found = vec![99];
        let timeline = Timeline::new(&track);
        timeline.on_screen(time_s, &mut found);
        found.sort_unstable();
        let scan = |time_s: f64| -> Vec<usize> {
            let on_screen = |tag: &Tag| tag.start_s <= time_s && time_s < tag.end_s;
            (0..track.tags.len()).filter(|index| on_screen(&track.tags[*index])).collect()
        };
        prop_assert_eq!(&found, &scan(time_s));
        // Until the next change nothing changes.
        let next = timeline.next_change(time_s);
        let moments = track.tags.iter().flat_map(|tag| [tag.start_s, tag.end_s]);
        let expected = moments.filter(|moment| *moment > time_s).min_by(f64::total_cmp);
        prop_assert_eq!(next, expected);
        if let Some(next) = next {
            prop_assert_eq!(scan(f64::midpoint(time_s, next)), found);
        }
    }

    #[test]
    fn no_raw_track_panics(raw in raw_track(), duration_s in proptest::option::of(any_number())) {
        exercise(&raw.validate().0);
        exercise(&raw.validate_within(duration_s).0);
        let again: RawTrack = serde_json::from_str(&serde_json::to_string(&raw).unwrap()).unwrap();
        prop_assert_eq!(again.validate().0, raw.validate().0);
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let text = String::from_utf8_lossy(&bytes);
        let _ = json::read(&text);
        let _ = webvtt::read(&text);
        let _ = webvtt::read(&format!("WEBVTT\n{text}"));
    }

    #[test]
    fn no_text_that_is_nearly_right_panics(json in nearly_json(), webvtt in nearly_webvtt()) {
        if let Ok((track, _)) = json::read(&json) {
            exercise(&track);
        }
        exercise(&webvtt::read(&webvtt).map(|(track, _)| track).unwrap_or_default());
    }

    #[test]
    fn whatever_is_json_is_read(value in any_json()) {
        let text = value.to_string();
        prop_assert!(json::read(&text).is_ok());
        let tag = format!("{{\"schema_version\":1,\"tags\":[{text},{text}]}}");
        exercise(&json::read(&tag).unwrap().0);
    }
}

fn any_json() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::Value;
    let name = prop_oneof![
        Just("schema_version"),
        Just("tags"),
        Just("id"),
        Just("product"),
        Just("start"),
        Just("end"),
        Just("x"),
        Just("y"),
        Just("w"),
        Just("key_frames"),
        Just("t"),
        Just("hidden"),
        Just("anchor"),
        Just("label"),
        Just("other"),
    ]
    .prop_map(str::to_owned);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0..3_i32).prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-z]{0,3}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 8, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::vec((name.clone(), inner), 0..8)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}
