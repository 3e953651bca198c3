//! From a gap to a draft: template, indicators, options that the chart supports, recipient, due time.

use super::backing::back;
use super::companions::{Record, documented, stated_in};
use super::evidence::words_of;
use super::gather::indicators;
use super::lint::words::{Patterns, Token, tokens};
use super::lint::{concepts, vocabularies};
use super::naming::own_term;
use super::normal::{telling, told};
use super::recipients::responsible;
use super::standing::{certain, spoken};
use super::template::{Template, TemplateOption, Templates};
use super::twice::once_given;
use super::wanted::asked;
use super::ways_out::{is_of_imaging, is_single, is_way_out, meaningless};
use super::whole::{denied, grown, numbers};
use super::{Draft, Indicator, OptionKind, Policy, QueryForm, QueryOption, Reason, Recipient, days_after};
use crate::chart::{Chart, Document, DocumentType, Evidence, Instant, Provider};
use crate::checklist::{Gap, GapKind, Searched, condition_name, listed};
use crate::reading::{Assertion, Reading};
use std::collections::BTreeSet;

/// The diagnoses that a provider documented in this encounter: present or possible in a document that a provider wrote. A
/// radiologist's or pathologist's report is no diagnosis of the treating provider. `readings` stand in the order of the documents.
pub fn documented_concepts(chart: &Chart, readings: &[Reading]) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for (document, reading) in chart.documents.iter().zip(readings) {
        if !document.is_providers(reading.document_type) {
            continue;
        }
        for mention in reading.mentions.iter().filter(|m| matches!(m.assertion, Assertion::Present | Assertion::Possible)) {
            out.insert(mention.concept.clone());
            // What the reader's vocabulary does not tell apart, the query's does ("acute blood loss anemia").
            let narrower = concepts().named(&mention.text);
            out.extend(narrower.iter().flat_map(|n| concepts().implied(&n.concept)));
        }
        // The reader may not know these; a name that nothing before it denies is enough.
        let words = tokens(&document.text);
        for named in concepts().find(&words).into_iter().filter(|n| concepts().by_name_only(&n.concept)) {
            let at = words.partition_point(|t| t.span.end <= named.span.start);
            let close = words.get(at.saturating_sub(DENIED)..at).unwrap_or_default();
            if !vocabularies().get("negation").any(close) {
                out.insert(named.concept);
            }
        }
    }
    out
}

/// So many words before a name may deny it.
const DENIED: usize = 4;

/// Who asks, when, and by which rules.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// Name and credential.
    pub author: &'a str,
    /// How the author is reached.
    pub contact: &'a str,
    /// The time it is.
    pub now: &'a Instant,
    /// The policy in force.
    pub policy: &'a Policy,
    /// The templates in force.
    pub templates: &'a Templates,
}

