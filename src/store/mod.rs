//! SQLite: the only truth. Nothing outside this folder names rusqlite.
//!
//! WAL, `synchronous=FULL` (with `NORMAL`, a power cut loses acknowledged work), every write in one `BEGIN IMMEDIATE` with its audit
//! row (what is derived, and the index's own bookkeeping, has none). Derived things (evaluations, the index) can be thrown away; everything else is kept. A [`Key`] is the seam for encryption:
//! SQLCipher is in every build, and an unencrypted store says so.

mod anchor;
mod approvals;
mod aside;
mod audit;
mod authors;
mod backup;
mod by_date;
mod chain;
mod changes;
mod charts;
mod check;
mod classes;
mod encrypt;
mod evaluations;
mod gone;
mod identity;
mod ingest;
mod json;
mod location;
mod merged;
mod migrate;
mod names;
mod numbers;
mod older;
mod others;
mod outbox;
mod patients;
mod people;
mod person;
mod put;
mod queries;
mod query_life;
mod ready;
mod rehearsal;
mod rekey;
mod reports;
mod reviews;
mod runs;
mod seals;
mod searches;
mod sent;
mod shown;
mod signatures;
mod texts;
mod trouble;
mod undo;
#[cfg(test)]
mod undo_tests;
mod units;
mod unplaced;

pub use anchor::{append_anchor, takes_anchors};
pub use aside::Brought;
pub use audit::{AuditEntry, AuditFilter, AuditVerdict};
pub use backup::{keys_of, put_backup, take_back};
pub use chain::Seen;
pub use charts::{EncounterSummary, LoneNote};
pub use classes::Withheld;
pub use encrypt::finish_encryption;
pub use evaluations::{Brief, CachedEvaluation, GapBrief, SEEN_BY, Stamp};
pub use ingest::{Answer, Incoming, IngestCounts, Ledger};
pub use location::{default_folder, prepare_shared};
pub use names::key_words;
pub use others::FullNames;
pub use outbox::{DocumentForIndex, Outbox};
pub use people::SeenMap;
pub use queries::{NewQuery, StoredQuery, StoredStep, StoredVersion};
pub use query_life::{AnswerStep, NewVersion, Said, StoredContact};
pub use ready::ReadyRecord;
pub use rehearsal::Rehearsal;
pub use reviews::Review;
pub use runs::{Ended, Made, RunRecord, RunReport};
pub use searches::{SavedSearch, Searches};
pub use shown::Shown;
pub use texts::DamagedText;
pub use unplaced::{AllUnplaced, Unplaced};

use crate::chart::Instant;
use crate::error::{Result, Trouble};
use crate::hash::hex;
use crate::keys::{DataKey, Role, Signer, Use, Verifier, Zeroizing};
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use trouble::because;

/// Stands for a time that cannot be read: the beginning of UTC, so that it never looks recent.
const EPOCH: Instant = Instant::UNIX_EPOCH;
/// The file inside a store's folder.
const FILE: &str = "lacuna.db";
/// So many statements are kept ready: opening a chart and keeping its evaluation takes more than the sixteen of the library.
const STATEMENTS: usize = 64;
/// SQLite below this can corrupt a WAL file when two processes checkpoint at once.
const OLDEST_SQLITE: i32 = 3_051_003;

/// How a store is locked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Key {
    /// Not encrypted: the demo, and stores whose owner typed `--no-encryption`.
    #[default]
    None,
    /// Locked with the data key that a passphrase opened.
    Data(DataKey),
}

/// Who acts, when, and from where: every write names one.
#[derive(Clone, Debug)]
pub struct Actor {
    /// The person.
    pub user: String,
    /// This session, random.
    pub session: String,
    /// Where the session comes from (SSH client address, or `local`).
    pub client: String,
    /// What the person may do; `None` where there is no login, and everybody may do everything.
    pub role: Option<Role>,
    /// Whether the person said why charts must be open to them now.
    pub glass: bool,
    /// Signs what the person does; `None` where there is no login.
    pub signer: Option<Signer>,
    /// The time of the act.
    pub now: Instant,
}

/// An open store.
pub struct Store {
    connection: Mutex<Connection>,
    folder: Option<PathBuf>,
    audit_key: Zeroizing<[u8; 32]>,
    id: String,
    key: Key,
    brought: Option<Brought>,
    /// What the transaction that runs was refused, to be written down when it is undone.
    refused: Mutex<Option<audit::Refused>>,
    /// Who the patients are, as of the last import.
    names: Mutex<others::KnownNames>,
    /// Of the import that runs: where its journal begins, and the patients and stays of what was refused.
    running: Mutex<runs::Running>,
}

