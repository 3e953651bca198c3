//! Bare tantivy and SQLite FTS5 with the same notes, asked the same: the best 20, the exact total, a snippet of each.

use super::corpus::{Corpus, Note};
use super::queries::{Asked, Part};
use rusqlite::Connection;
use std::path::Path;
use tantivy::collector::{Count, TopDocs};
use tantivy::query::{BooleanQuery, FuzzyTermQuery, Occur, PhraseQuery, Query, RangeQuery, RegexQuery, TermQuery};
use tantivy::schema::{FAST, Field, INDEXED, IndexRecordOption, STORED, STRING, Schema, TEXT, Value};
use tantivy::snippet::SnippetGenerator;
use tantivy::{Index, IndexWriter, ReloadPolicy, Searcher, TantivyDocument, Term, doc};

/// tantivy as its examples use it: its own words, the text stored beside.
pub struct Bare {
    searcher: Searcher,
    text: Field,
    specialty: Field,
    date: Field,
}

impl Bare {
    /// Builds it in a folder.
    pub fn build(folder: &Path, corpus: &Corpus, notes: u64) {
        std::fs::create_dir_all(folder).unwrap();
        let index = Index::create_in_dir(folder, schema()).unwrap();
        fill(&index, (1..=notes).map(|n| corpus.note(n)));
    }

    /// Opens what was built.
    pub fn open(folder: &Path) -> Bare {
        let index = Index::open_in_dir(folder).unwrap();
        let field = |name: &str| index.schema().get_field(name).unwrap();
        let (text, specialty, date) = (field("text"), field("specialty"), field("date"));
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into().unwrap();
        Bare { searcher: reader.searcher(), text, specialty, date }
    }

    /// Notes that are made already, in memory.
    pub fn of(notes: &[Note]) {
        fill(&Index::create_in_ram(schema()), notes.iter().cloned());
    }

    fn part(&self, part: &Part) -> Box<dyn Query> {
        let term = |word: &str| Term::from_field_text(self.text, word);
        match part {
            Part::Term(word) => Box::new(TermQuery::new(term(word), IndexRecordOption::WithFreqs)),
            Part::Phrase(words) => Box::new(PhraseQuery::new(words.split(' ').map(term).collect())),
            Part::Prefix(start) => Box::new(RegexQuery::from_pattern(&format!("{start}.*"), self.text).unwrap()),
            Part::Fuzzy(word, slips) => Box::new(FuzzyTermQuery::new(term(word), *slips, true)),
            Part::Near(words, within) => {
                let mut phrase = PhraseQuery::new(words.iter().map(|w| term(w)).collect());
                phrase.set_slop(*within);
                Box::new(phrase)
            }
        }
    }

    pub fn search(&self, asked: &Asked) -> u64 {
        let mut sides: Vec<(Occur, Box<dyn Query>)> = asked.must.iter().map(|p| (Occur::Must, self.part(p))).collect();
        if asked.must.is_empty() {
            sides.extend(asked.should.iter().map(|p| (Occur::Should, self.part(p))));
        }
        sides.extend(asked.not.iter().map(|p| (Occur::MustNot, self.part(p))));
        if let Some(specialty) = &asked.specialty {
            let term = Term::from_field_text(self.specialty, specialty);
            sides.push((Occur::Must, Box::new(TermQuery::new(term, IndexRecordOption::Basic))));
        }
        if let Some((from, to)) = asked.date {
            let end = |at| Term::from_field_i64(self.date, at);
            let range = RangeQuery::new(std::ops::Bound::Included(end(from)), std::ops::Bound::Excluded(end(to)));
            sides.push((Occur::Must, Box::new(range)));
        }
        let query: Box<dyn Query> = if sides.len() == 1 { sides.remove(0).1 } else { Box::new(BooleanQuery::new(sides)) };
        let (top, total) = self.searcher.search(&query, &(TopDocs::with_limit(20).order_by_score(), Count)).unwrap();
        let snippets = SnippetGenerator::create(&self.searcher, &*query, self.text).unwrap();
        for (_, address) in top {
            let document: TantivyDocument = self.searcher.doc(address).unwrap();
            let text = document.get_first(self.text).and_then(|v| v.as_str()).unwrap_or_default();
            std::hint::black_box(snippets.snippet(text));
        }
        total as u64
    }
}

