//! An encrypted store in the place of one that was not.
//!
//! Everything is copied into a new file under the key, looked through, and renamed over the old one: at every moment there is one whole store.
//! The keys wait beside it until then (`keys.next.json`), and whoever finds an encrypted store with waiting keys and no others puts them in
//! force. The old file is written over while it is still ours alone: a process that had opened it and waited would go on with it.

use super::audit::Act;
use super::names::with_keys;
use super::rekey::{CLOSE_EPOCH, others, without_log};
use super::{Actor, FILE, Key, Store, location, raw, trouble::because, unlock};
use crate::error::{Result, Trouble};
use crate::hash::hex;
use crate::keys::{DataKey, Shelf, Verifier, Zeroizing};
use rusqlite::Connection;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// What is being made; in nobody's use until it is renamed.
const FRESH: &str = "lacuna.encrypting.db";
/// How a database that is not encrypted begins.
const PLAIN: &[u8; 16] = b"SQLite format 3\0";

impl Store {
    /// Encrypts the store, whose key file lies waiting; it must be opened anew with the key afterwards. Nobody else may have it open.
    /// What the recovery code signs with is named in the row that says so.
    pub fn encrypt(self, new: &DataKey, actor: &Actor, recovery: Option<&Verifier>) -> Result<()> {
        let Some(folder) = self.folder.clone() else {
            return Err(Trouble::input("a store in memory is not encrypted").why("it is on no disk"));
        };
        if self.encrypted() {
            return Err(Trouble::input("this store is encrypted already"));
        }
        let failed = because("the store could not be encrypted; it is as it was");
        let (file, fresh) = (folder.join(FILE), folder.join(FRESH));
        alone(&self.lock())?;
        // Of an attempt that was cut off.
        remove(&fresh);
        location::create_store_file(&fresh)?;
        let before = Zeroizing::new(hex(&self.audit_key[..]));
        let copied = (|| {
            self.copy_locked(&fresh, new)?;
            let copy = Connection::open(&fresh).map_err(&failed)?;
            unlock(&copy, &Key::Data(new.clone())).map_err(&failed)?;
            let sound: String = copy.query_row("PRAGMA integrity_check(1)", [], |r| r.get(0)).map_err(&failed)?;
            let same = counts(&self.lock()).map_err(&failed)? == counts(&copy).map_err(&failed)?;
            if sound != "ok" || !same {
                return Err(Trouble::damaged("the copy is not the store").hint("nothing was changed; run `lacuna doctor`"));
            }
            // Rows until here were hashed with a key that lay in the store, open to all; from here on with one that does not.
            copy.execute(CLOSE_EPOCH, [before.as_str()]).map_err(&failed)?;
            copy.execute("DELETE FROM meta WHERE key = 'audit_key'", []).map_err(&failed)?;
            drop(copy);
            // With a row of the log that says so, hashed as all rows from now on are.
            let made = Self::open_file(&fresh, new)?;
            let detail = with_keys("encryption: SQLCipher", actor, recovery);
            made.write(|tx| made.record(tx, actor, &Act { detail: &detail, ..Act::new("store.encrypt") }))?;
            alone(&made.lock())?;
            drop(made);
            File::open(&fresh).and_then(|f| f.sync_all()).map_err(|e| location::io_trouble("the copy could not be kept", &fresh, &e))
        })();
        if let Err(trouble) = copied {
            remove(&fresh);
            return Err(trouble);
        }
        let swapped = || -> std::io::Result<File> {
            let old = OpenOptions::new().read(true).write(true).open(&file)?;
            fs::rename(&fresh, &file)?;
            File::open(&folder)?.sync_all()?;
            Ok(old)
        };
        let old = swapped().map_err(|e| {
            remove(&fresh);
            location::io_trouble("the encrypted store could not take its place", &file, &e)
        })?;
        Shelf::of(&folder).promote()?;
        wipe(old);
        // The words of the notes are in a plain index too.
        fs::remove_dir_all(folder.join("index")).ok();
        Ok(())
    }

    /// Copies everything into an empty file, page by page under the key.
    fn copy_locked(&self, fresh: &Path, new: &DataKey) -> Result<()> {
        let failed = because("the store could not be copied; it is as it was");
        let connection = self.lock();
        let version: u32 = connection.pragma_query_value(None, "user_version", |r| r.get(0)).map_err(&failed)?;
        let path = fresh.display().to_string();
        connection.execute("ATTACH ?1 AS locked KEY ?2", (&path, raw(new).as_str())).map_err(&failed)?;
        let copied = connection
            .query_row("SELECT sqlcipher_export('locked')", [], |_| Ok(()))
            .and_then(|()| connection.pragma_update(Some("locked"), "user_version", version));
        let detached = connection.execute("DETACH locked", []);
        copied.and(detached.map(drop)).map_err(&failed)
    }

    fn open_file(file: &Path, key: &DataKey) -> Result<Self> {
        let connection = Connection::open(file).map_err(because("the copy could not be opened"))?;
        Self::from_connection(connection, &Key::Data(key.clone()), None, true)
    }
}

/// Puts waiting keys in force where the store took its key and was cut off before they were; says whether it did.
pub fn finish_encryption(folder: &Path) -> Result<bool> {
    let shelf = Shelf::of(folder);
    if shelf.is_locked() || shelf.read_next().is_none() {
        return Ok(false);
    }
    let _held = shelf.hold()?;
    let mut head = [0; 16];
    let begins = File::open(folder.join(FILE)).and_then(|mut file| file.read_exact(&mut head));
    // A plain store with waiting keys was cut off earlier: it is what it was, and the next attempt writes other keys.
    if shelf.is_locked() || begins.is_err() || head == *PLAIN {
        return Ok(false);
    }
    shelf.promote()?;
    remove(&folder.join(FRESH));
    fs::remove_dir_all(folder.join("index")).ok();
    Ok(true)
}

/// The store to ourselves, without a log beside it.
fn alone(connection: &Connection) -> Result<()> {
    without_log(connection)?;
    // A lock that nobody can share, held until the connection ends.
    connection.execute_batch("BEGIN EXCLUSIVE; COMMIT").map_err(|_| others())
}

fn counts(connection: &Connection) -> rusqlite::Result<Vec<(String, i64)>> {
    let names = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
    let names: Vec<String> = connection.prepare(names)?.query_map([], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?;
    names
        .into_iter()
        .map(|name| {
            let count = connection.query_row(&format!("SELECT count(*) FROM \"{name}\""), [], |r| r.get(0))?;
            Ok((name, count))
        })
        .collect()
}

/// Writes over what was there. On a disk that copies on write this promises little; a process that waits for the file finds nothing in it.
fn wipe(mut file: File) {
    let size = file.metadata().map(|m| m.len()).unwrap_or(0);
    let mut over = || -> std::io::Result<()> {
        file.seek(SeekFrom::Start(0))?;
        io::copy(&mut io::repeat(0).take(size), &mut file)?;
        file.sync_all()?;
        file.set_len(0)
    };
    over().ok();
}

fn remove(file: &Path) {
    for end in ["", "-journal", "-wal", "-shm"] {
        let mut name = file.as_os_str().to_owned();
        name.push(end);
        fs::remove_file(name).ok();
    }
}

#[cfg(test)]
#[path = "encrypt_tests.rs"]
mod tests;
