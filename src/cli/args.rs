//! The commands, as one table: parsing, `--help`, completions and the man page all come from it.

use crate::keys::Role;
use crate::work::model::{DismissReason, WorklistView};
use clap::builder::PossibleValue;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

pub use super::query_args::{AnswerArgs, EditArgs, ExportForm, ListArgs, QueryCommand, ReportCommand};

/// Finds what a chart leaves unsaid: searches clinical notes, finds documentation gaps, writes compliant queries.
#[derive(Debug, Parser)]
#[command(
    name = "lacuna",
    version,
    max_term_width = 100,
    after_help = "Without a command, lacuna opens the terminal interface on your store.\n\n\
Exit status: 0 done; 1 looked and found nothing (search, gaps); 2 bad use or bad input; \
3 refused (a lint rule blocks, a right is missing); 4 something stored is damaged. `audit verify` has codes of its own: see its help.\n\nTry it at once: lacuna demo"
)]
pub struct Cli {
    /// What everything shares.
    #[command(flatten)]
    pub global: Global,
    /// What to do; the terminal interface when left out.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Options of every command.
#[derive(Clone, Debug, Default, Args)]
pub struct Global {
    /// The folder of the store [default: lacuna in your data folder]
    #[arg(long, global = true, value_name = "DIR")]
    pub store: Option<PathBuf>,
    /// One JSON value on standard output, nothing else
    #[arg(long, global = true)]
    pub json: bool,
    /// Who you are [default: your login name]
    #[arg(long = "as", global = true, value_name = "USER")]
    pub user: Option<String>,
    /// Read passphrases from this open descriptor, a line each, instead of asking on the terminal (0 is standard input)
    #[arg(long, global = true, value_name = "N")]
    pub passphrase_fd: Option<u32>,
    /// See charts that your role does not show you, or a document that is withheld, and say why: it goes into the audit log
    #[arg(long, global = true, value_name = "WORDS")]
    pub break_glass: Option<String>,
    /// Lock the interface of an encrypted store after so many seconds without a key
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub lock_after: u64,
    /// Colours
    #[arg(long, global = true, value_enum, default_value_t = ColorChoice::Auto, value_name = "WHEN")]
    pub color: ColorChoice,
    /// The interface as numbered lines, for screen readers: nothing is drawn, nothing moves
    #[arg(long, global = true)]
    pub plain: bool,
    /// The interface's theme [default: that of settings.toml, else terminal]
    #[arg(long, global = true, value_name = "NAME", value_parser = ["terminal", "mono", "high-contrast", "colour-blind"])]
    pub theme: Option<String>,
    /// The terminal's background [default: that of settings.toml, else what the terminal says]
    #[arg(long, global = true, value_name = "SHADE", value_parser = ["dark", "light"])]
    pub background: Option<String>,
    /// The folder of settings.toml and keys.toml [default: lacuna in your configuration folder]
    #[arg(long, global = true, value_name = "DIR")]
    pub config: Option<PathBuf>,
    /// Begin behind the lock: how the interface starts itself anew when it locks
    #[arg(long, hide = true)]
    pub locked: bool,
    /// Say more on standard error
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// In a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never: severities are words and signs anyway.
    Never,
}

/// Everything that lacuna does.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Open the interface on synthetic charts: no set-up, nothing left behind
    Demo(DemoArgs),
    /// Make a store
    #[command(
        after_help = "The store is encrypted: a passphrase is asked for, and a recovery code is shown once. Whoever makes it is its \
administrator; `lacuna user add` lets others in.\nScripts give the passphrase with --passphrase-fd; the recovery code is then part of the output."
    )]
    Init(InitArgs),
    /// Encrypt a store that was made without
    #[command(
        after_help = "A passphrase is asked for, and a recovery code is shown once, as with `init`. Nobody else may have the store open meanwhile, and \
there must be room for it twice. Cut off at any moment, it is what it was or encrypted. Backups made before stay as they are."
    )]
    Encrypt,
    /// Read files and folders into the store; the same input again changes nothing
    #[command(
        args_conflicts_with_subcommands = true,
        subcommand_negates_reqs = true,
        after_help = "Formats, told by content: text and RTF files, JSON lines (one note a line), FHIR R4 bundles and bulk folders (NDJSON), HL7 v2 \
messages (ADT, MDM, ORU, orders; CR, LF, MLLP), C-CDA documents, CSV tables (MIMIC, or with a map).\n\
A record that cannot be read is reported with file, line, reason and remedy; the rest goes in, and the exit status is 2.\n\nExamples:\n  \
lacuna import notes/ bundle.json\n  lacuna import --dry-run notes.csv --map map.toml\n  pbpaste | lacuna import - --set encounter=88120\n  \
lacuna import --names \"{patient}_{encounter}_{type}\" notes/\n  lacuna import --watch inbox/\n  lacuna import report\n  \
lacuna import undo 7\n\nA map file names the fields of a JSON line, or the columns of a table:\n  id = \"note_id\"\n  text = \"body\""
    )]
    Import(ImportArgs),
    /// Charts or gaps for other systems: FHIR R4 bundles, or tables; what goes out can be imported again
    #[command(
        after_help = "A bundle a line: one file of them is read by `lacuna import` again. A table's cells that a spreadsheet would take for a \
formula begin with '; --raw leaves them as they are, for machines.\n\nExamples:\n  lacuna export 88120 > chart.json\n  lacuna export --all --form csv \
--table results > results.csv\n  lacuna export --all --gaps --form csv > gaps.csv\n  lacuna export 88120 --deidentify"
    )]
    Export(ExportArgs),
    /// What the reader sees in one text; needs no store
    #[command(after_help = "With --jsonl: a line in {\"id\",\"text\",\"type\"?,\"terms\"?:[...]}, a reading a line out.\n\nExamples:\n  \
