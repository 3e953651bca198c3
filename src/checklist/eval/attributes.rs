//! Conditions that are documented without what coding needs.

use super::aside::aside;
use super::leaf::{attribute_of, counts, in_sections};
use super::{Finding, Verdict, describe, node, yes_if};
use crate::checklist::check::Attributes;
use crate::checklist::facts::{Facts, Said};
use crate::checklist::indicator::Author;
use crate::checklist::item::Item;
use crate::checklist::proof::sentence;
use crate::checklist::words::has_word;
use crate::checklist::{Outcome, Searched};
use crate::reading::Assertion;
use std::collections::BTreeSet;

pub(super) fn run(check: &Attributes, item: &Item, facts: &Facts<'_>) -> Verdict {
    let condition = item.condition.as_deref().unwrap_or_default();
    let name = describe::name(condition);
    let named: Vec<&Said<'_>> = facts
        .said(condition)
        .iter()
        .filter(|said| said.provider && said.mention.assertion == Assertion::Present)
        .filter(|said| check.sections.is_empty() || in_sections(said, &check.sections))
        .collect();
    let asked: Vec<&Said<'_>> = named.iter().copied().filter(|said| aside(check, said, facts).is_none()).collect();
    let label = format!("{name} is documented as present by a provider");
    let Some(first) = asked.first() else {
        let detail = match named.first().and_then(|said| aside(check, said, facts)) {
            Some(why) => why,
            None => format!("no such words in {}", describe::documents(facts.documents().count())),
        };
        return Verdict { findings: Vec::new(), tree: node(label, Outcome::No, detail, Vec::new()) };
    };
    let place = describe::place(first.document, first.reading);
    let mut parts = vec![node(label, Outcome::Yes, format!("\"{}\" in {place}", first.mention.text), Vec::new())];
    let mut missing = Vec::new();
    for attribute in &check.attributes {
        let stated = stated(check, facts, condition, attribute);
        let detail = stated.clone().unwrap_or_else(|| "not stated".to_owned());
        parts.push(node(
            format!("its {} is not stated anywhere in the stay", describe::name(attribute)),
            yes_if(stated.is_none()),
            detail,
            Vec::new(),
        ));
        if stated.is_none() {
            missing.push(attribute.clone());
        }
    }
    if missing.is_empty() {
        return Verdict {
            findings: Vec::new(),
            tree: node(format!("{name} lacks what coding needs"), Outcome::No, "all is stated", parts),
        };
    }
    let mut finding = Finding { missing: missing.clone(), ..Finding::default() };
    let mut shown = BTreeSet::new();
    for said in asked.iter().filter(|said| !said.copied || std::ptr::eq(**said, *first)) {
        if finding.evidence.len() < 4 && shown.insert(said.document.identifier.as_str()) {
            finding.evidence.push(facts.proof(said));
        }
    }
    finding.name("words", &first.mention.text);
    finding.name("count", describe::documents(asked.iter().map(|s| s.document.identifier.as_str()).collect::<BTreeSet<_>>().len()));
    if let Some(author) = &first.document.author {
        finding.name("author", author.display());
    }
    let documents: Vec<String> =
        facts.documents().filter(|(d, r)| counts(Author::Provider, d, r)).map(|(d, _)| d.identifier.clone()).collect();
    for attribute in &missing {
        finding.searched.push(Searched {
            what: format!("{} of {name}", describe::name(attribute)),
            r#where: describe::count(documents.len(), "provider's document", "providers' documents"),
            documents: documents.clone(),
        });
    }
    Verdict { findings: vec![finding], tree: node(format!("{name} lacks what coding needs"), Outcome::Yes, "", parts) }
}

/// The words after a mention: to the end of its sentence, and the next one where it goes on with the same ("Likely due to ...").
fn following<'d>(said: &Said<'d>, facts: &Facts<'_>) -> &'d str {
    let text = said.document.text.as_str();
    let own = sentence(said.document, said.reading, said.mention.start);
    let end = (own.as_ptr() as usize + own.len()).saturating_sub(text.as_ptr() as usize).max(said.mention.end);
    let next = said.reading.sentences.iter().find(|next| next.start >= end);
    let goes_on = |next: &&crate::chart::Span| {
        let words = next.of(text).trim_start();
        let opens = |start: &String| words.get(..start.len()).is_some_and(|opening| opening.eq_ignore_ascii_case(start));
        facts.words("goes_on").iter().any(opens)
    };
    let end = next.filter(goes_on).map_or(end, |next| next.end);
    text.get(said.mention.end..end).unwrap_or_default()
}

/// Where an attribute is stated, in words for the explanation.
fn stated(check: &Attributes, facts: &Facts<'_>, condition: &str, attribute: &str) -> Option<String> {
    let anybody = check.anybody.iter().any(|name| name == attribute);
    let counts =
        |said: &&Said<'_>| (anybody || said.provider) && matches!(said.mention.assertion, Assertion::Present | Assertion::Possible);
    for said in facts.said(condition).iter().filter(counts) {
        if let Some(value) = attribute_of(said, attribute) {
            return Some(format!("{} in {}", describe::name(value), describe::place(said.document, said.reading)));
        }
    }
    for other in check.stated_by.iter().filter(|other| other.attribute == attribute) {
        if let Some(said) = other.concepts.iter().find_map(|concept| facts.said(concept).iter().find(counts)) {
            return Some(format!("\"{}\" in {}", said.mention.text, describe::place(said.document, said.reading)));
        }
        // Words state it beside the condition, or anywhere in a note that names it.
        for said in facts.said(condition).iter().filter(counts) {
            let around = match (other.anywhere, other.after) {
                (true, _) => said.document.text.as_str(),
                (false, true) => following(said, facts),
                (false, false) => sentence(said.document, said.reading, said.mention.start),
            };
            let beside = other.near.is_empty() || other.near.iter().any(|word| has_word(around, word));
            if let Some(word) = other.words.iter().find(|word| beside && has_word(around, word)) {
                return Some(format!("\"{word}\" in {}", describe::place(said.document, said.reading)));
            }
        }
    }
    facts.problems(condition).find_map(|(problem, mention)| {
        mention.attributes.get(attribute).map(|value| format!("{} in the encounter diagnosis \"{}\"", describe::name(value), problem.name))
    })
}
