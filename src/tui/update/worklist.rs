//! The worklist: filter, views, opening.

use super::{chart, nav};
use crate::tui::edit::{self, Shape, Typed};
use crate::tui::keys::Key;
use crate::tui::model::{Model, Wish};
use crate::tui::msg::{Effect, Request, Slot};
use crate::work::model::{Worklist, WorklistRow, WorklistView};

/// Takes a list in; the cursor stays on its encounter.
pub fn take(model: &mut Model, list: Worklist) {
    let before = model.worklist.selected().map(|r| r.encounter.clone());
    model.worklist.view = list.view;
    model.worklist.list = list;
    model.worklist.loaded = true;
    narrow(model, before);
}

fn narrow(model: &mut Model, keep: Option<String>) {
    let page = &mut model.worklist;
    let words: Vec<String> = page.filter.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let only = page.only.as_ref();
    let fits = |row: &WorklistRow| {
        let text = row_text(row);
        words.iter().all(|w| text.contains(w.as_str())) && only.is_none_or(|only| only.encounters.contains(&row.encounter))
    };
    page.shown = page.list.rows.iter().enumerate().filter(|(_, row)| fits(row)).map(|(at, _)| at).collect();
    let kept = keep.and_then(|encounter| page.rows().position(|r| r.encounter == encounter));
    page.cursor = kept.unwrap_or(page.cursor).min(page.shown.len().saturating_sub(1));
}

fn row_text(row: &WorklistRow) -> String {
    let parts = [
        Some(row.patient.as_str()),
        row.mrn.as_deref(),
        row.unit.as_deref(),
        row.attending.as_deref(),
        row.service.as_deref(),
        Some(row.encounter.as_str()),
    ];
    let mut text = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    for words in row.reasons.iter().chain(row.top_gaps.iter().map(|g| &g.title)) {
        text.push(' ');
        text.push_str(words);
    }
    text.push(' ');
    text.push_str(&row.queries);
    text.to_lowercase()
}

/// Moves the cursor.
pub fn step(model: &mut Model, by: isize) {
    let len = model.worklist.shown.len();
    nav::moved(&mut model.worklist.cursor, len, by);
}

/// Opens the selected chart.
pub fn open(model: &mut Model) -> Vec<Effect> {
    let Some(row) = model.worklist.selected() else { return Vec::new() };
    let (encounter, patient) = (row.encounter.clone(), row.patient.clone());
    model.say(format!("opening {patient}"));
    chart::open(model, Wish { encounter, ..Wish::default() })
}

/// The next row with something new, from the top again after the last.
pub fn next_new(model: &mut Model) -> Vec<Effect> {
    let page = &mut model.worklist;
    let unseen: Vec<usize> = page.rows().enumerate().filter(|(_, r)| r.unseen > 0).map(|(at, _)| at).collect();
    if let Some(at) = unseen.iter().find(|at| **at > page.cursor).or(unseen.first()) {
        page.cursor = *at;
    }
    Vec::new()
}

/// Takes keys into the filter.
pub fn filter(model: &mut Model) -> Vec<Effect> {
    model.worklist.typing = true;
    Vec::new()
}

/// Changes the filter; the cursor stays on its encounter where it still shows.
pub fn set_filter(model: &mut Model, filter: String) {
    let before = model.worklist.selected().map(|r| r.encounter.clone());
    model.worklist.filter = filter;
    narrow(model, before);
}

/// A key while the filter is typed.
pub fn typed(model: &mut Model, key: Key) -> Option<Vec<Effect>> {
    match key {
        Key::Esc => {
            model.worklist.typing = false;
            set_filter(model, String::new());
        }
        Key::Enter => model.worklist.typing = false,
        Key::Down => step(model, 1),
        Key::Up => step(model, -1),
        Key::Ctrl('p') => return None,
        _ => {
            let mut filter = model.worklist.filter.clone();
            let mut cursor = filter.len();
            if edit::key(&mut filter, &mut cursor, key, Shape { width: usize::MAX, multiline: false }) == Typed::Changed {
                set_filter(model, filter);
            }
        }
    }
    Some(Vec::new())
}

/// A paste while the filter is typed.
pub fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    let filter = format!("{}{}", model.worklist.filter, text.replace('\n', " "));
    set_filter(model, filter);
    Vec::new()
}

/// The next view.
pub fn next_view(model: &mut Model) -> Vec<Effect> {
    turn(model, 1)
}

/// The view before.
pub fn previous_view(model: &mut Model) -> Vec<Effect> {
    turn(model, WorklistView::ALL.len() - 1)
}

fn turn(model: &mut Model, by: usize) -> Vec<Effect> {
    let all = WorklistView::ALL;
    let at = all.iter().position(|v| *v == model.worklist.view).unwrap_or(0);
    let view = all.get((at + by) % all.len()).copied().unwrap_or_default();
    model.worklist.view = view;
    vec![model.ask(Slot::Worklist, Request::Worklist(view))]
}

/// Reads the visible list again.
pub fn reload(model: &mut Model) -> Vec<Effect> {
    model.say("reading again");
    nav::refresh(model)
}
