//! Credit and commission: two creators, two brands, and a shopper who watches both.

mod books;
mod exclusions;
mod largest;
mod lines;
mod program;
mod refunds;
mod refusals;
mod reports;
mod shown;
mod story;
mod touchpoints;

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use shoptag_attribution::{CollaborationKind, CollaborationScope};
use shoptag_backend::catalogue::{CreatorSetup, VideoSetup};
use shoptag_backend::collaborations::{BrandTerms, CreditSetup, Mark, Wish, email_hash};
use shoptag_backend::entropy::SystemEntropy;
use shoptag_backend::ledger_accounts::{ApiSecret, Party, PartyKind};
use shoptag_commerce::{BasisPoints, BrandId, CreatorId, ProductId, Timestamp, VideoId};
use shoptag_ledger::{HoldPeriod, PaidBy, PlatformFee};

use crate::support::{
    Answer, Backend, ORIGIN, START, key, order_for, ready_quote_body, setup, tenant, uuid_v7,
};

/// A browser that no robot's name is in.
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";

fn wish(creator: &str, brand: &str, product: Option<&str>, direct: u16, halo: Option<u16>) -> Wish {
    let rate = |bp| BasisPoints::new(bp).unwrap();
    Wish {
        creator: CreatorId::parse(creator).unwrap(),
        brand: BrandId::parse(brand).unwrap(),
        scope: product.map_or(CollaborationScope::WholeShop, |product| {
            CollaborationScope::Product(ProductId::parse(product).unwrap())
        }),
        kind: CollaborationKind::Open,
        direct: rate(direct),
        halo: halo.map(rate),
        from: Timestamp::from_ms(START.ms() - 1_000_000_000),
        until: None,
    }
}

/// Mira (video `day`: lamp, mug) and Ben (video `night`: rug, mug) with both brands.
///
/// Mira gets 12 % from Halden (4 % halo) and 10 % from Norrby; Ben 15 % on the rug and 8 % from
/// Norrby. The platform takes a tenth of each commission, from the brand.
async fn market() -> Backend {
    let backend = Backend::new().await;
    let mut more = setup("demo", "pk_demo");
    more.creators.push(CreatorSetup {
        id: CreatorId::parse("ben").unwrap(),
        name: "Ben Sato".into(),
        handle: "@ben".into(),
        followers: 2_000,
    });
    let track = r#"{"schema_version":1,"tags":[
        {"id":"rug","product":"rug","start":0,"end":5,"x":0.5,"y":0.5},
        {"id":"mug","product":"mug","start":1,"end":6,"x":0.2,"y":0.5}]}"#;
    more.videos.push(VideoSetup {
        id: VideoId::parse("night").unwrap(),
        title: "A night".into(),
        creator: CreatorId::parse("ben").unwrap(),
        duration_ms: 20_000,
        paid_partnership: true,
        tag_track: track.into(),
        products: ["rug", "mug"]
            .map(|id| ProductId::parse(id).unwrap())
            .to_vec(),
    });
    backend.store.apply(more).await.unwrap();
    let setup = CreditSetup {
        fee: Some(PlatformFee {
            rate_bps: BasisPoints::new(1_000).unwrap(),
            paid_by: PaidBy::Brand,
        }),
        brands: vec![BrandTerms {
            brand: BrandId::parse("norrby").unwrap(),
            bag_binding_days: 3,
            hold: HoldPeriod::days(7).unwrap(),
        }],
        emails: vec![(
            CreatorId::parse("mira").unwrap(),
            email_hash("mira@example.com"),
        )],
        marks: [
            Mark::account("customer-mira"),
            Mark::payment("card-of-mira"),
        ]
        .map(|mark| (CreatorId::parse("mira").unwrap(), mark))
        .to_vec(),
        wishes: vec![
            wish("mira", "halden", None, 1_200, Some(400)),
            wish("mira", "norrby", None, 1_000, None),
            wish("ben", "halden", Some("rug"), 1_500, None),
            wish("ben", "norrby", None, 800, None),
        ],
    };
    backend
        .store
        .apply_credit(tenant("demo"), setup, START)
        .await
        .unwrap();
    backend
}

