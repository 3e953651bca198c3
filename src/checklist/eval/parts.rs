//! The parts that a document must have, where the reader knows no elements of its kind.

use super::wanted::is_wanted;
use super::{Finding, Verdict, describe, node, yes_if};
use crate::chart::Document;
use crate::checklist::check::{Part, Parts};
use crate::checklist::facts::{Facts, role, type_of};
use crate::checklist::proof::whole;
use crate::checklist::{Outcome, Searched, Severity};
use crate::reading::{Presence, Reading};

/// Whether a part shows in a document.
fn shows(part: &Part, document: &Document, reading: &Reading, facts: &Facts<'_>) -> bool {
    let filled = |name: &String| {
        reading.sections.iter().any(|s| {
            let body = document.text.get(s.body..s.end).unwrap_or_default();
            (s.section == *name || s.within.as_deref() == Some(name)) && body.chars().any(char::is_alphanumeric)
        })
    };
    part.elements.iter().any(|element| reading.elements.get(element) == Some(&Presence::Present))
        || part.sections.iter().any(filled)
        || part.values.iter().any(|value| reading.measurements.iter().any(|m| m.name == *value))
        || part.concepts.iter().any(|concept| reading.mentions.iter().any(|m| m.concept == *concept))
        || facts.holds_one(document, &part.words)
}

pub(super) fn run(check: &Parts, facts: &Facts<'_>) -> Verdict {
    let mut findings = Vec::new();
    let mut trees = Vec::new();
    for (document, reading) in facts.documents() {
        let theirs = check.roles.is_empty() || check.roles.contains(&role(document));
        if !theirs || document.amends.is_some() || !is_wanted(&check.wanted, document, reading) {
            continue;
        }
        let lacking: Vec<&Part> = check.parts.iter().filter(|part| !shows(part, document, reading, facts)).collect();
        if check.parts.len() - lacking.len() < check.min_found {
            let detail = format!("{} of {} parts: an excerpt", check.parts.len() - lacking.len(), check.parts.len());
            trees.push(node(describe::place(document, reading), Outcome::CannotTell, detail, Vec::new()));
            continue;
        }
        findings.extend(lacking.iter().map(|part| finding(check, part, document, reading)));
        let names: Vec<String> = lacking.iter().map(|part| describe::name(&part.name)).collect();
        let detail = if names.is_empty() { "nothing lacking".to_owned() } else { format!("lacks {}", describe::list(&names)) };
        trees.push(node(describe::place(document, reading), yes_if(!names.is_empty()), detail, Vec::new()));
    }
    let (outcome, detail) = match (trees.is_empty(), findings.is_empty()) {
        (true, _) => (Outcome::No, "no such document"),
        (false, true) => (Outcome::No, "nothing lacks"),
        (false, false) => (Outcome::Yes, "something lacks"),
    };
    Verdict { findings, tree: node(format!("not so: the {} holds all that it must", check.wanted.name), outcome, detail, trees) }
}

fn finding(check: &Parts, part: &Part, document: &Document, reading: &Reading) -> Finding {
    let said = describe::name(&part.name);
    let mut found = Finding {
        element: Some(part.name.clone()),
        document_type: Some(type_of(document, reading).name().to_owned()),
        missing: vec![part.name.clone()],
        severity: part.advised.then_some(Severity::Info),
        evidence: vec![whole(document, reading)],
        searched: vec![Searched {
            what: said.clone(),
            r#where: format!("the whole {}, under a heading or not", check.wanted.name),
            documents: vec![document.identifier.clone()],
        }],
        ..Finding::default()
    };
    found.name("element", said);
    found.name("document", &check.wanted.name);
    found.name("value", "not there");
    if let Some(time) = document.time {
        found.name("date", time.display());
    }
    if let Some(author) = &document.author {
        found.name("author", author.display());
    }
    found
}
