-- What is written at once and read as a whole is one row: an order with its lines, its parts and the
-- decision on it; a record of the ledger with its entries. What follows from those rows is a view of
-- the name that its table had. An older program writes the tables that are gone, so it must not run.

-- Attempts and quotes end once: that is what makes an order the only one of its attempt and quote.
CREATE TRIGGER checkout_attempts_end_once BEFORE UPDATE ON checkout_attempts
WHEN OLD.ended_key IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a checkout attempt ends once'); END;

-- next_at: until when it holds the stock of its lines (then it is expires_at), or from when it may be
-- erased. NULL: it was ordered, and stays.
CREATE TABLE new_quotes (
    tenant_id           TEXT NOT NULL,
    quote_id            TEXT NOT NULL,
    checkout_attempt_id TEXT NOT NULL,
    site_key            TEXT NOT NULL,
    video_id            TEXT,
    country             TEXT NOT NULL,
    state               TEXT NOT NULL,
    expires_at          INTEGER NOT NULL,
    document            TEXT NOT NULL,
    sequence            INTEGER,
    fingerprint         BLOB,
    next_at             INTEGER,
    PRIMARY KEY (tenant_id, quote_id),
    FOREIGN KEY (tenant_id, checkout_attempt_id) REFERENCES checkout_attempts
) STRICT;

INSERT INTO new_quotes
SELECT q.*, CASE
    WHEN state = 'ordered' THEN NULL
    WHEN EXISTS (SELECT 1 FROM stock_holds h
                 WHERE h.tenant_id = q.tenant_id AND h.quote_id = q.quote_id) THEN expires_at
    ELSE expires_at + 7776000000 END
FROM quotes q ORDER BY quote_id;

DROP TABLE stock_holds;
DROP TABLE quotes;
ALTER TABLE new_quotes RENAME TO quotes;
CREATE INDEX quotes_by_attempt ON quotes (tenant_id, checkout_attempt_id);
CREATE INDEX quotes_by_next ON quotes (next_at) WHERE next_at IS NOT NULL;

CREATE TRIGGER quotes_are_ordered_once BEFORE UPDATE OF state ON quotes
WHEN OLD.state = 'ordered'
BEGIN SELECT RAISE(ABORT, 'a quote is ordered once'); END;

CREATE VIEW stock_holds AS
SELECT q.tenant_id, q.quote_id, l.value ->> 'variant_id' AS variant_id,
       sum(l.value ->> 'quantity') AS quantity, q.expires_at
FROM quotes q, json_each(q.document, '$.lines') l
WHERE q.next_at = q.expires_at
GROUP BY q.tenant_id, q.quote_id, l.value ->> 'variant_id', q.expires_at;

-- lines, shipments: JSON, as they were ordered. evidence: all that the decision read; receipt: its
-- canonical bytes; digest: the chain. An order from before there were decisions has none.
CREATE TABLE new_orders (
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
    payment_reference   TEXT,
    lines               TEXT NOT NULL,
    shipments           TEXT NOT NULL,
    decision_sequence   INTEGER,
    evidence            TEXT,
    receipt             BLOB,
    digest              TEXT,
    PRIMARY KEY (tenant_id, order_id),
    UNIQUE (tenant_id, number),
    UNIQUE (tenant_id, decision_sequence),
    CHECK (total_minor = items_minor - discount_minor + delivery_minor)
) STRICT;

INSERT INTO new_orders
SELECT o.*,
    (SELECT json_group_array(json_object('variant_id', variant_id, 'product_id', product_id,
         'brand_id', brand_id, 'title', title, 'variant_label', variant_label,
         'image_url', image_url, 'quantity', quantity, 'unit_price_minor', unit_price_minor,
         'discount_minor', discount_minor, 'total_minor', total_minor, 'tax_minor', tax_minor))
     FROM (SELECT * FROM order_lines l
           WHERE l.tenant_id = o.tenant_id AND l.order_id = o.order_id ORDER BY position)),
    (SELECT json_group_array(json_object(
         'brand', json_object('id', brand_id, 'name', name, 'legal_name', legal_name),
         'delivery', json_object('id', option_id, 'label', label, 'price_minor', price_minor,
             'days_min', days_min, 'days_max', days_max),
         'status', 'placed'))
     FROM (SELECT f.*, b.name, b.legal_name
           FROM fulfilments f JOIN brands b USING (tenant_id, brand_id)
           WHERE f.tenant_id = o.tenant_id AND f.order_id = o.order_id ORDER BY f.position)),
    d.sequence, d.evidence, d.receipt, d.digest
FROM orders o LEFT JOIN decisions d USING (tenant_id, order_id)
ORDER BY o.placed_at;

-- What has happened to a brand's part of an order since it was placed.
CREATE TABLE fulfilment_steps (
    tenant_id   TEXT NOT NULL,
    order_id    TEXT NOT NULL,
    brand_id    TEXT NOT NULL,
    status      TEXT NOT NULL CHECK (status IN ('shipped', 'delivered', 'returned', 'cancelled')),
    happened_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, order_id, brand_id, status),
    FOREIGN KEY (tenant_id, order_id) REFERENCES new_orders
) STRICT, WITHOUT ROWID;

