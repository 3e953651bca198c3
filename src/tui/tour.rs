//! The tour: one table of steps. What is on the screen and `docs/tour.md` come from it.

use super::command::Scopes;
#[cfg(test)]
use super::{command, keymap::Keymap};

/// One step.
pub struct Step {
    /// What it is about.
    pub title: &'static str,
    /// What to see and what to do, with commands in braces.
    pub says: &'static str,
    /// The commands that take it: any of them goes on to the next step.
    pub by: &'static [&'static str],
    /// Where what it says can be done.
    pub place: Scopes,
}

/// Every step, in order.
pub static STEPS: [Step; 12] = [
    Step {
        title: "The worklist",
        says: "Each row is a stay, with the reasons why it is here; the most pressing is first. {down} and {up} move, {open-chart} opens the chart.",
        by: &["open-chart", "next-new"],
        place: Scopes::WORKLIST,
    },
    Step {
        title: "Gaps and their proof",
        says: "What the chart leaves unsaid, each with the words that prove it. ! needs an answer, ? is worth a look. {go} goes to the words.",
        by: &["go"],
        place: Scopes::CHART,
    },
    Step {
        title: "The words in the note",
        says: "This is where the proof stands. {next-proof} goes to the next words of this gap, {come-back} back to where you were.",
        by: &["come-back", "next-proof"],
        place: Scopes::CHART,
    },
    Step {
        title: "Why it is a gap",
        says: "{explain-gap} shows how it was decided, what speaks against it and where it looked and found nothing. Esc closes it.",
        by: &["explain-gap"],
        place: Scopes::CHART,
    },
    Step {
        title: "What is new",
        says: "{next-unseen} opens the oldest document that you have not read and goes on in it page by page. Lines carried over from an earlier note are dim.",
        by: &["next-unseen"],
        place: Scopes::CHART,
    },
    Step {
        title: "Finding one's way in a long note",
        says: "{outline} lists its sections, {fold-section} folds the one you are in, {find} finds words, {compare-notes} shows what changed since an earlier note.",
        by: &["outline", "fold-section", "fold-all", "find", "compare-notes"],
        place: Scopes::CHART,
    },
    Step {
        title: "Values over time",
        says: "{pane-labs} shows labs and vital signs with their ranges, {lab-chart} draws one with drugs and orders on the same axis; {pane-timeline} is the whole stay.",
        by: &["pane-labs", "lab-chart", "pane-timeline"],
        place: Scopes::CHART,
    },
    Step {
        title: "Setting a gap aside",
        says: "{pane-gaps} goes back to the gaps. When one is no gap, {dismiss-gap} sets it aside with a reason by one digit; {reopen-gap} takes it back.",
        by: &["dismiss-gap", "reopen-gap"],
        place: Scopes::CHART,
    },
    Step {
        title: "Asking the provider",
        says: "{query-gap} writes a query from a gap, with its proof as indicators. It is checked while you write: a question that leads is not sent. Esc keeps the draft.",
        by: &["query-gap", "query-blank"],
        place: Scopes::CHART,
    },
    Step {
        title: "Ending the look",
        says: "Back in the chart, {next-review} says when to look again, by one digit. What comes from then on is new. {next-chart} is the next chart.",
        by: &["next-review", "next-chart"],
        place: Scopes::CHART,
    },
    Step {
        title: "Searching everything",
        says: "{search} searches all charts as you type, with synonyms and without what is denied: pneumonia is:present. Esc comes back.",
        by: &["search"],
        place: Scopes::ALL,
    },
    Step {
        title: "Never having to remember a key",
        says: "{help} shows the keys of the screen you are on, {palette} finds any command by what you call it. {tour} takes this tour again.",
        by: &["help", "palette", "palette-colon"],
        place: Scopes::ALL,
    },
];

/// `docs/tour.md`.
#[cfg(test)]
pub fn markdown() -> String {
    let keys = Keymap::default();
    let mut out = String::from(
        "# The tour\n\nGenerated from the table of the tour (`src/tui/tour.rs`); a test fails when it is stale. `lacuna demo` begins with it once;\n\
         `~`, or \u{201c}tour\u{201d} in the palette, takes it again, on any store. Doing what a step names goes on to the next; `>` and `<` go on and back\n\
         without doing it, and `~` ends it. Nothing waits for it: every key does what it always does.\n",
    );
    for (number, step) in STEPS.iter().enumerate() {
        out.push_str(&format!("\n## {}. {}\n\n{}\n\n", number + 1, step.title, keys.fill(step.says)));
        let named = step.by.iter().filter_map(|id| command::all().find(|c| c.id == *id));
        let done: Vec<String> = named.map(|c| format!("{} (`{}`)", c.title, keys.first(c.id))).collect();
        out.push_str(&format!("Goes on with: {}.\n", done.join("; ")));
    }
    out
}
