-- The active findings of a function, counted whenever they change, in the transaction that changes them. Counting a million
-- findings takes a quarter of a second; adding up the counts of their functions takes a hundredth of that.
CREATE TABLE finding_count (
    function_id INTEGER NOT NULL,
    -- As in `finding`.
    type SMALLINT NOT NULL,
    region_id INTEGER NOT NULL,
    administrator BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    untriaged INTEGER NOT NULL,
    informational INTEGER NOT NULL,
    low INTEGER NOT NULL,
    medium INTEGER NOT NULL,
    high INTEGER NOT NULL,
    critical INTEGER NOT NULL,
    -- Those of them whose vulnerability is known to be exploited, and those that a fix is known for.
    exploits INTEGER NOT NULL,
    fixes INTEGER NOT NULL,
    PRIMARY KEY (function_id, type)
);
-- Counts by account, by finding type and by function: the whole row, so that only the index is read.
CREATE INDEX finding_count_all ON finding_count (region_id, administrator, account_id, function_id, type,
    untriaged, informational, low, medium, high, critical, exploits, fixes);
INSERT INTO finding_count
    SELECT function_id, type, MIN(region_id), MIN(administrator), MIN(account_id),
        COUNT(CASE WHEN severity = 0 THEN 1 END), COUNT(CASE WHEN severity = 1 THEN 1 END),
        COUNT(CASE WHEN severity = 2 THEN 1 END), COUNT(CASE WHEN severity = 3 THEN 1 END),
        COUNT(CASE WHEN severity = 4 THEN 1 END), COUNT(CASE WHEN severity = 5 THEN 1 END),
        COUNT(CASE WHEN exploit = 1 THEN 1 END), COUNT(CASE WHEN fix = 2 THEN 1 END)
    FROM finding WHERE status = 0 GROUP BY function_id, type;
DROP INDEX finding_account_counts;
DROP INDEX finding_function_counts;
-- An account has one administrator, which every list knows: the index by administrator and account serves it.
DROP INDEX finding_account;
