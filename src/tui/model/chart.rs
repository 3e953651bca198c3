//! The chart screen: panes, what is selected in each, the way back, find.

use crate::tui::chart_data::ChartData;
use std::collections::BTreeMap;
use std::sync::Arc;

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
