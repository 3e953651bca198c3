//! Text that is not a note's own: carried forward, out of date, or a template that was never filled.

use super::{Finding, Verdict, describe, node, pasted, yes_if};
use crate::chart::{Document, Instant};
use crate::checklist::check::{ClockStart, Copied, CopiedFrom};
use crate::checklist::facts::{Facts, surgical, type_of};
use crate::checklist::item::Item;
use crate::checklist::proof::quote;
use crate::checklist::proof::{clip, opening};
use crate::checklist::{Explanation, Outcome};
use crate::reading::{Presence, Reading};
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

pub(super) fn run(check: &Copied, item: &Item, facts: &Facts<'_>) -> Verdict {
    if let Copied::Diagnosis { conditions, min_documents } = check {
        return pasted::diagnosis(conditions, *min_documents, facts);
    }
    let documents: Vec<(&Document, &Reading)> = facts
        .documents()
        .filter(|(d, r)| item.scope.document_types.is_empty() || item.scope.document_types.contains(&type_of(d, r)))
        .collect();
    let mut findings = Vec::new();
    let mut parts = Vec::new();
    let label = match check {
        Copied::Previous { at_least, .. } => format!("at least {:.0} % the same as the author's previous note", at_least * 100.0),
        Copied::StaleDay { words, .. } => format!("a count of days ({}) that has stopped counting", words.join(", ")),
        Copied::Tokens { .. } => "place-holders that were never filled".to_owned(),
        Copied::Paragraph { from: CopiedFrom::OtherAuthor, .. } => "a paragraph of another author, word for word".to_owned(),
        Copied::Paragraph { from: CopiedFrom::PriorEncounter, .. } => "a paragraph of an earlier encounter, word for word".to_owned(),
        Copied::OldValues { older_than_hours, .. } => format!("values older than {} than the note", describe::hours(*older_than_hours)),
        Copied::Diagnosis { .. } => String::new(),
    };
    let mut pool = pasted::Pool::default();
    if let Copied::Paragraph { from: CopiedFrom::PriorEncounter, min_words, .. } = check
        && !documents.is_empty()
    {
        facts.prior().iter().for_each(|(d, r)| pool.add(None, d, r, *min_words));
    }
    for (index, (document, reading)) in documents.iter().enumerate() {
        let (finding, tree) = match check {
            Copied::Previous { shingle_words, at_least, sections, min_words } => {
                let previous = documents.iter().take(index).rev().find(|(other, r)| {
                    author(other).is_some() && author(other) == author(document) && type_of(other, r) == type_of(document, reading)
                });
                let Some((other, other_reading)) = previous else { continue };
                let one = shingles(document, reading, sections, *shingle_words, *min_words);
                let two = shingles(other, other_reading, sections, *shingle_words, *min_words);
                let (Some((one, span)), Some((two, other_span))) = (one, two) else { continue };
                let (both, all) = (one.intersection(&two).count(), one.union(&two).count());
                let same = if all == 0 { 0.0 } else { both as f64 / all as f64 };
                let finding = (same >= *at_least).then(|| {
                    let mut finding = about(document, reading, vec!["own_text".to_owned()]);
                    finding.evidence =
                        vec![quote(document, reading, span.0, span.1), quote(other, other_reading, other_span.0, other_span.1)];
                    finding.name("percent", format!("{:.0}", (same * 100.0).floor()));
                    if let Some(time) = other.time {
                        finding.name("other_date", time.display());
                    }
                    finding
                });
                let detail = format!("{:.0} % the same as {}", (same * 100.0).floor(), describe::place(other, other_reading));
                (finding, detail)
            }
            Copied::StaleDay { words, start, first_day, tolerance_days } => {
                let Some((at, end, stated)) = stated_day(&document.text, words) else { continue };
                match actual_days(*start, *first_day, document, facts) {
                    days if days.is_empty() => {
                        let place = describe::place(document, reading);
                        parts.push(node(
                            place,
                            Outcome::CannotTell,
                            format!("says day {stated}; what it counts from is not known"),
                            Vec::new(),
                        ));
                        continue;
                    }
                    days => {
                        // Several operations: a count that fits any of them is not stale.
                        let stale = days.iter().all(|actual| stated < actual - tolerance_days);
                        let actual = days.last().copied().unwrap_or_default();
                        let finding = stale.then(|| {
                            let mut finding = about(document, reading, vec!["current_day".to_owned()]);
                            finding.evidence = vec![quote(document, reading, at, end)];
                            finding.name("words", document.text.get(at..end).unwrap_or_default());
                            finding.name("day", actual.to_string());
                            finding
                        });
                        (finding, format!("says day {stated}, is day {actual}"))
                    }
                }
            }
            Copied::Paragraph { from, min_words, attributed_by } => {
                let own = author(document);
                let fits = |other: Option<&str>| *from == CopiedFrom::PriorEncounter || other.is_some() && other != own;
                let found = pasted::paragraph(&pool, fits, document, reading, *min_words, attributed_by);
                if *from == CopiedFrom::OtherAuthor {
                    pool.add(own, document, reading, *min_words);
                }
                found
            }
            Copied::OldValues { observations, older_than_hours, not_with } => {
                match pasted::old_values(observations, *older_than_hours, not_with, document, reading, facts) {
                    Some(found) => found,
                    None => continue,
                }
            }
            Copied::Diagnosis { .. } => continue,
            Copied::Tokens { tokens, delimiters, max_length } => {
                let mut found = place_holders(&document.text, tokens, delimiters, *max_length);
                // A token behind an element's heading is that element's gap already.
                found.retain(|(at, _)| {
                    let section = reading.section_at(*at);
                    section.and_then(|s| reading.elements.get(&s.section)) != Some(&Presence::Empty)
                });
                let finding = found.first().map(|(start, end)| {
                    let mut finding = about(document, reading, vec!["filled_template".to_owned()]);
                    finding.evidence = found.iter().take(5).map(|(s, e)| quote(document, reading, *s, *e)).collect();
                    finding.name("words", document.text.get(*start..*end).unwrap_or_default());
                    finding.name("count", describe::count(found.len(), "place-holder", "place-holders"));
                    finding
                });
                (finding, describe::count(found.len(), "place-holder", "place-holders"))
            }
        };
        let outcome = yes_if(finding.is_some());
        parts.push(node(describe::place(document, reading), outcome, tree, Vec::new()));
        findings.extend(finding);
    }
    let outcome = if !findings.is_empty() {
        Outcome::Yes
    } else if !parts.is_empty() && parts.iter().all(|p: &Explanation| p.outcome == Outcome::CannotTell) {
        Outcome::CannotTell
    } else {
        Outcome::No
    };
    Verdict { findings, tree: node(label, outcome, describe::documents(documents.len()), parts) }
}

