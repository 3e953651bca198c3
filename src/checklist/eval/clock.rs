//! Documents within time limits: not there when the time is up, or there too late.

use super::leaf;
use super::wanted::{self, Found};
use super::{Finding, Verdict, describe, node, yes_if};
use crate::chart::{Evidence, Instant};
use crate::checklist::check::{Clock, ClockStart};
use crate::checklist::facts::{Facts, surgical};
use crate::checklist::proof::record_proof;
use crate::checklist::{Explanation, GapKind, Outcome, Searched};

/// The longest stay whose days are counted one by one.
const MOST_DAYS: i64 = 400;

/// One running of the clock.
struct Run {
    start: Instant,
    /// When what it waits for began: a document written during an operation is in time.
    begin: Instant,
    /// A document counts when it was written before this.
    until: Option<Instant>,
    /// What started it, where it is more than the stay itself.
    what: String,
    /// Names it among the runs of its clock; `None` where there is one at most.
    key: Option<String>,
    proof: Option<Evidence>,
}

impl Run {
    fn plain(start: Instant) -> Self {
        Self { start, begin: start, until: None, what: String::new(), key: None, proof: None }
    }
}

pub(super) fn run(check: &Clock, kind: GapKind, facts: &Facts<'_>) -> Verdict {
    let wanted = name(check);
    let start_name = match check.start {
        ClockStart::Admission => "admission",
        ClockStart::ProcedureStart => "the start of the procedure",
        ClockStart::ProcedureEnd => "the end of the procedure",
        ClockStart::Discharge => "discharge",
        ClockStart::Death => "death",
        ClockStart::EachDay => "midnight, each day",
        ClockStart::Event => check.events.first().map_or("the event", |event| event.label.as_str()),
    };
    let label = if check.limit_hours > 0.0 {
        format!("{wanted} within {} of {start_name}", describe::hours(check.limit_hours))
    } else if check.limit_hours < 0.0 {
        format!("{wanted} at least {} before {start_name}", describe::hours(-check.limit_hours))
    } else {
        format!("{wanted} before {start_name}")
    };
    let cannot = |detail: &str, parts| Verdict { findings: Vec::new(), tree: node(label.clone(), Outcome::CannotTell, detail, parts) };
    let runs = runs(check, facts);
    if runs.is_empty() {
        let lone = facts.chart().encounter.start.is_none();
        let mut needing = facts.chart().procedures.iter().filter(|p| surgical(p, &check.procedures, &check.not_procedures));
        let untimed = needing.any(|p| p.start.is_none() && p.end.is_none());
        let (outcome, detail) = match check.start {
            ClockStart::Admission | ClockStart::EachDay => {
                (Outcome::CannotTell, "the time of admission was not given, or the stay is too short")
            }
            ClockStart::ProcedureStart | ClockStart::ProcedureEnd if untimed => {
                (Outcome::CannotTell, "a procedure that needs one has no time")
            }
            ClockStart::ProcedureStart | ClockStart::ProcedureEnd => (Outcome::No, "no procedure with a time needs one"),
            ClockStart::Discharge if lone => (Outcome::CannotTell, "neither the stay nor its end was given"),
            ClockStart::Discharge => (Outcome::No, "not discharged"),
            ClockStart::Death => (Outcome::No, "no death was recorded"),
            ClockStart::Event => return unstarted(check, label, facts),
        };
        return Verdict { findings: Vec::new(), tree: node(label, outcome, detail, Vec::new()) };
    }
    let there = wanted::all(&check.wanted, facts);
    if check.judged_if_sent && there.is_empty() {
        return cannot("no such document is in this chart at all: whether it is kept elsewhere cannot be told", Vec::new());
    }
    let (judged, trees) = wanted::judged(&check.judged_if, facts);
    if !judged {
        return cannot("what is stored does not say whether one was needed", trees);
    }
    let mut findings: Vec<Finding> = Vec::new();
    let mut parts = Vec::new();
    for run in runs {
        let (finding, tree) = one(check, kind, facts, &run, &there);
        match (finding, findings.first_mut()) {
            // Days without a note are one gap, however many.
            (Some(finding), Some(first)) if check.start == ClockStart::EachDay => {
                let days = first.named.get("days").cloned().unwrap_or_default();
                first.name("days", format!("{days}, {}", finding.named.get("days").cloned().unwrap_or_default()));
                let count = first.named.get("count").and_then(|n| n.parse::<usize>().ok()).unwrap_or(1) + 1;
                first.name("count", count.to_string());
                // It is another gap when another day is missing: who set aside the ones before has not seen that one.
                (first.run, first.due) = (finding.run, finding.due);
            }
            (finding, _) => findings.extend(finding),
        }
        parts.push(tree);
    }
    if let Some(first) = findings.first_mut().filter(|_| check.start == ClockStart::EachDay) {
        // Who is asked reads which days, not only that some are missing.
        let days = first.named.get("days").cloned().unwrap_or_default();
        first.searched.iter_mut().for_each(|searched| searched.what = format!("{} on {days}", searched.what));
    }
    let outcome = if findings.is_empty() {
        if parts.iter().all(|p: &Explanation| p.outcome == Outcome::CannotTell) { Outcome::CannotTell } else { Outcome::No }
    } else {
        Outcome::Yes
    };
    Verdict { findings, tree: node(label, outcome, "", parts) }
}

