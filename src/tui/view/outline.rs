//! The sections of the note on show, as a list over it.

use super::layers::{Rows, sheet, tail};
use super::list::Tops;
use super::pen::Pen;
use super::reader::signs;
use crate::tui::model::Model;
use crate::tui::say;
use crate::tui::text;
use crate::tui::theme::Role;
use crate::tui::update::chart::sections_with;
use ratatui::layout::Position;

/// Draws it; gives where the cursor stands.
pub fn draw(model: &Model, pen: &mut Pen<'_>, size: (u16, u16), (words, cursor): (&str, usize), tops: &mut Tops) -> Option<Position> {
    let chart = model.chart.as_ref()?;
    let note = chart.note()?;
    let found = sections_with(chart, words);
    let height = usize::from(size.1).saturating_sub(10).clamp(3, 20);
    let top = tops.keep("outline", cursor, cursor, found.len(), height);
    let width = usize::from(size.0.saturating_sub(4));
    let (typed, column) = tail(words, words.len(), width);
    let mut rows: Rows = vec![vec![("> ".to_owned(), Role::Accent), (typed, Role::Text)]];
    let signs = signs(chart);
    let here = chart.here();
    for (at, place) in found.iter().enumerate().skip(top).take(height) {
        let Some(heading) = note.outline.get(*place) else { continue };
        let selected = at == cursor;
        let bar = match (selected, pen.ascii) {
            (true, true) => "> ",
            (true, false) => "\u{203a} ",
            _ => "  ",
        };
        let proof = signs.iter().find(|(byte, _)| heading.start <= *byte && *byte < heading.end);
        let (sign, role) = proof.map_or((' ', Role::Dim), |(_, severity)| (severity.sign(), super::worklist::severity_role(*severity)));
        let number = format!("{:>5}  ", heading.number);
        let title = format!("{}{}", if heading.inner { "  " } else { "" }, text::label(&heading.title));
        let lines = heading.lines.map(|(first, last)| last.saturating_sub(first + 1)).filter(|n| *n > 0);
        let folded = if chart.folds().has(*place) { "folded" } else { "" };
        let now = if here == Some(*place) { "here" } else { "" };
        let lines = lines.map(|n| say::count(n, "line", "lines")).unwrap_or_default();
        let rest = [now, folded, lines.as_str()].into_iter().filter(|w| !w.is_empty()).collect::<Vec<_>>().join("   ");
        let wide = (width / 2).max(24);
        let title = format!("{:<wide$}", text::fit(&title, wide, pen.ascii));
        let role_of = if selected { Role::Accent } else { Role::Text };
        rows.push(vec![
            (bar.to_owned(), Role::Accent),
            (format!("{sign} "), role),
            (number, Role::Dim),
            (title, role_of),
            ("  ".to_owned(), Role::Text),
            (rest, Role::Dim),
        ]);
    }
    if found.is_empty() {
        rows.push(vec![("no heading of this note has these letters".to_owned(), Role::Dim)]);
    }
    let title = format!("Sections of {} ({})", note.label, note.outline.len());
    let at = sheet(pen, size, &title, rows, "type to find, Enter goes there, Tab folds or opens, Esc stays here")?;
    Some(Position::new(at.x + 2 + u16::try_from(column).unwrap_or(0), at.y))
}
