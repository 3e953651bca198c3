//! Documents of a class that needs a right of its own: psychotherapy notes, and records of programmes that treat substance use.

use super::Document;
use crate::hash::sha256;
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

/// Characters at a text's beginning and end in which a notice is looked for.
const NOTICE: usize = 1500;

/// A class that is off by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentClass {
    /// Notes of a therapist about what was said in a session.
    Psychotherapy,
    /// Records of a programme that treats substance use disorders.
    SubstanceUse,
}

#[derive(Debug, Deserialize)]
struct Written {
    name: DocumentClass,
    titles: Vec<String>,
    services: Vec<String>,
    notices: Vec<String>,
    #[cfg(test)]
    yes: Vec<Example>,
    #[cfg(test)]
    no: Vec<Example>,
}

#[cfg(test)]
#[derive(Debug, Deserialize)]
struct Example {
    title: Option<String>,
    service: Option<String>,
    text: Option<String>,
}

#[derive(Debug, Deserialize)]
struct File {
    class: Vec<Written>,
}

const TEXT: &str = include_str!("classes.toml");

fn classes() -> &'static [Written] {
    static CLASSES: OnceLock<Vec<Written>> = OnceLock::new();
    // A file of our own: the tests below read it whole.
    CLASSES.get_or_init(|| toml::from_str::<File>(TEXT).map(|file| file.class).unwrap_or_default())
}

impl DocumentClass {
    /// Every class.
    pub const ALL: [Self; 2] = [Self::Psychotherapy, Self::SubstanceUse];

    /// The name in the store and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Psychotherapy => "psychotherapy",
            Self::SubstanceUse => "substance_use",
        }
    }

    /// How a person says one document of it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Psychotherapy => "psychotherapy note",
            Self::SubstanceUse => "substance use treatment record",
        }
    }

    /// The act of opening one, in the log and in the table of rights.
    pub fn act(self) -> &'static str {
        match self {
            Self::Psychotherapy => "document.psychotherapy",
            Self::SubstanceUse => "document.substance_use",
        }
    }

    /// The class with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.name() == name)
    }

    /// The class of a document; almost all have none.
    pub fn of(document: &Document) -> Option<Self> {
        let code = document.code.as_ref().and_then(|c| c.display.as_deref());
        let titles = [document.title.as_deref(), code].map(|t| plain(t.unwrap_or_default()));
        let service = plain(document.service.as_deref().unwrap_or_default());
        let notices = plain(&ends(&document.text));
        let found = classes().iter().find(|class| {
            class.titles.iter().any(|words| titles.iter().any(|title| holds(title, words)))
                || class.services.iter().any(|words| holds(&service, words))
                || class.notices.iter().any(|words| holds(&notices, words))
        });
        found.map(|class| class.name)
    }

    /// Changes when what tells the classes apart does.
    pub fn told_by() -> String {
        sha256(TEXT).chars().take(16).collect()
    }
}

/// Lower case, one blank between words.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Whether words stand in a text as words of their own.
fn holds(text: &str, words: &str) -> bool {
    let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    text.match_indices(words).any(|(at, found)| {
        let (before, after) = (text.get(..at), text.get(at + found.len()..));
        !letter(before.and_then(|t| t.chars().next_back())) && !letter(after.and_then(|t| t.chars().next()))
    })
}

fn ends(text: &str) -> String {
    let start: String = text.chars().take(NOTICE).collect();
    if start.len() == text.len() {
        return start;
    }
    let mut end: Vec<char> = text.chars().rev().take(NOTICE).collect();
    end.reverse();
    start + " " + &end.into_iter().collect::<String>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_class_holds_what_it_is_for_and_leaves_ordinary_notes() {
        let whole: Vec<DocumentClass> = toml::from_str::<File>(TEXT).unwrap().class.iter().map(|c| c.name).collect();
        assert_eq!(whole, DocumentClass::ALL);
        for class in classes() {
            assert_eq!(DocumentClass::from_name(class.name.name()), Some(class.name));
            let of = |e: &Example| {
                let text = e.text.clone().unwrap_or_default();
                DocumentClass::of(&Document { title: e.title.clone(), service: e.service.clone(), text, ..Document::default() })
            };
            assert!(class.yes.len() >= 4 && class.no.len() >= 4);
            for example in &class.yes {
                assert_eq!(of(example), Some(class.name), "{example:?}");
            }
            for example in &class.no {
                assert_eq!(of(example), None, "{example:?}");
            }
        }
    }

    #[test]
    fn a_notice_counts_at_either_end_of_a_long_note_and_not_in_its_middle() {
        let notice = "42 CFR part 2 prohibits unauthorized use or disclosure of these records.";
        let filler = "Ate half of breakfast. ".repeat(200);
        let of = |text: String| DocumentClass::of(&Document { text, ..Document::default() });
        assert_eq!(of(format!("{notice} {filler}")), Some(DocumentClass::SubstanceUse));
        assert_eq!(of(format!("{filler} {notice}")), Some(DocumentClass::SubstanceUse));
        assert_eq!(of(format!("{filler} {notice} {filler}")), None);
    }
}
