//! What a provider can tick (QL030 to QL040).

use super::concepts::concepts;
use super::page::{Page, Part};
use super::title::codes;
use super::words::{Token, is_pictograph, tokens, within};
use crate::chart::Span;
use crate::query::measures::{measures, number_of};
use crate::query::parse::answers_in;
use crate::query::ways_out::{INTEGRAL, is_of_imaging, is_single, is_way_out, meaningless, not_credible, says_meaningless};
use crate::query::{NOT_SIGNIFICANT, OptionKind, QueryForm, QueryOption, Reason, Template};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) fn check(page: &mut Page<'_>) {
    let (draft, form) = (page.draft, page.form());
    let kinds: Vec<OptionKind> = draft.options.iter().map(|o| o.kind).collect();
    let choice = matches!(form, QueryForm::MultipleChoice | QueryForm::Validation) || (form == QueryForm::Verbal && !kinds.is_empty());
    if choice {
        for (kind, rule, label) in [(OptionKind::Other, "QL030", "Other"), (OptionKind::Undetermined, "QL031", "Unable to determine")] {
            match escape(page, kind) {
                Escape::Open => {}
                Escape::Missing if kind == OptionKind::Other => page.add_at(rule, "options", "there is no \"Other\" with room to write"),
                Escape::Missing => page.add_at(rule, "options", format!("there is no \"{label}\"")),
                Escape::Held(i, place) => held(page, rule, label, i, place),
            }
        }
        support(page);
        super::offered::check(page);
        let diagnoses = page.diagnoses();
        // "Expected after surgery", or "cause not found" beside "unable to determine", is an alternative too. In a draft the usual "not
        // clinically significant" is none: its author says that no other diagnosis is reasonable.
        let unknown = kinds.iter().filter(|k| **k == OptionKind::Undetermined).count() > 1;
        let template = draft.template.as_deref().and_then(|id| page.context.templates.get(id));
        let usual = |text: &str| text == NOT_SIGNIFICANT || text == INTEGRAL && !is_of_imaging(draft, template);
        let plain_denial = |o: &crate::query::QueryOption| !page.plain && usual(&o.text);
        let other = |o: &crate::query::QueryOption| matches!(o.kind, OptionKind::NotSignificant | OptionKind::RuledOut) && !plain_denial(o);
        let names: Vec<&str> = diagnoses.iter().filter_map(|i| draft.options.get(*i)).map(|o| o.text.as_str()).collect();
        let one = if page.plain { names.len() == 1 } else { is_single(&names) };
        let alone = one && !unknown && !draft.options.iter().any(other);
        if form == QueryForm::MultipleChoice && draft.reason != Reason::R6 {
            if alone {
                page.add_at("QL033", "options", "only one diagnosis is offered");
            } else if let Some(n) = names_of_one(page, &diagnoses) {
                page.add_at("QL033", "options", format!("only one diagnosis is offered, by {n} names"));
            }
        }
        order(page, &diagnoses);
        lengths(page, &diagnoses);
        criteria(page, &diagnoses);
        ways_out(page, template);
    }
    each(page);
    beside_the_list(page);
}

/// QL037 and QL034: a list of answers about findings leaves a way out, and one that is credible.
fn ways_out(page: &mut Page<'_>, template: Option<&Template>) {
    let draft = page.draft;
    let detail = template.is_some_and(|t| t.asks_detail(&draft.question));
    // In a draft an answer that names a diagnosis is none, however expected it is; a pasted text says too little to tell.
    let leaves = |o: &QueryOption| if page.plain { o.kind == OptionKind::NotSignificant } else { is_way_out(&o.text) };
    if let Some(text) = meaningless(draft, template, detail).filter(|_| !draft.options.iter().any(leaves)) {
        page.add_at("QL037", "options", format!("there is no \"{text}\" for a finding"));
    }
    // What a machine breathes for, what four doctors came for, or what a drug was given for, is not without meaning.
    let why = template.filter(|_| !detail).and_then(|t| not_credible(draft, Some(t)));
    if let Some((why, at)) = why.zip(draft.options.iter().position(|o| says_meaningless(&o.text))) {
        page.add_at("QL034", format!("options[{at}]"), why);
    }
}

