//! What the device keeps, and what it gives up.

use super::*;

fn touch(id: usize, kind: EntryKind) -> Touch {
    Touch {
        id: TouchId::parse(format!("t{id}")).unwrap(),
        kind,
        video: VideoId::parse("video").unwrap(),
        tag: TagId::parse("tag").unwrap(),
        product: ProductId::parse("lamp").unwrap(),
        brand: BrandId::parse("halden").unwrap(),
        occurred_at: Timestamp::from_ms(i64::try_from(id).unwrap()),
        position_ms: 0,
        token: None,
    }
}

fn journal(session: &str, consent: Consent, kinds: &[EntryKind]) -> Journal {
    let mut journal = Journal::new(ViewSessionId::parse(session).unwrap(), consent);
    for (id, kind) in kinds.iter().enumerate() {
        journal.record(touch(id, *kind));
    }
    journal
}

fn ids<'a>(entries: impl Iterator<Item = &'a Entry>) -> Vec<String> {
    entries
        .map(|entry| entry.touch.id.as_str().to_owned())
        .collect()
}

use EntryKind::{BagAdded, CardOpened, Click, Impression};

#[test]
fn global_privacy_control_wins_over_the_page() {
    assert_eq!(Consent::from_signals(true, false), Consent::Granted);
    for (page, control) in [(true, true), (false, false), (false, true)] {
        assert_eq!(Consent::from_signals(page, control), Consent::Denied);
    }
    assert_eq!(Consent::default(), Consent::Denied);
}

#[test]
fn without_consent_nothing_is_stored_or_sent_and_the_click_is_still_known() {
    let journal = journal("s", Consent::Denied, &[Impression, Click]);
    assert_eq!(journal.saved(), None);
    assert_eq!(journal.sendable().count(), 0);
    assert_eq!(
        ids(journal.clicks_for(&BrandId::parse("halden").unwrap())),
        ["t1"]
    );
    assert_eq!(
        journal.clicks_for(&BrandId::parse("norr").unwrap()).count(),
        0
    );
}

#[test]
fn a_change_of_consent_says_what_to_do_with_the_storage() {
    let mut journal = journal("s", Consent::Denied, &[Click]);
    assert_eq!(journal.set_consent(Consent::Denied), StorageDuty::Nothing);
    assert_eq!(journal.set_consent(Consent::Granted), StorageDuty::Save);
    assert_eq!(journal.saved().unwrap().entries.len(), 1);
    assert_eq!(journal.set_consent(Consent::Denied), StorageDuty::Erase);
    assert_eq!((journal.saved(), journal.len()), (None, 1));
    assert_eq!(journal.erase(), StorageDuty::Erase);
    assert!(journal.is_empty());
}

#[test]
fn a_full_journal_gives_up_impressions_first_and_clicks_last() {
    // `first` kinds then enough clicks to fill it; one more click; who went?
    let check = |first: &[EntryKind], gone: &[&str], dropped: Dropped| {
        let mut kinds = first.to_vec();
        kinds.resize(ENTRIES_MAX, Click);
        let mut journal = journal("s", Consent::Granted, &kinds);
        for extra in 0..gone.len() {
            journal.record(touch(ENTRIES_MAX + extra, Click));
        }
        assert_eq!(journal.len(), ENTRIES_MAX);
        assert_eq!(journal.dropped(), dropped);
        let kept = ids(journal.sendable());
        assert!(
            gone.iter().all(|id| !kept.contains(&(*id).to_owned())),
            "{gone:?}"
        );
        let sequences: Vec<u64> = journal.sendable().map(|entry| entry.sequence).collect();
        assert!(sequences.is_sorted());
    };
    let none = Dropped::default();
    check(
        &[Click, Impression, Impression],
        &["t1"],
        Dropped {
            impressions: 1,
            ..none
        },
    );
    check(
        &[BagAdded, CardOpened, Impression],
        &["t2", "t1", "t0"],
        Dropped {
            impressions: 1,
            cards: 1,
            bag_adds: 1,
            clicks: 0,
        },
    );
    check(&[], &["t0", "t1"], Dropped { clicks: 2, ..none });
}

#[test]
fn an_impression_never_pushes_a_click_out() {
    let mut journal = journal("s", Consent::Granted, &[Click; ENTRIES_MAX]);
    journal.record(touch(ENTRIES_MAX, Impression));
    assert_eq!(
        journal.dropped(),
        Dropped {
            impressions: 1,
            ..Dropped::default()
        }
    );
    assert_eq!(
        journal
            .clicks_for(&BrandId::parse("halden").unwrap())
            .count(),
        ENTRIES_MAX
    );
}

