-- Accounts, the organisation, and the keys that speak for them. Inspector keeps all of this per Region.
-- Times are milliseconds since 1970, truths 0 or 1, enumerations the numbers of `inspector::status`, accounts their twelve digits as a number.

CREATE TABLE counter (
    name TEXT NOT NULL PRIMARY KEY,
    next BIGINT NOT NULL
);

CREATE TABLE setting (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE account (
    region TEXT NOT NULL,
    account_id BIGINT NOT NULL,
    ec2 SMALLINT NOT NULL,
    ecr SMALLINT NOT NULL,
    lambda SMALLINT NOT NULL,
    lambda_code SMALLINT NOT NULL,
    code_repository SMALLINT NOT NULL,
    -- First activation, which a free trial counts from; kept when the type is switched off.
    lambda_since BIGINT,
    lambda_code_since BIGINT,
    -- By its organisation: nothing is scanned, nothing can be changed.
    suspended SMALLINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (region, account_id)
);

CREATE TABLE organization (
    region TEXT NOT NULL PRIMARY KEY,
    management_account BIGINT NOT NULL,
    administrator BIGINT,
    administrator_status SMALLINT NOT NULL,
    auto_ec2 SMALLINT NOT NULL,
    auto_ecr SMALLINT NOT NULL,
    auto_lambda SMALLINT NOT NULL,
    auto_lambda_code SMALLINT NOT NULL,
    auto_code_repository SMALLINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- Accounts of the organisation and how they stand to the delegated administrator.
CREATE TABLE member (
    region TEXT NOT NULL,
    account_id BIGINT NOT NULL,
    -- None: in the organisation, but not associated.
    administrator BIGINT,
    relationship SMALLINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (region, account_id)
);
CREATE INDEX member_administrator ON member (region, administrator, account_id);

CREATE TABLE access_key (
    id TEXT NOT NULL PRIMARY KEY,
    account_id BIGINT NOT NULL,
    role SMALLINT NOT NULL,
    -- Sealed with the server's key file; without it the secret cannot be had back.
    secret BYTES NOT NULL,
    session_token BYTES,
    expires_at BIGINT,
    description TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    disabled_at BIGINT
);
CREATE INDEX access_key_account ON access_key (account_id);

-- Answers of calls that carried a client token, so that a repeated call does nothing twice.
CREATE TABLE client_token (
    region TEXT NOT NULL,
    account_id BIGINT NOT NULL,
    operation TEXT NOT NULL,
    token TEXT NOT NULL,
    -- SHA-256 of what was asked: the same token with another request is a mistake, not a repetition.
    request_hash TEXT NOT NULL,
    answer TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (region, account_id, operation, token)
);
CREATE INDEX client_token_created ON client_token (created_at);

-- What was changed or read that matters, each row holding the hash of the one before.
CREATE TABLE audit (
    id INTEGER NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    region TEXT NOT NULL,
    account_id BIGINT NOT NULL,
    access_key TEXT NOT NULL,
    operation TEXT NOT NULL,
    target TEXT NOT NULL,
    outcome TEXT NOT NULL,
    hash TEXT NOT NULL
);
