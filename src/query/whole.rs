//! What the whole chart says for and against an answer, whether the query quotes it or not: a diagnosis that the notes deny is not offered,
//! nor one that a value rules out; an organism that grew is.

use super::companions::Record;
use super::lint::words::{Patterns, Token, last_before, tokens};
use super::lint::{concepts, vocabularies};
use super::naming::same_name;
use super::template::TemplateOption;
use crate::chart::{Evidence, Value};
use crate::reading::{Assertion, read_marks, read_terms};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::OnceLock;

const SHIPPED: &str = include_str!("../../templates/organisms.toml");

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    grown: Vec<String>,
    nothing_grew: Vec<String>,
    begins_with_nothing: Vec<String>,
    organism: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    #[serde(rename = "source")]
    _source: String,
    patterns: Vec<String>,
    #[serde(default)]
    of: Vec<String>,
}

/// Organisms as an answer names them, and how a result says that one grew.
struct Organisms {
    grown: Patterns,
    nothing_grew: Patterns,
    begins_with_nothing: Patterns,
    all: Vec<(Entry, Patterns)>,
}

/// The file is compiled in and a test parses it, so the empty fallback is never seen.
fn organisms() -> &'static Organisms {
    static ONCE: OnceLock<Organisms> = OnceLock::new();
    ONCE.get_or_init(|| {
        let file: File = toml::from_str(SHIPPED).unwrap_or_default();
        let all = file.organism.into_iter().map(|e| (Patterns::new(&e.patterns), e)).map(|(p, e)| (e, p)).collect();
        let (nothing_grew, begins_with_nothing) = (Patterns::new(&file.nothing_grew), Patterns::new(&file.begins_with_nothing));
        Organisms { grown: Patterns::new(&file.grown), nothing_grew, begins_with_nothing, all }
    })
}

/// The organisms that words name, whatever is said of them.
pub(super) fn organisms_in(words: &[Token]) -> Vec<&'static str> {
    organisms().all.iter().filter(|(_, patterns)| patterns.any(words)).map(|(entry, _)| entry.name.as_str()).collect()
}

/// The organisms that the quoted results say grew. Of an organism and a kind of it, the kind is meant.
pub(super) fn grown(evidence: &[&Evidence], source: &dyn Fn(&str) -> Option<String>) -> Vec<String> {
    let mut found: BTreeSet<usize> = BTreeSet::new();
    for item in evidence {
        let words = super::standing::spoken(&[item], source);
        if organisms().grown.any(&words) {
            // "No growth of Pseudomonas": the denial stands before the name.
            let negation = vocabularies().get("negation");
            let stands = |p: &Patterns| {
                p.find(&words).iter().any(|f| !negation.any(words.get(f.first.saturating_sub(4)..f.first).unwrap_or_default()))
            };
            let here = organisms().all.iter().enumerate().filter(|(_, (_, patterns))| stands(patterns));
            found.extend(here.map(|(at, _)| at));
        }
    }
    let named: Vec<&Entry> = found.iter().filter_map(|at| organisms().all.get(*at)).map(|(entry, _)| entry).collect();
    let narrower = |e: &Entry| named.iter().any(|other| other.of.contains(&e.name));
    named.iter().filter(|e| !narrower(e)).map(|e| e.name.clone()).collect()
}

/// Whether the words of a culture say that nothing grew, or nothing yet.
pub(super) fn nothing_grew(result: &[Token]) -> bool {
    organisms().nothing_grew.any(result) || organisms().begins_with_nothing.any(result.get(..1).unwrap_or_default())
}

/// The numbers of a measure in the stay: its values, and what the notes give.
pub(super) fn numbers(names: &Patterns, record: Record<'_>) -> Vec<f64> {
    let value = |o: &crate::chart::Observation| match &o.value {
        Some(Value::Quantity(q)) if names.any(&tokens(&o.name)) => Some(q.value),
        _ => None,
    };
    let mut out: Vec<f64> = record.chart.observations.iter().filter_map(value).collect();
    for (_, reading) in record.notes() {
        let of_name = reading.measurements.iter().filter(|m| names.any(&tokens(&m.name.replace('_', " "))));
        out.extend(of_name.map(|m| m.value));
    }
    out
}

