//! What is told, beside the last shown value of a measure, of those that are not shown: two of four are no trend. It is counted from the
//! record when a value is taken and again when the draft is checked (QL116); nobody types it.

use super::proof::BEFORE;
use super::{Draft, Indicator, indicator_hash, words_of};
use crate::chart::{Chart, Evidence, Instant, Observation, Value, ValueEvidence, is_dropped};
use std::collections::{BTreeMap, BTreeSet};

/// Words that it takes to say which values of a measure are not shown: their dates count as little as those of other indicators.
pub(super) const LEFT_OUT: usize = 7;
/// So many left out are told one by one; of more, how many and between which ends.
const ONE_BY_ONE: usize = 4;

/// Whether a value is one of several of its measure in the stay.
pub(super) fn is_one_of_many(evidence: &Evidence, chart: &Chart) -> bool {
    let Evidence::Value(value) = evidence else { return false };
    !value.prior && of_measure(&value.name, chart).len() > 1
}

/// A number of the stay.
struct Number<'c> {
    id: &'c str,
    value: f64,
    time: Instant,
    observation: &'c Observation,
}

/// The numbers of a measure in this stay, by time: none that was taken back, and none that is older than the stay.
fn of_measure<'c>(name: &str, chart: &'c Chart) -> Vec<Number<'c>> {
    let begins = chart.encounter.start.and_then(|start| start.plus_hours(-BEFORE));
    let own = |o: &&Observation| o.name == name && !is_dropped(o.status.as_deref());
    let number = |observation: &'c Observation| match &observation.value {
        Some(Value::Quantity(q)) => {
            let time = observation.time.filter(|time| begins.is_none_or(|begins| *time >= begins))?;
            Some(Number { id: &observation.identifier, value: q.value, time, observation })
        }
        _ => None,
    };
    let mut all: Vec<Number<'c>> = chart.observations.iter().filter(own).filter_map(number).collect();
    all.sort_by_key(|n| n.time);
    all
}

/// What is to be told beside each indicator; nothing beside most.
pub fn told(indicators: &[Indicator], chart: &Chart) -> Vec<String> {
    let mut out = vec![String::new(); indicators.len()];
    let mut last: BTreeMap<&str, (usize, BTreeSet<&str>)> = BTreeMap::new();
    for (at, indicator) in indicators.iter().enumerate().filter(|(_, i)| i.included && !i.prior) {
        if let Evidence::Value(value) = &indicator.evidence {
            let (place, shown) = last.entry(value.name.as_str()).or_default();
            *place = at;
            shown.insert(&value.observation);
        }
    }
    for (name, (at, shown)) in last {
        let all = of_measure(name, chart);
        let headed = indicators.get(at).map(|i| i.evidence.source()).and_then(|id| all.iter().position(|n| n.id == id));
        let rest: Vec<&Number<'_>> = all.iter().filter(|n| !shown.contains(n.id)).collect();
        if let (Some(headed), Some(words)) = (headed, out.get_mut(at).filter(|_| !rest.is_empty())) {
            *words = format!("{}; not shown: {}", place(&all, headed), listed(&rest, &all, headed));
        }
    }
    out
}

/// Where a value stands among those of its measure: at an end, else by time.
fn place(all: &[Number<'_>], headed: usize) -> String {
    let value = all.get(headed).map_or(f64::NAN, |n| n.value);
    let others = || all.iter().enumerate().filter(|(at, _)| *at != headed).map(|(_, n)| n.value);
    let end = if others().all(|v| v < value) {
        "highest".to_owned()
    } else if others().all(|v| v > value) {
        "lowest".to_owned()
    } else {
        let n = headed + 1;
        let ending = match (n % 10, n % 100) {
            (1, tens) if tens != 11 => "st",
            (2, tens) if tens != 12 => "nd",
            (3, tens) if tens != 13 => "rd",
            _ => "th",
        };
        format!("{n}{ending}")
    };
    format!("{end} of {} values", all.len())
}

fn listed(rest: &[&Number<'_>], all: &[Number<'_>], headed: usize) -> String {
    let year = all.get(headed).map(|n| n.time.local_date().year());
    let shown = |n: &Number<'_>| {
        let when = n.time.display();
        // The value beside which it stands gives the year.
        let own = n.time.local_date().year();
        let when = if Some(own) == year { when.replacen(&format!(" {own}"), "", 1) } else { when };
        let value = ValueEvidence::of_observation(n.observation);
        let remark = value.remark().map(|note| format!("{note}, ")).unwrap_or_default();
        format!("{} ({remark}{when})", value.value)
    };
    if rest.len() <= ONE_BY_ONE {
        return rest.iter().map(|n| shown(n)).collect::<Vec<_>>().join(", ");
    }
    let low = rest.iter().min_by(|a, b| a.value.total_cmp(&b.value)).map(|n| shown(n)).unwrap_or_default();
    let high = rest.iter().max_by(|a, b| a.value.total_cmp(&b.value)).map(|n| shown(n)).unwrap_or_default();
    format!("{}, from {low} to {high}", rest.len())
}

