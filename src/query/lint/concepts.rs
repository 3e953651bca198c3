//! The diagnoses that a query may name: `templates/concepts.toml`.

use super::words::{Patterns, Token, tokens};
use crate::chart::Span;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

const SHIPPED: &str = include_str!("../../../templates/concepts.toml");

#[derive(Deserialize)]
struct File {
    processes: Vec<String>,
    masks: Vec<String>,
    concept: BTreeMap<String, Entry>,
}

#[derive(Deserialize)]
struct Entry {
    names: Vec<String>,
    #[serde(default)]
    finding: bool,
    #[serde(default)]
    within: Vec<String>,
    #[serde(default)]
    support: Vec<String>,
    #[serde(default)]
    hints: Vec<String>,
}

/// Names of diagnoses, and what speaks for each.
#[derive(Default)]
pub(crate) struct Concepts {
    names: Patterns,
    /// What only looks like a name.
    masks: Patterns,
    owner: Vec<String>,
    within: BTreeMap<String, Vec<String>>,
    support: BTreeMap<String, Patterns>,
    hints: BTreeMap<String, Patterns>,
    findings: BTreeSet<String>,
    /// The words of the names, but for short ones.
    words: BTreeSet<String>,
}

/// A diagnosis named in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    /// Which.
    pub(crate) concept: String,
    /// Where.
    pub(crate) span: Span,
}

impl Concepts {
    fn parse(text: &str) -> Result<Self, toml::de::Error> {
        let file: File = toml::from_str(text)?;
        let mut out = Self::default();
        let mut names = Vec::new();
        for (id, entry) in file.concept {
            // An index turns a name round: "kidney injury, acute".
            let turned = entry.names.iter().filter_map(|n| n.split_once(' ').map(|(first, rest)| format!("{rest} , {first}")));
            let of = entry.names.iter().filter_map(|n| of_the(n, &file.processes));
            let all: Vec<String> = entry.names.iter().cloned().chain(turned).chain(of).collect();
            out.owner.extend(all.iter().map(|_| id.clone()));
            names.extend(all);
            if entry.finding {
                out.findings.insert(id.clone());
            }
            if !entry.support.is_empty() {
                out.support.insert(id.clone(), Patterns::new(&entry.support));
            }
            if !entry.hints.is_empty() {
                out.hints.insert(id.clone(), Patterns::new(&entry.hints));
            }
            out.within.insert(id, entry.within);
        }
        let long = |t: Token| (t.text.chars().count() >= SPELLED && t.text.chars().all(char::is_alphabetic)).then_some(t.text);
        out.words = names.iter().flat_map(|n| tokens(n)).filter_map(long).collect();
        out.names = Patterns::new(&names);
        out.masks = Patterns::new(&file.masks);
        Ok(out)
    }

    /// The diagnoses that the tokens name; of overlapping names the longest stays ("septic shock", not "shock").
    pub(crate) fn find(&self, tokens: &[Token]) -> Vec<Named> {
        let mut out: Vec<Named> = Vec::new();
        let masks = if tokens.is_empty() { Vec::new() } else { self.masks.find(tokens) };
        for found in self.names.find(tokens) {
            if masks.iter().any(|m| m.span.overlaps(found.span)) {
                continue;
            }
            let Some(concept) = self.owner.get(found.pattern) else { continue };
            let longer = |n: &Named| n.span.end - n.span.start >= found.span.end - found.span.start;
            match out.last() {
                Some(last) if last.span.overlaps(found.span) && longer(last) => continue,
                Some(last) if last.span.overlaps(found.span) => _ = out.pop(),
                _ => {}
            }
            out.push(Named { concept: concept.clone(), span: found.span });
        }
        out
    }

    /// The tokens with each word that is nearly a word of a name spelled as that word: one letter wrong, missing or too many.
    pub(crate) fn mended(&self, tokens: &[Token]) -> Vec<Token> {
        let near = |t: &Token| {
            let length = t.text.chars().count();
            let plain = length + 1 >= SPELLED && t.text.chars().all(char::is_alphabetic) && !self.words.contains(&t.text);
            plain.then(|| self.words.iter().find(|w| is_one_off(w, &t.text))).flatten()
        };
        tokens.iter().map(|t| Token { span: t.span, text: near(t).unwrap_or(&t.text).clone() }).collect()
    }

    /// The same for a text, and what the reader finds besides: its lexicon knows more names of a condition, this table more
    /// diagnoses.
    pub(crate) fn named_by_reader_too(&self, text: &str, words: &[Token]) -> Vec<Named> {
        let mut out = self.find(words);
        // Those found stand apart and in order: only the last that begins before a mention ends can overlap it.
        let free = |span: Span| {
            let before = out.partition_point(|n| n.span.start < span.end);
            before.checked_sub(1).and_then(|i| out.get(i)).is_none_or(|n| !n.span.overlaps(span))
        };
        let mut more: Vec<Named> = Vec::new();
        let mut mentions = crate::reading::read(text, None).mentions;
        mentions.sort_by_key(|m| (m.start, m.end));
        for mention in mentions {
            let span = Span::new(mention.start, mention.end);
            let apart = more.last().is_none_or(|last| !last.span.overlaps(span));
            if apart && self.within.contains_key(&mention.concept) && free(span) {
                more.push(Named { concept: mention.concept, span });
            }
        }
        out.extend(more);
        out.sort_by_key(|n| (n.span.start, n.span.end));
        out
    }

