-- Whether whoever was referred to the service needs another one: it is closed, suspended or not to be used, or has announced
-- from which day on it takes nobody. The document says so; the column lets referrals be found by it.
ALTER TABLE directory_documents ADD COLUMN is_ending BOOLEAN NOT NULL DEFAULT false;
UPDATE directory_documents SET is_ending = true WHERE is_current AND (document LIKE '%"status":"closed"%'
    OR document LIKE '%"status":"suspended"%');

CREATE INDEX referrals_open_to_service ON referrals (service_id) WHERE is_open;
CREATE INDEX referrals_open_sent ON referrals (project_id, created_at, id) WHERE is_open;
