//! Leaves that tantivy has no complete query for: any of many words, phrases with such words, words near each other.

use std::sync::Arc;

use tantivy::fieldnorm::FieldNormReader;
use tantivy::index::SegmentReader;
use tantivy::postings::{Postings, SegmentPostings};
use tantivy::query::{Bm25StatisticsProvider, Bm25Weight, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::schema::{Field as Column, IndexRecordOption};
use tantivy::{DocId, DocSet, Score, Searcher, TERMINATED, Term};

use super::cursor::{Asked, Cursor, Group, Operand, PhraseCursor};
use super::walk::{Candidates, Walk};
use super::ways::{self, Way, Ways};
use crate::plan::Phrase;
use crate::stop::Stop;

/// The words each slot of a phrase stands for.
#[derive(Debug, Clone)]
pub(crate) struct Expanded {
    pub(crate) phrase: Phrase,
    pub(crate) words: Vec<Arc<[Term]>>,
}

#[derive(Debug, Clone)]
pub(crate) enum Ask {
    /// Documents with any of the words.
    Any(Arc<[Term]>),
    /// Documents with any of the phrases.
    Phrase(Vec<Expanded>),
    Near(Vec<Vec<Expanded>>, u32),
}

impl Ask {
    /// How many words it stands for in all; those that several phrases share count once.
    pub(crate) fn words(&self) -> usize {
        if let Ask::Phrase(choices) = self
            && let Some(ways) = choices.iter().map(Way::of).collect::<Option<Vec<Way>>>()
        {
            return ways::words(&ways);
        }
        let words = |choices: &[Expanded]| choices.iter().flat_map(|e| &e.words).map(|words| words.len()).sum::<usize>();
        match self {
            Ask::Any(all) => all.len(),
            Ask::Phrase(choices) => words(choices),
            Ask::Near(operands, _) => operands.iter().map(|choices| words(choices)).sum(),
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct LeafQuery {
    pub(crate) column: Column,
    /// The column of the text: its lengths weigh the leaf.
    pub(crate) text: Column,
    /// The column of the sections.
    pub(crate) section: Column,
    pub(crate) ask: Ask,
    /// Sections to stand in, or not to stand in.
    pub(crate) scope: Vec<(bool, Arc<[Term]>)>,
    pub(crate) scored: bool,
    pub(crate) stop: Stop,
}

impl Query for LeafQuery {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let bm25 = match scoring {
            EnableScoring::Enabled { searcher, .. } if self.scored => Some(self.bm25(searcher)?),
            _ => None,
        };
        Ok(Box::new(LeafWeight { leaf: self.clone(), bm25 }))
    }
}

impl LeafQuery {
    /// The words of a slot weigh together as one word that is in as many documents as they are; a phrase or near-group weighs as its
    /// rarest slot.
    fn bm25(&self, searcher: &Searcher) -> tantivy::Result<Bm25Weight> {
        let all = searcher.total_num_docs()?;
        let frequency = |words: &[Term]| -> tantivy::Result<u64> {
            let mut sum = 0;
            for word in words {
                sum += searcher.doc_freq(word)?;
            }
            Ok(sum)
        };
        let rarest = |all_slots: &mut dyn Iterator<Item = &Arc<[Term]>>| -> tantivy::Result<u64> {
            let mut least = all;
            for words in all_slots {
                least = least.min(frequency(words)?);
            }
            Ok(least)
        };
        let found = match &self.ask {
            Ask::Any(words) => frequency(words)?,
            // Choices weigh together.
            Ask::Phrase(choices) => {
                let mut sum = 0;
                for choice in choices {
                    sum += rarest(&mut choice.words.iter())?;
                }
                sum
            }
            Ask::Near(operands, _) => rarest(&mut operands.iter().flatten().flat_map(|e| &e.words))?,
        };
        let rarest = found.min(all);
        let length = searcher.total_num_tokens(self.text)? as Score / all.max(1) as Score;
        Ok(Bm25Weight::for_one_term_without_explain(rarest, all, length))
    }

    fn opener<'r>(&'r self, reader: &'r SegmentReader) -> Opener<'r> {
        Opener { reader, column: self.column, stop: &self.stop }
    }

    /// The places of what is asked, in one segment.
    pub(crate) fn cursor(&self, reader: &SegmentReader) -> tantivy::Result<Cursor> {
        let open = self.opener(reader);
        let asked = match &self.ask {
            Ask::Any(words) => Asked::Phrase(open.any(words)?),
            Ask::Phrase(choices) => Asked::Phrase(open.operand(choices)?),
            Ask::Near(operands, within) => {
                let sides: tantivy::Result<Vec<Operand>> = operands.iter().map(|choices| open.operand(choices)).collect();
                Asked::Near(sides?, *within)
            }
        };
        let mut scope = Vec::with_capacity(self.scope.len());
        for (inside, names) in &self.scope {
            scope.push((*inside, self.sections(reader, names)?));
        }
        Ok(Cursor { asked, scope, lines: Vec::new() })
    }

    /// The sections of these names, in one segment.
    pub(crate) fn sections(&self, reader: &SegmentReader, names: &[Term]) -> tantivy::Result<Group> {
        let open = Opener { column: self.section, ..self.opener(reader) };
        Ok(Group::new(open.postings(names, IndexRecordOption::WithFreqsAndPositions)?))
    }
}

struct LeafWeight {
    leaf: LeafQuery,
    bm25: Option<Bm25Weight>,
}

impl Weight for LeafWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let rank = match &self.bm25 {
            Some(bm25) => Some((bm25.boost_by(boost), reader.get_fieldnorms_reader(self.leaf.text)?)),
            None => None,
        };
        let leaf = &self.leaf;
        if let Ask::Any(words) = &leaf.ask {
            return Ok(Box::new(Listed { docs: leaf.opener(reader).list(words)?, at: 0, rank }));
        }
        let cursor = leaf.cursor(reader)?;
        let size = cursor.size();
        Ok(Box::new(Walk::new(Positional { cursor, count: 0, size, rank }, leaf.stop.clone())))
    }

    fn explain(&self, _: &SegmentReader, _: DocId) -> tantivy::Result<Explanation> {
        Ok(Explanation::new("words of one leaf, weighed together", 0.0))
    }
}

/// Opens the postings of words in one segment.
#[derive(Clone, Copy)]
struct Opener<'a> {
    reader: &'a SegmentReader,
    column: Column,
    stop: &'a Stop,
}

