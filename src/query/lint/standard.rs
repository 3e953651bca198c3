//! Answers in their standard words (QL043, QL044): an answer names a diagnosis, or is one of the ways out that every query has. A remark
//! beside either ("despite the findings above", "patient was not sick") weighs one answer against another. And sentences without a clinical
//! reason (QL074).

use super::concepts::concepts;
use super::page::{Field, Page, Part, Sentence};
use super::words::{Token, tokens};
use crate::chart::Span;
use crate::query::{OptionKind, QueryForm, Reason, templates};
use std::collections::BTreeSet;
use std::sync::OnceLock;

pub(super) fn check(page: &mut Page<'_>) {
    remarks(page);
    sentences(page);
}

/// The words of the shipped templates' answers and titles.
fn of_templates() -> &'static BTreeSet<String> {
    static ONCE: OnceLock<BTreeSet<String>> = OnceLock::new();
    ONCE.get_or_init(|| {
        let texts =
            templates().all().iter().flat_map(|t| t.option.iter().map(|o| o.text.as_str()).chain([t.title.as_str(), t.organism.as_str()]));
        texts.flat_map(tokens).map(|t| t.text).collect()
    })
}

pub(super) fn is_template_word(word: &str) -> bool {
    of_templates().contains(word)
}

fn remarks(page: &mut Page<'_>) {
    let mut found = Vec::new();
    let template = page.draft.template.as_deref().and_then(|id| page.context.templates.get(id));
    for (at, option) in page.draft.options.iter().enumerate() {
        if template.is_some_and(|t| t.option.iter().any(|o| o.text == option.text)) {
            continue;
        }
        let all = tokens(&option.text);
        let way_out = matches!(option.kind, OptionKind::Other | OptionKind::Undetermined | OptionKind::NotSignificant);
        if !way_out && (option.kind != OptionKind::Diagnosis || page.form() == QueryForm::Validation || page.draft.reason == Reason::R4) {
            continue;
        }
        // Of a diagnosis the remark is judged, not its name: that no table may know.
        let judged: &[Token] = if way_out { &all } else { remark(&all) };
        let strange = judged.iter().filter(|t| is_strange(page, t)).collect::<Vec<_>>();
        if let (Some(first), Some(last)) = (strange.first(), strange.last()) {
            let place = Span::new(first.span.start, last.span.end);
            let words = place.of(&option.text);
            if way_out {
                found.push(("QL043", at, place, format!("\"{words}\" is no part of the standard wording of this answer")));
            } else {
                found.push(("QL044", at, place, format!("\"{words}\" is no part of a diagnosis")));
            }
        }
    }
    for (rule, at, place, message) in found {
        page.add(rule, Part::Option(at), Some(place), message);
    }
}

/// What stands in brackets or behind a dash.
fn remark(words: &[Token]) -> &[Token] {
    let opens = |t: &Token| matches!(t.text.as_str(), "(" | "[" | "{" | "\u{2013}" | "\u{2014}" | ";" | "*");
    words.iter().position(opens).map_or(&[], |at| words.get(at..).unwrap_or_default())
}

/// Whether a word belongs neither to a diagnosis nor to the usual wording of an answer.
fn is_strange(page: &Page<'_>, word: &Token) -> bool {
    let one = std::slice::from_ref(word);
    let letters = word.text.chars().filter(|c| c.is_alphabetic()).count();
    letters >= 2
        && !of_templates().contains(&word.text)
        && !["way_out", "detail", "attribute", "clinical", "title_narrows"].iter().any(|name| page.vocab(name).any(one))
        && !concepts().has_word(&word.text)
        && crate::reading::read_marks(&word.text).mentions.is_empty()
}

/// QL074: what a query says beside its question is a finding or where one stands. Of anything else the reader asks what it is for.
fn sentences(page: &mut Page<'_>) {
    let mut found = Vec::new();
    let parts = |part: Part| matches!(part, Part::Body | Part::Question | Part::Relevance(_) | Part::Verbal);
    for field in page.fields.iter().filter(|f| parts(f.part)) {
        for sentence in &field.sentences {
            if is_without_reason(page, field, sentence) {
                found.push((field.part, sentence.span));
            }
        }
    }
    for (part, place) in found {
        // A graver rule says it better.
        let name = page.field(part).map(|f| (f.name.clone(), f.base())).unwrap_or_default();
        let told = page.found.iter().any(|d| {
            d.field == name.0
                && matches!(d.rule, "QL060" | "QL061" | "QL062" | "QL063" | "QL066" | "QL067" | "QL070" | "QL071" | "QL072" | "QL092")
                && d.r#where.is_some_and(|(from, to)| from < place.end + name.1 && to > place.start + name.1)
        });
        if !told {
            page.add("QL074", part, Some(place), "this sentence holds no finding and asks nothing: a query gives clinical reasons only");
        }
    }
}

fn is_without_reason(page: &Page<'_>, field: &Field, sentence: &Sentence) -> bool {
    let words = &sentence.tokens;
    let text = sentence.span.of(&field.text);
    let says = words.iter().filter(|t| t.text.chars().filter(|c| c.is_alphabetic()).count() >= 2).count() >= 4;
    let quoted = field.quoted.iter().any(|q| q.overlaps(sentence.span));
    let heads = text.trim_end().ends_with(':');
    let institution = page.vocab("institution").any(words);
    let clinical = page.vocab("clinical").any(words)
        || field.all_named_in(sentence.span).next().is_some()
        || words.iter().any(|t| t.text.starts_with(|c: char| c.is_ascii_digit()));
    let of_record = page.vocab("of_record").any(words) || page.vocab("absent").any(words) || page.vocab("documented").any(words);
    let asks = text.ends_with('?') || page.vocab("request").any(words);
    if !says || quoted || heads || clinical || asks || page.vocab("courtesy").any(words) {
        return false;
    }
    // A pasted text has a head, and lines of findings that no table knows: there only what speaks of the house is judged.
    institution || !(page.plain || of_record)
}
