//! The screen that compares two notes.

use crate::tui::compare::{Comparison, Shown};
use std::sync::Arc;

/// The screen.
#[derive(Clone, Debug)]
pub struct ComparePage {
    /// The comparison.
    pub all: Arc<Comparison>,
    /// What of it shows.
    pub list: Arc<Vec<Shown>>,
    /// Whether every line shows, and not the changes alone.
    pub whole: bool,
    /// Whether the two stand side by side.
    pub beside: bool,
    /// The top: an entry of the list and a row of it.
    pub top: (usize, usize),
    /// The change that was gone to.
    pub change: Option<usize>,
}

impl ComparePage {
    /// A new one, at its top.
    pub fn new(all: Comparison, whole: bool, beside: bool) -> Self {
        let list = Arc::new(all.shown(whole, beside));
        Self { all: Arc::new(all), list, whole, beside, top: (0, 0), change: None }
    }

    /// The entry that shows a row of the comparison.
    pub fn entry(&self, row: usize) -> usize {
        self.list.partition_point(|shown| shown.row() <= row).saturating_sub(1)
    }

    /// The row of the comparison at the top.
    pub fn row(&self) -> usize {
        self.list.get(self.top.0).map_or(0, |shown| shown.row())
    }
}
