//! A new data key for the whole store, when somebody who knew the old one must not read on.
//!
//! SQLCipher writes every page anew in one transaction; cut off, the store is as before, and whoever opens it finds out which of the
//! two keys it has. That transaction needs the store to itself, with a rollback journal: a reader beside it would read two keys.

use super::audit::Act;
use super::{Actor, FILE, Key, Store, raw, settings, trouble::because, unlock};
use crate::error::{Result, Trouble};
use crate::hash::hex;
use crate::keys::{DataKey, Zeroizing};
use rusqlite::{Connection, OpenFlags};
use std::path::Path;

impl Store {
    /// Replaces the data key, because `user` was removed from the list of people (`list` says which one is in force then). The store must be
    /// opened anew with it afterwards: this one is used up.
    pub fn replace_key(self, new: &DataKey, actor: &Actor, user: &str, list: &str) -> Result<()> {
        let failed = because("the store could not be given its new key");
        let old = Zeroizing::new(hex(&self.audit_key[..]));
        // First of all: while somebody else is in, nothing of it happens, and the log does not say that it did.
        without_log(&self.lock())?;
        self.write(|tx| {
            self.record(tx, actor, &Act { object: Some(user), detail: list, ..Act::new("user.remove") })?;
            self.record(tx, actor, &Act { object: Some(user), ..Act::new("key.replace") })?;
            // What was hashed until here stays verifiable: its key goes in, and only the new data key reads it.
            tx.execute(CLOSE_EPOCH, [old.as_str()]).map(drop).map_err(because("the audit log could not be closed"))
        })?;
        let connection = self.lock();
        connection.pragma_update(None, "rekey", raw(new).as_str()).map_err(&failed)?;
        connection.query_row("PRAGMA locking_mode=NORMAL", [], |_| Ok(())).map_err(&failed)?;
        settings(&connection).map_err(&failed)
    }

    /// Whether the store in `folder` is locked with this very key.
    pub fn fits(folder: &Path, key: &DataKey) -> bool {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Connection::open_with_flags(folder.join(FILE), flags).is_ok_and(|c| {
            let read = |c: &Connection| c.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0));
            unlock(&c, &Key::Data(key.clone())).and_then(|()| read(&c)).is_ok_and(|tables| tables > 0)
        })
    }
}

/// The rows of the log until here keep the key they were hashed with.
pub(super) const CLOSE_EPOCH: &str = "INSERT INTO audit_epoch (until, key) SELECT max(sequence), ?1 FROM audit";

/// Takes the store to ourselves, with a rollback journal in the place of the log beside it.
pub(super) fn without_log(connection: &Connection) -> Result<()> {
    let mode: String = connection
        .query_row("PRAGMA locking_mode=EXCLUSIVE", [], |_| Ok(()))
        .and_then(|()| connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())))
        .and_then(|()| connection.query_row("PRAGMA journal_mode=DELETE", [], |row| row.get(0)))
        .map_err(|_| others())?;
    if mode == "delete" { Ok(()) } else { Err(others()) }
}

pub(super) fn others() -> Trouble {
    Trouble::refused("the store cannot be given a new key while somebody uses it")
        .why("another process has it open")
        .hint("ask everybody to leave Lacuna, and do it again; until then nothing has changed")
}
