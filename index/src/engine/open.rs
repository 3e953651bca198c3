//! Opening: what is there, whether it is ours, and what to do when it is not.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, OnceLock};

use tantivy::directory::RamDirectory;
use tantivy::index::SegmentComponent;
use tantivy::{Directory, Index, IndexSettings, ReloadPolicy};

use super::home::{self, Home, Shelf};
use super::ledger::Ledgers;
use super::{Engine, Opened, schema};
use crate::epoch::{self, Payload};
use crate::error::IndexError;

/// Up to this size every file's checksum is compared on opening, in a few milliseconds; larger indexes leave it to [`Engine::verify`].
/// Without it a changed byte in the positions goes unnoticed and the totals are wrong.
const CHECKED_AT_OPEN: u64 = 32 << 20;

/// What a folder holds.
enum Probe {
    Whole(Box<Engine>),
    /// An index without a commit: a rebuild that was never finished, or one that another process is at.
    Unfinished(Box<Engine>),
    Missing,
    Unusable(String),
}

pub(crate) fn open(dir: &Path, store: &str, reader: &str, shelf: &Shelf) -> Result<Opened, IndexError> {
    let name = Name { epoch: epoch::name(store, reader), store: epoch::store(store), shelf: Arc::clone(shelf) };
    let folder = dir.join(epoch::folder(&name.epoch));
    let other = !home::others(&folder).is_empty();
    // A second look before an index is given up: another process may have merged files away during the first.
    let probed = match probe(&folder, &name) {
        Probe::Unusable(_) => probe(&folder, &name),
        usable => usable,
    };
    let (why, clear) = match probed {
        Probe::Whole(engine) => return Ok(Opened::Ready(*engine)),
        Probe::Unfinished(engine) => {
            return Ok(Opened::NeedsRebuild {
                engine: *engine,
                why: "the search index was never finished".to_owned(),
                old: earlier(&folder, &name),
            });
        }
        Probe::Missing if other => ("the search index was made by another version of the program or for another store".to_owned(), false),
        Probe::Missing => ("there is no search index yet".to_owned(), false),
        Probe::Unusable(why) => (why, true),
    };
    let old = earlier(&folder, &name);
    match fresh(&folder, &name, clear) {
        Ok(engine) => Ok(Opened::NeedsRebuild { engine, why, old }),
        Err(error) => {
            let why = format!("{why}; the new one is kept in memory: {error}");
            Ok(Opened::NeedsRebuild { engine: memory(store, reader)?, why, old })
        }
    }
}

/// What an index is called (its epoch, and the store that it belongs to), and how its folder is opened.
#[derive(Clone)]
struct Name {
    epoch: String,
    store: String,
    shelf: Shelf,
}

impl Name {
    fn home(&self, folder: &Path) -> Home {
        Home::Folder(folder.to_owned(), Arc::clone(&self.shelf))
    }
}

/// The whole index of another epoch of the same store, if this program can still read it.
fn earlier(folder: &Path, name: &Name) -> Option<Box<Engine>> {
    home::others(folder).into_iter().find_map(|path| {
        let opened = catch_unwind(AssertUnwindSafe(|| -> Result<Option<Engine>, IndexError> {
            let home = name.home(&path);
            let index = Index::open(home.directory()?)?;
            let same = index.schema() == schema::schema().0;
            match payload(&index)? {
                Some(found) if same && found.store == name.store && complete(&index)? => {
                    let own = Name { epoch: found.epoch.clone(), ..name.clone() };
                    engine(index, home, own, Some(found)).map(Some)
                }
                _ => Ok(None),
            }
        }));
        opened.ok()?.ok()?.map(Box::new)
    })
}

pub(crate) fn memory(store: &str, reader: &str) -> Result<Engine, IndexError> {
    let home = Home::Memory(RamDirectory::create());
    let index = create(&home)?;
    engine(index, home, Name { epoch: epoch::name(store, reader), store: epoch::store(store), shelf: home::plain() }, None)
}

