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
    // The table with the cursor, and the other one under or over it where both have room: labs stand above vital signs.
    let vital = all.get(chart.lab).is_some_and(|s| s.vital);
    let count = |vital: bool| u16::try_from(all.iter().filter(|s| s.vital == vital).count()).unwrap_or(u16::MAX);
    let (labs, vitals) = (count(false), count(true));
    let both = labs > 0 && vitals > 0 && usize::from(labs) + usize::from(vitals.min(LEAST_VITALS)) + AROUND <= usize::from(body.height);
    if !both {
        return table(chart, pen, body, tops, (vital, count(!vital)));
    }
    let upper = Rect { height: labs + 3, ..body };
    let lower = Rect { y: upper.bottom() + 1, height: body.height.saturating_sub(upper.height + 1), ..body };
    let above = table(chart, pen, upper, tops, (false, 0));
    let below = table(chart, pen, lower, tops, (true, 0));
    if vital { below } else { above }
}

/// Vital signs that show at least where they stand under the labs.
const LEAST_VITALS: u16 = 3;

/// Rows around two tables: the head of each, its foot, and a blank one between them.
const AROUND: usize = 2 + 1 + 1 + 2 + 1;

/// One table: labs, or vital signs. `other` tells how many rows of the other kind have no room.
fn table(chart: &ChartPage, pen: &mut Pen<'_>, body: Rect, tops: &mut Tops, (vital, other): (bool, u16)) -> Option<Position> {
    let all = &chart.data.series;
    let (before, name) = layout::lab_values(body.width);
    let (trend, range) = (body.x + name + 1, body.x + name + 10);
    let values = body.x + before;
    let cells = layout::lab_cells(body.width);
    let own = all.get(chart.lab).is_some_and(|s| s.vital == vital);
    let ever = chart.data.times(vital);
    let end = ever.len().saturating_sub(if own { chart.lab_back } else { 0 }).max(cells.min(ever.len()));
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
        pen.put_right(x, body.y, CELL - 1, &if fresh { say::column_day(time.local_date()) } else { String::new() }, Role::Dim);
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
    let keys = if own { (pen.say("{out-of}"), pen.say("{into}")) } else { Default::default() };
    let foot = foot((older, newer), hidden, (usize::from(other), vital), (left, right), keys);
    // A row between the values and the foot, where there is room for one.
    let blank = usize::from(height > rows_of.len() + 1);
    let list = if foot.is_empty() { height } else { height.saturating_sub(1 + blank) };
    let top = tops.keep(if vital { "vitals" } else { "labs" }, at, at, rows_of.len(), list);
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
        let y = (rows.y + u16::try_from(rows_of.len() - top + blank).unwrap_or(0)).min(rows.bottom().saturating_sub(1));
        pen.put(body.x, y, body.width, &foot, Role::Dim);
    }
    cursor
}

/// What is not on the screen, and the keys that bring it there.
fn foot(
    (older, newer): (usize, usize),
    hidden: usize,
    (other, vital): (usize, bool),
    (left, right): (&str, &str),
    (back, on): (String, String),
) -> String {
    let keyed = |sign: &str, key: &str, n: usize, words: &str| {
        [sign, key, &n.to_string(), words].into_iter().filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ")
    };
    let parts = [
        (older, keyed(left, &back, older, "older")),
        (newer, keyed(right, &on, newer, "newer")),
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
