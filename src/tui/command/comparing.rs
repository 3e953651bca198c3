//! Commands of the screen that compares two notes.

use super::{Command, Scopes, always};
use crate::tui::update::{compare, when};

/// Commands of the screen that compares two notes.
pub static COMPARING: &[Command] = &[
    Command {
        id: "compare-notes",
        short: "compare",
        title: "Compare with another note or version",
        also: "diff changes versions copied forward side by side difference cloned",
        help: "Lists the earlier versions of the note on show and the other notes of the stay; Enter compares, the likeliest is selected.",
        scope: Scopes::CHART.and(Scopes::COMPARE),
        keys: &["="],
        rank: 8,
        when: when::comparable,
        run: compare::choose,
    },
    Command {
        id: "next-change",
        short: "next change",
        title: "Next change",
        also: "difference forward",
        help: "Goes to the next lines that differ.",
        scope: Scopes::COMPARE,
        keys: &["n"],
        rank: 1,
        when: when::changes,
        run: compare::next_change,
    },
    Command {
        id: "previous-change",
        short: "change before",
        title: "Previous change",
        also: "difference backward",
        help: "Goes to the lines before that differ.",
        scope: Scopes::COMPARE,
        keys: &["N"],
        rank: 2,
        when: when::changes,
        run: compare::previous_change,
    },
    Command {
        id: "all-lines",
        short: "all lines",
        title: "All lines, or the changes alone",
        also: "context unfold expand collapse same",
        help: "Shows the lines that are alike too, or puts long stretches of them into one row.",
        scope: Scopes::COMPARE,
        keys: &["z"],
        rank: 3,
        when: always,
        run: compare::whole,
    },
    Command {
        id: "change-in-note",
        short: "to the note",
        title: "To the words in the note",
        also: "open read jump source",
        help: "Closes the comparison and shows the line in its note.",
        scope: Scopes::COMPARE,
        keys: &["Enter"],
        rank: 5,
        when: always,
        run: compare::go,
    },
];