/// QL041: answers to tick that stand in the words or the question of a draft, where the rules about options do not see them. They are
/// held to the gravest of those all the same.
fn beside_the_list(page: &mut Page<'_>) {
    if page.plain {
        return; // in a pasted text every box is an option
    }
    let words = page.evidence_tokens();
    let mut found = Vec::new();
    for field in [Part::Body, Part::Question].into_iter().filter_map(|part| page.field(part)) {
        for (place, ticked) in answers_in(&field.text) {
            found.push(("QL041", field.part, place, "an answer to tick stands outside the options".to_owned()));
            if ticked {
                found.push(("QL039", field.part, place, "it is ticked beforehand".to_owned()));
            }
            let unsupported = |c: &String| !page.documented.contains(c) && concepts().supports(c, &words) == Some(false);
            if field.all_named_in(place).any(|n| unsupported(&n.concept)) {
                let message = "neither documentation nor an indicator in the query supports it".to_owned();
                found.push(("QL032", field.part, place, message));
            }
        }
    }
    for (rule, part, place, message) in found {
        page.add(rule, part, Some(place), message);
    }
}

/// How an answer stands that must never be kept from the provider.
pub(super) enum Escape {
    /// It is offered.
    Open,
    /// No option offers it.
    Missing,
    /// It is there, and its own words keep the provider from it: the option and the words.
    Held(usize, Span),
}

/// Whether "Other" or "Unable to determine" is offered, and offered freely.
pub(super) fn escape(page: &Page<'_>, kind: OptionKind) -> Escape {
    let has_room = |text: &str| page.has_label("other", text) && page.has_label("room", text);
    let is_it = |o: &crate::query::QueryOption| o.kind == kind || (kind == OptionKind::Other && has_room(&o.text));
    let mut held = Escape::Missing;
    for (i, option) in page.draft.options.iter().enumerate().filter(|(_, o)| is_it(o)) {
        let words = tokens(&option.text);
        // "Other kidney injury", "Other: ____ (e.g. SIADH)": the free answer is already half given.
        let led = concepts().find(&words).into_iter().find(|n| !concepts().is_finding(&n.concept)).map(|n| n.span);
        match page.vocab("discouraged").first(&words).or(led.filter(|_| kind == OptionKind::Other)) {
            None => return Escape::Open,
            Some(place) => held = Escape::Held(i, place),
        }
    }
    held
}

pub(super) fn held(page: &mut Page<'_>, rule: &str, label: &str, option: usize, place: Span) {
    let words = page.field(Part::Option(option)).map(|f| place.of(&f.text).to_owned()).unwrap_or_default();
    page.add(rule, Part::Option(option), Some(place), format!("\"{words}\" keeps the provider from \"{label}\": it is not offered"));
}

/// How many names, where every option is one diagnosis by another name: names of one row of the table, and no other word that tells
/// the options apart.
fn names_of_one(page: &Page<'_>, diagnoses: &[usize]) -> Option<usize> {
    let (names, rows) = &page.vocabularies.synonyms;
    let mut seen: BTreeSet<BTreeSet<String>> = BTreeSet::new();
    for option in diagnoses.iter().filter_map(|i| page.draft.options.get(*i)) {
        let all = tokens(&option.text);
        let mut key = BTreeSet::new();
        let mut past = 0;
        for found in names.find(&all).iter().filter(|f| rows.get(f.pattern).is_some()) {
            if found.first < past {
                continue;
            }
            key.extend(all.get(past..found.first).into_iter().flatten().map(|t| t.text.clone()));
            key.extend(rows.get(found.pattern).map(|row| format!("={row}")));
            past = found.past;
        }
        key.extend(all.get(past..).into_iter().flatten().map(|t| t.text.clone()));
        key.retain(|word| word.chars().any(char::is_alphanumeric));
        seen.insert(key);
    }
    (diagnoses.len() > 1 && seen.len() == 1).then_some(diagnoses.len())
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
        if is_shouted(page, &option.text) && page.draft.options.iter().any(|o| !is_shouted(page, &o.text)) {
            found.push(("QL039", i, None, "its capitals set it apart from the other answers".to_owned()));
        }
        if let Some(place) = words.iter().find(|t| is_pictograph(&t.text)) {
            found.push(("QL039", i, Some(place.span), "a picture sign sets it apart from the other answers".to_owned()));
        }
        if matches!(option.kind, OptionKind::NotSignificant | OptionKind::RuledOut | OptionKind::No)
            && let Some(place) = page.vocab("discouraged").first(&words)
        {
            found.push(("QL064", i, Some(place), format!("\"{}\" keeps the provider from this answer", place.of(&option.text))));
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
                let between = within(&words, Span::new(a.span.end, b.span.start));
                let apart = ["due", "without", "not", "from", "rather", "no", "or"];
                joins_two(&a.concept, &b.concept)
                    && page.vocab("link").any(between)
                    && !between.iter().any(|t| apart.contains(&t.text.as_str()))
            }
            _ => false,
        });
        // A template that offers both apart offers them together too.
        let own = page.draft.template.as_deref().and_then(|id| page.context.templates.get(id));
        let of_template = own.is_some_and(|t| t.option.iter().any(|o| o.text == option.text));
        if option.kind == OptionKind::Diagnosis && combined.is_some() && !of_template {
            found.push(("QL040", i, None, format!("\"{}\" joins two conditions in one answer", option.text)));
        }
    }
    for (rule, i, place, message) in found {
        page.add(rule, Part::Option(i), place, message);
    }
}

