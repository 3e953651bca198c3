//! How mentions stand: triggers open scopes, terminators end them, and every place inside a scope takes its axis.

use super::folded::Folded;
use super::lexicon::{Axis, Deed, Direction, Lexicon, Owner, Trigger};
use super::model::{Axes, Cause, Experiencer};
use super::scan::Hit;
use std::cell::OnceCell;

/// A place to be judged: bytes of the folded text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub start: usize,
    pub end: usize,
}

/// A stretch in which one axis holds, and why.
#[derive(Clone, Copy, Debug)]
struct Scope {
    start: usize,
    end: usize,
    trigger: Hit,
}

/// How a place was judged by the words around it.
#[derive(Clone, Debug, Default)]
pub(super) struct Judged {
    pub axes: Axes,
    pub causes: Vec<Cause>,
    /// A word says that it is there now.
    pub current: bool,
    /// A word says that what was doubted has been shown.
    pub certain: bool,
    /// Historical without being over.
    pub standing: bool,
    /// Historical and over, even if such a condition lasts as a rule.
    pub over: bool,
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
        if name.peek().is_some_and(inside) {
            continue;
        }
        let Some(trigger) = trigger(lexicon, hit) else { continue };
        let acts = match trigger.deed {
            Deed::Nothing => {
                let opens = opened.admits(hit);
                let halved = |last: &Hit| last.start < hit.start && hit.start < last.end && last.end < hit.end && sets(lexicon, last);
                while opens && kept.pop_if(|last| halved(last)).is_some() {}
                opens | stopped.admits(hit)
            }
            // Two stops end different axes: neither silences the other.
            Deed::Stops(_) => hit.end > stopped.end,
            Deed::Sets(..) => opened.admits(hit),
        };
        if acts {
            kept.push(*hit);
        }
    }
    kept
}

fn sets(lexicon: &Lexicon, hit: &Hit) -> bool {
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
    fn admits(&mut self, hit: &Hit) -> bool {
        let outside = hit.end > self.end || (hit.start, hit.end) == (self.start, self.end);
        if outside {
            *self = Self { start: hit.start, end: hit.end };
        }
        outside
    }
}

