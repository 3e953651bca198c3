//! A reader and a lexicon of a few words, for texts that know only these: enough to ask the engine everything it can be asked.

use std::ops::Range;

use lacuna_index::{Annotations, Entry, Knowledge, Measure, Mention, Region, Sense, Value};

const CONCEPTS: [&str; 6] = ["sepsis", "delirium", "gout", "ileus", "ab", "abc"];
const MEASURES: [&str; 3] = ["ef", "ferritin", "b"];
const SECTIONS: [&str; 3] = ["history", "assessment", "plan"];

/// What the small reader found in a text.
#[derive(Default)]
pub struct Notes<'a> {
    sections: Vec<Region<'a>>,
    mentions: Vec<Mention<'a>>,
    values: Vec<Value<'a>>,
}

fn known(all: &[&'static str], word: &str) -> Option<&'static str> {
    all.iter().find(|name| name.eq_ignore_ascii_case(word)).copied()
}

/// Sections begin with `NAME:`; "no" negates the next word, the history makes things past, "acute" is an attribute; a number after a
/// measure is its value.
pub fn read(text: &str) -> Notes<'static> {
    let mut words: Vec<(Range<usize>, &str)> = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (c.is_alphanumeric() || (c == '.' && start.is_some()), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                let word = text[from..at].trim_end_matches('.');
                words.push((from..from + word.len(), word));
                start = None;
            }
            _ => {}
        }
    }
    let mut notes = Notes::default();
    for (i, (span, word)) in words.iter().enumerate() {
        let before = i.checked_sub(1).map_or("", |at| words[at].1);
        if let Some(name) = known(&SECTIONS, word)
            && text[span.end..].starts_with(':')
        {
            if let Some(open) = notes.sections.last_mut() {
                open.span.end = span.start;
            }
            notes.sections.push(Region { name, span: span.start..text.len(), heading: span.start..span.end + 1 });
        }
        if let Some(concept) = known(&CONCEPTS, word) {
            let past = notes.sections.last().is_some_and(|s| s.name == "history");
            let assertion = if before.eq_ignore_ascii_case("no") {
                "negated"
            } else if past {
                "historical"
            } else {
                "present"
            };
            let attributes = if before.eq_ignore_ascii_case("acute") { vec![("acuity", "acute")] } else { Vec::new() };
            notes.mentions.push(Mention { concept, assertion, attributes, span: span.clone() });
        }
        if let Some(measure) = known(&MEASURES, word)
            && let Some((next, number)) = words.get(i + 1)
            && let Ok(value) = number.parse()
        {
            notes.values.push(Value { measure, value, span: span.start..next.end });
        }
    }
    notes
}

/// A document with what was read in it.
pub fn with<'a>(entry: Entry<'a>, notes: &'a Notes<'static>) -> Entry<'a> {
    Entry { notes: Annotations { sections: &notes.sections, mentions: &notes.mentions, values: &notes.values }, ..entry }
}

/// Knows as much as the small reader.
pub struct Mini;

impl Knowledge for Mini {
    fn senses(&self, words: &str) -> Vec<Sense> {
        let (attributes, name) = match words.to_lowercase().strip_prefix("acute ") {
            Some(rest) => (vec![("acuity".to_owned(), "acute".to_owned())], rest.to_owned()),
            None => (Vec::new(), words.to_owned()),
        };
        known(&CONCEPTS, &name).map(|concept| Sense { concept: concept.to_owned(), attributes }).into_iter().collect()
    }

    fn synonyms(&self, words: &str) -> Vec<String> {
        let also: &[&str] = match words.to_lowercase().as_str() {
            "renal" => &["kidney"],
            "hf" => &["heart failure", "hfref"],
            "abd" => &["ab", "a b"],
            _ => &[],
        };
        also.iter().map(|w| (*w).to_owned()).collect()
    }

    fn sections(&self, words: &str) -> Vec<String> {
        let words = words.to_lowercase();
        SECTIONS.iter().filter(|name| name.starts_with(&words)).map(|name| (*name).to_owned()).collect()
    }

    fn measure(&self, words: &str) -> Option<Measure> {
        known(&MEASURES, words).map(|name| Measure { name: name.to_owned(), label: name.to_owned(), unit: "u/L".to_owned() })
    }

    fn convert(&self, _: &str, value: f64, unit: &str) -> Option<f64> {
        match unit {
            "u/L" | "%" => Some(value),
            "u/dL" => Some(value * 10.0),
            _ => None,
        }
    }

    fn is_unit(&self, word: &str) -> bool {
        word == "%" || word.starts_with("u/")
    }

    fn encounters(&self, field: &str, value: &str) -> Option<Vec<String>> {
        match (field, value) {
            ("gap", "any") => Some(vec!["ENC 1/2026".to_owned(), "stay-3".to_owned()]),
            ("gap" | "query", "none") => Some(Vec::new()),
            _ => None,
        }
    }

    fn values(&self, field: &str, _: &str) -> Vec<String> {
        let all: &[&str] = if field == "is" { &CONCEPTS } else { &[] };
        all.iter().map(|w| (*w).to_owned()).collect()
    }
}
