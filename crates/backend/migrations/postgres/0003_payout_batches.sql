-- Every batch that was opened, also those in which nobody had enough.

CREATE TABLE payout_batches (
    tenant_id TEXT COLLATE "C" NOT NULL,
    batch_id  TEXT COLLATE "C" NOT NULL,
    currency  TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, batch_id)
);