/// Whether a whole option is written in capitals; abbreviations are not.
fn is_shouted(page: &Page<'_>, text: &str) -> bool {
    let long = |w: &&str| w.chars().filter(|c| c.is_alphabetic()).count() >= 5;
    let acronym = |w: &&str| page.vocab("acronym").any(&tokens(w));
    let letters: Vec<char> = text.chars().filter(|c| c.is_alphabetic()).collect();
    letters.iter().all(|c| c.is_uppercase()) && text.split_whitespace().filter(long).any(|w| !acronym(&w))
}

/// Whether two names side by side are two conditions: a finding, or a kind of the other, only says more of one ("respiratory failure
/// with hypoxia").
fn joins_two(one: &str, other: &str) -> bool {
    let all = concepts();
    one != other && !all.is_finding(one) && !all.is_finding(other) && !all.implied(one).contains(other) && !all.implied(other).contains(one)
}

/// QL032: every diagnosis offered is documented, or something in the query speaks for it. Of a diagnosis of which nothing is known, some
/// word of its name must at least stand in the query: QL023 asks why it is offered; in a pasted text QL042 says so.
fn support(page: &mut Page<'_>) {
    let words = page.evidence_tokens();
    let stems: BTreeSet<String> = words.iter().filter_map(|t| stem(&t.text)).collect();
    let mut known: BTreeMap<String, Option<bool>> = BTreeMap::new();
    let mut speaks = |c: &String| *known.entry(c.clone()).or_insert_with(|| concepts().supports(c, &words));
    let mut found = Vec::new();
    let template = page.draft.template.as_deref().and_then(|id| page.context.templates.get(id));
    for i in page.diagnoses() {
        let Some(option) = page.draft.options.get(i) else { continue };
        let said = tokens(&option.text);
        let related = template.and_then(|t| t.option.iter().find(|o| o.text == option.text)).is_some_and(|o| o.is_related(&words));
        if page.vocab("negation").any(&said) {
            continue;
        }
        let named = page.option_concepts(i);
        let documented = named.iter().any(|c| page.documented.contains(c));
        let judged: Vec<bool> = named.iter().filter_map(|c| speaks(c).map(|s| s || page.documented.contains(c))).collect();
        if judged.contains(&true) {
            continue;
        }
        if judged.is_empty() {
            let diagnosis = option.kind == OptionKind::Diagnosis && !documented;
            let named_only = named.iter().filter_map(|c| concepts().hinted(c, &words)).collect::<Vec<bool>>();
            if diagnosis && !named_only.is_empty() && !named_only.contains(&true) {
                found.push((i, "QL032", "neither documentation nor an indicator in the query supports it"));
            } else if diagnosis && named_only.is_empty() && !related && is_strange(page, &said, &stems) {
                // A pasted text shows too little to ask for a reason: there it is only said.
                let rule = if page.plain { "QL042" } else { "QL023" };
                found.push((i, rule, "no word of this option stands in the indicators, and no documentation names it"));
            }
            continue;
        }
        // A kind of something that is documented or supported is no new diagnosis, but nothing here speaks for this kind of it.
        let wider = named.iter().flat_map(|c| concepts().implied(c)).filter(|c| !named.contains(c));
        let kind_of_known = wider.into_iter().any(|c| page.documented.contains(&c) || speaks(&c) == Some(true));
        found.push(if kind_of_known {
            (i, "QL023", "no indicator in the query relates to this option")
        } else {
            (i, "QL032", "neither documentation nor an indicator in the query supports it")
        });
    }
    for (i, rule, message) in found {
        page.add(rule, Part::Option(i), None, message);
    }
}

