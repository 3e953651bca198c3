//! What the index is fed with.

use std::ops::Range;

use crate::grammar::Field;

/// One document as the engine sees it. Text is borrowed: the index keeps none of it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Entry<'a> {
    /// The caller's row id; what a hit gives back.
    pub key: u64,
    /// The text of the note; what words without a field search.
    pub text: &'a str,
    /// The kind of note: `type:`.
    pub document_type: &'a str,
    /// The title, if the note has one: `title:`.
    pub title: Option<&'a str>,
    /// Who wrote it: `author:`.
    pub author: &'a str,
    /// The clinical service: `service:`.
    pub service: &'a str,
    /// The patient, by name or identifier: `patient:`.
    pub patient: &'a str,
    /// The medical record number: `mrn:`, compared as one value.
    pub mrn: &'a str,
    /// What a person calls the encounter: `encounter:`, compared as one value.
    pub encounter: &'a str,
    /// The encounter's identifier: `encounter:` finds it by this too, and `gap:` and `query:` name encounters so.
    pub stay: &'a str,
    /// When it was written, in seconds since 1970 of the clock that it was written by: `date:` and the order by date.
    pub date: Option<i64>,
    /// What somebody read in the text; the engine itself reads nothing.
    pub notes: Annotations<'a>,
}

/// What a reader found in a text. Positions are bytes; names are compared as they are.
#[derive(Debug, Clone, Copy, Default)]
pub struct Annotations<'a> {
    /// Sections: `section:`. They may lie inside each other.
    pub sections: &'a [Region<'a>],
    /// Concepts: `is:`.
    pub mentions: &'a [Mention<'a>],
    /// Measured values.
    pub values: &'a [Value<'a>],
}

/// A section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region<'a> {
    /// Its canonical name.
    pub name: &'a str,
    /// Its bytes.
    pub span: Range<usize>,
    /// The bytes of its heading, or nothing at its start.
    pub heading: Range<usize>,
}

/// A stretch of text that names a concept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention<'a> {
    /// The concept.
    pub concept: &'a str,
    /// How it stands.
    pub assertion: &'a str,
    /// What is said of it: attribute and value.
    pub attributes: Vec<(&'a str, &'a str)>,
    /// Its bytes.
    pub span: Range<usize>,
}

/// A value that the text states.
#[derive(Debug, Clone, PartialEq)]
pub struct Value<'a> {
    /// What was measured.
    pub measure: &'a str,
    /// The value, in the one unit of that measurement.
    pub value: f64,
    /// The bytes of name and value.
    pub span: Range<usize>,
}

/// One change to the index.
#[allow(clippy::large_enum_variant, reason = "nearly all are puts, and each is handed over once")]
#[derive(Debug, Clone, Copy)]
pub enum Change<'a> {
    /// Adds a document, or replaces the one with the same key.
    Put(Entry<'a>),
    /// Takes the document with this key out.
    Remove(u64),
}

impl<'a> Entry<'a> {
    pub(crate) fn field(&self, field: Field) -> &'a str {
        match field {
            Field::Text => self.text,
            Field::Title => self.title.unwrap_or_default(),
            Field::Type => self.document_type,
            Field::Author => self.author,
            Field::Service => self.service,
            Field::Patient => self.patient,
            Field::Mrn => self.mrn,
            Field::Encounter => self.encounter,
            Field::Section | Field::Mention | Field::Measured => "",
        }
    }
}
