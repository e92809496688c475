//! What every store promises, written against the port. An engine runs it by one line at the end.

use shoptag_backend::catalogue::TenantSetup;
use shoptag_backend::entropy::{OrderSecret, SystemEntropy};
use shoptag_backend::orders::{
    Cancelled, Fresh, IdempotencyKey, Submission, Submitted, fingerprint,
};
use shoptag_backend::quotes::{MakeQuote, QUOTE_HOLD_MS};
use shoptag_backend::store::{Store, Swept};
use shoptag_commerce::{CheckoutAttemptId, DAY_MS, OrderId, QuoteId, SiteKey, Timestamp, VideoId};
use shoptag_protocol::{OrderRequest, Quote};

use crate::support::{
    Database, Engine, START, key, order_for, product, ready_quote_body, setup, tenant, uuid_v7,
};

async fn filled(store: &dyn Store) {
    store.apply(setup("demo", "pk_demo")).await.unwrap();
    let products = vec![product("mug", "norrby", 1_990, Some(3))];
    store
        .upsert_products(tenant("demo"), products)
        .await
        .unwrap();
}

fn make(lines: &[(&str, u32)], now: Timestamp) -> MakeQuote {
    MakeQuote {
        fingerprint: [0; 32],
        tenant: tenant("demo"),
        request: serde_json::from_value(ready_quote_body(lines)).unwrap(),
        quote_id: QuoteId::parse(uuid_v7()).unwrap(),
        now,
        hold_ms: QUOTE_HOLD_MS,
    }
}

fn idempotency_key(text: &str) -> IdempotencyKey {
    let mut headers = axum::http::HeaderMap::new();
    headers.insert("idempotency-key", text.parse().unwrap());
    shoptag_backend::orders::key(&headers).unwrap()
}

pub(crate) fn submission(quote: &Quote, key: &str, now: Timestamp) -> Submission {
    let body = order_for(&serde_json::to_value(quote).unwrap());
    let request: OrderRequest = serde_json::from_value(body.clone()).unwrap();
    Submission {
        tenant: tenant("demo"),
        key: idempotency_key(key),
        fingerprint: fingerprint("/v1/orders", body.to_string().as_bytes()),
        request,
        client_created_at: now,
        now,
        quote_hold_ms: QUOTE_HOLD_MS,
        credit: Default::default(),
        fresh: Fresh {
            secret: OrderSecret::generate(&SystemEntropy, now).unwrap(),
            numbers: vec![format!("ST-{}", uuid_v7().to_ascii_uppercase())],
            quote_id: QuoteId::parse(uuid_v7()).unwrap(),
            attempt: CheckoutAttemptId::parse(uuid_v7()).unwrap(),
        },
    }
}

async fn setting_up_twice_changes_nothing(store: &dyn Store) {
    filled(store).await;
    let video = VideoId::parse("day").unwrap();
    let first = store.video(tenant("demo"), video.clone()).await.unwrap();
    assert!(first.is_some());
    filled(store).await;
    assert_eq!(
        store.video(tenant("demo"), video.clone()).await.unwrap(),
        first
    );
    assert_eq!(store.video(tenant("nobody"), video).await.unwrap(), None);
    let sites = store.sites().await.unwrap();
    assert_eq!(sites[0].key, SiteKey::parse("pk_demo").unwrap());
    assert_eq!(sites.len(), 1);
}

async fn a_refused_quote_leaves_nothing_behind(store: &dyn Store) {
    filled(store).await;
    let first = make(&[("mug", 2)], START);
    store.make_quote(first.clone()).await.unwrap().unwrap();
    // The same attempt asks for more than there is: the first hold must still stand.
    let mut greedy = make(&[("mug", 4)], START);
    greedy.request.checkout_attempt_id = first.request.checkout_attempt_id;
    let refused = store.make_quote(greedy).await.unwrap().unwrap_err();
    assert_eq!(refused.problem.code, "out-of-stock");
    assert_eq!(
        refused.problem.errors[0].available,
        Some(3),
        "its own hold counts as free"
    );
    let other = store
        .make_quote(make(&[("mug", 2)], START))
        .await
        .unwrap()
        .unwrap_err();
    assert_eq!(other.problem.errors[0].available, Some(1));
}

