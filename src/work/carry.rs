//! From the reader of files to the store: one thread reads, another writes, a batch at a time, and never more than a few batches wait. What
//! is stored, and in which order things are refused, is the same as if one did both.

use super::import::{LISTED, Listed, Told};
use super::session::Session;
use crate::chart::Record;
use crate::error::{Result, Trouble};
use crate::intake::{Origin, Sink};
use crate::store::{Answer, Incoming, IngestCounts, Ledger, ReadyRecord, Store};
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
    pub(super) refused: Listed,
    pub(super) notices: Listed,
}

/// What is stored in one transaction.
#[derive(Default)]
struct Batch {
    records: Vec<ReadyRecord>,
    rejects: Heard,
    notices: Heard,
    /// Whether the ledger has yet to hear of what the store said.
    behind: bool,
}

/// What is told, and how much of it there is beyond what is kept one by one.
#[derive(Default)]
struct Heard {
    list: Vec<Trouble>,
    more: u64,
}

impl Heard {
    /// Takes one; `before` of them came in earlier batches.
    fn add(&mut self, trouble: Trouble, before: &mut usize) {
        if *before < LISTED {
            self.list.push(trouble);
        } else {
            self.more += 1;
        }
        *before += 1;
    }

    fn is_empty(&self) -> bool {
        self.list.is_empty() && self.more == 0
    }

    /// Those that are kept one by one.
    fn listed(self, all: &mut Listed) -> Vec<Trouble> {
        all.count += self.more;
        self.list.into_iter().filter(|trouble| all.add(trouble)).collect()
    }
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
    carry_into(told, read, |batches| {
        batches.write(&mut |records, ledger, counts| store.put_ready(&session.actor(), run, records, ledger, counts))
    })
}

/// Lets `read` fill a sink, and hands what comes to `write`, which takes all of it in a thread of its own.
pub(super) fn carry_into<T: Send>(
    told: &mut Told<'_>,
    read: &mut dyn FnMut(&mut dyn Sink) -> Result<()>,
    write: impl FnOnce(Batches<'_>) -> Result<T> + Send,
) -> Result<T> {
    let far = Far::default();
    thread::scope(|scope| {
        let (out, batches) = bounded(WAITING);
        let batches = Batches { batches, far: &far };
        let writer = scope.spawn(move || write(batches));
        let mut sink = Reader { told, out, batch: Batch::default(), bytes: 0, unit: 0, rejected: 0, noticed: 0, far: &far };
        let outcome = read(&mut sink).and_then(|()| sink.send());
        drop(sink);
        let written = writer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        // A writer that failed is why the reader could not go on.
        let carried = written?;
        outcome.map(|()| carried)
    })
}

/// What comes from the thread that reads.
pub(super) struct Batches<'f> {
    batches: Receiver<Batch>,
    far: &'f Far,
}

/// Stores one batch, and counts it.
type Put<'p> = dyn FnMut(&[ReadyRecord], Ledger<'_>, &mut IngestCounts) -> Result<Answer> + 'p;

impl Batches<'_> {
    /// Stores each batch as it comes.
    pub(super) fn write(self, store: &mut Put<'_>) -> Result<Carried> {
        let mut carried = Carried::default();
        let Carried { counts, refused, notices } = &mut carried;
        // What the store itself says of a batch reaches the ledger with the next one.
        let mut late = Batch::default();
        let mut put = |batch: Batch, late: &mut Batch| -> Result<()> {
            let said = std::mem::take(late);
            let mut rejects = said.rejects.list;
            rejects.extend(batch.rejects.listed(refused));
            let mut told = said.notices.list;
            told.extend(batch.notices.listed(notices));
            (counts.rejected, counts.noticed) = (refused.count, notices.count);
            let answer = store(&batch.records, Ledger { rejects: &rejects, notices: &told }, counts)?;
            late.rejects.list.extend(answer.refused.into_iter().filter(|trouble| refused.add(trouble)));
            late.notices.list.extend(answer.notices.into_iter().filter(|trouble| notices.add(trouble)));
            self.far.documents.store(counts.added + counts.unchanged + counts.new_versions, Ordering::Relaxed);
            self.far.rejected.store(refused.count, Ordering::Relaxed);
            // The ledger's own counts are behind where the store said something of this batch.
            late.behind = (counts.rejected, counts.noticed) != (refused.count, notices.count);
            Ok(())
        };
        for batch in self.batches {
            put(batch, &mut late)?;
        }
        if late.behind {
            put(Batch::default(), &mut late)?;
        }
        Ok(carried)
    }
}

/// The sink of the thread that reads.
struct Reader<'a, 'b> {
    told: &'a mut Told<'b>,
    out: Sender<Batch>,
    batch: Batch,
    bytes: usize,
    /// What the last record came with.
    unit: u64,
    rejected: usize,
    noticed: usize,
    far: &'a Far,
}

impl Reader<'_, '_> {
    fn send(&mut self) -> Result<()> {
        self.bytes = 0;
        let batch = std::mem::take(&mut self.batch);
        if batch.records.is_empty() && batch.rejects.is_empty() && batch.notices.is_empty() {
            return Ok(());
        }
        // The writer's own trouble is what is told.
        self.out.send(batch).map_err(|_| Trouble::system("the import could not be stored"))
    }
}

impl Sink for Reader<'_, '_> {
    fn take(&mut self, record: Record, origin: &Origin) -> Result<()> {
        // What came together is stored together.
        let unit = origin.context.unit;
        let full = self.batch.records.len() >= BATCH_RECORDS || self.bytes >= BATCH_BYTES;
        if full && (unit == 0 || unit != self.unit) {
            self.send()?;
        }
        self.unit = unit;
        self.bytes += RECORD + if let Record::Document(document) = &record { document.text.len() } else { 0 };
        let incoming = Incoming { record, source: origin.source.clone(), line: origin.line, context: origin.context.clone() };
        self.batch.records.push(ReadyRecord::of(incoming));
        Ok(())
    }

    fn reject(&mut self, mut trouble: Trouble) {
        // Every one has a remedy.
        trouble.hint.get_or_insert_with(|| "correct it, or ask the sender for it again; the same command goes on".to_owned());
        self.batch.rejects.add(trouble, &mut self.rejected);
    }

    fn notice(&mut self, notice: Trouble) {
        self.batch.notices.add(notice, &mut self.noticed);
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
