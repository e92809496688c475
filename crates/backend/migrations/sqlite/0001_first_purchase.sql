-- Everything is keyed by tenant first, so that an engine that shards by tenant can take over.
-- Amounts are whole minor units (*_minor), instants UTC milliseconds (*_at), rates basis points (*_bp).

CREATE TABLE tenants (
    tenant_id       TEXT PRIMARY KEY NOT NULL,
    name            TEXT NOT NULL,
    currency        TEXT NOT NULL,
    quantity_max    INTEGER NOT NULL CHECK (quantity_max BETWEEN 1 AND 1000),
    withdrawal_days INTEGER NOT NULL,
    terms_url       TEXT NOT NULL,
    privacy_url     TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Destinations, the first one being the default.
CREATE TABLE tenant_countries (
    tenant_id TEXT NOT NULL REFERENCES tenants,
    position  INTEGER NOT NULL,
    country   TEXT NOT NULL,
    PRIMARY KEY (tenant_id, position)
) STRICT, WITHOUT ROWID;

-- A site key is public and names its tenant; it alone is unique over all tenants.
CREATE TABLE sites (
    site_key  TEXT PRIMARY KEY NOT NULL,
    tenant_id TEXT NOT NULL REFERENCES tenants
) STRICT, WITHOUT ROWID;

CREATE TABLE site_origins (
    site_key TEXT NOT NULL REFERENCES sites,
    origin   TEXT NOT NULL,
    PRIMARY KEY (site_key, origin)
) STRICT, WITHOUT ROWID;

CREATE TABLE tax_rates (
    tenant_id TEXT NOT NULL REFERENCES tenants,
    country   TEXT NOT NULL,
    category  TEXT NOT NULL,
    rate_bp   INTEGER NOT NULL CHECK (rate_bp BETWEEN 0 AND 10000),
    PRIMARY KEY (tenant_id, country, category)
) STRICT, WITHOUT ROWID;

CREATE TABLE brands (
    tenant_id   TEXT NOT NULL REFERENCES tenants,
    brand_id    TEXT NOT NULL,
    name        TEXT NOT NULL,
    legal_name  TEXT NOT NULL,
    return_days INTEGER NOT NULL CHECK (return_days BETWEEN 0 AND 365),
    PRIMARY KEY (tenant_id, brand_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE delivery_options (
    tenant_id       TEXT NOT NULL,
    brand_id        TEXT NOT NULL,
    option_id       TEXT NOT NULL,
    position        INTEGER NOT NULL,
    label           TEXT NOT NULL,
    price_minor     INTEGER NOT NULL CHECK (price_minor >= 0),
    free_from_minor INTEGER CHECK (free_from_minor >= 0),
    days_min        INTEGER NOT NULL,
    days_max        INTEGER NOT NULL CHECK (days_max >= days_min),
    PRIMARY KEY (tenant_id, brand_id, option_id),
    FOREIGN KEY (tenant_id, brand_id) REFERENCES brands
) STRICT, WITHOUT ROWID;

CREATE TABLE delivery_countries (
    tenant_id TEXT NOT NULL,
    brand_id  TEXT NOT NULL,
    option_id TEXT NOT NULL,
    country   TEXT NOT NULL,
    PRIMARY KEY (tenant_id, brand_id, option_id, country),
    FOREIGN KEY (tenant_id, brand_id, option_id) REFERENCES delivery_options
) STRICT, WITHOUT ROWID;

CREATE TABLE discounts (
    tenant_id    TEXT NOT NULL,
    brand_id     TEXT NOT NULL,
    discount_id  TEXT NOT NULL,
    position     INTEGER NOT NULL,
    label        TEXT NOT NULL,
    quantity_min INTEGER NOT NULL CHECK (quantity_min >= 1),
    rate_bp      INTEGER NOT NULL CHECK (rate_bp BETWEEN 0 AND 10000),
    PRIMARY KEY (tenant_id, brand_id, discount_id),
    FOREIGN KEY (tenant_id, brand_id) REFERENCES brands
) STRICT, WITHOUT ROWID;

CREATE TABLE creators (
    tenant_id  TEXT NOT NULL REFERENCES tenants,
    creator_id TEXT NOT NULL,
    name       TEXT NOT NULL,
    handle     TEXT NOT NULL,
    followers  INTEGER NOT NULL CHECK (followers >= 0),
    PRIMARY KEY (tenant_id, creator_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE videos (
    tenant_id        TEXT NOT NULL REFERENCES tenants,
    video_id         TEXT NOT NULL,
    title            TEXT NOT NULL,
    creator_id       TEXT NOT NULL,
    duration_ms      INTEGER NOT NULL CHECK (duration_ms > 0),
    paid_partnership INTEGER NOT NULL CHECK (paid_partnership IN (0, 1)),
    tag_track        TEXT NOT NULL,
    PRIMARY KEY (tenant_id, video_id),
    FOREIGN KEY (tenant_id, creator_id) REFERENCES creators
) STRICT, WITHOUT ROWID;

-- The products that a video's tags name, in order of first appearance. A product may not exist yet.
CREATE TABLE video_products (
    tenant_id  TEXT NOT NULL,
    video_id   TEXT NOT NULL,
    position   INTEGER NOT NULL,
    product_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, video_id, position),
    FOREIGN KEY (tenant_id, video_id) REFERENCES videos
) STRICT, WITHOUT ROWID;

CREATE TABLE products (
    tenant_id   TEXT NOT NULL REFERENCES tenants,
    product_id  TEXT NOT NULL,
    brand_id    TEXT NOT NULL,
    title       TEXT NOT NULL,
    description TEXT NOT NULL,
    category    TEXT NOT NULL,
    PRIMARY KEY (tenant_id, product_id),
    FOREIGN KEY (tenant_id, brand_id) REFERENCES brands
) STRICT, WITHOUT ROWID;

CREATE TABLE product_images (
    tenant_id  TEXT NOT NULL,
    product_id TEXT NOT NULL,
    position   INTEGER NOT NULL,
    url        TEXT NOT NULL,
    alt        TEXT NOT NULL,
    width      INTEGER NOT NULL,
    height     INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, product_id, position),
    FOREIGN KEY (tenant_id, product_id) REFERENCES products
) STRICT, WITHOUT ROWID;

CREATE TABLE option_values (
    tenant_id      TEXT NOT NULL,
    product_id     TEXT NOT NULL,
    axis_position  INTEGER NOT NULL,
    axis_name      TEXT NOT NULL,
    value_position INTEGER NOT NULL,
    label          TEXT NOT NULL,
    PRIMARY KEY (tenant_id, product_id, axis_position, value_position),
    FOREIGN KEY (tenant_id, product_id) REFERENCES products
) STRICT, WITHOUT ROWID;

-- Colours of option values, by label.
CREATE TABLE swatches (
    tenant_id TEXT NOT NULL REFERENCES tenants,
    label     TEXT NOT NULL,
    swatch    TEXT NOT NULL,
    PRIMARY KEY (tenant_id, label)
) STRICT, WITHOUT ROWID;

-- What buyers said. A rating may stand here before its product does.
CREATE TABLE ratings (
    tenant_id          TEXT NOT NULL REFERENCES tenants,
    product_id         TEXT NOT NULL,
    average_hundredths INTEGER NOT NULL CHECK (average_hundredths BETWEEN 0 AND 500),
    count              INTEGER NOT NULL CHECK (count >= 0),
    PRIMARY KEY (tenant_id, product_id)
) STRICT, WITHOUT ROWID;

-- options: JSON array of one label an axis. A variant that left the feed stays, with is_listed = 0.
CREATE TABLE variants (
    tenant_id        TEXT NOT NULL,
    variant_id       TEXT NOT NULL,
    product_id       TEXT NOT NULL,
    position         INTEGER NOT NULL,
    options          TEXT NOT NULL,
    price_minor      INTEGER NOT NULL CHECK (price_minor > 0),
    compare_at_minor INTEGER CHECK (compare_at_minor > price_minor),
    image_position   INTEGER,
    is_listed        INTEGER NOT NULL DEFAULT 1 CHECK (is_listed IN (0, 1)),
    PRIMARY KEY (tenant_id, variant_id),
    FOREIGN KEY (tenant_id, product_id) REFERENCES products
) STRICT, WITHOUT ROWID;

CREATE INDEX variants_by_product ON variants (tenant_id, product_id, position);

-- on_hand NULL: not counted, always available. held: sum of the rows in stock_holds.
CREATE TABLE stock (
    tenant_id  TEXT NOT NULL,
    variant_id TEXT NOT NULL,
    on_hand    INTEGER CHECK (on_hand >= 0),
    held       INTEGER NOT NULL DEFAULT 0 CHECK (held >= 0),
    PRIMARY KEY (tenant_id, variant_id),
    FOREIGN KEY (tenant_id, variant_id) REFERENCES variants
) STRICT, WITHOUT ROWID;

-- One walk through the checkout. When it has ended, ended_site and ended_key name the stored answer.
CREATE TABLE checkout_attempts (
    tenant_id           TEXT NOT NULL,
    checkout_attempt_id TEXT NOT NULL,
    ended_site          TEXT,
    ended_key           TEXT,
    PRIMARY KEY (tenant_id, checkout_attempt_id)
) STRICT, WITHOUT ROWID;

-- document: the quote as it was answered. state: open, replaced, ordered, refused.
CREATE TABLE quotes (
    tenant_id           TEXT NOT NULL,
    quote_id            TEXT NOT NULL,
    checkout_attempt_id TEXT NOT NULL,
    site_key            TEXT NOT NULL,
    video_id            TEXT,
    country             TEXT NOT NULL,
    state               TEXT NOT NULL,
    expires_at          INTEGER NOT NULL,
    document            TEXT NOT NULL,
    PRIMARY KEY (tenant_id, quote_id),
    FOREIGN KEY (tenant_id, checkout_attempt_id) REFERENCES checkout_attempts
) STRICT, WITHOUT ROWID;

CREATE INDEX quotes_by_attempt ON quotes (tenant_id, checkout_attempt_id, state);
CREATE INDEX quotes_by_expiry ON quotes (expires_at) WHERE state <> 'ordered';

CREATE TABLE stock_holds (
    tenant_id  TEXT NOT NULL,
    quote_id   TEXT NOT NULL,
    variant_id TEXT NOT NULL,
    quantity   INTEGER NOT NULL CHECK (quantity > 0),
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, quote_id, variant_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX stock_holds_by_expiry ON stock_holds (expires_at);

-- Personal data, apart from quotes, orders and the ledger: erasing a row here touches nothing else.
CREATE TABLE recipients (
    tenant_id TEXT NOT NULL,
    quote_id  TEXT NOT NULL,
    email     TEXT NOT NULL,
    name      TEXT NOT NULL,
    phone     TEXT,
    line1     TEXT NOT NULL,
    line2     TEXT,
    postcode  TEXT NOT NULL,
    city      TEXT NOT NULL,
    country   TEXT NOT NULL,
    PRIMARY KEY (tenant_id, quote_id)
) STRICT, WITHOUT ROWID;

-- Keys and their answers, kept for ever. The answer of an order holds its secret link; orders do not.
CREATE TABLE idempotency_keys (
    tenant_id   TEXT NOT NULL,
    site_key    TEXT NOT NULL,
    route       TEXT NOT NULL,
    key         TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    status      INTEGER NOT NULL,
    body        BLOB NOT NULL,
    order_id    TEXT,
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, site_key, route, key)
) STRICT;

-- secret_hash: SHA-256 of the secret in the order's link. client_created_at: the shopper's clock,
-- brought into the 90 days before placed_at.
CREATE TABLE orders (
    tenant_id           TEXT NOT NULL,
    order_id            TEXT NOT NULL,
    number              TEXT NOT NULL,
    secret_hash         BLOB NOT NULL,
    site_key            TEXT NOT NULL,
    checkout_attempt_id TEXT NOT NULL,
    quote_id            TEXT NOT NULL,
    video_id            TEXT,
    currency            TEXT NOT NULL,
    country             TEXT NOT NULL,
    payment_method      TEXT NOT NULL,
    items_minor         INTEGER NOT NULL,
    discount_minor      INTEGER NOT NULL,
    delivery_minor      INTEGER NOT NULL,
    tax_minor           INTEGER NOT NULL,
    total_minor         INTEGER NOT NULL,
    client_created_at   INTEGER NOT NULL,
    placed_at           INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, order_id),
    UNIQUE (tenant_id, number),
    UNIQUE (tenant_id, checkout_attempt_id),
    UNIQUE (tenant_id, quote_id),
    CHECK (total_minor = items_minor - discount_minor + delivery_minor)
) STRICT, WITHOUT ROWID;

CREATE INDEX orders_by_secret ON orders (secret_hash);

CREATE TABLE order_lines (
    tenant_id        TEXT NOT NULL,
    order_id         TEXT NOT NULL,
    position         INTEGER NOT NULL,
    variant_id       TEXT NOT NULL,
    product_id       TEXT NOT NULL,
    brand_id         TEXT NOT NULL,
    title            TEXT NOT NULL,
    variant_label    TEXT NOT NULL,
    image_url        TEXT,
    quantity         INTEGER NOT NULL CHECK (quantity > 0),
    unit_price_minor INTEGER NOT NULL,
    discount_minor   INTEGER NOT NULL,
    total_minor      INTEGER NOT NULL,
    tax_minor        INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, order_id, position),
    FOREIGN KEY (tenant_id, order_id) REFERENCES orders,
    CHECK (total_minor = unit_price_minor * quantity - discount_minor)
) STRICT, WITHOUT ROWID;

-- One a brand. status: placed, shipped, delivered, returned, cancelled.
CREATE TABLE fulfilments (
    tenant_id   TEXT NOT NULL,
    order_id    TEXT NOT NULL,
    brand_id    TEXT NOT NULL,
    position    INTEGER NOT NULL,
    option_id   TEXT NOT NULL,
    label       TEXT NOT NULL,
    price_minor INTEGER NOT NULL,
    days_min    INTEGER NOT NULL,
    days_max    INTEGER NOT NULL,
    status      TEXT NOT NULL,
    PRIMARY KEY (tenant_id, order_id, brand_id),
    FOREIGN KEY (tenant_id, order_id) REFERENCES orders
) STRICT, WITHOUT ROWID;

-- What happened to a fulfilment and when; append-only. Holds of commission start at `delivered`.
CREATE TABLE fulfilment_events (
    tenant_id   TEXT NOT NULL,
    order_id    TEXT NOT NULL,
    brand_id    TEXT NOT NULL,
    status      TEXT NOT NULL,
    happened_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, order_id, brand_id, status),
    FOREIGN KEY (tenant_id, order_id, brand_id) REFERENCES fulfilments
) STRICT, WITHOUT ROWID;

CREATE TRIGGER fulfilment_events_stay BEFORE UPDATE ON fulfilment_events
BEGIN SELECT RAISE(ABORT, 'fulfilment events are append-only'); END;

CREATE TRIGGER fulfilment_events_remain BEFORE DELETE ON fulfilment_events
BEGIN SELECT RAISE(ABORT, 'fulfilment events are append-only'); END;
