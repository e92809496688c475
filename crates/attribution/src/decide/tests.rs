//! The policy as tables, and its invariants as properties.
//!
//! A table's rows: `click|view ID CREATOR PRODUCT AGE [option...]` (AGE before the quote: `7d`,
//! `24h`, `5000ms`), `line PRODUCT BASE_MINOR [bag=ID@AGE]`, then what must come out: `pays PRODUCT
//! CREATOR MINOR OUTCOME`, `nobody PRODUCT`, `loses ID CODE`, `binding CODE`.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use shoptag_commerce::*;

use super::*;
use crate::{
    BoundedTime, CollaborationKind, CollaborationScope, Evidence, RateSource, SelfPurchase,
    SelfPurchaseSignal, chain_receipt,
};

const QUOTED_AT: i64 = 1_000 * DAY_MS;

fn ms(text: &str) -> i64 {
    let digits = text.trim_end_matches(char::is_alphabetic);
    let unit = match &text[digits.len()..] {
        "d" => DAY_MS,
        "h" => HOUR_MS,
        "ms" => 1,
        other => panic!("unit {other:?}"),
    };
    digits.parse::<i64>().unwrap() * unit
}

fn age(text: &str) -> Timestamp {
    // "7d+1ms" is one millisecond older than seven days; "-1ms" lies after the quote.
    Timestamp::from_ms(QUOTED_AT - text.split('+').map(ms).sum::<i64>())
}

fn stamped(bps: u16) -> StampedRate {
    StampedRate {
        rate_bps: BasisPoints::new(bps).unwrap(),
        source: RateSource::Current { terms_version: 1 },
    }
}

fn touch(class: TouchClass, id: &str, creator: &str, product: &str, at: Timestamp) -> Touchpoint {
    Touchpoint {
        id: TouchId::parse(id).unwrap(),
        class,
        session: ViewSessionId::parse(format!("session-of-{creator}")).unwrap(),
        sequence: 0,
        time: BoundedTime::exact(at),
        video: VideoId::parse(format!("video-of-{creator}")).unwrap(),
        tag: TagId::parse(format!("tag-of-{product}")).unwrap(),
        product: ProductId::parse(product).unwrap(),
        brand: BrandId::parse("halden").unwrap(),
        creator: CreatorId::parse(creator).unwrap(),
        terms: Some(Terms {
            collaboration: CollaborationId::parse(format!("{creator}-halden")).unwrap(),
            kind: CollaborationKind::Open,
            scope: CollaborationScope::WholeShop,
            terms_version: 1,
            direct: stamped(1_000),
            halo: None,
            in_force_from: Timestamp::from_ms(0),
            in_force_until: None,
        }),
        late: false,
        exclusions: BTreeSet::new(),
    }
}

fn with_option(mut touch: Touchpoint, option: &str) -> Touchpoint {
    let (name, value) = option.split_once('=').unwrap_or((option, ""));
    let terms = touch.terms.as_mut();
    match name {
        "late" => touch.late = true,
        "sequence" => touch.sequence = value.parse().unwrap(),
        "brand" => touch.brand = BrandId::parse(value).unwrap(),
        "no-terms" => touch.terms = None,
        "rate" => terms.unwrap().direct = stamped(value.parse().unwrap()),
        "halo" => terms.unwrap().halo = Some(stamped(value.parse().unwrap())),
        "until" => terms.unwrap().in_force_until = Some(age(value)),
        "from" => terms.unwrap().in_force_from = age(value),
        code => {
            let exclusion = serde_json::from_value(code.into()).expect(code);
            touch.exclusions.insert(exclusion);
        }
    }
    touch
}

fn line(product: &str, base_minor: i64, options: &[&str]) -> LineForDecision {
    let binding = options
        .iter()
        .find_map(|option| option.strip_prefix("bag="))
        .map(|bag| {
            let (id, added) = bag.split_once('@').unwrap();
            BagBinding {
                touch: TouchId::parse(id).unwrap(),
                bound_at: age(added),
            }
        });
    LineForDecision {
        variant: VariantId::parse(format!("{product}-sand")).unwrap(),
        product: ProductId::parse(product).unwrap(),
        brand: BrandId::parse("halden").unwrap(),
        base_minor,
        binding,
    }
}

