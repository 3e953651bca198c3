//! What an item looks for: one shape for each way a chart can lack something. Plain data.

use super::indicator::Indicator;
use crate::chart::{DocumentType, Role};
use serde::Serialize;

/// What an item looks for: one shape for each way a chart can lack something.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// A document within a time limit.
    Clock(Clock),
    /// The required parts of a document.
    Elements(Elements),
    /// The attributes of a documented condition.
    Attributes(Attributes),
    /// Indicators without the diagnosis.
    Indicators(Indicators),
    /// A diagnosis and the indicators it should stand on.
    Support(Support),
    /// Two statements that cannot both hold.
    Conflict(Conflict),
    /// When a condition was first seen.
    Poa(Poa),
    /// Text that is not this note's own.
    Copied(Copied),
    /// Signature, date and time.
    Signature(Signature),
    /// Two things that hold together, or one without the other.
    Pair(Pair),
    /// The parts that a document must have, told by words, sections and values.
    Parts(Parts),
}

/// What starts a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockStart {
    /// The start of the stay: the earlier of registration and the order to admit.
    Admission,
    /// The beginning of each procedure that needs the document.
    ProcedureStart,
    /// The end of each procedure that needs the document.
    ProcedureEnd,
    /// Discharge.
    Discharge,
    /// Death.
    Death,
    /// Each calendar day of the stay, its first and last ones left out.
    EachDay,
    /// What the `[[item.start]]` indicators find, each time.
    Event,
}

/// How the document that a clock waits for is known.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Wanted {
    /// Any of these types will do.
    pub types: Vec<DocumentType>,
    /// Or a title or first line that holds one of these.
    pub titles: Vec<String>,
    /// Or what one of these finds: a note's words, an order, a procedure.
    pub found_by: Vec<Indicator>,
    /// How a title names it.
    pub name: String,
}

/// A document within a time limit. The kind of the item says which half it reports: not there, or there too late.
#[derive(Clone, Debug, Serialize)]
pub struct Clock {
    /// What it waits for.
    pub wanted: Wanted,
    /// What starts it.
    pub start: ClockStart,
    /// What starts an event's clock.
    pub events: Vec<Indicator>,
    /// Hours allowed; zero or negative: the document must be there before the start.
    pub limit_hours: f64,
    /// How long before the start the document may have been written.
    pub early_hours: f64,
    /// Words in a procedure's category or name that make it count; empty: every procedure.
    pub procedures: Vec<String>,
    /// Words in a procedure's category or name that exempt it.
    pub not_procedures: Vec<String>,
    /// Starts nearer to each other than this are one session with one document.
    pub session_hours: f64,
    /// Stays shorter than this need no such document.
    pub min_stay_hours: Option<f64>,
    /// Stays of at least this need no such document.
    pub max_stay_hours: Option<f64>,
    /// Judged only when one of these holds or such a document was sent at all; else it cannot be told. Empty: always judged.
    pub judged_if: Vec<Indicator>,
    /// Judged only when the sender sends such documents at all.
    pub judged_if_sent: bool,
}

/// The required parts of a document.
#[derive(Clone, Debug, Serialize)]
pub struct Elements {
    /// The type whose elements these are.
    pub document: DocumentType,
    /// Reported with the item's severity.
    pub required: Vec<String>,
    /// Reported as worth knowing.
    pub advised: Vec<String>,
    /// Elements that another document of the encounter may hold instead: element → types.
    pub elsewhere: Vec<(String, Vec<DocumentType>)>,
    /// Required elements that a record keeps beside the text: not asked of a note that came alone, without its record.
    pub in_record: Vec<String>,
    /// Words of headings that tell the type: a lone note whose type was only judged is not held to the list without one. Empty: any is.
    pub told_by: Vec<String>,
    /// So many of the asked elements must stand in such a note; with fewer it is likelier another kind of note.
    pub least_held: usize,
    /// Asked only of documents of this kind; `None`: of every one of the type.
    pub only: Option<Kind>,
    /// What is not asked of some of these documents.
    pub unless: Vec<Exempt>,
    /// Elements that others say as well: element → those others.
    pub held_by: Vec<(String, Vec<String>)>,
}

/// Documents of a type of which an element is not asked: no blood is lost where nothing is cut.
#[derive(Clone, Debug, Serialize)]
pub struct Exempt {
    /// The elements; empty: all of them, for it is another kind of document.
    pub elements: Vec<String>,
    /// Of which documents.
    pub kind: Kind,
}

/// A kind of document, by what was done.
#[derive(Clone, Debug, Serialize)]
pub struct Kind {
    /// Every procedure that the document names holds one of these.
    pub procedures: Vec<String>,
    /// And none of these.
    pub not_procedures: Vec<String>,
    /// Or the text holds one of these.
    pub words: Vec<String>,
}

