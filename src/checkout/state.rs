//! One walk through the checkout, from editing to an order on its way. Pure.
//!
//! The shopper never orders at a total that was not on the button when it was pressed: a quote that
//! comes back with another total leads back to editing. Key, order id and attempt id are made from the
//! entropy of one press, so no press can make two.

use std::rc::Rc;

use shoptag_commerce::{
    CheckoutAttemptId, Currency, IdempotencyKey, OrderId, SECOND_MS, SiteKey, Timestamp, VariantId,
    VideoId,
};
use shoptag_protocol::{FieldError, Problem, Quote, QuoteLine, QuoteRequest, SavedLine, code};

use crate::checkout::field::Field;
use crate::checkout::form::Form;
use crate::checkout::submission::{order_request, uuid_v4, uuid_v7};
use crate::effect::Effect;
use crate::event::{Entropy, Failure, Timer};

/// Pause in typing after which a quote is asked for, milliseconds: longer than the gap between two keys,
/// shorter than the way to the button.
const QUOTE_PAUSE_MS: i64 = 500;
/// First and longest delay before a quote is asked for again by itself, milliseconds.
const QUOTE_RETRY_MS_MIN: i64 = 2 * SECOND_MS;
const QUOTE_RETRY_MS_MAX: i64 = 30 * SECOND_MS;
/// How long before its end a quote is renewed, milliseconds: longer than a request may take.
const QUOTE_RENEWAL_LEAD_MS: i64 = 20 * SECOND_MS;

/// What is being bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Everything in the bag.
    Bag,
    /// One product, straight from its card. The bag stays as it is.
    Product,
}

/// Whether the shown quote is what holds now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quoting {
    /// Nothing is being asked.
    Idle,
    /// To be asked when the timer is due.
    Waiting,
    /// Asked.
    Asking,
}

/// Where the walk stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Stage {
    /// The shopper fills in.
    Editing,
    /// The order was pressed; a quote for what stands in the form is on its way.
    Confirming {
        /// Of the press.
        entropy: Entropy,
        /// The total on the button, minor units.
        shown_minor: i64,
    },
    /// The request is being written.
    Fixing {
        /// Made for this press.
        order_id: OrderId,
        /// Made for this press.
        key: IdempotencyKey,
    },
    /// The order is being stored or sent; nothing may change any more.
    Sending {
        /// The submission.
        key: IdempotencyKey,
        /// Whether it outlives the page, as far as is known.
        durable: bool,
    },
}

/// Something that keeps the order from being placed, for the shopper to read.
#[derive(Debug, Clone, PartialEq)]
pub enum Trouble {
    /// The server does not answer; it is asked again by itself.
    Unreachable,
    /// The total is not what it was; the order was not placed.
    TotalChanged {
        /// Minor units, what the shopper saw.
        before_minor: i64,
        /// What holds now, if the server has said so.
        offered: Option<Rc<Quote>>,
    },
    /// There is not enough of something.
    Short(Vec<Shortage>),
    /// The device keeps as many unsent orders as it can.
    OutboxFull,
    /// The server refused for another reason.
    Refused {
        /// Stable code.
        code: String,
        /// The server's sentence, may be empty.
        detail: String,
    },
}

/// A line of which there is not enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortage {
    /// Which.
    pub variant: VariantId,
    /// Its title.
    pub title: String,
    /// How many can still be had.
    pub available: u32,
}

/// A line that costs something else than the bag said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repriced {
    /// Its title.
    pub title: String,
    /// Minor units.
    pub before_minor: i64,
    /// Minor units.
    pub now_minor: i64,
}

/// What every request needs to name.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    /// The page's site key.
    pub site: &'a SiteKey,
    /// The video.
    pub video: &'a VideoId,
    /// The site's currency.
    pub currency: Currency,
}

