//! The chart screen: panes, what is selected in each, the way back, find.

use crate::tui::chart_data::{ChartData, Note};
use crate::tui::layout;
use crate::tui::outline::{self, Folded, Heading};
use ratatui::layout::Rect;
use std::collections::{BTreeMap, BTreeSet};
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
    /// What is folded in each of them.
    pub folded: BTreeMap<usize, Folded>,
    /// The section that was gone to in the document on show, until somebody scrolls on.
    pub section: Option<usize>,
    /// Whether lines have their numbers beside them.
    pub numbers: bool,
    /// The selected gap.
    pub gap: usize,
    /// The gap that the cursor goes to once the chart was read again: the one before it was dealt with.
    pub next_gap: Option<String>,
    /// The gap that was set aside last: it can be taken back from wherever the cursor went on to.
    pub aside: Option<String>,
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
    /// While somebody presents: the gaps whose answer was shown, by key.
    pub veil: Option<BTreeSet<String>>,
    /// The selected thing of the timeline.
    pub event: usize,
    /// The documents, by identifier and version, whose beginning was on the screen in the reader.
    pub begun: BTreeSet<(String, u32)>,
}

/// Nothing folded, for every note that nobody touched.
static OPEN: Folded = Folded::new();

impl ChartPage {
    /// First byte of the top row of the document on show.
    pub fn top(&self) -> usize {
        self.tops.get(&self.doc).copied().unwrap_or(0)
    }

    /// The document on show, made ready.
    pub fn note(&self) -> Option<&Note> {
        self.data.notes.get(self.doc)
    }

    /// The sections of the document on show.
    pub fn outline(&self) -> &[Heading] {
        self.note().map_or(&[], |note| note.outline.as_slice())
    }

    /// What is folded in the document on show.
    pub fn folds(&self) -> &Folded {
        self.folded.get(&self.doc).unwrap_or(&OPEN)
    }

    /// Where the text of the document on show stands.
    pub fn text_area(&self, size: (u16, u16)) -> Rect {
        let digits = self.note().map_or(1, |note| note.lines.last_number().to_string().len());
        layout::reader_area(size, if self.numbers { u16::try_from(digits + 1).unwrap_or(8) } else { 0 })
    }

    /// Whether the answer of a gap is hidden from the room.
    pub fn hides(&self, gap: usize) -> bool {
        let key = self.data.view.gaps.get(gap).map(|g| &g.key);
        self.veil.as_ref().zip(key).is_some_and(|(shown, key)| !shown.contains(key))
    }

    /// The section that this person is in: the one that was gone to, or whose words were, else the one at the top.
    pub fn here(&self) -> Option<usize> {
        self.section.or_else(|| outline::at(self.outline(), self.top()))
    }
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
    /// Whether the screen says which match this is: until another key is pressed.
    pub told: bool,
    /// The words.
    pub words: String,
    /// Words that were added to those typed: each with its synonyms.
    pub also: Vec<(String, Vec<String>)>,
    /// What of the words could not be taken as it was meant.
    pub issues: Vec<String>,
    /// Where they stand: document, first byte, one past the last; in the order of the list.
    pub hits: Arc<Vec<(usize, usize, usize)>>,
    /// Where the search began, to come back to on Esc.
    pub from: Option<Step>,
    /// What was folded then: only the match that is taken opens what hides it.
    pub folded: BTreeMap<usize, Folded>,
}
