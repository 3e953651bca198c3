//! What the screens and commands are given to show: plain values, already joined.

use crate::chart::{Chart, EncounterClass, Instant, Location};
pub use crate::checklist::GapMark;
use crate::checklist::{Gap, Severity};
use crate::query::{Draft, Outcome, QueryState, Recipient};
use crate::reading::Reading;

pub use crate::store::{SavedSearch, Searches, Withheld};
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Which encounters a worklist shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WorklistView {
    /// In the house now, or discharged and not final: what a specialist works on.
    #[default]
    Active,
    /// Taken on by this person, or with a query or a next look of theirs.
    Mine,
    /// Nothing of it was opened yet.
    Unreviewed,
    /// To be looked at again today or earlier.
    Due,
    /// With an open gap.
    WithGaps,
    /// With a query that is not closed.
    Queries,
    /// With a query past its due time.
    Overdue,
    /// Discharged, with a gap or a query that is open.
    NotFinal,
    /// Discharged.
    Discharged,
    /// Every encounter of the store, lone notes too.
    All,
}

impl WorklistView {
    /// Every view, in the order of the key that walks through them.
    pub const ALL: [Self; 10] = [
        Self::Active,
        Self::Mine,
        Self::Unreviewed,
        Self::Due,
        Self::WithGaps,
        Self::Queries,
        Self::Overdue,
        Self::NotFinal,
        Self::Discharged,
        Self::All,
    ];

    /// How a person says it.
    pub fn label(self) -> &'static str {
        self.words().1
    }

    /// How it is typed in a command, how a person says it, and what it shows.
    pub fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Active => ("active", "active", "in the house, or discharged and not too late to ask about"),
            Self::Mine => ("mine", "mine", "taken on by you, or with a query or a next look of yours"),
            Self::Unreviewed => ("unreviewed", "not reviewed yet", "nothing of it was opened yet, old stays too"),
            Self::Due => ("due", "due today", "to be looked at again today or earlier"),
            Self::Overdue => ("overdue", "queries overdue", "with a query past its due time"),
            Self::NotFinal => ("not-final", "discharged, not final", "with a gap or a query that is open"),
            Self::WithGaps => ("with-gaps", "with gaps", "with an open gap, lone notes and old stays too"),
            Self::Queries => ("queries", "queries under way", "with a query that was sent and is not closed"),
            Self::Discharged => ("discharged", "discharged", "stays that ended"),
            Self::All => ("all", "all", "all of them, lone notes too"),
        }
    }
}

/// One gap in a few words, for a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GapLine {
    /// Severity, shown as a sign.
    pub severity: Severity,
    /// One line.
    pub title: String,
    /// Where its proof stands ("Progress note 19 Nov 07:15, Chen").
    pub source: String,
}

/// One encounter in a worklist.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WorklistRow {
    /// The sender's identifier: what commands take.
    pub encounter: String,
    /// What a person calls it: the account or visit number where one was given.
    pub name: String,
    /// `RIVERA Marta`.
    pub patient: String,
    /// Medical record number.
    pub mrn: Option<String>,
    /// Age in years at the start of the stay.
    pub age: Option<u16>,
    /// `F`, `M`, `X`, `-`.
    pub sex: &'static str,
    /// Current unit and bed.
    pub unit: Option<String>,
    /// Kind of stay.
    pub class: EncounterClass,
    /// Whether it takes or took place: not one that was cancelled or is only planned.
    pub takes_place: bool,
    /// Day of the stay.
    pub day: Option<i64>,
    /// Geometric mean length of stay of the working DRG, in days.
    pub gmlos_days: Option<f64>,
    /// Working DRG.
    pub working_drg: Option<String>,
    /// Start of the stay.
    pub admitted: Option<Instant>,
    /// Discharge.
    pub discharged: Option<Instant>,
    /// Attending.
    pub attending: Option<String>,
    /// Service.
    pub service: Option<String>,
    /// Who pays: for the worklist alone, never for a query.
    pub payer: Option<String>,
    /// Why it is here: reasons that add up, the most pressing first; never a bare score.
    pub reasons: Vec<String>,
    /// The note, where the encounter only holds one: what it is and how it begins, and when it was written.
    pub note_alone: Option<NoteAlone>,
    /// Open gaps; `None`: nobody looked yet.
    pub gaps: Option<usize>,
    /// The most severe of them.
    pub severity: Option<Severity>,
    /// The first few open gaps.
    pub top_gaps: Vec<GapLine>,
    /// Queries in a few words ("1 open 2d", "1 answered").
    pub queries: String,
    /// When this person means to look again.
    pub next_review: Option<Instant>,
    /// Documents in the encounter.
    pub documents: usize,
    /// Documents that this person has not opened.
    pub unseen: usize,
    /// Who has taken the encounter on.
    pub claimed: Option<String>,
    /// This person's newest note to themselves.
    pub note: Option<String>,
}