lacuna read note.txt\n  lacuna read --why note.txt\n  lacuna read --jsonl < notes.jsonl > readings.jsonl")]
    Read(ReadArgs),
    /// Search all documents
    #[command(
        after_help = "Words stand for themselves, all of them: heart failure. A phrase: \"heart failure\". Also: and or not ( ), near/5, prefix*, typo~,\n\
type:discharge, author:chen, date:2026-01.., mrn:, patient:, encounter:. The total is the true one. Exit status 1: nothing found."
    )]
    Search(SearchArgs),
    /// Evaluate encounters against the checklists and list their gaps
    #[command(after_help = "An encounter is named by the sender's identifier, or by our number as #12. Exit status 1: no gap.\n\n\
Examples:\n  lacuna gaps 88120\n  lacuna gaps --all --checklist renal --json\n  lacuna gaps 88120 --as-of 2026-11-19T08:42:00-05:00")]
    Gaps(GapsArgs),
    /// Why an item fired in an encounter, or why it did not
    Explain {
        /// The encounter
        encounter: String,
        /// The item (see `lacuna checklist list`)
        item: String,
        /// The instant at which clocks are judged [default: now]
        #[arg(long, value_name = "INSTANT")]
        as_of: Option<String>,
    },
    /// The checklists: list, show, write, check, try, compare, approve
    #[command(subcommand)]
    Checklist(ChecklistCommand),
    /// Encounters with the reasons to look at them
    Worklist {
        /// Which ones
        #[arg(long, value_enum, default_value_t = WorklistView::Active)]
        view: WorklistView,
        /// Only those of this unit (without its bed); "not given" are those without one
        #[arg(long, value_name = "UNIT")]
        unit: Option<String>,
        /// Only those of this service
        #[arg(long, value_name = "SERVICE")]
        service: Option<String>,
        /// Only those that this payer pays for
        #[arg(long, value_name = "PAYER")]
        payer: Option<String>,
    },
    /// One encounter: documents, gaps, queries
    Chart {
        /// The encounter
        encounter: String,
    },
    /// One document, as it is stored
    Note {
        /// The document
        document: String,
        /// An older version
        #[arg(long, value_name = "N")]
        version: Option<u32>,
    },
    /// Set or clear the time of your next look at an encounter
    Review {
        /// The encounter
        encounter: String,
        /// Days from now; 0 clears it
        #[arg(long, value_name = "DAYS")]
        next: u32,
    },
    /// Set a gap aside with a reason, or take that back
    Dismiss(DismissArgs),
    /// Queries to providers: write, lint, send, answer, close
    #[command(subcommand)]
    Query(QueryCommand),
    /// The audit log
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Figures, with what they count and the rows behind them
    #[command(subcommand)]
    Report(ReportCommand),
    /// Say how you sign queries and how you are reached
    Me {
        /// Name with credential, as a provider should see it
        #[arg(long)]
        name: Option<String>,
        /// Telephone, pager or secure-chat name
        #[arg(long)]
        contact: Option<String>,
    },
    /// Change your passphrase, replace a lost one, or make a new recovery code
    #[command(after_help = "A lost passphrase: lacuna passphrase --recover, with the recovery code that `init` showed.")]
    Passphrase(PassphraseArgs),
    /// Who may open the store, and as what
    #[command(subcommand)]
    User(UserCommand),
    /// Copy the whole store into a new file while it is in use
    Backup {
        /// The new file
        file: PathBuf,
    },
    /// Put a backup into an empty folder, checked
    #[command(
        after_help = "The folder is the one that --store names, and must hold no store. What the backup's audit log lacks cannot be \
told here: `lacuna audit verify` says so until somebody accepts it by name (`lacuna audit accept`)."
    )]
    Restore {
        /// The backup; its keys lie beside it
        file: PathBuf,
    },
    /// Check the store, the audit chain and the index
    Doctor {
        /// Throw the search index away and make it anew
        #[arg(long)]
        rebuild_index: bool,
    },
    /// The keys in force in the interface, place by place
    #[cfg(feature = "tui")]
    #[command(
        after_help = "keys.toml in your configuration folder changes them: docs/keys.md shows how. A mistake in it is named with line and \
remedy, exit status 2."
    )]
    Keys {
        /// One command
        #[arg(value_parser = clap::builder::PossibleValuesParser::new(crate::tui::command::all().map(|c| c.id)))]
        command: Option<String>,
    },
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// `demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Panics once the first screen is drawn: how the tests see what a panic leaves behind
    #[arg(long, hide = true)]
    pub panic: bool,
    /// Start at this encounter
    #[arg(long, value_name = "ENCOUNTER")]
    pub chart: Option<String>,
}

