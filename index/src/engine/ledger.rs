//! The values of the facets, document by document, in memory: counting a million hits is then a million additions. Made when first asked
//! for, kept as long as the segments stay; a few bytes a document.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use tantivy::columnar::{Column, StrColumn};
use tantivy::index::{SegmentId, SegmentReader};
use tantivy::{DocId, Searcher};

use super::schema::{DATE, FACETS, column_name};
use crate::fold;
use crate::grammar::month;

/// The facets, and the months after them.
pub(crate) const COUNTED: usize = FACETS.len() + 1;

/// Documents read from a column at a time.
const STRIDE: usize = 512;

const DAY: i64 = 86_400;

/// A document without a value.
const NONE: u32 = u32::MAX;

/// One facet of one segment.
#[derive(Debug, Default)]
struct Sheet {
    values: Vec<String>,
    /// Which of the values a document has.
    of: Which,
}

/// The values of documents by number. A facet of few values takes a byte a document: what a million hits are counted from stays in the
/// processor's cache. The last number stands for none.
#[derive(Debug)]
enum Which {
    /// All have the only one: a facet that nobody uses, whose value is that of none.
    One,
    Few(Vec<u8>),
    Many(Vec<u32>),
}

impl Default for Which {
    fn default() -> Which {
        Which::Few(Vec::new())
    }
}

impl Sheet {
    fn of(values: Vec<String>, which: Vec<u32>) -> Sheet {
        // A facet that nobody uses is not looked at.
        if values.len() == 1 && which.iter().all(|value| *value == 0) {
            return Sheet { values, of: Which::One };
        }
        let which = if values.is_empty() { Vec::new() } else { which };
        let few = values.len() < usize::from(u8::MAX);
        let narrow = |value: &u32| u8::try_from(*value).unwrap_or(u8::MAX);
        Sheet { of: if few { Which::Few(which.iter().map(narrow).collect()) } else { Which::Many(which) }, values }
    }

    fn count(&self, docs: &[DocId], counts: &mut [u64]) {
        fn each<T: Copy + Into<u32>>(which: &[T], docs: &[DocId], counts: &mut [u64]) {
            for doc in docs {
                let value: u32 = which.get(*doc as usize).map_or(NONE, |value| (*value).into());
                if let Some(count) = counts.get_mut(value as usize) {
                    *count += 1;
                }
            }
        }
        match &self.of {
            _ if self.values.is_empty() => {}
            Which::One => counts.iter_mut().for_each(|count| *count += docs.len() as u64),
            Which::Few(which) => each(which, docs, counts),
            Which::Many(which) => each(which, docs, counts),
        }
    }
}

/// The facets of all segments of a searcher.
#[derive(Debug)]
pub(crate) struct Ledger {
    /// The values of each facet, in order.
    pub(crate) values: [Vec<String>; COUNTED],
    /// For each value the first that a query cannot tell from it: they differ in case, accents or signs only.
    pub(crate) alike: [Vec<usize>; COUNTED],
    segments: Vec<Part>,
}

/// The facets of one segment.
#[derive(Debug)]
struct Part {
    id: SegmentId,
    sheets: Arc<[Sheet; COUNTED]>,
    /// Where a value of the segment stands among all values.
    all: [Vec<usize>; COUNTED],
}

/// The ledger of the segments that were last searched.
#[derive(Debug, Default)]
pub(crate) struct Ledgers(Mutex<Option<Arc<Ledger>>>);

impl Ledgers {
    /// The ledger of a searcher; only segments that are new are read.
    pub(crate) fn of(&self, searcher: &Searcher) -> tantivy::Result<Arc<Ledger>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let readers = searcher.segment_readers();
        if let Some(ledger) = kept.as_ref()
            && ledger.segments.iter().map(|part| part.id).eq(readers.iter().map(SegmentReader::segment_id))
        {
            return Ok(Arc::clone(ledger));
        }
        let known: HashMap<SegmentId, Arc<[Sheet; COUNTED]>> =
            kept.iter().flat_map(|ledger| &ledger.segments).map(|part| (part.id, Arc::clone(&part.sheets))).collect();
        let mut sheets = Vec::with_capacity(readers.len());
        for reader in readers {
            let id = reader.segment_id();
            sheets.push((id, known.get(&id).map_or_else(|| read(reader).map(Arc::new), |own| Ok(Arc::clone(own)))?));
        }
        let ledger = Arc::new(Ledger::of(sheets));
        *kept = Some(Arc::clone(&ledger));
        Ok(ledger)
    }
}

