//! Where an index lives, and through which directory its folder is read and written. An encrypting directory is one more [`Shelf`]: every
//! byte of an index goes through it, and nothing else knows the difference.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tantivy::Directory;
use tantivy::directory::{DirectoryLock, INDEX_WRITER_LOCK, MmapDirectory, RamDirectory};

use crate::epoch;
use crate::error::IndexError;

/// Opens the directory of a folder that exists.
pub(crate) type Shelf = Arc<dyn Fn(&Path) -> Result<Box<dyn Directory>, IndexError> + Send + Sync>;

/// Files as they are.
pub(crate) fn plain() -> Shelf {
    Arc::new(|path| {
        let directory = MmapDirectory::open(path).map_err(|e| IndexError::Unusable(e.to_string()))?;
        Ok(Box::new(directory))
    })
}

#[derive(Clone)]
pub(crate) enum Home {
    Memory(RamDirectory),
    Folder(PathBuf, Shelf),
}

impl Home {
    pub(crate) fn directory(&self) -> Result<Box<dyn Directory>, IndexError> {
        match self {
            Home::Memory(ram) => Ok(Box::new(ram.clone())),
            Home::Folder(path, shelf) => shelf(path),
        }
    }
}

/// Makes the folder of an index, for its owner only: terms are words of charts. Where a group shares the store, the program's umask lets it in.
pub(crate) fn make(path: &Path) -> Result<(), IndexError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o770);
    Ok(builder.create(path)?)
}

/// What is written whole comes with a mode for its owner only, whatever the umask: where a group shares the folder it is the group's too.
pub(super) fn share(folder: &Path, file: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if std::fs::metadata(folder)?.permissions().mode() & 0o7777 == 0o2770 {
            std::fs::set_permissions(folder.join(file), std::fs::Permissions::from_mode(0o660))?;
        }
    }
    Ok(())
}

/// Empties a damaged folder, unless another process is writing there.
pub(crate) fn empty(path: &Path) -> Result<(), IndexError> {
    let _lock = lock(path)?;
    for item in std::fs::read_dir(path)? {
        let item = item?;
        // The lock file stays: removing it would let a second writer lock a file of the same name.
        if item.file_name().to_str() == INDEX_WRITER_LOCK.filepath.to_str() {
            continue;
        }
        if item.file_type()?.is_dir() { std::fs::remove_dir_all(item.path())? } else { std::fs::remove_file(item.path())? }
    }
    Ok(())
}

/// Locks are the file system's, whatever the files hold.
fn lock(path: &Path) -> Result<DirectoryLock, IndexError> {
    let directory = MmapDirectory::open(path).map_err(|e| IndexError::Unusable(e.to_string()))?;
    directory.acquire_lock(&INDEX_WRITER_LOCK).map_err(|_| IndexError::Busy)
}

/// The folders of other epochs beside `own`.
pub(crate) fn others(own: &Path) -> Vec<PathBuf> {
    let Some(parent) = own.parent() else { return Vec::new() };
    let Ok(items) = std::fs::read_dir(parent) else { return Vec::new() };
    let mut out: Vec<PathBuf> = items
        .flatten()
        .filter(|item| item.file_type().is_ok_and(|t| t.is_dir()) && item.file_name().to_str().is_some_and(epoch::is_folder))
        .map(|item| item.path())
        .filter(|path| path != own)
        .collect();
    out.sort();
    out
}

/// Removes the folders of other epochs. One that cannot be removed now goes next time: it does no harm but take room.
pub(crate) fn remove_others(own: &Path) {
    for path in others(own) {
        if lock(&path).is_ok() {
            drop(std::fs::remove_dir_all(path));
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests;
