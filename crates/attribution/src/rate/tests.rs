//! Rates over time, as tables.

use super::*;
use crate::{CollaborationEnd, CollaborationFields, CollaborationKind};

fn day(day: i64) -> Timestamp {
    Timestamp::from_ms(day * DAY_MS)
}

fn bps(rate: u16) -> BasisPoints {
    BasisPoints::new(rate).unwrap()
}

/// Mia and Halden; terms as (day, direct, halo).
fn collaboration(joined: i64, terms: &[(i64, u16, Option<u16>)]) -> CollaborationFields {
    CollaborationFields {
        id: CollaborationId::parse("c1").unwrap(),
        creator: CreatorId::parse("mia").unwrap(),
        brand: BrandId::parse("halden").unwrap(),
        scope: CollaborationScope::WholeShop,
        kind: CollaborationKind::Open,
        promoting_since: day(joined),
        end: None,
        versions: (1..)
            .zip(terms)
            .map(|(version, (from, direct, halo))| TermsVersion {
                version,
                in_force_from: day(*from),
                direct_bps: bps(*direct),
                halo_bps: halo.map(bps),
            })
            .collect(),
    }
}

fn lookup(history: &[CollaborationFields], at: Timestamp) -> Option<Terms> {
    let history: Vec<Collaboration> = history
        .iter()
        .map(|fields| Collaboration::try_from(fields.clone()).unwrap())
        .collect();
    let (creator, brand) = (
        CreatorId::parse("mia").unwrap(),
        BrandId::parse("halden").unwrap(),
    );
    rate_at(
        &history,
        &creator,
        &brand,
        &ProductId::parse("lamp").unwrap(),
        at,
    )
}

/// (direct rate, "current" or "protected"), or `None` when nothing is in force.
fn check(fields: &CollaborationFields, at: Timestamp, expected: Option<(u16, &str)>) {
    let found = lookup(std::slice::from_ref(fields), at).map(|terms| {
        let source = match terms.direct.source {
            RateSource::Current { .. } => "current",
            RateSource::Protected { .. } => "protected",
        };
        (terms.direct.rate_bps.get(), source)
    });
    assert_eq!(found, expected, "at {at:?}: {fields:?}");
}

#[test]
fn a_raise_holds_at_once() {
    let raised = collaboration(0, &[(0, 1_000, None), (10, 1_500, None)]);
    check(&raised, day(10).plus_ms(-1), Some((1_000, "current")));
    check(&raised, day(10), Some((1_500, "current")));
}

#[test]
fn a_cut_reaches_creators_already_promoting_after_thirty_days() {
    let cut = collaboration(0, &[(0, 1_000, None), (10, 500, None)]);
    check(&cut, day(10), Some((1_000, "protected")));
    check(&cut, day(40), Some((1_000, "protected")));
    check(&cut, day(40).plus_ms(1), Some((500, "current")));
}

#[test]
fn who_joins_at_or_after_the_cut_gets_the_new_rate_at_once() {
    let terms = [(0, 1_000, None), (10, 500, None)];
    check(&collaboration(10, &terms), day(10), Some((500, "current")));
    check(
        &collaboration(9, &terms),
        day(10),
        Some((1_000, "protected")),
    );
}

#[test]
fn several_cuts_run_out_one_after_the_other() {
    let cut = collaboration(0, &[(0, 2_000, None), (10, 1_500, None), (20, 1_000, None)]);
    check(&cut, day(40), Some((2_000, "protected")));
    check(&cut, day(40).plus_ms(1), Some((1_500, "protected")));
    check(&cut, day(50), Some((1_500, "protected")));
    check(&cut, day(50).plus_ms(1), Some((1_000, "current")));
}

#[test]
fn a_raise_above_the_protected_rate_wins_over_it() {
    let fields = collaboration(0, &[(0, 1_000, None), (10, 500, None), (20, 1_000, None)]);
    check(&fields, day(19), Some((1_000, "protected")));
    check(&fields, day(20), Some((1_000, "current")));
}

#[test]
fn the_halo_rate_is_protected_by_itself() {
    let fields = collaboration(0, &[(0, 1_000, Some(300)), (10, 1_200, None)]);
    let halo = |at| lookup(std::slice::from_ref(&fields), at).unwrap().halo;
    assert_eq!(halo(day(40)).unwrap().rate_bps, bps(300));
    assert_eq!(halo(day(40).plus_ms(1)), None);
    check(&fields, day(10), Some((1_200, "current")));
}

