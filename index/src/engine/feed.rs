//! Writing: one commit for a batch of changes, with a bound on the text under way.

use std::collections::HashSet;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use tantivy::indexer::LogMergePolicy;
use tantivy::schema::{Field as Column, OwnedValue};
use tantivy::{Document, Index, IndexWriter, Term};

use super::schema::Columns;
use super::text::Words;
use crate::entry::{Change, Entry};
use crate::epoch::Payload;
use crate::error::IndexError;
use crate::grammar::{Field, Shape};
use crate::keys;
use crate::stop::Stop;

/// Memory of the indexing thread before it writes a segment.
const WRITER_BYTES: usize = 64 << 20;

/// Words and keys handed to the indexing thread and not yet taken in. Its own queue counts documents, and 10,000 long notes are more than half
/// a gigabyte.
const UNDER_WAY: usize = 16 << 20;

/// Share of removed documents in a segment at which it is rewritten: removed notes must leave the disk.
const REMOVED_SHARE: f32 = 0.2;

/// Takes one change.
pub type Take<'t> = dyn FnMut(Change<'_>) -> Result<(), IndexError> + 't;

/// Where the index must stand before a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum From {
    /// Anywhere.
    Anywhere,
    /// At this sequence: otherwise another process has been here, and the changes at hand are not the next ones.
    Sequence(u64),
    /// Nowhere: everything that is there goes, in the same commit.
    Nothing,
}

/// Applies all changes that `give` hands over in one commit that carries `payload`, or none of them.
pub(crate) fn apply(
    index: &Index,
    columns: &Columns,
    from: From,
    give: &mut dyn FnMut(&mut Take<'_>) -> Result<(), IndexError>,
    payload: &Payload,
    stop: &Stop,
) -> Result<(), IndexError> {
    let mut writer: IndexWriter<Fed> = index.writer_with_num_threads(1, WRITER_BYTES)?;
    let mut policy = LogMergePolicy::default();
    policy.set_del_docs_ratio_before_merge(REMOVED_SHARE);
    writer.set_merge_policy(Box::new(policy));
    // With the lock in hand the last commit stays the last.
    if let From::Sequence(expected) = from
        && super::open::payload(index)?.map_or(0, |p| p.sequence) != expected
    {
        return Err(IndexError::Moved);
    }
    if from == From::Nothing {
        writer.delete_all_documents()?;
    }
    // An index without documents has nothing to delete.
    let fresh = from == From::Nothing || index.searchable_segment_metas()?.is_empty();
    let gate = Arc::new(Gate::default());
    let mut seen = HashSet::new();
    let mut words = Words::default();
    let taken = give(&mut |change| {
        if stop.stopped() {
            return Err(IndexError::Stopped);
        }
        let key = match change {
            Change::Put(entry) => entry.key,
            Change::Remove(key) => key,
        };
        // Except what this batch itself put.
        if !fresh || !seen.insert(key) {
            writer.delete_term(Term::from_field_u64(columns.key, key));
        }
        if let Change::Put(entry) = change {
            let values = values(columns, &mut words, &entry);
            let ticket = gate.enter(bytes(&values));
            writer.add_document(Fed { values, _ticket: ticket })?;
        }
        Ok(())
    });
    if let Err(error) = taken {
        writer.rollback()?;
        return Err(error);
    }
    let text = serde_json::to_string(payload).map_err(|e| IndexError::Unusable(e.to_string()))?;
    let mut commit = writer.prepare_commit()?;
    commit.set_payload(&text);
    commit.commit()?;
    // What a killed writer left behind goes with the next commit.
    writer.garbage_collect_files().wait()?;
    writer.wait_merging_threads()?;
    Ok(())
}

fn values(columns: &Columns, words: &mut Words, entry: &Entry<'_>) -> Vec<(Column, OwnedValue)> {
    let mut out = Vec::with_capacity(entry.notes.sections.len() + Field::ALL.len() + 3);
    out.push((columns.key, OwnedValue::U64(entry.key)));
    if let Some(date) = entry.date {
        out.push((columns.date, OwnedValue::I64(date)));
    }
    let notes = &entry.notes;
    let (mut line, places) = words.of(entry.text);
    out.extend(keys::packed(notes, places).into_iter().map(|section| (columns.stood, OwnedValue::U64(section))));
    for field in Field::ALL {
        let Some(column) = columns.of(field) else { continue };
        match field.shape() {
            _ if field == Field::Text => out.extend(line.take().map(|line| (column, OwnedValue::Str(line)))),
            Shape::Keys => out.extend(keys::keys(field, notes, places).line().map(|line| (column, OwnedValue::Str(line)))),
            // Also where there is none: that it has none is found, too.
            Shape::Words => out.push((column, OwnedValue::Str(entry.field(field).to_owned()))),
            Shape::Value => {
                let second = if field == Field::Encounter && entry.stay != entry.encounter { entry.stay } else { "" };
                let texts = [entry.field(field), second].into_iter().filter(|text| !text.is_empty());
                out.extend(texts.map(|text| (column, OwnedValue::Str(text.to_owned()))));
            }
        }
    }
    out
}

/// Bytes of the texts among some values.
fn bytes(values: &[(Column, OwnedValue)]) -> usize {
    let text = |(_, value): &(Column, OwnedValue)| if let OwnedValue::Str(text) = value { text.len() } else { 0 };
    values.iter().map(text).sum()
}

/// A document on its way to the indexing thread; dropped there once it is taken in.
struct Fed {
    values: Vec<(Column, OwnedValue)>,
    _ticket: Ticket,
}

type Value<'a> = (Column, &'a OwnedValue);

impl Document for Fed {
    type Value<'a> = &'a OwnedValue;
    type FieldsValuesIter<'a> = std::iter::Map<std::slice::Iter<'a, (Column, OwnedValue)>, fn(&'a (Column, OwnedValue)) -> Value<'a>>;

    fn iter_fields_and_values(&self) -> Self::FieldsValuesIter<'_> {
        self.values.iter().map(|(column, value)| (*column, value))
    }
}

/// Lets text in while there is room.
#[derive(Debug, Default)]
struct Gate {
    bytes: Mutex<usize>,
    left: Condvar,
}

impl Gate {
    fn enter(self: &Arc<Gate>, bytes: usize) -> Ticket {
        let mut inside = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        // A single text larger than the room enters alone. If the indexing thread has died nobody leaves any more: after a while we
        // go on, and the writer reports it.
        let mut patience = 200;
        while *inside > 0 && *inside + bytes > UNDER_WAY && patience > 0 {
            let before = *inside;
            inside = self.left.wait_timeout(inside, Duration::from_millis(50)).unwrap_or_else(PoisonError::into_inner).0;
            patience = if *inside < before { 200 } else { patience - 1 };
        }
        *inside += bytes;
        Ticket { gate: Arc::clone(self), bytes }
    }
}

#[derive(Debug)]
struct Ticket {
    gate: Arc<Gate>,
    bytes: usize,
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut inside = self.gate.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        *inside = inside.saturating_sub(self.bytes);
        self.gate.left.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gate_waits_for_room_and_lets_a_giant_in_alone() {
        let gate = Arc::new(Gate::default());
        drop(gate.enter(UNDER_WAY * 2));
        let held = gate.enter(UNDER_WAY);
        let other = Arc::clone(&gate);
        let waiting = std::thread::spawn(move || drop(other.enter(10)));
        drop(held);
        waiting.join().unwrap();
        assert_eq!(*gate.bytes.lock().unwrap(), 0);
    }
}