fn trigger<'a>(lexicon: &'a Lexicon, hit: &Hit) -> Option<&'a Trigger> {
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
        let mut by_axis: Vec<(Axis, Vec<Scope>)> = Axis::ALL.into_iter().map(|axis| (axis, Vec::new())).collect();
        for (axis, scopes) in &mut by_axis {
            let stops = stops(lexicon, folded, sentence, triggers, *axis);
            let stop_after = |at: usize| stops.get(stops.partition_point(|stop| stop.start < at)).map_or(sentence.end, |stop| stop.start);
            if let Some(lead) = clause.lead
                && trigger(lexicon, &lead).is_some_and(|t| matches!(t.deed, Deed::Sets(sets, _) if sets == *axis))
            {
                scopes.push(Scope { start: sentence.start, end: stop_after(sentence.start), trigger: lead });
            }
            for hit in triggers {
                let Some(trigger) = trigger(lexicon, hit) else { continue };
                let Deed::Sets(sets, direction) = trigger.deed else { continue };
                if sets != *axis {
                    continue;
                }
                let trails = trigger.trailing && is_bare(folded.text().get(hit.end..sentence.end).unwrap_or_default());
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
                    let stop = stop_after(hit.end).min(sentence.end);
                    let stop = if repeated(lexicon, folded, triggers, hit) {
                        if let Some(before) = scopes.last_mut() {
                            before.end = before.end.min(hit.start);
                        }
                        list_end(&breaks, hit.end, stop, places)
                    } else {
                        stop
                    };
                    let end = if leads { stop } else { forward_end(&breaks, trigger, hit.end, stop, places) };
                    scopes.push(Scope { start, end, trigger: *hit });
                }
                if direction != Direction::Forward || trails {
                    let stop = stops
                        .partition_point(|stop| stop.end <= hit.start)
                        .checked_sub(1)
                        .and_then(|at| stops.get(at))
                        .map_or(sentence.start, |stop| stop.end);
                    let start = backward_start(&breaks, trigger, stop.max(sentence.start), hit.start, places, trails);
                    scopes.push(Scope { start, end: hit.start, trigger: *hit });
                }
            }
            scopes.sort_by_key(|scope| scope.start);
        }
        Self { lexicon, folded, by_axis }
    }

    /// The axes of each place, in order, with the words that decided.
    pub(super) fn judge(&self, places: &[Place]) -> Vec<Judged> {
        let mut out = vec![Judged::default(); places.len()];
        for (axis, scopes) in &self.by_axis {
            // Both lists are in order of start: of the scopes begun so far, the one that reaches furthest decides.
            let mut next = scopes.iter().peekable();
            let mut best: Option<&Scope> = None;
            // What is over is over, even inside a longer scope that only tells of the past.
            let mut over = 0;
            for (place, judged) in places.iter().zip(&mut out) {
                while let Some(scope) = next.next_if(|scope| scope.start <= place.start) {
                    if best.is_none_or(|best| scope.end >= best.end) {
                        best = Some(scope);
                    }
                    if trigger(self.lexicon, &scope.trigger).is_some_and(|trigger| trigger.over) {
                        over = scope.end.max(over);
                    }
                }
                let Some(scope) = best.filter(|scope| place.start < scope.end) else { continue };
                let axes = &mut judged.axes;
                match axis {
                    Axis::Negated => axes.negated = true,
                    Axis::Possible => axes.possible = true,
                    Axis::Historical => {
                        axes.historical = true;
                        let by = trigger(self.lexicon, &scope.trigger);
                        judged.standing = by.is_some_and(|trigger| trigger.standing);
                        judged.over = place.start < over;
                    }
                    Axis::Hypothetical => axes.hypothetical = true,
                    Axis::Family => axes.experiencer = Experiencer::Family,
                    Axis::Other => axes.experiencer = Experiencer::Other,
                    Axis::Current => judged.current = true,
                    Axis::Certain => judged.certain = true,
                }
                judged.causes.push(self.cause(*axis, scope));
            }
        }
        out
    }

    fn cause(&self, axis: Axis, scope: &Scope) -> Cause {
        let by = trigger(self.lexicon, &scope.trigger).map(|trigger| trigger.words.clone()).unwrap_or_default();
        let axis = match axis {
            Axis::Family | Axis::Other => "experiencer",
            other => other.name(),
        };
        Cause { axis: axis.to_owned(), by, at: Some(self.folded.back(scope.trigger.start, scope.trigger.end)) }
    }
}

/// The cue whose scope goes on in the list that follows: the last one of a clause that ends with a colon, when it has named nothing yet
/// ("denies:", "negative for any of the following:").
pub(super) fn leads_on(lexicon: &Lexicon, folded: &Folded, clause: &Clause<'_>) -> Option<Hit> {
    let Place { start, end } = clause.place;
    let last = clause
        .triggers
        .iter()
        .rfind(|hit| trigger(lexicon, hit).is_some_and(|t| matches!(t.deed, Deed::Sets(_, Direction::Forward | Direction::Both))))?;
    let rest = folded.text().get(last.end..end)?.trim_end();
    let named = clause.places.iter().any(|place| place.start >= start && place.end > last.start);
    let between = rest.strip_suffix(':')?;
    let known = |word: &str| word.is_empty() || lexicon.lead_words.iter().any(|known| known == word);
    (!named && between.split(' ').all(known)).then_some(*last)
}

/// Whether a cue makes what it governs uncertain.
pub(super) fn doubts(lexicon: &Lexicon, hit: &Hit) -> bool {
    trigger(lexicon, hit).is_some_and(|trigger| matches!(trigger.deed, Deed::Sets(Axis::Possible, _)))
}

/// Whether a cue stands at the start of its sentence, with nothing before it but words like "about twenty".
fn opens(lexicon: &Lexicon, folded: &Folded, start: usize, at: usize) -> bool {
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
    let at = memchr::memrchr(b',', text).max(dash)?;
    let member = text.get(at + 1..)?.trim_ascii_start();
    let words = folded.text().as_bytes().get(hit.start..hit.end).unwrap_or_default();
    // "No odor, and osteomyelitis is being treated": behind "and" only a verb makes it a clause of its own.
    let verb = [&b"is "[..], b"are ", b"was ", b"were ", b"has ", b"have "].iter().any(|verb| words.starts_with(verb));
    let goes_on = [&b"or "[..], b"nor ", b"no "].iter().any(|word| member.starts_with(word)) || (member.starts_with(b"and ") && !verb);
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
    let owners = lexicon.patterns.binary_search_by(|pattern| pattern.as_str().cmp(shared)).ok().and_then(|at| lexicon.owners.get(at));
    let same = |owner: &Owner| match owner {
        Owner::Trigger(at) => lexicon.triggers.get(*at).is_some_and(|t| matches!(t.deed, Deed::Sets(sets, _) if sets == axis)),
        _ => false,
    };
    if owners.is_some_and(|owners| owners.iter().any(same)) { usize::MAX } else { start }
}

