//! Everything the interface knows. Screens hold selection and scroll; what they show comes from the desk.

use super::chart_data::ChartData;
use super::compose::Composer;
use super::keymap::Keymap;
use super::layer::Layer;
use super::msg::{Effect, Request, Slot};
use super::try_on::TryPage;
use crate::chart::Instant;
use crate::work::model::{QueryRow, QueryView, SearchHit, SearchPage, Searches, Worklist, WorklistRow, WorklistView};
use lacuna_index::Completion;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Smallest terminal that the screens are laid out for.
pub const SMALLEST: (u16, u16) = (60, 16);

/// From this many columns on, a chart shows its three panes side by side.
pub const WIDE: u16 = 100;

/// The whole state of the interface.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// The person at the desk.
    pub user: String,
    /// What kind of store this is.
    pub banner: String,
    /// The time at the desk, as of the last answer.
    pub now: Option<Instant>,
    /// Whether only ASCII can be drawn.
    pub ascii: bool,
    /// The keys in force.
    pub keys: Arc<Keymap>,
    /// Whether clicks and the wheel come to us and not to the terminal.
    pub mouse: bool,
    /// Whether words may go to the terminal's clipboard.
    pub clipboard: bool,
    /// Whether the store has a passphrase that the interface can lock itself with.
    pub lockable: bool,
    /// Screens, the visible one last. Never empty once started.
    pub screens: Vec<Screen>,
    /// What lies over them, the top one last.
    pub layers: Vec<Layer>,
    /// The worklist.
    pub worklist: WorklistPage,
    /// The open chart.
    pub chart: Option<ChartPage>,
    /// The draft being written.
    pub composer: Option<Composer>,
    /// Taken from a chart (the encounter) for the next draft about it.
    pub basket: Option<(String, Vec<crate::query::Indicator>)>,
    /// The tracker.
    pub tracker: TrackerPage,
    /// The query being read.
    pub query: Option<QueryPage>,
    /// The search.
    pub search: SearchState,
    /// The text that items are tried on.
    pub try_on: TryPage,
    /// A sentence about what just happened.
    pub notice: Option<Notice>,
    /// Newest generation of each slot, and whether its answer is awaited.
    pub jobs: Jobs,
    /// Places in charts that were left.
    pub places: BTreeMap<String, ChartPlace>,
    /// The place as it was kept last.
    pub kept: String,
    /// The chart to open once the worklist is there: an argument, or the place that was kept.
    pub wish: Option<Wish>,
    /// True once the end has been decided.
    pub ending: bool,
}

impl Model {
    /// The same person at the same terminal, with nothing of any chart.
    pub fn without_charts(self) -> Self {
        let Self { size, user, banner, ascii, keys, mouse, clipboard, lockable, .. } = self;
        Self { size, user, banner, ascii, keys, mouse, clipboard, lockable, ..Self::default() }
    }
}

/// A screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Screen {
    /// The worklist.
    #[default]
    Worklist,
    /// One chart.
    Chart,
    /// A draft.
    Composer,
    /// All queries.
    Tracker,
    /// One query.
    Query,
    /// Search in all charts.
    Search,
    /// Items on a text.
    TryOn,
}

/// A sentence about what just happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Whether it is bad news.
    pub bad: bool,
    /// The sentence.
    pub text: String,
}

/// Where to go in a chart that is being opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// The encounter.
    pub encounter: String,
    /// A document in it.
    pub document: Option<String>,
    /// Bytes in that document.
    pub at: Option<(usize, usize)>,
    /// What was searched for: n and N go through it in the chart.
    pub find: Option<String>,
    /// The place to take up again, when it was kept.
    pub place: Option<ChartPlace>,
}

/// Generation numbers: which answer of which slot still counts.
#[derive(Clone, Debug, Default)]
pub struct Jobs {
    newest: [u64; Slot::COUNT],
    waiting: [bool; Slot::COUNT],
}

impl Jobs {
    /// A new question in a slot.
    pub fn ask(&mut self, slot: Slot, request: Request) -> Effect {
        let at = slot as usize;
        let generation = self.newest.get(at).copied().unwrap_or(0) + 1;
        if let Some(newest) = self.newest.get_mut(at) {
            *newest = generation;
        }
        if let Some(waiting) = self.waiting.get_mut(at) {
            *waiting = true;
        }
        Effect::Ask(slot, generation, request)
    }

