//! Reading charts back: one encounter whole, or all encounters in a line each.

use super::{Store, by_date, trouble::because};
use crate::chart::{
    Chart, Document, DocumentType, Encounter, EncounterClass, Id, Instant, Medication, Observation, Order, Patient, PriorEncounter,
    Problem, Procedure, Provider, Role,
};
use crate::error::Result;
use rusqlite::{Connection, OptionalExtension};
use serde::de::DeserializeOwned;
use std::collections::HashMap;

/// How many earlier stays are loaded, the newest ones. Policy of loading, not of medicine: what a baseline may be is the item's business.
const PRIOR_ENCOUNTERS: usize = 8;

/// Characters of a note that a list can show of it, blanks and line ends among them.
const BEGINNING: u32 = 200;

/// One encounter in a line.
#[derive(Clone, Debug, PartialEq)]
pub struct EncounterSummary {
    /// The encounter as given. Boxed: a list of twenty thousand gives each back as soon as its row is made.
    pub encounter: Box<Encounter>,
    /// The patient as given.
    pub patient: Option<Box<Patient>>,
    /// Goes up with every change.
    pub touched: i64,
    /// Current documents.
    pub documents: Vec<(String, i64)>,
    /// The note that the encounter only holds, where it is one of those.
    pub lone: Option<LoneNote>,
}

/// A note whose sender named no stay: what tells it from the others in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct LoneNote {
    /// Its type as given.
    pub document_type: Option<DocumentType>,
    /// Its title as given.
    pub title: Option<String>,
    /// When it was written.
    pub time: Option<Instant>,
    /// How it begins.
    pub begins: String,
}

impl Store {
    /// Everything known of one encounter, named by the sender's identifier or by our number (`#12`).
    pub fn chart(&self, name: &str) -> Result<Option<Chart>> {
        let connection = self.lock();
        load_chart(&connection, name).map_err(because("the chart could not be read"))
    }

