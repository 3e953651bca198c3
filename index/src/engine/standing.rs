//! Where the words of a query stand, and what that adds to the weight of a note: a diagnosis in the assessment counts for more than the
//! same words in the family history. Looked up for the notes that fit best only: it decides between them.

use tantivy::columnar::Column;
use tantivy::index::SegmentReader;
use tantivy::{DocId, Searcher};

use super::collect::Ranked;
use super::cursor::Cursor;
use super::leaf::LeafQuery;
use super::schema::STOOD;
use crate::keys::{section_number, unpacked};
use crate::occur::Occurrence;

/// What standing in a section makes of a score.
#[derive(Debug, Clone, PartialEq)]
pub struct SectionWeight {
    /// The section, as in the annotations of a document.
    pub name: String,
    /// The factor; what stands elsewhere has 1.
    pub weight: f32,
}

impl SectionWeight {
    /// The number that its name has in the index. Two names of one number weigh alike.
    pub fn number(&self) -> u64 {
        section_number(&self.name)
    }
}

/// Of so many hits that fit best the places are looked at; the others follow as they are.
pub(crate) const LOOKED_AT: usize = 200;

/// The leaves of a query that stand somewhere in the text, and the sections that weigh.
pub(crate) struct Standing<'w> {
    pub(crate) leaves: Vec<LeafQuery>,
    pub(crate) weights: &'w [SectionWeight],
}

impl Standing<'_> {
    /// Puts the best hits into a new order.
    pub(crate) fn rank(&self, searcher: &Searcher, hits: &mut [Ranked]) -> tantivy::Result<()> {
        let best = hits.get_mut(..hits.len().min(LOOKED_AT)).unwrap_or_default();
        if self.leaves.is_empty() || self.weights.is_empty() {
            return Ok(());
        }
        // Postings are read forwards only.
        best.sort_unstable_by_key(|hit| hit.address);
        for own in best.chunk_by_mut(|a, b| a.address.segment_ord == b.address.segment_ord) {
            let Some(first) = own.first() else { continue };
            let mut opened = self.open(searcher.segment_reader(first.address.segment_ord))?;
            for hit in own {
                *hit = hit.scored(hit.score() * opened.factor(hit.address.doc_id));
            }
        }
        best.sort_unstable_by(|a, b| b.cmp(a));
        Ok(())
    }

    fn open(&self, reader: &SegmentReader) -> tantivy::Result<Opened> {
        let leaves: tantivy::Result<Vec<Cursor>> = self.leaves.iter().map(|leaf| leaf.cursor(reader)).collect();
        let weights = self.weights.iter().map(|section| (section.number(), section.weight)).collect();
        Ok(Opened { leaves: leaves?, sections: reader.fast_fields().column_opt(STOOD)?, weights, stretches: Vec::new() })
    }
}

/// The same in one segment. Documents must be asked for in ascending order.
struct Opened {
    leaves: Vec<Cursor>,
    sections: Option<Column<u64>>,
    /// What a section weighs, by the number of its name.
    weights: Vec<(u64, f32)>,
    /// The sections of the document at hand: first and last word, weight.
    stretches: Vec<(u32, u32, f32)>,
}

impl Opened {
    /// The mean over the leaves that stand in the document of the best section each of them stands in.
    fn factor(&mut self, doc: DocId) -> f32 {
        self.stretches.clear();
        for section in self.sections.iter().flat_map(|all| all.values_for_doc(doc)) {
            let (number, first, last) = unpacked(section);
            if let Some((_, weight)) = self.weights.iter().find(|(own, _)| *own == number) {
                self.stretches.push((first, last, *weight));
            }
        }
        if self.stretches.is_empty() {
            return 1.0;
        }
        let (mut sum, mut leaves) = (0.0_f32, 0.0_f32);
        for leaf in &mut self.leaves {
            let found = if leaf.seek(doc) == doc { leaf.occurrences(doc) } else { Vec::new() };
            if let Some(best) = found.iter().map(|o| weight(&self.stretches, o)).reduce(f32::max) {
                sum += best;
                leaves += 1.0;
            }
        }
        if leaves > 0.0 { sum / leaves } else { 1.0 }
    }
}

/// The weight of the smallest section around an occurrence.
fn weight(stretches: &[(u32, u32, f32)], found: &Occurrence) -> f32 {
    let around = stretches.iter().filter(|(first, last, _)| *first <= found.first && found.first <= *last);
    around.min_by_key(|(first, last, _)| last - first).map_or(1.0, |(.., weight)| *weight)
}
