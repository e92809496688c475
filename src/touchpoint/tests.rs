//! The way from tag to receipt, with a backend that answers well, late, badly or not at all.

use std::rc::Rc;

use shoptag_attribution::journal::Consent;
use shoptag_commerce::{TagId, Timestamp, TouchId, VideoId};
use shoptag_protocol::{
    BagReceipt, ClickReceipt, ClickRequest, Problem, TagToken, TouchpointBatch, TouchpointKind,
    ViewSession, code,
};

use super::*;
use crate::effect::Effect;
use crate::event::{Failure, Timer};

const MINUTE_MS: i64 = 60_000;

/// Parses an id.
macro_rules! id {
    ($text:expr) => {
        TryFrom::try_from(String::from($text)).unwrap()
    };
}

/// What `event` asks for.
fn asked(event: impl FnOnce(&mut Vec<Effect>)) -> Vec<Effect> {
    let mut effects = Vec::new();
    event(&mut effects);
    effects
}

/// Touchpoints with what they asked for.
struct Bench {
    touchpoints: Touchpoints,
    now_ms: i64,
    effects: Vec<Effect>,
}

impl Bench {
    fn new(consent: Consent) -> Self {
        let mut bench = Self {
            touchpoints: Touchpoints::new(id!("pk_demo"), id!("morning"), 1 << 100, consent),
            now_ms: 1_000_000,
            effects: Vec::new(),
        };
        let now = bench.now();
        bench.touchpoints.start(now);
        bench.poll();
        bench
    }

    /// A view session with tokens for `lamp` and `rug` has been answered.
    fn watching(consent: Consent) -> Self {
        let mut bench = Self::new(consent);
        bench.answer_session("1");
        bench
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_ms(self.now_ms)
    }

    fn poll(&mut self) -> Vec<Effect> {
        let effects = asked(|effects| self.touchpoints.poll(true, self.now(), effects));
        self.effects.extend(effects.iter().cloned());
        effects
    }

    /// Time passes as far as it was asked for, at most `ms`.
    fn wait(&mut self, ms: i64) {
        let end = self.now_ms + ms;
        loop {
            let woken = self.poll().into_iter().find_map(|effect| match effect {
                Effect::WakeAt {
                    timer: Timer::Touchpoints,
                    at,
                } => Some(at.ms()),
                _ => None,
            });
            match woken.filter(|at| *at <= end) {
                Some(at) => self.now_ms = at,
                None => break,
            }
        }
        self.now_ms = end;
        self.poll();
    }

    fn answer_session(&mut self, generation: &str) {
        let token = |tag: &str| TagToken {
            tag: id!(tag),
            token: [tag, "-token-", generation].concat(),
        };
        let session = ViewSession {
            view_session_id: "view-1".to_owned(),
            tokens: vec![token("lamp"), token("rug")],
            issued_at: Timestamp::from_ms(50),
            expires_at: Timestamp::from_ms(50 + 15 * MINUTE_MS),
        };
        self.touchpoints.view_session(Ok(&session), self.now());
        self.poll();
    }

    fn tap(&mut self, tag: &str) {
        let effects = asked(|effects| self.touchpoints.tapped(&touched(tag), self.now(), effects));
        self.effects.extend(effects);
        self.poll();
    }

    fn clicks(&self) -> Vec<ClickRequest> {
        let clicks = self.effects.iter().filter_map(|effect| match effect {
            Effect::PostClick(request) => Some(request.clone()),
            _ => None,
        });
        clicks.collect()
    }

    fn answer_click(&mut self, answer: Result<&str, Failure>) -> Option<TagId> {
        let touch: TouchId = id!(self.clicks().pop().unwrap().touchpoint_id);
        let answer = answer.map(|receipt| ClickReceipt {
            receipt: receipt.to_owned(),
            clicked_at: self.now(),
            valid_until: self.now().plus_ms(7 * 1_440 * MINUTE_MS),
        });
        let tag = self.touchpoints.click(&touch, answer.as_ref(), self.now());
        self.poll();
        tag
    }

    fn batches(&self) -> Vec<(Vec<TouchId>, TouchpointBatch)> {
        let batches = self.effects.iter().filter_map(|effect| match effect {
            Effect::SendTouchpoints { ids, batch, .. } => Some((ids.clone(), batch.clone())),
            _ => None,
        });
        batches.collect()
    }

