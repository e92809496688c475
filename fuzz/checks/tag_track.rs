//! What holds for every text that should be a tag track.

use shoptag_tag_track::{TagTrack, Timeline, json, webvtt};

/// JSON: no input panics, and what was read is written and read again as itself.
pub(crate) fn tag_track_json(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok((track, _)) = json::read(text) {
        look(&track);
        let again = json::read(&json::write(&track));
        assert_eq!(again, Ok((track, Vec::new())));
    }
}

/// WebVTT: the same.
pub(crate) fn tag_track_webvtt(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok((track, _)) = webvtt::read(text) {
        look(&track);
        let written = webvtt::write(&track);
        let (again, defects) = webvtt::read(&written).expect("what we write can be read");
        assert!(defects.is_empty(), "{defects:?}");
        assert_eq!(again.tags.len(), track.tags.len());
        assert_eq!(webvtt::write(&again), written);
    }
}

/// Every place of every tag is within the picture, or at least a number.
fn look(track: &TagTrack) {
    let timeline = Timeline::new(track);
    let mut on_screen = Vec::new();
    for tag in &track.tags {
        assert!(tag.start_s <= tag.end_s);
        for at in [
            tag.start_s,
            f64::midpoint(tag.start_s, tag.end_s),
            tag.end_s,
        ] {
            if let Some(place) = tag.place_at(at) {
                assert!(place.x.is_finite() && place.y.is_finite());
            }
            timeline.on_screen(at, &mut on_screen);
            assert!(on_screen.iter().all(|index| *index < track.tags.len()));
        }
    }
}
