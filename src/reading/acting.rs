//! Which triggers act: longer ones silence those inside them, and two denials can undo each other.

use super::folded::Folded;
use super::lexicon::{Axis, Deed, Direction, Lexicon};
use super::scan::Hit;
use super::scope::{Place, trigger};
use super::turning::turns;

/// The triggers that act: a longer one silences those inside it, and so does a longer name; one that only looks like a cue also silences the
/// cue whose end it shares ("is not | merely": "not merely" is the phrase). Triggers that end scopes and triggers that open
/// them do not silence each other: "he denies" ends a relative's scope and denies.
pub(super) fn acting(lexicon: &Lexicon, triggers: &[Hit], names: &[Place]) -> Vec<Hit> {
    let mut kept: Vec<Hit> = Vec::new();
    let mut opened = Reach::default();
    let mut stopped = Reach::default();
    let mut name = names.iter().peekable();
    for hit in triggers {
        while name.next_if(|place| place.end <= hit.start).is_some() {}
        let inside = |place: &&Place| place.start <= hit.start && hit.end <= place.end && hit.end - hit.start < place.end - place.start;
        let Some(trigger) = trigger(lexicon, hit) else { continue };
        // "Cultures negative" is a name of its own, and a verdict on what the cultures were for.
        let settles = trigger.settles.is_some();
        if name.peek().is_some_and(|place| inside(place) && !(settles && place.end == hit.end)) {
            continue;
        }
        let acts = match trigger.deed {
            // A line's own cue is none in a sentence, and one that goes on with something may have nothing before it.
            _ if trigger.heads || !trigger.after.is_empty() => true,
            // What speaks of another sentence, and only if something was left open there, silences nothing in its own.
            _ if settles => {
                let denial = matches!(trigger.deed, Deed::Sets(Axis::Negated, _));
                let not = |last: &Hit| lexicon.words(last.pattern).starts_with("no");
                let outer = kept.last().filter(|last| hit.end <= last.end);
                opened.takes(hit) || denial && outer.is_some_and(|last| denies(lexicon, last) || hit.end == last.end && !not(last))
            }
            Deed::Nothing => {
                let opens = opened.admits(hit);
                let halved = |last: &Hit| last.start < hit.start && hit.start < last.end && last.end < hit.end && sets(lexicon, last);
                while opens && kept.pop_if(|last| halved(last)).is_some() {}
                opens | stopped.admits(hit)
            }
            // Two stops end different axes: neither silences the other; nor does a phrase that is a stop itself ("no change in | his cough").
            Deed::Stops(_) => stopped.takes(hit),
            Deed::Means | Deed::Scene(_) => true,
            Deed::Sets(axis, _) => {
                let opens = opened.admits(hit);
                // "Are | not convinced that": what doubts or belies a denial takes its no from the one before it.
                let halved = |last: &Hit| last.start < hit.start && hit.start < last.end && last.end < hit.end && denies(lexicon, last);
                while opens && matches!(axis, Axis::Possible | Axis::Untrue) && kept.pop_if(|last| halved(last)).is_some() {}
                opens || kept.last().is_some_and(|last| turns(lexicon, last, hit))
            }
        };
        if acts {
            kept.push(*hit);
        }
    }
    kept
}

fn denies(lexicon: &Lexicon, hit: &Hit) -> bool {
    trigger(lexicon, hit).is_some_and(|trigger| matches!(trigger.deed, Deed::Sets(Axis::Negated, _)))
}

/// Two denials that say that something is there, by their starts: "never seen without a cigarette", "not once free of pain".
pub(super) fn undone(lexicon: &Lexicon, folded: &Folded, triggers: &[Hit], places: &[Place]) -> Vec<usize> {
    let mut out = Vec::new();
    let mut last: Option<(&Hit, bool)> = None;
    for hit in triggers {
        let Some(trigger) = trigger(lexicon, hit).filter(|t| !t.heads && matches!(t.deed, Deed::Sets(Axis::Negated, Direction::Forward)))
        else {
            continue;
        };
        if trigger.absence
            && let Some((first, no)) = last.filter(|(first, _)| first.end <= hit.start)
        {
            let between = folded.text().get(first.end..hit.start).unwrap_or_default();
            let named = places.get(places.partition_point(|place| place.start < first.end)).is_some_and(|place| place.start < hit.start);
            // "No pain without movement" denies the pain.
            let denied = named && no;
            let apart = between.len() >= BETWEEN || between.contains([',', ';', ':', '(', '.']) || between.contains(" and ");
            if !denied && !apart {
                out.extend([first.start, hit.start]);
            }
        }
        let words = lexicon.words(hit.pattern);
        last = (!trigger.absence).then_some((hit, words == "no" || words.starts_with("no ")));
    }
    out
}

/// So much may stand between two denials that undo each other.
const BETWEEN: usize = 50;

pub(super) fn sets(lexicon: &Lexicon, hit: &Hit) -> bool {
    trigger(lexicon, hit).is_some_and(|trigger| matches!(trigger.deed, Deed::Sets(..)))
}

/// How far the longest trigger so far reaches.
#[derive(Default)]
struct Reach {
    start: usize,
    end: usize,
}

impl Reach {
    /// Whether a trigger is not inside an earlier, longer one. Equal places are no matter.
    fn takes(&self, hit: &Hit) -> bool {
        hit.end > self.end || (hit.start, hit.end) == (self.start, self.end)
    }

    fn admits(&mut self, hit: &Hit) -> bool {
        let outside = self.takes(hit);
        if outside {
            *self = Self { start: hit.start, end: hit.end };
        }
        outside
    }
}
