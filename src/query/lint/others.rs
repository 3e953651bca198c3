//! Another patient in the typed words (QL103): a full name, a record number, an encounter's or account's number that the store knows as
//! somebody else's. A surname alone may be a word, a relative or a nurse; a name that is the patient's own, or a provider's of this stay,
//! is nobody else's.

use super::fold::is_hidden;
use super::page::{Field, Page, Part};
use super::words::{Token, first_after, last_before, tokens};
use crate::chart::{FullName, Span};

/// Pieces that a number can be written in ("E-88120", "004 512").
const PIECES: usize = 5;
/// Characters that a number has at least and at most.
const LENGTH: std::ops::RangeInclusive<usize> = 4..=40;
/// Digits from which a number counts without a word before it that says whose it is: a shorter one may be a value or a year.
const TELLING: usize = 5;

pub(super) fn check(page: &mut Page<'_>) {
    let mut found: Vec<(Part, Span, &str)> = Vec::new();
    for field in &page.fields {
        let words = tokens(&field.text);
        found.extend(names(page, field, &words).into_iter().map(|place| (field.part, place, "this is the name of another patient")));
        found.extend(numbers(page, field, &words).into_iter().map(|place| (field.part, place, "this number is another patient's")));
    }
    for (part, place, says) in found {
        // What is said of it must not repeat it: a finding is shown, exported and logged.
        page.add("QL103", part, Some(place), says);
    }
}

fn names(page: &Page<'_>, field: &Field, words: &[Token]) -> Vec<Span> {
    let mut out: Vec<Span> = Vec::new();
    for (at, word) in words.iter().enumerate().filter(|(_, w)| w.text.starts_with(char::is_alphabetic)) {
        let places: Vec<(Span, FullName)> = (page.context.people)(bare(word))
            .into_iter()
            .filter_map(|person| {
                Some((place_of(&person, words, at, &field.text).or_else(|| addressed(page, &person, (words, &field.text), at))?, person))
            })
            .filter(|(_, person)| !is_provider(page, person))
            .collect();
        let own = places.iter().any(|(_, person)| page.draft.patient.as_ref() == Some(&person.patient));
        out.extend(places.into_iter().map(|(place, _)| place).next().filter(|_| !own));
    }
    out
}

/// A word without the ending of whose something is: "Birch's".
fn bare(word: &Token) -> &str {
    word.text.strip_suffix("'s").unwrap_or(&word.text)
}

/// Where the full name stands whose family name begins at this word: "Walter Birch", "Walter J. Birch", "Birch, Walter".
fn place_of(person: &FullName, words: &[Token], at: usize, text: &str) -> Option<Span> {
    let (family, given) = (tokens(&person.family), tokens(&person.given));
    let given = given.first().filter(|g| g.text.chars().count() >= 2)?;
    let here = words.get(at..at + family.len()).filter(|here| here.iter().zip(&family).all(|(a, b)| same(bare(a), &b.text)))?;
    let (first, last) = (here.first()?, here.last()?);
    let before = words.get(at.saturating_sub(3)..at).unwrap_or_default();
    let between = |w: &Token| w.text == "." || w.text.chars().count() <= 2 || tokens(&person.given).iter().any(|g| same(&g.text, &w.text));
    let named = |w: &&Token| same(bare(w), &given.text);
    let ahead = before.iter().rev().take_while(|w| named(w) || between(w)).find(named);
    let behind = words.get(at + family.len()..).unwrap_or_default();
    let past_comma = behind.iter().position(|w| w.text != ",").filter(|n| *n <= 1).and_then(|n| behind.get(n));
    let other = ahead.or(past_comma.filter(named))?;
    let place = Span::new(first.span.start.min(other.span.start), last.span.end.max(other.span.end));
    // "will rose", "an may": a short or everyday word is a name only where it is written as one.
    let plain = |t: &Token| t.text.chars().count() <= 4;
    let capital = |t: &Token| t.span.of(text).starts_with(char::is_uppercase);
    ((!plain(first) && !plain(other)) || capital(first) && capital(other)).then_some(place)
}

