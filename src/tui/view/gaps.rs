//! Gaps: all of them in a list, and under it the proof of the chosen one.

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
    /// The gap it is of, in the list; the proof, under it.
    at: Option<usize>,
}

impl Line {
    fn new(indent: u16, words: String, role: Role, at: Option<usize>) -> Self {
        Self { sign: None, indent, words, role, right: String::new(), at }
    }
}

/// Rows of a title in the list; the proof says the rest of it.
const TITLE: usize = 3;

/// Draws them: all gaps in a list, and under it what proves the chosen one.
pub fn draw(chart: &ChartPage, pen: &mut Pen<'_>, area: Rect, tops: &mut Tops) -> Option<Position> {
    let focused = chart.pane == Pane::Gaps;
    let mut list = area;
    // Where one pane shows at a time its tab says the same.
    if area.x > 2 {
        super::chart::title(pen, area, &format!("Gaps {}", open(chart)), focused);
        list = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    }
    if chart.data.view.gaps.is_empty() {
        pen.paragraph(Rect { height: 3, ..list }, "No gap. Every item of the checklists is answered or does not apply.", Role::Dim);
        return None;
    }
    let lines: Vec<Line> = chart.data.view.gaps.iter().enumerate().flat_map(|(at, row)| entry(chart, at, row, list.width, pen)).collect();
    let of_chosen = |line: &Line| line.at == Some(chart.gap);
    let first = lines.iter().position(of_chosen).unwrap_or(0);
    let last = lines.iter().rposition(of_chosen).unwrap_or(first);
    // What the list takes depends on the list alone: the rule stands still while the cursor moves.
    let tall = u16::try_from(lines.len()).unwrap_or(u16::MAX).min((list.height.saturating_sub(1) * 11 / 20).max(3)).min(list.height);
    let top = tops.keep("gaps", first, last, lines.len(), usize::from(tall));
    let mut cursor = None;
    for (at, line) in lines.iter().enumerate().skip(top).take(usize::from(tall)) {
        let y = list.y + u16::try_from(at - top).unwrap_or(0);
        row(pen, Rect { y, height: 1, ..list }, line);
        if of_chosen(line) && line.role != Role::Dim {
            pen.select(Rect { x: list.x, y, width: list.width, height: 1 }, focused && chart.proof.is_none());
            cursor = cursor.or(Some(Position::new(list.x, y)));
        }
    }
    let under = Rect { y: list.y + tall, height: list.height - tall, ..list };
    proof(chart, pen, under, tops).or(cursor)
}

fn row(pen: &mut Pen<'_>, area: Rect, line: &Line) {
    if let Some((sign, role)) = line.sign {
        pen.put(area.x, area.y, 1, &sign.to_string(), role);
    }
    let right = u16::try_from(text::width(&line.right)).unwrap_or(0);
    let room = area.width.saturating_sub(line.indent + right + u16::from(right > 0));
    pen.put(area.x + line.indent, area.y, room, &line.words, line.role);
    pen.put_right(area.x, area.y, area.width, &line.right, Role::Dim);
}

