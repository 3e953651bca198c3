//! The indicators of a draft: the gap's proof for and against, what goes with the condition, each under its heading, the best of it ticked.

use super::Indicator;
use super::choose::{About, in_order, ticked, weigh};
use super::companions::{Pick, Record, bring, is_request, section_at, stated_in, stay};
use super::evidence::words_of;
use super::lint::words::{Patterns, tokens};
use super::lint::{concepts, vocabularies};
use super::others::{LEFT_OUT, is_one_of_many, retell_the_rest};
use super::passage::{whole_item, whole_line};
use super::proof::BEFORE;
use super::take::{heading_of, of_drug, of_order};
use super::template::Template;
use super::wanted::{Wanted, about_documents, table};
use crate::chart::{Chart, Evidence, MedicationKind};
use crate::checklist::{Gap, GapKind};
use std::collections::BTreeSet;

/// How many treatments of the chart are taken along when neither the gap nor its condition brings one.
const TREATMENTS: usize = 2;

/// The proof of a gap as indicators, for a provider by name. `most_words`: so many words of quotations and values a provider is asked to read.
pub(super) fn indicators(
    gap: &Gap,
    record: Record<'_>,
    template: Option<&Template>,
    (to, most_words): (Option<&str>, usize),
) -> Vec<Indicator> {
    let chart = record.chart;
    let documents = about_documents(gap.kind);
    let wanted = Wanted::of(gap, template);
    let mut picks = proof(gap, chart, documents);
    // Why a study was asked for is nothing that it found: it stands in no letter, though a checklist met its words.
    if !documents {
        picks.retain(|pick| pick.against || !is_request(&pick.evidence, record));
    }
    bring(&wanted, &mut picks, record);
    let treats = Patterns::new(&wanted.treatment.iter().flat_map(|t| t.split(';')).map(str::trim).collect::<Vec<_>>());
    let heading = |p: &Pick| match group(&p.evidence, &treats, record) {
        // Of a document that lacks something its words are what is asked about, whatever part of it they stand in.
        _ if documents && matches!(p.evidence, Evidence::Text(_)) => "documentation",
        "documentation" if !is_at_issue(&p.evidence, gap, record) => "history",
        heading => heading,
    };
    if gap.kind == GapKind::Undocumented && !picks.iter().any(|p| heading(p) == "treatment") {
        picks.extend(treatments(gap, chart).into_iter().map(|evidence| Pick::proof(evidence, false)));
    }
    if picks.is_empty() {
        picks.extend(stay(chart).map(|evidence| Pick::proof(evidence, false)));
    }
    let groups: Vec<&'static str> = picks.iter().map(heading).collect();
    let kept: BTreeSet<usize> = if documents {
        (0..picks.len()).collect()
    } else {
        let with = template.map(|t| t.with.as_slice()).unwrap_or_default();
        let (condition, all) = (gap.condition.as_deref(), gap.kind == GapKind::Conflicting);
        weigh(&mut picks, &groups, About { condition, with, values: &wanted.values, to, all }, record);
        ticked(&picks, vocabularies().max_indicators, most_words, &|evidence| if is_one_of_many(evidence, chart) { LEFT_OUT } else { 0 })
    };
    let mut out: Vec<Indicator> = Vec::new();
    for (at, (pick, group)) in picks.into_iter().zip(groups).enumerate() {
        let included = kept.contains(&at);
        if included || !pick.brought {
            out.push(indicator(pick, group, included, chart));
        }
    }
    if !documents {
        in_order(&mut out);
        retell_the_rest(&mut out, Some(chart));
    }
    out
}

/// Whether words are of the statement that is asked about: where a statement is doubted, or two differ, others are what was found beside it.
fn is_at_issue(evidence: &Evidence, gap: &Gap, record: Record<'_>) -> bool {
    let doubted = matches!(gap.kind, GapKind::Conflicting | GapKind::Unsupported | GapKind::PoaUnclear);
    let named = gap.condition.as_deref().is_some_and(|condition| stated_in(condition, evidence, record));
    !doubted || named || gap.evidence.iter().any(|e| e.source() == evidence.source())
}

/// The gap's own proof, each passage and each value once.
fn proof(gap: &Gap, chart: &Chart, documents: bool) -> Vec<Pick> {
    let mut picks: Vec<Pick> = Vec::new();
    let all = gap.evidence.iter().map(|e| (e, false)).chain(gap.counter_evidence.iter().map(|e| (e, true)));
    for (evidence, against) in all {
        let mut evidence = evidence.clone();
        complete(&mut evidence, chart);
        if let Evidence::Text(text) = &mut evidence
            && let Some(document) = chart.document(&text.document)
        {
            whole_line(text, document);
            // Only what a provider wrote is a list of problems and what is done about them.
            if !documents && !text.opening && document.is_providers(text.document_type) {
                whole_item(&mut evidence, document);
            }
        }
        let same = |p: &&mut Pick| match (&p.evidence, &evidence) {
            (Evidence::Text(a), Evidence::Text(b)) => a.document == b.document && a.start <= b.start && b.end <= a.end,
            (Evidence::Value(a), Evidence::Value(b)) => a.observation == b.observation && words_of(&p.evidence) == words_of(&evidence),
            _ => false,
        };
        match picks.iter_mut().find(same) {
            Some(there) => there.against |= against,
            None => picks.push(Pick::proof(evidence, against)),
        }
    }
    picks
}