fn order(lines: Vec<LineForDecision>) -> OrderForDecision {
    OrderForDecision {
        order: OrderId::parse("order-1").unwrap(),
        currency: Currency::parse("EUR").unwrap(),
        quoted_at: Timestamp::from_ms(QUOTED_AT),
        placed_at: Timestamp::from_ms(QUOTED_AT + MINUTE_MS),
        test: false,
        self_purchases: BTreeSet::new(),
        lines,
    }
}

fn check(table: &str) {
    check_with(table, |_, _| {});
}

fn check_with(table: &str, change: impl Fn(&mut OrderForDecision, &mut crate::PolicyFields)) {
    let rows: Vec<Vec<&str>> = table
        .lines()
        .map(|row| row.split_whitespace().collect())
        .filter(|row: &Vec<&str>| !row.is_empty())
        .collect();
    let mut touches = Vec::new();
    let mut lines = Vec::new();
    for row in &rows {
        match row[0] {
            "click" | "view" => {
                let class = if row[0] == "click" {
                    TouchClass::Click
                } else {
                    TouchClass::View
                };
                let made = touch(class, row[1], row[2], row[3], age(row[4]));
                touches.push(
                    row[5..]
                        .iter()
                        .fold(made, |touch, option| with_option(touch, option)),
                );
            }
            "line" => lines.push(line(row[1], row[2].parse().unwrap(), &row[3..])),
            _ => {}
        }
    }
    let mut order = order(lines);
    let mut fields = Policy::v1().fields().clone();
    change(&mut order, &mut fields);
    let decision = decide(&order, &touches, &Policy::try_from(fields).unwrap());
    let mut expectations = 0;
    for row in &rows {
        expectations += usize::from(expect(row, &decision, table));
    }
    assert!(
        expectations > 0,
        "a table without expectations proves nothing: {table}"
    );
}

fn expect(row: &[&str], decision: &OrderDecision, table: &str) -> bool {
    let of = |product: &str| {
        let mut lines = decision.lines.iter();
        lines
            .find(|line| line.product.as_str() == product)
            .expect(table)
    };
    match row[0] {
        "pays" => {
            let line = of(row[1]);
            let credit = line.credit.as_ref().expect(table);
            let outcome = serde_json::to_value(line.outcome).unwrap();
            let minor = credit.commission_minor.to_string();
            let found = (
                credit.creator.as_str(),
                minor.as_str(),
                outcome.as_str().unwrap(),
            );
            assert_eq!(found, (row[2], row[3], row[4]), "{table}");
        }
        "nobody" => {
            assert_eq!(of(row[1]).outcome, Outcome::Nobody, "{table}");
            assert_eq!(of(row[1]).credit, None, "{table}");
        }
        "loses" => {
            let mut candidates = decision.lines.iter().flat_map(|line| &line.candidates);
            let found = candidates.find(|candidate| candidate.touch.as_str() == row[1]);
            let Verdict::Lost { reason, .. } = found.expect(table).verdict else {
                panic!("{} won: {table}", row[1]);
            };
            assert_eq!(reason.code(), row[2], "{table}");
        }
        "binding" => {
            let report = decision.lines.iter().find_map(|line| line.binding.as_ref());
            let report = report.expect(table);
            let reason = match report.reason {
                Some(reason) => reason.code(),
                None if report.holds => "holds".to_owned(),
                None => "unknown".to_owned(),
            };
            assert_eq!(reason, row[1], "{table}");
        }
        _ => return false,
    }
    true
}

#[test]
fn the_latest_click_on_the_product_is_paid() {
    check(
        "click a mia lamp 6d
         click b noa lamp 2d rate=2000
         click c mia lamp 3d
         line  lamp 10000
         pays  lamp noa 2000 direct-click
         loses a other-click-goes-first
         loses c other-click-goes-first",
    );
}

#[test]
fn a_click_counts_up_to_and_with_seven_days() {
    check("click a mia lamp 7d \n line lamp 10000 \n pays lamp mia 1000 direct-click");
    check("click a mia lamp 7d+1ms \n line lamp 10000 \n nobody lamp \n loses a outside-window");
    check("click a mia lamp 0ms \n line lamp 10000 \n pays lamp mia 1000 direct-click");
    check("click a mia lamp -1ms \n line lamp 10000 \n nobody lamp \n loses a after-quote");
}

