//! One identifier, one patient. A record whose identifier is there already for another patient, or whose encounter is another
//! patient's, is refused before anything is written: as a new version it would carry one patient's words into another's chart.

use super::ingest::Incoming;
use super::person::{self, Whose};
use super::put::Fact;
use super::sent;
use crate::chart::Record;
use crate::error::Trouble;
use rusqlite::{OptionalExtension, Transaction};

/// Why a record cannot go in.
pub(super) enum Clash {
    /// Its identifier is taken.
    Identifier {
        kind: &'static str,
        identifier: String,
        /// Where the one that is there came from, as far as that is known.
        first: Option<String>,
    },
    /// Its encounter is another patient's.
    Encounter { kind: &'static str, identifier: String, encounter: String, first: Option<String> },
    /// It is told of another person than the one whose identifier it has; with what differs.
    Person { identifier: String, differs: String },
    /// An encounter that only stands in for a missing one: the note that it stands for is told, once.
    Implied,
}

impl Clash {
    /// In words, with both sources; no more of a patient than identifiers.
    pub(super) fn told(self, incoming: &Incoming) -> Option<Trouble> {
        let from = |first: Option<String>| first.unwrap_or_else(|| "an earlier import (`lacuna import report` lists them)".to_owned());
        let trouble = match self {
            Self::Implied => return None,
            Self::Person { identifier, differs } => person::refused(&identifier, &differs),
            Self::Identifier { kind, identifier, first } => {
                Trouble::input(format!("the {kind} {} is there already, of another patient", shown(&identifier)))
                    .why(format!("the first one came from {}", from(first)))
                    .hint(format!("give each {kind} an identifier of its own, or correct the patient; nothing stored was changed"))
            }
            Self::Encounter { kind, identifier, encounter, first } => Trouble::input(format!(
                "the {kind} {} names the encounter {}, which is another patient's",
                shown(&identifier),
                shown(&encounter)
            ))
            .why(format!("that encounter came from {}", from(first)))
            .hint("correct the patient or the encounter at the sender; nothing stored was changed"),
        };
        Some(trouble.at(&incoming.source, incoming.line))
    }
}

/// An identifier as a message shows it: a long one is cut, with a sign that it was. The report of the run has its file and line.
pub(super) fn shown(identifier: &str) -> String {
    const MOST: usize = 60;
    match identifier.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}\u{2026}", identifier.get(..at).unwrap_or_default()),
        None => identifier.to_owned(),
    }
}

/// The patient of a stored encounter, and where it came from.
type Owner = (Option<String>, Option<String>);

/// The encounter that was looked up last: what a file says of one stay mostly stands together.
#[derive(Default)]
pub(super) struct Known(Option<(String, Option<Owner>)>);

impl Known {
    /// An encounter was written.
    pub(super) fn forget(&mut self) {
        self.0 = None;
    }

    fn encounter(&mut self, tx: &Transaction<'_>, identifier: &str) -> rusqlite::Result<Option<Owner>> {
        if let Some((last, owner)) = &self.0
            && last == identifier
        {
            return Ok(owner.clone());
        }
        let owner = encounter(tx, identifier)?;
        self.0 = Some((identifier.to_owned(), owner.clone()));
        Ok(owner)
    }
}

