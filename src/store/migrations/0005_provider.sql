-- Sign-in by an identity provider.

-- Who is who: an account by the provider's issuer and subject, never by an address. `is_mapped` says that
-- the map of groups made the account and decides over it at every check; otherwise an operator linked it.
CREATE TABLE external_identities (
    issuer     TEXT    NOT NULL,
    subject    TEXT    NOT NULL,
    account_id TEXT    NOT NULL REFERENCES accounts (id),
    is_mapped  BOOLEAN NOT NULL,
    created_at BIGINT  NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX external_identities_account ON external_identities (account_id);

-- Sign-ins that were begun: by the SHA-256 of the state, bound to a browser by the SHA-256 of its cookie.
-- `sealed` holds what the provider is to repeat and to be shown. A row is deleted by its first use.
CREATE TABLE pending_sign_ins (
    state_hash   TEXT   NOT NULL PRIMARY KEY,
    browser_hash TEXT   NOT NULL,
    expires_at   BIGINT NOT NULL,
    sealed       TEXT   NOT NULL
);
CREATE INDEX pending_sign_ins_expiry ON pending_sign_ins (expires_at);

-- Sessions that hold by the provider's word: when it was given last, and until when a request may be asking
-- for a new one. `sealed` holds the identity, the refresh token, and how the person signed in there.
CREATE TABLE provider_sessions (
    session_id     TEXT   NOT NULL PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
    checked_at     BIGINT NOT NULL,
    checking_until BIGINT NOT NULL,
    sealed         TEXT   NOT NULL
);
