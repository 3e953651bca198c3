//! The note viewer: only the visible rows are laid out; marks are merged row by row.

use super::pen::Pen;
use crate::chart::{DocumentStatus, Evidence};
use crate::checklist::{GapState, Severity};
use crate::tui::chart_data::{Mark, MarkKind};
use crate::tui::layout;
use crate::tui::model::{ChartPage, Pane};
use crate::tui::outline::Heading;
use crate::tui::say;
use crate::tui::text::{self, Row};
use crate::tui::theme::Role;
use ratatui::layout::{Position, Rect};

/// Draws the document on show.
pub fn draw(chart: &ChartPage, pen: &mut Pen<'_>, size: (u16, u16)) -> Option<Position> {
    let area = chart.text_area(size);
    let (Some(document), Some(note)) = (chart.data.document(chart.doc), chart.note()) else {
        pen.put(area.x, area.y, area.width, "this chart has no document", Role::Dim);
        return None;
    };
    let folds = &chart.folds().lines;
    let rows = note.lines.page(&document.text, chart.top(), usize::from(area.width), usize::from(area.height), folds);
    let left = layout::reader_area(size, 0);
    // What is folded under the last row was passed too.
    let bottom = rows.last().map_or(0, |row| match note.lines.line_of(row.start) {
        line if folds.under(line).is_some() => note.lines.start(folds.next(line)),
        _ => row.end,
    });
    heading(chart, pen, Rect { y: area.y - 1, height: 1, ..left }, bottom);
    let (first, last) = (rows.first().map_or(0, |r| r.start), rows.last().map_or(0, |r| r.end));
    let mut marks: Vec<Mark> = note.marks_in(first, last).copied().collect();
    if chart.veil.is_some() {
        marks.retain(|m| m.kind != MarkKind::Evidence);
        let shown = proofs(chart).filter(|(start, end, _)| *start < last && first < *end);
        marks.extend(shown.map(|(start, end, _)| Mark { start, end, kind: MarkKind::Evidence }));
    }
    let here = |h: &&(usize, usize, usize)| h.0 == chart.doc && h.1 < last && first < h.2;
    marks.extend(chart.find.hits.iter().filter(here).map(|h| Mark { start: h.1, end: h.2, kind: MarkKind::Hit }));
    marks.extend(chart.current.iter().filter(here).map(|c| Mark { start: c.1, end: c.2, kind: MarkKind::Current }));
    let signs = signs(chart);
    let mut cursor = Position::new(area.x, area.y);
    for (at, row) in rows.iter().enumerate() {
        let y = area.y + u16::try_from(at).unwrap_or(0);
        let used = draw_row(pen, &document.text, *row, (area.x, y, area.width), &marks);
        if let Some(lines) = folds.under(note.lines.line_of(row.start)) {
            // What is folded away still shows whether proof stands in it.
            let last = note.lines.start(folds.next(note.lines.line_of(row.start)));
            let proof = signs.iter().find(|(byte, _)| row.start < *byte && *byte < last);
            if let Some((_, severity)) = proof {
                pen.put(left.x - layout::GUTTER, y, 1, &severity.sign().to_string(), super::worklist::severity_role(*severity));
            }
            // A section of one line has none under it: only its further rows are away.
            let away = if lines == 0 { String::new() } else { format!(" {}", say::count(lines, "line", "lines")) };
            let words = format!("   {}{away}", if pen.ascii { "+" } else { "\u{25b8}" });
            let room = u16::try_from(text::width(&words)).unwrap_or(0);
            pen.put(area.x + used.min(area.width.saturating_sub(room)), y, room, &words, Role::Mark);
        }
        if let Some(number) = row.line.filter(|_| chart.numbers) {
            pen.put_right(left.x - 1, y, area.x.saturating_sub(left.x), &number.to_string(), Role::Dim);
        }
        // Words that were gone to are marked themselves; the bar is for a heading that was.
        let words = |h: &&Heading| chart.current.is_some_and(|c| c.0 == chart.doc && h.start <= c.1 && c.1 < h.end);
        let heading = chart.section.and_then(|at| note.outline.get(at)).filter(|h| !words(h)).map(|h| h.start);
        if heading.is_some_and(|start| row.start <= start && start < row.end) {
            pen.cells(area.x - 1, y, 1, if pen.ascii { ">" } else { "\u{258c}" }, Role::Accent);
        }
        if let Some((_, severity)) = signs.iter().find(|(byte, _)| row.start <= *byte && *byte < row.end.max(row.start + 1)) {
            pen.put(left.x - layout::GUTTER, y, 1, &severity.sign().to_string(), super::worklist::severity_role(*severity));
        }
        if let Some((_, start, _)) = chart.current.filter(|c| c.0 == chart.doc && row.start <= c.1 && c.1 < row.end) {
            let column: usize = text::pieces(document.text.get(row.start..start).unwrap_or_default(), pen.ascii).map(|p| p.width).sum();
            cursor = Position::new(area.x + u16::try_from(column).unwrap_or(0), y);
        }
    }
    Some(cursor)
}

