//! Records that stand in no chart: results, orders, drugs, procedures and problems that name no stay, or one that never came, and whose time
//! falls into no stay of their patient, or into several. They are kept, and a stay that comes later may take them; until then somebody has to
//! be told that they are there.

use super::by_date::{stays, the_one};
use super::charts::parse;
use super::{Store, json::json};
use crate::chart::{Encounter, Instant};
use crate::error::{Result, Trouble};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

/// One of them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Unplaced {
    /// `observation`, `order` ...
    pub kind: String,
    /// The sender's identifier.
    pub identifier: String,
    /// The patient, by the sender's identifier.
    pub patient: Option<String>,
    /// The stay that it names and that never came.
    pub encounter: Option<String>,
    /// When it was.
    pub time: Option<Instant>,
    /// Why it stands nowhere.
    pub why: &'static str,
}

/// How many there are, the first of them, and how many patients have no stay at all.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct AllUnplaced {
    /// All of them.
    pub count: u64,
    /// The first, by patient.
    pub first: Vec<Unplaced>,
    /// Patients who have no stay: no chart names them.
    pub patients: u64,
}

/// What of a body says when it was.
#[derive(Deserialize)]
struct When {
    time: Option<Instant>,
    start: Option<Instant>,
    recorded: Option<Instant>,
    onset: Option<Instant>,
}

const NO_PATIENT: &str = "it names neither a patient nor a stay that is there";
const NO_TIME: &str = "it names no stay that is there, and has no time";
const NO_STAY: &str = "it names no stay that is there, and its time falls into none of its patient's";
const SEVERAL: &str = "it names no stay that is there, and its time falls into several of its patient's";

/// Facts that name no stay that is there; by patient, so that the stays of each are read once.
const ALL: &str = "SELECT f.kind, f.identifier, f.patient, f.encounter, f.body FROM fact f
     WHERE f.encounter IS NULL OR NOT EXISTS (SELECT 1 FROM encounter e WHERE e.identifier = f.encounter) ORDER BY f.patient, f.kind, f.identifier";
/// Those of them that a run added.
const OF_RUN: &str = "SELECT f.kind, f.identifier, f.patient, f.encounter, f.body FROM import_change c
     JOIN fact f ON f.kind = c.kind AND f.identifier = c.identifier
     WHERE c.sequence > ?1 AND c.run = ?2 AND c.before IS NULL
         AND (f.encounter IS NULL OR NOT EXISTS (SELECT 1 FROM encounter e WHERE e.identifier = f.encounter))
     ORDER BY f.patient, f.kind, f.identifier";

fn unplaced(c: &Connection, sql: &str, params: impl rusqlite::Params, most: usize) -> rusqlite::Result<(u64, Vec<Unplaced>)> {
    let (mut count, mut first) = (0, Vec::new());
    let mut of: Option<(String, Vec<Encounter>)> = None;
    let mut statement = c.prepare(sql)?;
    let mut rows = statement.query(params)?;
    while let Some(row) = rows.next()? {
        let (patient, encounter): (Option<String>, Option<String>) = (row.get(2)?, row.get(3)?);
        let when = parse::<When>(row.get_ref(4)?.as_str()?);
        let time = when.and_then(|when| when.time.or(when.start).or(when.recorded).or(when.onset));
        // One that names a stay which never came stands nowhere, whatever its time.
        let why = match (&patient, &time, &encounter) {
            (None, ..) => NO_PATIENT,
            (_, None, _) => NO_TIME,
            (Some(_), Some(_), Some(_)) => NO_STAY,
            (Some(patient), Some(time), None) => {
                if of.as_ref().is_none_or(|(known, _)| known != patient) {
                    of = Some((patient.clone(), stays(c, patient)?));
                }
                let stays = of.as_ref().map(|(_, stays)| stays.as_slice()).unwrap_or_default();
                if the_one(stays, time).is_some() {
                    continue;
                }
                if stays.iter().any(|stay| stay.spans(time)) { SEVERAL } else { NO_STAY }
            }
        };
        count += 1;
        if first.len() < most {
            first.push(Unplaced { kind: row.get(0)?, identifier: row.get(1)?, patient, encounter, time, why });
        }
    }
    Ok((count, first))
}

