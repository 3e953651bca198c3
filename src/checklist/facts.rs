//! A chart laid out for questions: mentions by concept, values by name in order of time, drugs and procedures by concept.

use super::indicator::{Since, When};
use super::proof::{around, quote, sentence};
use super::words::{Vocabulary, has_word};
use super::{Packs, names};
use crate::chart::{Chart, Document, DocumentType, Evidence, Instant, Observation, Procedure, Role, Sex, Value, ValueEvidence};
use crate::reading::{Assertion, Measurement, Mention, Reading};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// An encounter and what its texts say.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// The encounter.
    pub chart: &'a Chart,
    /// One reading for each of `chart.documents`, in the same order.
    pub readings: &'a [Reading],
}

/// A mention in its document.
#[derive(Clone, Copy)]
pub(super) struct Said<'a> {
    pub(super) document: &'a Document,
    pub(super) reading: &'a Reading,
    pub(super) mention: &'a Mention,
    /// Whether its author's words are a diagnosis.
    pub(super) provider: bool,
    /// Whether an earlier document of the encounter has the same sentence.
    pub(super) copied: bool,
}

/// Where a value comes from.
#[derive(Clone, Copy)]
pub(super) enum Origin<'a> {
    Sent(&'a Observation),
    Stated(&'a Document, &'a Reading, &'a Measurement),
}

/// A value in the canonical unit.
#[derive(Clone, Copy)]
pub(super) struct Point<'a> {
    pub(super) value: f64,
    pub(super) time: Option<Instant>,
    pub(super) origin: Origin<'a>,
    /// From an earlier encounter.
    pub(super) prior: bool,
    /// Whether it is the value itself, or a bound that its sender gave ("<0.2").
    pub(super) limit: Limit,
}

/// What a number that was sent says of the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Limit {
    /// It is the value.
    Exact,
    /// The value is less than it.
    Below,
    /// The value is no more than it.
    AtMost,
    /// The value is greater than it.
    Above,
    /// The value is no less than it.
    AtLeast,
}

impl Limit {
    fn of(observation: &Observation) -> Self {
        let Some(Value::Quantity(quantity)) = &observation.value else { return Self::Exact };
        match quantity.comparator.as_deref().map(str::trim) {
            Some("<") => Self::Below,
            Some("<=" | "\u{2264}") => Self::AtMost,
            Some(">") => Self::Above,
            Some(">=" | "\u{2265}") => Self::AtLeast,
            _ => Self::Exact,
        }
    }
}

impl<'a> Point<'a> {
    /// Whether it is a value and no bound: only such a one can be a change, a baseline, or another value than a note's.
    pub(super) fn is_exact(&self) -> bool {
        self.limit == Limit::Exact
    }

    /// The note that states it, when it was not sent.
    pub(super) fn document(&self) -> Option<&'a Document> {
        match self.origin {
            Origin::Sent(_) => None,
            Origin::Stated(document, ..) => Some(document),
        }
    }
}

/// Everything a question needs.
pub(super) struct Facts<'a> {
    packs: &'a Packs,
    pub(super) subject: Subject<'a>,
    pub(super) as_of: Instant,
    /// Whether the trees are going to be read: a full evaluation has no use for their words, which cost more than the answers.
    pub(super) told: bool,
    said: BTreeMap<&'a str, Vec<Said<'a>>>,
    points: BTreeMap<String, Vec<Point<'a>>>,
    echoes: BTreeMap<String, Vec<Point<'a>>>,
    /// Concepts in the name of each medication, order and procedure, in the order of the chart.
    pub(super) medication_concepts: Vec<BTreeSet<String>>,
    pub(super) order_concepts: Vec<BTreeSet<String>>,
    pub(super) procedure_concepts: Vec<BTreeSet<String>>,
    problem_concepts: Vec<Arc<Vec<Mention>>>,
    /// Documents of earlier encounters, read when they are first asked for.
    prior: OnceLock<Vec<(&'a Document, Reading)>>,
    surgeries: Vec<(Instant, Instant)>,
    /// The words of each document, made when the first one is asked for.
    vocabularies: OnceLock<Vec<Vocabulary>>,
    /// How words stand at a place of a text, by the address of the place and their length: many items ask about the same words.
    judged: Mutex<HashMap<(usize, usize), Option<Assertion>>>,
}