#[test]
fn an_impression_is_reported_for_a_day_and_pays_nothing() {
    check("view v mia lamp 24h \n line lamp 500 \n nobody lamp \n loses v impression-pays-nothing");
    check("view v mia lamp 24h+1ms \n line lamp 500 \n nobody lamp \n loses v outside-window");
    check(
        "view  v noa lamp 1h
         click a mia lamp 6d
         line  lamp 500
         pays  lamp mia 50 direct-click
         loses v impression-pays-nothing",
    );
}

#[test]
fn a_line_in_the_bag_cannot_be_stolen_by_a_later_click() {
    check(
        "click a mia lamp 20d
         click b noa lamp 1h rate=5000
         line  lamp 10000 bag=a@19d
         pays  lamp mia 1000 bag-binding
         loses b bound-to-other-click
         binding holds",
    );
}

#[test]
fn a_bag_line_stays_bound_for_thirty_days_or_what_the_brand_set() {
    check("click a mia lamp 31d \n line lamp 900 bag=a@30d \n pays lamp mia 90 bag-binding");
    check(
        "click a mia lamp 31d
         line  lamp 900 bag=a@30d+1ms
         nobody lamp
         binding outside-window",
    );
    let brand_days = |days: u16| {
        move |_: &mut OrderForDecision, fields: &mut crate::PolicyFields| {
            fields
                .bag_binding_days_by_brand
                .insert(BrandId::parse("halden").unwrap(), days);
        }
    };
    check_with(
        "click a mia lamp 90d \n line lamp 900 bag=a@90d \n pays lamp mia 90 bag-binding",
        brand_days(90),
    );
    check_with(
        "click a mia lamp 2d \n line lamp 900 bag=a@2d \n pays lamp mia 90 direct-click",
        brand_days(1),
    );
}

#[test]
fn a_click_binds_a_line_only_within_its_own_window() {
    check("click a mia lamp 17d \n line lamp 900 bag=a@10d \n pays lamp mia 90 bag-binding");
    check("click a mia lamp 17d+1ms \n line lamp 900 bag=a@10d \n binding outside-window");
    // Two roads to the server: an adding that seems to come before its click counts as at the
    // click.
    check("click a mia lamp 1d \n line lamp 900 bag=a@2d \n pays lamp mia 90 bag-binding");
    check("click a mia lamp 1d \n line lamp 900 bag=a@-1ms \n binding after-quote");
}

#[test]
fn a_binding_that_does_not_hold_leaves_the_line_to_the_clicks() {
    check(
        "click b noa lamp 1d
         line  lamp 900 bag=gone@2d
         pays  lamp noa 90 direct-click
         binding unknown",
    );
    check(
        "click a mia lamp 2d token-replayed
         click b noa lamp 5d
         line  lamp 900 bag=a@1d
         pays  lamp noa 90 direct-click
         binding excluded-token-replayed
         loses a excluded-token-replayed",
    );
    check(
        "view  v mia lamp 2h
         line  lamp 900 bag=v@1h
         nobody lamp
         binding impression-pays-nothing",
    );
}

#[test]
fn another_product_of_the_brand_pays_only_an_agreed_halo() {
    check("click a mia vase 1d \n line lamp 10000 \n nobody lamp \n loses a halo-not-agreed");
    check("click a mia vase 1d halo=300 \n line lamp 10000 \n pays lamp mia 300 halo-click");
    check(
        "click a mia lamp 6d
         click b noa vase 1d halo=300
         line  lamp 10000
         pays  lamp mia 1000 direct-click
         loses b direct-goes-first",
    );
    // Who agreed on no halo does not stand in the way of who did.
    check(
        "click a mia vase 6d halo=300
         click b noa vase 1d
         line  lamp 10000
         pays  lamp mia 300 halo-click
         loses b halo-not-agreed",
    );
    check_with(
        "click a mia vase 1d halo=300 \n line lamp 10000 \n nobody lamp",
        |_, fields| fields.halo = HaloRule::Never,
    );
}

#[test]
fn a_touch_on_another_brand_is_no_candidate() {
    let mut order = order(vec![line("lamp", 100, &[])]);
    let foreign = with_option(
        touch(TouchClass::Click, "a", "mia", "lamp", age("1d")),
        "brand=norr",
    );
    order.lines[0].binding = Some(BagBinding {
        touch: foreign.id.clone(),
        bound_at: age("1d"),
    });
    let decision = decide(&order, &[foreign], &Policy::v1());
    assert_eq!(decision.lines[0].outcome, Outcome::Nobody);
    assert!(decision.lines[0].candidates.is_empty());
}

