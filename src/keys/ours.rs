//! Files in a folder in which colleagues can write too. A name that can be guessed may be taken already, by a link to a file of somebody's
//! home or by a pipe that is waited at for ever: what is new gets a name that nobody knows before, what is there is opened without
//! following anything, and is used only when it is an ordinary file with this one name.

use super::{file_mode, random};
use crate::hash::hex;
use rustix::fs::OFlags;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Nothing is followed, and nothing waited for.
fn flags() -> i32 {
    (OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed()
}

/// Words that nobody knows before.
pub(crate) fn unknown_name() -> io::Result<String> {
    random::<8>().map(|bytes| hex(&bytes)).map_err(|_| ErrorKind::Other.into())
}

/// A link is no ordinary file either.
fn followed(error: io::Error) -> io::Error {
    let link = error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error());
    if link { ErrorKind::InvalidInput.into() } else { error }
}

fn ordinary(file: File) -> io::Result<File> {
    let meta = file.metadata()?;
    if meta.is_file() && meta.nlink() == 1 { Ok(file) } else { Err(ErrorKind::InvalidInput.into()) }
}

/// Opens a file that is there to read it, at most so much of it.
pub(crate) fn read_at_most(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let file = OpenOptions::new().read(true).custom_flags(flags()).open(path).map_err(followed)?;
    let mut bytes = Vec::new();
    ordinary(file)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Opens a file to change it, and makes it where it is not there.
pub(crate) fn open_or_make(path: &Path) -> io::Result<File> {
    let mode = path.parent().map_or(0o600, file_mode);
    let open = OpenOptions::new().create(true).truncate(false).read(true).write(true).mode(mode).custom_flags(flags()).open(path);
    ordinary(open.map_err(followed)?)
}

/// Writes noughts over a file that is about to go.
pub(crate) fn blank(path: &Path) {
    let write = || -> io::Result<()> {
        let mut file = ordinary(OpenOptions::new().write(true).custom_flags(flags()).open(path)?)?;
        let mut left = file.metadata()?.len();
        let noughts = [0_u8; 4096];
        while left > 0 {
            let part = noughts.get(..usize::try_from(left).unwrap_or(noughts.len()).min(noughts.len())).unwrap_or_default();
            file.write_all(part)?;
            left -= part.len() as u64;
        }
        Ok(())
    };
    write().ok();
}

/// Puts a file whole in the place of another one; `durably`, so that it outlives a power cut.
pub(crate) fn put_whole(folder: &Path, name: &str, bytes: &[u8], durably: bool) -> io::Result<()> {
    let (fresh, mut file) = make_beside(folder, name)?;
    let sync = |file: &File| if durably { file.sync_all() } else { Ok(()) };
    let put = file.write_all(bytes).and_then(|()| sync(&file)).and_then(|()| fs::rename(&fresh, folder.join(name)));
    if put.is_err() {
        fs::remove_file(&fresh).ok();
    }
    put
}

/// A new file beside another one, whose name nobody knew before.
fn make_beside(folder: &Path, name: &str) -> io::Result<(PathBuf, File)> {
    let path = folder.join(format!("{name}.{}", unknown_name()?));
    let file = OpenOptions::new().write(true).create_new(true).mode(file_mode(folder)).custom_flags(flags()).open(&path)?;
    Ok((path, file))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_link_a_pipe_or_a_second_name_in_a_shared_folder_was_written_through() {
        let (shared, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let theirs = home.path().join("id_ed25519");
        fs::write(&theirs, "key").unwrap();
        symlink(&theirs, shared.path().join("link")).unwrap();
        fs::hard_link(&theirs, shared.path().join("second")).unwrap();
        rustix::fs::mknodat(
            rustix::fs::CWD,
            shared.path().join("pipe"),
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::from_bits_truncate(0o600),
            0,
        )
        .unwrap();
        for name in ["link", "second", "pipe"] {
            assert!(open_or_make(&shared.path().join(name)).is_err(), "{name}");
            assert!(read_at_most(&shared.path().join(name), 100).is_err(), "{name}");
        }
        for name in ["link", "second", "pipe", "new"] {
            put_whole(shared.path(), name, b"ours", false).unwrap();
            assert_eq!(read_at_most(&shared.path().join(name), 100).unwrap(), b"ours", "{name}");
        }
        assert_eq!(fs::read_to_string(&theirs).unwrap(), "key");
        assert_eq!(fs::read_dir(shared.path()).unwrap().count(), 4, "nothing is left beside them");
    }

    #[test]
    fn the_name_of_a_file_that_is_being_written_was_that_of_the_process() {
        let folder = tempfile::tempdir().unwrap();
        let (one, _) = make_beside(folder.path(), "keys.json").unwrap();
        let (other, _) = make_beside(folder.path(), "keys.json").unwrap();
        assert_ne!(one, other);
        assert!(!one.to_string_lossy().ends_with(&std::process::id().to_string()));
    }
}
