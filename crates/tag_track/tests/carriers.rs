//! The three carriers, as a reader of the reference expects them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use serde_json::{Value, json};
use shoptag_commerce::{Currency, Money, ProductId};
use shoptag_tag_track::jsonld::{ProductMeta, VideoMeta};
use shoptag_tag_track::{DefectCode, Field, Place, RawTrack, Shape, json, jsonld, webvtt};

/// The fenced blocks of `language` in the reference.
fn examples(language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    let blocks = include_str!("../README.md").split(fence.as_str()).skip(1);
    blocks
        .filter_map(|block| block.split("```").next())
        .collect()
}

#[test]
fn the_examples_of_the_reference_are_valid() {
    let (track, defects) = json::read(examples("json")[0]).unwrap();
    assert_eq!(defects, []);
    assert_eq!(track.tags.len(), 2);
    assert_eq!(
        track.tags[1].shape,
        Shape::Rectangle {
            width: 0.2,
            height: 0.35
        }
    );
    assert_eq!(track.tags[1].place_at(6.5), None, "the hidden gap");

    let (from_cues, defects) = webvtt::read(examples("vtt")[0]).unwrap();
    assert_eq!(defects, []);
    assert_eq!(from_cues.tags, track.tags[..1]);
}

#[test]
fn a_track_is_written_one_tag_a_line_and_always_alike() {
    let (track, _) = json::read(examples("json")[0]).unwrap();
    let written = concat!(
        r#"{"schema_version":1,"tags":["#,
        "\n",
        r#"{"id":"lamp","product":"lamp-01","variant":"lamp-01-sand","start":2,"end":9.5,"#,
        r#""x":0.42,"y":0.31},"#,
        "\n",
        r#"{"id":"jacket","product":"jacket-3","start":4,"end":12,"w":0.2,"h":0.35,"#,
        r#""key_frames":[{"t":4,"x":0.1,"y":0.6},"#,
        r#"{"t":6,"x":0.4,"y":0.55,"w":0.25,"h":0.4,"hidden":true},{"t":7.5,"x":0.7,"y":0.5}],"#,
        r#""interpolation":"catmull-rom","anchor":{"x":0.9,"y":0.9},"label":"The one I wear"}"#,
        "\n]}\n",
    );
    assert_eq!(json::write(&track), written);
    assert_eq!(json::write(&json::read(written).unwrap().0), written);
    assert_eq!(
        json::write(&Default::default()),
        "{\"schema_version\":1,\"tags\":[\n]}\n"
    );
}

#[test]
fn tags_come_out_in_order_of_start_then_id() {
    let tag = |id: &str, start: u32| {
        let position = 0.5;
        json!({"id": id, "product": "p", "start": start, "end": 9, "x": position, "y": position})
    };
    let document = json!({"schema_version": 1, "tags": [tag("b", 2), tag("c", 1), tag("a", 2)]});
    let raw: RawTrack = serde_json::from_value(document).unwrap();
    let ids: Vec<_> = raw
        .validate()
        .0
        .tags
        .iter()
        .map(|tag| tag.id.to_string())
        .collect();
    assert_eq!(ids, ["c", "a", "b"]);
}

#[test]
fn of_two_equal_names_the_last_counts() {
    let text = r#"{"schema_version":2,"schema_version":1,"tags":[
        {"id":"a","id":"b","product":"p","start":1,"end":2,"x":7,"x":0.5,"y":0.5}]}"#;
    let (track, defects) = json::read(text).unwrap();
    assert_eq!((track.tags[0].id.as_str(), defects.len()), ("b", 0));
}

#[test]
fn a_cue_is_a_tag_and_its_times_win() {
    let text = "WEBVTT\n\nNOTE shop\n\nlamp\n00:02.000 --> 00:09.500 align:start\n\
        {\"product\":\"lamp-01\",\"start\":100,\"end\":1,\n\"x\":0.42,\"y\":0.31}\n\n\
        00:10.000 --> 01:00:00.000\n{\"id\":\"rug\",\"product\":\"rug-07\",\"x\":0.5,\"y\":0.9}\n";
    let (track, defects) = webvtt::read(text).unwrap();
    assert_eq!(defects, []);
    let spans: Vec<_> = track
        .tags
        .iter()
        .map(|tag| (tag.id.as_str(), tag.start_s, tag.end_s))
        .collect();
    assert_eq!(spans, [("lamp", 2.0, 9.5), ("rug", 10.0, 3_600.0)]);
    let place = Place {
        x: 0.42,
        y: 0.31,
        width: 0.0,
        height: 0.0,
    };
    assert_eq!(track.tags[0].place_at(2.0), Some(place));
}

