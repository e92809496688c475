//! Tokens and receipts that are refused, with their reason, and purchases that go through all the
//! same.

use serde_json::{Value, json};
use shoptag_backend::tokens::{StoredKey, rotated};
use shoptag_commerce::{DAY_MS, MINUTE_MS, SiteKey};

use super::{
    ask, bind, brand_key, buy, buy_as, click_body, command, creator_key, credits, decision, line,
    losses, market, nobody, post, tap, token, watch,
};
use crate::support::{Backend, START, setup};

/// One letter of the signature changed.
fn tampered(token: &str) -> String {
    let middle = token.len() / 2;
    let other = if token.as_bytes()[middle] == b'A' {
        "B"
    } else {
        "A"
    };
    format!("{}{other}{}", &token[..middle], &token[middle + 1..])
}

#[tokio::test]
async fn a_token_is_refused_with_its_reason() {
    let backend = market().await;
    let session = watch(&backend, "day").await;
    let other = watch(&backend, "day").await;
    let (receipt, _) = tap(&backend, &session, "lamp").await;
    let check = async |change: &dyn Fn(&mut Value), code: &str| {
        let mut body = click_body(&session, "lamp");
        change(&mut body);
        let answer = post(&backend, "/v1/clicks", &body).await;
        let status = if code.is_empty() { 200 } else { 422 };
        assert_eq!(answer.outcome(), (status, code.to_owned()));
    };
    check(&|_| {}, "").await;
    let bad = tampered(&token(&session, "lamp"));
    check(&|body| body["token"] = json!(bad), "token-invalid").await;
    check(&|body| body["token"] = json!(receipt), "token-invalid").await;
    check(
        &|body| body["token"] = json!("v4.public.x"),
        "token-invalid",
    )
    .await;
    check(
        &|body| body["token"] = json!("x".repeat(5_000)),
        "token-invalid",
    )
    .await;
    let foreign = token(&other, "lamp");
    check(&|body| body["token"] = json!(foreign), "token-session").await;
    check(&|body| body["touchpoint_id"] = json!("tap-1"), "id-format").await;
    backend.clock.advance_ms(15 * MINUTE_MS - 1);
    check(&|_| {}, "").await;
    backend.clock.advance_ms(1);
    check(&|_| {}, "token-expired").await;
    // Renewed: the same session, other tokens.
    let body = json!({"site": "pk_demo", "video": "day",
                      "view_session_id": session["view_session_id"]});
    let renewed = post(&backend, "/v1/view-sessions", &body).await.json();
    assert_eq!(renewed["view_session_id"], session["view_session_id"]);
    let fresh = token(&renewed, "lamp");
    check(&|body| body["token"] = json!(fresh), "").await;
}

#[tokio::test]
async fn the_same_tap_gets_the_same_click_and_another_tap_of_its_id_is_a_conflict() {
    let backend = market().await;
    let session = watch(&backend, "day").await;
    let body = click_body(&session, "lamp");
    let first = post(&backend, "/v1/clicks", &body).await.json();
    backend.clock.advance_ms(5_000);
    let again = post(&backend, "/v1/clicks", &body).await.json();
    assert_eq!(first["clicked_at"], again["clicked_at"]);
    assert_eq!(first["valid_until"], again["valid_until"]);
    assert_eq!(backend.count("SELECT count(*) FROM clicks"), 1);
    let mut other = click_body(&session, "mug");
    other["touchpoint_id"] = body["touchpoint_id"].clone();
    let answer = post(&backend, "/v1/clicks", &other).await;
    assert_eq!(answer.outcome(), (422, "touchpoint-conflict".into()));
}

#[tokio::test]
async fn a_page_of_another_platform_cannot_use_the_token() {
    let backend = market().await;
    let session = watch(&backend, "day").await;
    let mut request = super::page("/v1/clicks", &click_body(&session, "lamp"));
    let elsewhere = "https://elsewhere.example".parse().unwrap();
    request.headers_mut().insert("origin", elsewhere);
    assert_eq!(
        backend.send(request).await.outcome(),
        (403, "origin".into())
    );
}

