//! Whether a piece of proof says what the record says. A draft can come out of a file, and a file can be written by anybody: source,
//! author, date, value, reference range and the mark of an earlier stay are held against the record before a provider reads them.

use super::Indicator;
use crate::chart::{Chart, Document, DocumentType, Evidence, Instant, Observation, TextEvidence, Value, ValueEvidence};

/// A place where a piece of proof departs from the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Departure {
    /// The lint rule that it breaks.
    pub rule: &'static str,
    /// Which part of the proof.
    pub part: &'static str,
    /// What the record says.
    pub record: String,
}

impl Departure {
    fn new(rule: &'static str, part: &'static str, record: impl Into<String>) -> Self {
        Self { rule, part, record: record.into() }
    }

    /// In words.
    pub fn message(&self) -> String {
        format!("{}: {}", self.part, self.record)
    }
}

/// Every departure of an indicator from the chart of its encounter. `judged` says how a document without a given type is read.
pub fn departures(indicator: &Indicator, chart: &Chart, judged: &dyn Fn(&Document) -> DocumentType) -> Vec<Departure> {
    let mut out = of_evidence(&indicator.evidence, chart, judged);
    if let Some(prior) = is_prior(&indicator.evidence, chart) {
        let marked = indicator.prior;
        if prior && !marked {
            out.push(Departure::new("QL080", "prior", "the record holds it in an earlier encounter"));
        } else if marked && !prior && lies_in_stay(&indicator.evidence, chart) {
            out.push(Departure::new("QL080", "prior", "the record holds it in this encounter, not in an earlier one"));
        }
    }
    if let Evidence::Text(text) = &indicator.evidence
        && let (Some(version), Some(document)) = (indicator.version, document(chart, &text.document))
        && !(1..=document.version).contains(&version)
    {
        out.push(Departure::new("QL021", "version", format!("the record's versions are 1 to {}", document.version)));
    }
    out
}

/// The departures of a piece of proof, without the marks of an indicator.
pub fn of_evidence(evidence: &Evidence, chart: &Chart, judged: &dyn Fn(&Document) -> DocumentType) -> Vec<Departure> {
    match evidence {
        Evidence::Text(text) => match document(chart, &text.document) {
            None => vec![Departure::new("QL021", "document", "the record holds no such document in force")],
            Some(document) => of_text(text, document, judged),
        },
        Evidence::Value(value) => of_value(value, chart),
    }
}

fn document<'c>(chart: &'c Chart, identifier: &str) -> Option<&'c Document> {
    let earlier = chart.prior.iter().flat_map(|p| &p.documents);
    chart.documents.iter().chain(earlier).find(|d| d.identifier == identifier)
}

/// Whether the source stands in an earlier encounter; nothing where the record does not hold it.
fn is_prior(evidence: &Evidence, chart: &Chart) -> Option<bool> {
    let source = evidence.source();
    let here = chart.documents.iter().any(|d| d.identifier == source) || chart.observations.iter().any(|o| o.identifier == source);
    let mut earlier = chart.prior.iter();
    let there =
        earlier.any(|p| p.documents.iter().any(|d| d.identifier == source) || p.observations.iter().any(|o| o.identifier == source));
    if here { Some(false) } else { there.then_some(true) }
}

/// A value of this encounter's record can be older than the stay (an office result that was sent along): that may be called prior. The
/// emergency department belongs to the stay.
fn lies_in_stay(evidence: &Evidence, chart: &Chart) -> bool {
    let begins = chart.encounter.start.and_then(|start| start.plus_hours(-BEFORE));
    begins.zip(evidence.date()).is_none_or(|(begins, date)| date >= begins)
}

/// Hours before the stay that still belong to it.
pub(super) const BEFORE: i64 = 24;

fn shown(date: Option<Instant>) -> String {
    date.map_or_else(|| "the record gives none".to_owned(), |d| format!("the record says {}", d.display()))
}

fn of_text(text: &TextEvidence, document: &Document, judged: &dyn Fn(&Document) -> DocumentType) -> Vec<Departure> {
    let mut out = Vec::new();
    if document.text.get(text.start..text.end) != Some(text.quote.as_str()) {
        out.push(Departure::new("QL022", "quote", "these words do not stand at that place of the document"));
    }
    if text.date.is_some() && ![document.time, document.signed].contains(&text.date) {
        out.push(Departure::new("QL021", "date", shown(document.time.or(document.signed))));
    }
    let people: Vec<&str> =
        [&document.author, &document.signer].into_iter().flatten().flat_map(|p| [p.name.as_deref(), Some(p.display())]).flatten().collect();
    if let Some(author) = text.author.as_deref().filter(|a| !a.trim().is_empty() && !people.contains(a)) {
        let record = people.first().map_or_else(|| "the record names none".to_owned(), |p| format!("the record says {p}, not {author}"));
        out.push(Departure::new("QL021", "author", record));
    }
    let kind = document.document_type.unwrap_or_else(|| judged(document));
    // A document without a given type can be quoted as what it is: of no type.
    let untyped = document.document_type.is_none() && text.document_type == DocumentType::default();
    if text.document_type != kind && !untyped {
        out.push(Departure::new("QL021", "type", format!("the record says {}", kind.label())));
    }
    out
}

