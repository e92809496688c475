//! A backend on a database of its own, a clock that stands still, and short ways to say
//! things.

pub(crate) mod cluster;
mod database;
mod requests;
mod setup;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::Value;
use shoptag_backend::clock::ManualClock;
use shoptag_backend::demo::Demo;
use shoptag_backend::store::Store;
use shoptag_backend::{AppState, app};
use shoptag_commerce::Timestamp;
use tempfile::TempDir;
use tower::ServiceExt;

pub(crate) use database::{Database, Engine};
pub(crate) use requests::{ORIGIN, key, order_for, post, quote_body, ready_quote_body, uuid_v7};
pub(crate) use setup::{product, setup, tenant};

/// 2026-11-22T10:00:00Z.
pub(crate) const START: Timestamp = Timestamp::from_ms(1_795_341_600_000);

/// A backend with two tenants: `demo` (site `pk_demo`) and `other` (site `pk_other`).
pub(crate) struct Backend {
    pub(crate) state: AppState,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) database: Database,
    folder: TempDir,
}

/// An answer, read whole.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Status and problem code; the code is empty for a success. A problem must keep the contract.
    pub(crate) fn outcome(&self) -> (u16, String) {
        let status = self.status.as_u16();
        if self.status.is_success() || self.status.is_redirection() {
            return (status, String::new());
        }
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json")
        );
        let problem = self.json();
        let code = problem["code"].as_str().unwrap().to_owned();
        assert_eq!(problem["status"], status, "{code}");
        assert_eq!(problem["type"], format!("/problems/{code}"));
        assert!(
            shoptag_protocol::code::ALL.contains(&code.as_str()),
            "{code}"
        );
        (status, code)
    }
}

impl Backend {
    /// On the engine that this run of the tests is about.
    pub(crate) async fn new() -> Self {
        Self::on(Engine::of_this_run()).await
    }

    pub(crate) async fn on(engine: Engine) -> Self {
        Self::with_queue(engine, 1_024).await
    }

    /// With room for so many requests before the writer.
    pub(crate) async fn with_queue(engine: Engine, length: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::new(engine, folder.path());
        let store = database.open_with_queue(length);
        Self::filled(folder, database, store).await
    }

    /// On a database and a store of the test's making, with both tenants.
    pub(crate) async fn filled(folder: TempDir, database: Database, store: Arc<dyn Store>) -> Self {
        let backend = Self::over(folder, database, store);
        let store = &backend.store;
        for (tenant_id, site) in [("demo", "pk_demo"), ("other", "pk_other")] {
            store.apply(setup(tenant_id, site)).await.unwrap();
            let products = setup::catalogue();
            store
                .upsert_products(tenant(tenant_id), products)
                .await
                .unwrap();
        }
        backend
    }

    /// On what is in a database.
    pub(crate) fn over(folder: TempDir, database: Database, store: Arc<dyn Store>) -> Self {
        let clock = Arc::new(ManualClock::at(START));
        let state = AppState {
            clock: clock.clone(),
            ..AppState::new(store.clone())
        };
        Self {
            state,
            store,
            clock,
            database,
            folder,
        }
    }

    pub(crate) fn with_demo(mut self) -> Self {
        self.state.demo = Some(Arc::new(Demo::default()));
        self
    }

    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    pub(crate) fn app(&self) -> Router {
        app(self.state.clone())
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.app().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap())
            .await
    }

    pub(crate) async fn quote(&self, body: &Value) -> Answer {
        self.send(requests::post("/v1/quotes", body.to_string()))
            .await
    }

    /// A quote that can be ordered, for one line.
    pub(crate) async fn ready_quote(&self, variant: &str, quantity: u32) -> Value {
        let answer = self.quote(&ready_quote_body(&[(variant, quantity)])).await;
        assert_eq!(answer.status, 200, "{}", answer.json());
        answer.json()
    }

    pub(crate) async fn order(&self, key: &str, body: &Value) -> Answer {
        self.order_text(key, body.to_string()).await
    }

    pub(crate) async fn order_text(&self, key: &str, body: impl Into<Body>) -> Answer {
        let mut request = requests::post("/v1/orders", body);
        request
            .headers_mut()
            .insert("idempotency-key", key.parse().unwrap());
        self.send(request).await
    }

    /// Another backend beside this one, with a store of its own and the same clock.
    pub(crate) fn beside(&self, store: Arc<dyn Store>) -> Router {
        app(AppState {
            store,
            ..self.state.clone()
        })
    }

    /// A number out of the database, beside the application.
    pub(crate) fn count(&self, sql: &str) -> i64 {
        self.database.number(sql)
    }

    pub(crate) fn execute(&self, sql: &str) {
        self.database.execute(sql).unwrap();
    }

    pub(crate) fn on_hand(&self, variant: &str) -> i64 {
        let of = "FROM stock WHERE tenant_id = 'demo' AND variant_id";
        self.count(&format!("SELECT on_hand {of} = '{variant}'"))
    }

    pub(crate) fn held(&self, variant: &str) -> i64 {
        let of = "FROM stock WHERE tenant_id = 'demo' AND variant_id";
        self.count(&format!("SELECT held {of} = '{variant}'"))
    }
}
