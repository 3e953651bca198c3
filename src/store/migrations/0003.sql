-- Schema 3. Searches: those that a person gave a name, and those that led somewhere. They hold what was typed, so they are as private as notes.
CREATE TABLE saved_search (
    by_user TEXT NOT NULL, name TEXT NOT NULL, query TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (by_user, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE used_search (id INTEGER PRIMARY KEY AUTOINCREMENT, by_user TEXT NOT NULL, query TEXT NOT NULL, UNIQUE (by_user, query)) STRICT;
