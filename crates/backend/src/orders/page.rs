//! `GET /orders/{secret}`: the order's own page, made by the server, without a script.

mod words;

use askama::Template;
use axum::extract::State;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, VARY,
};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use shoptag_protocol::{CreatorInfo, FulfilmentStatus, OrderStatus, PaymentMethod, Shipment, code};

use self::words::{Words, fill};
use super::read::find;
use crate::edge::Segment;
use crate::error::ApiError;
use crate::state::Shared;

/// Nothing but our own style, pictures, and the form that cancels.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' https: data:; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The path is a secret: it must not leak to the pictures' hosts or stay in a cache.
const PRIVATE: &str = "private, no-store";

/// The order's own page: number, status per seller, lines, totals, and cancelling while that is
/// possible. In English or German, as the browser asks for.
#[utoipa::path(
    get, path = "/orders/{secret}", tag = "orders",
    params(("secret" = String, Path, description = "The last part of `status_url`"),
           ("Accept-Language" = Option<String>, Header, description = "`en` or `de`")),
    responses((status = 200, description = "The page", content_type = "text/html"),
              (status = 404, description = "A page that says so", content_type = "text/html"))
)]
pub(crate) async fn page(
    State(state): State<Shared>,
    Segment(secret): Segment,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let words = Words::wanted(&headers);
    let page = match find(&state, &secret).await {
        Ok((secret, record)) => OrderPage::of(&record.status(&secret), words).render(),
        Err(error) if error.problem.code == code::NOT_FOUND => {
            let body = MissingPage { words };
            let body = body.render().map_err(|error| broken(&error))?;
            return Ok((StatusCode::NOT_FOUND, private(words), Html(body)).into_response());
        }
        Err(error) => return Err(error),
    };
    let body = page.map_err(|error| broken(&error))?;
    Ok((private(words), Html(body)).into_response())
}

fn private(words: &Words) -> [(HeaderName, &'static str); 5] {
    [
        (CONTENT_LANGUAGE, words.lang),
        (VARY, "accept-language"),
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
struct MissingPage {
    words: &'static Words,
}

#[derive(Template)]
#[template(path = "order.html")]
struct OrderPage {
    words: &'static Words,
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
    sold_by: String,
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
    fn of(order: &OrderStatus, words: &'static Words) -> Self {
        let money = |amount| words.amount(amount, order.currency);
        let totals = &order.totals;
        let stopped = |shipment: &Shipment| shipment.status == FulfilmentStatus::Cancelled;
        Self {
            words,
            number: order.number.clone(),
            placed: words.date(order.placed_at),
            is_cancelled: order.shipments.iter().all(stopped),
            sellers: order
                .shipments
                .iter()
                .map(|shipment| seller(order, shipment, words))
                .collect(),
            items: money(totals.items_minor),
            discount: (totals.discount_minor > 0).then(|| money(totals.discount_minor)),
            delivery: match totals.delivery_minor {
                0 => words.free.to_owned(),
                price => money(price),
            },
            tax: money(totals.tax_minor),
            total: money(totals.total_minor),
            payment: match order.payment.method {
                PaymentMethod::PayOnDelivery => words.pay_on_delivery,
            },
            credits: credits(order, words),
            cancel_path: order
                .cancellable
                .then(|| format!("{}/cancel", order.status_url)),
        }
    }
}

/// One plain sentence a creator who is paid for a line: who, for what, and by whom. Nobody is paid
/// for what was cancelled or sent back.
fn credits(order: &OrderStatus, words: &Words) -> Vec<String> {
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
        .map(|(creator, titles)| fill(words.credit, &[&creator.name, &titles.join(", ")]))
        .collect()
}

fn seller(order: &OrderStatus, shipment: &Shipment, words: &'static Words) -> Seller {
    let delivery = &shipment.delivery;
    let days = words.working_days(delivery.days_min, delivery.days_max);
    let (headline, explanation) = match shipment.status {
        FulfilmentStatus::Placed => (
            words.being_prepared,
            fill(words.usually, &[&delivery.label, &days]),
        ),
        FulfilmentStatus::Shipped => (words.on_its_way, format!("{}.", delivery.label)),
        FulfilmentStatus::Delivered => (words.delivered, words.delivered_hint.to_owned()),
        FulfilmentStatus::Returned => (words.sent_back, words.sent_back_hint.to_owned()),
        FulfilmentStatus::Cancelled => (words.cancelled, words.cancelled_hint.to_owned()),
    };
    Seller {
        name: shipment.brand.name.clone(),
        sold_by: fill(words.sold_by, &[&shipment.brand.legal_name]),
        headline,
        explanation,
        steps: milestones(shipment.status, words),
        lines: order
            .lines
            .iter()
            .filter(|line| line.brand_id == shipment.brand.id)
            .map(|line| Line {
                title: line.title.clone(),
                variant_label: line.variant_label.clone(),
                image_url: line.image_url.clone(),
                quantity: line.quantity,
                total: words.amount(line.total_minor, order.currency),
            })
            .collect(),
    }
}

/// The quiet timeline; a cancelled part has none.
fn milestones(status: FulfilmentStatus, words: &Words) -> Vec<Milestone> {
    let reached = match status {
        FulfilmentStatus::Placed => 0,
        FulfilmentStatus::Shipped => 1,
        FulfilmentStatus::Delivered => 2,
        FulfilmentStatus::Returned => 3,
        FulfilmentStatus::Cancelled => return Vec::new(),
    };
    let last = if reached == 3 {
        words.sent_back
    } else {
        words.delivered
    };
    let labels = [words.ordered, words.shipped, last];
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_timeline_says_how_far_a_part_is() {
        let shown = |status| {
            milestones(status, Words::wanted(&HeaderMap::new()))
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
