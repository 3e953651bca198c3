//! What is quoted beside the proof of a gap: the findings, values and treatments without which a provider could not answer. Whether an
//! organ dysfunction belongs to a documented sepsis cannot be asked without naming the dysfunctions that the chart holds.

use super::lint::words::{Patterns, Token, tokens, within};
use super::passage::{LONGEST, item, line, sentence};
use super::take::{of_drug, of_observation, of_order, of_procedure, of_words};
use super::template::ValueRange;
use super::wanted::{Most, Wanted, table};
use crate::chart::{
    Chart, Document, Evidence, Instant, MedicationKind, Observation, PriorEncounter, Span, TextEvidence, Value, is_dropped,
};
use crate::reading::{Assertion, Reading};

/// A piece of proof that may be quoted, and what it is worth beside the others.
pub(super) struct Pick {
    /// The proof.
    pub(super) evidence: Evidence,
    /// What a reader needs most stands highest.
    pub(super) worth: i32,
    /// Whether it is no proof of the gap: dropped when there is no room for it.
    pub(super) brought: bool,
    /// Speaks against what is asked about.
    pub(super) against: bool,
    /// Wanted by name: it repeats nothing.
    pub(super) wanted: bool,
}

impl Pick {
    /// The gap's own proof, or what stands in for it.
    pub(super) fn proof(evidence: Evidence, against: bool) -> Self {
        Self { evidence, worth: 0, brought: false, against, wanted: false }
    }
}

/// What each thing is worth, best first. The gap's own proof stands between them: see `choose.rs`.
mod worth {
    pub(super) const STAY: i32 = 900;
    pub(super) const TREATMENT: i32 = 830;
    pub(super) const WORDS: i32 = 820;
    pub(super) const CONDITION: i32 = 815;
    pub(super) const VALUE: i32 = 800;
    pub(super) const BASELINE: i32 = 760;
    pub(super) const COURSE: i32 = 520;
    /// What the next entry of a list is worth less.
    pub(super) const STEP: i32 = 6;
}

/// The record that is looked through.
#[derive(Clone, Copy)]
pub(super) struct Record<'c> {
    /// The chart.
    pub(super) chart: &'c Chart,
    /// Its notes as they were read.
    pub(super) readings: &'c [Reading],
}

impl<'c> Record<'c> {
    pub(super) fn notes(&self) -> impl Iterator<Item = (&'c Document, &'c Reading)> {
        self.chart.documents.iter().zip(self.readings)
    }

    /// A note of the stay with how it was read.
    pub(super) fn note(&self, document: &str) -> Option<(&'c Document, &'c Reading)> {
        self.notes().find(|(d, _)| d.identifier == document)
    }

    /// How a note of the stay was read.
    pub(super) fn reading(&self, document: &str) -> Option<&'c Reading> {
        let at = self.chart.documents.iter().position(|d| d.identifier == document);
        at.and_then(|at| self.readings.get(at))
    }
}

