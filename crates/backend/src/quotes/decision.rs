//! The rules of a quote, on facts that the store read: what can be sold, and for how much.

use std::collections::{HashMap, HashSet};

use shoptag_commerce::{
    CheckoutAttemptId, Currency, QuoteId, SiteKey, TenantId, Timestamp, VariantId, VideoId,
};
use shoptag_protocol::{DeliveryChoice, FieldError, Quote, QuoteLine, QuoteRequest, code};

use super::LINES_MAX;
use crate::error::ApiError;
use crate::pricing::{self, Item, Priced, PricingError, SellingTerms};
use crate::shopper::is_unassigned;

/// A quote to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct MakeQuote {
    /// The site's tenant.
    pub tenant: TenantId,
    /// What the shopper asked for, its contact and address checked.
    pub request: QuoteRequest,
    /// SHA-256 of the request's bytes.
    pub fingerprint: [u8; 32],
    /// The quote's id, made beforehand.
    pub quote_id: QuoteId,
    /// The server's time.
    pub now: Timestamp,
    /// How long price and stock are held.
    pub hold_ms: i64,
}

/// Which request of its attempt a quote answers, when the client counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// Counts upwards within the attempt.
    pub sequence: u32,
    /// SHA-256 of the request's bytes: the same request twice has the same.
    pub fingerprint: [u8; 32],
}

/// The quote of an attempt that nothing has replaced or ended.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenQuote {
    /// As it was answered.
    pub document: Quote,
    /// To which request.
    pub asked: Asked,
}

/// What a request for a quote is, beside the attempt's open quote.
#[derive(Debug, Clone, PartialEq)]
pub enum Turn {
    /// The newest: a quote is made, and replaces the open one.
    Newest,
    /// The request that the open quote answers, once more: it gets the same quote.
    Again(Box<Quote>),
    /// An earlier one that comes late: the open quote, which the shopper may be looking at, stays.
    Outdated,
}

impl MakeQuote {
    /// Which turn it is. Requests that nobody counted cannot be told apart: each is the newest.
    #[must_use]
    pub fn turn(&self, open: Option<OpenQuote>) -> Turn {
        let Some((asked, open)) = self.asked().zip(open) else {
            return Turn::Newest;
        };
        if asked.sequence > open.asked.sequence {
            Turn::Newest
        } else if asked == open.asked && self.now < open.document.expires_at {
            Turn::Again(Box::new(open.document))
        } else {
            Turn::Outdated
        }
    }

    fn asked(&self) -> Option<Asked> {
        self.request.sequence.map(|sequence| Asked {
            sequence,
            fingerprint: self.fingerprint,
        })
    }
}

/// What the catalogue says of a variant.
#[derive(Debug, Clone, PartialEq)]
pub struct VariantFact {
    /// Its line with quantity 0.
    pub item: Item,
    /// Items in stock; `None` when they are not counted.
    pub on_hand: Option<i64>,
    /// Items of these that quotes of others hold. More than `on_hand` after a correction of the
    /// stock.
    pub held: i64,
}

impl VariantFact {
    /// Items that nobody else holds; `None` when they are not counted.
    #[must_use]
    pub fn available(&self) -> Option<i64> {
        self.on_hand
            .map(|on_hand| on_hand.saturating_sub(self.held).max(0))
    }
}

/// What is known when a bag is priced.
#[derive(Debug, Clone, PartialEq)]
pub struct BagFacts {
    /// One for each line of the bag; `None` when there is no such variant for sale.
    pub variants: Vec<Option<VariantFact>>,
    /// How the bag's brands sell.
    pub terms: SellingTerms,
    /// The tenant's destinations.
    pub countries: Vec<String>,
    /// The tenant's currency.
    pub currency: Currency,
    /// Largest quantity of one line.
    pub quantity_max: u32,
}

