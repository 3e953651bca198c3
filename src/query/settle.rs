//! What a draft's options stand for. It follows from their words, or from the template that they were taken from; what a file says of
//! it counts for nothing.

use super::{Draft, Indicator, QueryOption, Templates, kind_of};

/// The draft with its options told apart by their words. An option of the draft's own template, word for word, stands for what the
/// template says.
pub fn settled(draft: &Draft, templates: &Templates) -> Draft {
    let template = draft.template.as_deref().and_then(|id| templates.get(id));
    let settle = |option: &QueryOption| {
        let known = template.and_then(|t| t.option.iter().find(|o| o.text == option.text));
        let (kind, concepts) = known.map_or_else(|| (kind_of(&option.text), Vec::new()), |o| (o.kind, o.concepts.clone()));
        QueryOption { text: option.text.clone(), kind, concepts, selected: option.selected }
    };
    Draft { options: draft.options.iter().map(settle).collect(), ..draft.clone() }
}

/// What speaks against the question was taken from the chart; a draft out of a file can untick it and must then say why (QL024), but
/// it cannot make it vanish.
pub fn with_what_speaks_against(mut draft: Draft, stored: &Draft) -> Draft {
    for kept in stored.indicators.iter().filter(|i| i.against) {
        let same = |i: &&mut Indicator| i.evidence.source() == kept.evidence.source() && i.hash == kept.hash;
        match draft.indicators.iter_mut().find(same) {
            Some(there) => there.against = true,
            None => draft.indicators.push(Indicator { included: false, ..kept.clone() }),
        }
    }
    draft
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::query::tests::clean;
    use crate::query::{OptionKind, templates};

    /// A diagnosis called "Other", or given a concept that the chart supports, passed every rule about options.
    #[test]
    fn a_kind_and_a_concept_out_of_a_file_count_for_nothing() {
        let mut draft = clean();
        draft.options[0] = QueryOption {
            text: "Septic shock".into(),
            kind: OptionKind::NotSignificant,
            concepts: vec!["acute_kidney_injury".into()],
            selected: false,
        };
        draft.options[2].kind = OptionKind::Diagnosis;
        let settled = settled(&draft, templates());
        assert_eq!((settled.options[0].kind, settled.options[0].concepts.len()), (OptionKind::Diagnosis, 0));
        assert_eq!(settled.options[2].kind, OptionKind::Other);
    }

    #[test]
    fn an_option_of_the_template_stands_for_what_the_template_says() {
        let template = templates().all().iter().find(|t| t.option.iter().any(|o| !o.concepts.is_empty())).unwrap();
        let option = template.option.iter().find(|o| !o.concepts.is_empty()).unwrap();
        let draft = Draft {
            template: Some(template.id.clone()),
            options: vec![QueryOption { text: option.text.clone(), ..QueryOption::default() }],
            ..Draft::default()
        };
        assert_eq!(settled(&draft, templates()).options[0].concepts, option.concepts);
    }

    #[test]
    fn what_speaks_against_it_cannot_be_left_out_of_a_file() {
        let mut stored = clean();
        stored.indicators[1].against = true;
        let mut given = clean();
        given.indicators.remove(1);
        let kept = with_what_speaks_against(given, &stored);
        assert!(kept.indicators.iter().any(|i| i.against && !i.included));
    }
}
