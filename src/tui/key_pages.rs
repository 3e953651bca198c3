//! The keys on paper: `docs/keys.md`, the manual page and `lacuna keys`, all from the command table.

use super::command::{self, PLACES, Scopes};
use super::keymap::{Keymap, Preset};
use serde::Serialize;

/// One command in one place, with its keys in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyRow {
    /// Where, as `keys.toml` calls it.
    pub place: &'static str,
    /// Where, in words.
    pub place_title: &'static str,
    /// The command, as `keys.toml` calls it.
    pub command: &'static str,
    /// What it is.
    pub title: &'static str,
    /// What it does.
    pub help: String,
    /// Its keys.
    pub keys: Vec<String>,
}

/// Every command of every place, or those of one name.
pub fn rows(map: &Keymap, only: Option<&str>) -> Vec<KeyRow> {
    let row = |(scope, place_title, place): (Scopes, &'static str, &'static str)| {
        command::commands(scope).filter(move |c| only.is_none_or(|id| c.id == id)).map(move |c| KeyRow {
            place,
            place_title,
            command: c.id,
            title: c.title,
            help: map.fill(c.help),
            keys: map.names(scope, c.id),
        })
    };
    PLACES.into_iter().flat_map(row).collect()
}

/// The same as lines for people.
pub fn plain(rows: &[KeyRow]) -> String {
    let mut out = String::new();
    let mut place = "";
    for row in rows {
        if row.place != place {
            place = row.place;
            out.push_str(&format!("{}{}  [{place}]\n", if out.is_empty() { "" } else { "\n" }, row.place_title));
        }
        out.push_str(&format!("  {:<20} {:<22} {}\n", row.keys.join(" "), row.command, row.title));
    }
    out
}

/// The manual page's part about keys, in roff.
pub fn roff(map: &Keymap) -> String {
    let safe = |words: &str| words.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq");
    let mut out = String::from(".SH KEYS\nKeys of the terminal interface as they ship; keys.toml changes them.\n");
    let mut place = "";
    for row in rows(map, None) {
        if row.place != place {
            place = row.place;
            out.push_str(&format!(".SS {}\n", safe(row.place_title)));
        }
        let keys = row.keys.iter().map(|k| safe(k)).collect::<Vec<_>>().join(" ");
        out.push_str(&format!(".TP\n\\fB{keys}\\fR\n{}. {}\n", safe(row.title), safe(&row.help)));
    }
    out
}

/// `docs/keys.md`.
pub fn markdown() -> String {
    let (vim, arrows) = (Keymap::new(Preset::Vim), Keymap::new(Preset::Arrows));
    let mut out = String::from(
        "# Keys\n\nGenerated from the command table (`src/tui/command/`); a test fails when it is stale. Every command is also in the palette\n\
         (`Ctrl-P`, or `:` where letters are keys), under its title, with the reason when it cannot be given now.\n\n\
         ## Keys of your own\n\nThere are two presets: `vim`, where letters move as in vi and arrows do too, and `arrows`, where arrows alone move and\n\
         no function key is needed. A file `keys.toml` in Lacuna's configuration folder (or in the folder that `--config` names) chooses one\n\
         and changes what it likes, everywhere or in one place:\n\n\
         ```toml\npreset = \"arrows\"\n\n[keys]                  # wherever the command works\nfind = [\"/\", \"C-f\"]\n\n\
         [worklist]              # in this place alone\nnext-new = \"N\"\npage-down = [\"PageDown\", \"Space\"]\n```\n\n\
         The places are ",
    );
    out.push_str(&PLACES.map(|(_, _, id)| format!("`{id}`")).join(", "));
    out.push_str(
        ".\nA command gets the keys that the file gives it and no others. `lacuna keys` shows the keys in force; two commands on one key, a key that\n\
         a terminal cannot send and a letter where somebody types are named with their line and what to do about it, and the interface does\n\
         not start on half of a file. `Ctrl-L`, `Ctrl-Q` and `Ctrl-Z` stay what they are, and so do the keys of dialogs: digits, `y`, `n`, `Esc`.\n",
    );
    for (place, name, id) in PLACES {
        out.push_str(&format!("\n## {name} (`{id}`)\n\n| vim | arrows | Command | Does |\n|---|---|---|---|\n"));
        for command in command::commands(place) {
            let keys = |map: &Keymap| {
                map.names(place, command.id).iter().map(|k| format!("`{}`", k.replace('|', "\\|"))).collect::<Vec<_>>().join(" ")
            };
            out.push_str(&format!(
                "| {} | {} | {} (`{}`) | {} |\n",
                keys(&vim),
                keys(&arrows),
                command.title,
                command.id,
                vim.fill(command.help)
            ));
        }
    }
    out
}
