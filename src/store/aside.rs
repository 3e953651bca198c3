//! The copy that is kept before a store is brought to a newer schema: what the store was, beside it, as locked as it was.

use super::backup::{copy, copy_database, keys_of};
use super::trouble::because;
use super::{FILE, Key, location, unlock};
use crate::error::{Result, Trouble};
use crate::keys::KEY_FILE;
use rusqlite::Connection;
use serde::Serialize;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// What opening a store of an earlier schema did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Brought {
    /// The schema it had.
    pub from: u32,
    /// The schema it has.
    pub to: u32,
    /// The store as it was, for `lacuna restore`; nothing where it lived in memory.
    pub backup: Option<PathBuf>,
}

impl Brought {
    /// What happened and where the copy is, for a person.
    pub fn words(&self) -> String {
        let kept = self.backup.as_ref().map(|file| format!("; as it was before, it is kept in {}", file.display())).unwrap_or_default();
        format!("this store was brought from schema {} to {}{kept}", self.from, self.to)
    }
}

/// Copies the store in `folder`, which the caller holds locked for writing: through a connection of its own, because a database is not
/// copied through the one that writes to it. The copy has its name only when it is whole and on the disk.
pub(super) fn keep(key: &Key, folder: &Path, schema: u32) -> Result<PathBuf> {
    let target = free(folder, schema);
    let part = target.with_extension("part");
    fs::remove_file(&part).ok(); // of a process that was killed here: nobody else is, while the store is locked
    let kept = (|| {
        location::create_private(&part)?;
        let source = Connection::open(folder.join(FILE)).map_err(because("the store could not be copied"))?;
        unlock(&source, key).map_err(because("the store could not be copied"))?;
        copy_database(&source, key, &part)?;
        let keys = folder.join(KEY_FILE);
        if *key != Key::None && keys.exists() {
            copy(&keys, &keys_of(&target))?;
        }
        fs::rename(&part, &target)
            .and_then(|()| File::open(folder)?.sync_all())
            .map_err(|e| location::io_trouble("the copy could not be kept", &target, &e))
    })();
    kept.map(|()| target.clone()).map_err(|trouble: Trouble| {
        fs::remove_file(&part).ok();
        forget(&target);
        trouble.hint("the store is as it was: before it is brought to this program's schema, a copy of it must fit beside it")
    })
}

/// Takes a copy back: what it was made for did not happen.
pub(super) fn forget(backup: &Path) {
    fs::remove_file(backup).ok();
    fs::remove_file(keys_of(backup)).ok();
}

/// A name that nothing has: an earlier copy may be of other contents.
fn free(folder: &Path, schema: u32) -> PathBuf {
    let named = |name: String| folder.join(name);
    let mut target = named(format!("before-schema-{schema}.db"));
    let mut number = 2;
    while target.exists() || keys_of(&target).exists() {
        target = named(format!("before-schema-{schema}-{number}.db"));
        number += 1;
    }
    target
}
