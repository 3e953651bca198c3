//! The chart of one lab: opening and closing it, its values one by one, other labs, what stands beneath.

use crate::tui::model::{ChartPage, Model, Pane, Trend};
use crate::tui::msg::Effect;
use crate::tui::update::nav;

/// The lab under the cursor as a chart; the same key goes back to the table.
pub fn lab_chart(model: &mut Model) -> Vec<Effect> {
    if !matches!(model.chart.as_ref().map(|c| c.pane), Some(Pane::Labs)) {
        super::pane_labs(model);
    }
    if let Some(chart) = &mut model.chart {
        chart.trend = if chart.trend.is_some() { None } else { Some(Trend::default()) };
    }
    Vec::new()
}

/// From the chart back to the table; says whether there was one.
pub fn close_trend(model: &mut Model) -> bool {
    let open = |c: &&mut ChartPage| c.pane == Pane::Labs && c.trend.is_some();
    model.chart.as_mut().filter(open).and_then(|c| c.trend.take()).is_some()
}

/// One row up or down is another lab; a page turns what stands under the chart.
pub(super) fn step(chart: &mut ChartPage, trend: Trend, by: isize) {
    let lanes = chart.data.treatments.len();
    if (2..isize::MAX / 8).contains(&by.abs()) {
        let mut top = trend.top;
        nav::moved(&mut top, lanes, by.signum() * 3);
        chart.trend = Some(Trend { top, ..trend });
        return;
    }
    let len = chart.data.series.len();
    nav::moved(&mut chart.lab, len, by);
    chart.trend = Some(Trend { back: 0, ..trend });
}

/// The value before or after.
pub(super) fn turn(chart: &mut ChartPage, trend: Trend, older: isize) {
    let mut back = trend.back;
    let len = chart.data.series.get(chart.lab).map_or(0, |s| s.points.len());
    nav::moved(&mut back, len, older);
    chart.trend = Some(Trend { back, ..trend });
}
