//! Two notes side by side: choosing them, going from change to change, back to the words in the note.

use super::chart;
use crate::tui::compare::{Comparison, Layout, Row, Side};
use crate::tui::keys::Key;
use crate::tui::layer::Layer;
use crate::tui::layout;
use crate::tui::model::{ChartPage, ComparePage, Model, Pane, Screen};
use crate::tui::msg::{CompareAsk, Effect, Request, Slot};
use crate::tui::say;
use crate::tui::update::nav;

/// Rows above a change that is gone to.
const ABOVE: isize = 2;

/// What the note on show can be compared with: its own earlier versions, then the other notes, newest first.
pub fn candidates(chart: &ChartPage) -> Vec<(String, usize, u32)> {
    let Some(document) = chart.data.document(chart.doc) else { return Vec::new() };
    let earlier = (1..document.version).rev().map(|v| (format!("its version {v}"), chart.doc, v));
    let others = chart.data.order().filter(|at| *at != chart.doc);
    let others = others.filter_map(|at| Some((label(chart, at, None), at, chart.data.document(at)?.version)));
    earlier.chain(others).collect()
}

fn label(chart: &ChartPage, at: usize, version: Option<u32>) -> String {
    let (Some(document), Some(note)) = (chart.data.document(at), chart.data.notes.get(at)) else { return String::new() };
    let time = document.time.map(|t| say::short(&t)).unwrap_or_default();
    let version = version.map(|v| format!("version {v}")).unwrap_or_default();
    [note.label, &version, &time, &note.author].iter().filter(|w| !w.is_empty()).copied().collect::<Vec<_>>().join("  ")
}

/// Asks what with; the likeliest is selected: the version before, else the newest earlier note of the same kind, by the same author if any.
pub fn choose(model: &mut Model) -> Vec<Effect> {
    let Some(chart) = &model.chart else { return Vec::new() };
    let all = candidates(chart);
    let of = |doc: usize| chart.data.document(doc).zip(chart.data.notes.get(doc));
    let likeness = |doc: usize| {
        let (Some((here, note)), Some((there, other))) = (of(chart.doc), of(doc)) else { return 0 };
        let earlier = there.time <= here.time;
        usize::from(earlier) * 4 + usize::from(note.label == other.label) * 2 + usize::from(note.author == other.author)
    };
    // Of versions and of notes that are alike the newest comes first in the list, and is the one that is taken.
    let best = |(_, (_, doc, _)): &(usize, &(String, usize, u32))| if *doc == chart.doc { usize::MAX } else { likeness(*doc) };
    let cursor = all.iter().enumerate().rev().max_by_key(best).map_or(0, |(at, _)| at);
    model.layers.push(Layer::CompareWith { cursor });
    Vec::new()
}

/// A key in that list.
pub fn chosen(model: &mut Model, key: Key, mut cursor: usize) -> Vec<Effect> {
    let Some(chart) = &model.chart else { return Vec::new() };
    let all = candidates(chart);
    match key {
        Key::Esc | Key::Char('q') => return Vec::new(),
        Key::Enter => return all.get(cursor).map(|(_, doc, version)| (*doc, *version)).map(|to| ask(model, to)).unwrap_or_default(),
        Key::Down | Key::Char('j') => nav::moved(&mut cursor, all.len(), 1),
        Key::Up | Key::Char('k') => nav::moved(&mut cursor, all.len(), -1),
        Key::PageDown | Key::Char(' ') => nav::moved(&mut cursor, all.len(), 8),
        Key::PageUp | Key::Char('b') => nav::moved(&mut cursor, all.len(), -8),
        Key::Home | Key::Char('g') => cursor = 0,
        Key::End | Key::Char('G') => cursor = all.len().saturating_sub(1),
        _ => {}
    }
    model.layers.push(Layer::CompareWith { cursor });
    Vec::new()
}

/// The earlier of the two is the older one, whichever was on show.
fn ask(model: &mut Model, (doc, version): (usize, u32)) -> Vec<Effect> {
    let Some(chart) = &model.chart else { return Vec::new() };
    let side = |at: usize, version: Option<u32>| {
        let document = chart.data.document(at)?;
        let text = if version.is_some_and(|v| v != document.version) { None } else { Some(document.text.clone()) };
        let side = Side {
            document: document.identifier.clone(),
            version: version.unwrap_or(document.version),
            label: label(chart, at, version.filter(|_| at == chart.doc).or(Some(document.version).filter(|_| doc == chart.doc))),
        };
        Some((side, text))
    };
    let (Some(here), Some(there)) = (side(chart.doc, None), side(doc, Some(version))) else { return Vec::new() };
    let time = |at: usize| chart.data.document(at).map(|d| (d.time, d.identifier.clone()));
    let (older, newer) = if doc == chart.doc || time(doc) <= time(chart.doc) { (there, here) } else { (here, there) };
    let encounter = chart.data.encounter().to_owned();
    vec![model.ask(Slot::Compare, Request::Compare(Box::new(CompareAsk { encounter, older, newer })))]
}