#[test]
fn a_bad_cue_is_reported_and_the_others_stay() {
    let good = "{\"product\":\"p\",\"x\":0,\"y\":0}";
    let text = format!(
        "WEBVTT\n\na\n00:01.000 --> 00:02.000\n{good}\n\nb\n00:01 --> 00:02.000\n{good}\n\n\
         c\n00:03.000 --> 00:01.000\n{good}\n\nd\n00:01.000 --> 00:02.000\nnot json\n\n\
         e\n00:01.000 --> 00:02.000\n[]\n\n00:01.000 --> 00:02.000\n{good}\n\n\
         g\n00:01.000 --> 00:02.000\n\nh\n00:01.000 --> 00:02.000\n{good}"
    );
    let (track, defects) = webvtt::read(&text).unwrap();
    let ids: Vec<_> = track.tags.iter().map(|tag| tag.id.as_str()).collect();
    assert_eq!(ids, ["a", "h"]);
    let defects: Vec<_> = defects.iter().map(ToString::to_string).collect();
    let expected = [
        "cue-range at /tags/1/start",
        "cue-range at /tags/1/end",
        "cue-range at /tags/2/end",
        "tag-shape at /tags/3",
        "tag-shape at /tags/4",
        "id-invalid at /tags/5/id",
        "tag-shape at /tags/6",
    ];
    assert_eq!(defects, expected);
}

#[test]
fn a_cue_file_may_name_its_version() {
    let check = |header: &str, tags: usize, code: Option<DefectCode>| {
        let text = format!(
            "{header}\n\na\n00:01.000 --> 00:02.000\n{{\"product\":\"p\",\"x\":0,\"y\":0}}\n"
        );
        let (track, defects) = webvtt::read(&text).unwrap();
        assert_eq!(track.tags.len(), tags, "{header}");
        assert_eq!(defects.first().map(|defect| defect.code), code, "{header}");
    };
    check("WEBVTT", 1, None);
    check("WEBVTT - my tags", 1, None);
    check(
        "\u{FEFF}WEBVTT Shoptag tag track, schema_version=1",
        1,
        None,
    );
    check(
        "WEBVTT schema_version=2",
        0,
        Some(DefectCode::SchemaVersion),
    );
    check(
        "WEBVTT schema_version=one",
        0,
        Some(DefectCode::SchemaVersion),
    );
    assert_eq!(webvtt::read("tags").unwrap_err().code(), "webvtt-signature");
}

#[test]
fn an_arrow_or_a_block_name_cannot_break_a_cue_file() {
    for id in [
        "a --> b",
        "NOTE",
        "STYLE",
        "REGION",
        "WEBVTT",
        "00:01.000 --> 00:02.000",
        " x ",
    ] {
        let tag = json!({"id": id, "product": "-->", "start": 1, "end": 2, "x": 0, "y": 0,
            "label": "this --> that"});
        let raw: RawTrack =
            serde_json::from_value(json!({"schema_version": 1, "tags": [tag]})).unwrap();
        let (track, defects) = raw.validate();
        assert_eq!(defects, []);
        let (again, defects) = webvtt::read(&webvtt::write(&track)).unwrap();
        assert_eq!((again, defects), (track, vec![]), "{id}");
    }
}

#[test]
fn a_cue_shorter_than_a_millisecond_stays_a_cue() {
    let tag = json!({"id": "a", "product": "p", "start": 1.0001, "end": 1.0002, "x": 0, "y": 0});
    let raw: RawTrack =
        serde_json::from_value(json!({"schema_version": 1, "tags": [tag]})).unwrap();
    let text = webvtt::write(&raw.validate().0);
    assert!(text.contains("00:00:01.000 --> 00:00:01.001"), "{text}");
    assert_eq!(webvtt::read(&text).unwrap().1, []);
}