/// What is told at the end of a run that brought such records.
pub(super) fn told(c: &Connection, run: i64, begun: i64) -> rusqlite::Result<Option<Trouble>> {
    let (count, _) = unplaced(c, OF_RUN, (begun, run), 0)?;
    Ok((count > 0).then(|| {
        Trouble::input(format!("{count} records stand in no stay, and no chart shows them"))
            .why("they name no stay that is there, and their time falls into none of their patient's, or into several")
            .hint("`lacuna import report --unplaced` lists them; a stay that is imported later takes those that fall into it alone")
    }))
}

/// Writes into the ledger what was told at the end.
pub(super) fn note(c: &Connection, run: i64, told: &Trouble) -> rusqlite::Result<()> {
    c.execute("INSERT INTO import_notice (run, what, why, hint) VALUES (?1, ?2, ?3, ?4)", (run, &told.what, &told.why, &told.hint))?;
    let counts: String = c.query_row("SELECT counts FROM import_run WHERE id = ?1", [run], |r| r.get(0))?;
    let mut counts: super::IngestCounts = serde_json::from_str(&counts).unwrap_or_default();
    counts.noticed += 1;
    c.execute("UPDATE import_run SET counts = ?2 WHERE id = ?1", (run, json(&counts))).map(drop)
}

impl Store {
    /// The records that stand in no chart, `most` of them one by one.
    pub fn unplaced(&self, most: usize) -> Result<AllUnplaced> {
        self.read(|c| {
            let (count, first) = unplaced(c, ALL, [], most)?;
            let sql = "SELECT count(*) FROM patient p WHERE NOT EXISTS (SELECT 1 FROM encounter e WHERE e.patient = p.identifier)";
            let patients: i64 = c.query_row(sql, [], |r| r.get(0))?;
            Ok(AllUnplaced { count, first, patients: patients.unsigned_abs() })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{actor, import, stay};
    use super::*;
    use crate::chart::{Observation, Patient, Record};

    fn result(name: &str, encounter: Option<&str>, time: &str) -> Record {
        Record::Observation(Observation {
            identifier: name.into(),
            encounter: encounter.map(str::to_owned),
            patient: Some("p1".into()),
            name: "Potassium".into(),
            time: Instant::parse(time),
            ..Observation::default()
        })
    }

    #[test]
    fn results_that_fall_into_no_stay_or_into_two_were_seen_nowhere_and_told_by_nobody() {
        let store = Store::memory(&actor()).unwrap();
        import(
            &store,
            &[
                Record::Patient(Patient { identifier: "p1".into(), ..Patient::default() }),
                Record::Patient(Patient { identifier: "p2".into(), ..Patient::default() }),
                stay("s1", "2026-01-05T08:30", "2026-01-06T08:30"),
                stay("s2", "2026-01-06T09:30", "2026-01-08T09:30"),
                result("by its clock", None, "2026-01-06T08:00"),
                result("by its day", None, "2026-01-05"),
                result("between", None, "2026-01-06T09:00"),
                result("of two", None, "2026-01-06"),
                result("undated", None, ""),
                result("of a stay that never came", Some("s9"), "2026-01-05T09:00"),
            ],
        );
        let all = store.unplaced(9).unwrap();
        let found: Vec<(&str, &str)> = all.first.iter().map(|u| (u.identifier.as_str(), u.why)).collect();
        let expected = [("between", NO_STAY), ("of a stay that never came", NO_STAY), ("of two", SEVERAL), ("undated", NO_TIME)];
        assert_eq!((all.count, found, all.patients), (4, expected.to_vec(), 1));
        // What is in a chart and what is in none come to all of them: nothing is in two.
        let in_chart =
            |stay: &str| -> Vec<String> { store.chart(stay).unwrap().unwrap().observations.into_iter().map(|o| o.identifier).collect() };
        assert_eq!((in_chart("s1"), in_chart("s2")), (vec!["by its day".to_owned(), "by its clock".to_owned()], vec![]));
    }
}