#[test]
fn ties_go_by_time_then_sequence_then_the_smaller_id() {
    check(
        "click a mia lamp 1d sequence=1
         click b noa lamp 1d sequence=2
         line  lamp 100
         pays  lamp noa 10 direct-click
         loses a sequence-goes-first",
    );
    check(
        "click b noa lamp 1d
         click a mia lamp 1d
         line  lamp 100
         pays  lamp mia 10 direct-click
         loses b id-goes-first",
    );
}

#[test]
fn every_exclusion_keeps_the_touch_and_names_its_reason() {
    for code in [
        "token-tampered",
        "token-expired",
        "token-foreign",
        "token-replayed",
        "creator-unknown",
        "creator-unlinked",
        "impossible-dwell",
        "not-visible",
        "rate-limited",
        "bot",
    ] {
        check(&format!(
            "click a mia lamp 1d {code}
             click b noa lamp 5d
             line lamp 100
             pays lamp noa 10 direct-click
             loses a excluded-{code}"
        ));
    }
    check("click a mia lamp 1d late \n line lamp 100 \n nobody lamp \n loses a late");
    check(
        "click a mia lamp 1d no-terms
         line lamp 9
         loses a excluded-collaboration-not-in-force",
    );
}

#[test]
fn the_collaboration_must_be_in_force_at_the_click() {
    check("click a mia lamp 2d from=2d until=2d \n line lamp 100 \n pays lamp mia 10 direct-click");
    let code = "excluded-collaboration-not-in-force";
    check(&format!(
        "click a mia lamp 2d from=1d \n line lamp 100 \n loses a {code}"
    ));
    check(&format!(
        "click a mia lamp 2d until=3d \n line lamp 100 \n loses a {code}"
    ));
    // What ends after the click changes nothing.
    check("click a mia lamp 2d until=1d \n line lamp 100 \n pays lamp mia 10 direct-click");
}

#[test]
fn a_creator_does_not_earn_on_the_own_purchase() {
    for (signal, code) in [
        (
            SelfPurchaseSignal::Account,
            "excluded-self-purchase-account",
        ),
        (SelfPurchaseSignal::Email, "excluded-self-purchase-email"),
        (
            SelfPurchaseSignal::Payment,
            "excluded-self-purchase-payment",
        ),
    ] {
        let table = format!(
            "click a mia lamp 1d
             click b noa lamp 5d
             line lamp 100
             pays lamp noa 10 direct-click
             loses a {code}"
        );
        check_with(&table, |order, _| {
            let creator = CreatorId::parse("mia").unwrap();
            order
                .self_purchases
                .insert(SelfPurchase { creator, signal });
        });
    }
}

#[test]
fn a_test_order_earns_nobody_anything() {
    check_with(
        "click a mia lamp 1d
         line lamp 100 bag=a@1d
         nobody lamp
         loses a excluded-test-order",
        |order, _| order.test = true,
    );
}

#[test]
fn an_order_faster_than_a_person_is_an_impossible_dwell() {
    let placed = |after_quote_ms: i64| {
        move |order: &mut OrderForDecision, _: &mut crate::PolicyFields| {
            order.placed_at = order.quoted_at.plus_ms(after_quote_ms);
        }
    };
    check_with(
        "click a mia lamp 1000ms \n line lamp 100 \n loses a excluded-impossible-dwell",
        placed(999),
    );
    check_with(
        "click a mia lamp 1000ms \n line lamp 100 \n pays lamp mia 10 direct-click",
        placed(1_000),
    );
}

#[test]
fn each_line_is_decided_by_itself() {
    check(
        "click a mia lamp 3d rate=1500
         click b noa vase 2d rate=2000
         click c mia rug  8d
         line  lamp 3333
         line  vase 1999
         line  rug  5000
         pays  lamp mia 500 direct-click
         pays  vase noa 400 direct-click
         nobody rug",
    );
}

#[test]
fn an_earliest_click_policy_turns_time_around_and_nothing_else() {
    check_with(
        "click a mia lamp 6d
         click b noa lamp 2d
         click c ida vase 7d halo=300
         line  lamp 10000
         pays  lamp mia 1000 direct-click
         loses b other-click-goes-first
         loses c direct-goes-first",
        |_, fields| fields.claim = Claim::EarliestClick,
    );
}

