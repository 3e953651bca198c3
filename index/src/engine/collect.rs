//! One pass over what matched: the true total, the best of a page, and the facets.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::{Column, StrColumn};
use tantivy::index::SegmentReader;
use tantivy::query::Weight;
use tantivy::{DocId, Score, SegmentOrdinal, TERMINATED, TantivyError};

use super::schema::{DATE, FACETS, KEY, column_name};
use super::{Page, Recency, Sort};
use crate::grammar::month;
use crate::stop::Stop;

/// A hit and its place in the order: greater is better, ties go to the smaller key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ranked {
    major: Option<i64>,
    key: Reverse<u64>,
    score: u32,
}

impl Ranked {
    pub(crate) fn key(&self) -> u64 {
        self.key.0
    }

    pub(crate) fn score(&self) -> f32 {
        f32::from_bits(self.score)
    }
}

/// How many documents each value has, facet by facet; the last one counts months.
pub(crate) type Counts = [BTreeMap<String, u64>; FACETS.len() + 1];

/// What one segment, or all together, gave.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    pub(crate) total: u64,
    pub(crate) top: Vec<Ranked>,
    pub(crate) facets: Counts,
}

pub(crate) struct Gather {
    pub(crate) page: Page,
    pub(crate) stop: Stop,
}

/// Documents between two looks at the flag, and between two rounds of counting.
const STRIDE: usize = 512;

/// More days than this between the first and the last document of a segment are not counted by month.
const MOST_DAYS: i64 = 400_000;

const DAY: i64 = 86_400;

impl Collector for Gather {
    type Fruit = Gathered;
    type Child = Segment;

    fn for_segment(&self, _: SegmentOrdinal, reader: &SegmentReader) -> tantivy::Result<Segment> {
        let fast = reader.fast_fields();
        let mut facets = Vec::with_capacity(FACETS.len());
        let mut days = None;
        let dates = fast.i64(DATE)?;
        if self.page.facets {
            for field in FACETS {
                let column = fast.str(column_name(field))?;
                let values = column.as_ref().map_or(0, |c| c.num_terms());
                facets.push((column, vec![0; values]));
            }
            let (first, last) = (dates.min_value().div_euclid(DAY), dates.max_value().div_euclid(DAY));
            let long = last.saturating_sub(first);
            if (0..MOST_DAYS).contains(&long) {
                days = Some((first, vec![0; usize::try_from(long).unwrap_or(0) + 1]));
            }
        }
        Ok(Segment {
            wanted: self.page.offset.saturating_add(self.page.limit),
            sort: self.page.sort,
            recency: self.page.recency.filter(|_| self.page.sort == Sort::Score),
            keys: fast.u64(KEY)?,
            dates,
            facets,
            days,
            fresh: Vec::with_capacity(STRIDE),
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
        let scored = self.page.sort == Sort::Score && segment.wanted > 0;
        let mut scorer = weight.scorer(reader, 1.0)?;
        let mut doc = scorer.doc();
        while doc != TERMINATED {
            if !reader.is_deleted(doc) {
                let score = if scored { scorer.score() } else { 0.0 };
                segment.collect(doc, score);
                if segment.fresh.len() >= STRIDE {
                    segment.count();
                    if self.stop.stopped() {
                        return Err(stopped());
                    }
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
        all.top.truncate(self.page.offset.saturating_add(self.page.limit));
        Ok(all)
    }
}

pub(crate) struct Segment {
    wanted: usize,
    sort: Sort,
    recency: Option<Recency>,
    keys: Column<u64>,
    dates: Column<i64>,
    facets: Vec<(Option<StrColumn>, Vec<u64>)>,
    /// The first day of the segment, and how many documents each day has.
    days: Option<(i64, Vec<u64>)>,
    /// Documents that are not counted yet: columns are read many at a time.
    fresh: Vec<DocId>,
    total: u64,
    top: BinaryHeap<Reverse<Ranked>>,
}

impl SegmentCollector for Segment {
    type Fruit = tantivy::Result<Gathered>;

    fn collect(&mut self, doc: DocId, score: Score) {
        self.total += 1;
        self.fresh.push(doc);
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
        let ranked = Ranked { major, key: Reverse(self.keys.first(doc).unwrap_or_default()), score: bits };
        if worst.is_none() {
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
    /// Counts the documents that are not counted yet.
    fn count(&mut self) {
        let docs = std::mem::take(&mut self.fresh);
        let mut ords: Vec<Option<u64>> = vec![None; docs.len()];
        for (column, counts) in &mut self.facets {
            let Some(column) = column else { continue };
            ords.fill(None);
            column.ords().first_vals(&docs, &mut ords);
            for ord in ords.iter().flatten() {
                if let Some(count) = usize::try_from(*ord).ok().and_then(|at| counts.get_mut(at)) {
                    *count += 1;
                }
            }
        }
        if let Some((first, counts)) = &mut self.days {
            let mut dates: Vec<Option<i64>> = vec![None; docs.len()];
            self.dates.first_vals(&docs, &mut dates);
            for date in dates.into_iter().flatten() {
                let day = date.div_euclid(DAY).saturating_sub(*first);
                if let Some(count) = usize::try_from(day).ok().and_then(|at| counts.get_mut(at)) {
                    *count += 1;
                }
            }
        }
        self.fresh = docs;
        self.fresh.clear();
    }

    fn finish(mut self) -> tantivy::Result<Gathered> {
        self.count();
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
        if let (Some(months), Some((first, counts))) = (gathered.facets.last_mut(), self.days) {
            for (day, count) in (first..).zip(counts).filter(|(_, count)| *count > 0) {
                *months.entry(month(day)).or_default() += count;
            }
        }
        Ok(gathered)
    }
}
