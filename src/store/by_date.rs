//! Where a note stands whose sender named the patient and no encounter: in the one stay of that patient that its time falls into, and
//! marked as guessed. Made when a chart is loaded, whatever came first; nothing of it is stored.

use super::charts::{EncounterSummary, documents_of, parse};
use crate::chart::{Document, Encounter, Instant};
use rusqlite::Connection;
use std::collections::{HashMap, HashSet};

/// Encounters that only hold a note have no start: the index finds them at once, and most patients have none.
const ALONE: &str = "SELECT identifier FROM encounter WHERE patient = ?1 AND started IS NULL AND implied = 1 ORDER BY identifier";
const STAYS: &str = "SELECT body FROM encounter WHERE patient = ?1 AND implied = 0";

/// The notes that stand in this stay by their dates.
pub(super) fn documents(c: &Connection, stay: &Encounter) -> rusqlite::Result<Vec<Document>> {
    let (Some(patient), false, Some(_)) = (&stay.patient, stay.implied, stay.start) else { return Ok(Vec::new()) };
    let alone: Vec<String> = c.prepare_cached(ALONE)?.query_map([patient], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?;
    if alone.is_empty() {
        return Ok(Vec::new());
    }
    let stays = stays(c, patient)?;
    let mut out = Vec::new();
    for name in alone {
        let here = documents_of(c, &name)?.into_iter().filter(|d| {
            let only = d.time.as_ref().and_then(|time| the_one(&stays, time));
            only.is_some_and(|only| only.identifier == stay.identifier)
        });
        out.extend(here.map(|d| Document { guessed: true, ..d }));
    }
    Ok(out)
}

pub(super) fn stays(c: &Connection, patient: &str) -> rusqlite::Result<Vec<Encounter>> {
    let mut statement = c.prepare_cached(STAYS)?;
    let rows = statement.query_map([patient], |r| r.get::<_, String>(0))?;
    rows.filter_map(|row| row.map(|body| parse(&body)).transpose()).collect()
}

/// The only stay that this time falls into; where several do, nothing is guessed.
pub(super) fn the_one<'e>(stays: impl IntoIterator<Item = &'e Encounter>, time: &Instant) -> Option<&'e Encounter> {
    let mut found = stays.into_iter().filter(|stay| stay.spans(time));
    found.next().filter(|_| found.next().is_none())
}

/// The same for a list of all encounters: documents move to the stays that they stand in, and encounters that hold nothing then go.
/// `written` is the time of a document by its identifier, for those that stand alone.
pub(super) fn place(all: &mut Vec<EncounterSummary>, written: &HashMap<String, Instant>) {
    let mut stays: HashMap<String, Vec<usize>> = HashMap::new();
    let mut moves: Vec<(usize, usize)> = Vec::new();
    for (at, summary) in all.iter().enumerate().filter(|(_, s)| !s.encounter.implied) {
        if let Some(patient) = &summary.encounter.patient {
            stays.entry(patient.clone()).or_default().push(at);
        }
    }
    for (at, summary) in all.iter().enumerate().filter(|(_, s)| s.encounter.implied) {
        let Some(of_patient) = summary.encounter.patient.as_ref().and_then(|p| stays.get(p)) else { continue };
        let [(name, _)] = summary.documents.as_slice() else { continue };
        let candidates = of_patient.iter().filter_map(|stay| all.get(*stay).map(|s| &*s.encounter));
        let Some(only) = written.get(name).and_then(|time| the_one(candidates, time)) else { continue };
        moves.extend(
            of_patient.iter().find(|stay| all.get(**stay).is_some_and(|s| s.encounter.identifier == only.identifier)).map(|to| (at, *to)),
        );
    }
    let gone: HashSet<usize> = moves.iter().map(|(from, _)| *from).collect();
    for (from, to) in moves {
        let moved = all.get_mut(from).map(|s| std::mem::take(&mut s.documents)).unwrap_or_default();
        if let Some(stay) = all.get_mut(to) {
            stay.documents.extend(moved);
            stay.documents.sort();
        }
    }
    let mut at = 0;
    all.retain(|_| {
        at += 1;
        !gone.contains(&(at - 1))
    });
}

#[cfg(test)]
mod tests {
    use super::super::Store;
    use super::super::tests::{actor, import, stay};
    use crate::chart::{Document, Encounter, Instant, Patient, Record};

    /// A note whose sender named no encounter, as every reader hands it on.
    fn lone(name: &str, time: Option<&str>) -> [Record; 2] {
        let patient = Some("p1".to_owned());
        [
            Record::Encounter(Encounter { identifier: name.into(), patient: patient.clone(), implied: true, ..Encounter::default() }),
            Record::Document(Document {
                identifier: name.into(),
                encounter: Some(name.into()),
                patient,
                time: time.and_then(Instant::parse),
                text: name.into(),
                ..Document::default()
            }),
        ]
    }

    fn found(store: &Store, stay: &str) -> Vec<(String, bool)> {
        store.chart(stay).unwrap().unwrap().documents.into_iter().map(|d| (d.identifier, d.guessed)).collect()
    }

    #[test]
    fn a_note_without_an_encounter_stands_in_the_stay_of_its_date_and_says_guessed() {
        let store = Store::memory(&actor()).unwrap();
        // The note comes before the stay: what came first does not matter.
        let mut records = lone("n1", Some("2026-01-06T09:00Z")).to_vec();
        records.extend(lone("undated", None));
        records.extend(lone("elsewhere", Some("2026-05-01")));
        import(&store, &records);
        import(
            &store,
            &[Record::Patient(Patient { identifier: "p1".into(), ..Patient::default() }), stay("s1", "2026-01-05", "2026-01-09")],
        );
        assert_eq!(found(&store, "s1"), [("n1".to_owned(), true)]);
        assert_eq!(found(&store, "n1"), [("n1".to_owned(), false)], "it opens by its own name all the same");
        let listed = |all: bool| -> Vec<(String, usize)> {
            store.encounters(all).unwrap().into_iter().map(|s| (s.encounter.identifier, s.documents.len())).collect()
        };
        assert_eq!(listed(false), [("s1".to_owned(), 1)]);
        assert_eq!(listed(true), [("s1".to_owned(), 1), ("elsewhere".to_owned(), 1), ("undated".to_owned(), 1)]);
        assert_eq!(store.encounter_identifiers().unwrap(), ["elsewhere", "s1", "undated"]);
    }

    #[test]
    fn where_two_stays_fit_nothing_is_guessed() {
        let store = Store::memory(&actor()).unwrap();
        let mut records = lone("n1", Some("2026-01-05")).to_vec();
        records.extend([stay("s1", "2026-01-05", "2026-01-09"), stay("ed", "2026-01-05", "2026-01-05")]);
        import(&store, &records);
        assert_eq!((found(&store, "s1"), found(&store, "ed")), (vec![], vec![]));
        assert_eq!(store.encounters(true).unwrap().len(), 3);
    }
}
