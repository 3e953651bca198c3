-- Schema 5. What a sender changes of records that came before, and what each import changed, so that it can be taken back whole.
CREATE TABLE patient_merge (
    from_patient TEXT PRIMARY KEY, into_patient TEXT NOT NULL, run INTEGER NOT NULL, at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- In order. `before` is what stood there: a body, the row number of a document's version, or nothing.
CREATE TABLE import_change (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER NOT NULL, kind TEXT NOT NULL, identifier TEXT NOT NULL, before TEXT
) STRICT;
ALTER TABLE import_run ADD COLUMN undone TEXT; -- when it was taken back
