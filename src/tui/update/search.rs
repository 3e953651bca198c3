//! Search in all charts: live as typed, older answers dropped; facets, earlier searches, and what a search becomes.

use super::chart;
use crate::tui::edit::{self, Shape, Typed};
use crate::tui::keys::Key;
use crate::tui::layer::{Layer, Purpose};
use crate::tui::model::{Model, Only, Screen, Wish};
use crate::tui::msg::{Effect, Request, SearchAsk, Slot, Timer};
use crate::work::model::{SearchPage, Searches, WorklistView};
use lacuna_index::{Completion, narrowed, table};
use std::time::Duration;

/// How long typing must rest before a search starts.
const REST: Duration = Duration::from_millis(60);

/// How long to wait before asking again, while the index takes changes in.
const AGAIN: Duration = Duration::from_millis(700);

/// Hits asked for first, and with each page more.
const PAGE: usize = 50;

/// Shows the search, as it was left.
pub fn show(model: &mut Model) -> Vec<Effect> {
    if model.screen() == Screen::Chart {
        chart::leave(model);
    }
    model.show(Screen::Search);
    model.search.facet = None;
    model.search.earlier_kept = !model.search.query.is_empty();
    let mut effects = vec![model.ask(Slot::Searches, Request::Searches)];
    // What was found before may not be all any more.
    if !model.search.query.trim().is_empty() {
        effects.extend(ask(model));
    }
    effects
}

/// A key: text goes into the query, the rest is looked up.
pub fn typed(model: &mut Model, key: Key) -> Option<Vec<Effect>> {
    if model.search.facet.is_some() && matches!(key, Key::Esc | Key::BackTab) {
        model.search.facet = None;
        return Some(Vec::new());
    }
    if matches!(key, Key::Up | Key::Down | Key::Enter | Key::Tab | Key::BackTab) {
        return None;
    }
    let search = &mut model.search;
    if search.earlier_kept && replaces(key) {
        search.query.clear();
        search.at = 0;
    }
    if std::mem::take(&mut search.earlier_kept) && matches!(key, Key::Backspace | Key::Delete) {
        return Some(changed(model));
    }
    match edit::key(&mut search.query, &mut search.at, key, Shape { width: usize::MAX, multiline: false }) {
        Typed::Changed => Some(changed(model)),
        Typed::Moved => Some(Vec::new()),
        Typed::Ignored => None,
    }
}

/// Keys that act on what is selected instead of on the place of the cursor.
fn replaces(key: Key) -> bool {
    matches!(key, Key::Char(_) | Key::Backspace | Key::Delete)
}

/// A paste goes into the query.
pub fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    let search = &mut model.search;
    if std::mem::take(&mut search.earlier_kept) {
        search.query.clear();
        search.at = 0;
    }
    edit::insert(&mut search.query, &mut search.at, &text.replace('\n', " "));
    changed(model)
}

fn changed(model: &mut Model) -> Vec<Effect> {
    let search = &mut model.search;
    search.cursor = 0;
    search.facet = None;
    search.wanted = PAGE;
    search.completions.clear();
    if search.query.trim().is_empty() {
        model.jobs.forget(Slot::Search);
        model.search.page = SearchPage::default();
        model.search.answered = None;
        return vec![model.ask(Slot::Searches, Request::Searches)];
    }
    vec![Effect::After(Timer::Search, 0, REST)]
}

/// Typing rests: searches, and looks what could be typed next.
pub fn due(model: &mut Model, _: u64) -> Vec<Effect> {
    if model.search.query.trim().is_empty() || model.screen() != Screen::Search {
        return Vec::new();
    }
    let mut effects = ask(model);
    let (query, at) = (model.search.query.clone(), model.search.at);
    effects.push(model.ask(Slot::Complete, Request::Complete(query, at)));
    effects
}

fn ask(model: &mut Model) -> Vec<Effect> {
    let search = &mut model.search;
    search.asked.clone_from(&search.query);
    let ask = SearchAsk { query: search.query.clone(), limit: search.wanted.max(PAGE), by_date: search.by_date };
    vec![model.ask(Slot::Search, Request::Search(ask))]
}

/// Takes hits in; asks again after a while when the index has not everything yet.
pub fn take(model: &mut Model, page: SearchPage) -> Vec<Effect> {
    let waiting = page.waiting > 0;
    let search = &mut model.search;
    search.answered = Some(search.asked.clone());
    search.cursor = search.cursor.min(page.hits.len().saturating_sub(1));
    search.page = page;
    if let Some(facet) = &mut search.facet {
        let all = search.page.facets.iter().map(|(_, values)| values.len()).sum::<usize>();
        *facet = (*facet).min(all.saturating_sub(1));
    }
    if waiting { vec![Effect::After(Timer::Search, 0, AGAIN)] } else { Vec::new() }
}

/// Takes in what could be typed next.
pub fn completions(model: &mut Model, all: Vec<Completion>) {
    model.search.completions = all;
}

/// Takes in the searches of this person.
pub fn searches(model: &mut Model, all: Searches) {
    model.search.searches = all;
}

/// Opens the note of the selected hit at its first match; takes an earlier search up; narrows by the selected value.
pub fn open(model: &mut Model) -> Vec<Effect> {
    if model.search.facet.is_some() {
        return narrow(model);
    }
    if model.search.query.trim().is_empty() {
        let Some(query) = model.search.earlier().nth(model.search.cursor).map(|e| e.query.to_owned()) else { return Vec::new() };
        return set(model, query);
    }
    let query = model.search.query.trim().to_owned();
    let Some(hit) = model.search.selected() else { return Vec::new() };
    let Some(encounter) = hit.encounter.clone() else {
        model.say("that note belongs to no stay");
        return Vec::new();
    };
    let wish = Wish { encounter, document: Some(hit.document.clone()), at: Some(hit.at), find: Some(query.clone()), ..Wish::default() };
    let mut effects = chart::open(model, wish);
    effects.push(model.ask(Slot::Act, Request::UsedSearch(query)));
    effects
}

