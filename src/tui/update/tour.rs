//! The tour: begun, gone through, ended. It takes no key of anybody: a step is taken by the command that it names.

use super::presenter;
use crate::tui::command;
use crate::tui::model::Model;
use crate::tui::msg::Effect;
use crate::tui::tour::STEPS;

/// Begins it, or ends it.
pub fn toggle(model: &mut Model) -> Vec<Effect> {
    if model.tour.take().is_some() {
        model.say("the tour is over; {tour} takes it again");
    } else {
        // With the first step that can be taken where one is.
        let here = command::scope(model);
        model.tour = Some(usize::from(here == command::Scopes::CHART));
    }
    presenter::relay(model);
    Vec::new()
}

/// A command was given: a step that names it is taken.
pub fn gave(model: &mut Model, id: &str) {
    if model.tour.and_then(|at| STEPS.get(at)).is_some_and(|step| step.by.contains(&id)) {
        go(model, 1);
    }
}

fn go(model: &mut Model, by: isize) {
    let next = model.tour.and_then(|at| at.checked_add_signed(by));
    match next {
        Some(at) if at < STEPS.len() => model.tour = Some(at),
        Some(_) => {
            model.tour = None;
            model.say("that was the tour; {tour} takes it again, {palette} finds everything else");
        }
        None => {}
    }
    presenter::relay(model);
}

/// The next step.
pub fn next(model: &mut Model) -> Vec<Effect> {
    go(model, 1);
    Vec::new()
}

/// The step before.
pub fn back(model: &mut Model) -> Vec<Effect> {
    go(model, -1);
    Vec::new()
}
