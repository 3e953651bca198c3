//! The units, services or payers of the worklist, as a list over it.

use super::layers::{Rows, sheet, tail};
use super::list::Tops;
use super::pen::Pen;
use crate::tui::model::Model;
use crate::tui::text;
use crate::tui::theme::Role;
use crate::tui::update::group::values;
use crate::work::model::Group;
use ratatui::layout::Position;

/// Draws it; gives where the cursor stands.
pub fn draw(
    model: &Model,
    pen: &mut Pen<'_>,
    size: (u16, u16),
    (by, words, cursor): (Group, &str, usize),
    tops: &mut Tops,
) -> Option<Position> {
    let found = values(model, by, words);
    let height = usize::from(size.1).saturating_sub(10).clamp(3, 14);
    let top = tops.keep("group", cursor, cursor, found.len(), height);
    let (typed, column) = tail(words, words.len(), usize::from(size.0.saturating_sub(4)));
    let mut rows: Rows = vec![vec![("> ".to_owned(), Role::Accent), (typed, Role::Text)]];
    for (at, (value, count)) in found.iter().enumerate().skip(top).take(height) {
        let (bar, role) = if at == cursor { (if pen.ascii { "> " } else { "\u{203a} " }, Role::Accent) } else { ("  ", Role::Text) };
        let name = value.as_deref().map_or_else(|| "not given".to_owned(), text::label);
        rows.push(vec![(bar.to_owned(), Role::Accent), (format!("{count:>5}  "), Role::Dim), (name, role)]);
    }
    if found.is_empty() {
        rows.push(vec![(format!("no {} of this view has these letters", by.label()), Role::Dim)]);
    }
    let title = format!("Only the charts of one {}", by.label());
    let others = Group::ALL.iter().filter(|group| **group != by).map(|group| group.label()).collect::<Vec<_>>().join(", ");
    let at = sheet(pen, size, &title, rows, &format!("type to find, Enter shows it alone, Tab: {others}; Esc"))?;
    Some(Position::new(at.x + 2 + u16::try_from(column).unwrap_or(0), at.y))
}
