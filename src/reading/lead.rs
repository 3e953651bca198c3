//! A cue before a list holds for what stands in the list: "Denies:", or a line of its own above it: "Risks discussed".

use super::folded::Folded;
use super::lexicon::{Axis, Deed, Direction, Lexicon};
use super::scan::Hit;
use super::scope::{Clause, Place, trigger};

/// A heading has no more words than this.
const HEADING_WORDS: usize = 9;

/// A cue before a list, for the sentences that come.
#[derive(Clone, Copy)]
pub(super) struct Lead {
    pub hit: Hit,
    /// An item of the list has come.
    begun: bool,
    /// A line above the list: it holds until a blank line, items or not.
    heads: bool,
    /// It holds for sentences that are nothing but names.
    names: bool,
}

impl Lead {
    /// Whether it still holds for a sentence; `item` says that this is an item of a list.
    pub(super) fn holds(self, item: bool, bare: &dyn Fn() -> bool) -> bool {
        if self.names { bare() } else { !self.begun || self.heads || item }
    }

    /// When a sentence has passed that it holds for.
    pub(super) fn begun(self) -> Self {
        Self { begun: true, ..self }
    }
}

/// The cue whose scope goes on in the list that follows: the last one of a clause that ends with a colon, when it has named nothing yet
/// ("denies:", "negative for any of the following:").
pub(super) fn leads_on(lexicon: &Lexicon, folded: &Folded, clause: &Clause<'_>) -> Option<Lead> {
    let Place { start, end } = clause.place;
    let forward = |hit: &&Hit| {
        trigger(lexicon, hit).is_some_and(|t| !t.heads && matches!(t.deed, Deed::Sets(_, Direction::Forward | Direction::Both)))
    };
    let last = clause.triggers.iter().rfind(forward)?;
    let rest = folded.text().get(last.end..end)?.trim_end();
    let named = clause.places.iter().any(|place| place.start >= start && place.end > last.start);
    let own = folded.text().get(..last.end).is_some_and(|words| words.ends_with(':'));
    let between = if own && rest.is_empty() { "" } else { rest.strip_suffix(':')? };
    let known = |word: &str| word.is_empty() || lexicon.lead_words.iter().any(|known| known == word);
    (!named && between.split(' ').all(known)).then_some(Lead { hit: *last, begun: false, heads: false, names: false })
}

/// Where a clause begins that names nothing and is a line above others: short, with no stop at its end, or with a colon.
pub(super) fn line_above(text: &str, folded: &Folded, clause: &Clause<'_>) -> Option<usize> {
    let span = folded.back(clause.place.start, clause.place.end);
    let words = text.get(span.start..span.end)?;
    let lead = words.len() - words.trim_start().len();
    // The mark of the first item may stand behind the line, and what is in brackets is no part of it.
    let (first, rest) = words.trim().split_once('\n').unwrap_or((words.trim(), ""));
    let line = first.trim_end_matches([':', '*', '_', '#', ' ', '\r']);
    let bare = line.split('(').next().unwrap_or_default();
    let start = span.start + lead;
    let before = text.get(..start).unwrap_or_default().trim_end_matches([' ', '*', '_', '#']);
    let after = text.get(start + line.len()..).unwrap_or_default().trim_start_matches([':', '*', '_', '#', ' ', '\r']);
    let named = clause.places.first().is_some_and(|place| folded.back(place.start, place.end).start < start + bare.len());
    let above = !named
        && !rest.contains(char::is_alphanumeric)
        && !bare.trim().is_empty()
        && line.len() < HEADING_WORDS * 12
        && !line.ends_with(['.', ';', ',', '!', '?'])
        && bare.split(' ').count() <= HEADING_WORDS
        && (before.is_empty() || before.ends_with('\n'))
        && after.starts_with('\n');
    above.then_some(start)
}

/// The cue of such a line that holds for the lines below it.
pub(super) fn heads(lexicon: &Lexicon, clause: &Clause<'_>) -> Option<Lead> {
    let cues = || clause.triggers.iter().filter_map(|hit| trigger(lexicon, hit).filter(|by| by.heads && !by.fragments).map(|by| (hit, by)));
    // "Mother's history": whose it is says more than when.
    let whose = cues().find(|(_, by)| matches!(by.deed, Deed::Sets(Axis::Family | Axis::Other, _)));
    let (hit, _) = whose.or_else(|| cues().next_back())?;
    Some(Lead { hit: *hit, begun: false, heads: true, names: false })
}

/// The cue of a sentence without names that holds for sentences that are nothing but names: "I considered three things."
pub(super) fn names_follow(lexicon: &Lexicon, clause: &Clause<'_>) -> Option<Lead> {
    let cue = || clause.triggers.iter().rfind(|hit| trigger(lexicon, hit).is_some_and(|by| by.fragments));
    let hit = if clause.places.is_empty() { cue() } else { None };
    hit.map(|hit| Lead { hit: *hit, begun: false, heads: false, names: true })
}

/// A sentence of names is no longer.
const NAMES: usize = 160;

/// Whether a sentence is nothing but names, with what joins them and one word before the first: "Acute pancreatitis. Or a stroke."
pub(super) fn is_bare(lexicon: &Lexicon, folded: &Folded, place: Place, names: &[Place]) -> bool {
    let Some(first) = names.first().filter(|_| place.end - place.start < NAMES) else { return false };
    let strange = |from: usize, to: usize| {
        let words = folded.text().get(from..to.max(from)).unwrap_or_default().split(|c: char| !c.is_alphanumeric());
        words.filter(|word| !word.is_empty() && !lexicon.name_joints.iter().any(|known| known == word)).count()
    };
    let mut at = first.end;
    let mut others = 0;
    for name in names.iter().skip(1) {
        others += strange(at, name.start);
        at = at.max(name.end);
    }
    strange(place.start, first.start) <= 1 && others + strange(at, place.end) == 0
}

/// Whether a cue denies what it governs or makes it uncertain or feared, which few known sections do.
pub(super) fn decides(lexicon: &Lexicon, hit: &Hit) -> bool {
    trigger(lexicon, hit).is_some_and(|trigger| matches!(trigger.deed, Deed::Sets(Axis::Possible | Axis::Negated | Axis::Hypothetical, _)))
}

/// Whether a cue makes what it governs uncertain.
pub(super) fn doubts(lexicon: &Lexicon, hit: &Hit) -> bool {
    trigger(lexicon, hit).is_some_and(|trigger| matches!(trigger.deed, Deed::Sets(Axis::Possible, _)))
}
