//! One lab over the whole stay as a chart: values, reference range and baseline, with drugs and orders on the same axis of time.

use super::pen::Pen;
use crate::tui::chart_data::{Point, Series, number};
use crate::tui::model::{ChartPage, Trend};
use crate::tui::plot::{Axis, Dots, Scale};
use crate::tui::say;
use crate::tui::theme::Role;
use crate::tui::treatment::Treatment;
use ratatui::layout::{Position, Rect};

/// Columns for numbers and names left of the plot, a blank one among them.
const LEFT: u16 = 21;

/// The fewest rows in which a plot says more than its numbers.
const LEAST_ROWS: u16 = 3;

/// Draws it.
pub fn draw(chart: &ChartPage, trend: Trend, pen: &mut Pen<'_>, area: Rect) -> Option<Position> {
    let series = chart.data.series.get(chart.lab)?;
    let selected = series.points.len().checked_sub(trend.back + 1)?;
    let used = super::chart::title(pen, area, &series.name, true);
    pen.put(area.x + used + 3, area.y, area.width.saturating_sub(used + 3), &about(series, area.width < 76), Role::Dim);
    let values = readout(series, selected);
    // What has no room in the first row goes into the second.
    let mut x = area.x;
    let mut y = area.y + 1;
    for (at, words) in values.iter().enumerate() {
        let wide = u16::try_from(crate::tui::text::width(words)).unwrap_or(u16::MAX);
        let words = if x.saturating_add(wide) > area.right() && y == area.y + 1 && at > 0 {
            (x, y) = (area.x, area.y + 2);
            words.trim_start()
        } else {
            words.as_str()
        };
        x += pen.put(x, y, area.right().saturating_sub(x), words, if at == 0 { Role::Title } else { Role::Dim });
    }
    let under = Rect { y: area.y + 3, height: area.height.saturating_sub(3), ..area };
    // Half of the room for the values, the rest for what was ordered and given; two rows for the days and the legend.
    let room = under.height.saturating_sub(2);
    let lanes = u16::try_from(chart.data.treatments.len()).unwrap_or(u16::MAX).min(room / 2);
    let plot = Rect { x: area.x + LEFT, y: under.y, width: area.width.saturating_sub(LEFT), height: room - lanes };
    if plot.height < LEAST_ROWS {
        pen.put(area.x, under.y, area.width, "too small for a chart here; a taller terminal draws it", Role::Dim);
        return None;
    }
    let view = &chart.data.view;
    let encounter = &view.chart.encounter;
    let end = encounter.end.filter(|end| *end <= view.as_of).unwrap_or(view.as_of);
    let instants = series.points.iter().map(|p| p.time).chain(encounter.start).chain([end]);
    let axis = Axis::over(instants, plot.width)?;
    let cursor = curve(series, selected, &axis, pen, plot);
    for (column, day) in axis.days() {
        let bar = if pen.ascii { '|' } else { '\u{2502}' };
        pen.put(plot.x + column, plot.bottom(), plot.width - column, &format!("{bar}{day}"), Role::Dim);
    }
    let all = &chart.data.treatments;
    let top = trend.top.min(all.len().saturating_sub(usize::from(lanes)));
    for (at, treatment) in all.iter().skip(top).take(usize::from(lanes)).enumerate() {
        let y = plot.bottom() + 1 + u16::try_from(at).unwrap_or(0);
        pen.put(area.x, y, LEFT - 2, &treatment.name, Role::Text);
        // What began before the first column says so: its row alone would tell that it began there.
        if began_earlier(treatment, &axis) {
            pen.cells(plot.x - 1, y, 1, earlier(pen.ascii), Role::Key);
        }
        lane(treatment, &axis, &end, pen, Rect { y, height: 1, ..plot });
    }
    let hidden = all.len() - usize::from(lanes).min(all.len());
    pen.put(area.x, area.bottom().saturating_sub(1), area.width, &legend(pen, (all, &axis), hidden), Role::Dim);
    cursor
}

