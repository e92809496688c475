-- Which request of its attempt a quote answers, when the client counts them, and the SHA-256 of that
-- request while the quote is open: the same request again gets the same quote.
ALTER TABLE quotes ADD COLUMN sequence INTEGER;
ALTER TABLE quotes ADD COLUMN fingerprint BLOB;

-- The payment provider's name of the payment: one payment pays for one order. What is paid on delivery
-- has none.
ALTER TABLE orders ADD COLUMN payment_reference TEXT;
CREATE UNIQUE INDEX orders_by_payment ON orders (tenant_id, payment_method, payment_reference)
    WHERE payment_reference IS NOT NULL;
