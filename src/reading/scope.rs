//! How mentions stand: triggers open scopes, terminators end them, and every place inside a scope takes its axis.

use super::acting::undone;
use super::aside;
use super::folded::Folded;
use super::judged::{Judged, cause};
use super::lexicon::{Axis, Deed, Direction, Lexicon, Only, Owner, Trigger};
use super::lists::{closed_end, own_end, own_members};
use super::reach::{Breaks, backward_start, forward_end, is_bare};
use super::scan::Hit;

/// A place to be judged: bytes of the folded text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub start: usize,
    pub end: usize,
}

/// What a place is to the cues that hold only for some.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Nature {
    /// A habit.
    pub habit: bool,
    /// A condition that lasts.
    pub lasts: bool,
    /// A finding: a sign or a complaint, and no illness of its own.
    pub finding: bool,
    /// An illness or a sign of one.
    pub illness: bool,
    /// Nothing is known of it.
    pub any: bool,
}

impl Nature {
    /// Of something that no name tells about: every cue holds for it.
    pub(super) const ANY: Self = Self { habit: true, lasts: false, finding: false, illness: true, any: true };

    fn takes(self, only: Only) -> bool {
        match only {
            Only::All => true,
            Only::Habits => self.habit,
            Only::Passing => !self.lasts,
            Only::Conditions => !self.finding,
            Only::Remedies => !self.illness || self.any,
        }
    }
}

/// A stretch in which one axis holds, and why.
#[derive(Clone, Copy, Debug)]
struct Scope {
    start: usize,
    end: usize,
    trigger: Hit,
}

/// A sentence, list item or line with all that decides about it.
pub(super) struct Clause<'c> {
    pub place: Place,
    /// The triggers that act in it, in order.
    pub triggers: &'c [Hit],
    /// What is judged in it, in order.
    pub places: &'c [Place],
    /// The cue before a list ("denies:") that holds for this item of it.
    pub lead: Option<Hit>,
}

/// The scopes of one sentence.
pub(super) struct Scopes<'a> {
    lexicon: &'a Lexicon,
    folded: &'a Folded,
    by_axis: Vec<(Axis, Vec<Scope>)>,
}

/// Whether a cue sets this scene.
pub(super) fn sets_scene(lexicon: &Lexicon, hit: &Hit, scene: usize) -> bool {
    trigger(lexicon, hit).is_some_and(|trigger| trigger.deed == Deed::Scene(scene))
}

pub(super) fn trigger<'a>(lexicon: &'a Lexicon, hit: &Hit) -> Option<&'a Trigger> {
    match hit.owner {
        Owner::Trigger(at) => lexicon.triggers.get(at),
        _ => None,
    }
}

