//! What a shopper looks at and puts into the bag.

use super::*;

#[test]
fn a_tap_opens_the_card_and_pauses_only_a_playing_video() {
    for (playing, expected) in [(true, true), (false, false)] {
        let mut bench = Bench::new();
        bench.send(Event::PlaybackChanged { playing });
        bench.tap("shirt", TapOrigin::Tag);
        assert_eq!(bench.session.page(), Some(Page::Card));
        assert_eq!(bench.effects.contains(&Effect::PauseVideo), expected);
        bench.send(Event::PlaybackChanged { playing: false });
        let effects = bench.send(Event::SheetClosed);
        assert_eq!(
            effects.contains(&Effect::ResumeVideo),
            expected,
            "resumes only what it paused"
        );
    }
}

#[test]
fn what_the_page_says_about_pausing_holds_from_the_next_card_on() {
    let mut bench = Bench::new();
    bench.send(Event::PlaybackChanged { playing: true });
    bench.send(Event::PauseOnCardChanged(false));
    bench.tap("shirt", TapOrigin::Tag);
    assert!(!bench.effects.contains(&Effect::PauseVideo));
    bench.send(Event::SheetClosed);
    bench.send(Event::PauseOnCardChanged(true));
    let effects = bench.send(Event::BagOpened);
    assert!(effects.contains(&Effect::PauseVideo));
    // What was paused goes on, whatever the page has said since.
    bench.send(Event::PauseOnCardChanged(false));
    let effects = bench.send(Event::SheetClosed);
    assert!(effects.contains(&Effect::ResumeVideo));
}

#[test]
fn a_thumbnail_shows_the_variant_that_is_tagged() {
    let document = document();
    let mut product = document.products[0].clone();
    let mut variant = product.variants[0].clone();
    let image = |url: &str| shoptag_protocol::Image {
        url: url.to_owned(),
        ..product.images[0].clone()
    };
    product.images = vec![image("first"), image("second")];
    for (index, expected) in [(None, "first"), (Some(1), "second"), (Some(9), "first")] {
        variant.image = index;
        let shown = picture(&product, Some(&variant)).unwrap();
        assert_eq!(shown.url, expected, "{index:?}");
    }
    assert_eq!(picture(&product, None).unwrap().url, "first");
}

#[test]
fn the_page_hears_what_fills_the_screen() {
    let mut bench = Bench::new();
    for (mode, name) in [
        (FullscreenMode::Wrapper, "wrapper"),
        (FullscreenMode::BareVideo, "bare-video"),
        (FullscreenMode::Pseudo, "pseudo"),
        (FullscreenMode::None, "none"),
    ] {
        let effects = bench.send(Event::FullscreenChanged(mode));
        let told = Effect::Announce(Announcement::FullscreenChange { mode });
        assert_eq!((effects, mode.name()), (vec![told], name));
    }
}

#[test]
fn the_page_hears_that_what_it_adds_cannot_be_bought() {
    let mut bench = Bench::new();
    for (variant, known) in [("shirt-sand-s", true), ("nothing-like-it", false)] {
        let effects = bench.send(Event::AddedByPage {
            variant: VariantId::parse(variant).unwrap(),
            quantity: 1,
        });
        let refused = Effect::Announce(Announcement::Error {
            code: "variant-unavailable".to_owned(),
        });
        assert_eq!(effects.contains(&refused), !known, "{variant}");
    }
}

#[test]
fn a_video_the_shopper_started_again_is_not_resumed() {
    let mut bench = Bench::new();
    bench.send(Event::PlaybackChanged { playing: true });
    bench.tap("shirt", TapOrigin::Tag);
    bench.send(Event::PlaybackChanged { playing: false });
    bench.send(Event::PlaybackChanged { playing: true });
    bench.send(Event::PlaybackChanged { playing: false });
    assert_eq!(bench.send(Event::SheetClosed), []);
}

#[test]
fn a_tag_without_product_opens_nothing() {
    let mut bench = Bench::new();
    bench.tap("ghost", TapOrigin::Tag);
    bench.tap("no such tag", TapOrigin::List);
    assert_eq!(bench.session.page(), None);
}

#[test]
fn back_leads_from_the_card_to_the_list_it_was_opened_from() {
    let mut bench = Bench::new();
    bench.send(Event::ListOpened(ListKind::Moment));
    bench.send(Event::ListOpened(ListKind::Video));
    bench.tap("lamp", TapOrigin::List);
    bench.send(Event::BagOpened);
    for expected in [Some(Page::Card), Some(Page::List(ListKind::Video)), None] {
        bench.send(Event::BackPressed);
        assert_eq!(bench.session.page(), expected);
    }
}

#[test]
fn lists_name_each_product_once() {
    let mut bench = Bench::new();
    let tags = ["shirt", "ghost", "shirt-again"].map(|tag| TagId::parse(tag).unwrap());
    bench.send(Event::TagsOnScreen(tags.to_vec()));
    assert_eq!(bench.session.in_this_moment().len(), 1);
    assert_eq!(bench.session.shelf().unwrap().all().len(), 3);
}

#[test]
fn what_is_sold_out_does_not_go_into_the_bag() {
    let mut bench = Bench::new();
    bench.put_into_bag("rug");
    assert_eq!(bench.session.bag().count(), 0);
    let entropy = bench.entropy();
    bench.send(Event::BuyNowPressed(entropy));
    assert!(bench.session.checkout().is_none());
}

#[test]
fn the_bag_is_not_written_before_storage_was_read() {
    let mut session = Session::new(setup());
    let now = Timestamp::from_ms(5);
    let _ = session.handle(Event::DocumentLoaded(document()), now);
    let tag = TagId::parse("lamp").unwrap();
    let _ = session.handle(
        Event::TagTapped {
            tag,
            origin: TapOrigin::Tag,
        },
        now,
    );
    let effects = session.handle(Event::AddToBagPressed, now);
    assert!(
        !effects
            .iter()
            .any(|effect| matches!(effect, Effect::SaveBag(_)))
    );
    let mut other = Bag::default();
    other.hold_to(fixtures::eur());
    other.add(line("shirt-sand-s", 2, 2_500), 10);
    let stored = Stored {
        bag: other.saved(),
        submissions: vec![],
        touchpoints: None,
        unreadable: 0,
        durable: true,
    };
    let effects = session.handle(Event::StorageLoaded(stored), now);
    let saved = effects.iter().find_map(|effect| match effect {
        Effect::SaveBag(bag) => Some(bag.lines.len()),
        _ => None,
    });
    assert_eq!(saved, Some(2), "both the stored line and the early one");
}
