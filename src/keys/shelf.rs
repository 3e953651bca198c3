//! The key file on the disk. Written new, made durable, then put in the place of the old one: at every moment there is a whole one.

use super::file::{KeyFile, LARGEST};
use super::ours;
use crate::error::{Result, Trouble};
use std::fs::{self, File};
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// The file inside a store's folder.
pub const KEY_FILE: &str = "keys.json";
/// The one that comes into force when the store has taken its new key.
pub const NEXT_FILE: &str = "keys.next.json";
const LOCK: &str = "keys.lock";

/// Whether a folder is shared by a group: its owner's and its group's, closed to others, and what is made in it is the group's too (2770).
pub fn is_shared(folder: &Path) -> bool {
    fs::metadata(folder).is_ok_and(|m| m.is_dir() && m.permissions().mode() & 0o7777 == 0o2770)
}

/// The mode of a store's files: for their owner only, or for the group that shares the folder.
pub(crate) fn file_mode(folder: &Path) -> u32 {
    if is_shared(folder) { 0o660 } else { 0o600 }
}

/// Where the key files of a store lie.
#[derive(Clone, Debug)]
pub struct Shelf {
    folder: PathBuf,
}

/// Held while keys are changed; the system lets go of it when the process ends, however it ends.
pub struct Held(#[expect(dead_code, reason = "its lock is what counts")] File);

impl Shelf {
    /// Of the store in `folder`.
    pub fn of(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Whether the store here is locked with keys.
    pub fn is_locked(&self) -> bool {
        self.folder.join(KEY_FILE).exists()
    }

    /// The keys in force.
    pub fn read(&self) -> Result<KeyFile> {
        self.read_named(KEY_FILE)
    }

    /// The keys that a change left waiting.
    pub fn read_next(&self) -> Option<Result<KeyFile>> {
        self.folder.join(NEXT_FILE).exists().then(|| self.read_named(NEXT_FILE))
    }

    fn read_named(&self, name: &str) -> Result<KeyFile> {
        let path = self.folder.join(name);
        let at = |t: Trouble| t.at(path.display().to_string(), None);
        let failed = |e: std::io::Error| at(Trouble::system("the key file could not be read").why(e.kind()).hint("check its permissions"));
        let bytes = ours::read_at_most(&path, LARGEST + 1).map_err(|e| match e.kind() {
            // A FIFO or a link that somebody put there.
            ErrorKind::InvalidInput => at(Trouble::damaged("the key file is no ordinary file")),
            _ => failed(e),
        })?;
        KeyFile::parse(&bytes).map_err(at)
    }

    /// Puts keys in force.
    pub fn write(&self, file: &KeyFile) -> Result<()> {
        self.put(KEY_FILE, &file.bytes()?)
    }

    /// Lays keys beside those in force.
    pub fn write_next(&self, file: &KeyFile) -> Result<()> {
        self.put(NEXT_FILE, &file.bytes()?)
    }

    /// Puts the waiting keys in force.
    pub fn promote(&self) -> Result<()> {
        fs::rename(self.folder.join(NEXT_FILE), self.folder.join(KEY_FILE)).and_then(|()| self.sync()).map_err(|e| self.unwritten(&e))
    }

    /// Waits until nobody else changes keys.
    pub fn hold(&self) -> Result<Held> {
        let file = ours::open_or_make(&self.folder.join(LOCK)).map_err(|e| self.unwritten(&e))?;
        file.lock().map_err(|e| self.unwritten(&e))?;
        Ok(Held(file))
    }

    /// Writes a file whole and durably.
    fn put(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let written = ours::put_whole(&self.folder, name, bytes, true).and_then(|()| self.sync());
        written.map_err(|e| self.unwritten(&e))
    }

    fn sync(&self) -> std::io::Result<()> {
        File::open(&self.folder)?.sync_all()
    }

    fn unwritten(&self, error: &std::io::Error) -> Trouble {
        Trouble::system("the key file could not be written")
            .at(self.folder.display().to_string(), None)
            .why(error.kind())
            .hint("the keys before are still in force; check the folder's permissions and the disk")
    }
}
