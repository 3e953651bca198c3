//! What comes together goes in together: a message, a note with the patient and the stay that it names. Where the note is refused, or all
//! that the message tells, its patient and its stay do not stay behind; they wait for the next record that names them.

use super::charts;
use super::identity::{self, Clash, Known};
use super::ingest::Incoming;
use super::ready::Ready;
use crate::chart::{Document, Encounter, Observation, Record};
use crate::error::Trouble;
use crate::hash::sha256;
use rusqlite::{OptionalExtension, Transaction};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// So many patients and stays of refused records wait at most; beyond that they go in without them.
const WAITING: usize = 50_000;

/// A record of a unit: as it came, or with another name or patient by now.
#[derive(Clone)]
pub(super) struct Came<'r> {
    pub(super) incoming: Cow<'r, Incoming>,
    pub(super) ready: Option<&'r Ready>,
    /// The patient who is no more that it came under.
    pub(super) from: Option<String>,
}

impl Came<'_> {
    /// Whether it is there for what else came: a patient, a stay, or somebody who writes.
    fn is_owner(&self) -> bool {
        matches!(self.incoming.record, Record::Patient(_) | Record::Encounter(_) | Record::Provider(_))
    }
}

/// What a run remembers of what it refused.
#[derive(Default)]
pub(super) struct Waiting {
    /// Patients and stays of refused units, by what names them.
    owners: HashMap<(bool, String), Incoming>,
    /// Patients who were refused as other persons where nothing else came with them: what names them later in the run is not the first one's.
    others: HashSet<String>,
}

impl Waiting {
    /// Keeps those of a refused unit; gives what does not fit any more.
    pub(super) fn keep(&mut self, unit: Vec<Came<'_>>) {
        for came in unit.into_iter().filter(Came::is_owner) {
            let key = match &came.incoming.record {
                Record::Patient(p) => (false, p.identifier.clone()),
                Record::Encounter(e) if !e.implied => (true, e.identifier.clone()),
                _ => continue,
            };
            if self.owners.len() < WAITING || self.owners.contains_key(&key) {
                self.owners.insert(key, came.incoming.into_owned());
            }
        }
    }

    /// A patient by itself was refused as another person.
    pub(super) fn another(&mut self, patient: &str) {
        self.others.insert(patient.to_owned());
    }

    /// Why a unit that says nothing of its patient cannot go in: that patient was refused.
    pub(super) fn of_another(&self, unit: &[Came<'_>]) -> Option<Trouble> {
        if self.others.is_empty() || unit.iter().any(|came| matches!(came.incoming.record, Record::Patient(_))) {
            return None;
        }
        unit.iter().find_map(|came| {
            let patient = came.incoming.record.owners().1.filter(|patient| self.others.contains(*patient))?;
            of_another(&came.incoming, patient)
        })
    }

    /// Those that a record names, the patient first.
    pub(super) fn take(&mut self, record: &Record) -> Vec<Incoming> {
        if self.owners.is_empty() {
            return Vec::new();
        }
        let (encounter, patient) = record.owners();
        let stay = encounter.and_then(|encounter| self.owners.remove(&(true, encounter.to_owned())));
        let of_stay = stay.as_ref().and_then(|stay| stay.record.owners().1.map(str::to_owned));
        let mut found = Vec::new();
        for patient in [patient.map(str::to_owned), of_stay].into_iter().flatten() {
            found.extend(self.owners.remove(&(false, patient)));
        }
        found.extend(stay);
        found
    }
}

/// Why a unit cannot go in, and whether that is because its patient is another person.
pub(super) struct Refused {
    pub(super) trouble: Trouble,
    pub(super) another: bool,
}

/// Why a unit cannot go in: a note or a stay in it is another patient's, or all that it tells is. Nothing of it is stored then.
pub(super) fn refused(tx: &Transaction<'_>, unit: &[Came<'_>], known: &mut Known) -> rusqlite::Result<Option<Refused>> {
    if unit.len() < 2 {
        return Ok(None); // one record alone is refused by itself
    }
    let mut first = None;
    for came in unit.iter().filter(|came| matches!(came.incoming.record, Record::Patient(_) | Record::Document(_) | Record::Encounter(_))) {
        match identity::clash(tx, &came.incoming, known)? {
            Err(Clash::Implied) | Ok(_) => {}
            Err(clash) => {
                let another = matches!(clash, Clash::Person { .. });
                return Ok(clash.told(&came.incoming).map(|trouble| Refused { trouble, another }));
            }
        }
    }
    for came in unit.iter().filter(|came| !came.is_owner()) {
        match identity::clash(tx, &came.incoming, known)? {
            Ok(_) => return Ok(None),
            Err(clash) => first = first.or(clash.told(&came.incoming)),
        }
    }
    Ok(first.map(|trouble| Refused { trouble, another: false }))
}

/// What is told of a record whose patient was refused as another person.
fn of_another(incoming: &Incoming, patient: &str) -> Option<Trouble> {
    let (kind, identifier) = incoming.record.named()?;
    let trouble = Trouble::input(format!(
        "the {kind} {} is of the patient {}, who was refused as another person",
        identity::shown(identifier),
        identity::shown(patient)
    ));
    let why = "the patient of that identifier who is there already is somebody else";
    Some(trouble.why(why).hint("give each person an identifier of their own, and import again").at(&incoming.source, incoming.line))
}

