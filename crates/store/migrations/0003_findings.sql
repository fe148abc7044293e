-- Findings: one narrow row for what lists are filtered and sorted by, the document for what they show.
--
-- `administrator` is whose view and whose suppression rules reach a finding: the delegated administrator that its account
-- is associated with, otherwise the account itself. It is the same for all findings of an account. A list for a delegated
-- administrator then is one range of an index, however many members there are; the association of a member keeps it.

-- Regions as small numbers: their names would be a third of every index below.
CREATE TABLE region (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL
);
CREATE UNIQUE INDEX region_name ON region (name);

CREATE TABLE finding (
    id INTEGER NOT NULL PRIMARY KEY,
    -- 32 hexadecimal digits: the last part of the ARN.
    arn_id TEXT NOT NULL,
    region_id INTEGER NOT NULL,
    account_id BIGINT NOT NULL,
    administrator BIGINT NOT NULL,
    function_id INTEGER NOT NULL,
    type SMALLINT NOT NULL,
    severity SMALLINT NOT NULL,
    status SMALLINT NOT NULL,
    -- When closed: why. Decides how long the row is kept.
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
    identity TEXT NOT NULL,
    -- Of the document, so that a scan that says the same again need not read it.
    digest BIGINT NOT NULL
);
-- BatchGetCodeSnippet, BatchGetFindingDetails; criterion findingArn.
CREATE UNIQUE INDEX finding_arn ON finding (arn_id);
-- What a scan compares with; criteria about functions, their tags and layers.
CREATE INDEX finding_function ON finding (function_id);
-- Lists of one account that is not large.
CREATE INDEX finding_account ON finding (region_id, account_id, id);
-- Lists sorted by each field of SortCriteria.
CREATE INDEX finding_by_severity ON finding (region_id, administrator, severity, id);
CREATE INDEX finding_by_first_observed ON finding (region_id, administrator, first_observed_at, id);
CREATE INDEX finding_by_last_observed ON finding (region_id, administrator, last_observed_at, id);
CREATE INDEX finding_by_score ON finding (region_id, administrator, score, id);
CREATE INDEX finding_by_epss ON finding (region_id, administrator, epss, id);
CREATE INDEX finding_by_vulnerability ON finding (region_id, administrator, vulnerability_id, id);
CREATE INDEX finding_by_account ON finding (region_id, administrator, account_id, id);
CREATE INDEX finding_by_status ON finding (region_id, administrator, status, id);
CREATE INDEX finding_by_type ON finding (region_id, administrator, type, id);
CREATE INDEX finding_by_source ON finding (region_id, administrator, vulnerability_source, id);
CREATE INDEX finding_by_vendor_severity ON finding (region_id, administrator, vendor_severity, id);
-- Criterion codeVulnerabilityDetectorName.
CREATE INDEX finding_detector ON finding (region_id, administrator, detector_name, id) WHERE detector_name IS NOT NULL;
-- Counts by title; criterion title.
CREATE INDEX finding_title ON finding (region_id, administrator, status, title, severity, type, vulnerability_id, account_id);
-- Counts by account and by finding type.
CREATE INDEX finding_account_counts ON finding (region_id, administrator, status, account_id, type, severity, fix, exploit);
-- Counts by function.
CREATE INDEX finding_function_counts ON finding (region_id, administrator, status, function_id, severity, account_id);
-- What is to be removed.
CREATE INDEX finding_closed ON finding (closed_because, closed_at) WHERE status = 2;

-- The finding as the API shows it, without what changes on its own: status, times and the resource.
CREATE TABLE finding_document (
    finding_id INTEGER NOT NULL PRIMARY KEY,
    document TEXT NOT NULL
);

-- The function as its findings show it: once, not a million times.
CREATE TABLE finding_resource (
    function_id INTEGER NOT NULL PRIMARY KEY,
    account_id BIGINT NOT NULL,
    -- The function's ARN with `:$LATEST`.
    resource_id TEXT NOT NULL,
    name TEXT NOT NULL,
    -- In the API's words: `PYTHON_3_12`.
    runtime TEXT NOT NULL,
    role_arn TEXT NOT NULL,
    last_modified_at BIGINT NOT NULL,
    document TEXT NOT NULL
);
-- Criteria about functions.
CREATE INDEX finding_resource_id ON finding_resource (resource_id);
CREATE INDEX finding_resource_name ON finding_resource (name);
CREATE INDEX finding_resource_runtime ON finding_resource (runtime);
CREATE INDEX finding_resource_role ON finding_resource (role_arn);

CREATE TABLE finding_package (
    finding_id INTEGER NOT NULL,
    position SMALLINT NOT NULL,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    -- Empty when not known.
    file_path TEXT NOT NULL,
    -- Empty when it is not in a layer.
    layer_arn TEXT NOT NULL,
    -- 1 for the first package of a name in its finding: a finding about two versions of a package counts once.
    counted SMALLINT NOT NULL,
    -- Copies of the finding's columns: joining a million rows to count packages costs a second.
    region_id INTEGER NOT NULL,
    administrator BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    status SMALLINT NOT NULL,
    severity SMALLINT NOT NULL,
    PRIMARY KEY (finding_id, position)
);
-- Counts by package; criterion vulnerablePackages.
CREATE INDEX finding_package_name ON finding_package (region_id, administrator, status, counted, name, severity, account_id, finding_id);

-- The layers that a finding comes from, for counts by layer. Copies as above.
CREATE TABLE finding_layer (
    finding_id INTEGER NOT NULL,
    layer_arn TEXT NOT NULL,
    function_id INTEGER NOT NULL,
    region_id INTEGER NOT NULL,
    administrator BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    status SMALLINT NOT NULL,
    severity SMALLINT NOT NULL,
    PRIMARY KEY (finding_id, layer_arn)
);
-- Counts by layer.
CREATE INDEX finding_layer_counts ON finding_layer (region_id, administrator, status, layer_arn, function_id, severity, account_id);

CREATE TABLE finding_related (
    finding_id INTEGER NOT NULL,
    vulnerability_id TEXT NOT NULL,
    PRIMARY KEY (finding_id, vulnerability_id)
);
-- Criterion relatedVulnerabilities.
CREATE INDEX finding_related_id ON finding_related (vulnerability_id, finding_id);

CREATE TABLE finding_detector_tag (
    finding_id INTEGER NOT NULL,
    tag TEXT NOT NULL,
    PRIMARY KEY (finding_id, tag)
);
-- Criterion codeVulnerabilityDetectorTags.
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
