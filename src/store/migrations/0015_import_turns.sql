-- One import of a source at a time: who runs it, since when, and until when nobody else begins. The row goes with
-- the end of the run; that of a process that was killed is taken over once its time is up.
CREATE TABLE import_leases (
    source       TEXT   NOT NULL PRIMARY KEY,
    owner        TEXT   NOT NULL,
    started_at   BIGINT NOT NULL,
    leased_until BIGINT NOT NULL
);

-- What the last import that was applied of a source was made of, where it was fetched: by what its host tells a
-- change, and the SHA-256 of the body and of everything else that the result depends on, its address among them.
-- The address itself is not kept, because it may hold a key.
CREATE TABLE imported_copies (
    source         TEXT   NOT NULL,
    kind           TEXT   NOT NULL,
    options_digest TEXT   NOT NULL,
    body_digest    TEXT   NOT NULL,
    entity_tag     TEXT,
    last_modified  TEXT,
    applied_at     BIGINT NOT NULL,
    PRIMARY KEY (source, kind)
);
