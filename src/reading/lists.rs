//! Lists in which members speak for themselves: "no fever, no cough, new atrial fibrillation".

use super::lexicon::{Axis, Deed, Direction, Lexicon};
use super::reach::{Breaks, alternatives};
use super::scan::Hit;
use super::scope::{Place, trigger};

/// No list that a denial governs is looked at further than this.
const LIST: usize = 400;

/// The denials of a sentence that hold for their own member of a list and for no other, by their starts. So they do where the member before
/// has the same denial, and where the next one to deny stands behind a member that tells more than a name, or where the list began with what is there:
/// "gout, no CAD, CKD 3b, no stroke".
pub(super) fn own_members(lexicon: &Lexicon, breaks: &Breaks<'_>, triggers: &[Hit], places: &[Place]) -> Vec<usize> {
    let mut out: Vec<usize> = Vec::new();
    let denies =
        |hit: &&Hit| trigger(lexicon, hit).is_some_and(|t| !t.heads && matches!(t.deed, Deed::Sets(Axis::Negated, Direction::Forward)));
    let mut denials = triggers.iter().filter(denies);
    let Some(mut this) = denials.next() else { return out };
    let affirmed = places.first().is_some_and(|place| place.end < this.start);
    for next in denials {
        if next.start == this.start || !breaks.begins_member(next.start) {
            this = next;
            continue;
        }
        let same = this.pattern == next.pattern;
        let own = breaks.comma_after(this.end).unwrap_or(next.start);
        let joint = breaks.folded.text().get(this.end..next.start).unwrap_or_default();
        let joint = joint.trim_end().trim_end_matches("and").trim_end().trim_end_matches(',');
        let between = Place { start: own + 1, end: this.end + joint.len() };
        let adjacent = between.start >= between.end;
        if adjacent && same {
            out.push(next.start);
        } else if !adjacent
            && next.start - this.end < LIST
            && (affirmed || breaks.members(between).any(|member| says_more(breaks, member, places)))
        {
            if out.last() != Some(&this.start) {
                out.push(this.start);
            }
            out.push(next.start);
        }
        this = next;
    }
    out
}

/// Where such a denial ends: with its member, since the next one would have a denial of its own; those of a list with "or" have none.
pub(super) fn own_end(breaks: &Breaks<'_>, from: usize, to: usize, places: &[Place]) -> usize {
    // "No evidence of one, of another": what begins with the cue's own "of" goes on with it.
    let goes_on = |at: usize| breaks.folded.text().get(at + 1..to).is_some_and(|rest| rest.trim_start().starts_with("of "));
    let mut end = breaks.comma_after(from).filter(|at| *at < to).unwrap_or(to);
    while end < to && goes_on(end) {
        end = breaks.comma_after(end + 1).filter(|at| *at < to).unwrap_or(to);
    }
    end.max(alternatives(breaks.folded, end, to, places))
}

/// Where a list under a denial ends that an "or" has closed, when what follows tells more than a name: "no collapse or pneumothorax, | small
/// left effusion".
pub(super) fn closed_end(breaks: &Breaks<'_>, from: usize, to: usize, places: &[Place]) -> usize {
    let limit = to.min(from + LIST);
    let limit = measured(breaks, from, limit, places).unwrap_or(limit);
    let to = if limit < from + LIST { limit } else { to };
    let Some(or) = breaks.last_or(from, limit) else { return to };
    let Some(first) = breaks.comma_after(or).filter(|at| *at < limit) else { return to };
    let free = breaks.members(Place { start: first + 1, end: limit }).find(|member| says_more(breaks, *member, places));
    free.map_or(to, |member| member.start - 1)
}

/// Where a member of a list begins that is a value and names nothing else: "no blood in the stool, | hemoglobin 7, iron deficiency anemia".
fn measured(breaks: &Breaks<'_>, from: usize, to: usize, places: &[Place]) -> Option<usize> {
    let first = breaks.comma_after(from).filter(|at| *at < to)?;
    let valued = |member: &Place| {
        let words = breaks.folded.text().get(member.start..member.end).unwrap_or_default().trim();
        let named = places.get(places.partition_point(|place| place.start < member.start)).is_some_and(|place| place.start < member.end);
        !named && words.starts_with(char::is_alphabetic) && words.ends_with(|c: char| c.is_ascii_digit() || c == '%') && words.contains(' ')
    };
    breaks.members(Place { start: first + 1, end: to }).find(valued).map(|member| member.start - 1)
}

