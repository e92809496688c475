//! What becomes of a submitted order, decided on facts read in its transaction. Pure.
//!
//! A refusal because of price, quote or stock (409) creates no order, closes the checkout attempt
//! and carries a fresh quote under a new attempt, if there still is something to quote.

use shoptag_commerce::{SiteKey, Timestamp, VideoId};
use shoptag_protocol::{
    DeliveryChoice, DeliveryOption, FulfilmentStatus, OrderedLine, PricedLine, Quote, QuoteLine,
    QuotedShipment, Shipment, code,
};

use super::{NewOrder, OrderRecord, StoredAnswer, Submission};
use crate::error::ApiError;
use crate::quotes::{self, BagFacts, Terms};

/// The quote that an order names, as it was stored.
#[derive(Debug, Clone, PartialEq)]
pub struct QuoteFact {
    /// As it was answered.
    pub document: Quote,
    /// Through which site it was asked for.
    pub site: SiteKey,
    /// In which video.
    pub video: Option<VideoId>,
    /// Where to.
    pub country: String,
    /// No newer quote has replaced it, no order has used it.
    pub is_open: bool,
    /// It holds the stock of its lines.
    pub holds: bool,
}

/// What is known when an order is decided.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderFacts {
    /// The quote it names; `None` when the tenant has no such quote.
    pub quote: Option<QuoteFact>,
    /// Which of the order's variants are not for sale (any more), by line.
    pub unknown_lines: Vec<usize>,
    /// What there is to sell, when there is a quote.
    pub supply: Option<Supply>,
}

/// What an order is held against.
#[derive(Debug, Clone, PartialEq)]
pub enum Supply {
    /// The quote [`stands`]: pieces on hand of each of its lines; `None`: they are not counted.
    OnHand(Vec<Option<i64>>),
    /// It does not.
    Catalogue {
        /// The catalogue now, for the quote's lines, the quote's own hold not counted in `held`.
        bag: Box<BagFacts>,
        /// Another order of the tenant has this id.
        order_id_used: bool,
    },
}

/// What is to be written and answered.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    /// Write the order, take its items out of the stock, decide on its credit, end the attempt.
    Place(Box<NewOrder>),
    /// No order.
    Refuse(Box<Refusal>),
}

/// Why there is no order, and what holds instead.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// What to answer.
    pub answer: StoredAnswer,
    /// The attempt ends with this refusal.
    pub ends_attempt: bool,
    /// A new quote to be held, with its terms.
    pub instead: Option<(Terms, Quote)>,
}

impl Refusal {
    fn of(error: &ApiError) -> Decision {
        let ends_attempt = matches!(
            error.problem.code.as_str(),
            code::PRICE_CHANGED | code::QUOTE_EXPIRED | code::OUT_OF_STOCK
        );
        Decision::Refuse(Box::new(Self {
            answer: answer(error),
            ends_attempt,
            instead: None,
        }))
    }
}

fn answer(error: &ApiError) -> StoredAnswer {
    StoredAnswer {
        status: error.problem.status,
        body: error.body(),
    }
}

/// Decides.
#[must_use]
pub fn decide(submission: &Submission, facts: &OrderFacts) -> Decision {
    let (quote, supply) = match check(submission, facts) {
        Ok(found) => found,
        Err(error) => return Refusal::of(&error),
    };
    match supply {
        Supply::OnHand(on_hand) => {
            // The hold was counted when it was made; only a correction of the stock since can have
            // undercut it. Then whoever orders first gets what is there.
            match quotes::check_stock(&quote_lines(&quote.document), on_hand) {
                Ok(()) => place(submission, quote),
                Err(error) => Refusal::of(&error),
            }
        }
        Supply::Catalogue {
            order_id_used: true,
            ..
        } => id_used(),
        Supply::Catalogue { bag, .. } => offer_instead(submission, quote, bag),
    }
}

/// The refusal of an order whose id is another order's.
#[must_use]
pub fn id_used() -> Decision {
    let detail = "This id names another order.";
    Refusal::of(&ApiError::field(code::ORDER_ID_USED, "/order_id", detail))
}

/// Whether `quote` holds what the shopper saw: then of the catalogue only what is on hand bears on
/// the order.
#[must_use]
pub fn stands(submission: &Submission, quote: &Quote) -> bool {
    saw_these_prices(submission, quote) && submission.now < quote.expires_at
}

/// The quote is one for this order, and complete.
fn check<'a>(
    submission: &Submission,
    facts: &'a OrderFacts,
) -> Result<(&'a QuoteFact, &'a Supply), ApiError> {
    let request = &submission.request;
    if let Some(index) = facts.unknown_lines.first() {
        let detail = "This product is no longer for sale.";
        let pointer = format!("/lines/{index}/variant_id");
        return Err(ApiError::field(code::SKU_UNKNOWN, pointer, detail));
    }
    let invalid = || ApiError::field(code::QUOTE_INVALID, "/quote_id", "Ask for the price again.");
    let quote = facts.quote.as_ref().ok_or_else(invalid)?;
    let document = &quote.document;
    let fits = quote.is_open
        && quote.site == request.site
        && document.checkout_attempt_id == request.checkout_attempt_id
        && document.lines.len() == request.lines.len()
        && document
            .lines
            .iter()
            .zip(&request.lines)
            .all(|(quoted, ordered)| {
                quoted.variant_id == ordered.variant_id && quoted.quantity == ordered.quantity
            });
    if !fits {
        return Err(invalid());
    }
    if document.currency != request.currency {
        let detail = format!("The quote is in {}.", document.currency);
        return Err(ApiError::field(
            code::CURRENCY_MISMATCH,
            "/currency",
            detail,
        ));
    }
    if !document.ready {
        let detail = "Enter contact and address first.";
        return Err(ApiError::field(code::QUOTE_INCOMPLETE, "/quote_id", detail));
    }
    Ok((quote, facts.supply.as_ref().ok_or_else(invalid)?))
}

