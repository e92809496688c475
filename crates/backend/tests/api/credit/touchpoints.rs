//! The list of bad touchpoints (reliability.md 10.4), row by row.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use shoptag_commerce::DAY_MS;

use super::{FIREFOX, buy, market, page, post, tap, token, watch};
use crate::support::{Answer, Backend, ORIGIN, START, uuid_v7};

/// An impression of the mug that counts.
fn impression(session: &Value) -> Value {
    json!({
        "id": uuid_v7(),
        "kind": "impression",
        "view_session_id": session["view_session_id"],
        "token": token(session, "mug"),
        "sequence": 0,
        "occurred_at": START.ms() + 3_000,
        "position_s": 4.5,
        "dwell_ms": 2_000,
        "visible": true,
    })
}

fn batch(touchpoints: Vec<Value>) -> Value {
    json!({"site": "pk_demo", "sent_at": START.ms() + 5_000, "touchpoints": touchpoints})
}

async fn send(backend: &Backend, touchpoints: Vec<Value>) -> Answer {
    post(backend, "/v1/touchpoints", &batch(touchpoints)).await
}

/// Watches for five seconds.
async fn watched(backend: &Backend) -> Value {
    let session = watch(backend, "day").await;
    backend.clock.advance_ms(5_000);
    session
}

/// Why the one stored touchpoint does not count, after `change` was made to one that does.
async fn excluded(change: impl FnOnce(&mut Value)) -> String {
    let backend = market().await;
    let session = watched(&backend).await;
    let mut touchpoint = impression(&session);
    change(&mut touchpoint);
    let answer = send(&backend, vec![touchpoint]).await;
    assert_eq!(answer.status, 202, "{}", answer.json());
    stored(&backend)
}

fn stored(backend: &Backend) -> String {
    backend.database.text("SELECT excluded FROM touchpoints")
}

