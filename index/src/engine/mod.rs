//! The engine: opens, feeds and searches one index.

mod collect;
mod compile;
mod cursor;
mod expand;
mod feed;
mod guard;
mod home;
mod leaf;
mod ledger;
mod open;
mod schema;
mod sealed;
mod standing;
mod text;
mod walk;
mod ways;

pub use feed::Take;
pub use sealed::sealed_contents;
pub use standing::SectionWeight;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde::Serialize;
use tantivy::query::EnableScoring;
use tantivy::{Executor, Index, IndexReader};

use crate::entry::Change;
use crate::epoch::Payload;
use crate::error::IndexError;
use crate::fold;
use crate::grammar::Query;
use crate::plan::Plan;
use crate::stop::Stop;
use collect::Gather;
use compile::Compiler;
use home::Home;
use ledger::{COUNTED, Ledger, Ledgers};
use schema::{Columns, FACETS};
use standing::{LOOKED_AT, Standing};

/// Most values counted out for one facet.
const FACET_VALUES: usize = 12;

/// Most values of a segment that are looked through for completion.
const MOST_VALUES: usize = 20_000;

/// From so many documents on it can be worth it to look at the segments side by side.
const MANY: u64 = 300_000;

/// From so many entries of posting lists on it is. Below, one thread has its answer before a busy machine has woken a second one.
const MUCH: u64 = 150_000;

/// More threads find no more segments worth it.
const MOST_THREADS: usize = 4;

/// An open index. Searches from several threads at once; one process writes at a time, readers are never blocked by it.
pub struct Engine {
    index: Index,
    reader: IndexReader,
    columns: Columns,
    ledgers: Ledgers,
    executor: OnceLock<Executor>,
    home: Home,
    epoch: String,
    store: String,
    sequence: AtomicU64,
    /// Whether a commit of this epoch exists; until then the engine is empty and waits for its rebuild.
    built: AtomicBool,
}

/// An index as found on opening.
#[derive(Debug)]
pub enum Opened {
    /// The index is whole as far as opening can tell; feed it what is newer than [`Engine::sequence`].
    Ready(Engine),
    /// There was nothing usable. The engine is empty: feed it everything, in one [`Engine::apply`].
    NeedsRebuild {
        /// The new, empty engine.
        engine: Engine,
        /// Why the old index could not be used, for a person to read.
        why: String,
        /// The index of an earlier epoch of the same store, where one is still there: to search in until the new one is built.
        old: Option<Box<Engine>>,
    },
}

/// Which hits to give.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Page {
    /// How many.
    pub limit: usize,
    /// How many of the best to leave out first.
    pub offset: usize,
    /// In which order.
    pub sort: Sort,
    /// How much newer notes are preferred, in the order by score.
    pub recency: Option<Recency>,
    /// How much it counts in which section the words stand, in the order by score.
    pub sections: &'static [SectionWeight],
    /// Whether values are counted out.
    pub facets: bool,
}

/// How much a note's age takes from its score: a new note weighs `1 + weight`, one of `half_life` days `1 + weight / 2`, an old one 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recency {
    /// The time it is, in UTC seconds.
    pub now: i64,
    /// What being new adds.
    pub weight: f32,
    /// Days after which half of that is left.
    pub half_life: f32,
}

impl Recency {
    fn most(&self) -> f32 {
        1.0 + self.weight
    }

    fn factor(&self, date: Option<i64>) -> f32 {
        let Some(date) = date else { return 1.0 };
        let days = self.now.saturating_sub(date).max(0) as f32 / 86_400.0;
        1.0 + self.weight * (-days / self.half_life.max(0.01)).exp2()
    }
}

/// The order of hits. Ties go to the smaller key, so it is the same each time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// Best first.
    #[default]
    Score,
    /// Newest first, undated last.
    Date,
}

