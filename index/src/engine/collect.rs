//! One pass over what matched: the true total, the best of a page, and the facets.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::{Column, StrColumn};
use tantivy::index::SegmentReader;
use tantivy::query::Weight;
use tantivy::{DocId, Score, SegmentOrdinal, TERMINATED, TantivyError};

use super::Sort;
use super::schema::{DATE, FACETS, KEY, column_name};
use crate::stop::Stop;

/// A hit and its place in the order: greater is better, ties go to the smaller key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ranked {
    major: Option<i64>,
    key: Reverse<u64>,
    score: u32,
}

impl Ranked {
    fn new(sort: Sort, key: u64, score: Score, date: Option<i64>) -> Ranked {
        // The bits of a float that is not negative are in the order of its value.
        let bits = score.max(0.0).to_bits();
        let major = match sort {
            Sort::Score => Some(i64::from(bits)),
            Sort::Date => date,
        };
        Ranked { major, key: Reverse(key), score: bits }
    }

    pub(crate) fn key(&self) -> u64 {
        self.key.0
    }

    pub(crate) fn score(&self) -> f32 {
        f32::from_bits(self.score)
    }
}

/// What one segment, or all together, gave.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    pub(crate) total: u64,
    pub(crate) top: Vec<Ranked>,
    pub(crate) facets: [BTreeMap<String, u64>; FACETS.len()],
}

pub(crate) struct Gather {
    pub(crate) wanted: usize,
    pub(crate) sort: Sort,
    pub(crate) stop: Stop,
}

/// Documents between two looks at the flag.
const STRIDE: u64 = 512;

impl Collector for Gather {
    type Fruit = Gathered;
    type Child = Segment;

    fn for_segment(&self, _: SegmentOrdinal, reader: &SegmentReader) -> tantivy::Result<Segment> {
        let fast = reader.fast_fields();
        let mut facets = Vec::with_capacity(FACETS.len());
        for field in FACETS {
            let column = fast.str(column_name(field))?;
            let values = column.as_ref().map_or(0, |c| c.num_terms());
            facets.push((column, vec![0; values]));
        }
        Ok(Segment {
            wanted: self.wanted,
            sort: self.sort,
            keys: fast.u64(KEY)?,
            dates: fast.i64(DATE)?,
            facets,
            total: 0,
            top: BinaryHeap::new(),
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
        let stopped = || TantivyError::InternalError("stopped".to_owned());
        if self.stop.stopped() {
            return Err(stopped());
        }
        let mut segment = self.for_segment(ord, reader)?;
        let mut scorer = weight.scorer(reader, 1.0)?;
        let mut doc = scorer.doc();
        while doc != TERMINATED {
            if !reader.is_deleted(doc) {
                segment.collect(doc, scorer.score());
                if segment.total % STRIDE == 0 && self.stop.stopped() {
                    return Err(stopped());
                }
            }
            doc = scorer.advance();
        }
        if self.stop.stopped() { Err(stopped()) } else { Ok(segment.finish()) }
    }

    fn merge_fruits(&self, fruits: Vec<tantivy::Result<Gathered>>) -> tantivy::Result<Gathered> {
        let mut all = Gathered::default();
        for fruit in fruits {
            let fruit = fruit?;
            all.total += fruit.total;
            all.top.extend(fruit.top);
            for (sum, counts) in all.facets.iter_mut().zip(fruit.facets) {
                for (value, count) in counts {
                    *sum.entry(value).or_default() += count;
                }
            }
        }
        all.top.sort_unstable_by(|a, b| b.cmp(a));
        all.top.truncate(self.wanted);
        Ok(all)
    }
}

pub(crate) struct Segment {
    wanted: usize,
    sort: Sort,
    keys: Column<u64>,
    dates: Column<i64>,
    facets: Vec<(Option<StrColumn>, Vec<u64>)>,
    total: u64,
    top: BinaryHeap<Reverse<Ranked>>,
}

impl SegmentCollector for Segment {
    type Fruit = tantivy::Result<Gathered>;

    fn collect(&mut self, doc: DocId, score: Score) {
        self.total += 1;
        for (column, counts) in &mut self.facets {
            if let Some(value) = column.as_ref().and_then(|c| c.ords().first(doc))
                && let Some(count) = usize::try_from(value).ok().and_then(|at| counts.get_mut(at))
            {
                *count += 1;
            }
        }
        if self.wanted == 0 {
            return;
        }
        let date = match self.sort {
            Sort::Date => self.dates.first(doc),
            Sort::Score => None,
        };
        let ranked = Ranked::new(self.sort, self.keys.first(doc).unwrap_or_default(), score, date);
        if self.top.len() < self.wanted {
            self.top.push(Reverse(ranked));
        } else if let Some(mut worst) = self.top.peek_mut()
            && ranked > worst.0
        {
            *worst = Reverse(ranked);
        }
    }

    fn harvest(self) -> tantivy::Result<Gathered> {
        self.finish()
    }
}

impl Segment {
    fn finish(self) -> tantivy::Result<Gathered> {
        let mut gathered = Gathered { total: self.total, top: self.top.into_iter().map(|r| r.0).collect(), ..Gathered::default() };
        for (sum, (column, counts)) in gathered.facets.iter_mut().zip(self.facets) {
            let Some(column) = column else { continue };
            for (value, count) in (0_u64..).zip(counts).filter(|(_, count)| *count > 0) {
                let mut text = String::new();
                if column.ord_to_str(value, &mut text)? {
                    *sum.entry(text).or_default() += count;
                }
            }
        }
        Ok(gathered)
    }
}
