//! Several gaps that are one question: their proofs come together.

use crate::checklist::{Gap, GapKind};

/// A copied note is one gap, however many items see it: the gravest stays, in the order of the packs, with the proof of all.
pub(super) fn one_for_each_copy(gaps: Vec<Gap>) -> Vec<Gap> {
    let mut out: Vec<Gap> = Vec::new();
    for gap in gaps {
        let note = gap.evidence.first().map(|e| e.source().to_owned());
        let same =
            |other: &Gap| other.kind == GapKind::Copied && note.is_some() && other.evidence.first().map(|e| e.source()) == note.as_deref();
        match out.iter_mut().find(|other| gap.kind == GapKind::Copied && same(other)) {
            Some(other) if other.severity >= gap.severity => join(other, gap),
            Some(other) => {
                let weaker = std::mem::replace(other, gap);
                join(other, weaker);
            }
            None => out.push(gap),
        }
    }
    out
}

/// A question that is asked once keeps the proof of both items that ask it.
pub(super) fn carry(gap: &mut Gap, other: Gap) {
    if !gap.also.contains(&other.item) {
        gap.also.push(other.item.clone());
    }
    let missing = if gap.condition == other.condition { other.missing } else { Vec::new() };
    join(gap, Gap { missing, evidence: other.evidence, counter_evidence: other.counter_evidence, ..gap.clone() });
}

/// The same gap found twice: its proofs are joined.
pub(super) fn join(gap: &mut Gap, other: Gap) {
    for proof in other.evidence {
        if !gap.evidence.contains(&proof) {
            gap.evidence.push(proof);
        }
    }
    // What one of the two stands on is not what speaks against it.
    let counter = gap.counter_evidence.drain(..).chain(other.counter_evidence).collect::<Vec<_>>();
    for proof in counter {
        if !gap.evidence.contains(&proof) && !gap.counter_evidence.contains(&proof) {
            gap.counter_evidence.push(proof);
        }
    }
    for missing in other.missing {
        if !gap.missing.contains(&missing) {
            gap.missing.push(missing);
        }
    }
}
