-- Indexes for what is asked by something else than the key: a test reads the plan of every statement, and none reads a
-- table that grows from its beginning to its end.
CREATE INDEX cases_team ON cases (team_id);
CREATE INDEX team_members_team ON team_members (team_id);
CREATE INDEX referrals_reroute ON referrals (reroute_of);
CREATE INDEX custodies_referral ON custodies (referral_id);
CREATE INDEX custodies_team ON custodies (to_team_id);
CREATE INDEX deletion_requests_referral ON deletion_requests (referral_id);
CREATE INDEX glasses_case ON glasses (case_id);
CREATE INDEX case_openings_case ON case_openings (case_id);
CREATE INDEX consent_overrides_consent ON consent_overrides (consent_id);
CREATE INDEX consent_overrides_requested ON consent_overrides (requested_at);
CREATE INDEX legal_holds_project ON legal_holds (project_id, review_on);
CREATE INDEX notices_object ON notices (object);
CREATE INDEX notices_account ON notices (account_id);
CREATE INDEX notices_team ON notices (team_id);
CREATE INDEX notices_project ON notices (project_id);
CREATE INDEX notices_organization ON notices (organization_id);
CREATE INDEX sessions_authenticated ON sessions (authenticated_at);
CREATE INDEX sign_in_attempts_failed ON sign_in_attempts (failed_at);
CREATE INDEX enrolments_expiry ON enrolments (expires_at);
-- By the referral that stands in the name; SQLite compares it with a column only where it is cast.
CREATE INDEX jobs_referral ON jobs (CAST(substr(name, 16, 30) AS TEXT));
