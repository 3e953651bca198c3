//! Which of much proof is ticked: what a provider needs to answer, in few enough lines and words to be read. The provider's own wording at
//! issue comes first among the quotations; what only repeats a value or another quotation is left out.

use super::Indicator;
use super::companions::{Pick, Record, is_assessment, is_passed_over, is_row, stands, text_of};
use super::evidence::words_of;
use super::lint::words::{Patterns, tokens};
use super::lint::{concepts, vocabularies};
use super::normal::strays;
use super::template::ValueRange;
use crate::chart::{DocumentType, Evidence, Instant, TextEvidence, ValueEvidence};
use std::collections::{BTreeMap, BTreeSet};

/// What the gap's own proof is worth beside what is brought (`companions.rs`).
mod worth {
    pub(super) const AGAINST: i32 = 1000;
    /// The best quotations of what a provider wrote.
    pub(super) const WORDING: i32 = 950;
    /// The farthest value of each measure.
    pub(super) const WORST: i32 = 880;
    pub(super) const TREATED: i32 = 850;
    pub(super) const RESULT: i32 = 700;
    pub(super) const NEWEST: i32 = 560;
    pub(super) const QUOTED: i32 = 500;
    pub(super) const FURTHER: i32 = 300;
    /// Says nothing that the reader needs.
    pub(super) const NOTHING: i32 = -1;
}

/// What the question is about, and who is asked.
#[derive(Clone, Copy)]
pub(super) struct About<'a> {
    /// The condition that is asked about.
    pub(super) condition: Option<&'a str>,
    /// Those that the template asks about with it.
    pub(super) with: &'a [String],
    /// The ranges that say which end of a measure is the wrong one.
    pub(super) values: &'a [&'a ValueRange],
    /// Whose words are shown to whom: the recipient sees own ones.
    pub(super) to: Option<&'a str>,
    /// Whether each quotation of the proof is one side of what is asked: none may be missing.
    pub(super) all: bool,
}

/// Quotations of what a provider wrote that come before the values.
const WORDINGS: usize = 2;
/// Farthest values that come before the treatments: of many, the rest leaves room for what was done about them.
const WORST: usize = 7;
/// Treatments of the proof that come before other things.
const TREATMENTS: usize = 2;

/// Gives each piece of the gap's own proof what it is worth. `groups` are the headings that the pieces stand under.
pub(super) fn weigh(picks: &mut [Pick], groups: &[&str], about: About<'_>, record: Record<'_>) {
    let numbers = listed_numbers(picks);
    let mut wordings: Vec<(Quoted, usize)> = Vec::new();
    let mut own: Option<(i32, usize)> = None;
    let mut treated = 0;
    let worst = farthest(picks, about.values);
    let first = decisive(picks, &worst, about.values);
    let has_treatment = picks.iter().zip(groups).any(|(p, g)| *g == "treatment" && matches!(p.evidence, Evidence::Value(_)));
    for (at, group) in groups.iter().enumerate() {
        let Some(pick) = picks.get_mut(at) else { continue };
        let worth = match &pick.evidence {
            _ if pick.against => worth::AGAINST,
            Evidence::Text(_) if about.all && !pick.brought => {
                pick.wanted = true;
                worth::AGAINST
            }
            Evidence::Text(text) => {
                let quoted = quotation(group, text, about, &numbers, record);
                let says = quoted.says_more && !is_row(&text.quote);
                if *group == "documentation" && says && !pick.brought {
                    wordings.push((quoted, at));
                }
                if about.to.is_some() && text.author.as_deref() == about.to && !is_row(&text.quote) {
                    own = own.max(Some((quoted.worth, at)));
                }
                match (says, *group == "treatment" && has_treatment) {
                    (true, false) => worth::QUOTED + 10 * quoted.worth,
                    (true, true) => worth::FURTHER,
                    (false, _) => worth::NOTHING,
                }
            }
            Evidence::Value(_) if *group == "treatment" => {
                treated += 1;
                if treated <= TREATMENTS { worth::TREATED } else { worth::FURTHER }
            }
            Evidence::Value(value) if number_in(&value.value).is_none() => worth::RESULT,
            Evidence::Value(_) => match worst.get(&at) {
                Some(Place::Farthest) if first.contains(&at) => worth::WORST,
                Some(Place::Farthest) => worth::RESULT,
                Some(Place::Newest) => worth::NEWEST,
                None => worth::FURTHER,
            },
        };
        // What is brought has its worth from what asked for it.
        if !pick.brought {
            pick.worth = pick.worth.max(worth);
        }
    }
    for at in best_wordings(wordings, picks).into_iter().chain(own.map(|(_, at)| at)) {
        if let Some(pick) = picks.get_mut(at) {
            pick.worth = pick.worth.max(worth::WORDING);
        }
    }
    inherit(picks, about.all);
}

