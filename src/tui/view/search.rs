//! Search in all charts: what was asked, what it means, what was found, and the note behind the hit.

use super::list::Tops;
use super::pen::Pen;
use crate::chart::DocumentType;
use crate::tui::layout::Frame;
use crate::tui::model::{Earlier, Model, SearchState};
use crate::tui::msg::Slot;
use crate::tui::say;
use crate::tui::text;
use crate::tui::theme::Role;
use crate::work::model::SearchHit;
use ratatui::layout::{Position, Rect};

/// From this many columns on, facets and preview stand beside the hits.
const BESIDE: u16 = 100;

/// What stands before the meaning of a query.
const MEANS: &str = "means  ";

/// Values of a facet that show at once.
const VALUES: usize = 4;

/// Draws it.
pub fn draw(model: &Model, pen: &mut Pen<'_>, stripes: &Frame, tops: &mut Tops) -> Option<Position> {
    let search = &model.search;
    let (head, body) = (stripes.header, stripes.body);
    let order = if search.by_date { "newest first" } else { "best first" };
    let width = head.width.saturating_sub(super::banner_width(model));
    pen.line(head.x, head.y, width, &[("Search", Role::Accent), ("   all charts", Role::Text), ("   ", Role::Text), (order, Role::Dim)]);
    let cursor = input(model, pen, stripes.sub);
    if search.query.trim().is_empty() {
        earlier(search, pen, body, tops);
        return Some(cursor);
    }
    let mut at = explained(search, pen, Rect { y: stripes.sub.y + 1, height: 4, ..body });
    let beside = body.width + 2 >= BESIDE;
    if beside {
        at += 1;
        let left = body.width * 11 / 20;
        let rest = body.bottom().saturating_sub(at);
        hits(model, pen, Rect { x: body.x, y: at, width: left, height: rest }, tops);
        let right = Rect { x: body.x + left + 3, y: at, width: body.width.saturating_sub(left + 3), height: rest };
        let used = facets_beside(search, pen, right);
        let gap = if used > 0 { used + 1 } else { 0 };
        preview(search, pen, Rect { y: right.y + gap, height: right.height.saturating_sub(gap), ..right });
    } else {
        facets_line(search, pen, Rect { y: at, height: 1, ..body });
        at += 1 + u16::from(body.height > 14);
        let rest = body.bottom().saturating_sub(at);
        let under = if rest >= 14 { 6 } else { 0 };
        hits(model, pen, Rect { y: at, height: rest - under, ..body }, tops);
        if under > 0 && search.selected().is_some() {
            pen.rule(body.x, body.bottom() - under, body.width);
            preview(search, pen, Rect { y: body.bottom() - under + 1, height: under - 1, ..body });
        }
    }
    Some(cursor)
}

/// The query with its cursor, what could be typed next, and the true total at the right.
fn input(model: &Model, pen: &mut Pen<'_>, area: Rect) -> Position {
    let search = &model.search;
    let fresh = search.answered.as_deref() == Some(search.query.as_str()) && !model.jobs.waits(Slot::Search);
    let total = match &search.answered {
        None => String::new(),
        Some(_) => {
            let notes = say::count(usize::try_from(search.page.total).unwrap_or(usize::MAX), "note", "notes");
            if fresh { format!("{notes}, {} ms", search.page.took_ms) } else { notes }
        }
    };
    let right = u16::try_from(text::width(&total)).unwrap_or(0);
    let room = area.width.saturating_sub(right + 5);
    let shown = text::label(&search.query);
    let column = text::width(&text::label(search.query.get(..search.at).unwrap_or_default()));
    let skip = column.saturating_sub(usize::from(room).saturating_sub(1));
    let visible = skipped(&shown, skip);
    let role = if search.earlier_kept { Role::Select } else { Role::Title };
    let used = pen.line(area.x, area.y, room + 2, &[("> ", Role::Accent), (&visible, role)]);
    if search.at == search.query.len() && !search.completions.is_empty() {
        let all: Vec<&str> = search.completions.iter().take(6).map(|c| c.insert.as_str()).collect();
        let words = format!("   Tab {}", all.join("  "));
        pen.put(area.x + used, area.y, (room + 2).saturating_sub(used), &words, Role::Dim);
    }
    pen.put_right(area.x, area.y, area.width, &total, if fresh { Role::Text } else { Role::Dim });
    Position::new(area.x + 2 + u16::try_from(column - skip).unwrap_or(0), area.y)
}