impl<'a> Scopes<'a> {
    /// The scopes that the triggers of a sentence open.
    pub(super) fn new(lexicon: &'a Lexicon, folded: &'a Folded, clause: &Clause<'_>) -> Self {
        let (sentence, triggers, places) = (clause.place, clause.triggers, clause.places);
        let breaks = Breaks::new(folded, sentence);
        let own = own_members(lexicon, &breaks, triggers, places);
        let undone = undone(lexicon, folded, triggers, places);
        let mut by_axis: Vec<(Axis, Vec<Scope>)> = Axis::ALL.into_iter().map(|axis| (axis, Vec::new())).collect();
        for (axis, scopes) in &mut by_axis {
            let stops = stops(lexicon, folded, sentence, triggers, *axis);
            let stop_after = |at: usize| stops.get(stops.partition_point(|stop| stop.start < at)).map_or(sentence.end, |stop| stop.start);
            if let Some(lead) = clause.lead
                && trigger(lexicon, &lead).is_some_and(|t| matches!(t.deed, Deed::Sets(sets, _) if sets == *axis))
            {
                // The mark of an item is no stop for the cue above it, nor is the semicolon between two.
                let stop_after = |at: usize| {
                    let own = |stop: &&Place| !folded.text().get(stop.start..).is_some_and(|text| text.starts_with(';'));
                    let from = stops.partition_point(|stop| stop.start < at);
                    stops.get(from..).and_then(|later| later.iter().find(own)).map_or(sentence.end, |stop| stop.start)
                };
                let words = folded.text().get(sentence.start..sentence.end).unwrap_or_default();
                let first = sentence.start + words.find(char::is_alphanumeric).unwrap_or_default();
                scopes.push(Scope { start: sentence.start, end: stop_after(first), trigger: lead });
            }
            for hit in triggers {
                let Some(trigger) = trigger(lexicon, hit) else { continue };
                let Deed::Sets(sets, direction) = trigger.deed else { continue };
                if sets != *axis
                    || trigger.heads
                    || !trigger.asked.is_empty()
                    || trigger.settles.is_some()
                    || (trigger.answers && trigger.picks.is_some())
                    || (sets == Axis::Negated && undone.binary_search(&hit.start).is_ok())
                {
                    continue;
                }
                let trails = trigger.trailing && is_bare(folded.text().get(hit.end..sentence.end).unwrap_or_default());
                // "PE neg, DVT pos": right behind a name and right before a comma it is the name's own verdict.
                if trigger.trailing
                    && folded.text().get(hit.end..).is_some_and(|rest| rest.starts_with([',', ';']))
                    && let Some(place) = places.partition_point(|place| place.end <= hit.start).checked_sub(1).and_then(|at| places.get(at))
                    && folded.text().get(place.end..hit.start) == Some(" ")
                {
                    scopes.push(Scope { start: place.start, end: hit.start, trigger: *hit });
                    continue;
                }
                let leads = trigger.leading && opens(lexicon, folded, sentence.start, hit.start);
                if trigger.boxes && breaks.boxes_behind() {
                    // A name and its box: what stands before an earlier box is not this box's.
                    let before = places.partition_point(|place| place.end <= hit.start).checked_sub(1).and_then(|at| places.get(at));
                    if let Some(place) = before.filter(|place| breaks.no_box(place.end, hit.start)) {
                        scopes.push(Scope { start: place.start, end: hit.start, trigger: *hit });
                    }
                    continue;
                }
                if (direction != Direction::Backward || leads) && !trails {
                    let start = scope_start(lexicon, folded, hit, *axis, places);
                    let start = if matches!(axis, Axis::Negated | Axis::Possible) {
                        past_ground(lexicon, &breaks, hit.end, sentence.end, places).unwrap_or(start)
                    } else {
                        start
                    };
                    let stop = if trigger.over_stops { sentence.end } else { stop_after(hit.end).min(sentence.end) };
                    let stop = if trigger.corrected { corrected_end(lexicon, folded, hit.end, stop) } else { stop };
                    let stop = lead_in(lexicon, &breaks, sentence.start, hit, stop, places).unwrap_or(stop);
                    let stop = if *axis != Axis::Negated {
                        stop
                    } else if own.binary_search(&hit.start).is_ok() {
                        if let Some(before) = scopes.last_mut() {
                            before.end = before.end.min(hit.start);
                        }
                        own_end(&breaks, hit.end, stop, places)
                    } else {
                        closed_end(&breaks, hit.end, stop, places)
                    };
                    let end = if leads { stop } else { forward_end(&breaks, trigger, hit.end, stop, places) };
                    let within = aside::end(folded, sentence, *hit, *axis == Axis::Negated);
                    scopes.push(Scope { start, end: within.map_or(end, |close| close.min(end)), trigger: *hit });
                    if *axis == Axis::Negated && within.is_none() && stop < sentence.end {
                        // What ends it in an aside ends it there only.
                        if let Some(from) = aside::behind(lexicon, folded, sentence, hit.end, stop) {
                            let stop = stop_after(from);
                            let end = forward_end(&breaks, trigger, from, closed_end(&breaks, from, stop, places), places);
                            scopes.push(Scope { start: from, end, trigger: *hit });
                        }
                    }
                }
                if direction != Direction::Forward || trails {
                    let end = breaks.subject_end(lexicon, hit.start).unwrap_or(hit.start);
                    let stop = stops
                        .partition_point(|stop| stop.end <= end)
                        .checked_sub(1)
                        .and_then(|at| stops.get(at))
                        .map_or(sentence.start, |stop| stop.end);
                    let stop = if trigger.over_stops { sentence.start } else { stop };
                    let mut start = backward_start(&breaks, trigger, stop.max(sentence.start), end, places, trails);
                    if *axis == Axis::Negated {
                        start = start.max(headed(folded, start, end, places).unwrap_or(start));
                    }
                    let of =
                        if matches!(axis, Axis::Negated | Axis::Possible) { ground(lexicon, folded, sentence, start, end) } else { end };
                    scopes.push(Scope { start, end: of, trigger: *hit });
                    // "A source for the fever (UTI) is sought": what stands in brackets is the cause.
                    let bracket = folded.text().get(of..end).and_then(|words| words.rfind('(')).map(|at| of + at);
                    scopes.extend(bracket.map(|start| Scope { start, end, trigger: *hit }));
                }
            }
            scopes.sort_by_key(|scope| scope.start);
        }
        Self { lexicon, folded, by_axis }
    }