fn indicator(pick: Pick, group: &str, included: bool, chart: &Chart) -> Indicator {
    let Pick { evidence, against, .. } = pick;
    let prior = matches!(&evidence, Evidence::Value(value) if value.prior) || is_prior(&evidence, chart) || is_before(&evidence, chart);
    let relevance = match (&evidence, prior) {
        (_, false) => String::new(),
        (Evidence::Text(_), true) => "Earlier finding, for comparison with this stay.".to_owned(),
        (Evidence::Value(_), true) => "Earlier value, for comparison with this stay.".to_owned(),
    };
    let version = match &evidence {
        Evidence::Text(text) => chart.document(&text.document).map(|d| d.version),
        Evidence::Value(_) => None,
    };
    Indicator { included, version, against, prior, relevance, ..Indicator::new(evidence, group) }
}

/// Whether it is older than the stay, the emergency department counted in: it came along in the record, and speaks of an earlier time.
fn is_before(evidence: &Evidence, chart: &Chart) -> bool {
    let begins = chart.encounter.start.and_then(|start| start.plus_hours(-BEFORE));
    begins.zip(evidence.date()).is_some_and(|(begins, date)| date < begins)
}

fn is_prior(evidence: &Evidence, chart: &Chart) -> bool {
    let source = evidence.source();
    chart.prior.iter().any(|p| p.documents.iter().any(|d| d.identifier == source) || p.observations.iter().any(|o| o.identifier == source))
}

/// Takes date and author from the document where the proof does not carry them.
fn complete(evidence: &mut Evidence, chart: &Chart) {
    if let Evidence::Text(text) = evidence
        && let Some(document) = chart.document(&text.document)
    {
        text.date = text.date.or(document.time).or(document.signed);
        let author = || document.author.as_ref().or(document.signer.as_ref()).and_then(|a| a.name.clone());
        text.author = text.author.take().or_else(author);
    }
    // A gap that was found before remarks were kept carries none.
    if let Evidence::Value(value) = evidence
        && value.note.is_none()
    {
        value.note = chart.observations.iter().find(|o| o.identifier == value.observation).and_then(|o| o.note.clone());
    }
}

/// The heading that a piece of proof stands under. A nurse's words about a treatment are no finding.
fn group(evidence: &Evidence, treats: &Patterns, record: Record<'_>) -> &'static str {
    let chart = record.chart;
    match evidence {
        Evidence::Text(text) => {
            if text.document_type.is_findings() {
                return "imaging";
            }
            let providers = chart.document(&text.document).is_none_or(|d| d.is_providers(text.document_type));
            if !providers && treats.any(&tokens(&text.quote)) {
                return "treatment";
            }
            let section = record.reading(&text.document).map_or("", |reading| section_at(reading, text.start));
            let says = |parts: &[&str]| parts.iter().any(|p| section.contains(p));
            if says(&["exam", "vital"]) {
                "exam"
            } else if says(&["lab", "data", "result"]) && table().pictures.any(&tokens(&text.quote)) {
                "imaging"
            } else if says(&["lab", "data", "result"]) {
                "labs"
            } else if says(&["imaging", "radiology"]) {
                "imaging"
            } else if says(&["past_", "social", "family"]) {
                "history"
            } else if says(&["medication"]) {
                "treatment"
            } else if providers {
                "documentation"
            } else {
                "exam"
            }
        }
        Evidence::Value(value) => {
            let id = &value.observation;
            if *id == chart.encounter.identifier {
                return "history"; // the stay itself
            }
            let Some(observation) = chart.observations.iter().find(|o| o.identifier == *id) else {
                let treats = chart.medications.iter().any(|m| m.identifier == *id)
                    || chart.orders.iter().any(|o| o.identifier == *id)
                    || chart.procedures.iter().any(|p| p.identifier == *id)
                    || value.value.is_empty();
                return if treats { "treatment" } else { "labs" };
            };
            heading_of(observation)
        }
    }
}

/// Drugs given or ordered, and orders, that relate to the condition.
fn treatments(gap: &Gap, chart: &Chart) -> Vec<Evidence> {
    let condition = gap.condition.clone().unwrap_or_default();
    let relates = |name: &str| concepts().supports(&condition, &tokens(name)) == Some(true);
    let drugs = chart.medications.iter().filter(|m| m.kind != MedicationKind::Home && m.time.is_some() && relates(&m.name)).map(of_drug);
    let orders = chart.orders.iter().filter(|o| o.time.is_some() && relates(&o.name)).map(of_order);
    let mut seen = BTreeSet::new();
    drugs.chain(orders).map(|i| i.evidence).filter(|e| seen.insert(words_of(e))).take(TREATMENTS).collect()
}
