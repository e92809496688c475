//! Who earned each line of an order. Pure: no clock, no I/O, no float, and the same answer for
//! every arrival order of the touchpoints.

use std::cmp::{Ordering, Reverse};
use std::collections::BTreeSet;

use shoptag_commerce::{Money, TouchId};

use crate::{
    BagBinding, BindingReport, Candidate, Claim, Credit, Exclusion, HaloRule, LineDecision,
    LineForDecision, LossReason, OrderDecision, OrderForDecision, Outcome, POLICY_VERSION, Policy,
    Scope, StampedRate, Terms, TouchClass, Touchpoint, Verdict, Window,
};

/// Decides every line of `order` by `policy`. Per line at most one creator is paid: the click that
/// the line was bound to in the bag, else the latest click on the product, else the latest click on
/// another product of the brand for which a halo rate was agreed, else nobody.
///
/// Touchpoints may come in any order and more than once; of two with one id, the first received
/// counts.
#[must_use]
pub fn decide(
    order: &OrderForDecision,
    touchpoints: &[Touchpoint],
    policy: &Policy,
) -> OrderDecision {
    let touchpoints = in_order_of_time(touchpoints);
    let lines = (0..).zip(&order.lines);
    OrderDecision {
        policy_version: POLICY_VERSION,
        policy: policy.fields().name.clone(),
        order: order.order.clone(),
        currency: order.currency,
        quoted_at: order.quoted_at,
        lines: lines
            .map(|(index, line)| {
                Weighing {
                    order,
                    policy,
                    line,
                }
                .decide(index, &touchpoints)
            })
            .collect(),
        refused: Vec::new(),
    }
}

/// Each touchpoint once, by time, sequence and id.
fn in_order_of_time(touchpoints: &[Touchpoint]) -> Vec<&Touchpoint> {
    let mut once: Vec<&Touchpoint> = touchpoints.iter().collect();
    // Of two bodies under one id the first received counts; equal times fall back to the whole
    // body, so that the arrival order never matters.
    once.sort_by(|a, b| {
        let key = |touch: &Touchpoint| (touch.late, touch.time.received_at);
        a.id.cmp(&b.id).then(key(a).cmp(&key(b))).then(a.cmp(b))
    });
    once.dedup_by(|later, first| later.id == first.id);
    once.sort_by(|a, b| {
        a.time
            .at
            .cmp(&b.time.at)
            .then(a.sequence.cmp(&b.sequence))
            .then(a.id.cmp(&b.id))
    });
    once
}

/// One line, and what it is weighed against.
#[derive(Clone, Copy)]
struct Weighing<'a> {
    order: &'a OrderForDecision,
    policy: &'a Policy,
    line: &'a LineForDecision,
}

/// A click that may be paid.
#[derive(Clone, Copy)]
struct Claimant<'a> {
    touch: &'a Touchpoint,
    terms: &'a Terms,
    scope: Scope,
    rate: StampedRate,
}