/// What the shopper saw is what was quoted: the sum on the button, and each price.
fn saw_these_prices(submission: &Submission, quote: &Quote) -> bool {
    let request = &submission.request;
    let discount = quote.totals.discount_minor;
    request.total_minor == quote.totals.total_minor
        && request.discount_minor.is_none_or(|seen| seen == discount)
        && request
            .lines
            .iter()
            .zip(&quote.lines)
            .all(|(seen, quoted)| seen.unit_price_minor == quoted.unit_price_minor)
}

fn quote_lines(quote: &Quote) -> Vec<QuoteLine> {
    quote
        .lines
        .iter()
        .map(|line| QuoteLine {
            variant_id: line.variant_id.clone(),
            quantity: line.quantity,
            receipt: None,
        })
        .collect()
}

/// Quotes the same bag anew, under a new attempt.
fn offer_instead(submission: &Submission, quote: &QuoteFact, bag: &BagFacts) -> Decision {
    let document = &quote.document;
    let terms = Terms {
        quote_id: submission.fresh.quote_id.clone(),
        attempt: submission.fresh.attempt.clone(),
        site: quote.site.clone(),
        video: quote.video.clone(),
        lines: quote_lines(document),
        country: quote.country.clone(),
        choices: document.shipments.iter().map(choice).collect(),
        ready: document.ready,
        now: submission.now,
        hold_ms: submission.quote_hold_ms,
        asked: None,
    };
    let fresh = match quotes::decide(&terms, document.currency, bag) {
        Ok(fresh) => fresh,
        Err(error) => return Refusal::of(&error),
    };
    let is_same_price = saw_these_prices(submission, document)
        && fresh.totals == document.totals
        && fresh.lines == document.lines;
    let code = if is_same_price {
        code::QUOTE_EXPIRED
    } else {
        code::PRICE_CHANGED
    };
    let error = ApiError::new(code)
        .detail("Nothing was ordered. Please look at the new total and confirm it.")
        .quote(fresh.clone());
    let answer = answer(&error);
    Decision::Refuse(Box::new(Refusal {
        answer,
        ends_attempt: true,
        instead: Some((terms, fresh)),
    }))
}

fn choice(shipment: &QuotedShipment) -> DeliveryChoice {
    DeliveryChoice {
        brand_id: shipment.brand.id.clone(),
        option_id: shipment.chosen.clone(),
    }
}

fn place(submission: &Submission, quote: &QuoteFact) -> Decision {
    let document = &quote.document;
    let request = &submission.request;
    let record = OrderRecord {
        tenant: submission.tenant.clone(),
        order_id: request.order_id.clone(),
        number: String::new(),
        placed_at: submission.now,
        currency: document.currency,
        lines: document.lines.iter().map(ordered_line).collect(),
        shipments: document.shipments.iter().map(shipment).collect(),
        totals: document.totals,
        payment: request.payment.clone(),
    };
    Decision::Place(Box::new(NewOrder {
        record,
        secret_hash: submission.fresh.secret.hash(),
        site: request.site.clone(),
        attempt: request.checkout_attempt_id.clone(),
        quote_id: request.quote_id.clone(),
        video: quote.video.clone(),
        country: quote.country.clone(),
        lines: document.lines.clone(),
        client_created_at: submission.client_created_at,
    }))
}

/// What is answered to a placed order, once it is known who is credited.
#[must_use]
pub fn placed(submission: &Submission, record: &OrderRecord) -> StoredAnswer {
    let status = record.status(&submission.fresh.secret);
    StoredAnswer {
        status: CREATED,
        // Strings and whole numbers: serialising them cannot fail.
        body: serde_json::to_vec(&status).unwrap_or_default(),
    }
}

/// HTTP status of an order that was just placed.
const CREATED: u16 = 201;

/// A line as it is shown, before it is known who is credited.
#[must_use]
pub fn ordered_line(line: &PricedLine) -> OrderedLine {
    OrderedLine {
        variant_id: line.variant_id.clone(),
        product_id: line.product_id.clone(),
        brand_id: line.brand_id.clone(),
        title: line.title.clone(),
        variant_label: line.variant_label.clone(),
        image_url: line.image_url.clone(),
        quantity: line.quantity,
        unit_price_minor: line.unit_price_minor,
        discount_minor: line.discount_minor,
        total_minor: line.total_minor,
        credited: None,
    }
}

fn shipment(quoted: &QuotedShipment) -> Shipment {
    let chosen = quoted
        .options
        .iter()
        .find(|option| option.id == quoted.chosen);
    Shipment {
        brand: quoted.brand.clone(),
        // The chosen option is one of the options, by construction of the quote.
        delivery: chosen.cloned().unwrap_or_else(|| DeliveryOption {
            id: quoted.chosen.clone(),
            label: String::new(),
            price_minor: 0,
            days_min: 0,
            days_max: 0,
        }),
        status: FulfilmentStatus::Placed,
    }
}

/// How far back an order may have been confirmed: longer than any device is expected to be off.
const CLIENT_AGE_MS_MAX: i64 = 90 * shoptag_commerce::DAY_MS;

/// The shopper's time of confirmation, brought into the 90 days before `now`.
#[must_use]
pub(super) fn clamped(client: Timestamp, now: Timestamp) -> Timestamp {
    client.clamp(now.plus_ms(-CLIENT_AGE_MS_MAX), now)
}
