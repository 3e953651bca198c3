-- Schema 2. Where a record came from (file and line), so that a clash of identifiers can name both sources.
ALTER TABLE document ADD COLUMN source TEXT;
ALTER TABLE encounter ADD COLUMN source TEXT; -- of the record that made it
CREATE TRIGGER document_keeps_its_source BEFORE UPDATE OF source ON document
BEGIN SELECT RAISE(ABORT, 'a stored document never changes'); END;