/// What encounters can be told apart by, besides the views.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// The unit, without its bed.
    Unit,
    /// The service.
    Service,
    /// Who pays.
    Payer,
}

impl Group {
    /// Every one of them.
    pub const ALL: [Self; 3] = [Self::Unit, Self::Service, Self::Payer];

    /// How a person says it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::Service => "service",
            Self::Payer => "payer",
        }
    }

    /// What a row says of it.
    pub fn of(self, row: &WorklistRow) -> Option<&str> {
        match self {
            Self::Unit => row.unit.as_deref().map(Location::unit),
            Self::Service => row.service.as_deref(),
            Self::Payer => row.payer.as_deref(),
        }
    }

    /// Whether a row is of this one; `None` are those of which nobody said it. Capitals are no difference.
    pub fn is(self, row: &WorklistRow, wanted: Option<&str>) -> bool {
        match (self.of(row), wanted) {
            (Some(given), Some(wanted)) => given.to_lowercase() == wanted.to_lowercase(),
            (given, wanted) => given.is_none() && wanted.is_none(),
        }
    }
}

/// A note whose sender named no stay, in a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NoteAlone {
    /// Its title or type, and its first words.
    pub words: String,
    /// When it was written.
    pub time: Option<Instant>,
}

/// What was found in encounters that nobody had looked at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counted {
    /// How many are done.
    pub done: usize,
    /// Of how many.
    pub total: usize,
    /// What was found in the newest of them.
    pub rows: Vec<RowGaps>,
}

/// The open gaps of one row.
#[derive(Clone, Debug, PartialEq)]
pub struct RowGaps {
    /// The encounter.
    pub encounter: String,
    /// How many.
    pub gaps: usize,
    /// The most severe of them.
    pub severity: Option<Severity>,
    /// The first few.
    pub top: Vec<GapLine>,
}

/// A worklist.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Worklist {
    /// The view it shows.
    pub view: WorklistView,
    /// Its rows, in order.
    pub rows: Vec<WorklistRow>,
    /// Encounters with something unseen.
    pub with_new: usize,
    /// Answers that nobody has read or carried on.
    pub answers: usize,
    /// Queries past their due time.
    pub overdue: usize,
    /// How many encounters each view shows.
    pub counts: Vec<(WorklistView, usize)>,
    /// How many encounters were not looked at since they changed, so that numbers of gaps may be old or missing.
    #[serde(skip)]
    pub waiting: usize,
}

/// A gap with what people did about it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GapRow {
    /// The gap.
    pub gap: Gap,
    /// Its key.
    pub key: String,
    /// Why it was dismissed, when it was.
    pub dismissed: Option<String>,
    /// The query that asks about it.
    pub query: Option<i64>,
    /// The query that was answered, though no note is known to carry the answer: the gap stays until one does.
    pub answered: Option<i64>,
}

