-- The slip of a referral: a keyed hash of its code, which is used once. The row goes when the slip is presented, void or
-- replaced.
CREATE TABLE slips (
    referral_id TEXT   NOT NULL PRIMARY KEY REFERENCES referrals (id),
    code_index  TEXT   NOT NULL,
    made_at     BIGINT NOT NULL,
    wrong_codes BIGINT NOT NULL
);
CREATE INDEX slips_made_at ON slips (made_at);

-- Harm that came of a referral: that somebody looks into it, and what came of that.
CREATE TABLE incidents (
    id          TEXT   NOT NULL PRIMARY KEY,
    referral_id TEXT   NOT NULL REFERENCES referrals (id),
    project_id  TEXT   NOT NULL REFERENCES projects (id),
    opened_at   BIGINT NOT NULL,
    opened_by   TEXT   NOT NULL REFERENCES accounts (id),
    closed_at   BIGINT,
    closed_by   TEXT REFERENCES accounts (id),
    resolution  TEXT
);
CREATE INDEX incidents_project ON incidents (project_id, opened_at);
CREATE INDEX incidents_referral ON incidents (referral_id);
