//! Candidates that are looked at one by one: those that stand are the documents of a scorer. One walk for every leaf that has to read
//! positions before it knows.

use crate::stop::Stop;
use tantivy::query::Scorer;
use tantivy::{DocId, DocSet, Score, TERMINATED};

/// Where documents come from, and which of them stand.
pub(super) trait Candidates: Send + Sync + 'static {
    /// The first candidate that is not before `target`.
    fn seek(&mut self, target: DocId) -> DocId;
    /// Whether the candidate stands; what its score needs is kept until the next one.
    fn stands(&mut self, doc: DocId) -> bool;
    /// The score of the candidate that stood last.
    fn score(&mut self, doc: DocId) -> Score;
    /// About how many there are.
    fn size(&self) -> u32;
}

/// The candidates that stand, in order.
pub(super) struct Walk<C> {
    candidates: C,
    doc: DocId,
    stop: Stop,
}

impl<C: Candidates> Walk<C> {
    /// At the first that stands.
    pub(super) fn new(candidates: C, stop: Stop) -> Self {
        let mut walk = Self { candidates, doc: 0, stop };
        walk.find(0);
        walk
    }

    fn find(&mut self, target: DocId) -> DocId {
        let mut target = target;
        loop {
            // The collector sees the flag as well and reports it, so ending early is never taken for the whole answer.
            self.doc = if self.stop.stopped() { TERMINATED } else { self.candidates.seek(target) };
            if self.doc == TERMINATED || self.candidates.stands(self.doc) {
                return self.doc;
            }
            target = self.doc + 1;
        }
    }
}

impl<C: Candidates> DocSet for Walk<C> {
    fn advance(&mut self) -> DocId {
        if self.doc == TERMINATED { TERMINATED } else { self.find(self.doc + 1) }
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc >= target { self.doc } else { self.find(target) }
    }

    fn doc(&self) -> DocId {
        self.doc
    }

    fn size_hint(&self) -> u32 {
        self.candidates.size()
    }
}

impl<C: Candidates> Scorer for Walk<C> {
    fn score(&mut self) -> Score {
        self.candidates.score(self.doc)
    }
}