/// Nothing but white space and closing signs.
fn is_bare(text: &str) -> bool {
    text.len() < 40 && text.chars().all(|c| !c.is_alphanumeric())
}

/// Where a sentence can be broken. Looked up once for all its triggers, and only when one of them asks: a sentence without an end can
/// hold any number of them.
struct Breaks<'a> {
    folded: &'a Folded,
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

/// The length of " and ".
const AND: usize = 5;

impl<'a> Breaks<'a> {
    fn new(folded: &'a Folded, sentence: Place) -> Self {
        Self { folded, sentence, commas: OnceCell::new(), ands: OnceCell::new(), behind: OnceCell::new() }
    }

    /// "Diabetes [x]  CHF [ ]": the line begins with a name and ends with a box.
    fn boxes_behind(&self) -> bool {
        *self.behind.get_or_init(|| {
            let text = self.folded.text().get(self.sentence.start..self.sentence.end).unwrap_or_default().trim();
            text.ends_with(BOX_ENDS) && text.starts_with(char::is_alphabetic)
        })
    }

    fn no_box(&self, from: usize, to: usize) -> bool {
        self.folded.text().get(from..to).is_some_and(|text| text.len() < 60 && !text.contains(BOX_STARTS))
    }

    fn places(&self, find: impl Fn(&str) -> Vec<usize>) -> Vec<usize> {
        find(self.folded.text().get(self.sentence.start..self.sentence.end).unwrap_or_default())
    }

    fn find_commas(&self) -> Vec<usize> {
        self.places(|text| memchr::memchr2_iter(b',', b';', text.as_bytes()).map(|at| self.sentence.start + at).collect())
    }

    fn commas(&self, trigger: &Trigger) -> &[usize] {
        if trigger.over_commas { &[] } else { self.commas.get_or_init(|| self.find_commas()) }
    }

    fn ands(&self, trigger: &Trigger) -> &[usize] {
        let find = |text: &str| text.match_indices(" and ").map(|(at, _)| self.sentence.start + at).collect();
        if trigger.over_and { &[] } else { self.ands.get_or_init(|| self.places(find)) }
    }
}

fn forward_end(breaks: &Breaks<'_>, trigger: &Trigger, from: usize, to: usize, places: &[Place]) -> usize {
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

/// Whether a denial is said anew for this member of a list, as for the one before it: "no murmur, no edema, ...".
fn repeated(lexicon: &Lexicon, folded: &Folded, triggers: &[Hit], hit: &Hit) -> bool {
    let before = triggers.partition_point(|other| other.start < hit.start);
    let Some(last) = triggers.get(..before).and_then(|all| all.iter().rfind(|other| sets(lexicon, other))) else { return false };
    let same = trigger(lexicon, last).zip(trigger(lexicon, hit)).is_some_and(|(a, b)| a.words == b.words && b.words == "no");
    let between = folded.text().get(last.end..hit.start).unwrap_or_default();
    same && between.strip_suffix(", ").is_some_and(|member| !member.contains([',', ';']))
}

/// Where such a denial ends: with its member, since the next one would have a denial of its own; those of a list with "or" have none.
fn list_end(breaks: &Breaks<'_>, from: usize, to: usize, places: &[Place]) -> usize {
    let commas = breaks.commas.get_or_init(|| breaks.find_commas());
    let end = commas.get(commas.partition_point(|at| *at < from)).copied().filter(|at| *at < to).unwrap_or(to);
    end.max(alternatives(breaks.folded, end, to, places))
}

fn backward_start(breaks: &Breaks<'_>, trigger: &Trigger, from: usize, to: usize, places: &[Place], trails: bool) -> usize {
    let mut start = from;
    if let Some(reach) = trigger.reach {
        start = start.max(words_before(breaks.folded, from, to, reach));
    }
    if !trails {
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
fn alternatives(folded: &Folded, end: usize, to: usize, places: &[Place]) -> usize {
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
