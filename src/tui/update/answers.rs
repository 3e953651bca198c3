//! Answers of jobs, once they are known to be the newest.

use super::{autosave, chart, compare, composer, nav, place, presenter, queries, search, try_on, when, worklist};
use crate::tui::layer::Layer;
use crate::tui::model::{Model, Screen};
use crate::tui::msg::{Answer, Done, Effect, Request, Slot};

/// Takes an answer in.
pub fn take(model: &mut Model, answer: Answer) -> Vec<Effect> {
    let failed = match answer {
        Answer::Changed(inner) => return changed(model, *inner),
        Answer::Worklist(Ok(list)) => return worklist::take(model, list),
        Answer::Counted(Ok(left)) => return worklist::counted(model, left),
        Answer::Counted(Err(t)) => {
            // It is not begun again by itself: it would break down again.
            model.worklist.counting = None;
            model.worklist.unlooked = model.worklist.list.waiting;
            t
        }
        Answer::Chart(Ok(data)) => return chart::take(model, data),
        Answer::Search(Ok(page)) => return search::take(model, page),
        Answer::Completions(all) => {
            search::completions(model, all);
            return Vec::new();
        }
        Answer::Searches(Ok(all)) => {
            search::searches(model, all);
            return Vec::new();
        }
        Answer::Stays(Ok((query, encounters))) => return search::stays(model, query, encounters),
        Answer::Explain(Ok(found)) => {
            if let Some(Layer::Explain { tree, .. }) = model.layers.last_mut() {
                *tree = Some(found);
            }
            return Vec::new();
        }
        Answer::Queries(Ok(rows)) => {
            queries::take(model, rows);
            return Vec::new();
        }
        Answer::Query(Ok(view)) => {
            if let Some(Layer::Reply { id, options, typing, early, .. }) = model.layers.last_mut() {
                let mut effects = Vec::new();
                if *id == view.row.id {
                    *options = view.draft.options.iter().map(|o| o.text.clone()).collect();
                    *typing = options.is_empty();
                    for key in early.take().unwrap_or_default() {
                        effects.extend(super::press(model, key));
                    }
                }
                return effects;
            }
            if let Some(Layer::Redirect { id, all }) = model.layers.last_mut() {
                if *id == view.row.id {
                    *all = queries::others(&view);
                }
                return Vec::new();
            }
            return queries::take_one(model, *view);
        }
        Answer::Draft(Ok(view)) => return queries::take_one(model, *view),
        Answer::Compared(Ok(found)) => return compare::take(model, &found.0, found.1),
        Answer::Lint(Ok(report)) => {
            if let Some(composer) = &mut model.composer {
                composer.report = Some(report);
                composer.checked = composer.asked;
            }
            model.notice.take_if(|notice| notice.text == when::NOT_CHECKED);
            return Vec::new();
        }
        Answer::Provider(shown) => {
            provider(model, shown);
            return Vec::new();
        }
        Answer::Tried(tried) => {
            try_on::take(model, tried.map(|tried| *tried));
            return Vec::new();
        }
        Answer::ChecklistNames(names) => {
            try_on::offered(model, names);
            return Vec::new();
        }
        Answer::ChecklistEdited(Ok(())) => return try_on::again(model),
        Answer::Edited(Ok(draft)) => return composer::edited(model, *draft),
        Answer::Saved(id, result) => return autosave::saved(model, id, result),
        Answer::Act(Ok(done)) => return did(model, done),
        Answer::Place(Ok(kept)) => return began(model, kept),
        Answer::Worklist(Err(t)) | Answer::Search(Err(t)) | Answer::Explain(Err(t)) | Answer::Queries(Err(t)) => t,
        Answer::Searches(Err(t)) | Answer::Stays(Err(t)) | Answer::Edited(Err(t)) => t,
        Answer::Compared(Err(t)) | Answer::ChecklistEdited(Err(t)) => t,
        Answer::Query(Err(t)) => {
            // Without the query there is nothing to answer.
            model.layers.pop_if(|layer| match layer {
                Layer::Reply { early, .. } => early.is_some(),
                Layer::Redirect { all, .. } => all.is_empty(),
                _ => false,
            });
            t
        }
        Answer::Draft(Err(t)) | Answer::Lint(Err(t)) | Answer::Act(Err(t)) | Answer::Place(Err(t)) => t,
        Answer::Chart(Err(t)) => {
            model.wish = None;
            t
        }
    };
    model.trouble(&failed);
    Vec::new()
}

/// Takes an answer in and reads the other of worklist and chart again: quietly, each keeps its place.
fn changed(model: &mut Model, answer: Answer) -> Vec<Effect> {
    let list = matches!(answer, Answer::Worklist(_));
    let mut effects = take(model, answer);
    let chart = model.chart.as_ref().map(|c| c.data.encounter().to_owned());
    if !list {
        let view = model.worklist.view;
        effects.push(model.ask(Slot::Worklist, Request::Worklist(view)));
    } else if let Some(encounter) = chart.filter(|_| !model.jobs.waits(Slot::Chart)) {
        effects.push(presenter::ask(model, encounter));
    }
    effects
}

/// The first answer: where to begin.
fn began(model: &mut Model, kept: Option<String>) -> Vec<Effect> {
    let mut effects = kept.map(|kept| place::take(model, &kept)).unwrap_or_default();
    if let Some(wish) = model.wish.clone().filter(|_| !model.jobs.waits(Slot::Chart)) {
        effects.extend(chart::open(model, wish));
    }
    effects
}

fn provider(model: &mut Model, shown: String) {
    if let Some(Layer::Text { text, .. }) =
        model.layers.iter_mut().find(|l| matches!(l, Layer::Text { title, .. } if title == composer::PROVIDER))
    {
        *text = shown;
    } else if let Some(query) = &mut model.query {
        query.text = shown;
    }
}

fn did(model: &mut Model, done: Done) -> Vec<Effect> {
    match done {
        Done::Quiet => Vec::new(),
        Done::Search(words) => {
            model.say(words);
            vec![model.ask(Slot::Searches, Request::Searches)]
        }
        Done::Seen(encounter, document) => {
            chart::was_seen(model, &encounter, &document);
            Vec::new()
        }
        Done::Signed(name, contact) => composer::signed(model, name, contact),
        Done::Gap(words) | Done::Review(words) => {
            let view = model.worklist.view;
            let mut effects = nav::refresh(model);
            if model.screen() != Screen::Worklist {
                effects.push(model.ask(Slot::Worklist, Request::Worklist(view)));
            }
            model.say(words);
            effects
        }
        Done::Discarded(id) => {
            model.composer = None;
            model.screens.retain(|s| *s != Screen::Composer);
            let effects = nav::refresh(model);
            model.say(format!("draft {id} is thrown away"));
            effects
        }
        Done::Sent(id) => {
            if let Some(key) = model.composer.take().and_then(|c| c.draft.gap) {
                chart::move_on(model, &key);
            }
            model.screens.retain(|s| *s != Screen::Composer);
            let mut effects = nav::refresh(model);
            if model.screen() != Screen::Chart {
                effects.extend(chart::reread(model));
            }
            model.say(format!("query {id} is sent and recorded; {{tracker}} shows all queries"));
            effects
        }
        Done::Query(_, words) => {
            let mut effects = vec![model.ask(Slot::Queries, Request::Queries)];
            if model.screen() == Screen::Query {
                effects.extend(queries::reread(model));
            }
            model.say(words);
            effects
        }
    }
}
