//! From hostile text to harmless pieces: the one place that decides what a character looks like.

use std::borrow::Cow;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// More combining marks than this on one base are a stunt, not a language.
const MOST_MARKS: usize = 8;

/// Columns between tab stops.
const TAB: usize = 8;

/// What one grapheme of a text looks like in cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    /// First byte in the text given.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
    /// What to draw: never a control character.
    pub shown: Cow<'a, str>,
    /// Columns it takes.
    pub width: usize,
    /// True when it stands for something that could not be drawn as it came.
    pub mark: bool,
    /// True when a line may break after it.
    pub blank: bool,
}

/// The pieces of one line (no line feed in it). `ascii` draws marks without anything outside ASCII.
pub fn pieces(line: &str, ascii: bool) -> impl Iterator<Item = Piece<'_>> {
    let mut column = 0;
    line.grapheme_indices(true).filter_map(move |(start, grapheme)| {
        let end = start + grapheme.len();
        let piece = |shown: Cow<'static, str>, width, mark, blank| Piece { start, end, shown, width, mark, blank };
        let piece = match grapheme {
            "\r" | "\r\n" | "\n" => return None,
            "\t" => {
                let width = TAB - column % TAB;
                piece(Cow::Owned(" ".repeat(width)), width, false, true)
            }
            " " => piece(Cow::Borrowed(" "), 1, false, true),
            _ if grapheme.chars().any(is_unsafe) => {
                let shown: String = grapheme.chars().map(|c| visible(c, ascii)).collect();
                let width = shown.width();
                piece(Cow::Owned(shown), width, true, false)
            }
            _ => plain(start, grapheme, ascii),
        };
        column += piece.width;
        Some(piece)
    })
}

fn plain(start: usize, grapheme: &str, ascii: bool) -> Piece<'_> {
    let end = start + grapheme.len();
    let many = grapheme.chars().count() > MOST_MARKS + 1 && !grapheme.contains('\u{200d}');
    let shown: Cow<'_, str> = if many { Cow::Owned(grapheme.chars().take(MOST_MARKS + 1).collect()) } else { Cow::Borrowed(grapheme) };
    let width = shown.width();
    if width == 0 {
        let marks: String = grapheme.chars().take(1).map(|c| spelled(c, ascii)).collect();
        let width = marks.width();
        return Piece { start, end, shown: Cow::Owned(marks), width, mark: true, blank: false };
    }
    Piece { start, end, shown, width, mark: many, blank: false }
}

/// Whether a character could move the cursor, reorder a line or hide in it.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61c}' | '\u{200b}' | '\u{200c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}' | '\u{ad}')
}

fn visible(c: char, ascii: bool) -> String {
    match c {
        c if !is_unsafe(c) => c.to_string(),
        '\u{0}'..='\u{1f}' if ascii => format!("^{}", char::from_u32(c as u32 + 64).unwrap_or('?')),
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + c as u32).map_or_else(String::new, String::from),
        '\u{7f}' if ascii => "^?".to_owned(),
        '\u{7f}' => "\u{2421}".to_owned(),
        c => spelled(c, ascii),
    }
}

fn spelled(c: char, ascii: bool) -> String {
    if ascii { format!("<U+{:04X}>", c as u32) } else { format!("\u{27e8}U+{:04X}\u{27e9}", c as u32) }
}

/// A text as one line: line ends and tabs become a space, everything unsafe a mark.
pub fn label(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for piece in pieces_of_all(text) {
        match piece.shown.trim() {
            "" if out.ends_with(' ') && piece.width != 1 => {}
            "" => out.push(' '),
            _ => out.push_str(&piece.shown),
        }
    }
    out
}

/// The same text with its lines kept and everything else made harmless.
pub fn multiline(text: &str) -> String {
    text.lines().map(|line| pieces(line, false).map(|p| p.shown).collect::<String>()).collect::<Vec<_>>().join("\n")
}

