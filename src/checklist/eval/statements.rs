//! Statements across documents that cannot all hold: what the discharge summary makes of a diagnosis, values of one thing that are
//! told by words, and whose chart it is.

use super::conflict::{pair, verdict};
use super::leaf::in_sections;
use super::wording::section_at;
use super::{Finding, Verdict, describe, node, yes_if};
use crate::chart::{Document, DocumentType, Sex};
use crate::checklist::check::AtDischarge;
use crate::checklist::facts::{Facts, Said, role, type_of, voice_of};
use crate::checklist::proof::{around, quote, record_proof, sentence};
use crate::checklist::words::{Vocabulary, find_word, has_word};
use crate::reading::{Assertion, Reading};
use std::collections::{BTreeMap, BTreeSet};

/// What the discharge summary drops, adds, or holds less surely.
pub(super) fn discharge(conditions: &[String], want: AtDischarge, sections: &[String], min_days: usize, facts: &Facts<'_>) -> Verdict {
    let label = match want {
        AtDischarge::Dropped => format!("a diagnosis of {min_days} days or more is not in the discharge summary"),
        AtDischarge::Added => "the discharge summary names a diagnosis that no note before it has".to_owned(),
        AtDischarge::Certainty => "the discharge summary is more, or less, certain than the notes before it".to_owned(),
    };
    let is_summary = |d: &Document, r: &Reading| type_of(d, r) == DocumentType::DischargeSummary;
    let Some((summary, reading)) = facts.documents().filter(|(d, r)| is_summary(d, r) && d.amends.is_none()).last() else {
        return Verdict { findings: Vec::new(), tree: node(label, crate::checklist::Outcome::No, "no discharge summary", Vec::new()) };
    };
    let (mut findings, mut parts) = (Vec::new(), Vec::new());
    for condition in conditions {
        let all = facts.said(condition);
        let there: Vec<&Said<'_>> = all.iter().filter(|s| is_summary(s.document, s.reading)).collect();
        let before: Vec<&Said<'_>> = all
            .iter()
            .filter(|s| s.provider && !is_summary(s.document, s.reading) && (sections.is_empty() || in_sections(s, sections)))
            .collect();
        let present = |list: &[&Said<'_>]| list.iter().any(|s| s.mention.assertion == Assertion::Present);
        let possible = |list: &[&Said<'_>]| list.iter().any(|s| s.mention.assertion == Assertion::Possible);
        let denied = before.last().is_some_and(|s| s.mention.assertion == Assertion::Negated);
        let stands: Vec<&Said<'_>> = before.iter().copied().filter(|s| s.mention.assertion == Assertion::Present).collect();
        let found: Option<(Said<'_>, Option<Said<'_>>, String)> = match want {
            AtDischarge::Dropped => {
                let days: BTreeSet<String> = stands.iter().filter_map(|s| s.document.time.map(|t| t.local_date().to_string())).collect();
                let dropped = there.is_empty() && !denied && days.len() >= min_days.max(1);
                stands.last().filter(|_| dropped).map(|s| (**s, None, describe::count(days.len(), "day", "days")))
            }
            AtDischarge::Added => {
                let new = !there.is_empty()
                    && !all.iter().any(|s| !is_summary(s.document, s.reading) && s.mention.assertion != Assertion::Family);
                last_of(&there, Assertion::Present).filter(|_| new).map(|s| (s, None, "discharge summary only".to_owned()))
            }
            AtDischarge::Certainty => {
                let weaker = possible(&there) && !present(&there) && present(&before) && !denied;
                let stronger = present(&there) && possible(&before) && !present(&before);
                let (one, other) =
                    if weaker { (Assertion::Present, Assertion::Possible) } else { (Assertion::Possible, Assertion::Present) };
                let how = if weaker { "less certain" } else { "more certain" };
                let pair = last_of(&before, one).zip(last_of(&there, other)).filter(|_| weaker || stronger);
                pair.map(|(one, other)| (one, Some(other), how.to_owned()))
            }
        };
        if !all.is_empty() {
            let detail = format!("{} before, {} in the summary", describe::count(stands.len(), "mention", "mentions"), there.len());
            parts.push(node(describe::name(condition), yes_if(found.is_some()), detail, Vec::new()));
        }
        if let Some((one, other, value)) = found {
            let mut finding = Finding { condition: Some(condition.clone()), missing: vec!["agreement".to_owned()], ..Finding::default() };
            match other {
                Some(other) => pair(&mut finding, facts, &one, &other),
                None => {
                    finding.evidence = vec![facts.proof(&one)];
                    finding.name("words", &one.mention.text);
                    finding.name("author", one.document.author.as_ref().map(|a| a.display()).unwrap_or("a note"));
                    if let Some(time) = one.document.time {
                        finding.name("date", time.display());
                    }
                }
            }
            finding.name("value", value);
            finding.searched.push(crate::checklist::Searched {
                what: describe::name(condition),
                r#where: describe::place(summary, reading),
                documents: vec![summary.identifier.clone()],
            });
            findings.push(finding);
        }
    }
    verdict(label, findings, parts)
}

/// The last of some mentions that stands so.
fn last_of<'s>(list: &[&Said<'s>], assertion: Assertion) -> Option<Said<'s>> {
    list.iter().rfind(|said| said.mention.assertion == assertion).map(|said| **said)
}

