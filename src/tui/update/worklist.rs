//! The worklist: filter, views, opening.

use super::{chart, nav};
use crate::tui::edit::{self, Shape, Typed};
use crate::tui::keys::Key;
use crate::tui::layer::{Layer, Purpose};
use crate::tui::model::{Counting, Model, Screen, Sort, Wish};
use crate::tui::msg::{Effect, Request, Slot};
use crate::tui::say;
use crate::work::model::{Counted, RowGaps, Worklist, WorklistRow, WorklistView};
use std::collections::HashMap;

/// What is said while the list is read again.
const READING: &str = "reading again";

/// Takes a list in; the cursor stays on its encounter. Charts that nobody looked at are looked at beside it, those at the top first.
pub fn take(model: &mut Model, mut list: Worklist) -> Vec<Effect> {
    let page = &mut model.worklist;
    if std::mem::take(&mut page.keeps_order) && list.view == page.list.view {
        let places: HashMap<String, usize> = page.list.rows.iter().enumerate().map(|(at, row)| (row.encounter.clone(), at)).collect();
        // Those that are new in it come last.
        list.rows.sort_by_key(|row| places.get(&row.encounter).copied().unwrap_or(usize::MAX));
    }
    // Who waits at the top for the charts to be looked at waits for what is most pressing, not for the chart that happens to stand there.
    let stays = !std::mem::take(&mut page.sorts_anew) || page.moved;
    let before = page.selected().filter(|_| stays).map(|r| r.encounter.clone());
    page.view = list.view;
    page.list = list;
    page.loaded = true;
    narrow(model, before);
    model.notice.take_if(|notice| notice.text == READING || notice.text == super::when::READING);
    let page = &model.worklist;
    let (view, waiting) = (page.list.view, page.list.waiting);
    // A look at more than this view shows is as good.
    let alone = |view: WorklistView| matches!(view, WorklistView::All | WorklistView::WithGaps);
    let enough = page.counting.is_some_and(|c| alone(c.view) || !alone(view));
    if waiting <= page.unlooked || enough {
        return Vec::new();
    }
    let first = page.rows().filter(|row| row.gaps.is_none()).map(|row| row.encounter.clone()).collect();
    model.worklist.counting = Some(Counting { view, done: 0, total: waiting });
    vec![model.ask(Slot::Count, Request::Count(view, first))]
}

/// Takes in what a look found: numbers come into their rows, and no row moves.
pub fn counting(model: &mut Model, found: Counted) {
    let page = &mut model.worklist;
    if let Some(counting) = &mut page.counting {
        (counting.done, counting.total) = (found.done, found.total);
    }
    let mut new: HashMap<String, RowGaps> = found.rows.into_iter().map(|row| (row.encounter.clone(), row)).collect();
    for row in &mut page.list.rows {
        if new.is_empty() {
            return;
        }
        if let Some(found) = new.remove(&row.encounter) {
            (row.gaps, row.severity, row.top_gaps) = (Some(found.gaps), found.severity, found.top);
        }
    }
}

/// Every chart was looked at, but for so many. The list is sorted anew unless somebody is at work in it.
pub fn counted(model: &mut Model, left: usize) -> Vec<Effect> {
    let here = model.screen() == Screen::Worklist;
    let page = &mut model.worklist;
    let done = page.counting.take().map_or(0, |c| c.total.saturating_sub(left));
    page.unlooked = left;
    page.sorts_anew = here && !page.moved;
    let looked = format!("{} looked at", say::count(done, "chart", "charts"));
    match (here, page.moved) {
        (false, _) => Vec::new(),
        (true, true) => {
            // What stands over the list and in the choice of views is true again; nothing moves under their hands.
            page.keeps_order = true;
            let effects = nav::refresh(model);
            model.say(format!("{looked}; {{reload}} puts what was found in its order"));
            effects
        }
        (true, false) => {
            model.say(looked);
            nav::refresh(model)
        }
    }
}

