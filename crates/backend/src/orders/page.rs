//! `GET /orders/{secret}`: the order's own page, made by the server, without a script.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY};
use axum::response::{Html, IntoResponse, Response};
use shoptag_commerce::{Currency, Timestamp};
use shoptag_protocol::{CreatorInfo, FulfilmentStatus, OrderStatus, PaymentMethod, Shipment, code};

use super::read::find;
use crate::edge::Segment;
use crate::error::ApiError;
use crate::state::AppState;

/// Nothing but our own style, pictures, and the form that cancels.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' https: data:; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The path is a secret: it must not leak to the pictures' hosts or stay in a cache.
const PRIVATE: &str = "private, no-store";

/// The order's own page: number, status per seller, lines, totals, and cancelling while that is
/// possible.
#[utoipa::path(
    get, path = "/orders/{secret}", tag = "orders",
    params(("secret" = String, Path, description = "The last part of `status_url`")),
    responses((status = 200, description = "The page", content_type = "text/html"),
              (status = 404, description = "A page that says so", content_type = "text/html"))
)]
pub(crate) async fn page(
    State(state): State<AppState>,
    Segment(secret): Segment,
) -> Result<Response, ApiError> {
    let page = match find(&state, &secret).await {
        Ok((secret, record)) => OrderPage::of(&record.status(&secret)).render(),
        Err(error) if error.problem.code == code::NOT_FOUND => {
            let body = MissingPage.render().map_err(|error| broken(&error))?;
            return Ok((StatusCode::NOT_FOUND, private(), Html(body)).into_response());
        }
        Err(error) => return Err(error),
    };
    let body = page.map_err(|error| broken(&error))?;
    Ok((private(), Html(body)).into_response())
}

fn private() -> [(axum::http::HeaderName, &'static str); 3] {
    [
        (CACHE_CONTROL, PRIVATE),
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, "no-referrer"),
    ]
}

fn broken(error: &askama::Error) -> ApiError {
    tracing::error!(error = %error, "a page cannot be rendered");
    ApiError::new(code::INTERNAL)
}

/// The style of the order's page and of the problem pages.
#[utoipa::path(get, path = "/assets/order-page.css", tag = "orders",
    responses((status = 200, description = "The style", content_type = "text/css")))]
pub(crate) async fn style() -> Response {
    let headers = [
        (CONTENT_TYPE, "text/css; charset=utf-8"),
        (CACHE_CONTROL, "public, max-age=300"),
    ];
    (headers, include_str!("../../templates/order-page.css")).into_response()
}

#[derive(Template)]
#[template(path = "order_missing.html")]
struct MissingPage;

#[derive(Template)]
#[template(path = "order.html")]
struct OrderPage {
    number: String,
    placed: String,
    is_cancelled: bool,
    sellers: Vec<Seller>,
    items: String,
    discount: Option<String>,
    delivery: String,
    tax: String,
    total: String,
    payment: &'static str,
    credits: Vec<String>,
    cancel_path: Option<String>,
}

struct Seller {
    name: String,
    legal_name: String,
    headline: &'static str,
    explanation: String,
    steps: Vec<Milestone>,
    lines: Vec<Line>,
}

struct Milestone {
    label: &'static str,
    state: &'static str,
    is_current: bool,
}

struct Line {
    title: String,
    variant_label: String,
    image_url: Option<String>,
    quantity: u32,
    total: String,
}

impl OrderPage {
    fn of(order: &OrderStatus) -> Self {
        let money = |amount| amount_text(amount, order.currency);
        let totals = &order.totals;
        let stopped = |shipment: &Shipment| shipment.status == FulfilmentStatus::Cancelled;
        Self {
            number: order.number.clone(),
            placed: date_text(order.placed_at),
            is_cancelled: order.shipments.iter().all(stopped),
            sellers: order
                .shipments
                .iter()
                .map(|shipment| seller(order, shipment))
                .collect(),
            items: money(totals.items_minor),
            discount: (totals.discount_minor > 0).then(|| money(totals.discount_minor)),
            delivery: match totals.delivery_minor {
                0 => "Free".to_owned(),
                price => money(price),
            },
            tax: money(totals.tax_minor),
            total: money(totals.total_minor),
            payment: match order.payment.method {
                PaymentMethod::PayOnDelivery => "You pay when it is delivered.",
            },
            credits: credits(order),
            cancel_path: order
                .cancellable
                .then(|| format!("{}/cancel", order.status_url)),
        }
    }
}

