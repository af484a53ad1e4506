-- One DDL for SQLite and PostgreSQL: TEXT, BIGINT, BOOLEAN only. Times are microseconds of UTC.
-- Codes are those of the domain's lists. Identifiers are prefixed texts of 128 random bits.
-- There is no column for a name, birth date, phone, photo, address or number of a person served.

-- The directory as versioned documents: history, provenance, deletions and the load of the read model
-- in one table. `version` is the directory's own count, so that a node reads "all since mine".
-- `contacts` holds phones and mailbox, sealed with the contacts of the organisation; the document has none.
-- `entry_version` counts the versions of the entry itself. `source_word` is what the source says of the fields in which
-- the document differs from it, sealed alike; `actor_role` what the account was for that wrote the version, and NULL
-- for a feed or a command.
CREATE TABLE directory_documents (
    entry_id   TEXT    NOT NULL,
    version    BIGINT  NOT NULL,
    valid_from BIGINT  NOT NULL,
    source     TEXT    NOT NULL,
    source_key TEXT    NOT NULL,
    is_current BOOLEAN NOT NULL,
    is_gone    BOOLEAN NOT NULL,
    document   TEXT    NOT NULL,
    contacts   TEXT    NOT NULL,
    source_word TEXT   NOT NULL,
    actor_role TEXT,
    entry_version BIGINT NOT NULL,
    PRIMARY KEY (entry_id, version)
);
CREATE UNIQUE INDEX directory_documents_current ON directory_documents (entry_id) WHERE is_current;
CREATE INDEX directory_documents_source ON directory_documents (source) WHERE is_current;
CREATE INDEX directory_documents_version ON directory_documents (version);

-- One row: the directory's version, raised in every transaction that changes it.
CREATE TABLE directory_head (
    name    TEXT   NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL
);
INSERT INTO directory_head (name, version) VALUES ('directory', 0);

-- Whether an organisation may receive referrals. Apart from its document, because an import may
-- tighten and never grant.
CREATE TABLE vettings (
    organization_id     TEXT    NOT NULL PRIMARY KEY,
    is_vetted           BOOLEAN NOT NULL,
    protocol_expires_on TEXT
);

-- `mailbox` is sealed with the contacts of the organisation. `clocks` says how long answers may take, `calendar` in which
-- calendar working days are counted, as JSON.
CREATE TABLE projects (
    id              TEXT NOT NULL PRIMARY KEY,
    organization_id TEXT NOT NULL,
    name            TEXT NOT NULL,
    country         TEXT NOT NULL,
    risk_profile    TEXT NOT NULL,
    mailbox         TEXT NOT NULL,
    clocks          TEXT NOT NULL,
    calendar        TEXT NOT NULL
);

-- The people who all take part in the same cases, whatever their profession; nobody else reads these.
CREATE TABLE teams (
    id         TEXT NOT NULL PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES projects (id),
    name       TEXT NOT NULL
);

CREATE TABLE accounts (
    id              TEXT    NOT NULL PRIMARY KEY,
    handle          TEXT    NOT NULL UNIQUE,
    role            TEXT    NOT NULL,
    organization_id TEXT    NOT NULL,
    project_id      TEXT REFERENCES projects (id),
    is_trained      BOOLEAN NOT NULL,
    is_disabled     BOOLEAN NOT NULL DEFAULT FALSE,
    language        TEXT
);

CREATE TABLE team_members (
    team_id    TEXT NOT NULL REFERENCES teams (id),
    account_id TEXT NOT NULL REFERENCES accounts (id),
    PRIMARY KEY (account_id, team_id)
);

-- Bearer tokens, by their SHA-256 only: this table opens nothing. `id` is the public part, by which a token is
-- listed and revoked. Of its use only the day is kept. A revoked token is deleted.
CREATE TABLE tokens (
    hash         TEXT   NOT NULL PRIMARY KEY,
    id           TEXT   NOT NULL UNIQUE,
    account_id   TEXT   NOT NULL REFERENCES accounts (id),
    name         TEXT   NOT NULL,
    scopes       TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    last_used_on TEXT
);
CREATE INDEX tokens_account ON tokens (account_id);

