//! What the reader knows: concepts and their names, triggers, attributes, measurements. All of it is data in `lexicon/`.

mod build;
mod choices;
mod entry;
mod files;
mod placeholders;
mod senses;
mod spelling;
#[cfg(test)]
mod tests;

pub use files::Files;
pub use senses::{MEMBER, Sense, denied_kind, is_kind, member, senses, synonyms};

use crate::error::Result;
use crate::reading::bits::Bits;
use crate::reading::machine::Machine;
use crate::reading::measuring::Measuring;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Everything that matching needs, built once.
pub struct Lexicon {
    pub(super) concepts: Vec<Concept>,
    pub(super) forms: Vec<Form>,
    pub(super) triggers: Vec<Trigger>,
    pub(super) attributes: Vec<AttributeWord>,
    pub(super) measures: Vec<Measure>,
    /// How numbers stand beside them.
    pub(super) measuring: Measuring,
    pub(super) sections: BTreeMap<String, Vec<Axis>>,
    pub(super) standing_sections: Vec<String>,
    /// The words that may stand between a cue and the colon before its list.
    pub(super) lead_words: Vec<String>,
    /// Concepts that are history without being over, wherever they are told.
    pub(super) habits: Vec<String>,
    /// The words that may stand before a cue at the start of its sentence.
    pub(super) opening_words: Vec<String>,
    /// Verbs of which a subject can be parted by what stands between two commas.
    pub(super) auxiliaries: Vec<String>,
    /// Words that may stand before a name that an item denies in the end without making it a kind of its own: "suspected | sepsis ruled out".
    pub(super) item_leads: Vec<String>,
    /// Words with which an aside begins that stands between a cue and what it governs: "denied, | when | asked, any seizure".
    pub(super) aside_words: Vec<String>,
    /// Words that go on behind an aside with what was before it: "any sign, even after that, | of".
    pub(super) aside_ends: Vec<String>,
    /// Whom a pronoun can speak of.
    pub(super) kin: Vec<Kin>,
    /// Words before what has a cause: of "the cause of the anemia" no verdict is one on the anemia.
    pub(super) grounds: Vec<String>,
    /// Words that have the last word on a doubt: what an item is denied with in the end, its head is denied with.
    pub(super) verdicts: Vec<String>,
    /// Doubts that look forward although they end one that looks back: "this is | likely | pneumonia".
    pub(super) turning: Vec<String>,
    /// Cues that only look for something, which a denial of the same name answers.
    pub(super) searches: Vec<String>,
    /// Words that, right after a condition's name, make it the name of a measure or a place ("DVT prophylaxis").
    pub(super) not_next: Vec<String>,
    /// Words that may stand beside the names of a sentence that is nothing but names.
    pub(super) name_joints: Vec<String>,
    /// Words that may follow an adjective behind a comma ("heart failure, chronic, on ...").
    pub(super) may_follow: Vec<String>,
    /// Words over which an adjective does not reach a name ("permanent pacemaker for atrial fibrillation").
    pub(super) not_over: Vec<String>,
    /// Words that a place may be told with ("left lower leg").
    pub(super) place_words: Vec<String>,
    /// The folded words of each pattern of the machine.
    pub(super) patterns: Vec<Box<str>>,
    /// What each pattern of the machine stands for.
    pub(super) owners: Owners,
    /// The patterns that name each concept: the names of all drugs are asked for at the start, and there are a hundred thousand patterns.
    pub(super) named: Vec<Vec<u32>>,
    /// Finds the patterns.
    pub(super) machine: Machine,
}

/// What a matched pattern stands for: an index into the table of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    Form(usize),
    Trigger(usize),
    Attribute(usize),
    Measure(usize),
}

/// What the patterns stand for, one behind the other: a hundred thousand lists of one would be as many allocations.
#[derive(Default)]
pub(super) struct Owners {
    all: Vec<Owner>,
    /// One past the last owner of each pattern.
    ends: Vec<u32>,
}

impl Owners {
    /// A further pattern, which stands for nothing yet.
    fn begin(&mut self) {
        self.ends.push(self.ends.last().copied().unwrap_or(0));
    }

