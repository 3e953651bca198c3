//! The answers beside the diagnoses: that a finding means nothing, or belongs to what is documented already; and whether what is offered is a
//! choice at all. The draft and the lint ask here alike.

use super::evidence::words_of;
use super::lint::words::{Token, tokens};
use super::lint::{concepts, vocabularies};
use super::template::{Template, is_denied, stands};
use super::{Draft, Indicator, NOT_SIGNIFICANT, OptionKind, Reason, kind_of};
use crate::chart::Evidence;

/// What a list of answers about findings offers where they cannot be without meaning: they can still belong to what is named already.
pub const INTEGRAL: &str = "No further diagnosis; integral to a documented condition";

/// The answer that the findings name nothing new, where such a one must be offered: that they mean nothing where that is credible, else that
/// they belong to what is documented. `detail`: the condition is documented, and its detail asked.
pub(crate) fn meaningless(draft: &Draft, template: Option<&Template>, detail: bool) -> Option<&'static str> {
    if detail {
        return (draft.reason == Reason::R9).then_some(NOT_SIGNIFICANT);
    }
    if is_of_imaging(draft, template) {
        return Some(INTEGRAL);
    }
    if !asks_of_findings(draft, template) {
        return None;
    }
    Some(if not_credible(draft, template).is_some() { INTEGRAL } else { NOT_SIGNIFICANT })
}

/// Whether findings are asked about that nobody has named: then a provider must be able to say that there is nothing to name. A draft of no
/// template says so by its reason alone.
fn asks_of_findings(draft: &Draft, template: Option<&Template>) -> bool {
    draft.reason == Reason::R9 || template.is_some_and(|t| t.finding || draft.reason == Reason::R3)
}

/// Whether imaging is what is asked about: a shift on a film is often part of what is named already, whatever was given for it.
pub(crate) fn is_of_imaging(draft: &Draft, template: Option<&Template>) -> bool {
    let asks = matches!(draft.reason, Reason::R3 | Reason::R9) && template.is_none_or(|t| t.finding);
    template.is_some_and(|t| t.integral) || asks && shows_only_imaging(draft)
}

/// Why "not clinically significant" is no honest answer to what is quoted; nothing where it is one.
pub(crate) fn not_credible(draft: &Draft, template: Option<&Template>) -> Option<&'static str> {
    if template.is_some_and(|t| is_grave(draft, t)) {
        return Some("what is quoted cannot be without meaning");
    }
    shows_treatment(draft).then_some("a treatment is quoted that was given for it: nobody treats what means nothing")
}

/// Whether an answer leaves it at what is documented: it says so, and names no diagnosis by the way ("blood loss anemia, expected").
pub(crate) fn is_way_out(text: &str) -> bool {
    let words = tokens(text);
    let denies = vocabularies().get("negation");
    let named = || concepts().find(&words).into_iter().filter(|n| !concepts().is_finding(&n.concept));
    let first = |span: crate::chart::Span| words.partition_point(|t| t.span.end <= span.start);
    match kind_of(text) {
        OptionKind::NotSignificant | OptionKind::RuledOut | OptionKind::No => named().all(|n| is_denied(&words, first(n.span))),
        // "No malnutrition"; "hypotension without shock" names what it is instead.
        OptionKind::Diagnosis => words.first().is_some_and(|t| denies.any(std::slice::from_ref(t))) && named().all(|n| first(n.span) > 0),
        _ => false,
    }
}

/// Whether an answer says that the finding means nothing, in whatever words.
pub(crate) fn says_meaningless(text: &str) -> bool {
    let words = tokens(text);
    kind_of(text) == OptionKind::NotSignificant && vocabularies().label("meaningless").any(&words)
}

/// Whether what the query shows cannot be without meaning, by what its template says (`significant`).
fn is_grave(draft: &Draft, template: &Template) -> bool {
    let evidence: Vec<&Evidence> = draft.indicators.iter().filter(|i| i.included && !i.prior).map(|i| &i.evidence).collect();
    let words: Vec<Token> = tokens(&evidence.iter().map(|e| words_of(e)).collect::<Vec<_>>().join("\n"));
    stands(&template.significant_words, &words) || template.significant.iter().any(|range| range.judge(&evidence, &words) == Some(true))
}

/// Whether the treatment of what is asked about is quoted: a drug with its dose, or an order that treats (`templates/lint.toml`). Plain fluid
/// is given for many reasons, and to look again is no treatment.
fn shows_treatment(draft: &Draft) -> bool {
    let (fluid, treats) = (vocabularies().get("plain_fluid"), vocabularies().get("treating_order"));
    let is_treatment = |i: &&Indicator| {
        let (words, drug) = match &i.evidence {
            Evidence::Value(value) => (tokens(&value.name), !value.value.is_empty()),
            Evidence::Text(text) => (tokens(&text.quote), false),
        };
        let ordered = || treats.find(&words).iter().any(|found| !is_denied(&words, found.first));
        drug && !fluid.any(&words) || ordered()
    };
    draft.indicators.iter().filter(|i| i.included && i.group == "treatment").any(|i| is_treatment(&i))
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

    /// "Acute blood loss anemia, expected after the procedure" counted as the answer that there is nothing to name.
    #[test]
    fn an_expected_diagnosis_passed_for_a_way_out() {
        for (text, out) in [
            (INTEGRAL, true),
            (NOT_SIGNIFICANT, true),
            ("No malnutrition", true),
            ("Expected fall of the counts without pancytopenia", true),
            ("Expected, or inherent in the procedure", true),
            ("Acute blood loss anemia, expected after the procedure", false),
            ("Hypotension without shock", false),
            ("Respiratory distress without respiratory failure", false),
            ("Sepsis", false),
            ("Other: ____________", false),
            ("Unable to determine", false),
        ] {
            assert_eq!(is_way_out(text), out, "{text}");
        }
    }

    #[test]
    fn what_says_that_it_means_nothing_was_known_by_one_wording_alone() {
        for (text, says) in [
            (NOT_SIGNIFICANT, true),
            ("Clinically insignificant", true),
            ("No clinical significance", true),
            (INTEGRAL, false),
            ("Expected after the procedure", false),
            ("Atelectasis, clinically significant", false),
        ] {
            assert_eq!(says_meaningless(text), says, "{text}");
        }
    }
}