impl<'a> Facts<'a> {
    pub(super) fn new(packs: &'a Packs, subject: Subject<'a>, as_of: &Instant) -> Self {
        let chart = subject.chart;
        let mut facts = Self {
            packs,
            subject,
            as_of: *as_of,
            told: true,
            said: BTreeMap::new(),
            points: BTreeMap::new(),
            echoes: BTreeMap::new(),
            medication_concepts: chart.medications.iter().map(|m| named(&m.name)).collect(),
            order_concepts: chart.orders.iter().map(|o| named(&o.name)).collect(),
            procedure_concepts: chart.procedures.iter().map(|p| named(&p.name)).collect(),
            problem_concepts: chart.problems.iter().map(|p| names::mentions_in(&p.name)).collect(),
            prior: OnceLock::new(),
            surgeries: Vec::new(),
            vocabularies: OnceLock::new(),
            judged: Mutex::default(),
        };
        facts.surgeries = facts.find_surgeries();
        facts.take_mentions();
        facts.take_values();
        facts
    }

    /// The same, when nobody is going to read the trees.
    pub(super) fn untold(packs: &'a Packs, subject: Subject<'a>, as_of: &Instant) -> Self {
        Self { told: false, ..Self::new(packs, subject, as_of) }
    }

    pub(super) fn chart(&self) -> &'a Chart {
        self.subject.chart
    }

    /// Documents with their readings.
    pub(super) fn documents(&self) -> impl Iterator<Item = (&'a Document, &'a Reading)> + Clone + use<'a> {
        self.subject.chart.documents.iter().zip(self.subject.readings)
    }

    /// What is said of a concept, in order of documents and place.
    pub(super) fn said(&self, concept: &str) -> &[Said<'a>] {
        self.said.get(concept).map_or(&[], Vec::as_slice)
    }

    /// The values of an observation, sent and stated, in order of time.
    pub(super) fn values(&self, name: &str) -> &[Point<'a>] {
        self.points.get(name).map_or(&[], Vec::as_slice)
    }

    /// Where a note repeats a value that was sent: the words beside the number.
    pub(super) fn echo(&self, name: &str, value: f64) -> Option<&Point<'a>> {
        self.echoes.get(name)?.iter().find(|point| same(point.value, value))
    }

    pub(super) fn sex(&self) -> Sex {
        self.chart().patient.as_ref().map(|p| p.sex).unwrap_or_default()
    }

    /// Hours after the order to admit.
    pub(super) fn hours_in(&self, when: &Instant) -> Option<f64> {
        self.chart().encounter.admission().map(|start| when.hours_since(&start))
    }

    /// What hours are counted from, in words, where a stay has two beginnings: a patient arrives, and is admitted later. The H&P clock
    /// runs from the earlier one, present on admission is judged by the order.
    pub(super) fn counted_from(&self, from: &Instant) -> Option<String> {
        let encounter = &self.chart().encounter;
        let (arrived, ordered) = (encounter.start?, encounter.admitted?);
        if arrived == ordered {
            return None;
        }
        let (one, other) = if *from == ordered { (ordered, arrived) } else { (arrived, ordered) };
        let name = |time: Instant| if time == ordered { "the order to admit" } else { "arrival" };
        Some(format!("Counted from {}, {}; {} was {}.", name(one), one.display(), name(other), other.display()))
    }

    /// Documents of earlier encounters with their readings, the oldest encounter last.
    pub(super) fn prior(&self) -> &[(&'a Document, Reading)] {
        self.prior.get_or_init(|| {
            let documents = self.subject.chart.prior.iter().flat_map(|p| &p.documents);
            documents.map(|d| (d, crate::reading::read(&d.text, d.type_hint()))).collect()
        })
    }

    /// When the stay ended, or as much of it as is over at the instant of evaluation.
    pub(super) fn until(&self) -> Instant {
        self.chart().encounter.end.filter(|end| *end < self.as_of).unwrap_or(self.as_of)
    }

    /// Beginning and end of each operation of the stay: recorded procedures, else the times of operative reports.
    pub(super) fn surgeries(&self) -> &[(Instant, Instant)] {
        &self.surgeries
    }

    fn find_surgeries(&self) -> Vec<(Instant, Instant)> {
        let recorded = self.chart().procedures.iter().filter(|p| surgical(p, self.words("surgery"), self.words("not_surgery")));
        let mut out: Vec<(Instant, Instant)> = recorded.filter_map(|p| Some((p.start.or(p.end)?, p.end.or(p.start)?))).collect();
        if out.is_empty() {
            let reports = self.documents().filter(|(d, r)| type_of(d, r) == DocumentType::OperativeReport);
            out.extend(reports.filter_map(|(d, _)| d.time.map(|time| (time, time))));
        }
        out
    }

    /// Whether something lies within a window, and before `cap` hours after admission. Without a time, or without what the window
    /// counts from, nothing can be said, and it is left out.
    pub(super) fn within(&self, time: Option<Instant>, when: &When, cap: Option<f64>) -> bool {
        let early = cap.is_none_or(|cap| time.and_then(|t| self.hours_in(&t)).is_some_and(|hours| hours <= cap));
        if when.any() || !early {
            return early;
        }
        let Some(time) = time else { return false };
        let fits = |start: &Instant| {
            let hours = time.hours_since(start);
            when.from_hours.is_none_or(|from| hours >= from) && when.until_hours.is_none_or(|until| hours <= until)
        };
        match when.since {
            Since::Admission => self.chart().encounter.admission().is_some_and(|start| fits(&start)),
            Since::Discharge => self.chart().encounter.end.is_some_and(|start| fits(&start)),
            Since::Now => fits(&self.until()),
            Since::Surgery => self.surgeries.iter().any(|(_, end)| fits(end)),
        }
    }

    /// Whether a window of time is asked for, and it cannot be told if something without a time lies within it.
    pub(super) fn untimed(&self, time: Option<Instant>, when: &When, cap: Option<f64>) -> bool {
        time.is_none() && (cap.is_some() || !when.any())
    }

    /// Confirmed, active diagnoses of this encounter whose name says the concept. A problem list entry is no documentation of
    /// this stay: lists are carried along for years.
    pub(super) fn problems(&self, concept: &str) -> impl Iterator<Item = (&'a crate::chart::Problem, &Mention)> {
        self.chart().problems.iter().zip(&self.problem_concepts).filter_map(move |(problem, mentions)| {
            let is = |field: &Option<String>, word: &str| field.as_deref().is_some_and(|v| v.eq_ignore_ascii_case(word));
            let counts = is(&problem.category, "encounter-diagnosis")
                && is(&problem.verification, "confirmed")
                && (problem.clinical_status.is_none() || is(&problem.clinical_status, "active"));
            let mention = mentions.iter().find(|m| m.concept == concept)?;
            counts.then_some((problem, mention))
        })
    }

    fn take_mentions(&mut self) {
        let mut seen: BTreeSet<(u64, &str)> = BTreeSet::new();
        for (document, reading) in self.documents() {
            let provider = diagnoses(document, reading);
            let mut own: Vec<(u64, &str)> = Vec::new();
            for mention in &reading.mentions {
                let key = (fingerprint(sentence(document, reading, mention.start)), mention.concept.as_str());
                let copied = seen.contains(&key);
                own.push(key);
                self.said.entry(mention.concept.as_str()).or_default().push(Said { document, reading, mention, provider, copied });
            }
            seen.extend(own);
        }
    }

    fn take_values(&mut self) {
        let chart = self.subject.chart;
        let sent = chart.observations.iter().map(|o| (o, false));
        let prior = chart.prior.iter().flat_map(|p| p.observations.iter().map(|o| (o, true)));
        for (observation, prior) in sent.chain(prior) {
            let dropped = ["entered-in-error", "cancelled", "unknown"];
            if observation.status.as_deref().is_some_and(|status| dropped.contains(&status)) {
                continue;
            }
            let Some((name, value)) = names::of(observation) else { continue };
            let point = Point { value, time: observation.time, origin: Origin::Sent(observation), prior, limit: Limit::of(observation) };
            self.points.entry(name).or_default().push(point);
        }
        let mut seen: BTreeSet<(u64, &str)> = BTreeSet::new();
        for (document, reading) in self.documents() {
            let mut own: Vec<(u64, &str)> = Vec::new();
            for measurement in &reading.measurements {
                if measurement.comparator.is_some() || !self.is_own(document, reading, measurement) {
                    continue;
                }
                let key = (fingerprint(sentence(document, reading, measurement.start)), measurement.name.as_str());
                own.push(key);
                // A sentence of an earlier note is a copy; of two values in one sentence each counts.
                if seen.contains(&key) {
                    continue;
                }
                let list = self.points.entry(measurement.name.clone()).or_default();
                let known = list.iter().any(|point| !point.prior && tells_again(document, measurement.value, point));
                let point = Point {
                    value: measurement.value,
                    time: document.time,
                    origin: Origin::Stated(document, reading, measurement),
                    prior: false,
                    limit: Limit::Exact,
                };
                if known { self.echoes.entry(measurement.name.clone()).or_default().push(point) } else { list.push(point) }
            }
            seen.extend(own);
        }
        for list in self.points.values_mut() {
            list.sort_by_key(|p| (p.time.is_none(), p.time, matches!(p.origin, Origin::Stated(..))));
        }
    }

    /// Documents with their readings and the words that they hold.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&'a Document, &'a Reading, &Vocabulary)> {
        let all = self.vocabularies.get_or_init(|| self.chart().documents.iter().map(|d| Vocabulary::of(&d.text)).collect());
        self.documents().zip(all).map(|((document, reading), words)| (document, reading, words))
    }

    /// Whether a document of the chart holds one of these words.
    pub(super) fn holds_one(&self, document: &Document, words: &[String]) -> bool {
        if words.is_empty() {
            return false;
        }
        let known = self.texts().find(|(of, ..)| std::ptr::eq(*of, document)).map(|(.., words)| words);
        words.iter().any(|word| known.is_none_or(|known| known.may_hold(word)) && has_word(&document.text, word))
    }

    /// How `word` stands at a byte of a document; asked of the reader once.
    pub(super) fn judged(&self, document: &Document, at: usize, word: &str, ask: impl FnOnce() -> Option<Assertion>) -> Option<Assertion> {
        let key = (document.text.as_ptr() as usize + at, word.len());
        let known = self.judged.lock().unwrap_or_else(PoisonError::into_inner).get(&key).copied();
        known.unwrap_or_else(|| {
            let found = ask();
            self.judged.lock().unwrap_or_else(PoisonError::into_inner).insert(key, found);
            found
        })
    }

    /// The packs in force.
    pub(super) fn packs(&self) -> &'a Packs {
        self.packs
    }

    /// Words of a group of the packs.
    pub(super) fn words(&self, group: &str) -> &'a [String] {
        self.packs.words(group)
    }

    /// Whether a number in a note is a value of the patient now: not a goal, a limit, or what it was elsewhere.
    fn is_own(&self, document: &Document, reading: &Reading, measurement: &Measurement) -> bool {
        let around = sentence(document, reading, measurement.start);
        let from = around.as_ptr() as usize - document.text.as_ptr() as usize;
        let before = document.text.get(from..measurement.start).unwrap_or_default();
        !self.words("not_a_value").iter().any(|word| has_word(before, word))
    }

    /// A mention as proof: its sentence, or as much of it as one line shows. A bare name proves little to a reader.
    pub(super) fn proof(&self, said: &Said<'_>) -> Evidence {
        let (start, end) = around(said.document, said.reading, said.mention.start, said.mention.end);
        quote(said.document, said.reading, start, end)
    }

    /// A value as proof.
    pub(super) fn value_proof(&self, point: &Point<'_>) -> Evidence {
        match point.origin {
            Origin::Sent(observation) => {
                Evidence::Value(ValueEvidence { prior: point.prior, ..ValueEvidence::of_observation(observation) })
            }
            Origin::Stated(document, reading, measurement) => {
                let (start, end) = around(document, reading, measurement.start, measurement.end);
                quote(document, reading, start, end)
            }
        }
    }
}