/// Where a surname alone tells of whom: behind a title, or with a bed or a room beside it ("Mrs. Abbott in bed 6W-18").
fn addressed(page: &Page<'_>, person: &FullName, (words, text): (&[Token], &str), at: usize) -> Option<Span> {
    let family = tokens(&person.family);
    let here = words.get(at..at + family.len()).filter(|here| here.iter().zip(&family).all(|(a, b)| same(bare(a), &b.text)))?;
    let (first, last) = (here.first()?, here.last()?);
    let capital = first.span.of(text).starts_with(char::is_uppercase);
    let titled = page.vocab("patient_title").any(last_before(words, first.span.start, 2));
    let likened = page.vocab("likened").any(last_before(words, first.span.start, 5));
    let placed = page.vocab("bed").any(first_after(words, last.span.end, 5));
    (capital && (placed || titled && likened)).then(|| Span::new(first.span.start, last.span.end))
}

/// Whether two names are one, written with or without the marks of their letters: "M\u{fc}ller", "Muller", "Mueller".
fn same(one: &str, other: &str) -> bool {
    one == other || crate::query::same_letters(one, other)
}

fn is_provider(page: &Page<'_>, person: &FullName) -> bool {
    let (family, given) = (tokens(&person.family), tokens(&person.given));
    let recipient = page.draft.recipient.as_ref().map(|to| to.name.as_str());
    let known = page.context.providers.iter().filter_map(|p| p.name.as_deref()).chain(recipient).chain([page.draft.author.as_str()]);
    known.into_iter().any(|name| {
        let words = tokens(name);
        family.iter().chain(given.first()).all(|part| words.iter().any(|w| w.text == part.text))
    })
}

fn numbers(page: &Page<'_>, field: &Field, words: &[Token]) -> Vec<Span> {
    let mut out: Vec<Span> = Vec::new();
    for at in 0..words.len() {
        for more in (1..=PIECES).rev() {
            let Some(pieces) = words.get(at..at + more) else { continue };
            let (Some(first), Some(last)) = (pieces.first(), pieces.last()) else { continue };
            let place = Span::new(first.span.start, last.span.end);
            if out.iter().any(|known| known.overlaps(place)) {
                break;
            }
            let written = place.of(&field.text);
            if !pieces.iter().any(is_number)
                || written.len() > 2 * LENGTH.end()
                || pieces.iter().any(|p| matches!(p.text.as_str(), "." | "/"))
            {
                continue;
            }
            if is_others(page, written) && tells(page, pieces, words, place) {
                out.push(place);
                break;
            }
        }
    }
    out
}

fn is_number(token: &Token) -> bool {
    token.text.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether a number is somebody else's: as it is written, in capitals, or without what parts its pieces.
fn is_others(page: &Page<'_>, written: &str) -> bool {
    let seen: String = written.chars().filter(|c| !is_hidden(*c)).collect();
    let bare: String = seen.chars().filter(|c| c.is_alphanumeric()).collect();
    let mut ways = vec![seen.to_uppercase(), bare.to_uppercase(), bare, seen];
    ways.sort();
    ways.dedup();
    let fits = |way: &&String| LENGTH.contains(&way.chars().count());
    let owners: Vec<String> = ways.iter().filter(fits).flat_map(|way| (page.context.owners)(way)).collect();
    !owners.is_empty() && !owners.iter().any(|owner| page.draft.patient.as_ref() == Some(owner))
}

/// Whether a number is told to be one of a record: a word before it says so, or it is long enough and no measure of anything.
fn tells(page: &Page<'_>, pieces: &[Token], words: &[Token], place: Span) -> bool {
    let cue = page.vocab("record_number").any(last_before(words, place.start, 3));
    let mixed = pieces.iter().any(|p| p.text.chars().any(char::is_alphabetic));
    let digits: usize = pieces.iter().filter(|p| is_number(p)).map(|p| p.text.len()).sum();
    let measured = page.vocab("unit").any(first_after(words, place.end, 1)) || page.said().holds(&plain(pieces), None);
    cue || ((mixed || digits >= TELLING) && !measured)
}

fn plain(pieces: &[Token]) -> String {
    pieces.iter().map(|p| p.text.as_str()).collect::<Vec<_>>().join(" ")
}
