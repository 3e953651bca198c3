//! The worklist: columns that do not move, and what the selected row is about.

use super::list::Tops;
use super::pen::Pen;
use crate::checklist::Severity;
use crate::tui::layout::Frame;
use crate::tui::model::{Columns as Chosen, Model, Sort, WorklistPage};
use crate::tui::say;
use crate::tui::text;
use crate::tui::theme::Role;
use crate::work::model::WorklistRow;
use ratatui::layout::{Position, Rect};

/// The width of the column that says who pays.
const PAYER: u16 = 19;

/// Where the columns stand, from the width and from what somebody chose to see.
struct Columns {
    age: u16,
    unit: Option<u16>,
    day: Option<u16>,
    attending: Option<u16>,
    service: Option<u16>,
    payer: Option<u16>,
    why: u16,
    why_width: u16,
    gaps: u16,
    queries: Option<u16>,
    queries_width: u16,
    next: Option<u16>,
}

impl Columns {
    fn new(width: u16, chosen: Chosen) -> Self {
        let roomy = width >= 76;
        let wide = width >= 110;
        let age = 2 + if wide { 19 } else { 15 + 2 * u16::from(roomy) };
        let mut x = age + 6;
        let mut place = |name: &str, wide: u16, fits: bool| {
            (fits && chosen.shows(name)).then(|| {
                let at = x;
                x += wide;
                at
            })
        };
        let unit = place("unit", if wide { 8 } else { 6 + u16::from(roomy) }, true);
        let day = place("day", 10, roomy);
        let attending = place("attending", 13, width >= 110);
        let service = place("service", 19, width >= 120);
        let next = (wide && chosen.shows("next")).then(|| width - 9);
        // Without room for all of it a word says which kind of query there is.
        let queries_width = if wide { 16 } else { 6 };
        let right = next.unwrap_or(width);
        let queries = chosen.shows("queries").then(|| right.saturating_sub(queries_width));
        let gaps = queries.unwrap_or(right).saturating_sub(if wide { 6 } else { 5 });
        // The reasons keep some room: they are why the list is looked at.
        let payer = Some(x).filter(|x| wide && chosen.shows("payer") && x + PAYER + 18 <= gaps);
        let why = x + payer.map_or(0, |_| PAYER);
        Self { age, unit, day, attending, service, payer, why, why_width: gaps.saturating_sub(why + 1), gaps, queries, queries_width, next }
    }

    /// Whether queries have room for words.
    fn in_words(&self) -> bool {
        self.queries_width > 6
    }
}

/// One word for the queries of a chart, the most pressing kind of them.
fn query_word(queries: &str) -> Option<(&'static str, Role)> {
    [("answered", "reply", Role::Ok), ("open", "open", Role::Text), ("draft", "draft", Role::Dim)]
        .into_iter()
        .find(|(word, ..)| queries.contains(word))
        .map(|(_, shown, role)| (shown, role))
}

/// The role of a severity.
pub fn severity_role(severity: Severity) -> Role {
    match severity {
        Severity::High => Role::Alert,
        Severity::Warn => Role::Warn,
        Severity::Info => Role::Dim,
    }
}

