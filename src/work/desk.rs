//! Everything a screen or a command can ask for, as one interface. The terminal interface calls it from its worker thread; the
//! commands call it directly; tests of the terminal put a small stand-in behind it.

use super::checklist_files::Tried;
use super::model::{ChartView, Counted, DismissReason, QueryRow, QueryView, SearchPage, Searches, Worklist, WorklistView};
use super::search::Request as SearchRequest;
use crate::chart::{DocumentType, Instant};
use crate::checklist::Explanation;
use crate::error::Result;
use crate::query::{Draft, Outcome};
use lacuna_index::{Completion, Stop};

/// A desk: one person working on one store.
pub trait Desk: Send + Sync {
    /// The person at this desk.
    fn user(&self) -> &str;
    /// "SYNTHETIC CHARTS" in the demo; the encryption state of a real store otherwise.
    fn banner(&self) -> &str;
    /// The time it is: frozen in the demo.
    fn now(&self) -> Instant;
    /// Encounters to look at, with their gaps: waits until every one was looked at.
    fn worklist(&self, view: WorklistView) -> Result<Worklist>;
    /// The same with what is known now: where more than a few were not looked at, the list says how many, and [`Desk::count`] does it.
    fn worklist_now(&self, view: WorklistView) -> Result<Worklist>;
    /// Looks at the encounters of a view that nobody looked at, those named first, and tells what it finds; gives how many it could not.
    fn count(&self, view: WorklistView, first: &[String], stop: &Stop, tell: &mut dyn FnMut(Counted)) -> Result<usize>;
    /// One encounter with readings, gaps and queries.
    fn chart(&self, encounter: &str) -> Result<ChartView>;
    /// The same as it stood at a moment: what came later is left out, and the gaps are worked out anew.
    fn chart_on(&self, encounter: &str, until: &Instant) -> Result<ChartView>;
    /// Searches all charts, or one encounter.
    fn search(&self, request: &SearchRequest<'_>, stop: &Stop) -> Result<SearchPage>;
    /// What the word at the cursor of a search could become.
    fn complete(&self, query: &str, cursor: usize) -> Vec<Completion>;
    /// The encounters in which a search finds something.
    fn encounters_with(&self, query: &str, stop: &Stop) -> Result<Vec<String>>;
    /// The searches that this person keeps and used.
    fn searches(&self) -> Result<Searches>;
    /// Keeps a search under a name; an empty query forgets the name.
    fn keep_search(&self, name: &str, query: &str) -> Result<()>;
    /// Remembers a search that led somewhere.
    fn used_search(&self, query: &str) -> Result<()>;
    /// Why an item fired in an encounter, or why not; of the chart as it stood at a moment, where one is named.
    fn explain(&self, encounter: &str, item: &str, until: Option<&Instant>) -> Result<Explanation>;
    /// What the items in force, or those of a checklist file, make of a text: as a note of a kind, or as what it looks like. Nothing of it
    /// is kept.
    fn try_on(&self, text: &str, file: Option<&str>, kind: Option<DocumentType>) -> Result<Tried>;
    /// Checklist files and folders whose path begins with what was typed.
    fn checklist_names(&self, typed: &str) -> Vec<String>;
    /// Opens a checklist file in this person's own editor, and waits for it.
    fn edit_checklist(&self, file: &str) -> Result<()>;
    /// Sets a gap aside, with a reason.
    fn dismiss_gap(&self, encounter: &str, key: &str, reason: DismissReason, words: &str) -> Result<()>;
    /// Takes a dismissal back.
    fn reopen_gap(&self, encounter: &str, key: &str) -> Result<()>;
    /// The text of an earlier version of a document of an encounter.
    fn version(&self, encounter: &str, document: &str, version: u32) -> Result<String>;
    /// Records that this person opened a version of a document.
    fn mark_seen(&self, encounter: &str, document: &str, version: u32) -> Result<()>;
    /// Keeps how this person signs queries and is reached.
    fn sign_as(&self, name: &str, contact: &str) -> Result<()>;
    /// Keeps a line for oneself about an encounter.
    fn note_to_self(&self, encounter: &str, words: &str) -> Result<()>;
    /// Takes an encounter on, or gives it back.
    fn claim(&self, encounter: &str, take: bool) -> Result<()>;
    /// Ends this look at an encounter and sets the next one to `days` from now; 0 sets none.
    fn set_next_review(&self, encounter: &str, days: u32) -> Result<()>;
    /// A draft for a gap, stored at once; the one that is there already when there is one.
    fn draft_for_gap(&self, encounter: &str, key: &str) -> Result<QueryView>;
    /// An empty draft for an encounter, stored at once.
    fn draft_blank(&self, encounter: &str) -> Result<QueryView>;
    /// Checks a draft against the lint rules, with the chart at hand.
    fn lint(&self, draft: &Draft) -> Result<crate::query::Report>;
    /// Saves a draft; gives the new revision. Refused when somebody saved another revision in between: both stay.
    fn save_draft(&self, id: i64, revision: i64, draft: &Draft, internal_note: &str) -> Result<i64>;
    /// The draft as the person's own editor leaves it: waits for the editor, which has the terminal. Nothing is saved by it.
    fn in_editor(&self, draft: &Draft) -> Result<Draft>;
    /// Throws a draft away (kept as discarded: undoable by hand).
    fn discard_draft(&self, id: i64) -> Result<()>;
    /// Records the revision that a person looked at as sent; refused while a lint rule blocks, or when somebody saved another one.
    fn send(&self, id: i64, revision: i64) -> Result<QueryView>;
    /// Records an answer.
    fn answer(&self, id: i64, words: &str, option: Option<usize>) -> Result<QueryView>;
    /// Records an answer with who gave it and when.
    fn answer_by(&self, id: i64, reply: &crate::work::Reply) -> Result<QueryView>;
    /// Closes a query with an outcome; `words` say why, where the option that was ticked says another.
    fn close(&self, id: i64, outcome: Outcome, words: &str) -> Result<QueryView>;
    /// Hands an open query to the next level.
    fn escalate(&self, id: i64, to: &str, words: &str) -> Result<QueryView>;
    /// Marks a draft as ready to be sent.
    fn ready(&self, id: i64) -> Result<QueryView>;
    /// Records that a query reached its recipient.
    fn deliver(&self, id: i64) -> Result<QueryView>;
    /// A draft of other words for a query that was sent; sending it makes the next version.
    fn amendment(&self, id: i64, why: &str) -> Result<QueryView>;
    /// Gives an open query to another provider of its encounter, or to a pool.
    fn redirect(&self, id: i64, to: &str, words: &str) -> Result<QueryView>;
    /// Asks again: a new version and a new clock.
    fn reopen(&self, id: i64, words: &str) -> Result<QueryView>;
    /// Confirms that a document carries the answer (the one that was found when none is named) and closes.
    fn documented(&self, id: i64, document: Option<&str>, outcome: Option<Outcome>) -> Result<QueryView>;
    /// Records a contact about a query that was sent.
    fn contact(&self, id: i64, person: &str, channel: &str, words: &str) -> Result<QueryView>;
    /// Takes an open query back.
    fn withdraw(&self, id: i64, words: &str) -> Result<QueryView>;
    /// All queries and drafts, newest first.
    fn queries(&self) -> Result<Vec<QueryRow>>;
    /// One query, whole.
    fn query(&self, id: i64) -> Result<QueryView>;
    /// Exactly what the provider sees.
    fn provider_view(&self, draft: &Draft, id: Option<i64>) -> String;
    /// Keeps where this person is, so that a dropped line comes back to the same place.
    fn save_place(&self, place: &str) -> Result<()>;
    /// Where this person was.
    fn place(&self) -> Result<Option<String>>;
    /// Takes in what other processes changed since; true when something did.
    fn refresh(&self) -> Result<bool>;
}