    /// Every encounter with what a worklist needs, by start (newest first), then identifier. `implied` ones only when asked.
    pub fn encounters(&self, with_implied: bool) -> Result<Vec<EncounterSummary>> {
        self.read(|c| {
            let mut documents: HashMap<String, Vec<(String, i64)>> = HashMap::new();
            let mut statement = c.prepare(
                "SELECT encounter, identifier, version FROM document WHERE current = 1 AND withdrawn = 0 AND class IS NULL AND encounter IS NOT NULL ORDER BY identifier",
            )?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                documents.entry(row.get(0)?).or_default().push((row.get(1)?, row.get(2)?));
            }
            let mut statement = c.prepare(
                "SELECT e.id, e.body, e.touched, p.id, p.body FROM encounter e LEFT JOIN patient p ON p.identifier = e.patient
                 WHERE ?1 OR NOT e.implied OR e.patient IN (SELECT patient FROM encounter WHERE implied = 0) ORDER BY e.started DESC NULLS LAST, e.identifier",
            )?;
            let mut rows = statement.query([with_implied])?;
            let mut out = Vec::new();
            while let Some(row) = rows.next()? {
                let Some(mut encounter) = parse::<Encounter>(row.get_ref(1)?.as_str()?) else { continue };
                encounter.id = Id(row.get(0)?);
                let patient = match row.get_ref(4)?.as_str_or_null()? {
                    Some(text) => {
                        parse::<Patient>(text).map(|p| Box::new(Patient { id: Id(row.get(3).unwrap_or_default()), kept: Vec::new(), ..p }))
                    }
                    None => None,
                };
                let documents = documents.remove(&encounter.identifier).unwrap_or_default();
                out.push(EncounterSummary { encounter: Box::new(in_brief(encounter)), patient, touched: row.get(2)?, documents, lone: None });
            }
            drop(documents);
            if with_implied {
                let mut lone = lone_notes(c)?;
                for summary in out.iter_mut().filter(|s| s.encounter.implied) {
                    summary.lone = lone.remove(&summary.encounter.identifier);
                }
            }
            by_date::place(&mut out, &times_of_lone_documents(c)?);
            out.retain(|summary| with_implied || !summary.encounter.implied);
            Ok(out)
        })
    }

    /// The identifiers of all encounters, in a fixed order. One that only holds a note which stands in a stay by its date is left out.
    pub fn encounter_identifiers(&self) -> Result<Vec<String>> {
        let mut names: Vec<String> = self.encounters(true)?.into_iter().map(|summary| summary.encounter.identifier).collect();
        names.sort();
        Ok(names)
    }

    /// Encounters of a patient, by identifier or record number, newest first.
    pub fn encounters_of_patient(&self, name: &str) -> Result<Vec<String>> {
        self.read(|c| {
            c.prepare(
                "SELECT e.identifier FROM encounter e JOIN patient p ON p.identifier = e.patient WHERE p.identifier = ?1 OR p.mrn = ?1
                 ORDER BY e.started DESC NULLS LAST, e.identifier",
            )?
            .query_map([name], |r| r.get(0))?
            .collect()
        })
    }

    /// The name to show for the patient of an encounter.
    pub fn patient_name(&self, encounter: &str) -> Result<Option<String>> {
        let body: Option<String> = self.read(|c| {
            c.prepare_cached("SELECT p.body FROM encounter e JOIN patient p ON p.identifier = e.patient WHERE e.identifier = ?1 OR e.account = ?1 LIMIT 1")?
                .query_row([encounter], |r| r.get(0))
                .optional()
        })?;
        Ok(body.and_then(|b| parse::<Patient>(&b)).map(|p| p.display()))
    }

    /// Whose record it is: a document's or a fact's patient, by the sender's identifiers.
    pub fn patient_of_document(&self, identifier: &str) -> Result<Option<String>> {
        self.read(|c| {
            c.prepare_cached(
                "SELECT patient FROM document WHERE identifier = ?1 AND current = 1 AND patient IS NOT NULL
                 UNION SELECT patient FROM fact WHERE identifier = ?1 AND patient IS NOT NULL LIMIT 1",
            )?
            .query_row([identifier], |r| r.get(0))
            .optional()
        })
    }

    /// One document by the sender's identifier: the current version, or the one asked for.
    pub fn document(&self, identifier: &str, version: Option<u32>) -> Result<Option<Document>> {
        self.read(|c| {
            let found = c
                .query_row(
                    "SELECT id, version, sha256, text, body FROM document WHERE identifier = ?1 AND (version = ?2 OR (?2 IS NULL AND current = 1))",
                    (identifier, version),
                    document,
                )
                .optional()?;
            match found {
                Some(mut d) => {
                    join_providers(c, &mut d)?;
                    Ok(Some(d))
                }
                None => Ok(None),
            }
        })
    }

    /// The text of one version, byte for byte.
    pub fn versions(&self, identifier: &str) -> Result<Vec<(u32, String)>> {
        self.read(|c| {
            c.prepare("SELECT version, sha256 FROM document WHERE identifier = ?1 ORDER BY version")?
                .query_map([identifier], |r| Ok((r.get(0)?, r.get(1)?)))?
                .collect()
        })
    }

    /// Counts of what is stored: (patients, encounters, current documents, observations).
    pub fn counts(&self) -> Result<(u64, u64, u64, u64)> {
        let count = |c: &Connection, sql: &str| c.query_row(sql, [], |r| r.get::<_, i64>(0)).map(i64::unsigned_abs);
        self.read(|c| {
            Ok((
                count(c, "SELECT count(*) FROM patient")?,
                count(c, "SELECT count(*) FROM encounter")?,
                count(c, "SELECT count(*) FROM document WHERE current = 1 AND withdrawn = 0 AND class IS NULL")?,
                count(c, "SELECT count(*) FROM fact WHERE kind = 'observation'")?,
            ))
        })
    }
}

/// What a line of a list needs of an encounter: of many thousand in memory at once the rest is weight.
fn in_brief(encounter: Encounter) -> Encounter {
    let mut locations = encounter.locations;
    let now = locations.pop();
    Encounter {
        locations: now.into_iter().collect(),
        participants: Vec::new(),
        kept: Vec::new(),
        reason: None,
        disposition: None,
        ..encounter
    }
}

/// The notes of encounters that only hold them, by the encounter's identifier.
fn lone_notes(c: &Connection) -> rusqlite::Result<HashMap<String, LoneNote>> {
    let mut statement = c.prepare(
        "SELECT e.identifier, d.body, substr(d.text, 1, ?1) FROM encounter e JOIN document d ON d.encounter = e.identifier AND d.current = 1
         WHERE e.implied = 1 AND d.withdrawn = 0 AND d.class IS NULL",
    )?;
    let mut rows = statement.query([BEGINNING])?;
    let mut out = HashMap::new();
    while let Some(row) = rows.next()? {
        let Some(document) = parse::<Document>(row.get_ref(1)?.as_str()?) else { continue };
        let words: Vec<&str> = row.get_ref(2)?.as_str()?.split_whitespace().collect();
        let Document { document_type, title, time, .. } = document;
        out.insert(row.get(0)?, LoneNote { document_type, title, time, begins: words.join(" ") });
    }
    Ok(out)
}

