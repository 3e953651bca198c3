//! What lies over a screen and takes its keys: palette, help, dialogs.

use crate::checklist::Explanation;
use crate::query::Outcome;
use crate::tui::keys::Key;
use crate::work::model::Group;

/// One layer.
#[derive(Clone, Debug)]
pub enum Layer {
    /// Find a command by a few letters.
    Palette {
        /// The letters.
        words: String,
        /// The selected command.
        cursor: usize,
    },
    /// The keys of this screen.
    Help {
        /// First row on show.
        top: usize,
    },
    /// A text to read.
    Text {
        /// What it is.
        title: String,
        /// The text.
        text: String,
        /// First row on show.
        top: usize,
    },
    /// Why an item fired.
    Explain {
        /// The gap's title.
        title: String,
        /// The gap's own reason and what speaks against it.
        about: Vec<String>,
        /// The tree, once it is there.
        tree: Option<Explanation>,
        /// First row on show.
        top: usize,
    },
    /// Why a gap is set aside: one digit.
    Dismiss {
        /// Its key.
        key: String,
        /// Its title.
        title: String,
    },
    /// When to look again: one digit.
    Review {
        /// The encounter.
        encounter: String,
        /// The patient.
        patient: String,
    },
    /// Whether to send: what is asked, whole. Yes counts only once all of it was on the screen.
    Sending {
        /// The question.
        question: String,
        /// What the provider is asked and offered.
        text: String,
        /// First row on show.
        top: usize,
        /// How many rows were on the screen so far.
        seen: usize,
    },
    /// Which view of the worklist: one key.
    Views,
    /// Which order of the worklist: one digit.
    Sort,
    /// Which columns of the worklist: one digit each.
    Columns,
    /// Which unit, service or payer of the worklist: found by a few letters.
    Group {
        /// Which of the three.
        by: Group,
        /// The letters.
        words: String,
        /// The selected one of those that fit.
        cursor: usize,
    },
    /// Which kind of document: one letter.
    GoTo,
    /// Which kind of note a text is that items are tried on: one letter.
    Kind,
    /// The sections of the note on show: found by a few letters.
    Outline {
        /// The letters.
        words: String,
        /// The selected one of those that fit.
        cursor: usize,
    },
    /// What the note on show is compared with.
    CompareWith {
        /// The selected one.
        cursor: usize,
    },
    /// A question with no as the default.
    Confirm {
        /// The question.
        question: String,
        /// What yes does.
        yes: Yes,
    },
    /// Words for something.
    Words {
        /// What is asked for.
        prompt: String,
        /// What was typed.
        text: String,
        /// Where the cursor is.
        cursor: usize,
        /// What they are for.
        purpose: Purpose,
    },
    /// Which checklist file is tried: its path, with the names that fit.
    File {
        /// What was typed.
        text: String,
        /// Where the cursor is.
        cursor: usize,
        /// Paths that begin like it.
        offered: Vec<String>,
    },
    /// The provider's answer: an option by its digit, and words.
    Reply {
        /// The query.
        id: i64,
        /// Its options.
        options: Vec<String>,
        /// The chosen one.
        option: Option<usize>,
        /// Whether the words take the keys.
        typing: bool,
        /// What was typed.
        text: String,
        /// Where the cursor is.
        cursor: usize,
        /// Who replied, and behind a semicolon when: the recipient until somebody else is typed.
        who: String,
        /// Whether that line takes the keys.
        naming: bool,
        /// The keys pressed while the options are still being read: they count once those are there.
        early: Option<Vec<Key>>,
    },
    /// Who gets a query instead: one key.
    Redirect {
        /// The query.
        id: i64,
        /// Who can get it; empty until it is known.
        all: Vec<crate::query::Recipient>,
    },
    /// What of the chart is taken as an indicator: found by a few letters.
    Take {
        /// The letters.
        words: String,
        /// The selected one of those that fit.
        cursor: usize,
        /// Everything that can be taken, with its words.
        all: Vec<(String, crate::query::Indicator)>,
    },
    /// How a query ended: one key.
    Outcome {
        /// The query.
        id: i64,
        /// Its title.
        title: String,
    },
}

impl Layer {
    /// Whether letters are text in it.
    pub fn types(&self) -> bool {
        matches!(
            self,
            Self::Palette { .. }
                | Self::Group { .. }
                | Self::Words { .. }
                | Self::Take { .. }
                | Self::Outline { .. }
                | Self::Reply { typing: true, .. }
        )
    }
}

/// What saying yes does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Yes {
    /// Throws the draft in the composer away.
    Discard(i64),
    /// Writes a query about a gap that is no longer open.
    Query(String),
    /// Closes a query with an outcome.
    Close(i64, Outcome),
    /// Confirms that the document that was found carries the answer.
    Documented(i64),
}

/// What typed words are for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Closes a query with an outcome that the ticked option does not say.
    CloseWhy(i64, Outcome),
    /// Why a gap is set aside (gap's key).
    DismissOther(String),
    /// To whom a query is handed on.
    EscalateTo(i64),
    /// Why it is.
    EscalateWhy(i64, String),
    /// Why a query is taken back.
    Withdraw(i64),
    /// Why a query is given to somebody else.
    RedirectWhy(i64, String),
    /// Why it is asked again.
    Reopen(i64),
    /// Why other words are to go out.
    Amend(i64),
    /// How one spoke about it, and what was said.
    Contact(i64),
    /// Why a lint finding is in order (rule).
    Justify(String),
    /// How one signs and is reached.
    SignAs,
    /// A line for oneself (the encounter).
    Note(String),
    /// The name of a search (the query).
    KeepSearch(String),
}