pub(super) fn narrow(model: &mut Model, keep: Option<String>) {
    let page = &mut model.worklist;
    let words: Vec<String> = page.filter.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let (only, group) = (page.only.as_ref(), page.group.as_ref());
    let fits = |row: &WorklistRow| {
        let text = row_text(row);
        words.iter().all(|w| text.contains(w.as_str()))
            && only.is_none_or(|only| only.encounters.contains(&row.encounter))
            && group.is_none_or(|(group, value)| group.is(row, value.as_deref()))
    };
    page.shown = page.list.rows.iter().enumerate().filter(|(_, row)| fits(row)).map(|(at, _)| at).collect();
    let rows = &page.list.rows;
    let sort = page.sort;
    page.shown.sort_by_cached_key(|at| rows.get(*at).map(|row| rank(sort, row, *at)));
    let kept = keep.and_then(|encounter| page.rows().position(|r| r.encounter == encounter));
    page.cursor = kept.unwrap_or(page.cursor).min(page.shown.len().saturating_sub(1));
}

/// Where a row stands in an order: what is not given comes last, and rows alike keep the order of their reasons.
fn rank(sort: Sort, row: &WorklistRow, at: usize) -> (bool, i64, String, usize) {
    let text = |words: Option<&str>| (words.is_none(), 0, words.unwrap_or_default().to_lowercase(), at);
    match sort {
        Sort::Pressing => (false, 0, String::new(), at),
        Sort::Patient => text(Some(&row.patient)),
        Sort::Unit => text(row.unit.as_deref()),
        Sort::Service => text(row.service.as_deref()),
        Sort::Payer => text(row.payer.as_deref()),
        Sort::Attending => text(row.attending.as_deref()),
        Sort::Stay => {
            // In tenths of a day, the furthest over first.
            let over = row.day.zip(row.gmlos_days).map(|(day, mean)| ((day as f64 - mean) * 10.0) as i64);
            (over.is_none(), -over.unwrap_or(0), String::new(), at)
        }
        Sort::Next => (row.next_review.is_none(), row.next_review.map_or(0, |next| next.utc_seconds()), String::new(), at),
    }
}

fn row_text(row: &WorklistRow) -> String {
    let parts = [
        Some(row.patient.as_str()),
        Some(row.name.as_str()),
        row.mrn.as_deref(),
        row.unit.as_deref(),
        row.attending.as_deref(),
        row.service.as_deref(),
        row.payer.as_deref(),
        Some(row.encounter.as_str()),
    ];
    let mut text = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    for words in row.reasons.iter().chain(row.note_alone.iter().map(|n| &n.words)).chain(row.top_gaps.iter().map(|g| &g.title)) {
        text.push(' ');
        text.push_str(words);
    }
    text.push(' ');
    text.push_str(&row.queries);
    text.to_lowercase()
}

/// Moves the cursor.
pub fn step(model: &mut Model, by: isize) {
    model.worklist.moved = true;
    let len = model.worklist.shown.len();
    nav::moved(&mut model.worklist.cursor, len, by);
}

/// Opens the selected chart.
pub fn open(model: &mut Model) -> Vec<Effect> {
    model.worklist.moved = true;
    model.worklist.round = model.worklist.rows().map(|r| r.encounter.clone()).collect();
    open_row(model)
}

/// The same in the middle of a round.
pub fn open_row(model: &mut Model) -> Vec<Effect> {
    let Some(row) = model.worklist.selected() else { return Vec::new() };
    let (encounter, patient) = (row.encounter.clone(), row.patient.clone());
    model.say(format!("opening {patient}"));
    chart::open(model, Wish { encounter, ..Wish::default() })
}

/// The next row with something new, from the top again after the last.
pub fn next_new(model: &mut Model) -> Vec<Effect> {
    let page = &mut model.worklist;
    page.moved = true;
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
    model.worklist.moved = true;
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

/// What a key of the chooser stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// A view.
    View(WorklistView),
    /// A search that somebody keeps.
    Search(String),
}