fn author(document: &Document) -> Option<&str> {
    document.author.as_ref().and_then(|author| author.identifier.as_deref().or(author.name.as_deref()))
}

pub(super) fn about(document: &Document, reading: &Reading, missing: Vec<String>) -> Finding {
    let kind = type_of(document, reading);
    let mut finding = Finding { document_type: Some(kind.name().to_owned()), missing, ..Finding::default() };
    finding.name("document", describe::label(kind, document));
    if let Some(time) = document.time {
        finding.name("date", time.display());
    }
    if let Some(author) = &document.author {
        finding.name("author", author.display());
    }
    finding
}

type Shingles = (BTreeSet<u64>, (usize, usize));

/// The shingles of a note, or of some of its sections, and the words that stand for it as proof.
fn shingles(document: &Document, reading: &Reading, sections: &[String], size: usize, least: usize) -> Option<Shingles> {
    let spans: Vec<(usize, usize)> = if sections.is_empty() {
        vec![(0, document.text.len())]
    } else {
        reading.sections.iter().filter(|s| sections.contains(&s.section)).map(|s| (s.body, s.end)).collect()
    };
    let mut words: Vec<String> = Vec::new();
    for (start, end) in &spans {
        let text = document.text.get(*start..*end).unwrap_or_default();
        words.extend(text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase));
    }
    if words.len() < least.max(size) {
        return None;
    }
    let hashes = words
        .windows(size)
        .map(|window| {
            let mut hasher = DefaultHasher::new();
            window.hash(&mut hasher);
            hasher.finish()
        })
        .collect();
    let (start, end) = spans.first().copied()?;
    let text = document.text.get(start..end).unwrap_or_default();
    let lead = text.len() - text.trim_start().len();
    let shown = clip(text.trim(), 200);
    let span = if shown.is_empty() { opening(&document.text) } else { (start + lead, start + lead + shown.len()) };
    Some((hashes, span))
}

/// The first `POD 2`, `post-op day #2` of a text: its place and number.
fn stated_day(text: &str, words: &[String]) -> Option<(usize, usize, i64)> {
    let mut found: Option<(usize, usize, i64)> = None;
    for word in words {
        let mut from = 0;
        while let Some(at) = find_from(text, word, from) {
            from = at + word.len();
            let rest = text.get(from..).unwrap_or_default();
            let skipped = rest.len() - rest.trim_start_matches([' ', '#', ':', '-']).len();
            let digits: String = rest.get(skipped..).unwrap_or_default().chars().take_while(char::is_ascii_digit).collect();
            if skipped <= 3
                && let Ok(day) = digits.parse::<i64>()
                && day < 1000
            {
                let end = from + skipped + digits.len();
                if found.is_none_or(|(first, _, _)| at < first) {
                    found = Some((at, end, day));
                }
                break;
            }
        }
    }
    found
}

