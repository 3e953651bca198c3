//! Numbers as notes write them.

use std::collections::BTreeSet;

/// A number, or a range of two.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Number {
    pub value: f64,
    /// The upper end of a range.
    pub upper: Option<f64>,
    /// `<`, `<=`, `>`, `>=`.
    pub comparator: Option<&'static str>,
    /// The first digit.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// Where a number begins, and whether "from" stands before it.
pub(super) struct Begin {
    pub at: usize,
    pub from: bool,
}

const COMPARATORS: &[(&str, &str)] = &[
    ("<=", "<="),
    (">=", ">="),
    ("≤", "<="),
    ("≥", ">="),
    ("<", "<"),
    (">", ">"),
    ("less than", "<"),
    ("greater than", ">"),
    ("more than", ">"),
    ("below", "<"),
    ("above", ">"),
];

/// Skips signs and at most `most` filler words; `None` when something else stands before the first number.
pub(super) fn skip_fillers(text: &str, from: usize, fillers: &BTreeSet<String>, most: usize) -> Option<Begin> {
    let mut at = from;
    let mut from = false;
    let mut skipped = 0;
    loop {
        let rest = ahead(text, at, WORD);
        let trimmed = rest.trim_start_matches([' ', ':', '=', '(', ')', ',', '~', '-', '|', '\t']);
        if rest.len() - trimmed.len() > 12 {
            return None;
        }
        at += rest.len() - trimmed.len();
        if trimmed.starts_with(|c: char| c.is_ascii_digit())
            || trimmed.starts_with('.') && trimmed.get(1..2).is_some_and(|c| c.starts_with(|c: char| c.is_ascii_digit()))
            || COMPARATORS.iter().any(|(word, _)| trimmed.starts_with(word))
        {
            return Some(Begin { at, from });
        }
        let (word, end) = next_word(text, at)?;
        if skipped == most || !fillers.contains(word) {
            return None;
        }
        from |= word == "from";
        skipped += 1;
        at = end;
    }
}

/// The text at a place, at most so many bytes of it, cut at a character.
pub(super) fn ahead(text: &str, from: usize, at_most: usize) -> &str {
    let mut end = from.saturating_add(at_most).min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(from..end).unwrap_or_default()
}

/// No word that is looked for, no unit and no run of signs is longer: text without blanks is not looked through for each number.
const WORD: usize = 64;

/// The next word (letters, digits and the signs of units), without the spaces before it.
pub(super) fn next_word(text: &str, from: usize) -> Option<(&str, usize)> {
    let rest = ahead(text, from, WORD);
    let trimmed = rest.trim_start_matches(' ');
    let start = from + rest.len() - trimmed.len();
    let len = trimmed.find([' ', ',', ';', '(', ')', '\n', ':']).unwrap_or(trimmed.len());
    (len > 0).then(|| trimmed.get(..len).map(|word| (word, start + len)))?
}

/// The number at a place, with comparator and range.
pub(super) fn read(text: &str, from: usize) -> Option<Number> {
    let rest = text.get(from..)?;
    let trimmed = rest.trim_start_matches(' ');
    let mut at = from + rest.len() - trimmed.len();
    let comparator = COMPARATORS.iter().find(|(word, _)| trimmed.starts_with(word));
    if let Some((word, _)) = comparator {
        at += word.len();
        at += text.get(at..)?.len() - text.get(at..)?.trim_start_matches(' ').len();
    }
    let start = at;
    let (value, end) = plain(text, at)?;
    let (upper, end) = match range(text, end) {
        Some((upper, after)) if upper > value => (Some(upper), after),
        _ => (None, end),
    };
    Some(Number { value, upper, comparator: comparator.map(|(_, sign)| *sign), start, end })
}

/// Digits with one decimal point and thousands commas.
pub(super) fn plain(text: &str, from: usize) -> Option<(f64, usize)> {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut end = from;
    let mut digits = String::new();
    while let Some(&byte) = bytes.get(end) {
        match byte {
            b'0'..=b'9' => digits.push(char::from(byte)),
            b'.' if digit(end + 1) && !digits.contains('.') => digits.push('.'),
            b',' if digit(end + 1) && digit(end + 2) && digit(end + 3) && !digit(end + 4) && !digits.is_empty() => {}
            _ => break,
        }
        end += 1;
        if digits.len() > 12 {
            return None;
        }
    }
    // "3rd", "12b", "5x": part of something else. A unit may follow at once only when it is one ("38.9c", "86%", "10k").
    digits.parse().ok().map(|value| (value, end))
}

/// "-25", " to 25", " - 25" after a number.
fn range(text: &str, from: usize) -> Option<(f64, usize)> {
    let rest = text.get(from..)?;
    let rest = rest.strip_prefix('%').unwrap_or(rest).trim_start_matches(' ');
    let after = rest.strip_prefix("to ").or_else(|| rest.strip_prefix('-').filter(|tail| !tail.starts_with('>')))?;
    let after = after.trim_start_matches(' ');
    plain(text, text.len() - after.len())
}