/// `init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Keep the store unencrypted
    #[arg(long)]
    pub no_encryption: bool,
    /// Share the folder with its group: mode 2770, files 0660 (docs/security.md, Ways to run)
    #[arg(long)]
    pub shared: bool,
}

/// `passphrase`.
#[derive(Debug, Args)]
pub struct PassphraseArgs {
    /// Set a new passphrase with the recovery code
    #[arg(long)]
    pub recover: bool,
    /// Make a new recovery code; the old one ends
    #[arg(long, conflicts_with = "recover")]
    pub new_recovery_code: bool,
}

/// `user ...`.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Everybody who may open the store
    List,
    /// Let somebody in
    Add {
        /// Their login name
        name: String,
        /// What they do
        #[arg(long, value_enum)]
        role: Role,
    },
    /// Give somebody another role
    Role {
        /// Whom
        name: String,
        /// What they do
        #[arg(value_enum)]
        role: Role,
    },
    /// Shut somebody out: the store gets a new data key
    #[command(
        after_help = "Nobody else may have the store open meanwhile. What they copied before, and older backups, stay readable to them."
    )]
    Remove {
        /// Whom
        name: String,
    },
}

impl ValueEnum for Role {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()).help(self.about()))
    }
}

/// `import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Or look at past ones.
    #[command(subcommand)]
    pub command: Option<ImportCommand>,
    /// Files and folders (folders to any depth); - is standard input
    #[arg(required_unless_present = "watch", value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Plain notes: what their file names say, as in {patient}_{encounter}_{type}_{date}; {*} is anything
    #[arg(long, value_name = "PATTERN")]
    pub names: Option<String>,
    /// Plain notes: take patient, encounter, type, author and date from the labelled lines that a note begins with
    #[arg(long)]
    pub header: bool,
    /// Plain notes: what holds for all of them, as in encounter=88120 (again for more)
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// How dates like 11/12/2026 in names and first lines are read; without it they are told, not guessed
    #[arg(long, value_name = "ORDER", value_parser = ["month-first", "day-first"])]
    pub dates: Option<String>,
    /// Read everything and store nothing: what would go in, what would be refused, which column is read as what
    #[arg(long)]
    pub dry_run: bool,
    /// Take files as they come into a folder; each goes to its done/ or rejected/ with a report beside it
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["paths", "dry_run"])]
    pub watch: Option<PathBuf>,
    /// With --watch: seconds between two looks; a file that has not changed between two has settled
    #[arg(long, value_name = "SECONDS", default_value_t = 2, requires = "watch")]
    pub every: u64,
    /// With --watch: end when everything that was there has settled and is taken
    #[arg(long, requires = "watch")]
    pub once: bool,
    /// The format, when it is not to be told from the content
    #[arg(long, value_name = "FORMAT", value_parser = ["text", "json-lines", "fhir-bundle", "fhir-ndjson", "rtf", "hl7", "c-cda", "csv"])]
    pub format: Option<String>,
    /// Which field of a JSON line, or column of a table, is what (TOML)
    #[arg(long, value_name = "FILE")]
    pub map: Option<PathBuf>,
    /// Which type a sender's code or title stands for (TOML: "Hospital course" = "discharge_summary") [default: the store's note_types.toml]
    #[arg(long, value_name = "FILE")]
    pub types: Option<PathBuf>,
}

