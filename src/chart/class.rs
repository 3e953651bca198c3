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
    labels: Vec<String>,
    services: Vec<String>,
    notices: Vec<String>,
    #[cfg(test)]
    yes: Vec<Example>,
    #[cfg(test)]
    no: Vec<Example>,
}

impl Written {
    fn is_named(&self, title: &str) -> bool {
        self.titles.iter().any(|words| holds(title, words))
    }

    fn is_label(&self, given: &str) -> bool {
        self.labels.iter().any(|label| given.trim().eq_ignore_ascii_case(label))
    }
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
        let code = document.code.as_ref();
        let words = [document.title.as_deref(), code.and_then(|c| c.display.as_deref()), code.map(|c| c.code.as_str())];
        let titles: Vec<String> =
            words.into_iter().flatten().chain(document.type_words.iter().map(String::as_str)).map(plain_name).collect();
        let service = plain(document.service.as_deref().unwrap_or_default());
        let notices = plain(&ends(&document.text));
        let found = classes().iter().find(|class| {
            titles.iter().any(|title| class.is_named(title))
                || document.labels.iter().any(|label| class.is_label(label))
                || class.services.iter().any(|words| holds(&service, words))
                || class.notices.iter().any(|words| holds(&notices, words))
        });
        found.map(|class| class.name)
    }

    /// Whether a word that names a note's type tells its class.
    pub fn is_told_by_type(word: &str) -> bool {
        classes().iter().any(|class| class.is_named(&plain_name(word)))
    }

    /// Whether a security label tells the class of what bears it.
    pub fn is_told_by_label(label: &str) -> bool {
        classes().iter().any(|class| class.is_label(label))
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

/// The same of a name: what joins its words is a blank, and a mark that shows as nothing is none.
fn plain_name(name: &str) -> String {
    let hidden = |c: char| matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}');
    plain(
        &name
            .chars()
            .filter(|c| !hidden(*c))
            .map(|c| if matches!(c, '_' | '-' | '/' | '\u{2010}'..='\u{2015}') { ' ' } else { c })
            .collect::<String>(),
    )
}

/// Whether words stand in a text as words of their own.
fn holds(text: &str, words: &str) -> bool {
    let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    text.match_indices(words).any(|(at, found)| {
        let (before, after) = (text.get(..at), text.get(at + found.len()..));
        // "Note" and "notes" alike.
        let after = after.map(|t| t.strip_prefix('s').unwrap_or(t));
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
    fn a_psychotherapy_note_that_only_its_type_or_its_label_named_was_shown_to_everybody() {
        use crate::chart::Coding;
        let (psych, sud) = (DocumentClass::Psychotherapy, DocumentClass::SubstanceUse);
        let code = |code: &str, display: Option<&str>| {
            let code = Some(Coding { system: None, code: code.to_owned(), display: display.map(str::to_owned) });
            Document { code, title: Some("Session 4".into()), ..Document::default() }
        };
        let words = |words: &str| Document { type_words: vec!["Note".into(), words.into()], ..Document::default() };
        let label = |label: &str| Document { labels: vec!["N".into(), label.into()], ..Document::default() };
        for (document, class) in [
            (code("Psychotherapy note", None), psych),
            (code("PSYCHOTHERAPY_NOTE", None), psych),
            (code("11488-4", Some("Psychotherapy note")), psych),
            (words("Psychotherapy process notes"), psych),
            (words("psycho\u{ad}therapy note"), psych),
            (words("Individual therapy note"), psych),
            (words("Methadone clinic note"), sud),
            (words("OTP note"), sud),
            (label("PSYTHPN"), psych),
            (label("PSY"), psych),
            (label("ETH"), sud),
            (label("42cfrpart2"), sud),
            (label("SUD"), sud),
        ] {
            assert_eq!(DocumentClass::of(&document), Some(class), "{:?} {:?} {:?}", document.code, document.type_words, document.labels);
            assert_eq!(DocumentClass::of(&document.bare()), Some(class), "what is kept beside the text tells it again");
        }
        for document in [code("PSY", None), words("ETH"), label("N"), label("R"), words("Physical therapy notes")] {
            assert_eq!(DocumentClass::of(&document), None);
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
