//! Who a query about an encounter can go to.

use super::Recipient;
use super::lint::vocabularies;
use super::lint::words::tokens;
use crate::chart::Chart;
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
