-- Changes of the directory that wait for somebody else, service by service. `sealed` holds the values, with the contacts of
-- the organisation, until the proposal is decided.
CREATE TABLE directory_proposals (
    id            TEXT   NOT NULL PRIMARY KEY,
    kind          TEXT   NOT NULL,
    source        TEXT,
    proposed_by   TEXT REFERENCES accounts (id),
    proposed_role TEXT,
    proposed_at   BIGINT NOT NULL,
    status        TEXT   NOT NULL,
    decided_by    TEXT REFERENCES accounts (id),
    decided_role  TEXT,
    decided_at    BIGINT,
    reason        TEXT
);
CREATE INDEX directory_proposals_status ON directory_proposals (status, proposed_at);

CREATE TABLE directory_proposal_items (
    proposal_id     TEXT   NOT NULL REFERENCES directory_proposals (id),
    position        BIGINT NOT NULL,
    service_id      TEXT   NOT NULL,
    organization_id TEXT   NOT NULL,
    sealed          TEXT   NOT NULL,
    PRIMARY KEY (proposal_id, position)
);
CREATE INDEX directory_proposal_items_service ON directory_proposal_items (service_id);