-- `sealed` holds what the person is known by and what would harm her: spoken code, file number, gender, household,
-- languages, status, situation, concerns, basis of the age. It is never filtered in SQL. The indexes are keyed hashes: they find a code
-- or a number without telling it.
CREATE TABLE cases (
    id                TEXT   NOT NULL PRIMARY KEY,
    version           BIGINT NOT NULL,
    project_id        TEXT   NOT NULL REFERENCES projects (id),
    team_id           TEXT   NOT NULL REFERENCES teams (id),
    spoken_code_index TEXT   NOT NULL UNIQUE,
    file_number_index TEXT,
    age_band          TEXT,
    area              TEXT,
    created_month     TEXT   NOT NULL,
    last_contact_at   BIGINT NOT NULL,
    sealed            TEXT   NOT NULL
);
CREATE INDEX cases_file_number ON cases (project_id, file_number_index);

-- Where two people have allowed a referral without a consent, the basis says so, and nobody has said or explained
-- anything: `modality` and `language` are empty. Consents of one conversation share `conversation_id`, in the order of
-- `position`.
CREATE TABLE consents (
    id           TEXT   NOT NULL PRIMARY KEY,
    version      BIGINT NOT NULL,
    case_id      TEXT   NOT NULL REFERENCES cases (id),
    project_id   TEXT   NOT NULL REFERENCES projects (id),
    conversation_id TEXT NOT NULL,
    position     BIGINT NOT NULL,
    recipient_id TEXT   NOT NULL,
    basis        TEXT   NOT NULL,
    purpose      TEXT   NOT NULL,
    given_by     TEXT,
    assent       TEXT   NOT NULL,
    field_scope  TEXT   NOT NULL,
    modality     TEXT,
    language     TEXT,
    interpreter  TEXT   NOT NULL,
    explained    TEXT   NOT NULL,
    consequences TEXT   NOT NULL,
    restrictions TEXT   NOT NULL,
    third_country_acknowledged BOOLEAN NOT NULL,
    contact_rule TEXT   NOT NULL,
    obtained_at  BIGINT NOT NULL,
    obtained_by  TEXT   NOT NULL,
    confirmed_at BIGINT,
    expires_at   BIGINT NOT NULL,
    withdrawn_at BIGINT
);
CREATE INDEX consents_case ON consents (case_id);
CREATE INDEX consents_conversation ON consents (conversation_id, position);

-- `sealed` holds the offer: it may tell an administrative status. It is empty once the referral was erased. `chain_id` is the first referral of the chain that rerouting makes, its own id at first. A
-- recipient reads what has the channel 'electronic', and nothing else. `deadlines` is JSON, fixed when it is sent.
CREATE TABLE referrals (
    id                 TEXT    NOT NULL PRIMARY KEY,
    version            BIGINT  NOT NULL,
    kind               TEXT    NOT NULL,
    chain_id           TEXT    NOT NULL,
    reroute_of         TEXT,
    follows            TEXT,
    round_id           TEXT,
    case_id            TEXT    NOT NULL REFERENCES cases (id),
    project_id         TEXT    NOT NULL REFERENCES projects (id),
    sender_id          TEXT    NOT NULL,
    recipient_id       TEXT    NOT NULL,
    service_id         TEXT    NOT NULL,
    location_id        TEXT,
    need               TEXT    NOT NULL,
    urgency            TEXT    NOT NULL,
    needed_by          BIGINT,
    consent_id         TEXT    NOT NULL REFERENCES consents (id),
    status             TEXT    NOT NULL,
    status_at          BIGINT  NOT NULL,
    is_open            BOOLEAN NOT NULL,
    created_at         BIGINT  NOT NULL,
    requested_at       BIGINT,
    channel            TEXT,
    service_started_at BIGINT,
    decline_code       TEXT,
    outcome_code       TEXT,
    expected_wait_days BIGINT,
    handover_mode      TEXT,
    deadlines          TEXT,
    sealed             TEXT    NOT NULL
);
CREATE INDEX referrals_received ON referrals (recipient_id, requested_at, id);
CREATE INDEX referrals_sent ON referrals (project_id, created_at, id);
CREATE INDEX referrals_case ON referrals (case_id);
CREATE INDEX referrals_chain ON referrals (chain_id);
CREATE INDEX referrals_round ON referrals (round_id);

