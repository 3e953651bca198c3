//! How far a cue reaches: over which words, commas and members of a list.

use super::folded::Folded;
use super::lexicon::{Axis, Deed, Lexicon, Trigger};
use super::lists::says_after;
use super::scope::Place;
use std::cell::OnceCell;

/// Where a sentence can be broken. Looked up once for all its triggers, and only when one of them asks: a sentence without an end can
/// hold any number of them.
pub(super) struct Breaks<'a> {
    pub folded: &'a Folded,
    sentence: Place,
    /// The commas and semicolons, in order.
    commas: OnceCell<Vec<usize>>,
    /// The places of " and ", in order.
    ands: OnceCell<Vec<usize>>,
    /// Whether the boxes of a form stand behind their names.
    behind: OnceCell<bool>,
}

/// The signs that end a box, and those that are one.
const BOX_ENDS: [char; 7] = [']', '☐', '□', '☒', '☑', '✓', '■'];
/// Those that begin a box, and those that are one.
const BOX_STARTS: [char; 7] = ['[', '☐', '□', '☒', '☑', '✓', '■'];

/// So many members of a list are looked at behind a cue at its end.
const MEMBERS: usize = 8;

/// The length of " and ".
const AND: usize = 5;

impl<'a> Breaks<'a> {
    pub(super) fn new(folded: &'a Folded, sentence: Place) -> Self {
        Self { folded, sentence, commas: OnceCell::new(), ands: OnceCell::new(), behind: OnceCell::new() }
    }

    /// "Diabetes [x]  CHF [ ]": the line begins with a name and ends with a box.
    pub(super) fn boxes_behind(&self) -> bool {
        *self.behind.get_or_init(|| {
            let text = self.folded.text().get(self.sentence.start..self.sentence.end).unwrap_or_default().trim();
            text.ends_with(BOX_ENDS) && text.starts_with(char::is_alphabetic)
        })
    }

    pub(super) fn no_box(&self, from: usize, to: usize) -> bool {
        self.folded.text().get(from..to).is_some_and(|text| text.len() < 60 && !text.contains(BOX_STARTS))
    }

    fn places(&self, find: impl Fn(&str) -> Vec<usize>) -> Vec<usize> {
        find(self.folded.text().get(self.sentence.start..self.sentence.end).unwrap_or_default())
    }

    /// The first comma or semicolon behind a place.
    pub(super) fn comma_after(&self, at: usize) -> Option<usize> {
        let commas = self.every_comma();
        commas.get(commas.partition_point(|comma| *comma < at)).copied()
    }

    /// The members of a list between its commas.
    pub(super) fn members(&self, list: Place) -> impl Iterator<Item = Place> {
        let commas = self.every_comma();
        let inner =
            commas.iter().copied().skip(commas.partition_point(|comma| *comma < list.start)).take_while(move |comma| *comma < list.end);
        let mut start = list.start;
        inner.chain(std::iter::once(list.end)).map(move |end| {
            let member = Place { start, end };
            start = end + 1;
            member
        })
    }

    /// The members of a list before the one that ends at a place, the nearest first; no more than a few.
    fn members_before(&self, at: usize) -> Vec<Place> {
        let commas = self.every_comma();
        let last = commas.partition_point(|comma| *comma < at);
        let first = last.saturating_sub(MEMBERS);
        let ends = commas.get(first..last).unwrap_or_default();
        let mut start = first.checked_sub(1).and_then(|before| commas.get(before)).map_or(self.sentence.start, |comma| comma + 1);
        let mut out: Vec<Place> = Vec::with_capacity(ends.len());
        for end in ends {
            out.push(Place { start, end: *end });
            start = end + 1;
        }
        out.reverse();
        out
    }

    /// Whether a member of a list, or the sentence, begins at a place.
    pub(super) fn begins_member(&self, at: usize) -> bool {
        let before = self.folded.text().get(self.sentence.start..at).unwrap_or_default().trim_end();
        before.is_empty()
            || before.ends_with([',', ';', ':', '-'])
            || before.ends_with(" and") && self.every_comma().first().is_some_and(|comma| *comma < at)
    }

