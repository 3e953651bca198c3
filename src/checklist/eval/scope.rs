//! Which encounters an item is for, and on which days.

use super::{describe, node, yes_if};
use crate::chart::Instant;
use crate::checklist::facts::Facts;
use crate::checklist::item::{Item, Pack};
use crate::checklist::{Explanation, Outcome, Scope};
use crate::names::spoken;

/// The day that decides which version of a rule applies: discharge, as with the code set; else the day it is looked at. A lone
/// note has its own day.
fn day_of(facts: &Facts<'_>) -> Instant {
    let chart = facts.chart();
    let written = || if chart.encounter.implied { chart.documents.iter().filter_map(|d| d.time).max() } else { None };
    chart.encounter.end.or_else(written).filter(|day| *day < facts.as_of).unwrap_or(facts.as_of)
}

/// Whether an item is asked of an encounter: its class, its day, its patient, its length, its service.
pub(super) fn applies(pack: &Pack, item: &Item, facts: &Facts<'_>) -> Explanation {
    let (chart, scope) = (facts.chart(), &item.scope);
    let encounter = &chart.encounter;
    let from = item.effective_from.or(pack.effective_from);
    let to = item.effective_to.or(pack.effective_to);
    let day = day_of(facts);
    let in_force =
        from.is_none_or(|from| day.utc_seconds() >= from.utc_seconds()) && to.and_then(|to| to.plus_hours(24)).is_none_or(|end| day < end);
    let class = if encounter.implied { scope.lone_note } else { scope.classes.contains(&encounter.class) };
    // What was cancelled, or is only planned, lacks nothing.
    let fits = class && in_force && encounter.takes_place();
    if !(facts.told || fits) {
        return node("", Outcome::No, "", Vec::new());
    }
    let mut detail = if !facts.told {
        String::new()
    } else if encounter.implied {
        "a note without an encounter".to_owned()
    } else {
        format!("class {}", spoken(&encounter.class))
    };
    let mut outcome = yes_if(fits);
    if !in_force {
        detail.push_str("; not in force on this day");
    }
    if !encounter.takes_place() {
        detail.push_str("; its sender says that it was cancelled, or is only planned");
    }
    // Age and sex that were not given exclude nothing; a service that was not given cannot be told.
    let aged = chart.patient.as_ref().filter(|_| scope.age_min.is_some() || scope.age_max.is_some());
    let age = aged.and_then(|p| p.age_at(&encounter.start.unwrap_or(day)));
    if let Some(age) = age.filter(|age| scope.age_min.is_some_and(|least| *age < least) || scope.age_max.is_some_and(|most| *age > most)) {
        (outcome, detail) = (Outcome::No, format!("{detail}; the patient is {age} years old"));
    }
    if scope.sex.is_some_and(|sex| facts.sex() != sex && matches!(facts.sex(), crate::chart::Sex::Female | crate::chart::Sex::Male)) {
        (outcome, detail) = (Outcome::No, format!("{detail}; not for this sex"));
    }
    if let Some(why) = out_of_stay(scope, facts) {
        (outcome, detail) = (Outcome::No, format!("{detail}; {why}"));
    }
    if !scope.services.is_empty() && outcome == Outcome::Yes {
        let mut given: Vec<&str> = encounter.service.iter().map(String::as_str).collect();
        given.extend(encounter.locations.iter().map(|l| l.name.as_str()));
        let fits = given.iter().any(|name| scope.services.iter().any(|service| crate::checklist::words::has_word(name, service)));
        outcome = if given.is_empty() { Outcome::CannotTell } else { yes_if(fits) };
        let named = if given.is_empty() { "not given".to_owned() } else { given.join(", ") };
        detail = format!("{detail}; service {named}");
    }
    node("the item applies to this kind of encounter and is in force", outcome, detail, Vec::new())
}

/// Why the length of the stay, or the time since discharge, keeps an item out.
fn out_of_stay(scope: &Scope, facts: &Facts<'_>) -> Option<String> {
    let encounter = &facts.chart().encounter;
    if scope.stay_at_least.is_some() || scope.stay_below.is_some() {
        let hours = encounter.start.map(|start| facts.until().hours_since(&start));
        let fits =
            hours.is_some_and(|h| scope.stay_at_least.is_none_or(|least| h >= least) && scope.stay_below.is_none_or(|most| h < most));
        if !fits {
            return Some(hours.map_or("the start of the stay was not given".to_owned(), |h| format!("stay of {}", describe::hours(h))));
        }
    }
    let since = encounter.end.filter(|end| *end <= facts.as_of).map(|end| facts.as_of.hours_since(&end));
    let early = scope.discharged_at_least.is_some_and(|least| since.is_none_or(|hours| hours < least));
    let late = scope.discharged_below.is_some_and(|most| since.is_some_and(|hours| hours >= most));
    (early || late).then(|| since.map_or("not discharged".to_owned(), |hours| format!("{} after discharge", describe::hours(hours))))
}
