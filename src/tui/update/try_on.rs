//! Trying items on a text, those in force or those of a file that is being written: keys and pastes go into it, and what the items make of it comes back as typing rests.

use super::{chart, nav};
use crate::chart::DocumentType;
use crate::checklist::Survey;
use crate::error::Result;
use crate::tui::edit::{self, Shape, Typed};
use crate::tui::keys::Key;
use crate::tui::layer::Layer;
use crate::tui::layout;
use crate::tui::model::{Model, Screen};
use crate::tui::msg::{Effect, Request, Slot, Timer};
use crate::tui::try_on::{LONGEST, Row, panes};
use crate::work::Tried;
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
    if page.text.trim().is_empty() && page.file.is_none() {
        page.found = Survey::default();
        (page.answered, page.row) = (false, 0);
        model.jobs.forget(Slot::TryOn);
        return Vec::new();
    }
    vec![Effect::After(Timer::TryOn, 0, REST)]
}

/// Typing rests: asks the items.
pub fn due(model: &mut Model) -> Vec<Effect> {
    let (text, file, kind) = (model.try_on.text.clone(), model.try_on.file.clone(), model.try_on.kind);
    if text.trim().is_empty() && file.is_none() {
        return Vec::new();
    }
    vec![model.ask(Slot::TryOn, Request::TryOn(text, file, kind))]
}

/// What they make of it. The cursor stays on its item when that is still there.
pub fn take(model: &mut Model, tried: Result<Tried>) {
    let page = &mut model.try_on;
    let name = |row: Row<'_>| match row {
        Row::Mistake(mistake) => mistake.to_string(),
        Row::Fired(fired) => fired.gap.key(),
        Row::Almost(near) => near.item.clone(),
    };
    // While one writes, the first row is what there is to see; in the list the cursor is the reader's own.
    let before = page.selected().filter(|_| page.on_list).map(name);
    (page.found, page.mistakes, page.unread) = match tried {
        Ok(Tried::Found(found)) => (found, Vec::new(), None),
        Ok(Tried::Mistakes(mistakes)) => (Survey::default(), mistakes, None),
        Err(trouble) => (Survey::default(), Vec::new(), Some(trouble.to_string())),
    };
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
    if matches!(model.try_on.selected(), Some(Row::Mistake(_))) {
        model.say("mend the line in the file, then {try-again}; {edit-checklist} opens your editor");
        return Vec::new();
    }
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
        Row::Mistake(mistake) => Layer::Text {
            title: format!("Line {}, column {}", mistake.line, mistake.column),
            text: [
                &mistake.what,
                "",
                &format!("Expected: {}", mistake.expected),
                mistake.hint.as_deref().unwrap_or_default(),
                "",
                &mistake.source,
            ]
            .join("\n"),
            top: 0,
        },
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

/// Asks which kind of note the text is: items look into some kinds alone.
pub fn choose_kind(model: &mut Model) -> Vec<Effect> {
    model.layers.push(Layer::Kind);
    Vec::new()
}

/// The key, the name and the kind of every choice; the last is what the text looks like.
pub fn kinds() -> impl Iterator<Item = (char, &'static str, Option<DocumentType>)> {
    let named = chart::KINDS.iter().map(|(key, kind)| (*key, kind.label(), Some(*kind)));
    named.chain([('0', "what it looks like", None)])
}

/// A key of that choice.
pub fn kind_chosen(model: &mut Model, key: Key) -> Vec<Effect> {
    match kinds().find(|(k, ..)| Key::Char(*k) == key) {
        Some((_, _, kind)) => {
            model.try_on.kind = kind;
            due(model)
        }
        None if super::layers::leaves(key) => Vec::new(),
        None => {
            model.layers.push(Layer::Kind);
            Vec::new()
        }
    }
}

/// Asks which checklist file is to be tried.
pub fn choose_file(model: &mut Model) -> Vec<Effect> {
    let text = model.try_on.file.clone().unwrap_or_default();
    model.layers.push(Layer::File { cursor: text.len(), text, offered: Vec::new() });
    names(model)
}

/// Asks for the names that fit what was typed of a path.
pub fn names(model: &mut Model) -> Vec<Effect> {
    let Some(Layer::File { text, .. }) = model.layers.last() else { return Vec::new() };
    let typed = text.clone();
    vec![model.ask(Slot::Files, Request::ChecklistNames(typed))]
}

/// The names that fit.
pub fn offered(model: &mut Model, names: Vec<String>) {
    if let Some(Layer::File { offered, .. }) = model.layers.last_mut() {
        *offered = names;
    }
}

/// A key while a path is typed.
pub fn path(model: &mut Model, key: Key, mut text: String, mut cursor: usize, offered: Vec<String>) -> Vec<Effect> {
    match key {
        Key::Esc => return Vec::new(),
        Key::Enter => return chosen(model, text.trim()),
        Key::Tab => {
            if let Some(longer) = completed(&text, &offered) {
                cursor = longer.len();
                text = longer;
            }
        }
        _ => {
            edit::key(&mut text, &mut cursor, key, Shape { width: usize::MAX, multiline: false });
        }
    }
    model.layers.push(Layer::File { text, cursor, offered });
    names(model)
}

/// What Tab makes of a path: as much as every name that fits has in common; the first of them when that is no more than what stands there.
fn completed(text: &str, offered: &[String]) -> Option<String> {
    let fitting: Vec<&String> = offered.iter().filter(|name| name.starts_with(text)).collect();
    let first = *fitting.first()?;
    let alike = |end: usize| first.get(..end).is_some_and(|lead| fitting.iter().all(|name| name.starts_with(lead)));
    let common = (text.len()..=first.len()).rev().find(|end| alike(*end)).and_then(|end| first.get(..end))?;
    Some(if common.len() > text.len() { common.to_owned() } else { first.clone() })
}

fn chosen(model: &mut Model, path: &str) -> Vec<Effect> {
    let page = &mut model.try_on;
    page.file = (!path.is_empty()).then(|| path.to_owned());
    (page.found, page.mistakes, page.unread) = (Survey::default(), Vec::new(), None);
    (page.answered, page.row, page.on_list) = (false, 0, false);
    if path.is_empty() {
        model.say("the items in force are asked");
    }
    due(model)
}

/// Reads the file once more and tries it.
pub fn again(model: &mut Model) -> Vec<Effect> {
    if model.try_on.file.is_some() {
        model.say("read once more");
    }
    due(model)
}

/// Opens the file in the person's own editor; it is tried once that ends.
pub fn in_editor(model: &mut Model) -> Vec<Effect> {
    let Some(file) = model.try_on.file.clone() else { return Vec::new() };
    super::open_editor(model, Request::EditChecklist(file)).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::completed;

    #[test]
    fn a_path_is_completed_as_far_as_the_names_agree_then_to_the_first() {
        let names: Vec<String> = ["a/site-one.toml", "a/site-two.toml", "a/sites/"].iter().map(|n| (*n).to_owned()).collect();
        assert_eq!(completed("a/s", &names).as_deref(), Some("a/site"));
        assert_eq!(completed("a/site", &names).as_deref(), Some("a/site-one.toml"));
        assert_eq!(completed("a/site-t", &names).as_deref(), Some("a/site-two.toml"));
        assert_eq!(completed("b", &names), None);
        let accents = ["\u{e9}\u{e8}.toml".to_owned(), "\u{e9}\u{e9}.toml".to_owned()];
        assert_eq!(completed("", &accents).as_deref(), Some("\u{e9}"));
    }
}
