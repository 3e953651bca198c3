//! Drawing by role. Every text goes through the text boundary on its way to a cell.

use crate::tui::keymap::Keymap;
use crate::tui::text;
use crate::tui::theme::{Role, Theme};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// A buffer with a theme.
pub struct Pen<'a> {
    buf: &'a mut Buffer,
    theme: Theme,
    keys: &'a Keymap,
    /// Whether only ASCII can be drawn.
    pub ascii: bool,
}

impl<'a> Pen<'a> {
    /// A pen for a buffer.
    pub fn new(buf: &'a mut Buffer, theme: Theme, keys: &'a Keymap, ascii: bool) -> Self {
        Self { buf, theme, keys, ascii }
    }

    /// A sentence of ours with the keys in force for the commands that it names in braces.
    pub fn say(&self, words: &str) -> String {
        self.keys.fill(words)
    }

    /// Draws a text in at most `most` columns; gives the columns it took.
    pub fn put(&mut self, x: u16, y: u16, most: u16, words: &str, role: Role) -> u16 {
        let words = self.fitted(words, most);
        self.cells(x, y, most, &words, role)
    }

    /// A text in so many columns, in the characters that can be drawn. An arrow takes two in ASCII: it is spelled out before it is fitted.
    fn fitted(&self, words: &str, most: u16) -> String {
        let words = if self.ascii {
            text::fit(&words.replace('\u{2192}', "->"), usize::from(most), true)
        } else {
            text::fit(words, usize::from(most), false)
        };
        self.in_charset(&words)
    }

    /// Draws a text that ends at the right edge of a stretch.
    pub fn put_right(&mut self, x: u16, y: u16, most: u16, words: &str, role: Role) {
        let words = self.fitted(words, most);
        let wide = u16::try_from(text::width(&words)).unwrap_or(most).min(most);
        self.cells(x + (most - wide), y, wide, &words, role);
    }

    /// Draws several stretches one after the other; gives the columns they took.
    pub fn line(&mut self, x: u16, y: u16, most: u16, parts: &[(&str, Role)]) -> u16 {
        let mut used = 0;
        for (words, role) in parts {
            used += self.put(x + used, y, most.saturating_sub(used), words, *role);
        }
        used
    }

    /// Draws text that is known to be harmless: it came from the text boundary piece by piece.
    pub fn cells(&mut self, x: u16, y: u16, most: u16, words: &str, role: Role) -> u16 {
        let area = self.buf.area;
        if y < area.top() || y >= area.bottom() || x < area.left() || x >= area.right() {
            return 0;
        }
        let style = self.theme.style(role);
        let (end, _) = self.buf.set_stringn(x, y, words, usize::from(most), style);
        end.saturating_sub(x)
    }

    /// Lays a role over cells that are drawn already.
    pub fn over(&mut self, area: Rect, role: Role) {
        let area = area.intersection(self.buf.area);
        self.buf.set_style(area, self.theme.style(role));
    }

    /// Shows which row the cursor is on: a bar in the margin beside it, and its words in the accent. Signs keep their colour.
    pub fn select(&mut self, area: Rect, focused: bool) {
        let role = if focused { Role::Select } else { Role::SelectIdle };
        let style = self.theme.style(role);
        let area = area.intersection(self.buf.area);
        for position in area.positions() {
            if let Some(cell) = self.buf.cell_mut(position) {
                let plain = [Role::Text, Role::Dim].iter().any(|role| self.theme.style(*role).fg.unwrap_or_default() == cell.fg);
                cell.set_style(if plain { style } else { Style { fg: None, ..style } });
            }
        }
        let bar = if self.ascii { ">" } else { "\u{258c}" };
        for y in area.top()..area.bottom() {
            self.cells(area.x.saturating_sub(1), y, 1, bar, if focused { Role::Accent } else { Role::Dim });
        }
    }

    /// Empties an area.
    pub fn clear(&mut self, area: Rect) {
        let area = area.intersection(self.buf.area);
        for y in area.top()..area.bottom() {
            self.buf.set_style(Rect { y, height: 1, ..area }, Style::reset());
            self.buf.set_stringn(area.x, y, " ".repeat(usize::from(area.width)), usize::from(area.width), Style::reset());
        }
    }

    /// A thin rule.
    pub fn rule(&mut self, x: u16, y: u16, wide: u16) {
        let line = if self.ascii { "-" } else { "\u{2500}" };
        self.cells(x, y, wide, &line.repeat(usize::from(wide)), Role::Dim);
    }

    /// Draws wrapped text; gives the rows it took, at most `area.height`.
    pub fn paragraph(&mut self, area: Rect, words: &str, role: Role) -> u16 {
        let clean = text::multiline(words);
        let rows = text::wrap_text(&clean, usize::from(area.width.max(1)));
        let mut used = 0;
        for (start, end) in rows.into_iter().take(usize::from(area.height)) {
            self.put(area.x, area.y + used, area.width, clean.get(start..end).unwrap_or_default().trim_end(), role);
            used += 1;
        }
        used
    }

    /// Draws words behind a lead, wrapped beside it; what does not fit the last row is cut there, and shows it. Gives the rows it took.
    pub fn told(&mut self, area: Rect, lead: (&str, Role), words: &str, role: Role) -> u16 {
        let indent = self.put(area.x, area.y, area.width, lead.0, lead.1);
        let (x, width) = (area.x + indent, area.width.saturating_sub(indent));
        let clean = text::label(words);
        let rows = text::wrap_text(&clean, usize::from(width.max(1)));
        let mut used = 0;
        for (start, end) in rows.iter().take(usize::from(area.height)) {
            let end = if used + 1 == area.height { clean.len() } else { *end };
            self.put(x, area.y + used, width, clean.get(*start..end).unwrap_or_default().trim_end(), role);
            used += 1;
        }
        used.max(1)
    }

    fn in_charset(&self, words: &str) -> String {
        if !self.ascii {
            return words.to_owned();
        }
        words
            .chars()
            .map(|c| match c {
                '\u{201c}' | '\u{201d}' => '"',
                '\u{2018}' | '\u{2019}' => '\'',
                '\u{b7}' => '-',
                '\u{2026}' => '~',
                c => c,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(words: &str, most: u16, ascii: bool) -> String {
        let (keys, mut buffer) = (Keymap::default(), Buffer::empty(Rect::new(0, 0, 24, 1)));
        Pen::new(&mut buffer, Theme::default(), &keys, ascii).put(0, 0, most, words, Role::Text);
        buffer.content.iter().map(|cell| cell.symbol()).collect::<String>().trim_end().to_owned()
    }

    #[test]
    fn a_rise_read_as_greater_than_in_ascii() {
        for (words, most, ascii, shown) in [
            ("Creatinine 1.0 \u{2192} 2.4", 24, true, "Creatinine 1.0 -> 2.4"),
            ("Creatinine 1.0 \u{2192} 2.4", 24, false, "Creatinine 1.0 \u{2192} 2.4"),
            ("1.0 \u{2192} 2.4", 9, true, "1.0 -> 2~"),
        ] {
            assert_eq!(drawn(words, most, ascii), shown);
        }
    }
}
