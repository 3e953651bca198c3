//! Search in all charts: what was asked, what it means, what was found.

use super::list::Tops;
use super::pen::Pen;
use crate::chart::DocumentType;
use crate::tui::layout::Frame;
use crate::tui::model::Model;
use crate::tui::msg::Slot;
use crate::tui::say;
use crate::tui::text;
use crate::tui::theme::Role;
use crate::work::model::SearchHit;
use ratatui::layout::{Position, Rect};

/// Draws it.
pub fn draw(model: &Model, pen: &mut Pen<'_>, stripes: &Frame, tops: &mut Tops) -> Option<Position> {
    let search = &model.search;
    let (head, body) = (stripes.header, stripes.body);
    pen.line(
        head.x,
        head.y,
        head.width.saturating_sub(super::banner_width(model)),
        &[("Search", Role::Accent), ("   all charts", Role::Text)],
    );
    let fresh = search.answered.as_deref() == Some(search.query.as_str()) && !model.jobs.waits(Slot::Search);
    let total = match &search.answered {
        None => String::new(),
        Some(_) => {
            let notes = u64_count(search.page.total);
            if fresh { format!("{notes}, {} ms", search.page.took_ms) } else { notes }
        }
    };
    let y = stripes.sub.y;
    let right = u16::try_from(text::width(&total)).unwrap_or(0);
    let room = head.width.saturating_sub(right + 5);
    let shown = text::label(&search.query);
    let column = text::width(&text::label(search.query.get(..search.at).unwrap_or_default()));
    let skip = column.saturating_sub(usize::from(room).saturating_sub(1));
    let visible: String = skipped(&shown, skip);
    pen.line(head.x, y, room + 2, &[("> ", Role::Accent), (&visible, Role::Title)]);
    pen.put_right(head.x, y, head.width, &total, if fresh { Role::Text } else { Role::Dim });
    let cursor = Position::new(head.x + 2 + u16::try_from(column - skip).unwrap_or(0), y);
    let mut at = stripes.sub.y + 1;
    let page = &search.page;
    if search.query.trim().is_empty() {
        help(pen, body);
        return Some(cursor);
    }
    for issue in page.issues.iter().take(2) {
        pen.line(body.x, at, body.width, &[("? ", Role::Warn), (issue, Role::Text)]);
        at += 1;
    }
    if !page.meaning.is_empty() {
        pen.line(body.x, at, body.width, &[("means  ", Role::Dim), (&page.meaning, Role::Dim)]);
        at += 1;
    }
    for notice in page.notices.iter().take(1) {
        pen.put(body.x, at, body.width, notice, Role::Dim);
        at += 1;
    }
    facets(model, pen, Rect { y: at, height: 1, ..body });
    at += 1 + u16::from(body.height > 14);
    let list = Rect { y: at, height: body.bottom().saturating_sub(at), ..body };
    let each: usize = if list.height >= 12 { 3 } else { 2 };
    let fit = usize::from(list.height) / each;
    if page.hits.is_empty() && fresh {
        pen.put(list.x, list.y, list.width, "nothing found; fewer words find more", Role::Dim);
    }
    let top = tops.keep("search", search.cursor, search.cursor, page.hits.len(), fit);
    for (n, hit) in page.hits.iter().enumerate().skip(top).take(fit) {
        let y = list.y + u16::try_from((n - top) * each).unwrap_or(0);
        draw_hit(pen, Rect { y, height: 2, ..list }, hit, n == search.cursor);
    }
    Some(cursor)
}

fn u64_count(total: u64) -> String {
    say::count(usize::try_from(total).unwrap_or(usize::MAX), "note", "notes")
}

fn skipped(words: &str, columns: usize) -> String {
    let mut used = 0;
    text::pieces(words, false)
        .filter(|p| {
            used += p.width;
            used > columns
        })
        .map(|p| p.shown)
        .collect()
}

