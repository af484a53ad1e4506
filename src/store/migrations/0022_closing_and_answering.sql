-- Whether whoever was referred to the service needs another one: it is closed, suspended or not to be used, or has announced
-- from which day on it takes nobody. The document says so; the column lets referrals be found by it.
ALTER TABLE directory_documents ADD COLUMN is_ending BOOLEAN NOT NULL DEFAULT false;
-- What is not to be used says so behind its tier; where only a former phone of it does, its next version puts this right.
UPDATE directory_documents SET is_ending = true WHERE is_current AND (document LIKE '%"status":"closed"%'
    OR document LIKE '%"status":"suspended"%' OR document LIKE '%"tier":%"do_not_use":true%');

CREATE INDEX referrals_open_to_service ON referrals (service_id) WHERE is_open;
CREATE INDEX referrals_open_sent ON referrals (project_id, created_at, id) WHERE is_open;

-- How recipients answered a project, counted once a month is over and frozen until the next one is: `need` is empty for the
-- needs together that have too few referrals for a figure of their own. `month` is the last one that was counted.
CREATE TABLE answering_months (
    project_id TEXT   NOT NULL PRIMARY KEY REFERENCES projects (id),
    month      TEXT   NOT NULL,
    frozen_at  BIGINT NOT NULL
);
CREATE TABLE answering_figures (
    project_id       TEXT   NOT NULL REFERENCES projects (id),
    organization_id  TEXT   NOT NULL,
    need             TEXT   NOT NULL,
    referrals        BIGINT NOT NULL,
    answered_in_time BIGINT NOT NULL,
    PRIMARY KEY (project_id, organization_id, need)
);