/// Where words count.
pub(super) struct Places<'p> {
    /// In these sections; empty: in any.
    pub(super) sections: &'p [String],
    /// Not in a sentence with one of these words.
    pub(super) not_with: &'p [String],
    /// In documents of these types; empty: in any.
    pub(super) types: &'p [DocumentType],
}

/// The last value that each voice (or each type of document) states.
pub(super) fn stated(
    values: &[(String, Vec<String>)],
    places: &Places<'_>,
    encounter_disposition: bool,
    last_of_type: bool,
    facts: &Facts<'_>,
) -> Verdict {
    let mut last: BTreeMap<String, (String, crate::chart::Evidence, String, String)> = BTreeMap::new();
    for (document, reading, vocabulary) in facts.texts() {
        if !places.types.is_empty() && !places.types.contains(&type_of(document, reading)) {
            continue;
        }
        // Where a note states two values, it states none.
        let found: Vec<(&String, usize, usize)> = values
            .iter()
            .filter_map(|(name, words)| place(words, places, document, reading, vocabulary).map(|(s, e)| (name, s, e)))
            .collect();
        if let [(name, start, end)] = found.as_slice() {
            let key = if last_of_type { type_of(document, reading).name().to_owned() } else { voice_of(document).to_owned() };
            let (start, end) = around(document, reading, *start, *end);
            let author = document.author.as_ref().map(|a| a.display().to_owned()).unwrap_or_default();
            let date = document.time.map(|t| t.display()).unwrap_or_default();
            last.insert(key, ((*name).clone(), quote(document, reading, start, end), author, date));
        }
    }
    let encounter = &facts.chart().encounter;
    if let Some(given) = encounter.disposition.as_deref().filter(|_| encounter_disposition)
        && let Some((name, _)) = values.iter().find(|(_, words)| words.iter().any(|word| has_word(given, word)))
    {
        let proof = record_proof(&encounter.identifier, &format!("disposition: {given}"), encounter.end);
        last.insert("~encounter".to_owned(), (name.clone(), proof, "the encounter".to_owned(), String::new()));
    }
    let stands: Vec<_> = last.into_values().collect();
    let parts = stands
        .iter()
        .map(|(value, _, author, date)| node(format!("{author} {date}"), crate::checklist::Outcome::Yes, value, Vec::new()))
        .collect();
    let clash =
        stands.iter().enumerate().find_map(|(i, one)| stands.iter().skip(i + 1).find(|other| other.0 != one.0).map(|other| (one, other)));
    let findings = clash.map(|(one, other)| {
        let mut finding = Finding { missing: vec!["agreement".to_owned()], ..Finding::default() };
        finding.evidence = vec![one.1.clone(), other.1.clone()];
        for (key, value) in [
            ("value", &one.0),
            ("other", &other.0),
            ("author", &one.2),
            ("other_author", &other.2),
            ("date", &one.3),
            ("other_date", &other.3),
        ] {
            finding.name(key, value);
        }
        finding
    });
    verdict("documents state different values of one thing".to_owned(), findings.into_iter().collect(), parts)
}

