//! The vocabularies and limits of the lint: `templates/lint.toml`, compiled once.

use super::words::{Found, Patterns, Token};
use crate::chart::Span;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

const SHIPPED: &str = include_str!("../../../templates/lint.toml");
/// Families of wordings, which add to the vocabularies.
const FAMILIES: &str = include_str!("../../../templates/families.toml");

#[derive(Deserialize)]
struct File {
    brief: String,
    brief_year: u16,
    max_words: usize,
    max_letters: usize,
    max_indicators: usize,
    max_length_ratio: f64,
    min_reason_letters: usize,
    min_reason_words: usize,
    prior_months: u32,
    max_due_days: f64,
    vocabulary: BTreeMap<String, Entry>,
    labels: BTreeMap<String, Vec<String>>,
    rank: Rank,
    synonym: Rank,
    filler: Vec<String>,
}

#[derive(Deserialize)]
struct FamilyFile {
    family: Vec<Family>,
}

/// Wordings of one build, which belong to a vocabulary.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Family {
    of: String,
    #[serde(rename = "name")]
    _name: String,
    #[serde(rename = "source")]
    _source: String,
    terms: Vec<String>,
    #[serde(default)]
    guards: Vec<String>,
}

#[derive(Default, Deserialize)]
struct Entry {
    #[serde(rename = "source")]
    _source: String,
    terms: Vec<String>,
    #[serde(default)]
    guards: Vec<String>,
    #[serde(default)]
    near: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
struct Rank {
    rows: Vec<Vec<String>>,
}

/// Tokens that a guard takes at most, its gaps filled: farther back none is looked for.
const LONGEST_GUARD: usize = 32;

/// One vocabulary: terms, phrases that excuse them, and words of the same sentence that excuse an ambiguous term.
#[derive(Default)]
pub(crate) struct Vocabulary {
    terms: Patterns,
    guards: Patterns,
    near: BTreeMap<String, Patterns>,
}

impl Vocabulary {
    fn new(entry: &Entry) -> Self {
        Self {
            terms: Patterns::new(&entry.terms),
            guards: Patterns::new(&entry.guards),
            near: entry.near.iter().map(|(term, words)| (term.clone(), Patterns::new(words))).collect(),
        }
    }

    /// Its places in the tokens of one sentence. Of overlapping ones the first and longest stays.
    pub(crate) fn find(&self, sentence: &[Token]) -> Vec<Found> {
        let terms = self.terms.find(sentence);
        if terms.is_empty() {
            return terms;
        }
        let guards = self.guards.find(sentence);
        let mut clinical_near: BTreeMap<&str, bool> = BTreeMap::new();
        let mut out: Vec<Found> = Vec::new();
        for found in terms {
            let from = guards.partition_point(|g| g.first + LONGEST_GUARD < found.first);
            let close = guards.get(from..).unwrap_or_default().iter().take_while(|g| g.first < found.past);
            let guarded = close.into_iter().any(|g| g.span.overlaps(found.span));
            let first = sentence.get(found.first).map_or("", |t| t.text.as_str());
            let clinical = match self.near.get_key_value(first) {
                Some((word, near)) => *clinical_near.entry(word).or_insert_with(|| near.any(sentence)),
                None => false,
            };
            let doubled = out.last().is_some_and(|last| last.span.overlaps(found.span));
            if !guarded && !clinical && !doubled {
                out.push(found);
            }
        }
        out
    }

    /// Whether it stands in the sentence.
    pub(crate) fn any(&self, sentence: &[Token]) -> bool {
        !self.find(sentence).is_empty()
    }

    /// The words of its first place.
    pub(crate) fn first(&self, sentence: &[Token]) -> Option<Span> {
        self.find(sentence).first().map(|f| f.span)
    }
}

/// Everything that the lint reads from its data file.
#[derive(Default)]
pub(crate) struct Vocabularies {
    by_name: BTreeMap<String, Vocabulary>,
    labels: BTreeMap<String, Patterns>,
    /// Rows of words that fall by weight.
    pub(crate) ranks: Vec<Vec<Patterns>>,
    /// Rows of names of one diagnosis each, by the row.
    pub(crate) synonyms: (Patterns, Vec<usize>),
    /// The same rows as they are written.
    pub(crate) synonym_rows: Vec<Vec<String>>,
    /// The brief that the rules follow.
    pub(crate) brief: String,
    /// Its year.
    pub(crate) brief_year: u16,
    /// Most words that a provider is asked to read.
    pub(crate) max_words: usize,
    /// Letters of the longest word; more without a blank are none.
    pub(crate) max_letters: usize,
    /// Most indicators.
    pub(crate) max_indicators: usize,
    /// Longest option over the shortest.
    pub(crate) max_length_ratio: f64,
    /// Fewest letters of a typed justification.
    pub(crate) min_reason_letters: usize,
    /// Fewest words of it.
    pub(crate) min_reason_words: usize,
    /// Months before the latest date that make a finding an earlier one.
    pub(crate) prior_months: u32,
    /// Days from now after which no answer may be due.
    pub(crate) max_due_days: f64,
    filler: BTreeSet<String>,
    nothing: (Vocabulary, Patterns),
}

impl Vocabularies {
    fn parse(text: &str, families: &str) -> Result<Self, toml::de::Error> {
        let mut file: File = toml::from_str(text)?;
        for family in toml::from_str::<FamilyFile>(families)?.family {
            let entry = file.vocabulary.entry(family.of).or_default();
            entry.terms.extend(family.terms);
            entry.guards.extend(family.guards);
        }
        Ok(Self {
            by_name: file.vocabulary.iter().map(|(name, entry)| (name.clone(), Vocabulary::new(entry))).collect(),
            labels: file.labels.iter().map(|(name, list)| (name.clone(), Patterns::new(list))).collect(),
            ranks: file.rank.rows.iter().map(|row| row.iter().map(|word| Patterns::new(&[word])).collect()).collect(),
            synonyms: (
                Patterns::new(&file.synonym.rows.concat()),
                file.synonym.rows.iter().enumerate().flat_map(|(row, names)| names.iter().map(move |_| row)).collect(),
            ),
            synonym_rows: file.synonym.rows,
            brief: file.brief,
            brief_year: file.brief_year,
            max_words: file.max_words,
            max_letters: file.max_letters,
            max_indicators: file.max_indicators,
            max_length_ratio: file.max_length_ratio,
            min_reason_letters: file.min_reason_letters,
            min_reason_words: file.min_reason_words,
            prior_months: file.prior_months,
            max_due_days: file.max_due_days,
            filler: file.filler.into_iter().collect(),
            nothing: Default::default(),
        })
    }

    /// The vocabulary with this name; a test sees to it that every name used exists.
    pub(crate) fn get(&self, name: &str) -> &Vocabulary {
        self.by_name.get(name).unwrap_or(&self.nothing.0)
    }

    /// Whether a word only joins others.
    pub(crate) fn is_filler(&self, word: &str) -> bool {
        self.filler.contains(word)
    }

    /// The option labels with this name.
    pub(crate) fn label(&self, name: &str) -> &Patterns {
        self.labels.get(name).unwrap_or(&self.nothing.1)
    }
}

/// The shipped vocabularies. The file is compiled in and a test parses it, so the empty fallback is never seen.
pub(crate) fn vocabularies() -> &'static Vocabularies {
    static ONCE: OnceLock<Vocabularies> = OnceLock::new();
    ONCE.get_or_init(|| Vocabularies::parse(SHIPPED, FAMILIES).unwrap_or_default())
}

#[cfg(test)]
mod tests;
