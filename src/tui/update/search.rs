//! Search in all charts: live as typed, older answers dropped.

use super::chart;
use crate::tui::edit::{self, Shape, Typed};
use crate::tui::keys::Key;
use crate::tui::model::{Model, Screen, Wish};
use crate::tui::msg::{Effect, Request, Slot, Timer};
use crate::work::model::SearchPage;
use std::time::Duration;

/// How long typing must rest before a search starts.
const REST: Duration = Duration::from_millis(60);

/// Hits asked for.
const MOST: usize = 200;

/// Shows the search, as it was left.
pub fn show(model: &mut Model) -> Vec<Effect> {
    if model.screen() == Screen::Chart {
        chart::leave(model);
    }
    model.show(Screen::Search);
    Vec::new()
}

/// A key: text goes into the query, the rest is looked up.
pub fn typed(model: &mut Model, key: Key) -> Option<Vec<Effect>> {
    if matches!(key, Key::Up | Key::Down | Key::Enter | Key::Tab | Key::BackTab) {
        return None;
    }
    let search = &mut model.search;
    match edit::key(&mut search.query, &mut search.at, key, Shape { width: usize::MAX, multiline: false }) {
        Typed::Changed => Some(changed(model)),
        Typed::Moved => Some(Vec::new()),
        Typed::Ignored => None,
    }
}

/// A paste goes into the query.
pub fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    let search = &mut model.search;
    edit::insert(&mut search.query, &mut search.at, &text.replace('\n', " "));
    changed(model)
}

fn changed(model: &mut Model) -> Vec<Effect> {
    model.search.cursor = 0;
    if model.search.query.trim().is_empty() {
        model.jobs.forget(Slot::Search);
        model.search.page = SearchPage::default();
        model.search.answered = None;
        return Vec::new();
    }
    vec![Effect::After(Timer::Search, 0, REST)]
}

/// Typing rests: searches.
pub fn due(model: &mut Model, _: u64) -> Vec<Effect> {
    if model.search.query.trim().is_empty() {
        return Vec::new();
    }
    let query = model.search.query.clone();
    vec![model.ask(Slot::Search, Request::Search(query, MOST))]
}

/// Takes hits in.
pub fn take(model: &mut Model, page: SearchPage) {
    model.search.answered = Some(model.search.query.clone());
    model.search.cursor = model.search.cursor.min(page.hits.len().saturating_sub(1));
    model.search.page = page;
}

/// Opens the note of the selected hit at its first match.
pub fn open(model: &mut Model) -> Vec<Effect> {
    let Some(hit) = model.search.selected() else { return Vec::new() };
    let Some(encounter) = hit.encounter.clone() else {
        model.say("that note belongs to no stay");
        return Vec::new();
    };
    let long = hit.marks.first().map_or(0, |(start, end)| end - start);
    let wish = Wish { encounter, document: Some(hit.document.clone()), at: Some((hit.at, hit.at + long)), place: None };
    chart::open(model, wish)
}

fn step(model: &mut Model, by: isize) -> Vec<Effect> {
    let len = model.search.page.hits.len();
    super::nav::moved(&mut model.search.cursor, len, by);
    Vec::new()
}

/// One hit down.
pub fn down(model: &mut Model) -> Vec<Effect> {
    step(model, 1)
}

/// One hit up.
pub fn up(model: &mut Model) -> Vec<Effect> {
    step(model, -1)
}

/// A page of hits down.
pub fn page_down(model: &mut Model) -> Vec<Effect> {
    step(model, 8)
}

/// A page of hits up.
pub fn page_up(model: &mut Model) -> Vec<Effect> {
    step(model, -8)
}
