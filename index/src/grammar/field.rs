//! The fields a leaf can look in.

use super::table::field_names;

/// How the words of a field are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Word by word, as note text.
    Words,
    /// As one value: an identifier.
    Value,
    /// Marks in the text that the caller found there: keys at positions.
    Keys,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Field {
    Text,
    Title,
    Type,
    Author,
    Service,
    Patient,
    Mrn,
    Encounter,
    /// Where sections begin and end.
    Section,
    /// Concepts, with how they stand.
    Mention,
    /// Measured values.
    Measured,
}

impl Field {
    pub(crate) const ALL: [Field; 11] = [
        Field::Text,
        Field::Title,
        Field::Type,
        Field::Author,
        Field::Service,
        Field::Patient,
        Field::Mrn,
        Field::Encounter,
        Field::Section,
        Field::Mention,
        Field::Measured,
    ];

    /// The fields that are written `name:words`.
    const NAMED: [Field; 7] = [Field::Title, Field::Type, Field::Author, Field::Service, Field::Patient, Field::Mrn, Field::Encounter];

    /// The name in a query and in the index; the text of the note has none in a query.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Field::Text => "",
            Field::Title => "title",
            Field::Type => "type",
            Field::Author => "author",
            Field::Service => "service",
            Field::Patient => "patient",
            Field::Mrn => "mrn",
            Field::Encounter => "encounter",
            Field::Section => "section",
            Field::Mention => "mention",
            Field::Measured => "measured",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Field> {
        Field::NAMED.into_iter().find(|f| f.name().eq_ignore_ascii_case(name))
    }

    pub(crate) fn shape(self) -> Shape {
        match self {
            Field::Mrn | Field::Encounter => Shape::Value,
            Field::Section | Field::Mention | Field::Measured => Shape::Keys,
            _ => Shape::Words,
        }
    }

    /// Whether what it finds stands in the text of the note, and so in a section.
    pub(crate) fn in_text(self) -> bool {
        matches!(self, Field::Text | Field::Mention | Field::Measured)
    }

    /// How the meaning of a query names it.
    pub(crate) fn spoken(self) -> &'static str {
        match self {
            Field::Type => "note type",
            Field::Mrn => "record number",
            other => other.name(),
        }
    }
}

/// Whether a query can name such a field.
pub(crate) fn known(name: &str) -> bool {
    field_names().any(|field| field.eq_ignore_ascii_case(name))
}

/// The name nearest to what was typed, if any is near.
pub(crate) fn nearest<'n>(typed: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let typed = typed.to_ascii_lowercase();
    let best = names.map(|name| (edits(&typed, name), name)).min()?;
    (best.0 <= 2 && best.0 < typed.len()).then_some(best.1)
}

/// Insertions, deletions and replacements between two short names.
fn edits(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut corner = i;
        let mut left = i + 1;
        for (cell, y) in row.iter_mut().skip(1).zip(b.bytes()) {
            let next = (corner + usize::from(x != y)).min(left + 1).min(*cell + 1);
            corner = *cell;
            *cell = next;
            left = next;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(usize::MAX)
}
