//! The sections of a note as a list: where each begins, what it is part of, which lines fold away under it.

use super::text::{Folds, LineIndex};
use crate::reading::Section;
use std::collections::BTreeSet;

/// A heading of a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// Its first byte.
    pub start: usize,
    /// One past the last byte of everything under it.
    pub end: usize,
    /// As it is written, without its colon.
    pub title: String,
    /// Whether it is part of the section before it, as a system of an exam is.
    pub inner: bool,
    /// The number of its line.
    pub number: usize,
    /// Its line, and one past the last line under it; `None` where it begins in the middle of a line and cannot be folded.
    pub lines: Option<(usize, usize)>,
}

/// Finds them.
pub fn of(text: &str, sections: &[Section], lines: &LineIndex) -> Vec<Heading> {
    let headed: Vec<&Section> = sections.iter().filter(|s| !s.heading.trim().is_empty()).collect();
    let begins_line = |at: usize| {
        let start = lines.start(lines.line_of(at));
        text.get(start..at).is_some_and(|before| before.trim().is_empty())
    };
    let mut found: Vec<Heading> = Vec::with_capacity(headed.len());
    // From the end back, so that the next heading of a line of its own, and the next one that is no part of another, are known.
    let (mut next, mut next_outer) = ((text.len(), lines.len()), (text.len(), lines.len()));
    for section in headed.iter().rev() {
        let line = lines.line_of(section.start);
        let inner = section.within.is_some();
        let (end, last) = if inner { next } else { next_outer };
        let whole = begins_line(section.start);
        found.push(Heading {
            start: section.start,
            end,
            title: section.heading.trim().trim_end_matches(':').trim_end().to_owned(),
            inner,
            number: lines.number(line),
            lines: Some((line, last)).filter(|_| whole),
        });
        if whole {
            next = (section.start, line);
        }
        if whole && !inner {
            next_outer = next;
        }
    }
    found.reverse();
    found
}

/// The heading that a byte stands under.
pub fn at(headings: &[Heading], byte: usize) -> Option<usize> {
    headings.partition_point(|h| h.start <= byte).checked_sub(1)
}

/// What is folded in a note.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folded {
    heads: BTreeSet<usize>,
    /// The same as lines.
    pub lines: Folds,
}

impl Folded {
    /// Nothing folded.
    pub const fn new() -> Self {
        Self { heads: BTreeSet::new(), lines: Folds::none() }
    }

    /// Whether a heading is folded.
    pub fn has(&self, heading: usize) -> bool {
        self.heads.contains(&heading)
    }

    /// Whether nothing is.
    pub fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// Folds a heading, or opens it.
    pub fn toggle(&mut self, headings: &[Heading], at: usize) {
        if !self.heads.remove(&at) && headings.get(at).is_some_and(|h| h.lines.is_some()) {
            self.heads.insert(at);
        }
        self.lay(headings);
    }

    /// Folds every heading that can be.
    pub fn all(&mut self, headings: &[Heading]) {
        self.heads = headings.iter().enumerate().filter(|(_, h)| h.lines.is_some()).map(|(at, _)| at).collect();
        self.lay(headings);
    }

    /// Opens what hides a byte; the heading's own first byte hides nothing.
    pub fn open(&mut self, headings: &[Heading], byte: usize) {
        let hides = |at: &usize| headings.get(*at).is_some_and(|h| h.start < byte && byte < h.end);
        let before = self.heads.len();
        self.heads.retain(|at| !hides(at));
        if self.heads.len() < before {
            self.lay(headings);
        }
    }

    fn lay(&mut self, headings: &[Heading]) {
        self.lines = Folds::new(self.heads.iter().filter_map(|at| headings.get(*at)?.lines).collect());
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    const TEXT: &str = "EXAM:\nWell.\nHeart: regular.\nLungs: clear. Skin: dry.\nPLAN:\nRest.\n";

    fn headings() -> Vec<Heading> {
        let section = |heading: &str, within: Option<&str>| {
            let start = TEXT.find(heading).unwrap();
            Section {
                section: heading.to_lowercase(),
                heading: heading.to_owned(),
                start,
                end: TEXT.len(),
                body: start + heading.len(),
                within: within.map(str::to_owned),
            }
        };
        let inner = Some("physical_exam");
        let all =
            [section("EXAM:", None), section("Heart:", inner), section("Lungs:", inner), section("Skin:", inner), section("PLAN:", None)];
        of(TEXT, &all, &LineIndex::new(TEXT))
    }

    #[test]
    fn a_section_folds_with_its_parts_and_one_inside_a_line_with_that_line() {
        let all = headings();
        let lines: Vec<_> = all.iter().map(|h| (h.title.as_str(), h.inner, h.number, h.lines)).collect();
        let expected = [
            ("EXAM", false, 1, Some((0, 4))),
            ("Heart", true, 3, Some((2, 3))),
            ("Lungs", true, 4, Some((3, 4))),
            ("Skin", true, 4, None),
            ("PLAN", false, 5, Some((4, 6))),
        ];
        assert_eq!(lines, expected);
        assert_eq!([0, 7, 60].map(|byte| at(&all, byte)), [Some(0), Some(0), Some(4)]);
    }

    #[test]
    fn what_is_jumped_to_is_opened_and_the_rest_stays_folded() {
        let all = headings();
        let mut folded = Folded::default();
        folded.all(&all);
        folded.open(&all, TEXT.find("regular").unwrap());
        assert_eq!((0..5).filter(|at| folded.has(*at)).collect::<Vec<_>>(), [2, 4]);
        folded.toggle(&all, 3);
        assert!(!folded.has(3), "what cannot be folded is not");
    }
}
