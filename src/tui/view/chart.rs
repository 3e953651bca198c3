//! A chart: who, what is new, documents, the text, the gaps.

use super::lab_summary::Summary;
use super::list::Tops;
use super::pen::Pen;
use super::{gaps, labs, reader, timeline};
use crate::tui::chart_data::DocRow;
use crate::tui::layout::{self, Frame};
use crate::tui::model::{ChartPage, Model, Pane};
use crate::tui::say;
use crate::tui::text;
use crate::tui::theme::Role;
use ratatui::layout::{Position, Rect};

/// Draws it.
pub fn draw(model: &Model, pen: &mut Pen<'_>, size: (u16, u16), tops: &mut Tops) -> Option<Position> {
    let chart = model.chart.as_ref()?;
    let stripes = layout::frame(size);
    let panes = layout::chart(size);
    header(model, chart, pen, &stripes);
    news(model, chart, pen, &stripes);
    if !panes.wide {
        tabs(chart, pen, Rect { height: 1, ..stripes.body });
    }
    let mut cursor = None;
    for pane in Pane::ALL.into_iter().filter(|p| layout::shows(size, chart.pane, *p)) {
        let at = match pane {
            Pane::Documents => documents(chart, pen, panes.documents, tops),
            Pane::Reader => reader::draw(chart, pen, size),
            Pane::Gaps => gaps::draw(chart, pen, panes.gaps, tops),
            Pane::Labs => labs::draw(chart, pen, panes.labs, tops),
            Pane::Timeline => timeline::draw(chart, pen, panes.labs, tops),
        };
        cursor = if chart.pane == pane { at } else { cursor };
    }
    find(chart, pen, stripes.line).or(cursor)
}

/// Who this is, always in the same place.
pub(super) fn header(model: &Model, chart: &ChartPage, pen: &mut Pen<'_>, stripes: &Frame) {
    let view = &chart.data.view;
    let encounter = &view.chart.encounter;
    let patient = view.chart.patient.as_ref();
    // A note without a patient is called by its own name.
    let alone = || if encounter.implied { encounter.name().to_owned() } else { "not given".to_owned() };
    let name = patient.map_or_else(alone, |p| p.display());
    let age = patient.and_then(|p| p.age_at(&encounter.start.unwrap_or(view.as_of))).map_or("-".to_owned(), |a| a.to_string());
    let sex = patient.map_or("-", |p| p.sex.letter());
    let unit = encounter.locations.last().map_or(if encounter.implied { "a note without a stay" } else { "no unit" }, |l| l.name.as_str());
    // Somebody who left is not on a day of anything.
    let left = encounter.end.filter(|end| *end <= view.as_of);
    let (day, over) = match (encounter.day_of_stay(&view.as_of), encounter.gmlos_days) {
        _ if left.is_some() => (left.map(|end| format!("left {}", say::short_day(&end))).unwrap_or_default(), false),
        (Some(day), Some(gmlos)) => (format!("day {day} of {gmlos:.1}"), day as f64 > gmlos),
        (Some(day), None) => (format!("day {day}"), false),
        _ if encounter.implied => (chart.data.document(0).and_then(|d| d.time).map(|t| say::date(&t)).unwrap_or_default(), false),
        _ => ("day not given".to_owned(), false),
    };
    let person = if patient.is_none() && encounter.implied { String::new() } else { format!("  {age} {sex}") };
    let attending = encounter
        .attending
        .as_ref()
        .and_then(|a| a.name.as_deref())
        .map(|n| format!("Dr {}", crate::tui::text::surname(n)))
        .unwrap_or_default();
    let gap = "   ";
    let parts = [
        (name.as_str(), Role::Title),
        (&person, Role::Text),
        (gap, Role::Text),
        (unit, Role::Text),
        (gap, Role::Text),
        (&day, if over { Role::Warn } else { Role::Text }),
        (gap, Role::Text),
        (&attending, Role::Text),
    ];
    let head = stripes.header;
    pen.line(head.x, head.y, head.width.saturating_sub(super::banner_width(model)), &parts);
}