/// One gap in the list: its sign and title, and what became of it.
fn entry(chart: &ChartPage, at: usize, row: &GapRow, width: u16, pen: &Pen<'_>) -> Vec<Line> {
    let gap = &row.gap;
    let chosen = at == chart.gap;
    let live = gap.state == GapState::Open;
    if chart.hides(at) {
        let (role, words) =
            if chosen { (Role::Text, pen.say("hidden; {reveal-answer} shows it")) } else { (Role::Dim, "hidden".to_owned()) };
        return vec![Line::new(3, format!("Gap {}: {words}", at + 1), role, Some(at))];
    }
    let role = if live || chosen { Role::Text } else { Role::Negated };
    let (titles, _) = title(&gap.title, width);
    let mut out: Vec<Line> = titles.into_iter().map(|words| Line::new(3, words, role, Some(at))).collect();
    if let Some(first) = out.first_mut() {
        first.sign = Some(if live { (gap.severity.sign(), severity_role(gap.severity)) } else { ('-', Role::Dim) });
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
    out.extend(state.map(|words| Line::new(5, words, Role::Dim, Some(at))));
    out
}

/// A title in the rows that the list has for it, and whether some of it is missing.
fn title(words: &str, width: u16) -> (Vec<String>, bool) {
    let mut rows = wrapped(words, width.saturating_sub(3));
    let cut = rows.len() > TITLE;
    rows.truncate(TITLE);
    if let Some(last) = rows.last_mut().filter(|_| cut) {
        last.push('\u{2026}');
    }
    (rows, cut)
}

/// What proves the chosen gap, under a rule that says how much it is.
fn proof(chart: &ChartPage, pen: &mut Pen<'_>, area: Rect, tops: &mut Tops) -> Option<Position> {
    let shown = area.height > 1 && !chart.hides(chart.gap);
    let row_of = chart.data.view.gaps.get(chart.gap).filter(|_| shown)?;
    let all = row_of.gap.evidence.len();
    let said = match (chart.proof, all) {
        (_, 0) => "Where it looked".to_owned(),
        (Some(at), _) => format!("Proof {} of {all}", at + 1),
        (None, _) => format!("Proof {all}"),
    };
    let lines = proofs(row_of, chart.proof, area.width, pen);
    let chosen = |line: &Line| chart.proof.is_some() && line.at == chart.proof;
    let (first, last) = (lines.iter().position(chosen).unwrap_or(0), lines.iter().rposition(chosen).unwrap_or(0));
    let height = usize::from(area.height - 1);
    let top = tops.keep("proof", first, last.min(first + height.saturating_sub(2)), lines.len(), height);
    let used = pen.put(area.x, area.y, area.width, &said, Role::Dim);
    let more = if lines.len() > top + height { "more below" } else { "" };
    let right = u16::try_from(more.len()).unwrap_or(0);
    pen.rule(area.x + used + 1, area.y, area.width.saturating_sub(used + 1 + right + u16::from(right > 0)));
    pen.put_right(area.x, area.y, area.width, more, Role::Dim);
    let mut cursor = None;
    for (at, line) in lines.iter().enumerate().skip(top).take(height) {
        let y = area.y + 1 + u16::try_from(at - top).unwrap_or(0);
        row(pen, Rect { y, height: 1, ..area }, line);
        if chosen(line) && line.role != Role::Dim {
            pen.select(Rect { y, height: 1, ..area }, chart.pane == Pane::Gaps);
            cursor = cursor.or(Some(Position::new(area.x, y)));
        }
    }
    cursor
}

/// The rows of the proof: the words or values with where they stand, then where it looked and found nothing.
fn proofs(row: &GapRow, chosen: Option<usize>, width: u16, pen: &Pen<'_>) -> Vec<Line> {
    let gap = &row.gap;
    let (wide, mut out) = (width.saturating_sub(3), Vec::new());
    if title(&gap.title, width).1 {
        out.extend(wrapped(&gap.title, wide).into_iter().map(|words| Line::new(3, words, Role::Text, None)));
    }
    out.extend(gap.due.map(|due| Line::new(3, format!("due {}", say::long(&due)), Role::Dim, None)));
    // A long quote shows whole when one steps to it, or in the note.
    let short = if width < 60 { 3 } else { 2 };
    for (n, evidence) in gap.evidence.iter().enumerate() {
        let most = if chosen == Some(n) { 8 } else { short };
        let words = wrapped(&say::proof(evidence), wide);
        let many = words.len();
        for (i, words) in words.into_iter().take(most).enumerate() {
            let words = if i + 1 == most && many > most { format!("{words}\u{2026}") } else { words };
            out.push(Line::new(3, words, Role::Text, Some(n)));
        }
        let source = say::source(evidence);
        let fits = |line: &&mut Line| many <= most && text::width(&line.words) + text::width(&source) + 2 <= usize::from(wide);
        match out.last_mut().filter(fits) {
            Some(last) => last.right = source,
            None => out.push(Line::new(3, source, Role::Dim, Some(n))),
        }
    }
    for searched in &gap.searched {
        let words = format!("looked, not found: {} ({})", searched.what, searched.r#where);
        out.extend(wrapped(&words, wide).into_iter().map(|words| Line::new(3, words, Role::Dim, None)));
    }
    if !gap.counter_evidence.is_empty() {
        let findings = say::count(gap.counter_evidence.len(), "finding speaks", "findings speak");
        out.push(Line::new(3, pen.say(&format!("{findings} against it; {{explain-gap}} explains")), Role::Dim, None));
        for evidence in &gap.counter_evidence {
            let words = format!("against: {}   {}", say::proof(evidence), say::source(evidence));
            out.extend(wrapped(&words, wide).into_iter().map(|words| Line::new(3, words, Role::Dim, None)));
        }
    }
    out
}

fn wrapped(words: &str, width: u16) -> Vec<String> {
    let clean = text::label(words);
    text::wrap_text(&clean, usize::from(width.max(8)))
        .into_iter()
        .map(|(a, b)| clean.get(a..b).unwrap_or_default().trim_end().to_owned())
        .collect()
}
