//! The list itself: one entry a code of the protocol.

use shoptag_protocol::code;

/// What a code means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// One of [`code::ALL`].
    pub code: &'static str,
    /// HTTP status.
    pub status: u16,
    /// Short, the same for every occurrence.
    pub title: &'static str,
    /// What to do about it, for a developer.
    pub text: &'static str,
}

pub(super) const fn entry(
    code: &'static str,
    status: u16,
    title: &'static str,
    text: &'static str,
) -> Entry {
    Entry {
        code,
        status,
        title,
        text,
    }
}

/// The codes of everything else; the first one stands in for a code without an entry.
pub(super) const LIST: &[Entry] = &[
    entry(
        code::INTERNAL,
        500,
        "Something went wrong on our side",
        "A defect of the service. It has been logged with the request id. Retry with the \
         same idempotency key; nothing is done twice.",
    ),
    entry(
        code::IDEMPOTENCY_KEY_MISSING,
        400,
        "The header Idempotency-Key is missing",
        "Send `Idempotency-Key` with 16 to 255 visible ASCII characters, bare or as a \
         quoted string. Make it once for each submission, keep it until the order is \
         answered, and send it again with every retry.",
    ),
    entry(
        code::IDEMPOTENCY_KEY_FORMAT,
        400,
        "The header Idempotency-Key is malformed",
        "The key has 16 to 255 visible ASCII characters, bare or as one quoted string, \
         and is sent exactly once.",
    ),
    entry(
        code::IDEMPOTENCY_KEY_REUSED,
        422,
        "The idempotency key was used for something else",
        "The key belongs to a request with other bytes. Make a new key for a new submission.",
    ),
    entry(
        code::IDEMPOTENCY_IN_FLIGHT,
        409,
        "A request with this key is being worked on",
        "Wait as long as `Retry-After` says and send the same bytes again: the answer \
         will be the first one's.",
    ),
    entry(
        code::JSON_SYNTAX,
        400,
        "The body is not JSON",
        "The body must be one JSON value in UTF-8 (RFC 8259) without a byte order mark.",
    ),
    entry(
        code::JSON_DEPTH,
        400,
        "The body is nested too deeply",
        "At most 64 levels of arrays and objects.",
    ),
    entry(
        code::JSON_DUPLICATE,
        400,
        "A field stands twice",
        "Parsers disagree about which of two equal names counts, so neither does.",
    ),
    entry(
        code::JSON_UNKNOWN_FIELD,
        400,
        "A field does not exist here",
        "See the OpenAPI document at /v1/openapi.json for the fields of each body.",
    ),
    entry(
        code::JSON_MISSING_FIELD,
        400,
        "A field is missing",
        "See the OpenAPI document at /v1/openapi.json for the fields of each body.",
    ),
    entry(
        code::JSON_TYPE,
        400,
        "A value has the wrong type",
        "See the OpenAPI document at /v1/openapi.json. Numbers are whole and without quotes.",
    ),
    entry(
        code::MEDIA_TYPE,
        415,
        "The body must be application/json in UTF-8",
        "Send `Content-Type: application/json`, without `Content-Encoding`.",
    ),
    entry(
        code::BODY_SIZE,
        413,
        "The body is too large",
        "Orders and quotes have at most 1 MiB, everything else 64 KiB. A body with a \
         `Content-Encoding` is refused: what it grows to cannot be known.",
    ),
    entry(
        code::QUANTITY,
        422,
        "The quantity is out of range",
        "A line has 1 item at least, and at most what the selling policy's `quantity_max` \
         says.",
    ),
    entry(
        code::LINES_EMPTY,
        422,
        "There are no lines",
        "An order or a quote has at least one line.",
    ),
    entry(
        code::LINES_LIMIT,
        422,
        "There are too many lines",
        "At most 500 lines.",
    ),
    entry(
        code::LINE_DUPLICATE,
        422,
        "The same variant stands in two lines under the same receipt, or under none",
        "Add the quantities up into one line.",
    ),
    entry(
        code::PRICE_CHANGED,
        409,
        "The price has changed",
        "No order was made and the checkout attempt is closed. `quote` is the new price, \
         held under a new checkout attempt; show it, and submit it with a new key if the \
         shopper accepts.",
    ),
    entry(
        code::DISCOUNT,
        422,
        "The discount is below zero",
        "`discount_minor` is what the shopper saw as taken off, 0 or more. It is only compared.",
    ),
    entry(
        code::AMOUNT_OVERFLOW,
        422,
        "An amount is too large",
        "Amounts are whole minor units of at most 64 bits.",
    ),
    entry(
        code::AMOUNT_PRECISION,
        422,
        "An amount has a decimal point",
        "Amounts are whole minor units: 1999 is 19.99 EUR, and 1999 is 1999 JPY.",
    ),
    entry(
        code::QUOTE_EXPIRED,
        409,
        "The quote has expired",
        "No order was made and the checkout attempt is closed. `quote` is a fresh one, \
         held under a new checkout attempt; submit it with a new key.",
    ),
    entry(
        code::QUOTE_INVALID,
        422,
        "The quote is not one for this order",
        "There is no such quote, a newer one has replaced it, or it was made for another \
         checkout attempt, site or bag.",
    ),
    entry(
        code::QUOTE_INCOMPLETE,
        422,
        "The quote lacks contact or address",
        "Ask for a quote with `contact` and `address`; order it when it says `ready`.",
    ),
    entry(
        code::CURRENCY_MISMATCH,
        422,
        "The currency is another one",
        "Use the currency of the site's selling policy. Nothing is converted.",
    ),
    entry(
        code::CURRENCY,
        422,
        "That is not a currency",
        "ISO 4217, three capital letters.",
    ),
    entry(
        code::SKU_UNKNOWN,
        422,
        "That product is not for sale here",
        "Unknown, removed, or someone else's: the answer is the same for all three.",
    ),
    entry(
        code::OUT_OF_STOCK,
        409,
        "Not enough is left",
        "`errors[].available` says how many can still be had. After an order the checkout \
         attempt is closed; ask for a new quote.",
    ),
    entry(
        code::EMAIL,
        422,
        "That is not an e-mail address",
        "An address such as name@example.com with at most 254 characters.",
    ),
    entry(
        code::ADDRESS,
        422,
        "That is not an address of that country",
        "Country, postcode, city and street must fit together.",
    ),
    entry(
        code::NAME,
        422,
        "A name is missing or too long",
        "1 to 100 characters.",
    ),
    entry(
        code::PHONE,
        422,
        "That is not a phone number",
        "5 to 15 digits, with an optional leading +, spaces, dots, dashes or brackets.",
    ),
    entry(
        code::TEXT_CONTROL,
        422,
        "A text contains control characters",
        "No NUL, line breaks or other control characters in names and addresses.",
    ),
    entry(
        code::PAN_DETECTED,
        422,
        "A text looks like a card number",
        "Card numbers must never be typed into a text field. Nothing was stored.",
    ),
    entry(
        code::TIMESTAMP,
        422,
        "That is not an instant",
        "RFC 3339 with a zone, such as 2026-11-22T10:30:00Z.",
    ),
    entry(
        code::DELIVERY,
        422,
        "Nobody delivers that there",
        "The seller does not deliver to the country, or the delivery option does not exist.",
    ),
    entry(
        code::ID_FORMAT,
        422,
        "An id is malformed",
        "Ids have 1 to 255 bytes without control characters; `order_id` is a UUID of \
         version 7.",
    ),
    entry(
        code::ORDER_ID_USED,
        422,
        "The order id names another order",
        "Make a new UUIDv7 for each order.",
    ),
    entry(
        code::ATTEMPT_CLOSED,
        409,
        "The checkout attempt has ended",
        "An order came of it, or a refusal closed it. A new checkout has a new attempt id.",
    ),
    entry(
        code::QUOTE_OUTDATED,
        409,
        "A newer request of this checkout has been answered",
        "The request was late, or its `sequence` was used before. The newer quote stands; ask \
         with a higher `sequence` to replace it.",
    ),
    entry(
        code::PAYMENT,
        422,
        "That method of payment is not offered",
        "See the OpenAPI document for the methods.",
    ),
    entry(
        code::ORIGIN,
        403,
        "The page's origin is not one of the site's",
        "A site key works on the origins it is bound to.",
    ),
    entry(
        code::SITE_UNKNOWN,
        404,
        "There is no such site key",
        "Check the `site` attribute of the element.",
    ),
    entry(
        code::NOT_FOUND,
        404,
        "There is no such thing here",
        "Check the address.",
    ),
    entry(
        code::METHOD,
        405,
        "The method is not allowed here",
        "`Allow` lists the methods.",
    ),
    entry(
        code::NOT_CANCELLABLE,
        409,
        "The order cannot be cancelled any more",
        "Something has been shipped. It can be sent back instead.",
    ),
    entry(
        code::RATE_LIMIT,
        429,
        "Too many requests",
        "Wait as long as `Retry-After` says.",
    ),
    entry(
        code::TIMEOUT,
        408,
        "The request did not arrive in time",
        "Send it again with the same idempotency key.",
    ),
    entry(
        code::URI_LENGTH,
        414,
        "The address is too long",
        "At most 8 KiB.",
    ),
    entry(
        code::UNAVAILABLE,
        503,
        "The service cannot answer right now",
        "Wait as long as `Retry-After` says and send the same request with the same \
         idempotency key.",
    ),
];