/// Tells anew which values are not shown, once other ones are; without the chart nothing is told of them.
pub fn retell_the_rest(indicators: &mut [Indicator], chart: Option<&Chart>) {
    let words = chart.map(|chart| told(indicators, chart)).unwrap_or_default();
    for (at, indicator) in indicators.iter_mut().enumerate() {
        indicator.others = words.get(at).cloned().unwrap_or_default();
        if tells_of_others(indicator) {
            indicator.relevance.clear();
        }
    }
}

/// Whether the remark beside a value of this stay is one that earlier versions of the program wrote there about other values.
fn tells_of_others(indicator: &Indicator) -> bool {
    let remark = &indicator.relevance;
    let counted = || remark.split_once(" other values, ").is_some_and(|(count, _)| count.chars().all(|c| c.is_ascii_digit()));
    !indicator.prior && (remark.starts_with("other values by time: ") || counted())
}

/// A draft that is to be kept, with what the program tells of other values as the record has it now, and the remark of each value that lost
/// it. What a person put in place of what is told stays, and the lint names it. `stored`: the draft as it was.
pub fn renewed(mut draft: Draft, stored: Option<&Draft>, chart: &Chart) -> Draft {
    for indicator in &mut draft.indicators {
        let whole = indicator.hash == indicator_hash(&indicator.evidence);
        if let Evidence::Value(value) = &mut indicator.evidence
            && value.note.is_none()
            && whole
            && let Some(note) = remark_of(&value.observation, chart)
        {
            value.note = Some(note.to_owned());
            indicator.hash = indicator_hash(&indicator.evidence);
        }
    }
    let mut known: BTreeSet<String> = stored.iter().flat_map(|s| told(&s.indicators, chart)).collect();
    known.extend(stored.iter().flat_map(|s| &s.indicators).map(|i| i.others.clone()));
    known.insert(String::new());
    let old: BTreeSet<&str> =
        stored.iter().flat_map(|s| &s.indicators).filter(|i| tells_of_others(i)).map(|i| i.relevance.as_str()).collect();
    let words = told(&draft.indicators, chart);
    for (indicator, words) in draft.indicators.iter_mut().zip(words) {
        if known.contains(indicator.others.trim()) {
            indicator.others = words;
        }
        if old.contains(indicator.relevance.as_str()) {
            indicator.relevance.clear();
        }
    }
    draft
}

fn remark_of<'c>(observation: &str, chart: &'c Chart) -> Option<&'c str> {
    let earlier = chart.prior.iter().flat_map(|p| &p.observations);
    chart.observations.iter().chain(earlier).find(|o| o.identifier == observation)?.note.as_deref()
}

