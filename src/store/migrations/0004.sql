-- Schema 4. Queries followed to their end: when each thing happened, which event a step was, whom one spoke with, templates of the site.
ALTER TABLE query ADD COLUMN first_viewed TEXT;
ALTER TABLE query ADD COLUMN responded TEXT;
ALTER TABLE query ADD COLUMN verified TEXT;
ALTER TABLE query ADD COLUMN closed TEXT;
ALTER TABLE query ADD COLUMN answer_kind TEXT;   -- what the ticked option stands for
ALTER TABLE query ADD COLUMN documented_in TEXT; -- the document that carries the answer, confirmed by a person
ALTER TABLE query ADD COLUMN level INTEGER NOT NULL DEFAULT 0; -- steps of the escalation policy taken
ALTER TABLE query_step ADD COLUMN event TEXT NOT NULL DEFAULT '';

CREATE TABLE query_contact (
    id INTEGER PRIMARY KEY, query INTEGER NOT NULL REFERENCES query (id), at TEXT NOT NULL, by_user TEXT NOT NULL,
    person TEXT NOT NULL, channel TEXT NOT NULL, note TEXT NOT NULL
) STRICT;
CREATE INDEX query_contact_query ON query_contact (query, id);
CREATE TRIGGER query_contact_no_update BEFORE UPDATE ON query_contact BEGIN SELECT RAISE(ABORT, 'a recorded contact never changes'); END;
CREATE TRIGGER query_contact_no_delete BEFORE DELETE ON query_contact BEGIN SELECT RAISE(ABORT, 'a recorded contact never changes'); END;

-- The site's own templates as they were when they were first used: the history beside the files.
CREATE TABLE site_template (
    id TEXT NOT NULL, sha256 TEXT NOT NULL, body TEXT NOT NULL, at TEXT NOT NULL, by_user TEXT NOT NULL, PRIMARY KEY (id, sha256)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER site_template_no_update BEFORE UPDATE ON site_template BEGIN SELECT RAISE(ABORT, 'history never changes'); END;
CREATE TRIGGER site_template_no_delete BEFORE DELETE ON site_template BEGIN SELECT RAISE(ABORT, 'history never changes'); END;
