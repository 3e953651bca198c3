//! One unit, service or payer of the worklist: which there are, how many charts each has, and showing one alone.

use super::{layers, nav, worklist};
use crate::tui::keys::Key;
use crate::tui::layer::Layer;
use crate::tui::model::Model;
use crate::tui::msg::Effect;
use crate::work::model::Group;
use std::collections::BTreeMap;

/// Asks which one, of the kind that was asked for last.
pub fn choose(model: &mut Model) -> Vec<Effect> {
    let by = model.worklist.group.as_ref().map_or(Group::Unit, |(by, _)| *by);
    model.layers.push(Layer::Group { by, words: String::new(), cursor: 0 });
    Vec::new()
}

/// The values of this view that hold the words, with the number of their charts: the most charts first, those without one last.
pub fn values(model: &Model, by: Group, words: &str) -> Vec<(Option<String>, usize)> {
    let mut counts: BTreeMap<String, (Option<String>, usize)> = BTreeMap::new();
    for row in &model.worklist.list.rows {
        let given = by.of(row);
        let entry = counts.entry(given.map(str::to_lowercase).unwrap_or_default()).or_insert((given.map(str::to_owned), 0));
        entry.1 += 1;
    }
    let wanted = words.to_lowercase();
    let mut found: Vec<_> = counts.into_iter().filter(|(lower, _)| lower.contains(&wanted)).map(|(_, entry)| entry).collect();
    found.sort_by_key(|(value, count)| (value.is_none(), std::cmp::Reverse(*count))); // stable: by name where the counts are the same
    found
}

/// A key of the chooser.
pub fn key(model: &mut Model, key: Key, mut by: Group, mut words: String, mut cursor: usize) -> Vec<Effect> {
    let found = values(model, by, &words);
    match key {
        Key::Esc => return Vec::new(),
        Key::Enter => {
            if let Some((value, _)) = found.into_iter().nth(cursor) {
                model.worklist.group = Some((by, value));
                worklist::narrow(model, None);
                return Vec::new();
            }
        }
        Key::Tab => {
            let at = Group::ALL.iter().position(|group| *group == by).unwrap_or(0);
            by = Group::ALL.get((at + 1) % Group::ALL.len()).copied().unwrap_or(by);
            (words, cursor) = (String::new(), 0);
        }
        _ => layers::narrow(key, &mut words, &mut cursor, found.len()),
    }
    nav::moved(&mut cursor, values(model, by, &words).len(), 0);
    model.layers.push(Layer::Group { by, words, cursor });
    Vec::new()
}
