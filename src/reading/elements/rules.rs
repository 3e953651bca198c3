//! The rules of `lexicon/elements.toml`.

use super::content::says_something;
use super::phrases::Phrases;
use crate::chart::DocumentType;
use crate::error::Trouble;
use crate::reading::model::Section;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::OnceLock;

const SHIPPED: &str = include_str!("../../../lexicon/elements.toml");

/// The sections that hold an element.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    /// The element.
    pub element: String,
    /// Document types it holds for; all when empty.
    #[serde(default)]
    pub types: Vec<DocumentType>,
    /// Sections whose content is the element.
    pub sections: Vec<String>,
    /// Parts of those sections that are something else.
    #[serde(default)]
    pub parts_except: Vec<String>,
    /// Sections that can hold it but need not: an empty one leaves it absent, not empty.
    #[serde(default)]
    pub supporting: bool,
    /// Counts only behind one of these sections (a list of drugs behind the course of a stay is what the patient goes home on).
    #[serde(default)]
    pub after: Vec<String>,
    /// Counts only right ahead of one of these sections (a list without a heading, ahead of the diagnosis after an operation).
    #[serde(default)]
    pub before: Vec<String>,
    /// What the heading must be, in lower case; empty: any heading of the section.
    #[serde(default)]
    pub headings: Vec<String>,
    /// Bodies with fewer words do not count.
    #[serde(default)]
    pub skip_short_of: usize,
}

impl Rule {
    fn applies_to(&self, document_type: DocumentType) -> bool {
        self.types.is_empty() || self.types.contains(&document_type)
    }
}

/// Words that speak for an element wherever they stand.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cue {
    /// The element.
    pub element: String,
    /// Document types it holds for; all when empty.
    #[serde(default)]
    pub types: Vec<DocumentType>,
    /// The words.
    pub phrases: Vec<String>,
    /// Sections in which they count; all when empty.
    #[serde(default)]
    pub within: Vec<String>,
    /// Sections in which they do not count.
    #[serde(default)]
    pub not_within: Vec<String>,
    /// A number must follow in the sentence.
    #[serde(default)]
    pub number: bool,
    /// A date must follow in the sentence: 3/4/2021, or a month by name and a number.
    #[serde(default)]
    pub date: bool,
    /// How near it must follow, in bytes.
    #[serde(default = "near")]
    pub reach: usize,
    /// How many different phrases must be there.
    #[serde(default)]
    pub at_least: usize,
    /// Counts only in the last third of the note, in its last section, or where the account of a stay closes: there plans and
    /// outcomes stand.
    #[serde(default)]
    pub last_part: bool,
    /// Counts only in the first line of the note, its title, with at least this many words in small letters behind it.
    #[serde(default)]
    pub title_words: usize,
}

fn near() -> usize {
    24
}

impl Cue {
    /// Whether it counts in a document of this type.
    fn applies_to(&self, document_type: DocumentType) -> bool {
        self.types.is_empty() || self.types.contains(&document_type)
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    document_types: BTreeMap<String, Vec<String>>,
    placeholders: Vec<String>,
    reasons: Vec<String>,
    months: Vec<String>,
    rule: Vec<Rule>,
    cue: Vec<Cue>,
}

impl File {
    fn asked(&self, document_type: DocumentType) -> Vec<Asked> {
        let elements = self.document_types.get(document_type.name()).map(Vec::as_slice).unwrap_or_default();
        let numbers = |fits: Vec<bool>| fits.into_iter().enumerate().filter_map(|(number, fits)| fits.then_some(number)).collect();
        let of = |element: &String| Asked {
            element: element.clone(),
            rules: numbers(self.rule.iter().map(|rule| rule.element == *element && rule.applies_to(document_type)).collect()),
            cues: numbers(self.cue.iter().map(|cue| cue.element == *element && cue.applies_to(document_type)).collect()),
        };
        elements.iter().map(of).collect()
    }
}

/// Which elements a document type must hold, and how to tell that they are there.
pub struct ElementRules {
    file: File,
    phrases: Phrases,
    /// What each type asks for, with the rules and cues that tell of it.
    plan: Vec<(DocumentType, Vec<Asked>)>,
    /// The sections that rules name, by number, and those of each rule.
    numbers: BTreeMap<String, usize>,
    named: Vec<Vec<usize>>,
}

/// An element that a type asks for, with the numbers of the rules and cues that tell of it.
pub(super) struct Asked {
    pub element: String,
    pub rules: Vec<usize>,
    pub cues: Vec<usize>,
}

impl ElementRules {
    /// Reads rules.
    ///
    /// # Errors
    /// When the text is not TOML of this shape, or a rule names an element that no document type has.
    pub fn parse(text: &str) -> Result<Self, Trouble> {
        let file: File = toml::from_str(text).map_err(|e| Trouble::input("the elements cannot be read").why(e.message().to_owned()))?;
        let known = |name: &String| file.document_types.values().any(|names| names.contains(name));
        let used = file.rule.iter().map(|r| &r.element).chain(file.cue.iter().map(|c| &c.element));
        if let Some(strange) = used.into_iter().find(|name| !known(name)) {
            return Err(Trouble::input(format!("a rule names the element '{strange}', which no document type has"))
                .hint("name an element of [document_types]"));
        }
        Ok(Self::new(file))
    }

