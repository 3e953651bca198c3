//! What the query language has to be told: medicine from the lexicon, stays with a gap or a query from the store.

use super::LocalDesk;
use super::evaluate;
use super::model::GapMark;
use super::worklist::overdue;
use crate::chart::DocumentType;
use crate::checklist::{Gap, GapState, Packs};
use crate::error::{Result, Trouble};
use crate::names::name_of;
use crate::query::QueryState;
use crate::reading::{Headings, Lexicon, observations, senses, synonyms, units, vocabulary};
use lacuna_index::{Bare, Knowledge, Measure, Sense, Stop};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// The lexicon, and a desk for what only a store knows.
pub struct Known<'a> {
    desk: Option<&'a LocalDesk>,
    stop: Stop,
    trouble: RefCell<Option<Trouble>>,
}

impl<'a> Known<'a> {
    /// With the gaps and queries of a desk's store.
    pub fn at(desk: &'a LocalDesk, stop: &Stop) -> Self {
        Self { desk: Some(desk), stop: stop.clone(), trouble: RefCell::new(None) }
    }

    /// The lexicon alone: what a search inside one note is read with.
    pub fn lexicon() -> Self {
        Self { desk: None, stop: Stop::new(), trouble: RefCell::new(None) }
    }

    /// What went wrong while the store was asked.
    pub fn trouble(self) -> Option<Trouble> {
        self.trouble.into_inner()
    }

    fn with_gaps(&self, desk: &LocalDesk, fits: impl Fn(&[Gap]) -> bool) -> Result<Vec<String>> {
        let summaries = desk.store().encounters(true)?;
        let marks = desk.store().gap_marks(None)?;
        let mut by_encounter: BTreeMap<&str, Vec<&GapMark>> = BTreeMap::new();
        for mark in &marks {
            by_encounter.entry(&mark.encounter).or_default().push(mark);
        }
        let mut found: BTreeSet<String> = BTreeSet::new();
        evaluate::in_batches(desk.store(), desk.packs(), &summaries, &desk.session().now(), &self.stop, &mut |batch, _| {
            for (encounter, mut gaps) in batch {
                evaluate::with_marks(&mut gaps, by_encounter.get(encounter.as_str()).into_iter().flatten().copied());
                if fits(&gaps) {
                    found.insert(encounter);
                }
            }
            Ok(())
        })?;
        Ok(found.into_iter().collect())
    }

    /// A value of `gap:` by its own name, where a person wrote another name of the condition: `gap:hf`.
    fn gap_called(&self, value: &str) -> Option<String> {
        let all = self.values("gap", "");
        if all.iter().any(|known| known == value) {
            return Some(value.to_owned());
        }
        let named = senses(&value.replace('_', " "));
        named.into_iter().map(|sense| sense.concept).find(|concept| all.contains(concept))
    }

    fn gap(&self, desk: &LocalDesk, value: &str) -> Result<Option<Vec<String>>> {
        let open = |gap: &&Gap| gap.state == GapState::Open;
        let found = match value {
            "any" | "open" => self.with_gaps(desk, |gaps| gaps.iter().any(|g| g.state == GapState::Open)),
            "none" => self.with_gaps(desk, |gaps| !gaps.iter().any(|g| g.state == GapState::Open)),
            "dismissed" => self.with_gaps(desk, |gaps| gaps.iter().any(|g| g.state == GapState::Dismissed)),
            value => {
                let Some(value) = self.gap_called(value) else { return Ok(None) };
                self.with_gaps(desk, |gaps| {
                    gaps.iter().filter(open).any(|g| {
                        let named = [Some(&g.item), Some(&g.checklist), g.condition.as_ref(), g.element.as_ref(), g.document_type.as_ref()];
                        named.into_iter().flatten().any(|name| *name == value) || name_of(&g.kind) == value
                    })
                })
            }
        };
        found.map(Some)
    }

