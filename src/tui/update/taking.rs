//! What of a chart is taken into a draft: from the chart for the next one, from the composer for the one that is written.

use super::autosave::changed;
use super::chart::sentence;
use crate::chart::{Evidence, Span};
use crate::query::{Indicator, candidates, of_observation, of_words, retell_the_rest};
use crate::tui::layer::Layer;
use crate::tui::model::{ChartPage, Model, Pane, Taken};
use crate::tui::msg::Effect;
use crate::tui::say;

/// Puts indicators into the draft; one that is there is ticked.
pub fn take_in(model: &mut Model, taken: Vec<Indicator>) -> Vec<Effect> {
    let Some(composer) = &mut model.composer else { return Vec::new() };
    for indicator in taken {
        let there = composer.draft.indicators.iter_mut().find(|i| i.hash == indicator.hash && i.evidence == indicator.evidence);
        match there {
            Some(there) => there.included = true,
            None => composer.draft.indicators.push(indicator),
        }
    }
    retell(model);
    changed(model)
}

/// Shows what of the chart can be taken.
pub fn take(model: &mut Model) -> Vec<Effect> {
    let encounter = model.composer.as_ref().and_then(|c| c.draft.encounter.clone());
    let Some(chart) = model.chart.as_ref().filter(|c| Some(c.data.encounter()) == encounter.as_deref()) else {
        model.say("open its chart first: {chart-of-query} in the list of queries");
        return Vec::new();
    };
    let line = |i: &Indicator| format!("{}   {}   {}", say::proof(&i.evidence), say::source(&i.evidence), i.group);
    let all = candidates(&chart.data.view.chart).into_iter().map(|i| (line(&i), i)).collect();
    model.layers.push(Layer::Take { words: String::new(), cursor: 0, all });
    Vec::new()
}

/// What is under the cursor of the chart: proof, marked words, a value.
fn under_cursor(page: &ChartPage) -> Vec<Indicator> {
    let chart = &page.data.view.chart;
    let of_evidence = |e: &Evidence| match e {
        Evidence::Text(text) => chart.document(&text.document).and_then(|d| of_words(d, Span::new(text.start, text.end), "documentation")),
        Evidence::Value(_) => Some(Indicator::new(e.clone(), "labs")),
    };
    match page.pane {
        Pane::Gaps => {
            let gap = page.data.view.gaps.get(page.gap);
            let proof = |g: &crate::work::model::GapRow| g.gap.evidence.iter().chain(&g.gap.counter_evidence).cloned().collect::<Vec<_>>();
            let all = gap.map(proof).unwrap_or_default();
            match page.proof {
                Some(at) => all.get(at).and_then(of_evidence).into_iter().collect(),
                None => all.iter().filter_map(of_evidence).collect(),
            }
        }
        Pane::Labs => {
            let series = page.data.series.get(page.lab);
            let back = page.trend.map_or(0, |trend| trend.back);
            let selected = series.and_then(|s| s.points.get(s.points.len().checked_sub(back + 1)?).map(|p| (s, p)));
            let there = selected.and_then(|(s, p)| chart.observations.iter().rev().find(|o| o.name == s.name && o.time == Some(p.time)));
            there.and_then(of_observation).into_iter().collect()
        }
        Pane::Timeline => Vec::new(),
        Pane::Reader | Pane::Documents => {
            let marked = page.current.filter(|_| sentence::marked(page));
            // Of a word that was looked for, the sentence it stands in: alone it proves nothing.
            let found = marked.is_some_and(|current| page.find.hits.contains(&current));
            let span = marked.map(|(_, start, end)| if found { sentence::around(page, (start, end)) } else { (start, end) });
            let words = span.zip(chart.documents.get(page.doc));
            words.and_then(|((start, end), d)| of_words(d, Span::new(start, end), "documentation")).into_iter().collect()
        }
    }
}

/// The longest text that goes to a clipboard: more than any proof, and less than terminals refuse.
const MOST_COPIED: usize = 50_000;

/// Hands what is under the cursor to the terminal's clipboard, each with its source.
pub fn copy_from_chart(model: &mut Model) -> Vec<Effect> {
    let taken = model.chart.as_ref().map(under_cursor).unwrap_or_default();
    let lines: Vec<String> = taken.iter().map(|i| format!("{} ({})", say::proof(&i.evidence), say::source(&i.evidence))).collect();
    let words = crate::tui::text::multiline(&lines.join("\n"));
    if words.is_empty() {
        model.say("nothing is marked here; {go} on a gap marks its words");
        return Vec::new();
    }
    if words.len() > MOST_COPIED {
        model.say("too long for a clipboard; `lacuna note` prints the whole document");
        return Vec::new();
    }
    model.say("sent to the terminal; whether it takes it is its own setting (tmux: set-clipboard on)");
    vec![Effect::Copy(words)]
}

/// Takes what is under the cursor of the chart for the next draft about it.
pub fn take_from_chart(model: &mut Model) -> Vec<Effect> {
    let Some(page) = &model.chart else { return Vec::new() };
    let (taken, encounter) = (under_cursor(page), page.data.encounter().to_owned());
    let proof = page.pane == Pane::Gaps;
    if proof && super::presenter::hidden(page) {
        model.say("the answer is hidden while you present; {reveal-answer} shows it");
        return Vec::new();
    }
    if page.pane == Pane::Reader && taken.is_empty() {
        let effects = sentence::turn(model, 1);
        if model.chart.as_ref().is_some_and(sentence::marked) {
            model.say("{take-proof} takes the sentence that is marked; {into} and {out-of} mark another one");
        }
        return effects;
    }
    if taken.is_empty() {
        model.say("nothing is marked here; {go} on a gap marks its words");
        return Vec::new();
    }
    // It belongs to the gap under the cursor: the query about another one does not get it.
    let row = page.data.view.gaps.get(page.gap);
    let (gap, title) = (row.map(|row| row.key.clone()), row.map(|row| crate::tui::text::fit(&row.gap.title, TITLE, false)));
    let put = |indicator| model.basket.put(Taken { encounter: encounter.clone(), gap: gap.clone(), proof, indicator });
    let new = taken.into_iter().map(put).filter(|new| *new).count();
    let all = model.basket.count(&encounter, gap.as_deref());
    let about = title.map_or_else(|| "this chart ({query-blank})".to_owned(), |title| format!("\u{201c}{title}\u{201d} ({{query-gap}})"));
    let took = if new == 0 { "taken already".to_owned() } else { format!("{new} taken") };
    model.say(format!("{took}, {all} for the next query about {about}"));
    // Kept at once: whatever ends the program from here on, it goes into the next draft.
    super::place::keep(model)
}

/// Columns of a gap's title in what is said of it.
const TITLE: usize = 44;

/// Tells anew, beside the values that are ticked, which others of the stay are not shown: what was told when the draft was begun is not true of
/// other ticks.
pub fn retell(model: &mut Model) {
    let Some(composer) = &mut model.composer else { return };
    let stay = composer.draft.encounter.as_deref();
    let chart = model.chart.as_ref().filter(|c| Some(c.data.encounter()) == stay).map(|c| &*c.data.view.chart);
    retell_the_rest(&mut composer.draft.indicators, chart);
}
