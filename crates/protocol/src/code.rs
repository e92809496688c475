//! Stable error codes. A code, once published, keeps its meaning for ever.

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        $($(#[$doc])* pub const $name: &str = $code;)*
        /// Every code, for documents and tests.
        pub const ALL: &[&str] = &[$($code),*];
    };
}

codes! {
    /// 400: the header `Idempotency-Key` is missing.
    IDEMPOTENCY_KEY_MISSING = "idempotency-key-missing";
    /// 400: the key is not 16..=255 visible ASCII characters, or was sent twice.
    IDEMPOTENCY_KEY_FORMAT = "idempotency-key-format";
    /// 422: the key was used with other bytes.
    IDEMPOTENCY_KEY_REUSED = "idempotency-key-reused";
    /// 409: a request with this key is being worked on.
    IDEMPOTENCY_IN_FLIGHT = "idempotency-in-flight";
    /// 400: the body is not JSON.
    JSON_SYNTAX = "json-syntax";
    /// 400: nested too deeply.
    JSON_DEPTH = "json-depth";
    /// 400: a field stands twice.
    JSON_DUPLICATE = "json-duplicate";
    /// 400: a field that does not exist.
    JSON_UNKNOWN_FIELD = "json-unknown-field";
    /// 400: a field is missing.
    JSON_MISSING_FIELD = "json-missing-field";
    /// 400: a value has the wrong JSON type.
    JSON_TYPE = "json-type";
    /// 415: not `application/json` in UTF-8.
    MEDIA_TYPE = "media-type";
    /// 413: the body is too large.
    BODY_SIZE = "body-size";
    /// 422: not 1..=1 000.
    QUANTITY = "quantity";
    /// 422: no lines.
    LINES_EMPTY = "lines-empty";
    /// 422: more than 500 lines.
    LINES_LIMIT = "lines-limit";
    /// 422: the same variant twice.
    LINE_DUPLICATE = "line-duplicate";
    /// 409: prices are other than the shopper saw.
    PRICE_CHANGED = "price-changed";
    /// 422: a discount below zero.
    DISCOUNT = "discount";
    /// 422: an amount does not fit.
    AMOUNT_OVERFLOW = "amount-overflow";
    /// 409: the quote's 15 minutes are over.
    QUOTE_EXPIRED = "quote-expired";
    /// 422: no such quote, or not for this order.
    QUOTE_INVALID = "quote-invalid";
    /// 409: a newer request of this checkout attempt has been answered.
    QUOTE_OUTDATED = "quote-outdated";
    /// 422: the quote lacks contact or address.
    QUOTE_INCOMPLETE = "quote-incomplete";
    /// 422: the currency is not the quote's or the site's.
    CURRENCY_MISMATCH = "currency-mismatch";
    /// 422: not a currency code.
    CURRENCY = "currency";
    /// 422: unknown, deleted or another tenant's; one answer for all three.
    SKU_UNKNOWN = "sku-unknown";
    /// 409: not enough in stock.
    OUT_OF_STOCK = "out-of-stock";
    /// 422: not an e-mail address.
    EMAIL = "email";
    /// 422: not an address of that country.
    ADDRESS = "address";
    /// 422: a name is missing or too long.
    NAME = "name";
    /// 422: not a phone number.
    PHONE = "phone";
    /// 422: NUL or another control character.
    TEXT_CONTROL = "text-control";
    /// 422: looks like a card number.
    PAN_DETECTED = "pan-detected";
    /// 422: not an instant with a zone.
    TIMESTAMP = "timestamp";
    /// 422: nobody delivers there, or no such option.
    DELIVERY = "delivery";
    /// 422: an id breaks the rules for ids.
    ID_FORMAT = "id-format";
    /// 403: the origin is not one of the site's.
    ORIGIN = "origin";
    /// 404: no such site key.
    SITE_UNKNOWN = "site-unknown";
    /// 404: no such thing here.
    NOT_FOUND = "not-found";
    /// 405: see `Allow`.
    METHOD = "method";
    /// 409: something has been shipped.
    NOT_CANCELLABLE = "not-cancellable";
    /// 429: too many; see `Retry-After`.
    RATE_LIMIT = "rate-limit";
    /// 503: come back; see `Retry-After`.
    UNAVAILABLE = "unavailable";
    /// 409: the checkout attempt has ended; a new one has a new id.
    ATTEMPT_CLOSED = "attempt-closed";
    /// 422: the client's order id names another order already.
    ORDER_ID_USED = "order-id-used";
    /// 422: an amount with a decimal point; amounts are whole minor units.
    AMOUNT_PRECISION = "amount-precision";
    /// 422: not a method of payment that is offered.
    PAYMENT = "payment";
    /// 408: the request did not arrive in time.
    TIMEOUT = "timeout";
    /// 414: the address is too long.
    URI_LENGTH = "uri-length";
    /// 422: not one of our tokens, or changed on the way.
    TOKEN_INVALID = "token-invalid";
    /// 422: the token's 15 minutes are over.
    TOKEN_EXPIRED = "token-expired";
    /// 422: the token belongs to another view session.
    TOKEN_SESSION = "token-session";
    /// 422: the touchpoint's id names another tap.
    TOUCHPOINT_CONFLICT = "touchpoint-conflict";
    /// 422: not one of our receipts, or changed on the way.
    RECEIPT_INVALID = "receipt-invalid";
    /// 422: the click is too old to be bound to a bag line.
    RECEIPT_EXPIRED = "receipt-expired";
    /// 422: the click was on a product of another brand.
    RECEIPT_BRAND = "receipt-brand";
    /// 422: more than 100 receipts, or claims of credit.
    TOUCH_LIMIT = "touch-limit";
    /// 413: more than 1 000 touchpoints or 64 KiB.
    BATCH_LIMIT = "batch-limit";
    /// 401: no key, or one that is not known.
    AUTHORIZATION = "authorization";
    /// 409: this does not follow from where the fulfilment stands.
    FULFILMENT_STEP = "fulfilment-step";
    /// 422: nothing to refund, or both or neither of amount and quantity.
    REFUND_AMOUNT = "refund-amount";
    /// 422: more than remains.
    OVER_REFUND = "over-refund";
    /// 500: our fault.
    INTERNAL = "internal";
}