    /// The last pattern stands for this, too.
    fn add(&mut self, owner: Owner) {
        let start = self.ends.len().checked_sub(2).and_then(|before| self.ends.get(before)).map_or(0, |&end| end as usize);
        if let Some(end) = self.ends.last_mut()
            && self.all.get(start..).is_none_or(|own| !own.contains(&owner))
        {
            self.all.push(owner);
            *end += 1;
        }
    }

    /// What this pattern stands for.
    pub(super) fn of(&self, pattern: usize) -> &[Owner] {
        let end = |at: usize| self.ends.get(at).map_or(0, |&end| end as usize);
        let start = pattern.checked_sub(1).map_or(0, end);
        self.all.get(start..end(pattern)).unwrap_or_default()
    }

    /// The owners of every pattern, in the order of the patterns.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[Owner]> {
        (0..self.ends.len()).map(|pattern| self.of(pattern))
    }
}

/// Something that a note can name.
#[derive(Clone, Debug, PartialEq)]
pub struct Concept {
    /// `heart_failure`, `drug.loop_diuretic`.
    pub id: String,
    /// A condition of the vocabulary; the others are findings, drugs and further terms, with a dot in their ids.
    pub condition: bool,
    /// "History of" does not end it: the patient still has it.
    pub stays: bool,
    /// A bare entry in a list of past conditions means that it is still there.
    pub listed: bool,
    /// Only shadows shorter names inside its own; not reported.
    pub mask: bool,
}

impl Concept {
    /// An illness or a sign of one: no drug, no study, no other meaning of a name.
    pub(super) fn is_illness(&self) -> bool {
        !self.mask && (self.condition || self.id.starts_with("finding.") || self.id.starts_with("term."))
    }
}

/// One group of names of a concept, with what they say beyond it and when they count.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Form {
    pub concept: usize,
    pub sets: Vec<(String, String)>,
    /// Axes that the name itself sets ("nonsmoker" is tobacco use, negated).
    pub axes: Vec<Axis>,
    pub guard: Option<Box<Guard>>,
    /// Counts inside a longer name, too.
    pub nested: bool,
    /// A mention only where this axis holds: alcohol is one only where it is denied.
    pub only: Option<Axis>,
    /// Overrides the concept's own `stays` for these names.
    pub stays: Option<bool>,
}

/// When a name counts. Most ask nothing and have none: what is looked at for every name found lies close together.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Guard {
    /// Only in capitals (as written in the lexicon).
    pub exact: bool,
    /// One of these words must stand near: in the same sentence.
    pub near: Vec<String>,
    /// None of these words may stand near.
    pub not_near: Vec<String>,
    /// Near is also what stands in the sentences beside.
    pub around: bool,
    /// One of these must follow at once.
    pub next: Vec<String>,
    /// None of these may follow at once.
    pub not_next: Vec<String>,
    /// One of these must stand right before.
    pub before: Vec<String>,
    /// None of these may stand right before.
    pub not_before: Vec<String>,
    /// Only (or only not) where a line, a sentence or a member of a list begins.
    pub at_start: Option<bool>,
    /// Only (or only not) where a line, a sentence, a cell or a member of a list ends.
    pub at_end: Option<bool>,
    /// The spelling that `exact` asks for.
    pub spelling: Vec<String>,
    /// How the words of `near` and `not_near` begin: most sentences have none that begins so.
    pub near_begin: Bits,
    /// The first letters of `next` and `not_next`.
    pub next_first: Bits,
    /// The last letters of `before` and `not_before`.
    pub before_last: Bits,
}

/// A name that numbers follow.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Measure {
    /// What the numbers are, in their order; several when rows of different lengths are usual.
    pub orders: Vec<Vec<String>>,
    /// The names stand in the order of their numbers, the smallest first.
    pub ascending: bool,
    pub guard: Option<Box<Guard>>,
    /// It is a unit, too: behind a number it is none but that.
    pub unit_too: bool,
}

/// The axes that triggers set, and the two kinds of trigger that only limit others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Axis {
    Negated,
    Possible,
    Historical,
    Hypothetical,
    Family,
    Other,
    /// Current: takes `historical` back.
    Current,
    /// Certain: takes `possible` back.
    Certain,
    /// What is said is wrong: takes `negated` back, or sets it.
    Untrue,
    /// The patient's own: takes a relative back.
    Own,
}

