//! What kind of document a note is, judged by its content: weighted rules of `lexicon/document_types.toml`.

mod rules;
#[cfg(test)]
mod tests;

pub use rules::DocumentTypes;

use super::model::Section;
use crate::chart::{DocumentType, Span};

/// How a note's type was judged: what every type got, and for what.
pub(super) struct Judgement<'a> {
    /// The type with the most points; `other` when none has enough.
    pub document_type: DocumentType,
    /// What each type got, in the vocabulary's order.
    pub points: Vec<(DocumentType, i32)>,
    /// The rules that held.
    pub reasons: Vec<Reason<'a>>,
}

/// A rule that held.
pub(super) struct Reason<'a> {
    /// The type it speaks for.
    pub document_type: DocumentType,
    /// How much; against the type when negative.
    pub weight: i32,
    /// Why, in the lexicon's words.
    pub why: &'a str,
    /// The first places of its phrases, and of the sections it names.
    pub at: Vec<Span>,
}

/// The type that most speaks for; the vocabulary's order decides between equals, and `other` is a note that nothing speaks for.
pub fn document_type(text: &str, sections: &[Section], title: Option<&str>, rules: &DocumentTypes) -> DocumentType {
    judge(text, sections, title, rules).document_type
}

/// Judges a note's type, with the reasons.
pub(super) fn judge<'a>(text: &str, sections: &[Section], title: Option<&str>, rules: &'a DocumentTypes) -> Judgement<'a> {
    judge_by(text, sections, title, rules, &rules.phrases.find(text))
}

/// The same, when the places of the rules' phrases are known.
pub(super) fn judge_by<'a>(
    text: &str,
    sections: &[Section],
    title: Option<&str>,
    rules: &'a DocumentTypes,
    phrases: &[(usize, Span)],
) -> Judgement<'a> {
    let mut reasons = held(text, sections, rules, phrases);
    for title in title.into_iter().chain(own_title(text, rules.file.title_words)) {
        let mut named: Vec<usize> = rules.titles.find(title).into_iter().map(|(owner, _)| owner).collect();
        named.sort_unstable();
        named.dedup();
        for named in named.into_iter().filter_map(|i| rules.file.title.get(i)) {
            let why = "The title names it.";
            reasons.push(Reason { document_type: named.document_type, weight: rules.file.title_weight, why, at: Vec::new() });
        }
    }
    let sum = |t: DocumentType| reasons.iter().filter(|r| r.document_type == t).map(|r| r.weight).sum::<i32>();
    let points: Vec<(DocumentType, i32)> = DocumentType::ALL.into_iter().map(|t| (t, sum(t))).collect();
    let mut best = (DocumentType::Other, rules.file.threshold - 1);
    for &(document_type, sum) in &points {
        if sum > best.1 {
            best = (document_type, sum);
        }
    }
    Judgement { document_type: best.0, points, reasons }
}

/// The rules that hold, in the lexicon's order.
fn held<'a>(text: &str, sections: &[Section], rules: &'a DocumentTypes, phrases: &[(usize, Span)]) -> Vec<Reason<'a>> {
    let mut seen: Vec<Vec<Span>> = rules.file.rule.iter().map(|_| Vec::new()).collect();
    for &(owner, span) in phrases {
        let Some((rule, seen)) = rules.file.rule.get(owner).zip(seen.get_mut(owner)) else { continue };
        if seen.len() < rule.at_least.max(1)
            && (!rule.opening || span.start < rules.file.opening)
            && stands_in(rule, sections, span)
            && !seen.iter().any(|s| s.of(text).eq_ignore_ascii_case(span.of(text)))
        {
            seen.push(span);
        }
    }
    let first = |name: &String| sections.iter().find(|s| s.section == *name);
    let mut out = Vec::new();
    for (rule, mut at) in rules.file.rule.iter().zip(seen) {
        at.extend(rule.sections.iter().filter_map(first).map(|s| Span::new(s.start, s.start + s.heading.len())));
        if at.len() >= rule.at_least.max(1) && !rule.without.iter().any(|name| first(name).is_some()) {
            out.push(Reason { document_type: rule.document_type, weight: rule.weight, why: &rule.reason, at });
        }
    }
    out
}

/// Whether a phrase stands where its rule lets it count.
fn stands_in(rule: &rules::Rule, sections: &[Section], span: Span) -> bool {
    if rule.within.is_empty() && rule.not_within.is_empty() {
        return true;
    }
    let section = sections.get(sections.partition_point(|s| s.start <= span.start).saturating_sub(1));
    let named = |list: &[String]| section.is_some_and(|s| list.contains(&s.section) || s.within.as_ref().is_some_and(|w| list.contains(w)));
    (rule.within.is_empty() || named(&rule.within)) && !named(&rule.not_within)
}

/// The first line of a note, when it is short enough to be a title, or the capitals with which it begins
/// ("PROGRESS NOTE, hospital day 3, ...").
fn own_title(text: &str, words: usize) -> Option<&str> {
    let line = text.trim_start().lines().next()?;
    let short = |line: &str| line.split_whitespace().take(words + 1).count() <= words;
    if short(line) {
        return Some(line);
    }
    let start = line.split([',', '.', ';', '(', '|']).next()?;
    (short(start) && start.chars().all(|c| !c.is_lowercase())).then_some(start)
}
