//! Where things stand on the screen: pure arithmetic, shared by drawing and by moving.

use super::model::{Pane, WIDE};
use ratatui::layout::Rect;

/// Columns left of a note's text for the signs of the gaps that it proves.
pub const GUTTER: u16 = 2;

/// A note is not set wider than this: long rows are hard to follow.
const MEASURE: u16 = 110;

/// The stripes of every screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Who, where, when.
    pub header: Rect,
    /// What is new, or what is counted.
    pub sub: Rect,
    /// The screen itself.
    pub body: Rect,
    /// What just happened, or an input.
    pub line: Rect,
    /// The keys.
    pub footer: Rect,
}

/// The stripes for a size.
pub fn frame((width, height): (u16, u16)) -> Frame {
    let inner = width.saturating_sub(2);
    let row = |y: u16, rows: u16| Rect::new(1, y.min(height.saturating_sub(1)), inner, rows);
    let body_top = 3;
    Frame {
        header: row(0, 1),
        sub: row(1, 1),
        body: row(body_top, height.saturating_sub(body_top + 2)),
        line: row(height.saturating_sub(2), 1),
        footer: row(height.saturating_sub(1), 1),
    }
}

/// The panes of a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chart {
    /// Whether panes stand side by side.
    pub wide: bool,
    /// Documents.
    pub documents: Rect,
    /// The text, or labs in its place.
    pub middle: Rect,
    /// Gaps.
    pub gaps: Rect,
    /// Labs: the room of text and gaps together, for as many times as fit.
    pub labs: Rect,
}

/// The panes for a size. In a narrow terminal all of them have the whole width, and one shows.
pub fn chart(size: (u16, u16)) -> Chart {
    let body = frame(size).body;
    if size.0 < WIDE {
        let under = Rect { y: body.y + 1, height: body.height.saturating_sub(1), ..body };
        return Chart { wide: false, documents: under, middle: under, gaps: under, labs: under };
    }
    let documents = (body.width * 22 / 100).clamp(23, 36);
    let gaps = (body.width * 30 / 100).clamp(32, 56);
    let middle = body.width.saturating_sub(documents + gaps + 4);
    Chart {
        wide: true,
        documents: Rect { width: documents, ..body },
        middle: Rect { x: body.x + documents + 2, width: middle, ..body },
        gaps: Rect { x: body.x + documents + middle + 4, width: gaps, ..body },
        labs: Rect { x: body.x + documents + 2, width: middle + 2 + gaps, ..body },
    }
}

/// Where a note's text stands, the title, the gutter and the columns of line numbers taken off.
pub fn reader_area(size: (u16, u16), numbers: u16) -> Rect {
    let chart = chart(size);
    let middle = chart.middle;
    let width = middle.width.saturating_sub(GUTTER + numbers).clamp(1, MEASURE);
    Rect { x: middle.x + GUTTER + numbers, y: middle.y + 1, width, height: middle.height.saturating_sub(1) }
}

/// Where the rows of a comparison stand, under the names of the two.
pub fn compare(size: (u16, u16)) -> Rect {
    let body = frame(size).body;
    let names = if size.0 < WIDE { 2 } else { 1 };
    Rect { y: body.y + names, height: body.height.saturating_sub(names), ..body }
}

/// Whether a pane is on the screen.
pub fn shows(size: (u16, u16), focused: Pane, pane: Pane) -> bool {
    // Labs and timeline need the room of text and gaps together.
    let whole = matches!(focused, Pane::Labs | Pane::Timeline);
    match pane {
        _ if size.0 < WIDE => pane == focused,
        Pane::Labs | Pane::Timeline => pane == focused,
        Pane::Reader | Pane::Gaps => !whole,
        Pane::Documents => true,
    }
}

/// Columns of one lab value.
pub const CELL: u16 = 8;

/// Columns before the first lab value, and the columns of the name among them.
pub fn lab_values(width: u16) -> (u16, u16) {
    let name = (width / 4).clamp(12, 24);
    (name + 20, name)
}

/// Lab values that stand side by side; a column at the right is left for the sign that there are newer ones.
pub fn lab_cells(width: u16) -> usize {
    usize::from(width.saturating_sub(lab_values(width).0 + 1) / CELL)
}

/// Rows of what is about to be sent, and how many of them show at once under the question.
pub fn sending((width, height): (u16, u16), question: &str, text: &str) -> (usize, usize) {
    let columns = usize::from(width.saturating_sub(2)).max(8);
    let rows = |words: &str| super::text::wrap_text(words, columns).len();
    // The rule, a blank row on either side of the text, and the row of keys.
    (rows(text), usize::from(height).saturating_sub(rows(question) + 4).max(1))
}

/// Columns of a text field in the composer.
pub fn field_width(size: (u16, u16)) -> usize {
    usize::from(size.0.saturating_sub(2 + 13 + 2)).clamp(8, 100)
}
