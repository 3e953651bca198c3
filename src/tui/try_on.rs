//! Trying items on a text: the text, and what they make of it. The text lives in memory only; nothing of it is kept.

use crate::chart::{DocumentType, Evidence};
use crate::checklist::{Almost, Diagnostic, Fired, Survey};
use ratatui::layout::Rect;

/// A longer text is cut: no note is as long.
pub const LONGEST: usize = 200_000;

/// From this many columns on, the text and what fires stand side by side.
const BESIDE: u16 = 100;

/// The screen.
#[derive(Clone, Debug, Default)]
pub struct TryPage {
    /// The text.
    pub text: String,
    /// Where its cursor is.
    pub cursor: usize,
    /// Whether the list has the keys, not the text.
    pub on_list: bool,
    /// Which kind of note it is, where somebody said so; else it is read as what it looks like.
    pub kind: Option<DocumentType>,
    /// The checklist file whose items are tried; those in force when there is none.
    pub file: Option<String>,
    /// Why that file could not be read.
    pub unread: Option<String>,
    /// Its mistakes; while there are any, nothing is asked.
    pub mistakes: Vec<Diagnostic>,
    /// What the items make of it.
    pub found: Survey,
    /// Whether `found` is about any text yet.
    pub answered: bool,
    /// The selected row: mistakes first, then what fires, then the near ones.
    pub row: usize,
    /// The text that was put away, to be taken up again.
    pub away: String,
}

/// A row of the list.
#[derive(Clone, Copy, Debug)]
pub enum Row<'a> {
    /// The file has a mistake.
    Mistake(&'a Diagnostic),
    /// An item fires.
    Fired(&'a Fired),
    /// An item almost does.
    Almost(&'a Almost),
}

impl TryPage {
    /// Every row.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        let mistakes = self.mistakes.iter().map(Row::Mistake);
        mistakes.chain(self.found.fired.iter().map(Row::Fired)).chain(self.found.almost.iter().map(Row::Almost))
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.mistakes.len() + self.found.fired.len() + self.found.almost.len()
    }

    /// The selected one.
    pub fn selected(&self) -> Option<Row<'_>> {
        self.rows().nth(self.row)
    }

    /// Where the words of the selected row stand in the text, in their order.
    pub fn words(&self) -> Vec<(usize, usize)> {
        match self.selected() {
            Some(Row::Fired(fired)) => spans(fired, &self.text),
            _ => Vec::new(),
        }
    }

    /// Where the words of every row that fires stand.
    pub fn all_words(&self) -> Vec<(usize, usize)> {
        self.found.fired.iter().flat_map(|fired| spans(fired, &self.text)).collect()
    }
}

/// Words of a gap in the text. While an answer is on its way the text may have moved on: what is not there any more is left out.
fn spans(fired: &Fired, text: &str) -> Vec<(usize, usize)> {
    let there = |evidence: &Evidence| match evidence {
        Evidence::Text(t) if text.get(t.start..t.end) == Some(t.quote.as_str()) => Some((t.start, t.end)),
        _ => None,
    };
    let mut spans: Vec<_> = fired.gap.evidence.iter().filter_map(there).collect();
    spans.sort_unstable();
    spans.dedup();
    spans
}

/// The two panes: text, list. Each has its title in its first row.
pub fn panes(body: Rect) -> (Rect, Rect) {
    if body.width + 2 >= BESIDE {
        let left = body.width * 9 / 20;
        return (Rect { width: left, ..body }, Rect { x: body.x + left + 3, width: body.width.saturating_sub(left + 3), ..body });
    }
    let top = (body.height * 2 / 5).max(4);
    let list = Rect { y: body.y + top + 1, height: body.height.saturating_sub(top + 1), ..body };
    (Rect { height: top, ..body }, list)
}