/// The part of a quote that its request decides.
#[derive(Debug, Clone, PartialEq)]
pub struct Terms {
    /// The quote's id.
    pub quote_id: QuoteId,
    /// The attempt that it belongs to.
    pub attempt: CheckoutAttemptId,
    /// Through which site it was asked for.
    pub site: SiteKey,
    /// In which video.
    pub video: Option<VideoId>,
    /// What the shopper wants.
    pub lines: Vec<QuoteLine>,
    /// Where to.
    pub country: String,
    /// The shopper's choices of delivery.
    pub choices: Vec<DeliveryChoice>,
    /// Contact and address are there.
    pub ready: bool,
    /// The server's time.
    pub now: Timestamp,
    /// How long it holds.
    pub hold_ms: i64,
    /// Which request it answers.
    pub asked: Option<Asked>,
}

impl MakeQuote {
    /// The terms of the quote.
    #[must_use]
    pub fn terms(&self) -> Terms {
        let request = &self.request;
        Terms {
            quote_id: self.quote_id.clone(),
            attempt: request.checkout_attempt_id.clone(),
            site: request.site.clone(),
            video: request.video.clone(),
            lines: request.lines.clone(),
            country: request.country.clone(),
            choices: request.delivery.clone(),
            ready: request.contact.is_some() && request.address.is_some(),
            now: self.now,
            hold_ms: self.hold_ms,
            asked: self.asked(),
        }
    }
}

/// The rules of lines that need no catalogue: how many, and each variant once under a receipt.
///
/// # Errors
/// `lines-empty`, `lines-limit`, `line-duplicate`, `quantity`.
pub fn check_lines<'a>(
    lines: impl ExactSizeIterator<Item = (&'a VariantId, Option<&'a str>, u32)>,
) -> Result<(), ApiError> {
    match lines.len() {
        0 => {
            return Err(ApiError::field(
                code::LINES_EMPTY,
                "/lines",
                "Add a product first.",
            ));
        }
        1..=LINES_MAX => {}
        _ => {
            let detail = "At most 500 different products at once.";
            return Err(ApiError::field(code::LINES_LIMIT, "/lines", detail));
        }
    }
    let mut seen = HashSet::new();
    for (index, (variant, receipt, quantity)) in lines.enumerate() {
        if !seen.insert((variant, receipt)) {
            let pointer = format!("/lines/{index}/variant_id");
            let detail = "This product stands in the bag twice.";
            return Err(ApiError::field(code::LINE_DUPLICATE, pointer, detail));
        }
        if quantity == 0 || quantity > QUANTITY_MAX {
            return Err(quantity_error(index, QUANTITY_MAX));
        }
    }
    Ok(())
}

/// Quantity of a line, whatever the tenant allows.
const QUANTITY_MAX: u32 = 1_000;

fn quantity_error(index: usize, max: u32) -> ApiError {
    let pointer = format!("/lines/{index}/quantity");
    ApiError::field(
        code::QUANTITY,
        pointer,
        format!("Choose a quantity from 1 to {max}."),
    )
}

/// Decides on a quote.
///
/// # Errors
/// `currency-mismatch`, `quantity`, `sku-unknown`, `address`, `delivery`, `amount-overflow`,
/// `out-of-stock`.
pub fn decide(terms: &Terms, currency: Currency, facts: &BagFacts) -> Result<Quote, ApiError> {
    if currency != facts.currency {
        let detail = format!("Prices here are in {}.", facts.currency);
        return Err(ApiError::field(
            code::CURRENCY_MISMATCH,
            "/currency",
            detail,
        ));
    }
    let priced = price_bag(&terms.lines, &terms.country, &terms.choices, facts)?;
    let available = facts.variants.iter().map(|fact| fact.as_ref()?.available());
    check_stock(&terms.lines, &available.collect::<Vec<_>>())?;
    Ok(Quote {
        quote_id: terms.quote_id.clone(),
        checkout_attempt_id: terms.attempt.clone(),
        quoted_at: terms.now,
        expires_at: terms.now.plus_ms(terms.hold_ms),
        currency: facts.currency,
        lines: priced.lines,
        shipments: priced.shipments,
        discounts: priced.discounts,
        totals: priced.totals,
        ready: terms.ready,
    })
}

