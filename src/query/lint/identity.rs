//! Who asks whom, about which stay, by when (QL001 to QL007).

use super::page::Page;
use crate::chart::{Evidence, Patient};
use crate::query::{Reason, same_person};

pub(crate) fn check(page: &mut Page<'_>) {
    let (draft, context) = (page.draft, page.context);
    let blank = |text: &str| text.trim().is_empty();
    for (field, missing) in [
        ("patient", draft.patient.as_deref().is_none_or(blank)),
        ("encounter", draft.encounter.as_deref().is_none_or(blank)),
        ("author", blank(&draft.author)),
        ("contact", blank(&draft.contact)),
    ] {
        if missing {
            page.add_at("QL001", field, format!("the {field} is not given"));
        }
    }
    let with_credential = draft.author.split([',', ' ']).filter(|w| !w.is_empty()).count() >= 2
        && draft.author.split([',', ' ', '-']).any(|w| w.len() >= 2 && w.chars().all(|c| c.is_ascii_uppercase() || c == '.'));
    if !blank(&draft.author) && !with_credential {
        page.add_at("QL001", "author", "the author's credential is not given");
    }
    // A letter that only a machine can match with a chart is answered about the wrong one.
    let known = draft.patient_name.trim();
    if !context.bare && draft.patient.as_deref().is_some_and(|p| !blank(p)) && (known.is_empty() || known == Patient::default().display()) {
        page.add_at("QL008", "patient", "the letter names the patient neither by name nor by record number");
    }
    recipient(page);
    if draft.due.is_none() {
        page.add_at("QL005", "due", "no time is given by which an answer is asked");
    }
    if blank(&draft.escalation) {
        page.add_at("QL005", "escalation", "no escalation policy is named");
    } else if !context.policies.is_empty() && !context.policies.contains(&draft.escalation.as_str()) {
        page.add_at("QL005", "escalation", "there is no escalation policy of this name");
    }
    if let (Some(due), Some(now)) = (draft.due, context.now)
        && due <= now
    {
        page.add_at("QL005", "due", "the due time has passed already");
    }
    if let (Some(due), Some(now)) = (draft.due, context.now)
        && due.hours_since(&now) > page.vocabularies.max_due_days * 24.0
    {
        page.add_at("QL005", "due", format!("the due time lies more than {:.0} days ahead", page.vocabularies.max_due_days));
    }
    let own = super::OpenQuery::of(0, draft);
    if let Some(open) = context.open_queries.iter().find(|open| is_same(&own, open)) {
        page.add_at("QL006", "concept", format!("query {} on the same subject is still open", open.id));
    }
    let (load, most) = context.recipient_load;
    if load > most {
        page.add_at("QL007", "recipient", format!("{load} queries wait for this recipient already"));
    }
}

/// Whether two queries ask the same: by their subject; and where one came from no gap, by the words and the diagnoses that they share.
fn is_same(one: &super::OpenQuery, other: &super::OpenQuery) -> bool {
    if let (Some(a), Some(b)) = (&one.concept, &other.concept) {
        return a == b;
    }
    let shared = one.hashes.intersection(&other.hashes).count();
    let named = one.diagnoses.intersection(&other.diagnoses).count();
    shared >= 2 || (shared >= 1 && named >= 1) || named >= 2
}

fn recipient(page: &mut Page<'_>) {
    let (draft, context) = (page.draft, page.context);
    let Some(to) = draft.recipient.as_ref().filter(|r| !r.name.trim().is_empty()) else {
        page.add_at("QL002", "recipient", "no recipient is named");
        return;
    };
    if !context.bare {
        let known = match (to.role.as_str(), &to.identifier) {
            ("pool", _) => context.pools.contains(&to.name),
            (_, Some(id)) => context.providers.iter().any(|p| p.identifier.as_ref() == Some(id)),
            (_, None) => context.providers.iter().any(|p| p.name.as_deref() == Some(to.name.as_str())),
        };
        let of_identifier: Vec<&str> = context
            .providers
            .iter()
            .filter(|p| to.role != "pool" && to.identifier.is_some() && p.identifier == to.identifier)
            .filter_map(|p| p.name.as_deref())
            .collect();
        if !of_identifier.is_empty() && !of_identifier.iter().any(|name| same_person(name, &to.name)) {
            page.add_at("QL002", "recipient", "the name is not that of the provider with this identifier");
        }
        if !known {
            page.add_at("QL002", "recipient", "the recipient is neither a provider of this encounter nor a declared pool");
        }
    }
    let there = context.recipients.iter().find(|r| if to.identifier.is_some() { r.identifier == to.identifier } else { r.name == to.name });
    if let Some(there) = there.filter(|there| to.role != "pool" && there.role != to.role) {
        page.add_at("QL002", "recipient", format!("the record has this recipient as {}, not as {}", there.role, to.role));
    }
    let answers = to.role == "attending" || context.responsible == Some(to.name.as_str());
    let quoted = page.included().map(|(_, i)| &i.evidence).chain(&draft.documented_at);
    let authors: Vec<&str> = quoted
        .filter_map(|evidence| match evidence {
            Evidence::Text(text) => text.author.as_deref(),
            Evidence::Value(_) => None,
        })
        .collect();
    // Whoever took a patient over decides as the attending does, but not between a statement of their own and another's.
    let of_a_side = to.role != "attending" && authors.contains(&to.name.as_str());
    if draft.reason == Reason::R1 && (!answers || of_a_side) {
        page.add_at("QL004", "recipient", "a conflict is for the attending to decide");
    }
    let treats = answers || to.role == "pool" || authors.contains(&to.name.as_str());
    if !treats && !authors.is_empty() {
        page.add_at("QL003", "recipient", "the recipient wrote none of the quoted documentation");
    }
}