/// One walk through the checkout.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkout {
    /// What is being bought.
    pub source: Source,
    /// The lines, never empty while the checkout is open.
    pub lines: Vec<SavedLine>,
    /// The last quote.
    pub quote: Option<Rc<Quote>>,
    /// Whether it holds.
    pub quoting: Quoting,
    /// Where the walk stands.
    pub stage: Stage,
    /// What is in the way.
    pub trouble: Option<Trouble>,
    /// Lines that cost something else than the bag said.
    pub repriced: Vec<Repriced>,
    /// The field that shall have the focus, and a number that changes with each demand.
    pub focus: Option<(Field, u32)>,
    /// The record of a refused order that the shopper has not decided about.
    pub refused: Option<IdempotencyKey>,
    attempt: CheckoutAttemptId,
    attempt_closed: bool,
    revision: u32,
    quoted_revision: u32,
    asked_revision: u32,
    sequence: u32,
    failures: u32,
}

impl Checkout {
    /// Opens the checkout for `lines`, with nothing quoted yet.
    #[must_use]
    pub fn open(source: Source, lines: Vec<SavedLine>, entropy: &Entropy) -> Self {
        Self {
            source,
            lines,
            quote: None,
            quoting: Quoting::Idle,
            stage: Stage::Editing,
            trouble: None,
            repriced: Vec::new(),
            focus: None,
            refused: None,
            attempt: attempt_id(entropy),
            attempt_closed: false,
            revision: 1,
            quoted_revision: 0,
            asked_revision: 0,
            sequence: 0,
            failures: 0,
        }
    }

    /// Whether fields may change: no order is being made.
    #[must_use]
    pub fn is_editable(&self) -> bool {
        matches!(self.stage, Stage::Editing | Stage::Confirming { .. })
    }

    /// Whether the button may be pressed.
    #[must_use]
    pub fn can_confirm(&self) -> bool {
        let blocked = matches!(self.trouble, Some(Trouble::Short(_) | Trouble::OutboxFull));
        self.stage == Stage::Editing && self.quote.is_some() && !blocked
    }

