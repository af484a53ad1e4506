-- The key store: a database of its own, so that its backups can be short-lived. One DDL for SQLite and
-- PostgreSQL, as in the main database. Keys stand here wrapped only; the KEK that opens them stands in a file.

-- One row. `id` is random, and the main database names it, so that no database is ever opened with the keys of
-- another. `kek_id` is the check value of the KEK in force; `generation` counts rotations.
CREATE TABLE key_store (
    name        TEXT    NOT NULL PRIMARY KEY,
    id          TEXT    NOT NULL,
    kek_id      TEXT    NOT NULL,
    generation  BIGINT  NOT NULL,
    is_rotating BOOLEAN NOT NULL
);

-- One key per project and month, and per rotation. What belongs to no project stands under 'network'.
CREATE TABLE epoch_keys (
    id         TEXT   NOT NULL PRIMARY KEY,
    project    TEXT   NOT NULL,
    month      TEXT   NOT NULL,
    generation BIGINT NOT NULL,
    kek_id     TEXT   NOT NULL,
    wrapped    TEXT   NOT NULL,
    UNIQUE (project, month, generation)
);

-- One key per unit of erasure. Only a unit that may return after its erasure has the time of its key: elsewhere it
-- would tell when somebody came.
CREATE TABLE data_keys (
    unit       TEXT   NOT NULL,
    generation BIGINT NOT NULL,
    epoch_id   TEXT   NOT NULL REFERENCES epoch_keys (id),
    created_at BIGINT,
    wrapped    TEXT   NOT NULL,
    PRIMARY KEY (unit, generation)
);
CREATE INDEX data_keys_epoch ON data_keys (epoch_id);

-- Keys of pseudonyms and indexes: 'alias', 'file_number', 'fingerprint', 'spoken_code', and one per month for the
-- demand ledger, which is destroyed so that nobody can link a month's records to cases any more.
CREATE TABLE pseudonym_keys (
    project  TEXT NOT NULL,
    purpose  TEXT NOT NULL,
    epoch_id TEXT NOT NULL REFERENCES epoch_keys (id),
    wrapped  TEXT NOT NULL,
    PRIMARY KEY (project, purpose)
);
CREATE INDEX pseudonym_keys_epoch ON pseudonym_keys (epoch_id);

-- Units whose keys were destroyed up to a generation: what was sealed by these is erased, not lost.
CREATE TABLE erased_units (
    unit            TEXT   NOT NULL PRIMARY KEY,
    last_generation BIGINT NOT NULL,
    erased_at       BIGINT NOT NULL
);
