-- Schema 6. Keys of the audit chain that are no longer in use: rows up to `until` (after the one before) were hashed with `key`.
-- Only a store that is encrypted has such rows; what is hashed now uses a key that lies in no table.
CREATE TABLE audit_epoch (until INTEGER PRIMARY KEY, key TEXT NOT NULL) STRICT;
CREATE TRIGGER audit_epoch_no_update BEFORE UPDATE ON audit_epoch BEGIN SELECT RAISE(ABORT, 'the audit log never changes'); END;
CREATE TRIGGER audit_epoch_no_delete BEFORE DELETE ON audit_epoch BEGIN SELECT RAISE(ABORT, 'the audit log never changes'); END;
