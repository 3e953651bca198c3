//! Proof: the words or the value that a claim stands on.

use super::{DocumentType, Instant, Medication, Observation, Value};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// A stretch of a text: byte offsets into its UTF-8, on character boundaries, `start <= end`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// A span from `start` to `end`.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The same as a range.
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }

    /// The words it spans; empty when it does not fit the text.
    pub fn of(self, text: &str) -> &str {
        text.get(self.range()).unwrap_or_default()
    }

    /// Whether both share at least one byte.
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Whether `other` lies inside this one.
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

/// Words in a document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TextEvidence {
    /// The document, by the sender's identifier.
    pub document: String,
    /// First byte of the quote in the document's text.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
    /// The words, byte for byte.
    pub quote: String,
    /// When the document was written.
    pub date: Option<Instant>,
    /// Who wrote it.
    pub author: Option<String>,
    /// Its type.
    #[serde(rename = "type")]
    pub document_type: DocumentType,
    /// True when the words are only how the document begins: they say which one is meant, where what counts is that something is not in it.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub opening: bool,
}

/// A lab, vital, order, medication or procedure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ValueEvidence {
    /// The record, by the sender's identifier.
    pub observation: String,
    /// What it is: "creatinine", "furosemide IV", "BiPAP".
    pub name: String,
    /// Its value as sent, or the dose; empty for an order.
    pub value: String,
    /// Its unit as sent.
    pub unit: Option<String>,
    /// When.
    pub date: Option<Instant>,
    /// Reference range as sent ("0.6-1.1").
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reference: Option<String>,
    /// The remark that came with it, as sent: "room air", "hemolyzed".
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<String>,
    /// True when it comes from an earlier encounter.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub prior: bool,
}

impl ValueEvidence {
    /// A value as it was sent, with the range that came with it.
    pub fn of_observation(observation: &Observation) -> Self {
        Self {
            value: observation.shown(),
            unit: match &observation.value {
                Some(Value::Quantity(quantity)) => quantity.unit.clone(),
                _ => None,
            },
            reference: observation.reference(),
            note: observation.note.clone(),
            ..Self::of_record(&observation.identifier, &observation.name, observation.time)
        }
    }

    /// A drug with route and dose.
    pub fn of_drug(drug: &Medication) -> Self {
        let route = drug.route.as_deref().map(|route| format!(" {route}")).unwrap_or_default();
        let value = drug.dose.clone().unwrap_or_default();
        Self { value, ..Self::of_record(&drug.identifier, &format!("{}{route}", drug.name), drug.time) }
    }

    /// An order, a procedure or another entry of the record that has a name and no value.
    pub fn of_record(identifier: &str, name: &str, date: Option<Instant>) -> Self {
        Self {
            observation: identifier.to_owned(),
            name: name.to_owned(),
            value: String::new(),
            unit: None,
            date,
            reference: None,
            note: None,
            prior: false,
        }
    }

    /// Under what conditions it was measured, as its sender remarked; nothing where no word came.
    pub fn remark(&self) -> Option<&str> {
        self.note.as_deref().map(str::trim).filter(|note| !note.is_empty())
    }

    /// Its unit as people write it: `Cel` as °C, `mm[Hg]` as mmHg. Computers' units (UCUM) that nobody writes otherwise stay.
    pub fn unit_label(&self) -> String {
        let unit = self.unit.as_deref().unwrap_or_default();
        match unit {
            "Cel" => "\u{b0}C".to_owned(),
            "[degF]" => "\u{b0}F".to_owned(),
            "[lb_av]" => "lb".to_owned(),
            "[in_i]" => "in".to_owned(),
            _ => {
                // `{score}`, `10*3/uL`, `mm[Hg]`, `m[IU]/mL`
                let plain = unit.split_once('{').map_or(unit, |(before, _)| before);
                plain.replace("10*", "10^").replace(['[', ']'], "")
            }
        }
    }
}

/// One piece of proof.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Evidence {
    /// Words in a document.
    Text(TextEvidence),
    /// A value, an order, a drug.
    Value(ValueEvidence),
}

impl Evidence {
    /// When it was written or measured.
    pub fn date(&self) -> Option<Instant> {
        match self {
            Self::Text(text) => text.date,
            Self::Value(value) => value.date,
        }
    }

    /// The record it comes from, by the sender's identifier.
    pub fn source(&self) -> &str {
        match self {
            Self::Text(text) => &text.document,
            Self::Value(value) => &value.observation,
        }
    }
}