    fn query(&self, desk: &LocalDesk, value: &str) -> Result<Option<Vec<String>>> {
        let now = desk.session().now();
        let queries = desk.store().queries(None)?;
        let with = |fits: &dyn Fn(&crate::store::StoredQuery) -> bool| -> Vec<String> {
            let all: BTreeSet<String> = queries.iter().filter(|q| fits(q)).filter_map(|q| q.draft.encounter.clone()).collect();
            all.into_iter().collect()
        };
        Ok(Some(match value {
            "any" => with(&|_| true),
            "none" => {
                let asked: BTreeSet<String> = with(&|_| true).into_iter().collect();
                desk.store().encounter_identifiers()?.into_iter().filter(|e| !asked.contains(e)).collect()
            }
            "overdue" => with(&|q| overdue(q, &now)),
            "open" => with(&|q| q.state.is_waiting()),
            "answered" => with(&|q| matches!(q.state, QueryState::Answered | QueryState::AnsweredNotDocumented)),
            value if STATES.contains(&value) => with(&|q| name_of(&q.state) == value),
            _ => return Ok(None),
        }))
    }
}

/// What `query:` takes beside `any` and `none`.
const STATES: [&str; 12] = [
    "answered",
    "answered_not_documented",
    "closed",
    "draft",
    "escalated",
    "open",
    "overdue",
    "ready",
    "redirected",
    "reopened",
    "sent",
    "withdrawn",
];