    fn sessions_asked(&self) -> Vec<Option<String>> {
        let asked = self.effects.iter().filter_map(|effect| match effect {
            Effect::AskViewSession(request) => Some(request.view_session_id.clone()),
            _ => None,
        });
        asked.collect()
    }
}

fn touched(tag: &str) -> TouchedTag {
    TouchedTag {
        tag: id!(tag),
        product: id!("product"),
        brand: id!("halden"),
    }
}

fn refusal(status: u16, code: &str) -> Failure {
    Failure::Refused {
        problem: Rc::new(Problem {
            status,
            code: code.to_owned(),
            ..Problem::default()
        }),
        retry_after_ms: None,
    }
}

#[test]
fn tokens_are_renewed_before_they_end_and_only_while_somebody_watches() {
    let mut bench = Bench::watching(Consent::Denied);
    bench.wait(13 * MINUTE_MS);
    assert_eq!(bench.sessions_asked(), [None]);
    bench.wait(MINUTE_MS + 1);
    assert_eq!(bench.sessions_asked(), [None, Some("view-1".to_owned())]);

    let mut idle = Bench::watching(Consent::Denied).touchpoints;
    let later = Timestamp::from_ms(1_000_000 + 60 * MINUTE_MS);
    assert_eq!(asked(|effects| idle.poll(false, later, effects)), []);
    assert!(matches!(
        asked(|effects| idle.poll(true, later, effects))[..],
        [Effect::AskViewSession(_)]
    ));
}

#[test]
fn a_session_that_cannot_be_had_now_is_asked_for_again_and_a_refused_one_is_not() {
    for (failure, asked) in [
        (Failure::Unreachable, 3),
        (Failure::Unreadable { status: 502 }, 3),
        (refusal(503, code::UNAVAILABLE), 3),
        (refusal(404, code::NOT_FOUND), 1),
        (refusal(403, code::ORIGIN), 1),
    ] {
        let mut bench = Bench::new(Consent::Denied);
        for _ in 0..2 {
            let now = bench.now();
            bench.touchpoints.view_session(Err(&failure), now);
            bench.wait(5_500);
        }
        assert_eq!(bench.sessions_asked().len(), asked, "{failure:?}");
    }
}

#[test]
fn a_tap_is_exchanged_for_a_receipt() {
    let mut bench = Bench::watching(Consent::Denied);
    bench.tap("lamp");
    let clicks = bench.clicks();
    assert_eq!(clicks.len(), 1);
    assert_eq!(
        (clicks[0].token.as_str(), clicks[0].sequence),
        ("lamp-token-1", 0)
    );
    assert_eq!(&clicks[0].touchpoint_id[14..15], "7", "a UUID of version 7");
    assert_eq!(bench.answer_click(Ok("receipt-1")), Some(id!("lamp")));
    assert_eq!(
        bench.touchpoints.receipt_of(&id!("lamp")),
        Some("receipt-1")
    );
    assert_eq!(bench.touchpoints.receipt_of(&id!("rug")), None);
    bench.wait(60 * MINUTE_MS);
    assert_eq!(bench.clicks().len(), 1, "once is enough");
}

#[test]
fn a_tap_before_the_session_waits_for_it_and_keeps_its_place() {
    let mut bench = Bench::new(Consent::Denied);
    bench.tap("rug");
    bench.tap("lamp");
    assert_eq!(bench.clicks(), []);
    bench.answer_session("1");
    let clicks = bench.clicks();
    let sent: Vec<_> = clicks
        .iter()
        .map(|click| (click.token.as_str(), click.sequence))
        .collect();
    assert_eq!(sent, [("rug-token-1", 0), ("lamp-token-1", 2)]);
    assert_ne!(clicks[0].touchpoint_id, clicks[1].touchpoint_id);
}

#[test]
fn a_tag_that_the_backend_does_not_know_is_not_exchanged() {
    for early in [true, false] {
        let mut bench = Bench::new(Consent::Granted);
        if early {
            bench.tap("ghost");
        }
        bench.answer_session("1");
        if !early {
            bench.tap("ghost");
        }
        bench.wait(MINUTE_MS);
        assert_eq!(bench.clicks(), []);
        assert_eq!(bench.batches(), []);
    }
}