fn heading(chart: &ChartPage, pen: &mut Pen<'_>, area: Rect, bottom: usize) {
    let (Some(document), Some(note)) = (chart.data.document(chart.doc), chart.data.notes.get(chart.doc)) else { return };
    // In a narrow pane the family name does, so that what was carried over has room.
    let narrow = area.width < 70;
    let time = document.time.map(|t| if narrow { say::short(&t) } else { say::long(&t) }).unwrap_or_default();
    let full = document.author.as_ref().map(|a| a.display().to_owned()).unwrap_or_default();
    let author = if narrow { note.author.clone() } else { full };
    let signed = match (&document.signer, document.status) {
        // What was carried over says more than the usual; what is not signed is always said.
        (Some(_), _) if narrow && note.copied.is_some() => String::new(),
        (Some(_), _) => "signed".to_owned(),
        (None, DocumentStatus::NotGiven) => String::new(),
        (None, status) => say::status(status).to_owned(),
    };
    // From the fullest to the shortest; the row takes the first that fits whole.
    let copied: Vec<String> = note.copied.as_ref().map_or_else(Vec::new, |(lines, from)| {
        let from = from.map(|t| format!(" from {}", say::short(&t))).unwrap_or_default();
        let words = say::count(*lines, "line copied", "lines copied");
        vec![format!("{words}{from}"), words, format!("{lines} copied")]
    });
    let guessed = if document.guessed { "stay guessed by date".to_owned() } else { String::new() };
    let version = if document.version > 1 { format!("version {}", document.version) } else { String::new() };
    let percent = format!("{} %", note.lines.percent(bottom));
    let room = area.width.saturating_sub(7);
    let mut used = super::chart::title(pen, Rect { width: room, ..area }, note.label, chart.pane == Pane::Reader);
    // The section that the top row stands in, once its heading is out of sight.
    let section = chart.here().and_then(|at| note.outline.get(at)).filter(|h| h.start < chart.top());
    if let Some(section) = section {
        let most = if narrow { 24 } else { 40 };
        let mark = if pen.ascii { " > " } else { " \u{203a} " };
        used += pen.line(area.x + used, area.y, most.min(room.saturating_sub(used)), &[(mark, Role::Dim), (&section.title, Role::Heading)]);
    }
    // Whether a provider answers for it comes before what was carried over.
    let before = [time, author, guessed, signed, version];
    let joined = |last: &str, between: &str| {
        before.iter().map(String::as_str).chain([last]).filter(|p| !p.is_empty()).collect::<Vec<_>>().join(between)
    };
    let left = room.saturating_sub(used + 3);
    let fits = |words: &String| text::width(words) <= usize::from(left);
    let all = copied.iter().flat_map(|last| [joined(last, "   "), joined(last, "  ")]);
    let rest = all.into_iter().find(fits).unwrap_or_else(|| joined("", "   "));
    pen.put(area.x + used + 3, area.y, left, &rest, Role::Dim);
    pen.put_right(area.x + room, area.y, 7, &percent, Role::Dim);
}

/// The words that prove open gaps in this document, those of hidden ones left out: first byte, one past the last, the gap's severity.
fn proofs(chart: &ChartPage) -> impl Iterator<Item = (usize, usize, Severity)> {
    let identifier = chart.data.document(chart.doc).map(|d| d.identifier.as_str());
    let live = |state| matches!(state, GapState::Open | GapState::Queried);
    let open = chart.data.view.gaps.iter().enumerate().filter(move |(at, g)| live(g.gap.state) && !chart.hides(*at));
    open.flat_map(|(_, g)| g.gap.evidence.iter().map(|e| (e, g.gap.severity))).filter_map(move |(evidence, severity)| match evidence {
        Evidence::Text(t) if Some(t.document.as_str()) == identifier => Some((t.start, t.end, severity)),
        _ => None,
    })
}

/// Where they begin, the weightiest first.
pub(super) fn signs(chart: &ChartPage) -> Vec<(usize, Severity)> {
    let mut signs: Vec<(usize, Severity)> = proofs(chart).map(|(start, _, severity)| (start, severity)).collect();
    signs.sort_by_key(|(byte, severity)| (std::cmp::Reverse(*severity), *byte));
    signs
}

fn draw_row(pen: &mut Pen<'_>, source: &str, row: Row, (x, y, wide): (u16, u16, u16), marks: &[Mark]) -> u16 {
    let body = source.get(row.start..row.end).unwrap_or_default();
    let mut used: u16 = 0;
    let mut run = String::new();
    let mut role = Role::Text;
    for piece in text::pieces(body, pen.ascii) {
        let byte = row.start + piece.start;
        let strongest = marks.iter().filter(|m| m.start <= byte && byte < m.end).map(|m| m.kind).max();
        let next = if piece.mark && strongest < Some(MarkKind::Hit) { Role::Mark } else { strongest.map_or(Role::Text, MarkKind::role) };
        if next != role && !run.is_empty() {
            used += pen.cells(x + used, y, wide.saturating_sub(used), &run, role);
            run.clear();
        }
        role = next;
        run.push_str(&piece.shown);
    }
    used + pen.cells(x + used, y, wide.saturating_sub(used), run.trim_end(), role)
}