    /// The last "or" between two places.
    pub(super) fn last_or(&self, from: usize, to: usize) -> Option<usize> {
        let text = self.folded.text().as_bytes().get(from..to)?;
        let or = memchr::memmem::rfind(text, b" or ");
        or.max(memchr::memmem::rfind(text, b" nor ")).map(|at| from + at)
    }

    /// Where the subject of a verb ended that stands right behind a comma: "sepsis, which had been feared, | was ruled out".
    pub(super) fn subject_end(&self, lexicon: &Lexicon, at: usize) -> Option<usize> {
        let text = self.folded.text();
        text.get(self.sentence.start..at)?.strip_suffix(", ")?;
        let verb = text.get(at..)?.split(' ').next()?;
        if !lexicon.auxiliaries.iter().any(|known| known == verb) {
            return None;
        }
        let commas = self.every_comma();
        commas.partition_point(|comma| comma + 2 < at).checked_sub(1).and_then(|last| commas.get(last)).copied()
    }

    fn every_comma(&self) -> &[usize] {
        self.commas.get_or_init(|| self.find_commas())
    }

    fn find_commas(&self) -> Vec<usize> {
        self.places(|text| memchr::memchr2_iter(b',', b';', text.as_bytes()).map(|at| self.sentence.start + at).collect())
    }

    fn commas(&self, trigger: &Trigger) -> &[usize] {
        if trigger.over_commas { &[] } else { self.every_comma() }
    }

    fn ands(&self, trigger: &Trigger) -> &[usize] {
        let find = |text: &str| text.match_indices(" and ").map(|(at, _)| self.sentence.start + at).collect();
        if trigger.over_and { &[] } else { self.ands.get_or_init(|| self.places(find)) }
    }
}

/// Nothing but white space and closing signs.
pub(super) fn is_bare(text: &str) -> bool {
    text.len() < 40 && text.chars().all(|c| !c.is_alphanumeric())
}

pub(super) fn forward_end(breaks: &Breaks<'_>, trigger: &Trigger, from: usize, to: usize, places: &[Place]) -> usize {
    let mut end = to;
    if let Some(reach) = trigger.reach {
        end = end.min(words_after(breaks.folded, from, to, reach));
    }
    if !trigger.over_commas || !trigger.over_and {
        end = end.min(first_break(breaks, trigger, from, end));
    }
    if trigger.over_or {
        end = end.max(alternatives(breaks.folded, end, to, places));
    }
    if trigger.nearest {
        let first = places.get(places.partition_point(|place| place.start < from));
        end = first.map_or(end, |place| end.min(place.end));
    }
    end
}

pub(super) fn backward_start(breaks: &Breaks<'_>, trigger: &Trigger, from: usize, to: usize, places: &[Place], trails: bool) -> usize {
    let mut start = from;
    if let Some(reach) = trigger.reach {
        start = start.max(words_before(breaks.folded, from, to, reach));
    }
    if trails {
        // "Tobacco one pack a day, alcohol negative": a member that says something of itself is not meant.
        let members = breaks.members_before(to);
        let own = members.into_iter().find(|member| member.start >= start && says_after(breaks, *member, places));
        start = own.map_or(start, |member| member.end + 1);
    } else {
        // A comma right before a word of time is part of it: "breast cancer, in remission". Behind other cues the sentence begins anew.
        let time = matches!(trigger.deed, Deed::Sets(Axis::Historical, _));
        let signs = breaks.folded.text().as_bytes().get(start..to).unwrap_or_default();
        let own = if time { signs.iter().rev().take_while(|sign| matches!(sign, b' ' | b',')).count() } else { 0 };
        // An "and" right before a verb joins it to the same subject: "was considered and is ruled out".
        let joined = usize::from(!matches!(trigger.deed, Deed::Sets(Axis::Current, _)));
        let last = |breaks: &[usize], length: usize, own: usize| {
            let before = breaks.partition_point(|at| at + length + own <= to).checked_sub(1).and_then(|at| breaks.get(at));
            before.filter(|at| **at >= start).map(|at| at + length)
        };
        let comma = last(breaks.commas(trigger), 1, own);
        let and = last(breaks.ands(trigger), AND, joined);
        start = comma.max(and).unwrap_or(start);
    }
    if trigger.nearest {
        let last = places.partition_point(|place| place.end <= to).checked_sub(1).and_then(|at| places.get(at));
        // A name of several words is meant whole, even where only its end is in reach.
        start = last.filter(|place| place.end > start).map_or(start, |place| place.start.max(from));
    }
    start
}