impl Opener<'_> {
    fn postings(&self, words: &[Term], option: IndexRecordOption) -> tantivy::Result<Vec<SegmentPostings>> {
        let index = self.reader.inverted_index(self.column)?;
        let mut out = Vec::new();
        for word in words {
            if self.stop.stopped() {
                return Ok(Vec::new());
            }
            out.extend(index.read_postings(word, option)?);
        }
        Ok(out)
    }

    fn operand(&self, choices: &[Expanded]) -> tantivy::Result<Operand> {
        if choices.len() > 1
            && let Some(ways) = choices.iter().map(Way::of).collect::<Option<Vec<Way>>>()
        {
            return Ok(Operand::Ways(Ways::open(&ways, self.column, self.reader, self.stop)?));
        }
        Ok(Operand::Phrases(choices.iter().map(|e| self.phrase(e)).collect::<tantivy::Result<_>>()?))
    }

    /// Any of many words, as a phrase of one word.
    fn any(&self, words: &[Term]) -> tantivy::Result<Operand> {
        let group = Group::new(self.postings(words, IndexRecordOption::WithFreqsAndPositions)?);
        Ok(Operand::Phrases(vec![PhraseCursor::new(Phrase::word(), vec![group])]))
    }

    fn phrase(&self, expanded: &Expanded) -> tantivy::Result<PhraseCursor> {
        let mut groups = Vec::with_capacity(expanded.words.len());
        for words in &expanded.words {
            groups.push(Group::new(self.postings(words, IndexRecordOption::WithFreqsAndPositions)?));
        }
        Ok(PhraseCursor::new(expanded.phrase.clone(), groups))
    }

    /// All documents of any of the words, in order, with how often they occur. One pass a word: prefixes stand for thousands.
    fn list(&self, words: &[Term]) -> tantivy::Result<Vec<(DocId, u32)>> {
        let all = self.postings(words, IndexRecordOption::WithFreqs)?;
        let expected = all.iter().map(|postings| postings.size_hint() as usize).sum::<usize>();
        let documents = self.reader.max_doc() as usize;
        Ok(if expected > documents / CROWDED { self.tallied(all, documents) } else { self.sorted(all, expected) })
    }

    /// Few documents: put into order.
    fn sorted(&self, all: Vec<SegmentPostings>, expected: usize) -> Vec<(DocId, u32)> {
        let mut found: Vec<(DocId, u32)> = Vec::with_capacity(expected);
        self.each(all, |doc, count| found.push((doc, count)));
        found.sort_unstable();
        found.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 = kept.1.saturating_add(next.1);
            }
            same
        });
        found
    }

    /// Many documents: counted at their places.
    fn tallied(&self, all: Vec<SegmentPostings>, documents: usize) -> Vec<(DocId, u32)> {
        let mut counts: Vec<u16> = vec![0; documents];
        self.each(all, |doc, count| {
            if let Some(own) = counts.get_mut(doc as usize) {
                *own = own.saturating_add(u16::try_from(count).unwrap_or(u16::MAX));
            }
        });
        let found = counts.iter().zip(0..).filter(|(count, _)| **count > 0);
        found.map(|(count, doc)| (doc, u32::from(*count))).collect()
    }

    fn each(&self, all: Vec<SegmentPostings>, mut take: impl FnMut(DocId, u32)) {
        for mut postings in all {
            if self.stop.stopped() {
                break;
            }
            let mut doc = postings.doc();
            while doc != TERMINATED {
                take(doc, postings.term_freq());
                doc = postings.advance();
            }
        }
    }
}