/// Unit, range and what is known from before.
fn about(series: &Series, narrow: bool) -> String {
    let range = series.range();
    let range = if range.is_empty() { "no reference range given".to_owned() } else { format!("ref {range}") };
    let baseline = match &series.baseline {
        Some(point) => {
            let whence = if narrow { "" } else { ", earlier stay" };
            format!("baseline {} ({}{whence})", point.text, point.time.local().strftime("%-d %b %Y"))
        }
        None => "no value from an earlier stay".to_owned(),
    };
    [series.unit.clone(), range, baseline].into_iter().filter(|w| !w.is_empty()).collect::<Vec<_>>().join("   ")
}

/// `+0.8` and how long it took.
fn delta(from: &Point, to: &Point) -> String {
    let by = to.value - from.value;
    format!("{}{}", if by < 0.0 { "-" } else { "+" }, number(by.abs()))
}

/// The selected value in words: what it is, when, and how far from the one before, the first and the baseline.
fn readout(series: &Series, at: usize) -> Vec<String> {
    let Some(point) = series.points.get(at) else { return Vec::new() };
    let out = match point.flag {
        "H" => " high",
        "L" => " low",
        _ => "",
    };
    let mut parts = vec![format!("{} {}{out}", point.text, series.unit), format!("   {}", say::long(&point.time))];
    if let Some(before) = at.checked_sub(1).and_then(|at| series.points.get(at)) {
        parts.push(format!("   {} in {}", delta(before, point), say::age(&before.time, &point.time)));
    }
    if let Some(baseline) = &series.baseline {
        parts.push(format!("   {} from baseline", delta(baseline, point)));
    }
    if let Some(first) = series.points.first().filter(|_| at > 1) {
        parts.push(format!("   {} since the first ({})", delta(first, point), first.text));
    }
    parts
}

/// Range and baseline as lines, the values joined and each at its place.
fn curve(series: &Series, selected: usize, axis: &Axis, pen: &mut Pen<'_>, plot: Rect) -> Option<Position> {
    let lines = [("high", series.high), ("low", series.low), ("baseline", series.baseline.as_ref().map(|p| p.value))];
    let scale = Scale::over(series.points.iter().map(|p| p.value).chain(lines.iter().filter_map(|l| l.1)), plot.height * 4)?;
    let row = |value: f64| plot.y + scale.dot(value) / 4;
    let mut taken: Vec<u16> = Vec::new();
    for (name, value) in lines.iter().filter_map(|(name, value)| Some((*name, (*value)?))) {
        let y = row(value);
        let stroke = match (name, pen.ascii) {
            ("baseline", true) => "_",
            ("baseline", false) => "\u{254c}",
            (_, true) => "-",
            (_, false) => "\u{2500}",
        };
        if !taken.contains(&y) {
            pen.cells(plot.x, y, plot.width, &stroke.repeat(usize::from(plot.width)), Role::Dim);
            pen.put_right(plot.x - LEFT, y, LEFT - 1, &format!("{name} {}", number(value)), Role::Dim);
            taken.push(y);
        }
    }
    let values = series.points.iter().map(|p| p.value);
    for value in [values.clone().reduce(f64::max), values.reduce(f64::min)].into_iter().flatten() {
        let y = row(value);
        if !taken.contains(&y) {
            pen.put_right(plot.x - LEFT, y, LEFT - 1, &number(value), Role::Text);
            taken.push(y);
        }
    }
    let mut dots = Dots::new(plot.width, plot.height);
    let places: Vec<(u16, u16)> = series.points.iter().filter_map(|p| Some((axis.dot(&p.time, 2)?, scale.dot(p.value)))).collect();
    for (from, to) in places.iter().zip(places.iter().skip(1)) {
        dots.line(*from, *to);
    }
    for y in 0..plot.height {
        for x in 0..plot.width {
            if let Some(shown) = dots.cell(x, y, pen.ascii) {
                pen.cells(plot.x + x, plot.y + y, 1, &shown.to_string(), Role::Text);
            }
        }
    }
    let mut cursor = None;
    // The selected value last: where two share a cell it is the one that shows.
    let order =
        series.points.iter().enumerate().filter(|(at, _)| *at != selected).chain(series.points.get(selected).map(|p| (selected, p)));
    for (at, point) in order {
        let Some(x) = axis.dot(&point.time, 2).map(|dot| plot.x + dot / 2) else { continue };
        let y = row(point.value);
        let dot = if pen.ascii { "o" } else { "\u{25cf}" };
        let shown = if point.flag.is_empty() { dot } else { point.flag };
        let role = match (at == selected, point.flag.is_empty()) {
            (true, _) => Role::Current,
            (_, true) => Role::Title,
            (_, false) => Role::Alert,
        };
        pen.cells(x, y, 1, shown, role);
        cursor = (at == selected).then_some(Position::new(x, y)).or(cursor);
    }
    cursor
}

