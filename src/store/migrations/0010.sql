-- Schema 10. Documents of a class that needs a right of its own: which one, as the program told it apart (meta `classes` says by which words).
ALTER TABLE document ADD COLUMN class TEXT;
CREATE INDEX document_class ON document (encounter, class) WHERE class IS NOT NULL;
