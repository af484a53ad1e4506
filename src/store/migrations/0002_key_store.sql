-- Which key store holds the keys of what is sealed here: one row, from the first start on.
CREATE TABLE key_store_mark (
    id TEXT NOT NULL PRIMARY KEY
);
