//! Keeps the search index in step with the store: from the outbox, or from nothing when it is missing, damaged or foreign.

use crate::error::{Result, Trouble};
use crate::store::{DocumentForIndex, Store};
use lacuna_index::{Change, Engine, Entry, IndexError, Opened, Stop};

/// Documents handed to the index at a time: bounds memory, whatever their number.
const BATCH: usize = 500;

/// The index of a store, and why it had to be made anew when it had.
pub struct Library {
    /// The engine.
    pub engine: Engine,
    /// Why it is (or was) empty.
    pub rebuilt: Option<String>,
}

/// Opens the index beside the store; in memory for a store in memory. Never fails because of the index itself: a bad one is
/// replaced, and filled by the next [`catch_up`].
pub fn open(store: &Store) -> Result<Library> {
    let opened = match store.folder() {
        None => return Engine::memory().map(|engine| Library { engine, rebuilt: Some("in memory".to_owned()) }).map_err(trouble),
        Some(folder) => Engine::open(&folder.join("index"), store.id()).map_err(trouble)?,
    };
    Ok(match opened {
        Opened::Ready(engine) => Library { engine, rebuilt: None },
        Opened::NeedsRebuild { engine, why } => Library { engine, rebuilt: Some(why) },
    })
}

/// An empty index in place of the one that is there.
pub fn fresh(store: &Store) -> Result<Library> {
    if let Some(folder) = store.folder() {
        let at = folder.join("index");
        match std::fs::remove_dir_all(&at) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => {
                return Err(Trouble::system("the old index could not be removed").at(at.display().to_string(), None).why(error.kind()));
            }
        }
    }
    open(store)
}

/// Takes in everything that the index does not hold yet; gives how many changes there were. When another process is writing the
/// index, that process takes them in: this one says how many are waiting.
pub fn catch_up(store: &Store, library: &mut Library, stop: &Stop, tell: &mut dyn FnMut(u64)) -> Result<Waiting> {
    library.engine.reload().map_err(trouble)?;
    // An index that is ahead of its store belongs to what was there before an older copy was put back.
    if library.engine.sequence() > store.outbox_head()? {
        *library = fresh(store)?;
    }
    // Sequence 0 is an index that was never completed: made anew just now, or cut off while it was filled.
    if library.engine.sequence() == 0 && store.outbox_head()? > 0 {
        if library.engine.documents() > 0 {
            *library = fresh(store)?;
        }
        match rebuild(store, &library.engine, stop, tell) {
            Ok(()) => {}
            Err(IndexOr::Index(IndexError::Busy)) => return waiting(store, &library.engine),
            Err(other) => return Err(other.into()),
        }
        library.rebuilt = None;
    }
    loop {
        let from = library.engine.sequence();
        let next = store.outbox(from, BATCH)?;
        if next.sequence == from || (next.put.is_empty() && next.remove.is_empty()) || stop.stopped() {
            break;
        }
        match apply(&library.engine, &next.put, &next.remove, next.sequence, stop) {
            Ok(()) => {}
            Err(IndexError::Busy) => break,
            Err(error) => return Err(trouble(error)),
        }
        library.engine.reload().map_err(trouble)?;
        store.outbox_done(library.engine.sequence())?;
        tell(next.put.len() as u64);
    }
    waiting(store, &library.engine)
}

/// What the index has still to take in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting(pub u64);

fn waiting(store: &Store, engine: &Engine) -> Result<Waiting> {
    Ok(Waiting(store.outbox_head()?.saturating_sub(engine.sequence())))
}

enum IndexOr {
    Index(IndexError),
    Other(Trouble),
}

impl From<IndexOr> for Trouble {
    fn from(error: IndexOr) -> Self {
        match error {
            IndexOr::Index(error) => trouble(error),
            IndexOr::Other(trouble) => trouble,
        }
    }
}

fn rebuild(store: &Store, engine: &Engine, stop: &Stop, tell: &mut dyn FnMut(u64)) -> std::result::Result<(), IndexOr> {
    // What changes while this runs has a higher sequence and comes from the outbox afterwards.
    let head = store.outbox_head().map_err(IndexOr::Other)?;
    let (mut after, mut done) = (0, 0);
    loop {
        let documents = store.documents_for_index(after, BATCH).map_err(IndexOr::Other)?;
        let last = documents.last().map(|d| d.key);
        if stop.stopped() {
            return Ok(());
        }
        // Only the commit that completes the rebuild carries the sequence: one that was cut off starts again.
        let sequence = if documents.len() < BATCH { head.max(1) } else { 0 };
        apply(engine, &documents, &[], sequence, stop).map_err(IndexOr::Index)?;
        done += documents.len() as u64;
        tell(done);
        match last {
            Some(key) if documents.len() == BATCH => after = key,
            _ => break,
        }
    }
    engine.reload().map_err(IndexOr::Index)
}

fn apply(engine: &Engine, put: &[DocumentForIndex], remove: &[u64], sequence: u64, stop: &Stop) -> std::result::Result<(), IndexError> {
    let changes = remove.iter().map(|key| Change::Remove(*key)).chain(put.iter().map(|d| Change::Put(entry(d))));
    engine.apply(changes, sequence, stop)
}

/// A document as the index and the brute-force evaluator see it.
pub fn entry(d: &DocumentForIndex) -> Entry<'_> {
    Entry {
        key: d.key,
        text: &d.document.text,
        document_type: d.document.document_type.map_or("", |t| t.name()),
        title: d.document.title.as_deref(),
        author: d.document.author.as_ref().and_then(|a| a.name.as_deref()).unwrap_or_default(),
        service: &d.service,
        patient: &d.patient_name,
        mrn: &d.mrn,
        encounter: d.encounter.as_deref().unwrap_or_default(),
        date: d.document.time.map(|t| t.utc_seconds()),
    }
}

/// An index failure in words a person can act on.
pub fn trouble(error: IndexError) -> Trouble {
    Trouble::system("the search index failed").why(error).hint("it is only a cache: `lacuna doctor --rebuild-index` makes it anew")
}
