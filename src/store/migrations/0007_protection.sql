-- Protection: the freeze of a project, notices, broken glasses, the reveal budget, requests to delete.

-- A command file writes a project's other columns and never its status.
ALTER TABLE projects ADD COLUMN status TEXT NOT NULL DEFAULT 'active';

-- Each freeze with its end. Who asked to end it is kept, because somebody else has to confirm.
CREATE TABLE freezes (
    project_id        TEXT   NOT NULL REFERENCES projects (id),
    frozen_at         BIGINT NOT NULL,
    thaw_requested_at BIGINT,
    thaw_requested_by TEXT REFERENCES accounts (id),
    thawed_at         BIGINT,
    PRIMARY KEY (project_id, frozen_at)
);

-- The team that takes over what a frozen project leaves open. It counts once it is confirmed.
CREATE TABLE desks (
    project_id   TEXT   NOT NULL PRIMARY KEY REFERENCES projects (id),
    team_id      TEXT   NOT NULL REFERENCES teams (id),
    named_by     TEXT   NOT NULL REFERENCES accounts (id),
    named_at     BIGINT NOT NULL,
    confirmed_at BIGINT
);
CREATE INDEX desks_team ON desks (team_id);

CREATE TABLE custodies (
    id           TEXT   NOT NULL PRIMARY KEY,
    referral_id  TEXT   NOT NULL REFERENCES referrals (id),
    project_id   TEXT   NOT NULL REFERENCES projects (id),
    from_team_id TEXT   NOT NULL REFERENCES teams (id),
    to_team_id   TEXT   NOT NULL REFERENCES teams (id),
    taken_at     BIGINT NOT NULL,
    taken_by     TEXT   NOT NULL REFERENCES accounts (id)
);

-- Kind, object and time: a notice has no content. Of the addressee's columns those that are filled must
-- all fit the reader.
CREATE TABLE notices (
    id              TEXT   NOT NULL PRIMARY KEY,
    at              BIGINT NOT NULL,
    kind            TEXT   NOT NULL,
    object          TEXT   NOT NULL,
    team_id         TEXT,
    project_id      TEXT,
    organization_id TEXT,
    role            TEXT,
    account_id      TEXT,
    actor_id        TEXT
);
CREATE INDEX notices_at ON notices (at, id);

CREATE TABLE notice_readings (
    notice_id  TEXT   NOT NULL REFERENCES notices (id) ON DELETE CASCADE,
    account_id TEXT   NOT NULL REFERENCES accounts (id),
    seen_at    BIGINT NOT NULL,
    PRIMARY KEY (notice_id, account_id)
);

-- One case, one person, one hour, in front of everybody. Reads are widened by these rows themselves.
CREATE TABLE glasses (
    id          TEXT   NOT NULL PRIMARY KEY,
    project_id  TEXT   NOT NULL REFERENCES projects (id),
    team_id     TEXT   NOT NULL REFERENCES teams (id),
    case_id     TEXT   NOT NULL REFERENCES cases (id),
    account_id  TEXT   NOT NULL REFERENCES accounts (id),
    reason      TEXT   NOT NULL,
    opened_at   BIGINT NOT NULL,
    ends_at     BIGINT NOT NULL,
    reviewed_at BIGINT,
    reviewed_by TEXT,
    verdict     TEXT
);
CREATE INDEX glasses_account ON glasses (account_id, opened_at);
CREATE INDEX glasses_project ON glasses (project_id, opened_at);

-- When somebody last opened a case. Rows older than a day are deleted by the account's next opening, those of
-- whoever opens none by retention: this counts, it keeps no history; the audit trail does.
CREATE TABLE case_openings (
    account_id TEXT   NOT NULL REFERENCES accounts (id),
    case_id    TEXT   NOT NULL,
    opened_at  BIGINT NOT NULL,
    PRIMARY KEY (account_id, case_id)
);
CREATE INDEX case_openings_opened ON case_openings (opened_at);
CREATE TABLE reveal_alerts (
    account_id TEXT   NOT NULL PRIMARY KEY REFERENCES accounts (id),
    alerted_at BIGINT NOT NULL
);

CREATE TABLE deletion_requests (
    id           TEXT   NOT NULL PRIMARY KEY,
    referral_id  TEXT   NOT NULL REFERENCES referrals (id),
    project_id   TEXT   NOT NULL REFERENCES projects (id),
    sender_id    TEXT   NOT NULL,
    recipient_id TEXT   NOT NULL,
    asked_at     BIGINT NOT NULL,
    answer       TEXT,
    answered_at  BIGINT,
    answered_by  TEXT
);
CREATE INDEX deletion_requests_recipient ON deletion_requests (recipient_id, asked_at);
CREATE INDEX deletion_requests_project ON deletion_requests (project_id, asked_at);
CREATE INDEX referrals_consent ON referrals (consent_id);

-- Referring without a consent, for a day: who asked, who confirmed, how it ended. `consent_id` is what carries the
-- referral; it has the basis of the override.
CREATE TABLE consent_overrides (
    id           TEXT   NOT NULL PRIMARY KEY,
    case_id      TEXT   NOT NULL REFERENCES cases (id),
    project_id   TEXT   NOT NULL REFERENCES projects (id),
    recipient_id TEXT   NOT NULL,
    basis        TEXT   NOT NULL,
    reason       TEXT   NOT NULL,
    contact_rule TEXT   NOT NULL,
    requested_at BIGINT NOT NULL,
    requested_by TEXT   NOT NULL REFERENCES accounts (id),
    confirmed_at BIGINT,
    confirmed_by TEXT REFERENCES accounts (id),
    consent_id   TEXT REFERENCES consents (id),
    ended_at     BIGINT,
    ended_how    TEXT
);
CREATE INDEX consent_overrides_case ON consent_overrides (case_id);
CREATE INDEX consent_overrides_project ON consent_overrides (project_id, requested_at);

-- That a report was made, and nothing of what it said. `sealed` holds to what kind of authority, on which day, and who
-- was told of it.
CREATE TABLE statutory_reports (
    id           TEXT   NOT NULL PRIMARY KEY,
    case_id      TEXT   NOT NULL REFERENCES cases (id),
    project_id   TEXT   NOT NULL REFERENCES projects (id),
    recorded_at  BIGINT NOT NULL,
    recorded_by  TEXT   NOT NULL REFERENCES accounts (id),
    confirmed_at BIGINT,
    confirmed_by TEXT REFERENCES accounts (id),
    sealed       TEXT   NOT NULL
);
CREATE INDEX statutory_reports_case ON statutory_reports (case_id);
CREATE INDEX statutory_reports_project ON statutory_reports (project_id, recorded_at);