/// More members than this has no list of alternatives.
const ALTERNATIVES: usize = 12;

/// Where a list of alternatives ends whose first member stands before `end`: names with nothing but commas and a word or two between
/// them, the last behind an "or". One with an "and" is no such list: "possible pneumonia, hypertension and diabetes".
pub(super) fn alternatives(folded: &Folded, end: usize, to: usize, places: &[Place]) -> usize {
    let next = places.partition_point(|place| place.start < end);
    let mut last = next.checked_sub(1).and_then(|at| places.get(at)).map_or(end, |place| place.end);
    let mut reached = end;
    for place in places.iter().skip(next).take(ALTERNATIVES).take_while(|place| place.end <= to) {
        let gap = folded.text().get(last..place.start).unwrap_or_default();
        // Names inside the last one, and those that share its place.
        if place.start < last {
            continue;
        }
        let mut words = gap.split([' ', ',']).filter(|word| !word.is_empty());
        let or = gap.trim_start_matches([',', ' ']).starts_with("or ");
        let joined = gap.starts_with([',', '/']) || gap.starts_with(" or ");
        if !joined
            || gap.contains([';', ':', '.', '('])
            || words.clone().count() > 3
            || words.any(|word| matches!(word, "and" | "with" | "no"))
        {
            break;
        }
        last = place.end;
        if or {
            reached = last;
        }
    }
    reached
}

/// The first comma (or "and") after the trigger; a sign right after the trigger is part of it.
fn first_break(breaks: &Breaks<'_>, trigger: &Trigger, from: usize, to: usize) -> usize {
    let signs = breaks.folded.text().as_bytes().get(from..to).unwrap_or_default();
    let lead = signs.iter().take_while(|sign| matches!(sign, b' ' | b',' | b':')).count();
    let first = |breaks: &[usize], length: usize| {
        let next = breaks.get(breaks.partition_point(|at| *at < from + lead)).copied();
        next.filter(|at| at + length <= to).unwrap_or(to)
    };
    first(breaks.commas(trigger), 1).min(first(breaks.ands(trigger), AND))
}

/// Letters that count as one word even when no blank ends them: text without blanks is not looked through word by word.
const LONG_WORD: usize = 64;

/// Where the given number of words after a place ends.
pub(super) fn words_after(folded: &Folded, from: usize, to: usize, words: usize) -> usize {
    let to = to.min(from + words.max(1) * LONG_WORD);
    let text = folded.text().as_bytes().get(from..to).unwrap_or_default();
    let lead = text.iter().take_while(|byte| **byte == b' ').count();
    let ends = text.iter().enumerate().skip(lead).filter(|(_, byte)| matches!(byte, b' ' | b'\n')).map(|(at, _)| at - lead);
    ends.map(|at| (from + 1 + at).min(to)).nth(words.saturating_sub(1)).unwrap_or(to)
}

fn words_before(folded: &Folded, from: usize, to: usize, words: usize) -> usize {
    let from = from.max(to.saturating_sub(words.max(1) * LONG_WORD));
    let text = folded.text().as_bytes().get(from..to).unwrap_or_default();
    let tail = text.iter().rev().take_while(|byte| **byte == b' ').count();
    let mut starts = text.iter().enumerate().rev().skip(tail).filter(|(_, byte)| matches!(byte, b' ' | b'\n')).map(|(at, _)| from + at);
    starts.nth(words.saturating_sub(1)).unwrap_or(from)
}