#[test]
fn a_full_journal_gives_up_what_the_backend_has_before_anything_else() {
    let mut journal = journal("s", Consent::Granted, &[Click; ENTRIES_MAX]);
    let sent = [TouchId::parse("t3").unwrap(), TouchId::parse("t4").unwrap()];
    journal.acknowledge(&sent);
    journal.record(touch(ENTRIES_MAX, Impression));
    journal.record(touch(ENTRIES_MAX + 1, Impression));
    let kept = ids(journal.sendable());
    assert_eq!(kept.len(), ENTRIES_MAX);
    assert!(kept.contains(&"t500".to_owned()) && kept.contains(&"t501".to_owned()));
    assert_eq!(journal.dropped(), Dropped::default(), "nothing is missing");
}

#[test]
fn what_was_told_to_be_missing_is_not_told_again() {
    let mut journal = journal("s", Consent::Granted, &[Impression; ENTRIES_MAX]);
    for extra in 0..3 {
        journal.record(touch(ENTRIES_MAX + extra, Click));
    }
    let told = journal.dropped();
    assert_eq!(told.total(), 3);
    journal.record(touch(ENTRIES_MAX + 3, Click));
    journal.acknowledge_dropped(told);
    assert_eq!(journal.dropped().total(), 1);
}

#[test]
fn what_the_backend_has_is_forgotten_by_id_and_clicks_stay_for_the_order() {
    let mut journal = journal("s", Consent::Granted, &[Impression, Click, Impression]);
    let sent: Vec<TouchId> = journal
        .sendable()
        .map(|entry| entry.touch.id.clone())
        .collect();
    journal.record(touch(3, Impression));
    journal.acknowledge(&sent);
    assert_eq!(ids(journal.sendable()), ["t3"]);
    assert_eq!(
        ids(journal.clicks_for(&BrandId::parse("halden").unwrap())),
        ["t1"]
    );
}

#[test]
fn a_reload_puts_earlier_entries_first_and_goes_on_counting() {
    let saved = journal("s", Consent::Granted, &[Click, Impression])
        .saved()
        .unwrap();
    let json = serde_json::to_string(&saved).unwrap();
    let mut again = journal("s", Consent::Granted, &[]);
    again.record(touch(9, Click));
    assert_eq!(
        again.restore(serde_json::from_str(&json).unwrap()),
        StorageDuty::Nothing
    );
    again.record(touch(10, Click));
    assert_eq!(ids(again.sendable()), ["t0", "t1", "t9", "t10"]);
    let sequences: Vec<u64> = again.sendable().map(|entry| entry.sequence).collect();
    assert_eq!(sequences, [0, 1, 2, 3]);
    let mut other = journal("other", Consent::Granted, &[]);
    other.restore(saved);
    assert_eq!(other.record(touch(11, Click)), 0);
}

#[test]
fn what_was_stored_is_erased_without_consent_or_in_another_version() {
    let saved = journal("s", Consent::Granted, &[Click]).saved().unwrap();
    let mut denied = journal("s", Consent::Denied, &[]);
    assert_eq!(denied.restore(saved.clone()), StorageDuty::Erase);
    let mut granted = journal("s", Consent::Granted, &[]);
    let newer = SavedJournal {
        schema_version: SAVED_VERSION + 1,
        ..saved
    };
    assert_eq!(granted.restore(newer), StorageDuty::Erase);
    assert!(denied.is_empty() && granted.is_empty());
}

#[test]
fn a_receipt_takes_the_place_of_its_token_and_old_entries_go() {
    let mut journal = journal("s", Consent::Granted, &[Click, Click]);
    journal.exchange(&TouchId::parse("t1").unwrap(), "receipt".to_owned());
    let clicks = |journal: &Journal| {
        let halden = BrandId::parse("halden").unwrap();
        journal
            .clicks_for(&halden)
            .map(|entry| entry.touch.token.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(clicks(&journal), [None, Some("receipt".to_owned())]);
    journal.forget_before(Timestamp::from_ms(1));
    assert_eq!(clicks(&journal), [Some("receipt".to_owned())]);
}

#[test]
fn the_widget_reads_what_serde_has_written() {
    for kind in [Impression, CardOpened, BagAdded, Click] {
        shoptag_json::assert_agrees_with_serde(&Entry {
            session: ViewSessionId::parse("s").unwrap(),
            sequence: 3,
            touch: Touch {
                position_ms: 1_200,
                token: Some("v4.public.tag".to_owned()),
                ..touch(7, kind)
            },
            delivered: true,
        });
    }
    shoptag_json::assert_agrees_with_serde(&Dropped {
        impressions: 1,
        cards: 2,
        bag_adds: 3,
        clicks: 4,
    });
}
