//! Folders to any depth, in one fixed order, regular files only. Nothing else is ever opened: a FIFO would hang, a symbolic
//! link could point anywhere.

use super::desk::Desk;
use crate::error::Trouble;
use std::fs::{self, File, FileType, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// A regular file to read.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// Where it is.
    pub(super) path: PathBuf,
    /// The path as a message shows it.
    pub(super) source: String,
    /// The path relative to the folder that was given, with `/` between parts; the bare name of a file that was given itself.
    pub(super) relative: String,
    /// Its size when it was found.
    pub(super) bytes: u64,
    /// Whether it was given itself rather than found in a folder.
    pub(super) named: bool,
}

/// All regular files at `root`, sorted by path. What cannot be read is rejected.
pub(super) fn collect(root: &Path, desk: &mut Desk) -> Vec<Found> {
    let mut found = Vec::new();
    // A path that a person names may be a link: it is their own choice. Links inside a folder are not.
    let meta = match fs::metadata(root) {
        Ok(meta) => meta,
        Err(error) => {
            desk.reject(unreadable(&shown(root), &error));
            return found;
        }
    };
    if meta.is_file() {
        let name = root.file_name().map(|n| shown(Path::new(n))).unwrap_or_default();
        return vec![Found { path: root.to_path_buf(), source: shown(root), relative: name, bytes: meta.len(), named: true }];
    }
    if !meta.is_dir() {
        desk.reject(not_regular(&shown(root), meta.file_type()));
        return found;
    }
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        if desk.stopped() {
            break;
        }
        match fs::read_dir(&folder) {
            Err(error) => desk.reject(unreadable(&shown(&folder), &error)),
            Ok(entries) => {
                let mut paths: Vec<PathBuf> = Vec::new();
                for entry in entries {
                    match entry {
                        Ok(entry) => paths.push(entry.path()),
                        Err(error) => desk.reject(unreadable(&shown(&folder), &error)),
                    }
                }
                paths.sort();
                for path in paths {
                    look(path, root, desk, &mut folders, &mut found);
                }
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn look(path: PathBuf, root: &Path, desk: &mut Desk, folders: &mut Vec<PathBuf>, found: &mut Vec<Found>) {
    match fs::symlink_metadata(&path) {
        Err(error) => desk.reject(unreadable(&shown(&path), &error)),
        Ok(meta) if meta.is_dir() => folders.push(path),
        Ok(meta) if meta.is_file() => {
            let relative = shown(path.strip_prefix(root).unwrap_or(&path));
            found.push(Found { source: shown(&path), relative, bytes: meta.len(), path, named: false });
        }
        Ok(meta) => desk.reject(not_regular(&shown(&path), meta.file_type())),
    }
}

/// Opens a file that was found, and makes sure that it still is a regular file: something else may stand there by now.
pub(super) fn open(file: &Found) -> Result<File, Trouble> {
    regular(&file.path, &file.source, file.named)
}

/// Opens a file that a person named. A link is their own choice; a FIFO, a device, a socket or a folder is refused, not waited for.
///
/// # Errors
/// When it cannot be opened, or is no regular file.
pub fn open_named(path: &Path) -> Result<File, Trouble> {
    regular(path, &shown(path), true)
}

fn regular(path: &Path, source: &str, follow_link: bool) -> Result<File, Trouble> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        let follow = if follow_link { OFlags::empty() } else { OFlags::NOFOLLOW };
        options.custom_flags((follow | OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed());
    }
    let opened = options.open(path).map_err(|error| match fs::metadata(path) {
        // A socket cannot even be opened; what it is says more than the system's number.
        Ok(meta) if !meta.is_file() && error.kind() != io::ErrorKind::PermissionDenied => not_regular(source, meta.file_type()),
        _ => unreadable(source, &error),
    })?;
    let meta = opened.metadata().map_err(|error| unreadable(source, &error))?;
    if meta.is_file() { Ok(opened) } else { Err(not_regular(source, meta.file_type())) }
}

/// A path for people: control characters and bytes that are no UTF-8 are written out, so that a name cannot drive a terminal
/// and two names stay two names.
fn shown(path: &Path) -> String {
    let mut text = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        for c in chunk.valid().chars() {
            if c.is_control() { text.extend(c.escape_unicode()) } else { text.push(c) }
        }
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text
}

/// Why a file cannot be read.
pub(super) fn unreadable(source: &str, error: &io::Error) -> Trouble {
    let (why, hint) = match error.kind() {
        io::ErrorKind::NotFound => ("there is no such file or folder".to_owned(), "check the path"),
        io::ErrorKind::PermissionDenied => ("permission denied".to_owned(), "give yourself read permission, or leave it out"),
        kind => (kind.to_string(), "check the disk or the connection, then import again"),
    };
    Trouble::system("it cannot be read").at(source, None).why(why).hint(hint)
}

fn not_regular(source: &str, kind: FileType) -> Trouble {
    let why = if kind.is_symlink() { "it is a symbolic link" } else { special(kind) };
    let hint = if kind.is_symlink() {
        "name the link's target itself"
    } else {
        "name a regular file; for `read` and `query lint`, - is standard input"
    };
    Trouble::input("it is not read").at(source, None).why(why).hint(hint)
}

#[cfg(unix)]
fn special(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    if kind.is_fifo() {
        "it is a FIFO (named pipe)"
    } else if kind.is_socket() {
        "it is a socket"
    } else if kind.is_dir() {
        "it is a folder"
    } else {
        "it is a device"
    }
}

#[cfg(not(unix))]
fn special(_kind: FileType) -> &'static str {
    "it is no regular file"
}