#[tokio::test]
async fn a_receipt_that_is_none_is_refused_and_never_stops_a_purchase() {
    let backend = market().await;
    let session = watch(&backend, "day").await;
    backend.clock.advance_ms(5_000);
    let (receipt, _) = tap(&backend, &session, "mug").await;
    let bound = bind(&backend, &receipt, "mug").await;
    let check = async |receipt: &str, variant: &str, code: &str| {
        let body = json!({"receipt": receipt, "variant_id": variant});
        let answer = post(&backend, "/v1/bag-bindings", &body).await;
        assert_eq!(answer.outcome(), (422, code.to_owned()));
    };
    check(&tampered(&receipt), "mug", "receipt-invalid").await;
    check(&bound, "mug", "receipt-invalid").await;
    check(&token(&session, "mug"), "mug", "receipt-invalid").await;
    check(&receipt, "rug", "receipt-brand").await;
    check(&receipt, "nothing", "sku-unknown").await;

    let key = brand_key(&backend, "norrby").await;
    let garbage = buy(&backend, &[("mug", 1)], &[("mug", "not a receipt")]).await;
    assert_eq!(credits(&decision(&backend, &garbage, &key).await), nobody());
    let changed = tampered(&receipt);
    let changed = buy(&backend, &[("mug", 1)], &[("", &changed)]).await;
    assert_eq!(credits(&decision(&backend, &changed, &key).await), nobody());
    // The brand reads what became of them.
    let seen = decision(&backend, &garbage, &key).await;
    let expected = json!([{"line": 0, "reason": "token-tampered"}]);
    assert_eq!(seen["refused_receipts"], expected);
    // The good one still earns.
    let good = buy(&backend, &[("mug", 1)], &[("mug", &bound)]).await;
    let earned = line("bag-binding", "mira", 167);
    let seen = decision(&backend, &good, &key).await;
    assert_eq!(credits(&seen), [earned]);
    assert_eq!(seen["refused_receipts"], Value::Null);
    super::audit(&backend).await;
    backend.clock.advance_ms(7 * DAY_MS + 1);
    check(&receipt, "mug", "receipt-expired").await;
}

#[tokio::test]
async fn a_bag_line_stays_bound_for_as_long_as_its_brand_says() {
    for (days, expected) in [
        (3, line("bag-binding", "mira", 167)),
        (4, line("direct-click", "mira", 167)),
    ] {
        let backend = market().await;
        let session = watch(&backend, "day").await;
        backend.clock.advance_ms(5_000);
        let (receipt, _) = tap(&backend, &session, "mug").await;
        let bound = bind(&backend, &receipt, "mug").await;
        backend.clock.advance_ms(days * DAY_MS);
        let number = buy(&backend, &[("mug", 1)], &[("mug", &bound)]).await;
        let key = brand_key(&backend, "norrby").await;
        let seen = decision(&backend, &number, &key).await;
        assert_eq!(credits(&seen), [expected], "{days} days");
    }
}

#[tokio::test]
async fn a_creator_does_not_earn_by_an_own_purchase_a_robot_or_a_test() {
    let backend = market().await;
    let key = brand_key(&backend, "norrby").await;
    let session = watch(&backend, "day").await;
    backend.clock.advance_ms(5_000);
    let (own, _) = tap(&backend, &session, "mug").await;
    let number = buy_as(
        &backend,
        ("pk_demo", "Mira@Example.com"),
        &[("mug", 1)],
        &[("mug", &own)],
    )
    .await;
    let seen = decision(&backend, &number, &key).await;
    assert_eq!(credits(&seen), nobody());
    assert_eq!(losses(&seen)[0], ["excluded-self-purchase-email"]);

    let mut robot = super::page("/v1/clicks", &click_body(&session, "mug"));
    let name = "Mozilla/5.0 HeadlessChrome/140.0".parse().unwrap();
    robot.headers_mut().insert("user-agent", name);
    let receipt = backend.send(robot).await.json()["receipt"]
        .as_str()
        .unwrap()
        .to_owned();
    let number = buy(&backend, &[("mug", 1)], &[("mug", &receipt)]).await;
    let seen = decision(&backend, &number, &key).await;
    assert_eq!(credits(&seen), nobody());
    assert_eq!(losses(&seen)[0], ["excluded-bot"]);

    let mut with_test_site = setup("demo", "pk_demo");
    let mut site = with_test_site.sites[0].clone();
    site.key = SiteKey::parse("pk_test_demo").unwrap();
    with_test_site.sites.push(site);
    backend.store.apply(with_test_site).await.unwrap();
    // The list of sites is read again after two seconds.
    backend.clock.advance_ms(3_000);
    let (receipt, _) = tap(&backend, &session, "mug").await;
    let who = ("pk_test_demo", "jo@example.com");
    let number = buy_as(&backend, who, &[("mug", 1)], &[("mug", &receipt)]).await;
    let seen = decision(&backend, &number, &key).await;
    assert_eq!(credits(&seen), nobody());
    assert_eq!(losses(&seen)[0], ["excluded-test-order"]);
}

