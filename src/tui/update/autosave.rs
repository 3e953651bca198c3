//! The composer's memory: what is typed is linted and saved when typing rests, and at the latest after a second.

use super::place;
use crate::tui::compose::{Saved, Then};
use crate::tui::model::{Model, Screen};
use crate::tui::msg::{Effect, Request, Slot, Timer};
use std::time::Duration;

/// Typing has stopped when nothing came for this long; then the draft is saved.
const REST: Duration = Duration::from_millis(400);

/// The longest that a draft stays unsaved while somebody types on and on.
const CAP: Duration = Duration::from_millis(900);

/// How long typing must rest before the lint looks.
const LINT: Duration = Duration::from_millis(120);

/// Counts a change and sets the timers that lint and save it.
pub fn changed(model: &mut Model) -> Vec<Effect> {
    let Some(composer) = model.composer.as_mut() else { return Vec::new() };
    composer.edits += 1;
    let mut effects = vec![Effect::After(Timer::Lint, composer.edits, LINT), Effect::After(Timer::Save, composer.edits, REST)];
    if !composer.capped {
        composer.capped = true;
        effects.push(Effect::After(Timer::SaveCap, composer.edits, CAP));
    }
    effects
}

/// Typing rests: lints.
pub fn lint_due(model: &mut Model, edits: u64) -> Vec<Effect> {
    let Some(composer) = model.composer.as_mut().filter(|c| c.edits == edits) else { return Vec::new() };
    composer.asked = edits;
    let draft = Box::new(composer.draft.clone());
    vec![model.ask(Slot::Lint, Request::Lint(draft))]
}

/// Typing rests: saves.
pub fn save_due(model: &mut Model, edits: u64) -> Vec<Effect> {
    if model.composer.as_ref().is_some_and(|c| c.edits == edits) { save_now(model) } else { Vec::new() }
}

/// Typing went on for long: saves all the same.
pub fn save_cap(model: &mut Model) -> Vec<Effect> {
    if let Some(composer) = &mut model.composer {
        composer.capped = false;
    }
    save_now(model)
}

/// Saves what is not saved, unless a save is under way: its answer starts the next one.
pub fn save_now(model: &mut Model) -> Vec<Effect> {
    let Some(composer) = model.composer.as_mut() else { return Vec::new() };
    if composer.clean() || composer.sending.is_some() {
        return Vec::new();
    }
    composer.sending = Some(composer.edits);
    let request = Request::Save(composer.id, composer.revision, Box::new(composer.draft.clone()), composer.note.clone());
    vec![model.ask(Slot::Save, request)]
}

/// Takes in how a save went.
pub fn saved(model: &mut Model, id: i64, result: crate::error::Result<i64>) -> Vec<Effect> {
    let now = model.now;
    let Some(composer) = model.composer.as_mut().filter(|c| c.id == id) else {
        // A draft that another has taken the place of: only that it is not kept is worth a word.
        if let Err(trouble) = result {
            model.trouble(&trouble);
        }
        return Vec::new();
    };
    let edits = composer.sending.take().unwrap_or(composer.saved);
    match result {
        Ok(revision) => {
            composer.revision = revision;
            composer.saved = edits;
            composer.status = now.map_or(Saved::Untouched, Saved::At);
            if !composer.clean() {
                return save_now(model);
            }
            let (then, id, revision) = (std::mem::take(&mut composer.then), composer.id, composer.revision);
            match then {
                Then::Send => vec![model.ask(Slot::Act, Request::Send(id, revision))],
                Then::Stay => {
                    if !model.screens.contains(&Screen::Composer) {
                        model.composer = None;
                    }
                    // Where in it somebody is goes with the words: a kill comes back to both.
                    place::keep(model)
                }
            }
        }
        Err(trouble) => {
            composer.status = Saved::Failed(trouble.what.clone());
            composer.then = Then::Stay;
            model.show(Screen::Composer);
            model.trouble(&trouble);
            Vec::new()
        }
    }
}
