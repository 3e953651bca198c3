//! One word of a query: its text and how it may differ from the note.

use super::field::{Field, Shape};
use crate::analysis::units;

/// How a word of the note may differ from the word of the query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Exact,
    Prefix,
    /// Up to so many slips: a letter more, less, other, or two swapped.
    Typo(u8),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    /// From the first to the last searchable character, as typed, without `*` and `~`: so it can be written and read again.
    pub(crate) text: String,
    pub(crate) kind: Kind,
}

/// What was asked of a word and cannot be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    ShortPrefix,
    ShortTypo,
    FarTypo,
    TypoInValue,
}

impl Word {
    /// Reads a word; `None` where there is nothing to search for in it.
    pub(crate) fn read(raw: &str, field: Field) -> (Option<Word>, Option<Refusal>) {
        let (body, asked, mut refusal) = suffix(raw);
        if field.shape() != Shape::Words {
            let text = body.replace(['*', '~'], ";").trim_start_matches('=').to_owned();
            let kind = if matches!(asked, Kind::Typo(_)) {
                refusal = Some(Refusal::TypoInValue);
                Kind::Exact
            } else {
                asked
            };
            let seen = text.chars().any(char::is_alphanumeric);
            return (seen.then_some(Word { text, kind }), refusal);
        }
        let mut span: Option<(usize, usize)> = None;
        let mut longest = 0;
        let mut last = 0;
        for unit in units(body) {
            let whole = unit.span();
            span = Some((span.map_or(whole.start, |s| s.0), whole.end));
            for part in unit.parts() {
                last = unit.part_text(body, part).chars().count();
                longest = longest.max(last);
            }
        }
        let Some((start, end)) = span else { return (None, None) };
        let kind = match asked {
            Kind::Prefix if last < 2 => {
                refusal = Some(Refusal::ShortPrefix);
                Kind::Exact
            }
            Kind::Typo(_) if longest < 3 => {
                refusal = Some(Refusal::ShortTypo);
                Kind::Exact
            }
            kind => kind,
        };
        // A star inside stays: only one at the end means something. `a~1` would be read back as a word with slips.
        let text = body.get(start..end).unwrap_or_default().replace('~', ";");
        (Some(Word { text, kind }), refusal)
    }
}

/// Splits `*`, `~`, `~2` off the end.
fn suffix(raw: &str) -> (&str, Kind, Option<Refusal>) {
    if let Some(body) = raw.strip_suffix('*') {
        return (body.trim_end_matches('*'), Kind::Prefix, None);
    }
    if let Some((body, number)) = raw.rsplit_once('~')
        && number.bytes().all(|b| b.is_ascii_digit())
    {
        let asked = if number.is_empty() { 1 } else { number.parse::<u32>().unwrap_or(u32::MAX) };
        return match asked {
            0 => (body, Kind::Exact, None),
            1 => (body, Kind::Typo(1), None),
            2 => (body, Kind::Typo(2), None),
            _ => (body, Kind::Typo(2), Some(Refusal::FarTypo)),
        };
    }
    (raw, Kind::Exact, None)
}

impl std::fmt::Display for Word {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)?;
        match self.kind {
            Kind::Exact => Ok(()),
            Kind::Prefix => f.write_str("*"),
            Kind::Typo(1) => f.write_str("~"),
            Kind::Typo(slips) => write!(f, "~{slips}"),
        }
    }
}
