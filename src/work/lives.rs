//! The life of a gap between two evaluations: what a later document resolved, and what came back.

use super::model::GapMark;
use crate::chart::Instant;
use crate::checklist::{Gap, GapState, Subject};
use crate::error::Result;
use crate::store::{SEEN_BY, Store};
use std::collections::{BTreeMap, BTreeSet};

/// What changed from one evaluation of an encounter to the next, by the same packs and reader: gaps that are gone are resolved,
/// gaps that are new are open, for [`drop_strangers`] to tell the ones that came back.
pub(super) fn changes(encounter: &str, before: &[Gap], now: &[Gap], subject: &Subject<'_>, at: &Instant) -> Vec<GapMark> {
    let keys = |gaps: &[Gap]| gaps.iter().map(Gap::key).collect::<BTreeSet<String>>();
    let (old, new) = (keys(before), keys(now));
    let mark = |key: &str, state: GapState, reason: String| GapMark {
        encounter: encounter.to_owned(),
        key: key.to_owned(),
        state,
        reason,
        by: SEEN_BY.to_owned(),
        at: *at,
    };
    let mut out = Vec::new();
    for gap in before.iter().filter(|gap| !new.contains(&gap.key())) {
        let reason = match resolved_by(gap, subject) {
            Some(document) => format!("by document {document}"),
            None => "no longer found".to_owned(),
        };
        out.push(mark(&gap.key(), GapState::Resolved, reason));
    }
    out.extend(new.iter().filter(|key| !old.contains(*key)).map(|key| mark(key, GapState::Open, "found again".to_owned())));
    out
}

/// The document that resolved a gap: the newest arrival that names its condition, else the newest of its type, else the newest.
fn resolved_by(gap: &Gap, subject: &Subject<'_>) -> Option<String> {
    let mut documents: Vec<_> = subject.chart.documents.iter().zip(subject.readings).collect();
    documents.sort_by_key(|(document, _)| std::cmp::Reverse(document.id));
    let names = gap
        .condition
        .as_deref()
        .and_then(|condition| documents.iter().find(|(_, reading)| reading.mentions.iter().any(|mention| mention.concept == condition)));
    let typed = gap.document_type.as_deref().and_then(|wanted| {
        documents.iter().find(|(document, reading)| document.document_type.unwrap_or(reading.document_type).name() == wanted)
    });
    names.or(typed).or(documents.first()).map(|(document, _)| document.identifier.clone())
}

/// Keeps of the gaps that are new only those that had been resolved before (the others are simply found), and of the resolved
/// ones only those that nobody had set aside.
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
    changes.retain(|change| {
        let state = newest.get(&(change.encounter.clone(), change.key.clone())).copied();
        match change.state {
            GapState::Open => state == Some(GapState::Resolved),
            _ => state != Some(GapState::Dismissed),
        }
    });
    Ok(())
}
