//! Questions to labs, vitals and scores: thresholds, trends, persistence.

use super::describe;
use super::leaf::{Answer, Hit, Place};
use crate::chart::{Instant, Observation, Precision, Sex, Value};
use crate::checklist::Outcome;
use crate::checklist::facts::{Facts, Limit, Origin, Point};
use crate::checklist::indicator::{Baseline, Bound, Compare, ObservationTest};
use crate::checklist::proof::sentence;
use crate::checklist::words::has_word;
use std::collections::{BTreeMap, BTreeSet};

/// Guards comparisons against the dust of binary fractions: 1.2 - 0.9 is not quite 0.3.
const DUST: f64 = 1e-6;

/// Asks an observation.
pub(super) fn observation<'f>(test: &ObservationTest, facts: &'f Facts<'_>, cap: Option<f64>) -> Answer<'f> {
    let name = &test.observation;
    let all = facts.values(name);
    let own: Vec<Point<'f>> = all.iter().filter(|p| (test.in_prior || !p.prior) && counts(p, test, facts, cap)).copied().collect();
    let untimed = |p: &&Point<'_>| !p.prior && facts.untimed(p.time, &test.when, cap) && fits(p, test, facts);
    let open = all.iter().filter(untimed).find(|p| test.compare.is_change() || decides(test.compare, p, facts) != Some(false));
    let looked = describe::count(own.len(), &format!("{} value", describe::name(name)), &format!("{} values", describe::name(name)));
    if own.is_empty() {
        return Answer::empty(Outcome::CannotTell, format!("no {} was sent", describe::name(name)), looked);
    }
    let answer = match test.compare {
        Compare::Above(_) | Compare::AtLeast(_) | Compare::Below(_) | Compare::AtMost(_) => threshold(test, facts, &own),
        Compare::Rise(_) | Compare::Fall(_) | Compare::Ratio(_) | Compare::FallRatio(_) => match test.baseline {
            Baseline::Stay => change(test, facts, &own),
            Baseline::Prior => against_prior(test, facts, &own, all),
            Baseline::Lowest => against_lowest(test, facts, &own, all),
        },
    };
    match open.filter(|_| answer.outcome == Outcome::No) {
        Some(point) => Answer::empty(Outcome::CannotTell, format!("{}; {} came without its time", answer.detail, show(point)), looked),
        None => Answer { looked, ..answer },
    }
}

/// The value that comes nearest to what is asked for: the highest where a high or rising one is looked for, else the lowest.
pub(super) fn nearest<'f>(test: &ObservationTest, facts: &'f Facts<'_>) -> Option<Point<'f>> {
    let high = matches!(test.compare, Compare::Above(_) | Compare::AtLeast(_) | Compare::Rise(_) | Compare::Ratio(_));
    let own = facts.values(&test.observation).iter().filter(|p| !p.prior && counts(p, test, facts, None)).copied();
    own.reduce(|best, point| if (point.value > best.value) == high && point.value != best.value { point } else { best })
}

/// A value of the measure that is as it should be: within the range that it came with; without one, as the test does not ask. `raised`: where others are as the test asks, the
/// newest that came after the last of them, for it shows that they are over; else the nearest to what is asked for, which never came.
pub(super) fn usual<'f>(test: &ObservationTest, raised: bool, facts: &'f Facts<'_>) -> Option<Point<'f>> {
    let own: Vec<Point<'f>> =
        facts.values(&test.observation).iter().filter(|p| !p.prior && counts(p, test, facts, None)).copied().collect();
    // What was measured under oxygen, a drug or after fluid shows what that did.
    let bare = |remark: Option<&str>| remark.is_none_or(|r| r.trim().is_empty() || facts.words("room_air").iter().any(|w| has_word(r, w)));
    let fits = |point: &Point<'f>| match point.origin {
        Origin::Sent(observation) if bare(observation.note.as_deref()) => {
            in_range(observation).unwrap_or(raised && !test.compare.is_change() && !flow_at(point, facts))
        }
        _ => false,
    };
    if !raised {
        return nearest(test, facts).filter(fits).filter(|_| own.iter().all(|p| p.is_exact() && matches!(p.origin, Origin::Sent(_))));
    }
    // Of a change no single value is as the test asks: what lies outside its range is.
    let asked = |p: &Point<'f>| if test.compare.is_change() { !fits(p) } else { decides(test.compare, p, facts) != Some(false) };
    let last = own.iter().filter(|p| asked(p)).filter_map(|p| p.time).max();
    own.iter().rev().find(|p| fits(p) && !asked(p) && p.time.is_some() && p.time > last).copied()
}