/// The answers whose diagnosis the providers' notes deny and nowhere state, by their place. `condition` is what the gap is about: that it is
/// missing is known already.
pub(super) fn denied(options: &[TemplateOption], condition: Option<&str>, record: Record<'_>) -> BTreeSet<usize> {
    let own = condition.map(crate::checklist::condition_name).unwrap_or_default();
    let names: Vec<Vec<String>> =
        options.iter().map(|o| named(&o.text).into_iter().filter(|name| own.is_empty() || !same_name(name, &own)).collect()).collect();
    let mut terms: Vec<String> = names.concat();
    terms.sort();
    terms.dedup();
    if terms.is_empty() {
        return BTreeSet::new();
    }
    let mut stated: BTreeSet<String> = BTreeSet::new();
    let mut away: BTreeSet<String> = BTreeSet::new();
    for (document, reading) in record.notes().filter(|(d, r)| d.is_providers(r.document_type)) {
        for term in read_terms(&document.text, &terms) {
            // "Sepsis ruled out" in the plan is the reader's own word for it, where it knows the condition.
            let known = reading.mentions.iter().find(|m| m.start <= term.start && term.end <= m.end).map(|m| m.assertion);
            match known.unwrap_or(term.assertion) {
                Assertion::Negated => away.insert(term.term),
                Assertion::Family | Assertion::Hypothetical => false,
                Assertion::Present | Assertion::Possible | Assertion::Historical => stated.insert(term.term),
            };
        }
    }
    let out =
        |names: &Vec<String>| !names.is_empty() && names.iter().any(|n| away.contains(n)) && !names.iter().any(|n| stated.contains(n));
    names.iter().enumerate().filter(|(_, names)| out(names)).map(|(at, _)| at).collect()
}

/// The diagnoses that an answer gives, with the other names of the same; not those that it says are not there.
fn named(option: &str) -> Vec<String> {
    let words = tokens(option);
    let negation = vocabularies().get("negation");
    let stands = |start: usize| !negation.any(last_before(&words, start, 3));
    let known = concepts().find(&words).into_iter().filter(|n| stands(n.span.start)).map(|n| n.span.of(option).to_lowercase());
    let read = read_marks(option).mentions.into_iter().filter(|m| stands(m.start)).map(|m| m.text.to_lowercase());
    let mut out: Vec<String> = known.chain(read).collect();
    let more: Vec<String> = out.iter().flat_map(|name| super::naming::names_of(name)).collect();
    out.extend(more);
    out.sort();
    out.dedup();
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::chart::{DocumentType, TextEvidence};

    fn grew(text: &str) -> Vec<String> {
        let evidence = Evidence::Text(TextEvidence {
            document: "n".into(),
            start: 0,
            end: text.len(),
            quote: text.into(),
            date: None,
            author: None,
            document_type: DocumentType::ProgressNote,
            opening: false,
        });
        grown(&[&evidence], &|_| Some(text.to_owned()))
    }

    #[test]
    fn the_shipped_organisms_parse_and_a_kind_names_one_of_them() {
        let file: File = toml::from_str(SHIPPED).unwrap();
        let names: BTreeSet<&String> = file.organism.iter().map(|o| &o.name).collect();
        assert_eq!(names.len(), file.organism.len());
        assert!(file.organism.iter().flat_map(|o| &o.of).all(|of| names.contains(of)));
    }

    /// "Gram-negative rods" were read as a negative culture.
    #[test]
    fn gram_negative_rods_were_no_growth() {
        for (result, nothing) in [
            ("Gram-negative rods, 1 of 2 sets, at 19 h", false),
            ("Escherichia coli, 2 of 2 bottles", false),
            ("Negative", true),
            ("No growth at 48 h", true),
            ("Collected, pending", true),
            ("Mixed flora, probable contaminant", true),
        ] {
            assert_eq!(nothing_grew(&tokens(result)), nothing, "{result}");
        }
    }

    /// The culture named the organism, and the answers were "aspiration" and "organism unknown".
    #[test]
    fn an_organism_that_grew_was_not_offered() {
        for (text, expected) in [
            (
                "Sputum and blood cultures were positive for Staphylococcus aureus, oxacillin sensitive.",
                vec!["methicillin-sensitive Staphylococcus aureus"],
            ),
            ("Sputum culture grew MRSA.", vec!["methicillin-resistant Staphylococcus aureus"]),
            ("BAL culture: Pseudomonas aeruginosa, 2+.", vec!["Pseudomonas aeruginosa"]),
            ("Sputum culture: no growth of Pseudomonas aeruginosa.", vec![]),
            ("Cefepime to cover Pseudomonas.", vec![]),
            ("MRSA nares screen sent.", vec![]),
        ] {
            assert_eq!(grew(text), expected, "{text}");
        }
    }
}
