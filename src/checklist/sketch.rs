//! Small charts from a few lines: the examples of items, and one text as it is tried on the fly.

use super::example::{Example, Sketch, SketchDocument};
use super::facts::Subject;
use super::{Explanation, Gap, Packs, evaluate};
use crate::chart::{
    Chart, Document, DocumentStatus, DocumentType, Encounter, EncounterClass, Instant, Medication, Observation, Order, Patient,
    PriorEncounter, Problem, Procedure, Provider, Quantity, Sex, Value,
};
use crate::reading::Reading;

/// What came of an example.
#[derive(Clone, Debug)]
pub struct Trial {
    /// Whether it did what its author said.
    pub passed: bool,
    /// The gaps that the item found.
    pub gaps: Vec<Gap>,
    /// What was wrong, in words; empty when it passed.
    pub problem: String,
}

/// The admission of every sketch: an arbitrary fixed day, so that trials give the same on every run.
fn admission() -> Option<Instant> {
    Instant::parse("2026-03-02T08:00:00Z")
}

pub(super) fn at(hours: f64) -> Option<Instant> {
    let start = admission()?;
    Instant::from_utc_seconds(start.utc_seconds() + (hours * 3600.0).round() as i64, Some(0))
}

/// Evaluates one text as a note that came without an encounter: clocks and missing documents do not apply.
pub fn evaluate_text(packs: &Packs, text: &str, document_type: Option<DocumentType>) -> Vec<Gap> {
    let reading = crate::reading::read(text, document_type);
    let document = Document { identifier: "text".to_owned(), version: 1, document_type, text: text.to_owned(), ..Document::default() };
    let encounter = Encounter { identifier: "text".to_owned(), implied: true, ..Encounter::default() };
    let chart = Chart { encounter, documents: vec![document], ..Chart::default() };
    let readings = vec![reading];
    let subject = Subject { chart: &chart, readings: &readings };
    at(0.0).map(|as_of| evaluate(packs, &subject, &as_of, None)).unwrap_or_default()
}

/// What one item makes of one text, taken as the only note of a stay of the first kind that the item is for: its gaps and its tree.
/// `None` when no item has this id.
pub fn try_text(packs: &Packs, text: &str, document_type: Option<DocumentType>, item: &str) -> Option<(Vec<Gap>, Explanation)> {
    let found = packs.item(item)?;
    let class = found.scope.classes.first().copied().filter(|_| !found.scope.lone_note);
    let drawn = SketchDocument { document_type, pasted: true, text: text.to_owned(), ..SketchDocument::default() };
    let chart = chart(&Sketch { class, as_of: 72.0, documents: vec![drawn], ..Sketch::default() });
    let readings: Vec<Reading> = chart.documents.iter().map(|d| crate::reading::read(&d.text, d.type_hint())).collect();
    let subject = Subject { chart: &chart, readings: &readings };
    let as_of = at(72.0)?;
    let tree = super::explain(packs, &subject, &as_of, item)?;
    Some((evaluate(packs, &subject, &as_of, Some(item)), tree))
}

/// Runs one example of one item.
pub fn try_example(packs: &Packs, item: &str, example: &Example) -> Trial {
    let chart = chart(&example.chart);
    let readings: Vec<Reading> = chart.documents.iter().map(|d| crate::reading::read(&d.text, d.type_hint())).collect();
    let subject = Subject { chart: &chart, readings: &readings };
    let gaps = at(example.chart.as_of).map(|as_of| evaluate(packs, &subject, &as_of, Some(item))).unwrap_or_default();
    let mut problem = String::new();
    if gaps.is_empty() == example.fires {
        problem = if example.fires { "it does not fire" } else { "it fires" }.to_owned();
    } else if example.fires {
        let text = serde_json::to_string(&gaps).unwrap_or_default();
        if let Some(words) = example.says.iter().find(|words| !text.contains(words.as_str())) {
            problem = format!("neither title nor proof says \"{words}\"");
        }
    }
    Trial { passed: problem.is_empty(), gaps, problem }
}

