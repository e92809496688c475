//! The codes of tokens, receipts, refunds and keys.

use shoptag_protocol::code;

use super::list::{Entry, entry};

/// Every code that has to do with credit and commission.
pub(super) const LIST: &[Entry] = &[
    entry(
        code::TOKEN_INVALID,
        422,
        "The token is not one of ours",
        "Its signature does not fit, or it is for something else. Ask for a new view session; \
         the purchase does not need it.",
    ),
    entry(
        code::TOKEN_EXPIRED,
        422,
        "The token has expired",
        "Tokens hold for 15 minutes. Renew the view session before `expires_at`.",
    ),
    entry(
        code::TOKEN_SESSION,
        422,
        "The token belongs to another view session",
        "Send the token together with the `view_session_id` it was given with.",
    ),
    entry(
        code::TOUCHPOINT_CONFLICT,
        422,
        "The touchpoint's id names another tap",
        "Make a UUID of version 7 for each tap, and send the same bytes when you retry.",
    ),
    entry(
        code::RECEIPT_INVALID,
        422,
        "The receipt is not one of ours",
        "Its signature does not fit, or its click is not known here. Put the product into the \
         bag without it.",
    ),
    entry(
        code::RECEIPT_EXPIRED,
        422,
        "The click is too old",
        "A click counts for seven days. Put the product into the bag without it.",
    ),
    entry(
        code::RECEIPT_BRAND,
        422,
        "The click was on another brand's product",
        "A bag line can be bound to a click on a product of the same brand.",
    ),
    entry(
        code::TOUCH_LIMIT,
        422,
        "Too many receipts",
        "Send at most 100 receipts, the newest ones. `credits` is not read, and has at most 100 \
         entries too.",
    ),
    entry(
        code::BATCH_LIMIT,
        413,
        "The batch is too large",
        "Send at most 1000 touchpoints in at most 64 KiB.",
    ),
    entry(
        code::AUTHORIZATION,
        401,
        "A key is needed",
        "Send `Authorization: Bearer` with a key of the brand or the creator.",
    ),
    entry(
        code::FULFILMENT_STEP,
        409,
        "This step does not follow",
        "A fulfilment goes from placed to shipped, delivered and returned, or from placed to \
         cancelled.",
    ),
    entry(
        code::REFUND_AMOUNT,
        422,
        "There is nothing to refund",
        "Give each line once, with either an amount or a quantity of at least 1.",
    ),
    entry(
        code::OVER_REFUND,
        422,
        "This is more than remains",
        "A line can be refunded up to what was paid for it, less what was refunded before.",
    ),
];
