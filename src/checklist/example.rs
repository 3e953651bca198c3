//! What an item's author says it must find and must leave alone: a text or a small chart, and why.

use crate::chart::{EncounterClass, Role};

/// One example.
#[derive(Clone, Debug)]
pub struct Example {
    /// Whether the item must fire.
    pub fires: bool,
    /// Why, in a few words.
    pub why: String,
    /// The chart.
    pub chart: Sketch,
    /// Words that the title or the proof must hold when it fires.
    pub says: Vec<String>,
    /// The line it stands on.
    pub line: u64,
}

/// A chart in a few lines. Times are hours after admission.
#[derive(Clone, Debug, Default)]
pub struct Sketch {
    /// The kind of stay; `None` is a note without an encounter.
    pub class: Option<EncounterClass>,
    /// Hours at discharge.
    pub discharged: Option<f64>,
    /// The hour at which it is looked at.
    pub as_of: f64,
    /// `female` or `male`, where it matters.
    pub sex: Option<crate::chart::Sex>,
    /// Years at admission, where they matter.
    pub age: Option<usize>,
    /// The service, where it matters.
    pub service: Option<String>,
    /// The disposition that the sender gave.
    pub disposition: Option<String>,
    /// Hours at death.
    pub died: Option<f64>,
    /// Hours at registration, where it was not at the order to admit.
    pub registered: Option<f64>,
    /// Documents.
    pub documents: Vec<SketchDocument>,
    /// Values.
    pub observations: Vec<SketchValue>,
    /// Drugs, orders, procedures, problems: name, hours.
    pub medications: Vec<SketchDrug>,
    /// Orders: name, hours, state as sent.
    pub orders: Vec<(String, f64, Option<String>)>,
    /// Procedures: name, hours.
    pub procedures: Vec<(String, f64)>,
    /// Confirmed diagnoses of the encounter.
    pub problems: Vec<(String, f64)>,
}

/// A document of a sketch.
#[derive(Clone, Debug, Default)]
pub struct SketchDocument {
    /// Its type; the reader judges where it is not given.
    pub document_type: Option<crate::chart::DocumentType>,
    /// Hours after admission.
    pub at: f64,
    /// What its author does.
    pub role: Role,
    /// A name, to tell authors apart.
    pub author: Option<String>,
    /// Whether it is signed; `None`: the sender does not say.
    pub signed: Option<bool>,
    /// Whether the sender calls it preliminary.
    pub preliminary: bool,
    /// Its title.
    pub title: Option<String>,
    /// The service that wrote it.
    pub service: Option<String>,
    /// Whether it belongs to an earlier encounter.
    pub prior: bool,
    /// A text as it was pasted: who wrote it, and when, was not given.
    pub pasted: bool,
    /// The text.
    pub text: String,
}

/// A value of a sketch: `creatinine 1.0 mg/dL at 0 h (hemolyzed)`.
#[derive(Clone, Debug, Default)]
pub struct SketchValue {
    /// Name.
    pub name: String,
    /// Number.
    pub value: f64,
    /// Unit.
    pub unit: String,
    /// Hours; negative is before this stay.
    pub at: f64,
    /// Remark.
    pub note: Option<String>,
}

/// A drug of a sketch: `furosemide IV given at 3 h`.
#[derive(Clone, Debug, Default)]
pub struct SketchDrug {
    /// Name.
    pub name: String,
    /// Route.
    pub route: Option<String>,
    /// Dose, as `40 mg`.
    pub dose: Option<String>,
    /// Ordered, given, home.
    pub kind: crate::chart::MedicationKind,
    /// Hours.
    pub at: f64,
}
