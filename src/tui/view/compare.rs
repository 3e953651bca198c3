//! Two notes side by side, or one under the other where there is no room: signs first, colour second.

use super::pen::Pen;
use crate::tui::compare::{Comparison, Layout, Row, SIGN, Shown, Text};
use crate::tui::layout;
use crate::tui::model::Model;
use crate::tui::say;
use crate::tui::text;
use crate::tui::theme::Role;
use ratatui::layout::{Position, Rect};

/// How a line of one side is drawn: its sign, and how what differs looks.
#[derive(Clone, Copy)]
struct Look {
    sign: &'static str,
    role: Role,
}

const SAME: Look = Look { sign: " ", role: Role::Text };
const GONE: Look = Look { sign: "-", role: Role::Removed };
const NEW: Look = Look { sign: "+", role: Role::Added };

/// Draws it.
pub fn draw(model: &Model, pen: &mut Pen<'_>, size: (u16, u16)) -> Option<Position> {
    let (page, chart) = (model.compare.as_ref()?, model.chart.as_ref()?);
    let stripes = layout::frame(size);
    super::chart::header(model, chart, pen, &stripes);
    let area = layout::compare(size);
    let lay = Layout { width: area.width };
    let (gone, come, anew, same) = page.all.counts();
    let place = page.change.map(|at| format!("change {} of {}", at + 1, page.all.changes.len()));
    let place = place.unwrap_or_else(|| say::count(page.all.changes.len(), "change", "changes"));
    let counts = [(gone, "gone"), (come, "new"), (anew, "worded anew"), (same, "alike")];
    let counts: String = counts.iter().filter(|(n, _)| *n > 0).map(|(n, words)| format!("   {n} {words}")).collect();
    let counts = if counts.is_empty() { counts } else { format!("{counts}   (lines)") };
    pen.line(stripes.sub.x, stripes.sub.y, stripes.sub.width, &[(&place, Role::Text), (&counts, Role::Dim)]);
    names(&page.all, pen, area, lay);
    let mut y = area.y;
    let (mut at, mut skip) = page.top;
    while y < area.bottom() {
        let Some(shown) = page.list.get(at) else { break };
        let left = Rect { y, height: area.bottom() - y, ..area };
        y += one(&page.all, *shown, pen, left, lay, skip);
        (at, skip) = (at + 1, 0);
    }
    Some(Position::new(area.x, area.y))
}

fn names(all: &Comparison, pen: &mut Pen<'_>, area: Rect, lay: Layout) {
    let sides = [("- older   ", &all.older.label, Role::Removed), ("+ newer   ", &all.newer.label, Role::Added)];
    for (at, (sign, label, role)) in (0_u16..).zip(sides) {
        let (x, y) = if lay.beside() { (area.x + at * right(lay), area.y - 1) } else { (area.x, area.y - 2 + at) };
        pen.line(x, y, lay.column() + SIGN, &[(sign, role), (label, Role::Title)]);
    }
}

/// Where the right side begins, from the left one.
fn right(lay: Layout) -> u16 {
    lay.column() + SIGN + 3
}

/// One entry, its first rows left out; gives the rows it took.
fn one(all: &Comparison, shown: Shown, pen: &mut Pen<'_>, area: Rect, lay: Layout, skip: usize) -> u16 {
    let row = match shown {
        Shown::Alike(_, count) => {
            let words = pen.say(&format!("{count} lines alike; {{all-lines}} shows them"));
            let used = pen.put(area.x + SIGN, area.y, area.width - SIGN, &words, Role::Dim);
            pen.rule(area.x + SIGN + used + 1, area.y, area.width.saturating_sub(SIGN + used + 1));
            return 1;
        }
        Shown::Pair(gone, come) => {
            let (old, new) = (one(all, Shown::Row(gone), pen, area, lay, skip), one(all, Shown::Row(come), pen, area, lay, skip));
            return old.max(new);
        }
        Shown::Row(at) => all.rows.get(at),
    };
    match row {
        Some(Row::Same(old, new)) if lay.beside() => beside(pen, area, lay, skip, [Some((old, SAME)), Some((new, SAME))]),
        Some(Row::Changed(old, new)) if lay.beside() => beside(pen, area, lay, skip, [Some((old, GONE)), Some((new, NEW))]),
        Some(Row::Removed(old)) if lay.beside() => beside(pen, area, lay, skip, [Some((old, GONE)), None]),
        Some(Row::Added(new)) if lay.beside() => beside(pen, area, lay, skip, [None, Some((new, NEW))]),
        Some(Row::Same(_, new)) => stretch(pen, area, lay, skip, new, SAME),
        Some(Row::Removed(old)) => stretch(pen, area, lay, skip, old, GONE),
        Some(Row::Added(new)) => stretch(pen, area, lay, skip, new, NEW),
        Some(Row::Changed(old, new)) => {
            let first = lay.wrapped(old).len();
            let used = stretch(pen, area, lay, skip, old, GONE);
            let rest = Rect { y: area.y + used, height: area.height.saturating_sub(used), ..area };
            used + stretch(pen, rest, lay, skip.saturating_sub(first), new, NEW)
        }
        None => 1,
    }
}

fn beside(pen: &mut Pen<'_>, area: Rect, lay: Layout, skip: usize, sides: [Option<(&Text, Look)>; 2]) -> u16 {
    let mut used = 0;
    for (at, side) in (0_u16..).zip(sides) {
        if let Some((text, look)) = side {
            used = used.max(stretch(pen, Rect { x: area.x + at * right(lay), ..area }, lay, skip, text, look));
        }
    }
    used
}

/// The rows of one line; gives how many of them were drawn.
fn stretch(pen: &mut Pen<'_>, area: Rect, lay: Layout, skip: usize, text: &Text, look: Look) -> u16 {
    let mut used = 0;
    for (start, end) in lay.wrapped(text).into_iter().skip(skip).take(usize::from(area.height)) {
        let y = area.y + used;
        pen.put(area.x, y, 1, look.sign, look.role);
        row(pen, text, (start, end), (area.x + SIGN, y, lay.column()), look.role);
        used += 1;
    }
    used
}

fn row(pen: &mut Pen<'_>, line: &Text, (start, end): (usize, usize), (x, y, wide): (u16, u16, u16), differs: Role) {
    let (mut used, mut run, mut role) = (0, String::new(), Role::Text);
    let from = line.marks.partition_point(|(_, to)| *to <= start);
    let marks = line.marks.get(from..).unwrap_or_default();
    for piece in text::pieces(line.words.get(start..end).unwrap_or_default(), pen.ascii) {
        let byte = start + piece.start;
        let marked = marks.iter().take_while(|(from, _)| *from <= byte).any(|(_, to)| byte < *to);
        let next = match (marked, piece.mark) {
            (true, _) => differs,
            (false, true) => Role::Mark,
            (false, false) => Role::Text,
        };
        if next != role && !run.is_empty() {
            used += pen.cells(x + used, y, wide.saturating_sub(used), &run, role);
            run.clear();
        }
        role = next;
        run.push_str(&piece.shown);
    }
    pen.cells(x + used, y, wide.saturating_sub(used), run.trim_end(), role);
}
