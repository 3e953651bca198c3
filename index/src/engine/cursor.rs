//! Cursors over the documents in which groups of words stand as a phrase or near each other.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

use tantivy::postings::{Postings, SegmentPostings};
use tantivy::{DocId, DocSet, TERMINATED};

use super::ways::Ways;
use crate::keys;
use crate::occur::{self, Bounds, Occurrence, Place};
use crate::plan::Phrase;

/// The documents of any word of a group.
pub(crate) struct Group {
    postings: Vec<SegmentPostings>,
    order: BinaryHeap<Reverse<(DocId, usize)>>,
}

impl Group {
    pub(crate) fn new(postings: Vec<SegmentPostings>) -> Group {
        let order = postings.iter().enumerate().map(|(i, p)| Reverse((p.doc(), i))).filter(|r| r.0.0 != TERMINATED).collect();
        Group { postings, order }
    }

    /// About how many documents it holds, deleted ones included.
    fn size(&self) -> u32 {
        self.postings.iter().map(DocSet::size_hint).fold(0, u32::saturating_add)
    }

    fn doc(&self) -> DocId {
        match self.postings.as_slice() {
            [only] => only.doc(),
            _ => self.order.peek().map_or(TERMINATED, |top| top.0.0),
        }
    }

    fn seek(&mut self, target: DocId) -> DocId {
        // Most groups are one word.
        if let [only] = self.postings.as_mut_slice() {
            return if only.doc() >= target { only.doc() } else { only.seek(target) };
        }
        while let Some(mut top) = self.order.peek_mut() {
            let Reverse((doc, which)) = *top;
            if doc >= target {
                return doc;
            }
            match self.postings.get_mut(which).map_or(TERMINATED, |p| p.seek(target)) {
                TERMINATED => {
                    PeekMut::pop(top);
                }
                next => *top = Reverse((next, which)),
            }
        }
        TERMINATED
    }

    /// Where words of the group stand in the current document.
    fn positions(&mut self, positions: &mut Vec<u32>) {
        positions.clear();
        if let [only] = self.postings.as_mut_slice() {
            only.append_positions_with_offset(0, positions);
            return;
        }
        self.each_here(|postings| postings.append_positions_with_offset(0, positions));
        positions.sort_unstable();
        positions.dedup();
    }

    fn places(&mut self) -> Vec<Place> {
        let mut positions = Vec::new();
        self.positions(&mut positions);
        positions.into_iter().map(|position| Place { position, start: 0, end: 0 }).collect()
    }

    /// The sections of the group in a document, as stretches of words.
    pub(crate) fn stretches(&mut self, doc: DocId) -> Vec<(u32, u32)> {
        let mut out = Vec::new();
        if self.seek(doc) == doc {
            let mut positions = Vec::new();
            self.each_here(|postings| {
                positions.clear();
                postings.append_positions_with_offset(0, &mut positions);
                out.extend(keys::stretches(&positions));
            });
        }
        out
    }

    /// Visits the words that are in the current document.
    fn each_here(&mut self, mut visit: impl FnMut(&mut SegmentPostings)) {
        if let [only] = self.postings.as_mut_slice() {
            return visit(only);
        }
        let doc = self.doc();
        // Entries of the current document are at the top of the heap, each above the next: only they are visited.
        let mut open = vec![0_usize];
        while let Some(at) = open.pop() {
            if let Some(Reverse((own, which))) = self.order.as_slice().get(at)
                && *own == doc
            {
                if let Some(postings) = self.postings.get_mut(*which) {
                    visit(postings);
                }
                open.extend([2 * at + 1, 2 * at + 2]);
            }
        }
    }
}

/// The documents that hold every word of a phrase, and where the phrase stands in them.
pub(crate) struct PhraseCursor {
    phrase: Phrase,
    groups: Vec<Group>,
    doc: DocId,
}

impl PhraseCursor {
    pub(crate) fn new(phrase: Phrase, groups: Vec<Group>) -> PhraseCursor {
        let mut cursor = PhraseCursor { phrase, groups, doc: 0 };
        cursor.doc = cursor.meet(0);
        cursor
    }

    fn meet(&mut self, target: DocId) -> DocId {
        if self.groups.is_empty() { TERMINATED } else { meet(&mut self.groups, target, Group::seek) }
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc < target {
            self.doc = self.meet(target);
        }
        self.doc
    }

    fn size(&self) -> u32 {
        self.groups.iter().map(Group::size).min().unwrap_or(0)
    }

    fn occurrences(&mut self) -> Vec<Occurrence> {
        let places: Vec<Vec<Place>> = self.groups.iter_mut().map(Group::places).collect();
        occur::phrase(&self.phrase, &places)
    }
}

/// The documents of any of several phrases.
pub(crate) enum Operand {
    /// Phrases in which a word may stand for many.
    Phrases(Vec<PhraseCursor>),
    /// Phrases of words that are no more than themselves.
    Ways(Ways),
}

impl Operand {
    fn seek(&mut self, target: DocId) -> DocId {
        match self {
            Operand::Phrases(all) => all.iter_mut().map(|phrase| phrase.seek(target)).min().unwrap_or(TERMINATED),
            Operand::Ways(ways) => ways.seek(target),
        }
    }

    fn size(&self) -> u32 {
        match self {
            Operand::Phrases(all) => all.iter().map(PhraseCursor::size).fold(0, u32::saturating_add),
            Operand::Ways(ways) => ways.size(),
        }
    }

