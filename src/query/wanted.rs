//! What a provider needs to see beside the proof of a gap (`templates/evidence.toml`): by item, kind and condition, and by the template that
//! serves. What goes with a condition is the same whether it is asked about as missing, imprecise, contradicted or unsupported.

use super::lint::words::Patterns;
use super::template::{Template, ValueRange};
use crate::checklist::{Gap, GapKind};
use crate::names::name_of;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::OnceLock;

const SHIPPED: &str = include_str!("../../templates/evidence.toml");

#[derive(Default, Deserialize)]
struct File {
    apart: Vec<String>,
    passed_over: Vec<String>,
    asked_for: Vec<String>,
    stopped: Vec<String>,
    pictures: Vec<String>,
    most_words: usize,
    most_values: usize,
    most_treatments: usize,
    most_usual: usize,
    asked: BTreeMap<String, String>,
    evidence: BTreeMap<String, Set>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Set {
    #[serde(rename = "source")]
    _source: String,
    #[serde(default)]
    also: Vec<String>,
    #[serde(default)]
    conditions: Vec<String>,
    #[serde(default)]
    values: Vec<ValueRange>,
    #[serde(default)]
    words: Vec<String>,
    #[serde(default)]
    reports: Vec<String>,
    #[serde(default)]
    earlier: Vec<String>,
    #[serde(default)]
    treatment: Vec<String>,
    #[serde(default)]
    stay: bool,
}

/// The table, and its limits.
pub(super) struct Table {
    sets: BTreeMap<String, Set>,
    asked: BTreeMap<String, String>,
    /// Materials of a measure that is meant only where a name says so.
    pub(super) apart: Patterns,
    /// Sections that tell nothing of the stay.
    pub(super) passed_over: Vec<String>,
    /// Labels of lines that say why something was asked for.
    pub(super) asked_for: Vec<String>,
    /// What a sentence about pictures names.
    pub(super) pictures: Patterns,
    /// How notes say that a drug was stopped; `{drug}` stands for its name.
    pub(super) stopped: Vec<String>,
    /// At most so many of each are brought.
    pub(super) most: Most,
}

/// How many of each kind are brought.
#[derive(Clone, Copy)]
pub(super) struct Most {
    pub(super) words: usize,
    pub(super) values: usize,
    pub(super) treatments: usize,
    /// The first ranges of which a usual value is shown where no other is there.
    pub(super) usual: usize,
}

/// The shipped table. The file is compiled in and a test parses it, so the empty fallback is never seen.
pub(super) fn table() -> &'static Table {
    static ONCE: OnceLock<Table> = OnceLock::new();
    ONCE.get_or_init(|| {
        let file: File = toml::from_str(SHIPPED).unwrap_or_default();
        Table {
            sets: file.evidence,
            asked: file.asked,
            apart: Patterns::new(&file.apart),
            passed_over: file.passed_over,
            asked_for: file.asked_for,
            stopped: file.stopped,
            pictures: Patterns::new(&file.pictures),
            most: Most { words: file.most_words, values: file.most_values, treatments: file.most_treatments, usual: file.most_usual },
        }
    })
}

/// How a question names what a gap lacks, where the name of it does not do.
pub(super) fn asked(missing: &str) -> Option<&'static str> {
    table().asked.get(missing).map(String::as_str)
}

/// Everything that is wanted for one gap, what matters most first.
#[derive(Default)]
pub(super) struct Wanted<'t> {
    /// Conditions of which a provider's words are quoted.
    pub(super) conditions: Vec<&'t str>,
    /// Ranges of values.
    pub(super) values: Vec<&'t ValueRange>,
    /// Patterns of which the best sentence is quoted.
    pub(super) words: Vec<&'t str>,
    /// The same of a report of pictures or tissue, whatever a note says of it: what two providers read differently is shown itself.
    pub(super) reports: Vec<&'t str>,
    /// The same in an earlier stay.
    pub(super) earlier: Vec<&'t str>,
    /// Drugs, orders and procedures.
    pub(super) treatment: Vec<&'t str>,
    /// The order to admit.
    pub(super) stay: bool,
    /// Usual values too: a documented diagnosis is questioned, and they speak against it.
    pub(super) usual_too: bool,
}

