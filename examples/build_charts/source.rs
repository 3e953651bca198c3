//! The source of a chart: a TOML head between `+++` lines, then one `%%%` line for each document, then its text.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A person who writes, signs or orders.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// `Chen`.
    pub family: String,
    /// `Wei`.
    pub given: String,
    /// `MD`, `RN, CWOCN`.
    pub credential: String,
    /// The service or department.
    pub service: String,
}

impl Person {
    /// `Chen, Wei MD`.
    pub fn display(&self) -> String {
        format!("{}, {} {}", self.family, self.given, self.credential)
    }
}

/// What a short name in a lab or vitals line stands for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// LOINC; a measure without one is sent with its name alone.
    pub loinc: Option<String>,
    /// The name a sender would give.
    pub name: String,
    /// The unit; a measure without one has words or a bare number for its value.
    pub unit: Option<String>,
    /// Reference range.
    pub low: Option<f64>,
    /// Reference range.
    pub high: Option<f64>,
    /// Reference range for women, where the laboratory gives one.
    pub low_female: Option<f64>,
    /// Reference range for women, where the laboratory gives one.
    pub high_female: Option<f64>,
}

/// People, measures and document kinds that all charts share.
pub struct Catalogue {
    /// By short name.
    pub people: BTreeMap<String, Person>,
    /// By short name.
    pub measures: BTreeMap<String, Measure>,
    /// Document kind: LOINC and its name.
    pub kinds: BTreeMap<String, [String; 2]>,
}

impl Catalogue {
    /// Reads `people.toml`, `measures.toml` and `kinds.toml`.
    pub fn load(folder: &Path) -> Result<Self, String> {
        Ok(Self {
            people: table(&folder.join("people.toml"))?,
            measures: table(&folder.join("measures.toml"))?,
            kinds: table(&folder.join("kinds.toml"))?,
        })
    }

    /// The person with this short name.
    pub fn person(&self, short: &str) -> Result<&Person, String> {
        self.people.get(short).ok_or_else(|| format!("nobody is called {short:?} in people.toml"))
    }
}

fn table<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, String> {
    let text = fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    toml::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))
}

/// The head of a chart.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// Who.
    pub patient: Patient,
    /// The stay.
    pub encounter: Stay,
    /// An earlier stay or visit.
    pub prior: Option<Stay>,
}

/// The patient.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Patient {
    /// Medical record number.
    pub mrn: String,
    /// Family name.
    pub family: String,
    /// Given name.
    pub given: String,
    /// Date of birth.
    pub birth: String,
    /// `female` or `male`.
    pub sex: String,
}

/// One stay, with what was measured, given, ordered and done in it. The blocks hold one line an entry.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stay {
    /// The account number.
    pub number: String,
    /// `IMP` unless it is another class.
    pub class: Option<String>,
    /// Start.
    pub start: String,
    /// When the order to admit was given.
    pub admit_order: Option<String>,
    /// Discharge.
    pub end: Option<String>,
    /// Where to, when discharged.
    pub disposition: Option<String>,
    /// Short name of the attending.
    pub attending: String,
    /// Service.
    pub service: String,
    /// Reason for the stay.
    pub reason: String,
    /// Who pays.
    pub payer: Option<String>,
    /// Working DRG.
    pub drg: Option<String>,
    /// Its geometric mean length of stay, FY2026.
    pub gmlos: Option<f64>,
    /// `time | bed`, in order.
    #[serde(default)]
    pub beds: Vec<String>,
    /// `time | Na 136 | Cr 2.4 (remark)`.
    #[serde(default)]
    pub labs: String,
    /// The same for vital signs and scores.
    #[serde(default)]
    pub vitals: String,
    /// `time | order, given or home | drug | dose | route | how often`.
    #[serde(default)]
    pub drugs: String,
    /// `time | what | status | who`.
    #[serde(default)]
    pub orders: String,
    /// `start | end | what | who | category`.
    #[serde(default)]
    pub procedures: String,
    /// `time | category | name`.
    #[serde(default)]
    pub problems: String,
}

/// One document of the source.
#[derive(Debug)]
pub struct Note {
    /// A key of `kinds.toml`.
    pub kind: String,
    /// Its identifier.
    pub id: String,
    /// When it was written.
    pub time: String,
    /// Short name of the author.
    pub author: String,
    /// When it was signed, and by whom; `None` is unsigned.
    pub signed: Option<(String, String)>,
    /// Its title.
    pub title: String,
    /// True when it belongs to the earlier stay.
    pub prior: bool,
    /// The text.
    pub text: String,
}

/// One chart.
pub struct Source {
    /// The file's name without its ending.
    pub slug: String,
    /// Patient, stays.
    pub head: Head,
    /// The documents, as they stand in the file.
    pub notes: Vec<Note>,
}

/// The chart sources under `folder`, in order of name.
pub fn charts_in(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|e| e.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "md"));
    paths.sort();
    Ok(paths)
}

impl Source {
    /// Reads one chart.
    pub fn load(path: &Path) -> Result<Self, String> {
        let at = |what: String| format!("{}: {what}", path.display());
        let text = fs::read_to_string(path).map_err(|e| at(e.to_string()))?;
        let slug = path.file_stem().and_then(|s| s.to_str()).ok_or_else(|| at("not a file name".into()))?.to_owned();
        let rest = text.strip_prefix("+++\n").ok_or_else(|| at("does not begin with +++".into()))?;
        let (head, body) = rest.split_once("\n+++\n").ok_or_else(|| at("the head has no closing +++".into()))?;
        let head = toml::from_str(head).map_err(|e| at(e.to_string()))?;
        let notes = notes(body).map_err(at)?;
        Ok(Self { slug, head, notes })
    }
}

fn notes(body: &str) -> Result<Vec<Note>, String> {
    let mut notes: Vec<Note> = Vec::new();
    for line in body.split_inclusive('\n') {
        if let Some(header) = line.strip_prefix("%%% ") {
            notes.push(opening(header.trim_end())?);
        } else if let Some(note) = notes.last_mut() {
            note.text.push_str(line);
        }
    }
    for note in &mut notes {
        note.text = format!("{}\n", note.text.trim_matches('\n'));
    }
    Ok(notes)
}

/// `kind | id | time | author | signed TIME [by WHO] or unsigned | title [| prior]`.
fn opening(header: &str) -> Result<Note, String> {
    let fields: Vec<&str> = header.split('|').map(str::trim).collect();
    let [kind, id, time, author, signed, title, rest @ ..] = fields.as_slice() else {
        return Err(format!("a document line has too few fields: {header}"));
    };
    let signed = match signed.strip_prefix("signed ") {
        None if *signed == "unsigned" => None,
        None => return Err(format!("neither signed nor unsigned: {header}")),
        Some(when) => {
            let (when, who) = when.split_once(" by ").unwrap_or((when, author));
            Some((when.to_owned(), who.to_owned()))
        }
    };
    Ok(Note {
        kind: (*kind).to_owned(),
        id: (*id).to_owned(),
        time: (*time).to_owned(),
        author: (*author).to_owned(),
        signed,
        title: (*title).to_owned(),
        prior: rest.first() == Some(&"prior"),
        text: String::new(),
    })
}
