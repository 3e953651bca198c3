//! The search engine of Lacuna: what a chart says, found by what a clinician types.
//!
//! ```
//! use lacuna_index::{Change, Engine, Entry, Page, Query, Stop, marks};
//!
//! # fn main() -> Result<(), lacuna_index::IndexError> {
//! let text = "Congestive heart failure, on Lasix 40 mg b.i.d.";
//! let entry = Entry { key: 1, text, document_type: "discharge_summary", ..Entry::default() };
//! let engine = Engine::memory()?;
//! engine.apply([Change::Put(entry)].into_iter(), 1, &Stop::new())?;
//!
//! let (query, issues) = Query::parse("\"heart failure\" lasix near/3 bid type:discharge not denied");
//! assert!(issues.is_empty());
//! assert_eq!(
//!     query.meaning(),
//!     "phrase heart failure, and lasix and bid within 3 words of each other, and note type discharge, without denied"
//! );
//! let found = engine.search(&query, Page::default(), &Stop::new())?;
//! assert_eq!((found.total, found.hits.first().map(|hit| hit.key)), (1, Some(1)));
//! let spelled: Vec<&str> = marks(&query, text).iter().filter_map(|mark| text.get(mark.span())).collect();
//! assert_eq!(spelled, ["heart failure", "Lasix", "b.i.d."]);
//! # Ok(())
//! # }
//! ```
//!
//! # Map
//!
//! | module | does |
//! |---|---|
//! | [`analysis`] | text to tokens: clinical words whole, positions and original bytes |
//! | `fold` | which characters make a word, and how it is written in the index |
//! | `grammar` | query text to tree ([`Query`]), and back, and into words |
//! | `plan` | tree to analysed words at offsets: what is really looked up |
//! | `keys` | what a reader found in a text, as keys at positions |
//! | `line` | words and keys at positions, as the indexing thread takes them |
//! | `pairs` | pairs of words as terms, so that phrases of common words are quick |
//! | `occur` | where phrases and near-groups stand, given where their words stand |
//! | `brute` | [`matches()`]: a query against one document, without an index |
//! | `highlight`, `snippet` | [`marks`], [`snippet`]: what matched, and the window that shows it |
//! | `engine` | [`Engine`]: opening, feeding, searching one tantivy index |
//! | `epoch` | when an index is of no use any more |
//!
//! # Invariants
//!
//! - **One meaning.** Engine, [`matches()`] and [`marks`] work from the same plan, the same tokens and the same rules of `occur`. A total is
//!   what counting by hand would give; where it is not (a prefix of more than 50,000 words), a notice says so.
//! - **Every string is a query**, and its written form parses to the same query. Depth, length, near-chains and expansions are bounded.
//! - **The index is a cache.** It holds keys, terms, positions and columns, no text; it may be deleted at any time. Its folder is named
//!   after its epoch (schema, analysis, file format, store), and each commit carries epoch and sequence number.
//! - **A commit is all or nothing.** [`Engine::apply`] makes one commit; a killed writer leaves the last commit, a lock that the system
//!   has already released, and files that the next writer removes. What was lost is everything above [`Engine::sequence`], which the
//!   store still has in its outbox. A rebuild is one commit too, so an index is never half built: without a commit it is
//!   [`Opened::NeedsRebuild`].
//! - **Readers are never blocked**, one process writes at a time ([`IndexError::Busy`]), and the writer is given back after each batch.
//! - **Opening never fails because of what is on the disk**; at worst the engine lives in memory and says why.
//! - **No type of tantivy leaves this crate**, and where the index lives is known to `engine::home` alone: every byte goes through the
//!   directory that it opens; `engine::sealed` is the encrypting one.
//!
//! # Scoring
//!
//! Words and phrases of the note are weighed by BM25 (k1 1.2, b 0.75), summed over the leaves. The words that a prefix or a slip stands
//! for weigh together as one word: a misspelling is not a better fit for being rare. A near-group, or a phrase with such words, weighs as
//! its rarest slot; synonyms weigh as the best of them. Concepts and values weigh as words do, by the length of the text. Fields and dates only
//! filter. Where the caller asks for it, a newer note weighs a little more ([`Recency`]), and so does one in which the words stand in a section
//! that counts for more ([`SectionWeight`]): each leaf has the weight of the best section it stands in, the note their mean; that is looked
//! at for the 200 notes that fit best. Scores compare within one answer; ties go to the smaller key.

pub mod analysis;
mod brute;
mod engine;
mod entry;
mod epoch;
mod error;
mod fold;
mod grammar;
mod highlight;
mod keys;
mod line;
mod occur;
mod pairs;
mod plan;
mod snippet;
mod stop;

pub use brute::matches;
pub use engine::{Engine, Facet, Found, Hit, Opened, Page, Recency, SectionWeight, Sort, Take, sealed_contents};
pub use entry::{Annotations, Change, Entry, Mention, Region, Value};
pub use error::IndexError;
pub use grammar::{Bare, Completion, Issue, Knowledge, MAX_DEPTH, MAX_LENGTH, Measure, Plain, Query, Sense, complete, narrowed, table};
pub use highlight::{Mark, marks, marks_in};
pub use snippet::{Snippet, snippet, window};
pub use stop::Stop;