impl Store {
    /// Makes a new store in `folder`, which must not hold one.
    pub fn create(folder: &Path, key: &Key, actor: &Actor) -> Result<Self> {
        Self::create_naming(folder, key, actor, None)
    }

    /// The same, with what the recovery code signs with named in its first row.
    pub fn create_naming(folder: &Path, key: &Key, actor: &Actor, recovery: Option<&Verifier>) -> Result<Self> {
        Self::prepare(folder)?;
        let file = folder.join(FILE);
        if !file.exists() {
            location::create_store_file(&file)?;
        }
        let connection = Connection::open(&file).map_err(because("the store could not be made"))?;
        let store = Self::from_connection(connection, key, Some(folder), false)?;
        store.first_entry(actor, key, recovery)?;
        store.put_head();
        Ok(store)
    }

    /// Makes the folder for a new store, or refuses one that holds a store, or in which others write.
    pub fn prepare(folder: &Path) -> Result<()> {
        Self::refuse_place(folder)?;
        location::prepare(folder)
    }

    /// Refuses a folder that no store can be made in, whether it is there already or not.
    pub fn refuse_place(folder: &Path) -> Result<()> {
        Self::refuse_another(folder)?;
        location::refuse_open_folder(folder)
    }

    /// Refuses a folder that holds a store.
    pub fn refuse_another(folder: &Path) -> Result<()> {
        let file = folder.join(FILE);
        // An empty file without a log beside it is what an `init` that was cut off leaves behind.
        let cut_off = file.metadata().is_ok_and(|m| m.len() == 0) && !folder.join(anchor::HEAD_FILE).exists();
        if file.exists() && !cut_off {
            return Err(Trouble::input("there is a store here already")
                .at(folder.display().to_string(), None)
                .hint("use it as it is, or name another folder with --store"));
        }
        Ok(())
    }

    /// Opens the store in `folder`.
    pub fn open(folder: &Path, key: &Key) -> Result<Self> {
        let file = folder.join(FILE);
        let there = file.metadata();
        if let Err(error) = &there
            && error.kind() == std::io::ErrorKind::PermissionDenied
        {
            // Saying "there is none" would send a person off to make a second store.
            return Err(location::io_trouble("the store could not be opened", folder, error));
        }
        if !there.is_ok_and(|m| m.is_file()) {
            return Err(Trouble::input("there is no store here")
                .at(folder.display().to_string(), None)
                .hint("make one with `lacuna --store DIR init`, or see the program with `lacuna demo`"));
        }
        location::refuse_network(folder)?;
        location::refuse_open_folder(folder)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&file, flags)
            .map_err(because("the store could not be opened"))
            .map_err(|t| t.at(folder.display().to_string(), None))?;
        Self::from_connection(connection, key, Some(folder), true).map_err(|t| t.at(folder.display().to_string(), None))
    }

    /// A store in memory: the demo, and tests. Nothing reaches a disk.
    pub fn memory(actor: &Actor) -> Result<Self> {
        let connection = Connection::open_in_memory().map_err(because("no memory for the demo's store"))?;
        let store = Self::from_connection(connection, &Key::None, None, false)?;
        store.first_entry(actor, &Key::None, None)?;
        Ok(store)
    }

    fn first_entry(&self, actor: &Actor, key: &Key, recovery: Option<&Verifier>) -> Result<()> {
        let how = if *key == Key::None { "encryption: none" } else { "encryption: SQLCipher" };
        let detail = names::with_keys(how, actor, recovery);
        self.write(|tx| self.record(tx, actor, &audit::Act { detail: &detail, ..audit::Act::new("store.create") }))
    }

    fn from_connection(mut connection: Connection, key: &Key, folder: Option<&Path>, made_before: bool) -> Result<Self> {
        if rusqlite::version_number() < OLDEST_SQLITE {
            return Err(Trouble::system("this program was built with a SQLite that can damage a store")
                .why(format!("SQLite {} has the WAL-reset bug", rusqlite::version()))
                .hint("build it as the README says, with the bundled SQLite"));
        }
        unlock(&connection, key).map_err(because("the store could not be opened"))?;
        if made_before {
            migrate::refuse_strangers(&connection)?;
        }
        settings(&connection).map_err(because("the store could not be opened"))?;
        let brought = migrate::run(&mut connection, key, folder)?;
        let audit_key = match key {
            Key::None => Zeroizing::new(meta_bytes(&connection, "audit_key")?),
            Key::Data(key) => key.derive(Use::Audit),
        };
        let id = meta(&connection, "store_id")?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        let store = Self {
            connection: Mutex::new(connection),
            folder: folder.map(Path::to_path_buf),
            audit_key,
            id,
            key: key.clone(),
            brought,
            refused: Mutex::new(None),
            names: Mutex::new(None),
            running: Mutex::default(),
        };
        store.tell_classes()?;
        Ok(store)
    }

    /// The store's own random id: an index made for another store is foreign.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Where it lives; `None` in memory.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// What opening it did, where it had an earlier schema.
    pub fn brought(&self) -> Option<&Brought> {
        self.brought.as_ref()
    }

    /// Whether it is encrypted.
    pub fn encrypted(&self) -> bool {
        self.key != Key::None
    }

    /// The key for the files of the search index; `None` where the store itself is not encrypted.
    pub fn index_key(&self) -> Option<Zeroizing<[u8; 32]>> {
        match &self.key {
            Key::None => None,
            Key::Data(key) => Some(key.derive(Use::Index)),
        }
    }

    /// Goes up with every change that another process commits: what a screen polls instead of reading everything again.
    pub fn data_version(&self) -> Result<i64> {
        self.read(|c| c.query_row("PRAGMA data_version", [], |row| row.get(0)))
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        // A panic elsewhere while the lock was held rolled its transaction back; the connection itself is sound.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read<T>(&self, read: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        read(&self.lock()).map_err(because("the store could not be read"))
    }

    /// One writing transaction. `BEGIN IMMEDIATE`: a read that later becomes a write would fail at once whatever the timeout.
    fn write<T>(&self, write: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        let value = self.write_derived(write)?;
        self.remember_head();
        Ok(value)
    }

    /// The same for what is derived: it has no row in the audit chain, whose head stays what it was.
    fn write_derived<T>(&self, write: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        let mut connection = self.lock();
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(because("the store is busy or read-only"))?;
        let value = match write(&transaction) {
            Ok(value) => value,
            Err(trouble) => {
                drop(transaction);
                drop(connection);
                self.write_refusal()?;
                return Err(trouble);
            }
        };
        transaction.commit().map_err(because("nothing was saved: the change could not be committed"))?;
        drop(connection);
        Ok(value)
    }
}

