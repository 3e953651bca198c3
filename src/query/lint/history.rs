//! What only the chart and the history of its queries show: QL024, QL025, QL028, QL034, QL103 to QL109.

use super::page::Page;
use super::words::tokens;
use crate::chart::Evidence;
use crate::query::evidence::words_of;
use crate::query::{Reason, body_hash, days_after};

pub(crate) fn check(page: &mut Page<'_>) {
    against(page);
    times(page);
    triad(page);
    contradicted(page);
    persons(page);
    repeats(page);
}

/// QL024: what speaks against the question was taken from the chart and then left out.
fn against(page: &mut Page<'_>) {
    let left_out: Vec<(usize, String)> = page
        .draft
        .indicators
        .iter()
        .enumerate()
        .filter(|(_, i)| i.against && !i.included)
        .map(|(at, i)| (at, words_of(&i.evidence)))
        .collect();
    for (at, _) in left_out {
        page.add_at("QL024", format!("indicators[{at}]"), "this speaks against what is asked about and is left out");
    }
}

/// QL025: a finding from outside the stay that is not marked as an earlier one; QL106: words that an earlier note had first; QL109:
/// a document that has a newer version.
fn times(page: &mut Page<'_>) {
    let (context, mut found) = (page.context, Vec::new());
    for (at, indicator) in page.included() {
        let field = format!("indicators[{at}]");
        let date = indicator.evidence.date();
        if let (Some(date), Some((from, to))) = (date, context.stay)
            && !indicator.prior
            && (from.is_some_and(|f| date < f) || to.is_some_and(|t| date > t))
        {
            found.push(("QL025", field.clone(), "it lies outside the stay that the query is about".to_owned()));
        }
        if let (Some(date), Some(now)) = (date, context.now)
            && date > now
        {
            found.push(("QL025", field.clone(), "its time has not come yet: a clock was wrong somewhere".to_owned()));
        }
        if let Evidence::Text(text) = &indicator.evidence {
            if let Some(first) = (context.first_stood)(text) {
                found.push(("QL106", field.clone(), format!("the same words stand in a note of {}", first.display())));
            }
            let newer = (context.version_of)(&text.document).filter(|now| indicator.version.is_some_and(|then| *now > then));
            if let Some(version) = newer {
                found.push(("QL109", field, format!("its document has a newer version ({version}); the quoted words still stand in it")));
            }
        }
    }
    for (rule, field, message) in found {
        page.add_at(rule, field, message);
    }
}

/// QL028: history or risk, a finding, and a treatment.
fn triad(page: &mut Page<'_>) {
    let has = |groups: &[&str]| page.included().any(|(_, i)| groups.contains(&i.group.as_str()));
    if page.draft.reason != Reason::R3 || page.included().next().is_none() {
        return;
    }
    let missing: Vec<&str> = [
        ("history or risk", has(&["history", "documentation"])),
        ("a finding", has(&["exam", "labs", "imaging", "documentation"])),
        ("treatment or monitoring", super::content::shows_treatment(page)),
    ]
    .into_iter()
    .filter(|(_, there)| !there)
    .map(|(name, _)| name)
    .collect();
    if !missing.is_empty() {
        page.add_at("QL028", "indicators", format!("not among the indicators: {}", missing.join(", ")));
    }
}

/// QL034: an option of the template that a quoted value speaks against.
fn contradicted(page: &mut Page<'_>) {
    let Some(template) = page.draft.template.as_deref().and_then(|id| page.context.templates.get(id)) else { return };
    let evidence: Vec<&Evidence> = page.included().map(|(_, i)| &i.evidence).collect();
    let words = tokens(&evidence.iter().map(|e| words_of(e)).collect::<Vec<_>>().join("\n"));
    let mut found = Vec::new();
    for (at, option) in page.draft.options.iter().enumerate() {
        let of_template = template.option.iter().find(|o| o.text == option.text);
        if of_template.is_some_and(|o| o.is_contradicted(&evidence, &words)) {
            found.push(at);
        }
    }
    for at in found {
        page.add_at("QL034", format!("options[{at}]"), "a quoted value speaks against this option of the template");
    }
}

/// QL103: a record of another patient, or two record numbers in one text.
fn persons(page: &mut Page<'_>) {
    let mut found = Vec::new();
    if let Some(patient) = page.draft.patient.as_deref() {
        for (at, indicator) in page.included() {
            let other = (page.context.patient_of)(indicator.evidence.source()).is_some_and(|p| p != patient);
            if other {
                found.push((format!("indicators[{at}]"), "it comes from another patient's chart".to_owned()));
            }
        }
    }
    let numbers: Vec<String> = page.fields.iter().flat_map(|f| record_numbers(&f.text)).collect();
    if let Some(first) = numbers.first()
        && numbers.iter().any(|n| n != first)
    {
        found.push(("body".to_owned(), "two different record numbers stand in it".to_owned()));
    }
    for (field, message) in found {
        page.add_at("QL103", field, message);
    }
}

/// Numbers that follow "MRN".
fn record_numbers(text: &str) -> Vec<String> {
    let words = tokens(text);
    let mut out = Vec::new();
    for (i, word) in words.iter().enumerate().filter(|(_, w)| w.text == "mrn") {
        let after = words.iter().skip(i + 1).take(3).find(|w| w.text.starts_with(|c: char| c.is_ascii_digit()) && w.text.len() >= 4);
        out.extend(after.filter(|w| w.span.start - word.span.end <= 6).map(|w| w.text.clone()));
    }
    out
}

/// QL104: asked twice before with the same findings; QL105: the stay ended too long ago; QL107: documented since; QL108: the words of
/// a sent query.
fn repeats(page: &mut Page<'_>) {
    let (draft, context) = (page.draft, page.context);
    let answered: Vec<_> = context.past.iter().filter(|p| p.answered).collect();
    if !answered.is_empty() && page.included().all(|(_, i)| answered.iter().any(|p| p.hashes.contains(&i.hash))) {
        let times = if answered.len() == 1 { "once".to_owned() } else { format!("{} times", answered.len()) };
        page.add_at("QL104", "indicators", format!("this was answered {times} already, and nothing new is quoted"));
    }
    if let Some(concept) = &draft.concept {
        let past: Vec<_> = context.past.iter().filter(|p| p.concept == *concept).collect();
        let known = |hash: &String| past.iter().any(|p| p.hashes.contains(hash));
        let others = past.iter().filter(|p| !p.answered).count();
        if others >= 2 && page.included().all(|(_, i)| known(&i.hash)) {
            page.add_at("QL104", "concept", format!("{others} queries asked this with the same indicators"));
        }
        if draft.reason == Reason::R3 && context.documented_since.contains(concept) {
            page.add_at("QL107", "concept", "a provider has documented it since the newest indicator");
        }
    }
    if let (Some(ended), Some(now), Some(days)) = (context.discharged, context.now, context.late_after_days)
        && days_after(&ended, &now) > days
    {
        let ago = days_after(&ended, &now);
        page.add_at("QL105", "encounter", format!("the stay ended {ago} days ago; the policy allows queries for {days}"));
    }
    if context.sent_hash.is_some_and(|sent| sent != body_hash(draft)) {
        page.add_at("QL108", "body", "these are not the words that were sent");
    }
}
