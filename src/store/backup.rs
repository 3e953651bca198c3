//! A copy of the whole store while it is in use, and its way back. What is encrypted is copied encrypted, its keys beside it.

use super::audit::Act;
use super::{Actor, FILE, Key, Store, anchor, location, trouble::because, unlock};
use crate::error::{Result, Trouble};
use crate::keys::KEY_FILE;
use rusqlite::Connection;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Where the keys of a backup lie.
pub fn keys_of(backup: &Path) -> PathBuf {
    let mut name = backup.as_os_str().to_owned();
    name.push(".keys.json");
    PathBuf::from(name)
}

impl Store {
    /// Copies the whole store into `target` while it is in use.
    pub fn backup(&self, target: &Path, actor: &Actor) -> Result<()> {
        for file in [target, &keys_of(target)] {
            if file.exists() {
                return Err(Trouble::input("the backup file is there already")
                    .at(file.display().to_string(), None)
                    .hint("name a new file"));
            }
        }
        let to = target.display().to_string();
        self.write(|tx| self.record(tx, actor, &Act { object: Some(&to), ..Act::new("backup") }))?;
        location::create_private(target)?;
        let done = self.copy_to(target).and_then(|()| self.copy_keys(target));
        if done.is_err() {
            fs::remove_file(target).ok(); // half a backup would only stand in the way of the next try
            fs::remove_file(keys_of(target)).ok();
        }
        done
    }

    fn copy_to(&self, target: &Path) -> Result<()> {
        copy_database(&self.lock(), &self.key, target)
    }

    fn copy_keys(&self, target: &Path) -> Result<()> {
        match &self.folder {
            Some(folder) if self.encrypted() => copy(&folder.join(KEY_FILE), &keys_of(target)),
            _ => Ok(()),
        }
    }
}

/// Copies a database into an empty file, locked with the same key.
pub(super) fn copy_database(source: &Connection, key: &Key, target: &Path) -> Result<()> {
    let mut copy = Connection::open(target).map_err(because("the backup file could not be made"))?;
    unlock(&copy, key).map_err(because("the backup file could not be made"))?;
    let backup = rusqlite::backup::Backup::new(source, &mut copy).map_err(because("the backup could not be started"))?;
    backup.run_to_completion(512, std::time::Duration::from_millis(2), None).map_err(because("the backup was not completed"))
}

/// Puts a backup into a folder that holds no store.
pub fn put_backup(backup: &Path, folder: &Path) -> Result<()> {
    let there = backup.metadata().is_ok_and(|m| m.is_file());
    if !there {
        return Err(Trouble::input("there is no such backup")
            .at(backup.display().to_string(), None)
            .hint("name the file that `lacuna backup` made"));
    }
    Store::prepare(folder)?;
    let left: Vec<&str> = [KEY_FILE, anchor::HEAD_FILE].into_iter().filter(|name| folder.join(name).exists()).collect();
    if let Some(name) = left.first() {
        return Err(Trouble::input("the folder holds parts of another store")
            .at(folder.join(name).display().to_string(), None)
            .hint("name an empty folder with --store"));
    }
    let keys = keys_of(backup);
    let put = if keys.exists() { copy(&keys, &folder.join(KEY_FILE)) } else { Ok(()) };
    put.and_then(|()| copy(backup, &folder.join(FILE))).inspect_err(|_| take_back(folder))
}

/// Takes back what [`put_backup`] put.
pub fn take_back(folder: &Path) {
    for name in [FILE, "lacuna.db-wal", "lacuna.db-shm", KEY_FILE, "logins.json"] {
        fs::remove_file(folder.join(name)).ok();
    }
}

/// Copies a file durably, for its owner or the group that shares its folder; what is there is not overwritten.
pub(super) fn copy(from: &Path, to: &Path) -> Result<()> {
    let copied = || -> io::Result<()> {
        let mut source = File::open(from)?;
        let mut target =
            OpenOptions::new().write(true).create_new(true).mode(to.parent().map_or(0o600, crate::keys::file_mode)).open(to)?;
        io::copy(&mut source, &mut target)?;
        target.sync_all()
    };
    copied().map_err(|e| location::io_trouble("the file could not be copied", to, &e))
}