/// Whether a value lies within the range that it came with; nothing where none came.
fn in_range(observation: &Observation) -> Option<bool> {
    let Some(Value::Quantity(quantity)) = &observation.value else { return Some(false) };
    let (low, high) = (observation.low, observation.high);
    let inside = low.is_none_or(|low| quantity.value >= low) && high.is_none_or(|high| quantity.value <= high);
    (low.is_some() || high.is_some()).then_some(inside)
}

fn counts(point: &Point<'_>, test: &ObservationTest, facts: &Facts<'_>, cap: Option<f64>) -> bool {
    let in_time = if point.prior { test.when.any() && cap.is_none() } else { facts.within(point.time, &test.when, cap) };
    in_time && fits(point, test, facts)
}

/// Whether a value is one of those asked for, whenever it was taken.
fn fits(point: &Point<'_>, test: &ObservationTest, facts: &Facts<'_>) -> bool {
    let remark = match point.origin {
        Origin::Sent(observation) => observation.note.as_deref().unwrap_or_default(),
        Origin::Stated(document, reading, measurement) if test.in_notes => sentence(document, reading, measurement.start),
        Origin::Stated(..) => return false,
    };
    let noted = test.not_noted.iter().any(|word| has_word(remark, word));
    let room_air = facts.words("room_air").iter().any(|word| has_word(remark, word));
    let device = test.room_air || test.on_oxygen;
    let on_oxygen = device
        && !room_air
        && (facts.words("on_oxygen").iter().any(|word| has_word(remark, word)) || liters(remark) || flow_at(point, facts));
    let oxygen_fits = (!test.room_air || !on_oxygen) && (!test.on_oxygen || on_oxygen);
    !noted && oxygen_fits && test.beside.as_deref().is_none_or(|other| fits_beside(point, other, facts))
}

/// Values taken so near to each other, in hours, are of one sample.
const ONE_SAMPLE: f64 = 0.5;

/// Whether the value taken with this one is as it should be; where none was, nothing speaks against.
fn fits_beside(point: &Point<'_>, other: &ObservationTest, facts: &Facts<'_>) -> bool {
    let Some(time) = point.time else { return true };
    let with = facts.values(&other.observation).iter().filter(|v| v.time.is_some_and(|taken| taken.hours_since(&time).abs() <= ONE_SAMPLE));
    let told: Vec<bool> = with.filter_map(|v| decides(other.compare, v, facts)).collect();
    told.is_empty() || told.contains(&true)
}

/// Whether a value is as a comparison asks; a bound tells where all values within it are, or none: "<0.2" is below 0.3 and not above 0.5, and
/// of 0.1 it says nothing.
fn decides(compare: Compare, point: &Point<'_>, facts: &Facts<'_>) -> Option<bool> {
    // What is less than 2 is not at least 2: the nearest that it can be lies beside the bound.
    let nearest = match point.limit {
        Limit::Below => point.value - 3.0 * DUST,
        Limit::Above => point.value + 3.0 * DUST,
        Limit::Exact | Limit::AtMost | Limit::AtLeast => point.value,
    };
    let holds = meets(compare, nearest, facts);
    let asks_for_more = matches!(compare, Compare::Above(_) | Compare::AtLeast(_));
    match point.limit {
        Limit::Exact => Some(holds),
        Limit::Below | Limit::AtMost if asks_for_more => (!holds).then_some(false),
        Limit::Above | Limit::AtLeast if !asks_for_more => (!holds).then_some(false),
        _ => holds.then_some(true),
    }
}