/// The best quotations of what a provider wrote, by their places: one that states the very condition before others, none that says another
/// again. Of equal ones the recipient's own goes first, and what was written in the emergency department last: a fragment of the first hour
/// is no statement of who answers.
fn best_wordings(mut wordings: Vec<(Quoted, usize)>, picks: &[Pick]) -> Vec<usize> {
    wordings.retain(|(quoted, _)| quoted.worth > 0);
    wordings.sort_by_key(|(quoted, at)| (std::cmp::Reverse((quoted.worth, quoted.own, !quoted.first_hour)), *at));
    let stated = wordings.iter().filter(|(q, _)| q.states).max_by_key(|(q, at)| (q.own, !q.first_hour, q.worth, std::cmp::Reverse(*at)));
    let order: Vec<usize> = stated.into_iter().chain(&wordings).map(|(_, at)| *at).collect();
    let mut out: Vec<usize> = Vec::new();
    for at in order {
        let new =
            picks.get(at).is_some_and(|pick| !out.contains(&at) && !says_nothing_more(pick, out.iter().filter_map(|k| picks.get(*k))));
        if new && out.len() < WORDINGS {
            out.push(at);
        }
    }
    out
}

/// A quotation that stands whole in a longer one gives way to it, and leaves it what it was worth.
fn inherit(picks: &mut [Pick], all: bool) {
    let said: Vec<Option<BTreeSet<String>>> = picks.iter().map(|p| text_of(&p.evidence).map(|t| content(&t.quote))).collect();
    for short in 0..picks.len() {
        let Some(Some(words)) = said.get(short).filter(|w| w.as_ref().is_some_and(|w| !w.is_empty())) else { continue };
        let Some((worth, fixed)) = picks.get(short).map(|p| (p.worth, p.against || all && !p.brought)) else { continue };
        let longer = |at: &usize| {
            *at != short && said.get(*at).and_then(Option::as_ref).is_some_and(|other| other.len() > words.len() && words.is_subset(other))
        };
        let Some(long) = (0..picks.len()).filter(longer).max_by_key(|at| picks.get(*at).map(|p| p.worth)).filter(|_| !fixed) else {
            continue;
        };
        if let Some(pick) = picks.get_mut(long) {
            pick.worth = pick.worth.max(worth);
        }
        if let Some(pick) = picks.get_mut(short) {
            (pick.worth, pick.wanted) = (worth::NOTHING, false);
        }
    }
}

/// The places of those that are ticked: by what they are worth, up to so many lines and words; what says nothing more is passed over.
/// `extra`: words that the first value of a measure takes besides.
pub(super) fn ticked(picks: &[Pick], most: usize, most_words: usize, extra: &dyn Fn(&Evidence) -> usize) -> BTreeSet<usize> {
    let mut order: Vec<usize> = (0..picks.len()).collect();
    order.sort_by_key(|at| picks.get(*at).map(|p| (std::cmp::Reverse(p.worth), *at)));
    let mut kept: BTreeSet<usize> = BTreeSet::new();
    let (mut words, mut against) = (0, 0);
    for at in order {
        let Some(pick) = picks.get(at) else { continue };
        let named = |e: &Evidence| matches!((e, &pick.evidence), (Evidence::Value(a), Evidence::Value(b)) if a.name == b.name);
        let again = kept.iter().filter_map(|k| picks.get(*k)).any(|k| named(&k.evidence));
        let long = words_of(&pick.evidence).split_whitespace().count() + if again { 0 } else { extra(&pick.evidence) };
        let fits = pick.worth > worth::NOTHING && kept.len() < most + against && words + long <= most_words;
        let said = kept.iter().filter_map(|k| picks.get(*k));
        if pick.worth >= worth::AGAINST || kept.is_empty() || fits && !says_nothing_more(pick, said) {
            kept.insert(at);
            // What speaks against takes no room from what speaks for the question: both sides are shown.
            if pick.against { against += 1 } else { words += long }
        }
    }
    kept
}