INSERT INTO fulfilment_steps
SELECT tenant_id, order_id, brand_id, status, happened_at FROM fulfilment_events
WHERE status <> 'placed';

CREATE TABLE new_refunds (
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
    FOREIGN KEY (tenant_id, order_id) REFERENCES new_orders
) STRICT, WITHOUT ROWID;

INSERT INTO new_refunds SELECT * FROM refunds;

-- Which click a line is paid for by, for finding what was paid for a click.
CREATE TABLE credited_touches (
    tenant_id TEXT NOT NULL,
    touch_id  TEXT NOT NULL,
    order_id  TEXT NOT NULL,
    line      INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, touch_id, order_id, line)
) STRICT, WITHOUT ROWID;

INSERT INTO credited_touches SELECT tenant_id, touch_id, order_id, line FROM credits;

CREATE TABLE new_refused_receipts (
    tenant_id TEXT NOT NULL,
    order_id  TEXT NOT NULL,
    position  INTEGER NOT NULL,
    line      INTEGER,
    code      TEXT NOT NULL,
    PRIMARY KEY (tenant_id, order_id, position),
    FOREIGN KEY (tenant_id, order_id) REFERENCES new_orders
) STRICT, WITHOUT ROWID;

INSERT INTO new_refused_receipts SELECT * FROM refused_receipts;

DROP TABLE refunds;
DROP TABLE refused_receipts;
DROP TABLE credits;
DROP TABLE decisions;
DROP TABLE fulfilment_events;
DROP TABLE fulfilments;
DROP TABLE order_lines;
DROP TABLE orders;
ALTER TABLE new_orders RENAME TO orders;
ALTER TABLE new_refunds RENAME TO refunds;
ALTER TABLE new_refused_receipts RENAME TO refused_receipts;

CREATE INDEX orders_by_secret ON orders (secret_hash);
CREATE UNIQUE INDEX orders_by_payment ON orders (tenant_id, payment_method, payment_reference)
    WHERE payment_reference IS NOT NULL;

CREATE VIEW order_lines AS
SELECT o.tenant_id, o.order_id, l.key AS position,
       l.value ->> 'variant_id' AS variant_id, l.value ->> 'product_id' AS product_id,
       l.value ->> 'brand_id' AS brand_id, l.value ->> 'title' AS title,
       l.value ->> 'variant_label' AS variant_label, l.value ->> 'image_url' AS image_url,
       l.value ->> 'quantity' AS quantity, l.value ->> 'unit_price_minor' AS unit_price_minor,
       l.value ->> 'discount_minor' AS discount_minor, l.value ->> 'total_minor' AS total_minor,
       l.value ->> 'tax_minor' AS tax_minor
FROM orders o, json_each(o.lines) l;

CREATE VIEW fulfilments AS
SELECT o.tenant_id, o.order_id, f.value ->> '$.brand.id' AS brand_id, f.key AS position,
       f.value ->> '$.delivery.id' AS option_id, f.value ->> '$.delivery.label' AS label,
       f.value ->> '$.delivery.price_minor' AS price_minor,
       f.value ->> '$.delivery.days_min' AS days_min,
       f.value ->> '$.delivery.days_max' AS days_max,
       coalesce((SELECT s.status FROM fulfilment_steps s
                 WHERE s.tenant_id = o.tenant_id AND s.order_id = o.order_id
                   AND s.brand_id = f.value ->> '$.brand.id'
                 ORDER BY CASE s.status WHEN 'shipped' THEN 1 WHEN 'delivered' THEN 2 ELSE 3 END
                          DESC LIMIT 1), 'placed') AS status
FROM orders o, json_each(o.shipments) f;

CREATE VIEW fulfilment_events AS
SELECT o.tenant_id, o.order_id, f.value ->> '$.brand.id' AS brand_id, 'placed' AS status,
       o.placed_at AS happened_at
FROM orders o, json_each(o.shipments) f
UNION ALL
SELECT tenant_id, order_id, brand_id, status, happened_at FROM fulfilment_steps;

CREATE VIEW decisions AS
SELECT tenant_id, decision_sequence AS sequence, order_id, evidence, receipt, digest
FROM orders WHERE decision_sequence IS NOT NULL;

-- The lines that somebody is paid for, as the receipts say.
CREATE VIEW credits AS
SELECT o.tenant_id, o.order_id, l.value ->> 'line' AS line,
       l.value ->> '$.credit.creator' AS creator_id, l.value ->> 'brand' AS brand_id,
       l.value ->> '$.credit.touch' AS touch_id,
       l.value ->> '$.credit.collaboration' AS collaboration_id,
       l.value ->> 'base_minor' AS base_minor, l.value ->> '$.credit.rate.rate_bps' AS rate_bp,
       l.value ->> '$.credit.commission_minor' AS commission_minor, o.placed_at
FROM orders o, json_each(CAST(o.receipt AS TEXT), '$.lines') l
WHERE l.value ->> 'credit' IS NOT NULL;