/// What is new, what was said, since when.
fn news(model: &Model, chart: &ChartPage, pen: &mut Pen<'_>, stripes: &Frame) {
    let view = &chart.data.view;
    let encounter = &view.chart.encounter;
    let head = stripes.header;
    let (news, any) = what_is_new(chart);
    let taken = view.claimed.as_ref().map(|who| if *who == model.user { "yours".to_owned() } else { format!("{who} has it") });
    let note = view.note.as_ref().map(|words| format!("note: {words}"));
    let discharged = encounter.end.filter(|end| *end <= view.as_of).map(|end| format!("discharged {}", say::long(&end)));
    let since = discharged.unwrap_or_else(|| say::arrival(encounter));
    // A draft is under way nowhere: nobody was asked yet.
    let drafts = view.queries.iter().filter(|q| q.state.is_draft()).count();
    let waiting = view.queries.iter().filter(|q| !q.state.is_draft() && !q.state.is_over()).count();
    let told = [(drafts, "draft", "drafts"), (waiting, "query under way", "queries under way")];
    let queries: Vec<String> = told.into_iter().filter(|(n, ..)| *n > 0).map(|(n, one, many)| say::count(n, one, many)).collect();
    let queries = queries.join(", ");
    let reason = encounter.reason.as_deref().unwrap_or_default();
    let used = pen.put(head.x, stripes.sub.y, head.width, &news, if any { Role::Text } else { Role::Dim });
    let (taken, note) = (taken.unwrap_or_default(), note.unwrap_or_default());
    let withheld = match view.withheld.len() {
        0 => String::new(),
        n => say::count(n, "note withheld", "notes withheld"),
    };
    let cancelled = match encounter.status.as_deref() {
        _ if encounter.takes_place() => "",
        Some("planned") => "planned",
        _ => "cancelled by its sender",
    };
    let parts = [cancelled, withheld.as_str(), note.as_str(), taken.as_str(), queries.as_str(), since.as_str(), reason];
    // Who pays stands in the worklist alone: queries are written from here.
    let rest = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("   ");
    pen.put(head.x + used + 3, stripes.sub.y, head.width.saturating_sub(used + 3), &rest, Role::Dim);
}

/// What came since this person's last look, and what else they have not read; whether that is anything.
fn what_is_new(chart: &ChartPage) -> (String, bool) {
    let data = &chart.data;
    let unread: Vec<usize> = data.order().filter(|d| data.unseen(*d)).collect();
    let Some(look) = data.view.last_look else {
        let words =
            if unread.is_empty() { "nothing unread".to_owned() } else { say::count(unread.len(), "document to read", "documents to read") };
        return (words, !unread.is_empty());
    };
    let later = |doc: &&usize| data.document(**doc).and_then(|d| d.time).is_none_or(|time| time > look);
    let (fresh, labs) = (unread.iter().filter(later).count(), data.new_labs());
    let new = [(fresh, "new document", "new documents"), (labs, "new lab", "new labs")];
    let new: Vec<String> = new.into_iter().filter(|(n, ..)| *n > 0).map(|(n, one, many)| say::count(n, one, many)).collect();
    let any = !new.is_empty();
    let new = if any { new.join(", ") } else { "nothing new".to_owned() };
    let older = match unread.len() - fresh {
        0 => String::new(),
        n => format!("; {n} from before not read"),
    };
    (format!("{new} since {}{older}", say::long(&data.here(&look))), any)
}

/// The panes by their digits, where one shows at a time.
fn tabs(chart: &ChartPage, pen: &mut Pen<'_>, area: Rect) {
    let mut x = area.x;
    for (at, pane) in Pane::ALL.into_iter().enumerate() {
        let role = if pane == chart.pane { Role::Accent } else { Role::Dim };
        let count = match pane {
            Pane::Documents => format!(" {}", chart.data.notes.len()),
            Pane::Gaps => format!(" {}", gaps::open(chart)),
            _ => String::new(),
        };
        x += pen.put(x, area.y, area.right().saturating_sub(x), &format!("{} {}{count}", at + 1, pane.title()), role) + 3;
    }
}

/// A pane's title: the one with the keys in the accent.
pub fn title(pen: &mut Pen<'_>, area: Rect, words: &str, focused: bool) -> u16 {
    pen.put(area.x, area.y, area.width, words, if focused { Role::Accent } else { Role::Title })
}

fn documents(chart: &ChartPage, pen: &mut Pen<'_>, area: Rect, tops: &mut Tops) -> Option<Position> {
    let focused = chart.pane == Pane::Documents;
    let wide = layout_is_wide(area);
    let mut list = area;
    if wide {
        title(pen, area, "Documents", focused);
        list = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    }
    let summary: Vec<_> = chart
        .data
        .series
        .iter()
        .filter(|s| !s.vital && s.points.len() > 1 && s.points.last().is_some_and(|p| !p.flag.is_empty()))
        .collect();
    let most = usize::from(area.height / 5).max(4);
    let labs = if wide && area.height > 16 { Summary::of(&summary, area.width, most) } else { Summary::default() };
    let labs_height = labs.height();
    list.height = list.height.saturating_sub(labs_height);
    let height = usize::from(list.height);
    let row = chart.data.rows.iter().position(|r| *r == DocRow::Doc(chart.doc)).unwrap_or(0);
    let first = if row > 0 && matches!(chart.data.rows.get(row - 1), Some(DocRow::Day(_))) { row - 1 } else { row };
    let top = tops.keep("documents", first, row, chart.data.rows.len(), height);
    let mut cursor = None;
    for (at, row) in chart.data.rows.iter().enumerate().skip(top).take(height) {
        let y = list.y + u16::try_from(at - top).unwrap_or(0);
        match row {
            DocRow::Day(day) => {
                pen.put(list.x + 2, y, list.width - 2, day, Role::Dim);
            }
            DocRow::Doc(doc) => {
                document(chart, pen, Rect { y, height: 1, ..list }, *doc, wide);
                if *doc == chart.doc {
                    pen.select(Rect { y, height: 1, ..list }, focused);
                    cursor = Some(Position::new(list.x, y));
                }
            }
        }
    }
    if labs_height > 0 {
        labs.draw(pen, Rect { y: list.bottom() + 1, height: labs_height.saturating_sub(1), ..area });
    }
    cursor
}

