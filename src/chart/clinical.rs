//! What a chart holds beside its documents: observations, orders, medications, procedures, problems.

use super::{Coding, Id, Instant, Kept, Provider};
use serde::{Deserialize, Serialize};

/// A measured number as it was sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Quantity {
    /// The number.
    pub value: f64,
    /// `<`, `<=`, `>=` or `>` when the sender gave one.
    pub comparator: Option<String>,
    /// The unit as sent.
    pub unit: Option<String>,
}

/// What was observed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// A number with its unit.
    Quantity(Quantity),
    /// Words ("positive", "room air").
    Text(String),
}

/// A lab, a vital sign or a score.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// Ours.
    pub id: Id,
    /// The sender's identifier.
    pub identifier: String,
    /// The encounter, by the sender's identifier.
    pub encounter: Option<String>,
    /// The patient, by the sender's identifier.
    pub patient: Option<String>,
    /// The sender's code (LOINC where given).
    pub code: Option<Coding>,
    /// The name as given.
    pub name: String,
    /// FHIR category: `laboratory`, `vital-signs`, `survey` ...
    pub category: Option<String>,
    /// `None` when the sender says that there is no value.
    pub value: Option<Value>,
    /// Reference range, in the value's unit.
    pub low: Option<f64>,
    /// Reference range, in the value's unit.
    pub high: Option<f64>,
    /// `H`, `L`, `HH` ... as given.
    pub interpretation: Option<String>,
    /// When it was measured or drawn.
    pub time: Option<Instant>,
    /// FHIR status: `final`, `preliminary`, `corrected`, `entered-in-error` ...
    pub status: Option<String>,
    /// A remark that came with it ("hemolyzed", "on 2 L nasal cannula").
    pub note: Option<String>,
    /// What its sender gave beside this, as it came.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<Kept>,
}

impl Observation {
    /// The value as it was sent, with one decimal at least where its unit is a concentration per deciliter: a creatinine of 1 reads "1.0".
    pub fn shown(&self) -> String {
        match &self.value {
            Some(Value::Quantity(quantity)) => {
                let text = quantity.value.to_string();
                let small = quantity.value < 10.0 && quantity.unit.as_deref().is_some_and(|unit| unit.eq_ignore_ascii_case("mg/dl"));
                let text = if small && !text.contains('.') { format!("{text}.0") } else { text };
                format!("{}{text}", quantity.comparator.as_deref().unwrap_or_default())
            }
            Some(Value::Text(text)) => text.clone(),
            None => String::new(),
        }
    }

    /// The range that came with it: "0.6-1.1", ">= 60", "<= 300".
    pub fn reference(&self) -> Option<String> {
        match (self.low, self.high) {
            (Some(low), Some(high)) => Some(format!("{low}-{high}")),
            (Some(low), None) => Some(format!(">= {low}")),
            (None, Some(high)) => Some(format!("<= {high}")),
            (None, None) => None,
        }
    }
}

/// Whether the status of a drug, an order or a procedure says that it never came to it.
pub fn is_dropped(status: Option<&str>) -> bool {
    let dropped = ["entered-in-error", "cancelled", "canceled", "revoked", "not-done", "draft", "on-hold", "stopped-before-start"];
    status.is_some_and(|status| dropped.iter().any(|word| status.eq_ignore_ascii_case(word)))
}

/// Something ordered: a consult, a study, a diet, a device.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// Ours.
    pub id: Id,
    /// The sender's identifier.
    pub identifier: String,
    /// The encounter, by the sender's identifier.
    pub encounter: Option<String>,
    /// The patient, by the sender's identifier.
    pub patient: Option<String>,
    /// The sender's code.
    pub code: Option<Coding>,
    /// What was ordered, as given.
    pub name: String,
    /// `active`, `completed`, `revoked` ...
    pub status: Option<String>,
    /// When it was ordered.
    pub time: Option<Instant>,
    /// Who ordered it.
    pub requester: Option<Provider>,
    /// What its sender gave beside this, as it came.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<Kept>,
}

/// Whether a drug was ordered, or given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MedicationKind {
    /// An order for this stay.
    #[default]
    Ordered,
    /// A dose that was given.
    Given,
    /// Taken at home.
    Home,
}

/// A drug: ordered, given, or taken at home. Dose and route matter: oral furosemide at home is not intravenous furosemide.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Medication {
    /// Ours.
    pub id: Id,
    /// The sender's identifier.
    pub identifier: String,
    /// The encounter, by the sender's identifier.
    pub encounter: Option<String>,
    /// The patient, by the sender's identifier.
    pub patient: Option<String>,
    /// The sender's code (RxNorm where given).
    pub code: Option<Coding>,
    /// The drug as given.
    pub name: String,
    /// Ordered, given, or taken at home.
    pub kind: MedicationKind,
    /// The dose as given.
    pub dose: Option<String>,
    /// The route as given (`IV`, `PO` ...).
    pub route: Option<String>,
    /// Status as given.
    pub status: Option<String>,
    /// When it was ordered or given.
    pub time: Option<Instant>,
    /// When it was stopped.
    pub end: Option<Instant>,
    /// What its sender gave beside this, as it came.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<Kept>,
}

/// Something done to the patient.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Procedure {
    /// Ours.
    pub id: Id,
    /// The sender's identifier.
    pub identifier: String,
    /// The encounter, by the sender's identifier.
    pub encounter: Option<String>,
    /// The patient, by the sender's identifier.
    pub patient: Option<String>,
    /// The sender's code.
    pub code: Option<Coding>,
    /// What was done, as given.
    pub name: String,
    /// FHIR category, as given (`surgical procedure` ...).
    pub category: Option<String>,
    /// Status as given.
    pub status: Option<String>,
    /// When it began.
    pub start: Option<Instant>,
    /// When it ended.
    pub end: Option<Instant>,
    /// Who did it.
    pub performer: Option<Provider>,
    /// What its sender gave beside this, as it came.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<Kept>,
}

/// An entry of the problem list or an encounter diagnosis, as sent. Weak evidence by itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// Ours.
    pub id: Id,
    /// The sender's identifier.
    pub identifier: String,
    /// The encounter, by the sender's identifier.
    pub encounter: Option<String>,
    /// The patient, by the sender's identifier.
    pub patient: Option<String>,
    /// The sender's code.
    pub code: Option<Coding>,
    /// The name as given.
    pub name: String,
    /// `encounter-diagnosis`, `problem-list-item` ...
    pub category: Option<String>,
    /// `active`, `resolved` ...
    pub clinical_status: Option<String>,
    /// `confirmed`, `refuted` ...
    pub verification: Option<String>,
    /// When it began.
    pub onset: Option<Instant>,
    /// When it was recorded.
    pub recorded: Option<Instant>,
    /// Present on admission, as a coder reported it: `Y`, `N`, `U` (documentation insufficient), `W` (clinically undetermined), `1` or `E`
    /// (exempt).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub present_on_admission: Option<String>,
    /// What its sender gave beside this, as it came.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<Kept>,
}
