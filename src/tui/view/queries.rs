//! The tracker, and one query with its life.

use super::list::Tops;
use super::pen::Pen;
use crate::query::{Draft, QueryState};
use crate::tui::layout::Frame;
use crate::tui::model::Model;
use crate::tui::say;
use crate::tui::text;
use crate::tui::theme::Role;
use crate::work::model::QueryRow;
use ratatui::layout::{Position, Rect};

/// Draws the tracker.
pub fn draw(model: &Model, pen: &mut Pen<'_>, stripes: &Frame, tops: &mut Tops) -> Option<Position> {
    let tracker = &model.tracker;
    let (head, body) = (stripes.header, stripes.body);
    pen.line(
        head.x,
        head.y,
        head.width.saturating_sub(super::banner_width(model)),
        &[("Queries", Role::Accent), ("   ", Role::Text), (tracker.view.label(), Role::Dim)],
    );
    let count = |state: fn(&QueryRow) -> bool| tracker.rows.iter().filter(|r| state(r)).count();
    let overdue = count(|r| r.overdue);
    let waiting = count(|r| r.state.is_waiting());
    let drafts = count(|r| r.state.is_draft());
    let words =
        format!("{}   {}   ", say::count(waiting, "waits for an answer", "wait for an answer"), say::count(drafts, "draft", "drafts"));
    let late = format!("{overdue} overdue");
    pen.line(head.x, stripes.sub.y, head.width, &[(&words, Role::Dim), (&late, if overdue > 0 { Role::Alert } else { Role::Dim })]);
    let state_width = if body.width >= 90 { 28 } else { 11 };
    let patient = 7 + state_width;
    let contact = if body.width >= 110 { 8 } else { 0 };
    let due = body.width.saturating_sub(
        contact
            + match body.width {
                100.. => 38,
                70.. => 21,
                _ => 20,
            },
    );
    let title = patient + if body.width >= 76 { 18 } else { 14 };
    let to = due + contact + 22;
    for (x, words) in [(2, "Nr"), (7, "State"), (patient, "Patient"), (title, "About")] {
        pen.put(body.x + x, body.y, 12, words, Role::Dim);
    }
    pen.put(body.x + due, body.y, 10, "Sent", Role::Dim);
    pen.put(body.x + due + 9, body.y, 10, "Due", Role::Dim);
    if contact > 0 {
        pen.put(body.x + due + 22, body.y, contact, "Spoken", Role::Dim);
    }
    if body.width >= 100 {
        pen.put(body.x + to, body.y, 18, "To", Role::Dim);
    }
    let list = Rect { y: body.y + 1, height: body.height.saturating_sub(1), ..body };
    if tracker.rows.is_empty() {
        let words = if tracker.loaded { "no query yet; {query-gap} on a gap in a chart writes one" } else { "reading" };
        let words = pen.say(words);
        pen.put(list.x + 2, list.y + 1, list.width, &words, Role::Dim);
    }
    let height = usize::from(list.height);
    let top = tops.keep("tracker", tracker.cursor, tracker.cursor, tracker.rows.len(), height);
    let mut cursor = None;
    for (at, row) in tracker.rows.iter().enumerate().skip(top).take(height) {
        let y = list.y + u16::try_from(at - top).unwrap_or(0);
        let done = row.state.is_over();
        let role = if done { Role::Dim } else { Role::Text };
        if row.overdue {
            pen.put(list.x, y, 1, "!", Role::Alert);
        }
        pen.put_right(list.x + 1, y, 4, &row.id.to_string(), role);
        let state = row.outcome.map_or(if state_width > 20 { say::standing(row.state) } else { say::state(row.state) }, |o| {
            if state_width > 20 { say::outcome(o) } else { "closed" }
        });
        let state_role = match row.state {
            QueryState::Answered | QueryState::AnsweredNotDocumented => Role::Ok,
            QueryState::Escalated | QueryState::Overdue => Role::Warn,
            _ => role,
        };
        pen.put(list.x + 7, y, state_width - 1, state, state_role);
        pen.put(list.x + patient, y, title - patient - 1, row.patient.as_deref().unwrap_or("-"), role);
        pen.put(list.x + title, y, due.saturating_sub(title + 1), say::about(&row.title), role);
        if let Some(now) = &model.now {
            let sent = row.sent.map(|s| say::age(&s, now)).unwrap_or_default();
            pen.put(list.x + due, y, 8, &sent, role);
            let when = row
                .due
                .filter(|_| !done)
                .map(|d| if row.overdue { format!("{} late", say::age(&d, now)) } else { say::when(&d, now) })
                .unwrap_or_default();
            let when = match row.state {
                QueryState::Answered | QueryState::AnsweredNotDocumented if row.found.is_some() => "v: in a note".to_owned(),
                // That no note carries it yet says the state beside it.
                QueryState::Answered | QueryState::AnsweredNotDocumented if row.imported.is_some() => "imported".to_owned(),
                QueryState::Answered | QueryState::AnsweredNotDocumented => "no note yet".to_owned(),
                _ => when,
            };
            pen.put(list.x + due + 9, y, 12, &when, if row.overdue { Role::Alert } else { role });
            let spoken = row.last_contact.filter(|_| contact > 0).map(|at| say::age(&at, now));
            pen.put(list.x + due + 22, y, contact.saturating_sub(1), spoken.as_deref().unwrap_or_default(), Role::Dim);
        }
        if body.width >= 100 {
            pen.put(list.x + to, y, body.width - to, row.to.as_deref().unwrap_or("-"), role);
        }
        if at == tracker.cursor {
            pen.select(Rect { y, height: 1, ..list }, true);
            cursor = Some(Position::new(list.x, y));
        }
    }
    // What the row has no room for.
    if let Some(row) = tracker.rows.get(tracker.cursor) {
        let to = row.to.as_deref().map(|to| format!("   to {to}")).unwrap_or_default();
        let due = row.due.filter(|_| row.state.is_waiting()).map(|due| format!("   due {}", say::long(&due))).unwrap_or_default();
        let from = row.imported.as_deref().map(|from| format!("   answer imported from {from}")).unwrap_or_default();
        let words = format!("{}   {}{to}{due}{from}", row.patient.as_deref().unwrap_or("-"), row.title);
        pen.put(stripes.line.x, stripes.line.y, stripes.line.width, &words, Role::Dim);
    }
    cursor
}

