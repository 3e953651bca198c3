//! Answers one question to the chart, three-valued, with its proof.

use super::{describe, records, values, wording};
use crate::chart::{Document, Evidence, Instant};
use crate::checklist::facts::{Facts, Point, Said, diagnoses, role, type_of};
use crate::checklist::indicator::{Author, ConceptTest, Indicator, Test};
use crate::checklist::proof::{around, quote};
use crate::checklist::{Explanation, Outcome};
use crate::reading::{Assertion, Reading};
use std::collections::{BTreeMap, BTreeSet};

/// How many proofs of one kind a gap shows.
pub(super) const PROOFS: usize = 3;

/// Where something was found.
#[derive(Clone, Copy)]
pub(super) enum Place<'f> {
    /// Words of a document.
    Words(&'f Document, &'f Reading, usize, usize),
    /// A value.
    Value(Point<'f>),
    /// An order, drug or procedure: which of the answer's proofs.
    Record(usize),
}

/// One finding, with its time.
#[derive(Clone, Copy)]
pub(super) struct Hit<'f> {
    pub(super) time: Option<Instant>,
    pub(super) place: Place<'f>,
}

impl<'f> Hit<'f> {
    pub(super) fn at(document: &'f Document, reading: &'f Reading, start: usize, end: usize) -> Self {
        Self { time: document.time, place: Place::Words(document, reading, start, end) }
    }

    /// The document it stands in.
    pub(super) fn document(&self) -> Option<&'f Document> {
        match self.place {
            Place::Words(document, ..) => Some(document),
            Place::Value(point) => point.document(),
            Place::Record(_) => None,
        }
    }

    /// What it says, for a title.
    pub(super) fn words(&self, answer: &Answer<'_>) -> String {
        match &self.place {
            Place::Words(document, _, start, end) => document.text.get(*start..*end).unwrap_or_default().to_owned(),
            Place::Value(_) | Place::Record(_) => answer.facts.get("value").or(answer.facts.get("words")).cloned().unwrap_or_default(),
        }
    }

    /// It as proof; `None` for a record, whose proof the answer holds.
    pub(super) fn proof(&self, facts: &Facts<'_>, answer: &Answer<'_>) -> Option<Evidence> {
        match &self.place {
            Place::Words(document, reading, start, end) => {
                let (start, end) = around(document, reading, *start, *end);
                Some(quote(document, reading, start, end))
            }
            Place::Value(point) => Some(facts.value_proof(point)),
            Place::Record(at) => answer.evidence.get(*at).or(answer.evidence.last()).cloned(),
        }
    }
}

/// The answer to one question.
#[derive(Clone)]
pub(super) struct Answer<'f> {
    /// Every place where it holds.
    pub(super) hits: Vec<Hit<'f>>,
    pub(super) outcome: Outcome,
    /// It cannot be told, though one of its ways says no: what is looked for in vain is missing then.
    pub(super) half: bool,
    pub(super) evidence: Vec<Evidence>,
    /// When it held, every time.
    pub(super) times: Vec<Instant>,
    /// What a title may name.
    pub(super) facts: BTreeMap<String, String>,
    pub(super) detail: String,
    /// Where it looked ("9 documents", "14 creatinine values").
    pub(super) looked: String,
}

impl Answer<'_> {
    pub(super) fn empty(outcome: Outcome, detail: impl Into<String>, looked: impl Into<String>) -> Self {
        let (detail, looked) = (detail.into(), looked.into());
        Self { hits: Vec::new(), outcome, half: false, evidence: Vec::new(), times: Vec::new(), facts: BTreeMap::new(), detail, looked }
    }
}

/// Asks an indicator; `cap` ends the look so many hours after admission.
pub(super) fn indicator<'f>(indicator: &Indicator, facts: &'f Facts<'_>, cap: Option<f64>) -> (Answer<'f>, Explanation) {
    let mut parts = Vec::new();
    let mut whole: Option<Answer<'f>> = None;
    let mut looked: Vec<String> = Vec::new();
    for test in &indicator.any {
        let answer = ask(test, facts, cap);
        if facts.told {
            parts.push(Explanation {
                label: describe::test(test),
                outcome: answer.outcome,
                detail: answer.detail.clone(),
                parts: Vec::new(),
            });
        }
        if !looked.contains(&answer.looked) {
            looked.push(answer.looked.clone());
        }
        whole = Some(match whole {
            None => answer,
            Some(before) => either(before, answer),
        });
    }
    let mut answer = whole.unwrap_or_else(|| Answer::empty(Outcome::CannotTell, "nothing to look for", ""));
    answer.looked = looked.join(", ");
    if !facts.told {
        let node = Explanation { label: String::new(), outcome: answer.outcome, detail: String::new(), parts };
        return (answer, node);
    }
    let detail = answer.detail.clone();
    if parts.len() == 1 {
        parts.clear();
    }
    let label = if parts.is_empty() {
        let test = indicator.any.first().map(describe::test).unwrap_or_default();
        format!("{}: {test}", indicator.label)
    } else {
        indicator.label.clone()
    };
    let node = Explanation { label, outcome: answer.outcome, detail, parts };
    (answer, node)
}