/// Like `find_word`, but a digit may follow at once ("POD2").
fn find_from(text: &str, word: &str, from: usize) -> Option<usize> {
    let mut at = from;
    let lower = word.as_bytes();
    loop {
        let rest = text.as_bytes().get(at..)?;
        let first = *lower.first()?;
        at += memchr::memchr2(first, first.to_ascii_uppercase(), rest)?;
        let fits = text.as_bytes().get(at..at + lower.len()).is_some_and(|part| part.eq_ignore_ascii_case(lower));
        let before = at > 0 && text.as_bytes().get(at - 1).is_some_and(u8::is_ascii_alphanumeric);
        let after = text.as_bytes().get(at + lower.len()).is_some_and(u8::is_ascii_alphabetic);
        if fits && !before && !after {
            return Some(at);
        }
        at += 1;
    }
}

/// What the count should be on the day of the note: one number for each operation before it.
fn actual_days(start: ClockStart, first_day: i64, document: &Document, facts: &Facts<'_>) -> Vec<i64> {
    let Some(written) = document.time else { return Vec::new() };
    let chart = facts.chart();
    let mut starts: Vec<Instant> = match start {
        ClockStart::Admission => chart.encounter.start.into_iter().collect(),
        ClockStart::Discharge => chart.encounter.end.into_iter().collect(),
        ClockStart::ProcedureStart | ClockStart::ProcedureEnd => {
            chart.procedures.iter().filter(|p| surgical(p, &[], &[])).filter_map(|p| p.end.or(p.start)).collect()
        }
        ClockStart::Death | ClockStart::EachDay | ClockStart::Event => Vec::new(),
    };
    if matches!(start, ClockStart::ProcedureStart | ClockStart::ProcedureEnd) && starts.is_empty() {
        let reports = facts.documents().filter(|(d, r)| type_of(d, r) == crate::chart::DocumentType::OperativeReport);
        starts.extend(reports.filter_map(|(d, _)| d.time));
    }
    starts.retain(|begin| *begin <= written);
    let days = |begin: &Instant| begin.local_date().until(written.local_date()).ok().map(|span| i64::from(span.get_days()) + first_day);
    starts.iter().filter_map(days).collect()
}

/// Places of template tokens, in order.
fn place_holders(text: &str, tokens: &[String], delimiters: &[(String, String)], longest: usize) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for token in tokens {
        let mut from = 0;
        while let Some(at) = text.get(from..).and_then(|rest| rest.find(token.as_str())).map(|at| at + from) {
            let (end, sign) = (at + token.len(), token.chars().next().unwrap_or(' '));
            // A longer run of the same sign is a rule across the page, not a place-holder.
            let run = text.get(..at).is_some_and(|t| t.ends_with(sign)) || text.get(end..).is_some_and(|t| t.starts_with(sign));
            let sign_run = token.chars().all(|c| c == sign);
            from = if run && sign_run { end + text.get(end..).map_or(0, |t| t.len() - t.trim_start_matches(sign).len()) } else { end };
            if !(run && sign_run) {
                found.push((at, end));
            }
        }
    }
    for (open, close) in delimiters {
        let mut from = 0;
        while let Some(at) = text.get(from..).and_then(|rest| rest.find(open.as_str())).map(|at| at + from) {
            let body = at + open.len();
            // Farther than the longest name no end is looked for: a text of nothing but beginnings is read once.
            let rest = text.get(body..).unwrap_or_default();
            let near = rest.as_bytes().get(..longest + close.len()).unwrap_or(rest.as_bytes());
            let inner = memchr::memmem::find(near, close.as_bytes()).and_then(|end| rest.get(..end));
            from = body;
            let Some(inner) = inner else { continue };
            let name = !inner.is_empty() && inner.len() <= longest && !inner.contains('\n') && inner.chars().any(char::is_alphabetic);
            // `a@b.org ... c@d.org` is two addresses: between equal signs only a name in capitals is a token.
            let capitals = open != close || inner.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || "_.:[]".contains(c));
            if name && capitals {
                let end = body + inner.len() + close.len();
                found.push((at, end));
                from = end;
            }
        }
    }
    found.sort_unstable();
    found
}
