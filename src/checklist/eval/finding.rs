//! What a check found, before it is a gap, and the nodes of its tree.

use crate::chart::{Evidence, Instant};
use crate::checklist::{Explanation, Outcome, Searched, Severity};
use std::collections::BTreeMap;

/// What a check found, before it is a gap.
#[derive(Clone, Debug, Default)]
pub(super) struct Finding {
    pub(super) condition: Option<String>,
    pub(super) element: Option<String>,
    pub(super) document_type: Option<String>,
    pub(super) missing: Vec<String>,
    pub(super) severity: Option<Severity>,
    pub(super) named: BTreeMap<String, String>,
    pub(super) evidence: Vec<Evidence>,
    pub(super) counter: Vec<Evidence>,
    pub(super) searched: Vec<Searched>,
    pub(super) due: Option<Instant>,
    /// What started its clock.
    pub(super) run: Option<String>,
    /// What its hours are counted from, where a stay has two beginnings.
    pub(super) counted: Option<String>,
}

impl Finding {
    pub(super) fn name(&mut self, key: &str, value: impl Into<String>) {
        self.named.insert(key.to_owned(), value.into());
    }
}

/// What a check says: its findings and its tree.
pub(super) struct Verdict {
    pub(super) findings: Vec<Finding>,
    pub(super) tree: Explanation,
}

/// A node of a tree.
pub(super) fn node(label: impl Into<String>, outcome: Outcome, detail: impl Into<String>, parts: Vec<Explanation>) -> Explanation {
    Explanation { label: label.into(), outcome, detail: detail.into(), parts }
}

/// Yes or no.
pub(super) fn yes_if(holds: bool) -> Outcome {
    if holds { Outcome::Yes } else { Outcome::No }
}
