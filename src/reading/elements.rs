//! Which required elements a note holds: under a heading, or anywhere in its words.

mod content;
mod phrases;
mod rules;
#[cfg(test)]
mod states;
#[cfg(test)]
mod tests;

pub(in crate::reading) use phrases::Phrases;
pub use rules::ElementRules;
use rules::Rule;

use super::model::{Presence, Section};
use crate::chart::{DocumentType, Span};
use std::collections::BTreeMap;

/// The elements of this document type: `present` wherever the information stands, `empty` for a heading with nothing of use
/// behind it, `absent` otherwise. What other types ask for is listed too where the note speaks of it: the type is a judgement,
/// and a sender or a checklist can know it better.
pub fn elements(
    text: &str,
    sections: &[Section],
    sentences: &[Span],
    document_type: DocumentType,
    rules: &ElementRules,
) -> BTreeMap<String, Presence> {
    presences(found(text, sections, sentences, document_type, rules))
}

/// What is there of each element, without what decided it.
pub(super) fn presences(found: BTreeMap<String, Found>) -> BTreeMap<String, Presence> {
    found.into_iter().map(|(name, found)| (name, found.presence)).collect()
}

/// Whether an element is there, and what said so.
#[derive(Clone, Copy)]
pub(super) struct Found {
    /// Whether it is there.
    pub presence: Presence,
    /// The words, or the heading, that decided; `None` when nothing speaks of it.
    pub at: Option<Span>,
    /// Whether a heading decided, and not words under another one.
    pub by_heading: bool,
}

/// The elements with what decided each.
pub(super) fn found(
    text: &str,
    sections: &[Section],
    sentences: &[Span],
    document_type: DocumentType,
    rules: &ElementRules,
) -> BTreeMap<String, Found> {
    found_by(text, sections, sentences, document_type, rules, &rules.phrases().find(text))
}

/// The same, when the places of the cues' phrases are known.
pub(super) fn found_by(
    text: &str,
    sections: &[Section],
    sentences: &[Span],
    document_type: DocumentType,
    rules: &ElementRules,
    phrases: &[(usize, Span)],
) -> BTreeMap<String, Found> {
    // Whether each section has content of its own, and whether a part of it has.
    let filled: Vec<bool> = sections.iter().map(|s| rules.has_content(text.get(s.body..s.end).unwrap_or_default())).collect();
    let held = cues(text, sections, sentences, rules, phrases);
    let mut out: BTreeMap<String, Found> = BTreeMap::new();
    let there = rules.there(sections);
    let others = DocumentType::ALL.into_iter().filter(|t| *t != document_type);
    for asked in std::iter::once(document_type).chain(others) {
        for element in rules.asked(asked) {
            let name = &element.element;
            let known = out.get(name).map(|f| f.presence);
            if known.is_some_and(|p| asked != document_type && (p == Presence::Present || rules.of(document_type).contains(name))) {
                continue;
            }
            let headed = under_headings(text, sections, &filled, rules.rules(element, &there));
            // A heading left blank is not filled by what only closes an account ahead of it.
            let blank = headed.presence == Presence::Empty;
            let cued = element.cues.iter().find_map(|cue| {
                let at = held.get(*cue).copied().flatten()?;
                let late = !rules.cues().get(*cue).is_some_and(|c| c.last_part) || stands_last(text, sections, at);
                (late || !blank).then_some(at)
            });
            let found = match cued {
                Some(at) if headed.presence != Presence::Present => Found { presence: Presence::Present, at: Some(at), by_heading: false },
                _ => headed,
            };
            if asked == document_type || found.presence != Presence::Absent {
                out.insert(name.clone(), found);
            }
        }
    }
    out
}

/// What the sections say of one element.
fn under_headings<'r>(text: &str, sections: &[Section], filled: &[bool], rules: impl Iterator<Item = &'r Rule>) -> Found {
    let mut found = Found { presence: Presence::Absent, at: None, by_heading: true };
    for rule in rules {
        let first = sections.iter().position(|s| rule.after.contains(&s.section));
        let skipped = if rule.after.is_empty() { 0 } else { first.map_or(sections.len(), |f| f + 1) };
        for (at, (section, filled)) in sections.iter().zip(filled).enumerate().skip(skipped) {
            let next = sections.get(at + 1).is_some_and(|next| rule.before.contains(&next.section));
            let called = rule.headings.is_empty() || rule.headings.iter().any(|h| section.heading.eq_ignore_ascii_case(h));
            if !called || !(rule.before.is_empty() || next) {
                continue;
            }
            let own = rule.sections.contains(&section.section);
            let part = section.within.as_ref().is_some_and(|w| rule.sections.contains(w)) && !rule.parts_except.contains(&section.section);
            let heading = Some(Span::new(section.start, section.start + section.heading.len()));
            if (own || part) && *filled && !(rule.skip_short_of > 0 && words(text, section, rule.skip_short_of) < rule.skip_short_of) {
                return Found { presence: Presence::Present, at: heading, by_heading: true };
            } else if own && !filled && found.presence == Presence::Absent && !rule.supporting {
                found = Found { presence: Presence::Empty, at: heading, by_heading: true };
            }
        }
    }
    found
}

