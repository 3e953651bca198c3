//! What the index is fed with.

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
    /// The encounter's identifier: `encounter:`, compared as one value.
    pub encounter: &'a str,
    /// When it was written, in UTC seconds: `date:` and the order by date.
    pub date: Option<i64>,
}

/// One change to the index.
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
            Field::Section | Field::Is => "",
        }
    }
}