/// A request of a page of the shop, by a person's browser.
fn page(path: &str, body: &Value) -> Request<Body> {
    Request::post(path)
        .header("content-type", "application/json")
        .header("user-agent", FIREFOX)
        .header("origin", ORIGIN)
        .body(Body::from(body.to_string()))
        .unwrap()
}

async fn post(backend: &Backend, path: &str, body: &Value) -> Answer {
    backend.send(page(path, body)).await
}

/// A view session of `video`.
async fn watch(backend: &Backend, video: &str) -> Value {
    let body = json!({"site": "pk_demo", "video": video});
    let answer = post(backend, "/v1/view-sessions", &body).await;
    assert_eq!(answer.outcome(), (200, String::new()));
    answer.json()
}

fn token(session: &Value, tag: &str) -> String {
    let tokens = session["tokens"].as_array().unwrap();
    let own = tokens.iter().find(|it| it["tag"] == tag).unwrap();
    own["token"].as_str().unwrap().to_owned()
}

fn click_body(session: &Value, tag: &str) -> Value {
    json!({
        "touchpoint_id": uuid_v7(),
        "view_session_id": session["view_session_id"],
        "token": token(session, tag),
        "sequence": 0,
        "occurred_at": START.ms(),
    })
}

/// The receipt of a tap, and its touchpoint.
async fn tap(backend: &Backend, session: &Value, tag: &str) -> (String, String) {
    let body = click_body(session, tag);
    let answer = post(backend, "/v1/clicks", &body).await;
    assert_eq!(answer.outcome(), (200, String::new()));
    let receipt = answer.json()["receipt"].as_str().unwrap().to_owned();
    let touch = body["touchpoint_id"].as_str().unwrap().to_owned();
    (receipt, touch)
}

async fn bind(backend: &Backend, receipt: &str, variant: &str) -> String {
    let body = json!({"receipt": receipt, "variant_id": variant});
    let answer = post(backend, "/v1/bag-bindings", &body).await;
    assert_eq!(answer.outcome(), (200, String::new()));
    answer.json()["receipt"].as_str().unwrap().to_owned()
}

/// Places an order; its number. `receipts` by variant (lines) or `""` (the order's list).
async fn buy(backend: &Backend, lines: &[(&str, u32)], receipts: &[(&str, &str)]) -> String {
    buy_as(backend, ("pk_demo", "jo@example.com"), lines, receipts).await
}

async fn buy_as(
    backend: &Backend,
    (site, email): (&str, &str),
    lines: &[(&str, u32)],
    receipts: &[(&str, &str)],
) -> String {
    let order = order_as(backend, (site, email), lines).await;
    place(backend, order, receipts).await
}

/// An order that accepts its quote, without receipts.
async fn order_as(backend: &Backend, (site, email): (&str, &str), lines: &[(&str, u32)]) -> Value {
    let mut body = ready_quote_body(lines);
    body["contact"]["email"] = json!(email.trim());
    body["site"] = json!(site);
    let quote = backend.quote(&body).await;
    assert_eq!(quote.outcome(), (200, String::new()));
    // A person needs some time to confirm.
    backend.clock.advance_ms(10_000);
    let mut order = order_for(&quote.json());
    order["site"] = json!(site);
    order
}

/// Sends an order with its receipts; its number.
async fn place(backend: &Backend, order: Value, receipts: &[(&str, &str)]) -> String {
    let order = with_receipts(order, receipts);
    let answer = backend.send(order_request(&order, &key())).await;
    assert_eq!(answer.outcome(), (201, String::new()), "{}", answer.json());
    answer.json()["number"].as_str().unwrap().to_owned()
}

/// `receipts` by variant (lines) or `""` (the order's list).
fn with_receipts(mut order: Value, receipts: &[(&str, &str)]) -> Value {
    let mut list = Vec::new();
    for (variant, receipt) in receipts {
        let mut own = order["lines"].as_array_mut().unwrap().iter_mut();
        match own.find(|line| line["variant_id"] == *variant) {
            Some(line) => line["receipt"] = json!(receipt),
            None => list.push(json!(receipt)),
        }
    }
    order["receipts"] = Value::Array(list);
    order
}

