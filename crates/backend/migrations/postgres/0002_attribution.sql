-- From a view to a cent: keys of tokens, collaborations, clicks, decisions, ledger, refunds.
-- What has happened is append-only by trigger; where things stand (lines, balances, payouts) follows from
-- it and can be computed again (`ledger verify`, `replay`).

-- Ed25519 keys of tokens and receipts, as PASERK k4.secret. A key signs from signs_from until a later one
-- does, and is believed until accepted_until (NULL: no end yet).
CREATE TABLE token_keys (
    kid            TEXT COLLATE "C" PRIMARY KEY NOT NULL,
    secret         TEXT COLLATE "C" NOT NULL,
    signs_from     BIGINT NOT NULL,
    accepted_until BIGINT
);

-- Keys of brands and creators for the API: SHA-256 of the bearer token.
CREATE TABLE api_keys (
    key_hash   BYTEA PRIMARY KEY NOT NULL,
    key_id     TEXT COLLATE "C" NOT NULL UNIQUE,
    tenant_id  TEXT COLLATE "C" NOT NULL REFERENCES tenants,
    party_kind TEXT COLLATE "C" NOT NULL CHECK (party_kind IN ('brand', 'creator')),
    party_id   TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);

-- SHA-256 of a creator's e-mail address, for finding purchases of one's own. Erasing a row touches
-- nothing else.
CREATE TABLE creator_emails (
    tenant_id  TEXT COLLATE "C" NOT NULL,
    creator_id TEXT COLLATE "C" NOT NULL,
    email_hash BYTEA NOT NULL,
    PRIMARY KEY (tenant_id, creator_id),
    FOREIGN KEY (tenant_id, creator_id) REFERENCES creators
);

CREATE INDEX creator_emails_by_hash ON creator_emails (tenant_id, email_hash);

-- The platform's fee on commissions. No row: none.
CREATE TABLE platform_fees (
    tenant_id TEXT COLLATE "C" PRIMARY KEY NOT NULL REFERENCES tenants,
    rate_bp   BIGINT NOT NULL CHECK (rate_bp BETWEEN 0 AND 10000),
    paid_by   TEXT COLLATE "C" NOT NULL CHECK (paid_by IN ('brand', 'creator'))
);

CREATE TABLE brand_commission_terms (
    tenant_id        TEXT COLLATE "C" NOT NULL,
    brand_id         TEXT COLLATE "C" NOT NULL,
    bag_binding_days BIGINT NOT NULL CHECK (bag_binding_days BETWEEN 1 AND 90),
    hold_days        BIGINT NOT NULL CHECK (hold_days IN (0, 7, 14, 15, 30, 60, 90)),
    PRIMARY KEY (tenant_id, brand_id),
    FOREIGN KEY (tenant_id, brand_id) REFERENCES brands
);

-- product_id NULL: the whole shop. ended_by: agreement, creator, brand.
CREATE TABLE collaborations (
    tenant_id        TEXT COLLATE "C" NOT NULL,
    collaboration_id TEXT COLLATE "C" NOT NULL,
    creator_id       TEXT COLLATE "C" NOT NULL,
    brand_id         TEXT COLLATE "C" NOT NULL,
    product_id       TEXT COLLATE "C",
    kind             TEXT COLLATE "C" NOT NULL CHECK (kind IN ('open', 'target')),
    promoting_since  BIGINT NOT NULL,
    ended_at         BIGINT,
    ended_by         TEXT COLLATE "C" CHECK (ended_by IN ('agreement', 'creator', 'brand')),
    PRIMARY KEY (tenant_id, collaboration_id),
    FOREIGN KEY (tenant_id, creator_id) REFERENCES creators,
    FOREIGN KEY (tenant_id, brand_id) REFERENCES brands,
    CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);

CREATE INDEX collaborations_by_creator ON collaborations (tenant_id, creator_id, brand_id);

CREATE TABLE collaboration_terms (
    tenant_id        TEXT COLLATE "C" NOT NULL,
    collaboration_id TEXT COLLATE "C" NOT NULL,
    version          BIGINT NOT NULL CHECK (version >= 1),
    in_force_from    BIGINT NOT NULL,
    direct_bp        BIGINT NOT NULL CHECK (direct_bp BETWEEN 0 AND 10000),
    halo_bp          BIGINT CHECK (halo_bp BETWEEN 0 AND 10000),
    PRIMARY KEY (tenant_id, collaboration_id, version),
    FOREIGN KEY (tenant_id, collaboration_id) REFERENCES collaborations
);

