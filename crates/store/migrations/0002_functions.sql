-- Lambda functions, what is known about their code, and whether they are watched.

CREATE TABLE function (
    id INTEGER NOT NULL PRIMARY KEY,
    region TEXT NOT NULL,
    account_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    -- Where it is known from: a directory, an upload, an account.
    origin TEXT NOT NULL,
    -- `python3.12`, …; empty when unknown.
    runtime TEXT NOT NULL,
    handler TEXT NOT NULL,
    role_arn TEXT NOT NULL,
    package_type SMALLINT NOT NULL,
    architecture SMALLINT NOT NULL,
    -- SHA-256 of the deployment package, base64 as Lambda writes it.
    code_sha256 TEXT NOT NULL,
    code_size BIGINT NOT NULL,
    -- Code, layers, runtime and handler together: what a scan is of. Changes whenever one of them does.
    content TEXT NOT NULL,
    kms_key TEXT NOT NULL,
    vpc TEXT NOT NULL,
    last_modified BIGINT NOT NULL,
    last_invoked BIGINT,
    discovered_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT
);
CREATE UNIQUE INDEX function_name ON function (region, account_id, name);

CREATE TABLE function_tag (
    function_id INTEGER NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (function_id, key)
);
CREATE INDEX function_tag_value ON function_tag (key, value, function_id);

CREATE TABLE function_layer (
    function_id INTEGER NOT NULL,
    position SMALLINT NOT NULL,
    arn TEXT NOT NULL,
    code_sha256 TEXT NOT NULL,
    PRIMARY KEY (function_id, position)
);
CREATE INDEX function_layer_arn ON function_layer (arn, function_id);

-- One row a function and kind of scan: Inspector's coverage.
CREATE TABLE coverage (
    function_id INTEGER NOT NULL,
    scan_type SMALLINT NOT NULL,
    region TEXT NOT NULL,
    account_id BIGINT NOT NULL,
    status SMALLINT NOT NULL,
    reason SMALLINT NOT NULL,
    last_scanned_at BIGINT,
    -- What the last scan was of and with: the function's content, the detectors or the advisories.
    scanned_content TEXT NOT NULL,
    scanned_with TEXT NOT NULL,
    -- Why the scan was incomplete, one line a reason; empty when it was complete.
    notes TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (function_id, scan_type)
);
CREATE INDEX coverage_account ON coverage (region, account_id, scan_type, function_id);

-- The spans of time in which a function was watched, which usage and costs are computed from.
CREATE TABLE watch (
    function_id INTEGER NOT NULL,
    scan_type SMALLINT NOT NULL,
    began_at BIGINT NOT NULL,
    ended_at BIGINT,
    region TEXT NOT NULL,
    account_id BIGINT NOT NULL,
    PRIMARY KEY (function_id, scan_type, began_at)
);
CREATE INDEX watch_account ON watch (region, account_id, scan_type, began_at);

-- What a scan found to be inside a function, so that new advisories can be compared without reading the code again.
CREATE TABLE inventory (
    function_id INTEGER NOT NULL PRIMARY KEY,
    content TEXT NOT NULL,
    document BYTES NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE TABLE inventory_package (
    -- Ecosystem and normalised name, as the index of advisories has it.
    package TEXT NOT NULL,
    version TEXT NOT NULL,
    function_id INTEGER NOT NULL,
    PRIMARY KEY (package, function_id, version)
);
CREATE INDEX inventory_package_function ON inventory_package (function_id);