/// The first place where a document states one of the words as so: not denied, not in another section.
fn place(words: &[String], places: &Places<'_>, document: &Document, reading: &Reading, vocabulary: &Vocabulary) -> Option<(usize, usize)> {
    let states = |at: usize| {
        let (own, within) = section_at(reading, at);
        let here = places.sections.is_empty() || places.sections.iter().any(|name| name == own || Some(name.as_str()) == within);
        here && !places.not_with.iter().any(|word| has_word(sentence(document, reading, at), word))
    };
    vocabulary.places(&document.text, words).find(|(at, _)| states(*at)).map(|(at, word)| (at, at + word.len()))
}

/// What tells that a note is another person's.
pub(super) struct Identity<'i> {
    pub(super) female: &'i [String],
    pub(super) male: &'i [String],
    pub(super) least: usize,
    pub(super) tolerance: u16,
    pub(super) record_number: &'i [String],
}

/// A note that speaks of another person.
pub(super) fn identity(rules: &Identity<'_>, facts: &Facts<'_>) -> Verdict {
    let label = "a note speaks of another sex, age or record number than the patient's".to_owned();
    let Some(patient) = &facts.chart().patient else {
        return Verdict {
            findings: Vec::new(),
            tree: node(label, crate::checklist::Outcome::CannotTell, "no patient was sent", Vec::new()),
        };
    };
    let (mut findings, mut parts) = (Vec::new(), Vec::new());
    for (document, reading, vocabulary) in facts.texts().filter(|(d, ..)| role(d).is_provider()) {
        let text = (document, reading, vocabulary);
        let wrong = match patient.sex {
            Sex::Female => {
                other_sex(rules.male, rules.female, rules.least, text).map(|place| ("male".to_owned(), "female".to_owned(), place))
            }
            Sex::Male => {
                other_sex(rules.female, rules.male, rules.least, text).map(|place| ("female".to_owned(), "male".to_owned(), place))
            }
            Sex::Other | Sex::NotGiven => None,
        };
        let age = document.time.and_then(|time| patient.age_at(&time)).and_then(|age| {
            let (stated, start, end) = stated_age(document, reading)?;
            (stated.abs_diff(age) > rules.tolerance).then(|| (format!("{stated} years"), format!("{age} years"), (start, end)))
        });
        let number = patient.mrn.as_deref().and_then(|mrn| {
            let (stated, start, end) = record_number(&document.text, rules.record_number)?;
            // A sender prints any of the patient's numbers, and fills them up with zeros.
            let bare = |number: &str| number.trim_start_matches('0').to_lowercase();
            let own = bare(stated) == bare(mrn) || patient.numbers().iter().any(|number| bare(&number.value) == bare(stated));
            (!own).then(|| (format!("record {stated}"), format!("record {mrn}"), (start, end)))
        });
        let found = wrong.or(age).or(number);
        parts.push(node(
            describe::place(document, reading),
            yes_if(found.is_some()),
            if found.is_some() { "" } else { "fits" },
            Vec::new(),
        ));
        if let Some((stated, real, (start, end))) = found {
            let kind = type_of(document, reading);
            let mut finding =
                Finding { document_type: Some(kind.name().to_owned()), missing: vec!["agreement".to_owned()], ..Finding::default() };
            let (start, end) = around(document, reading, start, end);
            finding.evidence = vec![quote(document, reading, start, end)];
            finding.name("document", describe::label(kind, document));
            finding.name("value", stated);
            finding.name("other", real);
            finding.name("author", document.author.as_ref().map(|a| a.display()).unwrap_or("a note"));
            if let Some(time) = document.time {
                finding.name("date", time.display());
            }
            findings.push(finding);
        }
    }
    verdict(label, findings, parts)
}

