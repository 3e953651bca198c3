//! What stands between a cue and what it governs, in brackets or between commas: "no chest pain (has known CAD) or dyspnea", "denied, when
//! asked twice, any seizure". What ends a scope there ends it there only.

use super::folded::Folded;
use super::lexicon::Lexicon;
use super::scan::Hit;
use super::scope::Place;

/// No aside is longer.
const ASIDE: usize = 120;

/// No further back is looked for the bracket that opens.
const OPENED: usize = 200;

/// Where the words behind an aside begin that holds a stop; none, where the stop stands in no aside behind the cue.
pub(super) fn behind(lexicon: &Lexicon, folded: &Folded, sentence: Place, cue: usize, stop: usize) -> Option<usize> {
    let text = folded.text();
    if stop.saturating_sub(cue) > OPENED {
        return None;
    }
    // The stop may begin with the bracket itself.
    let before = text.get(cue..end_of(text, stop + 1)).unwrap_or_default();
    let rest = text.get(stop..sentence.end.min(end_of(text, stop + ASIDE)))?;
    let open = before.rfind('(').filter(|at| before.get(*at..).is_some_and(|inner| !inner.contains(')')));
    if let Some(open) = open {
        let close = rest.find(')').map(|at| stop + at)?;
        // "(+)" is a sign.
        return text.get(cue + open..close).is_some_and(|inner| inner.contains(char::is_alphabetic)).then_some(close + 1);
    }
    // Between commas: right behind the cue, or where the words behind it go on with the cue's own ("any sign, even after that, | of it").
    let opened = cue + before.rfind(',')?;
    let first = text.get(opened..)?.strip_prefix(", ")?.split(' ').next()?;
    let ends = text.get(opened + 1..sentence.end.min(end_of(text, opened + ASIDE)))?.find(',').map(|at| opened + 1 + at)?;
    let next = text.get(ends + 1..)?.trim_start().split(' ').next()?;
    let known = |words: &[String], word: &str| words.iter().any(|known| known == word);
    let aside = stop < ends && known(&lexicon.aside_words, first) && (opened == cue || known(&lexicon.aside_ends, next));
    aside.then_some(ends + 1)
}

/// Where the bracket or the pair of dashes ends that a cue stands in: "(no DVT on duplex) and cellulitis". A cue that is all that
/// its brackets hold governs what follows them.
pub(super) fn end(folded: &Folded, sentence: Place, Hit { start, end, .. }: Hit, denies: bool) -> Option<usize> {
    let text = folded.text();
    let from = start_of(text, sentence.start.max(start.saturating_sub(OPENED)));
    let before = text.get(from..start)?;
    let rest = text.get(end..sentence.end.min(end_of(text, end + ASIDE)))?;
    let open = before.rfind('(').filter(|at| before.get(*at..).is_some_and(|inner| !inner.contains(')')));
    if open.is_some() {
        return rest.find(')').filter(|at| *at > 0).map(|at| end + at);
    }
    let dashed = denies && before.ends_with(" - ") && before.contains(char::is_alphabetic);
    dashed.then(|| rest.find(" - ").map(|at| end + at)).flatten()
}

fn end_of(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn start_of(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use crate::reading::{Assertion, read};

    #[test]
    fn an_aside_ended_what_was_denied_or_was_denied_with_it() {
        for (text, concept, want) in [
            ("No chest pain (has known CAD) or stroke.", "coronary_artery_disease", "present"),
            ("No chest pain (has known CAD) or stroke.", "stroke", "negated"),
            ("No clot (DVT or PE) on imaging.", "deep_vein_thrombosis", "negated"),
            ("Leg pain (no DVT on duplex) and cellulitis.", "cellulitis", "present"),
            ("Denied, when asked by both of the nurses, any stroke.", "stroke", "negated"),
            ("Pneumonia - without effusion - and sepsis.", "sepsis", "present"),
        ] {
            let reading = read(text, None);
            let got = reading.mentions.iter().find(|m| m.concept == concept).map(|m| m.assertion);
            assert_eq!(got.map_or("none", Assertion::name), want, "{text}");
        }
    }
}
