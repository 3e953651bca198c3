//! What a provider can tick (QL030 to QL040).

use super::concepts::concepts;
use super::page::{Page, Part};
use super::title::codes;
use super::words::tokens;
use crate::chart::Span;
use crate::query::{OptionKind, QueryForm, Reason};

pub(crate) fn check(page: &mut Page<'_>) {
    let (draft, form) = (page.draft, page.form());
    let kinds: Vec<OptionKind> = draft.options.iter().map(|o| o.kind).collect();
    let choice = matches!(form, QueryForm::MultipleChoice | QueryForm::Validation) || (form == QueryForm::Verbal && !kinds.is_empty());
    if choice {
        let other = kinds.contains(&OptionKind::Other)
            || draft.options.iter().any(|o| page.has_label("other", &o.text) && page.has_label("room", &o.text));
        if !other {
            page.add_at("QL030", "options", "there is no \"Other\" with room to write");
        }
        if !kinds.contains(&OptionKind::Undetermined) {
            page.add_at("QL031", "options", "there is no \"Unable to determine\"");
        }
        support(page);
        let diagnoses = page.diagnoses();
        // "Expected after surgery" or "not significant" beside it is an alternative too.
        let alone = diagnoses.len() == 1 && !kinds.iter().any(|k| matches!(k, OptionKind::NotSignificant | OptionKind::RuledOut));
        if alone && form == QueryForm::MultipleChoice && draft.reason != Reason::R6 {
            page.add_at("QL033", "options", "only one diagnosis is offered");
        }
        order(page, &diagnoses);
        lengths(page, &diagnoses);
        criteria(page, &diagnoses);
        if draft.reason == Reason::R9 && !kinds.contains(&OptionKind::NotSignificant) {
            page.add_at("QL037", "options", "there is no \"Not clinically significant\" for a finding");
        }
    }
    each(page);
}

fn each(page: &mut Page<'_>) {
    let mut found: Vec<(&str, usize, Option<Span>, String)> = Vec::new();
    for (i, option) in page.draft.options.iter().enumerate() {
        if option.selected {
            found.push(("QL039", i, None, "it is ticked beforehand".to_owned()));
        }
        let words = tokens(&option.text);
        if !matches!(option.kind, OptionKind::Other | OptionKind::Undetermined)
            && let Some(place) = page.vocab("favoured").first(&words)
        {
            found.push(("QL039", i, Some(place), "it is marked above the other answers".to_owned()));
        }
        for place in page.vocab("option_code").find(&words) {
            found.push(("QL036", i, Some(place.span), format!("the option says \"{}\"", place.span.of(&option.text))));
        }
        for place in codes(&option.text) {
            found.push(("QL036", i, Some(place), "the option holds a diagnosis code".to_owned()));
        }
        let named = concepts().find(&words);
        let combined = named.windows(2).find(|pair| match pair {
            [a, b] => {
                let between: Vec<_> = words.iter().filter(|t| t.span.start >= a.span.end && t.span.end <= b.span.start).cloned().collect();
                let apart = ["due", "without", "not", "from", "rather", "no", "or"];
                joins_two(&a.concept, &b.concept)
                    && page.vocab("link").any(&between)
                    && !between.iter().any(|t| apart.contains(&t.text.as_str()))
            }
            _ => false,
        });
        if option.kind == OptionKind::Diagnosis && combined.is_some() {
            found.push(("QL040", i, None, format!("\"{}\" joins two conditions in one answer", option.text)));
        }
    }
    for (rule, i, place, message) in found {
        page.add(rule, Part::Option(i), place, message);
    }
}

/// Whether two names side by side are two conditions: a finding, or a kind of the other, only says more of one ("respiratory failure
/// with hypoxia").
fn joins_two(one: &str, other: &str) -> bool {
    let all = concepts();
    one != other && !all.is_finding(one) && !all.is_finding(other) && !all.implied(one).contains(other) && !all.implied(other).contains(one)
}

