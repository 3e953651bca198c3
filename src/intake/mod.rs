//! Files into records: text and RTF files, JSON lines, FHIR bundles and bulk folders, HL7 v2 messages. Knows nothing of the store:
//! every record goes to a [`Sink`], one at a time, each with its [`Origin`].
//!
//! # Identity
//! FHIR records are known by the resource's own `id` (in a bundle: by the last part of `fullUrl` when there is no `id`), so that
//! a reference can be followed while a large file streams by; an account number goes to `Encounter::account`. Where resources of
//! several types become one kind of record, and their ids may be the same, the less usual ones carry their type
//! (`DiagnosticReport/7`, `MedicationAdministration/7`). A part of an observation is `id#code`. A text file is known
//! by its path relative to the folder that was given (a file given directly: by its name). A JSON line is known by its own
//! identifier, else by its file and line.
//!
//! # The same identifier twice
//! Nothing is silently overwritten. Same identifier and same text is the same document, however often it comes. Same identifier
//! and another text in one run goes to the sink as well (the store keeps it as a new version) and is named in a notice. Under
//! another patient it is no version: the store refuses it.
//!
//! # What is never invented
//! A field that was not given, or was given with the wrong type, stays empty. Where a source names a patient or an encounter
//! without telling more, a record that holds only the identifier comes first: an empty field there says nothing about what is
//! already known.

mod amount;
mod attachment;
mod cda;
mod dates;
mod decode;
mod desk;
mod details;
mod fhir;
mod fields;
mod hl7;
mod html;
mod json;
mod kept;
mod lines;
mod manifest;
mod notes;
mod rtf;
mod sense;
mod sniff;
mod table;
mod types;
mod walk;
mod whole;

pub use details::{Details, SlashDates};
pub use fields::FieldMap;
pub use lines::next_line;
pub use types::NoteTypes;
pub use walk::open_named;
pub use whole::Wanted;

use crate::chart::{Context, Instant, Record};
use crate::error::Trouble;
use desk::Desk;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sniff::Kind;
use std::collections::HashMap;
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
    /// One note, as RTF.
    Rtf,
    /// HL7 v2 messages.
    Hl7,
    /// One C-CDA document.
    Ccda,
    /// A table with the names of its columns in the first row.
    Csv,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 8] =
        [Self::Text, Self::JsonLines, Self::FhirBundle, Self::FhirNdjson, Self::Rtf, Self::Hl7, Self::Ccda, Self::Csv];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::JsonLines => "json-lines",
            Self::FhirBundle => "fhir-bundle",
            Self::FhirNdjson => "fhir-ndjson",
            Self::Rtf => "rtf",
            Self::Hl7 => "hl7",
            Self::Ccda => "c-cda",
            Self::Csv => "csv",
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
    /// Bytes of an XML document: what is made of it takes eight times as much.
    pub xml: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { line: 64 << 20, whole: 256 << 20, xml: 32 << 20 }
    }
}