    /// Whether a word is one of a name, or of what speaks for one.
    pub(crate) fn has_word(&self, word: &str) -> bool {
        self.words.contains(word) || self.support.values().chain(self.hints.values()).any(|p| p.any(&tokens(word)))
    }

    /// The diagnoses that a text names.
    pub(crate) fn named(&self, text: &str) -> Vec<Named> {
        self.find(&tokens(text))
    }

    /// Whether it is a sign or symptom, which a query may name before a provider does.
    pub(crate) fn is_finding(&self, concept: &str) -> bool {
        self.findings.contains(concept)
    }

    /// The concept and everything it implies: acute tubular necrosis is an acute kidney injury.
    pub(crate) fn implied(&self, concept: &str) -> BTreeSet<String> {
        let mut out = BTreeSet::from([concept.to_owned()]);
        out.extend(self.within.get(concept).into_iter().flatten().cloned());
        out
    }

    /// Whether nothing but its names is known of it.
    pub(crate) fn by_name_only(&self, concept: &str) -> bool {
        self.within.contains_key(concept) && !self.support.contains_key(concept)
    }

    /// Whether anything in the words belongs to a diagnosis of which the table knows no more than its names and what goes with it;
    /// `None` where it does not know that either.
    pub(crate) fn hinted(&self, concept: &str, words: &[Token]) -> Option<bool> {
        let hints = self.hints.get(plain(concept))?;
        Some(hints.any(words) || self.find(words).iter().any(|n| self.implied(&n.concept).contains(concept)))
    }

    /// Whether the words relate to the concept: they name it, or name one of its findings. `None` when nothing is known of it.
    pub(crate) fn supports(&self, concept: &str, words: &[Token]) -> Option<bool> {
        let concept = plain(concept);
        let support = self.support.get(concept)?;
        Some(support.any(words) || self.find(words).iter().any(|n| self.implied(&n.concept).contains(concept)))
    }
}

/// The name without the mark of a term that is no condition of the vocabulary: `term.cerebral_edema` is `cerebral_edema` here.
fn plain(concept: &str) -> &str {
    concept.strip_prefix("term.").unwrap_or(concept)
}

/// "Acute kidney injury" as "acute injury of the kidney", where the last word names what happens to the one before it.
fn of_the(name: &str, processes: &[String]) -> Option<String> {
    let words: Vec<&str> = name.split(' ').collect();
    let [before @ .., part, process] = words.as_slice() else { return None };
    let happens = processes.iter().any(|p| p == process);
    happens.then(|| [before, &[process, "(of|to|in)", "(the|)", part]].concat().join(" ").replace(part, &format!("({part}|{part}s)")))
}

/// Letters that a word of a name needs before a word that is nearly the same is taken for it.
const SPELLED: usize = 5;

/// Whether one letter must be changed, added or taken away.
fn is_one_off(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    // The longest letter has four bytes: most pairs need no look at their letters.
    if long.len() - short.len() > 4 {
        return false;
    }
    let (letters, more) = (short.chars().count(), long.chars().count());
    if letters.abs_diff(more) > 1 {
        return false;
    }
    let same = short.chars().zip(long.chars()).take_while(|(x, y)| x == y).count();
    let (of_short, of_long) = (same + usize::from(more <= letters), same + usize::from(letters <= more));
    short.chars().skip(of_short).eq(long.chars().skip(of_long))
}

/// The shipped table. The file is compiled in and a test parses it, so the empty fallback is never seen.
pub(crate) fn concepts() -> &'static Concepts {
    static ONCE: OnceLock<Concepts> = OnceLock::new();
    ONCE.get_or_init(|| Concepts::parse(SHIPPED).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_table_parses_and_no_name_belongs_to_two() {
        let file: File = toml::from_str(SHIPPED).unwrap();
        let mut seen = BTreeMap::new();
        assert!(file.concept.values().filter(|entry| !entry.support.is_empty()).count() >= 80);
        for (id, entry) in &file.concept {
            for within in &entry.within {
                assert!(file.concept.contains_key(within), "{within}");
            }
            for name in &entry.names {
                assert_eq!(seen.insert(name.clone(), id.clone()), None, "{name}");
            }
        }
    }

    #[test]
    fn the_longest_name_wins() {
        for (text, expected) in [
            ("septic shock today", vec!["septic_shock"]),
            ("aspiration pneumonia and AKI", vec!["aspiration_pneumonia", "acute_kidney_injury"]),
            ("acute blood loss anemia", vec!["acute_blood_loss_anemia"]),
            ("renal function", vec![]),
        ] {
            let found: Vec<String> = concepts().named(text).into_iter().map(|n| n.concept).collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}