/// The first bytes of a text, cut at a character.
fn near(text: &str, at_most: usize) -> &str {
    (0..=at_most.min(text.len())).rev().find_map(|end| text.get(..end)).unwrap_or_default()
}

/// How many words a section has; no more than asked are counted.
fn words(text: &str, section: &Section, at_most: usize) -> usize {
    text.get(section.body..section.end).unwrap_or_default().split_whitespace().take(at_most).count()
}

/// A title is no longer than this, in bytes; what follows in a note of a single line is its text.
const TITLE: usize = 1000;

/// Where the first line of the note, its title, ends.
fn end_of_title(text: &str) -> usize {
    let lead = text.len() - text.trim_start().len();
    let line = text.get(lead..).and_then(|rest| rest.split('\n').next()).unwrap_or_default();
    lead + near(line, TITLE).len()
}

/// Whether words stand in the last section or the last third of a note.
fn stands_last(text: &str, sections: &[Section], span: Span) -> bool {
    sections.last().is_some_and(|s| s.start <= span.start) || span.start >= text.len() - text.len() / 3
}

/// Whether words stand where the account of a stay closes, which tells the outcome however long the lists behind it are.
fn closes(section: &Section, span: Span) -> bool {
    section.section == "hospital_course" && span.start >= section.end - section.end.saturating_sub(section.body) / 3
}

/// The first words of each cue that holds: they speak for an element, whatever heading they stand under.
fn cues(text: &str, sections: &[Section], sentences: &[Span], rules: &ElementRules, phrases: &[(usize, Span)]) -> Vec<Option<Span>> {
    let mut hits: Vec<Vec<Span>> = rules.cues().iter().map(|_| Vec::new()).collect();
    let title = end_of_title(text);
    for &(owner, span) in phrases {
        let Some((cue, hits)) = rules.cues().get(owner).zip(hits.get_mut(owner)) else { continue };
        if hits.len() >= cue.at_least.max(1) {
            continue;
        }
        if cue.title_words > 0 {
            let small = |w: &&str| w.trim_start_matches(['(', ':']).starts_with(|c: char| c.is_lowercase());
            if text.get(span.end..title).is_some_and(|r| r.split_whitespace().filter(small).count() >= cue.title_words) {
                hits.push(span);
            }
            continue;
        }
        let section = sections.get(sections.partition_point(|s| s.start <= span.start).saturating_sub(1));
        let names =
            |list: &[String]| section.is_some_and(|s| list.contains(&s.section) || s.within.as_ref().is_some_and(|w| list.contains(w)));
        if (!cue.within.is_empty() && !names(&cue.within)) || names(&cue.not_within) {
            continue;
        }
        // Words of a heading name an element; what stands behind the heading decides, not the name.
        if section.is_some_and(|s| span.start < s.body && span.start >= s.start) {
            continue;
        }
        let sentence = sentences.get(sentences.partition_point(|s| s.start <= span.start).saturating_sub(1)).copied();
        let rest = sentence.filter(|s| s.end > span.end).and_then(|s| text.get(span.end..s.end)).unwrap_or_default();
        if cue.number && !rest.bytes().take(cue.reach).any(|b| b.is_ascii_digit()) {
            continue;
        }
        if cue.date && !rules.has_date(near(rest, cue.reach)) {
            continue;
        }
        if cue.last_part && !stands_last(text, sections, span) && !section.is_some_and(|s| closes(s, span)) {
            continue;
        }
        if hits.iter().all(|h| !h.of(text).eq_ignore_ascii_case(span.of(text))) {
            hits.push(span);
        }
    }
    rules.cues().iter().zip(&hits).map(|(c, h)| h.first().copied().filter(|_| h.len() >= c.at_least.max(1))).collect()
}
