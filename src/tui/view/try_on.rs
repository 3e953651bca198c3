//! The screen that tries items on a text: the text with the words that decided, and what fires and what almost does.

use super::list::Tops;
use super::pen::Pen;
use super::queries::wrap;
use super::worklist::severity_role;
use crate::tui::edit;
use crate::tui::layout::Frame;
use crate::tui::model::Model;
use crate::tui::msg::Slot;
use crate::tui::say;
use crate::tui::text;
use crate::tui::theme::Role;
use crate::tui::try_on::{Row, TryPage, panes};
use ratatui::layout::{Position, Rect};

/// One row of the list.
struct Line {
    /// The row of the page that it belongs to.
    row: Option<usize>,
    /// Whether it is the first of that row.
    head: bool,
    indent: u16,
    parts: Vec<(String, Role)>,
}

/// Draws it.
pub fn draw(model: &Model, pen: &mut Pen<'_>, stripes: &Frame, tops: &mut Tops) -> Option<Position> {
    let page = &model.try_on;
    let head = stripes.header;
    let room = head.width.saturating_sub(super::banner_width(model));
    let whose = match &model.try_on.file {
        Some(file) => format!("   of {}", text::label(file)),
        None => "   on a text of your own".to_owned(),
    };
    pen.line(head.x, head.y, room, &[("Try items", Role::Accent), (&whose, Role::Text)]);
    pen.put(head.x, stripes.sub.y, head.width, &counts(model), Role::Dim);
    let (left, right) = panes(stripes.body);
    let typed = text_pane(page, pen, left, tops);
    let listed = list_pane(model, pen, right, tops);
    if page.on_list { listed } else { Some(typed) }
}

fn counts(model: &Model) -> String {
    let (page, found) = (&model.try_on, &model.try_on.found);
    if model.jobs.waits(Slot::TryOn) && !page.answered {
        return "reading".to_owned();
    }
    if !page.answered {
        return "nothing of this text is kept".to_owned();
    }
    if page.unread.is_some() {
        return "the file could not be read".to_owned();
    }
    if !page.mistakes.is_empty() {
        return format!("{} in the file: nothing is asked", say::count(page.mistakes.len(), "mistake", "mistakes"));
    }
    let fires = say::count(found.fired.len(), "gap", "gaps");
    if page.file.is_some() {
        let items = say::count(found.asked + found.unasked.len(), "item", "items");
        return format!("no mistake in the file   {items}   {fires}   {} silent", found.almost.len());
    }
    let said = if page.kind.is_some() { "taken for" } else { "read as" };
    let other = model.keys.fill("{kind-of-note} another kind");
    format!(
        "{said} {} ({other})   {} items asked   {fires}   {} almost",
        found.document_type.label().to_lowercase(),
        found.asked,
        found.almost.len()
    )
}

fn text_pane(page: &TryPage, pen: &mut Pen<'_>, area: Rect, tops: &mut Tops) -> Position {
    super::chart::title(pen, area, "Text", !page.on_list);
    let body = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    let width = usize::from(body.width.max(1));
    if page.text.is_empty() {
        let hint = "Paste a note here, or type one.";
        pen.put(body.x, body.y, body.width, hint, Role::Dim);
        return Position::new(body.x, body.y);
    }
    let rows = text::wrap_text(&page.text, width);
    let words = page.words();
    let (row, column) = match words.first().filter(|_| page.on_list) {
        Some((start, _)) => edit::position(&page.text, *start, width),
        None => edit::position(&page.text, page.cursor, width),
    };
    let height = usize::from(body.height);
    let top = tops.keep("try text", row, row, rows.len(), height);
    let fired = page.all_words();
    for (at, (start, end)) in rows.iter().enumerate().skip(top).take(height) {
        let y = body.y + u16::try_from(at - top).unwrap_or(0);
        let shown = page.text.get(*start..*end).unwrap_or_default().trim_end();
        pen.put(body.x, y, body.width, shown, Role::Text);
        for (spans, role) in [(&fired, Role::Evidence), (&words, Role::Current)] {
            for (from, to) in spans {
                let (from, to) = ((*from).max(*start), (*to).min(start + shown.len()));
                if from < to {
                    over(pen, body, y, &page.text, (*start, from, to), role);
                }
            }
        }
    }
    if rows.len() > top + height {
        pen.put_right(area.x, area.y, area.width, "more below", Role::Dim);
    }
    let x = body.x + u16::try_from(column).unwrap_or(0);
    Position::new(x.min(body.right().saturating_sub(1)), body.y + u16::try_from(row.saturating_sub(top)).unwrap_or(0))
}

/// Lays a role over some bytes of a row that starts at the first of three places.
fn over(pen: &mut Pen<'_>, body: Rect, y: u16, source: &str, (start, from, to): (usize, usize, usize), role: Role) {
    let columns = |a: usize, b: usize| u16::try_from(text::width(source.get(a..b).unwrap_or_default())).unwrap_or(0);
    let x = body.x + columns(start, from);
    pen.over(Rect { x, y, width: columns(from, to).min(body.right().saturating_sub(x)), height: 1 }, role);
}

