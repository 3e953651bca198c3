//! The tracker and the screen of one query.

use crate::work::model::{QueryRow, QueryView};

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