/// A draft for a gap, whole as far as the chart allows; what it cannot know (no author of a quoted note, no attending) stays
/// empty and the lint says so. No option stands without support; those left out are in `removed`.
pub fn draft_from_gap(gap: &Gap, chart: &Chart, readings: &[Reading], asking: &Asking<'_>) -> Draft {
    let Asking { author, contact, now, policy, templates } = asking;
    let template = templates.for_gap(gap);
    let searched = matches!(gap.kind, GapKind::Unsupported | GapKind::MissingDocument);
    let body = if searched { not_found(&gap.searched) } else { String::new() };
    let recipient = template.and_then(|t| recipient(t, gap, chart, readings));
    let to = recipient.as_ref().map(|r| r.name.clone());
    let room = vocabularies().max_words.saturating_sub(template.map_or(0, most_words) + body.split_whitespace().count());
    let mut draft = Draft {
        encounter: Some(chart.encounter.identifier.clone()),
        encounter_name: chart.encounter.name().to_owned(),
        admitted: chart.encounter.admission(),
        patient: chart.patient.as_ref().map(|p| p.identifier.clone()).or_else(|| chart.encounter.patient.clone()),
        gap: Some(gap.key()),
        concept: gap.condition.clone().or_else(|| gap.element.clone()).or_else(|| gap.document_type.clone()),
        author: (*author).to_owned(),
        contact: (*contact).to_owned(),
        indicators: indicators(gap, Record { chart, readings }, template, (to.as_deref(), room)),
        recipient,
        body,
        due: policy.due(now),
        escalation: policy.name.clone(),
        ..Draft::default()
    };
    let Some(template) = template else { return draft };
    draft.template = Some(template.id.clone());
    let record = Record { chart, readings };
    draft.title = placeholders(&template.title, gap, record);
    // A gap about a documented condition asks for its detail.
    let detail = gap.kind == GapKind::Unspecified;
    let asks = if detail && !template.documented_question.is_empty() { &template.documented_question } else { &template.question };
    let documented = documented_concepts(chart, readings);
    let broader = !detail && !template.broader_question.is_empty() && template.broader.iter().any(|c| documented.contains(c));
    draft.question = placeholders(if broader { &template.broader_question } else { asks }, gap, record);
    draft.reason = reason(template, gap);
    draft.form = template.form;
    if matches!(gap.kind, GapKind::Unsupported | GapKind::PoaUnclear) {
        draft.documented_at = statement(gap, &draft, chart, readings);
        once(&mut draft);
    }
    once_given(&mut draft.indicators, chart);
    options(&mut draft, template, (detail, &documented), (gap, record));
    if draft.form == QueryForm::Open && !template.open_question.is_empty() {
        draft.question = placeholders(&template.open_question, gap, record);
    }
    draft
}

/// Words that a template itself can put before a provider, its fixed answers counted in.
fn most_words(template: &Template) -> usize {
    let asks = [&template.question, &template.documented_question, &template.open_question, &template.broader_question];
    let longest = asks.into_iter().map(|q| q.split_whitespace().count()).max().unwrap_or(0);
    // Of many answers the chart supports a few: room is kept for the longest of so many.
    let mut lengths: Vec<usize> = template.option.iter().map(|o| o.text.split_whitespace().count()).collect();
    lengths.sort_unstable_by_key(|words| std::cmp::Reverse(*words));
    let options: usize = lengths.iter().take(OFFERED).sum();
    template.title.split_whitespace().count() + longest + options + FIXED
}

/// Answers that a draft offers at the most, as a rule.
const OFFERED: usize = 6;

/// Words of "No further diagnosis; integral to a documented condition", "Other: ____" and "Unable to determine", and of what stands in for a
/// placeholder.
const FIXED: usize = 19;

/// Why the question is justified: one template can serve where a diagnosis is missing and where a documented one lacks detail.
fn reason(template: &Template, gap: &Gap) -> Reason {
    let of_cause = gap.missing.iter().any(|m| vocabularies().get("cause_missing").any(&tokens(&m.replace('_', " "))));
    match (gap.kind, template.reason) {
        (GapKind::Unspecified, Reason::R3 | Reason::R9) if of_cause => Reason::R5,
        (GapKind::Unspecified, Reason::R3 | Reason::R9) => Reason::R7,
        // A question of its own for the documented condition: the other one is for the missing diagnosis.
        (GapKind::Undocumented, Reason::R2 | Reason::R5 | Reason::R7) if !template.documented_question.is_empty() => Reason::R3,
        (GapKind::Undocumented, Reason::R2 | Reason::R7) => Reason::R3,
        (_, reason) => reason,
    }
}

/// What is cited as the diagnosis that is asked about stands in the query once, where something else speaks beside it.
fn once(draft: &mut Draft) {
    let cited = |i: &Indicator| match (&i.evidence, &draft.documented_at) {
        (Evidence::Text(a), Some(Evidence::Text(b))) => a.document == b.document && a.start <= b.start && b.end <= a.end,
        _ => false,
    };
    let others = draft.indicators.iter().any(|i| i.included && !cited(i));
    if others {
        let cites: Vec<bool> = draft.indicators.iter().map(cited).collect();
        for (indicator, _) in draft.indicators.iter_mut().zip(cites).filter(|(i, cites)| *cites && !i.against) {
            indicator.included = false;
        }
    }
}

