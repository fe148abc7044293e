-- Security Hub served: when the controls of an account were last checked, and which findings are those of Inspector.

-- 0: they are due.
ALTER TABLE hub ADD COLUMN checked_at BIGINT NOT NULL DEFAULT 0;

-- The number of the finding of Inspector that it shows; 0: it shows none.
ALTER TABLE hub_finding ADD COLUMN source BIGINT NOT NULL DEFAULT 0;
-- Of what that finding was when it was last shown, so that one that is as it was need not be read.
ALTER TABLE hub_finding ADD COLUMN source_version BIGINT NOT NULL DEFAULT 0;