/// Where what is told of other values departs from the record: the indicator, and what the record says.
pub fn departed(indicators: &[Indicator], chart: &Chart) -> Vec<(usize, String)> {
    let words = told(indicators, chart);
    let told = |(at, (indicator, words)): (usize, (&Indicator, String))| {
        let departs = indicator.included && (indicator.others.trim() != words || tells_of_others(indicator));
        departs.then(|| {
            let words = if words.is_empty() { "the record has no other value to tell of".to_owned() } else { words };
            (at, format!("other values of {}: the record says {words}", words_of(&indicator.evidence)))
        })
    };
    indicators.iter().zip(words).enumerate().filter_map(told).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::chart::{Encounter, Quantity};
    use crate::query::of_observation;

    fn value(time: &str, value: f64) -> Observation {
        Observation {
            identifier: format!("lab-{time}"),
            name: "Creatinine".into(),
            value: Some(Value::Quantity(Quantity { value, comparator: None, unit: Some("mg/dL".into()) })),
            time: Instant::parse(&format!("2026-11-{time}:00-05:00")),
            ..Observation::default()
        }
    }

    fn chart(values: &[(&str, f64)]) -> Chart {
        Chart { observations: values.iter().map(|(time, n)| value(time, *n)).collect(), ..Chart::default() }
    }

    fn taken(chart: &Chart) -> Vec<Indicator> {
        chart.observations.iter().filter_map(of_observation).collect()
    }

    fn others(all: &[Indicator]) -> Vec<&str> {
        all.iter().map(|i| i.others.as_str()).collect()
    }

    /// A draft went on telling which values it leaves out after a person had ticked them.
    #[test]
    fn what_is_told_of_other_values_follows_the_ticks() {
        let chart = chart(&[("17T06", 1.0), ("18T06", 1.6), ("19T06", 2.4)]);
        let mut all = taken(&chart);
        all[1].included = false;
        retell_the_rest(&mut all, Some(&chart));
        assert_eq!(others(&all), ["", "", "highest of 3 values; not shown: 1.6 (18 Nov 06:00)"]);
        all[1].included = true;
        retell_the_rest(&mut all, Some(&chart));
        assert_eq!(others(&all), ["", "", ""]);
        // Without the chart nobody can tell; what was told before is not left standing.
        all[2].included = false;
        retell_the_rest(&mut all, Some(&chart));
        assert_eq!(others(&all), ["", "2nd of 3 values; not shown: 2.4 (19 Nov 06:00)", ""]);
        retell_the_rest(&mut all, None);
        assert_eq!(others(&all), ["", "", ""]);
    }

    /// "Other values by time: 1.0, 1.6" gave no day, and did not say whether the value above was the first or the highest.
    #[test]
    fn other_values_stand_with_their_time_and_the_place_of_the_one_that_is_shown() {
        let mut many = chart(&[("17T06", 1.6), ("17T12", 2.4), ("18T00", 2.2), ("18T06", 1.9), ("18T18", 1.5), ("19T06", 1.2)]);
        many.observations[5].note = Some("hemolyzed".into());
        let all = taken(&many);
        let only = |at: usize| told(&all[at..=at], &many).remove(0);
        assert_eq!(only(1), "highest of 6 values; not shown: 5, from 1.2 (hemolyzed, 19 Nov 06:00) to 2.2 (18 Nov 00:00)");
        assert_eq!(only(2), "3rd of 6 values; not shown: 5, from 1.2 (hemolyzed, 19 Nov 06:00) to 2.4 (17 Nov 12:00)");
        assert!(only(5).starts_with("lowest of 6 values"), "{}", only(5));
    }

    /// A value that the laboratory took back, and one of a visit months before, were counted among those of the stay.
    #[test]
    fn values_that_were_taken_back_or_are_older_than_the_stay_are_none_of_it() {
        let mut chart = chart(&[("02T06", 0.9), ("17T06", 1.0), ("18T06", 9.9), ("19T06", 2.4)]);
        chart.encounter = Encounter { start: Instant::parse("2026-11-17T02:00-05:00"), ..Encounter::default() };
        chart.observations[2].status = Some("entered-in-error".into());
        let all = taken(&chart);
        assert_eq!(told(&all[3..], &chart), ["highest of 2 values; not shown: 1.0 (17 Nov 06:00)"]);
    }

    /// Whoever wrote a draft could empty what it tells of other values, or write other ones, and send it.
    #[test]
    fn what_is_told_of_other_values_was_falsified_or_emptied() {
        let chart = chart(&[("17T06", 1.0), ("18T06", 1.6), ("19T06", 2.4)]);
        let mut all = taken(&chart)[2..].to_vec();
        retell_the_rest(&mut all, Some(&chart));
        let stored = Draft { indicators: all, ..Draft::default() };
        assert_eq!(departed(&stored.indicators, &chart), []);
        let with = |words: &str| {
            let mut draft = stored.clone();
            draft.indicators[0].others = words.into();
            draft
        };
        for words in ["", "highest of 3 values; not shown: 2.2 (17 Nov 06:00), 2.3 (18 Nov 06:00)", "only value"] {
            assert_eq!(departed(&with(words).indicators, &chart).len(), 1, "{words}");
        }
        // Emptied words are told again when the draft is kept; false ones stay for whoever wrote them, and the lint names them.
        assert_eq!(renewed(with(""), Some(&stored), &chart), stored);
        assert_eq!(departed(&renewed(with("only value"), Some(&stored), &chart).indicators, &chart).len(), 1);
        // The old remark in the field that a person writes counts as little.
        let mut old = stored.clone();
        old.indicators[0].relevance = "other values by time: 2.3".into();
        assert_eq!(departed(&old.indicators, &chart).len(), 1);
        assert_eq!(renewed(old.clone(), Some(&old), &chart), stored);
    }

    /// A new result came after a draft was begun, and the letter went out without it.
    #[test]
    fn a_result_that_came_since_is_told_before_the_letter_goes_out() {
        let before = chart(&[("17T06", 1.0), ("19T06", 2.4)]);
        let mut all = taken(&before)[1..].to_vec();
        retell_the_rest(&mut all, Some(&before));
        let stored = Draft { indicators: all, ..Draft::default() };
        let since = chart(&[("17T06", 1.0), ("19T06", 2.4), ("20T06", 2.9)]);
        assert_eq!(departed(&stored.indicators, &since).len(), 1);
        assert_eq!(departed(&renewed(stored.clone(), Some(&stored), &since).indicators, &since), []);
    }

    /// "SpO2 84 %" stood in a letter without "BiPAP, FiO2 35 %", which its sender had remarked beside it.
    #[test]
    fn the_condition_of_a_measurement_was_lost_on_the_way_into_the_letter() {
        let mut chart = chart(&[("19T06", 2.4)]);
        chart.observations[0].note = Some("after 2 L lactated Ringer's".into());
        let all = taken(&chart);
        assert_eq!(words_of(&all[0].evidence), "Creatinine 2.4 mg/dL (after 2 L lactated Ringer's)");
        let draft = Draft { indicators: all, ..Draft::default() };
        assert!(crate::query::render_text(&draft, None).contains("(19 Nov 2026 06:00, after 2 L lactated Ringer's)"));
        // A draft from before, or one whose file leaves it out, gets it back.
        let mut without = draft.clone();
        if let Evidence::Value(value) = &mut without.indicators[0].evidence {
            value.note = None;
        }
        without.indicators[0].hash = indicator_hash(&without.indicators[0].evidence);
        assert_eq!(renewed(without, None, &chart), draft);
    }
}