#[test]
fn an_ended_token_is_renewed_and_the_same_tap_is_sent_again() {
    for ended in [
        code::TOKEN_EXPIRED,
        code::TOKEN_SESSION,
        code::TOKEN_INVALID,
    ] {
        let mut bench = Bench::watching(Consent::Denied);
        bench.tap("lamp");
        assert_eq!(bench.answer_click(Err(refusal(422, ended))), None);
        assert_eq!(bench.sessions_asked().len(), 2, "{ended}");
        bench.answer_session("2");
        bench.wait(5_000);
        let clicks = bench.clicks();
        assert_eq!(clicks.len(), 2);
        assert_eq!(clicks[0].touchpoint_id, clicks[1].touchpoint_id);
        assert_eq!(clicks[1].token, "lamp-token-2");
        assert_eq!(bench.answer_click(Ok("receipt")), Some(id!("lamp")));
    }
}

#[test]
fn a_click_is_tried_again_while_that_can_help_and_not_for_ever() {
    for (failure, tries) in [
        (Failure::Unreachable, 12),
        (refusal(503, code::UNAVAILABLE), 12),
        (refusal(422, code::TOUCHPOINT_CONFLICT), 1),
        (refusal(400, code::ID_FORMAT), 1),
    ] {
        let mut bench = Bench::watching(Consent::Denied);
        bench.tap("lamp");
        for expected in 1..=tries {
            assert_eq!(bench.clicks().len(), expected, "{failure:?}");
            bench.answer_click(Err(failure.clone()));
            bench.wait(MINUTE_MS + 2_000);
            if bench.sessions_asked().len() > 1 {
                bench
                    .effects
                    .retain(|effect| !matches!(effect, Effect::AskViewSession(_)));
                bench.answer_session("1");
            }
        }
        bench.wait(60 * MINUTE_MS);
        assert_eq!(bench.clicks().len(), tries, "{failure:?}");
    }
}

#[test]
fn the_network_that_is_back_is_used_at_once() {
    let mut bench = Bench::watching(Consent::Denied);
    bench.tap("lamp");
    bench.answer_click(Err(Failure::Unreachable));
    bench.poll();
    assert_eq!(bench.clicks().len(), 1);
    let now = bench.now();
    bench.touchpoints.hurry(now);
    bench.poll();
    assert_eq!(bench.clicks().len(), 2);
}

#[test]
fn a_bag_line_is_bound_when_its_click_has_a_receipt() {
    let mut bench = Bench::watching(Consent::Denied);
    bench.tap("lamp");
    let now = bench.now();
    let variant = id!("lamp-black");
    let effects = asked(|to| {
        bench
            .touchpoints
            .bagged(&touched("lamp"), &variant, true, now, to)
    });
    assert_eq!(effects, []);
    let bound = |bench: &Bench| {
        let mut effects = bench.effects.iter();
        effects.find_map(|effect| match effect {
            Effect::PostBinding(request) => Some(request.receipt.clone()),
            _ => None,
        })
    };
    bench.poll();
    assert_eq!(bound(&bench), None);
    bench.answer_click(Ok("click-receipt"));
    assert_eq!(bound(&bench).as_deref(), Some("click-receipt"));
    let answer = BagReceipt {
        receipt: "bag-receipt".to_owned(),
        bound_at: now,
        valid_until: now,
    };
    let unreachable = Failure::Unreachable;
    let first = bench.touchpoints.binding(&variant, Err(&unreachable), now);
    assert_eq!(first, None);
    let second = bench.touchpoints.binding(&variant, Ok(&answer), now);
    assert_eq!(second, Some("bag-receipt"));
    let third = bench.touchpoints.binding(&variant, Ok(&answer), now);
    assert_eq!(third, None, "it is not awaited any more");
}

#[test]
fn nothing_is_kept_or_sent_without_consent_and_the_receipt_is_there_all_the_same() {
    let mut bench = Bench::watching(Consent::Denied);
    bench.tap("lamp");
    let now = bench.now();
    let seen = asked(|effects| bench.touchpoints.seen(&touched("rug"), now, effects));
    assert_eq!(seen, []);
    bench.answer_click(Ok("receipt"));
    bench.wait(10 * MINUTE_MS);
    let now = bench.now();
    assert_eq!(asked(|effects| bench.touchpoints.leave(now, effects)), []);
    assert_eq!(bench.batches(), []);
    let kept = |effect: &Effect| matches!(effect, Effect::SaveTouchpoints(_));
    assert!(!bench.effects.iter().any(kept));
    assert_eq!(
        bench.touchpoints.receipts().collect::<Vec<_>>(),
        ["receipt"]
    );
    let saved = SavedTouchpoints::default();
    let effects = asked(|effects| bench.touchpoints.restore(Some(saved), now, effects));
    assert_eq!(
        effects,
        [Effect::EraseTouchpoints],
        "from an earlier consent"
    );
}

