-- Places that are looked at from time to time for functions: an account in a Region.
CREATE TABLE source (
    name TEXT NOT NULL PRIMARY KEY,
    -- Which process looks at it; empty when none does.
    owner TEXT NOT NULL,
    lease_until BIGINT NOT NULL,
    -- When the last look ended, and whether it saw everything.
    looked_at BIGINT,
    is_complete SMALLINT NOT NULL,
    -- When it was last asked how functions are used, which costs money.
    invocations_at BIGINT
);

-- Functions whose current code nobody could get, and why. Their `code_sha256` is empty.
CREATE TABLE missing_code (
    function_id INTEGER NOT NULL PRIMARY KEY,
    reason SMALLINT NOT NULL,
    note TEXT NOT NULL
);