fn layout_is_wide(area: Rect) -> bool {
    area.width < 40
}

fn document(chart: &ChartPage, pen: &mut Pen<'_>, area: Rect, doc: usize, short: bool) {
    let (Some(document), Some(note)) = (chart.data.document(doc), chart.data.notes.get(doc)) else { return };
    let (x, y) = (area.x, area.y);
    let unseen = chart.data.unseen(doc);
    pen.put(x, y, 1, if unseen { "*" } else { " " }, Role::Accent);
    let clock = document.time.map(|t| say::clock(&t)).unwrap_or_default();
    pen.put(x + 2, y, 5, &clock, Role::Dim);
    let role = if unseen { Role::Title } else { Role::Text };
    if short {
        let label = note.label.trim_end_matches(" note").trim_end_matches(" report").trim_end_matches(" summary");
        let author = area.width.saturating_sub(8 + 10);
        pen.put(x + 8, y, 9, label, role);
        pen.put(x + 18, y, author, &note.author, Role::Dim);
    } else {
        pen.put(x + 8, y, 18, note.label, role);
        pen.put(x + 27, y, 14, &note.author, Role::Text);
        let title = document.title.as_deref().unwrap_or_default();
        pen.put(x + 42, y, area.width.saturating_sub(42), title, Role::Dim);
    }
}

/// Words that a find looks for beside those that were typed, as many as have room; how many there are besides.
fn added(also: &[(String, Vec<String>)], room: usize) -> String {
    let total: usize = also.iter().map(|(_, words)| words.len()).sum();
    let mut told = String::new();
    let mut count = 0;
    for (word, words) in also {
        for (n, synonym) in words.iter().enumerate() {
            let lead = match (n, told.is_empty()) {
                (0, true) => format!("{word}: also "),
                (0, false) => format!("; {word}: also "),
                _ => ", ".to_owned(),
            };
            if text::width(&told) + text::width(&lead) + text::width(synonym) + " and 00 more".len() > room {
                return if count == 0 {
                    format!("with {}", say::count(total, "synonym", "synonyms"))
                } else {
                    format!("{told} and {} more", total - count)
                };
            }
            told.push_str(&lead);
            told.push_str(synonym);
            count += 1;
        }
    }
    told
}

/// The find line: what is looked for, and how many places there are.
fn find(chart: &ChartPage, pen: &mut Pen<'_>, area: Rect) -> Option<Position> {
    let find = &chart.find;
    if !find.typing && (!find.told || find.words.is_empty()) {
        return None;
    }
    let used =
        pen.line(area.x, area.y, area.width, &[("/ ", if find.typing { Role::Accent } else { Role::Dim }), (&find.words, Role::Text)]);
    let here = chart.current.and_then(|c| find.hits.iter().position(|h| *h == c));
    let words = match (find.words.is_empty(), find.hits.len(), here) {
        (true, ..) => String::new(),
        (_, 0, _) => "nothing in this chart".to_owned(),
        (_, all, Some(at)) => format!("{} of {all}", at + 1),
        (_, all, None) => say::count(all, "place", "places"),
    };
    let room = usize::from(area.width.saturating_sub(used + 3)).saturating_sub(text::width(&words) + 3);
    let words = if find.also.is_empty() { words } else { format!("{words}   {}", added(&find.also, room)) };
    pen.put(area.x + used + 3, area.y, area.width.saturating_sub(used + 3), &words, Role::Dim);
    // What could not be understood covers the last row of the note.
    if let Some(issue) = find.issues.first() {
        let above = Rect { y: area.y.saturating_sub(1), height: 1, ..area };
        pen.clear(above);
        pen.told(above, ("? ", Role::Warn), issue, Role::Text);
    }
    find.typing.then(|| Position::new(area.x + used, area.y))
}
