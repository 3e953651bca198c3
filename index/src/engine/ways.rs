//! Several phrases for one thing: a word with its synonyms. "chronic kidney disease", "chronic kidney failure" and thirty more share their
//! words, so each word is opened once, each document is looked at once, and the rarest word of a phrase decides where to look.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use tantivy::fieldnorm::FieldNormReader;
use tantivy::index::SegmentReader;
use tantivy::postings::{Postings, SegmentPostings};
use tantivy::query::{Bm25StatisticsProvider, Bm25Weight, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::schema::{Field as Column, IndexRecordOption};
use tantivy::{DocId, DocSet, Score, Searcher, TERMINATED, Term};

use super::leaf::Expanded;
use super::walk::{Candidates, Walk};
use crate::occur::Occurrence;
use crate::stop::Stop;

/// A phrase as terms at offsets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Way {
    pub(crate) terms: Vec<(u32, Term)>,
    pub(crate) length: u32,
}

impl Way {
    /// A phrase of words that are no more than themselves.
    pub(crate) fn of(expanded: &Expanded) -> Option<Way> {
        let slots = expanded.phrase.slots.iter().zip(&expanded.words);
        let term = |(slot, words): (&crate::plan::Slot, &Arc<[Term]>)| match words.as_ref() {
            [only] => Some((slot.offset, only.clone())),
            _ => None,
        };
        let terms: Vec<(u32, Term)> = slots.map(term).collect::<Option<_>>()?;
        (!terms.is_empty()).then_some(Way { terms, length: expanded.phrase.length })
    }
}

/// How many different words some phrases are made of.
pub(crate) fn words(ways: &[Way]) -> usize {
    let mut all: Vec<&Term> = ways.iter().flat_map(|way| &way.terms).map(|(_, term)| term).collect();
    all.sort();
    all.dedup();
    all.len()
}

/// A word of the phrases in one segment.
struct Word {
    postings: SegmentPostings,
    /// Where it stands in the document `read`.
    positions: Vec<u32>,
    read: DocId,
}

impl Word {
    fn seek(&mut self, target: DocId) -> DocId {
        if self.postings.doc() >= target { self.postings.doc() } else { self.postings.seek(target) }
    }

    /// Where it stands in the document it is at.
    fn positions(&mut self) -> &[u32] {
        let doc = self.postings.doc();
        if self.read != doc {
            self.positions.clear();
            self.postings.append_positions_with_offset(0, &mut self.positions);
            self.read = doc;
        }
        &self.positions
    }
}

/// A phrase in one segment: which words at which offsets, the rarest first.
struct Phrase {
    /// Which of the phrases asked for.
    number: usize,
    slots: Vec<(usize, u32)>,
    length: u32,
}

/// The documents of several phrases in one segment.
pub(crate) struct Ways {
    words: Vec<Word>,
    phrases: Vec<Phrase>,
    /// Each word that is the rarest of a phrase, with the phrases that it is the rarest of.
    rarest: Vec<(usize, Vec<usize>)>,
    doc: DocId,
    /// The phrases of which the current document has every word.
    here: Vec<usize>,
}

