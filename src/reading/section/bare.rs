//! Headings of terse notes, which stand bare: "CC SOB.", "PMH COPD. MEDS tiotropium. ALL NKDA.".

use super::headings::{Headings, Kind, key};

/// How such abbreviations may stand; `[bare]` of the lexicon.
#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Bare {
    /// Abbreviations that mean nothing but their heading.
    sure: Vec<String>,
    /// Those that can mean something else.
    among_others: Vec<String>,
    /// How many different sure ones must start lines of the note before the others are believed.
    others: usize,
    /// Those that only count where a line starts.
    line_start: Vec<String>,
    /// Abbreviations and the words behind them that make them something else.
    not_next: std::collections::BTreeMap<String, Vec<String>>,
}

impl Bare {
    /// Every abbreviation it names.
    pub(super) fn words(&self) -> impl Iterator<Item = &String> {
        self.sure.iter().chain(&self.among_others).chain(&self.line_start).chain(self.not_next.keys())
    }

    fn is_sure(&self, key: &str) -> bool {
        self.sure.iter().any(|w| w == key)
    }
}

/// Which bare abbreviations are headings in one note.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Believed {
    None,
    Sure,
    All,
}

/// Longer stretches are not looked at.
const WORDS: usize = 24;

/// What the note's own manner allows. One in capitals throughout says nothing by them.
pub(super) fn believed(text: &str, headings: &Headings) -> Believed {
    let bare = headings.bare();
    let mut seen: Vec<String> = Vec::new();
    for line in text.lines() {
        let Some((words, _)) = abbreviation(line.trim_start(), headings) else { continue };
        let key = key(words);
        if bare.is_sure(&key) && !seen.contains(&key) {
            seen.push(key);
        }
    }
    let small = |c: &char| c.is_lowercase();
    let capital = |c: &char| c.is_uppercase();
    if seen.is_empty() || text.chars().filter(small).count() < text.chars().filter(capital).count() {
        Believed::None
    } else if seen.len() < bare.others {
        Believed::Sure
    } else {
        Believed::All
    }
}

/// The bare headings of a line in order, as start and end in it. None when the line does not start with one.
pub(super) fn in_line<'a>(line: &str, believed: Believed, headings: &'a Headings) -> Vec<(usize, usize, &'a Kind)> {
    let mut out = Vec::new();
    if believed == Believed::None {
        return out;
    }
    let bare = headings.bare();
    let mut at = line.len() - line.trim_start().len();
    loop {
        let rest = line.get(at..).unwrap_or_default();
        if let Some((words, kind)) = abbreviation(rest, headings) {
            let key = key(words);
            if (believed == Believed::All || bare.is_sure(&key)) && (out.is_empty() || !bare.line_start.contains(&key)) {
                out.push((at, at + words.len(), kind));
            }
        }
        if out.is_empty() {
            return out;
        }
        match next_start(line, at) {
            Some(next) => at = next,
            None => return out,
        }
    }
}

/// The next place where a sentence begins, or words stand apart.
fn next_start(line: &str, at: usize) -> Option<usize> {
    let bytes = line.as_bytes();
    (at + 1..line.len()).find(|&i| {
        let before = |back: usize| i.checked_sub(back).and_then(|j| bytes.get(j)).copied();
        bytes.get(i).is_some_and(u8::is_ascii_uppercase)
            && before(1).is_some_and(|b| b == b' ' || b == b'\t')
            && before(2).is_some_and(|b| matches!(b, b'.' | b';' | b' ' | b'\t' | b'!' | b'?'))
    })
}

/// The known abbreviation that stands bare at the start of these words, the longest first.
fn abbreviation<'t, 'a>(words: &'t str, headings: &'a Headings) -> Option<(&'t str, &'a Kind)> {
    let capitals = words.bytes().take(WORDS).take_while(|b| b.is_ascii_uppercase() || matches!(b, b' ' | b'/' | b'&')).count();
    let window = words.get(..capitals)?;
    let ends = window.match_indices(' ').map(|(i, _)| i).collect::<Vec<_>>();
    ends.into_iter().rev().find_map(|end| {
        let name = window.get(..end).filter(|n| !n.ends_with([' ', '/', '&']))?;
        let key = key(name);
        let bare = headings.bare();
        if !bare.is_sure(&key) && !bare.among_others.contains(&key) {
            return None;
        }
        let body = words.get(end..)?.trim_start();
        let next = body.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_ascii_lowercase();
        let other = bare.not_next.get(&key).is_some_and(|list| list.contains(&next));
        let behind = !body.is_empty() && !body.starts_with([':', '-', '=', '/', '|', '>', '\u{2013}', '\u{2014}']);
        (behind && !other).then(|| headings.exact(name).map(|kind| (name, kind))).flatten()
    })
}
