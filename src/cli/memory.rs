//! What this person saw last of each encrypted store's audit log, kept in their own folder: whoever can write in the store's folder can put
//! the whole of it back, the head that lies beside it too, and yet not what somebody else remembers of it. Where none can be kept, nothing is.

use crate::error::Trouble;
use crate::store::{Seen, Store};
use etcetera::BaseStrategy;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::PathBuf;

const FILE: &str = "seen";
/// More than this is no file of ours.
const LARGEST: u64 = 1 << 20;
const NEVER: &str = "-";

/// One store's line: its id, the head of its log, the row that accepted it last, its folder.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Memory {
    store: String,
    head: Seen,
    accepted: String,
    folder: String,
}

impl Memory {
    fn read(line: &str) -> Option<Self> {
        let mut words = line.splitn(5, ' ');
        let (store, sequence, hash) = (words.next()?.to_owned(), words.next()?.parse().ok()?, words.next()?.to_owned());
        Some(Self { store, head: (sequence, hash), accepted: words.next()?.to_owned(), folder: words.next()?.to_owned() })
    }

    fn line(&self) -> String {
        format!("{} {} {} {} {}\n", self.store, self.head.0, self.head.1, self.accepted, self.folder)
    }
}

/// What a visit found.
pub enum Visit {
    /// The log goes on from where this person saw it last, or there is nothing to compare with.
    Goes,
    /// It does not.
    Broken(Trouble),
    /// It does not, and somebody who may has accepted it since; in words.
    Accepted(String),
}

/// Compares a store's log with what this person saw of it, and remembers it as it is now, unless it is broken.
pub fn visit(store: &Store) -> Visit {
    let Some(known) = memory(store) else {
        // A first visit takes the log as this host has seen it. Where the host has not either, as after a restore on another machine,
        // nothing is taken before a person accepts it: else the visit itself would vouch for the log.
        if store.host_saw_it() {
            keep(store);
        }
        return Visit::Goes;
    };
    if store.holds(&known.head).unwrap_or(true) {
        keep(store);
        return Visit::Goes;
    }
    match store.accepted_since(&known.accepted).ok().flatten() {
        Some(row) => {
            keep(store);
            let (who, at, detail) = (row.user, row.at, row.detail);
            Visit::Accepted(format!("the audit log is not the one that you saw last; {who} accepted it on {at} ({detail})"))
        }
        None => Visit::Broken(
            Trouble::damaged("the audit log is not the one that you saw last")
                .why(format!("row {} of it is gone, or is another one now", known.head.0))
                .hint("tell whoever keeps the log: an older copy of the store was put back, or the log was written anew (`lacuna audit verify`, `audit accept`)"),
        ),
    }
}

/// The head of a store's log that this person saw last.
pub fn seen(store: &Store) -> Option<Seen> {
    memory(store).map(|memory| memory.head)
}

/// Remembers a store's log as it is.
pub fn keep(store: &Store) {
    let (Some(file), Some(folder), Ok(Some(head))) = (file(), folder(store), store.head()) else { return };
    let known = memory(store).map_or(NEVER.to_owned(), |memory| memory.accepted);
    let accepted = store.accepted_since(&known).ok().flatten().map_or(known, |row| row.hash);
    let mine = Memory { store: store.lasting_id(), head, accepted, folder };
    let others = all().into_iter().filter(|m| m.folder != mine.folder || (m.store != mine.store && m.store != store.id()));
    let text: String = others.chain([mine.clone()]).map(|m| m.line()).collect();
    // Whole or not at all; two processes at once each write a file of their own.
    let Ok(unknown) = crate::keys::unknown_name() else { return };
    let fresh = file.with_extension(unknown);
    let written = || -> std::io::Result<()> {
        if let Some(folder) = file.parent() {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        OpenOptions::new().create_new(true).write(true).mode(0o600).open(&fresh)?.write_all(text.as_bytes())?;
        fs::rename(&fresh, &file)
    };
    if written().is_err() {
        fs::remove_file(&fresh).ok();
    }
}

fn memory(store: &Store) -> Option<Memory> {
    let folder = folder(store)?;
    let lasting = store.lasting_id();
    let of = |name: &str| all().into_iter().find(|m| m.store == name && m.folder == folder);
    // Before the vault named a store its id did.
    of(&lasting).or_else(|| of(store.id()))
}

fn all() -> Vec<Memory> {
    let read = || {
        let file = file()?;
        file.symlink_metadata().ok().filter(|m| m.is_file() && m.len() <= LARGEST)?;
        fs::read_to_string(file).ok()
    };
    read().unwrap_or_default().lines().filter_map(Memory::read).collect()
}

/// Where the store lives, as one line; only encrypted ones are remembered, since nobody logs in at the others.
fn folder(store: &Store) -> Option<String> {
    let folder = store.folder().filter(|_| store.encrypted())?;
    fs::canonicalize(folder).ok()?.to_str().filter(|path| !path.contains(['\n', '\r'])).map(str::to_owned)
}

fn file() -> Option<PathBuf> {
    let base = etcetera::choose_base_strategy().ok()?;
    Some(base.state_dir().unwrap_or_else(|| base.data_dir()).join("lacuna").join(FILE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_it_was_written_and_what_is_none_is_passed_over() {
        let memory = Memory { store: "ab12".into(), head: (7, "c".repeat(64)), accepted: NEVER.into(), folder: "/srv/our store".into() };
        assert_eq!(Memory::read(memory.line().trim_end()), Some(memory));
        for bad in ["", "ab12", "ab12 x y - /srv", "ab12 7 y -"] {
            assert_eq!(Memory::read(bad), None, "{bad}");
        }
    }
}
