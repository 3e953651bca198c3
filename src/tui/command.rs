//! One table of everything a person can do: keys, footer, help, palette and `docs/keys.md` come from it.

mod comparing;
mod everywhere;
mod presenting;
mod queries;
mod reading;
mod review;
mod searching;
mod trying;

use super::model::{ChartPage, Model, Pane, Screen};
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

/// Where a command works, for somebody who looked for it in another place.
pub fn only_in(command: &Command) -> String {
    let places: Vec<&str> = PLACES.iter().filter(|(place, ..)| command.scope.meets(*place)).map(|(_, name, _)| *name).collect();
    format!("It works in: {}", places.join("; "))
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

/// At most seven for the footer, each with its word: in a chart those that act in the pane with the keys, elsewhere by rank. Those that
/// cannot be given now are left out.
pub fn footer(model: &Model) -> Vec<(&'static Command, &'static str)> {
    let here = || commands(scope(model)).filter(|c| (c.when)(model) == Avail::Yes);
    let mut hints: Vec<(&Command, &str)> = match (model.screen(), &model.chart) {
        (Screen::Chart, Some(chart)) => {
            let named = |(id, word): &(&str, &'static str)| {
                let command = here().find(|c| c.id == *id && chart_moves(model, chart, c.id))?;
                Some((command, if word.is_empty() { command.short } else { *word }))
            };
            of_pane(chart).iter().filter_map(named).collect()
        }
        _ => {
            let mut ranked: Vec<&Command> = here().filter(|c| c.rank > 0).collect();
            ranked.sort_by_key(|c| c.rank);
            ranked.into_iter().map(|c| (c, c.short)).collect()
        }
    };
    hints.truncate(6);
    hints.extend(all().find(|c| c.id == "help").map(|c| (c, c.short)));
    hints
}

/// Whether a move to the side does anything in the labs now: there are older, or newer, values than those that show.
fn chart_moves(model: &Model, chart: &ChartPage, id: &str) -> bool {
    if chart.pane != Pane::Labs {
        return true;
    }
    let series = chart.data.series.get(chart.lab);
    let (all, back) = match chart.trend {
        Some(trend) => (series.map_or(0, |s| s.points.len().saturating_sub(1)), trend.back),
        None => {
            let times = chart.data.times(series.is_some_and(|s| s.vital)).len();
            (times.saturating_sub(super::layout::lab_cells(super::layout::chart(model.size).labs.width)), chart.lab_back)
        }
    };
    match id {
        "out-of" => back < all,
        "into" => back > 0,
        _ => true,
    }
}

/// What the footer shows in each pane of a chart, the likeliest first, with another word where the command does another thing there.
fn of_pane(chart: &ChartPage) -> &'static [(&'static str, &'static str)] {
    match chart.pane {
        Pane::Documents => &[
            ("go", "read"),
            ("next-unseen", ""),
            ("go-to-type", ""),
            ("compare-notes", ""),
            ("find", ""),
            ("next-pane", ""),
            ("go-back", ""),
        ],
        Pane::Reader if !chart.find.hits.is_empty() => &[
            ("find-next", ""),
            ("take-proof", "take sentence"),
            ("next-unseen", "read on"),
            ("come-back", ""),
            ("outline", ""),
            ("find", ""),
            ("next-pane", ""),
        ],
        Pane::Reader => &[
            ("next-unseen", "read on"),
            ("take-proof", "take sentence"),
            ("into", "next sentence"),
            ("next-proof", ""),
            ("find", ""),
            ("outline", ""),
            ("come-back", ""),
            ("next-pane", ""),
        ],
        Pane::Gaps => &[
            ("go", "to the words"),
            ("query-gap", ""),
            ("dismiss-gap", ""),
            ("explain-gap", ""),
            ("take-proof", ""),
            ("next-unseen", ""),
            ("next-chart", ""),
        ],
        Pane::Labs if chart.trend.is_some() => {
            &[("lab-chart", "table"), ("out-of", "older"), ("into", "newer"), ("down", "next lab"), ("take-proof", ""), ("pane-gaps", "")]
        }
        Pane::Labs => {
            &[("lab-chart", ""), ("out-of", "older"), ("into", "newer"), ("take-proof", ""), ("pane-gaps", ""), ("next-pane", "")]
        }
        Pane::Timeline => &[("go", "open"), ("pane-gaps", ""), ("next-unseen", ""), ("find", ""), ("next-pane", ""), ("go-back", "")],
    }
}
