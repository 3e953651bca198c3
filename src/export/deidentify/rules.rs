//! The rules of `rules.toml`, read once.

use super::class::Class;
use regex::{Regex, RegexBuilder};
use serde::Deserialize;
use std::sync::OnceLock;

/// A rule that grows beyond this when compiled is a mistake in the file.
const LARGEST: usize = 4 << 20;

/// What the words around an identifier, or its form, say of it.
#[derive(Debug)]
pub(super) struct Rule {
    pub id: &'static str,
    pub class: Class,
    find: Regex,
}

#[derive(Debug, Deserialize)]
struct Written {
    id: String,
    class: Class,
    find: String,
    #[cfg_attr(not(test), expect(dead_code, reason = "run as tests"))]
    yes: Vec<String>,
    #[cfg_attr(not(test), expect(dead_code, reason = "run as tests"))]
    no: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct File {
    rule: Vec<Written>,
}

const TEXT: &str = include_str!("rules.toml");

fn written() -> Vec<Written> {
    // A file of our own: the tests below read it whole.
    toml::from_str::<File>(TEXT).map(|file| file.rule).unwrap_or_default()
}

/// All rules, in the file's order.
pub(super) fn rules() -> &'static [Rule] {
    static RULES: OnceLock<Vec<Rule>> = OnceLock::new();
    RULES.get_or_init(|| {
        let compiled = |w: Written| {
            let find = RegexBuilder::new(&w.find).size_limit(LARGEST).build().ok()?;
            Some(Rule { id: Box::leak(w.id.into_boxed_str()), class: w.class, find })
        };
        written().into_iter().filter_map(compiled).collect()
    })
}

/// The names that rules find in a text.
pub(super) fn names(text: &str) -> Vec<String> {
    let of = |rule: &'static Rule| rule.found(text).filter_map(|(start, end)| text.get(start..end).map(str::to_owned)).collect::<Vec<_>>();
    rules().iter().filter(|rule| rule.class == Class::Names).flat_map(of).collect()
}

impl Rule {
    /// What it finds in a text, as bytes.
    pub(super) fn found<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (usize, usize)> + 'a {
        self.find.captures_iter(text).filter_map(|found| found.get(1).or_else(|| found.get(0))).map(|m| (m.start(), m.end()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_finds_what_it_is_for_and_leaves_what_only_looks_like_it() {
        let (rules, written) = (rules(), written());
        assert_eq!(rules.len(), written.len(), "a rule does not compile");
        for (rule, w) in rules.iter().zip(&written) {
            assert!(w.yes.len() + w.no.len() >= 2 && !w.yes.is_empty() && !w.no.is_empty(), "{}", rule.id);
            for yes in &w.yes {
                let (start, end) = (yes.find('{').unwrap(), yes.find('}').unwrap() - 1);
                let text = yes.replace(['{', '}'], "");
                let found: Vec<(usize, usize)> = rule.found(&text).collect();
                assert_eq!(found, [(start, end)], "{}: {text}", rule.id);
            }
            for no in &w.no {
                assert_eq!(rule.found(no).count(), 0, "{}: {no}", rule.id);
            }
        }
    }

    #[test]
    fn every_class_has_a_rule() {
        for class in Class::ALL {
            assert!(rules().iter().any(|r| r.class == class), "{class:?}");
        }
    }
}