/// Draws it.
pub fn draw(model: &Model, pen: &mut Pen<'_>, stripes: &Frame, tops: &mut Tops) -> Option<Position> {
    let page = &model.worklist;
    let (head, sub, body) = (stripes.header, stripes.sub, stripes.body);
    let room = head.width.saturating_sub(super::banner_width(model));
    pen.line(head.x, head.y, room, &[("Lacuna", Role::Accent), ("   Worklist ", Role::Title), (page.view.label(), Role::Text)]);
    counts(model, pen, sub);
    let detail = detail_rows(body.height);
    let columns = Columns::new(body.width, page.columns);
    if page.loaded {
        head_row(pen, body, &columns);
    }
    let rows_area = Rect { y: body.y + 1, height: body.height.saturating_sub(1 + detail), ..body };
    let height = usize::from(rows_area.height);
    if page.shown.is_empty() {
        let words = match (page.loaded, page.filter.is_empty()) {
            (false, _) => "reading the charts",
            (true, true) if page.group.is_some() => "no chart of this one in this view; {go-back} shows all of them again",
            (true, true) if page.only.is_some() => "the search finds nothing in any stay; {go-back} shows all charts again",
            (true, true) => "no chart in this view; {choose-view} shows how many there are in each",
            (true, false) => "no chart fits the filter; {go-back} clears it",
        };
        let words = pen.say(words);
        pen.put(body.x + 2, rows_area.y + 1, body.width, &words, Role::Dim);
    }
    let top = tops.keep("worklist", page.cursor, page.cursor, page.shown.len(), height);
    let visible = page.shown.iter().enumerate().skip(top).take(height).filter_map(|(at, place)| Some((at, page.list.rows.get(*place)?)));
    for (at, row) in visible {
        let y = rows_area.y + u16::try_from(at - top).unwrap_or(0);
        draw_row(model, pen, Rect { y, height: 1, ..rows_area }, row, &columns, at == page.cursor);
    }
    let cursor_y = rows_area.y + u16::try_from(page.cursor.saturating_sub(top)).unwrap_or(0);
    if let Some(row) = page.selected().filter(|_| detail > 0) {
        draw_detail(model, pen, Rect { y: rows_area.bottom(), height: detail, ..body }, row, columns.why_width);
    }
    if (page.only.is_some() || page.group.is_some()) && !page.typing && page.filter.is_empty() {
        let line = stripes.line;
        let count = say::count(page.shown.len(), "chart", "charts");
        let all = pen.say("   {go-back} shows more again");
        let group = page.group.as_ref().map(|(by, value)| (by.label(), value.as_deref().unwrap_or("not given")));
        let words = [
            (if page.only.is_some() { "search  " } else { "" }, Role::Dim),
            (page.only.as_ref().map_or("", |only| only.query.as_str()), Role::Text),
            (if page.only.is_some() { "   " } else { "" }, Role::Text),
            (group.map_or("", |(by, _)| by), Role::Dim),
            (if group.is_some() { "  " } else { "" }, Role::Text),
            (group.map_or("", |(_, value)| value), Role::Text),
            (if group.is_some() { "   " } else { "" }, Role::Text),
            (&count, Role::Dim),
            (all.as_str(), Role::Dim),
        ];
        pen.line(line.x, line.y, line.width, &words);
    }
    if page.only.is_none() && page.group.is_none() && !page.typing && page.filter.is_empty() {
        progress(page, pen, stripes.line);
    }
    if page.typing || !page.filter.is_empty() {
        let line = stripes.line;
        let role = if page.typing { Role::Accent } else { Role::Dim };
        let used = pen.line(line.x, line.y, line.width, &[("/ ", role), (&page.filter, Role::Text)]);
        pen.put(
            line.x + used + 3,
            line.y,
            line.width.saturating_sub(used + 3),
            &say::count(page.shown.len(), "chart", "charts"),
            Role::Dim,
        );
        if page.typing {
            return Some(Position::new(line.x + used, line.y));
        }
    }
    (!page.shown.is_empty()).then(|| Position::new(body.x, cursor_y))
}

/// How far a look through the charts is, in words.
fn progress(page: &WorklistPage, pen: &mut Pen<'_>, area: Rect) {
    let Some(counting) = page.counting else { return };
    let words = format!(
        "looking for gaps: {} of {} charts done; everything works meanwhile",
        say::thousands(counting.done),
        say::thousands(counting.total)
    );
    pen.put(area.x, area.y, area.width, &words, Role::Dim);
}

/// Rows below the list for the selected chart; none where there is no room to spare.
fn detail_rows(height: u16) -> u16 {
    match height {
        0..=12 => 0,
        // Two gaps; the column beside the reasons says how many there are. More of them would make every step write more.
        13..=49 => 5,
        _ => 7,
    }
}

fn counts(model: &Model, pen: &mut Pen<'_>, area: Rect) {
    let page = &model.worklist;
    if !page.loaded {
        return;
    }
    let list = &page.list;
    let part = |n: usize, one: &str, many: &str| say::count(n, one, many);
    let parts = [
        (part(list.rows.len(), "chart", "charts"), Role::Dim),
        (part(list.with_new, "with something new", "with something new"), if list.with_new > 0 { Role::Text } else { Role::Dim }),
        (part(list.answers, "answered query", "answered queries"), if list.answers > 0 { Role::Text } else { Role::Dim }),
        (format!("{} overdue", list.overdue), if list.overdue > 0 { Role::Alert } else { Role::Dim }),
    ];
    let mut x = area.x;
    for (words, role) in parts {
        x += pen.put(x, area.y, area.right().saturating_sub(x), &words, role) + 3;
    }
    let view = if page.sort == Sort::Pressing { String::new() } else { format!("sorted by {}", page.sort.label()) };
    if area.right() > x + 10 {
        pen.put_right(x, area.y, area.right() - x, &view, Role::Dim);
    }
}

fn head_row(pen: &mut Pen<'_>, area: Rect, columns: &Columns) {
    let (x, y) = (area.x, area.y);
    pen.put(x + 2, y, 18, "Patient", Role::Dim);
    for (at, wide, words) in
        [(columns.unit, 7, "Unit"), (columns.attending, 12, "Attending"), (columns.service, 18, "Service"), (columns.payer, 18, "Payer")]
    {
        if let Some(at) = at {
            pen.put(x + at, y, wide, words, Role::Dim);
        }
    }
    if let Some(day) = columns.day {
        pen.put_right(x + day, y, 9, "Day/GMLOS", Role::Dim);
    }
    pen.put(x + columns.why, y, columns.why_width, "Why it is here", Role::Dim);
    pen.put_right(x + columns.gaps, y, 4, "Gaps", Role::Dim);
    if let Some(queries) = columns.queries {
        pen.put(x + queries, y, columns.queries_width, if columns.in_words() { "Queries" } else { "Query" }, Role::Dim);
    }
    if let Some(next) = columns.next {
        pen.put(x + next, y, 8, "Next", Role::Dim);
    }
}

