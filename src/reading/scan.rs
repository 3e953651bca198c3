//! One pass over the folded text: every name, trigger, attribute word and measurement name, each with its place.

use super::bits::{Bits, beginning};
use super::folded::Folded;
use super::lexicon::{Guard, Lexicon, Owner};
use super::machine::{Found, in_word};
use super::scope::Place;

/// A pattern found in the folded text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hit {
    /// First byte in the folded text.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
    /// What it stands for.
    pub owner: Owner,
    /// Its number among the patterns of the lexicon.
    pub pattern: usize,
}

/// Everything found, by kind, each list in order of start and the longer first.
#[derive(Debug, Default)]
pub(super) struct Hits {
    pub forms: Vec<Hit>,
    pub triggers: Vec<Hit>,
    pub attributes: Vec<Hit>,
    pub measures: Vec<Hit>,
}

/// Words further away than this many bytes are not near.
const NEAR: usize = 160;

impl Hits {
    /// Finds everything in one pass. The clauses say what stands in one sentence; together they cover the folded text.
    pub(super) fn find(lexicon: &Lexicon, text: &str, folded: &Folded, clauses: &[Place]) -> Self {
        let mut hits = Self::default();
        // Room for what a text of this length holds as a rule.
        for list in [&mut hits.forms, &mut hits.triggers, &mut hits.attributes, &mut hits.measures] {
            list.reserve(folded.text().len() / 64);
        }
        let mut rest = clauses;
        lexicon.machine.find(folded.text(), |Found { pattern, start, end, gapped }| {
            while let Some((clause, after)) = rest.split_first()
                && clause.end <= start
            {
                rest = after;
            }
            let plain = !folded.joined(end);
            let inflected = if plain { Some(end) } else { plural_end(folded, end) };
            for &owner in lexicon.owners.of(pattern) {
                // Only a cue may have words inside it that say little: "was subsequently ruled out".
                if gapped && !matches!(owner, Owner::Trigger(_)) {
                    continue;
                }
                let (list, end) = match owner {
                    Owner::Form(_) => (&mut hits.forms, inflected),
                    Owner::Attribute(_) => (&mut hits.attributes, inflected),
                    Owner::Trigger(_) => (&mut hits.triggers, plain.then_some(end)),
                    Owner::Measure(_) => (&mut hits.measures, plain.then_some(end)),
                };
                let Some(end) = end else { continue };
                let hit = Hit { start, end, owner, pattern };
                if guard_of(lexicon, owner).is_none_or(|guard| allows(guard, text, folded, &hit, rest.first())) {
                    // They come with the shorter first: the few that share a start change places.
                    let at = list.iter().rposition(|known| known.start < start || known.end >= end).map_or(0, |before| before + 1);
                    list.insert(at, hit);
                }
            }
        });
        hits
    }
}

/// "fractures", "abscesses": the end with the plural's letters, when nothing else follows.
fn plural_end(folded: &Folded, end: usize) -> Option<usize> {
    let rest = folded.text().get(end..)?;
    ["s", "es"].into_iter().find(|suffix| rest.starts_with(suffix) && !folded.joined(end + suffix.len())).map(|suffix| end + suffix.len())
}

fn guard_of(lexicon: &Lexicon, owner: Owner) -> Option<&Guard> {
    match owner {
        Owner::Form(at) => lexicon.forms.get(at)?.guard.as_deref(),
        Owner::Attribute(at) => lexicon.attributes.get(at)?.guard.as_deref(),
        Owner::Trigger(at) => lexicon.triggers.get(at)?.guard.as_deref(),
        Owner::Measure(at) => lexicon.measures.get(at)?.guard.as_deref(),
    }
}

fn allows(guard: &Guard, text: &str, folded: &Folded, hit: &Hit, sentence: Option<&Place>) -> bool {
    if guard.exact {
        let written = folded.back(hit.start, hit.end).of(text);
        if !guard.spelling.iter().any(|spelling| written == spelling || written.strip_suffix('s').is_some_and(|stem| stem == spelling)) {
            return false;
        }
    }
    if guard.at_start.is_some() || guard.at_end.is_some() {
        let place = folded.back(hit.start, hit.end);
        if guard.at_start.is_some_and(|wanted| wanted != begins(text, place.start))
            || guard.at_end.is_some_and(|wanted| wanted != ends(text, place.end))
        {
            return false;
        }
    }
    // Most words differ in the letter that stands there.
    let (head, tail) = folded.text().as_bytes().split_at_checked(hit.end).unwrap_or_default();
    let after = tail.strip_prefix(b" ").unwrap_or(tail).first().is_some_and(|byte| guard.next_first.may_hold(*byte));
    let next = |words: &[String]| after && words.iter().any(|word| follows(folded, hit.end, word));
    let head = head.get(..hit.start).unwrap_or_default();
    let ahead = head.strip_suffix(b" ").unwrap_or(head).last().is_some_and(|byte| guard.before_last.may_hold(*byte));
    let before = |words: &[String]| ahead && words.iter().any(|word| precedes(folded, hit.start, word));
    if !guard.next.is_empty() && !next(&guard.next) || next(&guard.not_next) {
        return false;
    }
    if !guard.before.is_empty() && !before(&guard.before) || before(&guard.not_before) {
        return false;
    }
    if guard.near.is_empty() && guard.not_near.is_empty() {
        return true;
    }
    let window = Window::new(folded, hit, sentence.filter(|_| !guard.around));
    let some = window.begin.may_meet(&guard.near_begin);
    let near = |words: &[String]| some && words.iter().any(|word| window.holds(word));
    (guard.near.is_empty() || near(&guard.near)) && !near(&guard.not_near)
}

