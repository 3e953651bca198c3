//! Labs and vitals over time: the newest value at the right, out of range in bold, with trend and reference range.

use super::list::Tops;
use super::pen::Pen;
use crate::chart::Instant;
use crate::tui::chart_data::Series;
use crate::tui::model::{ChartPage, Pane};
use crate::tui::say;
use crate::tui::theme::Role;
use ratatui::layout::{Position, Rect};

/// Columns of one value.
const CELL: u16 = 8;

/// Draws them.
pub fn draw(chart: &ChartPage, pen: &mut Pen<'_>, area: Rect, tops: &mut Tops) -> Option<Position> {
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
    let name = (body.width / 4).clamp(12, 24);
    let (trend, range) = (body.x + name + 1, body.x + name + 10);
    let values = range + 10;
    let cells = usize::from(body.right().saturating_sub(values) / CELL);
    let selected = all.get(chart.lab);
    let vital = selected.is_some_and(|s| s.vital);
    let times = times(all, vital, cells, chart.lab_back);
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
    let rows_of: Vec<(usize, &Series)> = all.iter().enumerate().filter(|(_, s)| s.vital == vital).collect();
    let at = rows_of.iter().position(|(i, _)| *i == chart.lab).unwrap_or(0);
    let other = all.iter().filter(|s| s.vital != vital).count();
    let list = height.saturating_sub(usize::from(other > 0) * 2);
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
        }
        if *index == chart.lab {
            let bar = Rect { y, height: 1, width: name, ..rows };
            pen.select(bar, chart.pane == Pane::Labs);
            cursor = Some(Position::new(rows.x, y));
        }
    }
    if other > 0 {
        let words = if vital { format!("{other} labs above") } else { format!("{other} vital signs below; h older, l newer") };
        pen.put(body.x, rows.bottom().saturating_sub(1), body.width, &words, Role::Dim);
    }
    cursor
}

/// The newest times that fit, oldest first; `back` moves them into the past.
fn times(all: &[Series], vital: bool, cells: usize, back: usize) -> Vec<Instant> {
    let mut times: Vec<Instant> = all.iter().filter(|s| s.vital == vital).flat_map(|s| s.points.iter().map(|p| p.time)).collect();
    times.sort();
    times.dedup();
    let end = times.len().saturating_sub(back).max(cells.min(times.len()));
    times.get(end.saturating_sub(cells)..end).unwrap_or_default().to_vec()
}
