//! A folder that an interface engine fills: each file is imported when it has settled, then moved to `done` or `rejected`, with a report
//! beside it. After a crash the same file is imported again, which changes nothing, and moved.

use super::import::{ImportProgress, ImportReport, Input, import};
use super::session::Session;
use crate::error::{Result, Trouble};
use crate::intake::Options;
use crate::store::Store;
use lacuna_index::Stop;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Where files go that went in whole.
const DONE: &str = "done";
/// Where files go of which something was refused.
const REJECTED: &str = "rejected";

/// Looks that a file of messages is waited for whose last segment has no end; then it is taken, and that message is refused.
const HELD: u32 = 5;
/// Files that were taken last, and are looked at again.
const REMEMBERED: usize = 1000;

/// A watched folder.
#[derive(Debug)]
pub struct Watch {
    folder: PathBuf,
    /// Size and time of each file when it was last seen: one that has not changed since has settled.
    seen: BTreeMap<PathBuf, (u64, Option<SystemTime>)>,
    /// Messages whose last segment has no end: how many looks they are waited for.
    held: BTreeMap<PathBuf, u32>,
    /// What was taken last, with the size it had: somebody may still write to it.
    taken: Vec<(PathBuf, u64)>,
    /// What lies there and is never taken, and whether it was told.
    strange: BTreeMap<PathBuf, bool>,
}

/// A file that was taken, and where it is now.
#[derive(Debug)]
pub struct Taken {
    /// The file, as it lay there.
    pub file: PathBuf,
    /// Where it went.
    pub now: PathBuf,
    /// What came of it.
    pub report: ImportReport,
}

impl Watch {
    /// Makes the two folders.
    ///
    /// # Errors
    /// When it is no folder, or they cannot be made in it.
    pub fn new(folder: &Path) -> Result<Self> {
        if !folder.is_dir() {
            let hint = "name the folder that the interface engine writes to";
            return Err(Trouble::input("it cannot be watched").at(folder.display().to_string(), None).why("it is no folder").hint(hint));
        }
        for name in [DONE, REJECTED] {
            let path = folder.join(name);
            // A link would carry notes out of the folder, to wherever whoever made it wants them.
            if fs::symlink_metadata(&path).is_ok_and(|meta| !meta.is_dir()) {
                let hint = "take it away: the folder is made when the watch begins";
                return Err(Trouble::input("it cannot be watched")
                    .at(path.display().to_string(), None)
                    .why("it is a link or a file, and no folder")
                    .hint(hint));
            }
            fs::create_dir_all(&path).map_err(|error| failed(&path, "the folder cannot be made", &error))?;
        }
        Ok(Self { folder: folder.to_path_buf(), seen: BTreeMap::new(), held: BTreeMap::new(), taken: Vec::new(), strange: BTreeMap::new() })
    }

    /// Looks once: takes every file that has not changed since the last look, in the order of names.
    ///
    /// # Errors
    /// When the folder cannot be read, a file not be moved, or the store not be written.
    pub fn look(&mut self, store: &Store, session: &Session, options: &Options, stop: &Stop) -> Result<Vec<Taken>> {
        let options = &Options { passing: true, ..options.clone() };
        let now = self.files()?;
        let settled: BTreeSet<PathBuf> =
            now.iter().filter(|(path, state)| self.seen.get(*path) == Some(*state)).map(|(path, _)| path.clone()).collect();
        // What says more of a note goes with the note, and a note waits until it has settled.
        let pairs: BTreeMap<PathBuf, PathBuf> = now.keys().filter_map(|file| Some((file.clone(), says_more(file, &now)?))).collect();
        self.seen = now;
        let mut taken = Vec::new();
        for file in settled.iter().filter(|file| !pairs.values().any(|side| side == *file)) {
            if stop.stopped() {
                break;
            }
            let side = pairs.get(file);
            if side.is_some_and(|side| !settled.contains(side)) {
                continue;
            }
            if self.waits(file) {
                continue;
            }
            let size = self.seen.get(file).map_or(0, |(size, _)| *size);
            let together: Vec<PathBuf> = std::iter::once(file).chain(side).cloned().collect();
            let report = import(store, session, Input::Paths(&together), options, stop, &mut |_: &ImportProgress| {})?;
            if report.stopped {
                break; // it stays, and is taken the next time
            }
            let now = self.put_away(file, side.map(PathBuf::as_path), &report)?;
            for path in &together {
                self.seen.remove(path);
            }
            self.taken.push((now.clone(), size));
            let over = self.taken.len().saturating_sub(REMEMBERED);
            self.taken.drain(..over);
            taken.push(Taken { file: file.clone(), now, report });
        }
        Ok(taken)
    }