fn load_chart(c: &Connection, name: &str) -> rusqlite::Result<Option<Chart>> {
    let number = name.strip_prefix('#').and_then(|n| n.parse::<i64>().ok());
    let found: Option<(i64, String)> = c
        .prepare_cached(
            "SELECT id, body FROM encounter WHERE identifier = ?1 OR account = ?1 OR id = ?2 ORDER BY identifier = ?1 DESC, started DESC, identifier LIMIT 1",
        )?
        .query_row((name, number), |r| Ok((r.get(0)?, r.get(1)?)))
        .optional()?;
    let Some((id, Some(mut encounter))) = found.map(|(id, body)| (id, parse::<Encounter>(&body))) else { return Ok(None) };
    encounter.id = Id(id);
    join_people(c, &mut encounter)?;
    let patient = match &encounter.patient {
        None => None,
        Some(identifier) => c
            .prepare_cached("SELECT id, body FROM patient WHERE identifier = ?1")?
            .query_row([identifier], |r| Ok((r.get(0)?, r.get::<_, String>(1)?)))
            .optional()?
            .and_then(|(id, body)| parse::<Patient>(&body).map(|p| Patient { id: Id(id), ..p })),
    };
    let mut documents = documents_of(c, &encounter.identifier)?;
    documents.extend(by_date::documents(c, &encounter)?);
    let mut stays = None;
    let mut chart = Chart {
        documents,
        observations: facts(c, "observation", &encounter, &mut stays, observed)?,
        orders: facts(c, "order", &encounter, &mut stays, |o: &Order| (o.encounter.is_some(), o.time))?,
        medications: facts(c, "medication", &encounter, &mut stays, |m: &Medication| (m.encounter.is_some(), m.time))?,
        procedures: facts(c, "procedure", &encounter, &mut stays, |p: &Procedure| (p.encounter.is_some(), p.start))?,
        problems: facts(c, "problem", &encounter, &mut stays, |p: &Problem| (p.encounter.is_some(), p.recorded.or(p.onset)))?,
        prior: prior(c, &encounter)?,
        patient,
        encounter,
    };
    chart.sort();
    Ok(Some(chart))
}

pub(super) fn documents_of(c: &Connection, encounter: &str) -> rusqlite::Result<Vec<Document>> {
    let mut statement = c.prepare_cached(
        "SELECT id, version, sha256, text, body FROM document WHERE encounter = ?1 AND current = 1 AND withdrawn = 0 AND class IS NULL",
    )?;
    let mut documents = statement.query_map([encounter], document)?.collect::<rusqlite::Result<Vec<_>>>()?;
    for d in &mut documents {
        join_providers(c, d)?;
    }
    Ok(documents)
}

/// The times of documents whose encounter only holds them, of patients who have stays besides.
fn times_of_lone_documents(c: &Connection) -> rusqlite::Result<HashMap<String, Instant>> {
    let mut statement = c.prepare(
        "SELECT d.body FROM encounter e JOIN document d ON d.encounter = e.identifier AND d.current = 1
         WHERE e.implied = 1 AND e.patient IN (SELECT patient FROM encounter WHERE implied = 0) AND d.withdrawn = 0 AND d.class IS NULL AND d.written IS NOT NULL",
    )?;
    let mut rows = statement.query([])?;
    let mut out = HashMap::new();
    while let Some(row) = rows.next()? {
        let found = parse::<Document>(row.get_ref(0)?.as_str()?);
        out.extend(found.and_then(|d| Some((d.identifier, d.time?))));
    }
    Ok(out)
}

fn document(r: &rusqlite::Row<'_>) -> rusqlite::Result<Document> {
    let body: String = r.get(4)?;
    let bare: Document = parse(&body).unwrap_or_default();
    Ok(Document { id: Id(r.get(0)?), version: r.get(1)?, sha256: r.get(2)?, text: r.get(3)?, ..bare })
}

/// The current version of a document as it was stored, without what is known of its people from elsewhere.
pub(super) fn bare_document(c: &Connection, identifier: &str) -> rusqlite::Result<Option<Document>> {
    c.prepare_cached("SELECT id, version, sha256, text, body FROM document WHERE identifier = ?1 AND current = 1")?
        .query_row([identifier], document)
        .optional()
}

