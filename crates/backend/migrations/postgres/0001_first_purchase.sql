-- Everything is keyed by tenant first, so that an engine that shards by tenant can take over.
-- Amounts are whole minor units (*_minor), instants UTC milliseconds (*_at), rates basis points (*_bp).

CREATE TABLE tenants (
    tenant_id       TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    name            TEXT COLLATE "C" NOT NULL,
    currency        TEXT COLLATE "C" NOT NULL,
    quantity_max    BIGINT NOT NULL CHECK (quantity_max BETWEEN 1 AND 1000),
    withdrawal_days BIGINT NOT NULL,
    terms_url       TEXT COLLATE "C" NOT NULL,
    privacy_url     TEXT COLLATE "C" NOT NULL
);

-- Destinations, the first one being the default.
CREATE TABLE tenant_countries (
    tenant_id TEXT COLLATE "C" NOT NULL REFERENCES tenants,
    position  BIGINT NOT NULL,
    country   TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, position)
);

-- A site key is public and names its tenant; it alone is unique over all tenants.
CREATE TABLE sites (
    site_key  TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    tenant_id TEXT COLLATE "C" NOT NULL REFERENCES tenants
);

CREATE TABLE site_origins (
    site_key TEXT COLLATE "C" NOT NULL REFERENCES sites,
    origin   TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (site_key, origin)
);

CREATE TABLE tax_rates (
    tenant_id TEXT COLLATE "C" NOT NULL REFERENCES tenants,
    country   TEXT COLLATE "C" NOT NULL,
    category  TEXT COLLATE "C" NOT NULL,
    rate_bp   BIGINT NOT NULL CHECK (rate_bp BETWEEN 0 AND 10000),
    PRIMARY KEY (tenant_id, country, category)
);

CREATE TABLE brands (
    tenant_id   TEXT COLLATE "C" NOT NULL REFERENCES tenants,
    brand_id    TEXT COLLATE "C" NOT NULL,
    name        TEXT COLLATE "C" NOT NULL,
    legal_name  TEXT COLLATE "C" NOT NULL,
    return_days BIGINT NOT NULL CHECK (return_days BETWEEN 0 AND 365),
    PRIMARY KEY (tenant_id, brand_id)
);

CREATE TABLE delivery_options (
    tenant_id       TEXT COLLATE "C" NOT NULL,
    brand_id        TEXT COLLATE "C" NOT NULL,
    option_id       TEXT COLLATE "C" NOT NULL,
    position        BIGINT NOT NULL,
    label           TEXT COLLATE "C" NOT NULL,
    price_minor     BIGINT NOT NULL CHECK (price_minor >= 0),
    free_from_minor BIGINT CHECK (free_from_minor >= 0),
    days_min        BIGINT NOT NULL,
    days_max        BIGINT NOT NULL CHECK (days_max >= days_min),
    PRIMARY KEY (tenant_id, brand_id, option_id),
    FOREIGN KEY (tenant_id, brand_id) REFERENCES brands
);

CREATE TABLE delivery_countries (
    tenant_id TEXT COLLATE "C" NOT NULL,
    brand_id  TEXT COLLATE "C" NOT NULL,
    option_id TEXT COLLATE "C" NOT NULL,
    country   TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, brand_id, option_id, country),
    FOREIGN KEY (tenant_id, brand_id, option_id) REFERENCES delivery_options
);

CREATE TABLE discounts (
    tenant_id    TEXT COLLATE "C" NOT NULL,
    brand_id     TEXT COLLATE "C" NOT NULL,
    discount_id  TEXT COLLATE "C" NOT NULL,
    position     BIGINT NOT NULL,
    label        TEXT COLLATE "C" NOT NULL,
    quantity_min BIGINT NOT NULL CHECK (quantity_min >= 1),
    rate_bp      BIGINT NOT NULL CHECK (rate_bp BETWEEN 0 AND 10000),
    PRIMARY KEY (tenant_id, brand_id, discount_id),
    FOREIGN KEY (tenant_id, brand_id) REFERENCES brands
);

