//! A chart laid out for questions: mentions by concept, values by name in order of time, drugs and procedures by concept.

use super::{Packs, names};
use crate::chart::{
    Chart, Document, DocumentType, Evidence, Instant, Medication, Observation, Role, Sex, TextEvidence, Value, ValueEvidence,
};
use crate::reading::{Measurement, Mention, Reading};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

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
}

/// Everything a question needs.
pub(super) struct Facts<'a> {
    packs: &'a Packs,
    pub(super) subject: Subject<'a>,
    pub(super) as_of: Instant,
    said: BTreeMap<&'a str, Vec<Said<'a>>>,
    points: BTreeMap<String, Vec<Point<'a>>>,
    echoes: BTreeMap<String, Vec<Point<'a>>>,
    /// Concepts in the name of each medication, order and procedure, in the order of the chart.
    pub(super) medication_concepts: Vec<BTreeSet<String>>,
    pub(super) order_concepts: Vec<BTreeSet<String>>,
    pub(super) procedure_concepts: Vec<BTreeSet<String>>,
    problem_concepts: Vec<Vec<Mention>>,
}

impl<'a> Facts<'a> {
    pub(super) fn new(packs: &'a Packs, subject: Subject<'a>, as_of: &Instant) -> Self {
        let chart = subject.chart;
        let mut facts = Self {
            packs,
            subject,
            as_of: *as_of,
            said: BTreeMap::new(),
            points: BTreeMap::new(),
            echoes: BTreeMap::new(),
            medication_concepts: chart.medications.iter().map(|m| named(&m.name)).collect(),
            order_concepts: chart.orders.iter().map(|o| named(&o.name)).collect(),
            procedure_concepts: chart.procedures.iter().map(|p| named(&p.name)).collect(),
            problem_concepts: chart.problems.iter().map(|p| names::mentions_in(&p.name)).collect(),
        };
        facts.take_mentions();
        facts.take_values();
        facts
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

    /// Every condition and concept that is mentioned.
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
            let point = Point { value, time: observation.time, origin: Origin::Sent(observation), prior };
            self.points.entry(name).or_default().push(point);
        }
        let mut seen: BTreeSet<(u64, String)> = BTreeSet::new();
        for (document, reading) in self.documents() {
            for measurement in &reading.measurements {
                if measurement.comparator.is_some() || !self.is_own(document, reading, measurement) {
                    continue;
                }
                let words = sentence(document, reading, measurement.start);
                let key = (fingerprint(words), measurement.name.clone());
                let list = self.points.entry(measurement.name.clone()).or_default();
                let known = list.iter().any(|p| !p.prior && same(p.value, measurement.value));
                let point = Point {
                    value: measurement.value,
                    time: document.time,
                    origin: Origin::Stated(document, reading, measurement),
                    prior: false,
                };
                if seen.insert(key) {
                    if known { self.echoes.entry(measurement.name.clone()).or_default().push(point) } else { list.push(point) }
                }
            }
        }
        for list in self.points.values_mut() {
            list.sort_by_key(|p| (p.time.is_none(), p.time, matches!(p.origin, Origin::Stated(..))));
        }
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
        !self.words("not_a_value").iter().any(|word| super::words::has_word(before, word))
    }

    /// A mention as proof: its sentence, or as much of it as one line shows. A bare name proves little to a reader.
    pub(super) fn proof(&self, said: &Said<'a>) -> Evidence {
        let (start, end) = around(said.document, said.reading, said.mention.start, said.mention.end);
        quote(said.document, said.reading, start, end)
    }

    /// A value as proof.
    pub(super) fn value_proof(&self, point: &Point<'a>) -> Evidence {
        match point.origin {
            Origin::Sent(observation) => Evidence::Value(ValueEvidence {
                observation: observation.identifier.clone(),
                name: observation.name.clone(),
                value: shown_value(observation),
                unit: unit_of(observation),
                date: observation.time,
                reference: reference(observation),
                prior: point.prior,
            }),
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

/// Whether a document's words can be a diagnosis: a provider's, and not a finding of imaging or pathology alone (ICD-10-CM III.B).
pub(super) fn diagnoses(document: &Document, reading: &Reading) -> bool {
    let finding = matches!(type_of(document, reading), DocumentType::RadiologyReport | DocumentType::PathologyReport);
    role(document).is_provider() && !finding
}

/// The type of a document: the sender's, else what the reader judged.
pub(super) fn type_of(document: &Document, reading: &Reading) -> DocumentType {
    // What a nurse or dietitian writes is none of the providers' documents, however its headings look to the reader.
    let judged = if role(document).is_provider() { reading.document_type } else { DocumentType::Other };
    document.document_type.unwrap_or(judged)
}

/// Whether two numbers are the same measurement told twice.
fn same(one: f64, other: f64) -> bool {
    (one - other).abs() <= 1e-6 + 0.004 * one.abs().max(other.abs())
}

fn named(name: &str) -> BTreeSet<String> {
    names::mentions_in(name).into_iter().map(|m| m.concept).collect()
}

/// Words further away than this many bytes say nothing of a place, though no full stop stands between: in a text without stops each of
/// its many findings would be judged by all of it.
const SENTENCE: usize = 1000;

/// The sentence around a byte of a document, as far as it matters.
pub(super) fn sentence<'d>(document: &'d Document, reading: &Reading, at: usize) -> &'d str {
    let text = document.text.as_str();
    let index = reading.sentences.partition_point(|s| s.end <= at);
    let span = reading.sentences.get(index).filter(|s| s.start <= at);
    let whole = span.map_or(0..text.len(), |s| s.range());
    let (mut from, mut to) = (whole.start.max(at.saturating_sub(SENTENCE)), whole.end.min(at + SENTENCE));
    while !text.is_char_boundary(from) {
        from += 1;
    }
    while !text.is_char_boundary(to) {
        to -= 1;
    }
    let near = text.get(from..to).unwrap_or_default();
    // Words of a heading stand in no sentence: their line is what is around them.
    if span.is_some() { near } else { line(near, at.saturating_sub(from)) }
}

