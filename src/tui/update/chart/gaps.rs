//! The gaps of a chart: their words, the way to the next open one, setting aside, asking.

use super::jump;
use super::panes::show_times;
use crate::chart::{Evidence, TextEvidence};
use crate::checklist::{Gap, GapState};
use crate::tui::layer::{Layer, Purpose, Yes};
use crate::tui::model::{ChartPage, Model, Pane};
use crate::tui::msg::{Effect, Request, Slot};
use crate::tui::update::nav;

/// Among gaps, or, once inside, among the proofs of one; past the last proof comes the next gap.
pub(super) fn step_gaps(chart: &mut ChartPage, by: isize) {
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

pub(super) fn selected_gap(model: &Model) -> Option<&Gap> {
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
            Vec::new()
        }
        Pane::Gaps => {
            let proof = chart
                .proof
                .or_else(|| chart.data.view.gaps.get(chart.gap)?.gap.evidence.iter().position(|e| matches!(e, Evidence::Text(_))))
                .or(Some(0));
            show_proof(model, proof)
        }
        Pane::Labs => super::lab_chart(model),
        Pane::Timeline => super::timeline::open_event(model),
        Pane::Reader => Vec::new(),
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
            model.say("nothing to go to: the proof is that nothing was found; {explain-gap} explains where it looked");
            Vec::new()
        }
    }
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

fn gap_key(model: &Model) -> Option<(String, String, String)> {
    let chart = model.chart.as_ref()?;
    let row = chart.data.view.gaps.get(chart.gap)?;
    Some((chart.data.encounter().to_owned(), row.key.clone(), row.gap.title.clone()))
}

/// A draft from the selected gap; the query that asks already, when there is one. A gap that is no longer open is asked about only when
/// somebody says so once more.
pub fn query(model: &mut Model) -> Vec<Effect> {
    let Some((_, key, title)) = gap_key(model) else { return Vec::new() };
    let row = model.chart.as_ref().and_then(|c| c.data.view.gaps.get(c.gap));
    let state = row.map(|r| (r.gap.state, r.dismissed.clone(), r.query));
    let why = match state {
        Some((_, _, Some(_))) | None => None,
        Some((GapState::Dismissed, reason, _)) => Some(format!("was set aside{}", reason.map(|r| format!(": {r}")).unwrap_or_default())),
        Some((GapState::Resolved, ..)) => Some("is answered by later documentation".to_owned()),
        Some(_) => None,
    };
    match why {
        Some(why) => {
            let question = format!("\u{201c}{title}\u{201d} {why}. Write a query about it all the same?");
            model.layers.push(Layer::Confirm { question, yes: Yes::Query(key) });
            Vec::new()
        }
        None => query_about(model, &key),
    }
}

/// A draft about a gap of the open chart.
pub fn query_about(model: &mut Model, key: &str) -> Vec<Effect> {
    let Some(chart) = &model.chart else { return Vec::new() };
    let asked = chart.data.view.gaps.iter().find(|g| g.key == key).and_then(|g| g.query);
    let sent = |id: &i64| chart.data.view.queries.iter().any(|q| q.id == *id && !q.state.is_draft());
    let encounter = chart.data.encounter().to_owned();
    match asked.filter(sent) {
        Some(id) => vec![model.ask(Slot::Query, Request::Query(id))],
        None => vec![model.ask(Slot::Draft, Request::DraftForGap(encounter, key.to_owned()))],
    }
}

/// Once this gap is dealt with, the cursor goes to the next open one: of those after it, else of those before.
pub fn move_on(model: &mut Model, key: &str) {
    let Some(chart) = &mut model.chart else { return };
    let gaps = &chart.data.view.gaps;
    let Some(at) = gaps.iter().position(|g| g.key == key) else { return };
    let mut open = gaps.iter().skip(at + 1).chain(gaps.iter().take(at)).filter(|g| g.gap.state == GapState::Open);
    // One that has a draft is not forgotten, but it comes after those that nobody took up.
    chart.next_gap = open.clone().find(|g| g.query.is_none()).or(open.next()).map(|g| g.key.clone());
}

/// The query that was sent about the selected gap.
pub fn query_of_gap(model: &Model) -> Option<i64> {
    let chart = model.chart.as_ref()?;
    let id = chart.data.view.gaps.get(chart.gap)?.query?;
    chart.data.view.queries.iter().any(|q| q.id == id && q.state.is_sent()).then_some(id)
}

/// Asks how one spoke about that query.
pub fn contact(model: &mut Model) -> Vec<Effect> {
    if let Some(id) = query_of_gap(model) {
        let prompt = format!("Query {id}. How, and what was said? As in  telephone: will look at it tonight");
        model.layers.push(Layer::Words { prompt, text: String::new(), cursor: 0, purpose: Purpose::Contact(id) });
    }
    Vec::new()
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

/// The gap whose dismissal can be taken back: the selected one, else the one that was set aside last.
pub fn set_aside(model: &Model) -> Option<&str> {
    let chart = model.chart.as_ref()?;
    let gaps = &chart.data.view.gaps;
    let dismissed = |g: &&crate::work::model::GapRow| g.gap.state == GapState::Dismissed;
    let last = || gaps.iter().find(|g| Some(&g.key) == chart.aside.as_ref()).filter(dismissed);
    gaps.get(chart.gap).filter(dismissed).or_else(last).map(|g| g.key.as_str())
}

/// Takes a dismissal back.
pub fn reopen(model: &mut Model) -> Vec<Effect> {
    let Some(key) = set_aside(model).map(str::to_owned) else { return Vec::new() };
    let Some(encounter) = model.chart.as_ref().map(|c| c.data.encounter().to_owned()) else { return Vec::new() };
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
    // While a stay is shown one day at a time, the answer must not tell what comes later.
    let until = model.presenter.as_ref().and_then(|presenter| presenter.until(&encounter));
    vec![model.ask(Slot::Explain, Request::Explain(encounter, item, until))]
}