/// Adds to the proof what is wanted and the chart holds; what is there already is raised instead.
pub(super) fn bring(wanted: &Wanted<'_>, picks: &mut Vec<Pick>, record: Record<'_>) {
    let Most { words, values: most_values, treatments, usual } = table().most;
    let mut room = words;
    if wanted.stay
        && let Some(evidence) = stay(record.chart)
    {
        add(picks, evidence, worth::STAY);
    }
    for (n, concept) in wanted.conditions.iter().enumerate() {
        if room > 0
            && !picks.iter().any(|p| stated_in(concept, &p.evidence, record))
            && let Some(evidence) = documented(concept, record)
        {
            room -= usize::from(add(picks, evidence, worth::CONDITION - step(n)));
        }
    }
    let mut room = words;
    let numbers = (numbers_of(picks), worst_of(&wanted.values, record.chart));
    for (n, entry) in wanted.words.iter().enumerate() {
        let (patterns, worth) = (alternatives(entry), worth::WORDS - step(n));
        let says = |p: &&mut Pick| text_of(&p.evidence).is_some_and(|t| !is_row(&t.quote) && patterns.any(&tokens(&t.quote)));
        // What the proof says already is raised; nothing is brought that says it again.
        if let Some(there) = picks.iter_mut().find(|p| !p.brought && !p.against && says(p) && !is_request(&p.evidence, record)) {
            there.worth = there.worth.max(worth);
            there.wanted = true;
        } else if room > 0
            && let Some(evidence) = best_sentence(&patterns, (&numbers.0, &numbers.1), record)
        {
            room -= usize::from(add(picks, evidence, worth));
        }
    }
    for (n, entry) in wanted.reports.iter().enumerate() {
        if let Some(evidence) = report_sentence(&alternatives(entry), record) {
            add(picks, evidence, worth::WORDS - step(n));
        }
    }
    for (n, entry) in wanted.earlier.iter().enumerate() {
        let patterns = alternatives(entry);
        let here = picks.iter().any(|p| matches!(&p.evidence, Evidence::Text(text) if patterns.any(&tokens(&text.quote))));
        if !here && let Some(evidence) = earlier_sentence(&patterns, record.chart) {
            add(picks, evidence, worth::BASELINE - step(n));
        }
    }
    let mut room = most_values;
    for (n, range) in wanted.values.iter().enumerate() {
        let usual_too = wanted.usual_too && n < usual;
        for (evidence, worth) in values(range, usual_too, record.chart) {
            if room > 0 {
                room -= usize::from(add(picks, evidence, worth - step(n)));
            }
        }
    }
    let mut room = treatments;
    for (n, entry) in wanted.treatment.iter().enumerate() {
        if room == 0 {
            break;
        }
        let patterns = alternatives(entry);
        let there = picks.iter_mut().find(|p| !p.against && matches!(&p.evidence, Evidence::Value(v) if patterns.any(&tokens(&v.name))));
        let worth = worth::TREATMENT - step(n);
        let given = match (there, treatment(&patterns, record.chart)) {
            (Some(there), _) if is_treatment(&there.evidence, record.chart) => {
                there.worth = there.worth.max(worth);
                room -= 1;
                Some(there.evidence.clone())
            }
            (_, Some(evidence)) => {
                room -= usize::from(add(picks, evidence.clone(), worth));
                Some(evidence)
            }
            (_, None) => None,
        };
        if let Some(end) = given.and_then(|given| stopped(&given, record)) {
            add(picks, end, worth - 1);
        }
    }
}

fn step(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX / worth::STEP).saturating_mul(worth::STEP)
}

/// Whether it is new: what is quoted already, or stands inside what is quoted, is raised to what it is worth here.
fn add(picks: &mut Vec<Pick>, evidence: Evidence, worth: i32) -> bool {
    let same = |p: &&mut Pick| match (&p.evidence, &evidence) {
        (Evidence::Text(a), Evidence::Text(b)) => a.document == b.document && a.start < b.end && b.start < a.end,
        (Evidence::Value(a), Evidence::Value(b)) => a.observation == b.observation,
        _ => false,
    };
    if let Some(there) = picks.iter_mut().find(same) {
        there.worth = there.worth.max(worth);
        there.wanted = true;
        // Of two places of one passage the longer stays.
        if let (Evidence::Text(a), Evidence::Text(b)) = (&there.evidence, &evidence)
            && Span::new(b.start, b.end).contains(Span::new(a.start, a.end))
        {
            there.evidence = evidence;
        }
        return false;
    }
    picks.push(Pick { evidence, worth, brought: true, against: false, wanted: true });
    true
}

/// `a ; b`: one or the other.
fn alternatives(entry: &str) -> Patterns {
    Patterns::new(&entry.split(';').map(str::trim).collect::<Vec<_>>())
}

/// Whether a piece of proof is a mention of the concept that stands.
pub(super) fn stated_in(concept: &str, evidence: &Evidence, record: Record<'_>) -> bool {
    let Evidence::Text(text) = evidence else { return false };
    let mentions = record.reading(&text.document).map(|r| r.mentions.as_slice()).unwrap_or_default();
    mentions.iter().any(|m| m.concept == concept && stands(m.assertion) && text.start <= m.start && m.end <= text.end)
}

pub(super) fn stands(assertion: Assertion) -> bool {
    matches!(assertion, Assertion::Present | Assertion::Possible)
}

/// A provider's words that name the concept: in an assessment where there is one, the newest.
pub(super) fn documented(concept: &str, record: Record<'_>) -> Option<Evidence> {
    let mut best: Option<(bool, &Document, &Reading, Span)> = None;
    for (document, reading) in record.notes().filter(|(d, r)| d.is_providers(r.document_type)) {
        for mention in reading.mentions.iter().filter(|m| m.concept == concept && stands(m.assertion)) {
            let assessed = is_assessment(&mention.section);
            if best.as_ref().is_none_or(|(before, ..)| assessed >= *before) {
                best = Some((assessed, document, reading, Span::new(mention.start, mention.end)));
            }
        }
    }
    let (_, document, reading, place) = best?;
    quoted(document, reading, passage(document, reading, place).unwrap_or(place))
}

pub(super) fn is_assessment(section: &str) -> bool {
    ["assessment", "plan", "impression", "diagnos"].iter().any(|part| section.contains(part))
}