#[test]
fn under_consent_everything_goes_in_order_and_each_once() {
    let mut bench = Bench::watching(Consent::Granted);
    let now = bench.now();
    bench.touchpoints.at_position(12.25);
    let effects = asked(|effects| bench.touchpoints.seen(&touched("rug"), now, effects));
    assert!(matches!(effects[..], [Effect::SaveTouchpoints(_)]));
    bench.tap("lamp");
    bench.answer_click(Ok("receipt"));
    bench.wait(9_000);
    assert_eq!(bench.batches(), [], "gathered first");
    bench.wait(1_500);
    let (ids, batch) = bench.batches().pop().unwrap();
    let kinds: Vec<_> = batch.touchpoints.iter().map(|one| one.kind).collect();
    // The click was reported by its exchange.
    assert_eq!(
        kinds,
        [TouchpointKind::Impression, TouchpointKind::CardOpen]
    );
    let first = &batch.touchpoints[0];
    assert_eq!((first.position_s, first.dwell_ms), (12.25, 2_000));
    assert_eq!(first.token, "rug-token-1");
    let now = bench.now();
    asked(|effects| bench.touchpoints.batch_answered(&ids, None, now, effects));
    bench.wait(10 * MINUTE_MS);
    assert_eq!(bench.batches().len(), 1);
}

#[test]
fn a_batch_is_sent_again_while_that_can_help() {
    for (failure, sent) in [
        (Failure::Unreachable, 2),
        (refusal(503, code::UNAVAILABLE), 2),
        (refusal(413, code::BATCH_LIMIT), 1),
    ] {
        let mut bench = Bench::watching(Consent::Granted);
        let now = bench.now();
        asked(|effects| bench.touchpoints.seen(&touched("rug"), now, effects));
        bench.wait(11_000);
        let (ids, _) = bench.batches().pop().unwrap();
        let now = bench.now();
        asked(|effects| {
            bench
                .touchpoints
                .batch_answered(&ids, Some(&failure), now, effects)
        });
        bench.wait(5_000);
        assert_eq!(bench.batches().len(), sent, "{failure:?}");
    }
}

#[test]
fn a_page_that_is_left_sends_what_fits_in_a_request_that_outlives_it() {
    let mut bench = Bench::watching(Consent::Granted);
    let now = bench.now();
    for _ in 0..400 {
        asked(|effects| bench.touchpoints.seen(&touched("rug"), now, effects));
    }
    let effects = asked(|effects| bench.touchpoints.leave(now, effects));
    let [Effect::SendTouchpoints { batch, leaving, .. }] = &effects[..] else {
        panic!("one request: {effects:?}");
    };
    assert!(leaving);
    let bytes = crate::json_writer::write(batch).unwrap().len();
    assert!((20_000..60 * 1024).contains(&bytes), "{bytes}");
}

#[test]
fn a_revoked_consent_erases_the_device_and_not_the_memory() {
    let mut bench = Bench::watching(Consent::Granted);
    bench.tap("lamp");
    bench.answer_click(Ok("receipt"));
    let now = bench.now();
    let effects = asked(|effects| bench.touchpoints.set_consent(Consent::Denied, now, effects));
    assert_eq!(effects, [Effect::EraseTouchpoints]);
    assert_eq!(bench.touchpoints.receipt_count(), 1);
    let effects = asked(|effects| {
        bench
            .touchpoints
            .set_consent(Consent::Granted, now, effects)
    });
    assert!(matches!(&effects[..], [Effect::SaveTouchpoints(changes)]
        if changes.written.receipts.len() == 1));
    assert_eq!(
        asked(|effects| bench.touchpoints.erase(effects)),
        [Effect::EraseTouchpoints]
    );
    let counts = (
        bench.touchpoints.receipt_count(),
        bench.touchpoints.journal_count(),
    );
    assert_eq!(counts, (0, 0));
}

