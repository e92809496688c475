//! A decision as its parties read it.

use shoptag_attribution::{
    Candidate, Exclusion, LineDecision, OrderDecision, RateSource, Scope, TouchClass, Verdict,
    Window,
};
use shoptag_commerce::Digest;
use shoptag_protocol::{
    DecidedLine, DecisionBinding, DecisionCandidate, DecisionCredit, DecisionDocument,
    DecisionRefusal, DecisionWindow,
};

use crate::ledger_accounts::PartyKind;

/// A decision as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct DecisionRecord {
    /// The order's number for people.
    pub number: String,
    /// Position in the tenant's chain, from 0.
    pub sequence: u64,
    /// Covers this receipt and all before it.
    pub digest: Digest,
    /// What was decided.
    pub decision: OrderDecision,
}

/// What `party` may see of a decision: the lines it sold or took part in. `None`: it has no part.
#[must_use]
pub fn shown(record: &DecisionRecord, party: &PartyKind) -> Option<DecisionDocument> {
    let decision = &record.decision;
    let lines: Vec<DecidedLine> = decision
        .lines
        .iter()
        .filter(|line| takes_part(line, party))
        .map(line)
        .collect();
    let shows = |of: Option<u32>| of.is_none_or(|of| lines.iter().any(|line| line.line == of));
    let refused = decision.refused.iter().filter(|it| shows(it.line));
    let refused_receipts = refused
        .map(|it| DecisionRefusal {
            line: it.line,
            reason: exclusion_code(&it.reason),
        })
        .collect();
    (!lines.is_empty()).then(|| DecisionDocument {
        number: record.number.clone(),
        order_id: decision.order.clone(),
        policy_version: decision.policy_version,
        policy: decision.policy.clone(),
        currency: decision.currency,
        quoted_at: decision.quoted_at,
        sequence: record.sequence,
        digest: record.digest.to_string(),
        refused_receipts,
        lines,
    })
}

fn takes_part(line: &LineDecision, party: &PartyKind) -> bool {
    match party {
        PartyKind::Brand(brand) => line.brand == *brand,
        PartyKind::Creator(creator) => line.candidates.iter().any(|it| it.creator == *creator),
    }
}

fn line(line: &LineDecision) -> DecidedLine {
    DecidedLine {
        line: line.line,
        variant_id: line.variant.clone(),
        product_id: line.product.clone(),
        brand_id: line.brand.clone(),
        base_minor: line.base_minor,
        outcome: name(&line.outcome),
        credit: line.credit.as_ref().map(|credit| {
            let (source, protected_until) = match credit.rate.source {
                RateSource::Current { terms_version } => (terms_version, None),
                RateSource::Protected {
                    terms_version,
                    until,
                } => (terms_version, Some(until)),
            };
            DecisionCredit {
                creator_id: credit.creator.clone(),
                touchpoint_id: credit.touch.clone(),
                collaboration_id: credit.collaboration.clone(),
                kind: name(&credit.kind),
                scope: name(&credit.scope),
                rate_bps: credit.rate.rate_bps,
                terms_version: credit.terms_version,
                rate_terms_version: source,
                protected_until,
                commission_minor: credit.commission_minor,
            }
        }),
        binding: line.binding.as_ref().map(|binding| DecisionBinding {
            touchpoint_id: binding.touch.clone(),
            holds: binding.holds,
            reason: binding.reason.map(|reason| reason.code()),
            bag_window: window(&binding.bag_window),
            click_window: binding.click_window.as_ref().map(window),
        }),
        candidates: line.candidates.iter().map(candidate).collect(),
    }
}

fn candidate(candidate: &Candidate) -> DecisionCandidate {
    let (won, reason, lost_to) = match &candidate.verdict {
        Verdict::Won => (true, None, None),
        Verdict::Lost { reason, to } => (false, Some(reason.code()), to.clone()),
    };
    DecisionCandidate {
        touchpoint_id: candidate.touch.clone(),
        kind: match candidate.class {
            TouchClass::Click => "click".to_owned(),
            TouchClass::View => "impression".to_owned(),
        },
        creator_id: candidate.creator.clone(),
        video: candidate.video.clone(),
        tag: candidate.tag.clone(),
        product_id: candidate.product.clone(),
        scope: match candidate.scope {
            Scope::Direct => "direct".to_owned(),
            Scope::Halo => "halo".to_owned(),
        },
        at: candidate.at,
        window: window(&candidate.window),
        exclusions: candidate.exclusions.iter().map(exclusion_code).collect(),
        won,
        reason,
        lost_to,
    }
}

fn window(window: &Window) -> DecisionWindow {
    DecisionWindow {
        opened_at: window.opened_at,
        closes_at: window.closes_at,
        measured_at: window.measured_at,
        inside: window.inside,
    }
}

/// The stable code of an exclusion, as the receipt writes it.
#[must_use]
pub(crate) fn exclusion_code(exclusion: &Exclusion) -> String {
    name(exclusion)
}

/// A unit variant as serde writes it.
fn name<T: serde::Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}