fn schema() -> Schema {
    let mut schema = Schema::builder();
    schema.add_u64_field("key", INDEXED | FAST);
    schema.add_text_field("text", TEXT | STORED);
    schema.add_text_field("specialty", STRING);
    schema.add_text_field("mrn", STRING);
    schema.add_i64_field("date", FAST | INDEXED);
    schema.build()
}

fn fill(index: &Index, notes: impl Iterator<Item = Note>) {
    let field = |name: &str| index.schema().get_field(name).unwrap();
    let (key, text, specialty, mrn, date) = (field("key"), field("text"), field("specialty"), field("mrn"), field("date"));
    let mut writer: IndexWriter = index.writer_with_num_threads(1, 64 << 20).unwrap();
    for note in notes {
        let document = doc!(key => note.key, text => note.text, specialty => note.specialty, mrn => note.mrn, date => note.date);
        writer.add_document(document).unwrap();
    }
    writer.commit().unwrap();
    writer.wait_merging_threads().unwrap();
}

/// One SQLite file: the notes, as a store keeps them, and FTS5 over them.
pub struct Sqlite {
    pub connection: Connection,
}

impl Sqlite {
    /// The notes without an index: what our own snippets are cut from.
    pub fn fill(file: &Path, corpus: &Corpus, notes: u64) -> Sqlite {
        let connection = Connection::open(file).unwrap();
        connection
            .execute_batch(
                "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-65536;
                 CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL, specialty TEXT NOT NULL, date INTEGER NOT NULL);",
            )
            .unwrap();
        connection.execute_batch("BEGIN").unwrap();
        {
            let mut insert = connection.prepare("INSERT INTO note VALUES (?1, ?2, ?3, ?4)").unwrap();
            for n in 1..=notes {
                let Note { key, text, specialty, date, .. } = corpus.note(n);
                insert.execute((key as i64, text, specialty, date)).unwrap();
            }
        }
        connection.execute_batch("COMMIT").unwrap();
        Sqlite { connection }
    }

    /// What was filled before.
    pub fn open(file: &Path) -> Sqlite {
        let connection = Connection::open(file).unwrap();
        connection.execute_batch("PRAGMA cache_size=-65536;").unwrap();
        Sqlite { connection }
    }

    /// Whether FTS5 has been built.
    pub fn indexed(&self) -> bool {
        self.connection.prepare("SELECT rowid FROM fts LIMIT 1").is_ok()
    }

    pub fn index(&self) {
        self.connection
            .execute_batch(
                "CREATE VIRTUAL TABLE fts USING fts5(text, content='note', content_rowid='id', tokenize='unicode61');
                 INSERT INTO fts(fts) VALUES ('rebuild'); INSERT INTO fts(fts) VALUES ('optimize');",
            )
            .unwrap();
    }

    pub fn text(&self, key: u64) -> String {
        let mut statement = self.connection.prepare_cached("SELECT text FROM note WHERE id = ?1").unwrap();
        statement.query_row([key as i64], |row| row.get(0)).unwrap()
    }

    /// `None` where FTS5 cannot be asked.
    pub fn search(&self, asked: &Asked) -> Option<u64> {
        let text = asked.fts()?;
        let mut filter = String::new();
        if let Some(specialty) = &asked.specialty {
            filter.push_str(&format!(" AND note.specialty = '{specialty}'"));
        }
        if let Some((from, to)) = asked.date {
            filter.push_str(&format!(" AND note.date >= {from} AND note.date < {to}"));
        }
        let joined = if filter.is_empty() { "fts".to_owned() } else { "fts JOIN note ON note.id = fts.rowid".to_owned() };
        let total: i64 = self
            .connection
            .prepare_cached(&format!("SELECT count(*) FROM {joined} WHERE fts MATCH ?1{filter}"))
            .unwrap()
            .query_row([&text], |row| row.get(0))
            .unwrap();
        let sql = format!(
            "SELECT fts.rowid, snippet(fts, 0, '[', ']', '...', 30) FROM {joined} WHERE fts MATCH ?1{filter} ORDER BY bm25(fts) LIMIT 20"
        );
        let mut statement = self.connection.prepare_cached(&sql).unwrap();
        let rows = statement.query_map([&text], |row| row.get::<_, String>(1)).unwrap();
        rows.for_each(|row| {
            std::hint::black_box(row.unwrap());
        });
        Some(total as u64)
    }
}
