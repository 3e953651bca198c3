-- Schema 14. What a worklist shows of the gaps of an encounter, kept with its evaluation: a list of many thousand encounters reads no proof.
CREATE TABLE gap_brief (
    encounter TEXT PRIMARY KEY, epoch TEXT NOT NULL, touched INTEGER NOT NULL, as_of INTEGER NOT NULL, settled INTEGER NOT NULL, body TEXT NOT NULL
) STRICT;