/// What a person can choose about an import.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The format, when it is not to be told from the content.
    pub format: Option<Format>,
    /// Which field of a JSON line is what.
    pub map: FieldMap,
    /// Where the details of plain notes come from.
    pub details: Details,
    /// The site's own words and codes for types of notes.
    pub types: NoteTypes,
    /// The day of the import: nobody is born after it. Not asked for here, so that the same input gives the same records.
    pub now: Option<Instant>,
    /// Whether files only pass through their folder (a watched one): a name that comes a second time is another note.
    pub passing: bool,
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
    /// What it came with that is no part of a chart.
    pub context: Context,
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
///
/// Bulk files of all paths come last, people and encounters before what names them, so that references can be followed
/// whether a folder was given or its files one by one.
pub fn run(paths: &[PathBuf], options: &Options, sink: &mut dyn Sink) -> Result<(), Trouble> {
    let mut desk = Desk::new(options, sink);
    let mut found = Vec::new();
    for path in paths {
        found.extend(walk::collect(path, &mut desk));
    }
    desk.expect(found.iter().map(|f| f.bytes).sum());
    let (mut known, mut unread) = (Vec::new(), Vec::new());
    for file in found {
        if desk.stopped() {
            return Ok(());
        }
        match sniff::file(&file, options) {
            Ok(kind) => known.push((file, kind)),
            Err(trouble) => unread.push((file, trouble)),
        }
    }
    let beside = side_cars(&mut known, &mut unread);
    for (file, trouble) in unread {
        desk.advance(file.bytes, &file.source);
        desk.reject(trouble);
    }
    let asked_for = options.format.is_some() || known.len() == 1 && known.iter().all(|(file, _)| file.named);
    let bulk = folders(&known, |kind| matches!(kind, Kind::Lines { resource: Some(_), .. }));
    let fhir = folders(&known, Kind::is_fhir);
    check_manifests(&mut desk, &mut known, &fhir)?;
    known.sort_by_key(|(_, kind)| fhir::order(kind)); // stable: otherwise the order they were found in
    let mut scope = fhir::Scope::default();
    for (file, kind) in known {
        if desk.stopped() {
            return Ok(());
        }
        let before = desk.done();
        if let Some(why) = side_file(&file, &kind, &bulk, &fhir).filter(|_| !asked_for) {
            desk.notice(Trouble::input("the file was left out").at(&file.source, None).why(why).hint("import it alone to read it"));
        } else {
            match kind {
                Kind::Text | Kind::Rtf => notes::note_file(&mut desk, &file, kind == Kind::Rtf, beside.get(&file.path))?,
                Kind::Hl7 => hl7::file(&mut desk, &file)?,
                Kind::Xml => cda::file(&mut desk, &file)?,
                Kind::Table(_) => table::file(&mut desk, &file)?,
                Kind::Lines { .. } => lines::file(&mut desk, &file, &mut scope)?,
                Kind::Whole { .. } => fhir::whole_file(&mut desk, &file, &mut scope)?,
                Kind::Settings => desk.reject(
                    Trouble::input("the format is not known")
                        .at(&file.source, None)
                        .why("it looks like settings (TOML), or begins with them")
                        .hint("use --format text if it is a note"),
                ),
            }
        }
        desk.finish(before, file.bytes, &file.source);
    }
    desk.close()
}

/// Reads one FHIR bundle that is in memory already into `sink`.
pub fn run_bytes(source: &str, bundle: &[u8], options: &Options, sink: &mut dyn Sink) -> Result<(), Trouble> {
    let mut desk = Desk::new(options, sink);
    fhir::bytes(&mut desk, source, bundle)?;
    desk.close()
}

/// Reads one file of this format that is in memory already into `sink`.
///
/// # Errors
/// Those of the sink.
pub fn run_as(format: Format, source: &str, bytes: &[u8], options: &Options, sink: &mut dyn Sink) -> Result<(), Trouble> {
    let mut desk = Desk::new(options, sink);
    let found =
        Found { path: source.into(), source: source.to_owned(), relative: source.to_owned(), bytes: bytes.len() as u64, named: true };
    read_as(&mut desk, format, &found, bytes)?;
    desk.close()
}

fn read_as(desk: &mut Desk, format: Format, found: &Found, bytes: &[u8]) -> Result<(), Trouble> {
    match format {
        Format::FhirBundle => fhir::bytes(desk, &found.source, bytes),
        Format::FhirNdjson | Format::JsonLines => lines::read(desk, found, bytes, &mut fhir::Scope::default()),
        Format::Hl7 => hl7::messages(desk, &found.source, bytes),
        Format::Ccda => cda::document(desk, &found.source, bytes),
        Format::Csv => table::rows(desk, found, bytes),
        Format::Text | Format::Rtf => notes::bytes(desk, found, bytes, format == Format::Rtf, None),
    }
}

/// Reads what came on standard input into `sink`: its format is told from the content, as that of a file. A note is known by its content, so
/// that the same paste again changes nothing.
///
/// # Errors
/// Those of the sink.
pub fn run_pasted(bytes: &[u8], options: &Options, sink: &mut dyn Sink) -> Result<(), Trouble> {
    const SOURCE: &str = "standard input";
    let format = match options.format.map_or_else(|| sniff::format_of(bytes, options), Ok) {
        Ok(format) => format,
        Err(trouble) => {
            let line = trouble.line;
            sink.reject(trouble.at(SOURCE, line));
            return Ok(());
        }
    };
    let name = format!("paste-{}", crate::hash::hex(&Sha256::digest(bytes)).get(..16).unwrap_or_default());
    let mut desk = Desk::new(options, sink);
    let found = Found { path: SOURCE.into(), source: SOURCE.to_owned(), relative: name, bytes: bytes.len() as u64, named: true };
    read_as(&mut desk, format, &found, bytes)?;
    desk.close()
}

/// The text of a note's bytes, by the rule of intake: byte order mark, strict UTF-8, UTF-16, windows-1252.
pub fn decode_text(bytes: &[u8]) -> Result<String, Trouble> {
    decode::decode(bytes)
        .map(|d| d.text)
        .map_err(|refusal| Trouble::input("it is no note").why(refusal.why()).hint("name a text file in UTF-8, UTF-16 or windows-1252"))
}

