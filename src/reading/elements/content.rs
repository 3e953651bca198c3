//! Whether a stretch of text says anything, or only holds a place.

use std::borrow::Cow;

/// Whether a body says something. Blanks, rules, `___`, `***`, `[ ]`, a row of X's and the given place-holders ("deferred",
/// "see chart") say nothing; a place-holder that goes on with a reason does.
pub(super) fn says_something(body: &str, placeholders: &[String], reasons: &[String]) -> bool {
    let filled = filled(body);
    let words = filled.split_whitespace().filter(|w| !is_token(w)).flat_map(|w| w.split(|c: char| !c.is_alphanumeric()));
    let mut words = words.filter(|word| !(word.is_empty() || (word.len() > 1 && word.chars().all(|c| c == 'x' || c == 'X'))));
    // A place-holder is short: more words are none, and nothing beyond them is looked at.
    if words.clone().nth(PLACEHOLDER).is_some() {
        return true;
    }
    let words: Vec<String> = words.by_ref().map(str::to_lowercase).collect();
    // The box of a form: "[x]" is ticked, "[ ]" is not.
    if words.is_empty() {
        return body.contains("[x]") || body.contains("[X]");
    }
    let joined = words.join(" ");
    let held = placeholders.iter().any(|p| joined.strip_prefix(p.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')));
    !held || reasons.iter().any(|r| words.iter().any(|w| w == r))
}

/// A place-holder has no more words.
const PLACEHOLDER: usize = 8;

/// The longest choice of a form that is looked for, in bytes.
const CHOICE: usize = 200;

/// A short body without the choices that nobody made: `{choose one}`. A long body is no place-holder.
fn filled(body: &str) -> Cow<'_, str> {
    let Some(open) = Some(body).filter(|body| body.len() <= CHOICE).and_then(|body| body.find('{')) else { return Cow::Borrowed(body) };
    let mut out = body.get(..open).unwrap_or_default().to_owned();
    let mut rest = body.get(open..).unwrap_or_default();
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        out.push(' ');
        rest = after.split_once('}').map_or("", |(_, behind)| behind);
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// A name that a template would have put a value for: `@NAME@`.
fn is_token(word: &str) -> bool {
    let word = word.trim_matches(|c: char| c != '@' && !c.is_alphanumeric());
    word.len() > 2 && word.starts_with('@') && word.ends_with('@')
}
