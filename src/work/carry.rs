//! From the reader of files to the store: one thread reads, another writes, a batch at a time, and never more than a few batches wait. What
//! is stored, and in which order things are refused, is the same as if one did both.

use super::import::{LISTED, Refused, Told};
use super::session::Session;
use crate::chart::Record;
use crate::error::{Result, Trouble};
use crate::intake::{Origin, Sink};
use crate::store::{Incoming, IngestCounts, ReadyRecord, Store};
use crossbeam_channel::{Receiver, Sender, bounded};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// A batch is committed when it holds this many records, or about this many bytes: small enough to lose little and to hold the writer's lock
/// briefly, large enough that a durable commit a batch costs little.
const BATCH_RECORDS: usize = 2000;
const BATCH_BYTES: usize = 4 << 20;
/// What a record takes beside a document's text, about.
const RECORD: usize = 512;
/// Batches that wait between the two threads: with the one that is read and the one that is written, what is in memory.
const WAITING: usize = 1;

/// What came of it.
#[derive(Default)]
pub(super) struct Carried {
    pub(super) counts: IngestCounts,
    pub(super) refused: Refused,
}

/// What is stored in one transaction.
#[derive(Default)]
struct Batch {
    records: Vec<ReadyRecord>,
    rejects: Vec<Trouble>,
    /// Rejects beyond those that are kept one by one.
    more: u64,
}

/// How far the writer is, for the reader's progress.
#[derive(Default)]
struct Far {
    documents: AtomicU64,
    rejected: AtomicU64,
}

/// Lets `read` fill a sink, and stores what comes.
///
/// # Errors
/// Those of the store: then nothing of the batch that failed is there. Those of `read` else.
pub(super) fn carry(
    store: &Store,
    session: &Session,
    run: i64,
    told: &mut Told<'_>,
    read: &mut dyn FnMut(&mut dyn Sink) -> Result<()>,
) -> Result<Carried> {
    let far = Far::default();
    thread::scope(|scope| {
        let (out, batches) = bounded(WAITING);
        let writer = scope.spawn(|| write(store, session, run, batches, &far));
        let mut sink = Reader { told, out, batch: Batch::default(), bytes: 0, rejected: 0, far: &far };
        let outcome = read(&mut sink).and_then(|()| sink.send());
        drop(sink);
        let written = writer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        // A writer that failed is why the reader could not go on.
        let carried = written?;
        outcome.map(|()| carried)
    })
}

fn write(store: &Store, session: &Session, run: i64, batches: Receiver<Batch>, far: &Far) -> Result<Carried> {
    let mut carried = Carried::default();
    let Carried { counts, refused } = &mut carried;
    // What the store refuses of a batch reaches the ledger with the next one.
    let mut late = Vec::new();
    let mut put = |batch: Batch, late: &mut Vec<Trouble>| -> Result<()> {
        let mut ledger = std::mem::take(late);
        ledger.extend(batch.rejects.into_iter().filter(|trouble| refused.add(trouble)));
        refused.count += batch.more;
        let clashes = store.put_ready(&session.actor(), run, &batch.records, &ledger, counts)?;
        late.extend(clashes.into_iter().filter(|trouble| refused.add(trouble)));
        far.documents.store(counts.added + counts.unchanged + counts.new_versions, Ordering::Relaxed);
        far.rejected.store(refused.count, Ordering::Relaxed);
        Ok(())
    };
    for batch in batches {
        put(batch, &mut late)?;
    }
    if !late.is_empty() {
        put(Batch::default(), &mut late)?;
    }
    Ok(carried)
}

/// The sink of the thread that reads.
struct Reader<'a, 'b> {
    told: &'a mut Told<'b>,
    out: Sender<Batch>,
    batch: Batch,
    bytes: usize,
    rejected: usize,
    far: &'a Far,
}

impl Reader<'_, '_> {
    fn send(&mut self) -> Result<()> {
        self.bytes = 0;
        let batch = std::mem::take(&mut self.batch);
        if batch.records.is_empty() && batch.rejects.is_empty() && batch.more == 0 {
            return Ok(());
        }
        // The writer's own trouble is what is told.
        self.out.send(batch).map_err(|_| Trouble::system("the import could not be stored"))
    }
}

impl Sink for Reader<'_, '_> {
    fn take(&mut self, record: Record, origin: &Origin) -> Result<()> {
        self.bytes += RECORD + if let Record::Document(document) = &record { document.text.len() } else { 0 };
        self.batch.records.push(ReadyRecord::of(Incoming { record, source: origin.source.clone(), line: origin.line }));
        if self.batch.records.len() >= BATCH_RECORDS || self.bytes >= BATCH_BYTES { self.send() } else { Ok(()) }
    }

    fn reject(&mut self, trouble: Trouble) {
        if self.rejected < LISTED {
            self.batch.rejects.push(trouble)
        } else {
            self.batch.more += 1
        }
        self.rejected += 1;
    }

    fn notice(&mut self, notice: Trouble) {
        self.told.notice(notice);
    }

    fn progress(&mut self, done_bytes: u64, total_bytes: u64, _label: &str) {
        self.told.progress.documents = self.far.documents.load(Ordering::Relaxed);
        self.told.progress.rejected = self.far.rejected.load(Ordering::Relaxed);
        self.told.bytes(done_bytes, total_bytes);
    }

    fn stopped(&self) -> bool {
        self.told.stopped()
    }
}