-- The timeline: one row for each change, numbered by the version it made. Nobody is its actor where a clock ran out or
-- another act closed the referral.
CREATE TABLE referral_events (
    referral_id     TEXT   NOT NULL REFERENCES referrals (id),
    version         BIGINT NOT NULL,
    at              BIGINT NOT NULL,
    event           TEXT   NOT NULL,
    party           TEXT   NOT NULL,
    actor_id        TEXT,
    organization_id TEXT,
    attested_by     TEXT,
    code            TEXT,
    PRIMARY KEY (referral_id, version)
);

-- The demand ledger. What was counted outside has `people` and nobody's key. `person_key` tells two requests of one person from those of two, for as long as
-- the month's key exists. `position` is the order of recording within the project.
CREATE TABLE demands (
    id          TEXT   NOT NULL PRIMARY KEY,
    position    BIGINT NOT NULL,
    project_id  TEXT   NOT NULL REFERENCES projects (id),
    team_id     TEXT   NOT NULL REFERENCES teams (id),
    month       TEXT   NOT NULL,
    area        TEXT   NOT NULL,
    need        TEXT   NOT NULL,
    age_band    TEXT,
    gender      TEXT,
    household   TEXT,
    people      BIGINT NOT NULL,
    person_key  TEXT,
    referral_id TEXT UNIQUE REFERENCES referrals (id),
    result      TEXT   NOT NULL
);
CREATE INDEX demands_month ON demands (project_id, month);

-- Answers given to a create, by the caller's own key: the same call again gets the same answer.
CREATE TABLE idempotency_keys (
    account_id  TEXT   NOT NULL REFERENCES accounts (id),
    key         TEXT   NOT NULL,
    operation   TEXT   NOT NULL,
    fingerprint TEXT   NOT NULL,
    object_id   TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (account_id, key)
);

-- The audit trail: field names, never values. One chain per trail ('network' or a project), with a gapless
-- count; the head is its last entry. An entry without content was kept long enough: its hash stays.
CREATE TABLE audit_heads (
    trail    TEXT   NOT NULL PRIMARY KEY,
    sequence BIGINT NOT NULL,
    hash     TEXT   NOT NULL
);
CREATE TABLE audit_events (
    trail           TEXT   NOT NULL,
    sequence        BIGINT NOT NULL,
    hash            TEXT   NOT NULL,
    at              BIGINT,
    actor_id        TEXT,
    actor_role      TEXT,
    organization_id TEXT,
    action          TEXT,
    object          TEXT,
    fields          TEXT,
    purpose         TEXT,
    reason          TEXT,
    consent_id      TEXT,
    PRIMARY KEY (trail, sequence)
);
CREATE INDEX audit_events_actor ON audit_events (actor_id, at);
CREATE INDEX audit_events_object ON audit_events (object);

-- What was signed with a key that is not in this database: heads, and notes over entries without content.
-- `signer` is the public key.
CREATE TABLE audit_signed_heads (
    trail     TEXT   NOT NULL,
    sequence  BIGINT NOT NULL,
    hash      TEXT   NOT NULL,
    at        BIGINT NOT NULL,
    signer    TEXT   NOT NULL,
    signature TEXT   NOT NULL,
    PRIMARY KEY (trail, sequence)
);
CREATE TABLE audit_signed_notes (
    trail          TEXT   NOT NULL,
    first_sequence BIGINT NOT NULL,
    last_sequence  BIGINT NOT NULL,
    hash_before    TEXT   NOT NULL,
    digest         TEXT   NOT NULL,
    at             BIGINT NOT NULL,
    signer         TEXT   NOT NULL,
    signature      TEXT   NOT NULL,
    PRIMARY KEY (trail, first_sequence)
);
