//! The rules of `lexicon/document_types.toml`.

use super::super::elements::Phrases;
use crate::chart::DocumentType;
use crate::error::Trouble;
use serde::Deserialize;
use std::sync::OnceLock;

const SHIPPED: &str = include_str!("../../../lexicon/document_types.toml");

/// One reason for or against a type. It counts once, when a section or a phrase of it is there.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    #[serde(rename = "type")]
    pub document_type: DocumentType,
    pub weight: i32,
    /// Why it speaks for the type, for `--why` and for the people who keep the lexicon.
    pub reason: String,
    #[serde(default)]
    pub sections: Vec<String>,
    #[serde(default)]
    pub phrases: Vec<String>,
    /// Phrases count only where the note begins.
    #[serde(default)]
    pub opening: bool,
    /// Sections in which the phrases count; all when empty.
    #[serde(default)]
    pub within: Vec<String>,
    /// Sections in which they do not.
    #[serde(default)]
    pub not_within: Vec<String>,
    /// The rule holds only when none of these sections is there.
    #[serde(default)]
    pub without: Vec<String>,
    /// The rule holds only when at least this many different sections or phrases of it are there.
    #[serde(default)]
    pub at_least: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    /// The fewest points that a type needs; a note with less is `other`.
    pub threshold: i32,
    /// How much of a note is its opening, in bytes.
    pub opening: usize,
    pub title_weight: i32,
    /// A first line with more words than this is no title.
    pub title_words: usize,
    pub title: Vec<Title>,
    pub rule: Vec<Rule>,
}

/// Words of a title that name a type.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Title {
    #[serde(rename = "type")]
    pub document_type: DocumentType,
    pub phrases: Vec<String>,
}

/// The rules by which a note's type is judged.
pub struct DocumentTypes {
    pub(super) file: File,
    pub(super) phrases: Phrases,
    pub(super) titles: Phrases,
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
        let phrases = Phrases::new(spoken(&file));
        let titles = Phrases::new(file.title.iter().enumerate().flat_map(|(i, t)| t.phrases.iter().map(move |p| (p.as_str(), i))));
        Self { file, phrases, titles }
    }

    /// The rules' phrases, each with the number of its rule.
    pub(in crate::reading) fn spoken(&self) -> impl Iterator<Item = (&str, usize)> {
        spoken(&self.file)
    }
}

fn spoken(file: &File) -> impl Iterator<Item = (&str, usize)> {
    file.rule.iter().enumerate().flat_map(|(number, rule)| rule.phrases.iter().map(move |phrase| (phrase.as_str(), number)))
}