impl Default for Page {
    fn default() -> Page {
        Page { limit: 20, offset: 0, sort: Sort::Score, recency: None, sections: &[], facets: true }
    }
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Found {
    /// How many documents match, all of them.
    pub total: u64,
    /// The page asked for.
    pub hits: Vec<Hit>,
    /// The most frequent values of note type, author and service among all that match, and the latest months.
    pub facets: Vec<Facet>,
    /// What a person should know about the answer, such as a prefix that was cut.
    pub notices: Vec<String>,
}

/// A document that matches.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Hit {
    /// The key it was put in with.
    pub key: u64,
    /// How well it fits; comparable within one answer only.
    pub score: f32,
}

/// How many of the documents found have a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Facet {
    /// The field, as in a query: `type`, `author`, `service` or `date`.
    pub field: &'static str,
    /// The value as it was put in; empty for the documents that have none.
    pub value: String,
    /// How many have it.
    pub count: u64,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("documents", &self.documents()).field("sequence", &self.sequence()).finish_non_exhaustive()
    }
}

impl Engine {
    /// Opens the index under `dir`, which may be missing. What is missing, damaged, of another epoch or of another store gives an empty
    /// engine to rebuild; where not even a folder can be made, that engine lives in memory. `store` is the store's identifier, `reader`
    /// the version of whoever makes the annotations: another one, another epoch.
    pub fn open(dir: &Path, store: &str, reader: &str) -> Result<Opened, IndexError> {
        open::open(dir, store, reader, &home::plain())
    }

    /// The same with files that only `key` opens. An index made with another key, or with none, counts as damaged: give each key a `store`
    /// of its own, so that the folder of an earlier one is left for it.
    pub fn open_sealed(dir: &Path, store: &str, reader: &str, key: &[u8; 32]) -> Result<Opened, IndexError> {
        open::open(dir, store, reader, &sealed::sealed(key))
    }

    /// An empty engine in memory.
    pub fn memory() -> Result<Engine, IndexError> {
        open::memory("memory", "")
    }

    /// The sequence number given with the last commit this engine has seen; what the store changed later is not in the index.
    pub fn sequence(&self) -> u64 {
        self.sequence.load(Ordering::Acquire)
    }

    /// How many documents the index holds.
    pub fn documents(&self) -> u64 {
        self.reader.searcher().num_docs()
    }