impl<'a> Weighing<'a> {
    fn decide(self, index: u32, touchpoints: &[&'a Touchpoint]) -> LineDecision {
        let mut candidates: Vec<(&Touchpoint, Result<Claimant<'_>, LossReason>)> = touchpoints
            .iter()
            .filter(|touch| touch.brand == self.line.brand)
            .map(|&touch| (touch, self.weigh(touch)))
            .collect();
        let (binding, bound) = match &self.line.binding {
            Some(binding) => self.weigh_binding(binding, touchpoints),
            None => (None, None),
        };
        if let Some(bound) = bound {
            // The bound click counts by the bag's window, not by its own.
            for (touch, weighed) in &mut candidates {
                if touch.id == bound.touch.id {
                    *weighed = Ok(bound);
                }
            }
        }
        let free = candidates
            .iter()
            .filter_map(|(_, weighed)| weighed.as_ref().ok())
            .copied();
        let winner = bound.or_else(|| free.max_by(|a, b| self.compare(a, b)));
        LineDecision {
            line: index,
            variant: self.line.variant.clone(),
            product: self.line.product.clone(),
            brand: self.line.brand.clone(),
            base_minor: self.line.base_minor,
            outcome: outcome(winner.as_ref(), bound.is_some()),
            credit: winner.map(|winner| self.credit(&winner)),
            binding,
            candidates: candidates
                .into_iter()
                .map(|(touch, weighed)| {
                    let verdict = match weighed {
                        Err(reason) => Verdict::Lost { reason, to: None },
                        Ok(claimant) => self.verdict(&claimant, winner.as_ref(), bound.is_some()),
                    };
                    self.candidate(touch, verdict)
                })
                .collect(),
        }
    }

    /// Whether a touch may be paid at all, by itself; or the first reason why not.
    fn weigh(self, touch: &'a Touchpoint) -> Result<Claimant<'a>, LossReason> {
        let claimant = self.weigh_without_window(touch)?;
        if self.window(touch).inside {
            Ok(claimant)
        } else {
            Err(LossReason::OutsideWindow)
        }
    }

    fn weigh_without_window(self, touch: &'a Touchpoint) -> Result<Claimant<'a>, LossReason> {
        if touch.late {
            return Err(LossReason::Late);
        }
        if touch.time.at > self.order.quoted_at {
            return Err(LossReason::AfterQuote);
        }
        if let Some(&exclusion) = self.exclusions(touch).first() {
            return Err(LossReason::Excluded(exclusion));
        }
        if touch.class == TouchClass::View {
            let inside = self.window(touch).inside;
            return Err(match inside {
                true => LossReason::ImpressionPaysNothing,
                false => LossReason::OutsideWindow,
            });
        }
        let not_in_force = LossReason::Excluded(Exclusion::CollaborationNotInForce);
        let terms = touch.terms.as_ref().ok_or(not_in_force)?;
        let scope = self.scope(touch);
        let halo_paid = self.policy.fields().halo == HaloRule::AsAgreed;
        let rate = terms
            .rate_for(scope)
            .filter(|_| scope == Scope::Direct || halo_paid)
            .ok_or(LossReason::HaloNotAgreed)?;
        Ok(Claimant {
            touch,
            terms,
            scope,
            rate,
        })
    }

    /// What was found when the touch came, and what only the order shows.
    fn exclusions(self, touch: &Touchpoint) -> BTreeSet<Exclusion> {
        let mut exclusions = touch.exclusions.clone();
        if self.order.test {
            exclusions.insert(Exclusion::TestOrder);
        }
        let signs = self.order.self_purchases.iter();
        let own = signs.filter(|sign| sign.creator == touch.creator);
        exclusions.extend(own.map(|sign| sign.signal.exclusion()));
        let in_force = touch
            .terms
            .as_ref()
            .is_some_and(|terms| terms.in_force_at(touch.time.at));
        if !in_force {
            exclusions.insert(Exclusion::CollaborationNotInForce);
        }
        let to_order_ms = self.order.placed_at.since_ms(touch.time.at);
        let person_ms = i64::from(self.policy.fields().click_to_order_ms_min);
        if touch.class == TouchClass::Click && to_order_ms < person_ms {
            exclusions.insert(Exclusion::ImpossibleDwell);
        }
        exclusions
    }

    /// The binding's report, and its click if the binding holds.
    fn weigh_binding(
        self,
        binding: &BagBinding,
        touchpoints: &[&'a Touchpoint],
    ) -> (Option<BindingReport>, Option<Claimant<'a>>) {
        let touch = touchpoints
            .iter()
            .copied()
            .find(|touch| touch.id == binding.touch);
        let touch = touch.filter(|touch| touch.brand == self.line.brand);
        // Two instants of the server, taken on two roads: the bag cannot come before its click.
        let bound_at = touch.map_or(binding.bound_at, |touch| {
            binding.bound_at.max(touch.time.at)
        });
        let bag_window = Window::measure(
            bound_at,
            self.policy.bag_binding_ms(&self.line.brand),
            self.order.quoted_at,
        );
        let click_window = touch
            .map(|touch| Window::measure(touch.time.at, self.policy.click_window_ms(), bound_at));
        let weighed = touch.map(|touch| {
            let claimant = self.weigh_without_window(touch)?;
            if bound_at > self.order.quoted_at {
                return Err(LossReason::AfterQuote);
            }
            let inside = bag_window.inside && click_window.is_some_and(|window| window.inside);
            if inside {
                Ok(claimant)
            } else {
                Err(LossReason::OutsideWindow)
            }
        });
        let report = BindingReport {
            touch: binding.touch.clone(),
            click_window,
            bag_window,
            holds: matches!(weighed, Some(Ok(_))),
            reason: weighed.and_then(Result::err),
        };
        (Some(report), weighed.and_then(Result::ok))
    }

    fn scope(self, touch: &Touchpoint) -> Scope {
        if touch.product == self.line.product {
            Scope::Direct
        } else {
            Scope::Halo
        }
    }

    fn window(self, touch: &Touchpoint) -> Window {
        let length_ms = match touch.class {
            TouchClass::Click => self.policy.click_window_ms(),
            TouchClass::View => self.policy.view_window_ms(),
        };
        Window::measure(touch.time.at, length_ms, self.order.quoted_at)
    }

    /// A total order of clicks; the greatest is paid. Direct before halo, then time, sequence,
    /// smallest id.
    fn compare(self, a: &Claimant<'_>, b: &Claimant<'_>) -> Ordering {
        let time = self.compare_time(a, b);
        a.scope
            .cmp(&b.scope)
            .then(time)
            .then_with(|| smallest(&a.touch.id, &b.touch.id))
    }

    fn compare_time(self, a: &Claimant<'_>, b: &Claimant<'_>) -> Ordering {
        let key = |claimant: &Claimant<'_>| (claimant.touch.time.at, claimant.touch.sequence);
        match self.policy.fields().claim {
            Claim::LatestClick => key(a).cmp(&key(b)),
            Claim::EarliestClick => key(b).cmp(&key(a)),
        }
    }

    fn verdict(self, own: &Claimant<'_>, winner: Option<&Claimant<'_>>, bound: bool) -> Verdict {
        let Some(winner) = winner.filter(|winner| winner.touch.id != own.touch.id) else {
            return Verdict::Won;
        };
        let reason = if bound {
            LossReason::BoundToOtherClick
        } else if own.scope != winner.scope {
            LossReason::DirectGoesFirst
        } else if own.touch.time.at != winner.touch.time.at {
            LossReason::OtherClickGoesFirst
        } else if own.touch.sequence != winner.touch.sequence {
            LossReason::SequenceGoesFirst
        } else {
            LossReason::IdGoesFirst
        };
        Verdict::Lost {
            reason,
            to: Some(winner.touch.id.clone()),
        }
    }

    fn candidate(self, touch: &Touchpoint, verdict: Verdict) -> Candidate {
        Candidate {
            touch: touch.id.clone(),
            class: touch.class,
            creator: touch.creator.clone(),
            video: touch.video.clone(),
            tag: touch.tag.clone(),
            product: touch.product.clone(),
            scope: self.scope(touch),
            at: touch.time.at,
            sequence: touch.sequence,
            window: self.window(touch),
            exclusions: self.exclusions(touch),
            verdict,
        }
    }

    fn credit(self, winner: &Claimant<'_>) -> Credit {
        let base = Money::new(self.line.base_minor, self.order.currency);
        Credit {
            creator: winner.touch.creator.clone(),
            touch: winner.touch.id.clone(),
            collaboration: winner.terms.collaboration.clone(),
            kind: winner.terms.kind,
            terms_version: winner.terms.terms_version,
            scope: winner.scope,
            rate: winner.rate,
            commission_minor: base.share(winner.rate.rate_bps).amount_minor,
        }
    }
}

fn outcome(winner: Option<&Claimant<'_>>, bound: bool) -> Outcome {
    match winner.map(|winner| winner.scope) {
        None => Outcome::Nobody,
        Some(_) if bound => Outcome::BagBinding,
        Some(Scope::Direct) => Outcome::DirectClick,
        Some(Scope::Halo) => Outcome::HaloClick,
    }
}

/// The smaller id is the greater claim.
fn smallest(a: &TouchId, b: &TouchId) -> Ordering {
    Reverse(a).cmp(&Reverse(b))
}

#[cfg(test)]
mod tests;