/// Draws one query: its life, the answer, and the text that the provider sees.
pub fn draw_one(model: &Model, pen: &mut Pen<'_>, stripes: &Frame) -> Option<Position> {
    let page = model.query.as_ref()?;
    let view = &page.view;
    let head = stripes.header;
    let words = format!("Query {}", view.row.id);
    let patient = view.row.patient.clone().unwrap_or_default();
    pen.line(
        head.x,
        head.y,
        head.width.saturating_sub(super::banner_width(model)),
        &[(&words, Role::Accent), ("   ", Role::Text), (&patient, Role::Title), ("   ", Role::Text), (&view.row.title, Role::Text)],
    );
    let to = view.row.to.as_deref().map(|t| format!("to {t}   ")).unwrap_or_default();
    let here = |at: &crate::chart::Instant| say::long(&super::by_clock_of(model, at));
    let due = view.row.due.map(|d| format!("due {}   ", here(&d))).unwrap_or_default();
    let version = format!("version {}", view.row.version);
    let late = if view.row.overdue { "overdue   " } else { "" };
    pen.line(
        head.x,
        stripes.sub.y,
        head.width,
        &[
            (say::standing(view.row.state), Role::Ok),
            ("   ", Role::Text),
            (&to, Role::Dim),
            (&due, Role::Dim),
            (late, Role::Alert),
            (&version, Role::Dim),
        ],
    );
    let rows = rows(model, usize::from(stripes.body.width));
    let height = usize::from(stripes.body.height);
    let top = page.top.min(rows.len().saturating_sub(height));
    for (at, (words, role)) in rows.iter().skip(top).take(height).enumerate() {
        pen.put(stripes.body.x, stripes.body.y + u16::try_from(at).unwrap_or(0), stripes.body.width, words, *role);
    }
    if rows.len() > top + height {
        pen.put_right(stripes.body.x, stripes.line.y, stripes.body.width, "more below", Role::Dim);
    }
    Some(Position::new(stripes.body.x, stripes.body.y))
}

