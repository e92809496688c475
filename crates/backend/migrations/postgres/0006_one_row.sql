-- What is written at once and read as a whole is one row: an order with its lines, its parts and the
-- decision on it; a record of the ledger with its entries. What follows from those rows is a view of
-- the name that its table had. An older program writes the tables that are gone, so it must not run.

CREATE FUNCTION refuse_second_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% end once', TG_TABLE_NAME;
END
$$;

-- Attempts and quotes end once: that is what makes an order the only one of its attempt and quote.
CREATE TRIGGER checkout_attempts_end_once BEFORE UPDATE ON checkout_attempts
    FOR EACH ROW WHEN (OLD.ended_key IS NOT NULL) EXECUTE FUNCTION refuse_second_end();

-- next_at: until when it holds the stock of its lines (then it is expires_at), or from when it may be
-- erased. NULL: it was ordered, and stays.
ALTER TABLE quotes ADD COLUMN next_at BIGINT;
UPDATE quotes q SET next_at = CASE
    WHEN state = 'ordered' THEN NULL
    WHEN EXISTS (SELECT 1 FROM stock_holds h
                 WHERE h.tenant_id = q.tenant_id AND h.quote_id = q.quote_id) THEN expires_at
    ELSE expires_at + 7776000000 END;

DROP TABLE stock_holds;
DROP INDEX quotes_by_attempt;
DROP INDEX quotes_by_expiry;
CREATE INDEX quotes_by_attempt ON quotes (tenant_id, checkout_attempt_id);
CREATE INDEX quotes_by_next ON quotes (next_at) WHERE next_at IS NOT NULL;

CREATE TRIGGER quotes_are_ordered_once BEFORE UPDATE OF state ON quotes
    FOR EACH ROW WHEN (OLD.state = 'ordered') EXECUTE FUNCTION refuse_second_end();

CREATE VIEW stock_holds AS
SELECT q.tenant_id, q.quote_id, l ->> 'variant_id' AS variant_id,
       CAST(sum(CAST(l ->> 'quantity' AS BIGINT)) AS BIGINT) AS quantity, q.expires_at
FROM quotes q, json_array_elements(CAST(q.document AS JSON) -> 'lines') l
WHERE q.next_at = q.expires_at
GROUP BY q.tenant_id, q.quote_id, l ->> 'variant_id', q.expires_at;

-- lines, shipments: JSON, as they were ordered. evidence: all that the decision read; receipt: its
-- canonical bytes; digest: the chain. An order from before there were decisions has none.
ALTER TABLE orders ADD COLUMN lines JSON;
ALTER TABLE orders ADD COLUMN shipments JSON;
ALTER TABLE orders ADD COLUMN decision_sequence BIGINT;
ALTER TABLE orders ADD COLUMN evidence TEXT COLLATE "C";
ALTER TABLE orders ADD COLUMN receipt BYTEA;
ALTER TABLE orders ADD COLUMN digest TEXT COLLATE "C";

UPDATE orders o SET
    lines = (SELECT json_agg(json_build_object('variant_id', variant_id,
         'product_id', product_id, 'brand_id', brand_id, 'title', title,
         'variant_label', variant_label, 'image_url', image_url, 'quantity', quantity,
         'unit_price_minor', unit_price_minor, 'discount_minor', discount_minor,
         'total_minor', total_minor, 'tax_minor', tax_minor) ORDER BY position)
     FROM order_lines l WHERE l.tenant_id = o.tenant_id AND l.order_id = o.order_id),
    shipments = (SELECT json_agg(json_build_object(
         'brand', json_build_object('id', brand_id, 'name', name, 'legal_name', legal_name),
         'delivery', json_build_object('id', option_id, 'label', label,
             'price_minor', price_minor, 'days_min', days_min, 'days_max', days_max),
         'status', 'placed') ORDER BY f.position)
     FROM fulfilments f JOIN brands b USING (tenant_id, brand_id)
     WHERE f.tenant_id = o.tenant_id AND f.order_id = o.order_id);
UPDATE orders o SET decision_sequence = d.sequence, evidence = d.evidence, receipt = d.receipt,
    digest = d.digest
FROM decisions d WHERE d.tenant_id = o.tenant_id AND d.order_id = o.order_id;

