//! What a query must hold: indicators with their source, and a question (QL020 to QL027, QL080 to QL082).

use super::concepts::concepts;
use super::page::{Page, Part, Sentence};
use super::words::tokens;
use crate::chart::{Evidence, Span};
use crate::query::evidence::{indicator_hash, words_of};
use crate::query::standing::standing;
use crate::query::{QueryForm, Reason};

pub(crate) fn check(page: &mut Page<'_>) {
    if page.plain {
        plain_indicators(page);
    } else {
        indicators(page);
        coverage(page);
        priors(page);
        mentions_only(page);
    }
    question(page);
}

fn indicators(page: &mut Page<'_>) {
    let included: Vec<_> = page.included().collect();
    if included.is_empty() {
        page.add_at("QL020", "indicators", "no clinical indicator from the record is included");
    }
    for (i, indicator) in included {
        let field = format!("indicators[{i}]");
        let (source, date) = (indicator.evidence.source(), indicator.evidence.date());
        if source.trim().is_empty() {
            page.add_at("QL021", &field, "the record it comes from is not given");
        }
        if date.is_none() {
            page.add_at("QL021", &field, "the date is not given");
        }
        let unnamed = match &indicator.evidence {
            Evidence::Text(text) => text.author.as_deref().is_none_or(|a| a.trim().is_empty()),
            Evidence::Value(value) => value.name.trim().is_empty(),
        };
        if unnamed {
            page.add_at("QL021", &field, "the author, or the name of the value, is not given");
        }
        let departures = (page.context.departures)(indicator);
        let changed = departures.iter().any(|d| d.part == "quote");
        for departure in departures {
            page.add_at(departure.rule, &field, departure.message());
        }
        if let Evidence::Text(text) = &indicator.evidence
            && let Some(stored) = (page.context.source_text)(&text.document)
            && let Some(cut) = standing(&text.quote, text.start, &stored).cut
        {
            let words = cut.of(&text.quote).to_owned();
            page.add_at(
                "QL112",
                &field,
                format!("the sentence denies \"{words}\" or says it of somebody else, and the quotation leaves that out"),
            );
        }
        if indicator.hash != indicator_hash(&indicator.evidence) {
            page.add_at("QL022", &field, "the quoted words were changed after they were taken");
        } else if let Evidence::Text(text) = &indicator.evidence
            && !changed
            && let Some(stored) = (page.context.source_text)(&text.document)
            && Span::new(text.start, text.end).of(&stored) != text.quote
        {
            page.add_at("QL022", &field, "the quoted words do not stand at that place of the document");
        }
    }
    for (i, message) in (page.context.others_departed)(&page.draft.indicators) {
        page.add_at("QL116", format!("indicators[{i}]"), message);
    }
    if page.draft.reason == Reason::R3 && !shows_treatment(page) {
        page.add_at("QL027", "indicators", "no treatment or monitoring is among the indicators");
    }
}

/// Whether a treatment or monitoring is quoted: under that heading, or in the words of whoever ordered it.
pub(super) fn shows_treatment(page: &Page<'_>) -> bool {
    let says = |i: &crate::query::Indicator| {
        matches!(i.evidence, Evidence::Text(_)) && page.vocab("treatment").any(&tokens(&words_of(&i.evidence)))
    };
    page.included().any(|(_, i)| i.group == "treatment" || says(i))
}

/// QL023: a documented diagnosis is offered, but nothing in the query speaks for it.
fn coverage(page: &mut Page<'_>) {
    let words = page.evidence_tokens();
    for i in page.diagnoses() {
        let named = page.option_concepts(i);
        let known: Vec<bool> = named.iter().filter_map(|c| concepts().supports(c, &words)).collect();
        let documented = named.iter().any(|c| page.documented.contains(c));
        if documented && !known.is_empty() && known.iter().all(|k| !k) {
            page.add("QL023", Part::Option(i), None, "no indicator in the query relates to this option");
        }
    }
}

/// QL029: the queried condition's own name, read back, shows nothing of the patient.
fn mentions_only(page: &mut Page<'_>) {
    let draft = page.draft;
    let Some(concept) = draft.concept.as_deref().filter(|_| matches!(draft.reason, Reason::R2 | Reason::R7)) else { return };
    let only_named = |indicator: &crate::query::Indicator| {
        let Evidence::Text(text) = &indicator.evidence else { return false };
        let words = tokens(&text.quote);
        let named = concepts().find(&words);
        let left: Vec<_> = words.into_iter().filter(|t| !named.iter().any(|n| n.span.contains(t.span))).collect();
        let finds = left.iter().any(|t| t.text.starts_with(|c: char| c.is_ascii_digit()))
            || page.vocab("clinical").any(&left)
            || concepts().supports(concept, &left) == Some(true);
        !finds && !named.is_empty() && named.iter().all(|n| n.concept == concept)
    };
    let included: Vec<_> = page.included().map(|(_, i)| only_named(i)).collect();
    if !included.is_empty() && included.iter().all(|only| *only) {
        page.add_at("QL029", "indicators", "every indicator only repeats the name of the condition that is asked about");
    }
}