/// What the document is called: its types, else its own name.
fn name(check: &Clock) -> String {
    let labels: Vec<String> = check.wanted.types.iter().map(|t| t.label().to_owned()).collect();
    if check.wanted.titles.is_empty() && check.wanted.found_by.is_empty() { describe::choice(&labels) } else { check.wanted.name.clone() }
}

fn runs(check: &Clock, facts: &Facts<'_>) -> Vec<Run> {
    let chart = facts.chart();
    let encounter = &chart.encounter;
    if let Some(begin) = encounter.start {
        let hours = encounter.end.unwrap_or(facts.as_of).hours_since(&begin);
        let short = check.min_stay_hours.is_some_and(|least| hours < least);
        let long = check.max_stay_hours.is_some_and(|most| hours >= most);
        if short || long {
            return Vec::new();
        }
    }
    match check.start {
        // The H&P clock starts with the earlier of registration and the order to admit.
        ClockStart::Admission => encounter.start.into_iter().chain(encounter.admitted).min().map(Run::plain).into_iter().collect(),
        ClockStart::Discharge => encounter.end.map(Run::plain).into_iter().collect(),
        ClockStart::Death => {
            chart.patient.as_ref().and_then(|p| p.died).filter(|died| *died <= facts.as_of).map(Run::plain).into_iter().collect()
        }
        ClockStart::EachDay => days(facts),
        ClockStart::Event => events(check, facts),
        ClockStart::ProcedureStart | ClockStart::ProcedureEnd => {
            let mut runs: Vec<Run> = Vec::new();
            let needing = chart.procedures.iter().filter(|p| surgical(p, &check.procedures, &check.not_procedures));
            let mut timed: Vec<_> = needing.filter_map(|p| Some((p.start.or(p.end)?, p.end.or(p.start)?, p))).collect();
            // The chart has them by their start, and those of which only the end was sent after all others.
            timed.sort_by_key(|(begin, end, _)| (*begin, *end));
            for (begin, end, procedure) in timed {
                let start = if check.start == ClockStart::ProcedureStart { begin } else { end };
                let proof = Some(record_proof(&procedure.identifier, &procedure.name, Some(end)));
                add(
                    &mut runs,
                    check,
                    Run { start, begin, until: None, what: procedure.name.clone(), key: Some(procedure.identifier.clone()), proof },
                );
            }
            runs
        }
    }
}

/// Adds a running of the clock; one near to the last belongs to the same session.
fn add(runs: &mut Vec<Run>, check: &Clock, mut run: Run) {
    if let Some(before) = runs.last_mut() {
        if run.begin.hours_since(&before.start) < check.session_hours {
            return;
        }
        // After an event, what answers it may come when the next one has come already.
        if check.limit_hours > 0.0 && check.start != ClockStart::Event {
            before.until = Some(run.begin);
        }
    }
    if check.limit_hours <= 0.0 {
        // What should have come before may come too late by a day; after that it belongs to something else.
        run.until = run.start.plus_hours(24);
    }
    runs.push(run);
}

/// A clock of an event that did not begin to run: what was looked for, and how near it came.
fn unstarted(check: &Clock, label: String, facts: &Facts<'_>) -> Verdict {
    let (mut outcome, mut detail) = (Outcome::No, "nothing started the clock");
    let mut parts = Vec::new();
    for event in &check.events {
        let (answer, tree) = leaf::indicator(event, facts, None);
        match answer.outcome {
            // It stands there, but when it was is not known.
            Outcome::Yes if answer.hits.iter().all(|hit| hit.time.is_none()) => {
                (outcome, detail) = (Outcome::CannotTell, "what starts the clock stands here without its time");
            }
            Outcome::CannotTell if outcome == Outcome::No => {
                (outcome, detail) = (Outcome::CannotTell, "whether the clock started cannot be told");
            }
            _ => {}
        }
        parts.push(tree);
    }
    Verdict { findings: Vec::new(), tree: node(label, outcome, detail, parts) }
}

fn events(check: &Clock, facts: &Facts<'_>) -> Vec<Run> {
    let mut found: Vec<(Instant, String, Option<Evidence>)> = Vec::new();
    for indicator in &check.events {
        let (answer, _) = leaf::indicator(indicator, facts, None);
        found.extend(answer.hits.iter().filter_map(|hit| {
            let time = hit.time.filter(|time| *time <= facts.as_of)?;
            Some((time, indicator.label.clone(), hit.proof(facts, &answer)))
        }));
    }
    found.sort_by_key(|(time, ..)| *time);
    found.dedup_by_key(|(time, ..)| *time);
    let mut runs = Vec::new();
    for (start, what, proof) in found {
        add(&mut runs, check, Run { start, begin: start, until: None, what, key: Some(start.to_string()), proof });
    }
    runs
}

