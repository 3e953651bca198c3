//! Whether a stretch of text says anything, or only holds a place.

/// Whether a body says something. Blanks, rules, `___`, `***`, `[ ]`, a row of X's and the given place-holders ("deferred",
/// "see chart") say nothing; a place-holder that goes on with a reason does.
pub(super) fn says_something(body: &str, placeholders: &[String], reasons: &[String]) -> bool {
    let mut words: Vec<String> = Vec::new();
    // A place-holder is short: nothing beyond its first words is looked at.
    for word in body.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).take(12) {
        let word = word.to_lowercase();
        if !(word.len() > 1 && word.chars().all(|c| c == 'x')) {
            words.push(word);
        }
    }
    // The box of a form: "[x]" is ticked, "[ ]" is not.
    if words.is_empty() {
        return body.contains("[x]") || body.contains("[X]");
    }
    let joined = words.join(" ");
    let held = words.len() <= 8
        && placeholders.iter().any(|p| joined.strip_prefix(p.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')));
    !held || reasons.iter().any(|r| words.iter().any(|w| w == r))
}
