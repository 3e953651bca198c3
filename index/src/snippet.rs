//! The stretch of a note that shows best why it was found.

use serde::Serialize;
use unicode_segmentation::GraphemeCursor;

use crate::grammar::Query;
use crate::highlight::{Mark, marks};

/// A window of a text.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Snippet {
    /// First byte of the window.
    pub start: usize,
    /// Byte after its last.
    pub end: usize,
    /// What matched inside the window, in bytes of the whole text.
    pub marks: Vec<Mark>,
}

/// The best window of at most `width` bytes: the one with most different leaves, then with most marks, then the first. It begins at a
/// sentence where one begins near enough, else at a word, and ends likewise. Without a match it is the beginning of the text.
pub fn snippet(query: &Query, text: &str, width: usize) -> Snippet {
    window(text, &marks(query, text), width)
}

/// The best window for marks that are known already.
pub fn window(text: &str, marks: &[Mark], width: usize) -> Snippet {
    let (from, to) = densest(marks, width);
    let slack = width.saturating_sub(to - from);
    let start = if to == 0 { skip_blank(text, 0, text.len()) } else { begin(text, from, slack) };
    let end = finish(text, start, to.max(start), start.saturating_add(width));
    let marks = marks
        .iter()
        .filter(|mark| mark.start < end && mark.end > start)
        .map(|mark| Mark { start: mark.start.max(start), end: mark.end.min(end), leaf: mark.leaf })
        .collect();
    Snippet { start, end, marks }
}

/// The span of the marks that go together best within `width`; nothing is `0..0`.
fn densest(marks: &[Mark], width: usize) -> (usize, usize) {
    let mut best = (0, 0, 0, 0);
    for (at, first) in marks.iter().enumerate() {
        let inside = marks.iter().skip(at).take_while(|m| m.end <= first.start.saturating_add(width));
        let mut leaves: Vec<usize> = Vec::new();
        let mut count = 0;
        let mut end = first.end.min(first.start.saturating_add(width));
        for mark in inside {
            if !leaves.contains(&mark.leaf) {
                leaves.push(mark.leaf);
            }
            count += 1;
            end = mark.end;
        }
        // A mark wider than the window still is better than none.
        if (leaves.len(), count.max(1)) > (best.0, best.1) {
            best = (leaves.len(), count.max(1), first.start, end);
        }
    }
    (best.2, best.3)
}

/// Where to begin, given `slack` bytes to share between both sides: where the sentence begins if that leaves a quarter for the other
/// side, else at a word in the first half.
fn begin(text: &str, from: usize, slack: usize) -> usize {
    let lowest = ceil(text, from.saturating_sub(slack - slack / 4));
    let halfway = from.saturating_sub(slack / 2);
    let before = text.get(lowest..from).unwrap_or_default();
    let mut sentence = (lowest == 0).then_some(0);
    let mut word = None;
    let mut last = [' ', ' '];
    let mut blank = None;
    for (at, c) in before.char_indices() {
        if c.is_whitespace() {
            blank = Some(blank.unwrap_or(false) || ends_sentence(last) || c == '\n');
        } else {
            if let Some(sentence_begins) = blank.take() {
                // The first word leaves the most context; the last sentence is the one the match is in.
                word = word.or((lowest + at >= halfway).then_some(lowest + at));
                if sentence_begins {
                    sentence = Some(lowest + at);
                }
            }
            last = [last[1], c];
        }
    }
    // Blanks right before the mark: the mark itself begins the word or the sentence.
    if blank == Some(true) {
        sentence = Some(from);
    }
    let start = sentence.or(word).unwrap_or(from);
    skip_blank(text, start, from)
}

