//! The right form for the question (QL050 to QL053), clinical validation (QL090 to QL093), and the shape of the whole (QL100 to
//! QL102).

use super::concepts::concepts;
use super::options::{Escape, escape, held};
use super::page::{Page, Part, Sentence};
use super::words::{Token, tokens};
use crate::chart::{Evidence, Span};
use crate::query::evidence::words_of;
use crate::query::others::LEFT_OUT;
use crate::query::{Indicator, OptionKind, QueryForm, Reason};
use std::collections::BTreeSet;

pub(crate) fn check(page: &mut Page<'_>) {
    match page.form() {
        QueryForm::YesNo => yes_no(page),
        QueryForm::Verbal => verbal(page),
        QueryForm::Open | QueryForm::MultipleChoice | QueryForm::Validation => {}
    }
    if page.form() != QueryForm::YesNo {
        hidden_yes_no(page);
    }
    validation(page);
    cited(page);
    shape(page);
}

/// What a yes/no or validation query cites as the documentation of the diagnosis is what the record says.
fn cited(page: &mut Page<'_>) {
    let Some(evidence) = &page.draft.documented_at else { return };
    let rule = if page.form() == QueryForm::Validation || page.draft.reason == Reason::R4 { "QL090" } else { "QL050" };
    if rule == "QL090" && !page.is_statement(evidence) {
        page.add_at(rule, "documented_at", "no provider wrote what is cited as the diagnosis");
    }
    for departure in (page.context.departures)(&Indicator::new(evidence.clone(), "documentation")) {
        page.add_at(rule, "documented_at", departure.message());
    }
}

/// The table of domain.md 3.3: a documented diagnosis, and a purpose that allows yes or no.
fn yes_no(page: &mut Page<'_>) {
    let draft = page.draft;
    // "Yes, acute kidney injury" asks as much as the question does.
    let answers = draft.options.iter().enumerate().filter(|(_, o)| matches!(o.kind, OptionKind::Yes | OptionKind::No));
    let parts = std::iter::once(Part::Question).chain(answers.map(|(i, _)| Part::Option(i)));
    let named: Vec<(Part, Span)> = parts
        .filter_map(|part| page.field(part))
        .flat_map(|f| f.named.iter().filter(|n| page.is_undocumented(&n.concept)).map(|n| (f.part, n.span)))
        .collect();
    for (part, place) in named {
        page.add("QL050", part, Some(place), "a yes/no question names a diagnosis that no provider documented");
    }
    if !page.plain {
        match &draft.documented_at {
            None => page.add_at("QL050", "documented_at", "a yes/no query cites where the diagnosis is documented"),
            Some(evidence) if !page.is_statement(evidence) => {
                page.add_at(
                    "QL050",
                    "documented_at",
                    "no provider wrote what is cited: a nurse's, laboratory's or radiologist's words document no diagnosis",
                );
            }
            Some(evidence) => stated(page, evidence),
        }
        undocumented_cause(page);
        if matches!(draft.reason, Reason::R3 | Reason::R4 | Reason::R8 | Reason::R9) {
            page.add_at("QL050", "reason", "this reason does not allow a yes/no query");
        }
    }
    // Whether a diagnosis is valid is asked by its findings, confirmed or ruled out (domain.md 3.3).
    let asked = page.field(Part::Question).and_then(|f| f.sentences.iter().find_map(|s| page.vocab("validity_asked").first(&s.tokens)));
    if let Some(place) = asked {
        page.add(
            "QL050",
            Part::Question,
            Some(place),
            "whether a diagnosis is valid is no yes/no question: it is confirmed with its findings, or ruled out",
        );
    }
    for (kind, label) in [(OptionKind::Other, "Other"), (OptionKind::Undetermined, "Unable to determine")] {
        match escape(page, kind) {
            Escape::Open => {}
            Escape::Missing => page.add_at("QL051", "options", format!("there is no \"{label}\" beside yes and no")),
            Escape::Held(i, place) => held(page, "QL051", label, i, place),
        }
    }
}

/// QL050: the cited words state a diagnosis, and it is the one that is asked about.
fn stated(page: &mut Page<'_>, evidence: &Evidence) {
    let words = tokens(&words_of(evidence));
    let says = concepts().named_by_reader_too(&words_of(evidence), &words);
    let Some(question) = page.field(Part::Question) else { return };
    let asked: Vec<&str> = question.named.iter().map(|n| n.concept.as_str()).collect();
    let implied: BTreeSet<String> = says.iter().flat_map(|n| concepts().implied(&n.concept)).collect();
    let asks = tokens(&question.text);
    // A diagnosis that neither table knows is told by its own words.
    let own = |t: &&Token| {
        t.text.chars().filter(|c| c.is_alphabetic()).count() >= 5
            && !page.vocabularies.is_filler(&t.text)
            && !page.vocab("clinical").any(std::slice::from_ref(*t))
    };
    let repeated = words.iter().filter(own).any(|t| asks.iter().any(|a| a.text == t.text));
    let quoted = page.vocab("quoted_condition").any(&asks);
    let states = says.iter().any(|n| !concepts().is_finding(&n.concept));
    let fits = match (asked.is_empty(), states) {
        _ if quoted => states || !page.vocab("clinical").any(&words),
        (false, true) => asked.iter().any(|c| implied.contains(*c) || concepts().implied(c).iter().any(|w| implied.contains(w))),
        (true, true) => true,
        (_, false) => repeated,
    };
    if !fits {
        page.add_at("QL050", "documented_at", "the cited words do not state the diagnosis that is asked about");
    }
}