/// The attributes of a documented condition.
#[derive(Clone, Debug, Serialize)]
pub struct Attributes {
    /// The ones that matter here.
    pub attributes: Vec<String>,
    /// Attributes that anybody may state (a nurse may stage a pressure injury).
    pub anybody: Vec<String>,
    /// Where the bare name must stand to be asked about; empty: anywhere.
    pub sections: Vec<String>,
    /// Words whose sentence speaks of something else than the condition ("HIV testing").
    pub not_with: Vec<String>,
    /// Words ahead of the condition in its sentence that put it aside ("history of").
    pub not_after: Vec<String>,
    /// Concepts (a look into the gut) that will answer the question where the same note plans them.
    pub awaits: Vec<String>,
    /// Sections in which such a mention is a plan.
    pub awaits_in: Vec<String>,
    /// What says as much.
    pub stated_by: Vec<StatedBy>,
}

/// What else states an attribute (`term.acute_tubular_necrosis` states the cause of kidney injury).
#[derive(Clone, Debug, Serialize)]
pub struct StatedBy {
    /// The attribute.
    pub attribute: String,
    /// Concepts whose mention states it.
    pub concepts: Vec<String>,
    /// Words that state it in a sentence with the condition.
    pub words: Vec<String>,
    /// Only beside one of these in the same sentence; empty: alone.
    pub near: Vec<String>,
    /// Whether the words may stand anywhere in a note that names the condition.
    pub anywhere: bool,
    /// Whether they must follow the condition's name, in its sentence or in one that goes on with it ("Likely due to ...").
    pub after: bool,
}

/// Indicators without the diagnosis.
#[derive(Clone, Debug, Serialize)]
pub struct Indicators {
    /// What to look for.
    pub indicators: Vec<Indicator>,
    /// How many of each group must hold: group → count, in the order of the file.
    pub groups: Vec<(String, usize)>,
    /// How many must hold in all.
    pub evidence_min: usize,
    /// Hours within which the evidence of a group that needs several must lie.
    pub window_hours: Option<f64>,
    /// Whether the bare name of the condition documents it; else only `satisfied_by` does.
    pub condition_satisfies: bool,
}

/// A diagnosis and the indicators it should stand on.
#[derive(Clone, Debug, Serialize)]
pub struct Support {
    /// What to look for.
    pub indicators: Vec<Indicator>,
    /// Fewer than this many of them, and the diagnosis stands alone.
    pub support_min: usize,
    /// Observations of which at least one must have been sent; else nothing can be told.
    pub needs_data: Vec<String>,
    /// Where the diagnosis must stand to be asked about; empty: anywhere.
    pub sections: Vec<String>,
    /// Also asked when a provider only suspects it.
    pub possible: bool,
}

/// Two statements that cannot both hold.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "between", rename_all = "snake_case")]
pub enum Conflict {
    /// One document asserts it, a later one denies it.
    Assertions {
        /// The conditions.
        conditions: Vec<String>,
        /// Hours within which the two must lie.
        within_hours: i64,
        /// Where the words must stand; empty: anywhere.
        sections: Vec<String>,
    },
    /// Two documents state different values of one attribute.
    Attributes {
        /// The condition.
        condition: String,
        /// The attribute.
        attribute: String,
        /// Pairs of values that cannot both hold; empty: any two different ones.
        exclusive: Vec<(String, String)>,
        /// Hours within which the two must lie; none: anywhere in the stay.
        within_hours: Option<i64>,
        /// Whose words count.
        anybody: bool,
    },
    /// A note states another value than the one measured.
    Values {
        /// Observations.
        observations: Vec<String>,
        /// Hours around the note in which a measured value would explain it.
        within_hours: i64,
        /// Allowed difference in percent of the measured value.
        tolerance_percent: f64,
        /// Sentences with one of these words speak of other values ("baseline", "outside").
        not_with: Vec<String>,
    },
    /// A diagnosis that the discharge summary drops, adds or holds less surely.
    Discharge {
        /// The conditions.
        conditions: Vec<String>,
        /// Which of the three.
        want: AtDischarge,
        /// Where the words must stand in the notes before; empty: anywhere.
        sections: Vec<String>,
        /// On so many different days before, for `dropped`.
        min_days: usize,
    },
    /// Documents that state different values of one thing, each known by words (disposition, code status).
    Stated {
        /// Value → words that state it.
        values: Vec<(String, Vec<String>)>,
        /// Where the words must stand; empty: anywhere.
        sections: Vec<String>,
        /// Whether the disposition that the sender gave for the encounter counts too.
        encounter_disposition: bool,
        /// Only the last document of each type counts, whoever wrote it.
        last_of_type: bool,
        /// Sentences with one of these words speak of another time ("previous", "years ago").
        not_with: Vec<String>,
    },
    /// A note that speaks of another person: sex, age or record number.
    Identity {
        /// Words that only a woman's note says.
        female: Vec<String>,
        /// Words that only a man's note says.
        male: Vec<String>,
        /// So many of them make it sure.
        least: usize,
        /// Years by which a stated age may be off.
        age_tolerance: u16,
        /// Words before a record number.
        record_number: Vec<String>,
    },
}

/// What a discharge summary does with a diagnosis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AtDischarge {
    /// It is not named any more.
    Dropped,
    /// It was never named before.
    Added,
    /// It is uncertain now, or was before and is certain now.
    Certainty,
}

