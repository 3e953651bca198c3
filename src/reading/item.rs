//! What an item of a list comes to in the end holds for the name that heads it: "Sepsis: alert fired, lactate normal, sepsis ruled out."

use super::folded::Folded;
use super::judged::Judged;
use super::lexicon::Lexicon;
use super::model::Experiencer;
use super::scope::Place;

/// What stands before the name on its line is no longer than a mark and a word or two ("1. Possible ").
const LEAD: usize = 24;

/// No item is followed further than this, so that the work stays linear.
const ITEM: usize = 4000;

/// No more names of one item are looked through for its last word.
const NAMES: usize = 64;

/// What may stand between the head of an item and what is told of it.
const MARKS: [char; 7] = [':', '-', '\u{2013}', '\u{2014}', '.', '?', '\n'];

/// For each name that an item begins with and denies in the end: its number and the number of the name that is denied. `kind` tells which
/// names stand for the same.
pub(super) fn overruled<'j>(
    (lexicon, text, folded): (&Lexicon, &str, &Folded),
    places: &[Place],
    kind: &dyn Fn(usize) -> Option<usize>,
    judged: &dyn Fn(usize) -> Option<&'j Judged>,
) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    for (at, place) in places.iter().enumerate() {
        let Some(own) = kind(at).filter(|_| judged(at).is_some_and(|judged| !judged.axes.negated)) else { continue };
        let Some(end) = heads(text, folded, place) else { continue };
        let named = |at: usize| folded.text().get(places.get(at)?.start..places.get(at)?.end);
        let rest =
            places.iter().enumerate().skip(at + 1).take(NAMES).take_while(|(_, later)| folded.back(later.start, later.end).end <= end);
        let same: Vec<usize> = rest
            .map(|(later, _)| later)
            .filter(|later| kind(*later) == Some(own) && places.get(*later).is_some_and(|p| p.start >= place.end))
            .collect();
        let Some(last) = same.last().copied().filter(|last| named(*last) == named(at) || short(named(at)) || short(named(*last))) else {
            continue;
        };
        let denied = judged(last).zip(places.get(last)).is_some_and(|(judged, place)| {
            let behind = folded.back(place.start, place.end).end;
            let verdict = |by: &str| lexicon.verdicts.iter().any(|word| by.contains(word.as_str()));
            let cause = |cause: &super::model::Cause| {
                cause.axis == "negated" && cause.at.is_some_and(|at| at.start >= behind) && verdict(&cause.by)
            };
            judged.axes.negated && judged.axes.experiencer == Experiencer::Patient && judged.causes.iter().any(cause)
        });
        if denied && begins(lexicon, folded, places, last) {
            out.push((at, last));
            out.extend(same.into_iter().filter(|name| *name != last).map(|name| (name, last)));
        }
    }
    out
}

/// An abbreviation: it says no more than the name that it is short for.
fn short(name: Option<&str>) -> bool {
    name.is_some_and(|name| name.len() <= 4 && !name.contains(' '))
}

/// Whether nothing stands before a name that makes it a kind of its own: "fungal pneumonia ruled out" leaves a pneumonia.
fn begins(lexicon: &Lexicon, folded: &Folded, places: &[Place], at: usize) -> bool {
    let before = places.get(at).and_then(|place| folded.text().get(..place.start)).unwrap_or_default().trim_end();
    let word = before.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    word.is_empty() || lexicon.item_leads.iter().any(|known| known == word)
}

/// Where an item ends that a name heads; none, where it heads none. An item goes on in lines with a bullet or an indent.
fn heads(text: &str, folded: &Folded, place: &Place) -> Option<usize> {
    let span = folded.back(place.start, place.end);
    // A line that began further back heads nothing, and is not looked through: a text can be one line.
    let from = (span.start.saturating_sub(LEAD + 1)..=span.start).find(|at| text.is_char_boundary(*at))?;
    let before = text.get(from..span.start)?;
    let line = before.rfind('\n').map(|at| from + at + 1).or((from == 0).then_some(0))?;
    let lead = text.get(line..span.start)?;
    if lead.trim_end().ends_with([',', ';', '.', ':']) && lead.contains(char::is_alphabetic)
        || lead.split_whitespace().filter(|word| word.contains(char::is_alphabetic)).count() > 2
    {
        return None;
    }
    let rest = text.get(span.end..)?;
    let marked = span.of(text).ends_with(':') || rest.trim_start_matches([' ', ')', '*', '_']).starts_with(MARKS);
    marked.then_some(())?;
    let mut end = span.end;
    for (number, line) in rest.split_inclusive('\n').enumerate() {
        let goes_on = number == 0
            || line.trim_start_matches([' ', '\t']).starts_with(['-', '*', '\u{2022}', '+'])
            || line.starts_with([' ', '\t']) && !line.trim().is_empty();
        if !goes_on || end - span.end > ITEM {
            break;
        }
        end += line.len();
    }
    Some(end)
}

#[cfg(test)]
mod tests {
    use crate::reading::tests::stands;

    #[test]
    fn an_item_that_ruled_its_own_head_out_was_read_as_present() {
        for text in [
            "Sepsis: alert fired. Lactate normal. Sepsis ruled out.",
            "2. Sepsis\n- alert fired\n- sepsis ruled out, stop antibiotics",
            "PE: scan done. Pulmonary embolism excluded.",
        ] {
            let concept = if text.starts_with("PE") { "pulmonary_embolism" } else { "sepsis" };
            assert_eq!(stands(text, concept), "negated", "{text}");
        }
        for text in ["Sepsis: on antibiotics. Meningitis ruled out.", "Sepsis: improving.\nPneumonia: sepsis ruled out."] {
            assert_eq!(stands(text, "sepsis"), "present", "{text}");
        }
        assert_eq!(stands("Pneumonia: fungal pneumonia ruled out, on ceftriaxone.", "pneumonia"), "present");
    }
}