/// How many of each line's variant stand in the lines before it.
fn before<'a>(lines: &'a [QuoteLine]) -> impl Iterator<Item = u32> + 'a {
    let mut sums: HashMap<&VariantId, u32> = HashMap::new();
    lines.iter().map(move |line| {
        let sum = sums.entry(&line.variant_id).or_default();
        let before = *sum;
        *sum = before.saturating_add(line.quantity);
        before
    })
}

/// Prices a bag with the catalogue's prices. The largest quantity holds for a variant, in however
/// many lines it stands.
///
/// # Errors
/// `quantity`, `sku-unknown`, `address`, `delivery`, `amount-overflow`.
pub fn price_bag(
    lines: &[QuoteLine],
    country: &str,
    choices: &[DeliveryChoice],
    facts: &BagFacts,
) -> Result<Priced, ApiError> {
    let mut items = Vec::with_capacity(lines.len());
    let mut unknown = Vec::new();
    let lines = lines.iter().zip(before(lines));
    for (index, ((line, before), fact)) in lines.zip(&facts.variants).enumerate() {
        if line.quantity.saturating_add(before) > facts.quantity_max {
            return Err(quantity_error(index, facts.quantity_max));
        }
        match fact {
            Some(fact) => {
                let mut item = fact.item.clone();
                item.line.quantity = line.quantity;
                items.push(item);
            }
            None => unknown.push(FieldError {
                pointer: format!("/lines/{index}/variant_id"),
                code: code::SKU_UNKNOWN.into(),
                detail: "This product is no longer for sale. Remove it to go on.".into(),
                available: None,
            }),
        }
    }
    if !unknown.is_empty() {
        return Err(ApiError::fields(unknown));
    }
    if !facts.countries.iter().any(|served| served == country) {
        let (code, detail) = if is_unassigned(country) {
            (code::ADDRESS, "Choose a country.")
        } else {
            (
                code::DELIVERY,
                "Nobody delivers there yet. Choose another country.",
            )
        };
        return Err(ApiError::field(code, "/country", detail));
    }
    pricing::price(&items, country, choices, &facts.terms).map_err(|error| refusal(&error, facts))
}

fn refusal(error: &PricingError, facts: &BagFacts) -> ApiError {
    match error {
        PricingError::Overflow => ApiError::new(code::AMOUNT_OVERFLOW),
        PricingError::NoDelivery(brand) => {
            let name = facts
                .terms
                .brands
                .get(brand)
                .map_or("", |terms| &terms.brand.name);
            let detail = format!("{name} does not deliver to this country.");
            ApiError::field(code::DELIVERY, "/country", detail)
        }
        PricingError::UnknownChoice(index) => {
            let detail = "Choose one of the delivery options.";
            ApiError::field(
                code::DELIVERY,
                format!("/delivery/{index}/option_id"),
                detail,
            )
        }
        PricingError::NoTaxRate => ApiError::field(
            code::DELIVERY,
            "/country",
            "Nothing is sold to this country yet.",
        ),
    }
}

/// Whether there is enough for every line and the lines of its variant before it. `counts`: what
/// there is of each line's variant; `None`: it is not counted.
///
/// # Errors
/// `out-of-stock`, with what can be had of each line that asks for more.
pub fn check_stock(lines: &[QuoteLine], counts: &[Option<i64>]) -> Result<(), ApiError> {
    let short: Vec<FieldError> = lines
        .iter()
        .zip(before(lines))
        .zip(counts)
        .enumerate()
        .filter_map(|(index, ((line, before), count))| {
            let available = ((*count)? - i64::from(before)).max(0);
            (i64::from(line.quantity) > available).then(|| out_of_stock(index, available))
        })
        .collect();
    if short.is_empty() {
        Ok(())
    } else {
        Err(ApiError::fields(short))
    }
}

fn out_of_stock(index: usize, available: i64) -> FieldError {
    let detail = match available {
        0 => "This is sold out.".to_owned(),
        left => format!("Only {left} can be had right now."),
    };
    FieldError {
        pointer: format!("/lines/{index}/quantity"),
        code: code::OUT_OF_STOCK.into(),
        detail,
        available: u32::try_from(available).ok(),
    }
}