CREATE TABLE creators (
    tenant_id  TEXT COLLATE "C" NOT NULL REFERENCES tenants,
    creator_id TEXT COLLATE "C" NOT NULL,
    name       TEXT COLLATE "C" NOT NULL,
    handle     TEXT COLLATE "C" NOT NULL,
    followers  BIGINT NOT NULL CHECK (followers >= 0),
    PRIMARY KEY (tenant_id, creator_id)
);

CREATE TABLE videos (
    tenant_id        TEXT COLLATE "C" NOT NULL REFERENCES tenants,
    video_id         TEXT COLLATE "C" NOT NULL,
    title            TEXT COLLATE "C" NOT NULL,
    creator_id       TEXT COLLATE "C" NOT NULL,
    duration_ms      BIGINT NOT NULL CHECK (duration_ms > 0),
    paid_partnership BIGINT NOT NULL CHECK (paid_partnership IN (0, 1)),
    tag_track        TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, video_id),
    FOREIGN KEY (tenant_id, creator_id) REFERENCES creators
);

-- The products that a video's tags name, in order of first appearance. A product may not exist yet.
CREATE TABLE video_products (
    tenant_id  TEXT COLLATE "C" NOT NULL,
    video_id   TEXT COLLATE "C" NOT NULL,
    position   BIGINT NOT NULL,
    product_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, video_id, position),
    FOREIGN KEY (tenant_id, video_id) REFERENCES videos
);

CREATE TABLE products (
    tenant_id   TEXT COLLATE "C" NOT NULL REFERENCES tenants,
    product_id  TEXT COLLATE "C" NOT NULL,
    brand_id    TEXT COLLATE "C" NOT NULL,
    title       TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C" NOT NULL,
    category    TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, product_id),
    FOREIGN KEY (tenant_id, brand_id) REFERENCES brands
);

CREATE TABLE product_images (
    tenant_id  TEXT COLLATE "C" NOT NULL,
    product_id TEXT COLLATE "C" NOT NULL,
    position   BIGINT NOT NULL,
    url        TEXT COLLATE "C" NOT NULL,
    alt        TEXT COLLATE "C" NOT NULL,
    width      BIGINT NOT NULL,
    height     BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, product_id, position),
    FOREIGN KEY (tenant_id, product_id) REFERENCES products
);

CREATE TABLE option_values (
    tenant_id      TEXT COLLATE "C" NOT NULL,
    product_id     TEXT COLLATE "C" NOT NULL,
    axis_position  BIGINT NOT NULL,
    axis_name      TEXT COLLATE "C" NOT NULL,
    value_position BIGINT NOT NULL,
    label          TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, product_id, axis_position, value_position),
    FOREIGN KEY (tenant_id, product_id) REFERENCES products
);

-- Colours of option values, by label.
CREATE TABLE swatches (
    tenant_id TEXT COLLATE "C" NOT NULL REFERENCES tenants,
    label     TEXT COLLATE "C" NOT NULL,
    swatch    TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, label)
);

-- What buyers said. A rating may stand here before its product does.
CREATE TABLE ratings (
    tenant_id          TEXT COLLATE "C" NOT NULL REFERENCES tenants,
    product_id         TEXT COLLATE "C" NOT NULL,
    average_hundredths BIGINT NOT NULL CHECK (average_hundredths BETWEEN 0 AND 500),
    count              BIGINT NOT NULL CHECK (count >= 0),
    PRIMARY KEY (tenant_id, product_id)
);

-- options: JSON array of one label an axis. A variant that left the feed stays, with is_listed = 0.
CREATE TABLE variants (
    tenant_id        TEXT COLLATE "C" NOT NULL,
    variant_id       TEXT COLLATE "C" NOT NULL,
    product_id       TEXT COLLATE "C" NOT NULL,
    position         BIGINT NOT NULL,
    options          TEXT COLLATE "C" NOT NULL,
    price_minor      BIGINT NOT NULL CHECK (price_minor > 0),
    compare_at_minor BIGINT CHECK (compare_at_minor > price_minor),
    image_position   BIGINT,
    is_listed        BIGINT NOT NULL DEFAULT 1 CHECK (is_listed IN (0, 1)),
    PRIMARY KEY (tenant_id, variant_id),
    FOREIGN KEY (tenant_id, product_id) REFERENCES products
);

