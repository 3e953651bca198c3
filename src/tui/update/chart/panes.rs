//! The panes of a chart, and what moves the keys from one to the other.

use super::{sentence, trend};
use crate::chart::{Evidence, Instant, ValueEvidence};
use crate::tui::layout;
use crate::tui::model::{ChartPage, Model, Pane};
use crate::tui::msg::Effect;

/// The labs open on the values behind the selected gap, where it has any.
fn labs_of_gap(chart: &mut ChartPage, size: (u16, u16)) {
    let values = chart.data.view.gaps.get(chart.gap).into_iter().flat_map(|g| &g.gap.evidence);
    let values: Vec<&ValueEvidence> = values.filter_map(|e| if let Evidence::Value(v) = e { Some(v) } else { None }).collect();
    let found = values.iter().find_map(|v| chart.data.series.iter().position(|s| s.name.eq_ignore_ascii_case(&v.name)));
    let Some(lab) = found else { return };
    let times: Vec<Instant> = values.iter().filter_map(|v| v.date).collect();
    chart.lab = lab;
    show_times(chart, size, &times);
}

/// Moves the labs so that the first of these times shows, and as many after it as fit.
pub(super) fn show_times(chart: &mut ChartPage, size: (u16, u16), wanted: &[Instant]) {
    let vital = chart.data.series.get(chart.lab).is_some_and(|s| s.vital);
    let (times, cells) = (chart.data.times(vital), layout::lab_cells(layout::chart(size).labs.width));
    let first = times.iter().position(|t| wanted.contains(t));
    chart.lab_back = first.map_or(0, |first| times.len().saturating_sub(first + cells));
}

/// Moves the labs to their newest values.
pub(super) fn show_newest(chart: &mut ChartPage) {
    chart.lab_back = 0;
}

fn focus(model: &mut Model, pane: Pane) -> Vec<Effect> {
    let size = model.size;
    let Some(chart) = &mut model.chart else { return Vec::new() };
    let entered = pane == Pane::Labs && chart.pane != pane;
    chart.pane = pane;
    if entered {
        labs_of_gap(chart, size);
    }
    Vec::new()
}

fn turn_pane(model: &mut Model, by: usize) -> Vec<Effect> {
    let at = model.chart.as_ref().and_then(|c| Pane::ALL.iter().position(|p| *p == c.pane)).unwrap_or(0);
    let pane = Pane::ALL.get((at + by) % Pane::ALL.len()).copied().unwrap_or_default();
    focus(model, pane)
}

/// The next pane.
pub fn next_pane(model: &mut Model) -> Vec<Effect> {
    turn_pane(model, 1)
}

/// The pane before.
pub fn previous_pane(model: &mut Model) -> Vec<Effect> {
    turn_pane(model, Pane::ALL.len() - 1)
}

/// The list of documents.
pub fn pane_documents(model: &mut Model) -> Vec<Effect> {
    focus(model, Pane::Documents)
}

/// The text.
pub fn pane_reader(model: &mut Model) -> Vec<Effect> {
    focus(model, Pane::Reader)
}

/// The gaps.
pub fn pane_gaps(model: &mut Model) -> Vec<Effect> {
    focus(model, Pane::Gaps)
}

/// Labs and vitals.
pub fn pane_labs(model: &mut Model) -> Vec<Effect> {
    focus(model, Pane::Labs)
}

/// Everything that happened.
pub fn pane_timeline(model: &mut Model) -> Vec<Effect> {
    focus(model, Pane::Timeline)
}

/// What is said where nothing stands beside what is selected.
const ALONE: &str = "nothing further on this side; {go} opens it, {next-pane} is the next pane";

/// From a gap to its proofs, in a note to the next sentence, in the labs to newer values. It never leaves the pane.
pub fn into(model: &mut Model) -> Vec<Effect> {
    let Some(chart) = &mut model.chart else { return Vec::new() };
    match chart.pane {
        Pane::Documents | Pane::Timeline => model.say(ALONE),
        Pane::Reader => return sentence::turn(model, 1),
        Pane::Gaps if chart.proof.is_none() => {
            chart.proof = chart.data.view.gaps.get(chart.gap).filter(|g| !g.gap.evidence.is_empty()).map(|_| 0);
        }
        Pane::Gaps => {}
        Pane::Labs => match chart.trend {
            Some(trend) => trend::turn(chart, trend, -1),
            None => chart.lab_back = chart.lab_back.saturating_sub(1),
        },
    }
    Vec::new()
}

/// The other way.
pub fn out_of(model: &mut Model) -> Vec<Effect> {
    let size = model.size;
    let Some(chart) = &mut model.chart else { return Vec::new() };
    match chart.pane {
        Pane::Gaps if chart.proof.is_some() => chart.proof = None,
        Pane::Gaps | Pane::Documents | Pane::Timeline => model.say(ALONE),
        Pane::Reader => return sentence::turn(model, -1),
        Pane::Labs => {
            if let Some(trend) = chart.trend {
                trend::turn(chart, trend, 1);
                return Vec::new();
            }
            let vital = chart.data.series.get(chart.lab).is_some_and(|s| s.vital);
            let most = chart.data.times(vital).len().saturating_sub(layout::lab_cells(layout::chart(size).labs.width));
            chart.lab_back = (chart.lab_back + 1).min(most);
        }
    }
    Vec::new()
}