impl<'t> Wanted<'t> {
    /// What a gap and its template ask for.
    pub(super) fn of(gap: &Gap, template: Option<&'t Template>) -> Self {
        let mut out = Self { usual_too: gap.kind == GapKind::Unsupported, ..Self::default() };
        if let Some(template) = template {
            out.conditions.extend(template.with.iter().map(String::as_str));
            out.values.extend(&template.with_values);
            out.words.extend(template.with_words.iter().map(String::as_str));
            out.treatment.extend(template.with_treatment.iter().map(String::as_str));
        }
        let kind = name_of(&gap.kind);
        out.add(&gap.item);
        if let Some(condition) = gap.condition.as_deref().filter(|_| !about_documents(gap.kind)) {
            out.add(&format!("{kind}.{condition}"));
            out.add(condition);
            out.add(condition.strip_prefix("term.").unwrap_or_default());
        }
        out.add(&kind);
        out
    }

    fn add(&mut self, name: &str) {
        let Some(set) = table().sets.get(name) else { return };
        extend(&mut self.conditions, set.conditions.iter().map(String::as_str));
        self.values.extend(&set.values);
        extend(&mut self.words, set.words.iter().map(String::as_str));
        extend(&mut self.reports, set.reports.iter().map(String::as_str));
        extend(&mut self.earlier, set.earlier.iter().map(String::as_str));
        extend(&mut self.treatment, set.treatment.iter().map(String::as_str));
        self.stay |= set.stay;
        set.also.iter().for_each(|name| self.add(name));
    }
}

fn extend<'t>(list: &mut Vec<&'t str>, more: impl Iterator<Item = &'t str>) {
    for one in more {
        if !list.contains(&one) {
            list.push(one);
        }
    }
}

/// Whether a gap is about a document and not about what is the matter with the patient.
pub(super) fn about_documents(kind: GapKind) -> bool {
    matches!(kind, GapKind::MissingDocument | GapKind::Overdue | GapKind::MissingElement | GapKind::Copied | GapKind::Unsigned)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_table_parses_and_every_name_in_it_is_known() {
        let file: File = toml::from_str(SHIPPED).unwrap();
        let conditions: Vec<String> = crate::checklist::Packs::shipped().items().filter_map(|(_, item)| item.condition.clone()).collect();
        let items: Vec<&str> = crate::checklist::Packs::shipped().items().map(|(_, item)| item.id.as_str()).collect();
        let known = |name: &str| {
            let condition = name.split_once('.').filter(|(kind, _)| *kind != "term").map_or(name, |(_, condition)| condition);
            let plain = condition.strip_prefix("term.").unwrap_or(condition);
            let named = conditions.iter().any(|c| c.strip_prefix("term.").unwrap_or(c) == plain);
            named || items.contains(&name) || ["missing_document", "overdue", "poa_unclear"].contains(&name) || has_template(name)
        };
        let strangers: Vec<&String> = file.evidence.keys().filter(|name| !known(name)).collect();
        assert_eq!(strangers, Vec::<&String>::new());
        for (name, set) in &file.evidence {
            // One step: a set that another takes along takes none along.
            let takes = |other: &String| file.evidence.get(other).is_some_and(|s| s.also.is_empty());
            assert!(set.also.iter().all(takes), "{name}");
        }
        assert!(file.most_words > 0 && file.most_values > 0 && file.most_treatments > 0 && file.most_usual > 0);
    }

    fn has_template(condition: &str) -> bool {
        crate::query::templates().all().iter().any(|t| t.conditions.iter().any(|c| c == condition))
    }
}
