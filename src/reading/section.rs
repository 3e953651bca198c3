//! The sections of a note: which stretch of text stands under which heading.

mod bare;
mod headings;
mod scan;
#[cfg(test)]
mod tests;

pub use headings::Headings;

use super::model::Section;
use scan::Found;

/// The name of the text before the first heading.
pub const UNHEADED: &str = "unheaded";
/// The name of a section whose heading the lexicon does not know.
pub const OTHER: &str = "other";

/// The sections of a text in order. They do not overlap, and every character that is not blank or a mark of a heading (`#`, `1.`)
/// stands in one. A text of blanks has none.
pub fn sections(text: &str, headings: &Headings) -> Vec<Section> {
    let found = without_items(text, scan::find(text, headings), headings);
    let mut out = Vec::with_capacity(found.len() + 1);
    let opening = found.first().map_or(text.len(), |f| f.marks);
    if text.get(..opening).is_some_and(|t| !t.trim().is_empty()) {
        out.push(Section { section: UNHEADED.into(), heading: String::new(), start: 0, end: opening, body: 0, within: None });
    }
    let mut parent: Option<String> = None;
    let ends = found.iter().skip(1).map(|f| f.marks).chain(std::iter::once(text.len()));
    for (one, end) in found.iter().zip(ends) {
        let body = one.body.min(end);
        let (section, within) = place(text, one, body..end, headings, &mut parent);
        out.push(Section {
            section,
            heading: text.get(one.start..one.end).unwrap_or_default().to_owned(),
            start: one.start,
            end,
            body,
            within,
        });
    }
    out
}

/// Leaves out what only begins like a heading: list items in sections that keep their items, and lines that name the section they
/// stand in by another word ("Blood pressure: 120/80" under the vital signs, "- Examination: ..." in an exam).
fn without_items<'a>(text: &str, found: Vec<Found<'a>>, headings: &Headings) -> Vec<Found<'a>> {
    let mut open: Option<(&str, &str)> = None;
    let mut kept = Vec::with_capacity(found.len());
    for one in found {
        let name = one.kind.map(|k| k.name.as_str());
        let words = text.get(one.start..one.end).unwrap_or_default();
        let again = |(name_of_open, words_of_open): (&str, &str)| {
            name == Some(name_of_open) && words != words_of_open && words.contains(char::is_lowercase)
        };
        if one.body_beside && open.is_some_and(|o| (one.item && headings.keeps_items(o.0)) || again(o)) {
            continue;
        }
        open = match one.kind {
            // A part of a section leaves that section open.
            Some(kind) if open.is_some_and(|(o, _)| kind.within.iter().any(|w| w == o)) => open,
            Some(kind) => Some((kind.default.as_deref().unwrap_or(&kind.name), words)),
            None => None,
        };
        kept.push(one);
    }
    kept
}

/// The canonical name of a heading here, and the section it is part of. `parent` is the section that is open.
fn place(
    text: &str,
    one: &Found<'_>,
    body: std::ops::Range<usize>,
    headings: &Headings,
    parent: &mut Option<String>,
) -> (String, Option<String>) {
    let Some(kind) = one.kind else {
        let within = parent.clone().filter(|p| one.body_beside && headings.holds_unknown(p));
        if within.is_none() {
            *parent = None;
        }
        return (OTHER.into(), within);
    };
    if !kind.within.is_empty() {
        if let Some(open) = parent.as_ref().filter(|p| kind.within.iter().any(|w| w == *p)) {
            return (kind.name.clone(), Some(open.clone()));
        }
        *parent = kind.default.clone().or_else(|| Some(kind.name.clone()));
        return (kind.name.clone(), kind.default.clone());
    }
    let name = match &kind.long {
        Some(long) if text.get(body).is_some_and(|b| b.split_whitespace().nth(kind.long_words).is_some()) => long,
        _ => &kind.name,
    };
    *parent = Some(name.clone());
    (name.clone(), None)
}
