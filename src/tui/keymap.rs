//! Which key does what: a preset, and what somebody's `keys.toml` changes of it. Help, palette, footer and documentation ask here, so they
//! always show the keys in force.

use super::command::{self, Command, PLACES, Scopes};
use super::keys::Key;
use super::toml_lines::{self, Entry, Value};
use crate::error::Trouble;
use std::collections::BTreeMap;

/// The keys that ship.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Preset {
    /// Letters move as in vi; arrows do too.
    #[default]
    Vim,
    /// Arrows alone move, and no function key is needed.
    Arrows,
}

impl Preset {
    /// Every preset with its name in the file.
    pub const ALL: [(Self, &'static str); 2] = [(Self::Vim, "vim"), (Self::Arrows, "arrows")];

    /// The keys of a command.
    pub fn keys(self, command: &Command) -> Vec<Key> {
        let all: Vec<Key> = command.keys.iter().filter_map(|k| Key::parse(k)).collect();
        if self == Self::Vim {
            return all;
        }
        let dropped =
            |key: &Key| matches!(key, Key::F(_)) || MOVES.contains(&command.id) && matches!(key, Key::Char(c) if c.is_alphabetic());
        let mut kept: Vec<Key> = all.into_iter().filter(|k| !dropped(k)).collect();
        kept.extend(Key::parse("C-d").filter(|_| command.id == "help"));
        kept
    }
}

/// Commands whose letters only move: with arrows at hand they are letters too many.
const MOVES: [&str; 16] = [
    "down",
    "up",
    "page-down",
    "page-up",
    "top",
    "bottom",
    "into",
    "out-of",
    "open-chart",
    "open-query",
    "next-choice",
    "previous-choice",
    "back-to-text",
    "edit-item",
    "next-hit",
    "previous-hit",
];

/// The keys in force, place by place.
#[derive(Clone, Debug)]
pub struct Keymap {
    places: Vec<Vec<(&'static Command, Vec<Key>)>>,
}

impl std::fmt::Debug for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}

impl Default for Keymap {
    fn default() -> Self {
        Self::new(Preset::Vim)
    }
}

impl Keymap {
    /// The keys of a preset.
    pub fn new(preset: Preset) -> Self {
        let place = |(scope, _, _): &(Scopes, &str, &str)| command::commands(*scope).map(|c| (c, preset.keys(c))).collect();
        Self { places: PLACES.iter().map(place).collect() }
    }

    fn place(&self, scope: Scopes) -> &[(&'static Command, Vec<Key>)] {
        let at = PLACES.iter().position(|(s, ..)| s.meets(scope));
        at.and_then(|at| self.places.get(at)).map_or(&[], Vec::as_slice)
    }

    /// The command of a key in a place.
    pub fn lookup(&self, scope: Scopes, key: Key) -> Option<&'static Command> {
        self.place(scope).iter().find(|(_, keys)| keys.contains(&key)).map(|(command, _)| *command)
    }

    /// The keys of a command in a place.
    pub fn keys(&self, scope: Scopes, id: &str) -> &[Key] {
        self.place(scope).iter().find(|(command, _)| command.id == id).map_or(&[], |(_, keys)| keys.as_slice())
    }

    /// The keys of a command in a place, as a person reads them.
    pub fn names(&self, scope: Scopes, id: &str) -> Vec<String> {
        self.keys(scope, id).iter().map(ToString::to_string).collect()
    }

    /// The first key of a command, wherever it works.
    pub fn first(&self, id: &str) -> String {
        let known = self.places.iter().flatten().find(|(command, keys)| command.id == id && !keys.is_empty());
        known.and_then(|(_, keys)| keys.first()).map_or_else(|| format!(":{id}"), ToString::to_string)
    }

    /// A sentence with the keys in force in place of the commands that it names in braces.
    pub fn fill(&self, words: &str) -> String {
        let mut out = String::with_capacity(words.len());
        let mut rest = words;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((id, behind)) = after.split_once('}') else { break };
            out.push_str(before);
            if command::all().any(|c| c.id == id) {
                out.push_str(&self.first(id));
            } else {
                out.push_str(&format!("{{{id}}}"));
            }
            rest = behind;
        }
        out.push_str(rest);
        out
    }

    /// Reads a `keys.toml`; every mistake with its line and a remedy.
    pub fn read(file: &str, text: &str) -> Result<Self, Vec<Trouble>> {
        let root = toml_lines::read(file, text).map_err(|trouble| vec![trouble])?;
        let mut mistakes = Vec::new();
        let mut preset = Preset::Vim;
        for entry in root.iter().filter(|e| e.key == "preset") {
            let named = Preset::ALL.into_iter().find(|(_, name)| entry.value == Value::Text((*name).to_owned()));
            match named {
                Some((named, _)) => preset = named,
                None => mistakes.push(entry.wrong("that is no preset", "preset = \"vim\" or preset = \"arrows\"")),
            }
        }
        let mut map = Self::new(preset);
        let mut said = Said::new();
        for entry in root.iter().filter(|e| e.key != "preset") {
            let place = PLACES.iter().position(|(_, _, id)| *id == entry.key);
            let (Value::Table(keys), true) = (&entry.value, entry.key == "keys" || place.is_some()) else {
                let places = PLACES.iter().map(|(_, _, id)| *id).collect::<Vec<_>>().join(", ");
                let hint = format!("a file has preset, [keys] for everywhere, or a place: {places}");
                mistakes.push(entry.wrong(format!("`{}` means nothing here", entry.key), hint));
                continue;
            };
            let places = place.map_or(0..PLACES.len(), |at| at..at + 1);
            for one in keys {
                if !known(one, &mut mistakes) {
                    continue;
                }
                let works = |at: usize| map.places.get(at).is_some_and(|p| p.iter().any(|(c, _)| c.id == one.key));
                if !places.clone().any(works) {
                    let what = format!("`{}` does nothing in {}", one.key, entry.key);
                    mistakes.push(one.wrong(what, "`lacuna keys` shows where each command works"));
                }
                for at in places.clone() {
                    map.bind(at, one, &mut said, &mut mistakes);
                }
            }
        }
        map.conflicts(file, &said, &mut mistakes);
        mistakes.sort_by_key(|t| t.line);
        mistakes.dedup();
        if mistakes.is_empty() { Ok(map) } else { Err(mistakes) }
    }

    fn bind(&mut self, at: usize, entry: &Entry, said: &mut Said, mistakes: &mut Vec<Trouble>) {
        let rows = self.places.get_mut(at).map(Vec::as_mut_slice).unwrap_or_default();
        let Some((command, keys)) = rows.iter_mut().find(|(c, _)| c.id == entry.key) else { return };
        let Some(words) = entry.texts() else {
            mistakes.push(entry.wrong("a key is a text", "as in  down = \"j\"  or  down = [\"j\", \"Down\"]"));
            return;
        };
        keys.clear();
        let typing = PLACES.get(at).is_some_and(|(scope, ..)| !Scopes::LETTERS.meets(*scope));
        for word in words {
            match usable(word, typing) {
                Ok(key) => {
                    keys.push(key);
                    said.entry((at, key)).or_insert((command.id, entry.line));
                }
                // A command of several places keeps its letter in those where letters are keys.
                Err(_) if typing && Key::parse(word).is_some_and(|k| matches!(k, Key::Char(_))) && command.scope.meets(Scopes::LETTERS) => {
                }
                Err(why) => mistakes.push(entry.wrong(format!("`{word}` cannot be the key of `{}`", command.id), why)),
            }
        }
    }

    /// Two commands on one key: each named, with the line that did it.
    fn conflicts(&self, file: &str, said: &Said, mistakes: &mut Vec<Trouble>) {
        for (at, place) in self.places.iter().enumerate() {
            let here = PLACES.get(at).map_or("", |(_, words, _)| *words);
            let mut owner: BTreeMap<Key, &'static str> = BTreeMap::new();
            for (command, key) in place.iter().flat_map(|(command, keys)| keys.iter().map(|key| (*command, *key))) {
                let Some(first) = owner.insert(key, command.id).filter(|first| *first != command.id) else { continue };
                let (asked, line) = said.get(&(at, key)).copied().unwrap_or((command.id, 1));
                let other = if asked == first { command.id } else { first };
                mistakes.push(
                    Trouble::input(format!("`{key}` is the key of `{asked}` and of `{other}` ({here})"))
                        .at(file, Some(line))
                        .hint(format!("give `{other}` another key too, or take another one for `{asked}`")),
                );
            }
        }
    }
}

/// What the file says: by place and key, which command and on which line.
type Said = BTreeMap<(usize, Key), (&'static str, u64)>;

fn known(entry: &Entry, mistakes: &mut Vec<Trouble>) -> bool {
    if command::all().any(|c| c.id == entry.key) {
        return true;
    }
    let near = toml_lines::nearest(&entry.key, command::all().map(|c| c.id));
    let meant = near.map(|id| format!("is `{id}` meant? ")).unwrap_or_default();
    mistakes.push(entry.wrong(format!("there is no command `{}`", entry.key), format!("{meant}`lacuna keys` lists the commands")));
    false
}

/// Whether a key can be bound: an old terminal must be able to send it, and where somebody types a letter must stay a letter.
fn usable(name: &str, typing: bool) -> Result<Key, &'static str> {
    let Some(key) = Key::parse(name) else {
        return Err(
            "write one character, or Enter, Esc, Tab, BackTab, Backspace, Delete, Up, Down, Left, Right, Home, End, PageUp, PageDown, Space, F1 to F9, C-x for Ctrl and x",
        );
    };
    match key {
        Key::Ctrl('i' | 'm' | '[' | 'h' | 'j') => Err("terminals send it as Tab, Enter, Esc or Backspace; take another one"),
        Key::Ctrl('l' | 'z' | 'q') => Err("it draws anew, suspends or leaves everywhere, so that there is always a way; take another one"),
        Key::Char(_) if typing => Err("a letter is text there; take a key with Ctrl, as in C-t"),
        key => Ok(key),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn mistakes(text: &str) -> Vec<String> {
        Keymap::read("keys.toml", text).unwrap_err().iter().map(|t| format!("{}: {}", t.line.unwrap_or(0), t.what)).collect()
    }

    #[test]
    fn no_key_means_two_things_in_any_preset_and_every_command_has_one() {
        for (preset, name) in Preset::ALL {
            let map = Keymap::new(preset);
            let mut found = Vec::new();
            map.conflicts(name, &Said::new(), &mut found);
            assert!(found.is_empty(), "{found:?}");
            for (command, keys) in map.places.iter().flatten() {
                assert!(!keys.is_empty(), "{} has no key in {name}", command.id);
            }
        }
    }

    #[test]
    fn arrows_need_no_function_key_and_no_letter_to_move() {
        for (command, keys) in Keymap::new(Preset::Arrows).places.iter().flatten() {
            assert!(!keys.iter().any(|k| matches!(k, Key::F(_))), "{}", command.id);
            let moves = ["down", "up", "top", "bottom", "page-down", "page-up"].contains(&command.id);
            assert!(!moves || !keys.iter().any(|k| matches!(k, Key::Char(c) if c.is_alphabetic())), "{}", command.id);
        }
    }

    #[test]
    fn one_place_can_differ_from_the_others() {
        let map = Keymap::read("keys.toml", "[keys]\nfind = \"f\"\n[worklist]\nnext-new = [\"N\", \"C-n\"]\n").unwrap();
        assert_eq!(map.names(Scopes::CHART, "find"), ["f"]);
        assert_eq!(map.names(Scopes::WORKLIST, "next-new"), ["N", "Ctrl-N"]);
        assert!(map.lookup(Scopes::CHART, Key::Char('/')).is_none());
        assert_eq!(map.fill("{find} finds, {no-such} does not"), "f finds, {no-such} does not");
    }

    #[test]
    fn a_conflict_names_both_commands_the_place_and_the_line() {
        let found = mistakes("preset = \"vim\"\n\n[chart]\nfind = \"x\"\n");
        assert_eq!(found, ["4: `x` is the key of `find` and of `dismiss-gap` (Chart)"]);
    }

    #[test]
    fn every_other_mistake_has_its_line_and_a_remedy() {
        let text = "preset = \"emacs\"\nshortcut = 1\n[keys]\ndismis-gap = \"x\"\nfind = \"C-m\"\nsend = \"s\"\nhelp = \"Hyper\"\n[worklist]\nsend = \"C-t\"\n";
        let found = Keymap::read("keys.toml", text).unwrap_err();
        assert!(found.iter().all(|t| t.hint.is_some() && t.source.as_deref() == Some("keys.toml")));
        let lines: Vec<u64> = found.iter().filter_map(|t| t.line).collect();
        assert_eq!(lines, [1, 2, 4, 5, 7, 9]);
        assert!(found[2].hint.as_deref().unwrap().contains("is `dismiss-gap` meant?"));
        assert_eq!(mistakes("find = ["), ["1: unclosed array, expected `]`"].map(str::to_owned));
    }
}
