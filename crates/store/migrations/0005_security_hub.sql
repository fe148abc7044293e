-- Security Hub: hubs, what is set in them, members, and findings in ASFF.

-- Accounts whose hub is enabled, or was: what it held is kept for a while.
CREATE TABLE hub (
    region TEXT NOT NULL,
    account_id BIGINT NOT NULL,
    subscribed_at BIGINT NOT NULL,
    auto_enable_controls SMALLINT NOT NULL,
    tags TEXT NOT NULL,
    -- None: enabled.
    disabled_at BIGINT,
    PRIMARY KEY (region, account_id)
);

-- Standards that are subscribed to. Standards are the positions in `control::Standard::ALL`, controls those in `ControlId::ALL`.
CREATE TABLE hub_subscription (
    region TEXT NOT NULL,
    account_id BIGINT NOT NULL,
    standard SMALLINT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (region, account_id, standard)
);

-- What somebody set about a control in a standard; what has no row is enabled.
CREATE TABLE hub_control (
    region TEXT NOT NULL,
    account_id BIGINT NOT NULL,
    standard SMALLINT NOT NULL,
    control SMALLINT NOT NULL,
    enabled SMALLINT NOT NULL,
    reason TEXT,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (region, account_id, standard, control)
);

CREATE TABLE hub_organization (
    region TEXT NOT NULL PRIMARY KEY,
    administrator BIGINT,
    auto_enable SMALLINT NOT NULL,
    auto_enable_standards SMALLINT NOT NULL
);

-- Accounts that are or were members of Security Hub's administrator, which need not be Inspector's.
CREATE TABLE hub_member (
    region TEXT NOT NULL,
    account_id BIGINT NOT NULL,
    administrator BIGINT NOT NULL,
    email TEXT,
    status SMALLINT NOT NULL,
    invited_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (region, account_id)
);
CREATE INDEX hub_member_administrator ON hub_member (region, administrator, account_id);

-- One for each account, in the Region that it was made in.
CREATE TABLE hub_aggregator (
    account_id BIGINT NOT NULL PRIMARY KEY,
    region TEXT NOT NULL,
    -- A UUID: the last part of the ARN.
    id TEXT NOT NULL,
    mode SMALLINT NOT NULL,
    -- A list in JSON.
    regions TEXT NOT NULL
);

-- A narrow row for what lists are filtered and sorted by. Nothing is null but what says so: what a finding lacks is 0 or empty.
CREATE TABLE hub_finding (
    id INTEGER NOT NULL PRIMARY KEY,
    region TEXT NOT NULL,
    account_id BIGINT NOT NULL,
    -- Whose view reaches it: Security Hub's administrator of the account, otherwise the account itself.
    administrator BIGINT NOT NULL,
    -- Of ProductArn and Id, 32 hexadecimal digits: what makes it the same finding.
    name TEXT NOT NULL,
    -- Of Id alone, for lists of known findings.
    id_digest BIGINT NOT NULL,
    product_arn TEXT NOT NULL,
    generator_id TEXT NOT NULL,
    control_id TEXT NOT NULL,
    title TEXT NOT NULL,
    severity_label SMALLINT NOT NULL,
    severity SMALLINT NOT NULL,
    -- The numbers of `hub::columns`.
    compliance SMALLINT NOT NULL,
    workflow SMALLINT NOT NULL,
    record_state SMALLINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    first_observed_at BIGINT NOT NULL,
    last_observed_at BIGINT NOT NULL,
    -- Bits of `security_hub::CustomerFields`.
    customer SMALLINT NOT NULL
);
CREATE UNIQUE INDEX hub_finding_name ON hub_finding (account_id, region, name);
-- Lists of findings that are known by their ids.
CREATE INDEX hub_finding_id ON hub_finding (id_digest);
-- Lists in the usual order; of one account that is not large.
CREATE INDEX hub_finding_by_updated ON hub_finding (administrator, region, updated_at, id);
CREATE INDEX hub_finding_account ON hub_finding (account_id, region, updated_at, id);
CREATE INDEX hub_finding_by_severity ON hub_finding (administrator, region, severity_label, id);
-- Findings of controls.
CREATE INDEX hub_finding_control ON hub_finding (administrator, control_id, region);
-- What is to be removed.
CREATE INDEX hub_finding_archived ON hub_finding (updated_at) WHERE record_state = 1;

CREATE TABLE hub_finding_document (
    finding_id INTEGER NOT NULL PRIMARY KEY,
    -- The finding in ASFF, as GetFindings shows it.
    document TEXT NOT NULL,
    -- Of findings of controls: what checks go on from.
    control TEXT
);
