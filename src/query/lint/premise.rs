//! What a question takes for granted and what it leans on: a premise that the record does not hold (QL114), another patient's case (QL113),
//! somebody else's authority (QL115).

use super::page::{Field, Page, Part, Sentence};
use super::words::{Found, Token, tokens, within};
use crate::chart::Span;
use std::collections::BTreeSet;

pub(super) fn check(page: &mut Page<'_>) {
    let mut found: Vec<(&str, Part, Span, String)> = Vec::new();
    for field in page.fields.iter().filter(|f| !matches!(f.part, Part::Option(_))) {
        for sentence in &field.sentences {
            for (rule, name, says) in
                [("QL113", "other_case", "brings another patient's case"), ("QL115", "deference", "leans on somebody else's authority")]
            {
                if let Some(place) = page.vocab(name).first(&sentence.tokens).filter(|p| !field.is_quoted(*p)) {
                    found.push((rule, field.part, place, format!("\"{}\" {says}", place.of(&field.text))));
                }
            }
            if let Some((place, word)) = taken_for_granted(page, field, sentence) {
                found.push((
                    "QL114",
                    field.part,
                    place,
                    format!("the question takes \"{word}\" for granted; it stands in nothing that is quoted"),
                ));
            }
        }
    }
    for (rule, part, place, message) in found {
        page.add(rule, part, Some(place), message);
    }
}

/// The premise of a question, and its first word that stands nowhere in what is quoted.
fn taken_for_granted(page: &Page<'_>, field: &Field, sentence: &Sentence) -> Option<(Span, String)> {
    let asks = sentence.span.of(&field.text).trim_end().ends_with('?') || page.vocab("request").any(&sentence.tokens);
    if !asks || !matches!(field.part, Part::Body | Part::Question | Part::Verbal) {
        return None;
    }
    // "Since admission", "given at 14:00": a time or a dose, and no premise.
    let opener = page.vocab("premise").find(&sentence.tokens).into_iter().find(|o| !field.is_quoted(o.span) && opens(sentence, o))?;
    let rest = sentence.tokens.get(opener.past..)?;
    let end = rest.iter().position(|t| matches!(t.text.as_str(), "," | "?" | ";" | ":")).unwrap_or(rest.len());
    let premise = rest.get(..end)?;
    // A pasted question can hold its findings, with their numbers or their date.
    if page.plain && premise.iter().any(|t| t.text.starts_with(|c: char| c.is_ascii_digit())) {
        return None;
    }
    let known = known(page, field, sentence);
    let held = |t: &Token| {
        let named = field.all_named_in(Span::new(t.span.start.min(sentence.span.start), sentence.span.end));
        let documented = named.into_iter().any(|n| n.span.contains(t.span) && page.documented.contains(&n.concept));
        documented || field.is_quoted(t.span) || known.contains(&stem(&t.text))
    };
    let plain: Vec<Span> = ["of_record", "premise_plain"].iter().flat_map(|v| page.vocab(v).find(premise)).map(|f| f.span).collect();
    let says = |t: &&Token| {
        t.text.chars().filter(|c| c.is_alphabetic()).count() >= SAYS
            && !page.vocabularies.is_filler(&t.text)
            && !plain.iter().any(|p| p.contains(t.span))
    };
    let word = premise.iter().filter(says).find(|t| !held(t))?;
    let place = Span::new(opener.span.start, premise.last()?.span.end);
    Some((place, word.span.of(&field.text).to_owned()))
}

/// Whether a premise begins here: at the head of the sentence, or behind a comma, a colon or a dash.
fn opens(sentence: &Sentence, opener: &Found) -> bool {
    let before = opener.first.checked_sub(1).and_then(|i| sentence.tokens.get(i));
    before.is_none_or(|t| !t.text.chars().any(char::is_alphanumeric) || matches!(t.text.as_str(), "and" | "so" | "then" | "but"))
}

/// Letters from which a word says something.
const SAYS: usize = 4;
/// Letters by which two words are taken for forms of one.
const STEM: usize = 6;

fn stem(word: &str) -> String {
    word.chars().take(STEM).collect()
}

/// The beginnings of the words that the query quotes; of a pasted text, those of everything but the question's own sentence.
fn known(page: &Page<'_>, field: &Field, sentence: &Sentence) -> BTreeSet<String> {
    let mut out: BTreeSet<String> = page.evidence_tokens().iter().filter(|_| !page.plain).map(|t| stem(&t.text)).collect();
    for field_of in page.fields.iter().filter(|f| page.plain && matches!(f.part, Part::Body | Part::Question)) {
        let own = |s: &&Sentence| !(field_of.part == field.part && s.span == sentence.span);
        out.extend(field_of.sentences.iter().filter(own).flat_map(|s| &s.tokens).map(|t| stem(&t.text)));
    }
    for field_of in &page.fields {
        let all = tokens(&field_of.text);
        out.extend(field_of.quoted.iter().flat_map(|q| within(&all, *q)).map(|t| stem(&t.text)));
    }
    // A value by its name, however usual it is.
    for (_, indicator) in page.included() {
        out.extend(
            matches!(indicator.evidence, crate::chart::Evidence::Value(_))
                .then(|| crate::query::words_of(&indicator.evidence))
                .iter()
                .flat_map(|w| tokens(w))
                .map(|t| stem(&t.text)),
        );
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use crate::query::lint::lint;
    use crate::query::tests::{clean, with_context};

    /// Four sentences of a compliance officer that led without one word of the lists, and others of their build; and what is plain talk.
    #[test]
    fn a_sentence_led_by_another_case_a_premise_or_an_authority_and_passed() {
        for (words, rule) in [
            ("Last week you kindly documented acute on chronic heart failure for a similar patient.", "QL113"),
            ("Another case of this build was called by its name on the same ward.", "QL113"),
            ("Given the witnessed aspiration, what kind of lung finding is this?", "QL114"),
            ("Since the creatinine came with the infusion and left with it, can the type be stated?", "QL114"),
            ("Cardiology is the expert here, so which statement should stand?", "QL115"),
            ("Nephrology is better placed to judge this.", "QL115"),
        ] {
            let mut draft = clean();
            draft.body = words.into();
            let report = with_context(&["heart_failure"], |c| lint(&draft, c));
            let found: Vec<&str> = report.diagnostics.iter().map(|d| d.rule).collect();
            assert!(found.contains(&rule) && !report.can_send, "{words}: {found:?}");
        }
        for words in [
            "Given the elevated creatinine, can the renal function be further specified?",
            "Cardiology saw the patient on 19 Nov.",
            "Since admission, has the creatinine been treated?",
        ] {
            let mut draft = clean();
            draft.body = words.into();
            let report = with_context(&["heart_failure"], |c| lint(&draft, c));
            let found: Vec<&str> = report.diagnostics.iter().map(|d| d.rule).filter(|r| ["QL113", "QL114", "QL115"].contains(r)).collect();
            assert!(found.is_empty(), "{words}: {found:?}");
        }
    }
}
