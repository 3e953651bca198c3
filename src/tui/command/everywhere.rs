//! Commands that mean the same everywhere.

use super::{Command, Scopes, always};
use crate::tui::update::{nav, search};

/// Commands that mean the same everywhere.
pub static EVERYWHERE: &[Command] = &[
    Command { id: "down", short: "down", title: "Down", help: "One row down.", scope: Scopes::WORKLIST.and(Scopes::CHART).and(Scopes::FORM).and(Scopes::TRACKER).and(Scopes::QUERY), keys: &["j", "Down"], rank: 0, when: always, run: nav::down },
    Command { id: "up", short: "up", title: "Up", help: "One row up.", scope: Scopes::WORKLIST.and(Scopes::CHART).and(Scopes::FORM).and(Scopes::TRACKER).and(Scopes::QUERY), keys: &["k", "Up"], rank: 0, when: always, run: nav::up },
    Command { id: "page-down", short: "page", title: "Page down", help: "One page down.", scope: Scopes::WORKLIST.and(Scopes::CHART).and(Scopes::TRACKER).and(Scopes::QUERY), keys: &["PageDown", "Space", "C-f"], rank: 0, when: always, run: nav::page_down },
    Command { id: "page-up", short: "page", title: "Page up", help: "One page up.", scope: Scopes::WORKLIST.and(Scopes::CHART).and(Scopes::TRACKER).and(Scopes::QUERY), keys: &["PageUp", "b", "C-b"], rank: 0, when: always, run: nav::page_up },
    Command { id: "top", short: "top", title: "To the top", help: "To the first row.", scope: Scopes::WORKLIST.and(Scopes::CHART).and(Scopes::TRACKER).and(Scopes::QUERY), keys: &["g", "Home"], rank: 0, when: always, run: nav::top },
    Command { id: "bottom", short: "bottom", title: "To the end", help: "To the last row.", scope: Scopes::WORKLIST.and(Scopes::CHART).and(Scopes::TRACKER).and(Scopes::QUERY), keys: &["G", "End"], rank: 0, when: always, run: nav::bottom },
    Command { id: "search", short: "search all", title: "Search all charts", help: "Finds notes in every chart, live as you type.", scope: Scopes::WORKLIST.and(Scopes::CHART).and(Scopes::TRACKER).and(Scopes::QUERY), keys: &["s"], rank: 5, when: always, run: search::show },
    Command { id: "go-back", short: "back", title: "One step back", help: "Closes what is open; nothing is lost.", scope: Scopes::ALL, keys: &["Esc"], rank: 7, when: always, run: nav::back },
    Command { id: "quit", short: "quit", title: "Leave Lacuna", help: "Keeps drafts and the place, and leaves.", scope: Scopes::ALL, keys: &["C-q"], rank: 0, when: always, run: nav::quit },
    Command { id: "palette", short: "commands", title: "All commands", help: "Finds a command by a few letters.", scope: Scopes::ALL, keys: &["C-p"], rank: 0, when: always, run: nav::palette },
    Command { id: "palette-colon", short: "commands", title: "All commands", help: "The same, where letters are keys.", scope: Scopes::LETTERS, keys: &[":"], rank: 0, when: always, run: nav::palette },
    Command { id: "help", short: "more", title: "Help", help: "The keys of this screen.", scope: Scopes::ALL, keys: &["F1", "?"], rank: 0, when: always, run: nav::help },
    Command { id: "repaint", short: "repaint", title: "Draw the screen anew", help: "After something else wrote on the terminal.", scope: Scopes::ALL, keys: &["C-l"], rank: 0, when: always, run: nav::repaint },
    Command { id: "suspend", short: "suspend", title: "To the shell", help: "Stops Lacuna until `fg`; drafts are saved first.", scope: Scopes::ALL, keys: &["C-z"], rank: 0, when: always, run: nav::suspend },
];
