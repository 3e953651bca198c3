//! What speaks against a question in the words of its own item, without a line of the pack for it: a value of the same measure that is as it
//! should be, the denial of the condition, of a finding or of a treatment that the item looks for. `[[item.counter]]` says the rest.

use super::{Finding, leaf, values};
use crate::chart::Evidence;
use crate::checklist::check::Check;
use crate::checklist::facts::{Facts, Said};
use crate::checklist::indicator::{Indicator, ObservationTest, Test, WordsTest};
use crate::checklist::item::Item;
use crate::checklist::{GapKind, Outcome};
use crate::reading::Assertion;

/// So many of each stand beside a question: it shows both sides, and is no abstract of the chart.
const VALUES: usize = 3;
const WORDS: usize = 2;

/// The findings of the chart against what an item asks.
pub(super) fn found(item: &Item, facts: &Facts<'_>, findings: &[Finding]) -> Vec<Evidence> {
    let looked_for: Vec<&Indicator> = match (item.kind, &item.check) {
        (GapKind::Undocumented, Check::Indicators(check)) => check.indicators.iter().collect(),
        (GapKind::Unspecified, _) => item.clinical.iter().chain(&item.only_if).collect(),
        // Elsewhere both sides are the proof, or what is asked is no finding.
        _ => return Vec::new(),
    };
    let shown = |proof: &Evidence| findings.iter().any(|f| f.evidence.iter().any(|known| overlaps(known, proof)));
    let mut out: Vec<Evidence> = Vec::new();
    let mut take = |proofs: Vec<Evidence>, most: usize| {
        let before = out.len();
        for proof in proofs {
            let again = |known: &Evidence| overlaps(known, &proof) || same_measure(known, &proof);
            if out.len() - before < most && !shown(&proof) && !out.iter().any(again) {
                out.push(proof);
            }
        }
    };
    if item.kind == GapKind::Undocumented {
        let findings = looked_for.iter().filter_map(|i| denied_finding(i, facts).or_else(|| denied_words(i, facts)));
        take(denials(item, facts).into_iter().chain(findings).collect(), WORDS);
    }
    take(usual_values(&looked_for, facts), VALUES);
    out
}

/// Where the condition itself is denied: the newest first. What a patient was asked of at the door is no judgment.
fn denials(item: &Item, facts: &Facts<'_>) -> Vec<Evidence> {
    let all = item.condition.as_deref().map(|condition| facts.said(condition)).unwrap_or_default();
    let denies =
        |said: &&Said<'_>| said.mention.assertion == Assertion::Negated && !said.copied && !is_questionnaire(&said.mention.section);
    all.iter().rev().filter(denies).map(|said| facts.proof(said)).collect()
}

/// Where words that an indicator looks for are denied ("no accessory muscle use"): the last place.
fn denied_words(indicator: &Indicator, facts: &Facts<'_>) -> Option<Evidence> {
    let usual = indicator.any.iter().filter_map(|test| match test {
        Test::Words(test) if test.is_as_usual() => Some(test),
        _ => None,
    });
    let denied = usual.map(|test| {
        let mut not_sections = test.not_sections.clone();
        not_sections.extend(QUESTIONNAIRES.map(str::to_owned));
        Test::Words(WordsTest { assertions: vec![Assertion::Negated], min_documents: 1, not_sections, ..test.clone() })
    });
    let answers = denied.map(|test| leaf::ask(&test, facts, None)).filter(|answer| answer.outcome == Outcome::Yes);
    answers.filter_map(|answer| answer.hits.iter().max_by_key(|hit| hit.time).and_then(|hit| hit.proof(facts, &answer))).next()
}

/// Sections in which somebody was asked, and nobody judged.
const QUESTIONNAIRES: [&str; 3] = ["review_of_systems", "family_history", "family_and_social_history"];

/// Where a finding or a treatment that an indicator looks for is denied, by whomever the indicator hears.
fn denied_finding(indicator: &Indicator, facts: &Facts<'_>) -> Option<Evidence> {
    let concepts = indicator.any.iter().filter_map(|test| match test {
        Test::Concept(test) if test.assertions.contains(&Assertion::Present) && !test.prior => Some(test),
        _ => None,
    });
    concepts
        .flat_map(|test| test.concepts.iter().flat_map(move |concept| facts.said(concept)).map(move |said| (test, said)))
        .filter(|(test, said)| {
            let heard = leaf::counts(test.author, said.document, said.reading);
            let denied = said.mention.assertion == Assertion::Negated && !said.copied && !is_questionnaire(&said.mention.section);
            let here = !leaf::in_sections(said, &test.not_sections);
            denied && heard && here && facts.within(said.document.time, &test.when, None)
        })
        .max_by_key(|(_, said)| said.document.time)
        .map(|(_, said)| facts.proof(said))
}

fn is_questionnaire(section: &str) -> bool {
    QUESTIONNAIRES.contains(&section)
}

/// Values of the measures that the item looks at and that are as they should be: the newest after the last that was not, else the one that
/// came nearest. Measures of which a value raised the question come first.
fn usual_values(looked_for: &[&Indicator], facts: &Facts<'_>) -> Vec<Evidence> {
    let tests: Vec<(bool, &ObservationTest)> = looked_for
        .iter()
        .flat_map(|indicator| &indicator.any)
        .filter_map(|test| match test {
            Test::Observation(test) => Some((leaf::ask(&Test::Observation(test.clone()), facts, None).outcome == Outcome::Yes, test)),
            _ => None,
        })
        .collect();
    let of = |raised: bool| {
        tests.iter().filter(move |(holds, _)| *holds == raised).filter_map(|(holds, test)| values::usual(test, *holds, facts))
    };
    of(true).chain(of(false)).map(|point| facts.value_proof(&point)).collect()
}

fn same_measure(known: &Evidence, proof: &Evidence) -> bool {
    matches!((known, proof), (Evidence::Value(a), Evidence::Value(b)) if a.name == b.name)
}

/// Whether two proofs are one record, or words that share a place.
fn overlaps(known: &Evidence, proof: &Evidence) -> bool {
    match (known, proof) {
        (Evidence::Text(a), Evidence::Text(b)) => a.document == b.document && a.start < b.end && b.start < a.end,
        (Evidence::Value(a), Evidence::Value(b)) => a.observation == b.observation,
        _ => false,
    }
}