/// Whether a quotation says only what a better one says already.
fn says_nothing_more<'p>(pick: &Pick, mut kept: impl Iterator<Item = &'p Pick>) -> bool {
    let Some(text) = text_of(&pick.evidence) else { return false };
    let own = content(&text.quote);
    let repeats = |other: &str| {
        let said = content(other);
        let known = own.iter().filter(|w| said.contains(*w)).count();
        !own.is_empty() && known * REPEATED.1 >= own.len() * REPEATED.0
    };
    kept.any(|other| text_of(&other.evidence).is_some_and(|o| repeats(&o.quote)))
}

/// So many of so many words of a quotation that stand in another make it a repetition.
const REPEATED: (usize, usize) = (7, 10);

/// The words of a quotation that say something, and its numbers.
fn content(quote: &str) -> BTreeSet<String> {
    let filler = vocabularies();
    let number = |t: &str| t.starts_with(|c: char| c.is_ascii_digit());
    let says = |t: &str| t.chars().filter(|c| c.is_alphabetic()).count() >= 2 && !filler.is_filler(t);
    let words = tokens(quote).into_iter().map(|t| t.text);
    let counted = words.enumerate().filter(|(at, t)| says(t) || number(t) && *at > 0);
    counted.map(|(_, t)| t).collect()
}

/// What a quotation is worth, and whether it says more than the listed values.
#[derive(Clone, Copy)]
struct Quoted {
    worth: i32,
    says_more: bool,
    /// Whether it states the condition that is asked about.
    states: bool,
    /// Whether who is asked wrote it.
    own: bool,
    /// Whether it was written in the emergency department.
    first_hour: bool,
}

/// What a quotation is worth beside the others: a provider's documentation that names a condition or a finding of this stay, in the
/// assessment, about the very thing that is asked.
fn quotation(group: &str, text: &TextEvidence, about: About<'_>, numbers: &BTreeSet<String>, record: Record<'_>) -> Quoted {
    let reading = record.reading(&text.document);
    let inside = reading.map(|r| r.mentions.as_slice()).unwrap_or_default().iter().filter(|m| text.start <= m.start && m.end <= text.end);
    let (mut names, mut treats, mut assessed, mut wanted, mut states) = (false, false, false, false, false);
    for mention in inside {
        let treatment = mention.concept.starts_with("treatment.") || mention.concept.starts_with("drug.");
        let stands = stands(mention.assertion);
        treats |= treatment;
        wanted |= about.with.contains(&mention.concept) && stands;
        states |= about.condition == Some(mention.concept.as_str()) && stands;
        names |= !treatment && stands;
        assessed |= is_assessment(&mention.section);
    }
    let words = tokens(&text.quote);
    let related = about.condition.is_some_and(|c| concepts().supports(c, &words) == Some(true));
    // "0205 lactate 4.2": the hour is no value.
    let hour = words.first().filter(|t| t.text.len() == 4 && t.text.parse::<u32>().is_ok_and(|n| n < 2400)).map(|t| t.span);
    let given: Vec<String> = words.iter().filter(|t| is_number(&t.text) && Some(t.span) != hour).map(|t| plain(&t.text)).collect();
    let listed = given.iter().filter(|n| numbers.contains(*n)).count();
    let repeats = given.len() >= 2 && listed * 2 >= given.len();
    let documented = group == "documentation" && names;
    let worth = 8 * i32::from(wanted)
        + 4 * i32::from(documented && related)
        + 2 * i32::from(documented)
        + 2 * i32::from(documented && assessed)
        + i32::from(treats || related)
        - 3 * i32::from(repeats);
    let document = record.chart.document(&text.document);
    let aside = document.zip(reading).is_some_and(|(d, r)| is_passed_over(d, r, text.start));
    let kind = document.zip(reading).map(|(d, r)| d.document_type.unwrap_or(r.document_type));
    Quoted {
        worth,
        says_more: !aside && (names || treats || given.is_empty() || listed < given.len()),
        states,
        own: about.to.is_some() && text.author.as_deref() == about.to,
        first_hour: kind == Some(DocumentType::EmergencyNote),
    }
}

fn is_number(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
}

