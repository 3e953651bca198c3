//! What an evaluation gives: gaps with their proof. The JSON contract of `lacuna gaps`.

use crate::chart::{Evidence, Instant};
use serde::{Deserialize, Serialize};

/// The kinds of gap. The names are a contract (`vocabulary.toml`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GapKind {
    /// A document that the encounter needs is not there.
    MissingDocument,
    /// It is there, or not, past its time limit.
    Overdue,
    /// A document lacks a required element.
    MissingElement,
    /// A documented condition lacks an attribute that coding needs.
    Unspecified,
    /// Indicators stand in the chart, the diagnosis does not.
    Undocumented,
    /// A diagnosis stands in the chart, its indicators do not.
    Unsupported,
    /// Two documents, authors or values disagree.
    Conflicting,
    /// Whether it was present on admission cannot be told.
    PoaUnclear,
    /// Text carried forward, stale or from another encounter.
    Copied,
    /// Not signed, dated or timed.
    Unsigned,
}

/// How much it matters. The sign stands beside the word wherever it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Worth a look.
    Warn,
    /// Needs an answer.
    High,
}

impl Severity {
    /// `!`, `?`, `.`: never colour alone.
    pub fn sign(self) -> char {
        match self {
            Self::High => '!',
            Self::Warn => '?',
            Self::Info => '.',
        }
    }
}

/// Where an item looked and found nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Searched {
    /// What was looked for ("acute kidney injury, ATN, prerenal").
    pub what: String,
    /// Where ("9 documents, 14 creatinine values").
    pub r#where: String,
    /// The documents looked at, by the sender's identifier.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub documents: Vec<String>,
}

/// Where a gap stands in its life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GapState {
    /// Nobody has dealt with it.
    #[default]
    Open,
    /// A person set it aside, with a reason.
    Dismissed,
    /// A query asks about it.
    Queried,
    /// Later documentation answered it.
    Resolved,
}

/// What an item found lacking in an encounter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gap {
    /// The item that fired.
    pub item: String,
    /// The pack it stands in.
    pub checklist: String,
    /// The item's version.
    pub version: u32,
    /// What kind of gap.
    pub kind: GapKind,
    /// The condition it is about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub condition: Option<String>,
    /// The element that is missing.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub element: Option<String>,
    /// The document type it is about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub document_type: Option<String>,
    /// What is missing (attributes, elements, indicators).
    pub missing: Vec<String>,
    /// How much it matters.
    pub severity: Severity,
    /// One line a colleague would say ("Creatinine 1.0 → 2.4 in 31 h, no diagnosis").
    pub title: String,
    /// Why the rule fired, in a sentence or two, with its citation.
    pub why: String,
    /// The encounter, by the sender's identifier.
    pub encounter: String,
    /// For.
    pub evidence: Vec<Evidence>,
    /// Against.
    pub counter_evidence: Vec<Evidence>,
    /// Where it looked and found nothing.
    pub searched: Vec<Searched>,
    /// Other items that ask the same question here: this gap carries their proof, and they are not asked.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub also: Vec<String>,
    /// The template of a query about it, where its item names one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub query_template: Option<String>,
    /// When it is due, for a clock.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub due: Option<Instant>,
    /// What started the clock, where an encounter can have several of it: the procedure, the event's instant, the last day without the note.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub run: Option<String>,
    /// Open unless a person or later documentation dealt with it.
    pub state: GapState,
}

impl Gap {
    /// What makes it the same gap of its encounter from one evaluation to the next: item, subject, and for document-level gaps the
    /// document; for a clock that runs several times in an encounter what started it.
    /// One gap a concept and encounter, not one a hit.
    pub fn key(&self) -> String {
        let about = match self.kind {
            GapKind::MissingElement | GapKind::Copied | GapKind::Unsigned => self.evidence.first().map_or("", |e| e.source()),
            _ => self.run.as_deref().unwrap_or_default(),
        };
        self.key_about(about)
    }

    /// Its key as it was while all runs of a clock had one and the same; `None` where that is the key still.
    pub fn former_key(&self) -> Option<String> {
        self.run.as_ref().map(|_| self.key_about(""))
    }

    fn key_about(&self, about: &str) -> String {
        let subject = self.condition.as_deref().or(self.element.as_deref()).or(self.document_type.as_deref()).unwrap_or("");
        format!("{}|{}|{}", self.item, subject, about)
    }

    /// Where its first proof stands, as a person says it ("Progress note 19 Nov 07:15, Chen").
    pub fn source(&self) -> String {
        match self.evidence.first() {
            Some(Evidence::Text(t)) => {
                let date = t.date.map(|d| format!(" {}", d.display())).unwrap_or_default();
                let author = t.author.as_deref().map(|a| format!(", {a}")).unwrap_or_default();
                format!("{}{date}{author}", t.document_type.label())
            }
            Some(Evidence::Value(v)) => {
                let date = v.date.map(|d| format!(" {}", d.display())).unwrap_or_default();
                format!("{} {}{date}", v.name, v.value)
            }
            None => self.due.map(|d| format!("due {}", d.display())).unwrap_or_default(),
        }
    }
}

/// The state that a person's act gave a gap, as stored.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GapMark {
    /// The encounter, by the sender's identifier.
    pub encounter: String,
    /// The gap's key.
    pub key: String,
    /// What it is now.
    pub state: GapState,
    /// Reason and words.
    pub reason: String,
    /// Who.
    pub by: String,
    /// When.
    pub at: Instant,
}

impl GapMark {
    /// Whether it is about the gap of this key, former key and due time. One under a former key is about every run of the clock that was
    /// due when it was made, and about none that came later.
    pub fn is_of(&self, key: &str, former: Option<&str>, due: Option<&Instant>) -> bool {
        self.key == key || former == Some(self.key.as_str()) && due.is_none_or(|due| *due <= self.at)
    }
}

/// One node of the tree that says why an item fired, or why not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// What was asked ("creatinine rose by at least 0.3 mg/dL within 48 h").
    pub label: String,
    /// `yes`, `no` or `cannot tell`.
    pub outcome: Outcome,
    /// Values, thresholds, times, words ("1.0 (17 Nov 14:30) → 2.4 (19 Nov 05:10): +1.4 in 38.7 h").
    pub detail: String,
    /// The parts it was decided from.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub parts: Vec<Explanation>,
}

/// Three-valued: missing data are said, not guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It holds.
    Yes,
    /// It does not.
    No,
    /// The data do not say.
    CannotTell,
}

/// Who approved a version of an item's thresholds for this house, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// The item.
    pub item: String,
    /// The version that was approved; another one is a draft again.
    pub version: u32,
    /// The fingerprint of what was approved: a site's item of the same name and version is another rule. Empty in approvals of before.
    #[serde(default)]
    pub content: String,
    /// Who.
    pub by: String,
    /// The day.
    pub on: String,
}