#[test]
fn of_two_bodies_under_one_id_the_first_received_counts() {
    let first = touch(TouchClass::Click, "a", "mia", "lamp", age("2d"));
    let second = touch(TouchClass::Click, "a", "noa", "lamp", age("1d"));
    let order = order(vec![line("lamp", 100, &[])]);
    for touches in [[first.clone(), second.clone()], [second, first]] {
        let decision = decide(&order, &touches, &Policy::v1());
        assert_eq!(decision.lines[0].candidates.len(), 1);
        assert_eq!(
            decision.lines[0].credit.as_ref().unwrap().creator.as_str(),
            "mia"
        );
    }
}

fn any_touch() -> impl Strategy<Value = Touchpoint> {
    let ids = (0_u8..12, 0_usize..3, 0_usize..3, 0_u64..3);
    // Around every boundary: the quote, 24 hours, 7 days, 30 days.
    let edge = prop::sample::select(vec![0, 24 * HOUR_MS, 7 * DAY_MS, 30 * DAY_MS]);
    let flags = (
        prop::bool::weighted(0.8),
        prop::bool::weighted(0.1),
        prop::bool::weighted(0.1),
    );
    (
        ids,
        edge,
        -2_i64..=2,
        flags,
        0_u16..=10_000,
        prop::option::of(0_u16..=10_000),
    )
        .prop_map(
            |((id, creator, product, sequence), edge, off, (click, late, bot), rate, halo)| {
                let class = if click {
                    TouchClass::Click
                } else {
                    TouchClass::View
                };
                let (creator, product) = (
                    ["mia", "noa", "ida"][creator],
                    ["lamp", "vase", "rug"][product],
                );
                let at = Timestamp::from_ms(QUOTED_AT - edge + off);
                let mut touch = touch(class, &format!("t{id}"), creator, product, at);
                touch.sequence = sequence;
                touch.late = late;
                if bot {
                    touch.exclusions.insert(Exclusion::Bot);
                }
                let terms = touch.terms.as_mut().unwrap();
                terms.direct = stamped(rate);
                terms.halo = halo.map(stamped);
                touch
            },
        )
}

fn any_order() -> impl Strategy<Value = OrderForDecision> {
    let binding = prop::option::of((0_u8..12, 0_i64..40));
    let lines = prop::collection::vec((0_usize..3, any::<i64>(), binding), 1..4);
    let currency = prop::sample::select(vec!["JPY", "EUR", "KWD", "CLF"]);
    (lines, currency).prop_map(|(lines, currency)| {
        let lines = lines.into_iter().map(|(product, base, binding)| {
            let mut line = line(["lamp", "vase", "rug"][product], base, &[]);
            line.binding = binding.map(|(id, days)| BagBinding {
                touch: TouchId::parse(format!("t{id}")).unwrap(),
                bound_at: Timestamp::from_ms(QUOTED_AT - days * DAY_MS),
            });
            line
        });
        let mut order = order(lines.collect());
        order.currency = Currency::parse(currency).unwrap();
        order
    })
}

