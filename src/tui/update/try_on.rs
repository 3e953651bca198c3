//! Trying items on a text: keys and pastes go into it, and what the items make of it comes back as typing rests.

use super::{chart, nav};
use crate::checklist::Survey;
use crate::tui::edit::{self, Shape, Typed};
use crate::tui::keys::Key;
use crate::tui::layer::Layer;
use crate::tui::layout;
use crate::tui::model::{Model, Screen};
use crate::tui::msg::{Effect, Request, Slot, Timer};
use crate::tui::try_on::{LONGEST, Row, panes};
use std::time::Duration;

/// How long typing must rest before the items are asked.
const REST: Duration = Duration::from_millis(150);

/// Shows the screen, with the text as it was left.
pub fn show(model: &mut Model) -> Vec<Effect> {
    if model.screen() == Screen::Chart {
        chart::leave(model);
    }
    model.show(Screen::TryOn);
    model.try_on.on_list = false;
    Vec::new()
}

/// A key while the text has them.
pub fn typed(model: &mut Model, key: Key) -> Option<Vec<Effect>> {
    if model.try_on.on_list {
        return None;
    }
    let width = usize::from(panes(layout::frame(model.size).body).0.width);
    let page = &mut model.try_on;
    match edit::key(&mut page.text, &mut page.cursor, key, Shape { width, multiline: true }) {
        Typed::Changed => Some(changed(model)),
        Typed::Moved => Some(Vec::new()),
        Typed::Ignored => None,
    }
}

/// A paste goes into the text, whoever has the keys.
pub fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    let page = &mut model.try_on;
    page.on_list = false;
    edit::insert(&mut page.text, &mut page.cursor, text);
    changed(model)
}

fn changed(model: &mut Model) -> Vec<Effect> {
    let page = &mut model.try_on;
    if page.text.len() > LONGEST {
        let end = (0..=LONGEST).rev().find(|at| page.text.is_char_boundary(*at)).unwrap_or(0);
        page.text.truncate(end);
        page.cursor = page.cursor.min(end);
        model.complain(format!("only the first {LONGEST} bytes are tried"));
    }
    let page = &mut model.try_on;
    if page.text.trim().is_empty() {
        page.found = Survey::default();
        (page.answered, page.row) = (false, 0);
        model.jobs.forget(Slot::TryOn);
        return Vec::new();
    }
    vec![Effect::After(Timer::TryOn, 0, REST)]
}

/// Typing rests: asks the items.
pub fn due(model: &mut Model) -> Vec<Effect> {
    if model.try_on.text.trim().is_empty() {
        return Vec::new();
    }
    let text = model.try_on.text.clone();
    vec![model.ask(Slot::TryOn, Request::TryOn(text))]
}

/// What they make of it. The cursor stays on its item when that is still there.
pub fn take(model: &mut Model, found: Survey) {
    let page = &mut model.try_on;
    let name = |row: Row<'_>| match row {
        Row::Fired(fired) => fired.gap.key(),
        Row::Almost(near) => near.item.clone(),
    };
    let before = page.selected().map(name);
    page.found = found;
    page.answered = true;
    page.row = before.and_then(|before| page.rows().position(|row| name(row) == before)).unwrap_or(0);
    if page.len() == 0 {
        page.on_list = false;
    }
}

/// Gives the keys to the list.
pub fn to_list(model: &mut Model) -> Vec<Effect> {
    model.try_on.on_list = true;
    Vec::new()
}

/// Gives the keys to the text.
pub fn to_text(model: &mut Model) -> Vec<Effect> {
    model.try_on.on_list = false;
    Vec::new()
}

/// Moves the cursor of the list.
pub fn step(model: &mut Model, by: isize) {
    let len = model.try_on.len();
    nav::moved(&mut model.try_on.row, len, by);
}

/// To the words in the text that made the selected item fire.
pub fn go(model: &mut Model) -> Vec<Effect> {
    match model.try_on.words().first() {
        Some((start, _)) => {
            model.try_on.cursor = *start;
            model.try_on.on_list = false;
        }
        None => model.say("no words of this text decided it; {explain-item} explains"),
    }
    Vec::new()
}

/// Why the selected item fires, or why not.
pub fn explain(model: &mut Model) -> Vec<Effect> {
    let Some(row) = model.try_on.selected() else { return Vec::new() };
    let layer = match row {
        Row::Fired(fired) => Layer::Explain {
            title: fired.gap.title.clone(),
            about: vec![
                fired.gap.why.clone(),
                String::new(),
                format!("Item {} version {}, {}", fired.gap.item, fired.gap.version, fired.gap.checklist),
            ],
            tree: Some(fired.tree.clone()),
            top: 0,
        },
        Row::Almost(near) => Layer::Explain {
            title: format!("{}: almost", near.about),
            about: vec![format!("Item {} stays silent on this text.", near.item)],
            tree: Some(near.tree.clone()),
            top: 0,
        },
    };
    model.layers.push(layer);
    Vec::new()
}

/// Puts the text away for an empty one, or takes up the one that was put away.
pub fn swap(model: &mut Model) -> Vec<Effect> {
    let page = &mut model.try_on;
    if page.text.is_empty() && page.away.is_empty() {
        model.say("there is no text to put away");
        return Vec::new();
    }
    std::mem::swap(&mut page.text, &mut page.away);
    (page.cursor, page.on_list) = (0, false);
    let words = if page.text.is_empty() { "the text is put away; the same key takes it up again" } else { "the text that was put away" };
    model.say(words);
    changed(model)
}