#[tokio::test]
async fn an_order_brings_at_most_100_receipts() {
    let backend = market().await;
    let quote = backend.ready_quote("mug", 1).await;
    let mut order = crate::support::order_for(&quote);
    order["receipts"] = json!(vec!["x"; 101]);
    let answer = backend.order(&crate::support::key(), &order).await;
    assert_eq!(answer.outcome(), (422, "touch-limit".into()));
    order["receipts"] = json!(vec!["x"; 100]);
    let answer = backend.order(&crate::support::key(), &order).await;
    assert_eq!(answer.outcome(), (201, String::new()));
}

#[tokio::test]
async fn a_decision_is_for_its_parties_alone() {
    let backend = market().await;
    let session = watch(&backend, "day").await;
    backend.clock.advance_ms(5_000);
    let (receipt, _) = tap(&backend, &session, "mug").await;
    let number = buy(&backend, &[("mug", 1)], &[("mug", &receipt)]).await;
    let path = format!("/v1/orders/{number}/decision");
    let check = async |path: &str, key: &str, status: u16| {
        let answer = ask(&backend, path, key).await;
        assert_eq!(answer.outcome().0, status, "{path}");
    };
    for (key, status) in [
        (brand_key(&backend, "norrby").await, 200),
        (creator_key(&backend, "mira").await, 200),
        (brand_key(&backend, "halden").await, 404),
        (creator_key(&backend, "ben").await, 404),
        ("sk_brand_nothing".to_owned(), 401),
    ] {
        check(&path, &key, status).await;
    }
    assert_eq!(
        backend.get(&path).await.outcome(),
        (401, "authorization".into())
    );
    let mira = creator_key(&backend, "mira").await;
    check("/v1/accounts/mira/statement", &mira, 200).await;
    check("/v1/accounts/norrby/statement", &mira, 404).await;
    let revoked: String = mira.chars().take("sk_creator_".len() + 6).collect();
    assert!(backend.store.revoke_api_key(revoked, START).await.unwrap());
    check(&path, &mira, 401).await;
    // Nor may another brand move the order, or a creator.
    let halden = brand_key(&backend, "halden").await;
    let ship = format!("/v1/orders/{number}/fulfilments/norrby/ship");
    let answer = command(&backend, &ship, &halden, &json!({})).await;
    assert_eq!(answer.outcome(), (404, "not-found".into()));
}

#[tokio::test]
async fn tokens_outlive_the_rotation_of_their_key() {
    let backend = market().await;
    let session = watch(&backend, "day").await;
    let rotate = async |backend: &Backend| {
        let now = backend.state.clock.now();
        let fresh = StoredKey::generate(now).unwrap();
        let change = Box::new(move |keys| rotated(keys, fresh.clone(), now).keys);
        backend.store.change_token_keys(change).await.unwrap()
    };
    let keys = rotate(&backend).await;
    assert_eq!(keys.len(), 2);
    // The new key is known and does not sign for five minutes; the old token is still believed
    // after.
    backend.clock.advance_ms(6 * MINUTE_MS);
    let later = watch(&backend, "day").await;
    let footer = |session: &Value| {
        let token = token(session, "lamp");
        token.rsplit('.').next().unwrap().to_owned()
    };
    assert_ne!(footer(&session), footer(&later));
    tap(&backend, &session, "lamp").await;
    tap(&backend, &later, "lamp").await;
    // Half a year later the first key is gone.
    backend.clock.advance_ms(180 * DAY_MS);
    let first = keys[0].kid.clone();
    let keys = rotate(&backend).await;
    assert_eq!(keys.len(), 2);
    assert!(keys.iter().all(|key| key.kid != first));
}