    /// The one word that it is, if it is one.
    fn word(&mut self) -> Option<&mut Group> {
        let Operand::Phrases(all) = self else { return None };
        match all.as_mut_slice() {
            [PhraseCursor { phrase, groups, .. }] if phrase.length == 1 => match groups.as_mut_slice() {
                [only] => Some(only),
                _ => None,
            },
            _ => None,
        }
    }

    fn occurrences(&mut self, doc: DocId) -> Vec<Occurrence> {
        match self {
            Operand::Phrases(all) => {
                occur::merged(all.iter_mut().filter(|phrase| phrase.doc == doc).map(PhraseCursor::occurrences).collect())
            }
            Operand::Ways(ways) => {
                if ways.seek(doc) == doc {
                    ways.occurrences()
                } else {
                    Vec::new()
                }
            }
        }
    }
}

/// What a leaf asks of the positions.
pub(crate) enum Asked {
    Phrase(Operand),
    Near(Vec<Operand>, u32),
}

/// What a leaf asks, and the sections it must stand in (`true`) or must not.
pub(crate) struct Cursor {
    pub(crate) asked: Asked,
    pub(crate) scope: Vec<(bool, Group)>,
    /// Room for the positions of near words.
    pub(crate) lines: Vec<Vec<u32>>,
}

impl Cursor {
    /// The first document at or after `target` that holds the words and the sections; whether they stand right is for
    /// [`Cursor::count`].
    pub(crate) fn seek(&mut self, target: DocId) -> DocId {
        let mut wanted = target;
        loop {
            let doc = match &mut self.asked {
                Asked::Phrase(choices) => choices.seek(wanted),
                Asked::Near(operands, _) => meet(operands, wanted, Operand::seek),
            };
            if doc == TERMINATED {
                return TERMINATED;
            }
            let inside = self.scope.iter_mut().filter(|(inside, _)| *inside);
            wanted = inside.map(|(_, sections)| sections.seek(doc)).max().unwrap_or(doc);
            if wanted == doc || wanted == TERMINATED {
                return wanted;
            }
        }
    }

    /// About how many documents hold the words: an intersection begins with the rarest side.
    pub(crate) fn size(&self) -> u32 {
        match &self.asked {
            Asked::Phrase(choices) => choices.size(),
            Asked::Near(operands, _) => operands.iter().map(Operand::size).min().unwrap_or(0),
        }
    }

    /// How often the leaf occurs in the current document.
    pub(crate) fn count(&mut self, doc: DocId) -> u32 {
        let bounds = self.bounds(doc);
        match &mut self.asked {
            Asked::Phrase(choices) => {
                self.lines.resize_with(1, Vec::new);
                if let (Some(word), Some(line)) = (choices.word(), self.lines.first_mut()) {
                    word.positions(line);
                    let kept = |at: &&u32| bounds.as_ref().is_none_or(|bounds| bounds.hold(**at, **at));
                    return u32::try_from(line.iter().filter(kept).count()).unwrap_or(u32::MAX);
                }
                u32::try_from(phrases(choices, doc, &bounds).len()).unwrap_or(u32::MAX)
            }
            Asked::Near(operands, within) => {
                let quick = if bounds.is_none() { words_near(operands, *within, &mut self.lines) } else { None };
                u32::from(quick.unwrap_or_else(|| occur::near(&sides(operands, doc, &bounds), *within)))
            }
        }
    }

    /// Where the leaf occurs in the current document.
    pub(crate) fn occurrences(&mut self, doc: DocId) -> Vec<Occurrence> {
        let bounds = self.bounds(doc);
        match &mut self.asked {
            Asked::Phrase(choices) => phrases(choices, doc, &bounds),
            Asked::Near(operands, within) => occur::near_all(&sides(operands, doc, &bounds), *within),
        }
    }

    /// `None` where it may stand anywhere.
    fn bounds(&mut self, doc: DocId) -> Option<Bounds> {
        if self.scope.is_empty() {
            return None;
        }
        let mut bounds = Bounds::default();
        for (inside, sections) in &mut self.scope {
            let stretches = sections.stretches(doc);
            if *inside { bounds.inside.push(stretches) } else { bounds.outside.extend(stretches) }
        }
        Some(bounds)
    }
}

/// Whether single words stand near each other; `None` where it takes a closer look.
fn words_near(operands: &mut [Operand], within: u32, lines: &mut Vec<Vec<u32>>) -> Option<bool> {
    lines.resize_with(operands.len(), Vec::new);
    for (operand, line) in operands.iter_mut().zip(lines.iter_mut()) {
        operand.word()?.positions(line);
    }
    occur::near_words(lines, within)
}

fn phrases(choices: &mut Operand, doc: DocId, bounds: &Option<Bounds>) -> Vec<Occurrence> {
    let mut found = choices.occurrences(doc);
    bounds.iter().for_each(|bounds| bounds.keep(&mut found));
    found
}

fn sides(operands: &mut [Operand], doc: DocId, bounds: &Option<Bounds>) -> Vec<Vec<Occurrence>> {
    operands.iter_mut().map(|operand| phrases(operand, doc, bounds)).collect()
}

/// The first document at or after `target` that all of `sides` have.
fn meet<T>(sides: &mut [T], target: DocId, seek: fn(&mut T, DocId) -> DocId) -> DocId {
    let mut wanted = target;
    loop {
        let furthest = sides.iter_mut().map(|side| seek(side, wanted)).max().unwrap_or(TERMINATED);
        if furthest == wanted || furthest == TERMINATED {
            return furthest;
        }
        wanted = furthest;
    }
}
