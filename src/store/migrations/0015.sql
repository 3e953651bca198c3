-- Schema 15. When its sender said what stands there, so that what was said before it and is read after it does not take its place: of a
-- patient and an encounter by field, of other records as a whole. What is not given is NULL.
ALTER TABLE patient ADD COLUMN sent TEXT;
ALTER TABLE encounter ADD COLUMN sent TEXT;
ALTER TABLE document ADD COLUMN sent TEXT;
ALTER TABLE fact ADD COLUMN sent TEXT;
ALTER TABLE import_change ADD COLUMN sent TEXT; -- what stood there with `before`
-- Of a document that has no name but its file's: what stands for the folder that the name is relative to.
ALTER TABLE document ADD COLUMN folder TEXT;
-- What senders took back or replaced, also what had not come by then: the next one of that name is compared with it.
CREATE TABLE gone (
    kind TEXT NOT NULL, identifier TEXT NOT NULL, patient TEXT, by_document TEXT, sent TEXT NOT NULL, body_sha256 TEXT, run INTEGER NOT NULL,
    PRIMARY KEY (kind, identifier)
) STRICT, WITHOUT ROWID;
-- Every number that a patient is known by, with who gave it: two senders' patients are one where both know one of them.
CREATE TABLE patient_number (
    number TEXT NOT NULL, patient TEXT NOT NULL, authority TEXT NOT NULL, PRIMARY KEY (number, patient, authority)
) STRICT, WITHOUT ROWID;
-- Whether two patients are one because they share a number, and not because their sender or a person said so.
ALTER TABLE patient_merge ADD COLUMN matched INTEGER NOT NULL DEFAULT 0;