fn rows(model: &Model, width: usize) -> Vec<(String, Role)> {
    let Some(page) = &model.query else { return Vec::new() };
    // Beside the times of the notes that it quotes, ours stand by the clock of the same place.
    let here = |at: &crate::chart::Instant| say::long(&super::by_clock_of(model, at));
    let mut rows = vec![("Its life".to_owned(), Role::Title)];
    for step in &page.view.steps {
        let hash: String = step.body_hash.chars().take(12).collect();
        let moved = if step.from == step.to {
            say::state(step.to).to_owned()
        } else {
            format!("{} \u{2192} {}", say::state(step.from), say::state(step.to))
        };
        rows.push((format!("  {:<17}{:<10}{moved}   text {hash}", here(&step.at), step.by), Role::Text));
        // The answer has a place of its own below; a note that only repeats where it went says nothing.
        let note = if step.note == step.to.label() { "" } else { step.note.as_str() };
        let answer = page.view.answer.as_deref().unwrap_or_default();
        let note = note.strip_prefix(answer).filter(|rest| rest.is_empty() || rest.starts_with('\n')).unwrap_or(note).trim_start();
        rows.extend(
            wrap(note, width.saturating_sub(29))
                .into_iter()
                .filter(|l| !l.is_empty())
                .map(|l| (format!("{}{l}", " ".repeat(29)), Role::Dim)),
        );
    }
    for contact in &page.view.contacts {
        let at = crate::chart::Instant::parse(&contact.at).map(|t| here(&t)).unwrap_or_default();
        rows.push((format!("  {at:<17}{:<10}{} with {}   {}", contact.by, contact.channel, contact.person, contact.note), Role::Dim));
    }
    if let Some(next) = &page.view.row.next_step {
        rows.push((format!("  now: {next}"), Role::Warn));
    }
    if let Some(found) = &page.view.row.found {
        let at = found.date.map(|d| say::long(&d)).unwrap_or_default();
        rows.push((model.keys.fill(&format!("  found in {} {at}: {{documented}} confirms it", found.document_type)), Role::Ok));
    }
    if let Some(document) = &page.view.documented_in {
        rows.push((format!("  stands in {document}"), Role::Ok));
    }
    if let Some(outcome) = page.view.row.outcome {
        rows.push((format!("  ended: {}", say::outcome(outcome)), Role::Text));
    }
    if let Some(answer) = &page.view.answer {
        rows.extend([(String::new(), Role::Text), ("The answer".to_owned(), Role::Title)]);
        rows.extend(page.view.row.imported.iter().map(|from| (format!("  imported from {from}"), Role::Dim)));
        rows.extend(wrap(&answer_shown(answer, &page.view.draft), width - 2).into_iter().map(|l| (format!("  {l}"), Role::Text)));
    }
    if !page.view.internal_note.is_empty() {
        rows.extend([(String::new(), Role::Text), ("For us only".to_owned(), Role::Title)]);
        rows.extend(wrap(&page.view.internal_note, width - 2).into_iter().map(|l| (format!("  {l}"), Role::Dim)));
    }
    rows.extend([(String::new(), Role::Text), ("As the provider sees it".to_owned(), Role::Title)]);
    rows.extend(wrap(&page.text, width.saturating_sub(2).min(100)).into_iter().map(|l| (format!("  {l}"), Role::Text)));
    rows
}

/// An answer whose first line is an option of the query was ticked, not said; it shows once.
fn answer_shown(answer: &str, draft: &Draft) -> String {
    let option =
        draft.options.iter().map(|o| o.text.as_str()).find(|o| answer.strip_prefix(o).is_some_and(|r| r.is_empty() || r.starts_with('\n')));
    let Some(option) = option.filter(|o| !o.is_empty()) else { return answer.to_owned() };
    let words = answer.get(option.len()..).unwrap_or_default().trim();
    if words.is_empty() || words == option { format!("ticked: {option}") } else { format!("ticked: {option}\n{words}") }
}

/// A text as harmless rows of a width.
pub fn wrap(words: &str, width: usize) -> Vec<String> {
    let clean = text::multiline(words);
    text::wrap_text(&clean, width.max(8)).into_iter().map(|(a, b)| clean.get(a..b).unwrap_or_default().trim_end().to_owned()).collect()
}
