-- Findings: one narrow row for what lists are filtered and sorted by, the document for what they show.

CREATE TABLE finding (
    id INTEGER NOT NULL PRIMARY KEY,
    -- 32 hexadecimal digits: the last part of the ARN.
    arn_id TEXT NOT NULL,
    region TEXT NOT NULL,
    account_id BIGINT NOT NULL,
    function_id INTEGER NOT NULL,
    type SMALLINT NOT NULL,
    severity SMALLINT NOT NULL,
    status SMALLINT NOT NULL,
    -- When closed: why. Decides how long the row is kept and whether it may reopen.
    closed_because SMALLINT,
    closed_at BIGINT,
    -- The filter that suppresses it, 16 hexadecimal digits.
    suppressed_by TEXT,
    first_observed_at BIGINT NOT NULL,
    last_observed_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    title TEXT NOT NULL,
    score DOUBLE PRECISION,
    epss DOUBLE PRECISION,
    fix SMALLINT NOT NULL,
    exploit SMALLINT NOT NULL,
    vulnerability_id TEXT,
    vulnerability_source TEXT,
    vendor_severity TEXT,
    detector_name TEXT,
    file_path TEXT,
    -- What makes it the same finding in the next scan: a fingerprint, or the vulnerability and its packages.
    identity TEXT NOT NULL
);
CREATE UNIQUE INDEX finding_arn ON finding (arn_id);
CREATE INDEX finding_function ON finding (function_id, status, severity);

-- The finding as the API shows it, without what changes on its own: status and times.
CREATE TABLE finding_document (
    finding_id INTEGER NOT NULL PRIMARY KEY,
    document TEXT NOT NULL
);

CREATE TABLE finding_package (
    finding_id INTEGER NOT NULL,
    position SMALLINT NOT NULL,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    file_path TEXT NOT NULL,
    layer_arn TEXT NOT NULL,
    -- Copies of the finding's columns: joining a million rows to count packages costs a second.
    region TEXT NOT NULL,
    account_id BIGINT NOT NULL,
    status SMALLINT NOT NULL,
    severity SMALLINT NOT NULL,
    PRIMARY KEY (finding_id, position)
);

CREATE TABLE finding_related (
    finding_id INTEGER NOT NULL,
    vulnerability_id TEXT NOT NULL,
    PRIMARY KEY (finding_id, vulnerability_id)
);
CREATE INDEX finding_related_id ON finding_related (vulnerability_id, finding_id);

CREATE TABLE finding_detector_tag (
    finding_id INTEGER NOT NULL,
    tag TEXT NOT NULL,
    PRIMARY KEY (finding_id, tag)
);
CREATE INDEX finding_detector_tag_tag ON finding_detector_tag (tag, finding_id);

-- Lines of code around a finding and the suggested fix, sealed.
CREATE TABLE snippet (
    finding_id INTEGER NOT NULL PRIMARY KEY,
    sealed BYTES NOT NULL
);

CREATE TABLE filter (
    -- 16 hexadecimal digits: the last part of the ARN.
    id TEXT NOT NULL PRIMARY KEY,
    region TEXT NOT NULL,
    owner BIGINT NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    reason TEXT,
    action SMALLINT NOT NULL,
    criteria TEXT NOT NULL,
    tags TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX filter_name ON filter (region, owner, name);

CREATE TABLE report (
    id TEXT NOT NULL PRIMARY KEY,
    region TEXT NOT NULL,
    account_id BIGINT NOT NULL,
    -- Whose things are in it, decided when it was asked for: the numbers of `store::Reach`.
    reach SMALLINT NOT NULL,
    -- The numbers of `store::ReportKind`.
    kind SMALLINT NOT NULL,
    format TEXT NOT NULL,
    destination TEXT NOT NULL,
    criteria TEXT NOT NULL,
    -- The numbers of `store::ReportStatus`.
    status SMALLINT NOT NULL,
    error_code TEXT,
    error_message TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX report_account ON report (region, account_id, kind, created_at);