fn unlock(connection: &Connection, key: &Key) -> rusqlite::Result<()> {
    // First of all: SQLCipher would otherwise print its errors on stderr, across the screen.
    connection.execute_batch("PRAGMA cipher_log_level=NONE;")?;
    if let Key::Data(key) = key {
        connection.pragma_update(None, "key", raw(key).as_str())?;
    }
    connection.busy_timeout(std::time::Duration::from_secs(10))
}

/// A raw key as SQLCipher takes it: no passphrase, so no stretching of its own.
fn raw(key: &DataKey) -> Zeroizing<String> {
    let bytes = key.derive(Use::Store);
    Zeroizing::new(format!("x'{}'", Zeroizing::new(hex(&bytes[..])).as_str()))
}

/// The log is folded back every 32 MB: with the library's 4 MB nearly every batch of an import would be.
fn settings(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; PRAGMA mmap_size=0;
         PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=8192;",
    )?;
    room(connection, ROOM)
}

/// Room for pages in memory, in KB. With the library's 2 MB an import reads the same leaves of its indexes again and again, each time
/// through the cipher; a screen walks through many encounters once, and would only hold on to what it has shown.
const ROOM: i32 = 12_288;
const ROOM_OF_AN_IMPORT: i32 = 65_536;

fn room(connection: &Connection, kilobytes: i32) -> rusqlite::Result<()> {
    connection.pragma_update(None, "cache_size", -kilobytes)
}

fn meta(connection: &Connection, key: &str) -> Result<String> {
    connection.query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get(0)).map_err(because("the store could not be read"))
}

fn meta_bytes(connection: &Connection, key: &str) -> Result<[u8; 32]> {
    hex_bytes(&meta(connection, key)?)
}

fn hex_bytes(text: &str) -> Result<[u8; 32]> {
    let bytes: Vec<u8> = (0..text.len() / 2).filter_map(|i| u8::from_str_radix(text.get(2 * i..2 * i + 2)?, 16).ok()).collect();
    bytes.try_into().map_err(|_| Trouble::damaged("the store is damaged").why("its audit key is not readable").hint("restore a backup"))
}

#[cfg(test)]
mod tests;
