//! Sentences of the note on show: the mark goes from one to the next, and what is marked can be taken as it stands.

use super::{reveal, room};
use crate::chart::Span;
use crate::reading::sentences;
use crate::tui::model::{ChartPage, Model};
use crate::tui::msg::Effect;

/// The sentences of the note on show, blanks around them left out.
fn all(page: &ChartPage) -> Vec<(usize, usize)> {
    let Some(document) = page.data.document(page.doc) else { return Vec::new() };
    let sections = page.data.view.readings.get(page.doc).map_or(&[][..], |r| r.sections.as_slice());
    let trimmed = |span: Span| {
        let words = span.of(&document.text);
        let start = span.start + (words.len() - words.trim_start().len());
        (start, start + words.trim().len())
    };
    sentences(&document.text, sections).into_iter().map(trimmed).filter(|(start, end)| start < end).collect()
}

/// The first and the last byte that are on the screen.
fn on_screen(page: &ChartPage, size: (u16, u16)) -> Option<(usize, usize)> {
    let (width, height) = room(page, size);
    let (document, note) = (page.data.document(page.doc)?, page.note()?);
    let rows = note.lines.page(&document.text, page.top(), width, height, &page.folds().lines);
    Some((rows.first()?.start, rows.last()?.end))
}

/// The sentence that holds a stretch of the note on show; the stretch itself where no sentence does.
pub fn around(page: &ChartPage, (start, end): (usize, usize)) -> (usize, usize) {
    all(page).into_iter().find(|s| s.0 <= start && start < s.1).map_or((start, end), |s| (s.0, s.1.max(end)))
}

/// Whether something of the note on show is marked.
pub fn marked(page: &ChartPage) -> bool {
    page.current.is_some_and(|(doc, start, end)| doc == page.doc && start < end)
}

/// Marks the next sentence, or the one before; the first on the screen where none is marked, or where the mark was left behind.
pub fn turn(model: &mut Model, by: isize) -> Vec<Effect> {
    let size = model.size;
    let Some(chart) = &mut model.chart else { return Vec::new() };
    let Some((first, last)) = on_screen(chart, size) else { return Vec::new() };
    let here = chart.current.filter(|c| c.0 == chart.doc && first <= c.2 && c.1 < last);
    let sentences = all(chart);
    let next = match (here, by > 0) {
        (Some((_, start, end)), true) => sentences.iter().find(|s| s.0 >= end.max(start + 1)),
        (Some((_, start, _)), false) => sentences.iter().rev().find(|s| s.1 <= start),
        (None, true) => sentences.iter().find(|s| s.0 >= first),
        (None, false) => sentences.iter().rev().find(|s| s.0 < last),
    };
    match next.copied() {
        Some((start, end)) => {
            chart.current = Some((chart.doc, start, end));
            let section = chart.section;
            reveal(chart, size, start, false);
            chart.section = section;
        }
        None => model.say(if by > 0 { "this is the last sentence" } else { "this is the first sentence" }),
    }
    Vec::new()
}
