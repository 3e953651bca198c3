//! The stay from arrival to now, day by day: notes, procedures, orders, drugs, gaps and queries on one axis.

use super::chart_data::Note;
use super::treatment::{self, Treatment, void};
use crate::chart::{Chart, Evidence, Instant};
use crate::checklist::GapState;
use crate::work::model::{ChartView, QueryRow};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Arrival and discharge.
    Stay,
    /// A document was written.
    Note,
    /// Something was done.
    Procedure,
    /// Something was ordered.
    Order,
    /// A drug was begun or stopped.
    Drug,
    /// A query went out, or its answer is due.
    Query,
    /// Something is missing.
    Gap,
}

impl Kind {
    /// In a word.
    pub fn label(self) -> &'static str {
        match self {
            Self::Stay => "stay",
            Self::Note => "note",
            Self::Procedure => "procedure",
            Self::Order => "order",
            Self::Drug => "drug",
            Self::Query => "query",
            Self::Gap => "gap",
        }
    }
}

/// Where Enter leads from something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Nowhere.
    Nothing,
    /// A document, by its place in the chart.
    Document(usize),
    /// A gap, by its place in the chart.
    Gap(usize),
    /// A query, by its number.
    Query(i64),
    /// An entry of the record: the first note that has these words.
    Words(String),
}

/// One thing that happened, or is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub time: Instant,
    /// What kind of thing.
    pub kind: Kind,
    /// What it was.
    pub what: String,
    /// By whom, or what more there is to say.
    pub who: String,
    /// Where it leads.
    pub to: Target,
}

/// Everything with a time, the oldest first.
pub fn of(view: &ChartView, notes: &[Note], treatments: &[Treatment]) -> Vec<Event> {
    let mut events = stay(&view.chart);
    for (at, (document, note)) in view.chart.documents.iter().zip(notes).enumerate() {
        let event =
            |time| Event { time, kind: Kind::Note, what: note.label.to_owned(), who: note.author.clone(), to: Target::Document(at) };
        events.extend(document.time.map(event));
    }
    for done in view.chart.procedures.iter().filter(|p| !void(p.status.as_deref())) {
        let who = done.performer.as_ref().and_then(|p| p.name.as_deref()).map(super::text::surname).unwrap_or_default();
        events.extend(done.start.map(|time| entry(time, Kind::Procedure, &done.name, &who)));
    }
    events.extend(treatments.iter().flat_map(begun_and_stopped));
    events.extend(view.queries.iter().flat_map(query));
    for (at, row) in view.gaps.iter().enumerate().filter(|(_, g)| matches!(g.gap.state, GapState::Open | GapState::Queried)) {
        let (time, who) = match row.gap.due {
            Some(due) => (Some(due), "due"),
            None => (row.gap.evidence.iter().filter_map(Evidence::date).max(), "newest proof"),
        };
        let event = |time| Event { time, kind: Kind::Gap, what: row.gap.title.clone(), who: who.to_owned(), to: Target::Gap(at) };
        events.extend(time.map(event));
    }
    events.sort_by(|a, b| (a.time, a.kind, &a.what).cmp(&(b.time, b.kind, &b.what)));
    events
}

fn entry(time: Instant, kind: Kind, what: &str, who: &str) -> Event {
    Event { time, kind, what: what.to_owned(), who: who.to_owned(), to: Target::Words(what.to_owned()) }
}

fn stay(chart: &Chart) -> Vec<Event> {
    let encounter = &chart.encounter;
    let admitted = encounter.admitted.filter(|at| Some(*at) != encounter.start);
    let named = [("arrived", encounter.start), ("order to admit", admitted), ("discharged", encounter.end)];
    let event = |(what, time): (&str, Option<Instant>)| {
        Some(Event { time: time?, kind: Kind::Stay, what: what.to_owned(), who: String::new(), to: Target::Nothing })
    };
    named.into_iter().filter_map(event).collect()
}

/// A drug's first order and first dose, and where its order ended; each order of something done once.
fn begun_and_stopped(treatment: &treatment::Treatment) -> Vec<Event> {
    let name = &treatment.name;
    let mut events: Vec<Event> = treatment.orders.iter().map(|time| entry(*time, Kind::Order, name, "")).collect();
    events.extend(treatment.spans.iter().map(|(from, _)| entry(*from, Kind::Drug, name, "ordered")));
    events.extend(treatment.spans.iter().filter_map(|(_, to)| Some(entry((*to)?, Kind::Drug, name, "stopped"))));
    events.extend(treatment.doses.iter().min().map(|time| entry(*time, Kind::Drug, name, "first dose")));
    events
}

fn query(row: &QueryRow) -> Vec<Event> {
    let what = format!("Query {}: {}", row.id, super::say::about(&row.title));
    let event = |time: Option<Instant>, who: &str| {
        Some(Event { time: time?, kind: Kind::Query, what: what.clone(), who: who.to_owned(), to: Target::Query(row.id) })
    };
    let due = row.due.filter(|_| row.state.is_waiting());
    [event(row.sent, "sent"), event(due, if row.overdue { "overdue" } else { "answer due" })].into_iter().flatten().collect()
}
