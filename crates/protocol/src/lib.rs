//! Every shape that is serialised between widget, studio, backend and the browser's storage.
//!
//! The only place with JSON field names (the tag format's are in `tag_track`). Field names are
//! snake_case, money is integer minor units in `*_minor`, instants are UTC milliseconds. This crate
//! contains no rules. `golden/` pins each shape; a difference there is a change of the API.
#![forbid(unsafe_code)]

mod catalogue;
pub mod code;
mod decision;
mod order;
mod problem;
mod quote;
mod refund;
mod saved;
mod touchpoint;
mod video;
mod view_session;

pub use catalogue::{
    Brand, CreditDays, DeliveryPromise, Image, OptionAxis, OptionValue, Product, Rating, Variant,
};
pub use decision::{
    DecidedLine, DecisionBinding, DecisionCandidate, DecisionCredit, DecisionDocument,
    DecisionRefusal, DecisionWindow,
};
pub use order::{
    ClaimedCredits, FulfilmentStatus, OrderLine, OrderRequest, OrderStatus, OrderedLine, Payment,
    PaymentMethod, Shipment,
};
pub use problem::{FieldError, Problem};
pub use quote::{
    Address, AppliedDiscount, Contact, DeliveryChoice, DeliveryOption, PricedLine, Quote,
    QuoteLine, QuoteRequest, QuotedShipment, Totals,
};
pub use refund::{
    FulfilmentDocument, RefundDocument, RefundLine, RefundRequest, RefundedLine, StatementBalance,
    StatementDocument, StatementLine, StatementMovement,
};
pub use saved::{SavedBag, SavedLine};
pub use touchpoint::{
    RejectedTouchpoint, TouchpointBatch, TouchpointBatchAnswer, TouchpointKind, TouchpointReport,
};
pub use video::{CreatorInfo, SellingPolicy, Video, VideoDocument};
pub use view_session::{
    BagBindingRequest, BagReceipt, ClickReceipt, ClickRequest, TagToken, ViewSession,
    ViewSessionRequest,
};

/// Version of the shapes in this crate, in each document's `schema_version`.
pub const SCHEMA_VERSION: u32 = 1;

/// Header that names one submission for ever; 16..=255 visible ASCII characters, bare or as an RFC
/// 8941 string (IETF draft-ietf-httpapi-idempotency-key-header).
pub const IDEMPOTENCY_KEY_HEADER: &str = "idempotency-key";

/// Header on an answer that was stored earlier and is given again.
pub const IDEMPOTENT_REPLAYED_HEADER: &str = "idempotent-replayed";