    /// The axes of each place, in order, with the words that decided. `nature` tells what each place is, by its number.
    pub(super) fn judge(&self, places: &[Place], nature: &dyn Fn(usize) -> Nature) -> Vec<Judged> {
        let mut out = vec![Judged::default(); places.len()];
        for (axis, scopes) in &self.by_axis {
            // Both lists are in order of start. Cues that hold for some places only are followed apart from the others.
            let mut next = scopes.iter().peekable();
            let (mut all, mut some) = (Reaching::default(), Reaching::default());
            for (at, (place, judged)) in places.iter().zip(&mut out).enumerate() {
                while let Some(scope) = next.next_if(|scope| scope.start <= place.start) {
                    let by = trigger(self.lexicon, &scope.trigger);
                    let apart = by.is_some_and(|by| by.only != Only::All);
                    let reaching = if apart { &mut some } else { &mut all };
                    reaching.begin(scope, by.is_some_and(|by| by.over));
                }
                let takes = |scope: &&Scope| trigger(self.lexicon, &scope.trigger).is_some_and(|by| nature(at).takes(by.only));
                let special = some.at(place).filter(takes);
                let Some(scope) = all.at(place).or(special) else { continue };
                // A habit that was given up was there, whatever else is told of the past.
                judged.lifted |= special.is_some_and(|scope| trigger(self.lexicon, &scope.trigger).is_some_and(|by| by.lifts));
                let over = if special.is_some() { all.over.max(some.over) } else { all.over };
                let Some(by) = trigger(self.lexicon, &scope.trigger) else { continue };
                judged.hold(by, cause(self.lexicon, self.folded, by, &scope.trigger));
                judged.over |= *axis == Axis::Historical && place.start < over;
            }
        }
        out
    }
}

/// Of the scopes begun so far, the one that reaches furthest.
#[derive(Default)]
struct Reaching<'s> {
    best: Option<&'s Scope>,
    /// What is over is over, even inside a longer scope that only tells of the past: where the last such scope ends.
    over: usize,
}

impl<'s> Reaching<'s> {
    fn begin(&mut self, scope: &'s Scope, over: bool) {
        if self.best.is_none_or(|best| scope.end >= best.end) {
            self.best = Some(scope);
        }
        if over {
            self.over = scope.end.max(self.over);
        }
    }

    fn at(&self, place: &Place) -> Option<&'s Scope> {
        self.best.filter(|scope| place.start < scope.end)
    }
}

/// A head is looked for no further back than this.
const HEADED: usize = 400;

/// Of "the cause of the anemia" a verdict behind it is none on the anemia: where such words begin, else the end.
fn ground(lexicon: &Lexicon, folded: &Folded, sentence: Place, start: usize, end: usize) -> usize {
    let text = folded.text();
    let from = (sentence.start.max(end.saturating_sub(GROUND))..=end).find(|at| text.is_char_boundary(*at)).unwrap_or(end);
    let words = text.get(from..end).unwrap_or_default();
    let noun = |of: usize| words.get(..of).and_then(|before| before.rsplit(|c: char| !c.is_alphanumeric()).next()).unwrap_or_default();
    // The scope may begin right behind "the cause of the".
    let near = |of: usize| {
        let joint = text.get(from + of..start.max(from + of)).unwrap_or_default();
        joint.split(' ').all(|word| word.is_empty() || matches!(word, "of" | "for") || DETERMINERS.contains(&word))
    };
    let known = |of: &usize| lexicon.grounds.iter().any(|known| known == noun(*of)) && near(*of);
    let mut joints = memchr::memmem::find_iter(words.as_bytes(), b" of ").chain(memchr::memmem::find_iter(words.as_bytes(), b" for "));
    joints.find(known).map_or(end, |of| from + of - noun(of).len())
}

