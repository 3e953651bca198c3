-- Schema 8. Reviews: when a person's last look at an encounter ended, what somebody noted for themselves, and who has taken an encounter on.
CREATE TABLE look (
    by_user TEXT NOT NULL, encounter TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (by_user, encounter)
) STRICT, WITHOUT ROWID;
CREATE TABLE self_note (
    id INTEGER PRIMARY KEY, by_user TEXT NOT NULL, encounter TEXT NOT NULL, at TEXT NOT NULL, words TEXT NOT NULL
) STRICT;
CREATE INDEX self_note_person ON self_note (by_user, encounter, id);
CREATE TABLE claim (encounter TEXT PRIMARY KEY, by_user TEXT NOT NULL, at TEXT NOT NULL) STRICT, WITHOUT ROWID;
