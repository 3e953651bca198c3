//! One run: the sink, the choices, how far it is, and which identifiers came by.

use super::sense::Sense;
use super::walk::Found;
use super::{Limits, Options, Origin, Sink, decode};
use crate::chart::{ByName, Change, Context, Document, DocumentStatus, Kept, Record, Sent};
use crate::error::Trouble;
use crate::hash::hex;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What every reader works with.
pub(super) struct Desk<'a> {
    sink: &'a mut dyn Sink,
    options: &'a Options,
    // Short hashes of each document (identifier, text, patient): enough to notice one that comes twice, small enough for millions.
    seen: HashMap<u64, (u64, Option<u64>)>,
    // What is done when everything else of the run is there: a document may come before the one it replaces, or after it.
    later: Vec<(Change, Origin)>,
    sense: Sense,
    /// The control ids of messages that came by, and a hash of what each held.
    pub(super) controls: HashMap<u64, u64>,
    /// What the numbers of tests stand for, as a table of the same run says.
    pub(super) tests: HashMap<String, String>,
    folders: HashMap<PathBuf, Arc<ByName>>,
    units: u64,
    done: u64,
    total: u64,
}

impl<'a> Desk<'a> {
    pub(super) fn new(options: &'a Options, sink: &'a mut dyn Sink) -> Self {
        let (seen, controls, tests, folders) = (HashMap::new(), HashMap::new(), HashMap::new(), HashMap::new());
        Self { sink, options, seen, later: Vec::new(), sense: Sense::default(), controls, tests, folders, units: 0, done: 0, total: 0 }
    }

    /// Where something comes from that is stored whole or not at all.
    pub(super) fn origin(&mut self, source: &str, line: Option<u64>, sent: Sent) -> Origin {
        self.units += 1;
        Origin { source: source.to_owned(), line, context: Context { sent, unit: self.units, ..Context::default() } }
    }

    /// What is known of a note that has no name but its file's: the folder that the name is relative to, however it was written.
    pub(super) fn by_name(&mut self, file: &Found) -> Arc<ByName> {
        let passes = self.options.passing;
        let parts = file.relative.matches('/').count() + 1;
        let root = file.path.ancestors().nth(parts).unwrap_or(&file.path).to_path_buf();
        let named = self.folders.entry(root).or_insert_with_key(|root| {
            // A bare name has an empty parent: the folder that the program was started in.
            let there = if root.as_os_str().is_empty() { Path::new(".") } else { root };
            let whole = std::fs::canonicalize(there).unwrap_or_else(|_| there.to_path_buf());
            let folder = hex(&Sha256::digest(whole.as_os_str().as_encoded_bytes())).chars().take(16).collect();
            Arc::new(ByName { folder, passes })
        });
        Arc::clone(named)
    }

    pub(super) fn options(&self) -> &'a Options {
        self.options
    }

    pub(super) fn limits(&self) -> Limits {
        self.options.limits
    }

    pub(super) fn stopped(&self) -> bool {
        self.sink.stopped()
    }

    /// More bytes that will be read.
    pub(super) fn expect(&mut self, bytes: u64) {
        self.total += bytes;
    }

    pub(super) fn done(&self) -> u64 {
        self.done
    }

    /// Bytes that have been read.
    pub(super) fn advance(&mut self, bytes: u64, label: &str) {
        self.done = (self.done + bytes).min(self.total);
        self.sink.progress(self.done, self.total, label);
    }

    /// A file is done, however much of it was read: it counts with the size it was found with.
    pub(super) fn finish(&mut self, before: u64, bytes: u64, label: &str) {
        self.done = before;
        self.advance(bytes, label);
    }

    pub(super) fn reject(&mut self, trouble: Trouble) {
        self.sink.reject(trouble);
    }

    pub(super) fn notice(&mut self, notice: Trouble) {
        self.sink.notice(notice);
    }

    pub(super) fn take(&mut self, mut record: Record, origin: &Origin) -> Result<(), Trouble> {
        match &mut record {
            Record::Document(document) => {
                self.options.types.name(document);
                self.watch(document, origin);
                // A file that is one note tells the line inside it itself.
                if origin.line.is_some() && document.encoding.as_deref() == Some(decode::MIXED) {
                    self.notice(decode::told_mixed().at(&origin.source, origin.line));
                }
            }
            Record::Patient(patient) => self.sense.patient(patient, self.options.now),
            Record::Encounter(encounter) => self.sense.encounter(encounter),
            _ => {}
        }
        for notice in self.sense.told() {
            self.sink.notice(notice.at(&origin.source, origin.line));
        }
        self.sink.take(record, origin)
    }

    /// Keeps a change for the end of the run. When it was told says nothing of when the other record was: a server touches a document
    /// again when another one replaces it.
    pub(super) fn later(&mut self, change: Change, origin: &Origin) {
        let context = Context { sent: Sent::default(), ..origin.context.clone() };
        self.later.push((change, Origin { context, ..origin.clone() }));
    }

    /// Hands on the changes that were kept.
    pub(super) fn close(mut self) -> Result<(), Trouble> {
        if self.stopped() {
            return Ok(()); // the same command again goes on
        }
        let changes = std::mem::take(&mut self.later);
        changes.into_iter().try_for_each(|(change, origin)| self.sink.take(Record::Change(change), &origin))
    }

    fn watch(&mut self, document: &Document, origin: &Origin) {
        // Every reader has made the hash of the text already.
        let text = document.sha256.get(..16).and_then(|hex| u64::from_str_radix(hex, 16).ok());
        let text = text.unwrap_or_else(|| short_hash(document.text.as_bytes()));
        let patient = document.patient.as_deref().map(|patient| short_hash(patient.as_bytes()));
        let before = self.seen.insert(short_hash(document.identifier.as_bytes()), (text, patient));
        // Under another patient it is no new version: whoever keeps the records refuses it.
        let another =
            |(other, whose): (u64, Option<u64>)| other != text && whose.zip(patient).is_none_or(|(whose, patient)| whose == patient);
        // A sender that numbers its versions says itself which one is later, and so does one that says it is a correction.
        let said = Kept::version(&document.kept).is_some() || document.status == DocumentStatus::Amended;
        if before.is_some_and(another) && !said {
            self.notice(
                Trouble::input("the identifier of this document came before with another text")
                    .at(&origin.source, origin.line)
                    .why("two documents of this run share one identifier")
                    .hint("both are kept, this one as a new version; give each note an identifier of its own if they are different notes"),
            );
        }
    }
}

pub(super) fn short_hash(bytes: &[u8]) -> u64 {
    Sha256::digest(bytes).iter().take(8).fold(0, |hash, byte| (hash << 8) | u64::from(*byte))
}

pub(super) use crate::hash::sha256;