fn draw_row(model: &Model, pen: &mut Pen<'_>, area: Rect, row: &WorklistRow, columns: &Columns, selected: bool) {
    let (x, y) = (area.x, area.y);
    let sign = if row.unseen > 0 { "*" } else { " " };
    pen.put(x, y, 1, sign, Role::Accent);
    let name = if row.unseen > 0 || selected { Role::Title } else { Role::Text };
    // A note without a patient is told from the others by what it is called.
    let called = if row.note_alone.is_some() && row.age.is_none() && row.mrn.is_none() { &row.name } else { &row.patient };
    pen.put(x + 2, y, columns.age - 3, called, name);
    let age = row.age.map_or_else(|| "  -".to_owned(), |a| format!("{a:>3}"));
    pen.put(x + columns.age, y, 5, &format!("{age} {}", row.sex), Role::Text);
    if let Some(unit) = columns.unit {
        let wide = columns.day.or(columns.attending).or(columns.service).or(columns.payer).unwrap_or(columns.why) - unit;
        pen.put(x + unit, y, 7.min(wide.saturating_sub(if wide > 6 { 1 } else { 0 })), row.unit.as_deref().unwrap_or("-"), Role::Text);
    }
    if let Some(attending) = columns.attending {
        let name = row.attending.as_deref().map(text::surname).unwrap_or_default();
        pen.put(x + attending, y, 12, &name, Role::Text);
    }
    if let Some(service) = columns.service {
        pen.put(x + service, y, 18, row.service.as_deref().unwrap_or("-"), Role::Text);
    }
    if let Some(payer) = columns.payer {
        pen.put(x + payer, y, 18, row.payer.as_deref().unwrap_or("-"), Role::Text);
    }
    if let Some(day) = columns.day {
        let (words, over) = stay(row);
        let role = if row.discharged.is_some() {
            Role::Dim
        } else if over {
            Role::Warn
        } else {
            Role::Text
        };
        pen.put_right(x + day, y, 9, &words, role);
    }
    let nothing = row.unseen == 0 && row.gaps == Some(0);
    pen.put(x + columns.why, y, columns.why_width, &why(row), if nothing { Role::Dim } else { Role::Text });
    match (row.gaps, row.severity) {
        (Some(gaps), Some(severity)) if gaps > 0 => {
            pen.put(x + columns.gaps, y, 1, &severity.sign().to_string(), severity_role(severity));
            pen.put_right(x + columns.gaps + 1, y, 3, &gaps.to_string(), Role::Text);
        }
        (Some(_), _) => pen.put_right(x + columns.gaps, y, 4, "0", Role::Dim),
        // None that was found is another thing than none that was looked for.
        (None, _) => pen.put_right(x + columns.gaps, y, 4, "\u{2026}", Role::Dim),
    }
    match (columns.queries, query_word(&row.queries)) {
        (Some(queries), _) if columns.in_words() => {
            pen.put(x + queries, y, columns.queries_width - 1, &row.queries, Role::Text);
        }
        (Some(queries), Some((word, role))) => {
            pen.put(x + queries, y, columns.queries_width - 1, word, role);
        }
        _ => {}
    }
    if let (Some(next), Some(review), Some(now)) = (columns.next, &row.next_review, &model.now) {
        pen.put(x + next, y, 8, &say::when(review, now), Role::Text);
    }
    if selected {
        // Bar and patient say which row it is; the rest of it stays as it was, so that a step writes little.
        pen.select(Rect { width: columns.age + 5, ..area }, true);
    }
}

/// Why a row is here: a note that nothing else tells from the others says first what it is.
fn why(row: &WorklistRow) -> String {
    let note = row.note_alone.iter().map(|note| note.words.as_str());
    let found = row.reasons.iter().map(String::as_str);
    match &row.note_alone {
        // What was found in it first, then what it says.
        Some(_) if row.gaps > Some(0) => found.take(1).chain(note).collect::<Vec<_>>().join("; "),
        _ => note.chain(found).collect::<Vec<_>>().join("; "),
    }
}