/// The item of a list, else the sentence, else the line, that a place stands in.
fn passage(document: &Document, reading: &Reading, place: Span) -> Option<Span> {
    item(&document.text, place).or_else(|| sentence(document, reading, place)).or_else(|| line(&document.text, place))
}

fn quoted(document: &Document, reading: &Reading, span: Span) -> Option<Evidence> {
    let mut evidence = of_words(document, span, "documentation")?.evidence;
    if let Evidence::Text(text) = &mut evidence {
        text.document_type = document.document_type.unwrap_or(reading.document_type);
    }
    Some(evidence)
}

/// The numbers of the values that are there: a sentence that gives one of them speaks of the same finding.
fn numbers_of(picks: &[Pick]) -> Vec<String> {
    let value = |p: &Pick| match &p.evidence {
        Evidence::Value(value) => Some(value.value.clone()),
        Evidence::Text(_) => None,
    };
    picks.iter().filter_map(value).filter(|v| v.parse::<f64>().is_ok()).collect()
}

/// The farthest number of each measure that is asked for, where it has a point: a bare "14" may be anything.
fn worst_of(ranges: &[&ValueRange], chart: &Chart) -> Vec<String> {
    let farthest = ranges.iter().filter_map(|range| values(range, false, chart).into_iter().next());
    let number = |evidence: Evidence| match evidence {
        Evidence::Value(value) if value.value.contains('.') && value.value.parse::<f64>().is_ok() => Some(value.value),
        _ => None,
    };
    farthest.filter_map(|(evidence, _)| number(evidence)).collect()
}

/// How well a sentence says it: gives the farthest value, is no row of numbers, gives a value, where it stands.
type Rank = (bool, bool, bool, u8);

/// The sentence of the stay that says it best, one that is no mere row of numbers ("NT-proBNP 3,480, Cr 0.9, K 4.0") where there is one: a provider's assessment before other words of a provider or a report, these before
/// anybody's; one that gives a listed value before one that does not, the farthest of its measure before all; of equal ones the first.
fn best_sentence(patterns: &Patterns, (numbers, worst): (&[String], &[String]), record: Record<'_>) -> Option<Evidence> {
    let mut best: Option<(Rank, Option<Instant>, Evidence)> = None;
    for (document, reading) in record.notes() {
        let all = tokens(&document.text);
        for found in patterns.find(&all) {
            if is_passed_over(document, reading, found.span.start) {
                continue;
            }
            let section = section_at(reading, found.span.start);
            let Some(span) = passage(document, reading, found.span) else { continue };
            let inside = within(&all, span);
            let gives = |list: &[String]| inside.iter().any(|t| list.contains(&t.text));
            let rank = (gives(worst), !is_row(span.of(&document.text)), gives(numbers), rank(document, reading, section));
            let time = document.time.or(document.signed);
            let better = best.as_ref().is_none_or(|(before, at, _)| rank > *before || rank == *before && time < *at);
            if better && let Some(evidence) = quoted(document, reading, span) {
                best = Some((rank, time, evidence));
            }
        }
    }
    best.map(|(.., evidence)| evidence)
}

fn rank(document: &Document, reading: &Reading, section: &str) -> u8 {
    let kind = document.document_type.unwrap_or(reading.document_type);
    match (document.is_providers(reading.document_type), kind.is_findings()) {
        (true, _) if is_assessment(section) => 3,
        (true, _) => 2,
        (_, true) => 2,
        _ => 1,
    }
}

pub(super) fn section_at(reading: &Reading, at: usize) -> &str {
    reading.section_at(at).map_or("", |s| s.section.as_str())
}

/// Whether a place stands in a section that tells nothing of this patient's stay. A report often has no heading between why it was asked
/// for and what it found: behind the first line it tells.
pub(super) fn is_passed_over(document: &Document, reading: &Reading, at: usize) -> bool {
    if is_request_at(document, reading, at) {
        return true;
    }
    let Some(section) = reading.section_at(at) else { return false };
    let before = document.text.get(section.start..at).unwrap_or_default();
    let found = document.document_type.unwrap_or(reading.document_type).is_findings() && before.contains('\n');
    !found && table().passed_over.contains(&section.section)
}

/// Whether words are why a report or a consultation was asked for: "weight loss" of an order is no finding of the radiologist's.
pub(super) fn is_request(evidence: &Evidence, record: Record<'_>) -> bool {
    text_of(evidence).is_some_and(|t| record.note(&t.document).is_some_and(|(d, reading)| is_request_at(d, reading, t.start)))
}