/// A note that has no name but its file's is no version of another one of that name: in another folder, of another patient, stay, time or
/// type it is a note of its own, and has a name of its own. Says so where it is new.
pub(super) fn settle(tx: &Transaction<'_>, unit: &mut [Came<'_>]) -> rusqlite::Result<Option<Trouble>> {
    settle_results(tx, unit)?;
    let Some(at) =
        unit.iter().position(|came| came.incoming.context.by_name.is_some() && matches!(came.incoming.record, Record::Document(_)))
    else {
        return Ok(None);
    };
    let Some(incoming) = unit.get(at).map(|came| came.incoming.as_ref()) else { return Ok(None) };
    let (Record::Document(given), Some(by_name)) = (&incoming.record, &incoming.context.by_name) else { return Ok(None) };
    let sql = "SELECT sha256, folder, body FROM document WHERE identifier = ?1 AND current = 1";
    let stored: Option<(String, Option<String>, String)> =
        tx.prepare_cached(sql)?.query_row([&given.identifier], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?))).optional()?;
    let Some((text, folder, body)) = stored else { return Ok(None) };
    let Some(have) = charts::parse::<Document>(&body) else { return Ok(None) };
    let own = Own::of(given);
    let known = own.patient.is_some() || own.encounter.is_some();
    let same_folder = folder.as_ref().is_none_or(|folder| *folder == by_name.folder);
    let same = !own.contradicts(&Own::of(&have))
        && (text == given.sha256 || if by_name.passes { known && own.time.is_some() && own == Own::of(&have) } else { same_folder });
    if same {
        return Ok(None);
    }
    let mut key = format!("{}\u{1f}{own:?}", by_name.folder);
    if by_name.passes && !(known && own.time.is_some()) {
        key.push_str(&given.sha256);
    }
    let (old, name) = (given.identifier.clone(), format!("{}@{}", given.identifier, sha256(&key).get(..8).unwrap_or_default()));
    let new = !tx.prepare_cached("SELECT 1 FROM document WHERE identifier = ?1")?.exists([&name])?;
    let notice = new.then(|| {
        Trouble::input("another note of this name is there already: this one is a note of its own")
            .at(&incoming.source, incoming.line)
            .why(format!(
                "it came from another folder, or for another patient, stay, time or type; it is known as {}",
                identity::shown(&name)
            ))
            .hint("give notes identifiers of their own (an id, or --names with {id})")
    });
    for came in unit {
        let renamed = match &came.incoming.record {
            Record::Document(d) if d.identifier == old => {
                let encounter = d.encounter.clone().map(|encounter| if encounter == old { name.clone() } else { encounter });
                Record::Document(Document { identifier: name.clone(), encounter, ..d.clone() })
            }
            Record::Encounter(e) if e.implied && e.identifier == old => {
                Record::Encounter(Encounter { identifier: name.clone(), ..e.clone() })
            }
            _ => continue,
        };
        came.incoming = Cow::Owned(Incoming { record: renamed, ..came.incoming.as_ref().clone() });
        came.ready = None;
    }
    Ok(notice)
}

/// The same of results that have no name but their file's and line: another patient's, or of another test or time, is a result of its own.
fn settle_results(tx: &Transaction<'_>, unit: &mut [Came<'_>]) -> rusqlite::Result<()> {
    for came in unit {
        let (Record::Observation(given), Some(by_name)) = (&came.incoming.record, &came.incoming.context.by_name) else { continue };
        let sql = "SELECT body FROM fact WHERE kind = 'observation' AND identifier = ?1";
        let body: Option<String> = tx.prepare_cached(sql)?.query_row([&given.identifier], |r| r.get(0)).optional()?;
        let Some(have) = body.and_then(|body| charts::parse::<Observation>(&body)) else { continue };
        let own = |o: &Observation| (o.patient.clone(), o.encounter.clone(), o.name.clone(), o.time);
        if own(&have) == own(given) {
            continue; // a value that was corrected
        }
        let key = sha256(&format!("{}\u{1f}{:?}", by_name.folder, own(given)));
        let identifier = format!("{}@{}", given.identifier, key.get(..8).unwrap_or_default());
        let record = Record::Observation(Observation { identifier, ..given.clone() });
        came.incoming = Cow::Owned(Incoming { record, ..came.incoming.as_ref().clone() });
        came.ready = None;
    }
    Ok(())
}

/// Whose a note is, and which, beside its name.
#[derive(Debug, PartialEq)]
struct Own {
    patient: Option<String>,
    encounter: Option<String>,
    time: Option<crate::chart::Instant>,
    kind: Option<String>,
}

impl Own {
    fn of(document: &Document) -> Self {
        let of_type = document.document_type.map(|t| t.name().to_owned()).or_else(|| document.code.as_ref().map(|c| c.code.clone()));
        Self {
            patient: document.patient.clone(),
            // A stay that only holds the note says nothing of it.
            encounter: document.encounter.clone().filter(|encounter| *encounter != document.identifier),
            time: document.time,
            kind: of_type,
        }
    }

    /// Whether both say something, and not the same.
    fn contradicts(&self, other: &Self) -> bool {
        fn differ<T: PartialEq>(one: &Option<T>, other: &Option<T>) -> bool {
            one.as_ref().zip(other.as_ref()).is_some_and(|(one, other)| one != other)
        }
        differ(&self.patient, &other.patient)
            || differ(&self.encounter, &other.encounter)
            || differ(&self.time, &other.time)
            || differ(&self.kind, &other.kind)
    }
}
