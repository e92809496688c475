//! `GET /problems/{code}`: a code's meaning for people.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use shoptag_protocol::code;

use super::{Entry, all};
use crate::edge::Segment;
use crate::error::ApiError;

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    entry: &'static Entry,
}

/// What a problem code means, as a page.
#[utoipa::path(
    get, path = "/problems/{code}", tag = "documents",
    params(("code" = String, Path, description = "A problem code")),
    responses((status = 200, description = "The page", content_type = "text/html"),
              (status = 404, description = "`not-found`"))
)]
pub(crate) async fn read(Segment(text): Segment) -> Response {
    let page = all()
        .find(|entry| entry.code == text)
        .and_then(|entry| ProblemPage { entry }.render().ok());
    match page {
        Some(page) => Html(page).into_response(),
        None => ApiError::new(code::NOT_FOUND).into_response(),
    }
}
