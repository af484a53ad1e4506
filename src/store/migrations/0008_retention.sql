-- Work that is due at a time, shared by all nodes: who holds the lease of a row does it. `name` is what
-- it is, so that the same work is never listed twice; 0 in `leased_until` means that nobody holds it.
CREATE TABLE jobs (
    name         TEXT   NOT NULL PRIMARY KEY,
    kind         TEXT   NOT NULL,
    due_at       BIGINT NOT NULL,
    leased_until BIGINT NOT NULL,
    lease_owner  TEXT,
    attempts     BIGINT NOT NULL,
    last_result  TEXT,
    last_done_at BIGINT
);
CREATE INDEX jobs_due ON jobs (due_at, name);

-- Cases held back from erasure (P-22). A hold never outlives its case.
CREATE TABLE legal_holds (
    case_id    TEXT   NOT NULL PRIMARY KEY REFERENCES cases (id),
    project_id TEXT   NOT NULL REFERENCES projects (id),
    reason     TEXT   NOT NULL,
    review_on  TEXT   NOT NULL,
    set_at     BIGINT NOT NULL,
    set_by     TEXT   NOT NULL
);

-- When it was decided to erase the case. From then on nobody finds it, whatever becomes of the process that
-- erases it: the next run finishes. Normally no row has a value.
ALTER TABLE cases ADD COLUMN erasing_at BIGINT;
CREATE INDEX cases_erasing ON cases (id) WHERE erasing_at IS NOT NULL;

-- What the clocks of retention look for.
CREATE INDEX cases_last_contact ON cases (last_contact_at);
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);
CREATE INDEX idempotency_keys_object ON idempotency_keys (object_id);
CREATE INDEX referrals_ended ON referrals (status_at) WHERE NOT is_open;
CREATE INDEX tokens_expires ON tokens (expires_at);
