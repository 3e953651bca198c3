//! What the author's words may not do: lead, push, or speak of money and scores (QL060 to QL071).

use super::concepts::{Named, concepts};
use super::fold::is_hidden;
use super::page::{Field, Page, Part, Sentence};
use super::title::codes;
use super::words::{Token, is_pictograph, last_before, tokens};
use crate::chart::Span;
use crate::query::OptionKind;
use crate::query::naming::same_name;
use crate::reading::{MEMBER, senses};

pub(crate) fn check(page: &mut Page<'_>) {
    let mut found: Vec<(&'static str, Part, Span, String)> = Vec::new();
    for field in &page.fields {
        for sentence in &field.sentences {
            vocabulary(page, field, sentence, &mut found);
            leading(page, field, sentence, &mut found);
            style(page, field, sentence, &mut found);
        }
    }
    for (rule, part, place, message) in found {
        page.add(rule, part, Some(place), message);
    }
    named_by_author(page);
    renamed(page);
    quoted_money(page);
    addressed_money(page);
    hidden(page);
}

/// QL067: a diagnosis that no provider documented, in the author's own words, where no graver rule speaks of that sentence already. An
/// option offers it, and a quotation shows whose it is; anywhere else it is an answer given away.
fn named_by_author(page: &mut Page<'_>) {
    let mut found: Vec<(Part, Span, String)> = Vec::new();
    for field in page.fields.iter().filter(|f| matches!(f.part, Part::Body | Part::Question | Part::Verbal | Part::Relevance(_))) {
        for sentence in &field.sentences {
            let base = field.base();
            let told = page.found.iter().any(|d| {
                matches!(d.rule, "QL050" | "QL052" | "QL060" | "QL062")
                    && d.field == field.name
                    && d.r#where.is_some_and(|(from, to)| from < sentence.span.end + base && to > sentence.span.start + base)
            });
            // What a pasted text quotes of the record without quotation marks is a finding with its number or its date.
            let recorded = page.plain
                && (sentence.tokens.iter().any(|t| t.text.starts_with(|c: char| c.is_ascii_digit()))
                    || page.vocab("clinical").any(&sentence.tokens)
                    || page.vocab("not_provider").any(&sentence.tokens));
            if told || recorded {
                continue;
            }
            let unknown = |n: &&Named| page.is_undocumented(&n.concept) && !page.is_negated(&sentence.tokens, n.span);
            if let Some(named) = field.named_in(sentence.span).find(unknown) {
                found.push((
                    field.part,
                    named.span,
                    format!("\"{}\" is documented by no provider, and stands in the author's own words", words(field, named.span)),
                ));
            }
        }
    }
    for (part, place, message) in found {
        page.add("QL067", part, Some(place), message);
    }
}

/// QL067: a documented condition by a name that no provider gave it. "End-stage liver disease" is no "documented cirrhosis".
fn renamed(page: &mut Page<'_>) {
    if page.plain {
        return;
    }
    let cites = page.included().map(|(_, i)| &i.evidence).chain(&page.draft.documented_at).filter(|e| page.is_statement(e));
    let mut written: Vec<(String, String)> = Vec::new();
    for evidence in cites {
        let words = crate::query::evidence::words_of(evidence);
        let mentions = crate::reading::read_marks(&words).mentions;
        written.extend(mentions.into_iter().map(|m| (m.concept, m.text)));
        written.extend(concepts().named(&words).into_iter().map(|n| (n.concept, n.span.of(&words).to_owned())));
    }
    let mut found = Vec::new();
    for field in page.fields.iter().filter(|f| matches!(f.part, Part::Title | Part::Body | Part::Question)) {
        for named in field.named.iter().filter(|n| !field.is_quoted(n.span) && !concepts().is_finding(&n.concept)) {
            let called = words(field, named.span);
            let mut own = written.iter().filter(|(concept, _)| *concept == named.concept).map(|(_, text)| text).peekable();
            if own.peek().is_some_and(|_| true) && !page.is_undocumented(&named.concept) && !own.any(|text| same_name(text, called)) {
                found.push((field.part, named.span, format!("no quoted words of a provider call it \"{called}\"")));
            }
        }
    }
    for (part, place, message) in found {
        page.add("QL067", part, Some(place), message);
    }
}

/// QL110: a character that nobody sees, in the author's words.
fn hidden(page: &mut Page<'_>) {
    let mut found = Vec::new();
    for field in &page.fields {
        let all = field.text.char_indices().filter(|(at, c)| is_hidden(*c) && !(*at == 0 && *c == '\u{feff}'));
        if let Some((at, c)) = all.into_iter().find(|(at, c)| !field.is_quoted(Span::new(*at, at + c.len_utf8()))) {
            found.push((field.part, Span::new(at, at + c.len_utf8()), format!("U+{:04X} stands here and nobody sees it", c as u32)));
        }
    }
    for (part, place, message) in found {
        page.add("QL110", part, Some(place), message);
    }
    if let Some(c) = page.draft.contact.chars().find(|c| is_hidden(*c)) {
        page.add_at("QL110", "contact", format!("U+{:04X} stands here and nobody sees it", c as u32));
    }
}

type Out = Vec<(&'static str, Part, Span, String)>;

fn words(field: &Field, place: Span) -> &str {
    place.of(&field.text)
}

fn vocabulary(page: &Page<'_>, field: &Field, sentence: &Sentence, out: &mut Out) {
    for (rule, vocabulary, says) in [
        ("QL066", page.vocab("pressure"), "puts pressure on the reader"),
        ("QL070", page.vocab("money"), "speaks of payment or coding"),
        ("QL071", page.vocab("quality"), "speaks of quality scores"),
        ("QL061", page.vocab("agreement"), "asks for agreement with an opinion"),
        ("QL072", page.vocab("impact"), "shows what the answer is worth"),
    ] {
        for place in vocabulary.find(&sentence.tokens) {
            if field.is_quoted(place.span) {
                let money = matches!(rule, "QL070" | "QL071");
                if money {
                    out.push(("QL073", field.part, place.span, format!("the quotation holds \"{}\"", words(field, place.span))));
                }
            } else {
                out.push((rule, field.part, place.span, format!("\"{}\" {says}", words(field, place.span))));
            }
        }
    }
    // "Rev enue" is read as what it spells.
    for (place, word) in joined(&sentence.tokens) {
        for (rule, vocabulary, says) in
            [("QL070", "split_money", "speaks of payment or coding"), ("QL071", "split_quality", "speaks of quality scores")]
        {
            if page.vocab(vocabulary).any(std::slice::from_ref(&word)) && !field.is_quoted(place) {
                out.push((rule, field.part, place, format!("\"{}\" {says}", words(field, place))));
            }
        }
    }
    if !matches!(field.part, Part::Option(_) | Part::Title) {
        // The title and the options have rules of their own for codes.
        for place in codes(sentence.span.of(&field.text)) {
            let place = Span::new(sentence.span.start + place.start, sentence.span.start + place.end);
            if !field.is_quoted(place) {
                out.push(("QL070", field.part, place, format!("\"{}\" is a diagnosis code", words(field, place))));
            }
        }
    }
    if sentence.span.of(&field.text).ends_with('?')
        && let Some(place) = page.vocab("agreement_question").first(&sentence.tokens).filter(|p| !field.is_quoted(*p))
    {
        out.push(("QL061", field.part, place, format!("\"{}\" expects a yes", words(field, place))));
    }
}

/// Two or three pieces of letters side by side, as the word that they spell together.
fn joined(tokens: &[Token]) -> Vec<(Span, Token)> {
    let letters = |t: &Token| t.text.chars().all(char::is_alphabetic);
    let of = |pieces: &[Token]| {
        let (first, last) = (pieces.first()?, pieces.last()?);
        let span = Span::new(first.span.start, last.span.end);
        let text: String = pieces.iter().map(|t| t.text.as_str()).collect();
        pieces.iter().all(letters).then_some((span, Token { span, text }))
    };
    tokens.windows(2).chain(tokens.windows(3)).filter_map(of).collect()
}

fn leading(page: &Page<'_>, field: &Field, sentence: &Sentence, out: &mut Out) {
    if matches!(field.part, Part::Option(_)) {
        return; // an option names a diagnosis; its support is QL032
    }
    let named = |from: usize, to: usize| field.named_in(sentence.span).filter(move |n| n.span.start >= from && n.span.end <= to);
    // What a provider is told to write often stands in quotation marks.
    let wanted = |from: usize, to: usize| field.all_named_in(sentence.span).filter(move |n| n.span.start >= from && n.span.end <= to);
    let unknown = |concept: &str| page.is_undocumented(concept);
    let new = |n: &&Named| unknown(&n.concept) || narrow_name(page, n.span, field);
    let end = sentence.span.end;
    let diagnosis = |t: &Token| matches!(t.text.as_str(), "diagnosis" | "diagnoses" | "documentation" | "it");
    if let Some(place) = page.vocab("removal").first(&sentence.tokens).filter(|p| !field.is_quoted(*p))
        && (wanted(0, end).next().is_some() || sentence.tokens.iter().any(diagnosis))
    {
        out.push(("QL060", field.part, place, format!("\"{}\" tells the provider what to take away", words(field, place))));
    }
    let always = page.vocab("directive_always").first(&sentence.tokens);
    let opener = page.vocab("directive").first(&sentence.tokens);
    let told = opener.and_then(|o| {
        // After the directive, inside it ("documenting sepsis would"), or before it ("sepsis must be documented").
        let says = |n: &&Named| new(n) || narrowed(page, sentence, n.span, field) || dictated(page, sentence, n.span, field);
        let after = wanted(o.start, end).find(says);
        let before = || wanted(0, o.start).find(new).map(|n| Span::new(n.span.start, o.end));
        after.map(|n| Span::new(o.start, n.span.end.max(o.end))).or_else(before)
    });
    if let Some(place) = always.or(told).filter(|p| !field.is_quoted(*p)) {
        out.push(("QL060", field.part, place, format!("\"{}\" tells the provider what to write", words(field, place))));
    }
    if let Some(link) = page.vocab("assertive").first(&sentence.tokens).filter(|l| !field.is_quoted(*l))
        && let Some(named) = named(link.end, end).find(new)
    {
        let place = Span::new(link.start, named.span.end);
        out.push(("QL062", field.part, place, format!("\"{}\" draws the conclusion that the provider is asked for", words(field, place))));
    }
    // "KDIGO criteria are met" names the diagnosis by its criteria.
    if let Some(place) = page.vocab("criteria_met").first(&sentence.tokens).filter(|p| !field.is_quoted(*p))
        && !field.named_in(sentence.span).any(|n| page.documented.contains(&n.concept))
        && !out.iter().any(|(rule, part, at, _)| *rule == "QL062" && *part == field.part && sentence.span.contains(*at))
    {
        out.push(("QL062", field.part, place, format!("\"{}\" draws the conclusion that the provider is asked for", words(field, place))));
    }
    // "What caused the acute kidney injury?" where nobody wrote of one: the question has already answered itself.
    if matches!(field.part, Part::Question | Part::Body)
        && sentence.span.of(&field.text).ends_with('?')
        && !out.iter().any(|(_, part, place, _)| *part == field.part && sentence.span.contains(*place))
        && let Some(given) = page.vocab("given").find(&sentence.tokens).iter().map(|g| g.span.end).min()
        && let Some(taken) = named(given, end).find(new)
    {
        out.push(("QL062", field.part, taken.span, format!("the question takes \"{}\" as given", words(field, taken.span))));
    }
}

/// Whether words before a documented diagnosis narrow it in a way that nothing quoted says ("severe" before "malnutrition").
fn narrowed(page: &Page<'_>, sentence: &Sentence, named: Span, field: &Field) -> bool {
    let attributes = page.vocab("attribute").find(last_before(&sentence.tokens, named.start, 2));
    attributes.iter().any(|a| !said_in_record(page, words(field, a.span)))
}

/// Whether the name of a documented diagnosis says by itself which kind it is, and nothing quoted says so: "HFpEF" where the record has
/// "heart failure" is the answer that is asked for.
fn narrow_name(page: &Page<'_>, named: Span, field: &Field) -> bool {
    let name = words(field, named);
    senses(name).iter().any(|sense| sense.attributes.iter().any(|(name, _)| name != MEMBER)) && !said_in_record(page, name)
}

/// Whether a diagnosis after a directive stands in quotation marks that nobody's words are known to fill: then they are put into the
/// provider's mouth.
fn dictated(page: &Page<'_>, sentence: &Sentence, named: Span, field: &Field) -> bool {
    let Some(quotation) = field.quotation_of(named) else { return false };
    !page.vocab("documented").any(&sentence.tokens) && !page.said().holds(words(field, quotation), Some((field.part, quotation)))
}

/// Whether the words stand in an included indicator, or in a quotation of the text.
fn said_in_record(page: &Page<'_>, word: &str) -> bool {
    page.said().holds(word, None)
}

fn style(page: &Page<'_>, field: &Field, sentence: &Sentence, out: &mut Out) {
    if let Part::Option(i) = field.part {
        let diagnosis = page.draft.options.get(i).is_some_and(|o| o.kind == OptionKind::Diagnosis);
        // "Hypoxemia only" bounds a finding; "only hypoxemia" makes it small.
        let bounds = |p: &Span| words(field, *p).eq_ignore_ascii_case("only") && p.end == sentence.span.end;
        if diagnosis && let Some(place) = page.vocab("framing").first(&sentence.tokens).filter(|p| !bounds(p)) {
            out.push(("QL064", field.part, place, format!("\"{}\" makes this option smaller than the others", words(field, place))));
        }
        return;
    }
    // In a pasted text the body holds findings whose source cannot be seen; only sentences that name a diagnosis are judged there.
    let judged = !page.plain || field.part != Part::Body || field.named_in(sentence.span).any(|n| page.is_undocumented(&n.concept));
    for place in page.vocab("alarm").find(&sentence.tokens) {
        if !judged && !field.is_quoted(place.span) && !said_in_record(page, words(field, place.span)) {
            out.push(("QL063", field.part, place.span, format!("\"{}\" is the author's word", words(field, place.span))));
        }
    }
    if judged {
        for place in page.vocab("evaluative").find(&sentence.tokens) {
            if !field.is_quoted(place.span) && !said_in_record(page, words(field, place.span)) {
                out.push(("QL063", field.part, place.span, format!("\"{}\" is not in the indicators", words(field, place.span))));
            }
        }
    }
    if let Some(sign) = sentence.tokens.iter().find(|t| is_pictograph(&t.text)).filter(|t| !field.is_quoted(t.span)) {
        out.push(("QL063", field.part, sign.span, format!("\"{}\" says how the author feels about it", words(field, sign.span))));
    }
    if page.vocab("verdict").any(&sentence.tokens)
        && (page.draft.form == crate::query::QueryForm::Validation || page.draft.reason == crate::query::Reason::R4)
    {
        for place in page.vocab("verdict").find(&sentence.tokens).iter().filter(|p| !field.is_quoted(p.span)) {
            out.push(("QL092", field.part, place.span, format!("\"{}\" judges the provider's work", words(field, place.span))));
        }
    }
}

/// Who asks, and who is asked, stand on the query too: a desk's or a role's name can speak of money like any sentence.
fn addressed_money(page: &mut Page<'_>) {
    let draft = page.draft;
    let mut shown = vec![("author", draft.author.clone()), ("contact", draft.contact.clone())];
    shown.extend(draft.recipient.iter().map(|to| ("recipient", format!("{} {}", to.name, to.role))));
    for (field, text) in shown {
        let words = tokens(&text);
        for (rule, vocabulary) in [("QL070", "money"), ("QL071", "quality"), ("QL072", "impact")] {
            if let Some(place) = page.vocab(vocabulary).first(&words) {
                page.add_at(rule, field, format!("\"{}\" stands where the provider reads it", place.of(&text)));
            }
        }
    }
}

/// The record may hold such words; the author is told, and decides whether the quotation can be shorter.
fn quoted_money(page: &mut Page<'_>) {
    let quotes: Vec<(usize, String)> =
        page.included().map(|(i, indicator)| (i, crate::query::evidence::words_of(&indicator.evidence))).collect();
    for (i, quote) in quotes {
        let words = tokens(&quote);
        let place = page.vocab("money").first(&words).or_else(|| page.vocab("quality").first(&words));
        if let Some(place) = place {
            page.add_at("QL073", format!("indicators[{i}]"), format!("the quotation holds \"{}\"", place.of(&quote)));
        }
    }
}
