//! The chart: panes, gaps and their words, find, jumps and the way back.

use super::nav;
use crate::chart::{Evidence, Instant, TextEvidence, ValueEvidence};
use crate::checklist::Gap;
use crate::tui::chart_data::ChartData;
use crate::tui::edit::{self, Shape, Typed};
use crate::tui::keys::Key;
use crate::tui::layer::Layer;
use crate::tui::layout;
use crate::tui::model::{ChartPage, ChartPlace, Find, Model, Pane, Screen, Step, Wish};
use crate::tui::msg::{Effect, Request, Slot};
use crate::work::query_inside;

use std::collections::BTreeMap;
use std::sync::Arc;

/// How many steps back are kept.
const MOST_STEPS: usize = 100;

/// How many matches of a find are kept; more than anybody walks through.
const MOST_HITS: usize = 20_000;

/// Asks for a chart; it shows when it comes.
pub fn open(model: &mut Model, wish: Wish) -> Vec<Effect> {
    let encounter = wish.encounter.clone();
    leave(model);
    model.wish = Some(wish);
    vec![model.ask(Slot::Chart, Request::Chart(encounter))]
}

/// Remembers where this person is in the open chart.
pub fn leave(model: &mut Model) {
    if let Some(chart) = &model.chart {
        model.places.insert(chart.data.encounter().to_owned(), place(chart));
    }
}

/// Where this person is in a chart.
pub fn place(chart: &ChartPage) -> ChartPlace {
    ChartPlace {
        pane: chart.pane,
        document: chart.data.document(chart.doc).map(|d| d.identifier.clone()).unwrap_or_default(),
        top: chart.top(),
        gap: chart.data.view.gaps.get(chart.gap).map(|g| g.key.clone()).unwrap_or_default(),
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
        page.gap = data.view.gaps.iter().position(|g| g.key == place.gap).unwrap_or(open.gap).min(data.view.gaps.len().saturating_sub(1));
        page.doc = data.position(&place.document).unwrap_or(0);
        page.proof = page.proof.filter(|p| data.view.gaps.get(page.gap).is_some_and(|g| *p < g.gap.evidence.len()));
        if page.doc != open.doc {
            page.tops.clear();
            page.back.clear();
        }
        if !page.find.words.is_empty() {
            page.find.hits = Arc::new(find_all(&data, page.doc, &page.find.words));
        }
        model.chart = Some(page);
        return Vec::new();
    }
    let Some(wish) = wish else { return Vec::new() };
    let place = wish.place.or_else(|| model.places.get(&wish.encounter).cloned());
    let mut page = ChartPage::new(data);
    if let Some(place) = place {
        page.pane = place.pane;
        page.gap = page.data.view.gaps.iter().position(|g| g.key == place.gap).unwrap_or(0);
        if let Some(doc) = page.data.position(&place.document) {
            page.doc = doc;
            page.tops.insert(doc, place.top);
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
                chart.find.hits = Arc::new(find_all(&chart.data, chart.doc, &words));
                chart.find.words = words;
                // The match that was opened is one of them.
                let near = |hit: &&(usize, usize, usize)| hit.0 == chart.doc && hit.1 < at.1.max(at.0 + 1) && at.0 < hit.2;
                chart.current = chart.find.hits.iter().find(near).copied().or(chart.current);
            }
        }
    }
    effects
}

impl ChartPage {
    fn new(data: Arc<ChartData>) -> Self {
        let unseen = data.order().find(|d| data.unseen(*d));
        let doc = unseen.or(data.order().next()).unwrap_or(0);
        let pane = if data.view.gaps.is_empty() { Pane::Documents } else { Pane::Gaps };
        Self {
            data,
            pane,
            doc,
            tops: BTreeMap::new(),
            gap: 0,
            proof: None,
            current: None,
            back: Vec::new(),
            find: Find::default(),
            lab: 0,
            lab_back: 0,
        }
    }

    /// First byte of the top row of the document on show.
    pub fn top(&self) -> usize {
        self.tops.get(&self.doc).copied().unwrap_or(0)
    }

    fn here(&self) -> Step {
        Step { pane: self.pane, doc: self.doc, top: self.top(), current: self.current }
    }

