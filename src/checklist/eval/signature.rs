//! Signature, date and time of entries.

use super::{Finding, Verdict, describe, node, yes_if};
use crate::chart::{Document, DocumentStatus, Precision};
use crate::checklist::check::Signature;
use crate::checklist::facts::{Facts, type_of};
use crate::checklist::item::Item;
use crate::checklist::proof::whole;
use crate::checklist::words::has_word;
use crate::checklist::{Explanation, Outcome};

pub(super) fn run(check: &Signature, item: &Item, facts: &Facts<'_>) -> Verdict {
    // A sender that never sends signatures or times says nothing by leaving them out.
    let sends_signatures = facts.documents().any(|(d, _)| d.signer.is_some() || d.signed.is_some());
    let sends_times = facts.documents().any(|(d, _)| d.time.is_some_and(|t| t.precision() >= Precision::Minute));
    let mut findings = Vec::new();
    let mut parts: Vec<Explanation> = Vec::new();
    for (document, reading) in facts.documents() {
        let kind = type_of(document, reading);
        if !item.scope.document_types.is_empty() && !item.scope.document_types.contains(&kind) {
            continue;
        }
        let age = document.time.map(|time| facts.as_of.hours_since(&time));
        let signed = document.signer.is_some() || document.signed.is_some();
        let preliminary = document.status == DocumentStatus::Preliminary;
        let lacks_signature = !signed && (preliminary || sends_signatures) || (preliminary && document.signed.is_none());
        let overdue = age.is_none_or(|age| age > check.after_hours);
        let mut missing = Vec::new();
        if lacks_signature && overdue {
            missing.push("signature".to_owned());
        }
        match document.time {
            None if sends_times => missing.push("date".to_owned()),
            Some(time) if sends_times && time.precision() < Precision::Minute => missing.push("time".to_owned()),
            _ => {}
        }
        if lacks_credential(check, document) {
            missing.push("credential".to_owned());
        }
        let outcome = if missing.is_empty() && !signed && !sends_signatures && !preliminary {
            Outcome::CannotTell
        } else {
            yes_if(!missing.is_empty())
        };
        let detail = match (&missing, signed, age) {
            (list, _, _) if !list.is_empty() => format!("no {}", describe::list(list)),
            (_, true, _) => "signed".to_owned(),
            (_, false, Some(age)) if lacks_signature => format!("not signed, written {} ago: not due yet", describe::hours(age)),
            _ => "the sender gives no signatures".to_owned(),
        };
        parts.push(node(describe::place(document, reading), outcome, detail, Vec::new()));
        if missing.is_empty() {
            continue;
        }
        let mut finding = Finding { document_type: Some(kind.name().to_owned()), ..Finding::default() };
        finding.evidence.push(whole(document, reading));
        let lacking = describe::choice(&missing);
        let verb =
            if missing.iter().any(|m| m == "signature") && missing.len() == 1 { "not signed".to_owned() } else { format!("no {lacking}") };
        finding.name("value", if preliminary && missing.len() == 1 { "preliminary, not signed".to_owned() } else { verb });
        finding.name("document", describe::label(kind, document));
        if let Some(time) = document.time {
            finding.name("date", time.display());
            finding.due = time.plus_part_hours(check.after_hours);
        }
        if let Some(age) = age {
            finding.name("hours", describe::hours(age));
        }
        if let Some(author) = &document.author {
            finding.name("author", author.display());
        }
        finding.missing = missing;
        findings.push(finding);
    }
    let outcome = if !findings.is_empty() {
        Outcome::Yes
    } else if !parts.is_empty() && parts.iter().all(|p| p.outcome == Outcome::CannotTell) {
        Outcome::CannotTell
    } else {
        Outcome::No
    };
    let label = format!("not signed within {}, or not dated and timed", describe::hours(check.after_hours));
    Verdict { findings, tree: node(label, outcome, describe::documents(parts.len()), parts) }
}

/// Whether whoever signed, else wrote, is named without any of the credentials asked for. One who is not named lacks none.
fn lacks_credential(check: &Signature, document: &Document) -> bool {
    let person = document.signer.as_ref().or(document.author.as_ref()).and_then(|p| p.name.as_deref());
    let bare = |name: &str| name.chars().filter(|c| *c != '.').collect::<String>();
    !check.credentials.is_empty() && person.is_some_and(|name| !check.credentials.iter().any(|word| has_word(&bare(name), word)))
}
