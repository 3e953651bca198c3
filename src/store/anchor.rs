//! What is known of the audit log outside of it: the head that this host saw last, and anchors that somebody keeps elsewhere.
//!
//! The head moves on only from a row that the log still holds. A head that is missing, unreadable, or not in the log stays as it is,
//! whatever is written afterwards: else the first act after a backup was put back would hide it. A person accepts a log by name.

use super::audit::{Act, AuditEntry, AuditFilter, AuditVerdict};
use super::chain::Seen;
use super::names::NAMING;
use super::{Actor, Store, signatures};
use crate::error::{Result, Trouble};
use crate::keys::{Shelf, put_whole, read_at_most};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// The file beside the store that holds the last head seen on this host.
pub(super) const HEAD_FILE: &str = "audit.head";
/// What a line of an anchor file begins with.
const ANCHOR: &str = "lacuna";
/// A file of anchors larger than this is none.
const LARGEST: u64 = 64 << 20;

impl Store {
    /// Moves the head on after a write. Best effort: the act itself is already safe, and a head that lags is still a true one.
    pub(super) fn remember_head(&self) {
        let Some(seen) = self.head_seen() else { return };
        // A head that lags because two processes write at once is in the log all the same.
        if self.holds(&seen).unwrap_or(false) && self.head().is_ok_and(|head| head.is_some_and(|(now, _)| now > seen.0)) {
            self.put_head();
        }
    }

    /// Keeps the newest head, whatever was kept before.
    pub(super) fn put_head(&self) {
        let Some(folder) = &self.folder else { return };
        let Ok(Some((sequence, hash))) = self.head() else { return };
        // Two processes may be here at once: each writes a file of its own, and the rename is whole.
        put_whole(folder, HEAD_FILE, format!("{sequence} {hash}\n").as_bytes(), false).ok();
    }

    /// The head kept beside the store; `None` when there is none, or none that can be read.
    pub(super) fn head_seen(&self) -> Option<Seen> {
        let file = self.folder.as_ref()?.join(HEAD_FILE);
        // A FIFO or a link that somebody put there is neither waited for nor followed.
        let bytes = read_at_most(&file, 4096).ok()?;
        let text = std::str::from_utf8(&bytes).ok()?;
        let (sequence, hash) = text.trim().split_once(' ')?;
        seen(sequence, hash)
    }

    /// Takes the log as it is for the true one from now on, with a person's reason. A log that does not chain cannot be accepted.
    pub fn accept_audit(&self, actor: &Actor, reason: &str) -> Result<AuditVerdict> {
        let before = self.verify_audit()?;
        if let AuditVerdict::Altered { sequence } = before {
            return Err(Trouble::refused("a log that does not chain cannot be accepted")
                .why(format!("row {sequence} was changed, or a row before it is missing"))
                .hint("restore a backup from before that, and keep this store as evidence"));
        }
        if let AuditVerdict::QueriesAltered { queries, .. } = &before {
            return Err(Trouble::refused("a log that the queries do not fit cannot be accepted")
                .why(format!("changed behind the program's back: {}", super::audit::listed(queries)))
                .hint("restore a backup from before that, and keep this store as evidence"));
        }
        if let AuditVerdict::Forged { sequence, user } = &before {
            return Err(Trouble::refused("a log with rows that nobody signed cannot be accepted")
                .why(format!("row {sequence} names {user}, who did not sign it"))
                .hint("restore a backup from before that, and keep this store as evidence"));
        }
        if matches!(before, AuditVerdict::UnknownKey { .. }) && self.is_strange(actor)? {
            return Err(Trouble::refused("nobody vouches for a key of their own")
                .why("it is your key that the log does not know")
                .hint("another administrator or auditor accepts it; or make a new passphrase with the recovery code (`lacuna passphrase --recover`), then accept it"));
        }
        let detail = format!("it was {}; {reason}", before.words());
        self.write(|tx| self.record(tx, actor, &Act { detail: &detail, ..Act::new("audit.accept") }))?;
        self.put_head();
        Ok(before)
    }

    /// The newest head as a line to keep where nobody who uses this store can write.
    pub fn anchor(&self, actor: &Actor, to: &str) -> Result<String> {
        self.write(|tx| self.record(tx, actor, &Act { object: Some(to), ..Act::new("audit.anchor") }))?;
        let (sequence, hash) = self.head()?.unwrap_or_default();
        Ok(format!("{ANCHOR} {} {sequence} {hash} {}", self.lasting_id(), actor.now))
    }

