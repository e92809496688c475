//! The way from view to sale, and what its parties read of it.

use shoptag_commerce::{BasisPoints, Timestamp};
use shoptag_protocol::{
    BagBindingRequest, BagReceipt, ClickReceipt, ClickRequest, DecidedLine, DecisionBinding,
    DecisionCandidate, DecisionCredit, DecisionDocument, DecisionRefusal, DecisionWindow,
    FulfilmentDocument, FulfilmentStatus, RefundDocument, RefundLine, RefundRequest, RefundedLine,
    RejectedTouchpoint, StatementBalance, StatementDocument, StatementLine, StatementMovement,
    TagToken, TouchpointBatch, TouchpointBatchAnswer, TouchpointKind, TouchpointReport,
    ViewSession, ViewSessionRequest,
};

use crate::{check, check_both, id};

const NOON: Timestamp = Timestamp::from_ms(1_795_348_800_000);

const SESSION: &str = "019a0000-0000-7000-8000-00000000000a";

const TOUCH: &str = "019a0000-0000-7000-8000-00000000000b";

#[test]
fn a_view_session_and_its_request() {
    let request = ViewSessionRequest {
        site: id!("pk_demo"),
        video: id!("day"),
        view_session_id: Some(SESSION.to_owned()),
    };
    check("view_session_request", &request);
    let session = ViewSession {
        view_session_id: SESSION.to_owned(),
        tokens: vec![TagToken {
            tag: id!("t1"),
            token: "v4.public.tag".to_owned(),
        }],
        issued_at: NOON,
        expires_at: NOON.plus_ms(900_000),
    };
    check_both("view_session", &session);
}

#[test]
fn a_click_and_its_receipt() {
    let request = ClickRequest {
        touchpoint_id: TOUCH.to_owned(),
        view_session_id: SESSION.to_owned(),
        token: "v4.public.tag".to_owned(),
        sequence: 3,
        occurred_at: NOON,
    };
    check("click_request", &request);
    let receipt = ClickReceipt {
        receipt: "v4.public.click".to_owned(),
        clicked_at: NOON,
        valid_until: NOON.plus_ms(604_800_000),
    };
    check_both("click_receipt", &receipt);
}

#[test]
fn a_bag_binding_and_its_receipt() {
    let request = BagBindingRequest {
        receipt: "v4.public.click".to_owned(),
        variant_id: id!("lamp-sand"),
    };
    check("bag_binding_request", &request);
    let receipt = BagReceipt {
        receipt: "v4.public.bag".to_owned(),
        bound_at: NOON,
        valid_until: NOON.plus_ms(2_592_000_000),
    };
    check_both("bag_receipt", &receipt);
}

#[test]
fn a_batch_of_touchpoints_and_its_answer() {
    let report = |kind, sequence, dwell_ms| TouchpointReport {
        id: TOUCH.to_owned(),
        kind,
        view_session_id: SESSION.to_owned(),
        token: "v4.public.tag".to_owned(),
        sequence,
        occurred_at: NOON,
        position_s: 2.5,
        dwell_ms,
        visible: true,
    };
    let batch = TouchpointBatch {
        site: id!("pk_demo"),
        sent_at: Some(NOON.plus_ms(10_000)),
        dropped: 0,
        touchpoints: vec![
            report(TouchpointKind::Impression, 0, 2_000),
            report(TouchpointKind::Click, 1, 0),
            report(TouchpointKind::CardOpen, 2, 0),
            report(TouchpointKind::BagAdd, 3, 0),
        ],
    };
    check("touchpoint_batch", &batch);
    let answer = TouchpointBatchAnswer {
        accepted: 3,
        rejected: vec![RejectedTouchpoint {
            index: 1,
            code: "ref-unknown".to_owned(),
        }],
    };
    check_both("touchpoint_batch_answer", &answer);
}

fn window(inside: bool) -> DecisionWindow {
    DecisionWindow {
        opened_at: NOON,
        closes_at: NOON.plus_ms(604_800_000),
        measured_at: NOON.plus_ms(60_000),
        inside,
    }
}

fn candidate(kind: &str, won: bool) -> DecisionCandidate {
    DecisionCandidate {
        touchpoint_id: id!(TOUCH),
        kind: kind.to_owned(),
        creator_id: id!("mira"),
        video: id!("day"),
        tag: id!("t1"),
        product_id: id!("lamp"),
        scope: "direct".to_owned(),
        at: NOON,
        window: window(won),
        exclusions: if won {
            Vec::new()
        } else {
            vec!["bot".to_owned()]
        },
        won,
        reason: (!won).then(|| "excluded-bot".to_owned()),
        lost_to: (!won).then(|| id!(TOUCH)),
    }
}

