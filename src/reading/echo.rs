//! What a sentence says of what one before it named: "CT was done for a pulmonary embolism. It was ruled out." "There was none."

use super::folded::Folded;
use super::judged::{Judged, cause};
use super::lexicon::{Axis, Deed, Direction, Lexicon, Pick, Trigger};
use super::scan::Hit;
use super::scope::{Clause, Nature, Place, Scopes, trigger};
use std::ops::Range;

/// So many sentences behind the one that named it, "it" still stands for the same.
const SENTENCES: usize = 2;

/// What a name is to an "it".
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Meant {
    /// A drug or a study: "it" is none of them here.
    Never,
    /// An illness or a sign of one.
    Illness,
    /// An illness that is only suspected or feared: a verdict is about this one.
    Doubted,
}

/// An "it" that comes at once: a word between, at most.
const AT_ONCE: usize = 8;

/// No more such cues of one sentence are heard: a text without stops can hold any number of them.
const HEARD: usize = 8;

/// What "it" stands for: the names of the last sentence that had any.
#[derive(Default)]
pub(super) struct Antecedent {
    names: Range<usize>,
    sentences: usize,
}

/// What is said of names, and whether of the last one only.
struct Heard<'l> {
    judged: Judged,
    one: bool,
    /// Which one, where it says so.
    picks: Option<Pick>,
    /// The words one of which must stand before the name.
    asked: &'l [String],
}

/// No further before a name it is said that something was done for it.
const ASKED: usize = 60;

/// Whether one of these words stands before a name in its own sentence: "troponin | sent for | MI".
fn was_asked(folded: &Folded, name: Option<&Place>, asked: &[String]) -> bool {
    let Some(name) = name.filter(|_| !asked.is_empty()) else { return asked.is_empty() };
    let text = folded.text();
    let mut from = name.start.saturating_sub(ASKED);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let before = text.get(from..name.start).unwrap_or_default();
    let from = before.rfind(". ").map_or(from, |stop| from + stop + 1);
    let before = text.get(from..name.start).unwrap_or_default();
    asked.iter().any(|word| before.rfind(word.as_str()).is_some_and(|at| folded.is_word(from + at, from + at + word.len())))
}

impl Antecedent {
    /// The last of the names.
    pub(super) fn last(&self) -> Option<usize> {
        self.names.clone().next_back()
    }

    /// A sentence with these names has been read; an empty one only puts those before it further away.
    pub(super) fn pass(&mut self, names: Range<usize>) {
        if !names.is_empty() {
            *self = Self { names, sentences: 0 };
        } else if self.sentences < SENTENCES {
            self.sentences += 1;
        } else {
            self.names = 0..0;
        }
    }

    /// What a later sentence says of them, name by name; `own` is the first illness that it names itself: what stands behind that is about
    /// that one.
    pub(super) fn hear(
        &self,
        (lexicon, folded): (&Lexicon, &Folded),
        clause: &Clause<'_>,
        own: Option<&Place>,
        places: &[Place],
        meant: impl Fn(usize) -> Meant,
    ) -> Vec<(usize, Judged)> {
        if self.names.is_empty() || clause.triggers.is_empty() {
            return Vec::new();
        }
        let mut out = Vec::new();
        for heard in said(lexicon, folded, clause, own) {
            let doubted = self.names.clone().any(|name| meant(name) == Meant::Doubted);
            let last = self.names.clone().rev().find(|name| meant(*name) != Meant::Never).and_then(|name| places.get(name));
            let first = self.names.clone().find(|name| meant(*name) != Meant::Never).and_then(|name| places.get(name));
            let picked = |name: usize| match heard.picks {
                None => true,
                Some(Pick::First) => first.zip(places.get(name)).is_some_and(|(f, n)| n.start < f.end),
                Some(Pick::Last) => last.zip(places.get(name)).is_some_and(|(l, n)| n.end > l.start),
            };
            let holds = |name: &usize| match meant(*name) {
                Meant::Never => false,
                _ if heard.picks.is_some() => picked(*name),
                Meant::Doubted => true,
                // Two names of one place are one illness.
                Meant::Illness if heard.one => !doubted && last.zip(places.get(*name)).is_some_and(|(l, n)| n.end > l.start),
                Meant::Illness => true,
            };
            let asked = |name: &usize| was_asked(folded, places.get(*name), heard.asked);
            out.extend(self.names.clone().filter(holds).filter(asked).map(|name| (name, heard.judged.clone())));
        }
        out
    }
}

/// What a sentence says of what was named before: by an "it" that its cues reach, and by cues that need none.
fn said<'l>(lexicon: &'l Lexicon, folded: &Folded, clause: &Clause<'_>, own: Option<&Place>) -> Vec<Heard<'l>> {
    let mut out = Vec::new();
    let speaks = |hit: &&Hit| trigger(lexicon, hit).is_some_and(|by| by.answers || by.deed == Deed::Means);
    let before = |hit: &&Hit| own.is_none_or(|own| hit.start <= own.start);
    for hit in clause.triggers.iter().filter(before).filter(speaks).take(HEARD) {
        let Some(by) = trigger(lexicon, hit) else { continue };
        if by.answers {
            let mut judged = Judged::default();
            judged.hold(by, cause(lexicon, folded, by, hit));
            out.push(Heard { judged, one: by.nearest, picks: None, asked: &by.asked });
        }
        if let Some(judged) = of_another(lexicon, folded, clause, *hit) {
            out.push(Heard { judged, one: true, picks: None, asked: &[] });
        }
        if by.deed == Deed::Means && !by.again {
            let judged = of_it(lexicon, folded, clause, *hit);
            out.extend(judged.filter(|judged| !judged.causes.is_empty()).map(|judged| Heard {
                judged,
                one: by.nearest,
                picks: by.picks,
                asked: &[],
            }));
        }
    }
    out
}