/// QL050: "Is the pancreatitis due to alcohol?" asks about two things, and both are documented: a cause that nobody wrote of is put into
/// the provider's mouth.
fn undocumented_cause(page: &mut Page<'_>) {
    let Some(field) = page.field(Part::Question) else { return };
    let said: Vec<Vec<Token>> = page
        .included()
        .map(|(_, i)| &i.evidence)
        .chain(&page.draft.documented_at)
        .filter(|e| page.is_statement(e))
        .map(|e| tokens(&words_of(e)))
        .collect();
    let mut found = None;
    for sentence in &field.sentences {
        let Some(link) = page.vocab("cause_asked").find(&sentence.tokens).into_iter().next() else { continue };
        let cause: Vec<&Token> = sentence
            .tokens
            .iter()
            .skip(link.past)
            .take_while(|t| !matches!(t.text.as_str(), "?" | "," | ";"))
            .filter(|t| t.text.chars().filter(|c| c.is_alphabetic()).count() >= 4 && !page.vocabularies.is_filler(&t.text))
            .collect();
        let (Some(first), Some(last)) = (cause.first(), cause.last()) else { continue };
        let place = Span::new(first.span.start, last.span.end);
        let named = field.named_in(place).any(|n| page.documented.contains(&n.concept));
        let stem = |t: &Token| t.text.chars().take(5).collect::<String>();
        let negated = |words: &[Token], at: usize| page.vocab("negation").any(words.get(at.saturating_sub(3)..at).unwrap_or_default());
        let stands = said
            .iter()
            .any(|words| words.iter().enumerate().any(|(at, w)| cause.iter().any(|c| stem(c) == stem(w)) && !negated(words, at)));
        if !named && !stands {
            found = Some(place);
        }
    }
    if let Some(place) = found {
        page.add("QL050", Part::Question, Some(place), "no provider's quoted words name this cause");
    }
}

fn verbal(page: &mut Page<'_>) {
    let verbal = page.draft.verbal.clone().unwrap_or_default();
    for (field, missing) in [
        ("at", verbal.at.is_none()),
        ("channel", verbal.channel.trim().is_empty()),
        ("wording", verbal.wording.trim().is_empty()),
        ("reply", verbal.reply.trim().is_empty()),
    ] {
        if missing {
            page.add_at("QL053", format!("verbal.{field}"), format!("the record of the conversation lacks its {field}"));
        }
    }
    if verbal.at.zip(page.context.now).is_some_and(|(at, now)| at > now) {
        page.add_at("QL053", "verbal.at", "the conversation has not taken place yet: a record of it is written afterwards");
    }
}

fn hidden_yes_no(page: &mut Page<'_>) {
    let mut found = Vec::new();
    for field in page.fields.iter().filter(|f| matches!(f.part, Part::Question | Part::Body | Part::Verbal)) {
        for sentence in &field.sentences {
            let asks = sentence.span.of(&field.text).ends_with('?');
            let opener = if asks { page.vocab("hidden_yes_no").first(&sentence.tokens) } else { None };
            let opener = opener.or_else(|| if asks { opens_with_auxiliary(page, sentence) } else { None });
            let opener = opener.or_else(|| page.vocab("hidden_request").first(&sentence.tokens));
            let named = field.named_in(sentence.span).find(|n| page.is_undocumented(&n.concept));
            if let (Some(opener), Some(named)) = (opener, named)
                && opener.start < named.span.start
            {
                found.push((field.part, Span::new(opener.start, named.span.end)));
            } else if asks
                && let Some(closing) = page.vocab("hidden_closing").first(&sentence.tokens)
                && let Some(named) = named.filter(|n| n.span.end <= closing.start)
            {
                found.push((field.part, Span::new(named.span.start, closing.end)));
            }
        }
    }
    for (part, place) in found {
        page.add("QL052", part, Some(place), "the question can only be answered yes or no, and names an undocumented diagnosis");
    }
}

/// "Did this patient have ...": an auxiliary opens the question or one of its clauses, and nothing asks for more than yes or no.
fn opens_with_auxiliary(page: &Page<'_>, sentence: &Sentence) -> Option<Span> {
    if page.vocab("open_question").any(&sentence.tokens) {
        return None;
    }
    let opens =
        |i: usize| i == 0 || sentence.tokens.get(i - 1).is_some_and(|t| matches!(t.text.as_str(), "," | ":" | ";" | "-" | "so" | "and"));
    let found = page.vocab("auxiliary").find(&sentence.tokens);
    found.iter().find(|f| opens(f.first)).map(|f| f.span)
}

