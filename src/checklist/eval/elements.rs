//! The required parts of documents.

use super::{Finding, Verdict, describe, node};
use crate::chart::{Document, DocumentType};
use crate::checklist::check::Elements;
use crate::checklist::facts::{Facts, type_of};
use crate::checklist::proof::{clip, opening, quote};
use crate::checklist::{Outcome, Searched, Severity};
use crate::reading::{Presence, Reading};

/// How a person says an element.
fn said(element: &str) -> String {
    match element {
        "history_of_present_illness" => "history of present illness".to_owned(),
        "past_medical_history" => "past medical history".to_owned(),
        _ => describe::name(element),
    }
}

fn elsewhere(check: &Elements, element: &str, facts: &Facts<'_>) -> Option<String> {
    let (_, types) = check.elsewhere.iter().find(|(name, _)| name == element)?;
    let holds = |(document, reading): &(&Document, &Reading)| {
        types.contains(&type_of(document, reading)) && reading.elements.get(element) == Some(&Presence::Present)
    };
    facts.documents().find(holds).map(|(document, reading)| describe::place(document, reading))
}

pub(super) fn run(check: &Elements, facts: &Facts<'_>) -> Verdict {
    let mut findings = Vec::new();
    let mut parts = Vec::new();
    for (document, reading) in facts.documents() {
        // An addendum completes another document; it is not held to the whole list.
        if type_of(document, reading) != check.document || document.amends.is_some() {
            continue;
        }
        let mut lacking = Vec::new();
        let elements = check.required.iter().map(|e| (e, None)).chain(check.advised.iter().map(|e| (e, Some(Severity::Info))));
        for (element, severity) in elements {
            let Some(presence) = reading.elements.get(element).filter(|p| **p != Presence::Present) else { continue };
            // What is only advised belongs to a chart: of a note that came alone it is not asked, unless its heading was left empty.
            if severity.is_some() && facts.chart().encounter.implied && *presence == Presence::Absent {
                continue;
            }
            if elsewhere(check, element, facts).is_some() {
                continue;
            }
            lacking.push(said(element));
            findings.push(finding(check.document, document, reading, element, *presence, severity));
        }
        let outcome = if reading.elements.is_empty() { Outcome::CannotTell } else { super::yes_if(!lacking.is_empty()) };
        let detail = if lacking.is_empty() { "nothing lacking".to_owned() } else { format!("lacks {}", describe::list(&lacking)) };
        parts.push(node(describe::place(document, reading), outcome, detail, Vec::new()));
    }
    let label = format!("the {} holds all that it must", check.document.label());
    let (outcome, detail) = match (parts.is_empty(), findings.is_empty()) {
        (true, _) => (Outcome::No, "no such document"),
        (false, true) => (Outcome::No, "yes"),
        (false, false) => (Outcome::Yes, "something lacks"),
    };
    Verdict { findings, tree: node(format!("not so: {label}"), outcome, detail, parts) }
}

fn finding(
    document_type: DocumentType,
    document: &Document,
    reading: &Reading,
    element: &str,
    presence: Presence,
    severity: Option<Severity>,
) -> Finding {
    let heading = reading.sections.iter().find(|s| s.section == element && presence == Presence::Empty);
    let (start, end) = heading.map_or_else(
        || opening(&document.text),
        |section| {
            let text = document.text.get(section.start..section.end).unwrap_or_default();
            (section.start, section.start + clip(text.trim_end(), 120).len())
        },
    );
    let mut found = Finding {
        element: Some(element.to_owned()),
        document_type: Some(document_type.name().to_owned()),
        missing: vec![element.to_owned()],
        severity,
        evidence: vec![quote(document, reading, start, end)],
        searched: vec![Searched {
            what: said(element),
            r#where: format!("the whole {}, under a heading or not", document_type.label()),
            documents: vec![document.identifier.clone()],
        }],
        ..Finding::default()
    };
    found.name("element", said(element));
    found.name("document", document_type.label());
    found.name("value", if presence == Presence::Empty { "left empty" } else { "not there" });
    if let Some(time) = document.time {
        found.name("date", time.display());
    }
    if let Some(author) = &document.author {
        found.name("author", author.display());
    }
    found
}