impl Axis {
    pub(super) const ALL: [Self; 10] = [
        Self::Negated,
        Self::Possible,
        Self::Historical,
        Self::Hypothetical,
        Self::Family,
        Self::Other,
        Self::Current,
        Self::Certain,
        Self::Untrue,
        Self::Own,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Negated => "negated",
            Self::Possible => "possible",
            Self::Historical => "historical",
            Self::Hypothetical => "hypothetical",
            Self::Family => "family",
            Self::Other => "other",
            Self::Current => "current",
            Self::Certain => "certain",
            Self::Untrue => "untrue",
            Self::Own => "own",
        }
    }
}

/// Where a trigger looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Forward,
    Backward,
    Both,
}

/// What a trigger does.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Deed {
    /// Sets an axis in its scope.
    Sets(Axis, Direction),
    /// Ends scopes of these axes.
    Stops(Vec<Axis>),
    /// Does nothing but keep shorter triggers inside it from acting.
    Nothing,
    /// Stands for what was named before: "it", "both".
    Means,
    /// Sets a scene for the sentences that follow: a stay of the past, a list of risks. It says nothing of its own sentence.
    Scene(usize),
}

/// What must stand in a sentence before for a cue to go on with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum After {
    /// A relative, or another person, whom its pronoun can speak of and who cannot be the patient.
    Kin,
    /// One whose illness or death was told.
    ToldKin,
    /// One whose death was told.
    GoneKin,
    /// The subject of a sentence that says no more than how they are: "Father: died at 52. | Had a stroke."
    SubjectKin,
    /// A scene of this number.
    Scene(usize),
}

/// The scene that ends every other: now.
pub(super) const NOW: usize = 0;

/// Somebody has died.
pub(super) const GONE: usize = 1;

/// Somebody is alive.
pub(super) const LIVING: usize = 2;

/// The same as in the sentence before: "so is".
pub(super) const SAME: usize = 3;

/// Whom a pronoun can speak of.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Kin {
    /// "she".
    pub says: Vec<String>,
    /// "her".
    pub owns: Vec<String>,
    /// "mother".
    pub family: Vec<String>,
    /// "wife".
    pub other: Vec<String>,
    /// "woman": a patient of whom it speaks.
    pub patient: Vec<String>,
}

/// Which of several names is spoken of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pick {
    First,
    Last,
}

/// How names stand that a later word settles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Settles {
    /// Suspected or feared.
    Doubt,
    /// Denied.
    Denial,
    /// Of the past.
    Past,
}

/// What a trigger holds for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Only {
    #[default]
    All,
    /// Habits: "diagnosed with COPD and quit smoking" ends the smoking.
    Habits,
    /// Conditions and no findings: "has had a stroke" tells of the past, "has had a fever" does not.
    Conditions,
    /// What is neither an illness nor a sign of one: "did not start | warfarin | for atrial fibrillation".
    Remedies,
    /// What does not last: "as needed for pain", but asthma is there.
    Passing,
}