/// `export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// The encounters
    #[arg(required_unless_present = "all", value_name = "ENCOUNTER")]
    pub encounters: Vec<String>,
    /// All encounters of the store
    #[arg(long, conflicts_with = "encounters")]
    pub all: bool,
    /// The form
    #[arg(long, value_name = "FORM", default_value = "fhir", value_parser = ["fhir", "csv", "json-lines"])]
    pub form: String,
    /// Their gaps instead of their charts
    #[arg(long)]
    pub gaps: bool,
    /// What the reader found in their notes instead: drafts of Conditions and Observations, or with --form json-lines readings
    #[arg(long, conflicts_with = "gaps")]
    pub findings: bool,
    /// What people did about them instead: looks, the next ones, who took them on, what was said of gaps
    #[arg(long, conflicts_with_all = ["gaps", "findings"])]
    pub reviews: bool,
    /// Which table of a chart, with --form csv
    #[arg(long, value_name = "TABLE", default_value = "notes", value_parser = ["notes", "results", "stays", "patients"])]
    pub table: String,
    /// Cells as they are, for machines
    #[arg(long)]
    pub raw: bool,
    /// For training: without the people in them. Lists what would be replaced and where; the code at its end exports
    #[arg(long, conflicts_with_all = ["gaps", "findings", "reviews", "table", "raw"])]
    pub deidentify: bool,
    /// With --deidentify: the code of the list that you looked through
    #[arg(long, value_name = "CODE", requires = "deidentify")]
    pub reviewed: Option<String>,
    /// With --deidentify: dates moved by weeks, another number for each patient, or cut down to their years
    #[arg(long, value_name = "HOW", default_value = "moved", value_parser = ["moved", "years"], requires = "deidentify")]
    pub dates: String,
}

