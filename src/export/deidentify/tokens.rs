//! Pseudonyms: the same thing has the same one through a whole export, and none of them says anything of what it stands for.

use super::class::Class;
use std::collections::BTreeMap;

/// Numbers in the order in which things are met.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    people: BTreeMap<(String, String), usize>,
    values: BTreeMap<(Class, String), usize>,
    records: BTreeMap<(String, String), usize>,
}

fn numbered<K: Ord>(map: &mut BTreeMap<K, usize>, key: K) -> usize {
    let next = map.len() + 1;
    *map.entry(key).or_insert(next)
}

impl Tokens {
    /// A person's pseudonym; `kind` says what they are to the chart.
    pub(super) fn person(&mut self, kind: &str, key: &str) -> String {
        let number = numbered(&mut self.people, (kind.to_owned(), key.to_lowercase()));
        let mut letters = kind.chars();
        let kind = letters.next().map(|c| c.to_uppercase().collect::<String>() + letters.as_str()).unwrap_or_default();
        format!("{kind}-{number}")
    }

    /// What stands for a value of a class.
    pub(super) fn of(&mut self, class: Class, value: &str) -> String {
        let key: String = value.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        let next = self.values.keys().filter(|(c, _)| *c == class).count() + 1;
        let number = *self.values.entry((class, key)).or_insert(next);
        format!("[{} {number}]", class.token())
    }

    /// A record's identifier.
    pub(super) fn record(&mut self, kind: &str, identifier: &str) -> String {
        let next = self.records.keys().filter(|(k, _)| k == kind).count() + 1;
        let number = *self.records.entry((kind.to_owned(), identifier.to_owned())).or_insert(next);
        format!("{kind}-{number}")
    }
}