fn help(pen: &mut Pen<'_>, area: Rect) {
    let rows = [
        ("heart failure", "both words, in any order"),
        ("\"heart failure\"", "the phrase"),
        ("sepsis or bacteremia", "either"),
        ("ckd not dialysis", "the one without the other"),
        ("creatin*", "words that begin so"),
        ("type:discharge", "in discharge summaries; also author: service: mrn: date:2026-01.."),
        ("sepsis is:negated", "where it is said not to be so"),
    ];
    pen.put(area.x, area.y + 1, area.width, "Type what to look for", Role::Title);
    for (y, (query, means)) in (area.y + 3..area.bottom()).zip(rows) {
        pen.put(area.x, y, 24, query, Role::Text);
        pen.put(area.x + 26, y, area.width.saturating_sub(26), means, Role::Dim);
    }
}

fn facets(model: &Model, pen: &mut Pen<'_>, area: Rect) {
    let mut x = area.x;
    for (field, values) in model.search.page.facets.iter().take(3) {
        let most = values.iter().take(3).map(|(value, n)| format!("{} {n}", type_label(value))).collect::<Vec<_>>().join("  ");
        let more = if values.len() > 3 { " ..." } else { "" };
        let words = format!(" {most}{more}    ");
        let left = area.right().saturating_sub(x);
        x += pen.line(x, area.y, left, &[(field, Role::Title), (&words, Role::Dim)]);
    }
}

/// A document type as a person says it; other words as they are.
fn type_label(name: &str) -> &str {
    DocumentType::from_name(name).map_or(name, |kind| kind.label())
}

fn draw_hit(pen: &mut Pen<'_>, area: Rect, hit: &SearchHit, selected: bool) {
    let (x, y) = (area.x, area.y);
    let date = hit.date.map(|d| d.display()).unwrap_or_default();
    let author = hit.author.as_deref().map(text::surname).unwrap_or_default();
    let name = (area.width / 4).clamp(14, 26);
    let kind = (area.width / 5).clamp(12, 20);
    pen.put(x, y, name, hit.patient.as_deref().unwrap_or("no patient"), Role::Title);
    pen.put(x + name + 1, y, kind, type_label(&hit.document_type), Role::Text);
    let rest = area.width.saturating_sub(name + kind + 2);
    pen.put(x + name + kind + 2, y, rest, &format!("{date}   {author}"), Role::Dim);
    if selected {
        pen.select(area, true);
    }
    snippet(pen, Rect { x: x + 2, y: y + 1, width: area.width.saturating_sub(2), height: 1 }, hit);
}

fn snippet(pen: &mut Pen<'_>, area: Rect, hit: &SearchHit) {
    let first = hit.marks.first().map_or(0, |m| m.0);
    let lead = usize::from(area.width) / 3;
    let clean_start = start_near(&hit.snippet, first, lead);
    let mut used = 0;
    let mut blank = true;
    for piece in text::pieces(&hit.snippet.replace(['\n', '\r', '\t'], " "), pen.ascii).filter(|p| p.start >= clean_start) {
        let space = piece.shown.as_ref() == " ";
        if space && blank {
            continue;
        }
        blank = space;
        let marked = hit.marks.iter().any(|(a, b)| *a <= piece.start && piece.start < *b);
        let left = area.width.saturating_sub(used);
        if usize::from(left) < piece.width {
            break;
        }
        used += pen.cells(area.x + used, area.y, left, &piece.shown, if marked { Role::Hit } else { Role::Text });
    }
}

/// A start that leaves `lead` bytes before the first match, on a word.
fn start_near(snippet: &str, first: usize, lead: usize) -> usize {
    let from = first.saturating_sub(lead);
    if from == 0 {
        return 0;
    }
    let blank = snippet.bytes().enumerate().skip(from).take(lead).find(|(_, b)| b.is_ascii_whitespace());
    blank.map_or(from, |(at, _)| at + 1)
}
