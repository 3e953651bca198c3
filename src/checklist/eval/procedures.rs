//! Which procedures a document names, and whether they are of a kind.

use crate::chart::{Document, Span};
use crate::checklist::check::Kind;
use crate::checklist::facts::Facts;
use crate::checklist::words::{has_word, has_word_or_ending};
use crate::reading::Reading;

/// So long a line under a heading is a narrative, not the name of a procedure.
const LONGEST_NAME: usize = 240;

/// A title is shorter than this, in bytes.
const LONGEST_TITLE: usize = 100;

/// Whether a document is of a kind: all the procedures that it names are, or its words say so.
pub(super) fn is_of(kind: &Kind, document: &Document, reading: &Reading, facts: &Facts<'_>) -> bool {
    let holds = |line: &str, words: &[String]| words.iter().any(|word| has_word_or_ending(line, word));
    let fits = |line: &&str| holds(line, &kind.procedures) && !holds(line, &kind.not_procedures);
    let all = |lines: &[&str]| !lines.is_empty() && lines.iter().all(fits);
    let named = named(document, reading, facts);
    let done = if named.is_empty() {
        let account = account(document, reading, facts);
        let other = account.iter().any(|line| holds(line, &kind.not_procedures));
        all(&account) || !other && all(&told(document, reading))
    } else {
        all(&named)
    };
    done || facts.holds_one(document, &kind.words)
}

/// The bodies of the sections of a name. Codes of a procedure are no name of it.
fn bodies<'d>(document: &'d Document, reading: &Reading, facts: &Facts<'_>, name: &str) -> Vec<&'d str> {
    let codes = |heading: &str| facts.words("codes").iter().any(|word| has_word(heading, word));
    let sections = reading.sections.iter().filter(|section| section.section == name && !codes(&section.heading));
    sections.filter_map(|section| document.text.get(section.body..section.end)).collect()
}

/// The account of what was done, where nothing has a name.
fn account<'d>(document: &'d Document, reading: &Reading, facts: &Facts<'_>) -> Vec<&'d str> {
    ["procedure", "description"].into_iter().flat_map(|name| bodies(document, reading, facts, name)).collect()
}

/// The sentences that speak of a procedure.
fn told<'d>(document: &'d Document, reading: &Reading) -> Vec<&'d str> {
    let names =
        |span: &&Span| reading.mentions.iter().any(|m| m.concept.starts_with("procedure.") && span.contains(Span::new(m.start, m.end)));
    reading.sentences.iter().filter(names).map(|span| span.of(&document.text)).collect()
}

/// The procedures that a document names, a line each; where no heading holds a name, what the account's heading holds on one line; where
/// that is no name either, the title.
fn named<'d>(document: &'d Document, reading: &Reading, facts: &Facts<'_>) -> Vec<&'d str> {
    // A verb tells a sentence from a name; under a heading of its own ahead of the account, a name may hold one ("a lens was used").
    let sentence = |line: &str| facts.words("verbs").iter().any(|verb| has_word(line, verb));
    let short = |line: &&str| line.contains(char::is_alphabetic) && line.len() < LONGEST_NAME;
    let lines = |name: &str| {
        bodies(document, reading, facts, name).into_iter().flat_map(str::lines).map(str::trim).filter(short).collect::<Vec<_>>()
    };
    let (under, accounts) = (lines("procedure"), lines("description"));
    let names: Vec<&str> = under.iter().copied().filter(|line| !sentence(line)).collect();
    if !names.is_empty() {
        return names;
    }
    if reading.sections.iter().any(|section| section.section == "description") && !under.is_empty() {
        return under;
    }
    let names: Vec<&str> = accounts.into_iter().filter(|line| !sentence(line)).collect();
    if !names.is_empty() {
        return names;
    }
    // A title in capitals, where the note has one.
    let title = document.text.lines().map(str::trim).find(|line| !line.is_empty());
    let is_title = |line: &&str| {
        let line = line.trim_end_matches('.');
        line.len() < LONGEST_TITLE && line.contains(' ') && !line.contains(char::is_lowercase) && !line.contains(':')
    };
    title.filter(is_title).into_iter().collect()
}
