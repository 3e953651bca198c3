//! What of a record needs no store: its body as JSON, its hashes, its class. Made by the thread that reads, while another one writes.

use super::ingest::Incoming;
use super::json::json;
use crate::chart::{Document, DocumentClass, Record};
use crate::hash::sha256;

/// A record with what of it needs no store.
#[derive(Clone, Debug)]
pub struct ReadyRecord {
    pub(super) incoming: Incoming,
    pub(super) ready: Ready,
}

impl ReadyRecord {
    /// Makes a record ready: the thread that holds the store has less to do then.
    pub fn of(incoming: Incoming) -> Self {
        Self { ready: Ready::of(&incoming.record), incoming }
    }

    /// The record, and what of it is ready.
    pub(super) fn parts(&self) -> (&Incoming, Option<&Ready>) {
        (&self.incoming, Some(&self.ready))
    }
}

/// Bodies, hashes and the class of a record.
#[derive(Clone, Debug, Default)]
pub(super) struct Ready {
    /// The record as JSON: of a document everything but its text and what the store itself gives.
    pub(super) body: String,
    pub(super) text_hash: String,
    pub(super) body_hash: String,
    pub(super) class: Option<&'static str>,
}

impl Ready {
    pub(super) fn of(record: &Record) -> Self {
        match record {
            // What is known already goes into their bodies.
            Record::Patient(_) | Record::Provider(_) | Record::Encounter(_) | Record::Change(_) => Self::default(),
            Record::Document(d) => Self::of_document(d),
            Record::Observation(o) => Self { body: json(o), ..Self::default() },
            Record::Order(o) => Self { body: json(o), ..Self::default() },
            Record::Medication(m) => Self { body: json(m), ..Self::default() },
            Record::Procedure(p) => Self { body: json(p), ..Self::default() },
            Record::Problem(p) => Self { body: json(p), ..Self::default() },
        }
    }

    pub(super) fn of_document(given: &Document) -> Self {
        let body = json(&given.bare());
        let class = DocumentClass::of(given).map(DocumentClass::name);
        Self { text_hash: sha256(&given.text), body_hash: sha256(&body), body, class }
    }
}
