-- What leaves Relais. One queue for each endpoint, so that one which is dead delays no other: the mailbox of a service
-- (its id is the service's) or a webhook, which is told of what was sent by the one project that its maker works in, and of
-- what its organisation receives. The lease is of the queue: one worker at a time tells an endpoint, in order.
CREATE TABLE delivery_queues (
    id              TEXT   NOT NULL PRIMARY KEY,
    channel         TEXT   NOT NULL,
    organization_id TEXT   NOT NULL,
    project_id      TEXT,
    served_at       BIGINT NOT NULL,
    not_before      BIGINT NOT NULL,
    leased_until    BIGINT NOT NULL,
    lease_owner     TEXT,
    failing_since   BIGINT,
    disabled_at     BIGINT,
    disabled_reason TEXT
);
CREATE INDEX delivery_queues_organization ON delivery_queues (organization_id);
CREATE INDEX delivery_queues_served ON delivery_queues (channel, served_at, id);

-- One thing to be told to one endpoint, written in the commit of what happened: of which kind, about which object, and
-- nothing of its content. `due_at` is empty once it was told, or never will be. `sealed_token` is the link of a mail that is
-- not sent yet, so that every attempt sends the same one; it goes when the mail has.
CREATE TABLE deliveries (
    id           TEXT   NOT NULL PRIMARY KEY,
    queue_id     TEXT   NOT NULL REFERENCES delivery_queues (id),
    kind         TEXT   NOT NULL,
    object       TEXT   NOT NULL,
    sequence     BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    due_at       BIGINT,
    attempts     BIGINT NOT NULL,
    status       TEXT   NOT NULL,
    settled_at   BIGINT,
    sealed_token TEXT
);
CREATE INDEX deliveries_due ON deliveries (queue_id, due_at, created_at);
CREATE INDEX deliveries_object ON deliveries (object);
CREATE INDEX deliveries_created ON deliveries (created_at);
CREATE INDEX deliveries_waiting ON deliveries (status, created_at);

-- What came of each attempt: a code, the status that a webhook answered, and how long it took. Nothing that was said.
CREATE TABLE delivery_attempts (
    delivery_id           TEXT   NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    number                BIGINT NOT NULL,
    at                    BIGINT NOT NULL,
    result                TEXT   NOT NULL,
    http_status           BIGINT,
    duration_milliseconds BIGINT NOT NULL,
    PRIMARY KEY (delivery_id, number)
);

-- The address of an organisation's own system, and the secrets that sign what it is told: two of them while one is
-- replaced. Sealed with the organisation's contacts.
CREATE TABLE webhook_endpoints (
    id                     TEXT   NOT NULL PRIMARY KEY REFERENCES delivery_queues (id),
    organization_id        TEXT   NOT NULL,
    sealed_url             TEXT   NOT NULL,
    sealed_secret          TEXT   NOT NULL,
    sealed_previous_secret TEXT,
    previous_until         BIGINT,
    created_at             BIGINT NOT NULL,
    created_by             TEXT   NOT NULL
);
CREATE INDEX webhook_endpoints_organization ON webhook_endpoints (organization_id);

-- How the mailbox of a service is written to, and the account by which whoever opens its links acts. Without a row: in
-- French, without a tag.
CREATE TABLE partner_mailboxes (
    service_id      TEXT    NOT NULL PRIMARY KEY,
    organization_id TEXT    NOT NULL,
    account_id      TEXT UNIQUE REFERENCES accounts (id),
    language        TEXT,
    tag             TEXT,
    is_phone_only   BOOLEAN NOT NULL
);
CREATE INDEX partner_mailboxes_organization ON partner_mailboxes (organization_id);

-- Links by which a partner answers without an account, by their SHA-256 only: this table opens nothing.
CREATE TABLE links (
    id          TEXT   NOT NULL PRIMARY KEY,
    token_hash  TEXT   NOT NULL UNIQUE,
    referral_id TEXT   NOT NULL,
    service_id  TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL,
    revoked_at  BIGINT
);
CREATE INDEX links_referral ON links (referral_id);
CREATE INDEX links_expiry ON links (expires_at);

-- The visits that a link has opened, by the hash of what their cookie holds. `proved_referral_id`: of which referral
-- the code was typed that was spoken on a call to the directory's number.
CREATE TABLE link_sessions (
    hash               TEXT   NOT NULL PRIMARY KEY,
    link_id            TEXT   NOT NULL REFERENCES links (id) ON DELETE CASCADE,
    opened_at          BIGINT NOT NULL,
    seen_at            BIGINT NOT NULL,
    proved_referral_id TEXT
);
CREATE INDEX link_sessions_link ON link_sessions (link_id);
CREATE INDEX link_sessions_opened ON link_sessions (opened_at);

-- The code that the sender speaks on a call to the directory's number, by its salted hash.
CREATE TABLE spoken_codes (
    referral_id TEXT   NOT NULL PRIMARY KEY,
    salt        TEXT   NOT NULL,
    code_hash   TEXT   NOT NULL,
    issued_at   BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL,
    tries_left  BIGINT NOT NULL,
    used_at     BIGINT
);
CREATE INDEX spoken_codes_expiry ON spoken_codes (expires_at);

-- The number by which a project's team is called, sealed like its mailbox; a project may have none.
ALTER TABLE projects ADD COLUMN phone TEXT;
