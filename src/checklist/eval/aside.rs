//! Mentions of a condition that ask nothing more of it: said of others or of another time, given up for another diagnosis, or left to
//! what the same note plans.

use super::leaf::in_sections;
use crate::checklist::check::Attributes;
use crate::checklist::facts::{Facts, Said};
use crate::checklist::proof::sentence;
use crate::checklist::words::has_word;

/// Why a mention asks nothing, in words for the explanation.
pub(super) fn aside(check: &Attributes, said: &Said<'_>, facts: &Facts<'_>) -> Option<String> {
    let only = |beside: &str| format!("\"{}\" only {beside}", said.mention.text);
    let around = sentence(said.document, said.reading, said.mention.start);
    let general = facts.words("not_this_patient");
    if let Some(word) = check.not_with.iter().chain(general).find(|word| has_word(around, word)) {
        return Some(only(&format!("beside \"{word}\"")));
    }
    let before = ahead(said, around);
    if let Some(word) = check.not_after.iter().find(|word| has_word(before, word)) {
        return Some(only(&format!("after \"{word}\"")));
    }
    let holds = |group: &str| facts.words(group).iter().any(|word| has_word(&said.document.text, word));
    // A leaflet tells what can be, and to whom it may concern.
    if holds("leaflet") && !holds("person") {
        return Some(only("in a leaflet"));
    }
    // A therapist repeats the diagnosis that came with the order; nobody asks for more of it there.
    if holds("therapist") {
        return Some(only("in a therapist's report"));
    }
    let section = said.reading.sections.iter().rev().find(|s| s.start <= said.mention.start);
    let headed = |group: &str| section.filter(|s| facts.words(group).iter().any(|word| has_word(&s.heading, word)));
    if let Some(section) = headed("weighed").or(headed("codes")) {
        return Some(only(&format!("under \"{}\"", section.heading)));
    }
    if facts.words("risks").iter().any(|word| has_word(lead_in(said), word)) {
        return Some(only("in a list of risks"));
    }
    if awaited(check, said) {
        return Some(only("in a note that plans how to find the answer"));
    }
    if later(said, around, facts) {
        return Some(only("in what came after the stay"));
    }
    gave_way(said, facts).map(|name| only(&format!("as the diagnosis {name}")))
}

/// The words of its sentence ahead of a mention.
fn ahead<'t>(said: &Said<'_>, around: &'t str) -> &'t str {
    let from = (around.as_ptr() as usize).saturating_sub(said.document.text.as_ptr() as usize);
    around.get(..said.mention.start.saturating_sub(from)).unwrap_or_default()
}

/// The line that opens the list in which a mention is an item of its own: "Risks include:", then a line for each.
fn lead_in<'d>(said: &Said<'d>) -> &'d str {
    let is_item = |line: &str| line.trim_start().starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '*' | '\u{2022}'));
    let text = said.document.text.get(..said.mention.start).unwrap_or_default();
    let mut lines = text.rsplit('\n').filter(|line| !line.trim().is_empty());
    if !lines.next().is_some_and(is_item) {
        return "";
    }
    lines.find(|line| !is_item(line)).filter(|line| line.trim_end().ends_with([':', ','])).unwrap_or_default()
}

/// Whether the note plans what will answer the question.
fn awaited(check: &Attributes, said: &Said<'_>) -> bool {
    let planned = |mention: &&crate::reading::Mention| check.awaits.contains(&mention.concept);
    let at = |mention: &crate::reading::Mention| in_sections(&Said { mention, ..*said }, &check.awaits_in);
    said.reading.mentions.iter().filter(planned).any(at)
}

/// Which diagnosis it is, where that one gave way to another: before an operation to the one after it, on admission to the one at
/// discharge.
fn gave_way(said: &Said<'_>, facts: &Facts<'_>) -> Option<&'static str> {
    let (name, after) = match said.mention.section.as_str() {
        "preoperative_diagnosis" => ("before the operation", "postoperative_diagnosis"),
        "admission_diagnosis" => ("on admission", "discharge_diagnosis"),
        _ => return None,
    };
    let section = said.reading.sections.iter().find(|s| s.section == after)?;
    let body = said.document.text.get(section.body..section.end).map(str::trim).filter(|body| !body.is_empty())?;
    // "Same" leaves it at the diagnosis before.
    let same = facts.words("same_as_before").iter().any(|word| has_word(body, word));
    (!same).then_some(name)
}

/// A course that goes on for longer than this, in months, tells of what came after the stay.
const A_STAY: i32 = 6;

/// Whether the course of a stay has come to what happened after it: words in it or ahead of it say so, or a date lies months after the
/// first one. A note that came alone has no dates of its stay to compare with.
fn later(said: &Said<'_>, around: &str, facts: &Facts<'_>) -> bool {
    if said.mention.section != "hospital_course" || !facts.chart().encounter.implied {
        return false;
    }
    let Some(section) = said.reading.sections.iter().find(|s| s.start <= said.mention.start && said.mention.end <= s.end) else {
        return false;
    };
    let text = said.document.text.as_str();
    let end = (around.as_ptr() as usize + around.len()).saturating_sub(text.as_ptr() as usize);
    let so_far = text.get(section.body..end.min(section.end)).unwrap_or_default();
    let mut months = so_far.split_whitespace().filter_map(month);
    let past = months.next().is_some_and(|first| months.any(|month| month - first > A_STAY));
    past || facts.words("after_the_stay").iter().any(|word| has_word(so_far, word))
}

/// The month of a date as notes write it (10/18/96, 1/96, 3/2004), counted from year 0; `None` for what is no date.
fn month(word: &str) -> Option<i32> {
    let word = word.trim_matches(|c: char| !c.is_ascii_digit());
    let parts: Vec<&str> = word.split(['/', '-']).collect();
    let (month, year) = match parts.as_slice() {
        [month, _, year] => (month, year),
        // "5/5" is a strength and "10/10" a pain: a year of two digits without a day is one of the last century.
        [month, year] if year.len() == 4 || year.len() == 2 && year.starts_with(['5', '6', '7', '8', '9']) => (month, year),
        _ => return None,
    };
    let month: i32 = month.parse().ok().filter(|month| (1..=12).contains(month))?;
    let year: i32 = match (year.len(), year.parse::<i32>().ok()?) {
        (4, year @ 1900..=2099) => year,
        (2, year @ 50..) => 1900 + year,
        (2, year) => 2000 + year,
        _ => return None,
    };
    Some(12 * year + month)
}

#[cfg(test)]
mod tests {
    use super::month;

    #[test]
    fn strengths_and_scores_are_no_dates() {
        for (word, expected) in [
            ("10/18/96,", Some(12 * 1996 + 10)),
            ("1/96", Some(12 * 1996 + 1)),
            ("(3/2004)", Some(12 * 2004 + 3)),
            ("7/6/04.", Some(12 * 2004 + 7)),
            ("5/5", None),
            ("10/10", None),
            ("28/30", None),
            ("120/80", None),
            ("1-2", None),
            ("word", None),
        ] {
            assert_eq!(month(word), expected, "{word}");
        }
    }
}
