//! The title stands in an in-basket where nothing explains it (QL010 to QL012).

use super::concepts::concepts;
use super::page::{Field, Page, Part};
use super::words::{Token, tokens};
use crate::chart::Span;
use crate::query::evidence::words_of;
use std::collections::BTreeSet;

pub(crate) fn check(page: &mut Page<'_>) {
    let Some(field) = page.field(Part::Title) else { return };
    if page.plain && field.text.trim().is_empty() {
        return; // a pasted text need not have a title line
    }
    let mut found: Vec<(&str, Option<Span>, String)> = Vec::new();
    for named in field.named.iter().filter(|n| page.is_undocumented(&n.concept)) {
        found.push((
            "QL010",
            Some(named.span),
            format!("the title names \"{}\", which no provider documented", named.span.of(&field.text)),
        ));
    }
    if found.is_empty() {
        // Nearly spelled so: "acute kidney lnjury", "Akute Kidney Injry".
        let mended = concepts().mended(&tokens(&field.text));
        for named in concepts().find(&mended).into_iter().filter(|n| page.is_undocumented(&n.concept)) {
            let words = named.span.of(&field.text);
            found.push((
                "QL010",
                Some(named.span),
                format!("the title names \"{words}\", nearly spelled as a diagnosis that no provider documented"),
            ));
        }
    }
    // "KDIGO stage 3" answers by its criteria what the title only has to announce.
    for place in field.sentences.iter().flat_map(|s| page.vocab("title_criteria").find(&s.tokens)).map(|f| f.span) {
        let recorded = page.included().map(|(_, i)| &i.evidence).chain(&page.draft.documented_at).any(|e| {
            let wanted = tokens(place.of(&field.text));
            page.is_statement(e)
                && tokens(&words_of(e)).windows(wanted.len().max(1)).any(|w| w.iter().zip(&wanted).all(|(a, b)| a.text == b.text))
        });
        let quoted = page.plain && page.said().holds(place.of(&field.text), None);
        if !recorded && !quoted {
            found.push(("QL010", Some(place), format!("the title says \"{}\", which answers the question", place.of(&field.text))));
        }
    }
    found.extend(narrowing(page, field).map(|place| {
        ("QL010", Some(place), format!("the title says \"{}\", which no quoted words of a provider say of it", place.of(&field.text)))
    }));
    for sentence in &field.sentences {
        for place in page.vocab("impact_title").find(&sentence.tokens) {
            found.push(("QL011", Some(place.span), format!("the title says \"{}\"", place.span.of(&field.text))));
        }
    }
    for place in codes(&field.text) {
        found.push(("QL011", Some(place), "the title holds a diagnosis code".to_owned()));
    }
    if let Some(place) = stranger(page, field) {
        found.push(("QL012", Some(place), format!("\"{}\" is neither a subject nor a reason for asking", place.of(&field.text))));
    }
    let neutral = field.sentences.iter().any(|s| page.vocab("neutral_title").any(&s.tokens));
    if !neutral {
        found.push(("QL012", None, "the title does not say that it asks for a clarification".to_owned()));
    }
    for (rule, place, message) in found {
        page.add(rule, Part::Title, place, message);
    }
}

/// A word of the title that names neither what it is about nor why it is asked.
fn stranger(page: &Page<'_>, field: &Field) -> Option<Span> {
    let known = |t: &Token| {
        let one = std::slice::from_ref(t);
        t.text.chars().filter(|c| c.is_alphabetic()).count() < 4
            || super::standard::is_template_word(&t.text)
            || concepts().has_word(&t.text)
            || page.vocabularies.is_filler(&t.text)
            || ["clinical", "detail", "attribute", "neutral_title", "title_narrows", "of_record"]
                .iter()
                .any(|name| page.vocab(name).any(one))
            || !crate::reading::read_marks(&t.text).mentions.is_empty()
    };
    let word = field.sentences.iter().flat_map(|s| &s.tokens).find(|t| !known(t))?;
    // A name of more words, or of a diagnosis that another rule speaks of.
    (!field.named.iter().any(|n| n.span.contains(word.span))).then_some(word.span)
}

/// The words that narrow what the title names (acuity, type, stage, cause), where no provider's quoted words that name it say so. A pasted
/// text cannot show whose words its findings are: there, any quotation will do.
fn narrowing<'f>(page: &Page<'_>, field: &'f Field) -> impl Iterator<Item = Span> + 'f {
    let attributes = field.sentences.iter().flat_map(|s| page.vocab("title_narrows").find(&s.tokens)).map(|found| found.span);
    let outside = attributes.filter(|place| !field.named.iter().any(|n| n.span.overlaps(*place)));
    let cites = page.included().map(|(_, i)| &i.evidence).chain(&page.draft.documented_at);
    let stated: Vec<(Vec<Token>, BTreeSet<String>)> = cites
        .filter(|e| page.is_statement(e))
        .map(|e| {
            let text = words_of(e);
            let words = tokens(&text);
            let named = concepts().named_by_reader_too(&text, &words).into_iter().filter(|n| !page.is_negated(&words, n.span));
            let said = named.flat_map(|n| concepts().implied(&n.concept)).collect();
            (words, said)
        })
        .collect();
    let is_named = |said: &BTreeSet<String>| field.named.iter().any(|n| concepts().implied(&n.concept).iter().any(|c| said.contains(c)));
    let says = |place: Span| {
        let wanted = tokens(place.of(&field.text));
        let holds = |words: &[Token]| words.windows(wanted.len().max(1)).any(|w| w.iter().zip(&wanted).all(|(a, b)| a.text == b.text));
        stated.iter().any(|(words, said)| holds(words) && is_named(said)) || page.plain && page.said().holds(place.of(&field.text), None)
    };
    let left: Vec<Span> = if field.named.is_empty() { Vec::new() } else { outside.filter(|place| !says(*place)).collect() };
    left.into_iter()
}

/// Places that look like an ICD-10-CM code: a letter, two digits, a point and more. Without the point it could be a vitamin or a
/// vertebra.
pub(crate) fn codes(text: &str) -> Vec<Span> {
    let mut out = Vec::new();
    let mut at = 0;
    for word in text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '.')) {
        let trimmed = word.trim_end_matches('.');
        let bytes = trimmed.as_bytes();
        let is_code = matches!(bytes, [a, b, c, b'.', d, rest @ ..]
            if a.is_ascii_uppercase() && *a != b'U' && b.is_ascii_digit() && c.is_ascii_alphanumeric() && d.is_ascii_alphanumeric() && rest.len() <= 3 && rest.iter().all(u8::is_ascii_alphanumeric));
        if is_code {
            out.push(Span::new(at, at + trimmed.len()));
        }
        at += word.len() + text.get(at + word.len()..).and_then(|r| r.chars().next()).map_or(0, char::len_utf8);
    }
    out
}