#[test]
fn the_browsers_own_cues_make_tags() {
    let tag = json::read_tag(r#"{"product":"p","x":0,"y":0}"#).unwrap();
    let tags = vec![
        webvtt::tag_from_cue("a", 1.0, 2.0, tag.clone()),
        webvtt::tag_from_cue("", 1.0, 2.0, tag.clone()),
        webvtt::tag_from_cue("c", 1.0, f64::INFINITY, tag),
        webvtt::tag_from_cue("d", 1.0, 2.0, Field::Absent),
    ];
    let (track, defects) = RawTrack {
        tags: tags.into(),
        ..RawTrack::default()
    }
    .validate();
    assert_eq!(track.tags.len(), 1);
    let codes: Vec<_> = defects.iter().map(|defect| defect.code.as_str()).collect();
    assert_eq!(codes, ["id-invalid", "cue-range", "tag-shape"]);
}

fn product(id: &str, name: &str, price_minor: i64, currency: &str) -> ProductMeta {
    ProductMeta {
        id: ProductId::parse(id).unwrap(),
        name: name.to_owned(),
        brand: Some("Dune & Co".to_owned()),
        url: Some("https://shop.example/p".to_owned()),
        image_url: Some("javascript:alert(1)".to_owned()),
        price: Some(Money::new(price_minor, Currency::parse(currency).unwrap())),
        in_stock: false,
    }
}

#[test]
fn search_engines_get_clips_and_products() {
    let (track, _) = json::read(examples("json")[0]).unwrap();
    let video = VideoMeta {
        title: "</script><b>Morning".to_owned(),
        page_url: Some("https://mira.example/v?id=1#top".to_owned()),
        thumbnail_url: Some("/relative.jpg".to_owned()),
        duration_s: Some(36.5),
        ..VideoMeta::default()
    };
    let products = [
        product("lamp-01", "Dune lamp", 4_905, "EUR"),
        product("other", "Other", 1, "EUR"),
    ];
    let text = jsonld::write(&track, &video, &products);
    assert!(!text.contains(['<', '>', '&']), "{text}");
    let expected = json!({
        "@context": "https://schema.org",
        "@type": "VideoObject",
        "name": "</script><b>Morning",
        "url": "https://mira.example/v?id=1#top",
        "duration": "PT36.5S",
        "hasPart": [
            {"@type": "Clip", "name": "Dune lamp", "startOffset": 2, "endOffset": 9.5,
             "url": "https://mira.example/v?id=1&t=2#top", "mentions": {"@id": "#product-lamp-01"}},
            {"@type": "Clip", "name": "The one I wear", "startOffset": 4, "endOffset": 12,
             "url": "https://mira.example/v?id=1&t=4#top"},
        ],
        "mentions": [
            {"@type": "Product", "@id": "#product-lamp-01", "productID": "lamp-01",
             "name": "Dune lamp", "brand": {"@type": "Brand", "name": "Dune & Co"},
             "url": "https://shop.example/p",
             "offers": {"@type": "Offer", "price": "49.05", "priceCurrency": "EUR",
                        "availability": "https://schema.org/OutOfStock"}},
        ],
    });
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), expected);
}

#[test]
fn prices_for_search_engines_have_the_currencys_digits() {
    let check = |minor: i64, currency: &str, expected: &str| {
        let (track, _) = json::read(examples("json")[0]).unwrap();
        let products = [product("lamp-01", "Lamp", minor, currency)];
        let text = jsonld::write(&track, &VideoMeta::default(), &products);
        let document: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            document["mentions"][0]["offers"]["price"], expected,
            "{minor} {currency}"
        );
    };
    check(4_900, "EUR", "49.00");
    check(5, "EUR", "0.05");
    check(0, "EUR", "0.00");
    check(4_900, "JPY", "4900");
    check(4_900, "KWD", "4.900");
    check(i64::MIN, "EUR", "-92233720368547758.08");
}

#[test]
fn a_single_key_frame_that_says_more_than_a_position_stays_one() {
    let check = |key_frame: &str, still: bool| {
        let text = format!(
            r#"{{"schema_version":1,"tags":[{{"id":"a","product":"p","start":1,"end":2,
            "w":0.1,"h":0.1,"key_frames":[{key_frame}]}}]}}"#
        );
        let (track, defects) = json::read(&text).unwrap();
        assert_eq!(defects, []);
        let written = json::write(&track);
        assert_eq!(written.contains("key_frames"), !still, "{written}");
        assert_eq!(json::read(&written).unwrap().0, track);
    };
    check(r#"{"t":1,"x":0.5,"y":0.5}"#, true);
    check(r#"{"t":1.5,"x":0.5,"y":0.5}"#, false);
    check(r#"{"t":1,"x":0.5,"y":0.5,"w":0.2,"h":0.2}"#, false);
    check(r#"{"t":1,"x":0.5,"y":0.5,"hidden":true}"#, false);
}
