//! Commands of the search.

use super::{Command, Scopes, always};
use crate::tui::update::{search, when};

const fn command(
    id: &'static str,
    (short, title, help): (&'static str, &'static str, &'static str),
    keys: &'static [&'static str],
    rank: u8,
    run: fn(&mut crate::tui::model::Model) -> Vec<crate::tui::msg::Effect>,
) -> Command {
    Command { id, short, title, also: also(id), help, scope: Scopes::SEARCH, keys, rank, when: always, run }
}

/// Other words for a command of the search.
const fn also(id: &str) -> &'static str {
    match id.as_bytes() {
        b"open-hit" => "show read jump note",
        b"complete" => "autocomplete suggest expand",
        b"facets" => "filter counts type unit author refine",
        b"keep-search" => "save bookmark store name",
        b"search-as-worklist" => "list patients cohort",
        b"order-of-hits" => "sort date relevance rank",
        b"synonyms" => "expansion abbreviations exact",
        b"forget-search" => "delete remove saved",
        b"grammar" => "syntax operators help language",
        _ => "",
    }
}

/// Commands of the search.
pub static SEARCHING: &[Command] = &[
    Command {
        when: when::search_row,
        ..command(
            "open-hit",
            (
                "open at the words",
                "Open at the words",
                "Opens the note at the first match; n and N go through the others. Takes an earlier search up.",
            ),
            &["Enter"],
            1,
            search::open,
        )
    },
    command(
        "complete",
        ("complete", "Complete the word", "Takes the first of the names or values that are offered beside the query."),
        &["Tab"],
        0,
        search::complete,
    ),
    Command { when: when::search_row, ..command("next-hit", ("next", "Next hit", "One hit down."), &["Down", "C-n"], 2, search::down) },
    Command { when: when::search_row, ..command("previous-hit", ("before", "Previous hit", "One hit up."), &["Up"], 0, search::up) },
    Command {
        when: when::facets,
        ..command(
            "facets",
            ("narrow", "To the counts and back", "Gives the keys to the counted values: Enter narrows the search to one."),
            &["BackTab"],
            3,
            search::facets,
        )
    },
    Command {
        when: when::found,
        ..command(
            "keep-search",
            ("keep", "Keep this search", "Keeps it under a name; an empty query shows all of them."),
            &["C-b"],
            4,
            search::keep,
        )
    },
    Command {
        when: when::search_row,
        ..command(
            "search-as-worklist",
            ("as worklist", "Make it a worklist", "Shows the stays in which the search finds something as a worklist."),
            &["C-g"],
            5,
            search::worklist,
        )
    },
    Command {
        when: when::found,
        ..command("order-of-hits", ("order", "Newest or best first", "Changes the order of the hits."), &["C-o"], 0, search::order)
    },
    Command {
        when: when::found,
        ..command(
            "synonyms",
            ("synonyms", "With or without synonyms", "Puts synonyms:off into the query, or takes it out."),
            &["C-t"],
            0,
            search::synonyms,
        )
    },
    Command {
        when: when::earlier,
        ..command("forget-search", ("forget", "Forget a search", "Forgets the named search under the cursor."), &["C-x"], 0, search::forget)
    },
    command("grammar", ("grammar", "What can be written", "Shows the whole search language."), &["F2", "C-y"], 6, search::grammar),
    Command {
        when: when::search_row,
        ..command("page-of-hits", ("page", "Page of hits down", "A page of hits down."), &["PageDown"], 0, search::page_down)
    },
    Command {
        when: when::search_row,
        ..command("page-of-hits-up", ("page", "Page of hits up", "A page of hits up."), &["PageUp"], 0, search::page_up)
    },
];