fn is_request_at(document: &Document, reading: &Reading, at: usize) -> bool {
    let kind = document.document_type.unwrap_or(reading.document_type);
    (kind.is_findings() || document.is_providers(reading.document_type)) && tells_why(&document.text, at)
}

/// Whether the line says why something was asked for ("Reason: ...", "Indication: ..."): no finding of whoever wrote it.
fn tells_why(text: &str, at: usize) -> bool {
    let line = text.get(..at).unwrap_or_default().rsplit('\n').next().unwrap_or_default();
    let line = text.get(at - line.len()..).unwrap_or_default().split('\n').next().unwrap_or_default();
    let Some((label, _)) = line.split_once(':') else { return false };
    let words = label.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    table().asked_for.contains(&words)
}

/// The sentence of the newest report of pictures or tissue that says it.
fn report_sentence(patterns: &Patterns, record: Record<'_>) -> Option<Evidence> {
    let reports = record.notes().filter(|(d, r)| d.document_type.unwrap_or(r.document_type).is_findings());
    let found = reports.filter_map(|(document, reading)| {
        let all: Vec<Token> = tokens(&document.text);
        let place = patterns.find(&all).into_iter().rfind(|f| !is_passed_over(document, reading, f.span.start))?;
        let span = passage(document, reading, place.span).filter(|s| s.end - s.start <= LONGEST)?;
        Some((document.time.or(document.signed), quoted(document, reading, span)?))
    });
    found.max_by_key(|(time, _)| *time).map(|(_, evidence)| evidence)
}

/// A provider's words that a drug was stopped: a start shown without its end says that it still runs.
fn stopped(evidence: &Evidence, record: Record<'_>) -> Option<Evidence> {
    let Evidence::Value(value) = evidence else { return None };
    let drug = record.chart.medications.iter().find(|m| m.identifier == value.observation)?;
    let name = tokens(&drug.name).into_iter().next().filter(|t| t.text.chars().count() >= 4)?.text;
    let patterns = Patterns::new(&table().stopped.iter().map(|p| p.replace("{drug}", &name)).collect::<Vec<_>>());
    best_sentence(&patterns, (&[], &[]), record)
}

/// The newest sentence of an earlier stay that a provider or a report has.
fn earlier_sentence(patterns: &Patterns, chart: &Chart) -> Option<Evidence> {
    let documents = chart.prior.iter().flat_map(|p: &PriorEncounter| &p.documents);
    let told = |document: &&Document| document.author.as_ref().is_none_or(|a| a.role.is_provider());
    let found = documents.filter(told).filter_map(|document| {
        let reading = crate::reading::read(&document.text, document.document_type);
        let all: Vec<Token> = tokens(&document.text);
        let place = patterns.find(&all).into_iter().find(|f| !is_passed_over(document, &reading, f.span.start))?;
        let span = passage(document, &reading, place.span).filter(|s| s.end - s.start <= LONGEST)?;
        Some((document.time.or(document.signed)?, quoted(document, &reading, span)?))
    });
    found.max_by_key(|(time, _)| *time).map(|(_, evidence)| evidence)
}

/// The values that a range asks for, each with what it is worth. `usual_too`: where none lies in the range, the nearest: that a value is
/// usual speaks against a diagnosis.
fn values(range: &ValueRange, usual_too: bool, chart: &Chart) -> Vec<(Evidence, i32)> {
    let names = Patterns::new(&range.names);
    let of_name = |o: &&Observation| is_named(&names, range, &o.name) && o.time.is_some();
    let all: Vec<&Observation> = chart.observations.iter().filter(of_name).collect();
    let evidence = |o: &Observation| of_observation(o).map(|i| i.evidence);
    let mut out: Vec<(Evidence, i32)> = Vec::new();
    let newest = all.iter().max_by_key(|o| o.time).copied();
    if !range.says.is_empty() {
        let says = Patterns::new(&range.says);
        let told = |o: &&&Observation| matches!(&o.value, Some(Value::Text(text)) if says.any(&tokens(text)));
        out.extend(all.iter().find(told).and_then(|o| evidence(o)).map(|e| (e, worth::VALUE)));
        return out;
    }
    if range.from.is_none() && range.below.is_none() {
        out.extend(newest.and_then(evidence).map(|e| (e, worth::VALUE)));
        return out;
    }
    let number = |o: &&Observation| match &o.value {
        Some(Value::Quantity(q)) if q.comparator.is_none() => Some(q.value),
        _ => None,
    };
    let inside = |n: f64| range.from.is_none_or(|from| n >= from) && range.below.is_none_or(|below| n < below);
    let far = |n: f64| if range.below.is_some() { -n } else { n };
    let inside: Vec<(f64, &Observation)> = all.iter().filter_map(|o| number(o).filter(|n| inside(*n)).map(|n| (n, *o))).collect();
    let worst = inside.iter().max_by(|a, b| far(a.0).total_cmp(&far(b.0)).then(b.1.time.cmp(&a.1.time)));
    let Some((_, worst)) = worst else {
        let all = all.iter().filter_map(|o| number(o).map(|n| (n, *o)));
        let nearest = all.max_by(|a, b| far(a.0).total_cmp(&far(b.0)).then(b.1.time.cmp(&a.1.time))).filter(|_| usual_too);
        out.extend(nearest.and_then(|(_, o)| evidence(o)).map(|e| (e, worth::VALUE)));
        return out;
    };
    out.extend(evidence(worst).map(|e| (e, worth::VALUE)));
    if range.baseline {
        let earlier = chart.prior.iter().flat_map(|p| &p.observations).filter(of_name).max_by_key(|o| o.time);
        out.extend(earlier.and_then(evidence).map(|e| (e, worth::BASELINE)));
    }
    if range.course {
        let first = all.iter().min_by_key(|o| o.time).copied();
        out.extend([first, newest].into_iter().flatten().filter_map(evidence).map(|e| (e, worth::COURSE)));
    }
    out
}