    fn remember(&mut self) {
        let here = self.here();
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
        }
        Pane::Reader => scroll(chart, size, by),
        Pane::Gaps => step_gaps(chart, by),
        Pane::Labs => {
            let len = chart.data.series.len();
            nav::moved(&mut chart.lab, len, by);
        }
    }
}

fn scroll(chart: &mut ChartPage, size: (u16, u16), by: isize) {
    let (width, height) = layout::reader(size);
    let (Some(document), Some(note)) = (chart.data.document(chart.doc), chart.data.notes.get(chart.doc)) else { return };
    let last = note.lines.last_top(&document.text, width, height);
    let top = match by {
        by if by > isize::MAX / 8 => last,
        by if by < isize::MIN / 8 => 0,
        by => note.lines.moved(&document.text, chart.top(), width, by).min(last),
    };
    chart.tops.insert(chart.doc, top);
}

/// Among gaps, or, once inside, among the proofs of one; past the last proof comes the next gap.
fn step_gaps(chart: &mut ChartPage, by: isize) {
    let gaps = &chart.data.view.gaps;
    let proofs = gaps.get(chart.gap).map_or(0, |g| g.gap.evidence.len());
    match (chart.proof, by) {
        (Some(proof), 1) if proof + 1 < proofs => chart.proof = Some(proof + 1),
        (Some(proof), -1) => chart.proof = proof.checked_sub(1),
        _ => {
            chart.proof = None;
            let len = gaps.len();
            nav::moved(&mut chart.gap, len, by);
        }
    }
}

fn selected_gap(model: &Model) -> Option<&Gap> {
    let chart = model.chart.as_ref()?;
    chart.data.view.gaps.get(chart.gap).map(|g| &g.gap)
}

/// Enter: the words of a gap, or the text of a document.
pub fn enter(model: &mut Model) -> Vec<Effect> {
    let Some(chart) = &mut model.chart else { return Vec::new() };
    match chart.pane {
        Pane::Documents => {
            chart.remember();
            chart.pane = Pane::Reader;
            let doc = chart.doc;
            seen(model, doc)
        }
        Pane::Gaps => {
            let proof = chart
                .proof
                .or_else(|| chart.data.view.gaps.get(chart.gap)?.gap.evidence.iter().position(|e| matches!(e, Evidence::Text(_))))
                .or(Some(0));
            show_proof(model, proof)
        }
        Pane::Reader | Pane::Labs => Vec::new(),
    }
}

fn show_proof(model: &mut Model, proof: Option<usize>) -> Vec<Effect> {
    let evidence = selected_gap(model).and_then(|g| g.evidence.get(proof?)).cloned();
    let Some(chart) = &mut model.chart else { return Vec::new() };
    match evidence {
        Some(Evidence::Text(TextEvidence { document, start, end, .. })) => {
            let effects = jump(model, &document, start, end, Pane::Reader);
            if let Some(chart) = &mut model.chart {
                chart.proof = proof;
            }
            effects
        }
        Some(Evidence::Value(value)) => {
            let found =
                chart.data.series.iter().position(|s| {
                    s.name.eq_ignore_ascii_case(&value.name) || s.name.to_lowercase().starts_with(&value.name.to_lowercase())
                });
            match found {
                Some(lab) => {
                    chart.remember();
                    chart.proof = proof;
                    chart.pane = Pane::Labs;
                    chart.lab = lab;
                    let size = model.size;
                    show_times(chart, size, value.date.as_slice());
                }
                None => model.say("this proof is an entry of the record, not words in a note"),
            }
            Vec::new()
        }
        None => {
            model.say("nothing to go to: the proof is that nothing was found; e explains where it looked");
            Vec::new()
        }
    }
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
    seen(model, doc)
}

/// Scrolls so that a byte shows; `always` puts it a third down even when it shows already.
fn reveal(chart: &mut ChartPage, size: (u16, u16), byte: usize, always: bool) {
    let (width, height) = layout::reader(size);
    let (Some(document), Some(note)) = (chart.data.document(chart.doc), chart.data.notes.get(chart.doc)) else { return };
    let page = note.lines.page(&document.text, chart.top(), width, height);
    let shows = page.first().zip(page.last()).is_some_and(|(first, last)| first.start <= byte && byte < last.end);
    if always || !shows {
        let third = isize::try_from(height / 3).unwrap_or(0);
        let last = note.lines.last_top(&document.text, width, height);
        let top = note.lines.moved(&document.text, byte, width, -third).min(last);
        chart.tops.insert(chart.doc, top);
    }
}