    /// Regular files in the folder itself. Hidden ones and ones that are being written (`.part`, `.tmp`) are left alone.
    fn files(&mut self) -> Result<BTreeMap<PathBuf, (u64, Option<SystemTime>)>> {
        let entries = fs::read_dir(&self.folder).map_err(|error| failed(&self.folder, "the folder cannot be read", &error))?;
        let mut files = BTreeMap::new();
        for entry in entries {
            let entry = entry.map_err(|error| failed(&self.folder, "the folder cannot be read", &error))?;
            let (path, name) = (entry.path(), entry.file_name());
            let name = name.to_string_lossy();
            if name.starts_with('.') || name.ends_with(".part") || name.ends_with(".tmp") {
                continue;
            }
            // A file may go while we look.
            match fs::symlink_metadata(&path) {
                Ok(meta) if meta.is_file() => drop(files.insert(path, (meta.len(), meta.modified().ok()))),
                Ok(meta) if !meta.is_dir() => drop(self.strange.entry(path).or_insert(false)),
                _ => {}
            }
        }
        Ok(files)
    }

    /// Whether a file of messages is waited for a little longer: it ends inside a segment, and whoever writes it may only be slow.
    fn waits(&mut self, file: &Path) -> bool {
        if !ends_inside_a_segment(file) {
            self.held.remove(file);
            return false;
        }
        let looks = self.held.entry(file.to_path_buf()).or_default();
        *looks += 1;
        if *looks <= HELD {
            return true;
        }
        self.held.remove(file);
        false
    }

    /// Whether a file is waited for that may only be slow to come.
    pub fn waits_for_some(&self) -> bool {
        !self.held.is_empty()
    }

    /// What was taken and grew afterwards: what came late was not read.
    pub fn grown(&mut self) -> Vec<Trouble> {
        let size = |path: &Path| fs::symlink_metadata(path).map_or(0, |meta| meta.len());
        let (grown, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut self.taken).into_iter().partition(|(path, taken)| size(path) > *taken);
        self.taken = rest;
        grown
            .into_iter()
            .map(|(path, _)| {
                Trouble::input("the file grew after it was taken")
                    .at(path.display().to_string(), None)
                    .why("whoever writes it had not ended: what came late was not read")
                    .hint("put the file into the folder again; have it written under another name (.part) and renamed when it is whole")
            })
            .collect()
    }

    /// What lies in the folder and is never taken (a link, a pipe), since it was last asked.
    pub fn strange(&mut self) -> Vec<Trouble> {
        let untold = self.strange.iter_mut().filter(|(_, told)| !**told);
        untold
            .map(|(path, told)| {
                *told = true;
                Trouble::input("it is not taken")
                    .at(path.display().to_string(), None)
                    .why("it is a link, a pipe or a device, and no ordinary file")
                    .hint("have the interface engine write the file itself")
            })
            .collect()
    }

    /// Moves a file and what says more of it, the report first: a file that lies in `done` has its report beside it.
    fn put_away(&self, file: &Path, side: Option<&Path>, report: &ImportReport) -> Result<PathBuf> {
        let folder = self.folder.join(if report.exit_code() == 0 { DONE } else { REJECTED });
        let name = file.file_name().map(OsString::from).unwrap_or_default();
        let mut to = folder.join(&name);
        let side_name = side.and_then(Path::file_name).map(OsString::from);
        let taken = side_name.as_ref().is_some_and(|name| folder.join(name).exists());
        let numbered = |name: &OsString| {
            let mut numbered = OsString::from(format!("{}-", report.run)); // the run's number is never used twice
            numbered.push(name);
            folder.join(numbered)
        };
        let again = taken || to.exists() || beside(&to).exists();
        if again {
            to = numbered(&name);
        }
        let text = serde_json::to_string_pretty(report).map_err(|error| Trouble::system("the report cannot be written").why(error))?;
        let report_path = beside(&to);
        fs::write(&report_path, text + "\n").map_err(|error| failed(&report_path, "the report cannot be written", &error))?;
        // The note first: after a crash between the two it would come again without what says more of it.
        fs::rename(file, &to).map_err(|error| failed(file, "the file cannot be moved", &error))?;
        if let Some((side, name)) = side.zip(side_name) {
            let there = if again { numbered(&name) } else { folder.join(&name) };
            fs::rename(side, there).map_err(|error| failed(side, "the file cannot be moved", &error))?;
        }
        Ok(to)
    }
}

