//! Words of a text with their places, and patterns over them. Hand-written, so that it is linear, never fails and keeps spans on
//! character boundaries.

use super::fold::{Glyph, glyphs, spelt_abbreviation};
use crate::chart::Span;
use std::collections::BTreeMap;

/// A word, a number or a single sign, in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// Where it stands.
    pub(crate) span: Span,
    /// Lower case, curly apostrophes made straight.
    pub(crate) text: String,
}

impl Token {
    fn is_number(&self) -> bool {
        self.text.starts_with(|c: char| c.is_ascii_digit())
    }

    fn ends_sentence(&self) -> bool {
        matches!(self.text.as_str(), "." | "?" | "!" | ";")
    }
}

/// Splits a text: letters hold together across an apostrophe, digits across a point or comma; a hyphen between two words is no
/// token, so that "non-compliance" reads as its two words. `10cc` is two tokens.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::new();
    let chars = glyphs(text);
    let at = |i: usize| chars.get(i).map(|g| g.c);
    let mut i = 0;
    while let Some(c) = at(i) {
        let start = i;
        let abbreviation = spelt_abbreviation(&chars, i);
        if let Some(past) = abbreviation {
            i = past;
        } else if c.is_alphabetic() {
            i += 1;
            while let Some(n) = at(i) {
                let joins = matches!(n, '\'' | '\u{2019}') && at(i + 1).is_some_and(char::is_alphabetic);
                if !(n.is_alphabetic() || joins) {
                    break;
                }
                i += 1;
            }
        } else if c.is_ascii_digit() {
            i += 1;
            while let Some(n) = at(i) {
                let joins = matches!(n, '.' | ',') && at(i + 1).is_some_and(|d| d.is_ascii_digit());
                if !(n.is_ascii_digit() || joins) {
                    break;
                }
                i += 1;
            }
        } else {
            i += 1;
            let between = start > 0
                && at(start - 1).is_some_and(char::is_alphanumeric)
                && at(i).is_some_and(char::is_alphanumeric)
                && matches!(c, '-' | '\u{2010}' | '\u{2011}' | '\u{2013}');
            if c.is_whitespace() || between {
                continue;
            }
        }
        let seen: &[Glyph] = chars.get(start..i).unwrap_or_default();
        let (Some(first), Some(last)) = (seen.first(), seen.last()) else { break };
        let letters = seen.iter().map(|g| if g.c == '\u{2019}' { '\'' } else { g.c });
        let word: String = letters.filter(|c| abbreviation.is_none() || c.is_alphabetic()).flat_map(char::to_lowercase).collect();
        out.push(Token { span: Span::new(first.start, last.end), text: word });
    }
    out
}

/// Whether a token is a picture sign (a siren, a star, a face). Boxes to tick, ticks and plain typography are none.
pub(crate) fn is_pictograph(token: &str) -> bool {
    token.chars().any(|c| {
        matches!(c, '\u{1f000}'..='\u{1faff}' | '\u{2600}'..='\u{260f}' | '\u{2614}'..='\u{26ff}' | '\u{2705}' | '\u{2728}' | '\u{274c}'..='\u{2757}' | '\u{2763}'..='\u{2764}' | '\u{2b50}'..='\u{2b55}' | '\u{231a}' | '\u{231b}' | '\u{23e9}'..='\u{23f3}')
    })
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Word(String),
    Prefix(String),
    Number,
    Gap(usize),
}

/// Patterns as the data files write them: words; `word*` for any ending; `#` for a number; `<3>` for up to three words of the
/// same sentence; `(a|b c)` for a choice, of which one may be empty.
#[derive(Clone, Debug, Default)]
pub(crate) struct Patterns {
    all: Vec<Vec<Piece>>,
    /// Which entry of the list each pattern was written as.
    entry: Vec<usize>,
    by_word: BTreeMap<String, Vec<usize>>,
    /// Patterns that begin with the beginning of a word, by its first letter.
    by_letter: BTreeMap<char, Vec<usize>>,
    others: Vec<usize>,
}

