//! From hostile text to harmless pieces: the one place that decides what a character looks like.

use std::borrow::Cow;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// More combining marks than this on one base are a stunt, not a language.
const MOST_MARKS: usize = 8;

/// More characters than this in one grapheme as well; the longest emoji that people use have ten.
const MOST_CHARACTERS: usize = 16;

/// Joins what stands around it, in emoji and in Indic and Arabic writing.
const JOINER: char = '\u{200d}';

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
    let parts = line.grapheme_indices(true).flat_map(|(start, grapheme)| {
        let (first, rest) = parts(grapheme);
        let mut at = start;
        std::iter::once(first).chain(rest).map(move |part| {
            at += part.len();
            (at - part.len(), part)
        })
    });
    parts.filter_map(move |(start, part)| {
        let end = start + part.len();
        let piece = match part {
            "\r\n" | "\n" => return None,
            // At the end it is a line end; alone among words it would draw what follows over what came before.
            "\r" if end == line.len() => return None,
            "\t" => {
                let width = TAB - column % TAB;
                Piece { start, end, shown: Cow::Owned(" ".repeat(width)), width, mark: false, blank: true }
            }
            " " => Piece { start, end, shown: Cow::Borrowed(" "), width: 1, mark: false, blank: true },
            _ => {
                let (shown, mark) = drawn(part, ascii);
                let width = shown.width();
                Piece { start, end, shown, width, mark, blank: false }
            }
        };
        column += piece.width;
        Some(piece)
    })
}

/// A grapheme in parts: one, unless something in it hides or it is longer than a stunt may be. Then each character that hides is a part
/// of its own, so that none is passed over and no mark is wider than a line.
fn parts(grapheme: &str) -> (&str, Vec<&str>) {
    let hides = |before: char, c: char| is_unsafe(c) || joins_nothing(grapheme, c) || selects_nothing(grapheme, before, c);
    let pairs = || std::iter::once(' ').chain(grapheme.chars()).zip(grapheme.char_indices());
    let odd = grapheme.len() > 1 && (grapheme.len() > MOST_MARKS || pairs().any(|(before, (_, c))| hides(before, c)));
    if !odd {
        return (grapheme, Vec::new());
    }
    let mut cuts = Vec::new();
    let (mut count, mut alone) = (0, false);
    for (before, (at, c)) in pairs() {
        // A full part ends at the next joiner, which is shown: two parts that only touch would be one again in a terminal's cell.
        let apart = hides(before, c) || (count >= MOST_CHARACTERS && c == JOINER);
        if at > 0 && (apart || alone) {
            cuts.push(at);
            count = 0;
        }
        (alone, count) = (apart, count + 1);
    }
    let ends = cuts.iter().copied().skip(1).chain(std::iter::once(grapheme.len()));
    let rest = cuts.iter().zip(ends).filter_map(|(from, to)| grapheme.get(*from..to)).collect();
    (cuts.first().and_then(|to| grapheme.get(..*to)).unwrap_or(grapheme), rest)
}

/// What a part looks like, and whether that stands for something that could not be drawn as it came.
fn drawn(part: &str, ascii: bool) -> (Cow<'_, str>, bool) {
    let mut all = part.chars();
    if let (Some(only), None) = (all.next(), all.next())
        && (is_unsafe(only) || is_selector(only) || only == JOINER)
    {
        return (Cow::Owned(visible(only, ascii)), true);
    }
    if part.width() == 0 {
        let first: String = part.chars().take(1).map(|c| spelled(c, ascii)).collect();
        return (Cow::Owned(first + &more(part.chars().count() - 1, ascii)), true);
    }
    if part.len() <= MOST_MARKS {
        return (Cow::Borrowed(part), false);
    }
    let mut marks = 0;
    let within = |c: &char| {
        marks += usize::from(c.width().unwrap_or(0) == 0);
        c.width().unwrap_or(0) > 0 || marks <= MOST_MARKS
    };
    let kept: String = part.chars().filter(within).collect();
    match part.chars().count() - kept.chars().count() {
        0 => (Cow::Borrowed(part), false),
        n => (Cow::Owned(kept + &more(n, ascii)), true),
    }
}

