//! Intake into the store: batches, progress, cancel. The same input again changes nothing; a crash loses at most one batch.

use super::carry::{Carried, carry};
use super::query_found::found_for;
use super::session::Session;
use crate::error::{Result, Trouble};
use crate::intake::{self, NoteTypes, Options, Sink, Wanted};
use crate::store::{AllUnplaced, Ended, Made, RunRecord, RunReport, Store};
use lacuna_index::Stop;
use serde::Serialize;
use std::path::PathBuf;

/// The site's table of note types in a store's folder.
const OWN_TYPES: &str = "note_types.toml";
/// A table of note types: some hundred lines.
pub const NOTE_TYPES: Wanted = Wanted { what: "table of note types", most: 1 << 20, hint: "name a TOML file: PN = \"progress_note\"" };
/// Rejects (and notices) kept one by one: a file of a million bad lines is one mistake, and its count says so.
pub(super) const LISTED: usize = 1000;

/// What an import did: the JSON contract of `lacuna import`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ImportReport {
    /// Documents.
    pub documents: DocumentCounts,
    /// Encounters that were not there.
    pub encounters: u64,
    /// Observations that were not there.
    pub observations: u64,
    /// Other records (patients, orders, drugs, procedures, problems, providers) that were not there.
    pub other: u64,
    /// Records other than documents that were there and are otherwise now.
    pub changed: u64,
    /// Records that their sender took back.
    pub withdrawn: u64,
    /// Patients that are others now.
    pub merged: u64,
    /// Records that were left out, because a later version of them is there.
    pub older: u64,
    /// What was refused.
    pub rejects: Vec<Reject>,
    /// What is worth knowing and is no fault; the first thousand.
    pub notices: Vec<Reject>,
    /// How much of it there is.
    pub noticed: u64,
    /// Answered queries whose answer was found in a note that is new: a person confirms them.
    pub answers_found: Vec<AnswerFound>,
    /// The run's number in the ledger.
    pub run: i64,
    /// True when somebody stopped it; what was taken until then is stored.
    pub stopped: bool,
    /// True when nothing was stored: the counts say what was read.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
}

/// An answered query whose answer a new note carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AnswerFound {
    /// The query.
    pub query: i64,
    /// The document, by the sender's identifier.
    pub document: String,
    /// Its type, as a person says it.
    #[serde(rename = "type")]
    pub document_type: String,
}

/// Documents of one import.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DocumentCounts {
    /// Not there before.
    pub added: u64,
    /// There before, the same.
    pub unchanged: u64,
    /// There before with another text or other details.
    pub new_versions: u64,
    /// Refused; the first thousand are listed.
    pub rejected: u64,
}

/// One thing refused.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reject {
    /// File.
    pub source: Option<String>,
    /// Line, from 1.
    pub line: Option<u64>,
    /// What is the matter.
    pub what: String,
    /// Why.
    pub why: Option<String>,
    /// What to do.
    pub hint: Option<String>,
}

impl From<Trouble> for Reject {
    fn from(t: Trouble) -> Self {
        Self { source: t.source, line: t.line, what: t.what, why: t.why, hint: t.hint }
    }
}

impl ImportReport {
    /// Of a run, and how it ended.
    pub(super) fn of(carried: Carried, ended: Ended, run: i64, stopped: bool) -> Self {
        let Carried { counts, refused, mut notices } = carried;
        let Ended { idle, told } = ended;
        if let Some(told) = told {
            notices.add(&told);
        }
        Self {
            documents: DocumentCounts {
                added: counts.added,
                unchanged: counts.unchanged,
                new_versions: counts.new_versions,
                rejected: refused.count,
            },
            encounters: counts.encounters,
            observations: counts.observations,
            other: counts.other,
            changed: counts.changed.saturating_sub(idle),
            withdrawn: counts.withdrawn,
            merged: counts.merged,
            older: counts.older,
            rejects: refused.list,
            notices: notices.list,
            noticed: notices.count,
            run,
            stopped,
            ..Self::default()
        }
    }