/// The first of several words of one sex in a note that has none of the other; words in histories of relatives do not count.
fn other_sex(
    wrong: &[String],
    right: &[String],
    least: usize,
    (document, reading, vocabulary): (&Document, &Reading, &Vocabulary),
) -> Option<(usize, usize)> {
    let places = |words: &[String]| {
        let all = vocabulary.places(&document.text, words).filter(|(at, _)| !section_at(reading, *at).0.contains("family"));
        let mut found: Vec<(usize, usize)> = all.map(|(at, word)| (at, at + word.len())).collect();
        found.sort_unstable();
        found
    };
    let found = places(wrong);
    (found.len() >= least && places(right).is_empty()).then(|| found.first().copied()).flatten()
}

/// Whether a place lies in the sentence that opens its section, in one that speaks of the patient: there a note says whom it is about. A
/// grandson's age stands in the social history, or further down.
fn opens(document: &Document, reading: &Reading, at: usize) -> bool {
    let (own, within) = section_at(reading, at);
    let others = |name: &str| name.contains("family") || name.contains("social");
    let body = reading.section_at(at).map_or(0, |section| section.body);
    let text = document.text.get(body..).unwrap_or_default();
    let begin = body + (text.len() - text.trim_start().len());
    let sentence = sentence(document, reading, at);
    let from = (sentence.as_ptr() as usize).saturating_sub(document.text.as_ptr() as usize);
    !others(own) && !within.is_some_and(others) && from <= begin
}

/// Whether what follows "year" makes an age of it: "-old", "s old". "20 years, old infarct" is none.
fn is_old(tail: &str) -> bool {
    let rest = tail.strip_prefix(['s', 'S']).unwrap_or(tail);
    let old = rest.trim_start_matches([' ', '-']);
    old.len() < rest.len() && old.get(..3).is_some_and(|word| word.eq_ignore_ascii_case("old"))
}

/// "a 67-year-old", "67 y/o", "67 yo": the first age that a note states where a section opens.
fn stated_age(document: &Document, reading: &Reading) -> Option<(u16, usize, usize)> {
    let text = document.text.as_str();
    let mut first: Option<(u16, usize, usize)> = None;
    for (word, is_year) in [("year", true), ("y/o", false), ("yo", false), ("y.o", false)] {
        let mut from = 0;
        while let Some(at) = text.get(from..).and_then(|rest| rest.find(word)).map(|at| at + from) {
            from = at + word.len();
            let head = text.get(..at)?.trim_end_matches([' ', '-']);
            let digits = head.len() - head.trim_end_matches(|c: char| c.is_ascii_digit()).len();
            let start = head.len() - digits;
            let tail = text.get(from..)?;
            let fits = if is_year { is_old(tail) } else { !tail.starts_with(char::is_alphanumeric) };
            let whole = !head.get(..start)?.ends_with(['.', '/']);
            let stated = head.get(start..)?.parse::<u16>().ok().filter(|_| (1..=3).contains(&digits) && fits && whole);
            if let Some(age) = stated.filter(|_| opens(document, reading, start)) {
                first = first.filter(|(_, place, _)| *place < start).or(Some((age, start, from)));
                break;
            }
        }
    }
    first
}

/// "MRN: 123456": what stands after one of the words.
fn record_number<'t>(text: &'t str, words: &[String]) -> Option<(&'t str, usize, usize)> {
    words.iter().find_map(|word| {
        let at = find_word(text, word, 0)?;
        let rest = text.get(at + word.len()..)?;
        let skipped = rest.len() - rest.trim_start_matches([' ', ':', '#', '\t']).len();
        let start = at + word.len() + skipped;
        let body = text.get(start..)?;
        let end = body.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(body.len());
        let number = body.get(..end)?;
        (number.len() >= 4 && number.bytes().any(|b| b.is_ascii_digit())).then_some((number, start, start + end))
    })
}