/// How many characters more there are than are shown.
fn more(count: usize, ascii: bool) -> String {
    match count {
        0 => String::new(),
        n if ascii => format!("<+{n}>"),
        n => format!("\u{27e8}+{n}\u{27e9}"),
    }
}

/// Whether a character could move the cursor, reorder a line or hide in it: controls, and what Unicode says may be drawn as
/// nothing (its default-ignorable characters), but for the joiner and the variation selectors of emoji.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}' | '\u{200c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// A joiner behind a character of a writing without joiners (everything before Arabic) hides in a word.
fn joins_nothing(grapheme: &str, c: char) -> bool {
    c == JOINER && grapheme.chars().next().is_some_and(|base| base < '\u{600}' || base == JOINER)
}

/// Whether a character is one of those that choose a form of the character before, and are drawn as nothing themselves.
fn is_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}')
}

/// A selector hides in a word where the character before it has no forms to choose from: letters of our writing have none, a digit only on
/// a keycap, and nothing has two at once.
fn selects_nothing(grapheme: &str, before: char, c: char) -> bool {
    let keycap = || before.is_ascii() && grapheme.ends_with('\u{20e3}');
    is_selector(c) && (is_selector(before) || !(before >= '\u{1000}' || matches!(before, '\u{a9}' | '\u{ae}') || keycap()))
}

fn visible(c: char, ascii: bool) -> String {
    match c {
        c if !is_unsafe(c) && !is_selector(c) && c != JOINER => c.to_string(),
        '\u{0}'..='\u{1f}' if ascii => format!("^{}", char::from_u32(c as u32 + 64).unwrap_or('?')),
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + c as u32).map_or_else(String::new, String::from),
        '\u{7f}' if ascii => "^?".to_owned(),
        '\u{7f}' => "\u{2421}".to_owned(),
        c => spelled(c, ascii),
    }
}

