//! The timeline of a stay: a day, then what happened on it; where now is, a rule.

use super::list::Tops;
use super::pen::Pen;
use crate::tui::model::{ChartPage, Pane};
use crate::tui::say;
use crate::tui::theme::Role;
use crate::tui::timeline::{Event, Kind, Target};
use ratatui::layout::{Position, Rect};

/// A line of it.
enum Line<'a> {
    /// A day, and which one of the stay.
    Day(String),
    /// The present.
    Now(String),
    /// Something, by its place among the events.
    Event(usize, &'a Event),
}

/// Draws it.
pub fn draw(chart: &ChartPage, pen: &mut Pen<'_>, area: Rect, tops: &mut Tops) -> Option<Position> {
    let focused = chart.pane == Pane::Timeline;
    let mut body = area;
    if area.x > 2 {
        super::chart::title(pen, area, "Timeline", focused);
        body = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    }
    if chart.data.events.is_empty() {
        pen.put(body.x, body.y, body.width, "nothing in this stay has a time", Role::Dim);
        return None;
    }
    let lines = lines(chart);
    let row = lines.iter().position(|l| matches!(l, Line::Event(at, _) if *at == chart.event)).unwrap_or(0);
    // The day above the first thing of a day comes into sight with it.
    let first = if row > 0 && matches!(lines.get(row - 1), Some(Line::Day(_))) { row - 1 } else { row };
    let height = usize::from(body.height);
    let top = tops.keep("timeline", first, row, lines.len(), height);
    let mut cursor = None;
    for (at, line) in lines.iter().enumerate().skip(top).take(height) {
        let y = body.y + u16::try_from(at - top).unwrap_or(0);
        match line {
            Line::Day(words) => {
                pen.put(body.x, y, body.width, words, Role::Heading);
            }
            Line::Now(words) => {
                let used = pen.put(body.x + 2, y, body.width.saturating_sub(2), words, Role::Accent);
                pen.rule(body.x + 3 + used, y, body.width.saturating_sub(3 + used));
            }
            Line::Event(at, event) => {
                one(chart, event, pen, Rect { y, height: 1, ..body });
                if *at == chart.event {
                    pen.select(Rect { y, height: 1, ..body }, focused);
                    cursor = Some(Position::new(body.x, y));
                }
            }
        }
    }
    cursor
}

fn lines(chart: &ChartPage) -> Vec<Line<'_>> {
    let view = &chart.data.view;
    let mut lines = Vec::new();
    let (mut day, mut before) = (None, true);
    for (at, event) in chart.data.events.iter().enumerate() {
        if before && event.time > view.as_of {
            before = false;
            lines.push(Line::Now(format!("now, {}", say::long(&chart.data.here(&view.as_of)))));
        }
        let name = say::day(&event.time);
        if day.as_ref() != Some(&name) {
            let of_stay = view.chart.encounter.day_of_stay(&event.time).filter(|n| *n > 0);
            let of_stay = of_stay.map(|n| format!("   day {n}")).unwrap_or_default();
            lines.push(Line::Day(format!("{name}{of_stay}")));
            day = Some(name);
        }
        lines.push(Line::Event(at, event));
    }
    lines
}

fn one(chart: &ChartPage, event: &Event, pen: &mut Pen<'_>, row: Rect) {
    let unseen = matches!(event.to, Target::Document(doc) if chart.data.unseen(doc));
    let hidden = matches!(event.to, Target::Gap(at) if chart.hides(at));
    let severity = match event.to {
        Target::Gap(at) if !hidden => chart.data.view.gaps.get(at).map(|g| g.gap.severity),
        _ => None,
    };
    match severity {
        Some(severity) => pen.put(row.x, row.y, 1, &severity.sign().to_string(), super::worklist::severity_role(severity)),
        None => pen.put(row.x, row.y, 1, if unseen { "*" } else { " " }, Role::Accent),
    };
    pen.put(row.x + 2, row.y, 5, &say::clock(&event.time), Role::Dim);
    pen.put(row.x + 8, row.y, 9, event.kind.label(), Role::Dim);
    let role = match event.kind {
        Kind::Note if unseen => Role::Title,
        Kind::Stay => Role::Dim,
        _ => Role::Text,
    };
    let left = row.width.saturating_sub(18);
    let (what, who) = if hidden { ("hidden", "") } else { (event.what.as_str(), event.who.as_str()) };
    let used = pen.put(row.x + 18, row.y, left, what, role);
    pen.put(row.x + 21 + used, row.y, left.saturating_sub(used + 3), who, Role::Dim);
}
