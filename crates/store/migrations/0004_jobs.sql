-- Work to do. A row is the truth; whatever wakes a worker only hints.

CREATE TABLE job (
    id INTEGER NOT NULL PRIMARY KEY,
    kind SMALLINT NOT NULL,
    -- What the work is about; one waiting job for each kind and key.
    key TEXT NOT NULL,
    -- 0 first.
    priority SMALLINT NOT NULL,
    -- Not before this moment; 0: at once.
    run_at BIGINT NOT NULL,
    -- 0 waiting, 1 leased, 2 dead.
    state SMALLINT NOT NULL,
    -- Counted when leased, not when failed: work that kills its worker must run out of tries too.
    deliveries SMALLINT NOT NULL,
    max_deliveries SMALLINT NOT NULL,
    lease_until BIGINT,
    lease_owner TEXT,
    -- Raised by every request, so that completing a job that was asked for again meanwhile runs it once more.
    generation BIGINT NOT NULL,
    -- The generation that the lease is for.
    leased_generation BIGINT,
    last_error TEXT,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX job_key ON job (kind, key);
CREATE INDEX job_waiting ON job (priority, run_at, id) WHERE state = 0;
CREATE INDEX job_leased ON job (lease_until) WHERE state = 1;
