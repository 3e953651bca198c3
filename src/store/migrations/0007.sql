-- Schema 7. Whom a list showed: each patient once a day for each person, at the row of the log that showed them first. `shown` of that row
-- is the hash over them, so that the chain covers this table too.
ALTER TABLE audit ADD COLUMN shown TEXT;
CREATE TABLE audit_shown (
    day TEXT NOT NULL, by_user TEXT NOT NULL, patient TEXT NOT NULL, sequence INTEGER NOT NULL, PRIMARY KEY (day, by_user, patient)
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_shown_patient ON audit_shown (patient);
CREATE TRIGGER audit_shown_no_update BEFORE UPDATE ON audit_shown BEGIN SELECT RAISE(ABORT, 'the audit log never changes'); END;
CREATE TRIGGER audit_shown_no_delete BEFORE DELETE ON audit_shown BEGIN SELECT RAISE(ABORT, 'the audit log never changes'); END;
