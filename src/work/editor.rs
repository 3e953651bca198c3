//! A draft in the person's own editor. The file lies in a folder of its own inside the store's, which only its owner can read: what an
//! editor leaves beside it (a copy, a swap file) goes with it. Whatever ends the editor, the draft that went in is in the store.

use crate::error::{Result, Trouble};
use crate::query::{Draft, from_editor, to_editor};
use std::io::Write;
use std::path::{Path, PathBuf};

/// What the folders of running editors begin with; the number of the process follows.
const LEAD: &str = "edit-";

/// Opens the editor and waits for it; the draft with what it made of title, words, question and options.
pub(super) fn edit(store: Option<&Path>, draft: &Draft) -> Result<Draft> {
    let store = store.ok_or_else(|| {
        Trouble::input("this store has no folder for the editor's file")
            .why("it lies in memory, and what is about a patient goes to no other place")
            .hint("write in the fields; a store on disk has an editor")
    })?;
    let editor = named()?;
    sweep(store);
    let folder = Folder::new(store.join(format!("{LEAD}{}", std::process::id())))?;
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
    fn new(path: PathBuf) -> Result<Self> {
        clear(&path);
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path).map_err(failed)?;
        Ok(Self(path))
    }
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

/// Writes over what is in a folder, then removes it. Links are removed, not followed.
fn clear(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let file = entry.file_type().is_ok_and(|t| t.is_file());
        let length = entry.metadata().ok().filter(|_| file).and_then(|m| usize::try_from(m.len()).ok());
        if let Some(length) = length {
            std::fs::write(entry.path(), vec![0; length]).ok();
        }
    }
    std::fs::remove_dir_all(folder).ok();
}

/// Removes what a program that was killed left behind: folders whose process is no more.
fn sweep(store: &Path) {
    for entry in std::fs::read_dir(store).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let number = name.to_str().and_then(|n| n.strip_prefix(LEAD)).and_then(|n| n.parse::<i32>().ok());
        if number.is_some_and(|number| !runs(number)) && entry.file_type().is_ok_and(|t| t.is_dir()) {
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