/// `import ...`.
#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// Past imports, newest first; one of them with what it made of the store, refused and told
    #[command(after_help = "A file or folder that is really called report: ./report")]
    Report {
        /// The import's number
        run: Option<i64>,
        /// Of one import: each record that it added, changed or took back, with file and line (the first thousand)
        #[arg(long, requires = "run")]
        records: bool,
        /// Of all imports: the records that stand in no stay, and so in no chart (the first thousand)
        #[arg(long, conflicts_with = "run")]
        unplaced: bool,
    },
    /// Patients that may be one person under two identifiers: the same day of birth, and the record number or both names
    #[command(after_help = "Nothing is joined unasked: look, then `lacuna import merge`. Exit status 1: none.")]
    Doubles,
    /// Make two patients one: everything of the first becomes the second's; `import undo` takes it back
    Merge {
        /// The identifier that goes
        gone: String,
        /// The identifier that stays
        kept: String,
    },
    /// Take an import back whole: everything it changed stands as before
    #[command(after_help = "Refused when a later import or a person's work builds on it: take that back first.")]
    Undo {
        /// The import's number (`lacuna import report` lists them)
        run: i64,
    },
}

/// `read`.
#[derive(Debug, Args)]
pub struct ReadArgs {
    /// The text; standard input when left out or -
    pub file: Option<PathBuf>,
    /// The document's type, when it is not to be told from the content
    #[arg(long = "type", value_name = "TYPE")]
    pub document_type: Option<String>,
    /// JSON lines in, JSON lines out
    #[arg(long)]
    pub jsonl: bool,
    /// Show which words decided
    #[arg(long)]
    pub why: bool,
}

/// `search`.
#[derive(Debug, Args)]
pub struct SearchArgs {
    /// The query
    #[arg(required = true)]
    pub query: Vec<String>,
    /// Hits to show
    #[arg(long, default_value_t = 20, value_name = "N")]
    pub limit: usize,
    /// Best first, or newest first
    #[arg(long, value_enum, default_value_t = SortChoice::Score)]
    pub sort: SortChoice,
    /// Only in this encounter
    #[arg(long, value_name = "ENCOUNTER")]
    pub encounter: Option<String>,
    /// The words as typed, without the synonyms of the lexicon (as `synonyms:off` in the query)
    #[arg(long)]
    pub no_synonyms: bool,
}

/// The order of hits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SortChoice {
    /// Best first.
    Score,
    /// Newest first.
    Date,
}

/// `gaps`.
#[derive(Debug, Args)]
pub struct GapsArgs {
    /// The encounters
    #[arg(required_unless_present = "all", value_name = "ENCOUNTER")]
    pub encounters: Vec<String>,
    /// Every encounter of the store
    #[arg(long, conflicts_with = "encounters")]
    pub all: bool,
    /// Only this checklist, or this item
    #[arg(long, value_name = "ID")]
    pub checklist: Option<String>,
    /// The instant at which clocks are judged [default: now]
    #[arg(long, value_name = "INSTANT")]
    pub as_of: Option<String>,
    /// What became of the gaps of these encounters: set aside, queried, resolved, reopened; oldest first
    #[arg(long, conflicts_with_all = ["checklist", "as_of"])]
    pub history: bool,
}

/// `dismiss`.
#[derive(Debug, Args)]
pub struct DismissArgs {
    /// The encounter
    pub encounter: String,
    /// The gap's key, as `lacuna chart --json` gives it, or the item
    pub gap: String,
    /// The reason
    #[arg(long, value_enum, required_unless_present = "undo")]
    pub reason: Option<DismissReason>,
    /// A few words besides
    #[arg(long, default_value = "")]
    pub words: String,
    /// Take a dismissal back
    #[arg(long, conflicts_with = "reason")]
    pub undo: bool,
}

impl ValueEnum for DismissReason {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (name, label) = self.words();
        Some(PossibleValue::new(name).help(label))
    }
}

impl ValueEnum for WorklistView {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (name, _, shows) = self.words();
        Some(PossibleValue::new(name).help(shows))
    }
}