async fn an_order_exists_once_whatever_is_sent_again(store: &dyn Store) {
    filled(store).await;
    let quote = store
        .make_quote(make(&[("mug", 1)], START))
        .await
        .unwrap()
        .unwrap();
    let key = key();
    let first = submission(&quote, &key, START);
    let hash = first.fresh.secret.hash();
    let Submitted::Decided {
        answer,
        order: Some(order),
    } = store.submit_order(first.clone()).await.unwrap()
    else {
        panic!("placed")
    };
    assert_eq!(answer.status, 201);
    let mut again = submission(&quote, &key, START.plus_ms(DAY_MS));
    again.fingerprint = first.fingerprint;
    again.request = first.request;
    let replayed = store.submit_order(again.clone()).await.unwrap();
    assert_eq!(replayed, Submitted::Replayed(answer));
    again.fingerprint = [0; 32];
    assert_eq!(
        store.submit_order(again).await.unwrap(),
        Submitted::KeyReused
    );
    assert_eq!(store.order(hash).await.unwrap(), Some(*order));
    assert_eq!(store.order([0; 32]).await.unwrap(), None);
}

async fn an_order_needs_an_id_of_its_own(store: &dyn Store) {
    filled(store).await;
    let mut taken: Option<OrderId> = None;
    for expected in [201, 422] {
        let quote = store
            .make_quote(make(&[("mug", 1)], START))
            .await
            .unwrap()
            .unwrap();
        let mut submission = submission(&quote, &key(), START);
        if let Some(id) = &taken {
            submission.request.order_id = id.clone();
        }
        taken = Some(submission.request.order_id.clone());
        let Submitted::Decided { answer, .. } = store.submit_order(submission).await.unwrap()
        else {
            panic!("decided")
        };
        assert_eq!(answer.status, expected);
    }
}

async fn cancelling_gives_the_items_back_once(store: &dyn Store) {
    filled(store).await;
    let quote = store
        .make_quote(make(&[("mug", 3)], START))
        .await
        .unwrap()
        .unwrap();
    let submission = submission(&quote, &key(), START);
    let hash = submission.fresh.secret.hash();
    store.submit_order(submission).await.unwrap();
    for expected in [true, false] {
        let Cancelled::Done { changed, .. } = store.cancel_order(hash, START).await.unwrap() else {
            panic!("cancelled")
        };
        assert_eq!(changed, expected);
    }
    assert_eq!(
        store.cancel_order([0; 32], START).await.unwrap(),
        Cancelled::NotFound
    );
    store
        .make_quote(make(&[("mug", 3)], START))
        .await
        .unwrap()
        .unwrap();
    let more = store.make_quote(make(&[("mug", 1)], START)).await.unwrap();
    assert!(more.is_err(), "three came back, not six");
}

async fn a_sweep_gives_back_holds_and_forgets_old_quotes(store: &dyn Store) {
    filled(store).await;
    store
        .make_quote(make(&[("mug", 3)], START))
        .await
        .unwrap()
        .unwrap();
    let before = START.plus_ms(QUOTE_HOLD_MS - 1);
    assert_eq!(
        store.sweep(before).await.unwrap(),
        Swept {
            holds: 0,
            quotes: 0
        }
    );
    let after = START.plus_ms(QUOTE_HOLD_MS);
    assert_eq!(
        store.sweep(after).await.unwrap(),
        Swept {
            holds: 1,
            quotes: 0
        }
    );
    let later = after.plus_ms(90 * DAY_MS + 1);
    assert_eq!(
        store.sweep(later).await.unwrap(),
        Swept {
            holds: 0,
            quotes: 1
        }
    );
}

async fn a_site_key_cannot_be_taken_from_its_tenant(store: &dyn Store) {
    filled(store).await;
    let thief: TenantSetup = setup("thief", "pk_demo");
    assert!(store.apply(thief).await.is_err());
    let owner = store.sites().await.unwrap().remove(0).tenant;
    assert_eq!(owner, tenant("demo"));
    assert_eq!(
        store.currency(tenant("thief")).await.unwrap(),
        None,
        "nothing of it was written"
    );
}

/// Runs the whole suite, each case on a store of its own.
async fn run(engine: Engine) {
    let folder = tempfile::tempdir().unwrap();
    let count = std::cell::Cell::new(0);
    let open = || {
        count.set(count.get() + 1);
        let own = folder.path().join(count.get().to_string());
        std::fs::create_dir(&own).unwrap();
        Database::new(engine, &own).open()
    };
    setting_up_twice_changes_nothing(&*open()).await;
    a_refused_quote_leaves_nothing_behind(&*open()).await;
    an_order_exists_once_whatever_is_sent_again(&*open()).await;
    an_order_needs_an_id_of_its_own(&*open()).await;
    cancelling_gives_the_items_back_once(&*open()).await;
    a_sweep_gives_back_holds_and_forgets_old_quotes(&*open()).await;
    a_site_key_cannot_be_taken_from_its_tenant(&*open()).await;
    open().ready().await.unwrap();
}

#[tokio::test]
async fn sqlite_keeps_the_contract() {
    run(Engine::Sqlite).await;
}

#[tokio::test]
async fn postgres_keeps_the_contract() {
    run(Engine::Postgres).await;
}