fn pieces_of_all(text: &str) -> impl Iterator<Item = Piece<'_>> {
    text.split_inclusive('\n').flat_map(|line| {
        let broken = line.ends_with('\n');
        pieces(line.trim_end_matches(['\n', '\r']), false).chain(broken.then_some(Piece {
            start: 0,
            end: 0,
            shown: Cow::Borrowed(" "),
            width: 1,
            mark: false,
            blank: true,
        }))
    })
}

/// Columns of a text that was made harmless.
pub fn width(text: &str) -> usize {
    text.width()
}

/// A label of at most `most` columns, with an ellipsis where something was cut.
pub fn fit(text: &str, most: usize, ascii: bool) -> String {
    let clean = label(text);
    if clean.width() <= most {
        return clean;
    }
    let ellipsis = if ascii { "~" } else { "\u{2026}" };
    let mut out = String::new();
    let mut used = 0;
    for grapheme in clean.graphemes(true) {
        let wide = grapheme.width();
        if used + wide + 1 > most {
            break;
        }
        used += wide;
        out.push_str(grapheme);
    }
    if most > 0 {
        out.push_str(ellipsis);
    }
    out
}

/// A paste without anything that is not text: line ends unified, other control characters gone.
pub fn safe_paste(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").chars().filter(|c| *c == '\n' || *c == '\t' || !is_unsafe(*c)).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_cannot_be_drawn_is_shown_as_a_mark() {
        for (text, shown) in [
            ("a\tb", "a       b"),
            ("a\u{1b}]52;c;x\u{7}", "a\u{241b}]52;c;x\u{2407}"),
            ("a\u{202e}b", "a\u{27e8}U+202E\u{27e9}b"),
            ("x\u{9b}31m", "x\u{27e8}U+009B\u{27e9}31m"),
            ("end\r", "end"),
            ("\u{301}", "\u{27e8}U+0301\u{27e9}"),
        ] {
            let line: String = pieces(text, false).map(|p| p.shown).collect();
            assert_eq!(line, shown, "{text:?}");
        }
        let ascii: String = pieces("a\u{1b}\u{202e}", true).map(|p| p.shown).collect();
        assert_eq!(ascii, "a^[<U+202E>");
    }

    #[test]
    fn tabs_line_up_a_table_of_labs() {
        let row = |line| pieces(line, false).map(|p| p.shown).collect::<String>();
        assert_eq!(row("Na\t140\tK\t3.5").find("140"), Some(8));
        assert_eq!(row("Glucose\t98\tK\t3.5").find("98"), Some(8));
    }

    #[test]
    fn a_label_is_one_line_and_fits() {
        assert_eq!(label("a\nb\tc"), "a b c");
        assert_eq!(fit("Chen, hospital medicine", 8, false), "Chen, h\u{2026}");
        assert_eq!(width(&fit("\u{6f22}\u{5b57}\u{6f22}\u{5b57}", 5, false)), 5);
        assert_eq!(fit("abc", 0, false), "");
    }

    #[test]
    fn a_paste_carries_no_control_characters() {
        assert_eq!(safe_paste("q\r\nd\u{1b}[2J\u{7}x"), "q\nd[2Jx");
    }

    proptest! {
        #[test]
        fn pieces_are_harmless_and_cover_the_line(text in "[\\PC\\x00-\\x1f\\u{202e}\\u{200b}\\u{301}]{0,60}") {
            let line = text.replace(['\n', '\r'], "");
            let mut at = 0;
            for piece in pieces(&line, false) {
                prop_assert_eq!(piece.start, at);
                prop_assert!(piece.width > 0);
                prop_assert!(!piece.shown.chars().any(is_unsafe));
                at = piece.end;
            }
            prop_assert_eq!(at, line.len());
        }

        #[test]
        fn nothing_fitted_is_wider_than_asked(text in "\\PC{0,60}", most in 0usize..40) {
            prop_assert!(width(&fit(&text, most, false)) <= most);
        }
    }
}