/// Whether one value is as a comparison asks. Without a sex the bound that is harder to reach decides: a doubtful value is no proof.
fn meets(compare: Compare, value: f64, facts: &Facts<'_>) -> bool {
    let high = |limit: Bound| bound(limit, facts).unwrap_or(limit.female.max(limit.male));
    let low = |limit: Bound| bound(limit, facts).unwrap_or(limit.female.min(limit.male));
    match compare {
        Compare::Above(limit) => value > high(limit) + DUST,
        Compare::AtLeast(limit) => value >= high(limit) - DUST,
        Compare::Below(limit) => value < low(limit) - DUST,
        Compare::AtMost(limit) => value <= low(limit) + DUST,
        Compare::Rise(_) | Compare::Fall(_) | Compare::Ratio(_) | Compare::FallRatio(_) => false,
    }
}

/// `2 L`, `4L`: a number with the sign of liters after it.
fn liters(remark: &str) -> bool {
    let bytes = remark.as_bytes();
    remark.match_indices(['L', 'l']).any(|(at, _)| {
        let before = remark.get(..at).unwrap_or_default().trim_end();
        let after = bytes.get(at + 1).is_none_or(|b| !b.is_ascii_alphabetic());
        after && before.bytes().last().is_some_and(|b| b.is_ascii_digit())
    })
}

/// Whether an oxygen flow above nothing, or more oxygen than air has, was recorded with it: what was recorded nearest to it counts.
fn flow_at(point: &Point<'_>, facts: &Facts<'_>) -> bool {
    let Some(time) = point.time else { return false };
    let then = |name: &str, least: f64| {
        let apart = |v: &Point<'_>| v.time.map(|taken| taken.hours_since(&time).abs()).filter(|hours| *hours <= ONE_SAMPLE);
        let with = || facts.values(name).iter().filter_map(|v| Some((apart(v)?, v.value)));
        let nearest = with().map(|(hours, _)| hours).fold(f64::INFINITY, f64::min);
        with().any(|(hours, value)| hours <= nearest && value > least)
    };
    then("oxygen_flow", 0.0) || then("fio2", 21.5)
}

fn bound(limit: Bound, facts: &Facts<'_>) -> Option<f64> {
    match facts.sex() {
        Sex::Female => Some(limit.female),
        Sex::Male => Some(limit.male),
        Sex::Other | Sex::NotGiven => (limit.female == limit.male).then_some(limit.female),
    }
}