#[test]
fn nothing_is_in_force_before_the_joining_or_after_the_end() {
    let mut fields = collaboration(5, &[(0, 1_000, None)]);
    check(&fields, day(5).plus_ms(-1), None);
    check(&fields, day(5), Some((1_000, "current")));
    fields.end = Some(CollaborationEnd {
        at: day(20),
        by: EndedBy::Agreement,
    });
    check(&fields, day(20), Some((1_000, "current")));
    check(&fields, day(20).plus_ms(1), None);
    fields.end = Some(CollaborationEnd {
        at: day(20),
        by: EndedBy::Creator,
    });
    check(&fields, day(20).plus_ms(1), None);
}

#[test]
fn a_brands_withdrawal_is_a_cut_like_any_other() {
    let mut fields = collaboration(5, &[(0, 1_000, None)]);
    fields.end = Some(CollaborationEnd {
        at: day(20),
        by: EndedBy::Brand,
    });
    check(&fields, day(20), Some((1_000, "current")));
    check(&fields, day(50), Some((1_000, "protected")));
    check(&fields, day(50).plus_ms(1), None);
    fields.promoting_since = day(21);
    check(&fields, day(22), None);
}

#[test]
fn target_beats_open_and_a_products_own_terms_beat_the_shops() {
    let open = collaboration(0, &[(0, 3_000, None)]);
    let mut own = collaboration(0, &[(0, 2_000, None)]);
    own.id = CollaborationId::parse("c2").unwrap();
    own.scope = CollaborationScope::Product(ProductId::parse("lamp").unwrap());
    let mut target = collaboration(0, &[(0, 1_000, None)]);
    target.id = CollaborationId::parse("c3").unwrap();
    target.kind = CollaborationKind::Target;
    let mut vase = target.clone();
    vase.id = CollaborationId::parse("c4").unwrap();
    vase.scope = CollaborationScope::Product(ProductId::parse("vase").unwrap());
    let winner = |history: &[CollaborationFields]| {
        lookup(history, day(1)).map(|terms| terms.collaboration.as_str().to_owned())
    };
    assert_eq!(winner(&[open.clone(), own.clone()]).as_deref(), Some("c2"));
    assert_eq!(
        winner(&[open.clone(), target.clone(), own.clone()]).as_deref(),
        Some("c3")
    );
    assert_eq!(winner(&[own, target, open.clone()]).as_deref(), Some("c3"));
    assert_eq!(winner(std::slice::from_ref(&vase)), None);
    let mut twin = open.clone();
    twin.id = CollaborationId::parse("c0").unwrap();
    assert_eq!(winner(&[open, twin]).as_deref(), Some("c0"));
}

#[test]
fn creators_are_told_at_the_cut_and_two_days_before_it_reaches_them() {
    let told = |fields: CollaborationFields| {
        let collaboration = Collaboration::try_from(fields).unwrap();
        let notices = cut_notices(&collaboration);
        notices
            .iter()
            .map(|n| (n.kind, n.due_at, n.protected_until))
            .collect::<Vec<_>>()
    };
    let cut = [
        (NoticeKind::Cut, day(10), day(40)),
        (NoticeKind::Reminder, day(38), day(40)),
    ];
    assert_eq!(
        told(collaboration(0, &[(0, 1_000, None), (10, 500, None)])),
        cut
    );
    assert_eq!(
        told(collaboration(0, &[(0, 1_000, Some(1)), (10, 2_000, None)])),
        cut
    );
    assert_eq!(
        told(collaboration(10, &[(0, 1_000, None), (10, 500, None)])),
        []
    );
    assert_eq!(
        told(collaboration(0, &[(0, 500, None), (10, 1_000, None)])),
        []
    );
    let mut withdrawn = collaboration(0, &[(0, 500, None)]);
    withdrawn.end = Some(CollaborationEnd {
        at: day(10),
        by: EndedBy::Brand,
    });
    assert_eq!(told(withdrawn), cut);
}

#[test]
fn a_collaboration_is_checked_once_when_it_is_read() {
    use crate::CollaborationError::{End, NoVersion, Order};
    let refused = |fields| Collaboration::try_from(fields).err();
    assert_eq!(refused(collaboration(0, &[])), Some(NoVersion));
    assert_eq!(
        refused(collaboration(0, &[(5, 1, None), (5, 2, None)])),
        Some(Order)
    );
    let mut ended = collaboration(0, &[(5, 1, None)]);
    ended.end = Some(CollaborationEnd {
        at: day(4),
        by: EndedBy::Creator,
    });
    assert_eq!(refused(ended), Some(End));
}