pub(super) fn chart(sketch: &Sketch) -> Chart {
    let implied = sketch.class.is_none();
    // A text that was pasted came without a stay.
    let pasted = sketch.documents.iter().any(|document| document.pasted);
    let admitted = if implied || pasted { None } else { at(0.0) };
    let start = sketch.registered.and_then(at).or(admitted);
    let encounter = Encounter {
        identifier: "example".to_owned(),
        class: sketch.class.unwrap_or(EncounterClass::NotGiven),
        start,
        admitted,
        service: sketch.service.clone(),
        disposition: sketch.disposition.clone(),
        end: sketch.discharged.and_then(at),
        implied,
        ..Encounter::default()
    };
    let mut chart = Chart { encounter, ..Chart::default() };
    let birth = sketch.age.and_then(|years| at(-(years as f64 + 0.5) * 8766.0));
    let sex = sketch.sex.unwrap_or(Sex::NotGiven);
    let died = sketch.died.and_then(at);
    chart.patient = Some(Patient { identifier: "patient".to_owned(), sex, birth, died, ..Patient::default() });
    let mut earlier = PriorEncounter::default();
    for (index, drawn) in sketch.documents.iter().enumerate() {
        let document = document(index, drawn, implied);
        if drawn.prior { earlier.documents.push(document) } else { chart.documents.push(document) }
    }
    for (index, value) in sketch.observations.iter().enumerate() {
        let observation = Observation {
            identifier: format!("value-{:02}", index + 1),
            name: value.name.clone(),
            value: Some(Value::Quantity(Quantity { value: value.value, comparator: None, unit: Some(value.unit.clone()) })),
            time: at(value.at),
            note: value.note.clone(),
            ..Observation::default()
        };
        if value.at < 0.0 { earlier.observations.push(observation) } else { chart.observations.push(observation) }
    }
    if !earlier.observations.is_empty() || !earlier.documents.is_empty() {
        chart.prior.push(earlier);
    }
    for (index, drug) in sketch.medications.iter().enumerate() {
        chart.medications.push(Medication {
            identifier: format!("drug-{:02}", index + 1),
            name: drug.name.clone(),
            route: drug.route.clone(),
            dose: drug.dose.clone(),
            kind: drug.kind,
            time: at(drug.at),
            ..Medication::default()
        });
    }
    for (index, (name, hours, status)) in sketch.orders.iter().enumerate() {
        chart.orders.push(Order {
            identifier: format!("order-{:02}", index + 1),
            name: name.clone(),
            status: status.clone(),
            time: at(*hours),
            ..Order::default()
        });
    }
    for (index, (name, hours)) in sketch.procedures.iter().enumerate() {
        let identifier = format!("procedure-{:02}", index + 1);
        let (start, end) = (at(*hours), at(*hours + 1.0));
        chart.procedures.push(Procedure { identifier, name: name.clone(), start, end, ..Procedure::default() });
    }
    for (index, (name, hours)) in sketch.problems.iter().enumerate() {
        chart.problems.push(Problem {
            identifier: format!("problem-{:02}", index + 1),
            name: name.clone(),
            category: Some("encounter-diagnosis".to_owned()),
            clinical_status: Some("active".to_owned()),
            verification: Some("confirmed".to_owned()),
            recorded: at(*hours),
            ..Problem::default()
        });
    }
    chart.sort();
    chart
}

fn document(index: usize, drawn: &SketchDocument, implied: bool) -> Document {
    let name = drawn.author.clone().unwrap_or_else(|| format!("author {:?}", drawn.role));
    let author = Provider { identifier: Some(name.clone()), name: Some(name), role: drawn.role, service: drawn.service.clone() };
    // What a sender did not give is not made up: an item that needs it says that it cannot tell.
    let told = !implied && !drawn.pasted;
    let time = if told { at(drawn.at) } else { None };
    Document {
        identifier: format!("document-{:02}", index + 1),
        version: 1,
        document_type: drawn.document_type,
        signer: drawn.signed.unwrap_or_default().then(|| author.clone()),
        signed: drawn.signed.unwrap_or_default().then_some(time).flatten(),
        status: if drawn.preliminary { DocumentStatus::Preliminary } else { DocumentStatus::NotGiven },
        author: told.then_some(author),
        title: drawn.title.clone(),
        service: drawn.service.clone(),
        time,
        text: drawn.text.clone(),
        ..Document::default()
    }
}
