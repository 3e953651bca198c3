-- Schema 1. Times are ISO 8601 text as the sender gave them inside `body`; the columns beside it are UTC seconds, for order only.
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE patient (
    id INTEGER PRIMARY KEY, identifier TEXT NOT NULL UNIQUE, mrn TEXT, body TEXT NOT NULL, revision INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX patient_mrn ON patient (mrn) WHERE mrn IS NOT NULL;

CREATE TABLE provider (identifier TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE encounter (
    id INTEGER PRIMARY KEY, identifier TEXT NOT NULL UNIQUE, account TEXT, patient TEXT, class TEXT NOT NULL, started INTEGER, ended INTEGER,
    implied INTEGER NOT NULL, body TEXT NOT NULL, revision INTEGER NOT NULL DEFAULT 1,
    touched INTEGER NOT NULL DEFAULT 0 -- goes up whenever anything of this encounter changes: what a cached evaluation is compared with
) STRICT;
CREATE INDEX encounter_account ON encounter (account) WHERE account IS NOT NULL;
CREATE INDEX encounter_patient ON encounter (patient, started);

-- A document is immutable: a changed one is a new row with the next version. `current` marks the newest.
CREATE TABLE document (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- the index knows documents by this number: never used twice
    identifier TEXT NOT NULL, version INTEGER NOT NULL, current INTEGER NOT NULL, encounter TEXT, patient TEXT,
    written INTEGER, sha256 TEXT NOT NULL, text TEXT NOT NULL, body TEXT NOT NULL, body_sha256 TEXT NOT NULL, run INTEGER NOT NULL,
    withdrawn INTEGER NOT NULL DEFAULT 0, -- its sender took it back: kept, and shown nowhere
    UNIQUE (identifier, version)
) STRICT;
CREATE UNIQUE INDEX document_current ON document (identifier) WHERE current = 1;
CREATE INDEX document_encounter ON document (encounter) WHERE current = 1;
CREATE INDEX document_patient ON document (patient) WHERE current = 1;
CREATE TRIGGER document_is_immutable BEFORE UPDATE OF identifier, version, encounter, patient, written, sha256, text, body ON document
BEGIN SELECT RAISE(ABORT, 'a stored document never changes'); END;

-- Observations, orders, medications, procedures and problems.
CREATE TABLE fact (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, identifier TEXT NOT NULL, encounter TEXT, patient TEXT, at INTEGER,
    body TEXT NOT NULL, revision INTEGER NOT NULL DEFAULT 1, UNIQUE (kind, identifier)
) STRICT;
CREATE INDEX fact_encounter ON fact (encounter, kind);
CREATE INDEX fact_patient ON fact (patient, kind) WHERE encounter IS NULL;

-- What the search index has not taken in yet. Rows go when the index has committed them.
CREATE TABLE outbox (sequence INTEGER PRIMARY KEY AUTOINCREMENT, document INTEGER NOT NULL, present INTEGER NOT NULL) STRICT;

CREATE TABLE import_run (
    id INTEGER PRIMARY KEY, started TEXT NOT NULL, ended TEXT, by_user TEXT NOT NULL, sources TEXT NOT NULL, counts TEXT NOT NULL
) STRICT;
CREATE TABLE import_reject (
    run INTEGER NOT NULL REFERENCES import_run (id), source TEXT, line INTEGER, what TEXT NOT NULL, why TEXT, hint TEXT
) STRICT;

-- Derived, thrown away freely: the gaps of an encounter with the versions that made them.
CREATE TABLE evaluation (
    encounter TEXT PRIMARY KEY, epoch TEXT NOT NULL, touched INTEGER NOT NULL, as_of INTEGER NOT NULL, settled INTEGER NOT NULL, body TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What people did about gaps: history kept, the newest row counts.
CREATE TABLE gap_mark (
    id INTEGER PRIMARY KEY, gap TEXT NOT NULL, encounter TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL,
    by_user TEXT NOT NULL, at TEXT NOT NULL
) STRICT;
CREATE INDEX gap_mark_encounter ON gap_mark (encounter, gap, id);

CREATE TABLE query (
    id INTEGER PRIMARY KEY, encounter TEXT, patient TEXT, gap TEXT, concept TEXT, state TEXT NOT NULL, version INTEGER NOT NULL DEFAULT 0,
    revision INTEGER NOT NULL DEFAULT 1, created TEXT NOT NULL, created_by TEXT NOT NULL, sent TEXT, due TEXT, outcome TEXT, answer TEXT,
    discarded INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX query_encounter ON query (encounter);

-- Autosave. The internal note lives here and in no version: the provider never sees it.
CREATE TABLE draft (
    query INTEGER PRIMARY KEY REFERENCES query (id), revision INTEGER NOT NULL, body TEXT NOT NULL, internal_note TEXT NOT NULL, saved TEXT NOT NULL
) STRICT;

-- What was sent, byte for byte. Amending makes the next version.
CREATE TABLE query_version (
    query INTEGER NOT NULL REFERENCES query (id), version INTEGER NOT NULL, sent TEXT NOT NULL, sent_by TEXT NOT NULL,
    body TEXT NOT NULL, provider_text TEXT NOT NULL, body_hash TEXT NOT NULL, PRIMARY KEY (query, version)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER query_version_no_update BEFORE UPDATE ON query_version BEGIN SELECT RAISE(ABORT, 'a sent query never changes'); END;
CREATE TRIGGER query_version_no_delete BEFORE DELETE ON query_version BEGIN SELECT RAISE(ABORT, 'a sent query never changes'); END;

CREATE TABLE query_step (
    id INTEGER PRIMARY KEY, query INTEGER NOT NULL REFERENCES query (id), at TEXT NOT NULL, by_user TEXT NOT NULL,
    from_state TEXT NOT NULL, to_state TEXT NOT NULL, note TEXT NOT NULL, body_hash TEXT NOT NULL
) STRICT;
CREATE INDEX query_step_query ON query_step (query, id);
CREATE TRIGGER query_step_no_update BEFORE UPDATE ON query_step BEGIN SELECT RAISE(ABORT, 'a recorded step never changes'); END;
CREATE TRIGGER query_step_no_delete BEFORE DELETE ON query_step BEGIN SELECT RAISE(ABORT, 'a recorded step never changes'); END;

-- Per person: what was opened, when to look again, where the screen was.
CREATE TABLE seen (
    by_user TEXT NOT NULL, document TEXT NOT NULL, version INTEGER NOT NULL, at TEXT NOT NULL, PRIMARY KEY (by_user, document)
) STRICT, WITHOUT ROWID;
CREATE TABLE review (
    by_user TEXT NOT NULL, encounter TEXT NOT NULL, next TEXT, revision INTEGER NOT NULL DEFAULT 1, PRIMARY KEY (by_user, encounter)
) STRICT, WITHOUT ROWID;
CREATE TABLE profile (by_user TEXT PRIMARY KEY, name TEXT NOT NULL, contact TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE place (by_user TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- The audit chain. No note text. Order is the sequence, never the clock.
CREATE TABLE audit (
    sequence INTEGER PRIMARY KEY, at TEXT NOT NULL, by_user TEXT NOT NULL, session TEXT NOT NULL, client TEXT NOT NULL, program TEXT NOT NULL,
    action TEXT NOT NULL, patient TEXT, encounter TEXT, object TEXT, object_version INTEGER, outcome TEXT NOT NULL, detail TEXT NOT NULL,
    previous TEXT NOT NULL, hash TEXT NOT NULL
) STRICT;
CREATE INDEX audit_patient ON audit (patient);
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log never changes'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log never changes'); END;