fn threshold<'f>(test: &ObservationTest, facts: &Facts<'_>, own: &[Point<'f>]) -> Answer<'f> {
    let high = matches!(test.compare, Compare::Above(_) | Compare::AtLeast(_));
    let told: Vec<Option<bool>> = own.iter().map(|point| decides(test.compare, point, facts)).collect();
    // Values that may hold after all keep the question open where those that do are not enough.
    let untold = told.iter().filter(|answer| answer.is_none()).count();
    let extreme_of = |points: &[Point<'_>]| -> Option<usize> {
        let better = |a: f64, b: f64| if high { a > b } else { a < b };
        let mut best: Option<(usize, f64)> = None;
        for (index, point) in points.iter().enumerate() {
            if best.is_none_or(|(_, value)| better(point.value, value)) {
                best = Some((index, point.value));
            }
        }
        best.map(|(index, _)| index)
    };
    let hits: Vec<Point<'f>> = own.iter().zip(&told).filter(|(_, holds)| **holds == Some(true)).map(|(p, _)| *p).collect();
    let no_or = |open: bool| if open { Outcome::CannotTell } else { Outcome::No };
    if test.always && hits.len() < own.len() {
        let detail = format!("{} of {} values", hits.len(), own.len());
        return Answer::empty(no_or(hits.len() + untold == own.len()), detail, "");
    }
    let moments: BTreeSet<(Option<Instant>, u64)> =
        hits.iter().map(|p| (p.time, if p.time.is_none() { p.value.to_bits() } else { 0 })).collect();
    if moments.len() < test.times.max(1) {
        let nearest = extreme_of(own).and_then(|index| own.get(index));
        let detail = match nearest {
            Some(point) if hits.is_empty() => {
                format!("{} of {} is {}{}", if high { "highest" } else { "lowest" }, own.len(), show(point), describe::at(point.time))
            }
            _ => format!("{} of {} needed", moments.len(), test.times),
        };
        let bounds = if untold == 0 { String::new() } else { format!("; {} is only a bound", describe::count(untold, "value", "values")) };
        return Answer::empty(no_or(moments.len() + untold >= test.times.max(1)), format!("{detail}{bounds}"), "");
    }
    if let Some(least) = test.for_hours {
        match lasted(own, &told) {
            Some(hours) if hours >= least - DUST => {}
            Some(hours) => {
                let detail = format!("held for {} at most, {} needed", describe::hours(hours), describe::hours(least));
                return Answer::empty(Outcome::No, detail, "");
            }
            None => return Answer::empty(Outcome::CannotTell, "the times of the values are not known", ""),
        }
    }
    if let Some(least) = test.apart_hours {
        let times: Vec<Instant> = hits.iter().filter_map(|p| p.time).collect();
        let apart = times.iter().min().zip(times.iter().max()).map(|(first, last)| last.hours_since(first));
        if apart.is_none_or(|hours| hours < least - DUST) {
            let detail = format!("{} apart, {} needed", describe::hours(apart.unwrap_or(0.0)), describe::hours(least));
            return Answer::empty(Outcome::No, detail, "");
        }
    }
    let extreme = extreme_of(&hits).and_then(|index| hits.get(index)).copied();
    let (first, last) = (hits.first().copied(), hits.last().copied());
    let (Some(extreme), Some(first), Some(last)) = (extreme, first, last) else { return Answer::empty(Outcome::No, "", "") };
    let mut named = BTreeMap::new();
    named.insert("value".to_owned(), show(&extreme));
    named.insert("first".to_owned(), show(&first));
    named.insert("last".to_owned(), show(&last));
    if let Some(time) = extreme.time {
        named.insert("date".to_owned(), time.display());
    }
    let mut evidence = Vec::new();
    for point in [first, extreme, last].iter().take(if test.times > 1 { 3 } else { 2 }) {
        let proof = facts.value_proof(point);
        if !evidence.contains(&proof) {
            evidence.push(proof);
        }
    }
    if let Some(echo) = facts.echo(&test.observation, extreme.value) {
        evidence.push(facts.value_proof(echo));
    }
    let detail = format!("{}{}{}", show(&extreme), describe::at(extreme.time), describe::more(hits.len() - 1));
    Answer {
        hits: hits.iter().map(|p| Hit { time: p.time, place: Place::Value(*p) }).collect(),
        outcome: Outcome::Yes,
        half: false,
        evidence,
        times: hits.iter().filter_map(|p| p.time).collect(),
        facts: named,
        detail,
        looked: String::new(),
    }
}

/// The longest stretch, in hours, in which every value holds, from the first to the last; `None` without times.
fn lasted(own: &[Point<'_>], told: &[Option<bool>]) -> Option<f64> {
    let mut begin: Option<Instant> = None;
    let mut longest: Option<f64> = None;
    for (point, holds) in own.iter().zip(told).filter(|(point, _)| point.time.is_some()) {
        begin = if *holds == Some(true) { begin.or(point.time) } else { None };
        let hours = match (begin, point.time) {
            (Some(begin), Some(time)) => time.hours_since(&begin),
            _ => 0.0,
        };
        longest = Some(longest.unwrap_or(0.0).max(hours));
    }
    longest
}

/// Whether one instant is before another one for sure: of a day without an hour, and another instant of the same day, nobody can say.
fn is_before(one: &Instant, other: &Instant) -> bool {
    let whole = one.precision().min(other.precision()) < Precision::Minute;
    if whole { one.local_date() < other.local_date() } else { one < other }
}

/// How much two values are a change of the kind asked for; the amount orders candidates.
fn amount(compare: Compare, from: f64, to: f64) -> Option<f64> {
    match compare {
        Compare::Rise(by) => (to - from >= by - DUST).then_some(to - from),
        Compare::Fall(by) => (from - to >= by - DUST).then_some(from - to),
        Compare::Ratio(times) => (from > 0.0 && to / from >= times - DUST).then_some(to / from),
        Compare::FallRatio(times) => (to > 0.0 && from / to >= times - DUST).then_some(from / to),
        _ => None,
    }
}

fn change<'f>(test: &ObservationTest, facts: &Facts<'_>, own: &[Point<'f>]) -> Answer<'f> {
    // What notes state has the note's time, not the sample's: it serves only where nothing was sent. A bound is no part of a change.
    let timed: Vec<&Point<'f>> = own.iter().filter(|p| p.time.is_some() && p.is_exact()).collect();
    let sent: Vec<&Point<'f>> = timed.iter().copied().filter(|p| matches!(p.origin, Origin::Sent(_))).collect();
    let points = if sent.len() >= 2 { sent } else { timed };
    if points.len() < 2 {
        return Answer::empty(Outcome::CannotTell, "one value is no change", "");
    }
    let window = test.within_hours.unwrap_or(f64::INFINITY);
    let mut best: Option<(f64, &Point<'f>, &Point<'f>)> = None;
    let mut unordered: Option<Instant> = None;
    for (index, from) in points.iter().enumerate() {
        for to in points.iter().skip(index + 1) {
            let (Some(start), Some(end)) = (from.time, to.time) else { continue };
            if end.hours_since(&start) > window + DUST {
                break;
            }
            if !is_before(&start, &end) {
                // Which of the two came first is not known: they may be a change, and are none.
                let either = amount(test.compare, from.value, to.value).or(amount(test.compare, to.value, from.value));
                unordered = unordered.or(either.map(|_| end));
                continue;
            }
            if let Some(by) = amount(test.compare, from.value, to.value)
                && best.is_none_or(|(so_far, _, _)| by > so_far + DUST)
            {
                best = Some((by, from, to));
            }
        }
    }
    match (best, unordered) {
        (Some((_, from, to)), _) => changed(facts, from, to, false),
        (None, Some(time)) => {
            Answer::empty(Outcome::CannotTell, format!("which of the values came first{} cannot be told", describe::at(Some(time))), "")
        }
        (None, None) => {
            let (low, high) = points.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), p| (l.min(p.value), h.max(p.value)));
            Answer::empty(Outcome::No, format!("{} values from {} to {}", points.len(), describe::number(low), describe::number(high)), "")
        }
    }
}

fn against_prior<'f>(test: &ObservationTest, facts: &Facts<'_>, own: &[Point<'f>], all: &[Point<'f>]) -> Answer<'f> {
    let begin = facts.chart().encounter.start;
    let recent = |p: &&Point<'_>| match (begin, p.time) {
        (Some(begin), Some(time)) => time < begin && begin.hours_since(&time) <= test.prior_days * 24.0,
        _ => false,
    };
    let Some(baseline) = all.iter().filter(|p| p.prior && p.is_exact()).rfind(recent) else {
        return Answer::empty(Outcome::CannotTell, "no earlier encounter gives a baseline", "");
    };
    let mut best: Option<(f64, &Point<'f>)> = None;
    for point in own.iter().filter(|p| p.time.is_some() && p.is_exact()) {
        if let Some(by) = amount(test.compare, baseline.value, point.value)
            && best.is_none_or(|(so_far, _)| by > so_far + DUST)
        {
            best = Some((by, point));
        }
    }
    match best {
        Some((_, to)) => changed(facts, baseline, to, true),
        None => {
            let detail = format!("baseline {}{}, never that far from it", show(baseline), describe::at(baseline.time));
            Answer::empty(Outcome::No, detail, "")
        }
    }
}

