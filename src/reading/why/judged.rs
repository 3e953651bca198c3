//! Why the note counts as the document it is, and where each element was found.

use super::super::document_type::{DocumentTypes, judge};
use super::super::elements::{ElementRules, Found, found};
use super::super::model::{Presence, Reading, Section};
use super::{none, quoted};
use crate::chart::DocumentType;
use std::fmt::Write;

/// How many places of a reason a line shows.
const PLACES: usize = 3;

/// The type, what every type got, and the rules that spoke for the first two.
pub(super) fn document_type(out: &mut String, text: &str, reading: &Reading) {
    let judged = judge(text, &reading.sections, None, DocumentTypes::shipped());
    let _ = writeln!(out, "\nDocument type: {}", reading.document_type.name());
    if reading.document_type != judged.document_type {
        let _ = writeln!(out, "  named by the sender; from its content it would be {}", judged.document_type.name());
    }
    let mut points: Vec<(DocumentType, i32)> = judged.points.iter().copied().filter(|(_, sum)| *sum > 0).collect();
    points.sort_by_key(|(_, sum)| -sum);
    let line: Vec<String> = points.iter().map(|(t, sum)| format!("{} {sum}", t.name())).collect();
    let _ = writeln!(out, "  points: {}", if line.is_empty() { "none; no rule speaks for any type".to_owned() } else { line.join(", ") });
    for (document_type, _) in points.iter().take(2) {
        for reason in judged.reasons.iter().filter(|r| r.document_type == *document_type) {
            let places: Vec<String> = reason.at.iter().take(PLACES).map(|span| quoted(span.of(text))).collect();
            let more = reason.at.len().saturating_sub(PLACES);
            let _ = write!(out, "  {:<22} {:>+3}  {}", document_type.name(), reason.weight, reason.why);
            if !places.is_empty() {
                let _ = write!(out, " ({}{})", places.join(", "), if more > 0 { format!(" and {more} more") } else { String::new() });
            }
            out.push('\n');
        }
    }
}

/// The sections: what each heading stands for.
pub(super) fn sections(out: &mut String, sections: &[Section]) {
    let _ = writeln!(out, "\nSections");
    for section in sections {
        let name = match &section.within {
            Some(parent) => format!("{parent} > {}", section.section),
            None => section.section.clone(),
        };
        let heading = if section.heading.is_empty() { "before the first heading".to_owned() } else { quoted(&section.heading) };
        let _ = writeln!(out, "  {:>5}  {name:<42} {heading}", section.start);
    }
    none(out, sections.is_empty());
}

/// What the document must hold, in the order of the list, and what else the note speaks of.
pub(super) fn elements(out: &mut String, text: &str, reading: &Reading) {
    let rules = ElementRules::shipped();
    let all = found(text, &reading.sections, &reading.sentences, reading.document_type, rules);
    let own = rules.of(reading.document_type);
    if !own.is_empty() {
        let _ = writeln!(out, "\nElements that this document must hold");
        for (name, found) in own.iter().filter_map(|name| all.get_key_value(name)) {
            element(out, text, name, *found);
        }
    }
    let mut others = all.iter().filter(|(name, _)| !own.contains(name)).peekable();
    if others.peek().is_some() {
        let _ = writeln!(out, "\nAlso spoken of, though other documents ask for it");
        for (name, found) in others {
            element(out, text, name, *found);
        }
    }
}

fn element(out: &mut String, text: &str, name: &str, found: Found) {
    let _ = write!(out, "  {name:<26} ");
    let words = found.at.map(|span| (span.of(text), span.start));
    let _ = match (found.presence, words) {
        (Presence::Present, Some(("", _))) => writeln!(out, "present  before the first heading"),
        (Presence::Present, Some((words, at))) if found.by_heading => writeln!(out, "present  under {} at {at}", quoted(words)),
        (Presence::Present, Some((words, at))) => writeln!(out, "present  by {} at {at}", quoted(words)),
        (Presence::Present, None) => writeln!(out, "present"),
        (Presence::Empty, Some((words, at))) => writeln!(out, "empty    nothing of use under {} at {at}", quoted(words)),
        (Presence::Empty, None) => writeln!(out, "empty"),
        (Presence::Absent, _) => writeln!(out, "absent"),
    };
}
