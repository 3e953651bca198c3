//! The worklist screen: rows, filter, order, columns.

use crate::work::model::{Group, Worklist, WorklistRow, WorklistView};
use std::collections::BTreeSet;

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
    /// The one unit, service or payer that is shown; those without one where it is `None`.
    pub group: Option<(Group, Option<String>)>,
    /// The stays as they stood when the first of a round was opened.
    pub round: Vec<String>,
    /// The order of the rows.
    pub sort: Sort,
    /// Columns of somebody's choice.
    pub columns: Columns,
    /// The look through the charts that nobody looked at, while it goes on.
    pub counting: Option<Counting>,
    /// How many of them the last such look could not look at: it is not begun again for those alone.
    pub unlooked: usize,
    /// Whether somebody has moved in the list, so that it must not be sorted anew under their hands.
    pub moved: bool,
    /// Whether the next list is the same one in the order of what a look found.
    pub sorts_anew: bool,
    /// Whether the next list keeps the order of this one: somebody is at work in it.
    pub keeps_order: bool,
}

/// How far a look through the charts is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counting {
    /// The view whose charts are looked at.
    pub view: WorklistView,
    /// How many are done.
    pub done: usize,
    /// Of how many.
    pub total: usize,
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
    /// By who pays.
    Payer,
    /// By attending.
    Attending,
    /// Furthest past the geometric mean length of stay first.
    Stay,
    /// Soonest next look first.
    Next,
}

impl Sort {
    /// Every order, with its name.
    pub const ALL: [(Self, &'static str); 8] = [
        (Self::Pressing, "most pressing"),
        (Self::Patient, "patient"),
        (Self::Unit, "unit"),
        (Self::Service, "service"),
        (Self::Payer, "payer"),
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
pub const COLUMNS: [&str; 7] = ["unit", "day", "attending", "service", "queries", "next", "payer"];

/// Which of them show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Columns(pub [bool; 7]);

impl Default for Columns {
    fn default() -> Self {
        Self([true, true, false, false, true, true, false])
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
    /// The view that was shown before: it comes back when the search is let go.
    pub before: WorklistView,
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