    /// The rules that are part of the program. A test proves them valid; were they not, no element would be looked for.
    pub fn shipped() -> &'static Self {
        static ONCE: OnceLock<ElementRules> = OnceLock::new();
        ONCE.get_or_init(|| Self::parse(SHIPPED).unwrap_or_else(|_| Self::new(File::default())))
    }

    fn new(file: File) -> Self {
        let phrases = Phrases::new(spoken(&file));
        let mut numbers = BTreeMap::new();
        for name in file.rule.iter().flat_map(|rule| &rule.sections) {
            let next = numbers.len();
            numbers.entry(name.clone()).or_insert(next);
        }
        let named = file.rule.iter().map(|rule| rule.sections.iter().filter_map(|name| numbers.get(name).copied()).collect()).collect();
        let plan = DocumentType::ALL.into_iter().map(|asked| (asked, file.asked(asked))).collect();
        Self { file, phrases, plan, numbers, named }
    }

    /// Which of the sections that rules name are there, by number.
    pub(super) fn there(&self, sections: &[Section]) -> Vec<bool> {
        let mut there = vec![false; self.numbers.len()];
        let names = sections.iter().flat_map(|section| std::iter::once(&section.section).chain(&section.within));
        for known in names.filter_map(|name| self.numbers.get(name)) {
            there.iter_mut().skip(*known).take(1).for_each(|one| *one = true);
        }
        there
    }

    /// What a type asks for.
    pub(super) fn asked(&self, document_type: DocumentType) -> &[Asked] {
        self.plan.iter().find(|(known, _)| *known == document_type).map_or(&[], |(_, asked)| asked)
    }

    /// The elements that a document of this type must hold.
    pub fn of(&self, document_type: DocumentType) -> &[String] {
        self.file.document_types.get(document_type.name()).map(Vec::as_slice).unwrap_or_default()
    }

    /// The rules for an element whose sections are there.
    pub(super) fn rules<'a>(&'a self, asked: &'a Asked, there: &'a [bool]) -> impl Iterator<Item = &'a Rule> {
        let any = |sections: &Vec<usize>| sections.iter().any(|section| there.get(*section) == Some(&true));
        asked.rules.iter().filter(move |rule| self.named.get(**rule).is_some_and(any)).filter_map(|rule| self.file.rule.get(*rule))
    }

    pub(super) fn cues(&self) -> &[Cue] {
        &self.file.cue
    }

    /// The cues' phrases, each with the number of its cue.
    pub(in crate::reading) fn spoken(&self) -> impl Iterator<Item = (&str, usize)> {
        spoken(&self.file)
    }

    pub(super) fn phrases(&self) -> &Phrases {
        &self.phrases
    }

    /// Whether a date stands here.
    pub(super) fn has_date(&self, words: &str) -> bool {
        let numeric = words.as_bytes().windows(3).any(|w| matches!(w, [a, b'/' | b'-', b] if a.is_ascii_digit() && b.is_ascii_digit()));
        numeric
            || (words.bytes().any(|b| b.is_ascii_digit())
                && words.split(|c: char| !c.is_alphabetic()).any(|w| self.file.months.iter().any(|m| w.eq_ignore_ascii_case(m))))
    }

    pub(super) fn has_content(&self, body: &str) -> bool {
        says_something(body, &self.file.placeholders, &self.file.reasons)
    }
}

fn spoken(file: &File) -> impl Iterator<Item = (&str, usize)> {
    file.cue.iter().enumerate().flat_map(|(number, cue)| cue.phrases.iter().map(move |phrase| (phrase.as_str(), number)))
}
