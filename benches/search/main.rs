//! The speed of the search beside bare tantivy, SQLite FTS5 and (where installed) ripgrep, over the same made notes, in one run. Each query
//! asks for the best 20, the exact total, and a snippet of each with its marks.
//!
//!     LACUNA_SHARED=... cargo bench --bench search                    100,000 notes
//!     LACUNA_SHARED=... cargo bench --bench search -- 100000 1000000  both sizes, one after the other
//!
//! `LACUNA_NOTES` names sizes as well. Without LACUNA_SHARED the notes are made from the synthetic charts and the queries are a few of our
//! own. `--unread` builds our index without a reading of the notes, `--bare` leaves FTS5 and ripgrep out, `--keep FOLDER` keeps what was
//! built and uses it the next time, `--each` prints every query. A million notes take 15 GB of disk.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod build;
mod cancel;
mod clock;
mod corpus;
mod queries;
mod rivals;
mod table;

use build::Sizes;
use corpus::Corpus;
use lacuna::work::{Known, best_first};
use lacuna_index::{Engine, Page, Query, Sort, Stop, marks, window};
use queries::Asked;
use rayon::prelude::*;
use rivals::Sqlite;
use std::path::{Path, PathBuf};
use table::Table;

/// The day after the last note, in UTC seconds: what newness is reckoned from.
const NOW: i64 = 1_672_531_200 + 1096 * 86_400;

/// Without a word about it.
const NOTES: u64 = 100_000;

/// What was asked on the command line.
#[derive(Default)]
struct Options {
    sizes: Vec<u64>,
    unread: bool,
    bare: bool,
    each: bool,
    keep: Option<PathBuf>,
}

impl Options {
    fn read() -> Options {
        let mut options = Options::default();
        let mut arguments = std::env::args().skip(1);
        let number = |text: &str| text.replace(['_', ','], "").parse::<u64>().ok();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--unread" => options.unread = true,
                "--bare" => options.bare = true,
                "--each" => options.each = true,
                "--keep" => options.keep = arguments.next().map(PathBuf::from),
                // What cargo hands to every bench.
                "--bench" => {}
                other => options.sizes.push(number(other).unwrap_or_else(|| panic!("{other} is neither a size nor an option"))),
            }
        }
        if options.sizes.is_empty() {
            options.sizes = std::env::var("LACUNA_NOTES").unwrap_or_default().split_whitespace().filter_map(number).collect();
        }
        if options.sizes.is_empty() {
            options.sizes.push(NOTES);
        }
        options
    }
}

fn main() {
    let options = Options::read();
    let corpus = Corpus::load();
    let asked = queries::load();
    println!("notes made from {}, {} queries", corpus.source, asked.len());
    for notes in &options.sizes {
        compare(&corpus, &asked, *notes, &options);
    }
}

fn compare(corpus: &Corpus, asked: &[Asked], notes: u64, options: &Options) {
    let own = tempfile::tempdir().unwrap();
    let folder = options.keep.as_ref().map_or(own.path().to_owned(), |keep| keep.join(notes.to_string()));
    std::fs::create_dir_all(&folder).unwrap();
    let sizes = Sizes::of(corpus, notes);
    println!("\n== {notes} notes, {:.0} bytes each, {:.0} MB", sizes.per_note, sizes.megabytes);
    let built = build::all(&folder, corpus, &sizes, options.unread, !options.bare);

    let rounds = if notes > 300_000 { 5 } else { 10 };
    let mut table = Table::default();
    let mut differ = Vec::new();
    for query in asked {
        let parsed = Query::parse(&query.ours()).0;
        let known = Query::read(&query.ours(), &Known::lexicon()).0;
        let (mut found, mut bare, mut fts) = (0, 0, None);
        let (kind, id) = (query.kind.as_str(), query.id.as_str());
        // In turns, so that what else the machine does falls on all of them.
        for round in 0..=rounds {
            let mut turn = Turn { table: &mut table, kind, id, warm: round > 0 };
            turn.measure("ours", || found = ask(&built.engine, &built.sqlite, &parsed, best_first(NOW)));
            turn.measure("bare tantivy", || bare = built.bare.search(query));
            turn.measure("ours, no texts", || drop(built.engine.search(&parsed, best_first(NOW), &Stop::new()).unwrap()));
            turn.measure("ours, synonyms", || {
                ask(&built.engine, &built.sqlite, &known, best_first(NOW));
            });
            if !options.bare && round <= 3 && query.fts().is_some() {
                turn.measure("FTS5", || fts = built.sqlite.search(query));
            }
        }
        for (name, other) in [("tantivy", Some(bare)), ("FTS5", fts)] {
            if let Some(other) = other.filter(|other| *other != found) {
                differ.push(format!("{id} {name} {other} ours {found}"));
            }
        }
    }
    for (id, kind, text) in queries::OURS_ALONE {
        let query = Query::read(text, &Known::lexicon()).0;
        let sort = if *kind == "newest" { Sort::Date } else { Sort::Score };
        for round in 0..=rounds {
            let mut turn = Turn { table: &mut table, kind, id, warm: round > 0 };
            turn.measure("ours alone", || {
                ask(&built.engine, &built.sqlite, &query, Page { sort, ..best_first(NOW) });
            });
        }
    }
    table.print(options.each);
    cancel::measure(&built.engine, asked, NOW);
    println!("totals that differ: {}", if differ.is_empty() { "none".to_owned() } else { differ.join("; ") });
    if !options.bare {
        ripgrep(&folder.join("notes.txt"), corpus, notes, asked);
    }
}

/// One query of one engine, measured unless it is the first time.
struct Turn<'t> {
    table: &'t mut Table,
    kind: &'t str,
    id: &'t str,
    warm: bool,
}

impl Turn<'_> {
    fn measure(&mut self, engine: &'static str, run: impl FnOnce()) {
        let spent = clock::spent(run);
        if self.warm {
            self.table.add(engine, self.kind, self.id, spent);
        }
    }
}

/// What a screen asks: the best 20, the total, the counted values, snippets with their marks.
fn ask(engine: &Engine, store: &Sqlite, query: &Query, page: Page) -> u64 {
    let found = engine.search(query, page, &Stop::new()).unwrap();
    let texts: Vec<String> = found.hits.iter().map(|hit| store.text(hit.key)).collect();
    texts.par_iter().for_each(|text| {
        std::hint::black_box(window(text, &marks(query, text), 160));
    });
    found.total
}

/// Lines with a word or a phrase in one packed file, where ripgrep is installed.
fn ripgrep(file: &Path, corpus: &Corpus, notes: u64, asked: &[Asked]) {
    use std::io::Write;
    if std::process::Command::new("rg").arg("--version").output().is_err() {
        println!("ripgrep is not installed: left out");
        return;
    }
    if !file.exists() {
        let mut out = std::io::BufWriter::new(std::fs::File::create(file).unwrap());
        for n in 1..=notes {
            writeln!(out, "{}", corpus.note(n).text.replace(['\n', '\r'], " ")).unwrap();
        }
        out.flush().unwrap();
    }
    let mut table = Table::default();
    for query in asked {
        let [queries::Part::Term(words) | queries::Part::Phrase(words)] = query.must.as_slice() else { continue };
        let run = || drop(std::process::Command::new("rg").args(["-c", "-i", "-w", "-F", words]).arg(file).output().unwrap());
        table.add("ripgrep, one file", "words", &query.id, clock::spent(run));
    }
    table.print(false);
}
