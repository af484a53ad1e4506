-- Phones that a team shares. A phone is enrolled by a code and known by a secret of its own; of both the SHA-256 is kept, of
-- the code until it was typed, of the secret until the phone was revoked. `ends_at` is until when the one or the other counts.
CREATE TABLE devices (
    id              TEXT   NOT NULL PRIMARY KEY,
    team_id         TEXT   NOT NULL REFERENCES teams (id),
    name            TEXT   NOT NULL,
    enrolled_at     BIGINT NOT NULL,
    enrolled_by     TEXT   NOT NULL REFERENCES accounts (id),
    code_hash       TEXT   UNIQUE,
    secret_hash     TEXT   UNIQUE,
    opened_at       BIGINT,
    ends_at         BIGINT NOT NULL,
    seen_on         TEXT,
    revoked_at      BIGINT
);
CREATE INDEX devices_team ON devices (team_id);
CREATE INDEX devices_ended ON devices (ends_at);

-- Who has signed in fully on which shared phone, and until when a PIN is enough there.
CREATE TABLE device_sign_ins (
    device_id    TEXT   NOT NULL REFERENCES devices (id) ON DELETE CASCADE,
    account_id   TEXT   NOT NULL REFERENCES accounts (id),
    signed_in_at BIGINT NOT NULL,
    until_at     BIGINT NOT NULL,
    PRIMARY KEY (device_id, account_id)
);
CREATE INDEX device_sign_ins_account ON device_sign_ins (account_id);
CREATE INDEX device_sign_ins_until ON device_sign_ins (until_at);

-- The PIN of an account, where it has one, and how many wrong ones were typed in a row. `sealed` holds its argon2id hash: the
-- hash of six digits is guessed in minutes, so it is told to nobody who has not the keys too.
CREATE TABLE pins (
    account_id TEXT   NOT NULL PRIMARY KEY REFERENCES accounts (id),
    sealed     TEXT   NOT NULL,
    failures   BIGINT NOT NULL,
    set_at     BIGINT NOT NULL
);

-- A session that was opened on a shared phone counts there only, and ends with it.
ALTER TABLE sessions ADD COLUMN device_id TEXT REFERENCES devices (id) ON DELETE CASCADE;
ALTER TABLE sessions ADD COLUMN ends_at BIGINT;
CREATE INDEX sessions_device ON sessions (device_id);