/// How words decide on the mentions beside them. One for an entry of the file, which can stand for thousands of words: those are the
/// patterns that it owns.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Trigger {
    pub deed: Deed,
    /// Scope in words; none is to the end of the sentence.
    pub reach: Option<usize>,
    /// The scope goes on over commas and "and".
    pub over_commas: bool,
    /// The scope goes on over "and".
    pub over_and: bool,
    /// Where commas end the scope, it goes on over those of a list with "or" ("possible A, B or C").
    pub over_or: bool,
    /// At the end of a sentence it looks back instead.
    pub trailing: bool,
    /// At the start of a sentence it looks forward, too.
    pub leading: bool,
    /// Only the nearest mention.
    pub nearest: bool,
    /// No stop ends its scope: "neither he nor his brother | has had | a stroke".
    pub over_stops: bool,
    /// Historical without being over: known before, and still there.
    pub standing: bool,
    /// Says that even a lasting condition is over.
    pub over: bool,
    /// Opens a clause that grants something and ends with its comma ("although there is no fever, ...").
    pub concedes: bool,
    /// It may speak of an "it" that stands for what the sentence before named: "It was ruled out."
    pub echoes: bool,
    /// It speaks of what the sentence before named, where its own names nothing before it, and needs no "it": "There was none."
    pub answers: bool,
    /// It answers only for a name with one of these words before it in its own sentence: "sent for", "to look for".
    pub asked: Vec<String>,
    /// It holds, in a line of its own, for the lines below it.
    pub heads: bool,
    /// It holds for the sentences behind its own that are nothing but names: "I considered three things. Sepsis. A stroke."
    pub fragments: bool,
    /// It speaks of one name of several: "the former", "the latter".
    pub picks: Option<Pick>,
    /// It answers only for names that stand so, in its own sentence or in one before: "Rule out sepsis. Cultures negative."
    pub settles: Option<Settles>,
    /// It acts only where a sentence before set one of these: "At that time", behind an earlier stay.
    pub after: Vec<After>,
    /// It says that something is lacking: with a denial before it, two denials say that it is there ("never without").
    pub absence: bool,
    /// A word for another one of what was denied before it: "no DVT, but she had | one | in 2017".
    pub again: bool,
    /// A denial that a colon or a dash ends when words stand before that: "not cardiac: pancreatitis".
    pub corrected: bool,
    /// It takes a denial back that begins inside its scope: "I cannot say that she does not have it."
    pub lifts: bool,
    /// Ends a scope at the comma before it.
    pub from_comma: bool,
    /// What it holds for, where it does not hold for all.
    pub only: Only,
    /// The empty box of a form: it holds for the name behind it, or for the one before it where the form has its boxes there.
    pub boxes: bool,
    pub guard: Option<Box<Guard>>,
}

/// A word that states an attribute of some conditions.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct AttributeWord {
    /// (concept, attribute, value) triples that the word can state.
    pub states: Vec<(usize, String, String)>,
    /// How many words may stand between it and a name that follows.
    pub before: usize,
    /// How many words may stand between a name and the word after it.
    pub after: usize,
    /// An adjective ("chronic"): behind a comma it may belong to a noun that follows it.
    pub adjective: bool,
    /// A place or a side, which may stand behind "and" ("fractures of the fourth and fifth metacarpals").
    pub place: bool,
    pub guard: Option<Box<Guard>>,
}

impl Lexicon {
    /// The lexicon that comes with the program.
    ///
    /// A mistake in a shipped file cannot reach a user: `the_shipped_lexicon_is_sound` fails first. Should it happen all the same, the
    /// reader knows nothing rather than panics.
    pub fn shipped() -> &'static Self {
        static SHIPPED: OnceLock<Lexicon> = OnceLock::new();
        SHIPPED.get_or_init(|| Self::parse(&Files::shipped()).unwrap_or_else(|_| Self::empty()))
    }

    /// A lexicon from its files.
    ///
    /// # Errors
    /// When a file is no TOML, names an unknown axis, condition or attribute, or a pattern is empty.
    pub fn parse(files: &Files<'_>) -> Result<Self> {
        build::build(files)
    }

    /// Every concept that a reading can report, in the order of the files.
    pub fn concepts(&self) -> impl Iterator<Item = &Concept> {
        self.concepts.iter().filter(|concept| !concept.mask)
    }

    /// The concept with this id.
    pub fn concept(&self, id: &str) -> Option<&Concept> {
        self.concepts.iter().find(|concept| concept.id == id && !concept.mask)
    }

    /// Every pattern that a reading looks for, folded, in a fixed order; for measuring the reader against a bare pass.
    pub fn patterns(&self) -> impl Iterator<Item = &str> {
        self.patterns.iter().map(AsRef::as_ref)
    }

    /// Every name of a concept, folded (lower case, single spaces), sorted; for synonyms in search.
    pub fn names(&self, id: &str) -> Vec<String> {
        let concept = self.concepts.iter().position(|concept| concept.id == id);
        let patterns = concept.and_then(|at| self.named.get(at)).into_iter().flatten();
        patterns.map(|&pattern| self.words(pattern as usize).to_owned()).collect()
    }

    /// The words of a pattern, folded.
    pub(super) fn words(&self, pattern: usize) -> &str {
        self.patterns.get(pattern).map_or("", AsRef::as_ref)
    }

    /// What these folded words stand for.
    pub(super) fn owned(&self, words: &str) -> &[Owner] {
        self.patterns.binary_search_by(|pattern| pattern.as_ref().cmp(words)).map_or(&[], |at| self.owners.of(at))
    }
}