/// One plain sentence a creator who is paid for a line: who, for what, and by whom. Nobody is paid
/// for what was cancelled or sent back.
fn credits(order: &OrderStatus) -> Vec<String> {
    let mut paid: Vec<(&CreatorInfo, Vec<&str>)> = Vec::new();
    for line in &order.lines {
        let over = [FulfilmentStatus::Cancelled, FulfilmentStatus::Returned];
        let is_over = order
            .shipments
            .iter()
            .any(|shipment| shipment.brand.id == line.brand_id && over.contains(&shipment.status));
        let Some(creator) = line.credited.as_ref().filter(|_| !is_over) else {
            continue;
        };
        let title = line.title.as_str();
        match paid.iter_mut().find(|(own, _)| own.id == creator.id) {
            Some((_, titles)) if titles.contains(&title) => {}
            Some((_, titles)) => titles.push(title),
            None => paid.push((creator, vec![title])),
        }
    }
    paid.iter()
        .map(|(creator, titles)| {
            format!(
                "{} showed you this in a video and earns a commission from the seller: {}. \
                 You pay nothing extra.",
                creator.name,
                titles.join(", ")
            )
        })
        .collect()
}

fn seller(order: &OrderStatus, shipment: &Shipment) -> Seller {
    let delivery = &shipment.delivery;
    let days = match (delivery.days_min, delivery.days_max) {
        (least, most) if least == most => format!("{least} working days"),
        (least, most) => format!("{least} to {most} working days"),
    };
    let (headline, explanation) = match shipment.status {
        FulfilmentStatus::Placed => (
            "Being prepared",
            format!("{}, usually {days}.", delivery.label),
        ),
        FulfilmentStatus::Shipped => ("On its way", format!("{}.", delivery.label)),
        FulfilmentStatus::Delivered => ("Delivered", "We hope you like it.".to_owned()),
        FulfilmentStatus::Returned => {
            ("Sent back", "This part came back to the seller.".to_owned())
        }
        FulfilmentStatus::Cancelled => ("Cancelled", "Nothing will be sent.".to_owned()),
    };
    Seller {
        name: shipment.brand.name.clone(),
        legal_name: shipment.brand.legal_name.clone(),
        headline,
        explanation,
        steps: milestones(shipment.status),
        lines: order
            .lines
            .iter()
            .filter(|line| line.brand_id == shipment.brand.id)
            .map(|line| Line {
                title: line.title.clone(),
                variant_label: line.variant_label.clone(),
                image_url: line.image_url.clone(),
                quantity: line.quantity,
                total: amount_text(line.total_minor, order.currency),
            })
            .collect(),
    }
}

/// The quiet timeline; a cancelled part has none.
fn milestones(status: FulfilmentStatus) -> Vec<Milestone> {
    let reached = match status {
        FulfilmentStatus::Placed => 0,
        FulfilmentStatus::Shipped => 1,
        FulfilmentStatus::Delivered => 2,
        FulfilmentStatus::Returned => 3,
        FulfilmentStatus::Cancelled => return Vec::new(),
    };
    let last = if reached == 3 {
        "Sent back"
    } else {
        "Delivered"
    };
    let labels = ["Ordered", "Shipped", last];
    let here = reached.min(2);
    labels
        .into_iter()
        .enumerate()
        .map(|(place, label)| Milestone {
            label,
            state: if place <= here { "done" } else { "ahead" },
            is_current: place == here,
        })
        .collect()
}

/// An amount as people write it in English, with the currency's code: `EUR 1,234.50`.
fn amount_text(amount_minor: i64, currency: Currency) -> String {
    let digits = currency.minor_digits() as usize;
    let magnitude = amount_minor.unsigned_abs().to_string();
    let padded = format!("{magnitude:0>width$}", width = digits + 1);
    let (whole, fraction) = padded.split_at(padded.len() - digits);
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let sign = if amount_minor < 0 { "-" } else { "" };
    let point = if digits > 0 { "." } else { "" };
    // A no-break space: the code stays with its amount.
    format!("{sign}{}\u{a0}{grouped}{point}{fraction}", currency.code())
}

fn date_text(instant: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(instant.ms())
        .map(|instant| instant.strftime("%-d %B %Y, %H:%M UTC").to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_the_digits_of_their_currency() {
        for (amount, code, expected) in [
            (0, "EUR", "EUR\u{a0}0.00"),
            (5, "EUR", "EUR\u{a0}0.05"),
            (123_450, "EUR", "EUR\u{a0}1,234.50"),
            (-123_456_789, "USD", "-USD\u{a0}1,234,567.89"),
            (1_000, "JPY", "JPY\u{a0}1,000"),
            (1_500, "KWD", "KWD\u{a0}1.500"),
        ] {
            assert_eq!(
                amount_text(amount, Currency::parse(code).unwrap()),
                expected
            );
        }
    }

    #[test]
    fn the_timeline_says_how_far_a_part_is() {
        let shown = |status| {
            milestones(status)
                .iter()
                .map(|step| (step.label, step.state))
                .collect::<Vec<_>>()
        };
        let ordered = ("Ordered", "done");
        assert_eq!(
            shown(FulfilmentStatus::Placed),
            [ordered, ("Shipped", "ahead"), ("Delivered", "ahead")]
        );
        assert_eq!(
            shown(FulfilmentStatus::Returned),
            [ordered, ("Shipped", "done"), ("Sent back", "done")]
        );
        assert_eq!(shown(FulfilmentStatus::Cancelled), []);
    }
}
