//! One table of everything a person can do: keys, footer, help, palette and `docs/keys.md` come from it.

mod comparing;
mod everywhere;
mod presenting;
mod queries;
mod reading;
mod review;
mod searching;
mod trying;

use super::model::{Model, Screen};
use super::msg::Effect;

/// Where a command works, as a set of bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scopes(u16);

impl Scopes {
    /// The worklist.
    pub const WORKLIST: Self = Self(1);
    /// A chart.
    pub const CHART: Self = Self(2);
    /// The composer, on a list or a choice.
    pub const FORM: Self = Self(4);
    /// The composer, while typing.
    pub const TYPING: Self = Self(8);
    /// The tracker.
    pub const TRACKER: Self = Self(16);
    /// One query.
    pub const QUERY: Self = Self(32);
    /// Search.
    pub const SEARCH: Self = Self(64);
    /// The text that items are tried on.
    pub const TRY_TEXT: Self = Self(128);
    /// What they make of it.
    pub const TRY_LIST: Self = Self(256);
    /// Two notes side by side.
    pub const COMPARE: Self = Self(512);
    /// Everywhere.
    pub const ALL: Self = Self(1023);
    /// Everywhere that letters are keys.
    pub const LETTERS: Self = Self(1 | 2 | 4 | 16 | 32 | 256 | 512);

    /// Both.
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether they share a place.
    pub fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// Each place by itself, with its name in help and documentation, and in `keys.toml`.
pub const PLACES: [(Scopes, &str, &str); 10] = [
    (Scopes::WORKLIST, "Worklist", "worklist"),
    (Scopes::CHART, "Chart", "chart"),
    (Scopes::COMPARE, "Two notes compared", "compare"),
    (Scopes::FORM, "Query draft, on a list or a choice", "draft"),
    (Scopes::TYPING, "Query draft, while typing", "draft-typing"),
    (Scopes::TRACKER, "Queries", "queries"),
    (Scopes::QUERY, "One query", "query"),
    (Scopes::SEARCH, "Search", "search"),
    (Scopes::TRY_TEXT, "Items on a text, while typing", "try-text"),
    (Scopes::TRY_LIST, "Items on a text, on what fires", "try-list"),
];

/// Whether a command can be given now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Avail {
    /// Yes.
    Yes,
    /// No, and why.
    No(&'static str),
}

/// One thing a person can do.
pub struct Command {
    /// Kebab-case, unique.
    pub id: &'static str,
    /// In a word or two, for the footer.
    pub short: &'static str,
    /// In a few words, for help and palette.
    pub title: &'static str,
    /// What else people call it: the palette finds it by these words too.
    pub also: &'static str,
    /// What it does.
    pub help: &'static str,
    /// Where.
    pub scope: Scopes,
    /// By which keys; the first one is shown in the footer.
    pub keys: &'static [&'static str],
    /// Its rank in the footer; 0 keeps it out.
    pub rank: u8,
    /// Whether it can be given now.
    pub when: fn(&Model) -> Avail,
    /// Does it.
    pub run: fn(&mut Model) -> Vec<Effect>,
}

/// Every command, in the order of the help.
pub fn all() -> impl Iterator<Item = &'static Command> {
    [
        review::REVIEW,
        reading::READING,
        comparing::COMPARING,
        queries::QUERIES,
        searching::SEARCHING,
        trying::TRYING,
        presenting::PRESENTING,
        everywhere::EVERYWHERE,
    ]
    .into_iter()
    .flatten()
}

fn always(_: &Model) -> Avail {
    Avail::Yes
}

/// The place that keys are looked up for.
pub fn scope(model: &Model) -> Scopes {
    match model.screen() {
        Screen::Worklist => Scopes::WORKLIST,
        Screen::Chart => Scopes::CHART,
        Screen::Compare => Scopes::COMPARE,
        Screen::Composer if model.composer.as_ref().is_some_and(super::compose::Composer::typing) => Scopes::TYPING,
        Screen::Composer => Scopes::FORM,
        Screen::Tracker => Scopes::TRACKER,
        Screen::Query => Scopes::QUERY,
        Screen::Search => Scopes::SEARCH,
        Screen::TryOn if model.try_on.on_list => Scopes::TRY_LIST,
        Screen::TryOn => Scopes::TRY_TEXT,
    }
}

/// Whether letters are text on the screen that shows.
pub fn typing(model: &Model) -> bool {
    !scope(model).meets(Scopes::LETTERS)
}

/// Commands of a place, in the order of the table.
pub fn commands(scope: Scopes) -> impl Iterator<Item = &'static Command> {
    all().filter(move |c| c.scope.meets(scope))
}

/// At most seven for the footer, by rank; those that cannot be given now are left out.
pub fn footer(model: &Model) -> Vec<&'static Command> {
    let mut hints: Vec<&Command> = commands(scope(model)).filter(|c| c.rank > 0 && (c.when)(model) == Avail::Yes).collect();
    hints.sort_by_key(|c| c.rank);
    hints.truncate(6);
    hints.extend(all().find(|c| c.id == "help"));
    hints
}
