//! Reads one TOML table field by field, so that every mistake is reported with its place and nothing unknown slips through.

use super::nearest;
use serde::Serialize;
use std::cell::{Cell, RefCell};
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// One mistake in a pack.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Diagnostic {
    /// The file.
    pub source: String,
    /// Its line, from 1.
    pub line: u64,
    /// Its column in characters, from 1.
    pub column: u64,
    /// What is wrong.
    pub what: String,
    /// What is expected there.
    pub expected: String,
    /// The nearest right word, or what to do.
    pub hint: Option<String>,
}

/// `renal.toml:14:9: no concept is called "acute_kidney_injry"; expected a concept of the lexicon; did you mean ...?`
impl std::fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}: {}; expected {}", self.source, self.line, self.column, self.what, self.expected)?;
        self.hint.as_ref().map_or(Ok(()), |hint| write!(f, "; {hint}"))
    }
}

/// Collects the mistakes of one file.
pub(super) struct Log<'s> {
    source: &'s str,
    text: &'s str,
    /// Where each line ends: every item and every example asks for its line, in files of thousands of them.
    ends: Vec<usize>,
    out: RefCell<Vec<Diagnostic>>,
    remarks: RefCell<Vec<Diagnostic>>,
}

impl<'s> Log<'s> {
    pub(super) fn new(source: &'s str, text: &'s str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect();
        Self { source, text, ends, out: RefCell::default(), remarks: RefCell::default() }
    }

    pub(super) fn source(&self) -> &'s str {
        self.source
    }

    pub(super) fn line(&self, at: usize) -> u64 {
        1 + self.ends.partition_point(|end| *end < at) as u64
    }

    pub(super) fn say(&self, at: usize, what: impl Into<String>, expected: impl Into<String>, hint: Option<String>) {
        let said = self.placed(at, what.into(), expected.into(), hint);
        self.out.borrow_mut().push(said);
    }

    /// What is no mistake, but is better known before the file is in force.
    pub(super) fn remark(&self, at: usize, what: impl Into<String>, expected: impl Into<String>) {
        let said = self.placed(at, what.into(), expected.into(), None);
        self.remarks.borrow_mut().push(said);
    }

    fn placed(&self, at: usize, what: String, expected: String, hint: Option<String>) -> Diagnostic {
        let before = self.text.get(..at.min(self.text.len())).unwrap_or_default();
        let column = 1 + before.rsplit('\n').next().unwrap_or_default().chars().count() as u64;
        let (source, line) = (self.source.to_owned(), self.line(at));
        Diagnostic { source, line, column, what, expected, hint }
    }

    /// The mistakes and the remarks, each once, in the order of their lines.
    pub(super) fn into_diagnostics(self) -> (Vec<Diagnostic>, Vec<Diagnostic>) {
        let sorted = |list: RefCell<Vec<Diagnostic>>| {
            let mut list = list.into_inner();
            list.sort();
            list.dedup();
            list
        };
        (sorted(self.out), sorted(self.remarks))
    }
}

/// A string with its place.
#[derive(Clone, Debug)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) at: usize,
}

/// One table, read field by field.
pub(super) struct Fields<'t, 's, 'i> {
    table: &'t DeTable<'i>,
    at: usize,
    log: &'t Log<'s>,
    asked: RefCell<Vec<&'static str>>,
    /// Its one mistake is said: what follows from it is not.
    given_up: Cell<bool>,
    what: String,
}

impl<'t, 's, 'i> Fields<'t, 's, 'i> {
    pub(super) fn new(table: &'t DeTable<'i>, span: Range<usize>, log: &'t Log<'s>, what: impl Into<String>) -> Self {
        Self { table, at: span.start, log, asked: RefCell::new(Vec::new()), given_up: Cell::new(false), what: what.into() }
    }