#[test]
fn decision() {
    let credit = DecisionCredit {
        creator_id: id!("mira"),
        touchpoint_id: id!(TOUCH),
        collaboration_id: id!("mira/halden/*/open"),
        kind: "open".to_owned(),
        scope: "direct".to_owned(),
        rate_bps: BasisPoints::new(1_200).unwrap(),
        terms_version: 2,
        rate_terms_version: 1,
        protected_until: Some(NOON.plus_ms(2_592_000_000)),
        commission_minor: 889,
    };
    let binding = DecisionBinding {
        touchpoint_id: id!(TOUCH),
        holds: false,
        reason: Some("outside-window".to_owned()),
        bag_window: window(false),
        click_window: Some(window(true)),
    };
    let document = DecisionDocument {
        number: "ST-7K3Q-94MX".to_owned(),
        order_id: id!("019a0000-0000-7000-8000-000000000003"),
        policy_version: 1,
        policy: "policy v1".to_owned(),
        currency: id!("EUR"),
        quoted_at: NOON,
        sequence: 41,
        digest: "00".repeat(32),
        lines: vec![DecidedLine {
            line: 0,
            variant_id: id!("lamp-sand"),
            product_id: id!("lamp"),
            brand_id: id!("halden"),
            base_minor: 7_412,
            outcome: "direct-click".to_owned(),
            credit: Some(credit),
            binding: Some(binding),
            candidates: vec![candidate("impression", false), candidate("click", true)],
        }],
        refused_receipts: vec![
            DecisionRefusal {
                line: Some(0),
                reason: "token-tampered".to_owned(),
            },
            DecisionRefusal {
                line: None,
                reason: "token-foreign".to_owned(),
            },
        ],
    };
    check("decision", &document);
}

#[test]
fn a_refund_and_a_step() {
    let request = RefundRequest {
        lines: vec![
            RefundLine {
                line: 0,
                amount_minor: Some(500),
                quantity: None,
            },
            RefundLine {
                line: 1,
                amount_minor: None,
                quantity: Some(1),
            },
        ],
    };
    check("refund_request", &request);
    let refund = RefundDocument {
        refund_id: "019a0000-0000-7000-8000-00000000000c".to_owned(),
        number: "ST-7K3Q-94MX".to_owned(),
        currency: id!("EUR"),
        amount_minor: 500,
        refunded_at: NOON,
        lines: vec![RefundedLine {
            line: 0,
            amount_minor: 500,
            quantity: 0,
            remaining_minor: 8_320,
            commission_minor: Some(839),
        }],
    };
    check("refund", &refund);
    let step = FulfilmentDocument {
        number: "ST-7K3Q-94MX".to_owned(),
        brand_id: id!("halden"),
        status: FulfilmentStatus::Shipped,
    };
    check("fulfilment", &step);
}

#[test]
fn statement() {
    let document = StatementDocument {
        party_id: "mira".to_owned(),
        party_kind: "creator".to_owned(),
        balances: vec![StatementBalance {
            currency: "EUR".to_owned(),
            account: "pending".to_owned(),
            amount_minor: 839,
        }],
        lines: vec![StatementLine {
            number: "ST-7K3Q-94MX".to_owned(),
            line: 0,
            title: "Linen lamp".to_owned(),
            creator_id: "mira".to_owned(),
            brand_id: "halden".to_owned(),
            currency: "EUR".to_owned(),
            base_minor: 6_992,
            rate_bps: 1_200,
            commission_minor: 839,
            fee_minor: 84,
            status: "pending".to_owned(),
            due_at: Some(NOON.ms()),
        }],
        next_lines: Some("1795348800000.0.019a0000-0000-7000-8000-000000000003".to_owned()),
        movements: vec![StatementMovement {
            sequence: 7,
            at: NOON.ms(),
            event: "accrue".to_owned(),
            number: Some("ST-7K3Q-94MX".to_owned()),
            line: Some(0),
            account: "pending".to_owned(),
            currency: "EUR".to_owned(),
            amount_minor: 889,
        }],
        next_after: Some(7),
    };
    check("statement", &document);
}
