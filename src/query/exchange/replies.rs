//! Answers as they come in, whatever they came in.

use super::{replies_from_csv, replies_from_fhir, replies_from_mdm};
use crate::chart::{Authority, Instant, Patient};
use crate::error::Trouble;
use crate::query::{Draft, OptionKind, same_letters};

/// One answer, not yet matched with its query.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reply {
    /// The query's number.
    pub query: i64,
    /// The version that is answered.
    pub version: Option<u32>,
    /// The hash of the words that are answered.
    pub hash: Option<String>,
    /// The option that was ticked: its words, or its number from 1; for a query without options, the answer itself.
    pub option: String,
    /// The code of the option, where the form has codes: its number, from 1, or its words.
    pub code: String,
    /// The answer in words.
    pub words: String,
    /// Whether `option` may be words of the provider's own: a form that has one place for both.
    pub free: bool,
    /// Who replied.
    pub by: String,
    /// When.
    pub at: Option<Instant>,
    /// The line it stands on.
    pub line: Option<u64>,
    /// The record numbers of the patient that it is about; none where the form says none.
    pub patient: Vec<PatientId>,
    /// The patient as the answer names it: a name, or name and numbers in one; empty where it names none.
    pub person: String,
}

/// A patient's record number as an answer gives it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PatientId {
    /// The number.
    pub value: String,
    /// Who gave it.
    pub from: Option<Authority>,
}

/// What a file of answers holds.
#[derive(Clone, Debug, Default)]
pub struct Replies {
    /// The answers.
    pub taken: Vec<Reply>,
    /// What could not be read.
    pub refused: Vec<Trouble>,
    /// What it came in: `FHIR`, `HL7 MDM`, `CSV`.
    pub form: &'static str,
}

/// Reads a file of answers, told apart by its content.
pub fn read_replies(source: &str, text: &str) -> Replies {
    let start = text.trim_start_matches(['\u{feff}', '\u{b}']).trim_start();
    let message =
        ["MSH", "FHS", "BHS"].iter().any(|n| start.strip_prefix(n).is_some_and(|r| r.starts_with(|c: char| c.is_ascii_punctuation())));
    let (form, read): (_, fn(&str, &str) -> Replies) = if start.starts_with('{') || start.starts_with('[') {
        ("FHIR", replies_from_fhir)
    } else if message {
        ("HL7 MDM", replies_from_mdm)
    } else {
        ("CSV", replies_from_csv)
    };
    Replies { form, ..read(source, text) }
}

impl Reply {
    /// Whether it can be about this patient: it gives no record number, or this patient's by an authority that does not contradict.
    pub fn is_about(&self, patient: &Patient) -> bool {
        let same = |id: &PatientId| {
            let from = id.from.as_ref().zip(patient.mrn_from.as_ref()).is_none_or(|(theirs, ours)| theirs.agrees(ours));
            id.value == patient.identifier || (patient.mrn.as_ref() == Some(&id.value) && from)
        };
        let numbered = self.patient.is_empty() || patient.mrn.is_none() || self.patient.iter().any(same);
        // A number that fits says more than a name that is written another way.
        numbered && ((!self.patient.is_empty() && patient.mrn.is_some()) || is_named(&self.person, patient))
    }

    /// Which option of the query was ticked, and the words besides. An option that the query does not have is no answer to it, but where
    /// the form has one place for both, it is the provider's own words.
    pub fn on(&self, draft: &Draft) -> Result<(Option<usize>, String), String> {
        let (given, code) = (self.option.trim(), self.code.trim());
        if given.is_empty() && code.is_empty() {
            return Ok((None, self.words.clone()));
        }
        if let Some((index, rest)) = option(given, draft).or_else(|| option(code, draft)) {
            return Ok((Some(index), joined(&rest, &self.words)));
        }
        if draft.options.is_empty() || self.free {
            return Ok((None, joined(given, &self.words)));
        }
        Err(format!("the query has {} options, and this is none of them", draft.options.len()))
    }
}

/// Whether words can name the patient: the record number that they give is this one's, and the name is. Words that name nobody ("not
/// given") name nobody else.
fn is_named(words: &str, patient: &Patient) -> bool {
    let words = words.trim();
    if words.is_empty() || words == patient.display() || words == patient.identifier || words == Patient::default().display() {
        return true;
    }
    let parts: Vec<&str> = words.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|w| !w.is_empty()).collect();
    let number = parts.iter().position(|w| w.eq_ignore_ascii_case("mrn")).and_then(|at| parts.get(at + 1));
    if let (Some(number), Some(mrn)) = (number, &patient.mrn) {
        return mrn == number;
    }
    // A number by itself is a record number.
    if parts.iter().all(|w| w.chars().any(|c| c.is_ascii_digit())) {
        return patient.mrn.as_deref().is_none_or(|mrn| mrn == words);
    }
    let Some(family) = &patient.family else { return true };
    let holds = |name: &str| name.split_whitespace().all(|part| parts.iter().any(|w| same_letters(w, part)));
    let given = patient.given.as_deref().and_then(|g| g.split_whitespace().next());
    let initial = |g: &str| parts.iter().any(|w| w.chars().count() == 1 && g.to_lowercase().starts_with(&w.to_lowercase()));
    let alone = parts.iter().filter(|w| w.chars().all(char::is_alphabetic)).count() == family.split_whitespace().count();
    holds(family) && given.is_none_or(|g| holds(g) || initial(g) || alone)
}

fn joined(one: &str, other: &str) -> String {
    [one.trim(), other.trim()].iter().filter(|w| !w.is_empty()).copied().collect::<Vec<_>>().join("\n")
}

/// The option that is meant, and what was written into it: its words (as text, options pass the boundary that their export passed), its
/// words but for case and the blank at their end, its number, or the open option with words behind its name ("Other: dehydration").
fn option(given: &str, draft: &Draft) -> Option<(usize, String)> {
    if given.is_empty() {
        return None;
    }
    let plain = |t: &str| t.split_whitespace().collect::<Vec<_>>().join(" ");
    let bare = |t: &str| plain(t).trim_end_matches(|c: char| !c.is_alphanumeric() && c != ')').to_lowercase();
    let only = |same: &dyn Fn(&str) -> bool| {
        let mut all = draft.options.iter().enumerate().filter(|(_, o)| same(&o.text)).map(|(i, _)| i);
        all.next().filter(|_| all.next().is_none())
    };
    let words = only(&|o| plain(o) == plain(given)).or_else(|| only(&|o| bare(o) == bare(given)));
    let number = || given.parse::<usize>().ok().filter(|n| (1..=draft.options.len()).contains(n)).map(|n| n - 1);
    if let Some(index) = words.or_else(number) {
        return Some((index, String::new()));
    }
    let label = |t: &str| bare(t.split_once([':', '(', ',']).map_or(t, |(label, _)| label));
    let (name, rest) = given.split_once(':')?;
    let open = draft.options.iter().position(|o| o.kind == OptionKind::Other && label(&o.text) == label(name))?;
    Some((open, rest.trim().to_owned()))
}
