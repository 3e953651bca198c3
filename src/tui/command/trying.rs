//! Commands of the screen that tries items on a text.

use super::{Command, Scopes, always};
use crate::tui::update::{try_on, when};

/// Commands of the screen that tries items on a text.
pub static TRYING: &[Command] = &[
    Command {
        id: "try-on",
        short: "try items",
        title: "Try items on a text",
        help: "Paste or type a note and see which checklist items fire, on which words, and which almost did. Nothing of it is kept.",
        scope: Scopes::WORKLIST.and(Scopes::CHART).and(Scopes::TRACKER).and(Scopes::QUERY),
        keys: &["T"],
        rank: 0,
        when: always,
        run: try_on::show,
    },
    Command {
        id: "to-what-fires",
        short: "what fires",
        title: "To what fires",
        help: "Gives the keys to the list of items.",
        scope: Scopes::TRY_TEXT,
        keys: &["Tab", "BackTab"],
        rank: 1,
        when: when::tried,
        run: try_on::to_list,
    },
    Command {
        id: "back-to-text",
        short: "text",
        title: "To the text",
        help: "Gives the keys to the text.",
        scope: Scopes::TRY_LIST,
        keys: &["Tab", "BackTab", "i"],
        rank: 3,
        when: always,
        run: try_on::to_text,
    },
    Command {
        id: "words-of-item",
        short: "words",
        title: "To the words",
        help: "Puts the cursor on the words that made the item fire.",
        scope: Scopes::TRY_LIST,
        keys: &["Enter"],
        rank: 1,
        when: when::tried,
        run: try_on::go,
    },
    Command {
        id: "explain-item",
        short: "explain",
        title: "Explain this item",
        help: "Why it fires, or what was missing.",
        scope: Scopes::TRY_LIST,
        keys: &["e"],
        rank: 2,
        when: when::tried,
        run: try_on::explain,
    },
    Command {
        id: "another-text",
        short: "another text",
        title: "Another text",
        help: "Puts the text away for an empty one; the same key takes it up again.",
        scope: Scopes::TRY_TEXT.and(Scopes::TRY_LIST),
        keys: &["C-x"],
        rank: 4,
        when: always,
        run: try_on::swap,
    },
];
