-- What the due times of a referral came to: each is done once, but what comes again, such as a review, keeps its last time.
CREATE TABLE referral_firings (
    referral_id TEXT   NOT NULL REFERENCES referrals (id),
    timer       TEXT   NOT NULL,
    due_at      BIGINT NOT NULL,
    fired_at    BIGINT NOT NULL,
    PRIMARY KEY (referral_id, timer)
);
