//! The chart: panes, gaps and their words, find, jumps and the way back.

mod find;
mod gaps;
mod go_to;
mod panes;
mod sections;
pub mod sentence;
mod timeline;
mod trend;

pub use find::{end_find, find, find_next, find_previous, paste, typed};
pub use gaps::{
    contact, dismiss, enter, explain, move_on, next_proof, previous_proof, query, query_about, query_blank, query_of_gap, reopen, set_aside,
};
pub use go_to::{KINDS, go_to, targets, went_to};

pub use panes::{into, next_pane, out_of, pane_documents, pane_gaps, pane_labs, pane_reader, pane_timeline, previous_pane};
pub use sections::{fold_all, fold_section, line_numbers, next_section, outline_key, previous_section, sections_with, show_outline};
pub use trend::{close_trend, lab_chart};

use super::{nav, presenter};
use crate::tui::chart_data::ChartData;
use crate::tui::layer::Layer;
use crate::tui::model::{ChartPage, ChartPlace, DraftPlace, Find, Model, Pane, Screen, Step, Wish};
use crate::tui::msg::{Effect, Request, Slot};
use crate::tui::outline;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How many steps back are kept.
const MOST_STEPS: usize = 100;

/// Asks for a chart; it shows when it comes.
pub fn open(model: &mut Model, wish: Wish) -> Vec<Effect> {
    let encounter = wish.encounter.clone();
    leave(model);
    model.wish = Some(wish);
    vec![presenter::ask(model, encounter)]
}

/// Reads the open chart again.
pub fn reread(model: &mut Model) -> Vec<Effect> {
    let open = model.chart.as_ref().map(|c| c.data.encounter().to_owned());
    open.map(|encounter| presenter::ask(model, encounter)).into_iter().collect()
}

/// Remembers where this person is in the open chart.
pub fn leave(model: &mut Model) {
    if let Some(chart) = &model.chart {
        model.places.put(chart.data.encounter(), place(chart));
    }
}

/// Where this person is in a chart.
pub fn place(chart: &ChartPage) -> ChartPlace {
    ChartPlace {
        pane: chart.pane,
        document: chart.data.document(chart.doc).map(|d| d.identifier.clone()).unwrap_or_default(),
        gap: chart.data.view.gaps.get(chart.gap).map(|g| g.key.clone()).unwrap_or_default(),
        tops: chart
            .tops
            .iter()
            .filter_map(|(doc, top)| chart.data.document(*doc).map(|d| (d.identifier.clone(), d.version, *top)))
            .collect(),
    }
}