ALTER TABLE orders ALTER COLUMN lines SET NOT NULL;
ALTER TABLE orders ALTER COLUMN shipments SET NOT NULL;
ALTER TABLE orders ADD UNIQUE (tenant_id, decision_sequence);
ALTER TABLE orders DROP CONSTRAINT orders_tenant_id_checkout_attempt_id_key;
ALTER TABLE orders DROP CONSTRAINT orders_tenant_id_quote_id_key;

-- What has happened to a brand's part of an order since it was placed.
CREATE TABLE fulfilment_steps (
    tenant_id   TEXT COLLATE "C" NOT NULL,
    order_id    TEXT COLLATE "C" NOT NULL,
    brand_id    TEXT COLLATE "C" NOT NULL,
    status      TEXT COLLATE "C" NOT NULL
                CHECK (status IN ('shipped', 'delivered', 'returned', 'cancelled')),
    happened_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, order_id, brand_id, status),
    FOREIGN KEY (tenant_id, order_id) REFERENCES orders
);

INSERT INTO fulfilment_steps
SELECT tenant_id, order_id, brand_id, status, happened_at FROM fulfilment_events
WHERE status <> 'placed';

-- Which click a line is paid for by, for finding what was paid for a click.
CREATE TABLE credited_touches (
    tenant_id TEXT COLLATE "C" NOT NULL,
    touch_id  TEXT COLLATE "C" NOT NULL,
    order_id  TEXT COLLATE "C" NOT NULL,
    line      BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, touch_id, order_id, line)
);

INSERT INTO credited_touches SELECT tenant_id, touch_id, order_id, line FROM credits;

ALTER TABLE refunds DROP CONSTRAINT refunds_tenant_id_order_id_line_fkey;
ALTER TABLE refunds ADD FOREIGN KEY (tenant_id, order_id) REFERENCES orders;

DROP TABLE credits;
DROP TABLE decisions;
DROP TABLE fulfilment_events;
DROP TABLE fulfilments;
DROP TABLE order_lines;

CREATE VIEW order_lines AS
SELECT o.tenant_id, o.order_id, l.position - 1 AS position,
       l.value ->> 'variant_id' AS variant_id, l.value ->> 'product_id' AS product_id,
       l.value ->> 'brand_id' AS brand_id, l.value ->> 'title' AS title,
       l.value ->> 'variant_label' AS variant_label, l.value ->> 'image_url' AS image_url,
       CAST(l.value ->> 'quantity' AS BIGINT) AS quantity,
       CAST(l.value ->> 'unit_price_minor' AS BIGINT) AS unit_price_minor,
       CAST(l.value ->> 'discount_minor' AS BIGINT) AS discount_minor,
       CAST(l.value ->> 'total_minor' AS BIGINT) AS total_minor,
       CAST(l.value ->> 'tax_minor' AS BIGINT) AS tax_minor
FROM orders o,
     json_array_elements(o.lines) WITH ORDINALITY AS l (value, position);

CREATE VIEW fulfilments AS
SELECT o.tenant_id, o.order_id, f.value -> 'brand' ->> 'id' AS brand_id,
       f.position - 1 AS position, f.value -> 'delivery' ->> 'id' AS option_id,
       f.value -> 'delivery' ->> 'label' AS label,
       CAST(f.value -> 'delivery' ->> 'price_minor' AS BIGINT) AS price_minor,
       CAST(f.value -> 'delivery' ->> 'days_min' AS BIGINT) AS days_min,
       CAST(f.value -> 'delivery' ->> 'days_max' AS BIGINT) AS days_max,
       coalesce((SELECT s.status FROM fulfilment_steps s
                 WHERE s.tenant_id = o.tenant_id AND s.order_id = o.order_id
                   AND s.brand_id = f.value -> 'brand' ->> 'id'
                 ORDER BY CASE s.status WHEN 'shipped' THEN 1 WHEN 'delivered' THEN 2 ELSE 3 END
                          DESC LIMIT 1), 'placed') AS status
FROM orders o,
     json_array_elements(o.shipments) WITH ORDINALITY AS f (value, position);

CREATE VIEW fulfilment_events AS
SELECT o.tenant_id, o.order_id, f -> 'brand' ->> 'id' AS brand_id, 'placed' AS status,
       o.placed_at AS happened_at
FROM orders o, json_array_elements(o.shipments) f
UNION ALL
SELECT tenant_id, order_id, brand_id, status, happened_at FROM fulfilment_steps;

