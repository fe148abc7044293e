-- What people decided about controls of Security Hub: one history for each control of an account in a Region.
CREATE TABLE decision (
    region TEXT NOT NULL,
    account_id BIGINT NOT NULL,
    -- The position in `ControlId::ALL`, as in hub_control.
    control SMALLINT NOT NULL,
    -- How many entries the history has; whoever appends one says how many there were.
    entries BIGINT NOT NULL,
    -- `control::Decision` in JSON.
    document TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (region, account_id, control)
);