fn is_prior(indicator: &crate::query::Indicator) -> bool {
    indicator.prior || matches!(&indicator.evidence, Evidence::Value(value) if value.prior)
}

fn priors(page: &mut Page<'_>) {
    let all: Vec<_> = page.included().collect();
    for (i, indicator) in all.iter().filter(|(_, i)| is_prior(i)) {
        if !indicator.prior || indicator.evidence.date().is_none() {
            page.add_at("QL080", format!("indicators[{i}]"), "it comes from an earlier encounter and is not marked and dated as such");
        }
        if indicator.relevance.trim().is_empty() {
            page.add_at("QL082", format!("indicators[{i}]"), "nothing says why the earlier finding matters now");
        }
    }
    if !all.is_empty() && all.iter().all(|(_, i)| is_prior(i)) {
        page.add_at("QL081", "indicators", "every indicator comes from an earlier encounter");
    }
}

/// In a pasted text the indicators are the sentences that are not title, question or option: at least one must hold a number, a
/// quotation or a clinical word; and a date must stand somewhere.
fn plain_indicators(page: &mut Page<'_>) {
    let Some(body) = page.field(Part::Body) else { return };
    let mut any = !body.quoted.is_empty();
    let mut prior: Vec<(&str, Span, &str)> = Vec::new();
    let mut dated = has_date(&body.text);
    // The head of a query (when it is due, when the patient was born) dates no finding.
    let latest = body.sentences.iter().filter(|s| is_indicator(page, s)).filter_map(month_of).max();
    let apart = page.vocabularies.prior_months;
    let (mut now, mut then) = (0_usize, None);
    for (at, sentence) in body.sentences.iter().enumerate() {
        // Why it matters can stand in the sentence after it.
        let says_why = |s: &Sentence| page.vocab("relevance").any(&s.tokens);
        let relevant = says_why(sentence) || body.sentences.get(at + 1).is_some_and(says_why);
        any |= is_indicator(page, sentence);
        if is_indicator(page, sentence) {
            let marked = page.vocab("prior").any(&sentence.tokens);
            let old = month_of(sentence).zip(latest).is_some_and(|(month, latest)| month + apart <= latest);
            if marked || old {
                then = then.or(Some(sentence.span));
            } else {
                now += 1;
            }
            if old && !marked && !page.vocab("prior_mark").any(&sentence.tokens) {
                prior.push(("QL080", sentence.span, "a finding of an earlier month is not marked as one of an earlier encounter"));
                if !relevant {
                    prior.push(("QL082", sentence.span, "nothing says why the earlier finding matters now"));
                }
            }
        }
        if page.vocab("prior").any(&sentence.tokens) && is_indicator(page, sentence) {
            // Whose words they are and when can stand in brackets behind a sentence that ends in quotation marks.
            let behind = body.sentences.get(at + 1).map(|s| s.span.of(&body.text)).filter(|s| s.trim_start().starts_with('('));
            if !has_calendar_date(sentence.span.of(&body.text)) && !behind.is_some_and(has_calendar_date) {
                prior.push(("QL080", sentence.span, "a finding from an earlier encounter has no date"));
            }
            if !relevant {
                prior.push(("QL082", sentence.span, "nothing says why the earlier finding matters now"));
            }
        }
    }
    if let Some(span) = then.filter(|_| now == 0) {
        prior.push(("QL081", span, "every indicator comes from an earlier encounter"));
    }
    // An indicator can also stand in the sentence that asks.
    if let Some(question) = page.field(Part::Question) {
        let context: Vec<&Sentence> = question.sentences.iter().filter(|s| is_indicator(page, s)).collect();
        any |= !context.is_empty() && question.text.chars().any(|c| c.is_ascii_digit()) || !question.quoted.is_empty();
        dated |= has_date(&question.text);
    }
    let findings: Vec<_> = prior.into_iter().map(|(r, s, m)| (r, s, m.to_owned())).collect();
    for (rule, span, message) in findings {
        page.add(rule, Part::Body, Some(span), message);
    }
    if !any {
        page.add("QL020", Part::Body, None, "no clinical indicator from the record is given");
    } else if !dated {
        page.add("QL021", Part::Body, None, "no indicator has a date");
    }
}

