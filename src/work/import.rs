//! Intake into the store: batches, progress, cancel. The same input again changes nothing; a crash loses at most one batch.

use super::query_life;
use super::session::Session;
use crate::chart::Record;
use crate::error::{Result, Trouble};
use crate::intake::{self, Options, Origin, Sink};
use crate::store::{Incoming, IngestCounts, RunReport, Store};
use lacuna_index::Stop;
use serde::Serialize;
use std::path::PathBuf;

/// A batch is committed when it holds this many records, or this many bytes of text: small enough to lose little and to hold
/// the writer's lock briefly, large enough that a durable commit a batch costs little.
const BATCH_RECORDS: usize = 500;
const BATCH_BYTES: usize = 4 << 20;
/// Rejects (and notices) kept one by one: a file of a million bad lines is one mistake, and its count says so.
const LISTED: usize = 1000;

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
    /// What was refused.
    pub rejects: Vec<Reject>,
    /// What is worth knowing and is no fault.
    pub notices: Vec<Reject>,
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
    /// What it refused.
    pub rejects: Vec<Reject>,
}

/// The imports of a store, newest first.
pub fn past_imports(store: &Store, session: &Session) -> Result<Vec<RunReport>> {
    store.record_act(&session.actor(), "import.list", None, None, None, "")?;
    store.runs()
}

/// One import of a store.
pub fn past_import(store: &Store, session: &Session, run: i64) -> Result<PastImport> {
    let Some(report) = store.run(run)? else {
        let hint = "`lacuna import report` lists them";
        return Err(Trouble::input("there is no such import").at(format!("import {run}"), None).hint(hint));
    };
    store.record_act(&session.actor(), "import.show", None, None, Some(&run.to_string()), "")?;
    Ok(PastImport { run: report, rejects: store.rejects(run)?.into_iter().map(Reject::from).collect() })
}

/// Takes an import back whole; gives how many changes were undone.
pub fn undo_import(store: &Store, session: &Session, run: i64) -> Result<u64> {
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
    fn read(self, options: &Options, sink: &mut dyn Sink) -> Result<()> {
        match self {
            Self::Paths(paths) => intake::run(paths, options, sink),
            Self::Pasted(bytes) => intake::run_pasted(bytes, options, sink),
        }
    }

    fn sources(self) -> Vec<String> {
        match self {
            Self::Paths(paths) => paths.iter().map(|p| p.display().to_string()).collect(),
            Self::Pasted(_) => vec!["standard input".to_owned()],
        }
    }
}

/// Reads `input` and stores nothing: what would go in, and what would be refused. Whether a record is there already, or would stand
/// in another patient's chart, only an import can tell.
pub fn dry_run(input: Input, options: &Options, stop: &Stop, tell: &mut dyn FnMut(&ImportProgress)) -> Result<ImportReport> {
    let mut sink = CountSink { told: Told::new(stop, tell), report: ImportReport { dry_run: true, ..ImportReport::default() } };
    input.read(options, &mut sink)?;
    let CountSink { told, mut report } = sink;
    report.documents.rejected = told.rejected;
    Ok(ImportReport { rejects: told.rejects, notices: told.notices, stopped: stop.stopped(), ..report })
}

/// What a run tells a person, on the way and at its end.
struct Told<'a> {
    stop: &'a Stop,
    tell: &'a mut dyn FnMut(&ImportProgress),
    progress: ImportProgress,
    rejects: Vec<Reject>,
    notices: Vec<Reject>,
    rejected: u64,
}

impl<'a> Told<'a> {
    fn new(stop: &'a Stop, tell: &'a mut dyn FnMut(&ImportProgress)) -> Self {
        Self { stop, tell, progress: ImportProgress::default(), rejects: Vec::new(), notices: Vec::new(), rejected: 0 }
    }

    /// Counts a reject; whether it is one of those that are kept.
    fn reject(&mut self, trouble: &Trouble) -> bool {
        self.rejected += 1;
        let listed = self.rejects.len() < LISTED;
        if listed {
            self.rejects.push(trouble.clone().into());
        }
        listed
    }

    fn notice(&mut self, notice: Trouble) {
        if self.notices.len() < LISTED {
            self.notices.push(notice.into());
        }
    }

    fn bytes(&mut self, done: u64, total: u64) {
        (self.progress.done, self.progress.total) = (done, total);
        (self.tell)(&self.progress);
    }

    fn documents(&mut self, documents: u64) {
        self.progress.documents = documents;
        (self.tell)(&self.progress);
    }
}

struct CountSink<'a> {
    told: Told<'a>,
    report: ImportReport,
}

