//! What a sentence says of what one before it named: "CT was done for a pulmonary embolism. It was ruled out." "There was none."

use super::folded::Folded;
use super::judged::{Judged, cause};
use super::lexicon::{Axis, Deed, Direction, Lexicon, Pick, Settles, Trigger};
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
    /// An illness that is only suspected: a verdict is about this one.
    Doubted,
    /// One that is looked for or feared: a verdict is about this one, too.
    Feared,
    /// One that was suspected and has been shown.
    Shown,
    /// One that is denied.
    Denied,
    /// One of the past.
    Past,
}

impl Meant {
    /// Suspected or feared, whatever has been said of it since.
    fn in_doubt(self) -> bool {
        matches!(self, Self::Doubted | Self::Feared | Self::Shown)
    }

    fn is(self, settles: Settles) -> bool {
        matches!((self, settles), (Self::Doubted, Settles::Doubt) | (Self::Denied, Settles::Denial) | (Self::Past, Settles::Past))
    }
}

/// An "it" that comes at once: a word between, at most.
const AT_ONCE: usize = 8;

/// No more such cues of one sentence are heard: a text without stops can hold any number of them.
const HEARD: usize = 8;

/// What "it" stands for: the names of the last sentence that had any.
#[derive(Clone, Default)]
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
    /// How a name must stand for it to be meant.
    settles: Option<Settles>,
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

    /// The sentence whose names stand here denied them all: what was told before it may still be meant. "Told that he has COPD. No cough. I do not
    /// think he has it."
    pub(super) fn reach_back(&mut self, earlier: Self) {
        if !earlier.names.is_empty() && earlier.names.end <= self.names.start {
            self.names.start = earlier.names.start;
        }
    }

    /// What a later sentence says of them, name by name; `own` is the first illness or sign that it names itself, and the first illness: what
    /// stands behind that is about that one.
    pub(super) fn hear(
        &self,
        (lexicon, folded): (&Lexicon, &Folded),
        clause: &Clause<'_>,
        own: (Option<&Place>, Option<&Place>),
        places: &[Place],
        meant: impl Fn(usize) -> Meant,
    ) -> Vec<(usize, Judged)> {
        if self.names.is_empty() || clause.triggers.is_empty() {
            return Vec::new();
        }
        let mut out = Vec::new();
        for heard in said(lexicon, folded, clause, own) {
            let doubted = self.names.clone().any(|name| meant(name).in_doubt());
            let open = |name: &usize| !matches!(meant(*name), Meant::Never | Meant::Denied);
            let any = |name: &usize| meant(*name) != Meant::Never;
            let named = || self.names.clone().rev();
            let last = named().find(open).or_else(|| named().find(any)).and_then(|name| places.get(name));
            let first = self.names.clone().find(|name| meant(*name) != Meant::Never).and_then(|name| places.get(name));
            let picked = |name: usize| match heard.picks {
                None => true,
                Some(Pick::First) => first.zip(places.get(name)).is_some_and(|(f, n)| n.start < f.end),
                Some(Pick::Last) => last.zip(places.get(name)).is_some_and(|(l, n)| n.end > l.start),
            };
            let holds = |name: &usize| match meant(*name) {
                Meant::Never => false,
                _ if heard.picks.is_some() => picked(*name),
                meant if meant.in_doubt() => true,
                // Two names of one place are one illness.
                _ if heard.one => !doubted && last.zip(places.get(*name)).is_some_and(|(l, n)| n.end > l.start),
                _ => true,
            };
            let asked = |name: &usize| was_asked(folded, places.get(*name), heard.asked);
            if let Some(settles) = heard.settles {
                let open = self.names.clone().filter(|name| meant(*name).is(settles) && picked(*name));
                out.extend(nearest_of(open, settles, heard.one, places).into_iter().map(|name| (name, heard.judged.clone())));
                continue;
            }
            out.extend(self.names.clone().filter(holds).filter(asked).map(|name| (name, heard.judged.clone())));
        }
        out
    }
}