CREATE INDEX variants_by_product ON variants (tenant_id, product_id, position);

-- on_hand NULL: not counted, always available. held: sum of the rows in stock_holds.
CREATE TABLE stock (
    tenant_id  TEXT COLLATE "C" NOT NULL,
    variant_id TEXT COLLATE "C" NOT NULL,
    on_hand    BIGINT CHECK (on_hand >= 0),
    held       BIGINT NOT NULL DEFAULT 0 CHECK (held >= 0),
    PRIMARY KEY (tenant_id, variant_id),
    FOREIGN KEY (tenant_id, variant_id) REFERENCES variants
);

-- One walk through the checkout. When it has ended, ended_site and ended_key name the stored answer.
CREATE TABLE checkout_attempts (
    tenant_id           TEXT COLLATE "C" NOT NULL,
    checkout_attempt_id TEXT COLLATE "C" NOT NULL,
    ended_site          TEXT COLLATE "C",
    ended_key           TEXT COLLATE "C",
    PRIMARY KEY (tenant_id, checkout_attempt_id)
);

-- document: the quote as it was answered. state: open, replaced, ordered, refused.
CREATE TABLE quotes (
    tenant_id           TEXT COLLATE "C" NOT NULL,
    quote_id            TEXT COLLATE "C" NOT NULL,
    checkout_attempt_id TEXT COLLATE "C" NOT NULL,
    site_key            TEXT COLLATE "C" NOT NULL,
    video_id            TEXT COLLATE "C",
    country             TEXT COLLATE "C" NOT NULL,
    state               TEXT COLLATE "C" NOT NULL,
    expires_at          BIGINT NOT NULL,
    document            TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, quote_id),
    FOREIGN KEY (tenant_id, checkout_attempt_id) REFERENCES checkout_attempts
);

CREATE INDEX quotes_by_attempt ON quotes (tenant_id, checkout_attempt_id, state);
CREATE INDEX quotes_by_expiry ON quotes (expires_at) WHERE state <> 'ordered';

CREATE TABLE stock_holds (
    tenant_id  TEXT COLLATE "C" NOT NULL,
    quote_id   TEXT COLLATE "C" NOT NULL,
    variant_id TEXT COLLATE "C" NOT NULL,
    quantity   BIGINT NOT NULL CHECK (quantity > 0),
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, quote_id, variant_id)
);

CREATE INDEX stock_holds_by_expiry ON stock_holds (expires_at);

-- Personal data, apart from quotes, orders and the ledger: erasing a row here touches nothing else.
CREATE TABLE recipients (
    tenant_id TEXT COLLATE "C" NOT NULL,
    quote_id  TEXT COLLATE "C" NOT NULL,
    email     TEXT COLLATE "C" NOT NULL,
    name      TEXT COLLATE "C" NOT NULL,
    phone     TEXT COLLATE "C",
    line1     TEXT COLLATE "C" NOT NULL,
    line2     TEXT COLLATE "C",
    postcode  TEXT COLLATE "C" NOT NULL,
    city      TEXT COLLATE "C" NOT NULL,
    country   TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, quote_id)
);

-- Keys and their answers, kept for ever. The answer of an order holds its secret link; orders do not.
CREATE TABLE idempotency_keys (
    tenant_id   TEXT COLLATE "C" NOT NULL,
    site_key    TEXT COLLATE "C" NOT NULL,
    route       TEXT COLLATE "C" NOT NULL,
    key         TEXT COLLATE "C" NOT NULL,
    fingerprint BYTEA NOT NULL,
    status      BIGINT NOT NULL,
    body        BYTEA NOT NULL,
    order_id    TEXT COLLATE "C",
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, site_key, route, key)
);