#[tokio::test]
async fn a_raise_holds_at_once_and_a_cut_after_thirty_days() {
    use super::wish;
    use shoptag_backend::collaborations::CreditSetup;
    let backend = market().await;
    let key = brand_key(&backend, "norrby").await;
    let commission = async || {
        let session = watch(&backend, "day").await;
        backend.clock.advance_ms(5_000);
        let (receipt, _) = tap(&backend, &session, "mug").await;
        let number = buy(&backend, &[("mug", 1)], &[("mug", &receipt)]).await;
        credits(&decision(&backend, &number, &key).await)[0].2
    };
    let set = async |direct| {
        let setup = CreditSetup {
            wishes: vec![wish("mira", "norrby", None, direct, None)],
            ..CreditSetup::default()
        };
        let now = backend.state.clock.now();
        let tenant = crate::support::tenant("demo");
        backend
            .store
            .apply_credit(tenant, setup, now)
            .await
            .unwrap();
    };
    assert_eq!(commission().await, 167);
    set(2_000).await;
    assert_eq!(commission().await, 334);
    set(500).await;
    assert_eq!(commission().await, 334);
    backend.clock.advance_ms(31 * DAY_MS);
    assert_eq!(commission().await, 84);
}

/// The payload as it was, the signature changed.
pub(super) fn forged(receipt: &str) -> String {
    let end = receipt.rfind('.').unwrap();
    // Not the last letter: some of its bits mean nothing.
    let at = end - 10;
    let other = if receipt.as_bytes()[at] == b'A' {
        "B"
    } else {
        "A"
    };
    format!("{}{other}{}", &receipt[..at], &receipt[at + 1..])
}

#[tokio::test]
async fn a_forged_copy_is_shown_with_its_reason_and_takes_nothing_from_the_good_one() {
    let backend = market().await;
    let key = brand_key(&backend, "norrby").await;
    let session = watch(&backend, "day").await;
    backend.clock.advance_ms(5_000);
    let (receipt, _) = tap(&backend, &session, "mug").await;
    let bad = forged(&receipt);
    let number = buy(&backend, &[("mug", 1)], &[("mug", &bad)]).await;
    let seen = decision(&backend, &number, &key).await;
    assert_eq!(credits(&seen), nobody());
    assert_eq!(losses(&seen)[0], ["excluded-token-tampered"]);
    let both = [("", bad.as_str()), ("", &receipt), ("", &bad)];
    let number = buy(&backend, &[("mug", 1)], &both).await;
    let seen = decision(&backend, &number, &key).await;
    assert_eq!(credits(&seen), [line("direct-click", "mira", 167)]);
}

#[tokio::test]
async fn a_receipt_of_another_platform_earns_nothing_here() {
    let backend = market().await;
    let body = json!({"site": "pk_other", "video": "day"});
    let session = post(&backend, "/v1/view-sessions", &body).await.json();
    backend.clock.advance_ms(5_000);
    let (foreign, _) = tap(&backend, &session, "mug").await;
    let number = buy(&backend, &[("mug", 1)], &[("mug", &foreign)]).await;
    let key = brand_key(&backend, "norrby").await;
    assert_eq!(credits(&decision(&backend, &number, &key).await), nobody());
    let seen = decision(&backend, &number, &key).await;
    let expected = json!([{"line": 0, "reason": "token-foreign"}]);
    assert_eq!(seen["refused_receipts"], expected);
}

#[tokio::test]
async fn a_refused_receipt_is_shown_to_its_line_and_one_of_the_list_to_all() {
    let backend = market().await;
    let receipts = [("mug", "not a receipt"), ("", "nor this")];
    let number = buy(&backend, &[("lamp-sand", 1), ("mug", 1)], &receipts).await;
    let check = async |brand: &str, expected: Value| {
        let key = brand_key(&backend, brand).await;
        let seen = decision(&backend, &number, &key).await;
        assert_eq!(seen["refused_receipts"], expected, "{brand}");
    };
    let list = json!({"reason": "token-tampered"});
    let line = json!({"line": 1, "reason": "token-tampered"});
    check("norrby", json!([line, list])).await;
    check("halden", json!([list])).await;
    // They are part of the receipt, and of what replays.
    super::audit(&backend).await;
    backend.database.forge(
        "orders",
        "UPDATE orders SET evidence = replace(evidence, 'token-tampered', 'token-expired')",
    );
    let rows = backend
        .store
        .decisions(crate::support::tenant("demo"), 0, 9);
    let start = shoptag_commerce::Digest::START;
    let replayed =
        shoptag_backend::ledger_accounts::replay_decision(&rows.await.unwrap()[0], start);
    assert!(replayed.is_err());
}