/// What a later sentence denies by its own name of what was in doubt before: "Concern for a stroke. MRI showed no infarct." Whatever else is said of
/// it ("no history of", "no family history of") is about another one.
pub(super) fn denied_by_name<'j>(
    before: &Antecedent,
    here: Range<usize>,
    kind: impl Fn(usize) -> Option<usize>,
    judged: impl Fn(usize) -> Option<&'j Judged>,
) -> Vec<(usize, Judged)> {
    let mut out = Vec::new();
    for name in here.take(HEARD) {
        let plain = judged(name).filter(|judged| judged.meant() == Meant::Denied && !judged.axes.historical && !judged.again);
        let Some((denied, of)) = plain.zip(kind(name)) else { continue };
        let same = |earlier: &usize| kind(*earlier) == Some(of) && judged(*earlier).is_some_and(|j| j.meant() == Meant::Doubted);
        let later = Judged { axes: denied.axes, causes: denied.causes.clone(), ..Judged::default() };
        out.extend(before.names.clone().filter(same).map(|earlier| (earlier, later.clone())));
    }
    out
}

/// Of names that stand as a word settles it, those that are meant: every one, or only the last of what is denied or past, and a doubt only where
/// it is the one doubt ("PE vs pneumonia. CTA negative" leaves the pneumonia).
fn nearest_of(open: impl Iterator<Item = usize>, settles: Settles, one: bool, places: &[Place]) -> Vec<usize> {
    let open: Vec<usize> = open.collect();
    let last = open.last().and_then(|name| places.get(*name)).copied();
    // Two names of one place are one illness.
    let same = |name: &usize| last.zip(places.get(*name)).is_some_and(|(last, name)| name.end > last.start);
    match (one, settles) {
        (false, _) => open,
        (true, Settles::Doubt) if open.iter().all(same) => open,
        (true, Settles::Doubt) => Vec::new(),
        (true, Settles::Denial | Settles::Past) => open.into_iter().filter(same).collect(),
    }
}

/// What a sentence shows behind its own names: "Possible obstruction, CT confirmed." `names` are the numbers of its places.
pub(super) fn settled_within(
    lexicon: &Lexicon,
    folded: &Folded,
    clause: &Clause<'_>,
    names: Range<usize>,
    places: &[Place],
    meant: impl Fn(usize) -> Meant,
) -> Vec<(usize, Judged)> {
    let Some(first) = clause.places.first() else { return Vec::new() };
    let mut out = Vec::new();
    let behind = clause.triggers.iter().filter(|hit| hit.start > first.end);
    let settling = behind.filter_map(|hit| {
        let by = trigger(lexicon, hit)?;
        // What a test denies in the same breath is less than a verdict: "r/o MI, troponin negative".
        let shows = by.answers && matches!(by.deed, Deed::Sets(Axis::Certain, _));
        by.settles.filter(|_| shows).map(|settles| (hit, by, settles))
    });
    for (hit, by, settles) in settling.take(HEARD) {
        let mut judged = Judged::default();
        judged.hold(by, cause(lexicon, folded, by, hit));
        let before = |name: &usize| places.get(*name).is_some_and(|place| place.end <= hit.start);
        let open = names.clone().filter(before).filter(|name| meant(*name).is(settles));
        out.extend(nearest_of(open, settles, by.nearest, places).into_iter().map(|name| (name, judged.clone())));
    }
    out
}

