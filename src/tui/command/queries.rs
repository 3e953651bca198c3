//! Commands of composer, tracker and search.

use super::{Command, Scopes, always};
use crate::tui::update::{composer, nav, queries, search, when, worklist};

/// Commands of composer, tracker and search.
pub static QUERIES: &[Command] = &[
    Command { id: "reload", short: "reload", title: "Read again", help: "Reads the worklist again, with what others changed.", scope: Scopes::WORKLIST.and(Scopes::TRACKER), keys: &["r"], rank: 0, when: always, run: worklist::reload },
    Command { id: "next-field", short: "next field", title: "Next field", help: "Gives the keys to the next field.", scope: Scopes::FORM.and(Scopes::TYPING), keys: &["Tab"], rank: 3, when: always, run: composer::next_field },
    Command { id: "previous-field", short: "field before", title: "Field before", help: "Gives the keys to the field before.", scope: Scopes::FORM.and(Scopes::TYPING), keys: &["BackTab"], rank: 0, when: always, run: composer::previous_field },
    Command { id: "send", short: "send", title: "Send", help: "Records the query as sent. Asks first; refused while a finding blocks.", scope: Scopes::FORM.and(Scopes::TYPING), keys: &["C-s"], rank: 1, when: when::sendable, run: composer::send },
    Command { id: "provider-view", short: "as the provider sees it", title: "As the provider sees it", help: "Shows exactly the text that the provider gets.", scope: Scopes::FORM.and(Scopes::TYPING).and(Scopes::QUERY), keys: &["C-r"], rank: 2, when: always, run: composer::provider_view },
    Command { id: "justify", short: "justify", title: "Justify a finding", help: "Takes your words for a finding that needs a reason.", scope: Scopes::FORM.and(Scopes::TYPING), keys: &["C-y"], rank: 4, when: when::justifiable, run: composer::justify },
    Command { id: "toggle", short: "tick", title: "Tick or untick", help: "Takes an indicator into the query or leaves it out.", scope: Scopes::FORM, keys: &["Space"], rank: 5, when: when::on_indicators, run: composer::toggle },
    Command { id: "edit-item", short: "edit", title: "Edit", help: "Edits the words of the option, or why an earlier value is relevant. On a choice: the next one.", scope: Scopes::FORM, keys: &["Enter", "i"], rank: 0, when: always, run: composer::edit_item },
    Command { id: "next-choice", short: "change", title: "Next choice", help: "Another type, recipient or day; for an indicator, the next heading.", scope: Scopes::FORM, keys: &["l", "Right"], rank: 0, when: always, run: composer::next_choice },
    Command { id: "previous-choice", short: "change", title: "Choice before", help: "The same, backwards.", scope: Scopes::FORM, keys: &["h", "Left"], rank: 0, when: always, run: composer::previous_choice },
    Command { id: "add-option", short: "add", title: "Add an option", help: "Adds an option below this one.", scope: Scopes::FORM, keys: &["a"], rank: 5, when: when::on_options, run: composer::add_option },
    Command { id: "remove-option", short: "remove", title: "Remove an option", help: "Removes this option.", scope: Scopes::FORM, keys: &["d"], rank: 0, when: when::on_options, run: composer::remove_option },
    Command { id: "move-down", short: "move down", title: "Move down", help: "Moves an indicator or an option one place down.", scope: Scopes::FORM, keys: &["J"], rank: 6, when: when::on_list, run: composer::move_down },
    Command { id: "move-up", short: "move up", title: "Move up", help: "Moves it one place up.", scope: Scopes::FORM, keys: &["K"], rank: 0, when: when::on_list, run: composer::move_up },
    Command { id: "discard-draft", short: "discard", title: "Throw the draft away", help: "Asks first. A discarded draft is kept in the store, out of sight.", scope: Scopes::FORM, keys: &["D"], rank: 0, when: always, run: composer::discard },
    Command { id: "open-query", short: "open", title: "Open the query", help: "Its text, its answer and its life so far; a draft opens for writing.", scope: Scopes::TRACKER, keys: &["Enter", "l", "Right"], rank: 1, when: when::query_row, run: queries::open },
    Command { id: "answer", short: "answer", title: "Record the answer", help: "Option by its digit, and the provider's words.", scope: Scopes::TRACKER.and(Scopes::QUERY), keys: &["a"], rank: 2, when: when::answerable, run: queries::answer },
    Command { id: "close-query", short: "close", title: "Close with an outcome", help: "One key for how it ended.", scope: Scopes::TRACKER.and(Scopes::QUERY), keys: &["c"], rank: 3, when: when::closable, run: queries::close },
    Command { id: "escalate", short: "escalate", title: "Hand it to the next level", help: "Asks to whom, and why.", scope: Scopes::TRACKER.and(Scopes::QUERY), keys: &["E"], rank: 4, when: when::pending, run: queries::escalate },
    Command { id: "withdraw", short: "withdraw", title: "Take it back", help: "Asks why.", scope: Scopes::TRACKER.and(Scopes::QUERY), keys: &["w"], rank: 5, when: when::pending, run: queries::withdraw },
    Command { id: "chart-of-query", short: "chart", title: "Its chart", help: "Opens the chart that the query is about.", scope: Scopes::TRACKER.and(Scopes::QUERY), keys: &["o"], rank: 6, when: when::query_chart, run: queries::chart },
    Command { id: "open-hit", short: "open at the words", title: "Open at the words", help: "Opens the note at the first match.", scope: Scopes::SEARCH, keys: &["Enter"], rank: 1, when: when::hit, run: search::open },
    Command { id: "next-hit", short: "next", title: "Next hit", help: "One hit down.", scope: Scopes::SEARCH, keys: &["Down", "C-n"], rank: 2, when: when::hit, run: search::down },
    Command { id: "previous-hit", short: "before", title: "Hit before", help: "One hit up.", scope: Scopes::SEARCH, keys: &["Up"], rank: 3, when: when::hit, run: search::up },
    Command { id: "page-of-hits", short: "page", title: "Page of hits down", help: "A page of hits down.", scope: Scopes::SEARCH, keys: &["PageDown"], rank: 0, when: when::hit, run: search::page_down },
    Command { id: "page-of-hits-up", short: "page", title: "Page of hits up", help: "A page of hits up.", scope: Scopes::SEARCH, keys: &["PageUp"], rank: 0, when: when::hit, run: search::page_up },
    Command { id: "leave", short: "back", title: "Back; out of the worklist", help: "One step back; from the worklist it leaves Lacuna.", scope: Scopes::WORKLIST.and(Scopes::TRACKER).and(Scopes::QUERY), keys: &["q"], rank: 0, when: always, run: nav::leave },
];