/// A number without the comma of its thousands.
fn plain(number: &str) -> String {
    number.replace(',', "")
}

/// The numbers that are listed as values.
fn listed_numbers(picks: &[Pick]) -> BTreeSet<String> {
    let values = picks.iter().filter(|p| matches!(p.evidence, Evidence::Value(_)));
    let words = values.flat_map(|p| tokens(&words_of(&p.evidence)));
    words.map(|t| plain(&t.text)).filter(|t| is_number(t)).collect()
}

/// Where a value stands among those of its measure.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Farthest,
    Newest,
}

/// Place among the proof, number, the value, its time.
type Numbered<'p> = (usize, f64, &'p ValueEvidence, Option<Instant>);

/// The farthest value of each measure outside its range, and the newest; where nothing says which end is the wrong one, both ends.
fn farthest(picks: &[Pick], ranges: &[&ValueRange]) -> BTreeMap<usize, Place> {
    let mut measures: BTreeMap<&str, Vec<Numbered<'_>>> = BTreeMap::new();
    for (at, pick) in picks.iter().enumerate() {
        if let Evidence::Value(value) = &pick.evidence
            && let Some(number) = number_in(&value.value)
        {
            measures.entry(value.name.as_str()).or_default().push((at, number, value, value.date));
        }
    }
    let mut out = BTreeMap::new();
    for (name, same) in &measures {
        let newest = same.iter().max_by_key(|(at, _, _, time)| (*time, *at));
        out.extend(newest.map(|(at, ..)| (*at, Place::Newest)));
        let low = same.iter().min_by(|a, b| a.1.total_cmp(&b.1));
        let high = same.iter().max_by(|a, b| a.1.total_cmp(&b.1));
        let name = tokens(name);
        let range = ranges.iter().find(|r| (r.from.is_some() || r.below.is_some()) && Patterns::new(&r.names).any(&name));
        let far = |end: &&Numbered<'_>| strays(end.2, end.1);
        let both = [low, high].into_iter().flatten();
        let ends: Vec<&Numbered<'_>> = match range {
            Some(range) if range.below.is_some() => low.into_iter().collect(),
            Some(_) => high.into_iter().collect(),
            None => match both
                .clone()
                .filter(|end| far(end).is_some_and(|f| f > 0.0))
                .max_by(|a, b| far(a).partial_cmp(&far(b)).unwrap_or(std::cmp::Ordering::Equal))
            {
                Some(worst) => vec![worst],
                None => both.collect(),
            },
        };
        out.extend(ends.into_iter().map(|(at, ..)| (*at, Place::Farthest)));
    }
    out
}

/// The farthest values that come first: of the measures that are asked for by name before others.
fn decisive(picks: &[Pick], places: &BTreeMap<usize, Place>, ranges: &[&ValueRange]) -> BTreeSet<usize> {
    let asked = |at: usize| {
        let name = picks.get(at).and_then(|p| match &p.evidence {
            Evidence::Value(value) => Some(tokens(&value.name)),
            Evidence::Text(_) => None,
        });
        name.and_then(|name| ranges.iter().position(|r| Patterns::new(&r.names).any(&name))).unwrap_or(usize::MAX)
    };
    let mut order: Vec<(usize, usize)> =
        places.iter().filter(|(_, place)| **place == Place::Farthest).map(|(at, _)| (asked(*at), *at)).collect();
    order.sort_unstable();
    order.into_iter().take(WORST).map(|(_, at)| at).collect()
}

fn number_in(text: &str) -> Option<f64> {
    text.trim().trim_start_matches(['<', '>', '=']).parse().ok()
}

/// As the provider will read them: by heading; under one, values by measure and time, then quotations by time.
pub(super) fn in_order(indicators: &mut [Indicator]) {
    let mut measures: Vec<String> = Vec::new();
    for indicator in indicators.iter() {
        if let Evidence::Value(value) = &indicator.evidence
            && !measures.contains(&value.name)
        {
            measures.push(value.name.clone());
        }
    }
    indicators.sort_by_key(|indicator| {
        let place = super::render::place_of(&indicator.group);
        match &indicator.evidence {
            Evidence::Value(value) => (place, 0, measures.iter().position(|m| *m == value.name), value.date),
            Evidence::Text(text) => (place, 1, None, text.date),
        }
    });
}
