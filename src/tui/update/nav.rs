//! Moving about: rows, pages, screens, layers, and out.

use super::{autosave, chart, compare, composer, place, queries, try_on, worklist};
use crate::tui::layer::Layer;
use crate::tui::model::{Model, Screen};
use crate::tui::msg::{Effect, Request, Slot};

/// One row down.
pub fn down(model: &mut Model) -> Vec<Effect> {
    step(model, 1)
}

/// One row up.
pub fn up(model: &mut Model) -> Vec<Effect> {
    step(model, -1)
}

/// One page down.
pub fn page_down(model: &mut Model) -> Vec<Effect> {
    let rows = page(model);
    step(model, rows)
}

/// One page up.
pub fn page_up(model: &mut Model) -> Vec<Effect> {
    let rows = page(model);
    step(model, -rows)
}

/// To the first row.
pub fn top(model: &mut Model) -> Vec<Effect> {
    step(model, isize::MIN / 4)
}

/// To the last row.
pub fn bottom(model: &mut Model) -> Vec<Effect> {
    step(model, isize::MAX / 4)
}

fn page(model: &Model) -> isize {
    isize::try_from(model.body_rows().saturating_sub(2)).unwrap_or(1).max(1)
}

fn step(model: &mut Model, by: isize) -> Vec<Effect> {
    match model.screen() {
        Screen::Worklist => worklist::step(model, by),
        Screen::Chart => chart::step(model, by),
        Screen::Compare => compare::step(model, by),
        Screen::Tracker => {
            let len = model.tracker.rows.len();
            moved(&mut model.tracker.cursor, len, by);
        }
        Screen::Query => {
            if let Some(query) = &mut model.query {
                query.top = query.top.saturating_add_signed(by).min(10_000);
            }
        }
        Screen::Composer => composer::step(model, by),
        Screen::TryOn => try_on::step(model, by),
        Screen::Search => {
            let len = model.search.page.hits.len();
            moved(&mut model.search.cursor, len, by);
        }
    }
    Vec::new()
}

/// Moves a cursor inside a list.
pub fn moved(cursor: &mut usize, len: usize, by: isize) {
    *cursor = cursor.saturating_add_signed(by).min(len.saturating_sub(1));
}

/// One step back, as Esc does it: never loses anything.
pub fn back(model: &mut Model) -> Vec<Effect> {
    let mut effects = Vec::new();
    match model.screen() {
        Screen::Worklist => {
            let shows_all = model.worklist.group.is_none() && model.worklist.only.is_none();
            if model.worklist.filter.is_empty() && !shows_all {
                // One step at a time: the unit, service or payer, then the search.
                if model.worklist.group.take().is_none()
                    && let Some(only) = model.worklist.only.take()
                {
                    effects.extend(worklist::show_view(model, only.before));
                }
                worklist::set_filter(model, String::new());
                model.say(format!("all charts of the view \u{201c}{}\u{201d} again", model.worklist.view.label()));
            } else if model.worklist.filter.is_empty() {
                model.say("{leave} leaves Lacuna");
            } else {
                worklist::set_filter(model, String::new());
            }
            return effects;
        }
        Screen::Composer => return composer::close(model),
        Screen::Chart if chart::close_trend(model) => return effects,
        Screen::Chart => chart::leave(model),
        Screen::Compare => model.jobs.forget(Slot::Compare),
        Screen::Search => model.jobs.forget(Slot::Search),
        Screen::TryOn if model.try_on.on_list => return try_on::to_text(model),
        _ => {}
    }
    if model.screens.len() > 1 {
        model.screens.pop();
    }
    effects.extend(refresh(model));
    effects
}

/// Reads what the visible screen shows again, because it may have changed meanwhile.
pub fn refresh(model: &mut Model) -> Vec<Effect> {
    match model.screen() {
        Screen::Worklist => {
            let view = model.worklist.view;
            vec![model.ask(Slot::Worklist, Request::Worklist(view))]
        }
        Screen::Chart => chart::reread(model),
        Screen::Tracker => vec![model.ask(Slot::Queries, Request::Queries)],
        Screen::Query => queries::reread(model),
        _ => Vec::new(),
    }
}

/// One step back; from the worklist, out.
pub fn leave(model: &mut Model) -> Vec<Effect> {
    match model.screen() {
        Screen::TryOn if model.screens.len() > 1 => {
            model.screens.pop();
            refresh(model)
        }
        _ if model.screens.len() > 1 => back(model),
        _ => quit(model),
    }
}

/// Out, with everything kept.
pub fn quit(model: &mut Model) -> Vec<Effect> {
    let mut effects = end(model);
    effects.push(Effect::Quit);
    effects
}

/// Keeps draft and place: the end may be near.
pub fn end(model: &mut Model) -> Vec<Effect> {
    model.ending = true;
    let mut effects = autosave::save_now(model);
    effects.extend(place::keep(model));
    effects
}

/// To the shell and back, draft and place kept first.
pub fn suspend(model: &mut Model) -> Vec<Effect> {
    let mut effects = autosave::save_now(model);
    effects.extend(place::keep(model));
    effects.push(Effect::Suspend);
    effects
}

/// Locks the interface as if nobody had touched it for long.
pub fn lock(model: &mut Model) -> Vec<Effect> {
    let mut effects = autosave::save_now(model);
    effects.extend(place::keep(model));
    effects.push(Effect::Lock);
    effects
}

/// Draws everything anew.
pub fn repaint(_: &mut Model) -> Vec<Effect> {
    vec![Effect::Repaint]
}

/// Takes the mouse, or leaves it to the terminal.
pub fn mouse(model: &mut Model) -> Vec<Effect> {
    model.mouse = !model.mouse;
    model.say(if model.mouse {
        "the wheel moves here; {mouse} gives the mouse back to the terminal"
    } else {
        "the mouse is the terminal's again"
    });
    vec![Effect::Mouse(model.mouse)]
}

/// Opens the palette.
pub fn palette(model: &mut Model) -> Vec<Effect> {
    model.layers.push(Layer::Palette { words: String::new(), cursor: 0 });
    Vec::new()
}

/// Opens the help of this screen.
pub fn help(model: &mut Model) -> Vec<Effect> {
    model.layers.push(Layer::Help { top: 0 });
    Vec::new()
}
