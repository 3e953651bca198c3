//! Characters: which belong to a word, which are not seen, and how a word is written in the index.

use std::borrow::Cow;

use tantivy::tokenizer::{AsciiFoldingFilter, RawTokenizer, TextAnalyzer, TokenStream};

/// Characters without width: soft hyphens, joiners, direction marks. They may stand inside a word without being part of it.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}')
}

/// Combining accents: they follow a letter, and folding drops them.
pub(crate) fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}')
}

/// Letters and digits: what a word can begin with. Some combining letters count as alphabetic in Unicode; folding drops them, so alone they
/// are no word.
pub(crate) fn is_letter(c: char) -> bool {
    c.is_alphanumeric() && !is_mark(c)
}

/// Scripts written without spaces: each character is a word, and a query of several becomes a phrase.
pub(crate) fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{2fdf}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

/// Whether a character between two word characters ties them into one compound.
pub(crate) fn joins(c: char, between_digits: bool) -> bool {
    match c {
        '-' | '/' | '^' | '\'' | '&' | '_' | '\u{2019}' | '\u{2010}' | '\u{2011}' => true,
        ':' | '.' | '\u{2013}' | '\u{2212}' => between_digits,
        _ => false,
    }
}

/// The text of a word as the index knows it, of at most `limit` bytes: lower case, without accents, thousands separators and invisible
/// characters; a bare decimal point gains its zero.
pub(crate) fn normal(slice: &str, limit: usize) -> Cow<'_, str> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'/' | b'^' | b'\'' | b'&' | b'_' | b':' | b'.');
    if slice.len() <= limit && !slice.starts_with('.') && slice.bytes().all(plain) {
        return Cow::Borrowed(slice);
    }
    if slice.len() <= limit && slice.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Cow::Owned(slice.to_ascii_lowercase());
    }
    let mut out = String::with_capacity(slice.len() + 1);
    if slice.starts_with('.') {
        out.push('0');
    }
    for c in slice.chars() {
        match c {
            ',' => {}
            '\u{2019}' => out.push('\''),
            '\u{2010}' | '\u{2011}' | '\u{2013}' | '\u{2212}' => out.push('-'),
            'µ' | 'μ' | 'Μ' => out.push('u'),
            c if c.is_ascii() => out.push(c.to_ascii_lowercase()),
            c if is_invisible(c) || is_mark(c) => {}
            c => out.extend(c.to_lowercase().filter(|l| !is_mark(*l))),
        }
    }
    if !out.is_ascii() {
        out = ascii(&out);
    }
    cut(&mut out, limit);
    Cow::Owned(out)
}

/// `b.i.d.` as `bid`.
pub(crate) fn acronym(slice: &str) -> String {
    let letters: String = slice.chars().filter(|c| *c != '.').collect();
    normal(&letters, crate::analysis::MAX_TOKEN).into_owned()
}

/// Accented and full-width letters as their plain ones; scripts without a plain form stay as they are.
fn ascii(text: &str) -> String {
    let mut analyzer = TextAnalyzer::builder(RawTokenizer::default()).filter(AsciiFoldingFilter).build();
    let mut stream = analyzer.token_stream(text);
    if stream.advance() { stream.token().text.to_lowercase() } else { text.to_owned() }
}

fn cut(text: &mut String, limit: usize) {
    if text.len() > limit {
        let end = (0..=limit).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
    }
}

/// Quotation marks: a query cannot hold one inside of a pair of them.
pub(crate) fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\u{201c}'..='\u{201f}')
}

/// Longest whole value that is told from others; a query is no longer.
const LONGEST_VALUE: usize = 2 * crate::grammar::MAX_LENGTH;

/// A value as it can be typed between quotation marks: they count as blanks, and inner blanks as one space.
pub(crate) fn spelled(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || is_quote(c)).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The whole value of a field as it is compared: one piece, folded as words are, spelled so that every value can be typed.
pub(crate) fn whole(text: &str) -> String {
    normal(&spelled(text), LONGEST_VALUE).into_owned()
}

/// An identifier as it is compared: one piece, lower case, inner blanks as one space.
pub(crate) fn value(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    normal(&words.join(" "), 256).into_owned()
}
