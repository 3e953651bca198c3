//! What can happen, and what is to be done about it: the two sides of [`super::update`].

use super::chart_data::ChartData;
use super::compare::{Comparison, Side};
use super::keys::Key;
use crate::chart::{DocumentType, Instant};
use crate::checklist::Explanation;
use crate::error::Result;
use crate::query::{Draft, Outcome, Report};
use crate::work::Tried;
use crate::work::model::{Counted, DismissReason, QueryRow, QueryView, SearchPage, Searches, Worklist, WorklistView};
use lacuna_index::Completion;
use std::sync::Arc;
use std::time::Duration;

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Msg {
    /// A key was pressed.
    Key(Key),
    /// Text was pasted.
    Paste(String),
    /// The terminal has this size now.
    Resize(u16, u16),
    /// Draw everything anew.
    Repaint,
    /// A job answered.
    Answer {
        /// Which kind of job.
        slot: Slot,
        /// Which of them: an answer that is not the newest of its slot is dropped.
        generation: u64,
        /// The time at the desk.
        now: Instant,
        /// What it said.
        answer: Box<Answer>,
    },
    /// A look through the charts found something, and goes on.
    Counting {
        /// Which look: one that is not the newest tells nothing.
        generation: u64,
        /// What it found.
        found: Counted,
    },
    /// A timer that was set ran out.
    Timer(Timer, u64),
    /// The program is to end (signal, lost terminal): keep what there is.
    End,
}

/// Kinds of job. Each has a generation number of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Slot {
    /// The worklist.
    Worklist,
    /// One chart.
    Chart,
    /// A search.
    Search,
    /// What could be typed next.
    Complete,
    /// The searches of this person.
    Searches,
    /// The stays in which a search finds something.
    Stays,
    /// Why an item fired.
    Explain,
    /// The list of queries.
    Queries,
    /// One query.
    Query,
    /// A draft to compose.
    Draft,
    /// The lint of the draft.
    Lint,
    /// What the provider sees.
    Provider,
    /// Saving the draft.
    Save,
    /// An act on the store: its answer always counts.
    Act,
    /// Where this person was.
    Place,
    /// Items on a text.
    TryOn,
    /// Something in the person's own editor.
    Editor,
    /// Two notes side by side.
    Compare,
    /// Names of files.
    Files,
    /// A look through the charts that nobody looked at.
    Count,
}

impl Slot {
    /// How many there are.
    pub const COUNT: usize = 20;

    /// Whether an older answer is worthless once a newer question was put.
    pub fn newest_only(self) -> bool {
        self != Self::Act
    }

    /// Whether its jobs change the store, and so keep their order.
    pub fn writes(self) -> bool {
        matches!(self, Self::Save | Self::Act | Self::Draft)
    }
}

/// Timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Timer {
    /// Typing stopped a moment ago: search.
    Search,
    /// Typing stopped a moment ago: lint the draft.
    Lint,
    /// Typing stopped: save the draft.
    Save,
    /// Typing has gone on for long: save the draft all the same.
    SaveCap,
    /// Keep the place.
    Place,
    /// Typing stopped a moment ago: try the items.
    TryOn,
}

/// A question to the desk, or an act.
#[derive(Clone, Debug)]
pub enum Request {
    /// Encounters of a view, with what is known of their gaps now.
    Worklist(WorklistView),
    /// Looks at the encounters of a view that nobody looked at, those named first.
    Count(WorklistView, Vec<String>),
    /// One encounter; as it stood at a moment, while it is stepped through.
    Chart(String, Option<Instant>),
    /// All charts.
    Search(SearchAsk),
    /// What the word at a cursor could become.
    Complete(String, usize),
    /// The searches of this person.
    Searches,
    /// Keeps a search under a name; an empty one forgets the name.
    KeepSearch(String, String),
    /// A search led somewhere.
    UsedSearch(String),
    /// The stays in which a search finds something.
    Stays(String),
    /// Why an item fired: encounter, item, and the moment that the stay is shown at.
    Explain(String, String, Option<Instant>),
    /// Sets a gap aside: encounter, key, reason, words.
    Dismiss(String, String, DismissReason, String),
    /// Takes that back.
    Reopen(String, String),
    /// A document was opened: encounter, document, version.
    Seen(String, String, u32),
    /// How one signs queries: name with credentials, how one is reached.
    SignAs(String, String),
    /// A line for oneself: encounter, words.
    Note(String, String),
    /// Takes an encounter on, or gives it back.
    Claim(String, bool),
    /// Next look at an encounter, in days.
    NextReview(String, u32),
    /// A draft for a gap: encounter, key.
    DraftForGap(String, String),
    /// An empty draft.
    DraftBlank(String),
    /// A stored draft.
    DraftOf(i64),
    /// Checks a draft.
    Lint(Box<Draft>),
    /// Saves a draft: id, revision, text, internal note.
    Save(i64, i64, Box<Draft>, String),
    /// Throws a draft away.
    Discard(i64),
    /// Sends a draft: id, the revision on the screen.
    Send(i64, i64),
    /// An answer came: words, option, who and when.
    Reply(i64, Box<crate::work::Reply>),
    /// Closes a query.
    Close(i64, Outcome, String),
    /// Hands it on: id, to, words.
    Escalate(i64, String, String),
    /// Takes it back.
    Withdraw(i64, String),
    /// It reached its recipient.
    Deliver(i64),
    /// Gives it to another: id, to, words.
    Redirect(i64, String, String),
    /// A draft of other words for a query that was sent, and why.
    Amendment(i64, String),
    /// Marks a draft as ready.
    Ready(i64),
    /// Asks again: id, words.
    Reask(i64, String),
    /// Confirms that the found document carries the answer.
    Documented(i64),
    /// One spoke about it: id, how, words.
    Contact(i64, String, String),
    /// All queries.
    Queries,
    /// One query.
    Query(i64),
    /// What the provider sees.
    Provider(Box<Draft>, Option<i64>),
    /// Keeps the place.
    SavePlace(String),
    /// Where this person was.
    Place,
    /// What the items in force, or those of a file, make of a text, as a note of some kind.
    TryOn(String, Option<String>, Option<DocumentType>),
    /// Checklist files whose path begins like this.
    ChecklistNames(String),
    /// A checklist file as the person's own editor leaves it.
    EditChecklist(String),
    /// The draft as the person's own editor leaves it.
    Edit(Box<Draft>),
    /// Two notes side by side.
    Compare(Box<CompareAsk>),
}

