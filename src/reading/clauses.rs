//! The stretches of the folded text that are judged together: sentences, list items, and questions with their answers.

use super::folded::Folded;
use super::model::Section;
use super::scope::Place;
use super::sentence;
use crate::chart::Span;

/// An answer has no more words than this: "No.", "Not present.".
const ANSWER_WORDS: usize = 2;

/// How much of a line is looked at for the mark of an item.
const MARK: usize = 12;

/// The sentences in the folded text, the stretches between them added, so that every place has one. A short answer stands with its
/// question: "Seizures? No.", "ASTHMA: none".
pub(super) fn clauses(text: &str, folded: &Folded, sections: &[Section], sentences: &[Span]) -> Vec<Place> {
    let mut out: Vec<Place> = Vec::with_capacity(sentences.len() + 1);
    let mut at = 0;
    for sentence in sentences {
        let (start, end) = (folded.forth(sentence.start).max(at), folded.forth(sentence.end));
        if end <= start {
            continue;
        }
        let between = folded.text().get(at..start).unwrap_or_default();
        let answer = is_answer(folded.text().get(start..end).unwrap_or_default());
        if answer
            && between.trim_end().ends_with(':')
            && !folded.back(at, start).of(text).contains('\n')
            && !is_known(sections, sentence.start)
        {
            out.push(Place { start: at, end });
        } else if answer && between == " " && out.last().is_some_and(|last| asks(folded, *last)) {
            if let Some(last) = out.last_mut() {
                last.end = end;
            }
        } else {
            if start > at {
                out.push(Place { start: at, end: start });
            }
            out.push(Place { start, end });
        }
        at = end;
    }
    if at < folded.text().len() {
        out.push(Place { start: at, end: folded.text().len() });
    }
    out
}

fn is_answer(text: &str) -> bool {
    text.len() < 24
        && text.starts_with(char::is_alphabetic)
        && text.split(' ').filter(|word| word.starts_with(char::is_alphabetic)).count() <= ANSWER_WORDS
}

fn asks(folded: &Folded, clause: Place) -> bool {
    folded.text().get(clause.start..clause.end).is_some_and(|text| text.trim_end().ends_with('?'))
}

/// Whether a place stands under a heading that names a section, so that the heading asks nothing.
pub(super) fn is_known(sections: &[Section], at: usize) -> bool {
    let section = sections.partition_point(|section| section.start <= at).checked_sub(1).and_then(|last| sections.get(last));
    section.is_some_and(|section| !matches!(section.section.as_str(), "other" | "unheaded"))
}

/// Whether an item of a list begins at a byte of the text.
pub(super) fn item_at(text: &str, at: usize) -> bool {
    // The mark of an item is short; a long line is not looked through for it.
    let window = (at + MARK..at + MARK + 4).find_map(|end| text.get(at..end)).or_else(|| text.get(at..));
    window.and_then(|rest| rest.lines().next()).is_some_and(sentence::is_item)
}

#[cfg(test)]
mod tests {
    use super::{Folded, Place, clauses};
    use crate::chart::Span;

    #[test]
    fn every_byte_of_the_text_stands_in_one_clause() {
        let text = "HEAD: no\nSeizures? No. Pain? Yes.  The end";
        let folded = Folded::new(text);
        let all =
            clauses(text, &folded, &[], &[Span::new(6, 8), Span::new(9, 18), Span::new(19, 22), Span::new(23, 28), Span::new(29, 33)]);
        let whole: Vec<&str> = all.iter().filter_map(|Place { start, end }| folded.text().get(*start..*end)).collect();
        assert_eq!(whole, ["head: no", " ", "seizures? no.", " ", "pain? yes.", " the end"]);
    }
}
