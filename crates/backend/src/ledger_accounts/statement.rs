//! `GET /v1/accounts/{id}/statement`.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use shoptag_commerce::Timestamp;
use shoptag_ledger::Account;
use shoptag_protocol::{Problem, StatementDocument, code};

use super::{PartyKind, authorise};
use crate::error::ApiError;
use crate::state::Shared;

/// Lines and movements of one answer.
const PAGE: usize = 500;

/// Which part of a statement is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movements {
    /// First instant.
    pub from: Timestamp,
    /// Last instant, inclusive.
    pub until: Timestamp,
    /// Only records after this sequence.
    pub after: Option<u64>,
    /// Only commissions after this one.
    pub lines_after: Option<LineCursor>,
    /// At most so many lines and movements.
    pub limit: usize,
}

/// Where a page of commissions ended: `placed_at.line.order`, in the order of the statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineCursor {
    /// When the order was placed.
    pub placed_at: Timestamp,
    /// The line, from 0.
    pub line: u32,
    /// The order.
    pub order: String,
}

impl LineCursor {
    /// Reads what [`LineCursor::to_text`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (placed_at, rest) = text.split_once('.')?;
        let (line, order) = rest.split_once('.')?;
        Some(Self {
            placed_at: Timestamp::from_ms(placed_at.parse().ok()?),
            line: line.parse().ok()?,
            order: order.to_owned(),
        })
    }

    /// As it stands in `next_lines`.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{}.{}.{}", self.placed_at.ms(), self.line, self.order)
    }
}

#[derive(Deserialize)]
pub(crate) struct Parameters {
    from: Option<i64>,
    until: Option<i64>,
    after: Option<u64>,
    lines: Option<String>,
}

/// What a brand owes, or what a creator has earned: balances, commissions line by line, and every
/// movement. Only with the party's own key; to everybody else there is no such account.
#[utoipa::path(
    get, path = "/v1/accounts/{id}/statement", tag = "attribution",
    params(("id" = String, Path, description = "The brand or creator whose key is sent"),
           ("from" = Option<i64>, Query, description = "First instant, UTC milliseconds"),
           ("until" = Option<i64>, Query, description = "Last instant, UTC milliseconds"),
           ("after" = Option<u64>, Query, description = "`next_after` of the answer before"),
           ("lines" = Option<String>, Query, description = "`next_lines` of the answer before")),
    responses((status = 200, description = "The statement", body = StatementDocument),
              (status = 401, description = "`authorization`", body = Problem,
               content_type = "application/problem+json"),
              (status = 404, description = "`not-found`", body = Problem,
               content_type = "application/problem+json"))
)]
pub(crate) async fn statement(
    State(state): State<Shared>,
    Path(id): Path<String>,
    Query(parameters): Query<Parameters>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let party = authorise(&state, &headers).await?;
    if party.kind.id() != id {
        return Err(ApiError::new(code::NOT_FOUND));
    }
    let lines_after = match &parameters.lines {
        None => None,
        Some(text) => Some(LineCursor::parse(text).ok_or_else(|| {
            let detail = "Send `next_lines` of the answer before as it was.";
            ApiError::field(code::ID_FORMAT, "/lines", detail)
        })?),
    };
    let movements = Movements {
        from: Timestamp::from_ms(parameters.from.unwrap_or(i64::MIN)),
        until: Timestamp::from_ms(parameters.until.unwrap_or(i64::MAX)),
        after: parameters.after,
        lines_after,
        limit: PAGE,
    };
    let document: StatementDocument = state.store.statement(party, movements).await?;
    Ok(([(CACHE_CONTROL, "private, no-store")], Json(document)).into_response())
}

/// The accounts of a party with their names in its statement.
#[must_use]
pub fn accounts_of(party: &PartyKind) -> Vec<(&'static str, Account)> {
    match party {
        PartyKind::Brand(brand) => vec![("owes", Account::BrandOwes(brand.clone()))],
        PartyKind::Creator(creator) => vec![
            ("pending", Account::CreatorPending(creator.clone())),
            ("frozen", Account::CreatorFrozen(creator.clone())),
            ("posted", Account::CreatorPosted(creator.clone())),
            ("in-transit", Account::CreatorInTransit(creator.clone())),
            ("receivable", Account::CreatorReceivable(creator.clone())),
        ],
    }
}

/// Debits in the sense in which people read the account: liabilities are what a creator has.
#[must_use]
pub fn sense(account: &Account, debit_minor: i64) -> i64 {
    match account {
        Account::BrandOwes(_) | Account::CreatorReceivable(_) | Account::Bank => debit_minor,
        _ => debit_minor.saturating_neg(),
    }
}