fn list_pane(model: &Model, pen: &mut Pen<'_>, area: Rect, tops: &mut Tops) -> Option<Position> {
    let page = &model.try_on;
    super::chart::title(pen, area, if page.mistakes.is_empty() { "What the items say" } else { "Mistakes" }, page.on_list);
    let body = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    if !page.answered {
        let words = "Which items fire, on which words and why, and which almost did, shows here as you write.";
        pen.paragraph(body, words, Role::Dim);
        return None;
    }
    let lines = lines(model, body.width);
    let own = |line: &Line| line.row == Some(page.row);
    let first = lines.iter().position(own).unwrap_or(0);
    let height = usize::from(body.height);
    let last = lines.iter().rposition(own).unwrap_or(first).min(first + height.saturating_sub(3));
    let top = tops.keep("try list", first, last, lines.len(), height);
    let mut cursor = None;
    for (at, line) in lines.iter().enumerate().skip(top).take(height) {
        let y = body.y + u16::try_from(at - top).unwrap_or(0);
        let parts: Vec<(&str, Role)> = line.parts.iter().map(|(words, role)| (words.as_str(), *role)).collect();
        pen.line(body.x + line.indent, y, body.width.saturating_sub(line.indent), &parts);
        if line.head && own(line) {
            pen.select(Rect { x: body.x, y, width: body.width, height: 1 }, page.on_list);
            cursor = Some(Position::new(body.x, y));
        }
    }
    if lines.len() > top + height {
        pen.put_right(area.x, area.y, area.width, "more below", Role::Dim);
    }
    cursor
}

fn lines(model: &Model, width: u16) -> Vec<Line> {
    let page = &model.try_on;
    let mut out = Vec::new();
    let heading = |words: &str| Line { row: None, head: false, indent: 0, parts: vec![(words.to_owned(), Role::Title)] };
    let blank = || Line { row: None, head: false, indent: 0, parts: Vec::new() };
    let told = |words: String, role: Role| Line { row: None, head: false, indent: 0, parts: vec![(words, role)] };
    if let Some(why) = &page.unread {
        out.extend(wrap(why, usize::from(width)).into_iter().map(|words| told(words, Role::Alert)));
        out.push(told(model.keys.fill("{checklist-file} takes another file"), Role::Dim));
        return out;
    }
    if page.mistakes.is_empty() && page.found.fired.is_empty() {
        out.push(told("no item fires on this text".to_owned(), Role::Ok));
    }
    for (at, row) in page.rows().enumerate() {
        if at == page.found.fired.len() && page.mistakes.is_empty() {
            out.extend([blank(), heading(if page.file.is_some() { "Silent" } else { "Almost" })]);
        }
        match row {
            Row::Mistake(mistake) => {
                let title = format!("line {}: {}", mistake.line, mistake.what);
                entry(&mut out, (at, page.row), ("!".to_owned(), Role::Alert), &title, width);
                if at == page.row {
                    more(&mut out, at, &format!("column {}: expected {}", mistake.column, mistake.expected), Role::Text, width);
                    mistake.hint.iter().for_each(|hint| more(&mut out, at, hint, Role::Text, width));
                    more(&mut out, at, &model.keys.fill("mend it, then {try-again}; {edit-checklist} opens your editor"), Role::Dim, width);
                }
            }
            Row::Fired(fired) => {
                let sign = (fired.gap.severity.sign().to_string(), severity_role(fired.gap.severity));
                entry(&mut out, (at, page.row), sign, &fired.gap.title, width);
                if at == page.row {
                    fired.gap.evidence.iter().take(3).for_each(|e| more(&mut out, at, &say::proof(e), Role::Text, width));
                    more(&mut out, at, &model.keys.fill(&format!("{}   {{explain-item}} explains", fired.gap.item)), Role::Dim, width);
                }
            }
            Row::Almost(near) => {
                let title = format!("{}   {}", near.about, near.item);
                entry(&mut out, (at, page.row), ("-".to_owned(), Role::Dim), &title, width);
                if at == page.row {
                    near.holds.iter().take(3).for_each(|words| more(&mut out, at, &format!("yes  {words}"), Role::Text, width));
                    near.but.iter().take(4).for_each(|words| more(&mut out, at, &format!("but  {words}"), Role::Dim, width));
                }
            }
        }
    }
    if !page.found.unasked.is_empty() {
        out.extend([blank(), heading("Not asked of a text alone, or not in force")]);
        out.extend(page.found.unasked.iter().map(|id| told(format!("-  {id}"), Role::Dim)));
        out.push(told("`lacuna checklist test` runs their examples".to_owned(), Role::Dim));
    }
    out
}

/// The first rows of an item: its sign and its title, whole for the selected one.
fn entry(out: &mut Vec<Line>, (at, selected): (usize, usize), sign: (String, Role), title: &str, width: u16) {
    let wrapped = wrap(title, usize::from(width.saturating_sub(3)));
    let shown = if at == selected { wrapped.len() } else { 1 };
    for (n, words) in wrapped.iter().take(shown).enumerate() {
        let words = if n + 1 == shown && shown < wrapped.len() { format!("{words}\u{2026}") } else { words.clone() };
        if n == 0 {
            let parts = vec![sign.clone(), ("  ".to_owned(), Role::Text), (words, Role::Text)];
            out.push(Line { row: Some(at), head: true, indent: 0, parts });
        } else {
            out.push(Line { row: Some(at), head: false, indent: 3, parts: vec![(words, Role::Text)] });
        }
    }
}

fn more(out: &mut Vec<Line>, at: usize, words: &str, role: Role, width: u16) {
    for words in wrap(words, usize::from(width.saturating_sub(5))).into_iter().take(3) {
        out.push(Line { row: Some(at), head: false, indent: 5, parts: vec![(words, role)] });
    }
}