fn seen(model: &mut Model, doc: usize) -> Vec<Effect> {
    let Some(chart) = &model.chart else { return Vec::new() };
    if !chart.data.unseen(doc) {
        return Vec::new();
    }
    let Some((document, version)) = chart.data.document(doc).map(|d| (d.identifier.clone(), d.version)) else { return Vec::new() };
    let encounter = chart.data.encounter().to_owned();
    vec![model.ask(Slot::Act, Request::Seen(encounter, document, version))]
}

/// Takes in that a document is seen.
pub fn was_seen(model: &mut Model, encounter: &str, document: &str) {
    if let Some(chart) = model.chart.as_mut().filter(|c| c.data.encounter() == encounter) {
        Arc::make_mut(&mut chart.data).view.seen.insert(document.to_owned());
    }
}

/// The next document that was not opened yet, oldest first, so that the stay reads forwards.
pub fn next_unseen(model: &mut Model) -> Vec<Effect> {
    let Some(chart) = &mut model.chart else { return Vec::new() };
    let order: Vec<usize> = chart.data.order().collect();
    let at = order.iter().position(|d| *d == chart.doc).unwrap_or(0);
    let round = (0..order.len()).map(|step| (at + order.len() - step) % order.len());
    let next = round.filter_map(|i| order.get(i).copied()).find(|d| chart.data.unseen(*d));
    let Some(doc) = next else { return Vec::new() };
    chart.remember();
    chart.doc = doc;
    chart.pane = Pane::Reader;
    chart.current = None;
    seen(model, doc)
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

fn turn_proof(model: &mut Model, by: usize) -> Vec<Effect> {
    let Some(gap) = selected_gap(model) else { return Vec::new() };
    let texts: Vec<usize> = gap.evidence.iter().enumerate().filter(|(_, e)| matches!(e, Evidence::Text(_))).map(|(at, _)| at).collect();
    if texts.is_empty() {
        return show_proof(model, None);
    }
    let here = model.chart.as_ref().and_then(|c| c.proof).and_then(|p| texts.iter().position(|t| *t == p));
    let next = here.map_or(0, |at| (at + by) % texts.len());
    let proof = texts.get(next).copied();
    show_proof(model, proof)
}

/// The next words of this gap.
pub fn next_proof(model: &mut Model) -> Vec<Effect> {
    turn_proof(model, 1)
}

/// The words before.
pub fn previous_proof(model: &mut Model) -> Vec<Effect> {
    let proofs = selected_gap(model).map_or(0, |g| g.evidence.iter().filter(|e| matches!(e, Evidence::Text(_))).count());
    turn_proof(model, proofs.saturating_sub(1))
}

/// The labs open on the values behind the selected gap, where it has any.
fn labs_of_gap(chart: &mut ChartPage, size: (u16, u16)) {
    let values = chart.data.view.gaps.get(chart.gap).into_iter().flat_map(|g| &g.gap.evidence);
    let values: Vec<&ValueEvidence> = values.filter_map(|e| if let Evidence::Value(v) = e { Some(v) } else { None }).collect();
    let found = values.iter().find_map(|v| chart.data.series.iter().position(|s| s.name.eq_ignore_ascii_case(&v.name)));
    let Some(lab) = found else { return };
    let times: Vec<Instant> = values.iter().filter_map(|v| v.date).collect();
    chart.lab = lab;
    show_times(chart, size, &times);
}

/// Moves the labs so that the first of these times shows, and as many after it as fit.
fn show_times(chart: &mut ChartPage, size: (u16, u16), wanted: &[Instant]) {
    let vital = chart.data.series.get(chart.lab).is_some_and(|s| s.vital);
    let (times, cells) = (chart.data.times(vital), layout::lab_cells(layout::chart(size).labs.width));
    let first = times.iter().position(|t| wanted.contains(t));
    chart.lab_back = first.map_or(0, |first| times.len().saturating_sub(first + cells));
}

fn focus(model: &mut Model, pane: Pane) -> Vec<Effect> {
    let size = model.size;
    let Some(chart) = &mut model.chart else { return Vec::new() };
    let entered = pane == Pane::Labs && chart.pane != pane;
    chart.pane = pane;
    if entered {
        labs_of_gap(chart, size);
    }
    let doc = chart.doc;
    if pane == Pane::Reader { seen(model, doc) } else { Vec::new() }
}

fn turn_pane(model: &mut Model, by: usize) -> Vec<Effect> {
    let at = model.chart.as_ref().and_then(|c| Pane::ALL.iter().position(|p| *p == c.pane)).unwrap_or(0);
    let pane = Pane::ALL.get((at + by) % Pane::ALL.len()).copied().unwrap_or_default();
    focus(model, pane)
}

/// The next pane.
pub fn next_pane(model: &mut Model) -> Vec<Effect> {
    turn_pane(model, 1)
}

/// The pane before.
pub fn previous_pane(model: &mut Model) -> Vec<Effect> {
    turn_pane(model, Pane::ALL.len() - 1)
}

/// The list of documents.
pub fn pane_documents(model: &mut Model) -> Vec<Effect> {
    focus(model, Pane::Documents)
}

/// The text.
pub fn pane_reader(model: &mut Model) -> Vec<Effect> {
    focus(model, Pane::Reader)
}

/// The gaps.
pub fn pane_gaps(model: &mut Model) -> Vec<Effect> {
    focus(model, Pane::Gaps)
}

/// Labs and vitals.
pub fn pane_labs(model: &mut Model) -> Vec<Effect> {
    focus(model, Pane::Labs)
}

/// From a gap to its proofs, from documents to the text, in the labs to newer values.
pub fn into(model: &mut Model) -> Vec<Effect> {
    let Some(chart) = &mut model.chart else { return Vec::new() };
    match chart.pane {
        Pane::Documents => return enter(model),
        Pane::Reader => return focus(model, Pane::Gaps),
        Pane::Gaps if chart.proof.is_none() => {
            chart.proof = chart.data.view.gaps.get(chart.gap).filter(|g| !g.gap.evidence.is_empty()).map(|_| 0);
        }
        Pane::Gaps => {}
        Pane::Labs => chart.lab_back = chart.lab_back.saturating_sub(1),
    }
    Vec::new()
}

/// The other way.
pub fn out_of(model: &mut Model) -> Vec<Effect> {
    let size = model.size;
    let Some(chart) = &mut model.chart else { return Vec::new() };
    match chart.pane {
        Pane::Gaps if chart.proof.is_some() => chart.proof = None,
        Pane::Gaps => return focus(model, Pane::Reader),
        Pane::Reader => chart.pane = Pane::Documents,
        Pane::Documents => {}
        Pane::Labs => {
            let vital = chart.data.series.get(chart.lab).is_some_and(|s| s.vital);
            let most = chart.data.times(vital).len().saturating_sub(layout::lab_cells(layout::chart(size).labs.width));
            chart.lab_back = (chart.lab_back + 1).min(most);
        }
    }
    Vec::new()
}

fn neighbour(model: &mut Model, by: isize) -> Vec<Effect> {
    let here = match (&model.chart, model.screen()) {
        (Some(chart), Screen::Chart) => Some(chart.data.encounter().to_owned()),
        _ => model.worklist.selected().map(|r| r.encounter.clone()),
    };
    let at = model.worklist.rows().position(|r| Some(&r.encounter) == here.as_ref());
    let Some(to) = at.map_or(Some(0), |at| at.checked_add_signed(by)) else {
        model.say("this is the first chart of the worklist");
        return Vec::new();
    };
    if to >= model.worklist.shown.len() {
        model.say("this is the last chart of the worklist");
        return Vec::new();
    }
    model.worklist.cursor = to;
    super::worklist::open(model)
}

/// The next chart of the worklist.
pub fn next_chart(model: &mut Model) -> Vec<Effect> {
    neighbour(model, 1)
}

/// The chart before.
pub fn previous_chart(model: &mut Model) -> Vec<Effect> {
    neighbour(model, -1)
}

fn gap_key(model: &Model) -> Option<(String, String, String)> {
    let chart = model.chart.as_ref()?;
    let row = chart.data.view.gaps.get(chart.gap)?;
    Some((chart.data.encounter().to_owned(), row.key.clone(), row.gap.title.clone()))
}

/// A draft from the selected gap; the query that asks already, when there is one.
pub fn query(model: &mut Model) -> Vec<Effect> {
    let asked = model.chart.as_ref().and_then(|c| c.data.view.gaps.get(c.gap)?.query);
    let sent = |id| model.chart.as_ref().is_some_and(|c| c.data.view.queries.iter().any(|q| q.id == id && !q.state.is_draft()));
    if let Some(id) = asked.filter(|id| sent(*id)) {
        return vec![model.ask(Slot::Query, Request::Query(id))];
    }
    let Some((encounter, key, _)) = gap_key(model) else { return Vec::new() };
    vec![model.ask(Slot::Draft, Request::DraftForGap(encounter, key))]
}

/// An empty draft.
pub fn query_blank(model: &mut Model) -> Vec<Effect> {
    let Some(encounter) = model.chart.as_ref().map(|c| c.data.encounter().to_owned()) else { return Vec::new() };
    vec![model.ask(Slot::Draft, Request::DraftBlank(encounter))]
}

/// Asks why a gap is set aside.
pub fn dismiss(model: &mut Model) -> Vec<Effect> {
    if let Some((_, key, title)) = gap_key(model) {
        model.layers.push(Layer::Dismiss { key, title });
    }
    Vec::new()
}

/// Takes a dismissal back.
pub fn reopen(model: &mut Model) -> Vec<Effect> {
    let Some((encounter, key, _)) = gap_key(model) else { return Vec::new() };
    vec![model.ask(Slot::Act, Request::Reopen(encounter, key))]
}

/// Asks why an item fired; what the gap itself says shows at once.
pub fn explain(model: &mut Model) -> Vec<Effect> {
    let Some((encounter, _, title)) = gap_key(model) else { return Vec::new() };
    let Some(gap) = selected_gap(model) else { return Vec::new() };
    let item = gap.item.clone();
    let mut about = vec![gap.why.clone(), String::new(), format!("Item {} version {}, {}", gap.item, gap.version, gap.checklist)];
    if !gap.counter_evidence.is_empty() {
        about.extend([String::new(), "Speaks against it".to_owned()]);
        about.extend(gap.counter_evidence.iter().map(|e| format!("  {}   {}", crate::tui::say::proof(e), crate::tui::say::source(e))));
    }
    if !gap.searched.is_empty() {
        about.extend([String::new(), "Looked for and not found".to_owned()]);
        about.extend(gap.searched.iter().map(|s| format!("  {}   {}", s.what, s.r#where)));
    }
    model.layers.push(Layer::Explain { title, about, tree: None, top: 0 });
    vec![model.ask(Slot::Explain, Request::Explain(encounter, item))]
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

/// Takes keys into the find.
pub fn find(model: &mut Model) -> Vec<Effect> {
    if let Some(chart) = &mut model.chart {
        let from = chart.here();
        chart.find = Find { typing: true, from: Some(from), ..Find::default() };
    }
    Vec::new()
}

/// A key while the find is typed.
pub fn typed(model: &mut Model, key: Key) -> Option<Vec<Effect>> {
    let size = model.size;
    let chart = model.chart.as_mut()?;
    match key {
        Key::Esc => {
            if let Some(from) = chart.find.from.take() {
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
                0 => model.say("not in this chart; s searches all charts"),
                _ => {
                    let doc = chart.doc;
                    return Some(seen(model, doc));
                }
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
        chart.restore(from);
    }
    chart.find.hits = Arc::new(find_all(&chart.data, chart.doc, &words));
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

/// Every place that a query marks, from the document on show on, in the order of the list. The word at the end may still be growing: when
/// it finds nothing, words that begin so count.
fn find_all(data: &ChartData, first: usize, words: &str) -> Vec<(usize, usize, usize)> {
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
    let doc = chart.doc;
    seen(model, doc)
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
