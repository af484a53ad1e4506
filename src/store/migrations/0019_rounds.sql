-- Rounds: one need of a case put to several services at once. Whoever answers one of its referrals locks the round
-- first, so that one alone is accepted: `won_by` is that one.
CREATE TABLE referral_rounds (
    id         TEXT   NOT NULL PRIMARY KEY,
    case_id    TEXT   NOT NULL REFERENCES cases (id),
    project_id TEXT   NOT NULL REFERENCES projects (id),
    opened_at  BIGINT NOT NULL,
    won_by     TEXT
);
CREATE INDEX referral_rounds_case ON referral_rounds (case_id);

-- Questions to recipients whether they have places: of no case and no person. One that nobody has closed is closed at
-- `until_at` by itself.
CREATE TABLE capacity_checks (
    id           TEXT   NOT NULL PRIMARY KEY,
    project_id   TEXT   NOT NULL REFERENCES projects (id),
    team_id      TEXT   NOT NULL REFERENCES teams (id),
    sender_id    TEXT   NOT NULL,
    recipient_id TEXT   NOT NULL,
    service_id   TEXT   NOT NULL,
    need         TEXT   NOT NULL,
    urgency      TEXT   NOT NULL,
    quantity     BIGINT NOT NULL,
    from_at      BIGINT NOT NULL,
    until_at     BIGINT NOT NULL,
    asked_at     BIGINT NOT NULL,
    answered_at  BIGINT,
    answer       TEXT,
    available    BIGINT,
    attested_by  TEXT,
    closed_at    BIGINT
);
CREATE INDEX capacity_checks_received ON capacity_checks (recipient_id, asked_at, id);
CREATE INDEX capacity_checks_asked ON capacity_checks (project_id, asked_at, id);
CREATE INDEX capacity_checks_until ON capacity_checks (until_at);
