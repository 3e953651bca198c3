//! Showing a chart to a room: keys as they are pressed, answers hidden until somebody asks, the stay one day at a time.

use super::chart_data::ChartData;
use super::keys::Key;
use super::say;
use crate::chart::Instant;
use std::collections::BTreeSet;

/// Keys that are shown.
const MOST_KEYS: usize = 8;

/// A presentation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Presenter {
    /// The keys pressed last, the newest last, with what each did.
    pub keys: Vec<(String, &'static str)>,
    /// Gaps whose answer was shown, by key.
    pub shown: BTreeSet<String>,
    /// The stay that is stepped through.
    pub steps: Option<Steps>,
}

/// A stay, day by day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Steps {
    /// Which one.
    pub encounter: String,
    /// The last moment of each of its days on which something happened.
    pub days: Vec<Instant>,
    /// The day that is shown.
    pub at: usize,
}

impl Steps {
    /// The last moment of the day that is shown.
    pub fn until(&self) -> Option<Instant> {
        self.days.get(self.at).copied()
    }
}

impl Presenter {
    /// Shows a key.
    pub fn pressed(&mut self, key: Key, does: &'static str) {
        self.keys.push((key.to_string(), does));
        if self.keys.len() > MOST_KEYS {
            self.keys.remove(0);
        }
    }

    /// The moment that a stay is shown at; `None` is the whole of it.
    pub fn until(&self, encounter: &str) -> Option<Instant> {
        self.steps.as_ref().filter(|s| s.encounter == encounter).and_then(Steps::until)
    }
}

/// The last moment of each day of a stay on which something happened, until now.
pub fn days(data: &ChartData) -> Vec<Instant> {
    let things = data.events.iter().map(|e| e.time);
    let values = data.series.iter().flat_map(|s| s.points.iter().map(|p| p.time));
    let mut times: Vec<Instant> = things.chain(values).filter(|t| *t <= data.view.as_of).collect();
    times.sort();
    let mut days: Vec<Instant> = Vec::new();
    for time in times {
        match days.last_mut().filter(|last| say::day(last) == say::day(&time)) {
            Some(last) => *last = time,
            None => days.push(time),
        }
    }
    days
}