/// The file that says more of a note: `note.txt.json`, else `note.json`, beside `note.txt`.
fn says_more(file: &Path, all: &BTreeMap<PathBuf, (u64, Option<SystemTime>)>) -> Option<PathBuf> {
    let mut longer = file.as_os_str().to_owned();
    longer.push(".json");
    [PathBuf::from(longer), file.with_extension("json")].into_iter().find(|side| side != file && all.contains_key(side))
}

/// Whether a file of HL7 v2 messages has no end of a segment, of a frame or of a line as its last byte.
fn ends_inside_a_segment(file: &Path) -> bool {
    let read = || -> std::io::Result<bool> {
        let mut opened = fs::File::open(file)?;
        let mut start = [0; 16];
        let read = opened.read(&mut start)?;
        let begins = start.get(..read).unwrap_or_default().trim_ascii_start();
        let begins = begins.strip_prefix(b"\xef\xbb\xbf").unwrap_or(begins);
        if ![b"MSH|".as_slice(), b"FHS|", b"BHS|"].iter().any(|head| begins.starts_with(head)) {
            return Ok(false);
        }
        opened.seek(SeekFrom::End(-1))?;
        let mut last = [0];
        opened.read_exact(&mut last)?;
        Ok(!matches!(last, [b'\r' | b'\n' | 0x1c]))
    };
    read().unwrap_or(false) // what cannot be read is refused with its reason
}

fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".report.json");
    PathBuf::from(name)
}

