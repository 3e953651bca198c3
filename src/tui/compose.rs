//! The state of the composer: a draft, the field with the keys, what is saved of it and what the lint says.

use crate::chart::Instant;
use crate::query::{Diagnostic, Draft, LintSeverity, QueryForm, Recipient, Report, is_justified};
use crate::tui::model::DraftPlace;
use crate::work::model::{AnswerTime, QueryView};

/// A draft being written.
#[derive(Clone, Debug)]
pub struct Composer {
    /// Its number.
    pub id: i64,
    /// The revision that the store holds.
    pub revision: i64,
    /// When it was begun.
    pub created: Option<Instant>,
    /// Patient as shown.
    pub patient: String,
    /// The draft.
    pub draft: Draft,
    /// For ourselves only.
    pub note: String,
    /// The field with the keys.
    pub field: Field,
    /// The selected item of a list field.
    pub item: usize,
    /// Whether the item's words are being typed.
    pub editing: bool,
    /// Whether Esc was pressed once: the next one leaves.
    pub leaving: bool,
    /// Where the cursor is in the text that is typed.
    pub cursor: usize,
    /// Changes so far.
    pub edits: u64,
    /// Changes that the store holds.
    pub saved: u64,
    /// Changes that are on their way to it.
    pub sending: Option<u64>,
    /// How the last save went.
    pub status: Saved,
    /// Whether the long timer runs.
    pub capped: bool,
    /// What to do once everything is saved.
    pub then: Then,
    /// The newest lint.
    pub report: Option<Report>,
    /// Changes that were there when the newest lint was asked for.
    pub asked: u64,
    /// Changes that `report` has seen.
    pub checked: u64,
    /// Who it can go to.
    pub recipients: Vec<Recipient>,
    /// When the policy asks for an answer: after so many hours, and if it were sent now.
    pub answer_time: Option<AnswerTime>,
    /// The draft before each change of a list or a choice, with the item that was selected; the newest last.
    pub before: Vec<(Draft, usize)>,
}

/// Hours that a day set by hand may be away from the policy's to be taken for it.
const HALF_A_DAY: f64 = 12.0;

/// Changes of lists and choices that can be taken back.
const MOST_BEFORE: usize = 50;

/// What a draft asks and offers, as a person checks it before it goes out.
pub fn asked(composer: &Composer) -> String {
    let draft = &composer.draft;
    let count = draft.indicators.iter().filter(|i| i.included).count();
    let due = composer.due().map(|due| format!("; due {}", crate::tui::say::long(&due))).unwrap_or_default();
    let mut text = format!("{}\n{count} of {} indicators go with it{due}\n\n{}\n", draft.title, draft.indicators.len(), draft.question);
    for option in &draft.options {
        text.push_str(&format!("\n( ) {}", option.text));
    }
    crate::tui::text::multiline(&text)
}

/// How the last save went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Saved {
    /// As it was opened.
    #[default]
    Untouched,
    /// The store holds it since then.
    At(Instant),
    /// It does not, and why.
    Failed(String),
}

/// What to do once everything is saved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Then {
    /// Nothing.
    #[default]
    Stay,
    /// Send it.
    Send,
}

/// Fields, from top to bottom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Field {
    /// Neutral title.
    #[default]
    Title,
    /// Form.
    Form,
    /// Why it is justified.
    Why,
    /// Recipient.
    To,
    /// When an answer is due.
    Due,
    /// Evidence.
    Indicators,
    /// Free words above the question.
    Words,
    /// The question.
    Question,
    /// Options.
    Options,
    /// Place or channel of a conversation.
    How,
    /// The exact words asked aloud.
    Asked,
    /// The reply.
    Reply,
    /// For ourselves only.
    Note,
}

impl Field {
    /// Every field.
    pub const ALL: [Self; 13] = [
        Self::Title,
        Self::Form,
        Self::Why,
        Self::To,
        Self::Due,
        Self::Indicators,
        Self::Words,
        Self::Question,
        Self::Options,
        Self::How,
        Self::Asked,
        Self::Reply,
        Self::Note,
    ];