/// Two ways the same thing can show.
fn either<'f>(before: Answer<'f>, answer: Answer<'f>) -> Answer<'f> {
    match (before.outcome, answer.outcome) {
        (Outcome::Yes, Outcome::Yes) => {
            let mut both = before;
            for proof in answer.evidence {
                if !both.evidence.contains(&proof) && both.evidence.len() < 2 * PROOFS {
                    both.evidence.push(proof);
                }
            }
            both.times.extend(answer.times);
            both.hits.extend(answer.hits);
            for (name, value) in answer.facts {
                both.facts.entry(name).or_insert(value);
            }
            both
        }
        (Outcome::Yes, _) => before,
        (_, Outcome::Yes) => answer,
        // One way that cannot be told leaves the whole open, whatever the others say.
        (Outcome::CannotTell, other) => Answer { half: before.half || other == Outcome::No, ..before },
        (Outcome::No, Outcome::CannotTell) => Answer { half: true, ..answer },
        (Outcome::No, Outcome::No) => before,
    }
}

pub(super) fn ask<'f>(test: &Test, facts: &'f Facts<'_>, cap: Option<f64>) -> Answer<'f> {
    match test {
        Test::Concept(test) => concept(test, facts, cap),
        Test::Observation(test) => values::observation(test, facts, cap),
        Test::Medication(test) => records::medication(test, facts, cap),
        Test::Order(test) => records::order(test, facts, cap),
        Test::Procedure(test) => records::procedure(test, facts, cap),
        Test::Words(test) => wording::words(test, facts, cap),
        Test::Document(test) => wording::document(test, facts, cap),
    }
}

/// Whether a document's author is one whose words count.
pub(super) fn counts(author: Author, document: &Document, reading: &Reading) -> bool {
    use crate::chart::Role;
    let role = role(document);
    match author {
        Author::Provider => diagnoses(document, reading),
        Author::Anybody => true,
        Author::Nurse => role == Role::Nurse,
        Author::Dietitian => role == Role::Dietitian,
        Author::NotProvider => !role.is_provider(),
        Author::Resident => role == Role::Resident,
        Author::CaseManager => role == Role::CaseManager,
        Author::Therapist => role == Role::Therapist,
    }
}

/// What a mention's note states of an attribute: beside the mention, else anywhere in the note.
pub(super) fn attribute_of<'s>(said: &'s Said<'_>, attribute: &str) -> Option<&'s str> {
    said.mention.attributes.get(attribute).map(String::as_str).or_else(|| {
        let summary = said.reading.conditions.iter().find(|c| c.condition == said.mention.concept)?;
        summary.attributes.get(attribute).map(String::as_str)
    })
}

/// What is said of a concept in this stay, or in earlier encounters.
fn said_of<'f>(test: &ConceptTest, concept: &str, facts: &'f Facts<'_>) -> Vec<Said<'f>> {
    if !test.prior {
        return facts.said(concept).to_vec();
    }
    let mut out = Vec::new();
    for (document, reading) in facts.prior() {
        let provider = diagnoses(document, reading);
        let mentions = reading.mentions.iter().filter(|m| m.concept == concept);
        out.extend(mentions.map(|mention| Said { document, reading, mention, provider, copied: false }));
    }
    out
}