fn failed(path: &Path, what: &str, error: &std::io::Error) -> Trouble {
    let hint = "check the folder's permissions and the disk; what was imported is stored";
    Trouble::system(what).at(path.display().to_string(), None).why(error.kind()).hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::Instant;
    use crate::work::session::Clock;

    #[test]
    fn settled_files_are_taken_moved_and_reported() {
        let store = Store::memory(&session().actor()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let mut watch = Watch::new(folder.path()).unwrap();
        fs::write(at("a.txt"), "Sepsis.").unwrap();
        fs::write(at("b.txt"), "").unwrap();
        fs::write(at("c.txt.part"), "half a").unwrap();
        let mut look = || watch.look(&store, &session(), &Options::default(), &Stop::new()).unwrap();
        assert!(look().is_empty(), "nothing has settled yet");
        fs::write(at("late.txt"), "AKI").unwrap();
        let taken = look();
        assert_eq!(taken.iter().map(|t| t.now.clone()).collect::<Vec<_>>(), [at("done/a.txt"), at("rejected/b.txt")]);
        assert_eq!(taken[0].report.documents.added, 1);
        let report: serde_json::Value = serde_json::from_str(&fs::read_to_string(at("rejected/b.txt.report.json")).unwrap()).unwrap();
        assert_eq!(report["rejects"][0]["what"], "the file is empty");
        assert!(at("done/a.txt.report.json").exists() && at("c.txt.part").exists() && at("late.txt").exists());
        assert_eq!(look().len(), 1, "the late one has settled by now");
    }

    #[test]
    fn a_note_in_a_watched_folder_lost_what_the_file_beside_it_says() {
        let store = Store::memory(&session().actor()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let mut watch = Watch::new(folder.path()).unwrap();
        let mut look = || watch.look(&store, &session(), &Options::default(), &Stop::new()).unwrap();
        fs::write(at("a.txt"), "Sepsis.").unwrap();
        assert!(look().is_empty());
        fs::write(at("a.txt.json"), r#"{"patient": "77", "encounter": "E1", "id": "n1"}"#).unwrap();
        assert!(look().is_empty(), "the note waits for it");
        let taken = look();
        assert_eq!(taken.iter().map(|t| t.now.clone()).collect::<Vec<_>>(), [at("done/a.txt")]);
        assert!(at("done/a.txt.json").exists() && at("done/a.txt.report.json").exists() && !at("a.txt.json").exists());
        assert_eq!(store.document("n1", None).unwrap().unwrap().patient.as_deref(), Some("77"));
        for name in ["a.txt", "a.txt.json"] {
            fs::write(at(name), if name == "a.txt" { "AKI." } else { r#"{"patient": "78"}"# }).unwrap();
        }
        look();
        assert_eq!(look().len(), 1);
        assert_eq!(fs::read_to_string(at("done/a.txt")).unwrap(), "Sepsis.");
        assert!(at("done/2-a.txt").exists() && at("done/2-a.txt.json").exists());
    }

    #[test]
    fn a_message_whose_writer_stalled_was_stored_cut_in_half() {
        let store = Store::memory(&session().actor()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let mut watch = Watch::new(folder.path()).unwrap();
        let look = |watch: &mut Watch| watch.look(&store, &session(), &Options::default(), &Stop::new()).unwrap();
        let head = "MSH|^~\\&|A|B|C|D|20260105120000||MDM^T02|M1|P|2.5\rPID|1||7^^^H^MR||Probe^Mia\rTXA|1|PN|TX|20260104||||||||D1\r";
        fs::write(at("n.hl7"), format!("{head}OBX|1|TX|||Sepsis is ru")).unwrap();
        (0..4).for_each(|_| assert!(look(&mut watch).is_empty(), "it is waited for"));
        fs::write(at("n.hl7"), format!("{head}OBX|1|TX|||Sepsis is ruled out.\r")).unwrap();
        assert!(look(&mut watch).is_empty());
        assert_eq!(look(&mut watch).len(), 1);
        assert_eq!(store.document("D1", None).unwrap().unwrap().text, "Sepsis is ruled out.\n");
        assert!(watch.grown().is_empty());
        fs::write(at("done/n.hl7"), format!("{head}OBX|1|TX|||Sepsis is ruled out.\rOBX|2|TX|||Not so.\r")).unwrap();
        assert_eq!((watch.grown().len(), watch.grown().len()), (1, 0), "told once");
        // One that never ends is refused, and kept.
        fs::write(at("m.hl7"), head.replace("D1", "D2").replace("M1", "M2") + "OBX|1|TX|||Sepsis is ru").unwrap();
        let taken = (0..9).find_map(|_| look(&mut watch).pop()).unwrap();
        assert_eq!((taken.now, taken.report.rejects[0].what.as_str()), (at("rejected/m.hl7"), "the file ends inside a segment"));
        assert_eq!(store.document("D2", None).unwrap(), None);
    }

    #[test]
    fn a_second_file_of_the_same_name_does_not_overwrite_the_first() {
        let store = Store::memory(&session().actor()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut watch = Watch::new(folder.path()).unwrap();
        for text in ["first", "second"] {
            fs::write(folder.path().join("n.txt"), text).unwrap();
            watch.look(&store, &session(), &Options::default(), &Stop::new()).unwrap();
            assert_eq!(watch.look(&store, &session(), &Options::default(), &Stop::new()).unwrap().len(), 1);
        }
        assert_eq!(fs::read_to_string(folder.path().join("done/n.txt")).unwrap(), "first");
        assert_eq!(fs::read_to_string(folder.path().join("done/2-n.txt")).unwrap(), "second");
        assert!(Watch::new(&folder.path().join("no such")).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_and_a_link_were_passed_over_in_silence_and_a_linked_done_took_notes_elsewhere() {
        let store = Store::memory(&session().actor()).unwrap();
        let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::os::unix::fs::symlink(elsewhere.path(), folder.path().join("done")).unwrap();
        let trouble = Watch::new(folder.path()).unwrap_err();
        assert!(trouble.why.as_deref().is_some_and(|why| why.contains("link")) && trouble.hint.is_some());
        fs::remove_file(folder.path().join("done")).unwrap();
        let mut watch = Watch::new(folder.path()).unwrap();
        fs::write(elsewhere.path().join("n.txt"), "Sepsis.").unwrap();
        std::os::unix::fs::symlink(elsewhere.path().join("n.txt"), folder.path().join("n.txt")).unwrap();
        rustix::fs::mknodat(rustix::fs::CWD, folder.path().join("p.hl7"), rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0).unwrap();
        for _ in 0..3 {
            assert!(watch.look(&store, &session(), &Options::default(), &Stop::new()).unwrap().is_empty());
        }
        assert_eq!((watch.strange().len(), watch.strange().len()), (2, 0), "told once");
        assert!(elsewhere.path().join("n.txt").exists());
    }

    #[test]
    fn a_name_that_came_again_with_another_note_became_a_version_of_the_first() {
        let store = Store::memory(&session().actor()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut watch = Watch::new(folder.path()).unwrap();
        for text in ["Sepsis.", "Hip fracture.", "Sepsis.", "Hip fracture."] {
            fs::write(folder.path().join("note1.txt"), text).unwrap();
            while watch.look(&store, &session(), &Options::default(), &Stop::new()).unwrap().is_empty() {}
        }
        assert_eq!(store.encounter_identifiers().unwrap().len(), 2, "two notes, each of its own");
        assert_eq!(store.document("note1.txt", None).unwrap().unwrap().text, "Sepsis.");
        assert_eq!(store.versions("note1.txt").unwrap().len(), 1);
    }

    fn session() -> Session {
        Session::begin(Some("ana"), Clock::Frozen(Instant::UNIX_EPOCH)).unwrap()
    }
}