/// The month of a sentence that gives month and year in words ("12 Aug 2026", "March 2026"), counted from year 0; its latest.
fn month_of(sentence: &Sentence) -> Option<u32> {
    let year =
        |t: Option<&super::words::Token>| t.filter(|t| t.text.len() == 4).and_then(|t| t.text.parse::<u32>().ok()).filter(|y| *y >= 1900);
    let words = &sentence.tokens;
    let months = words.iter().enumerate().filter_map(|(i, t)| {
        let month = MONTHS.iter().position(|m| t.text == *m || (t.text.len() > 3 && t.text.starts_with(m)))?;
        Some(year(words.get(i + 1)).or_else(|| year(words.get(i + 2)))? * 12 + u32::try_from(month).ok()?)
    });
    months.chain(in_figures(words)).max()
}

/// Months of dates in figures that give the year: 3/14/2026, 14.3.2026, 2026-03-14. Where both could be the month, the first is.
fn in_figures(words: &[super::words::Token]) -> Vec<u32> {
    let number = |t: &super::words::Token| t.text.parse::<u32>().ok();
    let count = |year: u32, month: u32| (year >= 1900 && (1..=12).contains(&month)).then(|| year * 12 + month - 1);
    let slashed = words.windows(5).filter_map(|w| match w {
        [a, s, b, z, y] if s.text == "/" && z.text == "/" => {
            let (first, second, year) = (number(a)?, number(b)?, number(y)?);
            let year = if y.text.len() == 2 { 2000 + year } else { year };
            count(year, if first > 12 { second } else { first })
        }
        _ => None,
    });
    let iso = words.windows(3).filter_map(|w| match w {
        [y, m, d] if y.text.len() == 4 && m.text.len() == 2 && d.text.len() == 2 => count(number(y)?, number(m)?),
        _ => None,
    });
    slashed.chain(iso).collect()
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

fn is_indicator(page: &Page<'_>, sentence: &Sentence) -> bool {
    let number = sentence.tokens.iter().any(|t| t.text.starts_with(|c: char| c.is_ascii_digit()));
    let header = sentence.tokens.first().is_some_and(|t| {
        matches!(
            t.text.as_str(),
            "to" | "from" | "due" | "patient" | "encounter" | "mrn" | "sent" | "date" | "query" | "account" | "admitted"
        )
    });
    (number && !header) || page.vocab("clinical").any(&sentence.tokens)
}

/// A calendar date, a clock, a day of the stay, or a word that names a day of it.
fn has_date(text: &str) -> bool {
    const DAYS: [&str; 15] = [
        "today",
        "yesterday",
        "admission",
        "arrival",
        "overnight",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "presentation",
        "discharge",
        "tonight",
    ];
    has_calendar_date(text) || tokens(text).iter().any(|w| DAYS.contains(&w.text.as_str()))
}

/// A date in figures or with a month, a clock, or a numbered day of the stay.
pub(super) fn has_calendar_date(text: &str) -> bool {
    let words = tokens(text);
    let number = |w: &super::words::Token| w.text.starts_with(|c: char| c.is_ascii_digit());
    let month =
        |w: &super::words::Token| MONTHS.iter().any(|m| w.text == *m || (w.text.len() > 3 && w.text.starts_with(m) && m.len() == 3));
    words.windows(2).any(|w| matches!(w, [a, b] if (month(a) && number(b)) || (number(a) && month(b))))
        || words.windows(4).any(|w| {
            matches!(w, [a, .., b] if number(a) && month(b))
                || matches!(w, [a, x, y, _] if number(a) && x.text.len() == 2 && (month(y) || y.text == "of"))
        })
        || text
            .split(|c: char| !(c.is_ascii_digit() || c == '.'))
            .any(|w| w.trim_end_matches('.').split('.').filter(|p| !p.is_empty() && p.len() <= 4).count() == 3)
        || words.windows(3).any(|w| matches!(w, [a, s, b] if number(a) && matches!(s.text.as_str(), "/" | ":") && number(b)))
        || words.windows(2).any(|w| matches!(w, [a, b] if matches!(a.text.as_str(), "day" | "pod" | "hd" | "hod") && number(b)))
        || text
            .as_bytes()
            .windows(10)
            .any(|w| matches!(w, [a, b, c, d, b'-', e, f, b'-', g, h] if [a, b, c, d, e, f, g, h].iter().all(|x| x.is_ascii_digit())))
}

fn question(page: &mut Page<'_>) {
    let asks = |part: Part| {
        page.field(part).is_some_and(|f| {
            f.sentences
                .iter()
                .any(|s| s.span.of(&f.text).trim_end_matches(['"', ')', ' ']).ends_with('?') || page.vocab("request").any(&s.tokens))
        })
    };
    let verbal = page.form() == QueryForm::Verbal && asks(Part::Verbal);
    if !asks(Part::Question) && !asks(Part::Body) && !verbal {
        page.add("QL026", Part::Question, None, "nothing is asked");
    }
}