/// QL032: every diagnosis offered is documented, or something in the query speaks for it. Where nothing is known of a diagnosis it
/// is not judged.
fn support(page: &mut Page<'_>) {
    let words = page.evidence_tokens();
    for i in page.diagnoses() {
        let denies = page.draft.options.get(i).is_some_and(|o| page.vocab("negation").any(&tokens(&o.text)));
        let named = page.option_concepts(i);
        let judged: Vec<bool> =
            named.iter().filter_map(|c| concepts().supports(c, &words).map(|s| s || page.documented.contains(c))).collect();
        if judged.is_empty() || judged.contains(&true) || denies {
            continue;
        }
        // A kind of something that is documented or supported is no new diagnosis, but nothing here speaks for this kind of it.
        let wider = named.iter().flat_map(|c| concepts().implied(c)).filter(|c| !named.contains(c));
        let kind_of_known = wider.into_iter().any(|c| page.documented.contains(&c) || concepts().supports(&c, &words) == Some(true));
        if kind_of_known {
            page.add("QL023", Part::Option(i), None, "no indicator in the query relates to this option");
        } else {
            page.add("QL032", Part::Option(i), None, "neither documentation nor an indicator in the query supports it");
        }
    }
}

fn order(page: &mut Page<'_>, diagnoses: &[usize]) {
    let texts: Vec<String> = diagnoses.iter().filter_map(|i| page.draft.options.get(*i)).map(|o| o.text.to_lowercase()).collect();
    if texts.len() < 2 || texts.is_sorted() {
        return;
    }
    let heaviest_first = page.vocabularies.ranks.iter().any(|row| {
        let ranks: Vec<usize> = texts.iter().filter_map(|t| row.iter().position(|p| p.any(&tokens(t)))).collect();
        ranks.len() == texts.len() && ranks.windows(2).all(|w| matches!(w, [a, b] if a < b))
    });
    if heaviest_first {
        page.add_at("QL035", "options", "the diagnoses stand in order of weight, the heaviest first");
    }
}

fn lengths(page: &mut Page<'_>, diagnoses: &[usize]) {
    // What a condition comes from, or comes without, is part of its name and no adornment: both counts must stand out.
    let bare = |text: &str| {
        let end = page.vocab("cause").first(&tokens(text)).map_or(text.len(), |place| place.start);
        text.get(..end).unwrap_or(text).split_whitespace().count()
    };
    let texts: Vec<&str> = diagnoses.iter().filter_map(|i| page.draft.options.get(*i)).map(|o| o.text.as_str()).collect();
    let most = page.vocabularies.max_length_ratio;
    let whole = stands_out(texts.iter().map(|t| t.split_whitespace().count()).collect(), most);
    if let (Some((long, next)), Some(_)) = (whole, stands_out(texts.iter().map(|t| bare(t)).collect(), most)) {
        page.add_at("QL038", "options", format!("one diagnosis takes {long} words, the next longest {next}"));
    }
}

/// The longest and the next, where one stands out from all others; two long ones beside a short one are only the language.
fn stands_out(mut sizes: Vec<usize>, most: f64) -> Option<(usize, usize)> {
    sizes.sort_unstable();
    match sizes.as_slice() {
        [.., next, long] if *long >= 6 && *long as f64 > most * *next as f64 => Some((*long, *next)),
        _ => None,
    }
}

/// QL065: criteria may stand above the options, not beside one of them.
fn criteria(page: &mut Page<'_>, diagnoses: &[usize]) {
    let shows = |i: &usize| page.draft.options.get(*i).is_some_and(|o| page.vocab("criteria").any(&tokens(&o.text)));
    let with: Vec<usize> = diagnoses.iter().copied().filter(|i| shows(i)).collect();
    if let [one] = with.as_slice()
        && diagnoses.len() > 1
    {
        page.add("QL065", Part::Option(*one), None, "criteria stand beside this option and no other");
    }
}
