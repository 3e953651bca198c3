//! Files into records: text files, JSON lines, FHIR bundles and FHIR bulk folders. Knows nothing of the store: every record
//! goes to a [`Sink`], one at a time, each with its [`Origin`].
//!
//! # Identity
//! FHIR records are known by the resource's own `id` (in a bundle: by the last part of `fullUrl` when there is no `id`), so that
//! a reference can be followed while a large file streams by; an account number goes to `Encounter::account`. A text file is known
//! by its path relative to the folder that was given (a file given directly: by its name). A JSON line is known by its own
//! identifier, else by its file and line.
//!
//! # The same identifier twice
//! Nothing is silently overwritten. Same identifier and same text is the same document, however often it comes. Same identifier
//! and another text in one run goes to the sink as well (the store keeps it as a new version) and is named in a notice.
//!
//! # What is never invented
//! A field that was not given, or was given with the wrong type, stays empty. Where a source names a patient or an encounter
//! without telling more, a record that holds only the identifier comes first: an empty field there says nothing about what is
//! already known.

mod decode;
mod desk;
mod fhir;
mod fields;
mod html;
mod json;
mod lines;
mod notes;
mod sniff;
mod walk;

pub use fields::FieldMap;

use crate::chart::Record;
use crate::error::Trouble;
use desk::Desk;
use serde::{Deserialize, Serialize};
use sniff::Kind;
use std::path::{Path, PathBuf};
use walk::Found;

/// What a file can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// One note, as plain text.
    Text,
    /// One note per line, as a JSON object.
    JsonLines,
    /// One FHIR R4 resource as a whole file, mostly a Bundle.
    FhirBundle,
    /// One FHIR R4 resource per line.
    FhirNdjson,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 4] = [Self::Text, Self::JsonLines, Self::FhirBundle, Self::FhirNdjson];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::JsonLines => "json-lines",
            Self::FhirBundle => "fhir-bundle",
            Self::FhirNdjson => "fhir-ndjson",
        }
    }

    /// The format with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.name() == name)
    }
}

/// How much is held in memory at once, at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one line, and of one text file.
    pub line: u64,
    /// Bytes of a file that is read as a whole.
    pub whole: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { line: 64 << 20, whole: 256 << 20 }
    }
}

/// What a person can choose about an import.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The format, when it is not to be told from the content.
    pub format: Option<Format>,
    /// Which field of a JSON line is what.
    pub map: FieldMap,
    /// Bounds on memory.
    pub limits: Limits,
}

/// Where a record came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The file: the path as it was given, and the way from there.
    pub source: String,
    /// The line, counted from 1, in files that are read line by line.
    pub line: Option<u64>,
}

/// Who takes what is read.
pub trait Sink {
    /// Takes one record. An error ends the whole run: the disk is full, the store is gone.
    fn take(&mut self, record: Record, origin: &Origin) -> Result<(), Trouble>;
    /// A record or a file that could not be read; the rest goes on.
    fn reject(&mut self, trouble: Trouble);
    /// Something worth telling that is no fault: a side file left out, a kind of resource not used, an identifier seen twice.
    fn notice(&mut self, _notice: Trouble) {}
    /// How far it is.
    fn progress(&mut self, done_bytes: u64, total_bytes: u64, label: &str);
    /// Whether somebody asked to stop; what was taken until then stays.
    fn stopped(&self) -> bool;
}

/// Reads files and folders into `sink`. An error is the sink's own; everything wrong with the input is a reject.
pub fn run(paths: &[PathBuf], options: &Options, sink: &mut dyn Sink) -> Result<(), Trouble> {
    let mut desk = Desk::new(options, sink);
    let mut roots = Vec::new();
    for path in paths {
        let found = walk::collect(path, &mut desk);
        desk.expect(found.iter().map(|f| f.bytes).sum());
        roots.push(found);
    }
    for found in roots {
        read_root(&mut desk, found)?;
    }
    Ok(())
}

/// One path that was given: a file, or all files of a folder. Bulk files come last and in the order that lets references be
/// followed: people and encounters before what names them.
fn read_root(desk: &mut Desk, found: Vec<Found>) -> Result<(), Trouble> {
    let mut known = Vec::new();
    for file in found {
        if desk.stopped() {
            return Ok(());
        }
        match sniff::file(&file, desk.options()) {
            Ok(kind) => known.push((file, kind)),
            Err(trouble) => {
                desk.advance(file.bytes, &file.source);
                desk.reject(trouble);
            }
        }
    }
    let bulk = folders(&known, |kind| matches!(kind, Kind::Lines { resource: Some(_), .. }));
    let fhir = folders(&known, |kind| kind.is_fhir());
    known.sort_by(|(a, x), (b, y)| fhir::order(x).cmp(&fhir::order(y)).then_with(|| a.relative.cmp(&b.relative)));
    let mut scope = fhir::Scope::default();
    for (file, kind) in known {
        if desk.stopped() {
            return Ok(());
        }
        let before = desk.done();
        if let Some(why) = side_file(&file, &kind, &bulk, &fhir) {
            desk.notice(Trouble::input("the file was left out").at(&file.source, None).why(why).hint("name the file itself to read it"));
        } else {
            match kind {
                Kind::Text => notes::text_file(desk, &file)?,
                Kind::Lines { .. } => lines::file(desk, &file, &mut scope)?,
                Kind::Whole { .. } => fhir::whole_file(desk, &file)?,
                Kind::Settings => desk.reject(
                    Trouble::input("the format is not known")
                        .at(&file.source, None)
                        .why("it looks like a settings file (TOML)")
                        .hint("use --format text if it is a note"),
                ),
            }
        }
        desk.finish(before, file.bytes, &file.source);
    }
    Ok(())
}

fn folders(known: &[(Found, Kind)], is: impl Fn(&Kind) -> bool) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = known
        .iter()
        .filter(|(file, kind)| !file.named && is(kind))
        .filter_map(|(file, _)| file.path.parent().map(Path::to_path_buf))
        .collect();
    all.sort();
    all.dedup();
    all
}

/// Why a file of a folder is no note: it describes the folder, or lies beside an export that it belongs to. A file that was
/// named itself is always read.
fn side_file(file: &Found, kind: &Kind, bulk: &[PathBuf], fhir: &[PathBuf]) -> Option<&'static str> {
    const DESCRIBES: [&str; 7] = ["readme", "license", "licence", "copying", "notice", "changelog", "credits"];
    if file.named {
        return None;
    }
    let within = |folders: &[PathBuf]| folders.iter().any(|folder| file.path.starts_with(folder));
    let stem = file.path.file_stem().map(|s| s.to_string_lossy().to_lowercase()).unwrap_or_default();
    match kind {
        Kind::Text if DESCRIBES.contains(&stem.as_str()) => Some("its name says that it describes the folder"),
        Kind::Text if within(bulk) => Some("it is plain text in a folder of a FHIR bulk export"),
        Kind::Lines { resource: None, has_text: false } if within(fhir) => Some("it holds no notes and lies in a folder of FHIR files"),
        Kind::Whole { fhir: false } if within(fhir) => Some("it is no FHIR resource and lies in a folder of FHIR files"),
        Kind::Settings if within(fhir) => Some("it is a settings file (TOML) in a folder of FHIR files"),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