fn concept<'f>(test: &ConceptTest, facts: &'f Facts<'_>, cap: Option<f64>) -> Answer<'f> {
    let in_scope = |document: &Document, reading: &Reading| {
        counts(test.author, document, reading)
            && (test.document_types.is_empty() || test.document_types.contains(&type_of(document, reading)))
    };
    let looked_at = if test.prior {
        facts.prior().iter().filter(|(d, r)| in_scope(d, r)).count()
    } else {
        facts.documents().filter(|(d, r)| in_scope(d, r)).count()
    };
    let looked = describe::documents(looked_at) + if test.prior { " of earlier encounters" } else { "" };
    if looked_at == 0 {
        return Answer::empty(Outcome::CannotTell, "no such document", looked);
    }
    let mut hits: Vec<Said<'f>> = Vec::new();
    let mut untimed: Option<Said<'f>> = None;
    for concept in &test.concepts {
        let said = said_of(test, concept, facts).into_iter().filter(|said| {
            let mention = said.mention;
            let value_fits = |(attribute, values): &(String, Vec<String>)| {
                attribute_of(said, attribute).is_some_and(|value| values.is_empty() || values.iter().any(|v| v == value))
            };
            in_scope(said.document, said.reading)
                && test.assertions.contains(&mention.assertion)
                && (test.sections.is_empty() || in_sections(said, &test.sections))
                && !in_sections(said, &test.not_sections)
                && test.attribute.as_ref().is_none_or(value_fits)
                && !test.unless.as_ref().is_some_and(value_fits)
                && (test.prior || !ruled_out(said, facts))
        });
        for said in said {
            if test.prior || facts.within(said.document.time, &test.when, cap) {
                hits.push(said);
            } else if facts.untimed(said.document.time, &test.when, cap) {
                untimed = untimed.or(Some(said));
            }
        }
    }
    hits.sort_by_key(|said| (said.document.time.is_none(), said.document.time, said.document.identifier.as_str(), said.mention.start));
    let fresh: Vec<&Said<'f>> = hits.iter().filter(|said| !said.copied).collect();
    let documents: BTreeSet<&str> = fresh.iter().map(|said| said.document.identifier.as_str()).collect();
    let elsewhere = hits.iter().find(|said| !test.only_in.is_empty() && !test.only_in.contains(&type_of(said.document, said.reading)));
    if let Some(said) = elsewhere {
        let detail = format!("it stands in {} too", describe::place(said.document, said.reading));
        return Answer::empty(Outcome::No, detail, looked);
    }
    let enough = documents.len().max(1) >= test.min_documents && test.max_documents.is_none_or(|most| documents.len() <= most);
    let Some(first) = fresh.first().copied().or(hits.first()).filter(|_| enough) else {
        // Where it may count after all, too few are no answer; too many are.
        if let Some(said) = untimed.filter(|_| test.max_documents.is_none_or(|most| documents.len() <= most)) {
            let place = describe::place(said.document, said.reading);
            return Answer::empty(Outcome::CannotTell, format!("\"{}\" in {place}, whose time was not given", said.mention.text), looked);
        }
        let detail = if hits.is_empty() {
            format!("not found in {looked}{}", left_out(test, facts))
        } else {
            format!("found in {}", describe::documents(documents.len()))
        };
        return Answer::empty(Outcome::No, detail, looked);
    };
    let mut shown: BTreeSet<&str> = BTreeSet::new();
    let mut evidence = Vec::new();
    for said in fresh.iter().copied().chain(hits.first().filter(|_| fresh.is_empty())) {
        if evidence.len() < PROOFS && shown.insert(&said.document.identifier) {
            evidence.push(facts.proof(said));
        }
    }
    let mut named = BTreeMap::new();
    named.insert("words".to_owned(), first.mention.text.clone());
    named.insert("value".to_owned(), first.mention.text.clone());
    let stated = |(name, value): (&String, &String)| format!("{} {}", describe::name(name), describe::name(value));
    let stated: Vec<String> = first.mention.attributes.iter().filter(|(_, value)| *value != "stated").map(stated).collect();
    named.insert("detail".to_owned(), describe::list(&stated));
    if let Some(date) = first.document.time {
        named.insert("date".to_owned(), date.display());
    }
    if let Some(author) = &first.document.author {
        named.insert("author".to_owned(), author.display().to_owned());
    }
    let place = describe::place(first.document, first.reading);
    let prior = if test.prior { ", an earlier encounter" } else { "" };
    let detail = format!("\"{}\" in {place}{prior}{}", first.mention.text, describe::more(documents.len().saturating_sub(1)));
    let times = hits.iter().filter_map(|said| said.document.time).collect();
    let places = hits.iter().map(|said| Hit::at(said.document, said.reading, said.mention.start, said.mention.end)).collect();
    Answer { hits: places, outcome: Outcome::Yes, half: false, evidence, times, facts: named, detail, looked }
}

/// Where it stands without counting, for whoever reads why: in a section that is left out, or in a note of another kind.
fn left_out(test: &ConceptTest, facts: &Facts<'_>) -> String {
    if !facts.told || test.prior {
        return String::new();
    }
    let stands = |said: &&Said<'_>| counts(test.author, said.document, said.reading) && test.assertions.contains(&said.mention.assertion);
    let out = |said: &&Said<'_>| in_sections(said, &test.not_sections) || !test.sections.is_empty() && !in_sections(said, &test.sections);
    let found = test.concepts.iter().flat_map(|concept| facts.said(concept)).filter(stands).find(out);
    found.map_or_else(String::new, |said| {
        let section = describe::name(&said.mention.section);
        format!("; \"{}\" in {}, under {section}, does not count", said.mention.text, describe::place(said.document, said.reading))
    })
}

/// Whether a suspicion was ruled out by a provider at the same time or later, and nobody confirmed it.
fn ruled_out(said: &Said<'_>, facts: &Facts<'_>) -> bool {
    let all = facts.said(&said.mention.concept);
    said.mention.assertion == Assertion::Possible
        && !all.iter().any(|other| other.provider && other.mention.assertion == Assertion::Present)
        && all
            .iter()
            .any(|other| other.provider && other.mention.assertion == Assertion::Negated && other.document.time >= said.document.time)
}

/// Whether a mention stands in one of these sections, or in a part of one.
pub(super) fn in_sections(said: &Said<'_>, sections: &[String]) -> bool {
    if sections.contains(&said.mention.section) {
        return true;
    }
    let at = said.reading.sections.partition_point(|s| s.end <= said.mention.start);
    let within = said.reading.sections.get(at).and_then(|section| section.within.as_deref());
    within.is_some_and(|within| sections.iter().any(|name| name == within))
}