/// Against the lowest value before, of this stay or of earlier encounters; the highest, for a fall.
fn against_lowest<'f>(test: &ObservationTest, facts: &Facts<'_>, own: &[Point<'f>], all: &[Point<'f>]) -> Answer<'f> {
    let begin = facts.chart().encounter.start;
    let falls = matches!(test.compare, Compare::Fall(_) | Compare::FallRatio(_));
    let recent = |p: &&Point<'f>| match (begin, p.time) {
        (Some(begin), Some(time)) => begin.hours_since(&time) <= test.prior_days * 24.0,
        (_, time) => time.is_some() && !p.prior,
    };
    let sent = |p: &&Point<'f>| (matches!(p.origin, Origin::Sent(_)) || p.prior) && p.is_exact();
    let before: Vec<&Point<'f>> =
        all.iter().filter(|p| p.prior && p.is_exact()).filter(recent).chain(own.iter().filter(|p| p.time.is_some() && sent(p))).collect();
    let mut best: Option<(f64, &Point<'f>, &Point<'f>)> = None;
    for to in own.iter().filter(|p| p.time.is_some() && p.is_exact()) {
        let window = test.within_hours.unwrap_or(f64::INFINITY);
        let earlier = before.iter().filter(|from| match (from.time, to.time) {
            (Some(from_time), Some(time)) => is_before(&from_time, &time) && (from.prior || time.hours_since(&from_time) <= window + DUST),
            _ => false,
        });
        let base = earlier.copied().reduce(|a, b| if (b.value < a.value) != falls && b.value != a.value { b } else { a });
        if let Some(base) = base
            && let Some(by) = amount(test.compare, base.value, to.value)
            && best.is_none_or(|(so_far, _, _)| by > so_far + DUST)
        {
            best = Some((by, base, to));
        }
    }
    match best {
        Some((_, from, to)) => changed(facts, from, to, from.prior),
        None if before.len() < 2 => Answer::empty(Outcome::CannotTell, "no earlier value gives a baseline", ""),
        None => {
            let edge = before.iter().copied().reduce(|a, b| if (b.value < a.value) != falls { b } else { a });
            let base = edge.map(|p| format!("{}{}", show(p), describe::at(p.time))).unwrap_or_default();
            Answer::empty(Outcome::No, format!("baseline {base}, never that far from it"), "")
        }
    }
}