-- A token exchanged: what a receipt stands for. document: the touchpoint as the decision reads it.
CREATE TABLE clicks (
    tenant_id   TEXT COLLATE "C" NOT NULL,
    touch_id    TEXT COLLATE "C" NOT NULL,
    fingerprint BYTEA NOT NULL,
    session     TEXT COLLATE "C" NOT NULL,
    brand_id    TEXT COLLATE "C" NOT NULL,
    clicked_at  BIGINT NOT NULL,
    document    TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, touch_id)
);

CREATE INDEX clicks_by_session ON clicks (tenant_id, session, clicked_at);

-- The journal, under consent only: erasable, and read by reports, never by a decision.
-- excluded: reasons, comma-separated, '' when it counts.
CREATE TABLE touchpoints (
    tenant_id   TEXT COLLATE "C" NOT NULL,
    touch_id    TEXT COLLATE "C" NOT NULL,
    fingerprint BYTEA NOT NULL,
    kind        TEXT COLLATE "C" NOT NULL,
    session     TEXT COLLATE "C" NOT NULL,
    sequence    BIGINT NOT NULL,
    video_id    TEXT COLLATE "C" NOT NULL,
    tag_id      TEXT COLLATE "C" NOT NULL,
    product_id  TEXT COLLATE "C" NOT NULL,
    brand_id    TEXT COLLATE "C" NOT NULL,
    creator_id  TEXT COLLATE "C" NOT NULL,
    happened_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    clock       TEXT COLLATE "C" NOT NULL CHECK (clock IN ('trusted', 'untrusted')),
    position_ms BIGINT NOT NULL CHECK (position_ms >= 0),
    dwell_ms    BIGINT NOT NULL,
    is_late     BIGINT NOT NULL CHECK (is_late IN (0, 1)),
    excluded    TEXT COLLATE "C" NOT NULL,
    user_agent  TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, touch_id)
);

CREATE INDEX touchpoints_by_session ON touchpoints (tenant_id, session, received_at);
CREATE INDEX touchpoints_by_creator ON touchpoints (tenant_id, creator_id, happened_at);

-- One an order. evidence: all that the decision read; receipt: its canonical bytes; digest: the chain.
CREATE TABLE decisions (
    tenant_id TEXT COLLATE "C" NOT NULL,
    sequence  BIGINT NOT NULL,
    order_id  TEXT COLLATE "C" NOT NULL,
    evidence  TEXT COLLATE "C" NOT NULL,
    receipt   BYTEA NOT NULL,
    digest    TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, sequence),
    UNIQUE (tenant_id, order_id),
    FOREIGN KEY (tenant_id, order_id) REFERENCES orders
);

-- The lines that somebody is paid for.
CREATE TABLE credits (
    tenant_id        TEXT COLLATE "C" NOT NULL,
    order_id         TEXT COLLATE "C" NOT NULL,
    line             BIGINT NOT NULL,
    creator_id       TEXT COLLATE "C" NOT NULL,
    brand_id         TEXT COLLATE "C" NOT NULL,
    touch_id         TEXT COLLATE "C" NOT NULL,
    collaboration_id TEXT COLLATE "C" NOT NULL,
    base_minor       BIGINT NOT NULL,
    rate_bp          BIGINT NOT NULL,
    commission_minor BIGINT NOT NULL,
    placed_at        BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, order_id, line),
    FOREIGN KEY (tenant_id, order_id) REFERENCES orders
);

CREATE INDEX credits_by_touch ON credits (tenant_id, touch_id);
CREATE INDEX credits_by_creator ON credits (tenant_id, creator_id, placed_at);
CREATE INDEX credits_by_brand ON credits (tenant_id, brand_id, placed_at);

-- Receipts that came with an order and were none: line NULL for those in the order's own list.
CREATE TABLE refused_receipts (
    tenant_id TEXT COLLATE "C" NOT NULL,
    order_id  TEXT COLLATE "C" NOT NULL,
    position  BIGINT NOT NULL,
    line      BIGINT,
    code      TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, order_id, position),
    FOREIGN KEY (tenant_id, order_id) REFERENCES orders
);

-- View sessions that an order named: what they send after it is late.
CREATE TABLE ordered_sessions (
    tenant_id  TEXT COLLATE "C" NOT NULL,
    session    TEXT COLLATE "C" NOT NULL,
    ordered_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, session)
);

CREATE TABLE ledger_records (
    tenant_id   TEXT COLLATE "C" NOT NULL,
    sequence    BIGINT NOT NULL,
    key         TEXT COLLATE "C" NOT NULL,
    recorded_at BIGINT NOT NULL,
    -- JSON keeps the text as it came; statements look into it.
    event       JSON NOT NULL,
    outcome     TEXT COLLATE "C" NOT NULL,
    digest      TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, sequence),
    UNIQUE (tenant_id, key)
);