/// Two notes, the older one first; a version of the past comes without its text, which the store has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompareAsk {
    /// The stay.
    pub encounter: String,
    /// The older one.
    pub older: (Side, Option<String>),
    /// The newer one.
    pub newer: (Side, Option<String>),
}

/// A search in all charts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchAsk {
    /// The words.
    pub query: String,
    /// Hits to bring.
    pub limit: usize,
    /// Newest first.
    pub by_date: bool,
}

/// What an act did, for the message and for what has to be read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// A gap was set aside or taken back: the chart changed.
    Gap(String),
    /// A document is seen.
    Seen(String, String),
    /// The worklist changed.
    Review(String),
    /// A draft is gone.
    Discarded(i64),
    /// A query was sent.
    Sent(i64),
    /// A query moved on.
    Query(i64, String),
    /// How one signs is kept: name, contact.
    Signed(String, String),
    /// A search was kept or forgotten.
    Search(String),
    /// Nothing to say.
    Quiet,
}

/// What a job said.
#[derive(Clone, Debug)]
pub enum Answer {
    /// An answer, and that somebody else changed the store before it.
    Changed(Box<Answer>),
    /// Encounters.
    Worklist(Result<Worklist>),
    /// Every encounter was looked at but for so many.
    Counted(Result<usize>),
    /// One encounter.
    Chart(Result<Arc<ChartData>>),
    /// Hits.
    Search(Result<SearchPage>),
    /// What could be typed next.
    Completions(Vec<Completion>),
    /// The searches of this person.
    Searches(Result<Searches>),
    /// The search, and the stays in which it finds something.
    Stays(Result<(String, Vec<String>)>),
    /// Why.
    Explain(Result<Explanation>),
    /// Queries.
    Queries(Result<Vec<QueryRow>>),
    /// One query.
    Query(Result<Box<QueryView>>),
    /// A draft to compose.
    Draft(Result<Box<QueryView>>),
    /// The lint.
    Lint(Result<Report>),
    /// What the provider sees.
    Provider(String),
    /// The draft that was saved, and its new revision.
    Saved(i64, Result<i64>),
    /// An act.
    Act(Result<Done>),
    /// Where this person was.
    Place(Result<Option<String>>),
    /// What the items make of a text.
    Tried(Result<Box<Tried>>),
    /// Files and folders.
    ChecklistNames(Vec<String>),
    /// The editor of a checklist file ended.
    ChecklistEdited(Result<()>),
    /// The draft as an editor left it.
    Edited(Result<Box<Draft>>),
    /// Two notes side by side, and the stay that they are of.
    Compared(Result<Box<(String, Comparison)>>),
}

/// Something to be done outside of the model.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Put a question to the desk.
    Ask(Slot, u64, Request),
    /// Tell me after a while.
    After(Timer, u64, Duration),
    /// Stop this process until its shell continues it.
    Suspend,
    /// Lock the interface.
    Lock,
    /// Give the terminal to an editor, with what this question names, until it ends.
    Editor(u64, Box<Request>),
    /// Hand words to the terminal's clipboard.
    Copy(String),
    /// Take the mouse, or leave it to the terminal.
    Mouse(bool),
    /// Clear the terminal before the next frame.
    Repaint,
    /// End the program.
    Quit,
}