    /// Whether a newer quote is expected.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.quoting != Quoting::Idle
    }

    /// Asks for a quote now.
    pub fn ask(&mut self, setting: Setting<'_>, form: &Form) -> Vec<Effect> {
        self.sequence = self.sequence.wrapping_add(1);
        self.asked_revision = self.revision;
        self.quoting = Quoting::Asking;
        let complete = form.is_complete();
        let request = QuoteRequest {
            site: setting.site.clone(),
            video: Some(setting.video.clone()),
            checkout_attempt_id: self.attempt.clone(),
            currency: setting.currency,
            lines: self
                .lines
                .iter()
                .map(|line| QuoteLine {
                    variant_id: line.variant_id.clone(),
                    quantity: line.quantity,
                })
                .collect(),
            country: form.country().unwrap_or_default().to_owned(),
            contact: form.contact().filter(|_| complete),
            address: form.address().filter(|_| complete),
            delivery: form.delivery().to_vec(),
        };
        vec![Effect::AskQuote {
            sequence: self.sequence,
            request: Box::new(request),
        }]
    }

    /// Something that the quote depends on has changed; it is asked for after a pause if `ask` says so.
    pub fn changed(&mut self, ask: bool, now: Timestamp) -> Vec<Effect> {
        if !self.is_editable() {
            return Vec::new();
        }
        self.stage = Stage::Editing;
        self.revision = self.revision.wrapping_add(1);
        if matches!(self.trouble, Some(Trouble::Refused { .. })) {
            self.trouble = None;
        }
        if !ask {
            return Vec::new();
        }
        self.quoting = Quoting::Waiting;
        vec![Effect::WakeAt {
            timer: Timer::Quote,
            at: now.plus_ms(QUOTE_PAUSE_MS),
        }]
    }

    /// The pause is over.
    pub fn quote_due(&mut self, setting: Setting<'_>, form: &Form) -> Vec<Effect> {
        if self.is_editable() && self.quoting == Quoting::Waiting {
            self.ask(setting, form)
        } else {
            Vec::new()
        }
    }

    /// The hold of the quote ends: it is renewed while the shopper is still here.
    pub fn quote_expiring(&mut self, setting: Setting<'_>, form: &Form) -> Vec<Effect> {
        if self.stage == Stage::Editing && self.quoting == Quoting::Idle && !self.attempt_closed {
            self.ask(setting, form)
        } else {
            Vec::new()
        }
    }

    /// The order was pressed. The form has been checked and is complete.
    pub fn confirm(
        &mut self,
        entropy: Entropy,
        setting: Setting<'_>,
        form: &Form,
        now: Timestamp,
    ) -> Vec<Effect> {
        let Some(quote) = self.quote.clone().filter(|_| self.can_confirm()) else {
            return Vec::new();
        };
        let shown_minor = quote.totals.total_minor;
        self.trouble = None;
        let holds = quote.ready && self.quoted_revision == self.revision && !self.attempt_closed;
        if holds && self.quoting == Quoting::Idle {
            return self.fix(&entropy, &quote, setting, now);
        }
        self.renew_attempt(&entropy);
        self.stage = Stage::Confirming {
            entropy,
            shown_minor,
        };
        self.ask(setting, form)
    }

    /// The changed price is accepted: another attempt, another key.
    pub fn accept_change(
        &mut self,
        entropy: Entropy,
        setting: Setting<'_>,
        form: &Form,
        now: Timestamp,
    ) -> Vec<Effect> {
        let Some(Trouble::TotalChanged { offered, .. }) = &self.trouble else {
            return Vec::new();
        };
        match offered.clone() {
            Some(quote) => {
                self.attempt = quote.checkout_attempt_id.clone();
                self.attempt_closed = false;
                self.take_quote(quote);
            }
            None => self.renew_attempt(&entropy),
        }
        self.trouble = None;
        self.confirm(entropy, setting, form, now)
    }

    /// The short lines are reduced to what can be had; those of which nothing is left go.
    pub fn accept_shortage(
        &mut self,
        entropy: &Entropy,
        setting: Setting<'_>,
        form: &Form,
    ) -> Vec<Effect> {
        let Some(Trouble::Short(shortages)) = self.trouble.take() else {
            return Vec::new();
        };
        for line in &mut self.lines {
            if let Some(short) = shortages
                .iter()
                .find(|short| short.variant == line.variant_id)
            {
                line.quantity = line.quantity.min(short.available);
            }
        }
        self.lines.retain(|line| line.quantity > 0);
        self.renew_attempt(entropy);
        self.revision = self.revision.wrapping_add(1);
        if self.lines.is_empty() {
            Vec::new()
        } else {
            self.ask(setting, form)
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
    ) -> Vec<Effect> {
        if sequence != self.sequence || self.quoting != Quoting::Asking || !self.is_editable() {
            return Vec::new();
        }
        self.quoting = Quoting::Idle;
        match answer {
            Ok(quote) => self.quoted(quote, setting, now),
            Err(failure) => self.not_quoted(&failure, form, now),
        }
    }

    /// The order is on its way into storage.
    pub fn sending(&mut self, key: IdempotencyKey) {
        self.stage = Stage::Sending { key, durable: true };
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

    fn quoted(&mut self, quote: Rc<Quote>, setting: Setting<'_>, now: Timestamp) -> Vec<Effect> {
        self.failures = 0;
        let keep = matches!(self.trouble, Some(Trouble::TotalChanged { .. }));
        if !keep {
            self.trouble = None;
        }
        let hold_ms = quote.expires_at.since_ms(quote.quoted_at);
        let renew_in_ms = (hold_ms - QUOTE_RENEWAL_LEAD_MS).max(QUOTE_RENEWAL_LEAD_MS);
        let mut effects = vec![Effect::WakeAt {
            timer: Timer::QuoteExpiry,
            at: now.plus_ms(renew_in_ms),
        }];
        self.take_quote(Rc::clone(&quote));
        let Stage::Confirming {
            entropy,
            shown_minor,
        } = self.stage.clone()
        else {
            return effects;
        };
        self.stage = Stage::Editing;
        if quote.totals.total_minor != shown_minor {
            self.trouble = Some(Trouble::TotalChanged {
                before_minor: shown_minor,
                offered: None,
            });
        } else if quote.ready {
            effects.extend(self.fix(&entropy, &quote, setting, now));
        } else {
            let code = code::QUOTE_INCOMPLETE.to_owned();
            self.trouble = Some(Trouble::Refused {
                code,
                detail: String::new(),
            });
        }
        effects
    }

    fn not_quoted(&mut self, failure: &Failure, form: &mut Form, now: Timestamp) -> Vec<Effect> {
        let pressed = matches!(self.stage, Stage::Confirming { .. });
        self.stage = Stage::Editing;
        if failure.is_retryable() {
            self.trouble = Some(Trouble::Unreachable);
            self.quoting = Quoting::Waiting;
            let doublings = self.failures.min(4);
            self.failures = self.failures.saturating_add(1);
            let delay_ms = (QUOTE_RETRY_MS_MIN << doublings).min(QUOTE_RETRY_MS_MAX);
            return vec![Effect::WakeAt {
                timer: Timer::Quote,
                at: now.plus_ms(delay_ms),
            }];
        }
        self.trouble = match failure.problem() {
            Some(problem) => self.trouble_of(problem, form),
            None => Some(Trouble::Unreachable),
        };
        if pressed {
            self.focus_first_invalid(form);
        }
        Vec::new()
    }

    /// Puts the focus on the first field with something wrong.
    pub fn focus_first_invalid(&mut self, form: &Form) {
        if let Some(field) = form.first_invalid() {
            let demands = self.focus.map_or(0, |(_, demands)| demands);
            self.focus = Some((field, demands.wrapping_add(1)));
        }
    }

    /// What a refusal means for the shopper; `None` when it stands beside a field.
    fn trouble_of(&self, problem: &Problem, form: &mut Form) -> Option<Trouble> {
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
    fn shortages(&self, errors: &[FieldError]) -> Vec<Shortage> {
        let shortage = |line: &SavedLine, available: Option<u32>| Shortage {
            variant: line.variant_id.clone(),
            title: line.title.clone(),
            available: available.unwrap_or(0).min(line.quantity),
        };
        let named: Vec<Shortage> = errors
            .iter()
            .filter_map(|error| {
                let index = error.pointer.strip_prefix("/lines/")?.split('/').next()?;
                let line = self.lines.get(index.parse::<usize>().ok()?)?;
                Some(shortage(line, error.available))
            })
            .collect();
        if named.is_empty() {
            self.lines.iter().map(|line| shortage(line, None)).collect()
        } else {
            named
        }
    }

    fn take_quote(&mut self, quote: Rc<Quote>) {
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

    fn renew_attempt(&mut self, entropy: &Entropy) {
        if self.attempt_closed {
            self.attempt = attempt_id(entropy);
            self.attempt_closed = false;
        }
    }

    /// The one place in which a key and an order id are made.
    fn fix(
        &mut self,
        entropy: &Entropy,
        quote: &Quote,
        setting: Setting<'_>,
        now: Timestamp,
    ) -> Vec<Effect> {
        let Ok(order_id) = OrderId::parse(uuid_v7(now, entropy.order())) else {
            return Vec::new();
        };
        let key = IdempotencyKey::from_random(entropy.key());
        self.stage = Stage::Fixing {
            order_id: order_id.clone(),
            key,
        };
        let request = order_request(setting.site.clone(), order_id, quote, &self.lines, now);
        vec![Effect::FixOrder(Box::new(request))]
    }
}

fn attempt_id(entropy: &Entropy) -> CheckoutAttemptId {
    let text = uuid_v4(entropy.attempt());
    CheckoutAttemptId::parse(text).unwrap_or_else(|_| unreachable!("a UUID is an id"))
}