impl Ledger {
    fn of(sheets: Vec<(SegmentId, Arc<[Sheet; COUNTED]>)>) -> Ledger {
        let values: [Vec<String>; COUNTED] = std::array::from_fn(|facet| {
            let mut values: Vec<String> = sheets.iter().filter_map(|(_, own)| own.get(facet)).flat_map(|own| own.values.clone()).collect();
            values.sort();
            values.dedup();
            values
        });
        let part = |(id, sheets): (SegmentId, Arc<[Sheet; COUNTED]>)| {
            let places = |(own, all): (&Sheet, &Vec<String>)| own.values.iter().filter_map(|value| all.binary_search(value).ok()).collect();
            let mut found = sheets.iter().zip(&values).map(places);
            let all = std::array::from_fn(|_| found.next().unwrap_or_default());
            Part { id, sheets, all }
        };
        let segments = sheets.into_iter().map(part).collect();
        Ledger { alike: std::array::from_fn(|facet| values.get(facet).map_or_else(Vec::new, |values| alike(values))), values, segments }
    }

    /// Counters for one segment.
    pub(crate) fn counter(self: &Arc<Ledger>, segment: usize) -> Counter {
        let sheets = self.segments.get(segment).map(|part| &part.sheets);
        let counts = std::array::from_fn(|facet| vec![0; sheets.and_then(|all| all.get(facet)).map_or(0, |sheet| sheet.values.len())]);
        Counter { ledger: Arc::clone(self), segment, counts }
    }
}

/// For each value the first that is the same to a query.
fn alike(values: &[String]) -> Vec<usize> {
    let mut first: HashMap<String, usize> = HashMap::with_capacity(values.len());
    values.iter().enumerate().map(|(at, value)| *first.entry(fold::whole(value)).or_insert(at)).collect()
}

/// Counts the documents of one segment.
pub(crate) struct Counter {
    ledger: Arc<Ledger>,
    segment: usize,
    counts: [Vec<u64>; COUNTED],
}

impl Counter {
    pub(crate) fn count(&mut self, docs: &[DocId]) {
        let Some(part) = self.ledger.segments.get(self.segment) else { return };
        part.sheets.iter().zip(&mut self.counts).for_each(|(sheet, counts)| sheet.count(docs, counts));
    }

    /// Adds what was counted to the counts of all values.
    pub(crate) fn add_to(&self, sums: &mut [Vec<u64>; COUNTED]) {
        let Some(part) = self.ledger.segments.get(self.segment) else { return };
        for (((sum, values), own), places) in sums.iter_mut().zip(&self.ledger.values).zip(&self.counts).zip(&part.all) {
            sum.resize(values.len(), 0);
            for (count, place) in own.iter().zip(places) {
                if let Some(sum) = sum.get_mut(*place) {
                    *sum += count;
                }
            }
        }
    }
}

fn read(reader: &SegmentReader) -> tantivy::Result<[Sheet; COUNTED]> {
    let fast = reader.fast_fields();
    let mut sheets = Vec::with_capacity(COUNTED);
    for field in FACETS {
        sheets.push(facet(fast.str(column_name(field))?.as_ref(), reader.max_doc())?);
    }
    sheets.push(months(&fast.i64(DATE)?, reader.max_doc()));
    let mut sheets = sheets.into_iter();
    Ok(std::array::from_fn(|_| sheets.next().unwrap_or_default()))
}

fn facet(column: Option<&StrColumn>, docs: DocId) -> tantivy::Result<Sheet> {
    let Some(column) = column else { return Ok(Sheet::default()) };
    let mut values = Vec::with_capacity(column.num_terms());
    for ord in 0..column.num_terms() {
        let mut text = String::new();
        column.ord_to_str(ord as u64, &mut text)?;
        values.push(text);
    }
    let mut of = Vec::with_capacity(docs as usize);
    each(column.ords(), docs, |ord| of.push(ord.and_then(|ord| u32::try_from(ord).ok()).unwrap_or(NONE)));
    Ok(Sheet::of(values, of))
}

fn months(dates: &Column<i64>, docs: DocId) -> Sheet {
    let mut days: HashMap<i64, u32> = HashMap::new();
    let mut known: BTreeMap<String, u32> = BTreeMap::new();
    let mut values = Vec::new();
    let mut of = Vec::with_capacity(docs as usize);
    each(dates, docs, |date: Option<i64>| {
        let Some(date) = date else { return of.push(NONE) };
        let day = date.div_euclid(DAY);
        of.push(*days.entry(day).or_insert_with(|| {
            let name = month(day);
            *known.entry(name.clone()).or_insert_with(|| {
                values.push(name);
                u32::try_from(values.len() - 1).unwrap_or(NONE)
            })
        }));
    });
    Sheet::of(values, of)
}

/// Reads a column, many documents at a time.
fn each<T: Copy + PartialOrd + std::fmt::Debug + Send + Sync + 'static>(column: &Column<T>, docs: DocId, mut take: impl FnMut(Option<T>)) {
    let mut found: Vec<Option<T>> = Vec::with_capacity(STRIDE);
    let mut first = 0;
    while first < docs {
        let some: Vec<DocId> = (first..docs).take(STRIDE).collect();
        found.clear();
        found.resize(some.len(), None);
        column.first_vals(&some, &mut found);
        found.iter().for_each(|value| take(*value));
        first = first.saturating_add(STRIDE as DocId);
    }
}