-- secret_hash: SHA-256 of the secret in the order's link. client_created_at: the shopper's clock,
-- brought into the 90 days before placed_at.
CREATE TABLE orders (
    tenant_id           TEXT COLLATE "C" NOT NULL,
    order_id            TEXT COLLATE "C" NOT NULL,
    number              TEXT COLLATE "C" NOT NULL,
    secret_hash         BYTEA NOT NULL,
    site_key            TEXT COLLATE "C" NOT NULL,
    checkout_attempt_id TEXT COLLATE "C" NOT NULL,
    quote_id            TEXT COLLATE "C" NOT NULL,
    video_id            TEXT COLLATE "C",
    currency            TEXT COLLATE "C" NOT NULL,
    country             TEXT COLLATE "C" NOT NULL,
    payment_method      TEXT COLLATE "C" NOT NULL,
    items_minor         BIGINT NOT NULL,
    discount_minor      BIGINT NOT NULL,
    delivery_minor      BIGINT NOT NULL,
    tax_minor           BIGINT NOT NULL,
    total_minor         BIGINT NOT NULL,
    client_created_at   BIGINT NOT NULL,
    placed_at           BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, order_id),
    UNIQUE (tenant_id, number),
    UNIQUE (tenant_id, checkout_attempt_id),
    UNIQUE (tenant_id, quote_id),
    CHECK (total_minor = items_minor - discount_minor + delivery_minor)
);

CREATE INDEX orders_by_secret ON orders (secret_hash);

CREATE TABLE order_lines (
    tenant_id        TEXT COLLATE "C" NOT NULL,
    order_id         TEXT COLLATE "C" NOT NULL,
    position         BIGINT NOT NULL,
    variant_id       TEXT COLLATE "C" NOT NULL,
    product_id       TEXT COLLATE "C" NOT NULL,
    brand_id         TEXT COLLATE "C" NOT NULL,
    title            TEXT COLLATE "C" NOT NULL,
    variant_label    TEXT COLLATE "C" NOT NULL,
    image_url        TEXT COLLATE "C",
    quantity         BIGINT NOT NULL CHECK (quantity > 0),
    unit_price_minor BIGINT NOT NULL,
    discount_minor   BIGINT NOT NULL,
    total_minor      BIGINT NOT NULL,
    tax_minor        BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, order_id, position),
    FOREIGN KEY (tenant_id, order_id) REFERENCES orders,
    CHECK (total_minor = unit_price_minor * quantity - discount_minor)
);

-- One a brand. status: placed, shipped, delivered, returned, cancelled.
CREATE TABLE fulfilments (
    tenant_id   TEXT COLLATE "C" NOT NULL,
    order_id    TEXT COLLATE "C" NOT NULL,
    brand_id    TEXT COLLATE "C" NOT NULL,
    position    BIGINT NOT NULL,
    option_id   TEXT COLLATE "C" NOT NULL,
    label       TEXT COLLATE "C" NOT NULL,
    price_minor BIGINT NOT NULL,
    days_min    BIGINT NOT NULL,
    days_max    BIGINT NOT NULL,
    status      TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, order_id, brand_id),
    FOREIGN KEY (tenant_id, order_id) REFERENCES orders
);

-- What happened to a fulfilment and when; append-only. Holds of commission start at `delivered`.
CREATE TABLE fulfilment_events (
    tenant_id   TEXT COLLATE "C" NOT NULL,
    order_id    TEXT COLLATE "C" NOT NULL,
    brand_id    TEXT COLLATE "C" NOT NULL,
    status      TEXT COLLATE "C" NOT NULL,
    happened_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, order_id, brand_id, status),
    FOREIGN KEY (tenant_id, order_id, brand_id) REFERENCES fulfilments
);

-- What has happened stays as it was written.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END
$$;

CREATE TRIGGER fulfilment_events_stay BEFORE UPDATE OR DELETE ON fulfilment_events
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER fulfilment_events_remain BEFORE TRUNCATE ON fulfilment_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Backends write in turns: who holds the lock on this table, which has no rows, writes.
CREATE TABLE writer_turn ();