/// What a document's author does.
pub(super) fn role(document: &Document) -> Role {
    document.author.as_ref().map(|author| author.role).unwrap_or_default()
}

/// Who speaks in a document: its author by identifier or name, else the document itself.
pub(super) fn voice_of(document: &Document) -> &str {
    document.author.as_ref().and_then(|a| a.identifier.as_deref().or(a.name.as_deref())).unwrap_or(&document.identifier)
}

/// Whether a document's words can be a diagnosis: a provider's, and not a finding of imaging or pathology alone (ICD-10-CM III.B).
pub(super) fn diagnoses(document: &Document, reading: &Reading) -> bool {
    let finding = type_of(document, reading).is_findings();
    role(document).is_provider() && !finding
}

/// The type of a document: the sender's, else what the reader judged.
pub(super) fn type_of(document: &Document, reading: &Reading) -> DocumentType {
    // What a nurse or dietitian writes is none of the providers' documents, however its headings look to the reader.
    let judged = if role(document).is_provider() { reading.document_type } else { DocumentType::Other };
    document.document_type.unwrap_or(judged)
}

/// Whether a note tells again what is known: a value that was sent, or one that a note of the same day stated.
fn tells_again(document: &Document, value: f64, known: &Point<'_>) -> bool {
    let day = |time: Option<Instant>| time.map(|time| time.local_date());
    let other_day = matches!(known.origin, Origin::Stated(..)) && document.time.is_some() && day(document.time) != day(known.time);
    same(known.value, value) && !(other_day && known.time.is_some())
}

/// Whether two numbers are the same measurement told twice.
pub(super) fn same(one: f64, other: f64) -> bool {
    (one - other).abs() <= 1e-6 + 0.004 * one.abs().max(other.abs())
}

fn named(name: &str) -> BTreeSet<String> {
    names::mentions_in(name).iter().map(|m| m.concept.clone()).collect()
}

/// Whether a procedure was done and its category or name holds one of the words, and none of the others.
pub(super) fn surgical(procedure: &Procedure, words: &[String], not: &[String]) -> bool {
    let status = procedure.status.as_deref().unwrap_or("completed");
    let holds = |word: &String| has_word(&procedure.name, word) || has_word(procedure.category.as_deref().unwrap_or_default(), word);
    status.eq_ignore_ascii_case("completed") && (words.is_empty() || words.iter().any(holds)) && !not.iter().any(holds)
}

/// A number for the words of a stretch of text, whatever its case and spacing.
fn fingerprint(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    for word in text.split(|c: char| !c.is_alphanumeric() && c != '.').filter(|word| !word.is_empty()) {
        word.to_lowercase().hash(&mut hasher);
    }
    hasher.finish()
}
