-- Messages on referrals. What one says stands sealed, with its referral; `version` is the version of the referral that
-- the message made, by which they stand in their order.
CREATE TABLE messages (
    id          TEXT   NOT NULL PRIMARY KEY,
    referral_id TEXT   NOT NULL REFERENCES referrals (id),
    version     BIGINT NOT NULL,
    author      TEXT   NOT NULL,
    kind        TEXT   NOT NULL,
    sealed      TEXT   NOT NULL,
    sent_at     BIGINT NOT NULL,
    read_at     BIGINT,
    UNIQUE (referral_id, version)
);