/// The longest quote, in bytes.
const QUOTE: usize = 320;

/// The sentence around some words: cut at a clause, else at a blank, when it is long; a heading takes the words it stands over, and
/// the bare number of the next item of a list is not part of it.
pub(super) fn around(document: &Document, reading: &Reading, start: usize, end: usize) -> (usize, usize) {
    let text = document.text.as_str();
    let index = reading.sentences.partition_point(|s| s.end <= start);
    let Some(span) = reading.sentences.get(index).filter(|s| s.start <= start && s.end >= end) else { return (start, end) };
    let spare_end = match reading.sentences.get(index + 1).filter(|_| span.of(text).trim_end().ends_with(':')) {
        Some(next) if next.end - span.start <= QUOTE => next.end,
        _ => span.end,
    };
    let spare = QUOTE.saturating_sub(end - start) / 2;
    let mut from = span.start.max(start.saturating_sub(spare));
    while !text.is_char_boundary(from) {
        from += 1;
    }
    // What the front does not use serves the end.
    let mut to = spare_end.min(from + QUOTE).max(end);
    while !text.is_char_boundary(to) {
        to -= 1;
    }
    if from > span.start {
        let blank = text.get(from..start).or_else(|| text.get(start..start)).and_then(|cut| cut.find(char::is_whitespace));
        from = blank.map_or(start, |at| from + at);
    }
    if to < spare_end {
        let rest = text.get(end..to).unwrap_or_default();
        let clause = rest.rfind([',', ';', '.']).filter(|at| rest.get(at + 1..).is_none_or(|r| r.starts_with(char::is_whitespace)));
        to = clause.or_else(|| rest.rfind(char::is_whitespace)).map_or(end, |at| end + at);
    }
    to = end.max(without_next_number(text, from, to));
    let cut = text.get(from..to).unwrap_or_default();
    let lead = cut.len() - cut.trim_start().len();
    let tail = cut.len() - cut.trim_end().len();
    if lead + tail >= cut.len() || from + lead > start || to - tail < end { (start, end) } else { (from + lead, to - tail) }
}

/// The end of some words without the bare number of the next item of a list ("LLL pneumonia 2."). A number is an item's when the
/// one before it stands as an item shortly before.
fn without_next_number(text: &str, from: usize, to: usize) -> usize {
    let words = text.get(from..to).unwrap_or_default();
    let Some(head) = words.trim_end().strip_suffix(['.', ')']) else { return to };
    let bare = head.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = head.get(bare.len()..).and_then(|digits| digits.parse::<u8>().ok());
    let Some(before) = number.and_then(|n| n.checked_sub(1)).filter(|_| bare.ends_with(char::is_whitespace)) else { return to };
    let near = text.get(..from + bare.len()).unwrap_or_default();
    let is_item =
        before == 0 || [".", ")"].iter().any(|sign| near.rsplit(char::is_whitespace).take(120).any(|w| w == format!("{before}{sign}")));
    if is_item { from + bare.trim_end().len() } else { to }
}

fn line(text: &str, at: usize) -> &str {
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |i| i + 1);
    let end = text.get(at..).and_then(|after| after.find('\n')).map_or(text.len(), |i| at + i);
    text.get(start..end).unwrap_or_default()
}

/// A number for the words of a stretch of text, whatever its case and spacing.
fn fingerprint(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    for word in text.split(|c: char| !c.is_alphanumeric() && c != '.').filter(|word| !word.is_empty()) {
        word.to_lowercase().hash(&mut hasher);
    }
    hasher.finish()
}

/// Words of a document as proof.
pub(super) fn quote(document: &Document, reading: &Reading, start: usize, end: usize) -> Evidence {
    Evidence::Text(TextEvidence {
        document: document.identifier.clone(),
        start,
        end,
        quote: document.text.get(start..end).unwrap_or_default().to_owned(),
        date: document.time,
        author: document.author.as_ref().map(|author| author.display().to_owned()),
        document_type: type_of(document, reading),
    })
}

/// The value as it was sent.
pub(super) fn shown_value(observation: &Observation) -> String {
    super::eval::describe::sent(observation)
}

fn unit_of(observation: &Observation) -> Option<String> {
    match &observation.value {
        Some(Value::Quantity(quantity)) => quantity.unit.clone(),
        _ => None,
    }
}

fn reference(observation: &Observation) -> Option<String> {
    match (observation.low, observation.high) {
        (Some(low), Some(high)) => Some(format!("{low}-{high}")),
        (Some(low), None) => Some(format!("from {low}")),
        (None, Some(high)) => Some(format!("to {high}")),
        (None, None) => None,
    }
}

/// A drug as proof.
pub(super) fn drug_proof(medication: &Medication) -> Evidence {
    let route = medication.route.as_deref().map(|route| format!(" {route}")).unwrap_or_default();
    Evidence::Value(ValueEvidence {
        observation: medication.identifier.clone(),
        name: format!("{}{route}", medication.name),
        value: medication.dose.clone().unwrap_or_default(),
        unit: None,
        date: medication.time,
        reference: None,
        prior: false,
    })
}

/// An order, procedure or problem as proof.
pub(super) fn record_proof(identifier: &str, name: &str, date: Option<Instant>) -> Evidence {
    Evidence::Value(ValueEvidence {
        observation: identifier.to_owned(),
        name: name.to_owned(),
        value: String::new(),
        unit: None,
        date,
        reference: None,
        prior: false,
    })
}