/// What was looked for in vain, in one sentence: where each was looked for stands in the gap, and a provider has little time.
fn not_found(searched: &[Searched]) -> String {
    match searched {
        [] => String::new(),
        [one] => format!("Looked for in {}, not found: {}.", one.r#where, with_days(&one.what)),
        several => {
            let what: Vec<String> = several.iter().map(|s| with_days(&s.what)).collect();
            format!("Looked for in the record of this stay, not found: {}.", what.join("; "))
        }
    }
}

/// Days as a letter gives them: "20 to 29 Nov 2026" for a row of them, not each one in the notation of a machine.
fn with_days(text: &str) -> String {
    let pieces: Vec<&str> = text.split(", ").collect();
    let day = |piece: &str| {
        let (before, day) = piece.rsplit_once(' ').map_or(("", piece), |(before, day)| (before, day));
        let written = day.len() == 10 && day.as_bytes().iter().filter(|b| **b == b'-').count() == 2;
        Instant::parse(day).filter(|_| written).map(|day| (before.to_owned(), day))
    };
    let mut out: Vec<String> = Vec::new();
    // What stands before the first day of a row, its first and its last day.
    let mut row: Option<(String, Instant, Instant)> = None;
    let told = |(before, first, last): (String, Instant, Instant)| {
        let gap = if before.is_empty() { "" } else { " " };
        if first == last {
            format!("{before}{gap}{}", first.display())
        } else {
            format!("{before}{gap}{} to {}", first.display(), last.display())
        }
    };
    for piece in pieces {
        row = match (row.take(), day(piece)) {
            (Some((before, first, last)), Some((bare, next))) if bare.is_empty() && days_after(&last, &next) == 1 => {
                Some((before, first, next))
            }
            (before, next) => {
                out.extend(before.map(told));
                match next {
                    Some((before, day)) => Some((before, day, day)),
                    None => {
                        out.push(piece.to_owned());
                        None
                    }
                }
            }
        };
    }
    out.extend(row.map(told));
    out.join(", ")
}

/// Where a provider documented what is asked about: among the quoted words, else anywhere in the stay. A nurse's words, a value or a
/// report of imaging document nothing.
fn statement(gap: &Gap, draft: &Draft, chart: &Chart, readings: &[Reading]) -> Option<Evidence> {
    let record = Record { chart, readings };
    let providers = |e: &&Evidence| {
        let Evidence::Text(text) = e else { return false };
        let judged = record.reading(&text.document).map_or(text.document_type, |r| r.document_type);
        chart.document(&text.document).is_some_and(|d| d.is_providers(judged))
    };
    let quoted: Vec<&Evidence> = draft.indicators.iter().map(|i| &i.evidence).filter(providers).collect();
    let diagnosis = |e: &Evidence| {
        let words = words_of(e);
        concepts().named_by_reader_too(&words, &tokens(&words)).iter().any(|n| !concepts().is_finding(&n.concept))
    };
    let names = |e: &&&Evidence| gap.condition.as_deref().map_or_else(|| diagnosis(e), |c| stated_in(c, e, record));
    let named = quoted.iter().find(names).map(|e| (**e).clone());
    let stated = || gap.condition.as_deref().and_then(|c| documented(c, record));
    named.or_else(stated).or_else(|| quoted.first().map(|e| (*e).clone()).filter(|_| gap.kind == GapKind::Unsupported))
}

/// Supported options in neutral order, then the ones that every query has.
fn options(draft: &mut Draft, template: &Template, (detail, documented): (bool, &BTreeSet<String>), (gap, record): (&Gap, Record<'_>)) {
    if template.form == QueryForm::Open {
        return;
    }
    // Yes or no is asked of what a provider documented (domain.md 3.3), and of nothing else.
    if template.form == QueryForm::YesNo && draft.documented_at.is_none() {
        draft.form = QueryForm::Open;
        return;
    }
    let concept = draft.concept.clone().unwrap_or_default();
    // What the chart denies or a value of it rules out is no choice, though the query quotes neither.
    let away = denied(&template.option, (gap.kind == GapKind::Undocumented).then_some(concept.as_str()), record);
    let away: BTreeSet<&str> = away.iter().filter_map(|at| template.option.get(*at)).map(|o| o.text.as_str()).collect();
    let known = |names: &Patterns| numbers(names, record);
    let other = |o: &TemplateOption| detail && names_another(&o.text, &concept, template);
    let of = |evidence: &[&Evidence]| tokens(&evidence.iter().map(|e| words_of(e)).collect::<Vec<_>>().join("\n"));
    // What an answer stands on, or is taken away by, is quoted with it.
    let open: Vec<&TemplateOption> = {
        let evidence = included(&draft.indicators);
        let all = of(&evidence);
        let out = |o: &&TemplateOption| {
            away.contains(o.text.as_str())
                || (detail && takes_away(&o.text, &concept))
                || other(o)
                || o.is_ruled_out(&evidence, &all, &known)
        };
        template.option.iter().filter(|o| !out(o)).collect()
    };
    let room = vocabularies().max_words.saturating_sub(most_words(template) + draft.body.split_whitespace().count());
    back(draft, &open, documented, record, room);
    let evidence = included(&draft.indicators);
    let source = |id: &str| record.chart.document(id).map(|d| d.text.clone());
    let (all, words): (Vec<Token>, Vec<Token>) = (of(&evidence), told(spoken(&telling(&evidence), &source)));
    // What a provider calls possible, and nothing else speaks for, is offered as possible and no more.
    let (sure, stated) = (told(certain(&telling(&evidence), &source)), stated_concepts(record));
    let organisms = if template.organism.is_empty() { Vec::new() } else { grown(&evidence, &source) };
    let against = |o: &TemplateOption| {
        away.contains(o.text.as_str())
            || (o.unless_grown && !organisms.is_empty())
            || (detail && takes_away(&o.text, &concept))
            || o.is_ruled_out(&evidence, &all, &known)
    };
    let fits = |o: &TemplateOption| o.is_supported(&evidence, (&all, &words), documented) && !against(o);
    let is_only_possible = |o: &TemplateOption| {
        let hedged = vocabularies().get("hedge").any(&tokens(&o.text)) || o.text.contains("__");
        o.kind == OptionKind::Diagnosis && !hedged && !o.is_supported(&evidence, (&all, &sure), &stated)
    };
    let (kept, removed): (Vec<_>, Vec<_>) = template.option.iter().partition(|o| fits(o) && !other(o));
    draft.removed = removed.into_iter().map(|o| o.text.clone()).collect();
    let mut options: Vec<QueryOption> = kept
        .into_iter()
        .map(|o| {
            let text = if is_only_possible(o) { format!("{}{POSSIBLE}", o.text) } else { o.text.clone() };
            QueryOption { text, kind: o.kind, concepts: o.concepts.clone(), selected: false }
        })
        .collect();
    options
        .extend(organisms.iter().map(|name| QueryOption { text: template.organism.replace("{organism}", name), ..QueryOption::default() }));
    // Where only what is not there could be ticked, the list would lead away from the diagnosis.
    let negation = vocabularies().get("negation");
    let mut diagnoses = options.iter().filter(|o| o.kind == OptionKind::Diagnosis).peekable();
    let only_denials = diagnoses.peek().is_some() && diagnoses.all(|o| negation.any(&tokens(&o.text)));
    // One diagnosis by itself is no choice: an open question leaves the answer to the provider.
    let names: Vec<&str> = options.iter().map(|o| o.text.as_str()).collect();
    let alone = template.form == QueryForm::MultipleChoice
        && is_single(&names)
        && options.iter().all(|o| o.kind == OptionKind::Diagnosis)
        && (detail || !is_of_imaging(draft, Some(template)));
    if options.is_empty() || only_denials || alone {
        draft.form = QueryForm::Open; // the safest form
        draft.alone = options.into_iter().map(|o| o.text).collect();
        return;
    }
    if template.form == QueryForm::MultipleChoice {
        options.sort_by_key(|o| o.text.to_lowercase());
    }
    let fixed = |text: &str, kind| QueryOption { text: text.to_owned(), kind, ..QueryOption::default() };
    // A list of names alone would say that there is one to choose.
    let has_way_out = options.iter().any(|o| is_way_out(&o.text));
    let of_detail = detail || template.asks_detail(&draft.question);
    if let Some(text) = meaningless(draft, Some(template), of_detail).filter(|_| !of_detail && !has_way_out) {
        options.push(fixed(text, OptionKind::NotSignificant));
    }
    options.push(fixed("Other: ____________", OptionKind::Other));
    options.push(fixed("Unable to determine", OptionKind::Undetermined));
    draft.options = options;
}

fn included(indicators: &[Indicator]) -> Vec<&Evidence> {
    indicators.iter().filter(|i| i.included).map(|i| &i.evidence).collect()
}

/// What an option bears behind its name where providers only call it possible.
pub(crate) const POSSIBLE: &str = ", possible";

/// The diagnoses that a provider documented as present.
fn stated_concepts(record: Record<'_>) -> BTreeSet<String> {
    let notes = record.notes().filter(|(document, reading)| document.is_providers(reading.document_type));
    let present = notes.flat_map(|(_, reading)| &reading.mentions).filter(|m| m.assertion == Assertion::Present);
    present
        .flat_map(|m| {
            [m.concept.clone()].into_iter().chain(concepts().named(&m.text).into_iter().flat_map(|n| concepts().implied(&n.concept)))
        })
        .collect()
}

/// Whether an option says that the patient does not have the condition ("enzyme elevation without pancreatitis"): of a documented one that
/// is asked by a validation, with what speaks against it.
fn takes_away(option: &str, concept: &str) -> bool {
    let words = tokens(option);
    let negation = vocabularies().get("negation");
    concepts().find(&words).iter().any(|n| {
        let at = words.partition_point(|t| t.span.end <= n.span.start);
        let near = words.get(at.saturating_sub(2)..at).unwrap_or_default();
        negation.any(near) && (n.concept == concept || concepts().implied(&n.concept).contains(concept))
    })
}

/// Whether an option names another diagnosis than the documented one whose detail is asked, where others name that one. What it is due to
/// is detail.
fn names_another(option: &str, concept: &str, template: &Template) -> bool {
    let own = concept.strip_prefix("term.").unwrap_or(concept);
    let cause = vocabularies().get("cause");
    let of = |text: &str| {
        let words = tokens(text);
        let causes = cause.first(&words).is_some_and(|place| place.start == 0);
        let named: Vec<String> = concepts().find(&words).into_iter().map(|n| n.concept).filter(|c| !concepts().is_finding(c)).collect();
        if causes { Vec::new() } else { named }
    };
    let is_own = |named: &[String]| named.iter().any(|c| concepts().implied(c).contains(own) || concepts().implied(own).contains(c));
    let named = of(option);
    !named.is_empty() && !is_own(&named) && template.option.iter().any(|o| is_own(&of(&o.text)))
}

fn placeholders(text: &str, gap: &Gap, record: Record<'_>) -> String {
    let chart = record.chart;
    let spoken = |name: &str| name.replace('_', " ");
    let missing = if gap.missing.is_empty() { gap.element.clone().into_iter().collect() } else { gap.missing.clone() };
    let missing: Vec<String> = missing.iter().map(|m| asked(m).map_or_else(|| spoken(m), str::to_owned)).collect();
    let quoted = gap.evidence.first().and_then(|e| chart.documents.iter().find(|d| d.identifier == e.source()));
    let kind = gap.document_type.clone().or_else(|| quoted.and_then(|d| d.document_type).map(|t| t.name().to_owned()));
    let kind = kind.unwrap_or_else(|| "document".to_owned());
    let missing = if missing.is_empty() { "detail".to_owned() } else { listed(&missing) };
    let called = gap.condition.as_deref().map_or_else(|| "condition".to_owned(), condition_name);
    // What nobody wrote is not "documented": where the provider uses another term, that term is quoted.
    let condition = own_term(gap, record).map_or_else(|| called.clone(), |term| format!("\"{term}\""));
    let text = text.replace(&called, &condition);
    text.replace("{missing}", &missing).replace("{document_type}", &spoken(&kind)).replace("{condition}", &condition)
}

/// The author of the words where the question is about the words; else the attending.
fn recipient(template: &Template, gap: &Gap, chart: &Chart, readings: &[Reading]) -> Option<Recipient> {
    let by_kind = matches!(gap.kind, GapKind::Unspecified | GapKind::MissingElement | GapKind::Unsigned | GapKind::Copied);
    let to_author = match template.to.as_str() {
        "author" => true,
        "attending" => false,
        _ => by_kind,
    };
    let attending = responsible(chart);
    let author = match gap.kind {
        GapKind::Unspecified | GapKind::Unsupported => writer(gap, chart, readings, attending),
        // What two authors say differently the attending decides, a side too (domain.md 3.1 R1): neither author is asked about the other.
        GapKind::Conflicting => match chart.encounter.attending.as_ref().filter(|a| a.name.is_some()) {
            Some(of_record) => return Some(addressed(of_record, chart)),
            None => None,
        },
        _ => None,
    };
    let written = gap.evidence.iter().find_map(|e| chart.documents.iter().find(|d| d.identifier == e.source()));
    let author = author.or_else(|| written.and_then(provider_of));
    let last = chart.documents.iter().rev().find_map(provider_of);
    let chosen = if to_author { author.or(attending) } else { attending }.or(last)?;
    Some(addressed(chosen, chart))
}

fn addressed(to: &Provider, chart: &Chart) -> Recipient {
    let role = if chart.encounter.attending.as_ref().is_some_and(|a| same_person(a, to)) { "attending" } else { "author" };
    Recipient { name: to.display().to_owned(), identifier: to.identifier.clone(), role: role.to_owned() }
}

fn provider_of(document: &Document) -> Option<&Provider> {
    document.author.as_ref().filter(|a| a.role.is_provider() && a.name.is_some())
}

fn same_person(one: &Provider, other: &Provider) -> bool {
    match (&one.identifier, &other.identifier) {
        (Some(a), Some(b)) => a == b,
        _ => one.name.is_some() && one.name == other.name,
    }
}

/// Who carries the diagnosis: the attending when among those who wrote it, else the last to write it. An emergency physician, whose
/// part in the stay is over, is asked only when nobody else wrote it.
fn writer<'c>(gap: &Gap, chart: &'c Chart, readings: &[Reading], attending: Option<&Provider>) -> Option<&'c Provider> {
    let condition = gap.condition.as_deref()?;
    let says = |reading: &Reading| {
        reading.mentions.iter().any(|m| m.concept == condition && matches!(m.assertion, Assertion::Present | Assertion::Possible))
    };
    let mut wrote: Vec<(bool, Option<Instant>, &Provider)> = Vec::new();
    for (document, reading) in chart.documents.iter().zip(readings) {
        if let Some(provider) = provider_of(document).filter(|_| document.is_providers(reading.document_type) && says(reading)) {
            let kind = document.document_type.unwrap_or(reading.document_type);
            wrote.push((kind != DocumentType::EmergencyNote, document.time, provider));
        }
    }
    let carries = attending.and_then(|a| wrote.iter().find(|(_, _, p)| same_person(a, p)));
    carries.or_else(|| wrote.iter().max_by_key(|(stays, time, _)| (*stays, *time))).map(|(_, _, p)| *p)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// "2026-11-20, 2026-11-21, 2026-11-22 ..." is no sentence that a person writes to a physician.
    #[test]
    fn days_stood_in_a_letter_one_by_one_as_a_machine_writes_them() {
        for (given, told) in [
            ("Progress note or Consult on 2026-11-20, 2026-11-21, 2026-11-22", "Progress note or Consult on 20 Nov 2026 to 22 Nov 2026"),
            ("Progress note on 2026-11-20", "Progress note on 20 Nov 2026"),
            ("Progress note on 2026-11-28, 2026-11-30, 2026-12-01", "Progress note on 28 Nov 2026, 30 Nov 2026 to 1 Dec 2026"),
            ("heart rate over 90, or pCO2 under 32", "heart rate over 90, or pCO2 under 32"),
            ("Consult", "Consult"),
        ] {
            assert_eq!(with_days(given), told);
        }
    }
}
