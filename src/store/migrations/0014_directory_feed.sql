-- Copies of the directory ask what changed since a place in the order of version and entry.
CREATE INDEX directory_documents_feed ON directory_documents (version, entry_id) WHERE is_current;