impl Ways {
    /// Opens each word once; a phrase with a word that the segment has not stands nowhere in it.
    pub(crate) fn open(ways: &[Way], column: Column, reader: &SegmentReader, stop: &Stop) -> tantivy::Result<Ways> {
        let index = reader.inverted_index(column)?;
        let mut known: HashMap<&Term, Option<usize>> = HashMap::new();
        let mut words: Vec<Word> = Vec::new();
        let mut phrases = Vec::new();
        for (number, way) in ways.iter().enumerate() {
            if stop.stopped() {
                break;
            }
            let mut slots = Vec::with_capacity(way.terms.len());
            for (offset, term) in &way.terms {
                let word = match known.get(term) {
                    Some(word) => *word,
                    None => {
                        let postings = index.read_postings(term, IndexRecordOption::WithFreqsAndPositions)?;
                        let word = postings.map(|postings| {
                            words.push(Word { postings, positions: Vec::new(), read: TERMINATED });
                            words.len() - 1
                        });
                        known.insert(term, word);
                        word
                    }
                };
                slots.extend(word.map(|word| (word, *offset)));
            }
            if slots.len() == way.terms.len() {
                slots.sort_by_key(|(word, _)| words.get(*word).map_or(0, |word| word.postings.doc_freq()));
                phrases.push(Phrase { number, slots, length: way.length });
            }
        }
        let mut rarest: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (at, phrase) in phrases.iter().enumerate() {
            if let Some((word, _)) = phrase.slots.first() {
                rarest.entry(*word).or_default().push(at);
            }
        }
        let mut opened = Ways { words, phrases, rarest: rarest.into_iter().collect(), doc: 0, here: Vec::new() };
        opened.doc = opened.find(0);
        Ok(opened)
    }

    /// The first document at or after `target` that holds every word of a phrase.
    pub(crate) fn seek(&mut self, target: DocId) -> DocId {
        if self.doc < target {
            self.doc = self.find(target);
        }
        self.doc
    }

    fn find(&mut self, target: DocId) -> DocId {
        let mut wanted = target;
        loop {
            self.here.clear();
            let words = &mut self.words;
            let doc = self.rarest.iter().filter_map(|(at, _)| words.get_mut(*at).map(|word| word.seek(wanted))).min().unwrap_or(TERMINATED);
            if doc == TERMINATED {
                return doc;
            }
            for (at, own) in &self.rarest {
                if words.get(*at).is_some_and(|word| word.postings.doc() == doc) {
                    self.here.extend(own.iter().filter(|at| self.phrases.get(**at).is_some_and(|phrase| phrase.may_stand(words, doc))));
                }
            }
            if !self.here.is_empty() {
                return doc;
            }
            wanted = doc + 1;
        }
    }

    /// About how many documents.
    pub(crate) fn size(&self) -> u32 {
        let words = self.rarest.iter().filter_map(|(at, _)| self.words.get(*at));
        words.map(|word| word.postings.doc_freq()).fold(0, u32::saturating_add)
    }

    /// How often each phrase stands in the current document, by its number.
    pub(crate) fn counts(&mut self, mut take: impl FnMut(usize, u32)) {
        for phrase in self.here.iter().filter_map(|at| self.phrases.get(*at)) {
            let mut count = 0;
            match phrase.slots.as_slice() {
                // Positions are dear, and a word alone needs none.
                [(word, _)] => count = self.words.get(*word).map_or(0, |word| word.postings.term_freq()),
                _ => phrase.each(&mut self.words, |_| count += 1),
            }
            if count > 0 {
                take(phrase.number, count);
            }
        }
    }

