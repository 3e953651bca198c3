//! The files' own shape.

use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConceptFile {
    /// Sets for placeholders.
    #[serde(default)]
    pub sets: BTreeMap<String, Vec<String>>,
    /// Words that, right after any name of the file, make it something else.
    #[serde(default)]
    pub not_next: Vec<String>,
    #[serde(default)]
    pub concept: Vec<ConceptEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConceptEntry {
    pub id: String,
    #[serde(default)]
    pub stays: Option<bool>,
    #[serde(default)]
    pub listed: Option<bool>,
    #[serde(default)]
    pub mask: bool,
    /// The names count inside longer ones, too.
    #[serde(default)]
    pub nested: bool,
    #[serde(default)]
    pub names: Vec<String>,
    #[serde(default)]
    pub form: Vec<FormEntry>,
    /// Concepts that every name of this one stands for, too: a kind is also its genus.
    #[serde(default)]
    pub also: Vec<String>,
    /// Where the names come from.
    #[serde(default)]
    pub source: String,
    /// Sentences that hold the concept; a test reads them.
    #[serde(default)]
    #[allow(dead_code, reason = "read by the lexicon's tests")]
    pub examples: Vec<String>,
    /// Sentences that hold its words and not the concept; a test reads them.
    #[serde(default)]
    #[allow(dead_code, reason = "read by the lexicon's tests")]
    pub counterexamples: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct FormEntry {
    pub names: Vec<String>,
    #[serde(default)]
    pub sets: BTreeMap<String, String>,
    #[serde(default)]
    pub axes: Vec<String>,
    #[serde(default)]
    pub nested: bool,
    #[serde(default)]
    pub only: Option<String>,
    #[serde(default)]
    pub stays: Option<bool>,
    #[serde(flatten)]
    pub guard: GuardEntry,
}

#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub(super) struct GuardEntry {
    pub exact: bool,
    pub near: Vec<String>,
    pub not_near: Vec<String>,
    pub around: bool,
    pub next: Vec<String>,
    pub not_next: Vec<String>,
    pub before: Vec<String>,
    pub not_before: Vec<String>,
    pub at_start: Option<bool>,
    pub at_end: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TriggerFile {
    #[serde(default)]
    pub sets: BTreeMap<String, Vec<String>>,
    /// Section → the axes that its mentions have by default.
    #[serde(default)]
    pub sections: BTreeMap<String, Vec<String>>,
    /// Sections whose mentions are historical without being over.
    #[serde(default)]
    pub standing_sections: Vec<String>,
    /// The words that may stand between a cue and the colon before its list.
    #[serde(default)]
    pub lead_words: Vec<String>,
    /// Concepts that are history without being over, wherever they are told.
    #[serde(default)]
    pub habits: Vec<String>,
    /// The words that may stand before a cue at the start of its sentence.
    #[serde(default)]
    pub opening_words: Vec<String>,
    /// Verbs of which a subject can be parted by what stands between two commas.
    #[serde(default)]
    pub auxiliaries: Vec<String>,
    /// Words before a name that an item denies in the end.
    #[serde(default)]
    pub item_leads: Vec<String>,
    /// Words with which an aside behind a cue begins.
    #[serde(default)]
    pub aside_words: Vec<String>,
    /// Words that go on behind one.
    #[serde(default)]
    pub aside_ends: Vec<String>,
    /// Whom the pronouns can speak of.
    #[serde(default)]
    pub kin: Vec<KinEntry>,
    /// Words that may stand beside the names of a sentence of names.
    #[serde(default)]
    pub name_joints: Vec<String>,
    /// Words before what has a cause.
    #[serde(default)]
    pub grounds: Vec<String>,
    /// Doubts that look forward inside one that looks back.
    #[serde(default)]
    pub turning: Vec<String>,
    /// Cues that only look for something.
    #[serde(default)]
    pub searches: Vec<String>,
    /// Words of a last word on a doubt.
    #[serde(default)]
    pub verdicts: Vec<String>,
    /// Words that may stand inside a cue of several words.
    #[serde(default)]
    pub fillers: Vec<String>,
    #[serde(default)]
    pub trigger: Vec<TriggerEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KinEntry {
    pub says: Vec<String>,
    pub owns: Vec<String>,
    pub family: Vec<String>,
    pub other: Vec<String>,
    pub patient: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct TriggerEntry {
    /// An axis, `stop`, `nothing`, `it` or `scene`.
    pub axis: String,
    /// For `scene`: its name.
    #[serde(default)]
    pub scene: String,
    /// The scenes, or `kin`, that a sentence before must have set.
    #[serde(default)]
    pub after: Vec<String>,
    /// For `stop`: which axes it ends; empty is all.
    #[serde(default)]
    pub ends: Vec<String>,
    /// `forward`, `backward`, `both`.
    #[serde(default)]
    pub looks: Option<String>,
    #[serde(default)]
    pub reach: Option<usize>,
    #[serde(default)]
    pub over_commas: Option<bool>,
    #[serde(default)]
    pub over_and: Option<bool>,
    #[serde(default)]
    pub over_or: bool,
    #[serde(default)]
    pub trailing: bool,
    #[serde(default)]
    pub leading: bool,
    #[serde(default)]
    pub nearest: bool,
    #[serde(default)]
    pub over_stops: bool,
    #[serde(default)]
    pub standing: bool,
    #[serde(default)]
    pub over: bool,
    #[serde(default)]
    pub concedes: bool,
    /// Ends a scope at the comma before it: the member of the list that it stands in is a clause of its own.
    #[serde(default)]
    pub from_comma: bool,
    #[serde(default)]
    pub echoes: bool,
    #[serde(default)]
    pub answers: bool,
    #[serde(default)]
    pub asked: Vec<String>,
    #[serde(default)]
    pub absence: bool,
    #[serde(default)]
    pub heads: bool,
    #[serde(default)]
    pub fragments: bool,
    /// `first`, `last`.
    #[serde(default)]
    pub picks: Option<String>,
    /// `doubt`, `denial`, `past`.
    #[serde(default)]
    pub settles: Option<String>,
    #[serde(default)]
    pub lifts: bool,
    #[serde(default)]
    pub again: bool,
    #[serde(default)]
    pub corrected: bool,
    #[serde(default)]
    pub boxes: bool,
    /// `habits`, `passing`, `conditions`, `remedies`: holds for these and for nothing else.
    #[serde(default)]
    pub only: Option<String>,
    pub words: Vec<String>,
    #[serde(flatten)]
    pub guard: GuardEntry,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AttributeFile {
    #[serde(default)]
    pub sets: BTreeMap<String, Vec<String>>,
    /// Words that may follow an adjective behind a comma.
    #[serde(default)]
    pub may_follow: Vec<String>,
    /// Words over which an adjective does not reach a name: it has its own noun before them.
    #[serde(default)]
    pub not_over: Vec<String>,
    /// Words that a place may be told with.
    #[serde(default)]
    pub place_words: Vec<String>,
    /// Attributes whose words are adjectives.
    #[serde(default)]
    pub adjectives: Vec<String>,
    #[serde(default)]
    pub attribute: Vec<AttributeEntry>,
}

#[derive(Deserialize)]
pub(super) struct AttributeEntry {
    pub conditions: Vec<String>,
    pub attribute: String,
    pub value: String,
    pub words: Vec<String>,
    #[serde(default)]
    pub before: Option<usize>,
    #[serde(default)]
    pub after: Option<usize>,
    #[serde(flatten)]
    pub guard: GuardEntry,
}

#[derive(Deserialize)]
pub(super) struct MeasurementFile {
    /// How numbers stand beside names.
    #[serde(flatten)]
    pub how: crate::reading::measuring::File,
    /// Rows of numbers behind one name.
    #[serde(default)]
    pub panel: Vec<PanelEntry>,
    /// Names that count only under a guard.
    #[serde(default)]
    pub name: Vec<NameEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PanelEntry {
    pub words: Vec<String>,
    pub orders: Vec<Vec<String>>,
    /// The names stand in the order of their numbers, the smallest first: a row in the other order is turned.
    #[serde(default)]
    pub ascending: bool,
}

#[derive(Deserialize)]
pub(super) struct NameEntry {
    pub measure: String,
    pub words: Vec<String>,
    #[serde(default)]
    pub unit_too: bool,
    #[serde(flatten)]
    pub guard: GuardEntry,
}