/// Where to end: not before `least`, not after `most`, at the last end of a sentence if that fills half of the window, else of a word.
fn finish(text: &str, start: usize, least: usize, most: usize) -> usize {
    let least = least.min(text.len());
    if most >= text.len() {
        return trim_blank(text, least, text.len());
    }
    let most = floor(text, most);
    if most <= least {
        return most;
    }
    let room = text.get(least..most).unwrap_or_default();
    let mut sentence = None;
    let mut word = None;
    let mut last = [' ', ' '];
    for (at, c) in room.char_indices().chain([(room.len(), text.get(most..).and_then(|t| t.chars().next()).unwrap_or(' '))]) {
        if c.is_whitespace() && (!last[1].is_whitespace() || at == 0) {
            word = Some(least + at);
            if (ends_sentence(last) || c == '\n') && (least + at - start) * 2 >= most - start {
                sentence = Some(least + at);
            }
        }
        last = [last[1], c];
    }
    let end = sentence.or(word).unwrap_or(most);
    trim_blank(text, least, end)
}

/// Whether a sentence ends with these two characters. A dot after a single capital is an initial or an abbreviation, as in `E. coli`.
fn ends_sentence([before, last]: [char; 2]) -> bool {
    matches!(last, '.' | '!' | '?') && !before.is_uppercase()
}

fn skip_blank(text: &str, start: usize, limit: usize) -> usize {
    let slice = text.get(start..limit).unwrap_or_default();
    start + (slice.len() - slice.trim_start().len())
}

fn trim_blank(text: &str, least: usize, end: usize) -> usize {
    let slice = text.get(least..end).unwrap_or_default();
    least + slice.trim_end().len()
}

/// The first start of a grapheme at or after `at`.
fn ceil(text: &str, at: usize) -> usize {
    (at..=text.len()).find(|at| boundary(text, *at)).unwrap_or(text.len())
}

/// The last start of a grapheme at or before `at`.
fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| boundary(text, *at)).unwrap_or(0)
}

fn boundary(text: &str, at: usize) -> bool {
    text.is_char_boundary(at) && GraphemeCursor::new(at, text.len(), true).is_boundary(text, 0).unwrap_or(true)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(query: &str, text: &str, width: usize) -> String {
        let snippet = snippet(&Query::parse(query).0, text, width);
        text[snippet.start..snippet.end].to_owned()
    }

    const NOTE: &str = "Admitted for chest pain. No fever was seen on arrival. Blood cultures grew E. coli, sepsis was treated with fluids. \
                        He went home on day five.\nPlan: follow up for sepsis and kidney injury in one week. Call with questions.";

    #[test]
    fn the_window_shows_most_of_the_query_and_begins_at_a_sentence() {
        assert_eq!(shown("fever", NOTE, 40), "No fever was seen on arrival.");
        assert_eq!(shown("fever", NOTE, 60), "No fever was seen on arrival. Blood cultures grew E. coli,");
        assert_eq!(shown("sepsis kidney", NOTE, 70), "Plan: follow up for sepsis and kidney injury in one week.");
        assert_eq!(shown("\"chest pain\"", NOTE, 30), "Admitted for chest pain.");
        assert_eq!(shown("questions", NOTE, 30), "Call with questions.");
        assert_eq!(shown("absent", NOTE, 30), "Admitted for chest pain.");
        assert_eq!(shown("sepsis", "sepsis", 3), "sep");
        assert_eq!(shown("sepsis", "", 30), "");
        assert_eq!(shown("b", "a\n\n  b  \n\nc", 5), "b");
    }

    proptest! {
        #[test]
        fn the_window_fits_and_its_marks_are_inside(text in "(\\PC|sepsis|[ .\n]){0,80}", width in 0_usize..60) {
            let query = Query::parse("sepsis or a* or near").0;
            let snippet = snippet(&query, &text, width);
            prop_assert!(snippet.end - snippet.start <= width);
            prop_assert!(text.get(snippet.start..snippet.end).is_some());
            for mark in &snippet.marks {
                prop_assert!(mark.start >= snippet.start && mark.end <= snippet.end && mark.start < mark.end);
                prop_assert!(text.get(mark.span()).is_some());
            }
            let widest = marks(&query, &text).iter().map(|m| m.end - m.start).max();
            prop_assert!(snippet.marks.is_empty() == (widest.is_none() || width == 0) || widest.is_some_and(|w| w > width));
        }
    }
}
