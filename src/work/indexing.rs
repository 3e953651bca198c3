//! Keeps the search index in step with the store: from the outbox, or from nothing when it is missing, damaged or foreign.

use super::annotate::{Annotated, told_by};
use crate::error::{Result, Trouble};
use crate::reading::{Reading, read_marks};
use crate::store::{DocumentForIndex, Store};
use lacuna_index::{Change, Engine, Entry, IndexError, Opened, Stop, Take};
use rayon::prelude::*;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Documents handed to the index at a time: bounds memory, whatever their number.
const BATCH: usize = 500;
/// Changes in one commit: after a large import a commit for each batch would write and merge the same segments again and again. What is cut
/// off is read once more, and a search beside an import sees what is in only after each.
const STRETCH: usize = 5 * BATCH;

/// How long the end of the thread that takes changes in is waited for when the desk closes.
const LAST_STRETCH: Duration = Duration::from_secs(2);

/// The index of a store.
pub struct Library {
    /// The engine.
    pub engine: Engine,
    /// The index of an earlier reader, to search in until the new one is built.
    old: Mutex<Option<Box<Engine>>>,
    /// Held while changes are taken in.
    feeding: Mutex<()>,
    /// Whether a thread of ours is at it.
    behind: AtomicBool,
    /// Raised when that thread is to leave what is left to the next search.
    closing: Stop,
    /// Documents that are read already for an index that is being made anew.
    made: AtomicU64,
}

/// A thread takes changes in: until this is dropped, however it ends.
pub struct Behind(Arc<Library>);

impl Behind {
    /// Raised when the desk closes: what is not taken in yet is taken in by whoever searches next.
    pub fn stop(&self) -> &Stop {
        &self.0.closing
    }
}

impl Drop for Behind {
    fn drop(&mut self) {
        self.0.behind.store(false, Ordering::Release);
    }
}

/// Opens the index beside the store; in memory for a store in memory. Never fails because of the index itself: a bad one is
/// replaced by an empty one, which stands at sequence 0 and is filled by the next [`catch_up`].
pub fn open(store: &Store) -> Result<Library> {
    let (engine, old) = match store.folder() {
        None => (Engine::memory().map_err(trouble)?, None),
        Some(folder) => match open_at(&folder.join("index"), store)? {
            Opened::Ready(engine) => (engine, None),
            Opened::NeedsRebuild { engine, old, .. } => (engine, old),
        },
    };
    Ok(Library {
        engine,
        old: Mutex::new(old),
        feeding: Mutex::new(()),
        behind: AtomicBool::new(false),
        closing: Stop::new(),
        made: AtomicU64::new(0),
    })
}

fn open_at(folder: &std::path::Path, store: &Store) -> Result<Opened> {
    let opened = match store.index_key() {
        None => Engine::open(folder, store.id(), &told_by()),
        // Another key, another index: who opens the store with the new one must not take the old folder for a damaged one.
        Some(key) => {
            let name = crate::hash::hex(&hmac::Mac::finalize(crate::hash::mac(&key)).into_bytes());
            Engine::open_sealed(folder, &format!("{} {name}", store.id()), &told_by(), &key)
        }
    };
    opened.map_err(trouble)
}

impl Library {
    /// The engine to search in now: the earlier one as long as the new one is empty.
    pub fn search<T>(&self, search: impl FnOnce(&Engine, bool) -> T) -> T {
        let mut old = self.old.lock().unwrap_or_else(PoisonError::into_inner);
        if self.engine.sequence() > 0 {
            *old = None;
        }
        match old.as_deref() {
            Some(earlier) => search(earlier, true),
            None => {
                drop(old);
                search(&self.engine, false)
            }
        }
    }

    /// Waits until nobody of this process takes changes in.
    pub fn feed(&self) -> MutexGuard<'_, ()> {
        self.feeding.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says that a thread begins to take changes in, for as long as what it gives is held; nothing when one is at it already.
    pub fn begin_behind(self: &Arc<Self>) -> Option<Behind> {
        (!self.behind.swap(true, Ordering::AcqRel)).then(|| Behind(Arc::clone(self)))
    }

    /// Sends the thread that takes changes in away, and waits for it, but not for ever: it must not go on with a store that is locked,
    /// nor with one whose process ends.
    pub fn close(&self) {
        self.closing.stop();
        super::wait_for(LAST_STRETCH, || !self.behind.load(Ordering::Acquire));
    }

    /// How many documents are read already while the index is made anew; 0 when it is not.
    pub fn made(&self) -> u64 {
        self.made.load(Ordering::Acquire)
    }

    /// How many changes the index has still to take in, as far as other processes have not done it meanwhile.
    pub fn waiting(&self, store: &Store) -> Result<Waiting> {
        self.engine.reload().map_err(trouble)?;
        let head = store.outbox_head()?;
        let at = self.engine.sequence();
        // An index that is further than the store belongs to a store before a backup was put back: it is made anew.
        Ok(Waiting(if at > head { head.max(1) } else { head - at }))
    }
}

/// Documents with what the reader finds in them.
pub fn read_all(documents: &[DocumentForIndex]) -> Vec<Reading> {
    documents.par_iter().map(|d| read_marks(&d.document.text)).collect()
}