    /// Whether an answer still counts; when it does, its slot waits no more.
    pub fn take(&mut self, slot: Slot, generation: u64) -> bool {
        let at = slot as usize;
        let newest = self.newest.get(at).copied().unwrap_or(0);
        if generation == newest {
            if let Some(waiting) = self.waiting.get_mut(at) {
                *waiting = false;
            }
            return true;
        }
        !slot.newest_only() && generation < newest
    }

    /// Makes every answer that is still under way in a slot stale.
    pub fn forget(&mut self, slot: Slot) {
        let at = slot as usize;
        if let Some(newest) = self.newest.get_mut(at) {
            *newest += 1;
        }
        if let Some(waiting) = self.waiting.get_mut(at) {
            *waiting = false;
        }
    }

    /// Whether an answer is awaited.
    pub fn waits(&self, slot: Slot) -> bool {
        self.waiting.get(slot as usize).copied().unwrap_or(false)
    }

    /// The newest generation of a slot.
    pub fn newest(&self, slot: Slot) -> u64 {
        self.newest.get(slot as usize).copied().unwrap_or(0)
    }
}

/// The worklist screen.
#[derive(Clone, Debug, Default)]
pub struct WorklistPage {
    /// What the desk gave.
    pub list: Worklist,
    /// Whether it ever did.
    pub loaded: bool,
    /// The view asked for.
    pub view: WorklistView,
    /// Rows that pass the filter, as places in the list.
    pub shown: Vec<usize>,
    /// The selected one of those.
    pub cursor: usize,
    /// The filter, and where its cursor is while it is typed.
    pub filter: String,
    /// Whether keys go into the filter.
    pub typing: bool,
    /// The search that made this worklist.
    pub only: Option<Only>,
    /// The order of the rows.
    pub sort: Sort,
    /// Columns of somebody's choice.
    pub columns: Columns,
}

/// Orders of the worklist.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// The most pressing reason first.
    #[default]
    Pressing,
    /// By the patient's name.
    Patient,
    /// By unit and bed.
    Unit,
    /// By service.
    Service,
    /// By attending.
    Attending,
    /// Furthest past the geometric mean length of stay first.
    Stay,
    /// Soonest next look first.
    Next,
}

impl Sort {
    /// Every order, with its name.
    pub const ALL: [(Self, &'static str); 7] = [
        (Self::Pressing, "most pressing"),
        (Self::Patient, "patient"),
        (Self::Unit, "unit"),
        (Self::Service, "service"),
        (Self::Attending, "attending"),
        (Self::Stay, "over the mean stay"),
        (Self::Next, "next look"),
    ];

    /// How a person says it.
    pub fn label(self) -> &'static str {
        Self::ALL.iter().find(|(sort, _)| *sort == self).map_or("", |(_, name)| name)
    }
}

/// Columns that can be shown or hidden, in the order of their digits.
pub const COLUMNS: [&str; 6] = ["unit", "day", "attending", "service", "queries", "next"];

/// Which of them show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Columns(pub [bool; 6]);

impl Default for Columns {
    fn default() -> Self {
        Self([true, true, false, false, true, true])
    }
}

impl Columns {
    /// Whether a column shows.
    pub fn shows(self, name: &str) -> bool {
        COLUMNS.iter().zip(self.0).any(|(column, shown)| *column == name && shown)
    }

    /// Shows or hides a column.
    pub fn toggle(&mut self, at: usize) {
        if let Some(shown) = self.0.get_mut(at) {
            *shown = !*shown;
        }
    }
}

/// The stays in which a search found something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Only {
    /// The search.
    pub query: String,
    /// The stays.
    pub encounters: BTreeSet<String>,
}

impl WorklistPage {
    /// The selected row.
    pub fn selected(&self) -> Option<&WorklistRow> {
        self.list.rows.get(*self.shown.get(self.cursor)?)
    }

    /// Rows that pass the filter.
    pub fn rows(&self) -> impl Iterator<Item = &WorklistRow> {
        self.shown.iter().filter_map(|at| self.list.rows.get(*at))
    }
}