fn validation(page: &mut Page<'_>) {
    let draft = page.draft;
    if page.form() != QueryForm::Validation && draft.reason != Reason::R4 {
        return;
    }
    if !page.plain {
        let cited = match &draft.documented_at {
            Some(Evidence::Text(text)) => !text.document.is_empty() && text.date.is_some() && text.author.is_some(),
            Some(Evidence::Value(_)) | None => false,
        };
        if !cited {
            page.add_at("QL090", "documented_at", "document, date and author of the diagnosis in question are not given");
        }
    } else if page.documented.is_empty() && page.fields.iter().all(|f| f.quoted.is_empty()) {
        page.add("QL090", Part::Body, None, "the text does not cite where the diagnosis in question is documented");
    }
    searched(page);
    let kinds: Vec<OptionKind> = draft.options.iter().map(|o| o.kind).collect();
    // "Cellulitis without sepsis" takes the sepsis away as well as "ruled out" does.
    let denies = |o: &&crate::query::QueryOption| o.kind == OptionKind::Diagnosis && page.vocab("negation").any(&tokens(&o.text));
    let out = kinds.contains(&OptionKind::RuledOut) || draft.options.iter().any(|o| denies(&o));
    let stays = draft.options.iter().any(|o| o.kind == OptionKind::Confirmed || o.kind == OptionKind::Diagnosis && !denies(&o));
    if out && !stays {
        page.add_at("QL093", "options", "the only diagnosis-related answer takes the diagnosis away");
    }
}

/// QL091: what would speak for the diagnosis was looked for, and the query says where.
fn searched(page: &mut Page<'_>) {
    let said = page.fields.iter().filter(|f| matches!(f.part, Part::Body | Part::Question));
    let absent = said.flat_map(|f| &f.sentences).any(|s| page.vocab("absent").any(&s.tokens))
        || page.included().any(|(_, i)| page.vocab("absent").any(&tokens(&words_of(&i.evidence))));
    if !absent {
        page.add("QL091", Part::Body, None, "nothing says what was looked for and not found, and where");
    }
}

fn shape(page: &mut Page<'_>) {
    let visible: usize = page.fields.iter().filter(|f| f.part != Part::Verbal).map(|f| f.text.split_whitespace().count()).sum();
    // What speaks against is not counted: nobody shall leave it out to be brief.
    let counted = || page.included().filter(|(_, i)| !i.against);
    let quoted: usize = counted().map(|(_, i)| words_of(&i.evidence).split_whitespace().count()).sum();
    let told = LEFT_OUT * counted().filter(|(_, i)| !i.others.is_empty()).count();
    let indicators = counted().count();
    let (words, most) = (visible + quoted + told, page.vocabularies.max_words);
    if words > most {
        page.add_at("QL100", "body", format!("the provider reads {words} words; {most} are enough for most queries"));
    }
    let longest = |text: &str| text.split_whitespace().map(|word| word.chars().count()).max().unwrap_or(0);
    let long: Vec<(Part, usize)> = page.fields.iter().map(|f| (f.part, longest(&f.text))).collect();
    for (part, letters) in long.into_iter().filter(|(_, letters)| *letters > page.vocabularies.max_letters) {
        page.add("QL100", part, None, format!("{letters} letters without a blank: nobody can read them"));
    }
    let most = page.vocabularies.max_indicators;
    if indicators > most {
        page.add_at("QL100", "indicators", format!("{indicators} indicators; {most} are enough for most queries"));
    }
    let mut questions = Vec::new();
    let mut abbreviations = Vec::new();
    let mut doubled = None;
    for field in &page.fields {
        for sentence in &field.sentences {
            let asks = matches!(field.part, Part::Body | Part::Question);
            let marked = asks && sentence.span.of(&field.text).ends_with('?');
            if marked {
                questions.push((field.part, sentence.span));
            }
            // "Can the source be specified, and any organ dysfunction?" asks twice before its one question mark.
            if (marked || asks && page.vocab("request").any(&sentence.tokens))
                && let Some(place) = page.vocab("second_question").first(&sentence.tokens).filter(|place| !field.is_quoted(*place))
            {
                doubled = doubled.or(Some((field.part, place)));
            }
            for place in page.vocab("do_not_use").find(&sentence.tokens).iter().filter(|p| !field.is_quoted(p.span)) {
                abbreviations.push((field.part, place.span, place.span.of(&field.text).to_owned()));
            }
        }
    }
    if let Some((part, place)) = questions.get(1).copied() {
        page.add("QL101", part, Some(place), format!("{} questions in one query", questions.len()));
    }
    if let Some((part, place)) = doubled {
        page.add("QL101", part, Some(place), "two questions in one sentence");
    }
    for (part, place, text) in abbreviations {
        page.add("QL102", part, Some(place), format!("\"{text}\" is on the do-not-use list"));
    }
}
