//! The fields a query can name.

/// How the words of a field are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Word by word, as note text.
    Words,
    /// As one value: an identifier.
    Value,
    /// Understood, not searched by this engine: it takes what the reader found in the note.
    Reader,
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
    Section,
    Is,
}

/// Every field name of the language, for completion and for the nearest-name hint.
pub const FIELD_NAMES: [&str; 10] = ["author", "date", "encounter", "is", "mrn", "patient", "section", "service", "title", "type"];

impl Field {
    pub(crate) const ALL: [Field; 10] = [
        Field::Text,
        Field::Title,
        Field::Type,
        Field::Author,
        Field::Service,
        Field::Patient,
        Field::Mrn,
        Field::Encounter,
        Field::Section,
        Field::Is,
    ];

    /// The name in a query; the text of the note has none.
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
            Field::Is => "is",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Field> {
        Field::ALL.into_iter().find(|f| *f != Field::Text && f.name().eq_ignore_ascii_case(name))
    }

    pub(crate) fn shape(self) -> Shape {
        match self {
            Field::Mrn | Field::Encounter => Shape::Value,
            Field::Section | Field::Is => Shape::Reader,
            _ => Shape::Words,
        }
    }

    /// How the meaning of a query names it.
    pub(crate) fn spoken(self) -> &'static str {
        match self {
            Field::Text => "",
            Field::Title => "title",
            Field::Type => "note type",
            Field::Author => "author",
            Field::Service => "service",
            Field::Patient => "patient",
            Field::Mrn => "record number",
            Field::Encounter => "encounter",
            Field::Section => "section",
            Field::Is => "assertion",
        }
    }
}

/// The name of a field nearest to what was typed, if any is near.
pub(crate) fn nearest(typed: &str) -> Option<&'static str> {
    let typed = typed.to_ascii_lowercase();
    let best = FIELD_NAMES.into_iter().map(|name| (edits(&typed, name), name)).min()?;
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
