-- Administrative areas, named places and dated holidays, each as a document, by the source that tells them. Public, and of no person.
CREATE TABLE areas (
    source   TEXT NOT NULL,
    code     TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (source, code)
);

CREATE TABLE gazetteer_places (
    source    TEXT NOT NULL,
    place_key TEXT NOT NULL,
    document  TEXT NOT NULL,
    PRIMARY KEY (source, place_key)
);

-- Holidays that people have dated, because the moon or a government decides them.
CREATE TABLE holidays (
    source   TEXT NOT NULL,
    day_key  TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (source, day_key)
);

-- How often areas and places have changed, so that every node notices.
CREATE TABLE geography_head (
    name    TEXT   NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL
);
INSERT INTO geography_head (name, version) VALUES ('geography', 0);