/// Takes a comparison in, when the chart is still the one that shows.
pub fn take(model: &mut Model, encounter: &str, all: Comparison) -> Vec<Effect> {
    let wanted = matches!(model.screen(), Screen::Chart | Screen::Compare);
    if wanted && model.chart.as_ref().is_some_and(|c| c.data.encounter() == encounter) {
        let whole = model.compare.as_ref().is_some_and(|c| c.whole);
        if all.changes.is_empty() {
            model.say("word for word the same");
        }
        let beside = room(model).0.beside();
        model.compare = Some(ComparePage::new(all, whole, beside));
        model.show(Screen::Compare);
    }
    Vec::new()
}

fn room(model: &Model) -> (Layout, usize) {
    let area = layout::compare(model.size);
    (Layout { width: area.width }, usize::from(area.height))
}

/// Scrolls.
pub fn step(model: &mut Model, by: isize) {
    let (lay, height) = room(model);
    let Some(page) = &mut model.compare else { return };
    let last = lay.last_top(&page.all, &page.list, height);
    page.top = match by {
        by if by > isize::MAX / 8 => last,
        by if by < isize::MIN / 8 => (0, 0),
        by => lay.moved(&page.all, &page.list, page.top, by).min(last),
    };
    page.change = None;
}

fn turn(model: &mut Model, by: isize) -> Vec<Effect> {
    let (lay, height) = room(model);
    let Some(page) = &mut model.compare else { return Vec::new() };
    let next = match page.change {
        Some(at) => at.checked_add_signed(by),
        None => {
            // From where somebody scrolled to: the first change at or after the top, or the last one before it.
            let at = page.all.changes.partition_point(|row| *row < page.row());
            if by > 0 { Some(at) } else { at.checked_sub(1) }
        }
    };
    let Some((at, row)) = next.and_then(|at| Some((at, *page.all.changes.get(at)?))) else {
        model.say(if by > 0 { "this is the last change" } else { "this is the first change" });
        return Vec::new();
    };
    let last = lay.last_top(&page.all, &page.list, height);
    page.top = lay.moved(&page.all, &page.list, (page.entry(row), 0), -ABOVE).min(last);
    page.change = Some(at);
    Vec::new()
}

/// The next change.
pub fn next_change(model: &mut Model) -> Vec<Effect> {
    turn(model, 1)
}

/// The change before.
pub fn previous_change(model: &mut Model) -> Vec<Effect> {
    turn(model, -1)
}

/// Every line, or the changes with a little around them; the row at the top stays.
pub fn whole(model: &mut Model) -> Vec<Effect> {
    let lay = room(model).0;
    if let Some(page) = &mut model.compare {
        page.whole = !page.whole;
        lay_out(page, lay);
    }
    keep_in_sight(model);
    Vec::new()
}

/// Lays the rows out for a screen of another width.
pub fn relay(model: &mut Model) {
    let lay = room(model).0;
    if let Some(page) = model.compare.as_mut().filter(|page| page.beside != lay.beside()) {
        page.beside = lay.beside();
        lay_out(page, lay);
    }
}

/// Makes the list anew; the row at the top stays.
fn lay_out(page: &mut ComparePage, lay: Layout) {
    let row = page.row();
    page.list = std::sync::Arc::new(page.all.shown(page.whole, lay.beside()));
    page.top = (page.entry(row), 0);
}

fn keep_in_sight(model: &mut Model) {
    let (lay, height) = room(model);
    if let Some(page) = &mut model.compare {
        page.top = page.top.min(lay.last_top(&page.all, &page.list, height));
    }
}

/// To the words in the note: those of the change that was gone to, else the row at the top.
pub fn go(model: &mut Model) -> Vec<Effect> {
    let Some(page) = &model.compare else { return Vec::new() };
    let row = page.change.and_then(|at| page.all.changes.get(at).copied()).unwrap_or_else(|| page.row());
    let Some(row) = page.all.rows.get(row) else { return Vec::new() };
    // An earlier version is not in the chart: its words are gone to where the version of today has them.
    let same = page.all.older.document == page.all.newer.document;
    let (side, text) = match row {
        Row::Same(_, new) | Row::Added(new) | Row::Changed(_, new) => (&page.all.newer, new),
        Row::Removed(_) if same => {
            model.say("this line is in the earlier version only");
            return Vec::new();
        }
        Row::Removed(old) => (&page.all.older, old),
    };
    let (document, start, end) = (side.document.clone(), text.at, text.at + text.words.len());
    if let Some(chart) = &mut model.chart {
        chart.pane = Pane::Reader;
    }
    model.screens.retain(|s| *s != Screen::Compare);
    chart::jump(model, &document, start, end, Pane::Reader)
}