/// Whether what came may go in; then the fact that has its identifier now.
pub(super) fn clash(tx: &Transaction<'_>, incoming: &Incoming, known: &mut Known) -> rusqlite::Result<Result<Option<Fact>, Clash>> {
    match &incoming.record {
        Record::Patient(p) => Ok(match person::whose(tx, p, incoming.context.corrects)? {
            Whose::Another(differs) => Err(Clash::Person { identifier: p.identifier.clone(), differs }),
            Whose::Same | Whose::Differs(_) => Ok(None),
        }),
        Record::Provider(_) | Record::Change(_) => Ok(Ok(None)),
        Record::Encounter(e) => {
            let Some((patient, first)) = encounter(tx, &e.identifier)? else { return Ok(Ok(None)) };
            let other = differ(patient.as_deref(), e.patient.as_deref());
            Ok(match (other, e.implied) {
                (false, _) => Ok(None),
                (true, true) => Err(Clash::Implied),
                (true, false) => Err(Clash::Identifier { kind: "encounter", identifier: e.identifier.clone(), first }),
            })
        }
        Record::Document(d) => {
            let sql = "SELECT patient, encounter, source FROM document WHERE identifier = ?1 AND current = 1";
            let stored = tx.prepare_cached(sql)?.query_row([&d.identifier], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?))).optional()?;
            let clash = of_encounter(tx, "document", (&d.identifier, d.encounter.as_deref(), d.patient.as_deref()), stored, known)?;
            Ok(clash.map_or(Ok(None), Err))
        }
        Record::Observation(o) => fact(tx, known, "observation", (&o.identifier, o.encounter.as_deref(), o.patient.as_deref())),
        Record::Order(o) => fact(tx, known, "order", (&o.identifier, o.encounter.as_deref(), o.patient.as_deref())),
        Record::Medication(m) => fact(tx, known, "medication", (&m.identifier, m.encounter.as_deref(), m.patient.as_deref())),
        Record::Procedure(p) => fact(tx, known, "procedure", (&p.identifier, p.encounter.as_deref(), p.patient.as_deref())),
        Record::Problem(p) => fact(tx, known, "problem", (&p.identifier, p.encounter.as_deref(), p.patient.as_deref())),
    }
}

/// Identifier, encounter and patient of a record that came.
type Given<'a> = (&'a str, Option<&'a str>, Option<&'a str>);

fn fact(tx: &Transaction<'_>, known: &mut Known, kind: &'static str, given: Given<'_>) -> rusqlite::Result<Result<Option<Fact>, Clash>> {
    let mut find = tx.prepare_cached("SELECT patient, encounter, body, sent FROM fact WHERE kind = ?1 AND identifier = ?2")?;
    let found = find
        .query_row((kind, given.0), |r| {
            let sent: Option<String> = r.get(3)?;
            Ok(((r.get(0)?, r.get(1)?, None), Fact { body: r.get(2)?, sent: sent::read(sent.as_deref()) }))
        })
        .optional()?;
    let (stored, fact) = found.map_or((None, None), |(stored, fact)| (Some(stored), Some(fact)));
    Ok(match of_encounter(tx, kind, given, stored, known)? {
        Some(clash) => Err(clash),
        None => Ok(fact),
    })
}

/// A record that belongs to an encounter: its patient is the one it names, else its encounter's. `stored` is the patient, the
/// encounter and the source of the record that has its identifier now.
fn of_encounter(
    tx: &Transaction<'_>,
    kind: &'static str,
    (identifier, at, patient): Given<'_>,
    stored: Option<(Option<String>, Option<String>, Option<String>)>,
    known: &mut Known,
) -> rusqlite::Result<Option<Clash>> {
    let there = at.map(|at| known.encounter(tx, at)).transpose()?.flatten();
    let (owner, came_from) = there.unwrap_or_default();
    if let Some((stored_patient, stored_at, first)) = stored {
        let stored_patient = match (stored_patient, stored_at) {
            (None, Some(at)) => encounter(tx, &at)?.and_then(|(patient, _)| patient),
            (patient, _) => patient,
        };
        if differ(stored_patient.as_deref(), patient.or(owner.as_deref())) {
            return Ok(Some(Clash::Identifier { kind, identifier: identifier.to_owned(), first }));
        }
    }
    let other = differ(owner.as_deref(), patient);
    Ok(other.then(|| Clash::Encounter {
        kind,
        identifier: identifier.to_owned(),
        encounter: at.unwrap_or_default().to_owned(),
        first: came_from,
    }))
}

fn encounter(tx: &Transaction<'_>, identifier: &str) -> rusqlite::Result<Option<Owner>> {
    tx.prepare_cached("SELECT patient, source FROM encounter WHERE identifier = ?1")?
        .query_row([identifier], |r| Ok((r.get(0)?, r.get(1)?)))
        .optional()
}

/// Both are known and not the same: what is not given contradicts nothing.
fn differ(one: Option<&str>, other: Option<&str>) -> bool {
    one.zip(other).is_some_and(|(one, other)| one != other)
}