    /// 0 when everything went in, 2 when something was refused.
    pub fn exit_code(&self) -> u8 {
        if self.rejects.is_empty() && !self.stopped { 0 } else { 2 }
    }
}

/// A past import with what it refused: the JSON contract of `lacuna import report RUN`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PastImport {
    /// The run.
    #[serde(flatten)]
    pub run: RunReport,
    /// What it made of the store, by kind.
    pub made: Vec<Made>,
    /// What it refused.
    pub rejects: Vec<Reject>,
    /// What it told that was no fault.
    pub notices: Vec<Reject>,
    /// The records that it made otherwise, one by one, where they were asked for; the first thousand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub records: Option<Vec<RunRecord>>,
}

/// The imports of a store, newest first.
pub fn past_imports(store: &Store, session: &Session) -> Result<Vec<RunReport>> {
    store.record_act(&session.actor(), "import.list", None, None, None, "")?;
    store.runs()
}

/// One import of a store; with its records one by one where they are asked for.
pub fn past_import(store: &Store, session: &Session, run: i64, records: bool) -> Result<PastImport> {
    let Some(report) = store.run(run)? else {
        let hint = "`lacuna import report` lists them";
        return Err(Trouble::input("there is no such import").at(format!("import {run}"), None).hint(hint));
    };
    store.record_act(&session.actor(), "import.show", None, None, Some(&run.to_string()), "")?;
    let told = |list: Vec<Trouble>| list.into_iter().map(Reject::from).collect();
    Ok(PastImport {
        run: report,
        made: store.run_made(run)?,
        rejects: told(store.rejects(run)?),
        notices: told(store.notices(run)?),
        records: if records { Some(store.run_records(run, LISTED)?) } else { None },
    })
}

/// The records that stand in no stay, the first thousand one by one.
pub fn unplaced(store: &Store, session: &Session) -> Result<AllUnplaced> {
    store.record_act(&session.actor(), "import.show", None, None, Some("unplaced"), "")?;
    store.unplaced(LISTED)
}

/// Takes an import back whole; gives how many changes were undone.
pub fn undo_import(store: &Store, session: &Session, run: i64) -> Result<u64> {
    store.allow(&session.actor(), "import.undo")?;
    store.undo_run(&session.actor(), run)
}

/// What is imported.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// Files and folders.
    Paths(&'a [PathBuf]),
    /// What came on standard input.
    Pasted(&'a [u8]),
}

impl Input<'_> {
    pub(super) fn read(self, options: &Options, sink: &mut dyn Sink) -> Result<()> {
        match self {
            Self::Paths(paths) => intake::run(paths, options, sink),
            Self::Pasted(bytes) => intake::run_pasted(bytes, options, sink),
        }
    }

    pub(super) fn sources(self) -> Vec<String> {
        match self {
            Self::Paths(paths) => paths.iter().map(|p| p.display().to_string()).collect(),
            Self::Pasted(_) => vec!["standard input".to_owned()],
        }
    }
}

/// What was refused, or told: the first of it one by one, and how much in all.
#[derive(Default)]
pub(super) struct Listed {
    pub(super) list: Vec<Reject>,
    pub(super) count: u64,
}

impl Listed {
    /// Counts one; whether it is one of those that are kept.
    pub(super) fn add(&mut self, trouble: &Trouble) -> bool {
        self.count += 1;
        let listed = self.list.len() < LISTED;
        if listed {
            self.list.push(trouble.clone().into());
        }
        listed
    }
}

/// What a run tells a person, on the way and at its end.
pub(super) struct Told<'a> {
    stop: &'a Stop,
    tell: &'a mut dyn FnMut(&ImportProgress),
    pub(super) progress: ImportProgress,
}