/// Whether an option has words that name something, and none of them stands in the query. Words that only say how, where or how far
/// ("fascia", "left", "stage 3") name no diagnosis.
fn is_strange(page: &Page<'_>, option: &[Token], stems: &BTreeSet<String>) -> bool {
    let vocabularies = page.vocabularies;
    let plain: Vec<Span> =
        ["attribute", "detail", "link", "cause"].iter().flat_map(|v| page.vocab(v).find(option)).map(|found| found.span).collect();
    let names = option.iter().filter(|t| !plain.iter().any(|p| p.contains(t.span)) && !vocabularies.is_filler(&t.text));
    let mut names = names.filter_map(|t| stem(&t.text)).peekable();
    names.peek().is_some() && !names.any(|s| stems.contains(&s))
}

/// The beginning of a word, by which its forms are one ("fracture", "fractured"); nothing for what is too short to name anything.
fn stem(word: &str) -> Option<String> {
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    (letters >= 4).then(|| word.chars().take(STEM).collect())
}

/// Letters by which two words are taken for forms of one.
const STEM: usize = 6;

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
    let says = |text: &str| page.vocab("criteria").any(&tokens(text)) || gives_a_value(&tokens(text));
    let shows = |i: &usize| page.draft.options.get(*i).is_some_and(|o| says(&o.text));
    let with: Vec<usize> = diagnoses.iter().copied().filter(|i| shows(i)).collect();
    if let [one] = with.as_slice()
        && diagnoses.len() > 1
    {
        page.add("QL065", Part::Option(*one), None, "criteria stand beside this option and no other");
    }
    // "Acute kidney injury criteria: ..." above the options are those of one of them.
    if diagnoses.len() < 2 {
        return;
    }
    let given = |i: usize| -> BTreeSet<String> {
        let Some(field) = page.field(Part::Option(i)) else { return BTreeSet::new() };
        let words = tokens(&field.text);
        field.named.iter().filter(|n| !page.is_negated(&words, n.span)).map(|n| n.concept.clone()).collect()
    };
    let offered: Vec<BTreeSet<String>> = diagnoses.iter().map(|i| given(*i)).collect();
    let mut found = Vec::new();
    for field in [Part::Body, Part::Question].into_iter().filter_map(|part| page.field(part)) {
        for sentence in &field.sentences {
            let Some(place) = page.vocab("criteria").first(&sentence.tokens).filter(|p| !field.is_quoted(*p)) else { continue };
            let named: BTreeSet<String> =
                field.named_in(sentence.span).map(|n| n.concept.clone()).filter(|c| page.is_undocumented(c)).collect();
            let of = offered.iter().filter(|o| !o.is_disjoint(&named)).count();
            if of > 0 && of < offered.len() {
                found.push((field.part, place));
            }
        }
    }
    for (part, place) in found {
        page.add("QL065", part, Some(place), "these are the criteria of one option and of no other");
    }
}

/// Whether a measure stands with its number: "creatinine 2.4" beside one name is what speaks for it, sign of comparison or not.
fn gives_a_value(words: &[Token]) -> bool {
    let number = |t: &Token| number_of(t).is_some();
    measures().iter().flat_map(|m| m.names.find(words)).any(|found| {
        let after = words.get(found.past..).unwrap_or_default().iter().take(NEAR_ITS_MEASURE);
        after.take_while(|t| !matches!(t.text.as_str(), ";" | "." | ",")).any(number)
    })
}

/// So many words behind a measure its number may stand.
const NEAR_ITS_MEASURE: usize = 3;