/// Whether words are a row of numbers ("WBC 2.1, Hgb 7.4, platelets 38"): the values say it themselves.
pub(super) fn is_row(quote: &str) -> bool {
    let all = tokens(quote);
    let numbers = all.iter().filter(|t| t.text.starts_with(|c: char| c.is_ascii_digit())).count();
    let words = all.iter().filter(|t| t.text.chars().filter(|c| c.is_alphabetic()).count() >= 2).count();
    numbers >= ROW && numbers * 2 >= words
}

/// So many numbers make a row.
const ROW: usize = 3;

/// Whether a value's name is meant: of another material ("Sodium, urine") only where the range says so.
fn is_named(names: &Patterns, range: &ValueRange, name: &str) -> bool {
    let name = tokens(name);
    let apart = table().apart.any(&name) && !range.names.iter().any(|n| table().apart.any(&tokens(n)));
    names.any(&name) && !apart
}

fn is_treatment(evidence: &Evidence, chart: &Chart) -> bool {
    !chart.observations.iter().any(|o| o.identifier == evidence.source())
}

/// A drug that was given or ordered, an order or a procedure by name: what was given before what was ordered, then the first.
fn treatment(patterns: &Patterns, chart: &Chart) -> Option<Evidence> {
    let named = |name: &str, status: &Option<String>| !is_dropped(status.as_deref()) && patterns.any(&tokens(name));
    let drugs = chart.medications.iter().filter(|m| m.kind != MedicationKind::Home && named(&m.name, &m.status));
    let drugs = drugs.filter_map(|m| Some(((m.kind != MedicationKind::Given, m.time?), of_drug(m).evidence)));
    let orders = chart.orders.iter().filter(|o| named(&o.name, &o.status)).filter_map(|o| Some(((true, o.time?), of_order(o).evidence)));
    let done =
        chart.procedures.iter().filter(|p| named(&p.name, &p.status)).filter_map(|p| Some(((false, p.start?), of_procedure(p).evidence)));
    drugs.chain(orders).chain(done).min_by_key(|(order, _)| *order).map(|(_, evidence)| evidence)
}

/// When nothing in the record can be quoted (a document is missing), the stay itself is what the question is about.
pub(super) fn stay(chart: &Chart) -> Option<Evidence> {
    super::take::of_stay(chart).map(|i| i.evidence)
}

/// Words that stand in a piece of proof, for comparisons between quotations.
pub(super) fn text_of(evidence: &Evidence) -> Option<&TextEvidence> {
    match evidence {
        Evidence::Text(text) => Some(text),
        Evidence::Value(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::DocumentType;
    use crate::reading::read;

    /// "Indication: weight loss" stood in a letter as a finding of the radiologist's.
    #[test]
    fn why_a_study_was_asked_for_was_quoted_as_what_it_found() {
        let text = "CT ABDOMEN\nIndication: distension, weight loss.\nFINDINGS: Paucity of subcutaneous fat.\n";
        let kind = Some(DocumentType::RadiologyReport);
        let report = Document { text: text.into(), document_type: kind, ..Document::default() };
        let reading = read(text, kind);
        let at = |words: &str| text.find(words).map(|at| is_passed_over(&report, &reading, at));
        assert_eq!((at("weight loss"), at("Paucity")), (Some(true), Some(false)));
    }
}