fn order_request(order: &Value, key: &str) -> Request<Body> {
    let mut request = page("/v1/orders", order);
    request
        .headers_mut()
        .insert("idempotency-key", key.parse().unwrap());
    request
}

/// A key of a brand or creator of `demo`.
async fn api_key(backend: &Backend, kind: PartyKind) -> String {
    let party = Party {
        tenant: tenant("demo"),
        kind,
    };
    let (secret, key) = ApiSecret::generate(&SystemEntropy, &party).unwrap();
    assert!(backend.store.add_api_key(key, START).await.unwrap());
    secret.as_str().to_owned()
}

pub(crate) async fn brand_key(backend: &Backend, id: &str) -> String {
    api_key(backend, PartyKind::Brand(BrandId::parse(id).unwrap())).await
}

pub(crate) async fn creator_key(backend: &Backend, id: &str) -> String {
    api_key(backend, PartyKind::Creator(CreatorId::parse(id).unwrap())).await
}

pub(crate) async fn ask(backend: &Backend, path: &str, key: &str) -> Answer {
    let request = Request::get(path).header("authorization", format!("Bearer {key}"));
    backend.send(request.body(Body::empty()).unwrap()).await
}

pub(crate) async fn command(backend: &Backend, path: &str, key: &str, body: &Value) -> Answer {
    let request = Request::post(path)
        .header("content-type", "application/json")
        .header("idempotency-key", crate::support::key())
        .header("authorization", format!("Bearer {key}"));
    let body = Body::from(body.to_string());
    backend.send(request.body(body).unwrap()).await
}

async fn decision(backend: &Backend, number: &str, key: &str) -> Value {
    let answer = ask(backend, &format!("/v1/orders/{number}/decision"), key).await;
    assert_eq!(answer.outcome(), (200, String::new()));
    answer.json()
}

/// Refunds lines of an order; the refund.
async fn refund_lines(backend: &Backend, number: &str, key: &str, lines: &Value) -> Value {
    let path = format!("/v1/orders/{number}/refunds");
    let answer = command(backend, &path, key, &json!({"lines": lines})).await;
    assert_eq!(answer.outcome(), (201, String::new()), "{}", answer.json());
    answer.json()
}

/// Outcome, creator and commission of each line.
fn credits(decision: &Value) -> Vec<(String, String, i64)> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let lines = decision["lines"].as_array().unwrap().iter();
    lines
        .map(|line| {
            let credit = &line["credit"];
            (
                text(&line["outcome"]),
                text(&credit["creator_id"]),
                credit["commission_minor"].as_i64().unwrap_or(0),
            )
        })
        .collect()
}

/// The reasons why candidates lost, line by line.
fn losses(decision: &Value) -> Vec<Vec<String>> {
    let lines = decision["lines"].as_array().unwrap().iter();
    lines
        .map(|line| {
            let candidates = line["candidates"].as_array().unwrap().iter();
            candidates
                .filter_map(|it| it["reason"].as_str().map(str::to_owned))
                .collect()
        })
        .collect()
}

fn line(outcome: &str, creator: &str, commission_minor: i64) -> (String, String, i64) {
    (outcome.to_owned(), creator.to_owned(), commission_minor)
}

/// The credits of an order of one line that nobody earned.
fn nobody() -> Vec<(String, String, i64)> {
    vec![line("nobody", "-", 0)]
}

/// The books hold, and every decision replays to its bytes.
pub(crate) async fn audit(backend: &Backend) {
    use shoptag_backend::ledger_accounts::{replay_decision, verify};
    let (records, tables) = backend.store.ledger(tenant("demo")).await.unwrap();
    verify(records, &tables).unwrap();
    let mut head = shoptag_commerce::Digest::START;
    let rows = backend.store.decisions(tenant("demo"), 0, 1_000).await;
    for row in rows.unwrap() {
        head = replay_decision(&row, head).unwrap();
    }
}