CREATE TABLE ledger_entries (
    tenant_id    TEXT COLLATE "C" NOT NULL,
    sequence     BIGINT NOT NULL,
    position     BIGINT NOT NULL,
    currency     TEXT COLLATE "C" NOT NULL,
    account      TEXT COLLATE "C" NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor <> 0),
    PRIMARY KEY (tenant_id, sequence, position),
    FOREIGN KEY (tenant_id, sequence) REFERENCES ledger_records
);

CREATE INDEX ledger_entries_by_account
    ON ledger_entries (tenant_id, account, currency, sequence);

-- account: its JSON. Follows from the entries.
CREATE TABLE ledger_balances (
    tenant_id     TEXT COLLATE "C" NOT NULL,
    currency      TEXT COLLATE "C" NOT NULL,
    account       TEXT COLLATE "C" NOT NULL,
    balance_minor BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, currency, account)
);

-- state: the line's state as JSON; the columns beside it are for finding lines.
CREATE TABLE ledger_lines (
    tenant_id  TEXT COLLATE "C" NOT NULL,
    order_id   TEXT COLLATE "C" NOT NULL,
    line       BIGINT NOT NULL,
    creator_id TEXT COLLATE "C" NOT NULL,
    brand_id   TEXT COLLATE "C" NOT NULL,
    currency   TEXT COLLATE "C" NOT NULL,
    due_at     BIGINT,
    is_unpaid  BIGINT NOT NULL CHECK (is_unpaid IN (0, 1)),
    payout     TEXT COLLATE "C",
    state      TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, order_id, line)
);

CREATE INDEX ledger_lines_due ON ledger_lines (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX ledger_lines_unpaid ON ledger_lines (tenant_id, currency) WHERE is_unpaid = 1;
CREATE INDEX ledger_lines_by_payout ON ledger_lines (tenant_id, payout) WHERE payout IS NOT NULL;
CREATE INDEX ledger_lines_by_creator ON ledger_lines (tenant_id, creator_id);
CREATE INDEX ledger_lines_by_brand ON ledger_lines (tenant_id, brand_id);

CREATE TABLE payouts (
    tenant_id    TEXT COLLATE "C" NOT NULL,
    batch_id     TEXT COLLATE "C" NOT NULL,
    creator_id   TEXT COLLATE "C" NOT NULL,
    currency     TEXT COLLATE "C" NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    status       TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, batch_id, creator_id)
);

-- What was given back of a line. source: refund (a brand's request), returned, cancelled.
CREATE TABLE refunds (
    tenant_id    TEXT COLLATE "C" NOT NULL,
    order_id     TEXT COLLATE "C" NOT NULL,
    line         BIGINT NOT NULL,
    sequence     BIGINT NOT NULL,
    refund_id    TEXT COLLATE "C" NOT NULL,
    source       TEXT COLLATE "C" NOT NULL CHECK (source IN ('refund', 'returned', 'cancelled')),
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    quantity     BIGINT NOT NULL CHECK (quantity >= 0),
    base_minor   BIGINT NOT NULL CHECK (base_minor >= 0),
    refunded_at  BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, order_id, line, sequence),
    FOREIGN KEY (tenant_id, order_id, line) REFERENCES order_lines
);

CREATE TRIGGER collaboration_terms_stay BEFORE UPDATE OR DELETE ON collaboration_terms
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER collaboration_terms_remain BEFORE TRUNCATE ON collaboration_terms
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER clicks_stay BEFORE UPDATE OR DELETE ON clicks
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER clicks_remain BEFORE TRUNCATE ON clicks
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER decisions_stay BEFORE UPDATE OR DELETE ON decisions
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER decisions_remain BEFORE TRUNCATE ON decisions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER credits_stay BEFORE UPDATE OR DELETE ON credits
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER credits_remain BEFORE TRUNCATE ON credits
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER refused_receipts_stay BEFORE UPDATE OR DELETE ON refused_receipts
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refused_receipts_remain BEFORE TRUNCATE ON refused_receipts
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER ledger_records_stay BEFORE UPDATE OR DELETE ON ledger_records
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_records_remain BEFORE TRUNCATE ON ledger_records
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER ledger_entries_stay BEFORE UPDATE OR DELETE ON ledger_entries
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_entries_remain BEFORE TRUNCATE ON ledger_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER refunds_stay BEFORE UPDATE OR DELETE ON refunds
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refunds_remain BEFORE TRUNCATE ON refunds
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
