-- Every batch that was opened, also those in which nobody had enough.

CREATE TABLE payout_batches (
    tenant_id TEXT NOT NULL,
    batch_id  TEXT NOT NULL,
    currency  TEXT NOT NULL,
    PRIMARY KEY (tenant_id, batch_id)
) STRICT, WITHOUT ROWID;