CREATE TABLE new_ledger_records (
    tenant_id   TEXT NOT NULL,
    sequence    INTEGER NOT NULL,
    key         TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    event       TEXT NOT NULL,
    outcome     TEXT NOT NULL,
    digest      TEXT NOT NULL,
    PRIMARY KEY (tenant_id, sequence),
    UNIQUE (tenant_id, key)
) STRICT, WITHOUT ROWID;

INSERT INTO new_ledger_records SELECT * FROM ledger_records ORDER BY tenant_id, sequence;

-- Which records accrue a line of a party or move something on its accounts. party: kind and id, such
-- as "creator mira".
CREATE TABLE ledger_parties (
    tenant_id TEXT NOT NULL,
    party     TEXT NOT NULL,
    sequence  INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, party, sequence)
) STRICT, WITHOUT ROWID;

INSERT INTO ledger_parties
SELECT tenant_id,
       CASE WHEN account ->> 'kind' LIKE 'brand%' THEN 'brand ' ELSE 'creator ' END
           || (account ->> 'of'),
       sequence
FROM ledger_entries WHERE account ->> 'of' IS NOT NULL
UNION SELECT tenant_id, 'brand ' || (event ->> '$.terms.brand'), sequence
FROM ledger_records WHERE event ->> 'event' = 'accrue'
UNION SELECT tenant_id, 'creator ' || (event ->> '$.terms.creator'), sequence
FROM ledger_records WHERE event ->> 'event' = 'accrue';

DROP TABLE ledger_entries;
DROP TABLE ledger_records;
ALTER TABLE new_ledger_records RENAME TO ledger_records;

CREATE VIEW ledger_entries AS
SELECT r.tenant_id, r.sequence, e.key AS position, r.outcome ->> '$.applied.currency' AS currency,
       e.value -> 'account' AS account, e.value ->> 'amount_minor' AS amount_minor
FROM ledger_records r, json_each(r.outcome, '$.applied.entries') e;

-- Lines as their accrual left them are not written: `ledger_records` has it.
DROP INDEX ledger_lines_by_creator;
DROP INDEX ledger_lines_by_brand;
DELETE FROM ledger_lines WHERE state ->> 'stage' = 'pending' AND state ->> 'delivered_at' IS NULL
    AND state ->> 'remaining_minor' = state ->> '$.terms.base_minor'
    AND EXISTS (SELECT 1 FROM ledger_records r WHERE r.tenant_id = ledger_lines.tenant_id
                AND r.key = ledger_lines.order_id || '/' || ledger_lines.line || '/accrue');

-- What has happened stays as it was written.
CREATE TRIGGER orders_remain BEFORE DELETE ON orders
BEGIN SELECT RAISE(ABORT, 'orders are append-only'); END;
CREATE TRIGGER orders_stay
BEFORE UPDATE OF tenant_id, order_id, lines, shipments, decision_sequence, evidence, receipt, digest
ON orders
BEGIN SELECT RAISE(ABORT, 'orders are append-only'); END;
CREATE TRIGGER fulfilment_steps_stay BEFORE UPDATE ON fulfilment_steps
BEGIN SELECT RAISE(ABORT, 'fulfilment steps are append-only'); END;
CREATE TRIGGER fulfilment_steps_remain BEFORE DELETE ON fulfilment_steps
BEGIN SELECT RAISE(ABORT, 'fulfilment steps are append-only'); END;
CREATE TRIGGER credited_touches_stay BEFORE UPDATE ON credited_touches
BEGIN SELECT RAISE(ABORT, 'credited touches are append-only'); END;
CREATE TRIGGER credited_touches_remain BEFORE DELETE ON credited_touches
BEGIN SELECT RAISE(ABORT, 'credited touches are append-only'); END;
CREATE TRIGGER refused_receipts_stay BEFORE UPDATE ON refused_receipts
BEGIN SELECT RAISE(ABORT, 'refused receipts are append-only'); END;
CREATE TRIGGER refused_receipts_remain BEFORE DELETE ON refused_receipts
BEGIN SELECT RAISE(ABORT, 'refused receipts are append-only'); END;
CREATE TRIGGER ledger_records_stay BEFORE UPDATE ON ledger_records
BEGIN SELECT RAISE(ABORT, 'ledger records are append-only'); END;
CREATE TRIGGER ledger_records_remain BEFORE DELETE ON ledger_records
BEGIN SELECT RAISE(ABORT, 'ledger records are append-only'); END;
CREATE TRIGGER ledger_parties_stay BEFORE UPDATE ON ledger_parties
BEGIN SELECT RAISE(ABORT, 'ledger parties are append-only'); END;
CREATE TRIGGER ledger_parties_remain BEFORE DELETE ON ledger_parties
BEGIN SELECT RAISE(ABORT, 'ledger parties are append-only'); END;
CREATE TRIGGER refunds_stay BEFORE UPDATE ON refunds
BEGIN SELECT RAISE(ABORT, 'refunds are append-only'); END;
CREATE TRIGGER refunds_remain BEFORE DELETE ON refunds
BEGIN SELECT RAISE(ABORT, 'refunds are append-only'); END;