/// Whether a member of a list tells something behind its name, or a number: "tobacco one pack a day".
pub(super) fn says_after(breaks: &Breaks<'_>, member: Place, places: &[Place]) -> bool {
    let text = breaks.folded.text();
    let first = places.partition_point(|place| place.start < member.start);
    let last = places.iter().skip(first).take_while(|place| place.end <= member.end).map(|place| place.end).max();
    let behind = |end: usize| text.get(end..member.end).is_some_and(|rest| rest.contains(char::is_alphanumeric));
    let numbers = text.get(member.start..member.end).is_some_and(|words| words.contains(|c: char| c.is_ascii_digit()));
    last.is_some_and(|end| numbers || behind(end))
}

/// Whether a member of a list holds a name and words or numbers beside it.
fn says_more(breaks: &Breaks<'_>, member: Place, places: &[Place]) -> bool {
    let text = breaks.folded.text();
    let words = text.get(member.start..member.end).unwrap_or_default().trim_start();
    if ["or ", "nor ", "and ", "no ", "of "].iter().any(|joint| words.starts_with(joint)) {
        return false;
    }
    let first = places.partition_point(|place| place.start < member.start);
    let mut at = member.start;
    let mut more = false;
    let mut named = false;
    for place in places.iter().skip(first).take_while(|place| place.end <= member.end) {
        named = true;
        more |= text.get(at..place.start).is_some_and(|rest| rest.contains(char::is_alphanumeric));
        at = at.max(place.end);
    }
    named && (more || text.get(at..member.end).is_some_and(|rest| rest.contains(char::is_alphanumeric)))
}

#[cfg(test)]
mod tests {
    use crate::reading::tests::stands;

    #[test]
    fn a_sign_that_is_there_was_denied_beside_one_that_is_absent() {
        let text = "Edema present, JVD absent, crackles present.";
        assert_eq!(stands(text, "finding.edema"), "present");
        assert_eq!(stands(text, "finding.jvd"), "negated");
        assert_eq!(stands(text, "finding.crackles"), "present");
        assert_eq!(stands("Wheezes present, rales absent.", "finding.wheezing"), "present");
        assert_eq!(stands("Fever, chills and cough absent.", "finding.fever"), "negated");
    }

    #[test]
    fn what_nobody_thinks_to_be_was_read_as_present() {
        assert_eq!(stands("We do not think she was ever septic.", "sepsis"), "negated");
        assert_eq!(stands("I doubt he was septic.", "sepsis"), "negated");
        assert_eq!(stands("No one doubts that he was septic.", "sepsis"), "present");
    }

    #[test]
    fn a_doubt_before_a_name_was_lost_where_its_words_can_also_look_back() {
        for (text, want) in [
            ("This is likely pneumonia.", "possible"),
            ("It is probable that she has pneumonia.", "possible"),
            ("It is hard to exclude pneumonia.", "possible"),
            ("Pneumonia is hard to exclude.", "possible"),
            ("Pneumonia is likely due to aspiration.", "present"),
            ("The most likely cause is pneumonia.", "possible"),
        ] {
            assert_eq!(stands(text, "pneumonia"), want, "{text}");
        }
    }

    #[test]
    fn a_negative_test_denied_the_name_before_it() {
        assert_eq!(stands("UTI is not excluded by the negative nitrite.", "urinary_tract_infection"), "possible");
        assert_eq!(stands("DVT: negative duplex.", "deep_vein_thrombosis"), "negated");
    }

    #[test]
    fn what_was_not_felt_to_be_was_read_as_present() {
        for (text, want) in [
            ("This was not felt to be pneumonia.", "negated"),
            ("I do not think it is a pneumonia.", "negated"),
            ("He said it was not pneumonia.", "negated"),
            ("Pneumonia: CT pending.", "possible"),
            ("The scan rules pneumonia out.", "negated"),
            ("No suspicion of pneumonia.", "negated"),
            ("Initially suspected to have pneumonia, which was ruled out.", "negated"),
            ("None of the tests excluded pneumonia.", "possible"),
            ("I have no doubt she has pneumonia.", "present"),
            ("The worry is pneumonia.", "possible"),
        ] {
            assert_eq!(stands(text, "pneumonia"), want, "{text}");
        }
    }
}
