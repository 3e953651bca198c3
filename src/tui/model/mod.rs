//! Everything the interface knows. Screens hold selection and scroll; what they show comes from the desk.

mod basket;
mod chart;
mod compare;
mod jobs;
mod places;
mod queries;
mod search;
mod worklist;

pub use basket::{Basket, Taken};
pub use chart::{ChartPage, Find, Pane, Step, Trend};
pub use compare::ComparePage;
pub use jobs::Jobs;
pub use places::{ChartPlace, DraftPlace, Places};
pub use queries::{QueryPage, TrackerPage};
pub use search::{Earlier, SearchState};
pub use worklist::{COLUMNS, Columns, Counting, Only, Sort, WorklistPage};

use super::compose::Composer;
use super::keymap::Keymap;
use super::layer::Layer;
use super::msg::{Effect, Msg, Request, Slot};
use super::presenter::Presenter;
use super::try_on::TryPage;
use crate::chart::Instant;
use std::sync::Arc;

/// Smallest terminal that the screens are laid out for.
pub const SMALLEST: (u16, u16) = (60, 16);

/// From this many columns on, a chart shows its three panes side by side.
pub const WIDE: u16 = 100;

/// The whole state of the interface.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// Columns and rows that the screens are laid out for.
    pub size: (u16, u16),
    /// Columns and rows of the terminal: more, while something stands around the screens.
    pub terminal: (u16, u16),
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
    /// Whether lines of notes have their numbers beside them.
    pub numbers: bool,
    /// Screens, the visible one last. Never empty once started.
    pub screens: Vec<Screen>,
    /// What lies over them, the top one last.
    pub layers: Vec<Layer>,
    /// The worklist.
    pub worklist: WorklistPage,
    /// The open chart.
    pub chart: Option<ChartPage>,
    /// Two notes side by side.
    pub compare: Option<ComparePage>,
    /// The draft being written.
    pub composer: Option<Composer>,
    /// What was taken from charts for the next drafts about them.
    pub basket: Basket,
    /// The tracker.
    pub tracker: TrackerPage,
    /// The query being read.
    pub query: Option<QueryPage>,
    /// The search.
    pub search: SearchState,
    /// The text that items are tried on.
    pub try_on: TryPage,
    /// The presentation to a room, while there is one.
    pub presenter: Option<Presenter>,
    /// The step of the tour, while it is taken.
    pub tour: Option<usize>,
    /// A sentence about what just happened.
    pub notice: Option<Notice>,
    /// Newest generation of each slot, and whether its answer is awaited.
    pub jobs: Jobs,
    /// Places in charts that were left.
    pub places: Places,
    /// The place as it was kept last.
    pub kept: String,
    /// The chart to open once the worklist is there: an argument, or the place that was kept.
    pub wish: Option<Wish>,
    /// The draft that is being taken up again, and where in it somebody was.
    pub resume: Option<DraftPlace>,
    /// Keys and pastes that came while what they are meant for was still being read: they count once it is there.
    pub early: Vec<Msg>,
    /// True once the end has been decided.
    pub ending: bool,
}

impl Model {
    /// The same person at the same terminal, with nothing of any chart.
    pub fn without_charts(self) -> Self {
        let Self { size, user, banner, ascii, keys, mouse, clipboard, lockable, numbers, .. } = self;
        Self { size, user, banner, ascii, keys, mouse, clipboard, lockable, numbers, ..Self::default() }
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
    /// Two of its notes side by side.
    Compare,
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
    /// The draft to take up again over the chart.
    pub draft: Option<DraftPlace>,
    /// The query whose gap the cursor goes to.
    pub query: Option<i64>,
}

impl Model {
    /// The visible screen.
    pub fn screen(&self) -> Screen {
        self.screens.last().copied().unwrap_or_default()
    }

    /// Rows at the bottom of the terminal that the tour and a presentation want.
    pub fn strip(&self) -> u16 {
        self.strip_of(self.terminal.0)
    }

    /// The same in a terminal of so many columns.
    pub fn strip_of(&self, width: u16) -> u16 {
        let tour = if width < WIDE { 4 } else { 3 };
        self.tour.map_or(0, |_| tour) + u16::from(self.presenter.is_some())
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

    /// Says what went wrong, with reason and remedy: a remedy for somebody at a shell is none here.
    pub fn trouble(&mut self, trouble: &crate::error::Trouble) {
        let lint = trouble.hint.as_deref().is_some_and(|hint| hint.contains("`lacuna query lint`") || hint.contains("--justify"));
        let mut here = trouble.clone();
        here.hint = match self.screen() {
            Screen::Tracker if lint => Some("{open-query} opens the draft; under Check stands what each rule wants".to_owned()),
            _ => super::say::hint_here(trouble.hint.as_deref().unwrap_or_default()),
        };
        self.complain(here.to_string());
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