/// How orders and doses are drawn: an order that lasts, a dose, an order of something done once.
fn strokes(ascii: bool) -> (&'static str, &'static str, &'static str) {
    if ascii { ("=", "o", "+") } else { ("\u{2501}", "\u{2022}", "\u{25c6}") }
}

/// The sign of what began before the axis does.
fn earlier(ascii: bool) -> &'static str {
    if ascii { "<" } else { "\u{25c2}" }
}

fn began_earlier(treatment: &Treatment, axis: &Axis) -> bool {
    treatment.start().is_some_and(|start| axis.is_before(&start))
}

fn lane(treatment: &Treatment, axis: &Axis, end: &crate::chart::Instant, pen: &mut Pen<'_>, row: Rect) {
    let (lasts, dose, once) = strokes(pen.ascii);
    for (from, to) in &treatment.spans {
        let to = to.unwrap_or(*end).min(*end);
        // What was ordered before the stay began is drawn from its edge.
        let first = axis.column(from).unwrap_or(0);
        if let Some(last) = axis.column(&to).filter(|last| *last >= first) {
            pen.cells(row.x + first, row.y, last - first + 1, &lasts.repeat(usize::from(last - first + 1)), Role::Dim);
        }
    }
    for (instants, sign) in [(&treatment.doses, dose), (&treatment.orders, once)] {
        for column in instants.iter().filter_map(|at| axis.column(at)) {
            pen.cells(row.x + column, row.y, 1, sign, Role::Title);
        }
    }
}

fn legend(pen: &Pen<'_>, (all, axis): (&[Treatment], &Axis), hidden: usize) -> String {
    let (lasts, dose, once) = strokes(pen.ascii);
    // The keys of values and labs stand in the footer.
    let mut parts = Vec::new();
    if hidden > 0 {
        parts.push(pen.say(&format!("{{page-down}} {hidden} more")));
    }
    let kinds = [
        (all.iter().any(|t| !t.spans.is_empty()), format!("{lasts}{lasts} ordered")),
        (all.iter().any(|t| !t.doses.is_empty()), format!("{dose} given")),
        (all.iter().any(|t| !t.orders.is_empty()), format!("{once} order")),
        (all.iter().any(|t| began_earlier(t, axis)), format!("{} began earlier", earlier(pen.ascii))),
    ];
    parts.extend(kinds.into_iter().filter(|(any, _)| *any).map(|(_, words)| words));
    if all.is_empty() {
        parts.push("no drug or order with a time in this stay".to_owned());
    }
    parts.join("   ")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::chart::Instant;

    #[test]
    fn a_drug_begun_before_the_first_value_seemed_to_begin_with_it() {
        let at = |text: &str| Instant::parse(text).unwrap();
        let axis = Axis::over([at("2026-11-17T08:00Z"), at("2026-11-19T08:00Z")].into_iter(), 40).unwrap();
        let of = |start: &str| Treatment { spans: vec![(at(start), None)], ..Treatment::default() };
        for (start, earlier) in [("2026-11-16T20:00Z", true), ("2026-11-17T08:00Z", false), ("2026-11-18T08:00Z", false)] {
            assert_eq!(began_earlier(&of(start), &axis), earlier, "{start}");
        }
    }
}