/// Takes a chart in: a new one opens, the one on show keeps its place.
pub fn take(model: &mut Model, data: Arc<ChartData>) -> Vec<Effect> {
    let wish = model.wish.take_if(|w| data.is(&w.encounter));
    if let (None, Some(open)) = (&wish, &model.chart)
        && open.data.encounter() == data.encounter()
    {
        let place = place(open);
        let mut page = ChartPage { data: Arc::clone(&data), ..open.clone() };
        let wanted = page.next_gap.take().unwrap_or(place.gap);
        page.gap = data.view.gaps.iter().position(|g| g.key == wanted).unwrap_or(open.gap).min(data.view.gaps.len().saturating_sub(1));
        page.doc = data.position(&place.document).or_else(|| data.order().next()).unwrap_or(0);
        carry(open, &mut page);
        page.event = page.event.min(data.events.len().saturating_sub(1));
        page.proof = page.proof.filter(|p| data.view.gaps.get(page.gap).is_some_and(|g| *p < g.gap.evidence.len()));
        if !page.find.words.is_empty() {
            page.find.hits = Arc::new(find::find_all(&data, page.doc, &page.find.words));
        }
        model.chart = Some(page);
        return Vec::new();
    }
    let Some(wish) = wish else { return Vec::new() };
    let place = wish.place.or_else(|| model.places.get(&wish.encounter).cloned());
    let veil = model.presenter.as_ref().map(|p| p.shown.clone());
    let mut page = ChartPage { numbers: model.numbers, veil, ..ChartPage::new(data) };
    if let Some(place) = place {
        page.pane = place.pane;
        page.gap = page.data.view.gaps.iter().position(|g| g.key == place.gap).unwrap_or(0);
        if let Some(doc) = page.data.position(&place.document) {
            page.doc = doc;
        }
        // Another version has other words at the same place: it is read from its top.
        let same = |(identifier, version, top): (String, u32, usize)| {
            let doc = page.data.position(&identifier)?;
            page.data.document(doc).filter(|d| d.version == version && d.text.is_char_boundary(top)).map(|_| (doc, top))
        };
        page.tops = place.tops.into_iter().filter_map(same).collect();
    }
    if let Some(query) = wish.query {
        // To the gap that the query asks about: whoever comes from the query wants to see what it is about.
        let about = |g: &crate::work::model::GapRow| g.query == Some(query) || g.answered == Some(query);
        if let Some(gap) = page.data.view.gaps.iter().position(about) {
            (page.pane, page.gap) = (Pane::Gaps, gap);
        }
    }
    let mut effects = Vec::new();
    if model.notice.as_ref().is_some_and(|n| n.text.starts_with("opening ")) {
        model.notice = None;
    }
    model.show(Screen::Chart);
    model.chart = Some(page);
    if let (Some(document), Some(at)) = (wish.document, wish.at) {
        effects.extend(jump(model, &document, at.0, at.1, Pane::Reader));
        if let Some(chart) = &mut model.chart {
            chart.back.clear();
            if let Some(words) = wish.find {
                chart.find.hits = Arc::new(find::find_all(&chart.data, chart.doc, &words));
                (chart.find.also, chart.find.issues) = find::understood(&words);
                (chart.find.words, chart.find.told) = (words, true);
                // The match that was opened is one of them.
                let near = |hit: &&(usize, usize, usize)| hit.0 == chart.doc && hit.1 < at.1.max(at.0 + 1) && at.0 < hit.2;
                chart.current = chart.find.hits.iter().find(near).copied().or(chart.current);
            }
        }
    }
    // Only now: a draft that came before its chart would lie under it.
    if let Some(place) = wish.draft {
        effects.push(take_up(model, place));
    }
    effects
}

/// Opens a draft where somebody was in it.
pub fn take_up(model: &mut Model, place: DraftPlace) -> Effect {
    model.resume = Some(place);
    model.ask(Slot::Draft, Request::DraftOf(place.id))
}

/// Where somebody was in each note, taken over to the same notes of a chart that was read again: a note may have come before them, and
/// another version has other words at the same place.
fn carry(from: &ChartPage, to: &mut ChartPage) {
    let moved = |doc: usize| {
        let (old, at) = (from.data.document(doc)?, to.data.position(&from.data.document(doc)?.identifier)?);
        to.data.document(at).filter(|new| new.version == old.version && new.text.len() == old.text.len()).map(|_| at)
    };
    let tops = from.tops.iter().filter_map(|(doc, top)| Some((moved(*doc)?, *top))).collect();
    let folded = from.folded.iter().filter_map(|(doc, folded)| Some((moved(*doc)?, folded.clone()))).collect();
    let back = from.back.iter().filter_map(|step| Some(Step { doc: moved(step.doc)?, current: None, ..step.clone() }));
    let back = if moved(from.doc) == Some(from.doc) { from.back.clone() } else { back.collect() };
    let current = from.current.and_then(|(doc, start, end)| Some((moved(doc)?, start, end)));
    let section = from.section.filter(|_| moved(from.doc) == Some(to.doc));
    (to.tops, to.folded, to.back, to.current, to.section) = (tops, folded, back, current, section);
}

