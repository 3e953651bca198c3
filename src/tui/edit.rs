//! Editing a text: cursor by byte, movement by grapheme, rows as they are wrapped on the screen.

use super::keys::Key;
use super::text::wrap_text;
use unicode_segmentation::UnicodeSegmentation;

/// What a key did to a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typed {
    /// The text is another one.
    Changed,
    /// Only the cursor moved.
    Moved,
    /// The key means nothing here.
    Ignored,
}

/// The shape of the field that a text is edited in.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Columns, for moving by rows.
    pub width: usize,
    /// Whether Enter starts a line.
    pub multiline: bool,
}

/// Applies a key.
pub fn key(text: &mut String, cursor: &mut usize, key: Key, shape: Shape) -> Typed {
    let at = floor(text, *cursor);
    *cursor = at;
    let (before, after) = text.split_at(at);
    let moved = |cursor: &mut usize, to: usize| {
        *cursor = to;
        Typed::Moved
    };
    match key {
        Key::Char(c) => insert(text, cursor, c.encode_utf8(&mut [0; 4])),
        Key::Enter if shape.multiline => insert(text, cursor, "\n"),
        Key::Backspace => {
            let from = previous(before);
            remove(text, cursor, from, at)
        }
        Key::Delete => {
            let to = at + next(after);
            remove(text, cursor, at, to)
        }
        Key::Ctrl('w') => {
            let word = before.trim_end();
            let from = word.char_indices().rfind(|(_, c)| c.is_whitespace()).map_or(0, |(i, c)| i + c.len_utf8());
            remove(text, cursor, from, at)
        }
        Key::Ctrl('u') => {
            // At the start of a line it takes the line end before it, so that pressing on empties the text.
            let from = before.rfind('\n').map_or(0, |i| if i + 1 == at { i } else { i + 1 });
            remove(text, cursor, from, at)
        }
        Key::Ctrl('k') => {
            let to = at + after.find('\n').unwrap_or(after.len());
            remove(text, cursor, at, to)
        }
        Key::Left if at > 0 => moved(cursor, previous(before)),
        Key::Right if at < text.len() => {
            let to = at + next(after);
            moved(cursor, to)
        }
        Key::Home | Key::Ctrl('a') => moved(cursor, before.rfind('\n').map_or(0, |i| i + 1)),
        Key::End | Key::Ctrl('e') => {
            let to = at + after.find('\n').unwrap_or(after.len());
            moved(cursor, to)
        }
        Key::Up | Key::Down => by_row(text, cursor, key == Key::Down, shape.width),
        _ => Typed::Ignored,
    }
}

/// Puts words in at the cursor.
pub fn insert(text: &mut String, cursor: &mut usize, words: &str) -> Typed {
    let at = floor(text, *cursor);
    text.insert_str(at, words);
    *cursor = at + words.len();
    Typed::Changed
}

/// Row and column of the cursor in the wrapped text.
pub fn position(text: &str, cursor: usize, width: usize) -> (usize, usize) {
    let rows = wrap_text(text, width);
    let row = rows.iter().rposition(|(start, _)| *start <= cursor).unwrap_or(0);
    let start = rows.get(row).map_or(0, |r| r.0);
    let column = super::text::pieces(text.get(start..cursor).unwrap_or_default(), false).map(|p| p.width).sum();
    (row, column)
}

fn by_row(text: &str, cursor: &mut usize, down: bool, width: usize) -> Typed {
    let rows = wrap_text(text, width);
    let (row, column) = position(text, *cursor, width);
    let target = if down { row + 1 } else { row.wrapping_sub(1) };
    let Some(&(start, end)) = rows.get(target) else { return Typed::Ignored };
    let mut used = 0;
    let mut to = start;
    for piece in super::text::pieces(text.get(start..end).unwrap_or_default(), false) {
        if used + piece.width > column {
            break;
        }
        used += piece.width;
        to = start + piece.end;
    }
    let carried = rows.get(target + 1).is_some_and(|(next, _)| *next == end) && to == end && to > start;
    *cursor = if carried { start + previous(text.get(start..to).unwrap_or_default()) } else { to };
    Typed::Moved
}

fn remove(text: &mut String, cursor: &mut usize, from: usize, to: usize) -> Typed {
    if from >= to {
        return Typed::Ignored;
    }
    text.replace_range(from..to, "");
    *cursor = from;
    Typed::Changed
}

fn previous(before: &str) -> usize {
    before.grapheme_indices(true).next_back().map_or(0, |(at, _)| at)
}

fn next(after: &str) -> usize {
    after.graphemes(true).next().map_or(0, str::len)
}

fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SHAPE: Shape = Shape { width: 12, multiline: true };

    fn typed(keys: &[Key]) -> (String, usize) {
        let (mut text, mut cursor) = (String::new(), 0);
        for k in keys {
            key(&mut text, &mut cursor, *k, SHAPE);
        }
        (text, cursor)
    }

    #[test]
    fn typing_goes_where_the_cursor_is() {
        let (text, cursor) = typed(&[Key::Char('a'), Key::Char('c'), Key::Left, Key::Char('b'), Key::End, Key::Backspace]);
        assert_eq!((text.as_str(), cursor), ("ab", 2));
    }

    #[test]
    fn a_letter_with_its_accents_goes_as_one() {
        let (mut text, mut cursor) = ("e\u{301}".to_owned(), 3);
        assert_eq!(key(&mut text, &mut cursor, Key::Backspace, SHAPE), Typed::Changed);
        assert_eq!(text, "");
    }

    #[test]
    fn up_and_down_follow_the_rows_on_the_screen() {
        let (mut text, mut cursor) = ("the patient denies fever".to_owned(), 4);
        assert_eq!(key(&mut text, &mut cursor, Key::Down, SHAPE), Typed::Moved);
        assert_eq!(position(&text, cursor, 12), (1, 4));
        assert_eq!(key(&mut text, &mut cursor, Key::Down, SHAPE), Typed::Ignored);
    }

    proptest! {
        #[test]
        fn no_key_leaves_the_text(text in "\\PC{0,20}", keys in proptest::collection::vec(0usize..14, 0..40), at in 0usize..80) {
            let all = [Key::Char('x'), Key::Char('\u{301}'), Key::Enter, Key::Backspace, Key::Delete, Key::Left, Key::Right, Key::Up, Key::Down, Key::Home, Key::End, Key::Ctrl('w'), Key::Ctrl('u'), Key::Ctrl('k')];
            let (mut text, mut cursor) = (text, at);
            for k in keys {
                key(&mut text, &mut cursor, all[k], SHAPE);
                prop_assert!(text.is_char_boundary(cursor));
                position(&text, cursor, 12);
            }
        }
    }
}