/// Keys, choices and names of the chooser: views by digit, kept searches by letter.
pub fn view_keys(model: &Model) -> Vec<(char, Choice, String)> {
    let count = |view: WorklistView| model.worklist.list.counts.iter().find(|(v, _)| *v == view).map(|(_, n)| *n);
    let views = WorklistView::ALL.into_iter().zip("1234567890".chars()).map(|(view, key)| {
        let number = count(view).map(|n| format!("{n:>5}  ")).unwrap_or_default();
        (key, Choice::View(view), format!("{number}{}: {}", view.label(), view.words().2))
    });
    let letters = ('a'..='z').filter(|c| *c != 'q');
    let searches = model
        .search
        .searches
        .saved
        .iter()
        .zip(letters)
        .map(|(s, key)| (key, Choice::Search(s.query.clone()), format!("       search {}", s.name)));
    views.chain(searches).collect()
}

/// Asks which view.
pub fn choose_view(model: &mut Model) -> Vec<Effect> {
    model.layers.push(Layer::Views);
    vec![model.ask(Slot::Searches, Request::Searches)]
}

/// Shows a view.
pub fn show_view(model: &mut Model, view: WorklistView) -> Vec<Effect> {
    model.worklist.view = view;
    model.worklist.only = None;
    vec![model.ask(Slot::Worklist, Request::Worklist(view))]
}

/// The next view.
pub fn next_view(model: &mut Model) -> Vec<Effect> {
    let all = WorklistView::ALL;
    let at = all.iter().position(|v| *v == model.worklist.view).unwrap_or(0);
    show_view(model, all.get((at + 1) % all.len()).copied().unwrap_or_default())
}

/// Asks for the order of the rows.
pub fn sort(model: &mut Model) -> Vec<Effect> {
    model.layers.push(Layer::Sort);
    Vec::new()
}

/// A key of that choice.
pub fn sort_chosen(model: &mut Model, key: Key) -> Vec<Effect> {
    let digit = if let Key::Char(c) = key { c.to_digit(10) } else { None };
    let at = digit.and_then(|d| usize::try_from(d).ok()?.checked_sub(1));
    let Some((sort, _)) = at.and_then(|at| Sort::ALL.get(at)) else {
        if !super::layers::leaves(key) {
            model.layers.push(Layer::Sort);
        }
        return Vec::new();
    };
    let before = model.worklist.selected().map(|r| r.encounter.clone());
    model.worklist.sort = *sort;
    narrow(model, before);
    let words = format!("sorted by {}", model.worklist.sort.label());
    model.say(words);
    Vec::new()
}

/// Asks which columns.
pub fn columns(model: &mut Model) -> Vec<Effect> {
    model.layers.push(Layer::Columns);
    Vec::new()
}

/// The encounter that a command of worklist or chart is about, who has it, and the patient.
fn about(model: &Model) -> Option<(String, Option<String>, String)> {
    match (&model.chart, model.screen()) {
        (Some(chart), Screen::Chart) => {
            let patient = chart.data.view.chart.patient.as_ref().map(|p| p.display()).unwrap_or_default();
            Some((chart.data.encounter().to_owned(), chart.data.view.claimed.clone(), patient))
        }
        _ => model.worklist.selected().map(|r| (r.encounter.clone(), r.claimed.clone(), r.patient.clone())),
    }
}

/// Takes the encounter on, or gives it back.
pub fn claim(model: &mut Model) -> Vec<Effect> {
    let Some((encounter, claimed, _)) = about(model) else { return Vec::new() };
    let take = claimed.as_deref() != Some(model.user.as_str());
    vec![model.ask(Slot::Act, Request::Claim(encounter, take))]
}

/// Asks for a line for oneself.
pub fn note_to_self(model: &mut Model) -> Vec<Effect> {
    if let Some((encounter, _, patient)) = about(model) {
        let prompt = format!("A line about {patient}, for you alone");
        model.layers.push(Layer::Words { prompt, text: String::new(), cursor: 0, purpose: Purpose::Note(encounter) });
    }
    Vec::new()
}

/// Reads the visible list again.
pub fn reload(model: &mut Model) -> Vec<Effect> {
    model.say(READING);
    model.worklist.keeps_order = false;
    nav::refresh(model)
}