fn changed<'f>(facts: &Facts<'_>, from: &Point<'f>, to: &Point<'f>, prior: bool) -> Answer<'f> {
    let hours = match (from.time, to.time) {
        (Some(start), Some(end)) => end.hours_since(&start),
        _ => 0.0,
    };
    let mut named = BTreeMap::new();
    named.insert("first".to_owned(), show(from));
    named.insert("last".to_owned(), show(to));
    named.insert("value".to_owned(), show(to));
    named.insert("hours".to_owned(), format!("{}", hours.round()));
    if let Some(time) = from.time {
        named.insert("date".to_owned(), time.display());
    }
    let detail = format!(
        "{}{} → {}{}: {:+} in {}{}",
        show(from),
        describe::at(from.time),
        show(to),
        describe::at(to.time),
        describe::rounded(to.value - from.value),
        if hours.abs() > 72.0 { describe::hours(hours) } else { format!("{hours:.1} h") },
        if prior { ", from an earlier encounter" } else { "" }
    );
    let evidence = vec![facts.value_proof(from), facts.value_proof(to)];
    let hits = vec![Hit { time: to.time, place: Place::Value(*to) }];
    Answer {
        hits,
        outcome: Outcome::Yes,
        half: false,
        evidence,
        times: to.time.into_iter().collect(),
        facts: named,
        detail,
        looked: String::new(),
    }
}

/// A value as its sender wrote it, so that "1.0" stays "1.0" where the text says so.
fn show(point: &Point<'_>) -> String {
    match point.origin {
        Origin::Sent(observation) => observation.shown(),
        Origin::Stated(..) => describe::number(point.value),
    }
}
