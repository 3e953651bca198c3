//! The life of a gap between two evaluations: what a later document resolved, and what came back.

use super::model::GapMark;
use crate::chart::{Document, Instant};
use crate::checklist::{Gap, GapKind, GapState, Packs, Subject, condition_name, evaluate_where};
use crate::error::Result;
use crate::query::Outcome;
use crate::reading::Reading;
use crate::store::{CachedEvaluation, SEEN_BY, Store, StoredQuery};
use std::collections::{BTreeMap, BTreeSet};

/// How the reason begins of a gap that a document resolved.
pub const BY_DOCUMENT: &str = "by document ";

/// One evaluation of an encounter and the one before it, by the same packs and reader.
pub(super) struct Change<'a> {
    pub(super) encounter: &'a str,
    pub(super) before: &'a CachedEvaluation,
    pub(super) now: &'a [Gap],
    pub(super) subject: &'a Subject<'a>,
    pub(super) packs: &'a Packs,
    pub(super) at: &'a Instant,
}

/// What changed from one evaluation to the next: gaps that are gone are resolved, gaps that are new are open, for [`drop_strangers`] to
/// tell the ones that came back.
pub(super) fn changes(change: &Change<'_>) -> Vec<GapMark> {
    let keys = |gaps: &[Gap]| gaps.iter().map(Gap::key).collect::<BTreeSet<String>>();
    let (old, new) = (keys(&change.before.gaps), keys(change.now));
    let mark = |key: &str, state: GapState, reason: String| GapMark {
        encounter: change.encounter.to_owned(),
        key: key.to_owned(),
        state,
        reason,
        by: SEEN_BY.to_owned(),
        at: *change.at,
    };
    let gone: Vec<&Gap> = change.before.gaps.iter().filter(|gap| !new.contains(&gap.key())).collect();
    let mut out: Vec<GapMark> = resolved_by(change, &gone)
        .into_iter()
        .zip(&gone)
        .map(|(document, gap)| {
            let reason = document.map_or("no longer found".to_owned(), |document| format!("{BY_DOCUMENT}{document}"));
            mark(&gap.key(), GapState::Resolved, reason)
        })
        .collect();
    out.extend(new.iter().filter(|key| !old.contains(*key)).map(|key| mark(key, GapState::Open, "found again".to_owned())));
    out
}

/// The document that resolved each of these gaps, one that came after the evaluation which found them: the gap's own document in a new
/// version, else the newest that names what was looked for or is what was missing. Of any other document only the chart without the new
/// ones can tell: where the gap is not there either, it was a value or a record that changed, and no document is credited.
fn resolved_by(change: &Change<'_>, gone: &[&Gap]) -> Vec<Option<String>> {
    let documents = || change.subject.chart.documents.iter().zip(change.subject.readings);
    let mut new: Vec<(&Document, &Reading)> = documents().filter(|(document, _)| document.id.0 > change.before.newest).collect();
    if new.is_empty() || gone.is_empty() {
        return vec![None; gone.len()];
    }
    new.sort_by_key(|(document, _)| std::cmp::Reverse(document.id));
    let mut without: Option<BTreeSet<String>> = None;
    let mut one = |gap: &&Gap| -> Option<String> {
        let own = new.iter().find(|(document, _)| is_own(gap, document));
        let fits = || new.iter().find(|(document, reading)| answers(gap, document, reading));
        let found = own.or_else(fits).or_else(|| {
            let still = without.get_or_insert_with(|| without_new(change, gone));
            new.first().filter(|_| still.contains(&gap.key()))
        });
        found.map(|(document, _)| document.identifier.clone())
    };
    gone.iter().map(&mut one).collect()
}

/// Whether a gap lies in this document.
fn is_own(gap: &Gap, document: &Document) -> bool {
    let inside = matches!(gap.kind, GapKind::MissingElement | GapKind::Copied | GapKind::Unsigned);
    inside && gap.evidence.first().is_some_and(|proof| proof.source() == document.identifier)
}

/// Whether a document names what a gap looked for, or is what it missed.
fn answers(gap: &Gap, document: &Document, reading: &Reading) -> bool {
    let missing = matches!(gap.kind, GapKind::MissingDocument | GapKind::Overdue);
    let kind = document.document_type.unwrap_or(reading.document_type);
    missing && gap.document_type.as_deref() == Some(kind.name())
        || reading.mentions.iter().any(|mention| {
            gap.condition.as_deref() == Some(mention.concept.as_str())
                || gap.searched.iter().any(|searched| searched.what.split(", ").any(|what| what == condition_name(&mention.concept)))
        })
}

/// The keys of the gaps that these items find in the chart without what came after the evaluation before.
fn without_new(change: &Change<'_>, gone: &[&Gap]) -> BTreeSet<String> {
    let mut chart = change.subject.chart.clone();
    let kept = |document: &Document| document.id.0 <= change.before.newest;
    let readings: Vec<Reading> =
        chart.documents.iter().zip(change.subject.readings).filter(|(document, _)| kept(document)).map(|(_, r)| r.clone()).collect();
    chart.documents.retain(kept);
    let subject = Subject { chart: &chart, readings: &readings };
    let gaps = evaluate_where(change.packs, &subject, change.at, &|_, item| gone.iter().any(|gap| gap.item == item.id));
    gaps.iter().map(Gap::key).collect()
}

/// Keeps of the gaps that are new only those that had been resolved before (the others are simply found), and of the resolved
/// ones only those that nobody had set aside. One that comes back while a query asks about it is queried and not open; so is one of which
/// the provider said that there is nothing to document.
pub(super) fn drop_strangers(store: &Store, changes: &mut Vec<GapMark>) -> Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    // Of the few encounters that changed, not of the whole store.
    let encounters: BTreeSet<&str> = changes.iter().map(|change| change.encounter.as_str()).collect();
    let mut newest: BTreeMap<(String, String), GapState> = BTreeMap::new();
    for encounter in encounters {
        newest.extend(store.gap_marks(Some(encounter))?.into_iter().map(|mark| ((mark.encounter, mark.key), mark.state)));
    }
    let state_of = |change: &GapMark| {
        let of = |key: &str| newest.get(&(change.encounter.clone(), key.to_owned())).copied();
        of(&change.key).or_else(|| of(former(&change.key)?))
    };
    changes.retain(|change| match change.state {
        GapState::Open => state_of(change) == Some(GapState::Resolved),
        _ => state_of(change) != Some(GapState::Dismissed),
    });
    for change in changes.iter_mut().filter(|change| change.state == GapState::Open) {
        let queries = store.queries(Some(&change.encounter))?;
        if let Some(query) = queries.iter().find(|query| query.draft.gap.as_deref() == Some(&change.key) && holds(query)) {
            (change.state, change.reason) = (GapState::Queried, format!("found again; query {} asks about it", query.id));
        }
    }
    Ok(())
}

/// The key that a gap had while all runs of a clock had the same.
pub(super) fn former(key: &str) -> Option<&str> {
    let at = key.rfind('|')?;
    key.get(..=at).filter(|former| former.len() < key.len())
}

/// Whether a query keeps its gap from being open: it is out, or the provider said that there is nothing to document.
fn holds(query: &StoredQuery) -> bool {
    let nothing = matches!(query.outcome, Some(Outcome::Disagreed | Outcome::NotSignificant | Outcome::Undetermined | Outcome::RuledOut));
    query.version > 0 && (!query.state.is_over() || nothing)
}
