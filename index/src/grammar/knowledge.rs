//! What the query language has to be told about medicine: names of concepts, measurements and sections. The engine itself knows none.

use serde::Serialize;

/// A concept that words name, with what the words say beyond it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Sense {
    /// The concept, as in the annotations of a document.
    pub concept: String,
    /// Attributes that the words state (`type` is `systolic`); a mention must have them all.
    pub attributes: Vec<(String, String)>,
}

/// Something that is measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Measure {
    /// Its name, as in the annotations of a document.
    pub name: String,
    /// How a person says it.
    pub label: String,
    /// The unit that values are kept in.
    pub unit: String,
}

/// How a value without a unit is meant.
#[derive(Debug, Clone, PartialEq)]
pub enum Bare {
    /// In the unit that the measurement is kept in.
    Kept,
    /// In another one: in the unit that it is kept in it would be a value that there is not.
    In {
        /// The other unit.
        unit: String,
        /// The value in the unit that it is kept in.
        value: f64,
    },
    /// In none that is known.
    Odd {
        /// The least value that there is.
        from: f64,
        /// The greatest.
        to: f64,
    },
}

/// Where the meaning of words comes from.
pub trait Knowledge {
    /// The concepts that words name; none when they name nothing.
    fn senses(&self, words: &str) -> Vec<Sense>;
    /// Other words for the same, for a word typed without quotes; the best first, since not all may be taken.
    fn synonyms(&self, words: &str) -> Vec<String>;
    /// The sections that words name.
    fn sections(&self, words: &str) -> Vec<String>;
    /// The measurement that words name.
    fn measure(&self, words: &str) -> Option<Measure>;
    /// A value in the unit that a measurement is kept in; `None` when it is not measured in that unit.
    fn convert(&self, measure: &str, value: f64, unit: &str) -> Option<f64>;
    /// How a value without a unit is meant.
    fn bare(&self, _measure: &str, _value: f64) -> Bare {
        Bare::Kept
    }
    /// What to type in the place of a value that means nothing, as a sentence.
    fn remedy(&self, _field: &str, _value: &str) -> Option<String> {
        None
    }
    /// Whether this is a unit of anything.
    fn is_unit(&self, word: &str) -> bool;
    /// The encounters that `gap:` or `query:` with this value stands for; `None` when the value means nothing.
    fn encounters(&self, field: &str, value: &str) -> Option<Vec<String>>;
    /// The name of the note type that a person calls so ("H&P"); `None` leaves the words as they are.
    fn note_type(&self, _words: &str) -> Option<String> {
        None
    }
    /// Values of a field that begin like `start`, for completion.
    fn values(&self, field: &str, start: &str) -> Vec<String>;
}

/// Knows no medicine: identifiers are what they are, and nothing has a synonym.
#[derive(Debug, Clone, Copy, Default)]
pub struct Plain;

impl Knowledge for Plain {
    fn senses(&self, words: &str) -> Vec<Sense> {
        vec![Sense { concept: joined(words), attributes: Vec::new() }]
    }

    fn synonyms(&self, _: &str) -> Vec<String> {
        Vec::new()
    }

    fn sections(&self, words: &str) -> Vec<String> {
        vec![joined(words)]
    }

    fn measure(&self, words: &str) -> Option<Measure> {
        let name = joined(words);
        Some(Measure { label: name.replace('_', " "), name, unit: String::new() })
    }

    fn convert(&self, _: &str, value: f64, unit: &str) -> Option<f64> {
        // Without a table any word with letters and a stroke, or a percent sign, is taken for the unit that the values are in.
        self.is_unit(unit).then_some(value)
    }

    fn is_unit(&self, word: &str) -> bool {
        word == "%" || (word.contains('/') && word.chars().any(char::is_alphabetic))
    }

    fn encounters(&self, _: &str, _: &str) -> Option<Vec<String>> {
        Some(Vec::new())
    }

    fn values(&self, _: &str, _: &str) -> Vec<String> {
        Vec::new()
    }
}

/// Words as an identifier: lower case, joined by underlines.
fn joined(words: &str) -> String {
    let words: Vec<String> =
        words.split(|c: char| c.is_whitespace() || c == '_').filter(|w| !w.is_empty()).map(str::to_lowercase).collect();
    words.join("_")
}