proptest! {
    #[test]
    fn any_arrival_order_and_any_duplication_give_the_same_bytes(
        order in any_order(),
        (touches, mut shuffled) in prop::collection::vec(any_touch(), 0..12)
            .prop_flat_map(|touches| (Just(touches.clone()), Just(touches).prop_shuffle())),
        repeated in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let policy = Policy::v1();
        let bytes = decide(&order, &touches, &policy).canonical_bytes().unwrap();
        if !touches.is_empty() {
            let again = repeated.iter().map(|index| touches[index.index(touches.len())].clone());
            shuffled.extend(again);
        }
        prop_assert_eq!(decide(&order, &shuffled, &policy).canonical_bytes().unwrap(), bytes);
    }

    #[test]
    fn nothing_outside_its_window_or_excluded_ever_earns(
        order in any_order(),
        touches in prop::collection::vec(any_touch(), 0..12),
    ) {
        let decision = decide(&order, &touches, &Policy::v1());
        for line in &decision.lines {
            let Some(credit) = &line.credit else { continue };
            let winner = line.candidates.iter().find(|c| c.touch == credit.touch).unwrap();
            prop_assert_eq!(&winner.verdict, &Verdict::Won);
            prop_assert_eq!(winner.class, TouchClass::Click);
            prop_assert!(winner.exclusions.is_empty());
            prop_assert!(winner.at <= order.quoted_at);
            let bag = line.binding.as_ref().filter(|binding| binding.holds);
            match bag {
                Some(bag) => {
                    prop_assert_eq!(&bag.touch, &credit.touch);
                    prop_assert!(order.quoted_at.since_ms(winner.at) <= 37 * DAY_MS);
                }
                None => prop_assert!(order.quoted_at.since_ms(winner.at) <= 7 * DAY_MS),
            }
        }
        let wins = |line: &LineDecision| {
            line.candidates.iter().filter(|c| c.verdict == Verdict::Won).count()
        };
        prop_assert!(decision.lines.iter().all(|l| wins(l) == usize::from(l.credit.is_some())));
    }

    #[test]
    fn a_bound_line_keeps_its_creator_whatever_comes_later(
        order in any_order(),
        touches in prop::collection::vec(any_touch(), 0..12),
        later in prop::collection::vec(any_touch(), 1..6),
    ) {
        let before = decide(&order, &touches, &Policy::v1());
        let known: BTreeSet<_> = touches.iter().map(|touch| touch.id.clone()).collect();
        let new = later.into_iter().enumerate().map(|(index, mut touch)| {
            touch.id = TouchId::parse(format!("later-{index}")).unwrap();
            touch
        });
        let all: Vec<_> = touches.iter().cloned().chain(new).collect();
        let after = decide(&order, &all, &Policy::v1());
        for (before, after) in before.lines.iter().zip(&after.lines) {
            if before.outcome == Outcome::BagBinding {
                prop_assert_eq!(&before.credit, &after.credit);
                prop_assert!(known.contains(&after.credit.as_ref().unwrap().touch));
            }
        }
    }

    #[test]
    fn credits_sum_exactly_to_the_commission_and_mirror_its_sign(
        order in any_order(),
        touches in prop::collection::vec(any_touch(), 0..12),
    ) {
        let mut bounded = order.clone();
        for line in &mut bounded.lines {
            line.base_minor /= 4;
        }
        let mut opposite = bounded.clone();
        for line in &mut opposite.lines {
            line.base_minor = -line.base_minor;
        }
        let decision = decide(&bounded, &touches, &Policy::v1());
        let mirrored = decide(&opposite, &touches, &Policy::v1());
        let mut by_creator: BTreeMap<CreatorId, i64> = BTreeMap::new();
        for (line, mirror) in decision.lines.iter().zip(&mirrored.lines) {
            let Some(credit) = &line.credit else { continue };
            let due = Money::new(line.base_minor, decision.currency).share(credit.rate.rate_bps);
            prop_assert_eq!(credit.commission_minor, due.amount_minor);
            prop_assert!(credit.commission_minor.abs() <= line.base_minor.abs());
            let mirror = mirror.credit.as_ref().unwrap().commission_minor;
            prop_assert_eq!(mirror, -credit.commission_minor);
            *by_creator.entry(credit.creator.clone()).or_default() += credit.commission_minor;
        }
        let sum: i64 = by_creator.values().sum();
        prop_assert_eq!(decision.commission().unwrap().amount_minor, sum);
    }

    #[test]
    fn a_decision_replayed_from_the_log_is_byte_identical(
        order in any_order(),
        touchpoints in prop::collection::vec(any_touch(), 0..12),
    ) {
        let evidence = Evidence {
            order, touchpoints, policy: Policy::v1(), refused: Vec::new(),
        };
        let decision = evidence.decide();
        let log = serde_json::to_string(&evidence).unwrap();
        let replayed = serde_json::from_str::<Evidence>(&log).unwrap().decide();
        let bytes = decision.canonical_bytes().unwrap();
        prop_assert_eq!(&replayed.canonical_bytes().unwrap(), &bytes);
        prop_assert_eq!(serde_json::from_slice::<OrderDecision>(&bytes).unwrap(), decision.clone());
        let digest = chain_receipt(Digest::START, &decision).unwrap();
        prop_assert_eq!(chain_receipt(Digest::START, &replayed).unwrap(), digest);
        prop_assert_ne!(chain_receipt(digest, &replayed).unwrap(), digest);
    }
}

