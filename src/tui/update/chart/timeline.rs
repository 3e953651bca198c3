//! The timeline: Enter opens a thing at its place.

use super::{find, jump, turn_to};
use crate::tui::model::{ChartPage, Model, Pane};
use crate::tui::msg::{Effect, Request, Slot};
use crate::tui::timeline::Target;
use crate::tui::update::nav;

/// Moves; a gap under the cursor is the one that keys about gaps mean.
pub(super) fn step(chart: &mut ChartPage, by: isize) {
    let len = chart.data.events.len();
    nav::moved(&mut chart.event, len, by);
    if let Some(Target::Gap(gap)) = chart.data.events.get(chart.event).map(|e| &e.to) {
        chart.gap = *gap;
        chart.proof = None;
    }
}

/// Opens what the cursor is on.
pub(super) fn open_event(model: &mut Model) -> Vec<Effect> {
    let Some(chart) = &mut model.chart else { return Vec::new() };
    let Some(event) = chart.data.events.get(chart.event) else { return Vec::new() };
    match event.to.clone() {
        Target::Document(doc) => turn_to(model, doc),
        Target::Gap(at) => {
            chart.remember();
            chart.pane = Pane::Gaps;
            chart.gap = at;
            chart.proof = None;
            Vec::new()
        }
        Target::Query(id) => vec![model.ask(Slot::Query, Request::Query(id))],
        Target::Words(name) => named(model, &name),
        Target::Nothing => {
            model.say("a time of the record; no note to open");
            Vec::new()
        }
    }
}

/// The first note that names an entry of the record: by the whole name, else by its first word.
fn named(model: &mut Model, name: &str) -> Vec<Effect> {
    let Some(chart) = &model.chart else { return Vec::new() };
    let first = chart.data.order().next_back().unwrap_or(0);
    let clean: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    let word = clean.split_whitespace().find(|w| w.chars().count() > 3).unwrap_or_default().to_owned();
    let hits = [format!("\"{}\"", clean.trim()), word].into_iter().map(|words| find::find_all(&chart.data, first, &words));
    let order: Vec<usize> = chart.data.order().collect();
    // The list is newest first; the note that named it first is the last of them.
    let oldest = |hits: Vec<(usize, usize, usize)>| {
        hits.into_iter().min_by_key(|hit| (std::cmp::Reverse(order.iter().position(|d| *d == hit.0)), hit.1))
    };
    let Some((doc, start, end)) = hits.filter_map(oldest).next() else {
        model.say("an entry of the record; no note of this stay names it");
        return Vec::new();
    };
    let Some(document) = chart.data.document(doc).map(|d| d.identifier.clone()) else { return Vec::new() };
    jump(model, &document, start, end, Pane::Reader)
}
