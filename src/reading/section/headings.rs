//! The headings of `lexicon/headings.toml`, ready to be asked.

use super::bare::Bare;
use crate::error::Trouble;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::OnceLock;

const SHIPPED: &str = include_str!("../../../lexicon/headings.toml");

/// The longest heading that is looked up, in bytes: longer stretches are prose.
pub(super) const LONGEST: usize = 90;

/// One canonical section.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kind {
    /// Canonical name.
    pub name: String,
    /// LOINC section code.
    #[serde(default)]
    pub loinc: Option<String>,
    /// The sections it can be a part of.
    #[serde(default)]
    pub within: Vec<String>,
    /// The parent it opens when none is open.
    #[serde(default)]
    pub default: Option<String>,
    /// What it is called when its body is long.
    #[serde(default)]
    pub long: Option<String>,
    /// How many words make a body long.
    #[serde(default)]
    pub long_words: usize,
    /// The headings that stand for it, as keys.
    pub headings: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    trim: Trim,
    unknown: Unknown,
    items: Items,
    bare: Bare,
    section: Vec<Kind>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Trim {
    before: Vec<String>,
    after: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unknown {
    within: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Items {
    stay_in: Vec<String>,
}

/// Every heading that the lexicon knows, with the canonical section it stands for.
#[derive(Default)]
pub struct Headings {
    kinds: Vec<Kind>,
    by_key: BTreeMap<String, usize>,
    trim: Trim,
    unknown_within: Vec<String>,
    items_stay_in: Vec<String>,
    bare: Bare,
}

impl Headings {
    /// Reads a lexicon of headings.
    ///
    /// # Errors
    /// When it is not TOML of this shape, when a heading stands twice, or when it is not written as it will be looked up.
    pub fn parse(text: &str) -> Result<Self, Trouble> {
        let file: File = toml::from_str(text).map_err(|e| Trouble::input("the headings cannot be read").why(e.message().to_owned()))?;
        let mut by_key = BTreeMap::new();
        for (index, kind) in file.section.iter().enumerate() {
            for heading in &kind.headings {
                if key(heading) != *heading {
                    return Err(Trouble::input(format!("the heading '{heading}' of '{}' is not in lower-case words", kind.name))
                        .hint(format!("write '{}'", key(heading))));
                }
                if by_key.insert(heading.clone(), index).is_some() {
                    return Err(Trouble::input(format!("the heading '{heading}' stands twice")).hint("keep it under one section"));
                }
            }
        }
        if let Some(strange) = file.bare.words().find(|word| !by_key.contains_key(*word)) {
            return Err(
                Trouble::input(format!("the bare heading '{strange}' is no heading of any section")).hint("list it under a section")
            );
        }
        Ok(Self {
            kinds: file.section,
            by_key,
            trim: file.trim,
            unknown_within: file.unknown.within,
            items_stay_in: file.items.stay_in,
            bare: file.bare,
        })
    }

    /// The lexicon that is part of the program. A test proves it valid; were it not, no heading would be known.
    pub fn shipped() -> &'static Self {
        static ONCE: OnceLock<Headings> = OnceLock::new();
        ONCE.get_or_init(|| Self::parse(SHIPPED).unwrap_or_default())
    }

    /// The canonical section of a heading as it stands in a note.
    pub fn canonical(&self, heading: &str) -> Option<&str> {
        self.loose(heading).map(|k| k.name.as_str())
    }

    /// Every canonical section, in the order of the lexicon.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.kinds.iter().map(|kind| kind.name.as_str())
    }

    /// The sections that words name: those with the words in their name, and the one that the words are a heading of. "plan" is the
    /// plan, and the assessment and plan.
    pub fn named(&self, words: &str) -> Vec<&str> {
        let parts: Vec<String> = words.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect();
        if parts.is_empty() {
            return Vec::new();
        }
        let holds = |name: &str| name.split('_').collect::<Vec<_>>().windows(parts.len()).any(|window| window == parts.as_slice());
        let mut out: Vec<&str> = self.names().chain(["unheaded", "other"]).filter(|name| holds(name)).collect();
        if let Some(heading) = self.loose(words)
            && !out.contains(&heading.name.as_str())
        {
            out.push(&heading.name);
        }
        out
    }

    /// The LOINC section code of a canonical section, where one exists.
    pub fn loinc(&self, section: &str) -> Option<&str> {
        self.kinds.iter().find(|k| k.name == section).and_then(|k| k.loinc.as_deref())
    }

    /// Whether an unknown heading with its body on the same line is a part of this section.
    pub(super) fn holds_unknown(&self, section: &str) -> bool {
        self.unknown_within.iter().any(|s| s == section)
    }

    /// Whether an item of a list in this section stays in it although it begins like a heading ("- Diet: low salt" in a plan).
    pub(super) fn keeps_items(&self, section: &str) -> bool {
        self.items_stay_in.iter().any(|s| s == section)
    }

    /// How abbreviations without a colon may stand.
    pub(super) fn bare(&self) -> &Bare {
        &self.bare
    }

    /// The section of a heading exactly as the lexicon has it.
    pub(super) fn exact(&self, heading: &str) -> Option<&Kind> {
        self.by_key.get(&key(heading)).and_then(|i| self.kinds.get(*i))
    }

    /// The section of a heading, also with words around it that add nothing ("BRIEF", "(ES)"), or by the first part of a
    /// double heading ("DISCHARGE INSTRUCTIONS/MEDICATIONS").
    pub(super) fn loose(&self, heading: &str) -> Option<&Kind> {
        if heading.len() > LONGEST {
            return None;
        }
        let whole = key(heading);
        self.trimmed(&whole)
            .or_else(|| {
                let without = heading.split(['(', '[']).next().unwrap_or_default();
                if without.len() < heading.len() && !without.trim().is_empty() { self.trimmed(&key(without)) } else { None }
            })
            .or_else(|| {
                let first = heading.split(['/', ',']).next().unwrap_or_default();
                if first.len() < heading.len() && first.trim().len() > 3 { self.trimmed(&key(first)) } else { None }
            })
    }

    fn trimmed(&self, key: &str) -> Option<&Kind> {
        let mut rest = key;
        loop {
            if let Some(kind) = self.by_key.get(rest).and_then(|i| self.kinds.get(*i)) {
                return Some(kind);
            }
            let shorter = self
                .trim
                .before
                .iter()
                .filter(|w| w.as_bytes().first() == rest.as_bytes().first())
                .find_map(|w| rest.strip_prefix(w.as_str()).and_then(|r| r.strip_prefix(' ')))
                .or_else(|| {
                    let mut ends = self.trim.after.iter().filter(|w| w.as_bytes().last() == rest.as_bytes().last());
                    ends.find_map(|w| rest.strip_suffix(w.as_str()).and_then(|r| r.strip_suffix(' ')))
                });
            match shorter {
                Some(shorter) if !shorter.is_empty() => rest = shorter,
                _ => return None,
            }
        }
    }
}

/// A heading as it is looked up: lower-case words with one blank between them, `&` as "and".
pub(super) fn key(heading: &str) -> String {
    let mut out = String::with_capacity(heading.len());
    for c in heading.chars() {
        if c == '&' {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
            out.push_str("and ");
        } else if c.is_alphanumeric() {
            out.extend(c.to_lowercase());
        } else if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out.truncate(out.trim_end().len());
    out
}
