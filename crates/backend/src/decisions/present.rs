//! The receipts of a submitted order, verified before its transaction: signatures cost the writing
//! thread nothing.

use axum::http::HeaderMap;
use shoptag_attribution::Exclusion;
use shoptag_commerce::{ORDER_RECEIPTS_MAX, TenantId, Timestamp, TouchId, VariantId};
use shoptag_protocol::{OrderRequest, Payment, PaymentMethod, code};

use crate::collaborations::Mark;
use crate::error::ApiError;
use crate::state::AppState;
use crate::tokens::{KeyRing, ReceiptClaims, TokenDefect, Use};
use crate::touchpoints::user_agent;

/// Site keys that begin so are for trying the shop out: their orders earn nobody anything.
const TEST_SITE: &str = "pk_test";

/// Receipts that are verified without leaving the async thread: some 60 µs each.
const INLINE_MAX: usize = 4;

/// One receipt that came with an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presented {
    /// The line that carries it; `None`: it is in the order's own list.
    pub line: Option<u32>,
    /// The click it says it stands for; `None` when not even that can be read.
    pub touch: Option<TouchId>,
    /// When the click was, as the receipt says.
    pub clicked_at: Option<Timestamp>,
    /// The bag line it was bound to.
    pub bag: Option<(VariantId, Timestamp)>,
    /// Why it is none.
    pub defect: Option<Exclusion>,
}

/// What an order brings along for the decision.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PresentedCredit {
    /// Of the lines first, then the others.
    pub receipts: Vec<Presented>,
    /// Through a site for trying out.
    pub is_test: bool,
    /// Sent by a robot.
    pub is_bot: bool,
    /// By what the shopper may be known again as a creator: the account that the host names, and
    /// the means of payment where its provider says.
    pub marks: Vec<Mark>,
}

/// Verifies what came with `order`.
///
/// # Errors
/// `touch-limit` above 100 receipts. A receipt that is none is no error.
pub(crate) async fn present(
    state: &AppState,
    order: &OrderRequest,
    tenant: &TenantId,
    headers: &HeaderMap,
    now: Timestamp,
) -> Result<PresentedCredit, ApiError> {
    if order.receipts.len() > ORDER_RECEIPTS_MAX {
        let detail = "Send at most 100 receipts, the newest ones.";
        return Err(ApiError::field(code::TOUCH_LIMIT, "/receipts", detail));
    }
    let of_lines = order.lines.iter().zip(0_u32..).filter_map(|(line, index)| {
        let receipt = line.receipt.clone()?;
        Some((Some(index), receipt))
    });
    let others = order.receipts.iter().map(|text| (None, text.clone()));
    let texts: Vec<(Option<u32>, String)> = of_lines.chain(others).collect();
    let receipts = if texts.is_empty() {
        Vec::new()
    } else {
        let ring = state.tokens.ring(&state.store, now).await?;
        let tenant = tenant.clone();
        let verify = move || -> Vec<Presented> {
            let texts = texts.iter();
            texts
                .map(|(line, text)| verified(&ring, *line, text, &tenant, now))
                .collect()
        };
        if order.receipts.len() + order.lines.len() <= INLINE_MAX {
            verify()
        } else {
            tokio::task::spawn_blocking(verify).await.map_err(|error| {
                tracing::error!(error = %error, "receipts could not be verified");
                ApiError::new(code::INTERNAL)
            })?
        }
    };
    Ok(PresentedCredit {
        receipts,
        is_test: order.site.as_str().starts_with(TEST_SITE),
        is_bot: user_agent::read(headers).is_bot,
        marks: marks(order)?,
    })
}

/// Bytes of a host's account name.
const ACCOUNT_BYTES_MAX: usize = 255;

fn marks(order: &OrderRequest) -> Result<Vec<Mark>, ApiError> {
    let fits = |account: &str| (1..=ACCOUNT_BYTES_MAX).contains(&account.len());
    match order.account.as_deref() {
        Some(account) if !fits(account) => {
            let detail = "Send 1 to 255 bytes, or leave it out.";
            Err(ApiError::field(code::ID_FORMAT, "/account", detail))
        }
        account => {
            let payment = payment_fingerprint(&order.payment);
            let marks = account.map(Mark::account);
            Ok(marks
                .into_iter()
                .chain(payment.map(Mark::payment))
                .collect())
        }
    }
}

/// What the payment provider calls the means of payment.
fn payment_fingerprint(payment: &Payment) -> Option<&str> {
    match payment.method {
        // Cash in the hand of whoever brings the parcel.
        PaymentMethod::PayOnDelivery => None,
    }
}

fn verified(
    ring: &KeyRing,
    line: Option<u32>,
    text: &str,
    tenant: &TenantId,
    now: Timestamp,
) -> Presented {
    let opened = ring.open::<ReceiptClaims>(Use::Receipt, text, now);
    let (claims, defect) = match opened {
        Ok(claims) if claims.tenant != *tenant => (Some(claims), Some(Exclusion::TokenForeign)),
        Ok(claims) => (Some(claims), None),
        Err(TokenDefect::Retired) => (KeyRing::pretended(text), Some(Exclusion::TokenExpired)),
        Err(_) => (KeyRing::pretended(text), Some(Exclusion::TokenTampered)),
    };
    Presented {
        line,
        touch: claims.as_ref().map(|claims| claims.touch.clone()),
        clicked_at: claims.as_ref().map(|claims| claims.clicked_at),
        bag: claims
            .and_then(|claims| claims.bag)
            .map(|bag| (bag.variant, bag.bound_at)),
        defect,
    }
}
