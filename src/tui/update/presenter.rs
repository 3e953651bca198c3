//! Showing a chart to a room: on and off, answers, days.

use super::chart;
use crate::tui::chrome::Chrome;
use crate::tui::model::{ChartPage, Model};
use crate::tui::msg::{Effect, Slot};
use crate::tui::presenter::{Presenter, Steps, days};
use crate::tui::say;

/// Begins, or ends and shows everything again.
pub fn toggle(model: &mut Model) -> Vec<Effect> {
    let mut effects = Vec::new();
    match model.presenter.take() {
        None => {
            model.presenter = Some(Presenter::default());
            model.say("presenting: answers are hidden, {reveal-answer} shows them; {next-day} goes through a stay day by day; {presenter} ends it");
        }
        Some(presenter) => {
            model.say("no longer presenting");
            if presenter.steps.is_some() {
                effects.extend(chart::reread(model));
            }
        }
    }
    veil(model);
    relay(model);
    effects
}

/// Lays the screens out for the rows that the presentation and the tour leave.
pub fn relay(model: &mut Model) {
    model.size = Chrome::of(model.terminal, model.strip(), model.presenter.is_some()).inner;
    super::compare::relay(model);
}

/// Takes over into the open chart which answers are hidden.
pub fn veil(model: &mut Model) {
    if let Some(chart) = &mut model.chart {
        chart.veil = model.presenter.as_ref().map(|p| p.shown.clone());
    }
}

/// Shows the answer under the cursor, else the next hidden one; with none hidden, hides all of this chart again.
pub fn reveal(model: &mut Model) -> Vec<Effect> {
    let Some((chart, presenter)) = model.chart.as_mut().zip(model.presenter.as_mut()) else { return Vec::new() };
    let all: Vec<String> = chart.data.view.gaps.iter().map(|g| g.key.clone()).collect();
    let hidden = |at: &usize| chart.hides(*at);
    let next = Some(chart.gap).filter(hidden).or((0..all.len()).find(hidden));
    match next.and_then(|at| Some((at, all.get(at)?.clone()))) {
        Some((at, key)) => {
            presenter.shown.insert(key);
            chart.gap = at;
            chart.proof = None;
        }
        None => {
            presenter.shown.retain(|key| !all.contains(key));
            model.say("hidden again");
        }
    }
    veil(model);
    Vec::new()
}

fn turn(model: &mut Model, by: isize) -> Vec<Effect> {
    let Some((chart, presenter)) = model.chart.as_ref().zip(model.presenter.as_mut()) else { return Vec::new() };
    let encounter = chart.data.encounter().to_owned();
    let known = presenter.steps.take().filter(|s| s.encounter == encounter);
    let days = known.as_ref().map_or_else(|| days(&chart.data), |s| s.days.clone());
    let next = match &known {
        Some(steps) => steps.at.checked_add_signed(by),
        None if by > 0 => Some(0),
        // From the whole stay a day back is the day before its last one.
        None => days.len().checked_sub(2),
    };
    let last = days.len().saturating_sub(1);
    let Some(at) = next.filter(|at| *at < days.len()) else {
        let before_first = next.is_none();
        presenter.steps = known.filter(|_| before_first);
        model.say(if before_first { "this is the first day of the stay" } else { "the whole stay" });
        return if before_first { Vec::new() } else { chart::reread(model) };
    };
    let day = days.get(at).map(say::day).unwrap_or_default();
    presenter.steps = Some(Steps { encounter, days, at });
    model.say(format!("{day}: day {} of {}{}", at + 1, last + 1, if at == last { ", the last one" } else { "" }));
    chart::reread(model)
}

/// The stay as it stood a day later.
pub fn next_day(model: &mut Model) -> Vec<Effect> {
    turn(model, 1)
}

/// The stay as it stood a day earlier.
pub fn previous_day(model: &mut Model) -> Vec<Effect> {
    turn(model, -1)
}

/// Whether the answer under the cursor is hidden.
pub fn hidden(chart: &ChartPage) -> bool {
    chart.hides(chart.gap)
}

/// What a chart is asked with: the day that is shown, while one is.
pub fn ask(model: &mut Model, encounter: String) -> Effect {
    let until = model.presenter.as_ref().and_then(|p| p.until(&encounter));
    model.ask(Slot::Chart, crate::tui::msg::Request::Chart(encounter, until))
}