/// Which question of presence on admission is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PoaQuestion {
    /// Named late, with nothing to show it earlier.
    #[default]
    Late,
    /// Named late, though a sign of it was there early.
    EarlySign,
    /// Said to be present on admission, though its first sign came after an operation.
    AfterSurgery,
}

/// When a condition was first seen.
#[derive(Clone, Debug, Serialize)]
pub struct Poa {
    /// The question.
    pub question: PoaQuestion,
    /// The conditions.
    pub conditions: Vec<String>,
    /// First named later than this after admission.
    pub after_hours: f64,
    /// What would have shown it earlier.
    pub earlier: Vec<Indicator>,
    /// Words that settle it ("present on admission", "hospital-acquired").
    pub settled_by: Vec<String>,
    /// Whose first words count.
    pub anybody: bool,
    /// Where the first naming must stand; empty: anywhere.
    pub sections: Vec<String>,
}

/// Text that is not this note's own.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum Copied {
    /// Nearly the same as the same author's previous note.
    Previous {
        /// Words in a shingle.
        shingle_words: usize,
        /// Jaccard similarity from which it is reported.
        at_least: f64,
        /// Sections compared; empty: the whole text.
        sections: Vec<String>,
        /// Shorter texts are not compared.
        min_words: usize,
    },
    /// A count of days that has stopped counting.
    StaleDay {
        /// The words before the number ("POD", "post-operative day").
        words: Vec<String>,
        /// What it counts from.
        start: ClockStart,
        /// Whether the day of the start itself is day 1 (hospital day) or day 0 (post-operative day).
        first_day: i64,
        /// Days it may be off.
        tolerance_days: i64,
    },
    /// Place-holders of a template that were never filled.
    Tokens {
        /// Literal tokens (`***`).
        tokens: Vec<String>,
        /// Pairs of delimiters around a short name (`@`, `@`).
        delimiters: Vec<(String, String)>,
        /// Longest text between delimiters, in bytes.
        max_length: usize,
    },
    /// A paragraph of another author, or of an earlier encounter, word for word.
    Paragraph {
        /// Whose.
        from: CopiedFrom,
        /// Shorter ones are not compared.
        min_words: usize,
        /// Paragraphs with one of these words name their source.
        attributed_by: Vec<String>,
    },
    /// A value that was measured long before, though a newer one was there.
    OldValues {
        /// Observations.
        observations: Vec<String>,
        /// Older than this when the note was written.
        older_than_hours: f64,
        /// Sentences with one of these words speak of the past anyway.
        not_with: Vec<String>,
    },
    /// A diagnosis that stands in many notes, but was written only once.
    Diagnosis {
        /// The conditions.
        conditions: Vec<String>,
        /// In at least so many notes.
        min_documents: usize,
    },
}

/// Where a copied paragraph comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CopiedFrom {
    /// A note of this stay by somebody else.
    OtherAuthor,
    /// A note of an earlier encounter.
    PriorEncounter,
}

/// Signature, date and time.
#[derive(Clone, Debug, Serialize)]
pub struct Signature {
    /// Hours after which a note should be signed.
    pub after_hours: f64,
    /// Credentials of which the author's name must carry one; empty: none is asked for.
    pub credentials: Vec<String>,
}

/// How two findings of a pair lie to each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// It does not matter.
    #[default]
    Any,
    /// The same.
    Same,
    /// Different ones.
    Different,
}

/// Two things that hold together, or one without the other.
#[derive(Clone, Debug, Serialize)]
pub struct Pair {
    /// One reading of the pair for each condition; `None` where the pair names none.
    pub each: Vec<PairOf>,
    /// The second comes at least so many hours after the first; negative: it may come before by as much.
    pub after_hours: Option<f64>,
    /// And at most so many.
    pub within_hours: Option<f64>,
    /// Who says the two.
    pub authors: Relation,
    /// Where the two stand.
    pub documents: Relation,
    /// It is the absence of the second that counts.
    pub lacks: bool,
    /// What the gap says is missing.
    pub missing: String,
}

/// The two sides of a pair, for one condition.
#[derive(Clone, Debug, Serialize)]
pub struct PairOf {
    /// The condition.
    pub condition: Option<String>,
    /// The first: any of these.
    pub one: Vec<Indicator>,
    /// The second: any of these; empty: the first alone decides.
    pub other: Vec<Indicator>,
}

/// One part that a document must have, and the ways it can show.
#[derive(Clone, Debug, Serialize)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// Reported as worth knowing only.
    pub advised: bool,
    /// Elements of the reader.
    pub elements: Vec<String>,
    /// Sections with something in them.
    pub sections: Vec<String>,
    /// Words.
    pub words: Vec<String>,
    /// Stated values.
    pub values: Vec<String>,
    /// Concepts, however they stand.
    pub concepts: Vec<String>,
}

/// The parts that a document must have.
#[derive(Clone, Debug, Serialize)]
pub struct Parts {
    /// How the document is known.
    pub wanted: Wanted,
    /// Its author's part; empty: anybody's.
    pub roles: Vec<Role>,
    /// With fewer of them the document is an excerpt, of which nothing can be told.
    pub min_found: usize,
    /// The parts.
    pub parts: Vec<Part>,
}