CREATE VIEW decisions AS
SELECT tenant_id, decision_sequence AS sequence, order_id, evidence, receipt, digest
FROM orders WHERE decision_sequence IS NOT NULL;

-- The lines that somebody is paid for, as the receipts say.
CREATE VIEW credits AS
SELECT o.tenant_id, o.order_id, CAST(l ->> 'line' AS BIGINT) AS line,
       l -> 'credit' ->> 'creator' AS creator_id, l ->> 'brand' AS brand_id,
       l -> 'credit' ->> 'touch' AS touch_id,
       l -> 'credit' ->> 'collaboration' AS collaboration_id,
       CAST(l ->> 'base_minor' AS BIGINT) AS base_minor,
       CAST(l -> 'credit' -> 'rate' ->> 'rate_bps' AS BIGINT) AS rate_bp,
       CAST(l -> 'credit' ->> 'commission_minor' AS BIGINT) AS commission_minor, o.placed_at
FROM orders o, json_array_elements(CAST(convert_from(o.receipt, 'UTF8') AS JSON) -> 'lines') l
WHERE l ->> 'credit' IS NOT NULL;

-- Which records accrue a line of a party or move something on its accounts. party: kind and id, such
-- as "creator mira".
CREATE TABLE ledger_parties (
    tenant_id TEXT COLLATE "C" NOT NULL,
    party     TEXT COLLATE "C" NOT NULL,
    sequence  BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, party, sequence)
);

INSERT INTO ledger_parties
SELECT tenant_id,
       CASE WHEN CAST(account AS JSON) ->> 'kind' LIKE 'brand%' THEN 'brand ' ELSE 'creator ' END
           || (CAST(account AS JSON) ->> 'of'),
       sequence
FROM ledger_entries WHERE CAST(account AS JSON) ->> 'of' IS NOT NULL
UNION SELECT tenant_id, 'brand ' || (event -> 'terms' ->> 'brand'), sequence
FROM ledger_records WHERE event ->> 'event' = 'accrue'
UNION SELECT tenant_id, 'creator ' || (event -> 'terms' ->> 'creator'), sequence
FROM ledger_records WHERE event ->> 'event' = 'accrue';

DROP TABLE ledger_entries;

CREATE VIEW ledger_entries AS
SELECT r.tenant_id, r.sequence, e.position - 1 AS position,
       CAST(r.outcome AS JSON) -> 'applied' ->> 'currency' AS currency,
       CAST(e.value -> 'account' AS TEXT) AS account,
       CAST(e.value ->> 'amount_minor' AS BIGINT) AS amount_minor
FROM ledger_records r,
     json_array_elements(CAST(r.outcome AS JSON) -> 'applied' -> 'entries')
         WITH ORDINALITY AS e (value, position);

-- Lines as their accrual left them are not written: `ledger_records` has it.
DROP INDEX ledger_lines_by_creator;
DROP INDEX ledger_lines_by_brand;
DELETE FROM ledger_lines l WHERE CAST(state AS JSON) ->> 'stage' = 'pending'
    AND CAST(state AS JSON) ->> 'delivered_at' IS NULL
    AND CAST(state AS JSON) ->> 'remaining_minor'
        = CAST(state AS JSON) -> 'terms' ->> 'base_minor'
    AND EXISTS (SELECT 1 FROM ledger_records r WHERE r.tenant_id = l.tenant_id
                AND r.key = l.order_id || '/' || l.line || '/accrue');

-- What has happened stays as it was written.
CREATE TRIGGER orders_stay BEFORE DELETE
    OR UPDATE OF tenant_id, order_id, lines, shipments, decision_sequence, evidence, receipt, digest
    ON orders FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER orders_remain BEFORE TRUNCATE ON orders
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER fulfilment_steps_stay BEFORE UPDATE OR DELETE ON fulfilment_steps
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER fulfilment_steps_remain BEFORE TRUNCATE ON fulfilment_steps
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER credited_touches_stay BEFORE UPDATE OR DELETE ON credited_touches
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER credited_touches_remain BEFORE TRUNCATE ON credited_touches
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_parties_stay BEFORE UPDATE OR DELETE ON ledger_parties
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_parties_remain BEFORE TRUNCATE ON ledger_parties
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