    /// Applies changes in one commit that carries `sequence`, then shows them to this engine. All or nothing: when stopped, killed or
    /// failed, the index stays as it was. [`IndexError::Busy`] when another process is writing.
    ///
    /// `sequence` is stored as given, whatever the index held before; where several processes write, use [`Engine::advance`].
    pub fn apply<'a>(&self, changes: impl Iterator<Item = Change<'a>>, sequence: u64, stop: &Stop) -> Result<(), IndexError> {
        self.commit(feed::From::Anywhere, &mut all(changes), sequence, stop)
    }

    /// The same, from one sequence to the next: [`IndexError::Moved`] when the index does not stand at `from` any more, because another
    /// process has taken the changes in; then [`Engine::reload`] and ask for what comes after.
    pub fn advance<'a>(&self, changes: impl Iterator<Item = Change<'a>>, from: u64, to: u64, stop: &Stop) -> Result<(), IndexError> {
        self.commit(feed::From::Sequence(from), &mut all(changes), to, stop)
    }

    /// The same for a long stretch, which `give` hands over one change at a time, so that it need not be held in memory.
    pub fn advance_far(
        &self,
        give: &mut dyn FnMut(&mut Take<'_>) -> Result<(), IndexError>,
        from: u64,
        to: u64,
        stop: &Stop,
    ) -> Result<(), IndexError> {
        self.commit(feed::From::Sequence(from), give, to, stop)
    }

    /// Replaces everything in one commit by what `give` hands over, one change at a time, so that it need not be held in memory.
    pub fn rebuild(
        &self,
        give: &mut dyn FnMut(&mut Take<'_>) -> Result<(), IndexError>,
        sequence: u64,
        stop: &Stop,
    ) -> Result<(), IndexError> {
        self.commit(feed::From::Nothing, give, sequence, stop)
    }

    fn commit(
        &self,
        from: feed::From,
        give: &mut dyn FnMut(&mut Take<'_>) -> Result<(), IndexError>,
        sequence: u64,
        stop: &Stop,
    ) -> Result<(), IndexError> {
        let first = !self.built.load(Ordering::Acquire);
        let payload = Payload { epoch: self.epoch.clone(), store: self.store.clone(), sequence };
        feed::apply(&self.index, &self.columns, from, give, &payload, stop)?;
        self.reload()?;
        if let Home::Folder(path, _) = &self.home
            && first
        {
            home::remove_others(path);
        }
        Ok(())
    }

    /// Whether it lives on disk. One that does not must not be the reason to forget a change.
    pub fn on_disk(&self) -> bool {
        matches!(self.home, Home::Folder(..))
    }

    /// Shows this engine what other processes have committed.
    pub fn reload(&self) -> Result<(), IndexError> {
        // The number is read first: if a commit falls in between, it is too low, and a few changes are applied twice. Too high would lose some.
        let payload = open::payload(&self.index)?;
        self.reader.reload()?;
        if let Some(payload) = payload {
            self.sequence.store(payload.sequence, Ordering::Release);
            self.built.store(true, Ordering::Release);
        }
        Ok(())
    }

    /// Searches. The total is the true one: it equals what [`crate::matches`] counts, unless a notice says that words were left out.
    pub fn search(&self, query: &Query, page: Page, stop: &Stop) -> Result<Found, IndexError> {
        // A file damaged behind our back can make the decoder panic; that must not take the program down.
        let run = catch_unwind(AssertUnwindSafe(|| self.run(query, page, stop)));
        let found = run.unwrap_or_else(|_| Err(IndexError::Damaged("a part of it could not be decoded".to_owned())));
        if stop.stopped() { Err(IndexError::Stopped) } else { found }
    }

    fn run(&self, query: &Query, page: Page, stop: &Stop) -> Result<Found, IndexError> {
        let plan = Plan::of(query);
        if plan.is_empty() {
            return Ok(Found::default());
        }
        let searcher = self.reader.searcher();
        let large = searcher.num_docs() >= MANY;
        let executor = self.executor(large)?;
        let mut compiler = Compiler {
            searcher: &searcher,
            executor,
            work: 0,
            counted: 0,
            columns: &self.columns,
            stop,
            notices: Vec::new(),
            standing: Vec::new(),
        };
        let compiled = compiler.plan(&plan)?;
        let (notices, leaves) = (compiler.notices, compiler.standing);
        let executor = self.executor(large && compiler.work >= MUCH)?;
        let ledger = if page.facets { Some(self.ledgers.of(&searcher)?) } else { None };
        // Where sections weigh, the order of the best is known only when all of them are looked at, whatever the page.
        let weighed = page.sort == Sort::Score && page.limit > 0 && !page.sections.is_empty();
        let page_end = page.offset.saturating_add(page.limit);
        let wanted = if weighed { page_end.max(LOOKED_AT) } else { page_end };
        let gather = Gather { wanted, page, ledger: ledger.clone(), stop: stop.clone() };
        let scoring = EnableScoring::enabled_from_searcher(&searcher);
        let mut gathered = searcher.search_with_executor(&*compiled, &gather, executor, scoring)?;
        if weighed {
            Standing { leaves, weights: page.sections }.rank(&searcher, &mut gathered.top)?;
        }
        let hits = gathered.top.iter().take(page_end).skip(page.offset).map(|r| Hit { key: r.key(), score: r.score() }).collect();
        let facets = ledger.map_or_else(Vec::new, |ledger| facets(&ledger, &gathered.counts));
        Ok(Found { total: gathered.total, hits, facets, notices })
    }

    /// One thread for what is soon done, where a second one costs more than it saves.
    fn executor(&self, much: bool) -> Result<&Executor, IndexError> {
        static ALONE: Executor = Executor::SingleThread;
        if !much {
            return Ok(&ALONE);
        }
        if let Some(executor) = self.executor.get() {
            return Ok(executor);
        }
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
        let made = if threads > 1 { Executor::multi_thread(threads, "search-")? } else { Executor::SingleThread };
        Ok(self.executor.get_or_init(|| made))
    }

    /// Values of a facet that have a word beginning with `start`, in order; for completion.
    pub fn values(&self, field: &str, start: &str, limit: usize) -> Result<Vec<String>, IndexError> {
        let Some(field) = FACETS.into_iter().find(|f| f.name() == field) else { return Ok(Vec::new()) };
        let start = start.to_lowercase();
        let begins = |value: &str| {
            let value = value.to_lowercase();
            value.starts_with(&start) || value.split(|c: char| !c.is_alphanumeric()).any(|word| word.starts_with(&start))
        };
        let mut out = std::collections::BTreeSet::new();
        for reader in self.reader.searcher().segment_readers() {
            let Some(column) = reader.fast_fields().str(schema::column_name(field))? else { continue };
            for ord in 0..column.num_terms().min(MOST_VALUES) {
                let mut text = String::new();
                if column.ord_to_str(ord as u64, &mut text)? && !text.trim().is_empty() && (start.is_empty() || begins(&text)) {
                    out.insert(text);
                }
            }
        }
        Ok(out.into_iter().take(limit).collect())
    }

    /// Reads every file and compares its checksum; returns the names of those that are damaged. For `doctor` and after a crash.
    pub fn verify(&self) -> Result<Vec<String>, IndexError> {
        let mut names: Vec<String> = self.index.validate_checksum()?.into_iter().map(|path| path.display().to_string()).collect();
        names.sort();
        Ok(names)
    }
}

/// The counts as a list: the most frequent values of each field and the notes without one, and the latest months. Values that a query cannot
/// tell apart count as the most frequent of them, so that what is chosen gives what was counted.
fn facets(ledger: &Ledger, counts: &[Vec<u64>; COUNTED]) -> Vec<Facet> {
    let names = FACETS.into_iter().map(|field| field.name()).chain(["date"]);
    let mut out = Vec::new();
    for (((field, values), alike), counts) in names.zip(&ledger.values).zip(&ledger.alike).zip(counts) {
        // By the first of those alike: the sum, and the most frequent with its own count.
        let mut sums: Vec<(u64, u64, &str)> = vec![(0, 0, ""); values.len()];
        for ((value, first), count) in values.iter().zip(alike).zip(counts) {
            let Some(sum) = sums.get_mut(*first) else { continue };
            sum.0 += count;
            if *count > sum.1 {
                (sum.1, sum.2) = (*count, value);
            }
        }
        let found = sums.into_iter().filter(|(count, ..)| *count > 0);
        let counted = found.map(|(count, _, value)| Facet { field, value: value.to_owned(), count });
        let (none, mut counted): (Vec<Facet>, Vec<Facet>) = counted.partition(|facet| fold::whole(&facet.value).is_empty());
        if field == "date" {
            counted.reverse();
        } else {
            counted.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
        }
        // A field that none of them has says nothing.
        let none = if counted.is_empty() { Vec::new() } else { none };
        counted.truncate(FACET_VALUES - none.len().min(1));
        out.extend(counted);
        out.extend(none.into_iter().map(|facet| Facet { value: String::new(), ..facet }));
    }
    out
}

#[cfg(test)]
mod tests;

/// Hands over every change of an iterator.
fn all<'a>(changes: impl Iterator<Item = Change<'a>>) -> impl FnMut(&mut Take<'_>) -> Result<(), IndexError> {
    let mut changes = changes;
    move |take| changes.try_for_each(&mut *take)
}
