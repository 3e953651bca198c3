//! A draft in the person's own editor. The file lies in a folder of its own inside the store's (of a shared store: inside the person's own),
//! which only its owner can read: what an editor leaves beside it (a copy, a swap file) goes with it. Whatever ends the editor, the draft that went in is in the store.

use crate::error::{Result, Trouble};
use crate::query::{Draft, from_editor, to_editor};
use etcetera::BaseStrategy;
use std::io::Write;
use std::path::{Path, PathBuf};

/// What the folders of running editors begin with; the number of the process follows, and words that nobody knows before.
const LEAD: &str = "edit-";

/// Opens the editor and waits for it; the draft with what it made of title, words, question and options.
pub(super) fn edit(store: Option<&Path>, draft: &Draft) -> Result<Draft> {
    let store = store.ok_or_else(|| {
        Trouble::input("this store has no folder for the editor's file")
            .why("it lies in memory, and what is about a patient goes to no other place")
            .hint("write in the fields; a store on disk has an editor")
    })?;
    let editor = named()?;
    let place = place_of(store)?;
    sweep(&place);
    let folder = Folder::new(&place)?;
    let path = folder.0.join("query.txt");
    private_file(&path).and_then(|mut file| file.write_all(to_editor(draft).as_bytes())).map_err(failed)?;
    run(&editor, &path)?;
    let written = std::fs::read(&path).map_err(failed)?;
    let written = String::from_utf8_lossy(&written);
    // An empty file is no wish to delete every word: editors leave one when they fall over.
    if written.trim().is_empty() {
        return Err(Trouble::refused("the editor left nothing").at(editor.as_str(), None).hint("the draft is as it was"));
    }
    Ok(from_editor(draft, &written))
}

/// Where an editor's folder may be made: in the store's, or, where colleagues can write there too and put something else in its place while
/// the editor runs, in this person's own.
fn place_of(store: &Path) -> Result<PathBuf> {
    if !crate::keys::is_shared(store) {
        return Ok(store.to_owned());
    }
    let base = etcetera::choose_base_strategy().map_err(|_| {
        Trouble::input("your home folder is not known")
            .why("an editor's file does not lie where colleagues can write")
            .hint("write in the fields")
    })?;
    let own = base.state_dir().unwrap_or_else(|| base.data_dir()).join("lacuna");
    make_folder(&own, true)?;
    Ok(own)
}

/// Opens a file of the person's own, which holds nothing about a patient, where it lies.
pub(super) fn open(file: &Path) -> Result<()> {
    run(&named()?, file)
}

/// The editor that this person named.
fn named() -> Result<String> {
    let named = ["VISUAL", "EDITOR"].into_iter().filter_map(|name| std::env::var(name).ok()).find(|e| !e.trim().is_empty());
    named.ok_or_else(|| Trouble::input("no editor is named").hint("set EDITOR before you start, as in EDITOR=vi"))
}

/// Runs it on a file until it ends.
fn run(editor: &str, path: &Path) -> Result<()> {
    let mut words = editor.split_whitespace();
    let program = words.next().unwrap_or_default();
    let status = std::process::Command::new(program).args(words).arg(path).status().map_err(|e| {
        Trouble::input("the editor could not be started")
            .at(program, None)
            .why(e.kind())
            .hint("nothing is changed; set EDITOR to a program that is there")
    })?;
    // An editor that says no means it; one that was killed had no say, and what it had written counts.
    if status.code().is_some_and(|code| code != 0) {
        return Err(Trouble::refused("the editor ended with an error").at(program, None).hint("what was there is as it was"));
    }
    Ok(())
}

fn failed(e: std::io::Error) -> Trouble {
    Trouble::system("the editor's file could not be used").why(e.kind()).hint("the draft is as it was")
}

/// A folder of one editor, emptied and removed when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(place: &Path) -> Result<Self> {
        let unknown = crate::keys::unknown_name().map_err(failed)?;
        let path = place.join(format!("{LEAD}{}-{unknown}", std::process::id()));
        make_folder(&path, false)?;
        Ok(Self(path))
    }
}

fn make_folder(path: &Path, there: bool) -> Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(there).create(path).map_err(failed)
}

impl Drop for Folder {
    fn drop(&mut self) {
        clear(&self.0);
    }
}

fn private_file(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Writes over what is in a folder of this person's, then removes it. Links are removed, not followed; another's folder, or a link in the
/// place of one, is left alone.
fn clear(folder: &Path) {
    if !is_own_folder(folder) {
        return;
    }
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        crate::keys::blank(&entry.path());
    }
    std::fs::remove_dir_all(folder).ok();
}

#[cfg(unix)]
fn is_own_folder(folder: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    folder.symlink_metadata().is_ok_and(|meta| meta.is_dir() && meta.uid() == rustix::process::getuid().as_raw())
}

#[cfg(not(unix))]
fn is_own_folder(folder: &Path) -> bool {
    folder.symlink_metadata().is_ok_and(|meta| meta.is_dir())
}

/// Removes what a program that was killed left behind: folders whose process is no more.
fn sweep(place: &Path) {
    for entry in std::fs::read_dir(place).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let rest = name.to_str().and_then(|n| n.strip_prefix(LEAD));
        let number = rest.and_then(|n| n.split('-').next()).and_then(|n| n.parse::<i32>().ok());
        if number.is_some_and(|number| !runs(number)) {
            clear(&entry.path());
        }
    }
}

#[cfg(unix)]
fn runs(process: i32) -> bool {
    rustix::process::Pid::from_raw(process).is_some_and(|pid| rustix::process::test_kill_process(pid) != Err(rustix::io::Errno::SRCH))
}

#[cfg(not(unix))]
fn runs(_: i32) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_link_where_the_editors_folder_was_expected_emptied_the_files_of_a_home() {
        let (store, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let key = home.path().join("id_ed25519");
        std::fs::write(&key, "key").unwrap();
        // The name of before, and one of a process that is no more: both were cleared.
        for name in [format!("{LEAD}{}", std::process::id()), format!("{LEAD}2147483647"), format!("{LEAD}2147483647-aa")] {
            symlink(home.path(), store.path().join(name)).unwrap();
        }
        sweep(store.path());
        let folder = Folder::new(store.path()).unwrap();
        assert_ne!(folder.0, store.path().join(format!("{LEAD}{}", std::process::id())), "its name was known before");
        symlink(&key, folder.0.join("query.txt")).unwrap();
        assert!(private_file(&folder.0.join("query.txt")).is_err());
        std::fs::hard_link(&key, folder.0.join("backup~")).unwrap();
        let gone = folder.0.clone();
        drop(folder);
        assert!(!gone.exists());
        assert_eq!(std::fs::read_to_string(&key).unwrap(), "key");
    }

    #[test]
    fn an_editors_file_lay_where_colleagues_can_write() {
        use std::os::unix::fs::PermissionsExt;
        let store = tempfile::tempdir().unwrap();
        assert_eq!(place_of(store.path()).unwrap(), store.path());
        std::fs::set_permissions(store.path(), std::fs::Permissions::from_mode(0o2770)).unwrap();
        if crate::keys::is_shared(store.path()) {
            assert!(!place_of(store.path()).unwrap().starts_with(store.path()));
        }
    }
}
