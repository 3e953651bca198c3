//! The commands about queries, as the table that parsing, help, completions and the man page come from.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// `query ...`.
#[derive(Debug, Subcommand)]
pub enum QueryCommand {
    /// The lint rules, with examples
    Rules,
    /// The templates in force, or one of them; a site's own with their history
    Templates {
        /// Only this one
        id: Option<String>,
    },
    /// Begin a draft for a gap of an encounter (or a blank one) and print its number
    New {
        /// The encounter
        encounter: String,
        /// The gap's key, or the item that found it
        #[arg(long)]
        gap: Option<String>,
    },
    /// Change a draft: from a JSON file, or single fields
    Edit(EditArgs),
    /// Check a stored draft (its number), a draft file (JSON), or plain text (a file, or - for standard input)
    #[command(after_help = "Plain text: a first line `Title: ...`, then what the provider would see. Exit status 3: a rule blocks.")]
    Lint {
        /// The draft
        draft: String,
    },
    /// One query: text, state, timeline
    Show {
        /// Its number
        id: i64,
    },
    /// All queries and drafts
    List(ListArgs),
    /// Mark a draft as ready, when no rule holds it
    Ready {
        /// Its number
        id: i64,
    },
    /// Record a draft as sent; it never changes afterwards
    Send {
        /// Its number
        id: i64,
    },
    /// Record that a query reached its recipient
    Delivered {
        /// Its number
        id: i64,
    },
    /// Record an answer, or read answers from a file
    #[command(
        after_help = "With --from: a FHIR QuestionnaireResponse (or a bundle of them), HL7 v2 MDM messages, or a CSV with the columns\n\
query, option, text, by, at. What cannot be used is said with its line; the rest goes in, and the exit status is 2."
    )]
    Answer(AnswerArgs),
    /// Read answers from files: the same as `query answer --from`
    ImportAnswers {
        /// The files
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Close with an outcome
    Close {
        /// Its number
        id: i64,
        /// The outcome
        #[arg(long, value_name = "OUTCOME", value_parser = OUTCOMES)]
        outcome: String,
        /// Why, where the option that was ticked says something else
        #[arg(long, default_value = "", value_name = "WORDS")]
        reason: String,
    },
    /// Confirm that a note carries the answer, and close
    Documented {
        /// Its number
        id: i64,
        /// The document; the one that was found when left out
        #[arg(long, value_name = "DOCUMENT")]
        document: Option<String>,
        /// The outcome, where it does not follow from the ticked option
        #[arg(long, value_name = "OUTCOME", value_parser = OUTCOMES)]
        outcome: Option<String>,
        /// Why the document carries the answer, where it does not name it or is older than the question
        #[arg(long, default_value = "", value_name = "WORDS", requires = "document")]
        reason: String,
    },
    /// Hand an open query to the next level
    Escalate {
        /// Its number
        id: i64,
        /// To whom
        #[arg(long)]
        to: String,
        /// Why
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Give an open query to another provider of its encounter, or to a pool
    Redirect {
        /// Its number
        id: i64,
        /// To whom: a name, an identifier, or a pool
        #[arg(long)]
        to: String,
        /// Why
        #[arg(long)]
        reason: String,
        /// A lint rule that speaks against it, and why it goes there all the same: RULE=WORDS
        #[arg(long, value_name = "RULE=WORDS")]
        justify: Vec<String>,
    },
    /// Send other words in place of the ones before: the next version
    Amend {
        /// What changes
        #[command(flatten)]
        edit: EditArgs,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Ask again after an answer: a new version and a new clock
    Reopen {
        /// Its number
        id: i64,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// Record a contact about a query: a reminder, a call, a word in the corridor
    Contact {
        /// Its number
        id: i64,
        /// How: telephone, chat, in person
        #[arg(long)]
        channel: String,
        /// With whom; the recipient when left out
        #[arg(long, default_value = "")]
        with: String,
        /// What was said
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Take an open query back
    Withdraw {
        /// Its number
        id: i64,
        /// Why
        #[arg(long)]
        reason: String,
    },
    /// What changed between two versions of a query, or between the question and its answer
    Diff {
        /// Its number
        id: i64,
        /// The older version; the one before the newer when left out
        #[arg(long, value_name = "N")]
        from: Option<u32>,
        /// The newer version; the last when left out
        #[arg(long, value_name = "N")]
        to: Option<u32>,
        /// The answer beside the question instead
        #[arg(long, conflicts_with_all = ["from", "to"])]
        answer: bool,
    },
    /// Queries for the provider: one or many, as text, Markdown, HTML, JSON, FHIR, HL7 or CSV
    #[command(
        after_help = "Nothing of how a query came about and nothing of its worth is in any form. JSON follows docs/query.schema.json.\n\n\
Examples:\n  lacuna query export 12 --form html > query.html\n  lacuna query export 12 13 14 --form fhir\n  lacuna query export --all --form csv"
    )]
    Export {
        /// Their numbers
        #[arg(required_unless_present = "all", value_name = "ID")]
        ids: Vec<i64>,
        /// Every query that was sent
        #[arg(long, conflicts_with = "ids")]
        all: bool,
        /// The form
        #[arg(long, value_enum, default_value_t = ExportForm::Text)]
        form: ExportForm,
    },
}

/// The outcomes of domain.md 3.8 that a person can give.
const OUTCOMES: [&str; 10] = [
    "agreed",
    "alt_dx",
    "disagreed",
    "not_significant",
    "undetermined",
    "invalid_response",
    "answered_not_documented",
    "no_response",
    "validated",
    "ruled_out",
];

/// `query list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Only this encounter
    #[arg(long)]
    pub encounter: Option<String>,
    /// Only yours
    #[arg(long)]
    pub mine: bool,
    /// Only those past their due time
    #[arg(long)]
    pub overdue: bool,
    /// Only those that are answered and stand in no note yet
    #[arg(long)]
    pub undocumented: bool,
    /// Only those to this recipient (part of the name)
    #[arg(long, value_name = "NAME")]
    pub to: Option<String>,
}

/// `query answer`.
#[derive(Debug, Args)]
pub struct AnswerArgs {
    /// Its number
    #[arg(required_unless_present = "from")]
    pub id: Option<i64>,
    /// The answer in words
    #[arg(long, default_value = "")]
    pub text: String,
    /// The option that was ticked, counted from 1
    #[arg(long, value_name = "N")]
    pub option: Option<usize>,
    /// Who replied; the recipient when left out
    #[arg(long, default_value = "", value_name = "NAME")]
    pub by: String,
    /// When; now when left out
    #[arg(long, value_name = "INSTANT")]
    pub at: Option<String>,
    /// A file of answers
    #[arg(long, value_name = "FILE", conflicts_with_all = ["id", "text", "option", "by", "at"])]
    pub from: Option<PathBuf>,
}

/// `query edit`.
#[derive(Debug, Args)]
pub struct EditArgs {
    /// The query's number
    pub id: i64,
    /// A whole draft as JSON, as `query show --json` gives it under "draft"; - for standard input
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,
    /// The title
    #[arg(long)]
    pub title: Option<String>,
    /// The question
    #[arg(long)]
    pub question: Option<String>,
    /// Words above the question
    #[arg(long)]
    pub body: Option<String>,
    /// How you are reached
    #[arg(long)]
    pub contact: Option<String>,
    /// Who it goes to: a provider of the encounter, by name or identifier, or a pool
    #[arg(long, value_name = "NAME")]
    pub to: Option<String>,
    /// When an answer is asked for, or `policy`: counted from the moment of sending, as it is where nobody sets it
    #[arg(long, value_name = "INSTANT")]
    pub due: Option<String>,
    /// Write in $EDITOR: title, words, question and options as one text
    #[arg(long)]
    pub editor: bool,
    /// A note for yourselves; the provider never sees it
    #[arg(long)]
    pub note: Option<String>,
    /// A lint rule and why the text stands as it does: RULE=WORDS
    #[arg(long, value_name = "RULE=WORDS")]
    pub justify: Vec<String>,
}

/// The form of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExportForm {
    /// Plain text that pastes cleanly.
    Text,
    /// Markdown.
    Markdown,
    /// A letter to print.
    Html,
    /// JSON (docs/query.schema.json).
    Json,
    /// A FHIR R4 bundle: Task, Questionnaire, and what came back.
    Fhir,
    /// HL7 v2 MDM^T02.
    Hl7,
    /// One line a query.
    Csv,
}

/// `report ...`.
#[derive(Debug, Subcommand)]
pub enum ReportCommand {
    /// Queries per person and per provider: number, response rate and time, agree rate
    Queries {
        /// From this day (sent on or after)
        #[arg(long, value_name = "DAY")]
        from: Option<String>,
        /// To this day (sent before its end)
        #[arg(long, value_name = "DAY")]
        to: Option<String>,
        /// Print the rows behind each figure too
        #[arg(long)]
        rows: bool,
    },
}