/// What a sentence says of what was named before: by an "it" that its cues reach, and by cues that need none.
fn said<'l>(lexicon: &'l Lexicon, folded: &Folded, clause: &Clause<'_>, own: (Option<&Place>, Option<&Place>)) -> Vec<Heard<'l>> {
    let mut out = Vec::new();
    let speaks = |hit: &&Hit| trigger(lexicon, hit).is_some_and(|by| by.answers || by.deed == Deed::Means);
    // Of two that were named before, "the former" can be said behind a name of its own.
    let before = |hit: &&Hit| {
        let by = trigger(lexicon, hit);
        let own = if by.is_some_and(|by| by.settles.is_some()) { own.1 } else { own.0 };
        own.is_none_or(|own| hit.start <= own.start) || by.is_some_and(|by| by.answers && by.picks.is_some())
    };
    for hit in clause.triggers.iter().filter(before).filter(speaks).take(HEARD) {
        let Some(by) = trigger(lexicon, hit) else { continue };
        if by.answers {
            let mut judged = Judged::default();
            judged.hold(by, cause(lexicon, folded, by, hit));
            out.push(Heard { judged, one: by.nearest, picks: by.picks, asked: &by.asked, settles: by.settles });
        }
        if let Some(judged) = of_another(lexicon, folded, clause, *hit) {
            out.push(Heard { judged, one: true, picks: None, asked: &[], settles: None });
        }
        if by.deed == Deed::Means && !by.again {
            let judged = of_it(lexicon, folded, clause, *hit);
            out.extend(judged.filter(|judged| !judged.causes.is_empty()).map(|judged| Heard {
                judged,
                one: by.nearest,
                picks: by.picks,
                asked: &[],
                settles: None,
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
    // "He never had a stroke. His brother had one."
    let others = |hit: &Hit| {
        let whose = trigger(lexicon, hit).is_some_and(|by| matches!(by.deed, Deed::Sets(Axis::Family | Axis::Other, _)));
        whose && hit.start < one.start
    };
    if clause.triggers.iter().any(|hit| denies(hit) || others(hit)) {
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
    let needs_none = |by: &&Trigger| {
        by.answers && by.asked.is_empty() && by.settles.is_none() && by.picks.is_none() && matches!(by.deed, Deed::Sets(Axis::Negated, _))
    };
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

#[cfg(test)]
mod tests {
    use crate::reading::tests::stands;

    #[test]
    fn whoever_thought_so_denied_what_was_asked() {
        for (text, want) in [
            ("Is this a stroke? I think so.", "present"),
            ("Is this a stroke? I do not think so.", "negated"),
            ("Is this a stroke? Neurology thinks so.", "present"),
            ("There was a question of stroke. We no longer think so.", "negated"),
        ] {
            assert_eq!(stands(text, "stroke"), want, "{text}");
        }
    }

    #[test]
    fn a_bare_answer_of_a_study_left_open_what_it_was_for() {
        for (text, concept, want) in [
            ("R/o osteomyelitis. MRI negative.", "osteomyelitis", "negated"),
            ("Suspect bowel obstruction, CT confirmed.", "term.bowel_obstruction", "present"),
            ("Possible fracture. Films positive.", "fracture", "present"),
            ("Possible fracture. It was not confirmed.", "fracture", "negated"),
            ("Possible fracture. One was found.", "fracture", "present"),
            ("Possible fracture. CT was normal.", "fracture", "negated"),
            // Two doubts, an order, and what is known are not settled by it; nor is a doubt in the same breath.
            ("Stroke vs seizure. MRI negative.", "stroke", "possible"),
            ("Return for fever. MRI negative.", "finding.fever", "hypothetical"),
            ("She has osteomyelitis. MRI negative.", "osteomyelitis", "present"),
            ("R/o osteomyelitis, MRI negative", "osteomyelitis", "possible"),
        ] {
            assert_eq!(stands(text, concept), want, "{text}");
        }
    }

    #[test]
    fn the_latter_only_left_the_former_present() {
        assert_eq!(stands("Sepsis and pneumonia were both on the list. CT showed the latter only.", "sepsis"), "negated");
        assert_eq!(stands("Sepsis and pneumonia were both on the list. CT showed the latter only.", "pneumonia"), "present");
    }

    #[test]
    fn what_came_back_stayed_of_the_past() {
        assert_eq!(stands("Had pneumonia in 2014. It has come back.", "pneumonia"), "present");
        assert_eq!(stands("Had pneumonia in 2014. It has never come back.", "pneumonia"), "historical");
    }
}