impl Sink for CountSink<'_> {
    fn take(&mut self, record: Record, _origin: &Origin) -> Result<()> {
        match record {
            Record::Document(_) => self.report.documents.added += 1,
            Record::Encounter(_) => self.report.encounters += 1,
            Record::Observation(_) => self.report.observations += 1,
            _ => self.report.other += 1,
        }
        self.told.progress.documents = self.report.documents.added;
        Ok(())
    }

    fn reject(&mut self, trouble: Trouble) {
        self.told.reject(&trouble);
    }

    fn notice(&mut self, notice: Trouble) {
        self.told.notice(notice);
    }

    fn progress(&mut self, done_bytes: u64, total_bytes: u64, _label: &str) {
        self.told.bytes(done_bytes, total_bytes);
    }

    fn stopped(&self) -> bool {
        self.told.stop.stopped()
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
    let run = store.begin_run(&session.actor(), &input.sources())?;
    let mut sink = StoreSink::new(store, session, run, stop, tell);
    let outcome = input.read(options, &mut sink).and_then(|()| sink.finish());
    let stopped = stop.stopped();
    let (counts, Told { rejects, notices, rejected, .. }) = (sink.counts, sink.told);
    let ended = store.end_run(&session.actor(), run, outcome.is_ok() && !stopped);
    // What went wrong first is what a person must hear: on a full disk the ledger cannot be closed either.
    outcome.and(ended)?;
    let mut found = answers_found(store)?;
    found.retain(|f| !before.contains(f));
    Ok(ImportReport {
        documents: DocumentCounts { added: counts.added, unchanged: counts.unchanged, new_versions: counts.new_versions, rejected },
        encounters: counts.encounters,
        observations: counts.observations,
        other: counts.other,
        rejects,
        notices,
        answers_found: found,
        run,
        stopped,
        dry_run: false,
    })
}

/// The answered queries whose answer stands in a note, by number.
fn answers_found(store: &Store) -> Result<Vec<AnswerFound>> {
    let mut out = Vec::new();
    for query in store.queries(None)?.iter().filter(|q| q.state.is_answered()) {
        let found = query_life::find(store, query)?;
        out.extend(found.map(|f| AnswerFound { query: query.id, document: f.document, document_type: f.document_type }));
    }
    out.sort_by_key(|f| f.query);
    Ok(out)
}

/// Reads one FHIR bundle that is in memory already (the demo's charts) into `store`; gives what was refused.
pub fn import_records(store: &Store, session: &Session, source: &str, bundle: &[u8]) -> Result<Vec<Reject>> {
    let run = store.begin_run(&session.actor(), &[source.to_owned()])?;
    let (stop, mut quiet) = (Stop::new(), |_: &ImportProgress| {});
    let mut sink = StoreSink::new(store, session, run, &stop, &mut quiet);
    intake::run_bytes(source, bundle, &Options::default(), &mut sink)?;
    sink.finish()?;
    let rejects = sink.told.rejects;
    store.end_run(&session.actor(), run, true)?;
    Ok(rejects)
}

struct StoreSink<'a> {
    store: &'a Store,
    session: &'a Session,
    run: i64,
    told: Told<'a>,
    records: Vec<Incoming>,
    bytes: usize,
    fresh_rejects: Vec<Trouble>,
    counts: IngestCounts,
}

impl<'a> StoreSink<'a> {
    fn new(store: &'a Store, session: &'a Session, run: i64, stop: &'a Stop, tell: &'a mut dyn FnMut(&ImportProgress)) -> Self {
        Self {
            store,
            session,
            run,
            told: Told::new(stop, tell),
            records: Vec::new(),
            bytes: 0,
            fresh_rejects: Vec::new(),
            counts: IngestCounts::default(),
        }
    }

    fn flush(&mut self) -> Result<()> {
        if self.records.is_empty() && self.fresh_rejects.is_empty() {
            return Ok(());
        }
        let refused = self.store.put_batch(&self.session.actor(), self.run, &self.records, &self.fresh_rejects, &mut self.counts)?;
        self.records.clear();
        self.fresh_rejects.clear();
        self.bytes = 0;
        refused.into_iter().for_each(|trouble| self.reject(trouble)); // they reach the ledger with the next batch
        self.told.documents(self.counts.added + self.counts.unchanged + self.counts.new_versions);
        Ok(())
    }

    /// The last batch, and what the store refused of it.
    fn finish(&mut self) -> Result<()> {
        self.flush()?;
        self.flush()
    }
}

impl Sink for StoreSink<'_> {
    fn take(&mut self, record: Record, origin: &Origin) -> Result<()> {
        if let Record::Document(document) = &record {
            self.bytes += document.text.len();
        }
        self.records.push(Incoming { record, source: origin.source.clone(), line: origin.line });
        if self.records.len() >= BATCH_RECORDS || self.bytes >= BATCH_BYTES { self.flush() } else { Ok(()) }
    }

    fn reject(&mut self, trouble: Trouble) {
        if self.told.reject(&trouble) {
            self.fresh_rejects.push(trouble);
        }
    }

    fn notice(&mut self, notice: Trouble) {
        self.told.notice(notice);
    }

    fn progress(&mut self, done_bytes: u64, total_bytes: u64, _label: &str) {
        self.told.bytes(done_bytes, total_bytes);
    }

    fn stopped(&self) -> bool {
        self.told.stop.stopped()
    }
}