impl Patterns {
    /// Compiles a list.
    pub(crate) fn new<S: AsRef<str>>(list: &[S]) -> Self {
        let mut patterns = Self::default();
        for (entry, text) in list.iter().enumerate() {
            for pieces in choices(text.as_ref()).iter().map(|text| compile(text)) {
                let at = patterns.all.len();
                match pieces.first() {
                    None => continue,
                    Some(Piece::Word(word)) => patterns.by_word.entry(word.clone()).or_default().push(at),
                    Some(Piece::Prefix(stem)) if !stem.is_empty() => {
                        let letter = stem.chars().next().unwrap_or_default();
                        patterns.by_letter.entry(letter).or_default().push(at);
                    }
                    Some(_) => patterns.others.push(at),
                }
                patterns.all.push(pieces);
                patterns.entry.push(entry);
            }
        }
        patterns
    }

    /// Every place, the longest pattern for each first token, as ranges of tokens.
    pub(crate) fn find(&self, tokens: &[Token]) -> Vec<Found> {
        let mut out = Vec::new();
        for (i, token) in tokens.iter().enumerate() {
            let by_word = self.by_word.get(&token.text).into_iter().flatten();
            let by_letter = token.text.chars().next().and_then(|c| self.by_letter.get(&c)).into_iter().flatten();
            let best = by_word
                .chain(by_letter)
                .chain(&self.others)
                .filter_map(|p| self.all.get(*p).and_then(|pieces| matches(pieces, tokens, i)).map(|end| (end, *p)))
                .max_by_key(|(end, p)| (*end, std::cmp::Reverse(*p)));
            if let (Some((end, pattern)), Some(last)) = (best, best.and_then(|(end, _)| tokens.get(end.wrapping_sub(1)))) {
                let pattern = self.entry.get(pattern).copied().unwrap_or_default();
                out.push(Found { first: i, past: end, span: Span::new(token.span.start, last.span.end), pattern });
            }
        }
        out
    }

    /// Whether any pattern is found.
    pub(crate) fn any(&self, tokens: &[Token]) -> bool {
        !self.find(tokens).is_empty()
    }

    /// Whether the text begins with one of them.
    pub(crate) fn begin(&self, tokens: &[Token]) -> bool {
        self.start(tokens).is_some()
    }

    /// One past the last token of the longest pattern that the text begins with.
    pub(crate) fn start(&self, tokens: &[Token]) -> Option<usize> {
        self.all.iter().filter_map(|pieces| matches(pieces, tokens, 0)).max()
    }
}

/// A place of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Its first token.
    pub(crate) first: usize,
    /// One past its last token.
    pub(crate) past: usize,
    /// Its words.
    pub(crate) span: Span,
    /// Which entry of the list.
    pub(crate) pattern: usize,
}

/// Every reading of a pattern with choices: `(a|b) c` gives `a c` and `b c`.
fn choices(text: &str) -> Vec<String> {
    let Some((before, rest)) = text.split_once('(') else { return vec![text.to_owned()] };
    let Some((inside, after)) = rest.split_once(')') else { return vec![text.to_owned()] };
    let tails = choices(after);
    inside.split('|').flat_map(|choice| tails.iter().map(move |tail| format!("{before}{choice}{tail}"))).collect()
}

fn compile(text: &str) -> Vec<Piece> {
    let mut out = Vec::new();
    for part in text.split_whitespace() {
        let gap = part.strip_prefix('<').and_then(|p| p.strip_suffix('>')).and_then(|n| n.parse().ok());
        if let Some(gap) = gap {
            out.push(Piece::Gap(gap));
        } else if part == "#" {
            out.push(Piece::Number);
        } else if let Some(stem) = part.strip_suffix('*') {
            let mut words: Vec<String> = tokens(stem).into_iter().map(|t| t.text).collect();
            let last = words.pop();
            out.extend(words.into_iter().map(Piece::Word));
            out.extend(last.map(Piece::Prefix));
        } else {
            out.extend(tokens(part).into_iter().map(|t| Piece::Word(t.text)));
        }
    }
    out
}

fn matches(pieces: &[Piece], tokens: &[Token], at: usize) -> Option<usize> {
    let Some((piece, rest)) = pieces.split_first() else { return Some(at) };
    let token = tokens.get(at);
    match piece {
        Piece::Gap(most) => {
            for skip in 0..=*most {
                if let Some(end) = matches(rest, tokens, at + skip) {
                    return Some(end);
                }
                if tokens.get(at + skip).is_none_or(Token::ends_sentence) {
                    return None;
                }
            }
            None
        }
        Piece::Word(word) => token.filter(|t| t.text == *word).and_then(|_| matches(rest, tokens, at + 1)),
        Piece::Prefix(stem) => token.filter(|t| t.text.starts_with(stem.as_str())).and_then(|_| matches(rest, tokens, at + 1)),
        Piece::Number => token.filter(|t| t.is_number()).and_then(|_| matches(rest, tokens, at + 1)),
    }
}