/// One encounter, whole.
#[derive(Clone, Debug)]
pub struct ChartView {
    /// Everything known of it.
    pub chart: Arc<Chart>,
    /// Readings of its documents, in their order.
    pub readings: Arc<Vec<Reading>>,
    /// Gaps: open ones first, then queried, dismissed and resolved.
    pub gaps: Vec<GapRow>,
    /// Its queries.
    pub queries: Vec<QueryRow>,
    /// Documents that this person has opened.
    pub seen: BTreeSet<String>,
    /// The instant that clocks were judged at.
    pub as_of: Instant,
    /// When this person's last look ended.
    pub last_look: Option<Instant>,
    /// This person's newest note to themselves.
    pub note: Option<String>,
    /// Who has taken the encounter on.
    pub claimed: Option<String>,
    /// Documents that are left out, because nobody is shown their class by default.
    pub withheld: Vec<Withheld>,
}

/// One hit.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SearchHit {
    /// The document, by the sender's identifier.
    pub document: String,
    /// The encounter, by the sender's identifier.
    pub encounter: Option<String>,
    /// The patient as shown.
    pub patient: Option<String>,
    /// What the note is called, where it was given a title.
    #[serde(skip)]
    pub title: Option<String>,
    /// Document type.
    #[serde(rename = "type")]
    pub document_type: String,
    /// Author as given.
    pub author: Option<String>,
    /// When it was written.
    pub date: Option<Instant>,
    /// The section that the snippet's first match stands in.
    pub section: Option<String>,
    /// Rank.
    pub score: f32,
    /// The best window of the text.
    pub snippet: String,
    /// Byte ranges of the snippet that matched.
    pub marks: Vec<(usize, usize)>,
    /// A wider window, for a screen.
    #[serde(skip)]
    pub preview: String,
    /// Byte ranges of the preview that matched.
    #[serde(skip)]
    pub preview_marks: Vec<(usize, usize)>,
    /// The bytes of the snippet's first match in the document, to open it there.
    #[serde(skip)]
    pub at: (usize, usize),
}

/// The answer to a search.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SearchPage {
    /// How many documents match: the true number.
    pub total: u64,
    /// How long it took.
    pub took_ms: u64,
    /// The best of them.
    pub hits: Vec<SearchHit>,
    /// What the query means, in words.
    pub meaning: String,
    /// Words that were added to those typed, word by word.
    pub synonyms: Vec<(String, Vec<String>)>,
    /// What could not be understood, and what to do about it.
    pub issues: Vec<String>,
    /// Anything that the person must know about the total (terms cut, documents not yet indexed).
    pub notices: Vec<String>,
    /// Changes that the index has still to take in: the same search again will find more.
    #[serde(skip)]
    pub waiting: u64,
    /// Counts by field: (field, [(value, count)]).
    pub facets: Vec<(String, Vec<(String, u64)>)>,
}

/// One query in a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct QueryRow {
    /// Its number.
    pub id: i64,
    /// Where it stands.
    pub state: QueryState,
    /// Title.
    pub title: String,
    /// Encounter, by the sender's identifier.
    pub encounter: Option<String>,
    /// Patient as shown.
    pub patient: Option<String>,
    /// Who it went to.
    pub to: Option<String>,
    /// Version of its text.
    pub version: u32,
    /// When it was sent.
    pub sent: Option<Instant>,
    /// When an answer is due.
    pub due: Option<Instant>,
    /// True when it is past due and unanswered.
    pub overdue: bool,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// The answer's first line.
    pub answer: Option<String>,
    /// The file that the answer was read from, with its form; nothing where a person typed it.
    pub imported: Option<String>,
    /// What the option that was ticked says of the outcome.
    pub says: Option<Outcome>,
    /// Who wrote it.
    pub author: String,
    /// When it was last spoken about.
    pub last_contact: Option<Instant>,
    /// What the policy asks for now ("reminder to recipient"), while no answer is there.
    pub next_step: Option<String>,
    /// Who the policy hands it to first when no answer comes.
    pub handed_to: Option<String>,
    /// The provider document that carries the answer, found and not yet confirmed.
    pub found: Option<super::Found>,
}

/// A template, and every wording of it that a site used: hash, when, by whom.
pub type TemplateUse = (crate::query::Template, Vec<(String, String, String)>);