/// The indexes are named by hand: with one `OR` for both halves the planner goes through every fact of the kind, of all encounters.
pub(super) const FACTS: &str = "SELECT body FROM fact INDEXED BY fact_encounter WHERE encounter = ?2 AND kind = ?1
     UNION ALL
     SELECT body FROM fact INDEXED BY fact_patient WHERE encounter IS NULL AND patient = ?3 AND kind = ?1 AND at >= ?4 AND at <= ?5";

fn observed(o: &Observation) -> (bool, Option<Instant>) {
    (o.encounter.is_some(), o.time)
}

/// Facts of the encounter, and those of its patient that name no encounter but fall within it and no other. `said` gives whether a fact
/// names one, and when it was. The times of the index are only near enough: a day has no clock, and some clocks no offset. `stays`: those of
/// its patient, once they were read.
fn facts<T: DeserializeOwned>(
    c: &Connection,
    kind: &str,
    encounter: &Encounter,
    stays: &mut Option<Vec<Encounter>>,
    said: impl Fn(&T) -> (bool, Option<Instant>),
) -> rusqlite::Result<Vec<T>> {
    const NEAR: i64 = 38 * 3600; // a day, and the most that two offsets are apart
    let mut statement = c.prepare_cached(FACTS)?;
    let start = encounter.start.map_or(i64::MAX, |t| t.utc_seconds() - NEAR);
    let end = encounter.over().map_or(i64::MAX, |t| t.utc_seconds() + NEAR);
    let rows = statement.query_map((kind, &encounter.identifier, &encounter.patient, start, end), |r| r.get::<_, String>(0))?;
    let mut out = Vec::new();
    for row in rows {
        let Some(fact) = parse::<T>(&row?) else { continue };
        if let (false, Some(time)) = said(&fact) {
            let stays = match &mut *stays {
                Some(stays) => stays,
                none => none.insert(by_date::stays(c, encounter.patient.as_deref().unwrap_or_default())?),
            };
            if by_date::the_one(&*stays, &time).is_none_or(|only| only.identifier != encounter.identifier) {
                continue;
            }
        }
        out.push(fact);
    }
    Ok(out)
}

fn prior(c: &Connection, encounter: &Encounter) -> rusqlite::Result<Vec<PriorEncounter>> {
    let (Some(patient), Some(start)) = (&encounter.patient, encounter.start) else { return Ok(Vec::new()) };
    let mut statement = c.prepare_cached(
        "SELECT id, body FROM encounter WHERE patient = ?1 AND started < ?2 AND identifier <> ?3 ORDER BY started DESC, identifier LIMIT ?4",
    )?;
    let rows = statement
        .query_map((patient, start.utc_seconds(), &encounter.identifier, PRIOR_ENCOUNTERS as i64), |r| {
            Ok((r.get(0)?, r.get::<_, String>(1)?))
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let mut out = Vec::new();
    for (id, body) in rows {
        let Some(mut earlier) = parse::<Encounter>(&body) else { continue };
        earlier.id = Id(id);
        out.push(PriorEncounter {
            documents: documents_of(c, &earlier.identifier)?,
            observations: facts(c, "observation", &earlier, &mut None, observed)?,
            encounter: earlier,
        });
    }
    Ok(out)
}

/// A reference seldom carries more than a name: what is known of the person is joined by identifier.
fn join(c: &Connection, person: &mut Provider) -> rusqlite::Result<()> {
    let Some(identifier) = &person.identifier else { return Ok(()) };
    let mut statement = c.prepare_cached("SELECT body FROM provider WHERE identifier = ?1")?;
    let known: Option<String> = statement.query_row([identifier], |r| r.get(0)).optional()?;
    if let Some(known) = known.and_then(|k| parse::<Provider>(&k)) {
        person.name = person.name.take().or(known.name);
        person.service = person.service.take().or(known.service);
        if person.role == Role::NotGiven {
            person.role = known.role;
        }
    }
    Ok(())
}

fn join_providers(c: &Connection, d: &mut Document) -> rusqlite::Result<()> {
    for person in [&mut d.author, &mut d.signer].into_iter().flatten() {
        join(c, person)?;
    }
    Ok(())
}

fn join_people(c: &Connection, e: &mut Encounter) -> rusqlite::Result<()> {
    for person in e.attending.iter_mut().chain(&mut e.participants) {
        join(c, person)?;
    }
    Ok(())
}

pub(super) fn parse<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_str(text).ok()
}

impl EncounterSummary {
    /// Whether it is a stay that a specialist reviews (admitted, observation or emergency).
    pub fn is_stay(&self) -> bool {
        matches!(self.encounter.class, EncounterClass::Inpatient | EncounterClass::Observation | EncounterClass::Emergency)
    }
}
