-- Partners that a project works with no more. Who asked to end it is kept, because somebody else has to confirm. Nobody
-- has revoked what came back from the ledger.
CREATE TABLE revocations (
    id               TEXT   NOT NULL PRIMARY KEY,
    project_id       TEXT   NOT NULL REFERENCES projects (id),
    organization_id  TEXT   NOT NULL,
    reason           TEXT   NOT NULL,
    revoked_at       BIGINT NOT NULL,
    revoked_by       TEXT REFERENCES accounts (id),
    end_requested_at BIGINT,
    end_requested_by TEXT REFERENCES accounts (id),
    ended_at         BIGINT
);
CREATE INDEX revocations_project ON revocations (project_id, revoked_at);
-- A partner is revoked once at a time.
CREATE UNIQUE INDEX revocations_standing ON revocations (project_id, organization_id) WHERE ended_at IS NULL;
CREATE INDEX consents_recipient ON consents (recipient_id, project_id);
CREATE INDEX accounts_organization ON accounts (organization_id);
