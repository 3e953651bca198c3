//! Commands of worklist and chart.

use super::{Command, Scopes, always};
use crate::tui::update::{chart, queries, when, worklist};

/// Commands of worklist and chart.
pub static REVIEW: &[Command] = &[
    Command { id: "open-chart", short: "open", title: "Open the chart", help: "Opens the selected chart.", scope: Scopes::WORKLIST, keys: &["Enter", "l", "Right"], rank: 1, when: when::row, run: worklist::open },
    Command { id: "next-new", short: "next new", title: "Next with something new", help: "Goes to the next chart with an unseen document.", scope: Scopes::WORKLIST, keys: &["n"], rank: 2, when: when::any_new, run: worklist::next_new },
    Command { id: "filter", short: "filter", title: "Filter by typing", help: "Shows the rows that hold the words: patient, unit, attending, reason.", scope: Scopes::WORKLIST, keys: &["/"], rank: 3, when: always, run: worklist::filter },
    Command { id: "next-view", short: "view", title: "Next view", help: "Active, with gaps, queries waiting, discharged, all.", scope: Scopes::WORKLIST, keys: &["v"], rank: 4, when: always, run: worklist::next_view },
    Command { id: "previous-view", short: "view", title: "Previous view", help: "The same views, backwards.", scope: Scopes::WORKLIST, keys: &["V"], rank: 0, when: always, run: worklist::previous_view },
    Command { id: "go", short: "go to proof", title: "Go to the words", help: "On a gap or its proof: shows the words in the note. On a document: reads it.", scope: Scopes::CHART, keys: &["Enter"], rank: 1, when: when::chart_enter, run: chart::enter },
    Command { id: "query-gap", short: "query", title: "Write a query from this gap", help: "Opens a draft with the gap's proof as indicators; the one there already when there is one.", scope: Scopes::CHART, keys: &["q"], rank: 2, when: when::gap, run: chart::query },
    Command { id: "dismiss-gap", short: "set aside", title: "Set this gap aside", help: "Asks for the reason by one digit.", scope: Scopes::CHART, keys: &["x"], rank: 3, when: when::gap_open, run: chart::dismiss },
    Command { id: "reopen-gap", short: "take back", title: "Take a gap back", help: "Opens a gap again that was set aside.", scope: Scopes::CHART, keys: &["X"], rank: 0, when: when::gap_dismissed, run: chart::reopen },
    Command { id: "explain-gap", short: "explain", title: "Explain this gap", help: "Why it fired, what speaks against it, where it looked and found nothing.", scope: Scopes::CHART, keys: &["e"], rank: 4, when: when::gap, run: chart::explain },
    Command { id: "next-unseen", short: "next unseen", title: "Next unseen document", help: "Opens the next document that was not opened yet.", scope: Scopes::CHART, keys: &["u"], rank: 5, when: when::unseen, run: chart::next_unseen },
    Command { id: "find", short: "find", title: "Find in this chart", help: "Finds words in the document on show, then in the others.", scope: Scopes::CHART, keys: &["/"], rank: 6, when: always, run: chart::find },
    Command { id: "find-next", short: "next match", title: "Next match", help: "Goes to the next place of the words that were looked for.", scope: Scopes::CHART, keys: &["n"], rank: 0, when: when::hits, run: chart::find_next },
    Command { id: "find-previous", short: "previous match", title: "Previous match", help: "Goes to the place before.", scope: Scopes::CHART, keys: &["N"], rank: 0, when: when::hits, run: chart::find_previous },
    Command { id: "next-proof", short: "next proof", title: "Next proof of this gap", help: "Goes to the next words that prove the selected gap.", scope: Scopes::CHART, keys: &["p"], rank: 0, when: when::gap, run: chart::next_proof },
    Command { id: "previous-proof", short: "proof before", title: "Proof before", help: "Goes to the words before.", scope: Scopes::CHART, keys: &["P"], rank: 0, when: when::gap, run: chart::previous_proof },
    Command { id: "come-back", short: "back", title: "Back to where the jump began", help: "Returns from the words to the gap, from a find to where it began.", scope: Scopes::CHART, keys: &["Backspace", "C-o"], rank: 0, when: when::back, run: chart::come_back },
    Command { id: "next-pane", short: "next pane", title: "Next pane", help: "Documents, reader, gaps, labs.", scope: Scopes::CHART, keys: &["Tab"], rank: 0, when: always, run: chart::next_pane },
    Command { id: "previous-pane", short: "pane before", title: "Pane before", help: "The same, backwards.", scope: Scopes::CHART, keys: &["BackTab"], rank: 0, when: always, run: chart::previous_pane },
    Command { id: "pane-documents", short: "documents", title: "Documents", help: "Gives the keys to the list of documents.", scope: Scopes::CHART, keys: &["1"], rank: 0, when: always, run: chart::pane_documents },
    Command { id: "pane-reader", short: "reader", title: "Reader", help: "Gives the keys to the text.", scope: Scopes::CHART, keys: &["2"], rank: 0, when: always, run: chart::pane_reader },
    Command { id: "pane-gaps", short: "gaps", title: "Gaps", help: "Gives the keys to the gaps.", scope: Scopes::CHART, keys: &["3"], rank: 0, when: always, run: chart::pane_gaps },
    Command { id: "pane-labs", short: "labs", title: "Labs and vitals", help: "Values over time, with trend and reference range.", scope: Scopes::CHART, keys: &["4", "t"], rank: 0, when: always, run: chart::pane_labs },
    Command { id: "into", short: "into", title: "Into the proofs", help: "From a gap to its proofs; in the labs, to newer values.", scope: Scopes::CHART, keys: &["l", "Right"], rank: 0, when: always, run: chart::into },
    Command { id: "out-of", short: "out of", title: "Out of the proofs", help: "From a proof to its gap; in the labs, to older values.", scope: Scopes::CHART, keys: &["h", "Left"], rank: 0, when: always, run: chart::out_of },
    Command { id: "next-chart", short: "next chart", title: "Next chart", help: "Opens the next chart of the worklist.", scope: Scopes::WORKLIST.and(Scopes::CHART), keys: &["]"], rank: 0, when: always, run: chart::next_chart },
    Command { id: "previous-chart", short: "chart before", title: "Chart before", help: "Opens the chart before in the worklist.", scope: Scopes::WORKLIST.and(Scopes::CHART), keys: &["["], rank: 0, when: always, run: chart::previous_chart },
    Command { id: "query-blank", short: "empty query", title: "Write a query from nothing", help: "Opens an empty draft for this chart.", scope: Scopes::CHART, keys: &["+"], rank: 0, when: when::chart, run: chart::query_blank },
    Command { id: "next-review", short: "look again", title: "When to look again", help: "Sets the next look at this chart in days, by one digit.", scope: Scopes::WORKLIST.and(Scopes::CHART), keys: &["m"], rank: 0, when: when::encounter, run: chart::next_review },
    Command { id: "tracker", short: "queries", title: "Queries", help: "All drafts and queries with their state.", scope: Scopes::WORKLIST.and(Scopes::CHART), keys: &["Q"], rank: 6, when: always, run: queries::show },
];
