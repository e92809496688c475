//! Asking for quotes: when, with what, and what an answer means. Pure.

use std::rc::Rc;

use shoptag_commerce::{SECOND_MS, Timestamp};
use shoptag_protocol::{Quote, QuoteLine, QuoteRequest, code};

use crate::checkout::form::Form;
use crate::checkout::separate::stands_twice;
use crate::checkout::state::{Checkout, Quoting, Repriced, Setting, Stage, Trouble};
use crate::effect::Effect;
use crate::event::{Failure, Timer};

/// Pause in typing after which a quote is asked for, milliseconds: longer than the gap between two
/// keys, shorter than the way to the button.
const QUOTE_PAUSE_MS: i64 = 500;
/// First and longest delay before a quote is asked for again by itself, milliseconds.
const QUOTE_RETRY_MS_MIN: i64 = 2 * SECOND_MS;
const QUOTE_RETRY_MS_MAX: i64 = 30 * SECOND_MS;
/// How long before its end a quote is renewed, milliseconds: longer than a request may take.
const QUOTE_RENEWAL_LEAD_MS: i64 = 20 * SECOND_MS;

impl Checkout {
    /// Asks for a quote now.
    pub fn ask(&mut self, setting: Setting<'_>, form: &Form, effects: &mut Vec<Effect>) {
        self.sequence = self.sequence.wrapping_add(1);
        self.asked_revision = self.revision;
        self.quoting = Quoting::Asking;
        let complete = form.is_complete();
        let request = QuoteRequest {
            site: setting.site.clone(),
            video: Some(setting.video.clone()),
            checkout_attempt_id: self.attempt.clone(),
            sequence: Some(self.sequence),
            currency: setting.currency,
            lines: self
                .lines
                .iter()
                .map(|line| QuoteLine {
                    variant_id: line.variant_id.clone(),
                    quantity: line.quantity,
                    receipt: line
                        .receipt
                        .clone()
                        .filter(|_| stands_twice(&self.lines, &line.variant_id)),
                })
                .collect(),
            country: form.country().unwrap_or_default().to_owned(),
            contact: complete.then(|| form.contact()),
            address: complete.then(|| form.address()),
            delivery: form.delivery().to_vec(),
        };
        effects.push(Effect::AskQuote {
            sequence: self.sequence,
            request: Box::new(request),
        });
    }

    /// Something that the quote depends on has changed.
    pub fn edited(&mut self) {
        if !self.is_editable() {
            return;
        }
        self.stage = Stage::Editing;
        self.revision = self.revision.wrapping_add(1);
        if matches!(self.trouble, Some(Trouble::Refused { .. })) {
            self.trouble = None;
        }
    }

    /// The shopper types what the quote depends on; it is asked for after a pause if `ask` says so.
    pub fn typed(&mut self, ask: bool, now: Timestamp, effects: &mut Vec<Effect>) {
        self.edited();
        if ask && self.is_editable() {
            self.wait(now.plus_ms(QUOTE_PAUSE_MS), effects);
        }
    }

    fn wait(&mut self, until: Timestamp, effects: &mut Vec<Effect>) {
        self.quoting = Quoting::Waiting;
        effects.push(Effect::WakeAt {
            timer: Timer::Quote,
            at: until,
        });
    }

    /// The pause is over, or the hold of the quote ends: it is renewed while the shopper is still
    /// here.
    pub fn woken(
        &mut self,
        timer: Timer,
        setting: Setting<'_>,
        form: &Form,
        effects: &mut Vec<Effect>,
    ) {
        let asks = match timer {
            Timer::Quote => self.is_editable() && self.quoting == Quoting::Waiting,
            _ => {
                let is_held = self.quoting == Quoting::Idle && !self.attempt_closed;
                self.stage == Stage::Editing && is_held
            }
        };
        if asks {
            self.ask(setting, form, effects);
        }
    }

    /// A quote has come, or not.
    pub fn answered(
        &mut self,
        sequence: u32,
        answer: Result<Rc<Quote>, Failure>,
        setting: Setting<'_>,
        form: &mut Form,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) {
        if sequence != self.sequence || self.quoting != Quoting::Asking || !self.is_editable() {
            return;
        }
        self.quoting = Quoting::Idle;
        match answer {
            Ok(quote) => self.quoted(quote, setting, now, effects),
            Err(failure) => self.not_quoted(&failure, form, now, effects),
        }
    }

    /// Puts the focus on the first field with something wrong.
    pub fn focus_first_invalid(&mut self, form: &Form) {
        if let Some(field) = form.first_invalid() {
            let demands = self.focus.map_or(0, |(_, demands)| demands);
            self.focus = Some((field, demands.wrapping_add(1)));
        }
    }

    pub(super) fn quoted(
        &mut self,
        quote: Rc<Quote>,
        setting: Setting<'_>,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) {
        self.failures = 0;
        let keep = matches!(self.trouble, Some(Trouble::TotalChanged { .. }));
        if !keep {
            self.trouble = None;
        }
        let hold_ms = quote.expires_at.since_ms(quote.quoted_at);
        let renew_in_ms = (hold_ms - QUOTE_RENEWAL_LEAD_MS).max(QUOTE_RENEWAL_LEAD_MS);
        effects.push(Effect::WakeAt {
            timer: Timer::QuoteExpiry,
            at: now.plus_ms(renew_in_ms),
        });
        self.take_quote(Rc::clone(&quote));
        let &Stage::Confirming {
            entropy,
            shown_minor,
        } = &self.stage
        else {
            return;
        };
        self.stage = Stage::Editing;
        if quote.totals.total_minor != shown_minor {
            self.trouble = Some(Trouble::TotalChanged {
                before_minor: shown_minor,
                offered: None,
            });
        } else if quote.ready {
            self.fix(&entropy, &quote, setting, now, effects);
        } else {
            let code = code::QUOTE_INCOMPLETE.to_owned();
            self.trouble = Some(Trouble::Refused {
                code,
                detail: String::new(),
            });
        }
    }

    pub(super) fn not_quoted(
        &mut self,
        failure: &Failure,
        form: &mut Form,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) {
        let pressed = matches!(self.stage, Stage::Confirming { .. });
        self.stage = Stage::Editing;
        if failure.is_retryable() {
            self.trouble = Some(Trouble::Unreachable);
            let doublings = self.failures.min(4);
            self.failures = self.failures.saturating_add(1);
            let delay_ms = (QUOTE_RETRY_MS_MIN << doublings).min(QUOTE_RETRY_MS_MAX);
            self.wait(now.plus_ms(delay_ms), effects);
            return;
        }
        self.trouble = match failure.problem() {
            Some(problem) => self.trouble_of(problem, form),
            None => Some(Trouble::Unreachable),
        };
        if pressed {
            self.focus_first_invalid(form);
        }
    }

    pub(super) fn take_quote(&mut self, quote: Rc<Quote>) {
        self.quoted_revision = self.asked_revision;
        self.repriced.clear();
        for line in &mut self.lines {
            let priced = quote
                .lines
                .iter()
                .find(|priced| priced.variant_id == line.variant_id);
            if let Some(priced) = priced
                && priced.unit_price_minor != line.unit_price_minor
            {
                self.repriced.push(Repriced {
                    title: line.title.clone(),
                    before_minor: line.unit_price_minor,
                    now_minor: priced.unit_price_minor,
                });
            }
        }
        self.quote = Some(quote);
    }
}
