//! Answers that somebody puts beside those that the program offers, or puts back: each is held to what its template, or the table of kinds,
//! asks of it.

use super::page::{Page, Part};
use super::words::{Token, tokens};
use crate::chart::Evidence;
use crate::query::fill::POSSIBLE;
use crate::query::kinds::unsupported;

/// QL032 and QL034: an answer whose kind nothing supports, that its template would not offer, or that the program had left out.
pub(super) fn check(page: &mut Page<'_>) {
    let words = page.evidence_tokens();
    let evidence: Vec<&Evidence> = page.included().map(|(_, i)| &i.evidence).collect();
    let all: Vec<Token> = tokens(&evidence.iter().map(|e| crate::query::words_of(e)).collect::<Vec<_>>().join("\n"));
    let left_out: Vec<String> = page.draft.removed.iter().map(|text| folded(text)).collect();
    let own = page.draft.template.as_deref().and_then(|id| page.context.templates.get(id));
    let mut found = Vec::new();
    for i in page.diagnoses() {
        let Some(option) = page.draft.options.get(i) else { continue };
        if let Some(kind) = unsupported(&option.text, &evidence, &words, &page.documented) {
            // A pasted text shows too little to hold it: there it is only said.
            let rule = if page.plain { "QL042" } else { "QL032" };
            found.push((i, rule, format!("nothing in the query and no documentation supports \"{kind}\"")));
            continue;
        }
        if page.plain {
            continue; // no template stands behind a pasted text
        }
        let key = folded(&option.text);
        let fits = |o: &&crate::query::TemplateOption| o.is_supported(&evidence, (&all, &words), &page.documented);
        let mut of_own = own.iter().flat_map(|t| &t.option).filter(|o| folded(&o.text) == key).peekable();
        let returned = left_out.contains(&key);
        if of_own.peek().is_some() {
            if !of_own.any(|o| fits(&o)) {
                found.push((i, "QL032", "what its template asks of this answer stands nowhere in the query".to_owned()));
            } else if returned {
                found.push((i, "QL034", LEFT_OUT.to_owned()));
            }
            continue;
        }
        if returned {
            found.push((i, "QL034", LEFT_OUT.to_owned()));
        }
    }
    for (i, rule, message) in found {
        page.add(rule, Part::Option(i), None, message);
    }
}

const LEFT_OUT: &str = "the program left this answer out: the chart does not support it, or speaks against it";

/// An answer by its words alone: without case, signs, blanks to fill, and the mark of what is only possible.
fn folded(text: &str) -> String {
    let bare = text.strip_suffix(POSSIBLE).unwrap_or(text);
    let words = tokens(bare).into_iter().map(|t| t.text).filter(|t| t.chars().any(char::is_alphanumeric));
    let words: Vec<String> = words.collect();
    words.join(" ")
}