/// The code with which the one touchpoint of a batch is rejected.
async fn rejected(change: impl FnOnce(&mut Value)) -> String {
    let backend = market().await;
    let session = watched(&backend).await;
    let mut touchpoint = impression(&session);
    change(&mut touchpoint);
    let answer = send(&backend, vec![touchpoint]).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    assert_eq!(backend.count("SELECT count(*) FROM touchpoints"), 0);
    answer.json()["rejected"][0]["code"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn t1_t2_a_touchpoint_counts_once_and_the_first_body_wins() {
    let backend = market().await;
    let session = watched(&backend).await;
    let touchpoint = impression(&session);
    for _ in 0..20 {
        let answer = send(&backend, vec![touchpoint.clone(); 50]).await;
        assert_eq!(answer.status, 202);
        assert_eq!(answer.json()["accepted"], 50);
    }
    let mut other = touchpoint;
    other["position_s"] = json!(9.0);
    assert_eq!(send(&backend, vec![other]).await.status, 202);
    assert_eq!(backend.count("SELECT count(*) FROM touchpoints"), 1);
    assert_eq!(backend.count("SELECT position_ms FROM touchpoints"), 4_500);
    let metrics = String::from_utf8(backend.get("/metrics").await.body).unwrap();
    assert!(metrics.contains("shoptag_touchpoint_conflicts_total 1"));
}

#[tokio::test]
async fn t3_a_batch_has_at_most_1000_touchpoints_and_64_kib() {
    let backend = market().await;
    let check = async |body: Value, status: u16| {
        let answer = post(&backend, "/v1/touchpoints", &body).await;
        assert_eq!(answer.status, status);
        if status == 413 {
            assert_eq!(answer.outcome().1, "batch-limit");
        }
    };
    check(batch(vec![json!({}); 1_001]), 413).await;
    check(batch(vec![json!({}); 1_000]), 200).await;
    check(
        json!({"site": "pk_demo", "touchpoints": ["x".repeat(65_536)]}),
        413,
    )
    .await;
    check(batch(vec![]), 202).await;
}

#[tokio::test]
async fn t4_one_bad_touchpoint_does_not_spoil_the_others() {
    let backend = market().await;
    let session = watched(&backend).await;
    let mut touchpoints: Vec<Value> = (0..50).map(|_| impression(&session)).collect();
    touchpoints[7]["position_s"] = json!(-1.0);
    touchpoints[9].as_object_mut().unwrap().remove("sequence");
    let answer = send(&backend, touchpoints).await;
    assert_eq!(answer.status, 200);
    let expected = json!({"accepted": 48, "rejected": [
        {"index": 7, "code": "position"}, {"index": 9, "code": "json-shape"}]});
    assert_eq!(answer.json(), expected);
}

#[tokio::test]
async fn t5_a_clock_that_cannot_be_believed_is_not() {
    for (sent_at, clock) in [
        (json!(START.ms() + 5_000), "trusted"),
        (Value::Null, "untrusted"),
        (json!(START.ms() + 2_000), "untrusted"),
        (json!(START.ms() + 3_650 * DAY_MS), "untrusted"),
    ] {
        let backend = market().await;
        let session = watched(&backend).await;
        let mut body = batch(vec![impression(&session)]);
        body["sent_at"] = sent_at;
        assert_eq!(post(&backend, "/v1/touchpoints", &body).await.status, 202);
        let found = format!("SELECT count(*) FROM touchpoints WHERE clock = '{clock}'");
        assert_eq!(backend.count(&found), 1, "{clock}");
        if clock == "untrusted" {
            let received = "SELECT happened_at = received_at FROM touchpoints";
            assert_eq!(backend.count(received), 1);
        }
    }
}

#[tokio::test]
async fn t6_t16_what_does_not_count_is_kept_with_its_reason() {
    assert_eq!(excluded(|_| {}).await, "");
    let old = START.ms() + 5_000 - 25 * 3_600_000;
    assert_eq!(
        excluded(|it| it["occurred_at"] = json!(old)).await,
        "window"
    );
    let hidden = excluded(|it| {
        it["visible"] = json!(false);
        it["dwell_ms"] = json!(0);
    });
    assert_eq!(hidden.await, "not-visible,impossible-dwell");
    let short = excluded(|it| it["dwell_ms"] = json!(1_999)).await;
    assert_eq!(short, "impossible-dwell");
}

#[tokio::test]
async fn t7_t8_what_cannot_be_is_rejected() {
    let unknown = "ref-unknown";
    for position in [
        json!(-0.5),
        json!(36.6),
        json!(1e300),
        json!(null),
        json!("4"),
    ] {
        let found = rejected(|it| it["position_s"] = position.clone()).await;
        assert_eq!(found, "position", "{position}");
    }
    assert_eq!(
        rejected(|it| it["id"] = json!("touch-1")).await,
        "id-format"
    );
    // The video has gone to another creator since.
    let backend = market().await;
    let session = watched(&backend).await;
    backend.execute("UPDATE videos SET creator_id = 'ben' WHERE tenant_id = 'demo'");
    let answer = send(&backend, vec![impression(&session)]).await.json();
    assert_eq!(answer["rejected"][0]["code"], unknown);
}

#[tokio::test]
async fn t9_a_touchpoint_after_the_order_is_late() {
    let backend = market().await;
    let session = watched(&backend).await;
    let (receipt, _) = tap(&backend, &session, "mug").await;
    send(&backend, vec![impression(&session)]).await;
    buy(&backend, &[("mug", 1)], &[("mug", &receipt)]).await;
    send(&backend, vec![impression(&session)]).await;
    assert_eq!(backend.count("SELECT sum(is_late) FROM touchpoints"), 1);
    assert_eq!(backend.count("SELECT count(*) FROM credits"), 1);
}

#[tokio::test]
async fn t10_t11_a_beacon_is_text_and_cookies_are_not_looked_at() {
    let backend = market().await;
    let session = watched(&backend).await;
    let text = async |path: &str| {
        let body = batch(vec![impression(&session)]).to_string();
        let request = Request::post(path)
            .header("content-type", "text/plain;charset=UTF-8")
            .header("user-agent", FIREFOX)
            .header("origin", ORIGIN)
            .header("cookie", "session=secret")
            .body(Body::from(body));
        backend.send(request.unwrap()).await
    };
    assert_eq!(text("/t").await.status, 202);
    let refused = text("/v1/touchpoints").await;
    assert_eq!(refused.outcome(), (415, "media-type".into()));
    let refused = text("/v1/orders").await;
    assert_eq!(refused.outcome(), (415, "media-type".into()));
    assert_eq!(backend.count("SELECT count(*) FROM touchpoints"), 1);
}

#[tokio::test]
async fn what_a_device_gave_up_is_counted_within_a_bound() {
    let backend = market().await;
    let session = watched(&backend).await;
    for dropped in [3_u32, 0, u32::MAX] {
        let mut batch = batch(vec![impression(&session)]);
        batch["dropped"] = json!(dropped);
        assert_eq!(post(&backend, "/v1/touchpoints", &batch).await.status, 202);
    }
    let metrics = String::from_utf8(backend.get("/metrics").await.body).unwrap();
    assert!(metrics.contains("shoptag_touchpoints_dropped_total 10003"));
}

#[tokio::test]
async fn t12_a_robot_is_marked_and_its_name_is_cut() {
    for (name, kept) in [
        (String::new(), 0),
        ("Mozilla/5.0 HeadlessChrome/140.0".to_owned(), 32),
        (format!("Googlebot {}", "x".repeat(7_000)), 256),
    ] {
        let backend = market().await;
        let session = watched(&backend).await;
        let mut request = page("/v1/touchpoints", &batch(vec![impression(&session)]));
        let value = name.parse().unwrap();
        request.headers_mut().insert("user-agent", value);
        assert_eq!(backend.send(request).await.status, 202);
        assert_eq!(stored(&backend), "bot", "{name}");
        let length = "SELECT length(user_agent) FROM touchpoints";
        assert_eq!(backend.count(length), kept);
    }
}

#[tokio::test]
async fn t13_a_viewer_counts_60_times_a_minute() {
    let backend = market().await;
    let session = watched(&backend).await;
    for _ in 0..2 {
        let touchpoints = (0..50).map(|_| impression(&session)).collect();
        assert_eq!(send(&backend, touchpoints).await.status, 202);
    }
    let counted = "SELECT count(*) FROM touchpoints WHERE excluded = ''";
    assert_eq!(backend.count(counted), 60);
    let limited = "SELECT count(*) FROM touchpoints WHERE excluded = 'rate'";
    assert_eq!(backend.count(limited), 40);
}

#[tokio::test]
async fn t14_global_privacy_control_keeps_nothing() {
    let backend = market().await;
    let session = watched(&backend).await;
    let mut request = page("/v1/touchpoints", &batch(vec![impression(&session)]));
    request
        .headers_mut()
        .insert("sec-gpc", "1".parse().unwrap());
    assert_eq!(backend.send(request).await.status, 204);
    assert_eq!(backend.count("SELECT count(*) FROM touchpoints"), 0);
}

#[tokio::test]
async fn t15_another_viewers_token_is_a_replay() {
    let backend = market().await;
    let session = watched(&backend).await;
    let other = watch(&backend, "day").await;
    let mut touchpoint = impression(&session);
    touchpoint["view_session_id"] = other["view_session_id"].clone();
    assert_eq!(send(&backend, vec![touchpoint]).await.status, 202);
    assert_eq!(stored(&backend), "replay");
}

#[tokio::test]
async fn t7_a_token_that_is_none_of_ours_is_rejected_with_its_reason() {
    for token in ["v4.public.abc", "", &"x".repeat(5_000)] {
        let found = rejected(|it| it["token"] = json!(token)).await;
        assert_eq!(found, "token-tampered");
    }
    let backend = market().await;
    let session = watched(&backend).await;
    let mut changed = impression(&session);
    let token = changed["token"].as_str().unwrap().to_owned();
    let at = token.rfind('.').unwrap() - 10;
    let other = if token.as_bytes()[at] == b'A' {
        "B"
    } else {
        "A"
    };
    changed["token"] = json!(format!("{}{other}{}", &token[..at], &token[at + 1..]));
    let body = json!({"site": "pk_other", "video": "day"});
    let theirs = post(&backend, "/v1/view-sessions", &body).await.json();
    let mut foreign = impression(&theirs);
    foreign["view_session_id"] = session["view_session_id"].clone();
    let answer = send(&backend, vec![changed, foreign, impression(&session)]).await;
    let expected = json!({"accepted": 1, "rejected": [
        {"index": 0, "code": "token-tampered"}, {"index": 1, "code": "token-foreign"}]});
    assert_eq!(answer.json(), expected);
}

#[tokio::test]
async fn an_expired_token_counts_for_what_happened_before_its_end_and_a_minute_after() {
    // The token ends 15 minutes after the start; the touch is sent at once, or waits.
    let end = 15 * 60_000;
    for (occurred, received, expected) in [
        (end, end, ""),
        (end + 60_000, end + 60_000, ""),
        (end + 60_001, end + 60_001, "token-expired"),
        // Seen in time, and sent when the device was in a network again.
        (end - 1_000, end + 3_600_000, ""),
    ] {
        let backend = market().await;
        let session = watch(&backend, "day").await;
        backend.clock.advance_ms(received);
        let mut touchpoint = impression(&session);
        touchpoint["occurred_at"] = json!(START.ms() + occurred);
        let mut body = batch(vec![touchpoint]);
        body["sent_at"] = json!(START.ms() + received);
        assert_eq!(post(&backend, "/v1/touchpoints", &body).await.status, 202);
        assert_eq!(stored(&backend), expected, "{occurred} {received}");
    }
}

#[tokio::test]
async fn a_tap_older_than_its_renewed_token_counts() {
    let backend = market().await;
    let session = watched(&backend).await;
    backend.clock.advance_ms(14 * 60_000);
    let body = json!({"site": "pk_demo", "video": "day",
                      "view_session_id": session["view_session_id"]});
    let renewed = post(&backend, "/v1/view-sessions", &body).await.json();
    let mut tap = impression(&renewed);
    tap["kind"] = json!("click");
    let mut body = batch(vec![tap]);
    body["sent_at"] = json!(backend.state.clock.now().ms());
    assert_eq!(post(&backend, "/v1/touchpoints", &body).await.status, 202);
    assert_eq!(stored(&backend), "");
}

#[tokio::test]
async fn t12_a_line_break_in_the_user_agent_reaches_no_log() {
    // A header cannot hold one; a tab can.
    let backend = market().await;
    let session = watched(&backend).await;
    let mut request = page("/v1/touchpoints", &batch(vec![impression(&session)]));
    let value = "Mozilla/5.0\t(X11)".parse().unwrap();
    request.headers_mut().insert("user-agent", value);
    assert_eq!(backend.send(request).await.status, 202);
    let stored = backend.database.text("SELECT user_agent FROM touchpoints");
    assert!(!stored.chars().any(char::is_control), "{stored:?}");
}

#[tokio::test]
async fn t13_beginning_anew_does_not_escape_the_rate() {
    use std::net::SocketAddr;
    use std::sync::Arc;

    use axum::extract::ConnectInfo;
    let mut backend = market().await;
    backend.state.session_limit = Some(Arc::new(shoptag_backend::RateLimit::of_view_sessions()));
    let begin = async |address: [u8; 4], id: &Value| {
        let body = json!({"site": "pk_demo", "video": "day", "view_session_id": id});
        let mut request = page("/v1/view-sessions", &body);
        let address = SocketAddr::from((address, 4_000));
        request.extensions_mut().insert(ConnectInfo(address));
        backend.send(request).await
    };
    let one = [192, 0, 2, 1];
    let first = begin(one, &Value::Null).await.json();
    for _ in 1..60 {
        assert_eq!(
            begin(one, &Value::Null).await.outcome(),
            (200, String::new())
        );
    }
    let refused = begin(one, &Value::Null).await;
    assert_eq!(refused.outcome(), (429, "rate-limit".into()));
    // Who watches goes on; so do others.
    let renewed = begin(one, &first["view_session_id"]).await;
    assert_eq!(renewed.outcome(), (200, String::new()));
    let other = begin([192, 0, 2, 2], &Value::Null).await;
    assert_eq!(other.outcome(), (200, String::new()));
}

#[tokio::test]
async fn t13_a_session_beyond_its_sixty_touches_is_marked_and_still_answered() {
    let backend = market().await;
    let session = watched(&backend).await;
    for _ in 0..4 {
        let touchpoints = (0..50).map(|_| impression(&session)).collect();
        assert_eq!(send(&backend, touchpoints).await.status, 202);
    }
    let counted = "SELECT count(*) FROM touchpoints WHERE excluded = ''";
    assert_eq!(backend.count(counted), 60);
    // A minute later it counts again.
    backend.clock.advance_ms(60_001);
    send(&backend, vec![impression(&session)]).await;
    assert_eq!(backend.count(counted), 61);
}

#[tokio::test]
async fn t14_a_beacon_with_global_privacy_control_keeps_nothing() {
    let backend = market().await;
    let session = watched(&backend).await;
    let beacon = async |signal: &str| {
        let request = Request::post("/t")
            .header("content-type", "text/plain;charset=UTF-8")
            .header("user-agent", FIREFOX)
            .header("origin", ORIGIN)
            .header("sec-gpc", signal)
            .body(Body::from(batch(vec![impression(&session)]).to_string()));
        backend.send(request.unwrap()).await
    };
    let answer = beacon("1").await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (204, 0));
    assert_eq!(backend.count("SELECT count(*) FROM touchpoints"), 0);
    // Only "1" is the signal.
    assert_eq!(beacon("0").await.status, 202);
    assert_eq!(backend.count("SELECT count(*) FROM touchpoints"), 1);
}

#[tokio::test]
async fn t15_a_token_pasted_into_another_session_never_becomes_a_click() {
    let backend = market().await;
    let session = watched(&backend).await;
    let other = watch(&backend, "day").await;
    let mut pasted = super::click_body(&other, "mug");
    pasted["token"] = json!(token(&session, "mug"));
    let answer = post(&backend, "/v1/clicks", &pasted).await;
    assert_eq!(answer.outcome(), (422, "token-session".into()));
    assert_eq!(backend.count("SELECT count(*) FROM clicks"), 0);
    // Nor does it use up the rate of the session that it was taken from.
    let touchpoints = (0..60)
        .map(|_| {
            let mut touchpoint = impression(&session);
            touchpoint["view_session_id"] = other["view_session_id"].clone();
            touchpoint
        })
        .collect();
    send(&backend, touchpoints).await;
    let replays = "SELECT count(*) FROM touchpoints WHERE excluded = 'replay'";
    assert_eq!(backend.count(replays), 60);
    send(&backend, vec![impression(&session)]).await;
    let counted = "SELECT count(*) FROM touchpoints WHERE excluded = ''";
    assert_eq!(backend.count(counted), 1);
}

#[tokio::test]
async fn t16_touches_of_a_hidden_page_are_marked_one_by_one() {
    let backend = market().await;
    let session = watched(&backend).await;
    let hidden = (0..20)
        .map(|_| {
            let mut touchpoint = impression(&session);
            touchpoint["visible"] = json!(false);
            touchpoint["dwell_ms"] = json!(0);
            touchpoint
        })
        .collect();
    assert_eq!(send(&backend, hidden).await.status, 202);
    let marked = "SELECT count(*) FROM touchpoints WHERE excluded LIKE 'not-visible%'";
    assert_eq!(backend.count(marked), 20);
}

/// Kinds, creators and reasons of the candidates of an order's first line.
fn candidates(decision: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or("won").to_owned();
    let all = decision["lines"][0]["candidates"].as_array().unwrap();
    all.iter()
        .map(|it| {
            (
                text(&it["kind"]),
                text(&it["creator_id"]),
                text(&it["reason"]),
            )
        })
        .collect()
}

#[tokio::test]
async fn impressions_of_the_orders_sessions_stand_on_its_receipt_and_pay_nothing() {
    let backend = market().await;
    let (day, other) = (watched(&backend).await, watch(&backend, "day").await);
    let mut hidden = impression(&day);
    hidden["visible"] = json!(false);
    send(&backend, vec![impression(&day), hidden]).await;
    // Another viewer's, and one that comes after the order.
    backend.clock.advance_ms(5_000);
    send(&backend, vec![impression(&other)]).await;
    let (receipt, _) = tap(&backend, &day, "mug").await;
    let number = buy(&backend, &[("mug", 1)], &[("mug", &receipt)]).await;
    send(&backend, vec![impression(&day)]).await;

    let key = super::brand_key(&backend, "norrby").await;
    let seen = super::decision(&backend, &number, &key).await;
    let mira = |kind: &str, reason: &str| (kind.into(), "mira".into(), reason.into());
    let mut found = candidates(&seen);
    found.sort();
    assert_eq!(
        found,
        [
            mira("click", "won"),
            mira("impression", "excluded-not-visible"),
            mira("impression", "impression-pays-nothing"),
        ]
    );
    let earned = super::line("bag-binding", "mira", 167);
    assert_eq!(super::credits(&seen), [earned]);
    super::audit(&backend).await;
    // The journal can be erased: the decision has what it read.
    backend.execute("DELETE FROM touchpoints");
    let again = super::decision(&backend, &number, &key).await;
    assert_eq!(again, seen);
    super::audit(&backend).await;
}

#[tokio::test]
async fn impressions_are_not_read_by_a_forged_receipt_nor_in_the_place_of_a_click() {
    let backend = market().await;
    let day = watched(&backend).await;
    let (receipt, touch) = tap(&backend, &day, "mug").await;
    let mut posing = impression(&day);
    posing["id"] = json!(touch);
    send(&backend, vec![posing]).await;
    let key = super::brand_key(&backend, "norrby").await;
    let number = buy(&backend, &[("mug", 1)], &[("mug", &receipt)]).await;
    let seen = super::decision(&backend, &number, &key).await;
    let won = ("click".to_owned(), "mira".to_owned(), "won".to_owned());
    assert_eq!(candidates(&seen), [won]);

    send(&backend, vec![impression(&day)]).await;
    let forged = super::refusals::forged(&receipt);
    let number = buy(&backend, &[("mug", 1)], &[("mug", &forged)]).await;
    let seen = super::decision(&backend, &number, &key).await;
    assert_eq!(candidates(&seen).len(), 1);
    assert_eq!(candidates(&seen)[0].2, "excluded-token-tampered");
}
