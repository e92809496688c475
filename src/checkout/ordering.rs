//! From the press of the button to an order that is sent, and back when the server refuses. Pure.

use std::rc::Rc;

use shoptag_commerce::{IdempotencyKey, OrderId, Timestamp};
use shoptag_protocol::{FieldError, Problem, Quote, SavedLine, code};

use crate::bag::LineId;
use crate::checkout::form::Form;
use crate::checkout::state::{Checkout, Quoting, Setting, Shortage, Stage, Trouble, attempt_id};
use crate::checkout::submission::{order_request, uuid_v7};
use crate::effect::Effect;
use crate::event::{Entropy, Failure};

impl Checkout {
    /// The order was pressed. The form has been checked and is complete.
    pub fn confirm(
        &mut self,
        entropy: Entropy,
        setting: Setting<'_>,
        form: &Form,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) {
        let Some(quote) = self.quote.clone().filter(|_| self.can_confirm()) else {
            return;
        };
        let shown_minor = quote.totals.total_minor;
        self.trouble = None;
        let holds = quote.ready && self.quoted_revision == self.revision && !self.attempt_closed;
        if holds && self.quoting == Quoting::Idle {
            self.fix(&entropy, &quote, setting, now, effects);
            return;
        }
        self.renew_attempt(&entropy, now);
        self.stage = Stage::Confirming {
            entropy,
            shown_minor,
        };
        self.ask(setting, form, effects);
    }

    /// The changed price is accepted: another attempt, another key.
    pub fn accept_change(
        &mut self,
        entropy: Entropy,
        setting: Setting<'_>,
        form: &Form,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) {
        let Some(Trouble::TotalChanged { offered, .. }) = &self.trouble else {
            return;
        };
        // Without an offer the old quote belongs to an attempt that is over: `confirm` asks for
        // another.
        if let Some(quote) = offered.clone() {
            self.attempt = quote.checkout_attempt_id.clone();
            self.attempt_closed = false;
            self.take_quote(quote);
        }
        self.trouble = None;
        self.confirm(entropy, setting, form, now, effects);
    }

    /// The short lines are reduced to what can be had; those of which nothing is left go. Returns
    /// what was short, nothing if nothing was.
    pub fn accept_shortage(
        &mut self,
        entropy: &Entropy,
        setting: Setting<'_>,
        form: &Form,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) -> Vec<Shortage> {
        let Some(Trouble::Short(shortages)) = &self.trouble else {
            return Vec::new();
        };
        let shortages = shortages.clone();
        self.trouble = None;
        for line in &mut self.lines {
            if let Some(short) = shortages.iter().find(|short| short.line.is(line)) {
                line.quantity = line.quantity.min(short.available);
            }
        }
        self.lines.retain(|line| line.quantity > 0);
        self.renew_attempt(entropy, now);
        self.revision = self.revision.wrapping_add(1);
        if !self.lines.is_empty() {
            self.ask(setting, form, effects);
        }
        shortages
    }

    /// The order has been stored, or cannot be (`durable` is false): it is on its way.
    pub fn sending(&mut self, key: IdempotencyKey, durable: bool) {
        self.stage = Stage::Sending { key, durable };
    }

    /// The order could not be made; nothing was sent.
    pub fn not_made(&mut self, trouble: Trouble) {
        self.stage = Stage::Editing;
        self.trouble = Some(trouble);
    }

    /// The server refused the order for good. No order exists; this attempt is over.
    pub fn refused(&mut self, key: IdempotencyKey, failure: &Failure, form: &mut Form) {
        self.stage = Stage::Editing;
        self.attempt_closed = true;
        self.refused = Some(key);
        let before_minor = self
            .quote
            .as_ref()
            .map_or(0, |quote| quote.totals.total_minor);
        let Some(problem) = failure.problem() else {
            self.trouble = Some(Trouble::Unreachable);
            return;
        };
        self.trouble = match problem.code.as_str() {
            code::PRICE_CHANGED | code::QUOTE_EXPIRED => Some(Trouble::TotalChanged {
                before_minor,
                offered: problem.quote.as_deref().cloned().map(Rc::new),
            }),
            _ => self.trouble_of(problem, form),
        };
    }

    /// What a refusal means for the shopper; `None` when it stands beside a field.
    pub(super) fn trouble_of(&self, problem: &Problem, form: &mut Form) -> Option<Trouble> {
        if problem.code == code::OUT_OF_STOCK {
            return Some(Trouble::Short(self.shortages(&problem.errors)));
        }
        let others = form.refuse(&problem.errors);
        if others
            .iter()
            .any(|error| error.pointer.starts_with("/delivery"))
        {
            form.forget_delivery();
        }
        let beside_fields = !problem.errors.is_empty() && others.is_empty();
        (!beside_fields).then(|| Trouble::Refused {
            code: problem.code.clone(),
            detail: others
                .first()
                .map(|error| error.detail.clone())
                .or_else(|| problem.detail.clone())
                .unwrap_or_default(),
        })
    }

    /// The lines that `errors` point at; without a usable pointer every line is meant.
    pub(super) fn shortages(&self, errors: &[FieldError]) -> Vec<Shortage> {
        let shortage = |line: &SavedLine, available: Option<u32>| Shortage {
            line: LineId::of(line),
            title: line.title.clone(),
            available: available.unwrap_or(0).min(line.quantity),
        };
        let mut shortages = Vec::new();
        for error in errors {
            if let Some(line) = line_at(&error.pointer).and_then(|index| self.lines.get(index)) {
                shortages.push(shortage(line, error.available));
            }
        }
        if shortages.is_empty() {
            for line in &self.lines {
                shortages.push(shortage(line, None));
            }
        }
        shortages
    }

    pub(super) fn renew_attempt(&mut self, entropy: &Entropy, now: Timestamp) {
        if self.attempt_closed {
            self.attempt = attempt_id(entropy, now);
            self.attempt_closed = false;
        }
    }

    /// The one place in which a key and an order id are made.
    pub(super) fn fix(
        &mut self,
        entropy: &Entropy,
        quote: &Quote,
        setting: Setting<'_>,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) {
        let Ok(order_id) = OrderId::parse(uuid_v7(now, entropy.order())) else {
            return;
        };
        let key = IdempotencyKey::new(now, entropy.key());
        self.stage = Stage::Fixing {
            order_id: order_id.clone(),
            key,
        };
        let request = order_request(setting.site.clone(), order_id, quote, &self.lines, now);
        effects.push(Effect::FixOrder(Box::new(request)));
    }
}

/// The line that a JSON pointer into a request points at, by its index.
fn line_at(pointer: &str) -> Option<usize> {
    let rest = pointer.strip_prefix("/lines/")?;
    let index = rest.split_once('/').map_or(rest, |(index, _)| index);
    index.parse().ok()
}