fn fresh(folder: &Path, name: &Name, clear: bool) -> Result<Engine, IndexError> {
    home::make(folder)?;
    if clear {
        home::empty(folder)?;
    }
    let home = name.home(folder);
    let index = create(&home)?;
    engine(index, home, name.clone(), None)
}

fn create(home: &Home) -> Result<Index, IndexError> {
    let directory = home.directory()?;
    // Another process may have made it between our look and now.
    if Index::exists(&*directory).unwrap_or(false) {
        return Ok(Index::open(directory)?);
    }
    Ok(Index::create(directory, schema::schema().0, IndexSettings::default())?)
}

fn probe(folder: &Path, name: &Name) -> Probe {
    if !folder.join("meta.json").exists() {
        let empty = std::fs::read_dir(folder).map_or(true, |mut items| items.next().is_none());
        return if empty { Probe::Missing } else { Probe::Unusable("the search index is incomplete".to_owned()) };
    }
    // Opening decodes whatever stands in the files.
    let opened = catch_unwind(AssertUnwindSafe(|| read(folder, name)));
    match opened {
        Ok(Ok(probe)) => probe,
        Ok(Err(error)) => Probe::Unusable(error.to_string()),
        Err(_) => Probe::Unusable("the search index is damaged".to_owned()),
    }
}

fn read(folder: &Path, name: &Name) -> Result<Probe, IndexError> {
    let home = name.home(folder);
    let index = Index::open(home.directory()?)?;
    if index.schema() != schema::schema().0 {
        return Ok(Probe::Unusable("the search index has other fields than this program writes".to_owned()));
    }
    match payload(&index)? {
        None => Ok(Probe::Unfinished(Box::new(engine(index, home, name.clone(), None)?))),
        Some(found) if found.epoch != name.epoch => Ok(Probe::Unusable("the search index belongs to another store".to_owned())),
        found => {
            let engine = engine(index, home, name.clone(), found)?;
            if !complete(&engine.index)? {
                return Ok(Probe::Unusable("a file of the search index is missing".to_owned()));
            }
            // An error here is not damage: another process may have merged files away while they were read.
            if size(folder) <= CHECKED_AT_OPEN && engine.verify().is_ok_and(|damaged| !damaged.is_empty()) {
                return Ok(Probe::Unusable("the search index is damaged".to_owned()));
            }
            Ok(Probe::Whole(Box::new(engine)))
        }
    }
}

/// Whether every segment of the last commit has its files; a missing positions file is not missed by opening.
fn complete(index: &Index) -> Result<bool, IndexError> {
    use SegmentComponent::{FastFields, FieldNorms, Positions, Postings, Store, Terms};
    for segment in index.searchable_segment_metas()? {
        for part in [Postings, Positions, Terms, FastFields, FieldNorms, Store] {
            if !index.directory().exists(&segment.relative_path(part)).unwrap_or(false) {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// Bytes of the files of a folder.
fn size(folder: &Path) -> u64 {
    let Ok(items) = std::fs::read_dir(folder) else { return 0 };
    items.flatten().filter_map(|item| item.metadata().ok()).map(|data| data.len()).sum()
}

/// What the last commit says of itself; `None` before the first.
pub(crate) fn payload(index: &Index) -> Result<Option<Payload>, IndexError> {
    let Some(text) = index.load_metas()?.payload else { return Ok(None) };
    serde_json::from_str(&text).map(Some).map_err(|_| IndexError::Damaged("its last commit is not one of ours".to_owned()))
}

fn engine(mut index: Index, home: Home, name: Name, payload: Option<Payload>) -> Result<Engine, IndexError> {
    index.set_tokenizers(schema::tokenizers());
    let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
    let built = AtomicBool::new(payload.is_some());
    let sequence = AtomicU64::new(payload.map_or(0, |p| p.sequence));
    Ok(Engine {
        index,
        reader,
        columns: schema::schema().1,
        ledgers: Ledgers::default(),
        executor: OnceLock::new(),
        home,
        epoch: name.epoch,
        store: name.store,
        sequence,
        built,
    })
}
