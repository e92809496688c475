-- From a view to a cent: keys of tokens, collaborations, clicks, decisions, ledger, refunds.
-- What has happened is append-only by trigger; where things stand (lines, balances, payouts) follows from
-- it and can be computed again (`ledger verify`, `replay`).

-- Ed25519 keys of tokens and receipts, as PASERK k4.secret. A key signs from signs_from until a later one
-- does, and is believed until accepted_until (NULL: no end yet).
CREATE TABLE token_keys (
    kid            TEXT PRIMARY KEY NOT NULL,
    secret         TEXT NOT NULL,
    signs_from     INTEGER NOT NULL,
    accepted_until INTEGER
) STRICT, WITHOUT ROWID;

-- Keys of brands and creators for the API: SHA-256 of the bearer token.
CREATE TABLE api_keys (
    key_hash   BLOB PRIMARY KEY NOT NULL,
    key_id     TEXT NOT NULL UNIQUE,
    tenant_id  TEXT NOT NULL REFERENCES tenants,
    party_kind TEXT NOT NULL CHECK (party_kind IN ('brand', 'creator')),
    party_id   TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT, WITHOUT ROWID;

-- SHA-256 of a creator's e-mail address, for finding purchases of one's own. Erasing a row touches
-- nothing else.
CREATE TABLE creator_emails (
    tenant_id  TEXT NOT NULL,
    creator_id TEXT NOT NULL,
    email_hash BLOB NOT NULL,
    PRIMARY KEY (tenant_id, creator_id),
    FOREIGN KEY (tenant_id, creator_id) REFERENCES creators
) STRICT, WITHOUT ROWID;

CREATE INDEX creator_emails_by_hash ON creator_emails (tenant_id, email_hash);

-- The platform's fee on commissions. No row: none.
CREATE TABLE platform_fees (
    tenant_id TEXT PRIMARY KEY NOT NULL REFERENCES tenants,
    rate_bp   INTEGER NOT NULL CHECK (rate_bp BETWEEN 0 AND 10000),
    paid_by   TEXT NOT NULL CHECK (paid_by IN ('brand', 'creator'))
) STRICT, WITHOUT ROWID;

CREATE TABLE brand_commission_terms (
    tenant_id        TEXT NOT NULL,
    brand_id         TEXT NOT NULL,
    bag_binding_days INTEGER NOT NULL CHECK (bag_binding_days BETWEEN 1 AND 90),
    hold_days        INTEGER NOT NULL CHECK (hold_days IN (0, 7, 14, 15, 30, 60, 90)),
    PRIMARY KEY (tenant_id, brand_id),
    FOREIGN KEY (tenant_id, brand_id) REFERENCES brands
) STRICT, WITHOUT ROWID;

-- product_id NULL: the whole shop. ended_by: agreement, creator, brand.
CREATE TABLE collaborations (
    tenant_id        TEXT NOT NULL,
    collaboration_id TEXT NOT NULL,
    creator_id       TEXT NOT NULL,
    brand_id         TEXT NOT NULL,
    product_id       TEXT,
    kind             TEXT NOT NULL CHECK (kind IN ('open', 'target')),
    promoting_since  INTEGER NOT NULL,
    ended_at         INTEGER,
    ended_by         TEXT CHECK (ended_by IN ('agreement', 'creator', 'brand')),
    PRIMARY KEY (tenant_id, collaboration_id),
    FOREIGN KEY (tenant_id, creator_id) REFERENCES creators,
    FOREIGN KEY (tenant_id, brand_id) REFERENCES brands,
    CHECK ((ended_at IS NULL) = (ended_by IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX collaborations_by_creator ON collaborations (tenant_id, creator_id, brand_id);

CREATE TABLE collaboration_terms (
    tenant_id        TEXT NOT NULL,
    collaboration_id TEXT NOT NULL,
    version          INTEGER NOT NULL CHECK (version >= 1),
    in_force_from    INTEGER NOT NULL,
    direct_bp        INTEGER NOT NULL CHECK (direct_bp BETWEEN 0 AND 10000),
    halo_bp          INTEGER CHECK (halo_bp BETWEEN 0 AND 10000),
    PRIMARY KEY (tenant_id, collaboration_id, version),
    FOREIGN KEY (tenant_id, collaboration_id) REFERENCES collaborations
) STRICT, WITHOUT ROWID;

-- A token exchanged: what a receipt stands for. document: the touchpoint as the decision reads it.
CREATE TABLE clicks (
    tenant_id   TEXT NOT NULL,
    touch_id    TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    session     TEXT NOT NULL,
    brand_id    TEXT NOT NULL,
    clicked_at  INTEGER NOT NULL,
    document    TEXT NOT NULL,
    PRIMARY KEY (tenant_id, touch_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX clicks_by_session ON clicks (tenant_id, session, clicked_at);

-- The journal, under consent only: erasable, and read by reports, never by a decision.
-- excluded: reasons, comma-separated, '' when it counts.
CREATE TABLE touchpoints (
    tenant_id   TEXT NOT NULL,
    touch_id    TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    kind        TEXT NOT NULL,
    session     TEXT NOT NULL,
    sequence    INTEGER NOT NULL,
    video_id    TEXT NOT NULL,
    tag_id      TEXT NOT NULL,
    product_id  TEXT NOT NULL,
    brand_id    TEXT NOT NULL,
    creator_id  TEXT NOT NULL,
    happened_at INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    clock       TEXT NOT NULL CHECK (clock IN ('trusted', 'untrusted')),
    position_ms INTEGER NOT NULL CHECK (position_ms >= 0),
    dwell_ms    INTEGER NOT NULL,
    is_late     INTEGER NOT NULL CHECK (is_late IN (0, 1)),
    excluded    TEXT NOT NULL,
    user_agent  TEXT NOT NULL,
    PRIMARY KEY (tenant_id, touch_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX touchpoints_by_session ON touchpoints (tenant_id, session, received_at);
CREATE INDEX touchpoints_by_creator ON touchpoints (tenant_id, creator_id, happened_at);

-- One an order. evidence: all that the decision read; receipt: its canonical bytes; digest: the chain.
CREATE TABLE decisions (
    tenant_id TEXT NOT NULL,
    sequence  INTEGER NOT NULL,
    order_id  TEXT NOT NULL,
    evidence  TEXT NOT NULL,
    receipt   BLOB NOT NULL,
    digest    TEXT NOT NULL,
    PRIMARY KEY (tenant_id, sequence),
    UNIQUE (tenant_id, order_id),
    FOREIGN KEY (tenant_id, order_id) REFERENCES orders
) STRICT;

-- The lines that somebody is paid for.
CREATE TABLE credits (
    tenant_id        TEXT NOT NULL,
    order_id         TEXT NOT NULL,
    line             INTEGER NOT NULL,
    creator_id       TEXT NOT NULL,
    brand_id         TEXT NOT NULL,
    touch_id         TEXT NOT NULL,
    collaboration_id TEXT NOT NULL,
    base_minor       INTEGER NOT NULL,
    rate_bp          INTEGER NOT NULL,
    commission_minor INTEGER NOT NULL,
    placed_at        INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, order_id, line),
    FOREIGN KEY (tenant_id, order_id) REFERENCES orders
) STRICT, WITHOUT ROWID;

CREATE INDEX credits_by_touch ON credits (tenant_id, touch_id);
CREATE INDEX credits_by_creator ON credits (tenant_id, creator_id, placed_at);
CREATE INDEX credits_by_brand ON credits (tenant_id, brand_id, placed_at);

-- Receipts that came with an order and were none: line NULL for those in the order's own list.
CREATE TABLE refused_receipts (
    tenant_id TEXT NOT NULL,
    order_id  TEXT NOT NULL,
    position  INTEGER NOT NULL,
    line      INTEGER,
    code      TEXT NOT NULL,
    PRIMARY KEY (tenant_id, order_id, position),
    FOREIGN KEY (tenant_id, order_id) REFERENCES orders
) STRICT, WITHOUT ROWID;

-- View sessions that an order named: what they send after it is late.
CREATE TABLE ordered_sessions (
    tenant_id  TEXT NOT NULL,
    session    TEXT NOT NULL,
    ordered_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, session)
) STRICT, WITHOUT ROWID;

CREATE TABLE ledger_records (
    tenant_id   TEXT NOT NULL,
    sequence    INTEGER NOT NULL,
    key         TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    event       TEXT NOT NULL,
    outcome     TEXT NOT NULL,
    digest      TEXT NOT NULL,
    PRIMARY KEY (tenant_id, sequence),
    UNIQUE (tenant_id, key)
) STRICT;

CREATE TABLE ledger_entries (
    tenant_id    TEXT NOT NULL,
    sequence     INTEGER NOT NULL,
    position     INTEGER NOT NULL,
    currency     TEXT NOT NULL,
    account      TEXT NOT NULL,
    amount_minor INTEGER NOT NULL CHECK (amount_minor <> 0),
    PRIMARY KEY (tenant_id, sequence, position),
    FOREIGN KEY (tenant_id, sequence) REFERENCES ledger_records
) STRICT, WITHOUT ROWID;

CREATE INDEX ledger_entries_by_account
    ON ledger_entries (tenant_id, account, currency, sequence);

-- account: its JSON. Follows from the entries.
CREATE TABLE ledger_balances (
    tenant_id     TEXT NOT NULL,
    currency      TEXT NOT NULL,
    account       TEXT NOT NULL,
    balance_minor INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, currency, account)
) STRICT, WITHOUT ROWID;

-- state: the line's state as JSON; the columns beside it are for finding lines.
CREATE TABLE ledger_lines (
    tenant_id  TEXT NOT NULL,
    order_id   TEXT NOT NULL,
    line       INTEGER NOT NULL,
    creator_id TEXT NOT NULL,
    brand_id   TEXT NOT NULL,
    currency   TEXT NOT NULL,
    due_at     INTEGER,
    is_unpaid  INTEGER NOT NULL CHECK (is_unpaid IN (0, 1)),
    payout     TEXT,
    state      TEXT NOT NULL,
    PRIMARY KEY (tenant_id, order_id, line)
) STRICT, WITHOUT ROWID;

CREATE INDEX ledger_lines_due ON ledger_lines (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX ledger_lines_unpaid ON ledger_lines (tenant_id, currency) WHERE is_unpaid = 1;
CREATE INDEX ledger_lines_by_payout ON ledger_lines (tenant_id, payout) WHERE payout IS NOT NULL;
CREATE INDEX ledger_lines_by_creator ON ledger_lines (tenant_id, creator_id);
CREATE INDEX ledger_lines_by_brand ON ledger_lines (tenant_id, brand_id);

CREATE TABLE payouts (
    tenant_id    TEXT NOT NULL,
    batch_id     TEXT NOT NULL,
    creator_id   TEXT NOT NULL,
    currency     TEXT NOT NULL,
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
    status       TEXT NOT NULL,
    PRIMARY KEY (tenant_id, batch_id, creator_id)
) STRICT, WITHOUT ROWID;

-- What was given back of a line. source: refund (a brand's request), returned, cancelled.
CREATE TABLE refunds (
    tenant_id    TEXT NOT NULL,
    order_id     TEXT NOT NULL,
    line         INTEGER NOT NULL,
    sequence     INTEGER NOT NULL,
    refund_id    TEXT NOT NULL,
    source       TEXT NOT NULL CHECK (source IN ('refund', 'returned', 'cancelled')),
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
    quantity     INTEGER NOT NULL CHECK (quantity >= 0),
    base_minor   INTEGER NOT NULL CHECK (base_minor >= 0),
    refunded_at  INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, order_id, line, sequence),
    FOREIGN KEY (tenant_id, order_id, line) REFERENCES order_lines
) STRICT, WITHOUT ROWID;

CREATE TRIGGER collaboration_terms_stay BEFORE UPDATE ON collaboration_terms
BEGIN SELECT RAISE(ABORT, 'agreed terms are append-only'); END;

CREATE TRIGGER collaboration_terms_remain BEFORE DELETE ON collaboration_terms
BEGIN SELECT RAISE(ABORT, 'agreed terms are append-only'); END;

CREATE TRIGGER clicks_stay BEFORE UPDATE ON clicks
BEGIN SELECT RAISE(ABORT, 'clicks are append-only'); END;

CREATE TRIGGER clicks_remain BEFORE DELETE ON clicks
BEGIN SELECT RAISE(ABORT, 'clicks are append-only'); END;

CREATE TRIGGER decisions_stay BEFORE UPDATE ON decisions
BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END;

CREATE TRIGGER decisions_remain BEFORE DELETE ON decisions
BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END;

CREATE TRIGGER credits_stay BEFORE UPDATE ON credits
BEGIN SELECT RAISE(ABORT, 'credits are append-only'); END;

CREATE TRIGGER credits_remain BEFORE DELETE ON credits
BEGIN SELECT RAISE(ABORT, 'credits are append-only'); END;

CREATE TRIGGER refused_receipts_stay BEFORE UPDATE ON refused_receipts
BEGIN SELECT RAISE(ABORT, 'refused receipts are append-only'); END;

CREATE TRIGGER refused_receipts_remain BEFORE DELETE ON refused_receipts
BEGIN SELECT RAISE(ABORT, 'refused receipts are append-only'); END;

CREATE TRIGGER ledger_records_stay BEFORE UPDATE ON ledger_records
BEGIN SELECT RAISE(ABORT, 'ledger records are append-only'); END;

CREATE TRIGGER ledger_records_remain BEFORE DELETE ON ledger_records
BEGIN SELECT RAISE(ABORT, 'ledger records are append-only'); END;

CREATE TRIGGER ledger_entries_stay BEFORE UPDATE ON ledger_entries
BEGIN SELECT RAISE(ABORT, 'ledger entries are append-only'); END;

CREATE TRIGGER ledger_entries_remain BEFORE DELETE ON ledger_entries
BEGIN SELECT RAISE(ABORT, 'ledger entries are append-only'); END;

CREATE TRIGGER refunds_stay BEFORE UPDATE ON refunds
BEGIN SELECT RAISE(ABORT, 'refunds are append-only'); END;

CREATE TRIGGER refunds_remain BEFORE DELETE ON refunds
BEGIN SELECT RAISE(ABORT, 'refunds are append-only'); END;