impl ChartPage {
    fn new(data: Arc<ChartData>) -> Self {
        // The stay reads forwards: what is read next is the oldest note that was not.
        let unseen = data.order().rev().find(|d| data.unseen(*d));
        let doc = unseen.or(data.order().next()).unwrap_or(0);
        let pane = if data.view.gaps.is_empty() { Pane::Documents } else { Pane::Gaps };
        Self {
            data,
            pane,
            doc,
            tops: BTreeMap::new(),
            folded: BTreeMap::new(),
            section: None,
            numbers: false,
            gap: 0,
            next_gap: None,
            aside: None,
            proof: None,
            current: None,
            back: Vec::new(),
            find: Find::default(),
            lab: 0,
            lab_back: 0,
            trend: None,
            event: 0,
            begun: BTreeSet::new(),
            veil: None,
        }
    }

    fn step(&self) -> Step {
        Step { pane: self.pane, doc: self.doc, top: self.top(), current: self.current }
    }

    fn remember(&mut self) {
        let here = self.step();
        if self.back.last() != Some(&here) {
            self.back.push(here);
        }
        if self.back.len() > MOST_STEPS {
            self.back.remove(0);
        }
    }

    fn restore(&mut self, step: Step) {
        self.pane = step.pane;
        self.doc = step.doc;
        self.section = None;
        self.current = step.current;
        self.tops.insert(step.doc, step.top);
    }
}

/// Moves in the pane with the keys.
pub fn step(model: &mut Model, by: isize) {
    let size = model.size;
    let Some(chart) = &mut model.chart else { return };
    match chart.pane {
        Pane::Documents => {
            let order: Vec<usize> = chart.data.order().collect();
            let mut at = order.iter().position(|d| *d == chart.doc).unwrap_or(0);
            nav::moved(&mut at, order.len(), by);
            chart.doc = order.get(at).copied().unwrap_or(0);
            chart.section = None;
        }
        Pane::Reader => scroll(chart, size, by),
        Pane::Gaps => gaps::step_gaps(chart, by),
        Pane::Labs => {
            if let Some(trend) = chart.trend {
                return trend::step(chart, trend, by);
            }
            let len = chart.data.series.len();
            nav::moved(&mut chart.lab, len, by);
        }
        Pane::Timeline => {
            timeline::step(chart, by);
        }
    }
}

fn scroll(chart: &mut ChartPage, size: (u16, u16), by: isize) {
    let (width, height) = room(chart, size);
    let (Some(document), Some(note)) = (chart.data.document(chart.doc), chart.note()) else { return };
    let folds = &chart.folds().lines;
    let last = note.lines.last_top(&document.text, width, height, folds);
    let top = match by {
        by if by > isize::MAX / 8 => last,
        by if by < isize::MIN / 8 => 0,
        by => note.lines.moved(&document.text, chart.top(), width, by, folds).min(last),
    };
    chart.section = None;
    chart.tops.insert(chart.doc, top);
}

/// Columns and rows of the text of the document on show.
fn room(chart: &ChartPage, size: (u16, u16)) -> (usize, usize) {
    let area = chart.text_area(size);
    (usize::from(area.width), usize::from(area.height))
}

/// Shows words of a document, marked, a third down the pane.
pub fn jump(model: &mut Model, document: &str, start: usize, end: usize, pane: Pane) -> Vec<Effect> {
    let size = model.size;
    let Some(chart) = &mut model.chart else { return Vec::new() };
    let Some(doc) = chart.data.position(document) else {
        model.say("that document is not part of this stay");
        return Vec::new();
    };
    chart.remember();
    chart.pane = pane;
    chart.doc = doc;
    chart.current = Some((doc, start, end));
    reveal(chart, size, start, true);
    Vec::new()
}

