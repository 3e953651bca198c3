//! How much of a note is quoted: the sentence that says it; of a list of problems the whole item, since what is done about a problem stands
//! behind its name; the line, where a heading or a placeholder says nothing by itself.

use crate::chart::{Document, Evidence, Span, TextEvidence};
use crate::reading::Reading;

/// Longest quotation, in bytes: a line of a note.
pub(super) const LONGEST: usize = 240;

/// The item of a list that holds a place, where it is not too long to be read.
pub(super) fn item(text: &str, place: Span) -> Option<Span> {
    let line = line_of(text, place.start);
    let whole = line.of(text);
    let mut starts: Vec<usize> = Vec::new();
    let mut number = None;
    for (at, word) in words(whole) {
        let first = whole.get(..at).is_some_and(|before| before.trim().is_empty());
        let bullet = first && matches!(word, "-" | "*" | "#" | "\u{2022}");
        let counted = word.strip_suffix(['.', ')']).filter(|n| n.len() <= 2).and_then(|n| n.parse::<u32>().ok());
        // Inside a line a number opens an item only behind a stop, and when it goes on counting: "stage 3. Continue", "day 2." do not.
        let stopped = whole.get(..at).is_some_and(|before| before.trim_end().ends_with(['.', ':', ';', ')']));
        let opens = counted.is_some_and(|n| first || stopped && n == number.map_or(1, |before: u32| before + 1));
        if bullet || opens {
            starts.push(at);
            number = counted;
        }
    }
    let inside = place.start.saturating_sub(line.start);
    let at = starts.partition_point(|s| *s <= inside).checked_sub(1)?;
    let (from, to) = (starts.get(at).copied()?, starts.get(at + 1).copied().unwrap_or(whole.len()));
    let words = whole.get(from..to)?.trim_end();
    let span = Span::new(line.start + from, line.start + from + words.len());
    (span.contains(place) && span.end - span.start <= LONGEST).then_some(span)
}

/// The sentence around a place as the reader cut it, where it is not too long to be read.
pub(super) fn sentence(document: &Document, reading: &Reading, place: Span) -> Option<Span> {
    let at = reading.sentences.partition_point(|s| s.end <= place.start);
    let span = reading.sentences.get(at).copied().filter(|s| s.contains(place))?;
    let words = span.of(&document.text);
    let lead = words.len() - words.trim_start().len();
    let span = Span::new(span.start + lead, span.start + lead + words.trim().len());
    let span = with_its_number(&document.text, span);
    (span.end - span.start <= LONGEST).then_some(span)
}

/// A quotation that was cut before the number of its last word ("NT-proBNP 3,480. hs-TnT" of "hs-TnT 11.") takes it in.
fn with_its_number(text: &str, span: Span) -> Span {
    let (words, after) = (span.of(text), text.get(span.end..).unwrap_or_default());
    let number = after.trim_start_matches(' ').split([' ', '\n']).next().unwrap_or_default();
    let digits = number.trim_end_matches(['.', ',', ';']);
    let bare = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ','));
    if !words.ends_with(char::is_alphabetic) || !after.starts_with(' ') || !bare {
        return span;
    }
    let blanks = after.len() - after.trim_start_matches(' ').len();
    Span::new(span.start, span.end + blanks + number.trim_end_matches([',', ';']).len())
}

/// The line around a place, where it is not too long to be read: notes in keywords have no sentences.
pub(super) fn line(text: &str, place: Span) -> Option<Span> {
    let line = line_of(text, place.start);
    let words = line.of(text);
    let start = line.start + (words.len() - words.trim_start().len());
    let span = Span::new(start, start + words.trim().len());
    (span.contains(place) && span.end - span.start <= LONGEST).then_some(span)
}

/// A quotation that says nothing by itself takes in its line: a bare heading ("ESTIMATED BLOOD LOSS") what stands behind it, a placeholder
/// ("***") the words around it.
pub(super) fn whole_line(text: &mut TextEvidence, document: &Document) {
    let span = with_its_number(&document.text, Span::new(text.start, text.end));
    if span.end > text.end {
        (text.end, text.quote) = (span.end, span.of(&document.text).to_owned());
    }
    let sign = !text.quote.contains(char::is_alphanumeric);
    let after = document.text.get(text.end..).unwrap_or_default();
    let heading = after.starts_with(':') && !text.quote.contains(|c: char| c.is_lowercase() || c.is_ascii_digit());
    if !sign && !heading {
        return;
    }
    let line = line_of(&document.text, text.start);
    let start = if sign { line.start } else { text.start };
    let words = document.text.get(start..line.end).unwrap_or_default();
    let start = start + (words.len() - words.trim_start().len());
    let words = words.trim();
    if words.len() <= LONGEST && words.contains(char::is_alphanumeric) {
        (text.start, text.end, text.quote) = (start, start + words.len(), words.to_owned());
    }
}

/// A quoted problem of a list takes in what is done about it.
pub(super) fn whole_item(evidence: &mut Evidence, document: &Document) {
    let Evidence::Text(text) = evidence else { return };
    if let Some(span) = item(&document.text, Span::new(text.start, text.end)) {
        (text.start, text.end, text.quote) = (span.start, span.end, span.of(&document.text).to_owned());
    }
}

fn line_of(text: &str, at: usize) -> Span {
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |i| i + 1);
    let end = text.get(at..).and_then(|after| after.find('\n')).map_or(text.len(), |i| at + i);
    Span::new(start, end)
}

/// The words of a line with their places.
fn words(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let base = line.as_ptr() as usize;
    line.split_whitespace().map(move |word| (word.as_ptr() as usize - base, word))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn item_at<'t>(text: &'t str, words: &str) -> Option<&'t str> {
        let start = text.find(words).unwrap();
        item(text, Span::new(start, start + words.len())).map(|s| s.of(text))
    }

    #[test]
    fn a_quotation_ended_before_the_number_of_its_last_word() {
        let text = "ECG AF. NT-proBNP 3,480. hs-TnT 11. CXR clear.\nK 4.0";
        let of = |words: &str| {
            let start = text.find(words).unwrap();
            with_its_number(text, Span::new(start, start + words.len())).of(text)
        };
        assert_eq!(of("NT-proBNP 3,480. hs-TnT"), "NT-proBNP 3,480. hs-TnT 11.");
        assert_eq!(of("CXR clear."), "CXR clear.");
        assert_eq!(of("ECG AF."), "ECG AF.");
        assert_eq!(of("K 4.0"), "K 4.0");
    }

    #[test]
    fn a_problem_was_quoted_without_what_is_done_about_it() {
        assert_eq!(item_at("1. Sepsis, rods in blood. Cefepime day 2.", "Sepsis"), Some("1. Sepsis, rods in blood. Cefepime day 2."));
        let note = "A/P: 1. Pneumonia, day 2. Cultures. 2. Cr 2.4. Fluids, hold the pill. 3. Tobacco.\n4. Pain. Stage 3. Continue.\n- Ileus: tube\nPlain.";
        assert_eq!(item_at(note, "Cr 2.4."), Some("2. Cr 2.4. Fluids, hold the pill."));
        assert_eq!(item_at(note, "Pneumonia"), Some("1. Pneumonia, day 2. Cultures."));
        assert_eq!(item_at(note, "Pain"), Some("4. Pain. Stage 3. Continue."));
        assert_eq!(item_at(note, "Ileus"), Some("- Ileus: tube"));
        assert_eq!(item_at(note, "Plain"), None);
        assert_eq!(item_at(&format!("1. {} end", "word ".repeat(60)), "end"), None);
    }
}
