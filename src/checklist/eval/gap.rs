//! A finding becomes a gap: its title, its reason, its counter-evidence.

use super::{Finding, describe};
use crate::chart::Evidence;
use crate::checklist::facts::Facts;
use crate::checklist::item::{Item, Pack};
use crate::checklist::{Gap, GapState};
use std::collections::BTreeMap;

/// A finding in the words of its item.
pub(super) fn gap(pack: &Pack, item: &Item, facts: &Facts<'_>, finding: Finding, against: &[Evidence]) -> Gap {
    let condition = finding.condition.or_else(|| item.condition.clone());
    let mut named = finding.named;
    if let Some(condition) = &condition {
        named.entry("condition".to_owned()).or_insert_with(|| describe::title(condition));
    }
    let missing: Vec<String> = finding.missing.iter().map(|m| describe::name(m)).collect();
    named.entry("missing".to_owned()).or_insert_with(|| describe::list(&missing));
    if let Some(due) = finding.due {
        named.entry("due".to_owned()).or_insert_with(|| due.display());
    }
    let draft = if item.authority.approved_by.is_empty() { " Draft: not yet approved here." } else { "" };
    let counted = finding.counted.map(|words| format!("{words} ")).unwrap_or_default();
    let mut counter_evidence = finding.counter;
    for proof in against {
        if !counter_evidence.contains(proof) {
            counter_evidence.push(proof.clone());
        }
    }
    Gap {
        item: item.id.clone(),
        checklist: pack.id.clone(),
        version: item.version,
        kind: item.kind,
        condition,
        element: finding.element,
        document_type: finding.document_type,
        missing: finding.missing,
        severity: finding.severity.unwrap_or(item.severity),
        title: title(&item.titles, &named),
        why: format!("{} {counted}Source: {}.{draft}", item.why.trim(), item.authority.cite.trim().trim_end_matches('.')),
        encounter: facts.chart().encounter.name().to_owned(),
        evidence: finding.evidence,
        counter_evidence,
        searched: finding.searched,
        also: Vec::new(),
        query_template: item.query_template.clone(),
        due: finding.due,
        run: finding.run,
        state: GapState::Open,
    }
}

/// The first template whose place-holders are all known; else the last one, with what is not known left out.
fn title(templates: &[String], named: &BTreeMap<String, String>) -> String {
    let mut last = String::new();
    for template in templates {
        let (text, whole) = fill(template, named);
        if whole {
            return text;
        }
        last = text;
    }
    last
}

fn fill(template: &str, named: &BTreeMap<String, String>) -> (String, bool) {
    let (mut text, mut whole, mut rest) = (String::new(), true, template);
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let Some((name, after)) = after.split_once('}') else { break };
        match named.get(name).filter(|value| !value.is_empty()) {
            Some(value) => text.push_str(value),
            None => whole = false,
        }
        rest = after;
    }
    text.push_str(rest);
    (text.split_whitespace().collect::<Vec<_>>().join(" "), whole)
}