/// The whole days of the stay: the first and the last are left out.
fn days(facts: &Facts<'_>) -> Vec<Run> {
    let Some(admitted) = facts.chart().encounter.start else { return Vec::new() };
    let offset = i64::from(admitted.offset_seconds().unwrap_or(0));
    let midnight = |time: &Instant| (time.utc_seconds() + offset).div_euclid(86_400);
    let (first, last) = (midnight(&admitted) + 1, midnight(&facts.until()));
    let at = |day: i64| Instant::from_utc_seconds(day * 86_400 - offset, admitted.offset_seconds());
    let run = |day: i64| {
        let (start, next) = (at(day)?, at(day + 1)?);
        let what = start.local_date().to_string();
        Some(Run { start, begin: start, until: Some(next), key: Some(what.clone()), what, proof: None })
    };
    (first..last.min(first + MOST_DAYS)).filter_map(run).collect()
}

fn one(check: &Clock, kind: GapKind, facts: &Facts<'_>, run: &Run, there: &[Found]) -> (Option<Finding>, Explanation) {
    let wanted = name(check);
    let Some(due) = run.start.plus_part_hours(check.limit_hours) else {
        return (None, node(wanted, Outcome::CannotTell, "the limit lies outside the calendar", Vec::new()));
    };
    let first = there.iter().find(|found| {
        found.time.is_none_or(|time| {
            time.hours_since(&run.begin) >= -check.early_hours && run.until.is_none_or(|until| time < until) && time <= facts.as_of
        })
    });
    let typed = check.wanted.types.first().map(|t| t.name().to_owned());
    let mut finding = Finding { due: Some(due), document_type: typed, run: run.key.clone(), ..Finding::default() };
    let label = check.wanted.types.first().filter(|_| check.wanted.titles.is_empty()).map(|t| t.label().to_owned());
    if check.start == ClockStart::Admission {
        finding.counted = facts.counted_from(&run.start);
    }
    let counted = finding.counted.as_ref().map(|words| format!(". {}", words.trim_end_matches('.'))).unwrap_or_default();
    finding.name("document", label.unwrap_or_else(|| check.wanted.name.clone()));
    finding.name("limit", describe::hours(check.limit_hours));
    finding.name("due", due.display());
    finding.name("procedure", &run.what);
    finding.name("date", run.start.display());
    if check.start == ClockStart::EachDay {
        finding.name("days", &run.what);
        finding.name("count", "1");
    }
    finding.evidence.extend(run.proof.clone());
    let of = if run.what.is_empty() { String::new() } else { format!(" for {}", run.what) };
    match (kind, first) {
        (GapKind::MissingDocument, None) => {
            let late = facts.as_of > due;
            finding.name("hours", describe::hours(facts.as_of.hours_since(&run.start)));
            finding.missing = vec![finding.document_type.clone().unwrap_or_else(|| check.wanted.name.clone())];
            let all: Vec<String> = facts.documents().map(|(d, _)| d.identifier.clone()).collect();
            finding.searched.push(Searched { what: wanted.clone(), r#where: describe::documents(all.len()), documents: all });
            let detail = if late {
                format!("none{of}; was due {}{counted}", due.display())
            } else {
                format!("none yet{of}; due {}{counted}", due.display())
            };
            (late.then_some(finding), node(format!("no {wanted}{of} when the time is up"), yes_if(late), detail, Vec::new()))
        }
        (GapKind::Overdue, Some(found)) => {
            let Some(time) = found.time else {
                let detail = format!("there{of}, but its time was not given");
                return (None, node(format!("{wanted} written after its limit"), Outcome::CannotTell, detail, Vec::new()));
            };
            let late = time > due;
            finding.name("hours", describe::hours(time.hours_since(&run.start)));
            finding.name("date", time.display());
            finding.name("author", &found.author);
            let late_note = found.proof.clone().into_iter();
            finding.evidence = late_note.chain(std::mem::take(&mut finding.evidence)).collect();
            let detail = format!("{} written {}; due {}{counted}", found.place, if late { "late" } else { "in time" }, due.display());
            (late.then_some(finding), node(format!("{wanted}{of} written after its limit"), yes_if(late), detail, Vec::new()))
        }
        (_, Some(found)) => {
            let detail = format!("there{of}: {}", found.place);
            (None, node(format!("no {wanted}{of} when the time is up"), Outcome::No, detail, Vec::new()))
        }
        (_, None) => {
            let detail = format!("none{of}: that is for the item that looks for its absence");
            (None, node(format!("{wanted} written after its limit"), Outcome::No, detail, Vec::new()))
        }
    }
}