    /// Whether a draft of this form has it: a conversation is recorded only where there was one.
    pub fn is_of(self, form: QueryForm) -> bool {
        form == QueryForm::Verbal || !matches!(self, Self::How | Self::Asked | Self::Reply)
    }

    /// Its label.
    pub fn label(self) -> &'static str {
        match self {
            Self::Title => "Title",
            Self::Form => "Type",
            Self::Why => "Reason",
            Self::To => "To",
            Self::Due => "Due",
            Self::Indicators => "Indicators",
            Self::Words => "Context",
            Self::Question => "Question",
            Self::Options => "Options",
            Self::How => "How",
            Self::Asked => "Asked aloud",
            Self::Reply => "Reply",
            Self::Note => "For us only",
        }
    }

    /// The prefix that the lint names it by.
    pub fn lint_name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Form => "form",
            Self::Why => "reason",
            Self::To => "recipient",
            Self::Due => "due",
            Self::Indicators => "indicators",
            Self::Words => "body",
            Self::Question => "question",
            Self::Options => "options",
            Self::How => "verbal.channel",
            Self::Asked => "verbal.wording",
            Self::Reply => "verbal.reply",
            Self::Note => "internal_note",
        }
    }

    fn step(self, by: isize) -> Self {
        let at = Self::ALL.iter().position(|f| *f == self).unwrap_or(0);
        let to = (at as isize + by).rem_euclid(Self::ALL.len() as isize);
        Self::ALL.get(usize::try_from(to).unwrap_or(0)).copied().unwrap_or_default()
    }
}

impl Composer {
    /// Opens a stored draft.
    pub fn new(view: QueryView) -> Self {
        let mut all = view.recipients;
        if let Some(to) = &view.draft.recipient
            && !all.iter().any(|r| r.name == to.name)
        {
            all.insert(0, to.clone());
        }
        Self {
            id: view.row.id,
            revision: view.revision,
            created: view.created,
            patient: view.row.patient.unwrap_or_default(),
            draft: view.draft,
            note: view.internal_note,
            field: Field::Indicators,
            item: 0,
            editing: false,
            leaving: false,
            cursor: 0,
            edits: 0,
            saved: 0,
            sending: None,
            status: Saved::Untouched,
            capped: false,
            then: Then::Stay,
            report: None,
            asked: 0,
            checked: 0,
            recipients: all,
            answer_time: view.answer_time,
            before: Vec::new(),
        }
    }

    /// Keeps the draft as it is, so that the next change can be taken back.
    pub fn remember(&mut self) {
        if self.before.len() == MOST_BEFORE {
            self.before.remove(0);
        }
        self.before.push((self.draft.clone(), self.item));
    }

    /// When an answer is asked for: what a person set, else what the policy gives if it were sent now.
    pub fn due(&self) -> Option<Instant> {
        let counted = self.answer_time.and_then(|t| t.at).filter(|_| !self.draft.due_by_hand);
        counted.or(self.draft.due)
    }

    /// Moves the due time by days; back at the policy's, it is counted from the sending again.
    pub fn move_due(&mut self, days: i64, now: Option<Instant>) {
        let Some(day) = self.due().or(now).and_then(|due| due.plus_hours(24 * days)) else { return };
        if now.is_some_and(|now| day <= now) {
            return;
        }
        let counted = self.answer_time.and_then(|t| t.at).filter(|at| at.hours_since(&day).abs() < HALF_A_DAY);
        (self.draft.due, self.draft.due_by_hand) = (counted.or(Some(day)), counted.is_none());
    }

    /// Whether the store holds everything.
    pub fn clean(&self) -> bool {
        self.edits == self.saved
    }

    /// Whether letters go into a text now.
    pub fn typing(&self) -> bool {
        self.editing
            || matches!(self.field, Field::Title | Field::Words | Field::Question | Field::How | Field::Asked | Field::Reply | Field::Note)
    }

    /// Whether the text that is typed may hold several lines.
    pub fn multiline(&self) -> bool {
        matches!(self.field, Field::Words | Field::Question | Field::Asked | Field::Reply | Field::Note)
    }