/// Scrolls so that a byte shows; `always` puts it a third down even when it shows already.
fn reveal(chart: &mut ChartPage, size: (u16, u16), byte: usize, always: bool) {
    sections::open(chart, byte);
    chart.section = outline::at(chart.outline(), byte);
    let (width, height) = room(chart, size);
    let (Some(document), Some(note)) = (chart.data.document(chart.doc), chart.note()) else { return };
    let folds = &chart.folds().lines;
    let page = note.lines.page(&document.text, chart.top(), width, height, folds);
    let shows = page.first().zip(page.last()).is_some_and(|(first, last)| first.start <= byte && byte < last.end);
    if always || !shows {
        let third = isize::try_from(height / 3).unwrap_or(0);
        let last = note.lines.last_top(&document.text, width, height, folds);
        let top = note.lines.moved(&document.text, byte, width, -third, folds).min(last);
        chart.tops.insert(chart.doc, top);
    }
}

/// The note with the keys, where this person has not read it. What is opened for a room is not read by anybody.
fn being_read(model: &Model) -> Option<&ChartPage> {
    let chart = model.chart.as_ref().filter(|_| model.screen() == Screen::Chart && model.presenter.is_none())?;
    (chart.pane == Pane::Reader && !chart.find.typing && chart.data.unseen(chart.doc)).then_some(chart)
}

/// The first and the last byte of the note on show that are on the screen, and where its words end.
fn on_screen(chart: &ChartPage, size: (u16, u16)) -> Option<(usize, usize, usize)> {
    let (width, height) = room(chart, size);
    let (document, note) = (chart.data.document(chart.doc)?, chart.note()?);
    let page = note.lines.page(&document.text, chart.top(), width, height, &chart.folds().lines);
    let end = document.text.trim_end().len();
    Some((page.first().map_or(0, |row| row.start), page.last().map_or(end, |row| row.end), end))
}

/// A note whose beginning and end were on the screen when the next key comes is read: one that was only opened, shown beside the gaps, or jumped
/// into is not.
pub fn read_to_its_end(model: &mut Model) -> Vec<Effect> {
    let Some(chart) = being_read(model).filter(|_| model.layers.is_empty()) else { return Vec::new() };
    let Some((first, last, end)) = on_screen(chart, model.size) else { return Vec::new() };
    let Some(name) = chart.data.document(chart.doc).map(|d| (d.identifier.clone(), d.version)) else { return Vec::new() };
    let doc = chart.doc;
    let begun = first == 0 || chart.begun.contains(&name);
    if first == 0
        && let Some(chart) = &mut model.chart
    {
        chart.begun.insert(name);
    }
    if begun && end <= last { seen(model, doc) } else { Vec::new() }
}

/// Marks a note as read.
fn seen(model: &mut Model, doc: usize) -> Vec<Effect> {
    let Some(chart) = &model.chart else { return Vec::new() };
    if !chart.data.unseen(doc) || model.presenter.is_some() {
        return Vec::new();
    }
    let Some((document, version)) = chart.data.document(doc).map(|d| (d.identifier.clone(), d.version)) else { return Vec::new() };
    let encounter = chart.data.encounter().to_owned();
    // At once, and not when the store has it: the next key may come before that.
    was_seen(model, &encounter, &document);
    vec![model.ask(Slot::Act, Request::Seen(encounter, document, version))]
}

/// Takes in that a document is seen.
pub fn was_seen(model: &mut Model, encounter: &str, document: &str) {
    if let Some(chart) = model.chart.as_mut().filter(|c| c.data.encounter() == encounter) {
        Arc::make_mut(&mut chart.data).view.seen.insert(document.to_owned());
    }
}

