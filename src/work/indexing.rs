//! Keeps the search index in step with the store: from the outbox, or from nothing when it is missing, damaged or foreign.

use crate::error::{Result, Trouble};
use crate::store::{DocumentForIndex, Store};
use lacuna_index::{Change, Engine, Entry, IndexError, Opened, Stop};

/// Documents handed to the index at a time: bounds memory, whatever their number.
const BATCH: usize = 500;

/// The index of a store.
pub struct Library {
    /// The engine.
    pub engine: Engine,
}

/// Opens the index beside the store; in memory for a store in memory. Never fails because of the index itself: a bad one is
/// replaced by an empty one, which stands at sequence 0 and is filled by the next [`catch_up`].
pub fn open(store: &Store) -> Result<Library> {
    let engine = match store.folder() {
        None => Engine::memory().map_err(trouble)?,
        Some(folder) => match Engine::open(&folder.join("index"), store.id()).map_err(trouble)? {
            Opened::Ready(engine) | Opened::NeedsRebuild { engine, .. } => engine,
        },
    };
    Ok(Library { engine })
}

/// Takes in everything that the index does not hold yet; gives how many changes it could not take in: when another process is
/// writing, that process takes them in. A search's own [`Stop`] does not belong here: it would throw half a rebuild away.
pub fn catch_up(store: &Store, library: &Library, stop: &Stop, tell: &mut dyn FnMut(u64)) -> Result<Waiting> {
    let engine = &library.engine;
    engine.reload().map_err(trouble)?;
    loop {
        let (at, head) = (engine.sequence(), store.outbox_head()?);
        if at == head || stop.stopped() {
            break;
        }
        // Changes that are needed are no longer kept, or the store is older than the index (a backup was put back).
        let done = if at > head || at + 1 < store.outbox_oldest()? {
            rebuild(store, engine, head, stop, tell)?
        } else {
            let next = store.outbox(at, BATCH)?;
            let changes = next.remove.iter().map(|key| Change::Remove(*key)).chain(next.put.iter().map(|d| Change::Put(entry(d))));
            let done = engine.advance(changes, at, next.sequence, stop);
            tell(next.put.len() as u64);
            done
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

/// Makes the index anew from the documents, whatever it holds.
pub fn start_over(store: &Store, library: &Library, stop: &Stop, tell: &mut dyn FnMut(u64)) -> Result<Waiting> {
    let head = store.outbox_head()?;
    rebuild(store, &library.engine, head, stop, tell)?.map_err(trouble)?;
    catch_up(store, library, stop, tell)
}

/// What the index has still to take in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting(pub u64);

/// Everything in one commit: one that is cut off leaves the index as it was. What changes while it runs has a higher sequence
/// than `head` and comes from the outbox afterwards.
fn rebuild(
    store: &Store,
    engine: &Engine,
    head: u64,
    stop: &Stop,
    tell: &mut dyn FnMut(u64),
) -> Result<std::result::Result<(), IndexError>> {
    let mut failed = None;
    let outcome = engine.rebuild(
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
                for document in &documents {
                    take(Change::Put(entry(document)))?;
                }
                done += documents.len() as u64;
                tell(done);
            }
        },
        head,
        stop,
    );
    match failed {
        Some(trouble) => Err(trouble),
        None => Ok(outcome),
    }
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
