//! Which paragraphs of two notes belong together: those under the same heading, or with enough words in common, in the order of both.

use super::Text;
use std::collections::HashSet;
use std::ops::Range;

/// From this share of common words on two paragraphs are one worded anew.
const ALIKE: f64 = 0.3;

/// Pairs of paragraphs that are weighed; notes of more are compared line by line as a whole.
const MOST_PAIRS: usize = 40_000;

/// What a heading in common weighs beside the words.
const HEADING: f64 = 1.0;

/// The two notes in stretches, in order: a paragraph beside the one it belongs to, and between such pairs what only one of them has. Every
/// line is in exactly one.
pub fn stretches(a: &[Text], b: &[Text]) -> Vec<(Range<usize>, Range<usize>)> {
    let (left, right) = (paragraphs(a), paragraphs(b));
    if left.len().saturating_mul(right.len()) > MOST_PAIRS {
        return vec![(0..a.len(), 0..b.len())];
    }
    let (mut out, mut old, mut new) = (Vec::new(), 0, 0);
    for (i, j) in matched(&left, &right) {
        let (Some(here), Some(there)) = (left.get(i), right.get(j)) else { continue };
        if old < here.lines.start || new < there.lines.start {
            out.push((old..here.lines.start, new..there.lines.start));
        }
        out.push((here.lines.clone(), there.lines.clone()));
        (old, new) = (here.lines.end, there.lines.end);
    }
    if old < a.len() || new < b.len() {
        out.push((old..a.len(), new..b.len()));
    }
    out
}

/// Lines up to a blank one or the next heading; the blank ones behind them are part of it.
struct Paragraph<'a> {
    lines: Range<usize>,
    heading: Option<String>,
    words: HashSet<&'a str>,
}

fn paragraphs(lines: &[Text]) -> Vec<Paragraph<'_>> {
    let mut out: Vec<Paragraph<'_>> = Vec::new();
    let mut blank = true;
    for (at, line) in lines.iter().enumerate() {
        let words = line.words.trim();
        let heading = heading(words);
        // The blank lines that a note begins with are a paragraph too, or no stretch would have them.
        if at == 0 || (!words.is_empty() && (blank || heading.is_some())) {
            out.push(Paragraph { lines: at..at, heading, words: HashSet::new() });
        }
        blank = words.is_empty();
        if let Some(last) = out.last_mut() {
            last.lines.end = at + 1;
            last.words.extend(words.split_whitespace());
        }
    }
    out
}

/// What a line calls the lines under it: a few words before a colon, or all of them in capitals.
fn heading(line: &str) -> Option<String> {
    let before = line.split_once(':').map(|(before, _)| before).filter(|before| before.split_whitespace().count() <= 5);
    let capitals = line.chars().any(char::is_alphabetic) && !line.chars().any(char::is_lowercase) && line.split_whitespace().count() <= 8;
    let named = before.filter(|before| before.chars().next().is_some_and(char::is_uppercase)).or(Some(line).filter(|_| capitals))?;
    Some(named.trim().to_lowercase())
}

/// How much two paragraphs belong together; nothing where they do not.
fn weight(a: &Paragraph<'_>, b: &Paragraph<'_>) -> f64 {
    let most = a.words.len().max(b.words.len());
    let common = if most == 0 { 0.0 } else { a.words.intersection(&b.words).count() as f64 / most as f64 };
    let named = a.heading.is_some() && a.heading == b.heading;
    match named {
        true => HEADING + common,
        // Under two headings stand two things, however like their words are, unless nearly all of them are.
        false if common >= ALIKE && (a.heading.is_none() || b.heading.is_none() || common > 2.0 * ALIKE) => common,
        false => 0.0,
    }
}

/// The pairs that weigh most together without crossing.
fn matched(left: &[Paragraph<'_>], right: &[Paragraph<'_>]) -> Vec<(usize, usize)> {
    let wide = right.len() + 1;
    let mut weights = Vec::with_capacity(left.len() * right.len());
    for a in left {
        weights.extend(right.iter().map(|b| weight(a, b)));
    }
    let of = |i: usize, j: usize| weights.get(i * right.len() + j).copied().unwrap_or(0.0);
    // The best that can be had of what begins at each place.
    let mut best = vec![0.0_f64; (left.len() + 1) * wide];
    let at = |best: &[f64], i: usize, j: usize| best.get(i * wide + j).copied().unwrap_or(0.0);
    for i in (0..left.len()).rev() {
        for j in (0..right.len()).rev() {
            let paired = if of(i, j) > 0.0 { of(i, j) + at(&best, i + 1, j + 1) } else { 0.0 };
            let value = paired.max(at(&best, i + 1, j)).max(at(&best, i, j + 1));
            if let Some(cell) = best.get_mut(i * wide + j) {
                *cell = value;
            }
        }
    }
    let (mut i, mut j, mut out) = (0, 0, Vec::new());
    while i < left.len() && j < right.len() {
        let here = at(&best, i, j);
        if of(i, j) > 0.0 && here <= of(i, j) + at(&best, i + 1, j + 1) {
            out.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if here <= at(&best, i + 1, j) {
            i += 1;
        } else {
            j += 1;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::lines;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_section_that_was_written_anew_stands_beside_itself() {
        let (a, b) = (lines("PLAN:\nRest.\n\nSigned\n"), lines("EXAM:\nClear lungs.\n\nPLAN:\nHome tomorrow.\n\nSigned\n"));
        assert_eq!(stretches(&a, &b), [(0..0, 0..3), (0..3, 3..6), (3..4, 6..7)]);
    }

    proptest! {
        #[test]
        fn every_line_is_in_one_stretch(a in "([ABc:]{0,3}\n){0,9}", b in "([ABc:]{0,3}\n){0,9}") {
            let (a, b) = (lines(&a), lines(&b));
            let (mut old, mut new) = (0, 0);
            for (here, there) in stretches(&a, &b) {
                prop_assert_eq!((here.start, there.start), (old, new));
                (old, new) = (here.end, there.end);
            }
            prop_assert_eq!((old, new), (a.len(), b.len()));
        }
    }
}