/// What says more of a note: `note.txt.json`, else `note.json`, beside `note.txt`. Taken out of the lists, and known by the note's path. One
/// that is broken is the note's all the same: without it nobody knows whose the note is.
fn side_cars(known: &mut Vec<(Found, Kind)>, unread: &mut Vec<(Found, Trouble)>) -> HashMap<PathBuf, Found> {
    let broken: HashMap<PathBuf, Found> = unread.iter().map(|(file, _)| (file.path.clone(), file.clone())).collect();
    let others: HashMap<PathBuf, (Found, bool)> = known
        .iter()
        .filter(|(_, kind)| !matches!(kind, Kind::Text | Kind::Rtf))
        .map(|(file, kind)| (file.path.clone(), (file.clone(), says_more(kind))))
        .collect();
    let of = |path: &Path, named: bool| {
        let whole = others.get(path).filter(|(file, says_more)| named || *says_more || notes::is_broken_object(file));
        whole.map(|(file, _)| file).or_else(|| broken.get(path)).cloned()
    };
    let mut beside = HashMap::new();
    for (file, _) in known.iter().filter(|(_, kind)| matches!(kind, Kind::Text | Kind::Rtf)) {
        let mut longer = file.path.clone().into_os_string();
        longer.push(".json");
        if let Some(found) = of(Path::new(&longer), true).or_else(|| of(&file.path.with_extension("json"), false)) {
            beside.insert(file.path.clone(), found);
        }
    }
    let taken = |file: &Found| beside.values().any(|side: &Found| side.path == file.path);
    known.retain(|(file, _)| !taken(file));
    unread.retain(|(file, _)| !taken(file));
    beside
}

/// Whether a file holds JSON that is neither a note nor FHIR.
fn says_more(kind: &Kind) -> bool {
    matches!(kind, Kind::Whole { fhir: false } | Kind::Lines { resource: None, has_text: false })
}

/// Compares the manifests of bulk exports with the files beside them; they hold nothing else.
fn check_manifests(desk: &mut Desk, known: &mut Vec<(Found, Kind)>, fhir: &[PathBuf]) -> Result<(), Trouble> {
    let beside_fhir = |file: &Found| fhir.iter().any(|folder| file.path.parent() == Some(folder));
    let candidates = known.iter().filter(|(file, kind)| says_more(kind) && beside_fhir(file));
    let manifests: Vec<(Found, serde_json::Value)> =
        candidates.filter_map(|(file, _)| Some((file.clone(), manifest::read(file)?))).collect();
    if manifests.is_empty() {
        return Ok(());
    }
    let all: Vec<Found> = known.iter().map(|(file, _)| file.clone()).collect();
    for (file, manifest) in &manifests {
        manifest::compare(desk, file, manifest, &all)?;
        desk.advance(file.bytes, &file.source);
    }
    known.retain(|(file, _)| !manifests.iter().any(|(manifest, _)| manifest.path == file.path));
    Ok(())
}

fn folders(known: &[(Found, Kind)], is: impl Fn(&Kind) -> bool) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> =
        known.iter().filter(|(_, kind)| is(kind)).filter_map(|(file, _)| file.path.parent().map(Path::to_path_buf)).collect();
    all.sort();
    all.dedup();
    all
}

/// Why a file is no note: it describes its folder, or lies beside an export that it belongs to.
fn side_file(file: &Found, kind: &Kind, bulk: &[PathBuf], fhir: &[PathBuf]) -> Option<&'static str> {
    const DESCRIBES: [&str; 7] = ["readme", "license", "licence", "copying", "notice", "changelog", "credits"];
    let within = |folders: &[PathBuf]| folders.iter().any(|folder| file.path.starts_with(folder));
    let stem = file.path.file_stem().map(|s| s.to_string_lossy().to_lowercase()).unwrap_or_default();
    match kind {
        Kind::Text if DESCRIBES.contains(&stem.as_str()) => Some("its name says that it describes the folder"),
        Kind::Text if within(bulk) => Some("it is plain text in a folder of a FHIR bulk export"),
        Kind::Lines { resource: None, has_text: false } if within(fhir) => Some("it holds no notes and lies in a folder of FHIR files"),
        Kind::Whole { fhir: false } if within(fhir) => Some("it is no FHIR resource and lies in a folder of FHIR files"),
        Kind::Settings if within(fhir) => Some("it is or begins with settings (TOML) and lies in a folder of FHIR files"),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
