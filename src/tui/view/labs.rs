//! Labs and vitals over time: the newest value at the right, out of range in bold, with trend and reference range.

use super::list::Tops;
use super::pen::Pen;
use crate::tui::chart_data::Series;
use crate::tui::layout::{self, CELL};
use crate::tui::model::{ChartPage, Pane};
use crate::tui::say;
use crate::tui::theme::Role;
use ratatui::layout::{Position, Rect};

/// Draws them.
pub fn draw(chart: &ChartPage, pen: &mut Pen<'_>, area: Rect, tops: &mut Tops) -> Option<Position> {
    if let Some(trend) = chart.trend.filter(|_| chart.pane == Pane::Labs) {
        return super::trend::draw(chart, trend, pen, area);
    }
    let mut body = area;
    if area.x > 2 {
        super::chart::title(pen, area, "Labs and vitals", chart.pane == Pane::Labs);
        body = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    }
    let all = &chart.data.series;
    if all.is_empty() {
        pen.put(body.x, body.y, body.width, "no lab or vital sign with a number in this stay", Role::Dim);
        return None;
    }
    let (before, name) = layout::lab_values(body.width);
    let (trend, range) = (body.x + name + 1, body.x + name + 10);
    let values = body.x + before;
    let cells = layout::lab_cells(body.width);
    let selected = all.get(chart.lab);
    let vital = selected.is_some_and(|s| s.vital);
    let ever = chart.data.times(vital);
    let end = ever.len().saturating_sub(chart.lab_back).max(cells.min(ever.len()));
    let (older, newer) = (end.saturating_sub(cells), ever.len() - end);
    let times = ever.get(older..end).unwrap_or_default();
    let (left, right) = if pen.ascii { ("<", ">") } else { ("\u{2039}", "\u{203a}") };
    if older > 0 {
        pen.put(values.saturating_sub(1), body.y + 1, 1, left, Role::Key);
    }
    if newer > 0 {
        pen.put(values + u16::try_from(cells).unwrap_or(0) * CELL, body.y + 1, 1, right, Role::Key);
    }
    pen.put(body.x, body.y, name, if vital { "Vital sign" } else { "Lab" }, Role::Dim);
    pen.put(trend, body.y, 8, "trend", Role::Dim);
    pen.put(range, body.y, 9, "ref", Role::Dim);
    for (at, time) in times.iter().enumerate() {
        let x = values + u16::try_from(at).unwrap_or(0) * CELL;
        let fresh = at == 0 || times.get(at - 1).is_none_or(|before| before.local_date() != time.local_date());
        pen.put_right(x, body.y, CELL - 1, &if fresh { time.local().strftime("%-d %b").to_string() } else { String::new() }, Role::Dim);
        pen.put_right(x, body.y + 1, CELL - 1, &say::clock(time), Role::Dim);
    }
    let rows = Rect { y: body.y + 2, height: body.height.saturating_sub(2), ..body };
    let height = usize::from(rows.height);
    // A row without a value among these times says nothing; the selected one stays, or the cursor would be lost.
    let shows = |s: &Series| s.points.iter().any(|p| times.contains(&p.time));
    let same: Vec<(usize, &Series)> = all.iter().enumerate().filter(|(_, s)| s.vital == vital).collect();
    let rows_of: Vec<(usize, &Series)> = same.iter().copied().filter(|(i, s)| *i == chart.lab || shows(s)).collect();
    let hidden = same.len() - rows_of.len();
    let at = rows_of.iter().position(|(i, _)| *i == chart.lab).unwrap_or(0);
    let other = all.iter().filter(|s| s.vital != vital).count();
    let foot = foot((older, newer), hidden, (other, vital), (left, right));
    let list = height.saturating_sub(usize::from(!foot.is_empty()) * 2);
    let top = tops.keep("labs", at, at, rows_of.len(), list);
    let mut cursor = None;
    for (row, (index, series)) in rows_of.iter().enumerate().skip(top).take(list) {
        let y = rows.y + u16::try_from(row - top).unwrap_or(0);
        pen.put(body.x, y, name, &series.name, Role::Text);
        pen.put(trend, y, 8, &series.spark(8, pen.ascii), Role::Text);
        pen.put(range, y, 9, &series.range(), Role::Dim);
        for (at, time) in times.iter().enumerate() {
            let Some(point) = series.points.iter().find(|p| p.time == *time) else { continue };
            let x = values + u16::try_from(at).unwrap_or(0) * CELL;
            let out = !point.flag.is_empty();
            pen.put_right(x, y, CELL - 3, &point.text, if out { Role::Title } else { Role::Text });
            pen.put(x + CELL - 2, y, 1, point.flag, if out { Role::Alert } else { Role::Text });
            if chart.data.is_new(point) {
                pen.put(x + CELL - 1, y, 1, "*", Role::Accent);
            }
        }
        if *index == chart.lab {
            let bar = Rect { y, height: 1, width: name, ..rows };
            pen.select(bar, chart.pane == Pane::Labs);
            cursor = Some(Position::new(rows.x, y));
        }
    }
    if !foot.is_empty() {
        pen.put(body.x, rows.bottom().saturating_sub(1), body.width, &foot, Role::Dim);
    }
    cursor
}

/// What is not on the screen, and the keys that bring it there.
fn foot((older, newer): (usize, usize), hidden: usize, (other, vital): (usize, bool), (left, right): (&str, &str)) -> String {
    let parts = [
        (older, format!("{left} h {older} older")),
        (newer, format!("{right} l {newer} newer")),
        (hidden, format!("{hidden} without a value here")),
        (
            other,
            if vital {
                format!("{} above", say::count(other, "lab", "labs"))
            } else {
                format!("{} below", say::count(other, "vital sign", "vital signs"))
            },
        ),
    ];
    parts.into_iter().filter(|(n, _)| *n > 0).map(|(_, words)| words).collect::<Vec<_>>().join("   ")
}
