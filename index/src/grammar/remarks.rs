//! What is said of words that are not searched as somebody may have meant them.

use std::ops::Range;

use super::field::{Field, Shape as FieldShape};
use super::lex::{Lexeme, Shape};
use super::parse::Parser;
use super::word::Refusal;

/// What there is nothing to search for in has no word in it.
pub(super) const ONLY_WORDS: &str = "Notes are searched by words and numbers, not by signs.";

/// Signs that a reader would miss. What ends or ties words, and the signs of this language, nobody does.
fn is_sign(c: char) -> bool {
    let of_words = c.is_alphanumeric() || c.is_whitespace() || c.is_control() || crate::fold::is_mark(c) || crate::fold::is_invisible(c);
    let of_sentences = ".,;:!?'\u{2018}\u{2019}()[]{}-\u{2010}\u{2011}\u{2013}\u{2014}\u{2212}/\\&_^\u{2026}*~`\u{b7}\u{2022}";
    !of_words && !crate::fold::is_quote(c) && !of_sentences.contains(c)
}

impl Parser<'_> {
    /// Says that a sign before a word does not exclude it, as it does elsewhere. Whether it stands before quotes or a parenthesis, and is no
    /// word itself.
    pub(super) fn excluded(&mut self, span: &Range<usize>) -> bool {
        let raw = self.slice(span);
        let Some(rest) = raw.strip_prefix(['-', '\u{2212}', '!']) else { return false };
        let next = self.lexemes.get(self.at + 1).filter(|next| rest.is_empty() && next.span.start == span.end);
        let what = match next {
            Some(Lexeme { shape: Shape::Quoted(..), span }) => self.slice(span).to_owned(),
            Some(Lexeme { shape: Shape::Open, .. }) => "( )".to_owned(),
            _ if rest.starts_with(char::is_alphabetic) => rest.to_owned(),
            _ => return false,
        };
        let (alone, sign) = (next.is_some(), raw.chars().next().unwrap_or('-'));
        let before = self.text.get(..span.start).unwrap_or_default();
        if before.is_empty() || before.ends_with(|c: char| c.is_whitespace() || c == '(') {
            let hint = format!("To leave it out: not {what}");
            self.issue(span.clone(), format!("\"{sign}\" leaves nothing out here; {what} is searched."), Some(&hint));
        }
        alone
    }

    /// Says what of a word or phrase is not looked at.
    pub(super) fn unread(&mut self, content: &str, span: &Range<usize>, field: Field) {
        if field.shape() != FieldShape::Words {
            return;
        }
        let star = |raw: &str| {
            let body = raw.trim_end_matches('*');
            let number = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
            // In `10*3/uL` it is a sign of multiplication.
            body.match_indices('*').any(|(at, _)| {
                let (before, after) = body.split_at_checked(at).unwrap_or_default();
                !(number(before.chars().next_back()) && number(after.chars().nth(1))) && after.contains(char::is_alphanumeric)
            })
        };
        if content.split_whitespace().any(star) {
            self.issue(
                span.clone(),
                "A \"*\" counts only at the end of a word: words are found by how they begin; here it is left out.",
                Some("pneumon* finds pneumonia and pneumonitis"),
            );
        }
        let mut signs: Vec<String> = content.chars().filter(|c| is_sign(*c)).map(|c| format!("\"{c}\"")).collect();
        signs.sort();
        signs.dedup();
        if !signs.is_empty() {
            let verb = if signs.len() == 1 { "is" } else { "are" };
            let all = signs.iter().take(5).map(String::as_str).collect::<Vec<_>>().join(" ");
            self.issue(span.clone(), format!("{all} {verb} not searched: notes are searched by their words and numbers."), None);
        }
    }

    /// Says what was asked of a word and cannot be given.
    pub(super) fn refuse(&mut self, refusal: Option<Refusal>, span: &Range<usize>) {
        let message = match refusal {
            None => return,
            Some(Refusal::ShortPrefix) => "At least two letters must stand before \"*\"; searched as a whole word.",
            Some(Refusal::ShortTypo) => "A word of less than three letters is searched as it is, without slips.",
            Some(Refusal::FarTypo) => "At most two slips are searched.",
            Some(Refusal::TypoInValue) => "An identifier is searched as it is, without slips.",
        };
        self.issue(span.clone(), message, None);
    }
}
