//! One pass over what matched: the true total, the best of a page, and the facets.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::Column;
use tantivy::index::SegmentReader;
use tantivy::query::Weight;
use tantivy::{DocAddress, DocId, Score, SegmentOrdinal, TantivyError};

use super::ledger::{COUNTED, Counter, Ledger};
use super::schema::{DATE, KEY};
use super::{Page, Recency, Sort};
use crate::stop::Stop;

/// A hit and its place in the order: greater is better, ties go to the smaller key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ranked {
    major: Option<i64>,
    key: Reverse<u64>,
    score: u32,
    pub(crate) address: DocAddress,
}

impl Ranked {
    pub(crate) fn key(&self) -> u64 {
        self.key.0
    }

    pub(crate) fn score(&self) -> f32 {
        f32::from_bits(self.score)
    }

    /// The same hit with another score.
    pub(crate) fn scored(self, score: f32) -> Ranked {
        // The bits of a float that is not negative are in the order of its value.
        let score = score.max(0.0).to_bits();
        Ranked { major: Some(i64::from(score)), score, ..self }
    }
}

/// What one segment, or all together, gave.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    pub(crate) total: u64,
    pub(crate) top: Vec<Ranked>,
    /// How many documents each value of the ledger has.
    pub(crate) counts: [Vec<u64>; COUNTED],
}

pub(crate) struct Gather {
    /// How many of the best to keep.
    pub(crate) wanted: usize,
    pub(crate) page: Page,
    pub(crate) ledger: Option<Arc<Ledger>>,
    pub(crate) stop: Stop,
}

/// Documents between two looks at the flag, and between two rounds of counting.
const STRIDE: usize = 512;

fn stopped() -> TantivyError {
    TantivyError::InternalError("stopped".to_owned())
}

impl Collector for Gather {
    type Fruit = Gathered;
    type Child = Segment;

    fn for_segment(&self, ord: SegmentOrdinal, reader: &SegmentReader) -> tantivy::Result<Segment> {
        let fast = reader.fast_fields();
        Ok(Segment {
            ord,
            wanted: self.wanted,
            sort: self.page.sort,
            recency: self.page.recency.filter(|_| self.page.sort == Sort::Score),
            keys: fast.u64(KEY)?,
            dates: fast.i64(DATE)?,
            counter: self.ledger.as_ref().map(|ledger| ledger.counter(ord as usize)),
            fresh: Vec::with_capacity(STRIDE),
            total: 0,
            top: BinaryHeap::new(),
            stop: self.stop.clone(),
            halted: false,
        })
    }

    fn requires_scoring(&self) -> bool {
        true
    }

    fn collect_segment(
        &self,
        weight: &dyn Weight,
        ord: SegmentOrdinal,
        reader: &SegmentReader,
    ) -> tantivy::Result<tantivy::Result<Gathered>> {
        if self.stop.stopped() {
            return Err(stopped());
        }
        let mut segment = self.for_segment(ord, reader)?;
        let alive = reader.alive_bitset();
        let counts = |doc: DocId| alive.is_none_or(|alive| alive.is_alive(doc));
        if self.page.sort == Sort::Score && self.wanted > 0 {
            weight.for_each(reader, &mut |doc, score| {
                if counts(doc) {
                    segment.collect(doc, score);
                }
            })?;
        } else {
            weight.for_each_no_score(reader, &mut |docs| {
                docs.iter().filter(|doc| counts(**doc)).for_each(|doc| segment.collect(*doc, 0.0))
            })?;
        }
        if self.stop.stopped() { Err(stopped()) } else { Ok(segment.harvest()) }
    }

    fn merge_fruits(&self, fruits: Vec<tantivy::Result<Gathered>>) -> tantivy::Result<Gathered> {
        let mut all = Gathered::default();
        for fruit in fruits {
            let fruit = fruit?;
            all.total += fruit.total;
            all.top.extend(fruit.top);
            for (sums, counts) in all.counts.iter_mut().zip(fruit.counts) {
                sums.resize(sums.len().max(counts.len()), 0);
                sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
            }
        }
        all.top.sort_unstable_by(|a, b| b.cmp(a));
        all.top.truncate(self.wanted);
        Ok(all)
    }
}

pub(crate) struct Segment {
    ord: SegmentOrdinal,
    wanted: usize,
    sort: Sort,
    recency: Option<Recency>,
    keys: Column<u64>,
    dates: Column<i64>,
    counter: Option<Counter>,
    /// Documents that are not counted yet: they are counted many at a time.
    fresh: Vec<DocId>,
    total: u64,
    top: BinaryHeap<Reverse<Ranked>>,
    stop: Stop,
    /// Whether to let the rest pass: what calls us cannot be made to stop.
    halted: bool,
}

impl SegmentCollector for Segment {
    type Fruit = tantivy::Result<Gathered>;

    fn collect(&mut self, doc: DocId, score: Score) {
        if self.halted {
            return;
        }
        self.total += 1;
        self.fresh.push(doc);
        if self.fresh.len() >= STRIDE {
            self.count();
            self.halted = self.stop.stopped();
        }
        if self.wanted == 0 {
            return;
        }
        let worst = if self.top.len() < self.wanted { None } else { self.top.peek().map(|worst| worst.0) };
        let mut score = score.max(0.0);
        if let Some(recency) = &self.recency {
            // The best that its age could make of it: most are out by that alone, without a look at the date.
            if worst.is_some_and(|worst| score * recency.most() < worst.score()) {
                return;
            }
            score *= recency.factor(self.dates.first(doc));
        }
        // The bits of a float that is not negative are in the order of its value.
        let bits = score.to_bits();
        let major = match self.sort {
            Sort::Score => Some(i64::from(bits)),
            Sort::Date => self.dates.first(doc),
        };
        if worst.is_some_and(|worst| major < worst.major) {
            return;
        }
        let address = DocAddress { segment_ord: self.ord, doc_id: doc };
        let ranked = Ranked { major, key: Reverse(self.keys.first(doc).unwrap_or_default()), score: bits, address };
        if worst.is_none() {
            self.top.push(Reverse(ranked));
        } else if let Some(mut worst) = self.top.peek_mut()
            && ranked > worst.0
        {
            *worst = Reverse(ranked);
        }
    }

    fn harvest(mut self) -> tantivy::Result<Gathered> {
        self.count();
        let mut gathered = Gathered { total: self.total, top: self.top.into_iter().map(|r| r.0).collect(), ..Gathered::default() };
        if let Some(counter) = &self.counter {
            counter.add_to(&mut gathered.counts);
        }
        Ok(gathered)
    }
}

impl Segment {
    /// Counts the documents that are not counted yet.
    fn count(&mut self) {
        if let Some(counter) = &mut self.counter {
            counter.count(&self.fresh);
        }
        self.fresh.clear();
    }
}