fn of_value(value: &ValueEvidence, chart: &Chart) -> Vec<Departure> {
    let id = value.observation.as_str();
    let earlier = chart.prior.iter().flat_map(|p| &p.observations);
    if let Some(observation) = chart.observations.iter().chain(earlier).find(|o| o.identifier == id) {
        return of_observation(value, observation);
    }
    let mut named: Option<(Vec<String>, Vec<Option<Instant>>)> = None;
    let mut dose = None;
    if let Some(m) = chart.medications.iter().find(|m| m.identifier == id) {
        named = Some((
            vec![m.name.clone(), [Some(m.name.as_str()), m.route.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ")],
            vec![m.time],
        ));
        dose = m.dose.clone();
    } else if let Some(o) = chart.orders.iter().find(|o| o.identifier == id) {
        named = Some((vec![o.name.clone()], vec![o.time]));
    } else if let Some(p) = chart.procedures.iter().find(|p| p.identifier == id) {
        named = Some((vec![p.name.clone()], vec![p.start, p.end]));
    } else if let Some(p) = chart.problems.iter().find(|p| p.identifier == id) {
        named = Some((vec![p.name.clone()], vec![p.recorded, p.onset]));
    } else if chart.encounter.identifier == id {
        let stay = &chart.encounter;
        let left = stay.disposition.as_ref().map(|d| format!("disposition: {d}"));
        named = Some((["Admission".to_owned()].into_iter().chain(left).collect(), vec![stay.admitted, stay.start, stay.end]));
        dose = stay.admission().map(|a| a.display());
    }
    let Some((names, dates)) = named else {
        return vec![Departure::new("QL021", "observation", "the record holds no such value, drug, order or procedure")];
    };
    let mut out = Vec::new();
    if !names.contains(&value.name) {
        out.push(Departure::new("QL022", "name", format!("the record says {}", names.last().cloned().unwrap_or_default())));
    }
    if !value.value.is_empty() && Some(&value.value) != dose.as_ref() {
        out.push(Departure::new(
            "QL022",
            "value",
            dose.map_or_else(|| "the record gives none".to_owned(), |d| format!("the record says {d}")),
        ));
    }
    if value.date.is_some() && !dates.contains(&value.date) {
        out.push(Departure::new("QL021", "date", shown(dates.first().copied().flatten())));
    }
    if value.unit.is_some() || value.reference.is_some() {
        out.push(Departure::new("QL021", "reference", "the record gives neither a unit nor a reference range for it"));
    }
    out
}

fn of_observation(value: &ValueEvidence, observation: &Observation) -> Vec<Departure> {
    let mut out = Vec::new();
    if value.name != observation.name {
        out.push(Departure::new("QL022", "name", format!("the record says {}", observation.name)));
    }
    let (same, unit, record) = match &observation.value {
        Some(Value::Quantity(q)) => {
            let comparator = q.comparator.as_deref().unwrap_or_default();
            let given = value.value.strip_prefix(comparator).and_then(|v| v.trim().parse::<f64>().ok());
            let close = given.is_some_and(|v| (v - q.value).abs() <= 0.0005);
            (close, q.unit.as_deref(), format!("{comparator}{}", q.value))
        }
        Some(Value::Text(text)) => (value.value == *text, None, text.clone()),
        None => (value.value.is_empty(), None, "no value".to_owned()),
    };
    if !same {
        out.push(Departure::new("QL022", "value", format!("the record says {record}")));
    }
    if value.unit.as_deref() != unit {
        out.push(Departure::new(
            "QL022",
            "unit",
            unit.map_or_else(|| "the record gives none".to_owned(), |u| format!("the record says {u}")),
        ));
    }
    let remark = observation.note.as_deref().map(str::trim).filter(|note| !note.is_empty());
    if value.remark() != remark {
        let record = remark.map_or_else(|| "the record has no remark".to_owned(), |note| format!("the record says {note}"));
        out.push(Departure::new("QL022", "note", record));
    }
    if value.date.is_some() && value.date != observation.time {
        out.push(Departure::new("QL021", "date", shown(observation.time)));
    }
    let range: Vec<f64> = [observation.low, observation.high].into_iter().flatten().collect();
    if let Some(reference) = value.reference.as_deref().filter(|r| numbers(r) != range) {
        let record = match (observation.low, observation.high) {
            (None, None) => format!("the record gives none, and it says {reference}"),
            (low, high) => {
                let end = |n: Option<f64>| n.map_or_else(String::new, |n| n.to_string());
                format!("the record says {}-{}, not {reference}", end(low), end(high))
            }
        };
        out.push(Departure::new("QL021", "reference", record));
    }
    out
}

/// The numbers of a range as it is written: "0.6-1.1", ">= 135", "to 5.0".
fn numbers(text: &str) -> Vec<f64> {
    text.split(|c: char| !(c.is_ascii_digit() || c == '.')).filter_map(|n| n.parse().ok()).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::chart::{Encounter, PriorEncounter, Provider, Quantity, Span};
    use crate::query::take::{of_observation as taken, of_words};

    fn at(text: &str) -> Option<Instant> {
        Instant::parse(text)
    }

    fn lab(identifier: &str, time: &str) -> Observation {
        Observation {
            identifier: identifier.into(),
            name: "creatinine".into(),
            value: Some(Value::Quantity(Quantity { value: 2.4, comparator: None, unit: Some("mg/dL".into()) })),
            low: Some(0.6),
            high: Some(1.1),
            time: at(time),
            ..Observation::default()
        }
    }

    fn chart() -> Chart {
        let note = Document {
            identifier: "prog-1".into(),
            version: 2,
            document_type: Some(DocumentType::ProgressNote),
            author: Some(Provider { name: Some("Lin Chen, MD".into()), ..Provider::default() }),
            time: at("2026-11-19T07:20-05:00"),
            text: "Elevated creatinine. Fluids.".into(),
            ..Document::default()
        };
        Chart {
            encounter: Encounter { start: at("2026-11-17T10:00-05:00"), ..Encounter::default() },
            documents: vec![note],
            observations: vec![lab("lab-1", "2026-11-19T05:10-05:00")],
            prior: vec![PriorEncounter { observations: vec![lab("old-1", "2026-03-02T05:10-05:00")], ..PriorEncounter::default() }],
            ..Chart::default()
        }
    }

    fn parts(indicator: &Indicator) -> Vec<(&'static str, &'static str)> {
        departures(indicator, &chart(), &|_| DocumentType::Other).iter().map(|d| (d.rule, d.part)).collect()
    }

    #[test]
    fn what_is_taken_from_the_chart_departs_in_nothing() {
        let chart = chart();
        assert_eq!(parts(&of_words(&chart.documents[0], Span::new(0, 19), "documentation").unwrap()), []);
        assert_eq!(parts(&taken(&chart.observations[0]).unwrap()), []);
    }

    /// A draft from a file was believed whatever it said of its sources.
    #[test]
    fn forged_sources_are_named_part_by_part() {
        let chart = chart();
        let words = of_words(&chart.documents[0], Span::new(0, 19), "documentation").unwrap();
        let text = |change: &dyn Fn(&mut TextEvidence)| {
            let mut indicator = words.clone();
            if let Evidence::Text(text) = &mut indicator.evidence {
                change(text);
            }
            parts(&indicator)
        };
        assert_eq!(text(&|t| t.author = Some("Ann Other, MD".into())), [("QL021", "author")]);
        assert_eq!(text(&|t| t.date = at("2026-11-20T07:20-05:00")), [("QL021", "date")]);
        assert_eq!(text(&|t| t.document_type = DocumentType::DischargeSummary), [("QL021", "type")]);
        assert_eq!(text(&|t| t.quote = "Acute kidney injury".into()), [("QL022", "quote")]);
        assert_eq!(text(&|t| t.document = "none".into()), [("QL021", "document")]);
        assert_eq!(parts(&Indicator { version: Some(3), ..words.clone() }), [("QL021", "version")]);
        assert_eq!(parts(&Indicator { version: Some(0), ..words.clone() }), [("QL021", "version")]);
        assert_eq!(parts(&Indicator { prior: true, ..words.clone() }), [("QL080", "prior")]);
        let number = taken(&chart.observations[0]).unwrap();
        let value = |change: &dyn Fn(&mut ValueEvidence)| {
            let mut indicator = number.clone();
            if let Evidence::Value(value) = &mut indicator.evidence {
                change(value);
            }
            parts(&indicator)
        };
        assert_eq!(value(&|v| v.value = "9.9".into()), [("QL022", "value")]);
        assert_eq!(value(&|v| v.unit = Some("g/dL".into())), [("QL022", "unit")]);
        assert_eq!(value(&|v| v.reference = Some("0.1-0.2".into())), [("QL021", "reference")]);
        assert_eq!(value(&|v| v.date = at("2026-11-01T05:10-05:00")), [("QL021", "date")]);
        assert_eq!(value(&|v| v.observation = "lab-9".into()), [("QL021", "observation")]);
        assert_eq!(value(&|v| v.note = Some("on pressors".into())), [("QL022", "note")]);
        assert_eq!(value(&|v| v.reference = None), []);
        let earlier = taken(&chart.prior[0].observations[0]).unwrap();
        assert_eq!(parts(&earlier), [("QL080", "prior")]);
        assert_eq!(parts(&Indicator { prior: true, ..earlier }), []);
    }
}
