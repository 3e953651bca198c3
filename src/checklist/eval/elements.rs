//! The required parts of documents.

use super::procedures::is_of;
use super::{Finding, Verdict, describe, node};
use crate::chart::{Document, DocumentType};
use crate::checklist::check::{Elements, Exempt};
use crate::checklist::facts::{Facts, type_of};
use crate::checklist::proof::{clip, quote, whole};
use crate::checklist::words::has_word;
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

/// An element that a document lacks.
struct Lack<'c> {
    element: &'c str,
    presence: Presence,
    /// Only advised.
    advised: bool,
}

pub(super) fn run(check: &Elements, facts: &Facts<'_>) -> Verdict {
    let mut findings = Vec::new();
    let mut parts = Vec::new();
    let alone = facts.chart().encounter.implied;
    for (document, reading) in facts.documents() {
        // An addendum completes another document; it is not held to the whole list.
        if type_of(document, reading) != check.document || document.amends.is_some() {
            continue;
        }
        if check.only.as_ref().is_some_and(|kind| !is_of(kind, document, reading, facts)) {
            parts.push(node(describe::place(document, reading), Outcome::No, "another kind of document has this list", Vec::new()));
            continue;
        }
        let exempt: Vec<&Exempt> = check.unless.iter().filter(|exempt| is_of(&exempt.kind, document, reading, facts)).collect();
        if exempt.iter().any(|exempt| exempt.elements.is_empty()) {
            let detail = "nothing of it is asked of a document of this kind";
            parts.push(node(describe::place(document, reading), Outcome::No, detail, Vec::new()));
            continue;
        }
        let mut lacking = Vec::new();
        let elements = check.required.iter().map(|e| (e, false)).chain(check.advised.iter().map(|e| (e, true)));
        for (element, advised) in elements {
            let Some(presence) = lacks(check, reading, element) else { continue };
            // What is only advised, or kept in the record beside the text, belongs to a chart: of a note that came alone it is not
            // asked, unless its heading was left empty. A heading that points to the record ("see chart") was not.
            let kept = || presence == Presence::Absent || points_elsewhere(document, reading, element);
            if alone && (advised || check.in_record.contains(element)) && kept() {
                continue;
            }
            let asked = !exempt.iter().any(|exempt| exempt.elements.contains(element));
            if asked && elsewhere(check, element, facts).is_none() {
                lacking.push(Lack { element, presence, advised });
            }
        }
        if alone && document.document_type.is_none() && in_doubt(check, reading) {
            let detail = "the type was only judged, and the note holds too little of it";
            parts.push(node(describe::place(document, reading), Outcome::CannotTell, detail, Vec::new()));
            continue;
        }
        let outcome = if reading.elements.is_empty() { Outcome::CannotTell } else { super::yes_if(!lacking.is_empty()) };
        let names: Vec<String> = lacking.iter().map(|lack| said(lack.element)).collect();
        let detail = if lacking.is_empty() { "nothing lacking".to_owned() } else { format!("lacks {}", describe::list(&names)) };
        parts.push(node(describe::place(document, reading), outcome, detail, Vec::new()));
        // In a chart each element is chased by itself. A note that came alone has no chart to complete: one line says what it lacks.
        if alone && !lacking.is_empty() {
            findings.push(finding(check.document, document, reading, &lacking));
        } else {
            findings.extend(lacking.chunks(1).map(|one| finding(check.document, document, reading, one)));
        }
    }
    let label = format!("the {} holds all that it must", check.document.label());
    let doubt = parts.iter().any(|part| part.outcome == Outcome::CannotTell);
    let (outcome, detail) = match (parts.is_empty(), findings.is_empty()) {
        (true, _) => (Outcome::No, "no such document"),
        (false, true) if doubt => (Outcome::CannotTell, "not sure that it is one"),
        (false, true) => (Outcome::No, "yes"),
        (false, false) => (Outcome::Yes, "something lacks"),
    };
    Verdict { findings, tree: node(format!("not so: {label}"), outcome, detail, parts) }
}

/// How an element is lacking: not when it is there, nor when another one says as much (a patient who bore it well had no complication).
fn lacks(check: &Elements, reading: &Reading, element: &str) -> Option<Presence> {
    let there = |name: &str| reading.elements.get(name) == Some(&Presence::Present);
    let said = check.held_by.iter().any(|(held, by)| held == element && by.iter().any(|name| there(name)));
    reading.elements.get(element).copied().filter(|presence| *presence != Presence::Present && !said)
}

/// Whether a heading without the information says in words where it is, or why not, and is no blank.
fn points_elsewhere(document: &Document, reading: &Reading, element: &str) -> bool {
    let bodies = reading.sections.iter().filter(|s| s.section == element).filter_map(|s| document.text.get(s.body..s.end));
    let said = |word: &str| word.len() > 2 && !word.bytes().all(|b| b.eq_ignore_ascii_case(&b'x'));
    bodies.flat_map(|body| body.split(|c: char| !c.is_alphabetic())).any(said)
}

/// Whether a note is so unlike its judged type that what it lacks says nothing.
fn in_doubt(check: &Elements, reading: &Reading) -> bool {
    let told = |words: &String| reading.sections.iter().any(|section| has_word(&section.heading, words));
    let asked = check.required.iter().filter(|element| !check.in_record.contains(element));
    let held = asked.filter(|element| reading.elements.get(*element) == Some(&Presence::Present)).count();
    held < check.least_held || !check.told_by.is_empty() && !check.told_by.iter().any(told)
}

fn finding(document_type: DocumentType, document: &Document, reading: &Reading, lacking: &[Lack<'_>]) -> Finding {
    let mut evidence = Vec::new();
    for lack in lacking.iter().filter(|lack| lack.presence == Presence::Empty) {
        if let Some(section) = reading.sections.iter().find(|s| s.section == lack.element) {
            let text = document.text.get(section.start..section.end).unwrap_or_default();
            evidence.push(quote(document, reading, section.start, section.start + clip(text.trim_end(), 120).len()));
        }
    }
    if evidence.is_empty() {
        evidence.push(whole(document, reading));
    }
    let searched = |lack: &Lack<'_>| Searched {
        what: said(lack.element),
        r#where: format!("the whole {}, under a heading or not", document_type.label()),
        documents: vec![document.identifier.clone()],
    };
    let mut found = Finding {
        element: lacking.first().filter(|_| lacking.len() == 1).map(|lack| lack.element.to_owned()),
        document_type: Some(document_type.name().to_owned()),
        missing: lacking.iter().map(|lack| lack.element.to_owned()).collect(),
        severity: lacking.iter().all(|lack| lack.advised).then_some(Severity::Info),
        evidence,
        searched: lacking.iter().map(searched).collect(),
        ..Finding::default()
    };
    let names: Vec<String> = lacking.iter().map(|lack| said(lack.element)).collect();
    found.name("element", describe::list(&names));
    found.name("document", document_type.label());
    let empty = lacking.iter().filter(|lack| lack.presence == Presence::Empty).count();
    let value = match empty {
        0 => "not there",
        all if all == lacking.len() => "left empty",
        _ => "not there or left empty",
    };
    found.name("value", value);
    if let Some(time) = document.time {
        found.name("date", time.display());
    }
    if let Some(author) = &document.author {
        found.name("author", author.display());
    }
    found
}