/// `checklist ...`.
#[derive(Debug, Subcommand)]
pub enum ChecklistCommand {
    /// The packs and their items; --form prints them all
    List {
        /// The form
        #[arg(long, value_enum, default_value_t = PrintForm::Text)]
        form: PrintForm,
    },
    /// One item: what it looks for, why, its source, its examples
    Show {
        /// The item
        item: String,
        /// The form
        #[arg(long, value_enum, default_value_t = PrintForm::Text)]
        form: PrintForm,
    },
    /// A commented template of a pack to begin with
    New {
        /// The file to make; it must not exist. Standard output when left out
        file: Option<PathBuf>,
    },
    /// The names that a pack may use: conditions with their attributes, drug classes, observations with their unit, sections
    #[command(after_help = "A ward's own word finds its name, too: lacuna checklist names K. Exit status 1: no such name.")]
    Names {
        /// Words of a name, or what your hospital calls it; all names when left out
        words: Vec<String>,
    },
    /// Every mistake in a pack file, with line and remedy
    Check {
        /// The files
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Run the items' own examples
    Test {
        /// Pack files; the packs in force when left out
        files: Vec<PathBuf>,
    },
    /// What the items of a file make of one note, and why
    Try {
        /// The pack file
        file: PathBuf,
        /// The note; standard input when left out or -
        #[arg(long, value_name = "FILE")]
        text: Option<PathBuf>,
        /// The note's type, when it is not to be told from the content
        #[arg(long = "type", value_name = "TYPE")]
        document_type: Option<String>,
        /// Only this item, with its whole tree
        #[arg(long, value_name = "ITEM")]
        item: Option<String>,
    },
    /// Which items differ between two versions of a file, and which gaps of the store change with them
    #[command(after_help = "`shipped` names the packs that come with the program. Exit status 1: nothing differs.")]
    Diff {
        /// The one
        before: PathBuf,
        /// The other
        after: PathBuf,
    },
    /// Record that your physicians approved an item's thresholds; `checklist show` names them from then on
    Approve {
        /// The item
        item: String,
        /// Who approved it
        #[arg(long, required_unless_present = "withdraw")]
        by: Option<String>,
        /// Take the approval back
        #[arg(long, conflicts_with = "by")]
        withdraw: bool,
    },
    /// For each item: how often it fired, was queried and agreed with, was set aside and why
    Precision,
}

/// The form of a printed checklist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PrintForm {
    /// For the terminal.
    Text,
    /// Markdown.
    Markdown,
    /// A page that prints.
    Html,
}

/// `audit ...`.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// The log, oldest first
    Show {
        /// Only this patient
        #[arg(long)]
        patient: Option<String>,
        /// Only this user
        #[arg(long = "user", value_name = "USER")]
        by: Option<String>,
        /// Only the newest so many
        #[arg(long, value_name = "N")]
        limit: Option<u32>,
    },
    /// The log for other systems: FHIR R4 AuditEvents, or a table
    Export {
        /// The form
        #[arg(long, value_name = "FORM", default_value = "fhir", value_parser = ["fhir", "csv"])]
        form: String,
        /// Only this patient: who looked at them
        #[arg(long)]
        patient: Option<String>,
        /// Only this user
        #[arg(long = "user", value_name = "USER")]
        by: Option<String>,
    },
    /// Check the chain
    #[command(
        after_help = "Exit status: 0 intact; 1 altered; 2 shortened or rolled back; 3 cannot tell (nothing to compare with is kept on this host)."
    )]
    Verify {
        /// Compare with the anchors of this file too
        #[arg(long, value_name = "FILE")]
        anchor: Option<PathBuf>,
    },
    /// Take the log as it is for the true one from now on: after a backup was put back, or the kept head was lost
    Accept {
        /// Why, in words: they go into the log
        #[arg(long)]
        reason: String,
    },
    /// Print the newest head, or add it to a file, to be kept where nobody who uses the store can write
    #[command(after_help = "To the system's log: lacuna audit anchor | logger -t lacuna")]
    Anchor {
        /// The file to add it to
        file: Option<PathBuf>,
    },
}
