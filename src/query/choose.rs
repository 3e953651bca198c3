//! Which of many indicators are ticked, when the proof of a gap is more than a provider should have to read. The provider's own wording at
//! issue comes first among the quotations; one that only repeats a value that is listed goes first.

use super::Indicator;
use super::evidence::words_of;
use super::lint::concepts;
use super::lint::words::tokens;
use crate::chart::{Chart, Evidence, Instant, TextEvidence};
use crate::reading::{Assertion, Reading};
use std::collections::{BTreeMap, BTreeSet};

/// Place among the indicators, number, and time of a value.
type Numbered = (usize, f64, Option<Instant>);

/// The places of those that are ticked: what speaks against it, every treatment in the orders, the lowest, highest and latest value of each
/// name; then quotations and further values by what they are worth, up to `most`. Two quotations have their place whatever the number of
/// values.
pub(super) fn ticked(all: &[Indicator], most: usize, about: About<'_>, record: (&Chart, &[Reading])) -> BTreeSet<usize> {
    let mut values: BTreeMap<&str, Vec<Numbered>> = BTreeMap::new();
    let mut kept = BTreeSet::new();
    let mut quotations: Vec<(i32, usize)> = Vec::new();
    let mut documents = BTreeSet::new();
    let numbers = listed_numbers(all);
    for (at, indicator) in all.iter().enumerate() {
        match &indicator.evidence {
            Evidence::Value(value) if indicator.group != "treatment" => match number_in(&value.value) {
                Some(number) => values.entry(value.name.as_str()).or_default().push((at, number, value.date)),
                None => _ = kept.insert(at),
            },
            Evidence::Text(text) => {
                let first = i32::from(documents.insert(text.document.as_str()));
                quotations.push((first + worth(indicator, text, about, &numbers, record), at));
            }
            Evidence::Value(_) => _ = kept.insert(at),
        }
    }
    for same in values.values() {
        let by_number = |a: &&Numbered, b: &&Numbered| a.1.total_cmp(&b.1);
        let latest = same.iter().max_by_key(|(at, _, time)| (*time, *at));
        kept.extend([same.iter().min_by(by_number), same.iter().max_by(by_number), latest].into_iter().flatten().map(|(at, _, _)| *at));
    }
    kept.extend(all.iter().enumerate().filter(|(_, i)| i.against).map(|(at, _)| at));
    quotations.sort_by_key(|(worth, at)| (std::cmp::Reverse(*worth), *at));
    for (n, (_, at)) in quotations.iter().enumerate() {
        if n < ALWAYS || kept.len() < most {
            kept.insert(*at);
        }
    }
    for at in 0..all.len() {
        if kept.len() < most {
            kept.insert(at);
        }
    }
    // A stay of many values has more of the lowest, highest and newest than anybody reads: of each measure one goes, the last ones first.
    for same in values.values().rev().filter(|same| same.len() > 1) {
        let far = same.iter().filter(|(at, ..)| kept.contains(at) && !all.get(*at).is_some_and(|i| i.against));
        let spare: Vec<usize> = far.map(|(at, ..)| *at).skip(1).collect();
        for at in spare.into_iter().rev() {
            if kept.len() > most {
                kept.remove(&at);
            }
        }
    }
    kept
}

/// The condition that is asked about, and those that its template asks about with it.
pub(super) type About<'a> = (Option<&'a str>, &'a [String]);

/// Quotations that are ticked before anything is counted.
const ALWAYS: usize = 2;

/// What a quotation is worth beside the others: a provider's documentation that names a condition or a finding of this stay, in the
/// assessment, about the very thing that is asked.
fn worth(
    indicator: &Indicator,
    text: &TextEvidence,
    (about, with): About<'_>,
    numbers: &BTreeSet<String>,
    (chart, readings): (&Chart, &[Reading]),
) -> i32 {
    let at = chart.documents.iter().position(|d| d.identifier == text.document);
    let reading = at.and_then(|i| readings.get(i));
    let inside = reading.map(|r| r.mentions.as_slice()).unwrap_or_default().iter().filter(|m| text.start <= m.start && m.end <= text.end);
    let (mut names, mut treats, mut assessed, mut wanted) = (false, false, false, false);
    for mention in inside {
        let treatment = mention.concept.starts_with("treatment.") || mention.concept.starts_with("drug.");
        treats |= treatment;
        wanted |= with.contains(&mention.concept) && matches!(mention.assertion, Assertion::Present | Assertion::Possible);
        names |= !treatment && matches!(mention.assertion, Assertion::Present | Assertion::Possible);
        assessed |= ["assessment", "plan", "impression", "diagnos"].iter().any(|s| mention.section.contains(s));
    }
    let words = tokens(&text.quote);
    let related = about.is_some_and(|c| concepts().supports(c, &words) == Some(true));
    let given: Vec<&str> = words.iter().map(|t| t.text.as_str()).filter(|t| t.starts_with(|c: char| c.is_ascii_digit())).collect();
    let repeats = given.len() >= 2 && given.iter().filter(|n| numbers.contains(**n)).count() * 2 >= given.len();
    let documented = indicator.group == "documentation" && names;
    8 * i32::from(wanted)
        + 4 * i32::from(documented && related)
        + 2 * i32::from(documented)
        + 2 * i32::from(documented && assessed)
        + i32::from(treats || related)
        - 3 * i32::from(repeats)
}

/// The numbers that are listed as values.
fn listed_numbers(all: &[Indicator]) -> BTreeSet<String> {
    let values = all.iter().filter(|i| matches!(i.evidence, Evidence::Value(_)));
    let words = values.flat_map(|i| tokens(&words_of(&i.evidence)));
    words.map(|t| t.text).filter(|t| t.starts_with(|c: char| c.is_ascii_digit())).collect()
}

fn number_in(text: &str) -> Option<f64> {
    text.trim().trim_start_matches(['<', '>', '=']).parse().ok()
}