    /// Where they stand in the current document, in order.
    pub(crate) fn occurrences(&mut self) -> Vec<Occurrence> {
        let mut found = Vec::new();
        for phrase in self.here.iter().filter_map(|at| self.phrases.get(*at)) {
            let last = phrase.length.saturating_sub(1);
            phrase.each(&mut self.words, |first| found.push(Occurrence { first, last: first.saturating_add(last), start: 0, end: 0 }));
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

impl Phrase {
    /// Whether a document has all its words.
    fn may_stand(&self, words: &mut [Word], doc: DocId) -> bool {
        self.slots.iter().all(|(at, _)| words.get_mut(*at).is_some_and(|word| word.seek(doc) == doc))
    }

    /// Visits where it begins in the document that its words are at.
    fn each(&self, words: &mut [Word], mut take: impl FnMut(u32)) {
        // All are read before any is compared.
        for (at, _) in &self.slots {
            if let Some(word) = words.get_mut(*at) {
                word.positions();
            }
        }
        let at = |word: usize| words.get(word).map_or(&[][..], |word| &word.positions);
        let Some((first, others)) = self.slots.split_first() else { return };
        for position in at(first.0) {
            let Some(begin) = position.checked_sub(first.1) else { continue };
            if others.iter().all(|(word, offset)| at(*word).binary_search(&begin.saturating_add(*offset)).is_ok()) {
                take(begin);
            }
        }
    }
}

/// The documents of several phrases; one that says it in several ways fits as well as its best way.
#[derive(Debug, Clone)]
pub(crate) struct WaysQuery {
    pub(crate) column: Column,
    pub(crate) ways: Arc<[Way]>,
    pub(crate) stop: Stop,
}

impl Query for WaysQuery {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let weights = match scoring {
            EnableScoring::Enabled { searcher, .. } => {
                let statistics = Statistics { searcher, known: Mutex::default() };
                let weigh = |way: &Way| {
                    let terms: Vec<Term> = way.terms.iter().map(|(_, term)| term.clone()).collect();
                    Bm25Weight::for_terms(&statistics, &terms)
                };
                Some(self.ways.iter().map(weigh).collect::<tantivy::Result<Vec<Bm25Weight>>>()?)
            }
            EnableScoring::Disabled { .. } => None,
        };
        Ok(Box::new(WaysWeight { query: self.clone(), weights }))
    }
}

/// What a searcher tells, each thing asked for once.
struct Statistics<'s> {
    searcher: &'s Searcher,
    known: Mutex<HashMap<Term, u64>>,
}

impl Bm25StatisticsProvider for Statistics<'_> {
    fn total_num_tokens(&self, field: Column) -> tantivy::Result<u64> {
        self.searcher.total_num_tokens(field)
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        self.searcher.total_num_docs()
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(frequency) = known.get(term) {
            return Ok(*frequency);
        }
        let frequency = self.searcher.doc_freq(term)?;
        known.insert(term.clone(), frequency);
        Ok(frequency)
    }
}

struct WaysWeight {
    query: WaysQuery,
    /// What each phrase weighs, unless nobody asks.
    weights: Option<Vec<Bm25Weight>>,
}

impl Weight for WaysWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let query = &self.query;
        let rank = match &self.weights {
            Some(weights) => {
                let weights = weights.iter().map(|weight| weight.boost_by(boost)).collect();
                Some(Rank { weights, lengths: reader.get_fieldnorms_reader(query.column)? })
            }
            None => None,
        };
        let ways = Ways::open(&query.ways, query.column, reader, &query.stop)?;
        Ok(Box::new(Walk::new(BestWay { ways, rank, best: 0.0 }, query.stop.clone())))
    }

    fn explain(&self, _: &SegmentReader, _: DocId) -> tantivy::Result<Explanation> {
        Ok(Explanation::new("the best of several phrases", 0.0))
    }
}

struct Rank {
    weights: Vec<Bm25Weight>,
    lengths: FieldNormReader,
}

/// A document stands when one of its ways does, and the best of them weighs.
struct BestWay {
    ways: Ways,
    rank: Option<Rank>,
    best: Score,
}

impl Candidates for BestWay {
    fn seek(&mut self, target: DocId) -> DocId {
        self.ways.seek(target)
    }

    fn stands(&mut self, doc: DocId) -> bool {
        let (mut best, mut stands) = (0.0_f32, false);
        let rank = self.rank.as_ref().map(|rank| (rank, rank.lengths.fieldnorm_id(doc)));
        self.ways.counts(|phrase, count| {
            stands = true;
            if let Some((rank, length)) = &rank
                && let Some(weight) = rank.weights.get(phrase)
            {
                best = best.max(weight.score(*length, count));
            }
        });
        self.best = best;
        stands
    }

    fn score(&mut self, _: DocId) -> Score {
        self.best
    }

    fn size(&self) -> u32 {
        self.ways.size()
    }
}