#[test]
fn receipts_of_earlier_visits_are_restored_until_they_end_and_newer_ones_win() {
    let mut bench = Bench::watching(Consent::Granted);
    bench.tap("lamp");
    bench.answer_click(Ok("new"));
    let far = bench.now_ms + 1_000;
    let saved = SavedTouchpoints {
        receipts: vec![
            held("lamp", "old", far),
            held("rug", "kept", far),
            held("chair", "ended", bench.now_ms - 2 * 1_440 * MINUTE_MS),
        ],
        ..SavedTouchpoints::default()
    };
    let now = bench.now();
    let effects = asked(|effects| bench.touchpoints.restore(Some(saved), now, effects));
    let [Effect::SaveTouchpoints(changes)] = &effects[..] else {
        panic!("the device's copy is brought up to date: {effects:?}");
    };
    assert_eq!(changes.gone_receipts, [(id!("morning"), id!("chair"))]);
    assert_eq!(
        bench.touchpoints.receipts().collect::<Vec<_>>(),
        ["new", "kept"]
    );
}

#[test]
fn only_so_many_receipts_are_held_and_the_oldest_go() {
    let mut bench = Bench::new(Consent::Granted);
    let receipts = (0..150)
        .map(|index| HeldReceipt {
            video: id!("other"),
            tag: id!(format!("tag-{index}")),
            receipt: format!("receipt-{index}"),
            valid_until: Timestamp::from_ms(i64::MAX / 2 + index),
        })
        .collect();
    let now = bench.now();
    let saved = SavedTouchpoints {
        receipts,
        ..SavedTouchpoints::default()
    };
    asked(|effects| bench.touchpoints.restore(Some(saved), now, effects));
    assert_eq!(bench.touchpoints.receipt_count(), RECEIPTS_MAX);
    assert_eq!(bench.touchpoints.receipts().next(), Some("receipt-149"));
}

/// What a device holds, as the shell keeps it: by id and by place.
#[derive(Default)]
struct Device {
    saved: SavedTouchpoints,
}

impl Device {
    fn take(&mut self, effects: &[Effect]) {
        for effect in effects {
            let Effect::SaveTouchpoints(changes) = effect else {
                continue;
            };
            let (saved, written) = (&mut self.saved, &changes.written);
            let new = |id: &TouchId| written.entries.iter().any(|entry| entry.touch.id == *id);
            saved.entries.retain(|entry| {
                let id = &entry.touch.id;
                !changes.gone_entries.contains(id) && !new(id)
            });
            saved.entries.extend(written.entries.iter().cloned());
            saved.receipts.retain(|held| {
                let place = (held.video.clone(), held.tag.clone());
                let is_new = written
                    .receipts
                    .iter()
                    .any(|new| new.video == held.video && new.tag == held.tag);
                !changes.gone_receipts.contains(&place) && !is_new
            });
            saved.receipts.extend(written.receipts.iter().cloned());
        }
    }

    fn receipts(&self) -> Vec<&str> {
        let receipts = self.saved.receipts.iter();
        receipts.map(|held| held.receipt.as_str()).collect()
    }
}

#[test]
fn two_videos_keep_their_touches_and_receipts_beside_each_other() {
    let mut device = Device::default();
    let mut first = Bench::watching(Consent::Granted);
    let mut second = Bench::watching(Consent::Granted);
    second.touchpoints =
        Touchpoints::new(id!("pk_demo"), id!("evening"), 2 << 100, Consent::Granted);
    let now = second.now();
    second.touchpoints.start(now);
    second.answer_session("2");

    first.tap("lamp");
    first.answer_click(Ok("morning-lamp"));
    second.tap("lamp");
    second.answer_click(Ok("evening-lamp"));
    for bench in [&mut first, &mut second] {
        device.take(&bench.effects);
        device.take(&asked(|effects| bench.touchpoints.save(now, effects)));
    }
    assert_eq!(device.receipts(), ["morning-lamp", "evening-lamp"]);
    assert_eq!(device.saved.entries.len(), 4, "two taps, two opened cards");

    // Told of it, each has both: an order in either video carries them.
    for bench in [&mut first, &mut second] {
        bench
            .touchpoints
            .changed_elsewhere(device.saved.clone(), now);
        let mut receipts: Vec<_> = bench.touchpoints.receipts().collect();
        receipts.sort_unstable();
        assert_eq!(receipts, ["evening-lamp", "morning-lamp"]);
    }
    // And what one writes next takes nothing of the other's away.
    first.effects.clear();
    first.tap("rug");
    device.take(&first.effects);
    assert_eq!(device.saved.entries.len(), 6);
    assert_eq!(device.receipts().len(), 2);
}