    pub(super) fn log(&self) -> &'t Log<'s> {
        self.log
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn rename(&mut self, what: impl Into<String>) {
        self.what = what.into();
    }

    pub(super) fn say(&self, at: usize, what: impl Into<String>, expected: impl Into<String>, hint: Option<String>) {
        self.log.say(at, what, expected, hint);
    }

    pub(super) fn remark(&self, at: usize, what: impl Into<String>, expected: impl Into<String>) {
        self.log.remark(at, what, expected);
    }

    /// No more is said of this table: its keys follow from a mistake that is said already.
    pub(super) fn give_up(&self) {
        self.given_up.set(true);
    }

    /// The value under a key, and where it stands.
    pub(super) fn raw(&self, key: &'static str) -> Option<&'t Spanned<DeValue<'i>>> {
        self.asked.borrow_mut().push(key);
        self.table.get(key)
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.table.get(key).is_some()
    }

    fn wrong(&self, key: &str, value: &Spanned<DeValue<'i>>, expected: &str) {
        self.say(value.span().start, format!("`{key}` is {} here", a_type(value.get_ref())), expected, None);
    }

    fn missing(&self, key: &str, expected: &str) {
        self.say(self.at, format!("{} has no `{key}`", self.what), format!("`{key}`: {expected}"), None);
    }

    pub(super) fn word(&self, key: &'static str) -> Option<Word> {
        let value = self.raw(key)?;
        match value.get_ref() {
            DeValue::String(text) if text.trim().is_empty() => {
                self.say(value.span().start, format!("`{key}` is empty"), "words", Some(format!("leave `{key}` out or fill it in")));
                None
            }
            DeValue::String(text) => Some(Word { text: text.to_string(), at: value.span().start }),
            _ => {
                self.wrong(key, value, "words in quotes");
                None
            }
        }
    }

    /// A text that may be empty.
    pub(super) fn text(&self, key: &'static str) -> Option<String> {
        let value = self.raw(key)?;
        match value.get_ref() {
            DeValue::String(text) => Some(text.to_string()),
            _ => {
                self.wrong(key, value, "words in quotes");
                None
            }
        }
    }

    pub(super) fn need_word(&self, key: &'static str, expected: &str) -> Word {
        if !self.has(key) {
            self.missing(key, expected);
        }
        self.word(key).unwrap_or(Word { text: String::new(), at: self.at })
    }

    /// One word or a list of words.
    pub(super) fn words(&self, key: &'static str) -> Vec<Word> {
        let Some(value) = self.raw(key) else { return Vec::new() };
        let filled = |text: &str, at: usize| {
            if text.trim().is_empty() {
                self.say(at, format!("a word of `{key}` is empty"), "words", Some("take it out or fill it in".to_owned()));
            }
        };
        match value.get_ref() {
            DeValue::String(text) => {
                filled(text, value.span().start);
                vec![Word { text: text.to_string(), at: value.span().start }]
            }
            DeValue::Array(list) => list
                .iter()
                .filter_map(|entry| match entry.get_ref() {
                    DeValue::String(text) => {
                        filled(text, entry.span().start);
                        Some(Word { text: text.to_string(), at: entry.span().start })
                    }
                    _ => {
                        self.wrong(key, entry, "a list of words in quotes");
                        None
                    }
                })
                .collect(),
            _ => {
                self.wrong(key, value, "words in quotes, or a list of them");
                Vec::new()
            }
        }
    }

    pub(super) fn need_words(&self, key: &'static str, expected: &str) -> Vec<Word> {
        if !self.has(key) {
            self.missing(key, expected);
        } else if self.words(key).is_empty() {
            self.say(self.at, format!("`{key}` of {} is empty", self.what), expected, None);
        }
        self.words(key)
    }

    pub(super) fn flag(&self, key: &'static str, default: bool) -> bool {
        let Some(value) = self.raw(key) else { return default };
        match value.get_ref() {
            DeValue::Boolean(flag) => *flag,
            _ => {
                self.wrong(key, value, "true or false");
                default
            }
        }
    }

    pub(super) fn need_flag(&self, key: &'static str, expected: &str) -> bool {
        if !self.has(key) {
            self.missing(key, expected);
        }
        self.flag(key, false)
    }

    pub(super) fn number(&self, key: &'static str) -> Option<f64> {
        let value = self.raw(key)?;
        let number = number_of(value.get_ref());
        if number.is_none() {
            self.wrong(key, value, "a number");
        }
        number
    }

    pub(super) fn need_number(&self, key: &'static str, expected: &str) -> f64 {
        if !self.has(key) {
            self.missing(key, expected);
        }
        self.number(key).unwrap_or_default()
    }

    pub(super) fn count(&self, key: &'static str, default: usize) -> usize {
        let Some(value) = self.raw(key) else { return default };
        match value.get_ref() {
            DeValue::Integer(number) => match number.as_str().replace('_', "").parse() {
                Ok(number) => number,
                Err(_) => {
                    self.say(value.span().start, format!("`{key}` is {}", number.as_str()), "a whole number, 0 or more", None);
                    default
                }
            },
            _ => {
                self.wrong(key, value, "a whole number");
                default
            }
        }
    }

    pub(super) fn table(&self, key: &'static str) -> Option<Fields<'t, 's, 'i>> {
        let value = self.raw(key)?;
        match value.get_ref() {
            DeValue::Table(table) => Some(Fields::new(table, value.span(), self.log, format!("`{key}`"))),
            _ => {
                self.wrong(key, value, &format!("a table: `[{key}]`"));
                None
            }
        }
    }

    /// A list of tables; `what` names one of them in messages.
    pub(super) fn tables(&self, key: &'static str, what: &str) -> Vec<Fields<'t, 's, 'i>> {
        let Some(value) = self.raw(key) else { return Vec::new() };
        let DeValue::Array(list) = value.get_ref() else {
            self.wrong(key, value, &format!("a list of tables: `[[{key}]]`"));
            return Vec::new();
        };
        list.iter()
            .filter_map(|entry| match entry.get_ref() {
                DeValue::Table(table) => Some(Fields::new(table, entry.span(), self.log, what)),
                _ => {
                    self.wrong(key, entry, &format!("a table: `[[{key}]]`"));
                    None
                }
            })
            .collect()
    }

    /// Keys and values of a table whose keys the author chooses.
    pub(super) fn entries(&self) -> Vec<(Word, &'t Spanned<DeValue<'i>>)> {
        let mut list: Vec<_> =
            self.table.iter().map(|(key, value)| (Word { text: key.get_ref().to_string(), at: key.span().start }, value)).collect();
        list.sort_by_key(|(key, _)| key.at);
        list
    }

    /// The word under a key, which must be one of `names`.
    pub(super) fn one_of<T: Copy>(&self, key: &'static str, names: &[(&str, T)], expected: &str) -> Option<T> {
        let word = self.word(key)?;
        self.pick(&word, names, expected)
    }

    pub(super) fn pick<T: Copy>(&self, word: &Word, names: &[(&str, T)], expected: &str) -> Option<T> {
        let found = names.iter().find(|(name, _)| *name == word.text).map(|(_, value)| *value);
        if found.is_none() {
            self.unknown(word, expected, names.iter().map(|(name, _)| *name));
        }
        found
    }

    /// Says that a word is not among the names it must be one of.
    pub(super) fn unknown<'n>(&self, word: &Word, expected: &str, names: impl Iterator<Item = &'n str> + Clone) {
        self.unknown_called(word, expected, names, None);
    }

    /// The same, when it is known which of the names it is another name of ("K" of `potassium`).
    pub(super) fn unknown_called<'n>(
        &self,
        word: &Word,
        expected: &str,
        names: impl Iterator<Item = &'n str> + Clone,
        called: Option<&str>,
    ) {
        let near = called.or_else(|| nearest::of(&word.text, names.clone()));
        let hint = near.map(|near| format!("did you mean `{near}`?"));
        let few: Vec<&str> = names.clone().take(13).collect();
        let expected = if few.is_empty() {
            format!("{expected}, of which there is none")
        } else if few.len() <= 12 {
            format!("{expected}: {}", few.join(", "))
        } else {
            expected.to_owned()
        };
        self.say(word.at, format!("`{}` is not known here", word.text), expected, hint);
    }

    /// Says that a word is no canonical name of an observation.
    pub(super) fn unknown_observation(&self, word: &Word) {
        let known = crate::checklist::names::observations().iter().map(String::as_str);
        self.unknown_called(word, "the canonical name of an observation", known, crate::checklist::names::observation_called(&word.text));
    }

    /// Reports every key that nobody asked for.
    pub(super) fn finish(&self) {
        if self.given_up.get() {
            return;
        }
        let asked = self.asked.borrow();
        for (key, _) in self.table.iter() {
            let name = key.get_ref().as_ref();
            if !asked.contains(&name) {
                let hint = nearest::of(name, asked.iter().copied()).map(|near| format!("did you mean `{near}`?"));
                let mut known: Vec<&str> = asked.clone();
                known.sort_unstable();
                known.dedup();
                let expected = format!("one of the keys of {}: {}", self.what, known.join(", "));
                self.say(key.span().start, format!("`{name}` is not a key of {}", self.what), expected, hint);
            }
        }
    }
}

/// The number a value is, whole or not.
pub(super) fn number_of(value: &DeValue<'_>) -> Option<f64> {
    match value {
        DeValue::Integer(number) => number.as_str().replace('_', "").parse().ok(),
        DeValue::Float(number) => number.as_str().replace('_', "").parse().ok().filter(|n: &f64| n.is_finite()),
        _ => None,
    }
}

fn a_type(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
