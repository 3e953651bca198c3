//! A text as names and numbers are looked for in it: without case, accents, apostrophes and what shows as nothing, hyphens and line ends as
//! blanks; with the way back to the text as it stands. What the search finds, this finds too.

use std::collections::HashMap;
use std::sync::OnceLock;

const LETTERS: &str = include_str!("letters.txt");

fn letters() -> &'static HashMap<char, &'static str> {
    static MAP: OnceLock<HashMap<char, &'static str>> = OnceLock::new();
    MAP.get_or_init(|| {
        let lines = LETTERS.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(' '));
        lines.flat_map(|(plain, all)| all.chars().map(move |c| (c, plain))).collect()
    })
}

/// How words stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum As {
    /// A blank between words, whatever stood there.
    Words,
    /// A word that a line end broke is whole again.
    Unbroken,
    /// Digits stand together, whatever groups them.
    Digits,
}

/// The copy, and where each of its bytes comes from.
pub(super) struct Folded {
    pub text: String,
    at: Vec<(usize, usize)>,
}

/// What shows as nothing, or as a mark on the letter before.
fn hides(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}')
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '`' | '\u{b4}' | '\u{2bc}' | '\u{2bb}' | '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2032}' | '\u{ff07}')
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '_' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}' | '\u{ff0d}')
}

impl Folded {
    pub(super) fn new(text: &str, how: As) -> Self {
        let mut out = Self { text: String::with_capacity(text.len()), at: Vec::with_capacity(text.len()) };
        for (start, c) in text.char_indices() {
            let end = start + c.len_utf8();
            if hides(c) || is_apostrophe(c) {
                continue;
            }
            let last = out.text.chars().next_back();
            let digit = last.is_some_and(|l| l.is_ascii_digit());
            if how == As::Digits && digit && (c.is_whitespace() && c != '\n' || is_dash(c) || matches!(c, '/' | '(' | ')')) {
                // Between digits it groups them; before anything else it stands as it is.
                let ahead = text.get(end..).unwrap_or_default().trim_start_matches([' ', '(', ')', '-']);
                if ahead.starts_with(|n: char| n.is_ascii_digit()) {
                    continue;
                }
            }
            if c.is_whitespace() || is_dash(c) {
                if how == As::Unbroken {
                    let ahead = text.get(end..).unwrap_or_default().trim_start_matches([' ', '\t', '\r']);
                    // The end of a line, with the hyphen and the blanks around it, is nothing.
                    if matches!(c, '\n' | '\r')
                        || ahead.starts_with('\n')
                        || text.get(..start).unwrap_or_default().trim_end_matches([' ', '\t']).ends_with('\n')
                    {
                        continue;
                    }
                }
                if last != Some(' ') {
                    out.put(' ', (start, end));
                }
                continue;
            }
            match letters().get(&c) {
                Some(plain) => plain.chars().for_each(|p| out.put(p, (start, end))),
                None => c.to_lowercase().filter(|l| !hides(*l)).for_each(|l| out.put(l, (start, end))),
            }
        }
        out
    }

    fn put(&mut self, c: char, from: (usize, usize)) {
        self.text.push(c);
        self.at.resize(self.text.len(), from);
    }

    /// Where a stretch of the copy stands in the text, with the marks on its last letter.
    pub(super) fn back(&self, text: &str, start: usize, end: usize) -> Option<(usize, usize)> {
        let (first, _) = self.at.get(start)?;
        let (_, last) = self.at.get(end.checked_sub(1)?)?;
        let marks: usize = text.get(*last..)?.chars().take_while(|c| hides(*c)).map(char::len_utf8).sum();
        Some((*first, last + marks))
    }
}

/// Words folded as a name is looked for.
pub(super) fn name(words: &str) -> String {
    Folded::new(words, As::Words).text.trim().to_owned()
}

/// A number as it is looked for: what groups its digits is nothing.
pub(super) fn number(words: &str) -> String {
    Folded::new(words, As::Digits).text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_however_it_is_written() {
        for written in
            ["O'Brien-Núñez", "O\u{2019}BRIEN NUNEZ", "OBrien\nNun\u{303}ez", "o\u{ad}bri\u{200b}en\u{2011}nuñez", "О'Вrien-Núñez"]
        {
            assert_eq!(name(written), "obrien nunez", "{}", written.escape_debug());
        }
        assert_eq!(Folded::new("Youn\ng, feather-\n  stone", As::Unbroken).text, "young, featherstone");
        for written in ["4471-8820", "4471 8820", "44718820", "4471 - 8820", "(4471) 8820"] {
            assert!(number(written).trim_matches(['(', ')']).replace(['(', ')'], "").ends_with("44718820"), "{written}");
        }
    }

    #[test]
    fn the_way_back_takes_the_marks_along_and_nothing_else() {
        let text = "Zoe\u{308}, Yo\u{ad}ung\u{200b} x";
        let folded = Folded::new(text, As::Words);
        for (found, stands) in [("zoe", "Zoe\u{308}"), ("young", "Yo\u{ad}ung\u{200b}")] {
            let start = folded.text.find(found).unwrap();
            let (from, to) = folded.back(text, start, start + found.len()).unwrap();
            assert_eq!(&text[from..to], stands);
        }
    }
}
