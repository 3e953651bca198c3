//! The one function that changes the model: a message in, effects out. No I/O, no clock: a session can be played again.

mod answers;
mod autosave;
pub mod chart;
pub mod compare;
pub mod composer;
mod early;
pub mod group;
mod layers;
pub mod nav;
mod place;
pub mod presenter;
pub mod queries;
pub mod search;
pub mod taking;
pub mod tour;
pub mod try_on;
pub mod when;
pub mod worklist;

use super::command::{self, Avail};
use super::keys::Key;
use super::model::{Model, Screen};
use super::msg::{Effect, Msg, Request, Slot, Timer};

/// What to do first.
pub fn start(model: &mut Model) -> Vec<Effect> {
    model.screens = vec![Screen::Worklist];
    if model.terminal == (0, 0) {
        model.terminal = model.size;
    }
    presenter::relay(model);
    let view = model.worklist.view;
    vec![model.ask(Slot::Place, Request::Place), model.ask(Slot::Worklist, Request::Worklist(view))]
}

/// Takes one message in.
pub fn update(model: &mut Model, msg: Msg) -> Vec<Effect> {
    super::say::read_in(model.now.as_ref());
    let msg = match msg {
        Msg::Key(_) | Msg::Paste(_) => match early::keep(model, msg) {
            Ok(effects) => return effects,
            Err(msg) => msg,
        },
        msg => msg,
    };
    match msg {
        Msg::Key(key) => {
            let told = model.notice.take().is_some();
            let mut effects = chart::read_to_its_end(model);
            chart::end_find(model);
            show_key(model, key);
            let leaves = model.keys.lookup(command::scope(model), key).is_some_and(|c| matches!(c.id, "go-back" | "leave"));
            effects.extend(
                if leaves
                    && model.layers.is_empty()
                    && model.screen() == Screen::Composer
                    && !model.composer.as_ref().is_some_and(|c| c.editing)
                {
                    composer::escape(model, told)
                } else {
                    if let Some(composer) = &mut model.composer {
                        composer.leaving = false;
                    }
                    press(model, key)
                },
            );
            effects.extend(place::watch(model));
            effects
        }
        Msg::Paste(text) => paste(model, &text),
        Msg::Resize(width, height) => {
            model.terminal = (width, height);
            presenter::relay(model);
            Vec::new()
        }
        Msg::Repaint => vec![Effect::Repaint],
        Msg::Answer { slot, generation, now, answer } => {
            model.now = Some(now);
            if !model.jobs.take(slot, generation) {
                return Vec::new();
            }
            if early::failed(slot, &answer) {
                model.early.clear();
            }
            let mut effects = answers::take(model, *answer);
            effects.extend(early::replay(model));
            effects
        }
        Msg::Counting { generation, found } => {
            if generation == model.jobs.newest(Slot::Count) {
                worklist::counting(model, found);
            }
            Vec::new()
        }
        Msg::Timer(timer, generation) => timer_ran_out(model, timer, generation),
        Msg::End => nav::end(model),
    }
}

/// Shows a key to the room; what is typed as text shows where it is typed.
fn show_key(model: &mut Model, key: Key) {
    if model.presenter.is_none() {
        return;
    }
    let find = model.chart.as_ref().is_some_and(|c| c.find.typing) && model.screen() == Screen::Chart;
    let filter = model.worklist.typing && model.screen() == Screen::Worklist;
    let layer = model.layers.last().map(super::layer::Layer::types);
    let place = layer.is_none() && !find && !filter;
    let command = model.keys.lookup(command::scope(model), key).filter(|_| place);
    let text = layer.unwrap_or(find || filter || command::typing(model));
    if text && command.is_none() && matches!(key, Key::Char(_) | Key::Backspace) {
        return;
    }
    if let Some(presenter) = &mut model.presenter {
        presenter.pressed(key, command.map_or("", |c| c.short));
    }
}

fn press(model: &mut Model, key: Key) -> Vec<Effect> {
    match key {
        Key::Ctrl('l') => return nav::repaint(model),
        Key::Ctrl('z') => return nav::suspend(model),
        Key::Ctrl('q') => return nav::quit(model),
        _ => {}
    }
    if !model.layers.is_empty() {
        return layers::press(model, key);
    }
    let typed = match model.screen() {
        Screen::Worklist if model.worklist.typing => worklist::typed(model, key),
        Screen::Chart if model.chart.as_ref().is_some_and(|c| c.find.typing) => chart::typed(model, key),
        Screen::Search => search::typed(model, key),
        Screen::TryOn => try_on::typed(model, key),
        Screen::Composer => composer::typed(model, key),
        _ => None,
    };
    if let Some(effects) = typed {
        return effects;
    }
    match model.keys.lookup(command::scope(model), key) {
        Some(command) => run(model, command),
        None => {
            // A key that does nothing says so: a person could not tell it from a program that hangs.
            if model.layers.is_empty() {
                model.say(format!("{key} does nothing here; {{help}} shows the keys"));
            }
            Vec::new()
        }
    }
}

/// Runs a command, or says why it cannot be given now.
pub fn run(model: &mut Model, command: &command::Command) -> Vec<Effect> {
    match (command.when)(model) {
        Avail::Yes => {
            let effects = (command.run)(model);
            tour::gave(model, command.id);
            effects
        }
        Avail::No(reason) => {
            model.say(reason);
            Vec::new()
        }
    }
}

/// Asks for the terminal to be given to the person's own editor, with what `request` names.
fn open_editor(model: &mut Model, request: Request) -> Option<Effect> {
    match model.ask(Slot::Editor, request) {
        Effect::Ask(_, generation, request) => Some(Effect::Editor(generation, Box::new(request))),
        _ => None,
    }
}

/// Characters of a paste that nobody sees and that no text takes.
fn unseen(text: &str) -> usize {
    text.chars().filter(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')).count()
}

/// A paste is one edit of the text that is being typed, and nothing at all elsewhere.
fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    let raw = text;
    let text = super::text::safe_paste(text);
    if !model.layers.is_empty() {
        return layers::paste(model, &text);
    }
    match model.screen() {
        Screen::Worklist if model.worklist.typing => worklist::paste(model, &text),
        Screen::Chart if model.chart.as_ref().is_some_and(|c| c.find.typing) => chart::paste(model, &text),
        Screen::Search => search::paste(model, &text),
        Screen::TryOn => try_on::paste(model, &text),
        Screen::Composer => composer::paste(model, &text, unseen(raw)),
        _ => {
            model.say("nothing takes a paste here");
            Vec::new()
        }
    }
}

fn timer_ran_out(model: &mut Model, timer: Timer, generation: u64) -> Vec<Effect> {
    match timer {
        Timer::Search => search::due(model, generation),
        Timer::Lint => autosave::lint_due(model, generation),
        Timer::Save => autosave::save_due(model, generation),
        Timer::SaveCap => autosave::save_cap(model),
        Timer::Place => place::keep(model),
        Timer::TryOn => try_on::due(model),
    }
}

pub use layers::{fitting, matches, outcome_keys};

/// Days until the next look, by digit.
pub fn review_days() -> &'static [(char, u32, &'static str)] {
    &layers::REVIEW_DAYS
}
