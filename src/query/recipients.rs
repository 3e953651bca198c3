//! Who a query about an encounter can go to.

use super::Recipient;
use super::lint::vocabularies;
use super::lint::words::tokens;
use crate::chart::{Chart, Document, DocumentType, Location, Provider, Role};
use std::collections::BTreeSet;

/// Everybody of an encounter that a query can go to: attending, consultants, and the providers who wrote in it.
pub fn recipients(chart: &Chart) -> Vec<Recipient> {
    let attending = chart.encounter.attending.iter().map(|p| (p, "attending"));
    let consultants = chart.encounter.participants.iter().map(|p| (p, "consultant"));
    let authors = chart.documents.iter().filter_map(|d| d.author.as_ref()).filter(|a| a.role.is_provider()).map(|p| (p, "author"));
    let mut all: Vec<Recipient> = Vec::new();
    for (provider, role) in attending.chain(consultants).chain(authors) {
        if let Some(name) = provider.name.as_ref().filter(|n| !n.trim().is_empty())
            && !all.iter().any(|r| r.name == *name)
        {
            all.push(Recipient { name: name.clone(), identifier: provider.identifier.clone(), role: role.to_owned() });
        }
    }
    all
}

/// Who answers for the patient now: the attending of the record; or, where the patient was moved and the attending neither wrote nor signed
/// anything since, the physician who writes the progress notes there. A record's attending often stays whoever admitted. A consultant's
/// notes make nobody responsible.
pub fn responsible(chart: &Chart) -> Option<&Provider> {
    let attending = chart.encounter.attending.as_ref();
    let places = &chart.encounter.locations;
    let moves = places.windows(2).filter(|w| matches!(w, [from, to] if Location::unit(&from.name) != Location::unit(&to.name)));
    let moved = moves.filter_map(|w| w.last().and_then(|to| to.start)).max();
    let Some((attending, moved)) = attending.zip(moved) else { return attending };
    let after: Vec<&Document> = chart.documents.iter().filter(|d| d.time.is_some_and(|t| t >= moved)).collect();
    let is = |one: &Provider, other: &Provider| match (&one.identifier, &other.identifier) {
        (Some(a), Some(b)) => a == b,
        _ => one.name.is_some() && one.name == other.name,
    };
    if after.iter().any(|d| d.author.iter().chain(&d.signer).any(|p| is(p, attending))) {
        return Some(attending);
    }
    let consults = |p: &Provider| {
        let asked = chart.encounter.participants.iter().any(|c| is(c, p));
        let wrote = |d: &Document| d.document_type == Some(DocumentType::Consultation) && d.author.as_ref().is_some_and(|a| is(a, p));
        asked || chart.documents.iter().any(wrote)
    };
    let notes = after.iter().filter(|d| d.document_type == Some(DocumentType::ProgressNote));
    let newest = notes.filter(|d| d.author.as_ref().is_some_and(|a| a.role == Role::Physician && a.name.is_some() && !consults(a)));
    newest.max_by_key(|d| d.time).and_then(|d| d.author.as_ref()).or(Some(attending))
}

/// Whether two spellings can name one person: "Dr Chen" and "Chen, Lin, MD" can.
pub fn same_person(one: &str, other: &str) -> bool {
    let parts = |name: &str| -> BTreeSet<String> {
        let words = tokens(name);
        let around = vocabularies().get("honorific").find(&words);
        let kept = words.iter().filter(|t| t.text.chars().all(char::is_alphabetic) && !around.iter().any(|f| f.span.contains(t.span)));
        kept.map(|t| t.text.clone()).collect()
    };
    let (one, other) = (parts(one), parts(other));
    !other.is_empty() && (other.is_subset(&one) || (!one.is_empty() && one.is_subset(&other)))
}