/// Puts another query in and searches for it at once.
fn set(model: &mut Model, query: String) -> Vec<Effect> {
    let search = &mut model.search;
    search.at = query.len();
    search.query = query;
    search.earlier_kept = false;
    changed(model);
    ask(model)
}

/// Adds the selected value of a facet to the query.
fn narrow(model: &mut Model) -> Vec<Effect> {
    let Some(at) = model.search.facet else { return Vec::new() };
    let Some((field, value, _)) = model.search.facets().nth(at) else { return Vec::new() };
    let query = narrowed(&model.search.query, field, value);
    set(model, query)
}

/// Gives the keys to the values beside the hits, and back.
pub fn facets(model: &mut Model) -> Vec<Effect> {
    model.search.facet = match model.search.facet {
        None if model.search.facets().next().is_some() => Some(0),
        _ => None,
    };
    Vec::new()
}

/// Completes the word at the cursor.
pub fn complete(model: &mut Model) -> Vec<Effect> {
    let search = &mut model.search;
    let Some(first) = search.completions.first().cloned() else { return Vec::new() };
    if search.query.get(first.span.clone()).is_none() {
        return Vec::new();
    }
    search.at = first.span.start + first.insert.len();
    search.query.replace_range(first.span, &first.insert);
    changed(model)
}

/// Newest first, or best first.
pub fn order(model: &mut Model) -> Vec<Effect> {
    model.search.by_date = !model.search.by_date;
    model.search.cursor = 0;
    ask(model)
}

/// With synonyms, or without.
pub fn synonyms(model: &mut Model) -> Vec<Effect> {
    const OFF: &str = "synonyms:off";
    let query = &model.search.query;
    let query = if query.split_whitespace().any(|w| w == OFF) {
        query.split_whitespace().filter(|w| *w != OFF).collect::<Vec<_>>().join(" ")
    } else {
        format!("{} {OFF}", query.trim())
    };
    set(model, query)
}

/// Asks for a name to keep the search under.
pub fn keep(model: &mut Model) -> Vec<Effect> {
    let query = model.search.query.trim().to_owned();
    let prompt = format!("Keep this search under what name?  {query}");
    model.layers.push(Layer::Words { prompt, text: String::new(), cursor: 0, purpose: Purpose::KeepSearch(query) });
    Vec::new()
}

/// Forgets the earlier search under the cursor.
pub fn forget(model: &mut Model) -> Vec<Effect> {
    let name = model.search.earlier().nth(model.search.cursor).and_then(|e| e.name.map(str::to_owned));
    match name {
        Some(name) => vec![model.ask(Slot::Act, Request::KeepSearch(name, String::new()))],
        None => {
            model.say("only a search with a name can be forgotten; the others go by themselves");
            Vec::new()
        }
    }
}

/// Makes the search a worklist: the stays in which it finds something.
pub fn worklist(model: &mut Model) -> Vec<Effect> {
    let own = model.search.query.trim().to_owned();
    let query = if own.is_empty() { model.search.earlier().nth(model.search.cursor).map(|e| e.query.to_owned()) } else { Some(own) };
    let Some(query) = query else { return Vec::new() };
    vec![model.ask(Slot::Stays, Request::Stays(query.clone())), model.ask(Slot::Act, Request::UsedSearch(query))]
}

/// The stays are there: shows them as a worklist.
pub fn stays(model: &mut Model, query: String, encounters: Vec<String>) -> Vec<Effect> {
    // The view comes back when the search is let go.
    let before = model.worklist.only.as_ref().map_or(model.worklist.view, |only| only.before);
    model.worklist.only = Some(Only { query, encounters: encounters.into_iter().collect(), before });
    model.worklist.view = WorklistView::All;
    model.worklist.cursor = 0;
    model.show(Screen::Worklist);
    vec![model.ask(Slot::Worklist, Request::Worklist(WorklistView::All))]
}

/// Shows what can be written.
pub fn grammar(model: &mut Model) -> Vec<Effect> {
    let rows = table::FORMS.iter().map(|form| format!("{:<18} {:<24} {}", form.write, form.example, form.finds));
    let text = rows.collect::<Vec<_>>().join("\n");
    model.layers.push(Layer::Text { title: "What can be written".to_owned(), text, top: 0 });
    Vec::new()
}

fn step(model: &mut Model, by: isize) -> Vec<Effect> {
    let search = &mut model.search;
    if let Some(mut facet) = search.facet {
        let len = search.facets().count();
        super::nav::moved(&mut facet, len, by);
        search.facet = Some(facet);
        return Vec::new();
    }
    let len = if search.query.trim().is_empty() { search.earlier().count() } else { search.page.hits.len() };
    super::nav::moved(&mut search.cursor, len, by);
    // Near the end of what is here, more is asked for.
    let more = u64::try_from(search.page.hits.len()).unwrap_or(u64::MAX) < search.page.total;
    if more && search.cursor + 5 > search.page.hits.len() && !model.jobs.waits(Slot::Search) && !model.search.query.trim().is_empty() {
        model.search.wanted = model.search.page.hits.len() + PAGE;
        return ask(model);
    }
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
