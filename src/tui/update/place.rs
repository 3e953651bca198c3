//! The place that is kept, so that a dropped line comes back to it.

use crate::tui::model::{Basket, ChartPlace, DraftPlace, Model, Places, Screen, Sort, Wish};
use crate::tui::msg::{Effect, Request, Slot, Timer};
use crate::work::model::WorklistView;
use serde_json::{Value, json};
use std::time::Duration;

/// How long the place must stand still before it is kept.
const REST: Duration = Duration::from_secs(2);

/// The place as it is kept. The charts that were left, and what was taken from charts, are many and change only now and then: `watch` looks
/// at their counts alone.
fn now(model: &Model, (places, basket): (Value, Value)) -> Value {
    let chart = model.chart.as_ref().filter(|_| model.screens.contains(&Screen::Chart));
    let chart = chart.map(|chart| super::chart::place(chart).to_json(chart.data.encounter()));
    let view = model.worklist.view.words().0;
    let row = model.worklist.selected().map(|r| r.encounter.clone());
    let draft = model.composer.as_ref().filter(|_| model.screens.contains(&Screen::Composer)).map(|c| c.place().to_json());
    json!({
        "view": view,
        "row": row,
        "sort": model.worklist.sort.label(),
        "columns": model.worklist.columns.0,
        "chart": chart,
        "places": places,
        "numbers": model.numbers,
        "search": model.search.query,
        "draft": draft,
        "basket": basket,
    })
}

fn sketch(model: &Model) -> String {
    now(model, (json!(model.places.changes), json!(model.basket.changes))).to_string()
}

/// Sets the timer when the place is another one than the one kept.
pub fn watch(model: &mut Model) -> Vec<Effect> {
    if !model.worklist.loaded || model.ending || sketch(model) == model.kept {
        return Vec::new();
    }
    vec![Effect::After(Timer::Place, 0, REST)]
}

/// Keeps it now.
pub fn keep(model: &mut Model) -> Vec<Effect> {
    if !model.worklist.loaded {
        return Vec::new();
    }
    let sketch = sketch(model);
    if sketch == model.kept {
        return Vec::new();
    }
    model.kept = sketch;
    let place = now(model, (model.places.to_json(), model.basket.to_json())).to_string();
    vec![model.ask(Slot::Act, Request::SavePlace(place))]
}

/// Takes a kept place up; an explicit wish goes before it.
pub fn take(model: &mut Model, kept: &str) -> Vec<Effect> {
    let Ok(value) = serde_json::from_str::<Value>(kept) else { return Vec::new() };
    model.numbers = value.get("numbers").and_then(Value::as_bool).unwrap_or(false);
    model.places = value.get("places").map(Places::from_json).unwrap_or_default();
    model.basket = value.get("basket").map(Basket::from_json).unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut effects = Vec::new();
    if let Some(view) =
        value.get("view").and_then(Value::as_str).and_then(|name| WorklistView::ALL.into_iter().find(|v| v.words().0 == name))
        && view != model.worklist.view
    {
        model.worklist.view = view;
        effects.push(model.ask(Slot::Worklist, Request::Worklist(view)));
    }
    if let Some((sort, _)) = Sort::ALL.iter().find(|(_, name)| value.get("sort").and_then(Value::as_str) == Some(name)) {
        model.worklist.sort = *sort;
    }
    if let Some(columns) = value.get("columns").and_then(Value::as_array) {
        for (at, shown) in columns.iter().enumerate().filter_map(|(at, v)| Some((at, v.as_bool()?))) {
            if model.worklist.columns.0.get(at).is_some_and(|now| *now != shown) {
                model.worklist.columns.toggle(at);
            }
        }
    }
    model.search.query = text(value.get("search").unwrap_or(&Value::Null));
    model.search.at = model.search.query.len();
    if model.wish.is_some() {
        return effects;
    }
    let draft = value.get("draft").and_then(DraftPlace::from_json);
    let chart = value.get("chart").filter(|c| c.is_object()).and_then(ChartPlace::from_json);
    match (chart, draft) {
        (Some((encounter, place)), draft) => {
            let wish = Wish { encounter, place: Some(place), draft, ..Wish::default() };
            effects.extend(super::chart::open(model, wish));
        }
        // It was opened from the list of queries.
        (None, Some(draft)) => effects.push(super::chart::take_up(model, draft)),
        (None, None) => return effects,
    }
    model.say("back where you were; {go-back} goes to the worklist");
    effects
}