/// The tokens that lie inside a place. Tokens stand in the order of the text, so their ends are looked up, not searched for.
pub(crate) fn within(tokens: &[Token], place: Span) -> &[Token] {
    let from = tokens.partition_point(|t| t.span.start < place.start);
    let to = tokens.partition_point(|t| t.span.end <= place.end);
    tokens.get(from..to).unwrap_or_default()
}

/// The last tokens before a byte, `most` of them.
pub(crate) fn last_before(tokens: &[Token], at: usize, most: usize) -> &[Token] {
    let to = tokens.partition_point(|t| t.span.end <= at);
    tokens.get(to.saturating_sub(most)..to).unwrap_or_default()
}

/// The first tokens from a byte on, `most` of them.
pub(crate) fn first_after(tokens: &[Token], at: usize, most: usize) -> &[Token] {
    let from = tokens.partition_point(|t| t.span.start < at);
    tokens.get(from..tokens.len().min(from.saturating_add(most))).unwrap_or_default()
}

/// Sentences and list items of a text. A line break inside a sentence (the next line goes on in lower case) does not end it; a
/// quotation mark after the last point belongs to the sentence.
pub(crate) fn sentences(text: &str) -> Vec<Span> {
    const NO_END: [&str; 11] = ["dr", "drs", "mr", "mrs", "ms", "prof", "vs", "st", "e.g", "i.e", "approx"];
    let mut out = Vec::new();
    let mut start = 0;
    let mut push = |from: usize, to: usize| {
        let piece = text.get(from..to).unwrap_or_default();
        let lead = piece.len() - piece.trim_start().len();
        let body = piece.trim();
        if !body.is_empty() {
            out.push(Span::new(from + lead, from + lead + body.len()));
        }
    };
    for (at, c) in text.char_indices().filter(|(_, c)| matches!(c, '\n' | '?' | '!' | '.')) {
        if at < start {
            continue;
        }
        let mut after = at + c.len_utf8();
        let mut rest = text.get(after..).unwrap_or_default();
        if c != '\n'
            && let Some(mark) = rest.chars().next().filter(|m| matches!(m, '"' | '\u{201d}'))
            && rest.get(mark.len_utf8()..).is_some_and(|r| r.is_empty() || r.starts_with(char::is_whitespace))
        {
            after += mark.len_utf8();
            rest = text.get(after..).unwrap_or_default();
        }
        let apart = rest.is_empty() || rest.starts_with(char::is_whitespace);
        let ends = match c {
            '\n' => !rest.trim_start_matches([' ', '\t']).starts_with(char::is_lowercase),
            '.' if apart => {
                let piece = text.get(start..at).unwrap_or_default();
                let word = piece.rsplit(char::is_whitespace).next().unwrap_or_default();
                let word = word.trim_start_matches(|c: char| !c.is_alphanumeric()); // "(Dr."
                let numbers_item = !word.is_empty() && word.chars().all(|d| d.is_ascii_digit()) && piece.trim() == word;
                let initial = word.len() == 1 && word.chars().all(char::is_uppercase) && piece.trim() != word; // "Dr. A. Ruiz"
                // "1." opens a list item, "2026." ends a sentence.
                !(NO_END.contains(&word.to_lowercase().as_str()) || initial || numbers_item)
            }
            '.' => false,
            _ => apart,
        };
        if ends {
            push(start, after);
            start = after;
        }
    }
    push(start, text.len());
    out
}

/// Quotations from the record: between two double quotation marks of one paragraph.
pub(crate) fn quotations(text: &str) -> Vec<Span> {
    let mut out = Vec::new();
    let mut open: Option<(usize, char)> = None;
    for (at, c) in text.char_indices() {
        let after = at + c.len_utf8();
        match (c, open) {
            ('"' | '\u{201c}', None) => open = Some((after, c)),
            ('"' | '\u{201d}', Some((from, mark))) if (c == '"') == (mark == '"') => {
                out.push(Span::new(from, at));
                open = None;
            }
            ('\n', Some(_)) if text.get(after..).is_some_and(|r| r.trim_start_matches([' ', '\t', '\r']).starts_with('\n')) => open = None,
            _ => {}
        }
    }
    out
}
