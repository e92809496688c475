-- Receipts that came with an order and were none stand in the decision's evidence and receipt from here
-- on; nothing is written to refused_receipts any more.

-- SHA-256 of the accounts and means of payment that are a creator's, for finding purchases of one's own.
-- Erasing a row touches nothing else.
CREATE TABLE creator_marks (
    tenant_id  TEXT COLLATE "C" NOT NULL,
    creator_id TEXT COLLATE "C" NOT NULL,
    kind       TEXT COLLATE "C" NOT NULL CHECK (kind IN ('account', 'payment')),
    mark_hash  BYTEA NOT NULL,
    PRIMARY KEY (tenant_id, kind, mark_hash, creator_id),
    FOREIGN KEY (tenant_id, creator_id) REFERENCES creators
);

-- Messages on cuts of a rate that were handed out, each once: at the cut, and 2 days before it reaches
-- the creator.
CREATE TABLE cut_notices_told (
    tenant_id        TEXT COLLATE "C" NOT NULL,
    collaboration_id TEXT COLLATE "C" NOT NULL,
    kind             TEXT COLLATE "C" NOT NULL CHECK (kind IN ('cut', 'reminder')),
    due_at           BIGINT NOT NULL,
    told_at          BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, collaboration_id, kind, due_at),
    FOREIGN KEY (tenant_id, collaboration_id) REFERENCES collaborations
);
