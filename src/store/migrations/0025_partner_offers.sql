-- Which team answers what partners offer to a service of its organisation.
CREATE TABLE service_receptions (
    service_id TEXT   NOT NULL PRIMARY KEY,
    project_id TEXT   NOT NULL REFERENCES projects (id),
    team_id    TEXT   NOT NULL REFERENCES teams (id),
    opened_at  BIGINT NOT NULL
);
CREATE INDEX service_receptions_project ON service_receptions (project_id);

-- Persons whom partners offer to our services, of no case. `sealed` is what an offer tells of the person: empty once the
-- offer has ended, and unreadable in every copy then. `asked` is a keyed mark of the call that made it, by which a repeated one
-- is known; it goes at the same time, because what was told could be guessed by it.
CREATE TABLE partner_offers (
    id                TEXT   NOT NULL PRIMARY KEY,
    version           BIGINT NOT NULL,
    project_id        TEXT   NOT NULL REFERENCES projects (id),
    team_id           TEXT   NOT NULL REFERENCES teams (id),
    receiver_id       TEXT   NOT NULL,
    service_id        TEXT   NOT NULL,
    sender_id         TEXT   NOT NULL,
    sender_service_id TEXT,
    need              TEXT   NOT NULL,
    urgency           TEXT   NOT NULL,
    sealed            TEXT   NOT NULL,
    offered_at        BIGINT NOT NULL,
    decide_by         BIGINT NOT NULL,
    expire_at         BIGINT NOT NULL,
    status            TEXT   NOT NULL,
    status_at         BIGINT NOT NULL,
    is_open           BOOLEAN NOT NULL,
    ended_at          BIGINT,
    reminded_at       BIGINT,
    decline_code      TEXT,
    outcome_code      TEXT,
    asked             TEXT   NOT NULL
);
CREATE INDEX partner_offers_made ON partner_offers (sender_id, offered_at, id);
CREATE INDEX partner_offers_received ON partner_offers (project_id, offered_at, id);
CREATE INDEX partner_offers_open ON partner_offers (is_open, id);
CREATE INDEX partner_offers_ended ON partner_offers (ended_at);

-- A link is sent because of a referral, or of an answer to an offer.
ALTER TABLE links RENAME COLUMN referral_id TO object;