/// Where the words go on behind what has a cause, when a cue speaks of the cause: "did not reveal a source of the bleeding, | an ulcer".
fn past_ground(lexicon: &Lexicon, breaks: &Breaks<'_>, from: usize, to: usize, places: &[Place]) -> Option<usize> {
    let first =
        places.get(places.partition_point(|place| place.start < from)).filter(|place| place.end <= to && place.start - from < GROUND)?;
    let words = breaks.folded.text().get(from..first.start)?;
    let mut last = words.trim_end().rsplit([' ', ':']).skip_while(|word| DETERMINERS.contains(word));
    let joint = last.next().is_some_and(|word| matches!(word, "of" | "for"));
    let noun = last.next().unwrap_or_default();
    let caused = joint && lexicon.grounds.iter().any(|known| known == noun) && !words.contains([',', ';']);
    caused.then(|| breaks.comma_after(first.end).filter(|at| *at < to).unwrap_or(first.end))
}

/// What may stand between "of" and a name.
const DETERMINERS: [&str; 8] = ["the", "a", "an", "his", "her", "this", "their", "acute"];

/// So far before its verdict a ground is looked for.
const GROUND: usize = 120;

/// Where a denial ends that is corrected behind a colon or a dash: "not cardiac: pancreatitis". A colon right behind the cue, or behind words
/// like "the following", opens a list of what is denied.
fn corrected_end(lexicon: &Lexicon, folded: &Folded, from: usize, to: usize) -> usize {
    let text = folded.text().as_bytes().get(from..to.min(from + GROUND)).unwrap_or_default();
    let Some(at) = memchr::memchr(b':', text).into_iter().chain(memchr::memmem::find(text, b" - ")).min() else { return to };
    let Some(words) = folded.text().get(from..from + at) else { return to };
    let listed = |word: &str| lexicon.lead_words.iter().any(|known| known == word);
    let mut said = words.split(' ').filter(|word| word.contains(char::is_alphabetic)).peekable();
    let corrects = said.peek().is_some() && !said.all(listed) && !words.contains("following");
    if corrects { from + at } else { to }
}

/// Where a denial with which a sentence begins ends that names no illness, when what stands behind its comma is a clause of its own: "with no
/// provocation, | severe pain began".
fn lead_in(lexicon: &Lexicon, breaks: &Breaks<'_>, start: usize, hit: &Hit, stop: usize, places: &[Place]) -> Option<usize> {
    let text = breaks.folded.text();
    text.get(hit.start..hit.end).filter(|words| words.starts_with("with"))?;
    let comma = breaks.comma_after(hit.end).filter(|at| *at < stop && opens(lexicon, breaks.folded, start, hit.start))?;
    let named = places.get(places.partition_point(|place| place.end <= hit.end))?;
    let rest = text.get(comma + 1..stop)?;
    let list = [" or ", " nor ", "/", ",", ";"].iter().any(|joint| rest.contains(joint));
    let last = places.iter().rev().find(|place| place.end <= stop)?;
    let goes_on = text.get(last.end..stop).is_some_and(|rest| rest.contains(char::is_alphabetic));
    let first = rest.trim_start().split(' ').next().unwrap_or_default();
    let clause = goes_on || ["a", "an", "the", "his", "her", "she", "he", "they"].contains(&first);
    (named.start > comma && clause && !list).then_some(comma)
}

/// Where the words behind a head begin, when both name something: "Pneumonia: | fungal pneumonia ruled out" speaks of the second.
fn headed(folded: &Folded, start: usize, end: usize, places: &[Place]) -> Option<usize> {
    let start = start.max(end.saturating_sub(HEADED));
    let colon = start + memchr::memmem::rfind(folded.text().as_bytes().get(start..end)?, b": ")?;
    let first = places.partition_point(|place| place.start <= colon);
    let named = places.get(first).is_some_and(|place| place.end <= end);
    let head = first.checked_sub(1).and_then(|last| places.get(last)).is_some_and(|place| place.end >= start);
    (named && head).then_some(colon + 2)
}

