//! The answers beside the diagnoses: that a finding means nothing, or belongs to what is documented already; and whether what is offered is a
//! choice at all. The draft and the lint ask here alike.

use super::evidence::words_of;
use super::fill::shows_drug;
use super::lint::words::{Token, tokens};
use super::lint::{concepts, vocabularies};
use super::template::{Template, stands};
use super::{Draft, NOT_SIGNIFICANT, Reason};
use crate::chart::Evidence;

/// What a query about a finding of imaging offers besides its diagnoses: a shift on a film is often part of what is named already.
pub const INTEGRAL: &str = "No further diagnosis; integral to a documented condition";

/// The answer that the finding names nothing new, where it is fair to offer it. `detail`: the condition is documented, and its detail asked.
pub(crate) fn meaningless(draft: &Draft, template: Option<&Template>, detail: bool) -> Option<&'static str> {
    let finding = template.is_some_and(|t| t.finding);
    if detail {
        return (draft.reason == Reason::R9).then_some(NOT_SIGNIFICANT);
    }
    let asks = matches!(draft.reason, Reason::R3 | Reason::R9);
    if template.is_some_and(|t| t.integral) || asks && (finding || template.is_none()) && shows_only_imaging(draft) {
        return Some(INTEGRAL);
    }
    // Nobody gives a drug for what means nothing, and some findings are never without meaning.
    let fair = draft.reason == Reason::R9 || finding && !shows_drug(draft);
    (fair && !template.is_some_and(|t| is_grave(draft, t))).then_some(NOT_SIGNIFICANT)
}

/// Whether what the query shows cannot be without meaning, by what its template says (`significant`).
pub(crate) fn is_grave(draft: &Draft, template: &Template) -> bool {
    let evidence: Vec<&Evidence> = draft.indicators.iter().filter(|i| i.included).map(|i| &i.evidence).collect();
    let words: Vec<Token> = tokens(&evidence.iter().map(|e| words_of(e)).collect::<Vec<_>>().join("\n"));
    stands(&template.significant_words, &words) || template.significant.iter().any(|range| range.judge(&evidence, &words) == Some(true))
}

/// Whether imaging is all that was found: no examination and no value stands beside it.
fn shows_only_imaging(draft: &Draft) -> bool {
    let has = |groups: &[&str]| draft.indicators.iter().any(|i| i.included && groups.contains(&i.group.as_str()));
    has(&["imaging"]) && !has(&["exam", "labs"])
}

/// Whether of several diagnoses all but one only stand for "another cause" of the same: then one is offered by its name, and no choice.
pub(crate) fn is_single(options: &[&str]) -> bool {
    let residual = vocabularies().label("residual");
    let (others, named): (Vec<&str>, Vec<&str>) = options.iter().copied().partition(|text| residual.any(&tokens(text)));
    let [one] = named.as_slice() else { return named.is_empty() && others.len() == 1 };
    let of_one: Vec<String> = concepts().named(one).into_iter().flat_map(|n| concepts().implied(&n.concept)).collect();
    others.iter().all(|text| concepts().named(text).iter().all(|n| of_one.contains(&n.concept)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// "Acute blood loss anemia" beside "Anemia of another cause" passed for two diagnoses.
    #[test]
    fn one_diagnosis_beside_another_cause_of_the_same_passed_for_a_choice() {
        for (options, single) in [
            (vec!["Acute blood loss anemia", "Anemia of another cause: ____"], true),
            (vec!["Septic shock", "Shock of another type: ____"], true),
            (vec!["Sepsis"], true),
            (vec!["Acute heart failure", "Fluid overload of other cause"], false),
            (vec!["Acute blood loss anemia", "Anemia of chronic disease", "Anemia of another cause: ____"], false),
            (vec!["Delirium", "Dementia at baseline"], false),
            (vec![], false),
        ] {
            assert_eq!(is_single(&options), single, "{options:?}");
        }
    }
}
