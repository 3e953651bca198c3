//! A name told twice in one sentence: looked for first, then denied ("screened for depression and does not have depression").

use super::judged::Judged;
use super::lexicon::{Axis, Lexicon};
use super::model::Cause;
use crate::chart::Span;

/// Which names a sentence only looks for and denies behind that under the same name, and the cue that does so: the search is answered.
/// `names` are the names of the sentence, each with its place and how it stands.
pub(super) fn answered(lexicon: &Lexicon, names: &[(usize, Span, &Judged)]) -> Vec<(usize, Cause)> {
    let mut out = Vec::new();
    for (at, (kind, first, judged)) in names.iter().enumerate() {
        if !searched(lexicon, judged) || judged.axes.negated {
            continue;
        }
        let later = names.iter().enumerate().skip(at + 1).filter(|(_, (other, _, _))| other == kind);
        for (again, (_, place, judged)) in later {
            let denies = |cause: &&Cause| {
                cause.axis == Axis::Negated.name() && cause.at.is_some_and(|by| by.start >= first.end && by.start < place.start)
            };
            let denial = judged.causes.iter().find(denies).filter(|_| judged.axes.negated && !judged.untrue && !judged.lifted);
            // What the search was for goes with it; another condition ("if", "return for") stays.
            let only = !judged.axes.hypothetical || searched(lexicon, judged);
            if let Some(denial) = denial.filter(|_| only) {
                out.push((at, denial.clone()));
                out.push((again, denial.clone()));
            }
        }
    }
    out
}

/// Whether a name is hypothetical only because it was looked for.
fn searched(lexicon: &Lexicon, judged: &Judged) -> bool {
    let mut by = judged.causes.iter().filter(|cause| cause.axis == Axis::Hypothetical.name());
    judged.axes.hypothetical && by.all(|cause| lexicon.searches.contains(&cause.by))
}

#[cfg(test)]
mod tests {
    use crate::reading::tests::stands;

    #[test]
    fn a_search_was_left_open_although_its_sentence_denied_the_name() {
        assert_eq!(stands("She was screened for delirium and does not have delirium.", "delirium"), "negated");
        assert_eq!(stands("Screened for delirium; does not have asthma.", "delirium"), "hypothetical");
        assert_eq!(stands("Return for fever, although there is no fever now.", "finding.fever"), "hypothetical");
    }
}