/// Whether a cue stands at the start of its sentence, with nothing before it but words like "about twenty".
pub(super) fn opens(lexicon: &Lexicon, folded: &Folded, start: usize, at: usize) -> bool {
    let light = |word: &str| !word.contains(char::is_alphabetic) || lexicon.opening_words.iter().any(|known| known == word);
    folded.text().get(start..at).is_some_and(|text| text.len() < 40 && text.split([' ', ',', '\n']).all(light))
}

/// Where scopes of an axis end: at the words that stop it, and at the comma after a clause that only concedes.
fn stops(lexicon: &Lexicon, folded: &Folded, sentence: Place, triggers: &[Hit], axis: Axis) -> Vec<Place> {
    let mut out: Vec<Place> = Vec::new();
    for hit in triggers {
        let Some(trigger) = trigger(lexicon, hit).filter(|t| matches!(&t.deed, Deed::Stops(axes) if axes.contains(&axis))) else {
            continue;
        };
        if trigger.from_comma {
            out.extend(comma_before(folded, sentence, hit));
            continue;
        }
        out.push(Place { start: hit.start, end: hit.end });
        if trigger.concedes && opens(lexicon, folded, sentence.start, hit.start) {
            let text = folded.text().get(hit.end..sentence.end).unwrap_or_default();
            // Commas of a list that is still going on ("no fever, chills, or cough, ...") end nothing.
            let granted = text.rfind(" or ").unwrap_or_default();
            if let Some(at) = text.get(granted..).and_then(|rest| rest.find(',')) {
                let comma = hit.end + granted + at;
                out.push(Place { start: comma, end: comma + 1 });
            }
        }
    }
    out.sort_by_key(|stop| stop.start);
    out
}

/// The comma or dash before the member of a list that says of itself how it stands: "no bleed, atrial fibrillation persists". The last member of
/// a list, behind "or", does not.
fn comma_before(folded: &Folded, sentence: Place, hit: &Hit) -> Option<Place> {
    let from = sentence.start.max(hit.start.saturating_sub(MEMBER));
    let text = folded.text().as_bytes().get(from..hit.start)?;
    let dash = memchr::memmem::rfind(text, b" - ").map(|at| at + 1);
    let at = memchr::memrchr3(b',', b';', b'(', text).max(dash)?;
    let member = text.get(at + 1..)?.trim_ascii_start();
    let words = folded.text().as_bytes().get(hit.start..hit.end).unwrap_or_default();
    // "No odor, and osteomyelitis is being treated": behind "and" only a verb makes it a clause of its own.
    let verb = [&b"is "[..], b"are ", b"was ", b"were ", b"has ", b"have "].iter().any(|verb| words.starts_with(verb));
    // "No nausea, pain or bleeding was noted": the verb is that of the whole list.
    let last =
        [&b"or "[..], b"nor ", b"no "].iter().any(|word| member.starts_with(word)) || memchr::memmem::find(member, b" or ").is_some();
    let goes_on = last || (member.starts_with(b"and ") && !verb);
    (!goes_on).then_some(Place { start: from + at, end: from + at + 1 })
}

/// No member of a list is longer.
const MEMBER: usize = 80;

/// Where the scope of a cue begins: behind it, or where a name begins inside it ("no known | drug allergies"). A name that begins with
/// the cue's own no ("is | not eating") is not denied by it.
fn scope_start(lexicon: &Lexicon, folded: &Folded, hit: &Hit, axis: Axis, places: &[Place]) -> usize {
    let place = places.get(places.partition_point(|place| place.start <= hit.start));
    let Some(start) = place.map(|place| place.start).filter(|start| *start < hit.end) else { return hit.end };
    let shared = folded.text().get(start..hit.end).unwrap_or_default();
    let owners = lexicon.owned(shared);
    let same = |owner: &Owner| match owner {
        Owner::Trigger(at) => lexicon.triggers.get(*at).is_some_and(|t| matches!(t.deed, Deed::Sets(sets, _) if sets == axis)),
        _ => false,
    };
    if owners.iter().any(same) { usize::MAX } else { start }
}