/// Panes of a chart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pane {
    /// The list of documents.
    Documents,
    /// The text of one.
    Reader,
    /// The gaps.
    #[default]
    Gaps,
    /// Labs and vitals over time.
    Labs,
    /// What happened, day by day.
    Timeline,
}

impl Pane {
    /// Every pane, in the order of their digits.
    pub const ALL: [Self; 5] = [Self::Documents, Self::Reader, Self::Gaps, Self::Labs, Self::Timeline];

    /// Its title.
    pub fn title(self) -> &'static str {
        match self {
            Self::Documents => "Documents",
            Self::Reader => "Reader",
            Self::Gaps => "Gaps",
            Self::Labs => "Labs",
            Self::Timeline => "Timeline",
        }
    }
}

/// Where somebody is in a chart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChartPlace {
    /// The pane with the keys.
    pub pane: Pane,
    /// The document on show, by identifier.
    pub document: String,
    /// First byte of its top row.
    pub top: usize,
    /// The selected gap, by key.
    pub gap: String,
}

/// The chart screen.
#[derive(Clone, Debug)]
pub struct ChartPage {
    /// The chart.
    pub data: Arc<ChartData>,
    /// The pane with the keys.
    pub pane: Pane,
    /// The document on show.
    pub doc: usize,
    /// First byte of the top row, for each document that was looked at.
    pub tops: BTreeMap<usize, usize>,
    /// The selected gap.
    pub gap: usize,
    /// The gap that the cursor goes to once the chart was read again: the one before it was dealt with.
    pub next_gap: Option<String>,
    /// The selected proof of it; `None` is the gap itself.
    pub proof: Option<usize>,
    /// The words that were jumped to: document, first byte, one past the last.
    pub current: Option<(usize, usize, usize)>,
    /// Where to go back to.
    pub back: Vec<Step>,
    /// Find in this chart.
    pub find: Find,
    /// The selected series of the labs.
    pub lab: usize,
    /// How many columns of older values the labs are moved by.
    pub lab_back: usize,
    /// The chart of the selected series, when it is drawn in place of the table.
    pub trend: Option<Trend>,
    /// The selected thing of the timeline.
    pub event: usize,
}

/// The chart of one series.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trend {
    /// The selected value, counted back from the newest.
    pub back: usize,
    /// First row of drugs and orders on show.
    pub top: usize,
}

/// A place to come back to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The pane.
    pub pane: Pane,
    /// The document.
    pub doc: usize,
    /// Its top.
    pub top: usize,
    /// The words that were marked.
    pub current: Option<(usize, usize, usize)>,
}

/// Find in a chart.
#[derive(Clone, Debug, Default)]
pub struct Find {
    /// Whether keys go into it.
    pub typing: bool,
    /// The words.
    pub words: String,
    /// Where they stand: document, first byte, one past the last; in the order of the list.
    pub hits: Arc<Vec<(usize, usize, usize)>>,
    /// Where the search began, to come back to on Esc.
    pub from: Option<Step>,
}

/// Which queries the tracker shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TrackerView {
    /// Every one.
    #[default]
    All,
    /// This person's that are not over.
    Mine,
    /// Past their due time.
    Overdue,
    /// Answered, and in no note yet.
    Undocumented,
    /// Those not over, by provider.
    ByProvider,
}

impl TrackerView {
    /// Every view, in the order of the key that walks through them.
    const ALL: [Self; 5] = [Self::All, Self::Mine, Self::Overdue, Self::Undocumented, Self::ByProvider];

    /// How a person says it.
    pub fn label(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Mine => "my open ones",
            Self::Overdue => "overdue",
            Self::Undocumented => "waiting for documentation",
            Self::ByProvider => "by provider",
        }
    }

    /// The one after it.
    pub fn next(self) -> Self {
        let at = Self::ALL.iter().position(|v| *v == self).unwrap_or(0);
        Self::ALL.get((at + 1) % Self::ALL.len()).copied().unwrap_or_default()
    }

    /// Its rows.
    pub fn of(self, all: &[QueryRow], user: &str) -> Vec<QueryRow> {
        let shown = |q: &&QueryRow| match self {
            Self::All => true,
            Self::Mine => q.author == user && !q.state.is_over(),
            Self::Overdue => q.overdue,
            Self::Undocumented => q.state.is_answered(),
            Self::ByProvider => !q.state.is_over(),
        };
        let mut rows: Vec<QueryRow> = all.iter().filter(shown).cloned().collect();
        if self == Self::ByProvider {
            rows.sort_by(|a, b| (&a.to, a.due, a.id).cmp(&(&b.to, b.due, b.id)));
        }
        rows
    }
}