/// JSON with everything unsafe inside its strings written as `\uXXXX`: the value is the same, and it drives no terminal.
pub fn json(json: &str) -> Cow<'_, str> {
    let escape = |c: char| (is_unsafe(c) && c != '\n') || is_selector(c) || c == JOINER;
    if !json.contains(escape) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if escape(c) {
            c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
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

/// A text as one line of a list, in which a line end is a mark like all else: nobody's words begin a row that is not there.
pub fn one_line(text: &str) -> String {
    label(&text.replace('\n', "\u{240a}").replace('\r', "\u{240d}"))
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
    fn a_line_end_in_a_field_began_a_row_of_a_list() {
        for (text, shown) in [
            ("root)\n   395  pa  document.open", "root)\u{240a}   395  pa  document.open"),
            ("a\r\nb", "a\u{240d}\u{240a}b"),
            ("a\u{2028}b", "a\u{27e8}U+2028\u{27e9}b"),
            ("plain words", "plain words"),
            ("\u{1b}[2J", "\u{241b}[2J"),
        ] {
            assert_eq!(one_line(text), shown, "{}", text.escape_debug());
        }
    }

    #[test]
    fn what_cannot_be_drawn_is_shown_as_a_mark() {
        for (text, shown) in [
            ("a\tb", "a       b"),
            ("a\u{1b}]52;c;x\u{7}", "a\u{241b}]52;c;x\u{2407}"),
            ("a\u{202e}b", "a\u{27e8}U+202E\u{27e9}b"),
            ("x\u{9b}31m", "x\u{27e8}U+009B\u{27e9}31m"),
            ("end\r", "end"),
            ("over\rdrawn", "over\u{240d}drawn"),
            ("sep\u{200d}sis", "sep\u{27e8}U+200D\u{27e9}sis"),
            ("se\u{34f}ps\u{3164}is", "se\u{27e8}U+034F\u{27e9}ps\u{27e8}U+3164\u{27e9}is"),
            (
                "\u{1f469}\u{200d}\u{2695}\u{fe0f} \u{915}\u{94d}\u{200d}\u{937}",
                "\u{1f469}\u{200d}\u{2695}\u{fe0f} \u{915}\u{94d}\u{200d}\u{937}",
            ),
            ("\u{301}", "\u{27e8}U+0301\u{27e9}"),
            ("5\u{fe0f}\u{20e3} \u{2695}\u{fe0f} \u{8fbb}\u{fe00}", "5\u{fe0f}\u{20e3} \u{2695}\u{fe0f} \u{8fbb}\u{fe00}"),
            ("1\u{fe0f}0 mg", "1\u{27e8}U+FE0F\u{27e9}0 mg"),
            ("dose\u{fe00} \u{fe0f}x", "dose\u{27e8}U+FE00\u{27e9} \u{27e8}U+FE0F\u{27e9}x"),
            ("\u{2695}\u{fe0f}\u{fe01}", "\u{2695}\u{fe0f}\u{27e8}U+FE01\u{27e9}"),
        ] {
            let line: String = pieces(text, false).map(|p| p.shown).collect();
            assert_eq!(line, shown, "{text:?}");
        }
        let ascii: String = pieces("a\u{1b}\u{202e}", true).map(|p| p.shown).collect();
        assert_eq!(ascii, "a^[<U+202E>");
    }

    #[test]
    fn a_joiner_does_not_lift_the_cap_on_marks() {
        for (text, most) in [
            (format!("e{}", "\u{301}".repeat(200)), 9 + 6),
            (format!("e\u{200d}{}", "\u{301}".repeat(200)), 8 + 6),
            (format!("\u{1f469}\u{200d}{}", "\u{301}".repeat(200)), 9 + 6),
            ("\u{1f469}\u{200d}".repeat(100), 17),
        ] {
            let longest = pieces(&text, false).map(|p| p.shown.chars().count()).max().unwrap();
            assert!(longest <= most, "{longest} of {}", text.chars().count());
        }
    }

    /// What is cut off a stunt is counted, and what takes a column is never cut off.
    #[test]
    fn what_is_left_out_of_a_stack_of_marks_is_said() {
        let shown = |text: &str| pieces(text, false).map(|p| p.shown).collect::<String>();
        assert_eq!(shown(&format!("n{}ote", "\u{301}".repeat(40))), format!("n{}\u{27e8}+32\u{27e9}ote", "\u{301}".repeat(8)));
        assert_eq!(shown(&format!("a {}x", "\u{301}".repeat(5))), format!("a {}x", "\u{301}".repeat(5)));
        let women = "\u{1f469}\u{200d}".repeat(40);
        assert_eq!(shown(&women).matches('\u{1f469}').count(), 40);
        let tags: String = "hidden".chars().map(|c| char::from_u32(0xe0000 + c as u32).unwrap()).collect();
        assert_eq!(shown(&format!("n{tags} x")).matches("\u{27e8}U+E00").count(), 6);
        assert!(pieces(&format!("n{}", tags.repeat(9)), false).all(|p| p.width < 12));
    }

    #[test]
    fn plain_output_and_json_call_the_same_characters_unsafe() {
        for c in (0..=u32::from(char::MAX)).filter_map(char::from_u32).filter(|c| is_unsafe(*c)) {
            let quoted = serde_json::to_string(&c.to_string()).unwrap();
            let escaped = json(&quoted);
            assert!(!escaped.contains(is_unsafe), "U+{:04X}", c as u32);
            assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), c.to_string());
        }
        assert_eq!(json("{\"a\":\"caf\u{e9}\"}\n"), "{\"a\":\"caf\u{e9}\"}\n");
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
