-- Pairs of entries that somebody has judged to be two services, so that they are proposed for merging no longer: the
-- lesser id first. The row goes when the judgement is taken back.
CREATE TABLE dismissed_pairs (
    first_id     TEXT   NOT NULL,
    second_id    TEXT   NOT NULL,
    dismissed_at BIGINT NOT NULL,
    actor_role   TEXT   NOT NULL,
    PRIMARY KEY (first_id, second_id)
);
