//! How long an encounter may still change by time alone: the longest limit that any item counts from anything in a chart, and the days on
//! which items begin and cease to apply.

use super::check::{Check, ClockStart};
use super::{Item, Packs};
use serde_json::Value;
use std::collections::BTreeSet;

/// What time alone can change.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Horizon {
    /// So many hours after the last instant of a chart no limit can run out any more.
    pub hours: f64,
    /// The instants at which an item begins or ceases to apply, in UTC seconds.
    pub days: BTreeSet<i64>,
}

impl Horizon {
    /// Whether an item begins or ceases to apply after the one instant and not after the other, in UTC seconds.
    pub fn turns(&self, after: i64, until: i64) -> bool {
        after < until && self.days.range(after + 1..=until).next().is_some()
    }

    pub(super) fn of(packs: &Packs) -> Self {
        let mut horizon = Self::default();
        for (pack, item) in packs.items() {
            horizon.hours = horizon.hours.max(hours(item));
            let begin = [pack.effective_from, item.effective_from].into_iter().flatten();
            let end = [pack.effective_to, item.effective_to].into_iter().flatten().filter_map(|day| day.plus_hours(24));
            horizon.days.extend(begin.chain(end).map(|day| day.utc_seconds()));
        }
        horizon
    }
}

/// The longest of an item's limits that is not counted within the stay itself.
fn hours(item: &Item) -> f64 {
    let check = match &item.check {
        // Days without a note are counted up to the midnight after the last one.
        Check::Clock(clock) if clock.start == ClockStart::EachDay => clock.limit_hours.max(48.0),
        // A document may be late by a day before it belongs to something else.
        Check::Clock(clock) => clock.limit_hours.max(24.0),
        Check::Signature(signature) => signature.after_hours,
        _ => 0.0,
    };
    let now = serde_json::to_value(item).map_or(0.0, |rule| since_now(&rule));
    let scope = [item.scope.discharged_at_least, item.scope.discharged_below];
    scope.into_iter().flatten().fold(check.max(now), f64::max)
}

/// The longest window that is counted from the instant of evaluation, wherever it stands in a rule.
fn since_now(rule: &Value) -> f64 {
    match rule {
        Value::Object(fields) => {
            let bound = |name: &str| fields.get(name).and_then(Value::as_f64).map_or(0.0, f64::abs);
            let own = match fields.get("since") {
                Some(Value::String(since)) if since == "now" => bound("from_hours").max(bound("until_hours")),
                _ => 0.0,
            };
            fields.values().map(since_now).fold(own, f64::max)
        }
        Value::Array(list) => list.iter().map(since_now).fold(0.0, f64::max),
        _ => 0.0,
    }
}

impl Packs {
    /// What time alone can change of what these packs find.
    pub fn horizon(&self) -> &Horizon {
        self.horizon.get_or_init(|| Horizon::of(self))
    }
}