#[tokio::test]
async fn a_shoppers_next_order_through_the_same_click_earns_and_a_pasted_receipt_does_not() {
    let backend = market().await;
    let key = brand_key(&backend, "norrby").await;
    let session = watch(&backend, "day").await;
    backend.clock.advance_ms(5_000);
    let (receipt, _) = tap(&backend, &session, "mug").await;
    let bound = bind(&backend, &receipt, "mug").await;
    let check = async |email: &str, receipt: &str, expected, reasons: &[&str]| {
        let who = ("pk_demo", email);
        let number = buy_as(&backend, who, &[("mug", 1)], &[("mug", receipt)]).await;
        let seen = decision(&backend, &number, &key).await;
        assert_eq!(credits(&seen), [expected], "{email}");
        assert_eq!(losses(&seen)[0], reasons, "{email}");
        number
    };
    let earned = || line("bag-binding", "mira", 167);
    let replayed: &[&str] = &["excluded-token-replayed"];
    check("jo@example.com", &bound, earned(), &[]).await;
    // The same person a day later, written otherwise.
    backend.clock.advance_ms(DAY_MS);
    check(" Jo@Example.com", &bound, earned(), &[]).await;
    check("jo@example.com", &receipt, earned(), &[]).await;
    // Somebody to whom the receipt was given, bound or not.
    let nobody = || nobody().remove(0);
    check("al@example.com", &bound, nobody(), replayed).await;
    check("al@example.com", &receipt, nobody(), replayed).await;
    // A line that carries it twice is one line.
    let twice = [("mug", bound.as_str()), ("", &receipt), ("", &bound)];
    let number = buy(&backend, &[("mug", 1)], &twice).await;
    let seen = decision(&backend, &number, &key).await;
    assert_eq!(credits(&seen), [earned()]);
    assert_eq!(
        backend.count("SELECT count(*) FROM credits"),
        4,
        "one an order line"
    );
    super::audit(&backend).await;
}

#[tokio::test]
async fn a_cancelled_order_leaves_the_click_to_others() {
    let backend = market().await;
    let key = brand_key(&backend, "norrby").await;
    let session = watch(&backend, "day").await;
    backend.clock.advance_ms(5_000);
    let (receipt, _) = tap(&backend, &session, "mug").await;
    let number = buy(&backend, &[("mug", 1)], &[("mug", &receipt)]).await;
    let path = format!("/v1/orders/{number}/fulfilments/norrby/cancel");
    let answer = command(&backend, &path, &key, &json!({})).await;
    assert_eq!(answer.outcome(), (200, String::new()));
    let who = ("pk_demo", "al@example.com");
    let number = buy_as(&backend, who, &[("mug", 1)], &[("mug", &receipt)]).await;
    let seen = decision(&backend, &number, &key).await;
    assert_eq!(credits(&seen), [line("bag-binding", "mira", 167)]);
}

#[tokio::test]
async fn a_view_session_that_we_did_not_make_is_not_renewed() {
    let backend = market().await;
    let session = watch(&backend, "day").await;
    let id = session["view_session_id"].as_str().unwrap();
    let (uuid, mark) = id.split_once('.').unwrap();
    let renew = async |id: &str| {
        let body = json!({"site": "pk_demo", "video": "day", "view_session_id": id});
        post(&backend, "/v1/view-sessions", &body).await.outcome()
    };
    assert_eq!(renew(id).await, (200, String::new()));
    let other = crate::support::uuid_v7();
    for invented in [
        uuid.to_owned(),
        format!("{other}.{mark}"),
        format!("{uuid}.{}", "0".repeat(mark.len())),
        format!("{uuid}."),
        String::new(),
    ] {
        assert_eq!(
            renew(&invented).await,
            (422, "id-format".into()),
            "{invented}"
        );
    }
}

#[tokio::test]
async fn the_first_key_signs_also_for_a_server_whose_clock_is_a_moment_behind() {
    let backend = market().await;
    watch(&backend, "day").await;
    backend.clock.advance_ms(-900);
    let session = watch(&backend, "day").await;
    tap(&backend, &session, "mug").await;
}