/// The tracker screen.
#[derive(Clone, Debug, Default)]
pub struct TrackerPage {
    /// Queries and drafts of the view.
    pub rows: Vec<QueryRow>,
    /// All of them.
    pub all: Vec<QueryRow>,
    /// Which ones are on show.
    pub view: TrackerView,
    /// Whether the desk ever gave them.
    pub loaded: bool,
    /// The selected one.
    pub cursor: usize,
}

/// The screen of one query.
#[derive(Clone, Debug)]
pub struct QueryPage {
    /// The query.
    pub view: QueryView,
    /// What the provider sees, once it is there.
    pub text: String,
    /// First row on show.
    pub top: usize,
}

/// The search screen.
#[derive(Clone, Debug, Default)]
pub struct SearchState {
    /// The query.
    pub query: String,
    /// Where its cursor is.
    pub at: usize,
    /// Whether the query is an earlier one, all of it selected: typing replaces it, moving in it keeps it.
    pub earlier_kept: bool,
    /// The newest answer.
    pub page: SearchPage,
    /// The query that it answers.
    pub answered: Option<String>,
    /// The query that was asked last.
    pub asked: String,
    /// The selected hit, or the selected earlier search while nothing is typed.
    pub cursor: usize,
    /// How many hits are wanted.
    pub wanted: usize,
    /// Newest first.
    pub by_date: bool,
    /// The selected value, while the facets have the keys.
    pub facet: Option<usize>,
    /// What could be typed next.
    pub completions: Vec<Completion>,
    /// The searches of this person.
    pub searches: Searches,
}

/// A search of this person: named, or only used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Earlier<'a> {
    /// Its name.
    pub name: Option<&'a str>,
    /// What was searched for.
    pub query: &'a str,
}

impl SearchState {
    /// The searches of this person: named ones first, then the others, newest first.
    pub fn earlier(&self) -> impl Iterator<Item = Earlier<'_>> {
        let saved = self.searches.saved.iter().map(|s| Earlier { name: Some(&s.name), query: &s.query });
        let named = |query: &str| self.searches.saved.iter().any(|s| s.query == query);
        saved.chain(self.searches.recent.iter().filter(move |q| !named(q)).map(|q| Earlier { name: None, query: q }))
    }

    /// Every value that was counted: field, value, count.
    pub fn facets(&self) -> impl Iterator<Item = (&str, &str, u64)> {
        self.page
            .facets
            .iter()
            .flat_map(|(field, values)| values.iter().map(move |(value, count)| (field.as_str(), value.as_str(), *count)))
    }

    /// The selected hit.
    pub fn selected(&self) -> Option<&SearchHit> {
        self.page.hits.get(self.cursor)
    }
}

impl Model {
    /// The visible screen.
    pub fn screen(&self) -> Screen {
        self.screens.last().copied().unwrap_or_default()
    }

    /// Rows between header and footer.
    pub fn body_rows(&self) -> usize {
        usize::from(self.size.1.saturating_sub(5)).max(1)
    }

    /// Says something good, or neutral.
    pub fn say(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice { bad: false, text: text.into() });
    }

    /// Says what went wrong.
    pub fn complain(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice { bad: true, text: text.into() });
    }

    /// Says what went wrong, with reason and remedy.
    pub fn trouble(&mut self, trouble: &crate::error::Trouble) {
        self.complain(trouble.to_string());
    }

    /// Shows a screen over the others; one that lies further down comes up.
    pub fn show(&mut self, screen: Screen) {
        if screen == Screen::Worklist {
            self.screens.clear();
        }
        self.screens.retain(|s| *s != screen);
        self.screens.push(screen);
    }

    /// A question to the desk.
    pub fn ask(&mut self, slot: Slot, request: Request) -> Effect {
        self.jobs.ask(slot, request)
    }
}