/// One step in a query's life.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct QueryStep {
    /// When.
    pub at: Instant,
    /// Who.
    pub by: String,
    /// From.
    pub from: QueryState,
    /// To.
    pub to: QueryState,
    /// Which event it was (`answer`, `redirect` ...).
    pub event: String,
    /// Reason, answer or note.
    pub note: String,
    /// SHA-256 of what the provider sees at that moment.
    pub body_hash: String,
}

/// When the policy asks for an answer to a draft.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct AnswerTime {
    /// Counted hours after sending.
    pub hours: i64,
    /// If it were sent now; nothing where no hour of the policy counts.
    pub at: Option<Instant>,
    /// Whether Saturday and Sunday do not count.
    #[serde(skip)]
    pub no_weekends: bool,
    /// Whether holidays do not count.
    #[serde(skip)]
    pub no_holidays: bool,
    /// The hours of a day that count, where not all of them do.
    #[serde(skip)]
    pub hours_of_day: Option<(i8, i8)>,
}

impl AnswerTime {
    /// Which time does not count, in words; nothing where all of it does.
    pub fn left_out(&self) -> String {
        let days = match (self.no_weekends, self.no_holidays) {
            (true, true) => "weekends and holidays do not count",
            (true, false) => "weekends do not count",
            (false, true) => "holidays do not count",
            (false, false) => "",
        };
        let hours = self.hours_of_day.map(|(from, to)| format!("only {from}:00 to {to}:00 counts")).unwrap_or_default();
        [days, &hours].into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>().join("; ")
    }
}

/// One query, whole.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct QueryView {
    /// The line of it.
    pub row: QueryRow,
    /// What it says.
    pub draft: Draft,
    /// What the provider saw, byte for byte, once it was sent.
    pub sent_text: Option<String>,
    /// For ourselves only; the provider never sees it.
    pub internal_note: String,
    /// When it was begun.
    pub created: Option<Instant>,
    /// Revision number of the draft, for lost-update checks.
    pub revision: i64,
    /// Its life so far.
    pub steps: Vec<QueryStep>,
    /// The whole answer.
    pub answer: Option<String>,
    /// When it came.
    pub responded: Option<Instant>,
    /// Who gave it: who was said to have, else the recipient.
    pub answered_by: Option<String>,
    /// The document that carries it, confirmed by a person.
    pub documented_in: Option<String>,
    /// Contacts about it, oldest first.
    pub contacts: Vec<crate::store::StoredContact>,
    /// Every version of its text as sent, oldest first.
    pub versions: Vec<crate::store::StoredVersion>,
    /// What should be looked at twice: an answer by somebody who was not asked, an outcome that contradicts it.
    pub notes: Vec<String>,
    /// Who it can go to: providers of the encounter, then the declared pools.
    pub recipients: Vec<Recipient>,
    /// Of a draft: when the policy asks for an answer.
    pub answer_time: Option<AnswerTime>,
}

/// Why a gap is set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DismissReason {
    /// The evidence does not carry it.
    InsufficientEvidence,
    /// It is documented already.
    AlreadyDocumented,
    /// Not clinically significant here.
    NotSignificant,
    /// Dealt with in another way.
    HandledElsewhere,
    /// For education, not for a query.
    Education,
    /// Another reason, in words.
    Other,
}

impl DismissReason {
    /// Every reason, in the order of their digits on the screen.
    pub const ALL: [Self; 6] =
        [Self::InsufficientEvidence, Self::AlreadyDocumented, Self::NotSignificant, Self::HandledElsewhere, Self::Education, Self::Other];

    /// How a person says it.
    pub fn label(self) -> &'static str {
        self.words().1
    }

    /// How it is typed in a command, and how a person says it.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::InsufficientEvidence => ("insufficient-evidence", "evidence does not carry it"),
            Self::AlreadyDocumented => ("already-documented", "already documented"),
            Self::NotSignificant => ("not-significant", "not clinically significant here"),
            Self::HandledElsewhere => ("handled-elsewhere", "handled elsewhere"),
            Self::Education => ("education", "for education"),
            Self::Other => ("other", "other"),
        }
    }
}
