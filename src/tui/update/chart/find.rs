//! Find in a chart: live as it is typed, from the document on show on.

use super::reveal;
use crate::tui::chart_data::ChartData;
use crate::tui::edit::{self, Shape, Typed};
use crate::tui::keys::Key;
use crate::tui::model::{ChartPage, Find, Model, Pane};
use crate::tui::msg::Effect;
use crate::work::query_inside;
use std::sync::Arc;

/// How many matches of a find are kept; more than anybody walks through.
const MOST_HITS: usize = 20_000;

/// Takes keys into the find.
pub fn find(model: &mut Model) -> Vec<Effect> {
    if let Some(chart) = &mut model.chart {
        let from = chart.step();
        chart.find = Find { typing: true, from: Some(from), folded: chart.folded.clone(), ..Find::default() };
    }
    Vec::new()
}

/// Another key than those that go from match to match ends what the screen says of them; the matches are kept for those keys.
pub fn end_find(model: &mut Model) {
    if let Some(chart) = &mut model.chart {
        chart.find.told = false;
    }
}

/// A key while the find is typed.
pub fn typed(model: &mut Model, key: Key) -> Option<Vec<Effect>> {
    let size = model.size;
    let chart = model.chart.as_mut()?;
    match key {
        Key::Esc => {
            if let Some(from) = chart.find.from.take() {
                chart.folded.clone_from(&chart.find.folded);
                chart.restore(from);
            }
            chart.find = Find::default();
        }
        Key::Enter => {
            chart.find.typing = false;
            let found = chart.find.hits.len();
            if let Some(from) = chart.find.from.take() {
                chart.back.push(from);
            }
            match found {
                0 if chart.find.words.is_empty() => {}
                0 => model.say("not in this chart; {search} searches all charts"),
                _ => chart.find.told = true,
            }
        }
        Key::Ctrl('p') => return None,
        _ => {
            let mut cursor = chart.find.words.len();
            let mut words = chart.find.words.clone();
            if edit::key(&mut words, &mut cursor, key, Shape { width: usize::MAX, multiline: false }) == Typed::Changed {
                look_for(chart, size, words);
            }
        }
    }
    Some(Vec::new())
}

/// A paste while the find is typed.
pub fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    let size = model.size;
    if let Some(chart) = &mut model.chart {
        let words = format!("{}{}", chart.find.words, text.replace('\n', " "));
        look_for(chart, size, words);
    }
    Vec::new()
}

fn look_for(chart: &mut ChartPage, size: (u16, u16), words: String) {
    if let Some(from) = chart.find.from.clone() {
        chart.folded.clone_from(&chart.find.folded);
        chart.restore(from);
    }
    chart.find.hits = Arc::new(find_all(&chart.data, chart.doc, &words));
    (chart.find.also, chart.find.issues) = understood(&words);
    chart.find.words = words;
    let (doc, top) = (chart.doc, chart.top());
    let first = chart.find.hits.iter().find(|h| h.0 == doc && h.1 >= top).or(chart.find.hits.first()).copied();
    if let Some(hit) = first {
        show_hit(chart, size, hit);
    }
}

fn show_hit(chart: &mut ChartPage, size: (u16, u16), hit: (usize, usize, usize)) {
    chart.doc = hit.0;
    chart.current = Some(hit);
    chart.pane = Pane::Reader;
    reveal(chart, size, hit.1, false);
}

/// The words that a query looks for beside those that were typed, and what of it could not be taken as it was meant.
pub(super) fn understood(words: &str) -> (Vec<(String, Vec<String>)>, Vec<String>) {
    let (query, issues) = query_inside(words);
    (query.synonyms(), issues)
}

/// Every place that a query marks, from the document on show on, in the order of the list. The word at the end may still be growing: when
/// it finds nothing, words that begin so count.
pub(super) fn find_all(data: &ChartData, first: usize, words: &str) -> Vec<(usize, usize, usize)> {
    let found = marked(data, first, words);
    let growing = words.chars().next_back().is_some_and(char::is_alphanumeric);
    if found.is_empty() && growing { marked(data, first, &format!("{words}*")) } else { found }
}

fn marked(data: &ChartData, first: usize, words: &str) -> Vec<(usize, usize, usize)> {
    let (query, _) = query_inside(words);
    if query.is_empty() {
        return Vec::new();
    }
    let order: Vec<usize> = data.order().collect();
    let at = order.iter().position(|d| *d == first).unwrap_or(0);
    let round = order.iter().cycle().skip(at).take(order.len());
    let marks = round.flat_map(|doc| data.marks(*doc, &query).into_iter().map(|(start, end)| (*doc, start, end)));
    marks.take(MOST_HITS).collect()
}

fn turn_hit(model: &mut Model, by: usize) -> Vec<Effect> {
    let size = model.size;
    let Some(chart) = &mut model.chart else { return Vec::new() };
    let hits = Arc::clone(&chart.find.hits);
    if hits.is_empty() {
        return Vec::new();
    }
    let here = chart.current.and_then(|c| hits.iter().position(|h| *h == c));
    let next = here.map_or(0, |at| (at + by) % hits.len());
    if let Some(hit) = hits.get(next) {
        show_hit(chart, size, *hit);
    }
    chart.find.told = true;
    Vec::new()
}

/// The next match.
pub fn find_next(model: &mut Model) -> Vec<Effect> {
    turn_hit(model, 1)
}

/// The match before.
pub fn find_previous(model: &mut Model) -> Vec<Effect> {
    let hits = model.chart.as_ref().map_or(0, |c| c.find.hits.len());
    turn_hit(model, hits.saturating_sub(1))
}
