//! The sections of the note on show: their list, going from one to the next, folding, and the numbers of lines.

use super::{reveal, room};
use crate::tui::edit::{self, Shape, Typed};
use crate::tui::keys::Key;
use crate::tui::layer::Layer;
use crate::tui::model::{ChartPage, Model, Pane};
use crate::tui::msg::Effect;
use crate::tui::update::nav;

/// Opens what hides a byte of the note on show.
pub(super) fn open(chart: &mut ChartPage, byte: usize) {
    let (doc, data) = (chart.doc, std::sync::Arc::clone(&chart.data));
    if let (Some(folded), Some(note)) = (chart.folded.get_mut(&doc), data.notes.get(doc)) {
        folded.open(&note.outline, byte);
    }
}

/// The list of sections; the cursor begins where this person is.
pub fn show_outline(model: &mut Model) -> Vec<Effect> {
    if let Some(chart) = &model.chart {
        let cursor = chart.here().unwrap_or(0);
        model.layers.push(Layer::Outline { words: String::new(), cursor });
    }
    Vec::new()
}

/// The sections that have these words in their heading, by their place in the note.
pub fn sections_with(chart: &ChartPage, words: &str) -> Vec<usize> {
    let words = words.trim().to_lowercase();
    let fits = |title: &str| title.to_lowercase().contains(&words);
    chart.outline().iter().enumerate().filter(|(_, h)| fits(&h.title)).map(|(at, _)| at).collect()
}

/// A key in that list.
pub fn outline_key(model: &mut Model, key: Key, mut words: String, mut cursor: usize) -> Vec<Effect> {
    let size = model.size;
    let Some(chart) = &mut model.chart else { return Vec::new() };
    let found = sections_with(chart, &words);
    match key {
        Key::Esc => return Vec::new(),
        Key::Enter => {
            if let Some(at) = found.get(cursor) {
                chart.remember();
                chart.pane = Pane::Reader;
                if chart.folds().has(*at) {
                    toggle(chart, *at);
                }
                go(chart, size, *at);
                return Vec::new();
            }
        }
        Key::Tab => {
            if let Some(at) = found.get(cursor) {
                toggle(chart, *at);
                go(chart, size, *at);
            }
        }
        Key::Down | Key::Ctrl('n') => nav::moved(&mut cursor, found.len(), 1),
        Key::Up | Key::Ctrl('p') => nav::moved(&mut cursor, found.len(), -1),
        Key::PageDown => nav::moved(&mut cursor, found.len(), 8),
        Key::PageUp => nav::moved(&mut cursor, found.len(), -8),
        _ => {
            let mut at = words.len();
            if edit::key(&mut words, &mut at, key, Shape { width: usize::MAX, multiline: false }) == Typed::Changed {
                cursor = 0;
            }
        }
    }
    model.layers.push(Layer::Outline { words, cursor });
    Vec::new()
}

/// Puts a heading at the top, as far as the end of the note lets it.
fn go(chart: &mut ChartPage, size: (u16, u16), at: usize) {
    let Some(start) = chart.outline().get(at).map(|h| h.start) else { return };
    reveal(chart, size, start, false);
    let (width, height) = room(chart, size);
    if let (Some(document), Some(note)) = (chart.data.document(chart.doc), chart.note()) {
        let folds = &chart.folds().lines;
        let last = note.lines.last_top(&document.text, width, height, folds);
        let top = note.lines.moved(&document.text, start, width, 0, folds).min(last);
        chart.tops.insert(chart.doc, top);
    }
    chart.section = Some(at);
}

fn toggle(chart: &mut ChartPage, at: usize) {
    let (doc, data) = (chart.doc, std::sync::Arc::clone(&chart.data));
    if let Some(note) = data.notes.get(doc) {
        chart.folded.entry(doc).or_default().toggle(&note.outline, at);
    }
}

fn turn_section(model: &mut Model, by: isize) -> Vec<Effect> {
    let size = model.size;
    let Some(chart) = &mut model.chart else { return Vec::new() };
    let next = match chart.here() {
        // From the middle of a section the one before is its own heading.
        Some(at) if by < 0 && chart.section.is_none() && chart.outline().get(at).is_some_and(|h| h.start < chart.top()) => Some(at),
        Some(at) => at.checked_add_signed(by),
        None => Some(0).filter(|_| by > 0),
    };
    match next.filter(|at| *at < chart.outline().len()) {
        Some(at) => {
            chart.pane = Pane::Reader;
            go(chart, size, at);
            Vec::new()
        }
        None => {
            model.say(if by > 0 { "this is the last section" } else { "this is the first section" });
            Vec::new()
        }
    }
}

/// The next section.
pub fn next_section(model: &mut Model) -> Vec<Effect> {
    turn_section(model, 1)
}

/// The section before.
pub fn previous_section(model: &mut Model) -> Vec<Effect> {
    turn_section(model, -1)
}

/// Folds the section that this person is in, or opens it.
pub fn fold_section(model: &mut Model) -> Vec<Effect> {
    let size = model.size;
    let Some(chart) = &mut model.chart else { return Vec::new() };
    // A heading inside a line folds with the section that the line belongs to.
    let here = chart.here().unwrap_or(0);
    let whole = (0..=here).rev().find(|at| chart.outline().get(*at).is_some_and(|h| h.lines.is_some()));
    if let Some(at) = whole {
        let shows = chart.outline().get(at).is_some_and(|h| h.start >= chart.top());
        toggle(chart, at);
        if shows {
            chart.section = Some(at);
            settle(chart, size);
        } else {
            go(chart, size, at);
        }
    }
    Vec::new()
}

/// Opens everything when anything is folded, else folds everything.
pub fn fold_all(model: &mut Model) -> Vec<Effect> {
    let size = model.size;
    let Some(chart) = &mut model.chart else { return Vec::new() };
    let (doc, data) = (chart.doc, std::sync::Arc::clone(&chart.data));
    let here = chart.here();
    let Some(note) = data.notes.get(doc) else { return Vec::new() };
    let folded = chart.folded.entry(doc).or_default();
    if folded.is_empty() {
        folded.all(&note.outline);
    } else {
        *folded = crate::tui::outline::Folded::new();
    }
    match here {
        Some(at) => go(chart, size, at),
        None => settle(chart, size),
    }
    Vec::new()
}

/// After lines went away the top may lie among them, or past the last page.
fn settle(chart: &mut ChartPage, size: (u16, u16)) {
    let (width, height) = room(chart, size);
    let (Some(document), Some(note)) = (chart.data.document(chart.doc), chart.note()) else { return };
    let folds = &chart.folds().lines;
    let last = note.lines.last_top(&document.text, width, height, folds);
    let top = note.lines.moved(&document.text, chart.top(), width, 0, folds).min(last);
    chart.tops.insert(chart.doc, top);
}

/// Shows the numbers of lines, or takes them away.
pub fn line_numbers(model: &mut Model) -> Vec<Effect> {
    model.numbers = !model.numbers;
    let (numbers, size) = (model.numbers, model.size);
    if let Some(chart) = &mut model.chart {
        chart.numbers = numbers;
        settle(chart, size);
    }
    Vec::new()
}