/// From one document in so many on, documents are counted at their places instead of put into order.
const CROWDED: usize = 32;

type Rank = Option<(Bm25Weight, FieldNormReader)>;

fn score(rank: &Rank, doc: DocId, count: u32) -> Score {
    rank.as_ref().map_or(0.0, |(bm25, norms)| bm25.score(norms.fieldnorm_id(doc), count))
}

/// Documents found beforehand.
struct Listed {
    docs: Vec<(DocId, u32)>,
    at: usize,
    rank: Rank,
}

impl DocSet for Listed {
    fn advance(&mut self) -> DocId {
        self.at = (self.at + 1).min(self.docs.len());
        self.doc()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        let rest = self.docs.get(self.at..).unwrap_or_default();
        self.at += rest.partition_point(|(doc, _)| *doc < target);
        self.doc()
    }

    fn doc(&self) -> DocId {
        self.docs.get(self.at).map_or(TERMINATED, |(doc, _)| *doc)
    }

    fn size_hint(&self) -> u32 {
        u32::try_from(self.docs.len()).unwrap_or(u32::MAX)
    }
}

impl Scorer for Listed {
    fn score(&mut self) -> Score {
        self.docs.get(self.at).map_or(0.0, |(doc, count)| score(&self.rank, *doc, *count))
    }
}

/// Documents checked by position as they come.
struct Positional {
    cursor: Cursor,
    count: u32,
    size: u32,
    rank: Rank,
}

impl Candidates for Positional {
    fn seek(&mut self, target: DocId) -> DocId {
        self.cursor.seek(target)
    }

    fn stands(&mut self, doc: DocId) -> bool {
        self.count = self.cursor.count(doc);
        self.count > 0
    }

    fn score(&mut self, doc: DocId) -> Score {
        score(&self.rank, doc, self.count)
    }

    fn size(&self) -> u32 {
        self.size
    }
}