#[test]
fn what_if_shows_who_would_have_been_paid() {
    let touches = vec![
        touch(TouchClass::Click, "a", "mia", "lamp", age("6d")),
        touch(TouchClass::Click, "b", "noa", "lamp", age("1d")),
    ];
    let order = order(vec![line("lamp", 10_000, &[]), line("rug", 10_000, &[])]);
    let evidence = Evidence {
        order,
        touchpoints: touches,
        policy: Policy::v1(),
        refused: Vec::new(),
    };
    let mut fields = Policy::v1().fields().clone();
    fields.claim = Claim::EarliestClick;
    let other = Policy::try_from(fields).unwrap();
    let answer = crate::what_if(&[evidence.clone(), evidence], &other).unwrap();
    let rows: Vec<_> = answer
        .rows
        .iter()
        .map(|r| (r.creator.as_str(), r.today_minor, r.other_minor))
        .collect();
    assert_eq!(rows, [("mia", 0, 2_000), ("noa", 2_000, 0)]);
    let total = &answer.totals[0];
    assert_eq!((total.today_minor, total.other_minor), (2_000, 2_000));
    assert_eq!((total.today_lines, total.other_lines), (2, 2));
    assert_eq!(answer.changed.len(), 2);
    assert_eq!(
        answer.changed[0].other_creator.as_ref().unwrap().as_str(),
        "mia"
    );
}

#[test]
fn what_if_keeps_a_brands_own_days_unless_the_other_policy_names_the_brand() {
    let mut bound = line("lamp", 10_000, &[]);
    bound.binding = Some(BagBinding {
        touch: TouchId::parse("a").unwrap(),
        bound_at: age("20d"),
    });
    let policy = |days: u16, own: &[(&str, u16)]| {
        let own = own
            .iter()
            .map(|(brand, days)| (BrandId::parse(*brand).unwrap(), *days));
        Policy::try_from(crate::PolicyFields {
            bag_binding_days: days,
            bag_binding_days_by_brand: own.collect(),
            ..Policy::v1().fields().clone()
        })
        .unwrap()
    };
    let check = |own: &Policy, other: &Policy, today: u64, then: u64| {
        let evidence = Evidence {
            order: order(vec![bound.clone()]),
            touchpoints: vec![touch(TouchClass::Click, "a", "mia", "lamp", age("20d"))],
            policy: own.clone(),
            refused: Vec::new(),
        };
        let answer = crate::what_if(&[evidence], other).unwrap();
        let lines = answer
            .totals
            .first()
            .map_or((0, 0), |total| (total.today_lines, total.other_lines));
        assert_eq!(lines, (today, then), "{own:?} {other:?}");
    };
    // Bound 20 days ago. The brand took 60 days itself: another default leaves them alone.
    check(&policy(30, &[("halden", 60)]), &policy(10, &[]), 1, 1);
    check(
        &policy(30, &[("halden", 60)]),
        &policy(10, &[("halden", 10)]),
        1,
        0,
    );
    // It had left the default alone: then the other default holds.
    check(&policy(30, &[("halden", 30)]), &policy(10, &[]), 1, 0);
    check(&policy(30, &[]), &policy(10, &[]), 1, 0);
}

#[test]
fn a_refused_receipt_stands_on_the_decision_and_older_evidence_keeps_its_bytes() {
    let mut evidence = Evidence {
        order: order(vec![line("lamp", 10_000, &[])]),
        touchpoints: Vec::new(),
        policy: Policy::v1(),
        refused: Vec::new(),
    };
    let json = serde_json::to_string(&evidence).unwrap();
    assert!(!json.contains("refused"), "{json}");
    let bytes = evidence.decide().canonical_bytes().unwrap();
    assert!(!String::from_utf8(bytes).unwrap().contains("refused"));
    evidence.refused.push(crate::RefusedReceipt {
        line: Some(0),
        reason: Exclusion::TokenTampered,
    });
    let json = serde_json::to_string(&evidence).unwrap();
    let again: Evidence = serde_json::from_str(&json).unwrap();
    let decision = again.decide();
    assert_eq!(decision.refused, evidence.refused);
    assert_eq!(
        decision.canonical_bytes().unwrap(),
        evidence.decide().canonical_bytes().unwrap()
    );
}
