-- How people sign in, and what they are signed in by.

-- Sessions of the pages, by the SHA-256 of what the cookie holds: this table opens nothing. `id` is what a
-- session is listed and ended by. A row that has run out or was ended is deleted.
CREATE TABLE sessions (
    hash             TEXT   NOT NULL PRIMARY KEY,
    id               TEXT   NOT NULL UNIQUE,
    account_id       TEXT   NOT NULL REFERENCES accounts (id),
    stage            TEXT   NOT NULL,
    method           TEXT   NOT NULL,
    authenticated_at BIGINT NOT NULL,
    second_factor_at BIGINT,
    confirmed_at     BIGINT NOT NULL,
    seen_at          BIGINT NOT NULL
);
CREATE INDEX sessions_account ON sessions (account_id);

-- The password, where somebody has one: argon2id as a PHC string, which tells its own salt and cost.
CREATE TABLE passwords (
    account_id TEXT   NOT NULL PRIMARY KEY REFERENCES accounts (id),
    hash       TEXT   NOT NULL,
    changed_at BIGINT NOT NULL
);

-- The second factor: one in force, and one that is being set up. `sealed` holds its key, behind the codec.
-- `used_step` is the last one that a code was accepted for: a code counts once.
CREATE TABLE second_factors (
    account_id   TEXT    NOT NULL REFERENCES accounts (id),
    is_confirmed BOOLEAN NOT NULL,
    used_step    BIGINT,
    sealed       TEXT    NOT NULL,
    PRIMARY KEY (account_id, is_confirmed)
);

-- Codes for who has lost the second factor, by their SHA-256; used ones are deleted.
CREATE TABLE recovery_codes (
    hash       TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id)
);
CREATE INDEX recovery_codes_account ON recovery_codes (account_id);

-- The code with which a new person sets a password and a second factor, by its SHA-256; one per account.
CREATE TABLE enrolments (
    account_id TEXT   NOT NULL PRIMARY KEY REFERENCES accounts (id),
    hash       TEXT   NOT NULL UNIQUE,
    expires_at BIGINT NOT NULL
);

-- Failed attempts, by the SHA-256 of what was typed as a handle, so that one that is nobody's is treated alike.
CREATE TABLE sign_in_attempts (
    handle_hash TEXT   NOT NULL PRIMARY KEY,
    failures    BIGINT NOT NULL,
    failed_at   BIGINT NOT NULL
);