/// What the cues of a sentence say of an "it". One that looks forward does so only to an "it" that comes at once: "no sign of it".
fn of_it(lexicon: &Lexicon, folded: &Folded, clause: &Clause<'_>, it: Hit) -> Option<Judged> {
    let speaks = |hit: &&Hit| {
        trigger(lexicon, hit).is_some_and(|by| match by.deed {
            // "And the | idea": a stop that takes the word's own beginning is none for it.
            Deed::Stops(_) => hit.end <= it.start || hit.start >= it.end,
            Deed::Sets(_, Direction::Forward) => by.echoes && !by.answers && hit.end <= it.start && it.start - hit.end <= AT_ONCE,
            Deed::Sets(..) => by.echoes && !by.answers,
            Deed::Nothing | Deed::Means | Deed::Scene(_) => false,
        })
    };
    let cues: Vec<Hit> = clause.triggers.iter().filter(speaks).copied().collect();
    judge_by(lexicon, folded, clause, &cues, it)
}

/// How an "it" stands under these cues.
fn judge_by(lexicon: &Lexicon, folded: &Folded, clause: &Clause<'_>, cues: &[Hit], it: Hit) -> Option<Judged> {
    let places = [Place { start: it.start, end: it.end }];
    Scopes::new(lexicon, folded, &Clause { place: clause.place, triggers: cues, places: &places, lead: None })
        .judge(&places, &|_| Nature::ANY)
        .into_iter()
        .next()
}

/// What a sentence says of another one of what was denied before: that it was there once, or is feared. None, where that is denied, too.
fn of_another(lexicon: &Lexicon, folded: &Folded, clause: &Clause<'_>, one: Hit) -> Option<Judged> {
    trigger(lexicon, &one).filter(|by| by.again)?;
    let speaks = |hit: &&Hit| {
        trigger(lexicon, hit).is_some_and(|by| match by.deed {
            Deed::Stops(_) => hit.end <= one.start || hit.start >= one.end,
            Deed::Sets(axis, _) => {
                !by.answers
                    && !by.heads
                    && by.after.is_empty()
                    && matches!(axis, Axis::Negated | Axis::Possible | Axis::Historical | Axis::Hypothetical)
            }
            Deed::Nothing | Deed::Means | Deed::Scene(_) => false,
        })
    };
    let denies = |hit: &Hit| {
        let denial = trigger(lexicon, hit).is_some_and(|by| by.answers && matches!(by.deed, Deed::Sets(Axis::Negated, _)));
        denial && hit.start < one.end && one.start < hit.end
    };
    if clause.triggers.iter().any(denies) {
        return None;
    }
    let cues: Vec<Hit> = clause.triggers.iter().filter(speaks).copied().collect();
    let judged = judge_by(lexicon, folded, clause, &cues, one)?;
    let told = !judged.axes.negated && (judged.axes.possible || judged.axes.historical || judged.axes.hypothetical);
    told.then_some(Judged { again: true, ..judged })
}

/// What a sentence says behind a name of its own of another one of its kind ("no DVT, but she had one in 2017"), and how many names stand before that.
pub(super) fn told_again(lexicon: &Lexicon, folded: &Folded, clause: &Clause<'_>) -> Option<(usize, Judged)> {
    let first = clause.places.first()?;
    let again = |hit: &&Hit| hit.start > first.end && trigger(lexicon, hit).is_some_and(|by| by.again);
    let one = clause.triggers.iter().rfind(again)?;
    let judged = of_another(lexicon, folded, clause, *one)?;
    Some((clause.places.partition_point(|place| place.end <= one.start), judged))
}

/// What a sentence denies behind a name of its own: of an "it" ("told of a DVT, but she never had one"), or with a cue that needs none. The names
/// before it are meant.
pub(super) fn denied_after(lexicon: &Lexicon, folded: &Folded, clause: &Clause<'_>) -> Option<(usize, Judged)> {
    let first = clause.places.first()?;
    let needs_none = |by: &&Trigger| by.answers && by.asked.is_empty() && matches!(by.deed, Deed::Sets(Axis::Negated, _));
    let answer = clause.triggers.iter().rfind(|hit| hit.start > first.end && trigger(lexicon, hit).is_some_and(|by| needs_none(&by)));
    if let Some(hit) = answer
        && let Some(by) = trigger(lexicon, hit)
    {
        let mut judged = Judged::default();
        judged.hold(by, cause(lexicon, folded, by, hit));
        let named = clause.places.partition_point(|place| place.end <= hit.start);
        return Some((named, judged));
    }
    let last = clause
        .triggers
        .iter()
        .rfind(|hit| hit.start > first.end && trigger(lexicon, hit).is_some_and(|by| by.deed == Deed::Means && !by.again))?;
    let judged = of_it(lexicon, folded, clause, *last).filter(|judged| judged.axes.negated)?;
    let by = judged.causes.iter().any(|cause| cause.at.is_some_and(|at| at.start > folded.back(first.start, first.end).end));
    let named = clause.places.partition_point(|place| place.end <= last.start);
    let axes = super::model::Axes { negated: true, ..super::model::Axes::default() };
    (by && named > 0).then_some((named, Judged { axes, causes: judged.causes, ..Judged::default() }))
}