    /// What the memory of a log and its anchors know the store by. Of an encrypted one that is its vault: every slot of the key file opens
    /// with this vault only, so nobody can give the store another one and pass its log off as one that nobody has seen. The id in the
    /// tables can be changed by whoever holds the data key; it names a store that has no keys.
    pub fn lasting_id(&self) -> String {
        let vault = self.folder.as_deref().filter(|_| self.encrypted()).and_then(|folder| Shelf::of(folder).read().ok());
        vault.map_or_else(|| self.id.clone(), |file| file.vault())
    }

    /// Whether the head that this host saw last is there, and in the log.
    pub fn host_saw_it(&self) -> bool {
        self.head_seen().is_some_and(|head| self.holds(&head).unwrap_or(false))
    }

    /// The newest row with which somebody accepted the log as it was, and who may: an administrator or auditor by the log's own words, under
    /// a signature that fits, in a log that chains. Whoever holds the data key can write any row, and accepts nothing with it.
    /// `None` where the newest such row is the one whose hash is `known`.
    pub fn accepted_since(&self, known: &str) -> Result<Option<AuditEntry>> {
        let newest = self.rows_where(NAMING)?.into_iter().rfind(|row| row.action == "audit.accept" && row.outcome == "ok");
        if newest.is_none_or(|row| row.hash == known) {
            return Ok(None);
        }
        let rows = self.audit(&AuditFilter::default())?;
        if self.first_broken(&rows)?.is_some() {
            return Ok(None);
        }
        let accepted = signatures::check(&rows).accepted;
        Ok(rows.into_iter().rfind(|row| accepted.contains(&row.sequence)).filter(|row| row.hash != known))
    }

    /// Checks the chain against a file of anchors too, and a row that somebody saw. Lines of other stores are passed over.
    pub fn verify_anchored(&self, file: &Path, mine: Option<Seen>) -> Result<AuditVerdict> {
        let at = |t: Trouble| t.at(file.display().to_string(), None);
        let meta = fs::metadata(file).map_err(|e| at(Trouble::input("the anchors cannot be read").why(e.kind())))?;
        if !meta.is_file() || meta.len() > LARGEST {
            return Err(at(Trouble::input("that is no file of anchors")));
        }
        let bytes = fs::read(file).map_err(|e| at(Trouble::input("the anchors cannot be read").why(e.kind())))?;
        let mut known: Vec<Seen> = String::from_utf8_lossy(&bytes).lines().filter_map(|line| self.anchor_of(line)).collect();
        if known.is_empty() {
            return Err(at(Trouble::input("no anchor of this store is in that file").hint("`lacuna audit anchor FILE` adds one")));
        }
        known.extend(self.head_seen());
        known.extend(mine);
        self.verify_against(&known)
    }

    /// An anchor of this store in a line, wherever a log put its own words before it.
    fn anchor_of(&self, line: &str) -> Option<Seen> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let lasting = self.lasting_id();
        words.windows(4).find_map(|w| match w {
            [ANCHOR, store, sequence, hash] if *store == self.id || *store == lasting => seen(sequence, hash),
            _ => None,
        })
    }
}

fn seen(sequence: &str, hash: &str) -> Option<Seen> {
    let sequence: i64 = sequence.parse().ok().filter(|n| *n > 0)?;
    (hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit())).then(|| (sequence, hash.to_owned()))
}

/// Refuses a file that is there and holds something else than anchors: keys, or who may log in, with a line of ours at their end open
/// nothing any more.
pub fn takes_anchors(file: &Path) -> Result<()> {
    let at = |t: Trouble| t.at(file.display().to_string(), None);
    let meta = match fs::metadata(file) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        meta => meta.map_err(|e| at(Trouble::system("the anchor could not be kept").why(e.kind())))?,
    };
    let none = || at(Trouble::refused("that file holds something else than anchors").hint("name a new file, or one that holds anchors"));
    if !meta.is_file() {
        // A terminal or a pipe shows the line and keeps nothing of its own.
        return if meta.is_dir() { Err(none()) } else { Ok(()) };
    }
    let bytes = if meta.len() > LARGEST { Err(none()) } else { fs::read(file).map_err(|_| none()) }?;
    let anchor = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        words.is_empty() || words.windows(4).any(|w| matches!(w, [ANCHOR, _, sequence, hash] if seen(sequence, hash).is_some()))
    };
    if String::from_utf8_lossy(&bytes).lines().all(anchor) { Ok(()) } else { Err(none()) }
}

/// Adds a line to a file of anchors, durably.
pub fn append_anchor(file: &Path, line: &str) -> Result<()> {
    let append = || -> std::io::Result<()> {
        let mut file = OpenOptions::new().create(true).append(true).mode(0o600).open(file)?;
        writeln!(file, "{line}")?;
        file.sync_all()
    };
    append().map_err(|e| Trouble::system("the anchor could not be kept").at(file.display().to_string(), None).why(e.kind()))
}