/// Reads on: the next page of a note that was not read, then the next such note, oldest first, so that the stay reads forwards; then labs
/// that came since the last look. What was not on the screen is not marked as read.
pub fn next_unseen(model: &mut Model) -> Vec<Effect> {
    let size = model.size;
    let goes_on = being_read(model).and_then(|chart| on_screen(chart, size)).is_some_and(|(_, last, end)| last < end);
    let mut effects = Vec::new();
    let Some(chart) = &mut model.chart else { return effects };
    if goes_on {
        let page = isize::try_from(room(chart, size).1.saturating_sub(1)).unwrap_or(1).max(1);
        scroll(chart, size, page);
        return effects;
    }
    let order: Vec<usize> = chart.data.order().collect();
    let at = order.iter().position(|d| *d == chart.doc).unwrap_or(0);
    // The note in the reader is not the next one, read or, for a room, not.
    let here = usize::from(chart.pane == Pane::Reader);
    let round = (here..order.len()).map(|step| (at + order.len() - step) % order.len());
    let next = round.filter_map(|i| order.get(i).copied()).find(|d| chart.data.unseen(*d));
    match (next, chart.data.first_new_lab()) {
        (Some(doc), _) => {
            effects.extend(turn_to(model, doc));
            if let Some(chart) = &mut model.chart
                && !chart.data.document(doc).is_some_and(|d| chart.begun.contains(&(d.identifier.clone(), d.version)))
            {
                // One that was only jumped into is read from its beginning.
                chart.tops.insert(doc, 0);
            }
        }
        // Every note was read: what is left are values.
        (None, Some(lab)) => {
            chart.remember();
            chart.pane = Pane::Labs;
            chart.lab = lab;
            panes::show_newest(chart);
        }
        (None, None) => model.say("that was the last note to read"),
    }
    effects
}

/// Opens a document in the reader; `Backspace` comes back from there.
fn turn_to(model: &mut Model, doc: usize) -> Vec<Effect> {
    let Some(chart) = &mut model.chart else { return Vec::new() };
    chart.remember();
    chart.doc = doc;
    chart.section = None;
    chart.pane = Pane::Reader;
    chart.current = None;
    Vec::new()
}

/// Back to where a jump began.
pub fn come_back(model: &mut Model) -> Vec<Effect> {
    if let Some(chart) = &mut model.chart
        && let Some(step) = chart.back.pop()
    {
        chart.restore(step);
    }
    Vec::new()
}

fn neighbour(model: &mut Model, by: isize) -> Vec<Effect> {
    let here = match (&model.chart, model.screen()) {
        (Some(chart), Screen::Chart) => Some(chart.data.encounter().to_owned()),
        _ => model.worklist.selected().map(|r| r.encounter.clone()),
    };
    let shown: Vec<String> = model.worklist.rows().map(|r| r.encounter.clone()).collect();
    // A query or a gap set aside moves a chart in the list; the round goes on in the order that it was begun in.
    let round = if here.as_ref().is_some_and(|h| model.worklist.round.contains(h)) { &model.worklist.round } else { &shown };
    let at = round.iter().position(|e| Some(e) == here.as_ref());
    let mut to = at.map_or(Some(0), |at| at.checked_add_signed(by));
    // What the list no longer shows is stepped over.
    let place = |to: usize| round.get(to).map(|e| shown.iter().position(|s| s == e));
    while let Some(next) = to.filter(|to| place(*to) == Some(None)) {
        to = next.checked_add_signed(by);
    }
    let Some(next) = to else {
        model.say("this is the first chart of the worklist");
        return Vec::new();
    };
    let Some(Some(row)) = place(next) else {
        model.say("this is the last chart of the worklist");
        return Vec::new();
    };
    model.worklist.cursor = row;
    super::worklist::open_row(model)
}

/// The next chart of the worklist.
pub fn next_chart(model: &mut Model) -> Vec<Effect> {
    neighbour(model, 1)
}

/// The chart before.
pub fn previous_chart(model: &mut Model) -> Vec<Effect> {
    neighbour(model, -1)
}

/// Asks when to look again.
pub fn next_review(model: &mut Model) -> Vec<Effect> {
    let known = match (&model.chart, model.screen()) {
        (Some(chart), Screen::Chart) => {
            Some((chart.data.encounter().to_owned(), chart.data.view.chart.patient.as_ref().map(|p| p.display()).unwrap_or_default()))
        }
        _ => model.worklist.selected().map(|r| (r.encounter.clone(), r.patient.clone())),
    };
    if let Some((encounter, patient)) = known {
        model.layers.push(Layer::Review { encounter, patient });
    }
    Vec::new()
}