/// Day of the stay against the geometric mean, and whether it is past it; of those who left, the day they did; of a note, its date.
fn stay(row: &WorklistRow) -> (String, bool) {
    if let Some(note) = &row.note_alone {
        return (note.time.map_or_else(|| "-".to_owned(), |time| say::date(&time)), false);
    }
    if let Some(left) = &row.discharged {
        let old = say::other_year(left.local_date());
        return (if old { say::date(left) } else { format!("dc {}", say::short_day(left)) }, false);
    }
    match (row.day, row.gmlos_days) {
        (Some(day), Some(gmlos)) => (format!("{day}/{gmlos:.1}"), day as f64 > gmlos),
        (Some(day), None) => (format!("{day}/-  "), false),
        _ => ("-".to_owned(), false),
    }
}

fn draw_detail(model: &Model, pen: &mut Pen<'_>, area: Rect, row: &WorklistRow, why_width: u16) {
    let (x, wide) = (area.x, area.width);
    let mut y = area.y;
    pen.rule(x, y, wide);
    y += 1;
    let admitted = row.admitted.map(|a| format!("arrived {}", say::long(&a))).unwrap_or_default();
    let discharged = row.discharged.map(|d| format!("discharged {}", say::long(&d))).unwrap_or_default();
    let mrn = row.mrn.as_deref().map(|m| format!("MRN {m}")).unwrap_or_default();
    let drg = row.working_drg.as_deref().map(|d| format!("working DRG {d}")).unwrap_or_default();
    let attending = row
        .attending
        .as_deref()
        .map(|a| format!("{a}{}", row.service.as_deref().filter(|_| wide >= 140).map(|s| format!(", {s}")).unwrap_or_default()))
        .unwrap_or_default();
    // What the narrow list has no columns for.
    let narrow = wide < 108;
    let queries = Some(&row.queries).filter(|q| narrow && !q.is_empty()).map(|q| format!("queries: {q}")).unwrap_or_default();
    let next = row.next_review.as_ref().zip(model.now.as_ref()).filter(|_| narrow);
    let next = next.map(|(at, now)| format!("look again {}", say::when(at, now))).unwrap_or_default();
    let note = row.note.as_ref().map(|words| format!("note: {words}")).unwrap_or_default();
    let taken = row.claimed.as_ref().map(|who| if *who == model.user { "yours".to_owned() } else { format!("{who} has it") });
    // Reasons that the column had no room for, but for the gap that stands below.
    let cut = text::width(&why(row)) > usize::from(why_width) && row.note_alone.is_none();
    let told = |words: &&String| !row.top_gaps.iter().any(|gap| gap.title == **words);
    let reasons = row.reasons.iter().filter(|_| cut).filter(told).cloned().collect::<Vec<_>>().join("; ");
    let rest = [reasons, note, taken.unwrap_or_default(), queries, next, mrn, admitted, discharged, attending, drg]
        .into_iter()
        .filter(|p| !p.is_empty())
        .collect::<Vec<_>>()
        .join("   ");
    // Whose it is stands in the row: here is what the row has no room for.
    pen.put(x, y, wide, &rest, Role::Dim);
    y += 1;
    if model.presenter.is_some() && row.gaps > Some(0) {
        pen.put(x, y, wide, "answers are hidden while you present", Role::Dim);
        return;
    }
    if row.top_gaps.is_empty() {
        let words = match (row.gaps, row.unseen) {
            (None, _) => "not looked at for gaps yet",
            (_, 0) => "no open gap, nothing new",
            _ => "no open gap; documents to read",
        };
        pen.put(x, y, wide, words, Role::Dim);
        if let Some(note) = &row.note_alone {
            let rest = Rect { x, y: y + 1, width: wide, height: area.bottom().saturating_sub(y + 2) };
            pen.paragraph(rest, &note.words, Role::Text);
        }
        return;
    }
    // Where there is no room for both the gap is said whole; its proof is a key away.
    let source_width = if wide >= 140 { wide * 2 / 5 } else { 0 };
    let room = usize::from(area.height.saturating_sub(3));
    let mut shown = 0;
    for gap in row.top_gaps.iter().take(room) {
        let titles = super::queries::wrap(&gap.title, usize::from(wide.saturating_sub(source_width + 5)));
        // A title is not cut while there is a row for the rest of it.
        let left = usize::from(area.bottom().saturating_sub(y + 1));
        if left == 0 || shown > 0 && titles.len() > left {
            break;
        }
        pen.put(x, y, 1, &gap.severity.sign().to_string(), severity_role(gap.severity));
        pen.put(x + wide - source_width, y, source_width, &gap.source, Role::Dim);
        for title in titles.iter().take(left) {
            pen.put(x + 3, y, wide.saturating_sub(source_width + 5), title, Role::Text);
            y += 1;
        }
        shown += 1;
    }
    let left = row.gaps.unwrap_or(0).saturating_sub(shown);
    if left > 0 && y < area.bottom() {
        pen.put(x + 3, y, wide.saturating_sub(3), &format!("and {left} more"), Role::Dim);
    }
}