impl<'a> Told<'a> {
    pub(super) fn new(stop: &'a Stop, tell: &'a mut dyn FnMut(&ImportProgress)) -> Self {
        Self { stop, tell, progress: ImportProgress::default() }
    }

    pub(super) fn bytes(&mut self, done: u64, total: u64) {
        (self.progress.done, self.progress.total) = (done, total);
        (self.tell)(&self.progress);
    }

    pub(super) fn stopped(&self) -> bool {
        self.stop.stopped()
    }
}

/// How far an import is.
#[derive(Clone, Debug, Default)]
pub struct ImportProgress {
    /// Bytes read.
    pub done: u64,
    /// Bytes in all.
    pub total: u64,
    /// Documents so far, new and known.
    pub documents: u64,
    /// What was refused so far.
    pub rejected: u64,
}

/// Reads `input` into `store`.
pub fn import(
    store: &Store,
    session: &Session,
    input: Input,
    options: &Options,
    stop: &Stop,
    tell: &mut dyn FnMut(&ImportProgress),
) -> Result<ImportReport> {
    let before = answers_found(store)?;
    let own = settled(store, session, options)?;
    let run = store.begin_run(&session.actor(), &input.sources())?;
    let mut told = Told::new(stop, tell);
    let outcome = carry(store, session, run, &mut told, &mut |sink| input.read(&own, sink));
    let stopped = stop.stopped();
    let ended = store.end_run(&session.actor(), run, outcome.is_ok() && !stopped);
    // What went wrong first is what a person must hear: on a full disk the ledger cannot be closed either.
    let carried = outcome?;
    let ended = ended?;
    let mut found = answers_found(store)?;
    found.retain(|f| !before.contains(f));
    let report = ImportReport::of(carried, ended, run, stopped);
    Ok(ImportReport { answers_found: found, ..report })
}

/// The options of a run: with the time of the session and the store's table of note types, where none was named.
pub(super) fn settled(store: &Store, session: &Session, options: &Options) -> Result<Options> {
    Ok(Options { now: options.now.or(Some(session.now())), types: types(store, options)?, ..options.clone() })
}

/// The site's own table of note types: the one that was named, else the store's.
fn types(store: &Store, options: &Options) -> Result<NoteTypes> {
    if !options.types.is_empty() {
        return Ok(options.types.clone());
    }
    let Some(file) = store.folder().map(|folder| folder.join(OWN_TYPES)) else { return Ok(NoteTypes::default()) };
    let Ok(meta) = std::fs::symlink_metadata(&file) else { return Ok(NoteTypes::default()) };
    let name = file.display().to_string();
    // A link in the store's own folder is nobody's choice.
    if !meta.is_file() {
        return Err(Trouble::input("the store's table of note types is no ordinary file").at(&name, None).hint(NOTE_TYPES.hint));
    }
    NoteTypes::parse_toml(&name, &NOTE_TYPES.text(&name, intake::open_named(&file)?)?)
}

/// The answered queries whose answer stands in a note, by number.
fn answers_found(store: &Store) -> Result<Vec<AnswerFound>> {
    let found = found_for(store, &store.queries(None)?)?;
    Ok(found.into_iter().map(|(query, f)| AnswerFound { query, document: f.document, document_type: f.document_type }).collect())
}

/// Reads one FHIR bundle that is in memory already (the demo's charts) into `store`; gives what was refused.
pub fn import_records(store: &Store, session: &Session, source: &str, bundle: &[u8]) -> Result<Vec<Reject>> {
    let run = store.begin_run(&session.actor(), &[source.to_owned()])?;
    let (stop, mut quiet) = (Stop::new(), |_: &ImportProgress| {});
    let mut told = Told::new(&stop, &mut quiet);
    let carried = carry(store, session, run, &mut told, &mut |sink| intake::run_bytes(source, bundle, &Options::default(), sink))?;
    store.end_run(&session.actor(), run, true)?;
    Ok(carried.refused.list)
}
