-- Who answered, where it was said; and every answer of a query that was asked again, whole, in its step.
ALTER TABLE query ADD COLUMN answered_by TEXT;
ALTER TABLE query_step ADD COLUMN answer TEXT;
ALTER TABLE query_step ADD COLUMN answered_by TEXT;
ALTER TABLE query_step ADD COLUMN answered_at TEXT;
