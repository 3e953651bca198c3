-- Schema 11. What an import told that was no fault stands in the ledger as well, beside what it refused.
CREATE TABLE import_notice (
    run INTEGER NOT NULL REFERENCES import_run (id), source TEXT, line INTEGER, what TEXT NOT NULL, why TEXT, hint TEXT
) STRICT;