#[test]
fn what_another_widget_has_sent_or_erased_is_not_sent_again() {
    let mut device = Device::default();
    let mut earlier = Bench::watching(Consent::Granted);
    let now = earlier.now();
    let effects = asked(|effects| earlier.touchpoints.seen(&touched("rug"), now, effects));
    device.take(&effects);

    let mut first = Bench::watching(Consent::Granted);
    let mut second = Bench::watching(Consent::Granted);
    for bench in [&mut first, &mut second] {
        asked(|effects| {
            bench
                .touchpoints
                .restore(Some(device.saved.clone()), now, effects)
        });
    }
    first.wait(11_000);
    let (ids, _) = first.batches().pop().unwrap();
    let now = first.now();
    device.take(&asked(|effects| {
        first.touchpoints.batch_answered(&ids, None, now, effects)
    }));
    assert_eq!(device.saved.entries, []);
    second
        .touchpoints
        .changed_elsewhere(device.saved.clone(), now);
    second.wait(11_000);
    assert_eq!(second.batches(), []);

    first.tap("lamp");
    first.answer_click(Ok("receipt"));
    device.take(&first.effects);
    device.take(&asked(|effects| first.touchpoints.save(now, effects)));
    second
        .touchpoints
        .changed_elsewhere(device.saved.clone(), now);
    assert_eq!(second.touchpoints.receipt_count(), 1);
    second
        .touchpoints
        .changed_elsewhere(SavedTouchpoints::default(), now);
    assert_eq!(
        second.touchpoints.receipt_count(),
        0,
        "the shopper erased it"
    );
}

#[test]
fn after_a_week_an_entry_goes_here_and_on_the_device() {
    let mut device = Device::default();
    let mut bench = Bench::watching(Consent::Granted);
    bench.tap("lamp");
    bench.answer_click(Ok("receipt"));
    device.take(&bench.effects);
    assert_eq!(device.saved.entries.len(), 2);
    bench.now_ms += 7 * 1_440 * MINUTE_MS + 1;
    let now = bench.now();
    device.take(&asked(|effects| bench.touchpoints.save(now, effects)));
    assert_eq!(device.saved.entries, []);
    assert_eq!(bench.touchpoints.journal_count(), 0);
    let saved = asked(|effects| bench.touchpoints.save(now, effects));
    assert_eq!(saved, [], "up to date");
}

#[test]
fn a_batch_tells_once_how_many_touches_a_full_journal_gave_up() {
    let mut bench = Bench::watching(Consent::Granted);
    let now = bench.now();
    for _ in 0..520 {
        asked(|effects| bench.touchpoints.seen(&touched("rug"), now, effects));
    }
    bench.wait(11_000);
    let (ids, batch) = bench.batches().pop().unwrap();
    assert_eq!(batch.dropped, 20);
    // While the answer is awaited the page is left: that does not tell it twice.
    let now = bench.now();
    let effects = asked(|effects| bench.touchpoints.leave(now, effects));
    assert!(matches!(&effects[..], [Effect::SendTouchpoints { batch, .. }] if batch.dropped == 0));
    asked(|to| {
        bench
            .touchpoints
            .batch_answered(&ids, Some(&Failure::Unreachable), now, to)
    });
    bench.wait(5_000);
    let (ids, batch) = bench.batches().pop().unwrap();
    assert_eq!(batch.dropped, 20, "it was not heard");
    let now = bench.now();
    asked(|effects| bench.touchpoints.batch_answered(&ids, None, now, effects));
    bench.wait(11_000);
    let (_, batch) = bench.batches().pop().unwrap();
    assert_eq!(batch.dropped, 0);
}

fn held(tag: &str, receipt: &str, valid_until: i64) -> HeldReceipt {
    HeldReceipt {
        video: id!("morning"),
        tag: id!(tag),
        receipt: receipt.to_owned(),
        valid_until: Timestamp::from_ms(valid_until),
    }
}

#[test]
fn a_receipt_is_read_as_serde_has_written_it() {
    shoptag_json::assert_agrees_with_serde(&super::HeldReceipt {
        video: VideoId::parse("video").unwrap(),
        tag: TagId::parse("tag").unwrap(),
        receipt: "v4.public.click".to_owned(),
        valid_until: Timestamp::from_ms(7),
    });
}
