//! Lexemes: parentheses, quoted stretches, signs of comparison before a number, and everything else up to a space.

use std::ops::Range;

use crate::fold::is_quote;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shape {
    Open,
    Close,
    /// The span inside the quotes, and whether the closing quote was there.
    Quoted(Range<usize>, bool),
    /// `<`, `>=` and their like, before a number.
    Compare,
    Word,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lexeme {
    pub(crate) shape: Shape,
    pub(crate) span: Range<usize>,
}

/// The end of a sign of comparison at `at`, if a number follows it.
fn comparison(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let sign = rest.find(|c| !matches!(c, '<' | '>' | '=' | '\u{2264}' | '\u{2265}')).unwrap_or(rest.len());
    let (sign, after) = rest.split_at(sign);
    super::value::Op::read(sign)?;
    super::value::number(after.trim_start()).map(|_| at + sign.len())
}

pub(crate) fn lex(text: &str) -> Vec<Lexeme> {
    let mut out = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        let after = start + c.len_utf8();
        let lexeme = match c {
            c if c.is_whitespace() => continue,
            '(' => Lexeme { shape: Shape::Open, span: start..after },
            ')' => Lexeme { shape: Shape::Close, span: start..after },
            c if is_quote(c) => {
                let close = chars.by_ref().find(|(_, c)| is_quote(*c));
                let end = close.map_or(text.len(), |(at, _)| at);
                let stop = close.map_or(text.len(), |(at, c)| at + c.len_utf8());
                Lexeme { shape: Shape::Quoted(after..end, close.is_some()), span: start..stop }
            }
            _ => {
                if let Some(end) = comparison(text, start) {
                    while chars.next_if(|(at, _)| *at < end).is_some() {}
                    out.push(Lexeme { shape: Shape::Compare, span: start..end });
                    continue;
                }
                let mut end = after;
                // In `mrn:x=5` the sign is part of the value.
                let mut value = c == ':';
                while let Some((at, c)) = chars.next_if(|(at, c)| {
                    !c.is_whitespace() && !is_quote(*c) && !matches!(c, '(' | ')') && (value || comparison(text, *at).is_none())
                }) {
                    value |= c == ':';
                    end = at + c.len_utf8();
                }
                Lexeme { shape: Shape::Word, span: start..end }
            }
        };
        out.push(lexeme);
    }
    out
}
