//! Logins that failed, counted before each try so that a killed one counts too. Each makes the next wait longer.

use super::ours;
use crate::error::Result;
use crate::hash::sha256;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

const FILE: &str = "logins.json";
/// The longest wait: a guesser gets two tries a minute, a person who was guessed at is not shut out.
const LONGEST: u64 = 30;
/// Names that have no slot share one count: a guesser cannot fill the disk with names.
const UNKNOWN: &str = "";

/// What went before a login.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failures {
    /// Tries that failed since the last one that succeeded.
    pub count: u32,
    /// When the last of them was, by the clock of the host.
    pub last: String,
}

impl Failures {
    /// How long the next try waits: 1, 2, 4 ... seconds.
    pub fn wait(&self) -> Duration {
        match self.count {
            0 => Duration::ZERO,
            n => Duration::from_secs(1_u64.checked_shl(n - 1).unwrap_or(LONGEST).min(LONGEST)),
        }
    }
}

/// The turn of a name at the lock; the system lets go of it when the process ends, however it ends.
pub struct Turn(#[expect(dead_code, reason = "its lock is what counts")] File);

/// The count beside a store. Where it cannot be written (a read-only disk), nothing is counted: the passphrase still is the lock.
pub struct Attempts {
    path: PathBuf,
}

impl Attempts {
    /// Of the store in `folder`.
    pub fn of(folder: &Path) -> Self {
        Self { path: folder.join(FILE) }
    }

    /// Counts a try that begins now as failed, and gives what went before it.
    pub fn begin(&self, user: Option<&str>, now: &str) -> Failures {
        let before = self.change(|all| {
            let one = all.entry(user.unwrap_or(UNKNOWN).to_owned()).or_default();
            let before = one.clone();
            *one = Failures { count: before.count.saturating_add(1), last: now.to_owned() };
            before
        });
        before.unwrap_or_default()
    }

    /// It succeeded: the count begins anew. Gives what failed before, and what failed under names that nobody has.
    pub fn succeeded(&self, user: &str) -> (Failures, Failures) {
        let taken = self.change(|all| {
            let mine = all.remove(user).unwrap_or_default();
            let unknown = all.remove(UNKNOWN).unwrap_or_default();
            (Failures { count: mine.count.saturating_sub(1), ..mine }, unknown)
        });
        taken.unwrap_or_default()
    }

    /// Waits for the turn of this name, and holds it until it is dropped: one try at a time, however many programs are started at once.
    /// Names that nobody has share one. Where no lock can be kept nobody waits.
    pub fn turn(&self, user: Option<&str>) -> Option<Turn> {
        let name = user.map_or_else(|| "nobody".to_owned(), |user| sha256(user).chars().take(16).collect());
        let file = ours::open_or_make(&self.path.with_file_name(format!("login-{name}.lock"))).ok()?;
        file.lock().ok()?;
        Some(Turn(file))
    }

    fn change<T>(&self, change: impl FnOnce(&mut BTreeMap<String, Failures>) -> T) -> Result<T> {
        let failed = |e: std::io::Error| crate::error::Trouble::system("failed logins could not be counted").why(e.kind());
        if self.path.symlink_metadata().is_ok_and(|m| !m.is_file()) {
            fs::remove_file(&self.path).map_err(failed)?;
        }
        let mut file = ours::open_or_make(&self.path).map_err(failed)?;
        file.lock().map_err(failed)?;
        let mut text = String::new();
        let read = Read::by_ref(&mut file).take(1 << 20).read_to_string(&mut text);
        // What is no count any more begins anew.
        let mut all = read.ok().and_then(|_| serde_json::from_str(&text).ok()).unwrap_or_default();
        let value = change(&mut all);
        let text = serde_json::to_string(&all).unwrap_or_default();
        write(&mut file, text.as_bytes()).map_err(failed)?;
        Ok(value)
    }
}

fn write(file: &mut File, bytes: &[u8]) -> std::io::Result<()> {
    file.seek(SeekFrom::Start(0))?;
    file.set_len(0)?;
    file.write_all(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guesses_that_were_started_together_ran_side_by_side() {
        let folder = tempfile::tempdir().unwrap();
        let attempts = Attempts::of(folder.path());
        let file = |user: &str| folder.path().join(format!("login-{}.lock", &sha256(user)[..16]));
        let mine = attempts.turn(Some("ana"));
        assert!(mine.is_some());
        let other = File::open(file("ana")).unwrap();
        assert!(other.try_lock().is_err(), "a second try of the same name waits");
        assert!(attempts.turn(Some("ben")).is_some(), "another name has its own turn");
        drop(mine);
        assert!(other.try_lock().is_ok());
    }

    #[test]
    fn each_failure_doubles_the_wait_and_a_success_begins_anew() {
        let folder = tempfile::tempdir().unwrap();
        let attempts = Attempts::of(folder.path());
        let waits: Vec<u64> = (0..8).map(|_| attempts.begin(Some("ana"), "now").wait().as_secs()).collect();
        assert_eq!(waits, [0, 1, 2, 4, 8, 16, 30, 30]);
        assert_eq!(attempts.begin(Some("ben"), "now").count, 0, "each name has a count of its own");
        assert_eq!(attempts.begin(None, "a").count + attempts.begin(None, "b").count, 1, "but those that nobody has");
        let (mine, unknown) = attempts.succeeded("ana");
        assert_eq!((mine.count, unknown.count, unknown.last.as_str()), (7, 2, "b"), "the try itself did not fail");
        assert_eq!(attempts.begin(Some("ana"), "now").count, 0);
        fs::write(folder.path().join(FILE), "nonsense").unwrap();
        assert_eq!(attempts.begin(Some("ana"), "now").count, 0);
        assert_eq!(attempts.begin(Some("ana"), "now").count, 1);
    }
}