    /// The text that letters go into, with its cursor.
    pub fn text(&mut self) -> Option<(&mut String, &mut usize)> {
        let text = match self.field {
            Field::Title => &mut self.draft.title,
            Field::Words => &mut self.draft.body,
            Field::Question => &mut self.draft.question,
            Field::How => &mut self.draft.verbal.get_or_insert_default().channel,
            Field::Asked => &mut self.draft.verbal.get_or_insert_default().wording,
            Field::Reply => &mut self.draft.verbal.get_or_insert_default().reply,
            Field::Note => &mut self.note,
            Field::Options if self.editing => &mut self.draft.options.get_mut(self.item)?.text,
            Field::Indicators if self.editing => &mut self.draft.indicators.get_mut(self.item)?.relevance,
            _ => return None,
        };
        Some((text, &mut self.cursor))
    }

    /// The text of a field as it stands, for fields that are one text.
    pub fn value(&self, field: Field) -> &str {
        match field {
            Field::Title => &self.draft.title,
            Field::Words => &self.draft.body,
            Field::Question => &self.draft.question,
            Field::How => self.draft.verbal.as_ref().map_or("", |v| &v.channel),
            Field::Asked => self.draft.verbal.as_ref().map_or("", |v| &v.wording),
            Field::Reply => self.draft.verbal.as_ref().map_or("", |v| &v.reply),
            Field::Note => &self.note,
            _ => "",
        }
    }

    /// Items of the focused list field.
    pub fn items(&self) -> usize {
        match self.field {
            Field::Indicators => self.draft.indicators.len(),
            Field::Options => self.draft.options.len(),
            _ => 0,
        }
    }

    /// Gives the keys to the field `by` further on; a text takes them at its end, or at its start when coming from above.
    pub fn go(&mut self, by: isize) {
        let mut field = self.field.step(by);
        while !field.is_of(self.draft.form) {
            field = field.step(by);
        }
        self.focus(field);
    }

    /// Gives the keys to a field.
    pub fn focus(&mut self, field: Field) {
        self.field = field;
        self.item = 0;
        self.editing = false;
        self.cursor = self.value(field).len();
    }

    /// How many findings block, need words, or advise.
    pub fn findings(&self) -> (usize, usize, usize) {
        let count = |severity| self.diagnostics().filter(|d| d.severity == severity).count();
        let justified = |d: &&Diagnostic| d.severity == LintSeverity::Justify && !is_justified(&self.draft, d.rule);
        (count(LintSeverity::Block), self.diagnostics().filter(justified).count(), count(LintSeverity::Advice))
    }

    /// Takes up the place where somebody was in it.
    pub fn resume(&mut self, place: DraftPlace) {
        let field = Field::ALL.get(place.field).copied().filter(|field| field.is_of(self.draft.form));
        self.focus(field.unwrap_or(Field::Indicators));
        self.item = place.item.min(self.items().saturating_sub(1));
        let value = self.value(self.field);
        if value.is_char_boundary(place.cursor) {
            self.cursor = place.cursor;
        }
    }

    /// Where somebody is in it.
    pub fn place(&self) -> DraftPlace {
        let field = Field::ALL.iter().position(|field| *field == self.field).unwrap_or(0);
        DraftPlace { id: self.id, field, item: self.item, cursor: self.cursor }
    }

    /// What the lint found: what blocks first, then what needs words, then advice, and last what is justified.
    pub fn findings_in_order(&self) -> Vec<&Diagnostic> {
        let mut findings: Vec<&Diagnostic> = self.diagnostics().collect();
        findings.sort_by_key(|f| match f.severity {
            LintSeverity::Block => 0,
            LintSeverity::Justify if !is_justified(&self.draft, f.rule) => 1,
            LintSeverity::Advice => 2,
            LintSeverity::Justify => 3,
        });
        findings
    }

    /// What the lint found, as it was found.
    pub fn diagnostics(&self) -> impl Iterator<Item = &Diagnostic> {
        self.report.iter().flat_map(|r| &r.diagnostics)
    }

    /// Findings on one field, or on one item of a list field.
    pub fn findings_on(&self, field: Field, item: Option<usize>) -> impl Iterator<Item = &Diagnostic> {
        let name = match item {
            Some(item) => format!("{}[{item}]", field.lint_name()),
            None => field.lint_name().to_owned(),
        };
        self.diagnostics().filter(move |d| d.field == name)
    }
}