impl Knowledge for Known<'_> {
    fn senses(&self, words: &str) -> Vec<Sense> {
        senses(words).into_iter().map(|s| Sense { concept: s.concept, attributes: s.attributes }).collect()
    }

    fn synonyms(&self, words: &str) -> Vec<String> {
        synonyms(words)
    }

    fn sections(&self, words: &str) -> Vec<String> {
        Headings::shipped().named(words).into_iter().map(str::to_owned).collect()
    }

    fn note_type(&self, words: &str) -> Option<String> {
        let called = |t: &&DocumentType| t.label().eq_ignore_ascii_case(words.trim());
        DocumentType::ALL.iter().find(called).map(|t| t.name().to_owned())
    }

    fn measure(&self, words: &str) -> Option<Measure> {
        let row = observations::canonical(None, words).and_then(observations::find)?;
        // "BP > 180": notes state two numbers of it, and a person means the first.
        let row = row.asked_as.as_deref().and_then(observations::find).unwrap_or(row);
        Some(Measure { name: row.name.clone(), label: row.label.clone(), unit: row.unit.clone() })
    }

    fn convert(&self, measure: &str, value: f64, unit: &str) -> Option<f64> {
        units::convert(value, unit, measure)
    }

    fn is_unit(&self, word: &str) -> bool {
        units::is_unit(word)
    }

    fn encounters(&self, field: &str, value: &str) -> Option<Vec<String>> {
        let value = value.to_lowercase().replace(' ', "_");
        let desk = self.desk?;
        let found = if field == "gap" { self.gap(desk, &value) } else { self.query(desk, &value) };
        found.unwrap_or_else(|trouble| {
            self.trouble.replace(Some(trouble));
            Some(Vec::new())
        })
    }

    fn bare(&self, measure: &str, value: f64) -> Bare {
        let Some(row) = observations::find(measure) else { return Bare::Kept };
        let (from, to) = row.plausible;
        let fits = |value: f64| (from..=to).contains(&value);
        if fits(value) || value == 0.0 {
            return Bare::Kept;
        }
        let others = row.units.keys().chain(row.shifted.keys());
        let mut read: Vec<(String, f64)> =
            others.filter_map(|unit| units::convert(value, unit, measure).filter(|v| fits(*v)).map(|v| (unit.clone(), v))).collect();
        read.sort_by_key(|(unit, _)| (unit.len(), unit.clone()));
        match read.first().cloned() {
            // Several units that make several values of it leave it open which is meant.
            Some((unit, value)) if read.iter().all(|(_, other)| (other - value).abs() <= value.abs() / 100.0) => Bare::In { unit, value },
            _ => Bare::Odd { from, to },
        }
    }

    fn remedy(&self, field: &str, value: &str) -> Option<String> {
        if self.desk.is_none() {
            return Some(format!("{field}: chooses among stays, in the search of all charts"));
        }
        let value = value.to_lowercase().replace([' ', '-'], "_");
        let all = self.values(field, "");
        let near = all.iter().find(|known| value.len() >= 3 && known.starts_with(&value));
        let near =
            near.or_else(|| all.iter().find(|known| value.len() >= 3 && known.split(['_', '.', '-']).any(|part| part.starts_with(&value))));
        near.map(|near| format!("Did you mean {field}:{near} ?"))
    }

    fn values(&self, field: &str, start: &str) -> Vec<String> {
        let all: Vec<String> = match field {
            "is" => Lexicon::shipped().concepts().map(|c| c.id.clone()).collect(),
            "value" => observations::all().iter().map(|row| row.name.clone()).collect(),
            "section" => Headings::shipped().names().map(str::to_owned).collect(),
            "type" => DocumentType::ALL.iter().map(|t| t.name().to_owned()).collect(),
            "query" => ["any", "none"].into_iter().chain(STATES).map(str::to_owned).collect(),
            "gap" => {
                let mut all: Vec<String> = ["any", "open", "dismissed", "none"].map(str::to_owned).to_vec();
                all.extend(vocabulary::gap_kinds().iter().map(|(name, _)| name.clone()));
                all.extend(vocabulary::conditions().iter().map(|c| c.name.clone()));
                let packs: &Packs = match self.desk {
                    Some(desk) => desk.packs(),
                    None => Packs::shipped(),
                };
                all.extend(packs.items().map(|(_, item)| item.id.clone()));
                all.extend(packs.packs().iter().map(|pack| pack.id.clone()));
                all
            }
            "author" | "service" => return self.desk.map_or_else(Vec::new, |desk| desk.values(field, start)),
            _ => Vec::new(),
        };
        let start = start.to_lowercase();
        let (first, rest): (Vec<String>, Vec<String>) = all.into_iter().partition(|value| value.starts_with(&start));
        let inner = rest.into_iter().filter(|value| value.split(['_', '.']).any(|part| part.starts_with(&start)));
        first.into_iter().chain(inner).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Known;
    use lacuna_index::{Issue, Query};

    fn said(typed: &str) -> (String, String) {
        let (query, issues) = Query::read(typed, &Known::lexicon());
        (query.meaning(), issues.iter().map(Issue::sentence).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn twelve_thousand_leukocytes_were_looked_for_in_thousands() {
        let (meaning, issues) = said("wbc > 12000");
        assert_eq!(meaning, "WBC above 12 10^3/uL");
        assert!(issues.contains("12000 /uL, which is 12 10^3/uL") && issues.contains("write the unit: 12000 /uL"), "{issues}");
        for fine in ["wbc > 12", "wbc > 12000 /uL", "wbc > 0", "creatinine = 1..2", "ef < 40"] {
            assert_eq!(said(fine).1, "", "{fine}");
        }
        let (meaning, issues) = said("temp > 101");
        assert!(meaning.contains("above 38.3"), "{meaning}");
        assert!(issues.contains("101"), "{issues}");
        assert!(said("ef > 400").1.contains("outside of that"), "{:?}", said("ef > 400"));
        let (meaning, issues) = said("creatinine > 2,5");
        assert!(meaning.contains("above 2.5 mg/dL") && issues.contains("2,5 is read as 2.5"), "{meaning} {issues}");
    }

    #[test]
    fn an_is_that_took_the_last_words_alone_said_nothing() {
        assert_eq!(said("breast cancer is:negated"), ("breast cancer said to be negated".to_owned(), String::new()));
        let (meaning, issues) = said("elderly breast cancer is:negated");
        assert!(meaning.contains("breast cancer said to be negated"), "{meaning}");
        assert!(issues.contains("belongs to \"breast cancer\" alone; elderly is searched"), "{issues}");
        assert_eq!(said("elderly \"breast cancer\" is:negated").1, "", "who put the name in quotes knows");
        assert!(said("gap:hf").1.contains("all charts"), "a chart has no stays to choose among: {:?}", said("gap:hf"));
    }

    #[test]
    fn what_the_screen_calls_a_type_or_a_pressure_found_nothing() {
        let known = Known::lexicon();
        let read = |typed: &str| Query::read(typed, &known).0;
        for (typed, wanted) in [("type:H&P", "type:history_and_physical"), ("type:\"ED note\"", "type:\"emergency_note\"")] {
            assert_eq!(read(typed), read(wanted), "{typed}");
        }
        let pressure = read("bp > 180");
        assert!(format!("{pressure:?}").contains("systolic_bp"), "{pressure:?}");
    }
}