/// Whether a line, a sentence or a member of a list begins at a place.
fn begins(text: &str, at: usize) -> bool {
    let before = text.get(..at).and_then(|head| head.trim_end_matches(' ').chars().next_back());
    before.is_none_or(|c| "\n\r\t.!?:;,|(-*\u{2022}".contains(c))
}

/// Whether a line, a sentence, a cell or a member of a list ends at a place.
fn ends(text: &str, at: usize) -> bool {
    let after = text.get(at..).and_then(|rest| rest.trim_start_matches(' ').chars().next());
    after.is_none_or(|c| "\n\r\t.;,|)]".contains(c))
}

/// Whether a word comes right after a place (after spaces, or at once when it is a sign).
pub(super) fn follows(folded: &Folded, end: usize, word: &str) -> bool {
    let Some(rest) = folded.text().as_bytes().get(end..) else { return false };
    let rest = rest.strip_prefix(b" ").unwrap_or(rest);
    let skipped = folded.text().len() - rest.len();
    // Most words differ in their first letter.
    rest.first() == word.as_bytes().first() && rest.starts_with(word.as_bytes()) && !folded.joined(skipped + word.len())
}

/// The longest short form that is looked over between a name and the word behind it.
const SHORT_FORM: usize = 8;

/// Behind the short form in brackets that a name is given ("deep vein thrombosis (DVT) | prophylaxis"), or the bracket that closes it.
pub(super) fn past_short_form(folded: &Folded, end: usize) -> usize {
    let Some(rest) = folded.text().get(end..) else { return end };
    let inner = rest.strip_prefix(" (").unwrap_or(rest);
    let length = inner.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inner.len());
    let opened = inner.len() < rest.len() && (1..=SHORT_FORM).contains(&length);
    let closes = inner.get(length..).is_some_and(|tail| tail.starts_with(')')) && (opened || length == 0);
    if closes { end + (rest.len() - inner.len()) + length + 1 } else { end }
}

/// Whether a word comes right before a place.
pub(super) fn precedes(folded: &Folded, start: usize, word: &str) -> bool {
    let Some(head) = folded.text().as_bytes().get(..start) else { return false };
    let head = head.strip_suffix(b" ").unwrap_or(head);
    head.last() == word.as_bytes().last() && head.ends_with(word.as_bytes()) && !folded.joined(head.len() - word.len())
}

/// The words near a hit: those of its sentence, or those around it wherever a sentence ends.
struct Window<'a> {
    folded: &'a Folded,
    hit: Hit,
    from: usize,
    text: &'a str,
    /// What the words and signs in it begin with, as bits: most words that are asked for begin with none of these.
    begin: Bits,
}

impl<'a> Window<'a> {
    fn new(folded: &'a Folded, hit: &Hit, sentence: Option<&Place>) -> Self {
        let text = folded.text();
        let mut from = hit.start.saturating_sub(NEAR).max(sentence.map_or(0, |place| place.start));
        let mut to = (hit.end + NEAR).min(sentence.map_or(text.len(), |place| place.end.max(hit.end)));
        while !text.is_char_boundary(from) {
            from += 1;
        }
        while !text.is_char_boundary(to) {
            to -= 1;
        }
        let text = text.get(from..to).unwrap_or_default();
        let mut begin = Bits::default();
        let mut inside = false;
        for pair in text.as_bytes().windows(2) {
            let word = pair.first().is_some_and(|byte| in_word(*byte));
            if !(inside && word)
                && let Some(bit) = beginning(pair)
            {
                begin.set(bit);
            }
            inside = word;
        }
        Self { folded, hit: *hit, from, text, begin }
    }

    /// Whether a word stands in it beside the hit.
    fn holds(&self, word: &str) -> bool {
        if beginning(word.as_bytes()).is_some_and(|bit| !self.begin.may_hold(bit)) {
            return false;
        }
        let (bytes, wanted) = (self.text.as_bytes(), word.as_bytes());
        // The text is short and the word mostly there: a searcher made for it costs more than it saves.
        let Some(first) = wanted.first() else { return false };
        memchr::memchr_iter(*first, bytes).any(|at| {
            let (start, end) = (self.from + at, self.from + at + word.len());
            bytes.get(at..).is_some_and(|rest| rest.starts_with(wanted))
                && (end <= self.hit.start || start >= self.hit.end)
                && self.folded.is_word(start, end)
        })
    }
}