/// Takes in everything that the index does not hold yet; gives how many changes it could not take in: when another process is
/// writing, that process takes them in. A search's own [`Stop`] does not belong here: it would throw half a rebuild away.
pub fn catch_up(store: &Store, library: &Library, stop: &Stop, tell: &mut dyn FnMut(u64)) -> Result<Waiting> {
    let engine = &library.engine;
    engine.reload().map_err(trouble)?;
    // What comes in meanwhile is for the next time: beside an import this would never end.
    let goal = store.outbox_head()?;
    loop {
        let (at, head) = (engine.sequence(), store.outbox_head()?);
        if at == head || (goal..=head).contains(&at) || stop.stopped() {
            break;
        }
        // Changes that are needed are no longer kept, or the store is older than the index (a backup was put back).
        let done = if at > head || at + 1 < store.outbox_oldest()? {
            rebuild(store, library, head, stop, tell)?
        } else {
            stretch(store, engine, at, stop, tell)?
        };
        match done {
            Ok(()) => {
                if engine.on_disk() {
                    store.outbox_done(engine.sequence())?;
                }
            }
            Err(IndexError::Moved) => engine.reload().map_err(trouble)?,
            Err(IndexError::Busy | IndexError::Stopped) => break,
            Err(error) => return Err(trouble(error)),
        }
    }
    Ok(Waiting(store.outbox_head()?.saturating_sub(engine.sequence())))
}

/// Hands documents to the index with what the reader finds in them.
fn put(documents: &[DocumentForIndex], take: &mut Take<'_>) -> std::result::Result<(), IndexError> {
    let readings = read_all(documents);
    documents
        .iter()
        .zip(&readings)
        .try_for_each(|(document, reading)| take(Change::Put(entry(document, &Annotated::of(&document.document.text, reading)))))
}

/// The next changes after `at`, in one commit.
fn stretch(store: &Store, engine: &Engine, at: u64, stop: &Stop, tell: &mut dyn FnMut(u64)) -> Result<std::result::Result<(), IndexError>> {
    let upto = store.outbox_after(at, STRETCH)?;
    let mut failed = None;
    let outcome = engine.advance_far(
        &mut |take| {
            let mut after = at;
            while after < upto {
                let next = match store.outbox(after, BATCH) {
                    Ok(next) => next,
                    Err(trouble) => {
                        failed = Some(trouble);
                        return Err(IndexError::Stopped);
                    }
                };
                next.remove.iter().try_for_each(|key| take(Change::Remove(*key)))?;
                put(&next.put, take)?;
                tell(next.put.len() as u64);
                if next.sequence == after {
                    break; // another process has taken them in
                }
                after = next.sequence;
            }
            Ok(())
        },
        at,
        upto,
        stop,
    );
    match failed {
        Some(trouble) => Err(trouble),
        None => Ok(outcome),
    }
}

/// Makes the index anew from the documents, whatever it holds.
pub fn start_over(store: &Store, library: &Library, stop: &Stop, tell: &mut dyn FnMut(u64)) -> Result<Waiting> {
    let head = store.outbox_head()?;
    rebuild(store, library, head, stop, tell)?.map_err(trouble)?;
    catch_up(store, library, stop, tell)
}

/// What the index has still to take in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting(pub u64);

/// Everything in one commit: one that is cut off leaves the index as it was. What changes while it runs has a higher sequence
/// than `head` and comes from the outbox afterwards.
fn rebuild(
    store: &Store,
    library: &Library,
    head: u64,
    stop: &Stop,
    tell: &mut dyn FnMut(u64),
) -> Result<std::result::Result<(), IndexError>> {
    let mut failed = None;
    let outcome = library.engine.rebuild(
        &mut |take| {
            let (mut after, mut done) = (0, 0);
            loop {
                let documents = match store.documents_for_index(after, BATCH) {
                    Ok(documents) => documents,
                    Err(trouble) => {
                        failed = Some(trouble);
                        return Err(IndexError::Stopped);
                    }
                };
                let Some(last) = documents.last() else { return Ok(()) };
                after = last.key;
                put(&documents, take)?;
                done += documents.len() as u64;
                library.made.store(done, Ordering::Release);
                tell(done);
            }
        },
        head,
        stop,
    );
    library.made.store(0, Ordering::Release);
    match failed {
        Some(trouble) => Err(trouble),
        None => Ok(outcome),
    }
}

/// A document as the index and the brute-force evaluator see it.
pub fn entry<'d>(d: &'d DocumentForIndex, annotated: &'d Annotated<'_>) -> Entry<'d> {
    Entry {
        key: d.key,
        text: &d.document.text,
        // What has no type is shown as what has the type of the others ("Note"), and found so.
        document_type: d.document.document_type.unwrap_or_default().name(),
        title: d.document.title.as_deref(),
        author: d.document.author.as_ref().and_then(|a| a.name.as_deref()).unwrap_or_default(),
        service: &d.service,
        patient: &d.patient_name,
        mrn: &d.mrn,
        encounter: d.encounter.as_deref().unwrap_or_default(),
        stay: d.document.encounter.as_deref().unwrap_or_default(),
        date: d.document.time.map(|t| t.written_seconds()),
        notes: annotated.notes(),
    }
}

/// An index failure in words a person can act on.
pub fn trouble(error: IndexError) -> Trouble {
    Trouble::system("the search index failed").why(error).hint("it is only a cache: `lacuna doctor --rebuild-index` makes it anew")
}
