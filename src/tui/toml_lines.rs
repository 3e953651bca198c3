//! Small TOML files of a person's own (settings, keys), read so that every mistake names its line.

use crate::error::Trouble;
use toml::de::{DeTable, DeValue};

/// A value of the file.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A text.
    Text(String),
    /// A list of texts.
    Texts(Vec<String>),
    /// Yes or no.
    Flag(bool),
    /// A table, in the order of its lines.
    Table(Vec<Entry>),
    /// Anything else.
    Other,
}

/// One `key = value`.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where it stands.
    pub line: u64,
    /// The value.
    pub value: Value,
    /// The file.
    file: String,
}

impl Entry {
    /// What is wrong with it, and what to write instead.
    pub fn wrong(&self, what: impl Into<String>, hint: impl Into<String>) -> Trouble {
        Trouble::input(what).at(&self.file, Some(self.line)).hint(hint)
    }

    /// One text or several.
    pub fn texts(&self) -> Option<Vec<&str>> {
        match &self.value {
            Value::Text(text) => Some(vec![text]),
            Value::Texts(all) => Some(all.iter().map(String::as_str).collect()),
            _ => None,
        }
    }
}

/// Reads a file.
pub fn read(file: &str, text: &str) -> Result<Vec<Entry>, Trouble> {
    let table = DeTable::parse(text).map_err(|error| {
        let what = error.message().lines().next().unwrap_or("the file is not TOML").trim_end_matches('.').to_owned();
        let line = error.span().map(|span| line_of(text, span.start));
        Trouble::input(what).at(file, line).hint("TOML: `key = value`, texts in quotes, tables in brackets")
    })?;
    Ok(entries(file, text, table.get_ref()))
}

fn line_of(text: &str, byte: usize) -> u64 {
    text.get(..byte).map_or(1, |head| head.matches('\n').count() as u64 + 1)
}

fn entries(file: &str, text: &str, table: &DeTable<'_>) -> Vec<Entry> {
    let mut all: Vec<Entry> = table
        .iter()
        .map(|(key, value)| {
            let value = match value.get_ref() {
                DeValue::String(words) => Value::Text(words.to_string()),
                DeValue::Boolean(flag) => Value::Flag(*flag),
                DeValue::Array(list) => {
                    let words = list.iter().map(|one| one.get_ref().as_str().map(str::to_owned)).collect::<Option<Vec<String>>>();
                    words.map_or(Value::Other, Value::Texts)
                }
                DeValue::Table(inner) => Value::Table(entries(file, text, inner)),
                _ => Value::Other,
            };
            Entry { key: key.get_ref().to_string(), line: line_of(text, key.span().start), value, file: file.to_owned() }
        })
        .collect();
    all.sort_by_key(|e| e.line);
    all
}

/// The name that was most likely meant: the one that the fewest changed letters lead to.
pub fn nearest<'n>(typed: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let best = names.map(|name| (distance(typed, name), name)).min()?;
    (best.0 <= typed.chars().count().max(3) / 3).then_some(best.1)
}

/// Letters put in, taken out or exchanged.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut next = vec![left];
        for (y, above) in b.iter().zip(row.iter().skip(1)) {
            left = (diagonal + usize::from(x != *y)).min(left + 1).min(above + 1);
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}
