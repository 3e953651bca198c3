//! Whether what was found in an encounter can still change by time alone.

use crate::chart::{Chart, Instant};
use crate::checklist::Packs;
use crate::store::Stamp;

/// How long a cached result stands while a clock of the encounter is still running.
const CLOCK_SECONDS: i64 = 900;

/// The last instant that a chart names; what is earlier than it by the longest limit of the packs has run out.
fn last(chart: &Chart) -> Option<Instant> {
    let encounter = &chart.encounter;
    let own = [encounter.start, encounter.admitted, encounter.end, chart.patient.as_ref().and_then(|p| p.died)];
    let places = encounter.locations.iter().map(|l| l.start);
    let documents = chart.documents.iter().flat_map(|d| [d.time, d.signed]);
    let values = chart.observations.iter().map(|o| o.time);
    let orders = chart.orders.iter().map(|o| o.time);
    let drugs = chart.medications.iter().flat_map(|m| [m.time, m.end]);
    let procedures = chart.procedures.iter().flat_map(|p| [p.start, p.end]);
    let problems = chart.problems.iter().flat_map(|p| [p.onset, p.recorded]);
    let facts = documents.chain(values).chain(orders).chain(drugs).chain(procedures).chain(problems);
    own.into_iter().chain(places).chain(facts).flatten().max()
}

/// Whether nothing that is counted in hours can still change what was found: the stay does not go on, and everything in its chart is
/// longer ago than the longest limit. The days on which items begin and cease to apply are asked for by [`stands`].
pub(super) fn settled(packs: &Packs, chart: &Chart, as_of: &Instant) -> bool {
    let encounter = &chart.encounter;
    let goes_on = encounter.end.is_none() && encounter.start.is_some();
    // What has no day at all is judged by the day it is looked at, and its patient grows older.
    let undated = encounter.start.is_none() && encounter.end.is_none() && chart.documents.iter().all(|d| d.time.is_none());
    let ages = (undated || !encounter.implied && encounter.end.is_none()) && chart.patient.as_ref().is_some_and(|p| p.birth.is_some());
    let over = last(chart).is_none_or(|last| as_of.hours_since(&last) > packs.horizon().hours);
    !goes_on && !ages && over
}

/// Whether what was found then is still so.
pub(super) fn stands(packs: &Packs, stamp: &Stamp, touched: i64, as_of: &Instant) -> bool {
    let (then, now) = (stamp.as_of, as_of.utc_seconds());
    let settled = stamp.settled && then <= now;
    stamp.touched == touched && (settled || (0..CLOCK_SECONDS).contains(&(now - then))) && !packs.horizon().turns(then, now)
}
