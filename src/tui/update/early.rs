//! Keys that come before what they are meant for is there: while the first list, a chart or a draft is still being read they wait, in their
//! order, and count once it is on the screen. Esc lets it go.

use super::update;
use crate::tui::command;
use crate::tui::keys::Key;
use crate::tui::model::{Model, Screen};
use crate::tui::msg::{Answer, Effect, Msg, Slot};

/// Commands of the worklist that need no list.
const AT_ONCE: [&str; 12] =
    ["search", "tracker", "help", "palette", "palette-colon", "try-on", "mouse", "tour", "presenter", "lock-now", "leave", "quit"];

/// What is awaited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Awaited {
    List,
    Chart,
    Draft,
}

fn awaited(model: &Model) -> Option<Awaited> {
    if !model.layers.is_empty() {
        return None;
    }
    if model.jobs.waits(Slot::Draft) {
        return Some(Awaited::Draft);
    }
    if model.wish.is_some() && model.jobs.waits(Slot::Chart) {
        return Some(Awaited::Chart);
    }
    let starts = !model.worklist.loaded && model.screen() == Screen::Worklist && model.jobs.waits(Slot::Worklist);
    starts.then_some(Awaited::List)
}

/// Takes a key or a paste aside where it comes too early; gives it back where it does not.
pub fn keep(model: &mut Model, msg: Msg) -> Result<Vec<Effect>, Msg> {
    let Some(awaited) = awaited(model) else { return Err(msg) };
    match &msg {
        Msg::Key(Key::Ctrl('l' | 'z' | 'q')) => return Err(msg),
        Msg::Key(Key::Esc) => {
            model.early.clear();
            return let_go(model, awaited).ok_or(msg);
        }
        Msg::Key(key) if awaited == Awaited::List && model.early.is_empty() => {
            let command = model.keys.lookup(command::scope(model), *key);
            if command.is_none_or(|c| AT_ONCE.contains(&c.id)) {
                return Err(msg);
            }
        }
        _ => {}
    }
    model.early.push(msg);
    Ok(Vec::new())
}

/// Esc: the chart or the draft does not open any more.
fn let_go(model: &mut Model, awaited: Awaited) -> Option<Vec<Effect>> {
    match awaited {
        Awaited::List => return None,
        Awaited::Chart => {
            model.wish = None;
            model.jobs.forget(Slot::Chart);
            model.say("not opened");
        }
        Awaited::Draft => {
            model.resume = None;
            model.jobs.forget(Slot::Draft);
            model.say("not opened; a draft that was begun is kept, {tracker} shows all queries");
        }
    }
    Some(Vec::new())
}

/// Whether an answer says that what was awaited does not come: keys that were meant for it are for nothing else.
pub fn failed(slot: Slot, answer: &Answer) -> bool {
    let error = matches!(answer, Answer::Worklist(Err(_)) | Answer::Chart(Err(_)) | Answer::Draft(Err(_)) | Answer::Act(Err(_)));
    error && matches!(slot, Slot::Worklist | Slot::Chart | Slot::Draft)
}

/// Acts on what waited, as far as nothing is awaited any more.
pub fn replay(model: &mut Model) -> Vec<Effect> {
    let mut effects = Vec::new();
    while !model.early.is_empty() && awaited(model).is_none() {
        let msg = model.early.remove(0);
        effects.extend(update(model, msg));
    }
    effects
}