/// What could not be understood, what was, and what one must know of the total. Gives the row after it.
fn explained(search: &SearchState, pen: &mut Pen<'_>, area: Rect) -> u16 {
    let page = &search.page;
    let mut at = area.y;
    for issue in page.issues.iter().take(2) {
        at += pen.told(Rect { y: at, height: 2, ..area }, ("? ", Role::Warn), issue, Role::Text);
    }
    if !page.meaning.is_empty() {
        let also = page.synonyms.first().map_or(String::new(), |(_, also)| format!("   {}", also.join(", ")));
        // The meaning shows whole where it can; the synonyms take what room is left.
        let long = text::width(&page.meaning) + MEANS.len() > usize::from(area.width);
        let words = if long { page.meaning.clone() } else { format!("{}{also}", page.meaning) };
        at += pen.told(Rect { y: at, height: 1 + u16::from(long), ..area }, (MEANS, Role::Dim), &words, Role::Dim);
    }
    for notice in page.notices.iter().take(1) {
        pen.put(area.x, at, area.width, notice, Role::Dim);
        at += 1;
    }
    at
}

fn hits(model: &Model, pen: &mut Pen<'_>, area: Rect, tops: &mut Tops) {
    let search = &model.search;
    let page = &search.page;
    let fresh = search.answered.as_deref() == Some(search.query.as_str()) && !model.jobs.waits(Slot::Search);
    let each: usize = if area.height >= 12 { 3 } else { 2 };
    let fit = usize::from(area.height + 1) / each;
    if page.hits.is_empty() && fresh {
        pen.put(area.x, area.y, area.width, "nothing found; fewer words find more", Role::Dim);
    }
    let top = tops.keep("search", search.cursor, search.cursor, page.hits.len(), fit);
    for (n, hit) in page.hits.iter().enumerate().skip(top).take(fit) {
        let y = area.y + u16::try_from((n - top) * each).unwrap_or(0);
        draw_hit(pen, Rect { y, height: 2, ..area }, hit, n == search.cursor, search.facet.is_none());
    }
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

/// Nothing is typed yet: searches of one's own first, then what can be typed.
fn earlier(search: &SearchState, pen: &mut Pen<'_>, area: Rect, tops: &mut Tops) {
    let rows: Vec<Earlier<'_>> = search.earlier().collect();
    let mut y = area.y + 1;
    if !rows.is_empty() {
        pen.put(area.x, y, area.width, "Your searches", Role::Title);
        y += 2;
        let fit = usize::from(area.height.saturating_sub(12)).clamp(3, 10);
        let top = tops.keep("earlier", search.cursor, search.cursor, rows.len(), fit);
        for (n, row) in rows.iter().enumerate().skip(top).take(fit) {
            let name = row.name.unwrap_or("");
            pen.put(area.x, y, 24, name, Role::Text);
            let role = if row.name.is_some() { Role::Dim } else { Role::Text };
            pen.put(area.x + 26, y, area.width.saturating_sub(26), row.query, role);
            if n == search.cursor {
                pen.select(Rect { y, height: 1, ..area }, true);
            }
            y += 1;
        }
        y += 1;
    }
    pen.put(area.x, y, area.width, "Type what to look for", Role::Title);
    let rows = [
        ("heart failure", "both words, in any order; synonyms are added and shown"),
        ("\"heart failure\"", "the phrase, exactly"),
        ("sepsis is:present", "said to be so; also possible, historical, negated, family"),
        ("section:plan lasix", "what stands in that section"),
        ("creatinine > 2 mg/dL", "a value in the note; units are converted"),
        ("kidney near/5 stage", "near each other"),
        ("ckd not dialysis", "the one without the other; or, and, ( )"),
        ("creatin*  pnemonia~", "words that begin so; words with a slip"),
        ("type:discharge", "also author: service: patient: mrn: date:2026-01.. gap: query:"),
    ];
    for (y, (query, means)) in (y + 2..area.bottom()).zip(rows) {
        pen.put(area.x, y, 24, query, Role::Text);
        pen.put(area.x + 26, y, area.width.saturating_sub(26), means, Role::Dim);
    }
}

/// One line: the most frequent values of each facet; the one under the cursor, when facets have the keys.
fn facets_line(search: &SearchState, pen: &mut Pen<'_>, area: Rect) {
    if let Some(cursor) = search.facet {
        let all: Vec<(&str, &str, u64)> = search.facets().collect();
        let mut x = area.x;
        for (n, (field, value, count)) in all.iter().enumerate().skip(cursor.saturating_sub(1)) {
            let words = format!("{field}: {} {count}", value_label(field, value));
            let used = pen.put(x, area.y, area.right().saturating_sub(x), &words, if n == cursor { Role::Accent } else { Role::Dim });
            x += used + 3;
            if x >= area.right() {
                break;
            }
        }
        return;
    }
    let mut x = area.x;
    for (field, values) in search.page.facets.iter().take(4) {
        let most = values.iter().take(3).map(|(value, n)| format!("{} {n}", value_label(field, value))).collect::<Vec<_>>().join("  ");
        let more = if values.len() > 3 { " ..." } else { "" };
        let words = format!(" {most}{more}    ");
        let left = area.right().saturating_sub(x);
        x += pen.line(x, area.y, left, &[(field, Role::Title), (&words, Role::Dim)]);
    }
}

/// A column: each facet with its values, numbers at the right. Gives the rows it took.
fn facets_beside(search: &SearchState, pen: &mut Pen<'_>, area: Rect) -> u16 {
    let half = area.width.saturating_sub(3) / 2;
    let mut number = 0;
    let mut tall = 0;
    for (n, (field, values)) in search.page.facets.iter().take(4).enumerate() {
        let column = u16::try_from(n % 2).unwrap_or(0);
        let x = area.x + column * (half + 3);
        let top = area.y + u16::try_from(n / 2).unwrap_or(0) * (u16::try_from(VALUES).unwrap_or(4) + 2);
        let title = match field.as_str() {
            "type" => "Type",
            "author" => "Author",
            "service" => "Service",
            _ => "Month",
        };
        pen.put(x, top, half, title, Role::Title);
        // The values around the cursor show, where it is in this facet.
        let own = search.facet.and_then(|at| at.checked_sub(number)).filter(|at| *at < values.len());
        let first = own.map_or(0, |at| at.saturating_sub(VALUES - 1));
        for (row, (value, count)) in values.iter().enumerate().skip(first).take(VALUES) {
            let y = top + 1 + u16::try_from(row - first).unwrap_or(0);
            if y >= area.bottom() {
                break;
            }
            let digits = count.to_string();
            let room = half.saturating_sub(u16::try_from(digits.len()).unwrap_or(0) + 1);
            let role = if own == Some(row) { Role::Accent } else { Role::Text };
            pen.put(x, y, room, &value_label(field, value), role);
            pen.put_right(x, y, half, &digits, Role::Dim);
            tall = tall.max(y + 1 - area.y);
        }
        number += values.len();
    }
    tall
}

/// A value as a person says it.
fn value_label(field: &str, value: &str) -> String {
    match field {
        _ if value.is_empty() => "none given".to_owned(),
        "type" => type_label(value).to_owned(),
        "author" => text::label(value),
        _ => value.to_owned(),
    }
}

/// A document type as a person says it; other words as they are.
fn type_label(name: &str) -> &str {
    DocumentType::from_name(name).map_or(name, |kind| kind.label())
}

fn draw_hit(pen: &mut Pen<'_>, area: Rect, hit: &SearchHit, selected: bool, focused: bool) {
    let (x, y) = (area.x, area.y);
    let date = hit.date.map(|d| d.display()).unwrap_or_default();
    let author = hit.author.as_deref().map(text::surname).unwrap_or_default();
    let name = (area.width / 4).clamp(14, 26);
    let kind = (area.width / 4).clamp(12, 20);
    // A note without a patient is told from the others by what it is called, or by the stay it stands for.
    let called = || hit.title.as_deref().or(hit.encounter.as_deref()).unwrap_or("no patient given");
    pen.put(x, y, name, hit.patient.as_deref().unwrap_or_else(called), Role::Title);
    pen.put(x + name + 1, y, kind, type_label(&hit.document_type), Role::Text);
    let rest = area.width.saturating_sub(name + kind + 2);
    pen.put(x + name + kind + 2, y, rest, &format!("{date}   {author}"), Role::Dim);
    if selected {
        pen.select(area, focused);
    }
    snippet(pen, Rect { x: x + 2, y: y + 1, width: area.width.saturating_sub(2), height: 1 }, hit);
}

fn snippet(pen: &mut Pen<'_>, area: Rect, hit: &SearchHit) {
    let first = hit.marks.first().map_or(0, |m| m.0);
    let lead = usize::from(area.width) / 3;
    let clean_start = start_near(&hit.snippet, first, lead);
    let words = hit.snippet.replace(['\n', '\r', '\t'], " ");
    let mut blank = true;
    let mut pieces: Vec<_> = text::pieces(&words, pen.ascii).filter(|p| p.start >= clean_start).collect();
    pieces.retain(|piece| {
        let again = std::mem::replace(&mut blank, piece.shown.as_ref() == " ");
        !(again && blank)
    });
    // What goes on beyond the edge says so.
    let width = usize::from(area.width);
    let cut = pieces.iter().map(|piece| piece.width).sum::<usize>() > width;
    let room = if cut { width.saturating_sub(1) } else { width };
    let mut used: u16 = 0;
    for piece in pieces {
        if usize::from(used) + piece.width > room {
            break;
        }
        let role = if marked(&hit.marks, piece.start) { Role::Hit } else { Role::Text };
        used += pen.cells(area.x + used, area.y, area.width.saturating_sub(used), &piece.shown, role);
    }
    if cut && width > 0 {
        pen.put(area.x + used, area.y, 1, "\u{2026}", Role::Dim);
    }
}

fn marked(marks: &[(usize, usize)], at: usize) -> bool {
    marks.iter().any(|(a, b)| *a <= at && at < *b)
}

/// The note around the words found, as it is written, with everything marked that the query found there.
fn preview(search: &SearchState, pen: &mut Pen<'_>, area: Rect) {
    let Some(hit) = search.selected() else { return };
    let section = hit.section.as_deref().map(|s| format!("   in {}", s.replace('_', " "))).unwrap_or_default();
    pen.line(area.x, area.y, area.width, &[(type_label(&hit.document_type), Role::Title), (&section, Role::Dim)]);
    let area = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    let shown = &hit.preview;
    let rows = text::wrap_text(shown, usize::from(area.width.max(1)));
    let first = hit.preview_marks.first().map_or(0, |m| m.0);
    let here = rows.iter().rposition(|(start, _)| *start <= first).unwrap_or(0);
    let height = usize::from(area.height);
    let top = here.saturating_sub(height / 3).min(rows.len().saturating_sub(height));
    for (y, (start, end)) in (area.y..area.bottom()).zip(rows.into_iter().skip(top)) {
        let mut used = 0;
        for piece in text::pieces(shown.get(start..end).unwrap_or_default(), pen.ascii) {
            let left = area.width.saturating_sub(used);
            if usize::from(left) < piece.width {
                break;
            }
            let role = if marked(&hit.preview_marks, start + piece.start) { Role::Hit } else { Role::Dim };
            used += pen.cells(area.x + used, y, left, &piece.shown, role);
        }
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
