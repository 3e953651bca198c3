//! Lacuna: finds what a chart leaves unsaid.
//!
//! # The map
//! Data flows one way: [`intake`] → [`store`] → [`reading`] → [`checklist`] → gaps → [`query`].
//!
//! | module | is | never |
//! |---|---|---|
//! | [`chart`] | the model: patients, encounters, documents, observations, orders | does I/O, reads a clock |
//! | [`reading`] | one text in, what it says out | does I/O, reads a clock |
//! | [`checklist`] | items as data; an encounter in, gaps out | does I/O, reads a clock |
//! | [`query`] | drafts, templates, compliance lint, life cycle | does I/O, reads a clock |
//! | [`intake`] | files → records | writes to the store by itself |
//! | `hl7` | the signs, escapes and times of HL7 v2 | does I/O |
//! | `names` | the word for a plain enum, the same in every layer | knows a layer |
//! | [`keys`] | who may open a store: passphrases, slots, the data key | knows SQLite or a terminal |
//! | [`export`] | charts and gaps → FHIR bundles and tables | does I/O, reads a clock |
//! | [`store`] | SQLite, the only truth | is bypassed: only it names rusqlite |
//! | [`work`] | ties them together: import, evaluation, search, background jobs | names a terminal crate |
//! | [`text`] | the one boundary that makes text from outside harmless to show | changes what is stored |
//! | [`cli`] | commands, plain and JSON output, exit codes | names a terminal crate |
//! | `tui` | the terminal interface (feature `tui`) | does I/O: `update(model, msg) -> effects`, `view(model)` |
//! | `lacuna-index` | the search engine, a crate of its own | knows SQLite or a terminal; lets a tantivy type out |
//!
//! # Invariants
//! - SQLite is the truth; the index is a cache that can be thrown away at any time.
//! - A stored document never changes; a correction is a new version. A sent query never changes; amending makes a version.
//! - No act without its row in the audit chain, in the same transaction.
//! - Note text appears in no log, panic, error message, temporary file or test name, and never drives the terminal.
//! - The same input gives byte-identical output.
//!
//! `tests/architecture.rs` keeps what can be kept by a test.

pub mod chart;
pub mod checklist;
pub mod cli;
pub mod error;
pub mod export;
pub mod hash;
pub(crate) mod hl7;
pub mod intake;
pub mod keys;
pub(crate) mod names;
pub mod query;
pub mod reading;
pub mod store;
pub mod text;
#[cfg(feature = "tui")]
pub mod tui;
pub mod work;
