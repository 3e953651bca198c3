//! Gaps with their proof beside them; the selected one shows all of it.

use super::list::Tops;
use super::pen::Pen;
use super::worklist::severity_role;
use crate::checklist::GapState;
use crate::tui::model::{ChartPage, Pane};
use crate::tui::say;
use crate::tui::text;
use crate::tui::theme::Role;
use crate::work::model::GapRow;
use ratatui::layout::{Position, Rect};

/// How many gaps are open.
pub fn open(chart: &ChartPage) -> usize {
    chart.data.view.gaps.iter().filter(|g| g.gap.state == GapState::Open).count()
}

/// One row of the pane.
struct Line {
    sign: Option<(char, Role)>,
    indent: u16,
    words: String,
    role: Role,
    right: String,
    gap: usize,
    proof: Option<usize>,
}

/// Draws them.
pub fn draw(chart: &ChartPage, pen: &mut Pen<'_>, area: Rect, tops: &mut Tops) -> Option<Position> {
    let focused = chart.pane == Pane::Gaps;
    let mut list = area;
    if area.width < 60 {
        super::chart::title(pen, area, &format!("Gaps {}", open(chart)), focused);
        list = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    }
    if chart.data.view.gaps.is_empty() {
        pen.paragraph(Rect { height: 3, ..list }, "No gap. Every item of the checklists is answered or does not apply.", Role::Dim);
        return None;
    }
    let lines: Vec<Line> = chart.data.view.gaps.iter().enumerate().flat_map(|(at, row)| lines(chart, at, row, list.width, pen)).collect();
    let selected = |line: &Line| line.gap == chart.gap && line.proof == chart.proof;
    let first = lines.iter().position(selected).unwrap_or(0);
    let last = match chart.proof {
        Some(_) => lines.iter().rposition(selected),
        None => lines.iter().rposition(|l| l.gap == chart.gap),
    };
    let height = usize::from(list.height);
    let last = last.unwrap_or(first).min(first + height.saturating_sub(3));
    let top = tops.keep("gaps", first, last, lines.len(), height);
    let mut cursor = None;
    for (at, line) in lines.iter().enumerate().skip(top).take(height) {
        let y = list.y + u16::try_from(at - top).unwrap_or(0);
        if let Some((sign, role)) = line.sign {
            pen.put(list.x, y, 1, &sign.to_string(), role);
        }
        let x = list.x + line.indent;
        let right = u16::try_from(text::width(&line.right)).unwrap_or(0);
        let room = list.width.saturating_sub(line.indent + right + u16::from(right > 0));
        pen.put(x, y, room, &line.words, line.role);
        pen.put_right(x, y, list.width.saturating_sub(line.indent), &line.right, Role::Dim);
        let hit = selected(line) && !(line.words.is_empty() && line.sign.is_none());
        if hit && line.role != Role::Dim {
            let bar = Rect { x: list.x, y, width: list.width, height: 1 };
            pen.select(bar, focused);
            cursor = cursor.or(Some(Position::new(list.x, y)));
        }
    }
    cursor
}

fn lines(chart: &ChartPage, at: usize, row: &GapRow, width: u16, pen: &Pen<'_>) -> Vec<Line> {
    let gap = &row.gap;
    let selected = at == chart.gap;
    if chart.hides(at) {
        let role = if selected { Role::Text } else { Role::Dim };
        let words = if selected { pen.say("hidden; {reveal-answer} shows it") } else { "hidden".to_owned() };
        let line = |words, role, proof| Line { sign: None, indent: 3, words, role, right: String::new(), gap: at, proof };
        return vec![line(format!("Gap {}: {words}", at + 1), role, None), line(String::new(), Role::Text, Some(usize::MAX))];
    }
    let live = matches!(gap.state, GapState::Open);
    let mut out = Vec::new();
    let line = |sign, indent, words: String, role, right: String, proof| Line { sign, indent, words, role, right, gap: at, proof };
    let sign = if live { (gap.severity.sign(), severity_role(gap.severity)) } else { ('-', Role::Dim) };
    let title_role = if live || selected { Role::Text } else { Role::Negated };
    for (n, words) in wrapped(&gap.title, width.saturating_sub(3)).into_iter().enumerate() {
        out.push(line((n == 0).then_some(sign), 3, words, title_role, String::new(), None));
    }
    let state = match (gap.state, &row.dismissed, row.query) {
        (GapState::Dismissed, Some(reason), _) => Some(format!("set aside: {reason}")),
        (GapState::Dismissed, None, _) => Some("set aside".to_owned()),
        (GapState::Queried | GapState::Open, ..) if row.answered.is_some() => {
            row.answered.map(|id| format!("query {id} is answered, the record does not say it yet"))
        }
        (GapState::Queried, _, Some(id)) => Some(format!("query {id} asks about it")),
        (GapState::Queried, _, None) => Some("a query asks about it".to_owned()),
        (GapState::Resolved, ..) => Some("answered by later documentation".to_owned()),
        (GapState::Open, _, Some(id)) => Some(format!("draft {id}")),
        (GapState::Open, ..) => None,
    };
    out.extend(state.map(|words| line(None, 3, words, Role::Dim, String::new(), None)));
    if selected {
        if let Some(due) = gap.due {
            out.push(line(None, 3, format!("due {}", say::long(&due)), Role::Dim, String::new(), None));
        }
        for (n, evidence) in gap.evidence.iter().enumerate() {
            let words = wrapped(&say::proof(evidence), width.saturating_sub(5));
            let many = words.len();
            for (i, words) in words.into_iter().take(4).enumerate() {
                let words = if i == 3 && many > 4 { format!("{words}\u{2026}") } else { words };
                out.push(line(None, 5, words, Role::Text, String::new(), Some(n)));
            }
            let source = say::source(evidence);
            let room = usize::from(width.saturating_sub(5));
            match out.last_mut().filter(|l| many == 1 && text::width(&l.words) + text::width(&source) + 2 <= room) {
                Some(only) => only.right = source,
                None => out.push(line(None, 5, source, Role::Dim, String::new(), Some(n))),
            }
        }
        for searched in &gap.searched {
            for words in wrapped(&format!("looked, not found: {} ({})", searched.what, searched.r#where), width.saturating_sub(5)) {
                out.push(line(None, 5, words, Role::Dim, String::new(), Some(usize::MAX)));
            }
        }
        if !gap.counter_evidence.is_empty() {
            let findings = say::count(gap.counter_evidence.len(), "finding speaks", "findings speak");
            let words = pen.say(&format!("{findings} against it; {{explain-gap}} explains"));
            out.push(line(None, 5, words, Role::Dim, String::new(), Some(usize::MAX)));
        }
    } else if let Some(first) = gap.evidence.first().filter(|_| live) {
        out.push(line(None, 5, say::proof(first), Role::Dim, String::new(), Some(usize::MAX)));
    }
    out.push(line(None, 0, String::new(), Role::Text, String::new(), Some(usize::MAX)));
    out
}

fn wrapped(words: &str, width: u16) -> Vec<String> {
    let clean = text::label(words);
    text::wrap_text(&clean, usize::from(width.max(8)))
        .into_iter()
        .map(|(a, b)| clean.get(a..b).unwrap_or_default().trim_end().to_owned())
        .collect()
}