/// The second half of `120/80`, `120s/80s`, `120-130/70-80` or `120 over 80`.
pub(super) fn second(text: &str, number: &Number) -> Option<Number> {
    let rest = text.get(number.end..)?;
    let rest = rest.strip_prefix('s').unwrap_or(rest).trim_start_matches(' ');
    let after = rest.strip_prefix('/').or_else(|| rest.strip_prefix("over "))?.trim_start_matches(' ');
    let mut second = read(text, text.len() - after.len()).filter(|_| after.starts_with(|c: char| c.is_ascii_digit()))?;
    second.end += usize::from(
        text.get(second.end..).is_some_and(|rest| rest.strip_prefix('s').is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))),
    );
    Some(second)
}

/// Where a date ends that begins at a place: "3/4/21", "03/2021"; a year behind "in".
pub(super) fn date(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let digits = |at: usize| bytes.get(at..).unwrap_or_default().iter().take(5).take_while(|byte| byte.is_ascii_digit()).count();
    let first = digits(from);
    let slash = from + first;
    let ends = |at: usize| !bytes.get(at).is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'%'));
    let year = || {
        text.get(..from).is_some_and(|head| head.ends_with(" in "))
            && bytes.get(from..slash).is_some_and(|year| year.starts_with(b"19") || year.starts_with(b"20"))
    };
    if first == 4 && ends(slash) && year() {
        return Some(slash);
    }
    let second = digits(slash + 1);
    if !(1..=2).contains(&first) || bytes.get(slash) != Some(&b'/') || !matches!(second, 1 | 2 | 4) {
        return None;
    }
    let end = slash + 1 + second;
    let third = digits(end + 1);
    let whole = bytes.get(end) == Some(&b'/') && matches!(third, 2 | 4) && ends(end + 1 + third);
    if whole { Some(end + 1 + third) } else { (second == 4 && ends(end)).then_some(end) }
}

/// The quarters or eighths behind a whole number, and where they end: "63-1/4", "63 1/2".
pub(super) fn part(text: &str, number: &Number) -> Option<(f64, usize)> {
    let rest = text.get(number.end..)?.strip_prefix(['-', ' '])?.as_bytes();
    let digit = |at: usize| rest.get(at).filter(|byte| byte.is_ascii_digit()).map(|byte| f64::from(byte - b'0'));
    let (above, below) = (digit(0)?, digit(2).filter(|below| [2.0, 3.0, 4.0, 8.0].contains(below))?);
    let fits = number.upper.is_none() && rest.get(1) == Some(&b'/') && above < below && digit(3).is_none();
    fits.then_some((above / below, number.end + 4))
}

/// Feet and inches with their marks, in the text as it was written: 5'6", 5' 10. With where they end.
pub(super) fn feet(text: &str, from: usize) -> Option<(f64, f64, usize)> {
    let (feet, end) = plain(text, from).filter(|(feet, _)| (1.0..9.0).contains(feet))?;
    let rest = text.get(end..)?;
    let mark = rest.strip_prefix(['\'', '\u{2019}', '\u{2018}', '\u{2032}'])?;
    let next = mark.trim_start_matches([' ', '-']);
    if mark.len() - next.len() > 2 || !next.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let (inches, end) = plain(text, text.len() - next.len()).filter(|(inches, _)| *inches < 12.0)?;
    Some((feet, inches, end))
}

/// Where the next value of "1.1 -> 2.4" begins.
pub(super) fn arrow(text: &str, from: usize) -> Option<usize> {
    let rest = text.get(from..)?.trim_start_matches(' ');
    let after = ["->", "-->", "→", "=>", ">"].into_iter().find_map(|sign| rest.strip_prefix(sign))?.trim_start_matches([' ', '>']);
    after.starts_with(|c: char| c.is_ascii_digit()).then(|| text.len() - after.len())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn numbers_ranges_and_comparators() {
        for (text, value, upper, comparator) in [
            ("88/52", 88.0, None, None),
            ("20-25 %", 20.0, Some(25.0), None),
            ("20 to 25%", 20.0, Some(25.0), None),
            ("< 0.01", 0.01, None, Some("<")),
            ("greater than 500", 500.0, None, Some(">")),
            ("12,400", 12400.0, None, None),
            ("1.1 -> 2.4", 1.1, None, None),
        ] {
            let number = read(text, 0).unwrap();
            assert_eq!((number.value, number.upper, number.comparator), (value, upper, comparator), "{text}");
        }
        assert_eq!(arrow("1.1 -> 2.4", 3), Some(7));
        assert!(read("x 5", 0).is_none());
    }
}
