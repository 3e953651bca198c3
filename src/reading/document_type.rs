//! What kind of document a note is, judged by its content: weighted rules of `lexicon/document_types.toml`.

#[cfg(test)]
mod tests;

use super::elements::Phrases;
use super::model::Section;
use crate::chart::DocumentType;
use crate::error::Trouble;
use serde::Deserialize;
use std::sync::OnceLock;

const SHIPPED: &str = include_str!("../../lexicon/document_types.toml");

/// One reason for or against a type. It counts once, when a section or a phrase of it is there.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    #[serde(rename = "type")]
    document_type: DocumentType,
    weight: i32,
    /// Why it speaks for the type; for the people who keep the lexicon.
    #[serde(rename = "reason")]
    _reason: String,
    #[serde(default)]
    sections: Vec<String>,
    #[serde(default)]
    phrases: Vec<String>,
    /// Phrases count only where the note begins.
    #[serde(default)]
    opening: bool,
    /// The rule holds only when none of these sections is there.
    #[serde(default)]
    without: Vec<String>,
    /// The rule holds only when at least this many different sections or phrases of it are there.
    #[serde(default)]
    at_least: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// The fewest points that a type needs; a note with less is `other`.
    threshold: i32,
    /// How much of a note is its opening, in bytes.
    opening: usize,
    title_weight: i32,
    /// A first line with more words than this is no title.
    title_words: usize,
    title: Vec<Title>,
    rule: Vec<Rule>,
}

/// Words of a title that name a type.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Title {
    #[serde(rename = "type")]
    document_type: DocumentType,
    phrases: Vec<String>,
}

/// The rules by which a note's type is judged.
pub struct DocumentTypes {
    file: File,
    phrases: Phrases,
    titles: Phrases,
}

impl DocumentTypes {
    /// Reads rules.
    ///
    /// # Errors
    /// When the text is not TOML of this shape.
    pub fn parse(text: &str) -> Result<Self, Trouble> {
        let file: File =
            toml::from_str(text).map_err(|e| Trouble::input("the document types cannot be read").why(e.message().to_owned()))?;
        Ok(Self::new(file))
    }

    /// The rules that are part of the program. A test proves them valid; were they not, every note would be `other`.
    pub fn shipped() -> &'static Self {
        static ONCE: OnceLock<DocumentTypes> = OnceLock::new();
        ONCE.get_or_init(|| {
            Self::parse(SHIPPED).unwrap_or_else(|_| {
                Self::new(File { threshold: 0, opening: 0, title_weight: 0, title_words: 0, title: Vec::new(), rule: Vec::new() })
            })
        })
    }

    fn new(file: File) -> Self {
        let phrases = Phrases::new(file.rule.iter().enumerate().flat_map(|(i, r)| r.phrases.iter().map(move |p| (p.as_str(), i))));
        let titles = Phrases::new(file.title.iter().enumerate().flat_map(|(i, t)| t.phrases.iter().map(move |p| (p.as_str(), i))));
        Self { file, phrases, titles }
    }
}

/// The type that most speaks for; the vocabulary's order decides between equals, and `other` is a note that nothing speaks for.
pub fn document_type(text: &str, sections: &[Section], title: Option<&str>, rules: &DocumentTypes) -> DocumentType {
    let mut seen: Vec<Vec<&str>> = rules.file.rule.iter().map(|_| Vec::new()).collect();
    for (owner, span) in rules.phrases.find(text) {
        let opening = rules.file.rule.get(owner).is_some_and(|r| r.opening);
        if let Some(seen) = seen.get_mut(owner)
            && (!opening || span.start < rules.file.opening)
            && seen.len() < rules.file.rule.get(owner).map_or(1, |r| r.at_least.max(1))
            && !seen.iter().any(|s| s.eq_ignore_ascii_case(span.of(text)))
        {
            seen.push(span.of(text));
        }
    }
    let has = |name: &String| sections.iter().any(|s| s.section == *name);
    let mut points: Vec<(DocumentType, i32)> = DocumentType::ALL.into_iter().map(|t| (t, 0)).collect();
    let mut add = |document_type: DocumentType, weight: i32| {
        if let Some(entry) = points.iter_mut().find(|(t, _)| *t == document_type) {
            entry.1 += weight;
        }
    };
    for (rule, seen) in rules.file.rule.iter().zip(&seen) {
        let there = seen.len() + rule.sections.iter().filter(|s| has(s)).count();
        if there >= rule.at_least.max(1) && !rule.without.iter().any(has) {
            add(rule.document_type, rule.weight);
        }
    }
    for title in title.into_iter().chain(own_title(text, rules.file.title_words)) {
        let mut named: Vec<usize> = rules.titles.find(title).into_iter().map(|(owner, _)| owner).collect();
        named.sort_unstable();
        named.dedup();
        for document_type in named.into_iter().filter_map(|i| rules.file.title.get(i)).map(|t| t.document_type) {
            add(document_type, rules.file.title_weight);
        }
    }
    let mut best = (DocumentType::Other, rules.file.threshold - 1);
    for (document_type, sum) in points {
        if sum > best.1 {
            best = (document_type, sum);
        }
    }
    best.0
}

/// The first line of a note, when it is short enough to be a title.
fn own_title(text: &str, words: usize) -> Option<&str> {
    let line = text.trim_start().lines().next()?;
    (line.split_whitespace().take(words + 1).count() <= words).then_some(line)
}
