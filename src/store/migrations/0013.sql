-- Schema 13. Who did what, signed: each row of an encrypted store carries its person's signature over the row's hash. Rows from before have
-- none. The index finds the few rows that name or accept the keys which signatures are checked with (src/store/names.rs has the same words).
ALTER TABLE audit ADD COLUMN signature TEXT;
CREATE INDEX audit_names ON audit (action)
    WHERE action IN ('audit.accept', 'key.sign', 'store.create', 'store.encrypt', 'user.add', 'user.passphrase', 'user.recovery', 'user.reset');
