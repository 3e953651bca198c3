//! What a sender gives beside what is read: extensions of FHIR that are not ours, segments of HL7 v2 that begin with Z. It goes with the
//! record that it was sent with, as it came, and an export gives it back.

use super::json::{list, text};
use crate::chart::{Kept, Record, RecordKind};
use crate::hl7::syntax::Message;
use serde_json::Value;

/// What our own extensions begin with.
const OURS: &str = "urn:lacuna:";
/// The extension in which a segment of HL7 v2 travels through FHIR.
const SEGMENT: &str = "urn:lacuna:hl7-segment";

/// The extensions of a resource that nothing else reads.
pub(super) fn of_resource(resource: &Value) -> Vec<Kept> {
    let mut kept = Vec::new();
    for name in ["extension", "modifierExtension"] {
        for extension in list(resource, name) {
            let url = text(extension, &["url"]).unwrap_or_default();
            if url == SEGMENT {
                let words = text(extension, &["valueString"]).unwrap_or_default();
                let segment: String = words.chars().take(3).collect();
                kept.push(Kept { name: segment, value: words.into() });
            } else if !url.is_empty() && !url.starts_with(OURS) {
                kept.push(Kept { name: name.to_owned(), value: extension.clone() });
            }
        }
    }
    kept
}

/// The segments of a message that its sender made up.
pub(super) fn of_message(message: &Message) -> Vec<Kept> {
    let own = message.segments.iter().filter(|segment| segment.name().starts_with('Z') && segment.name().len() == 3);
    own.map(|segment| Kept { name: segment.name().to_owned(), value: segment.words().into() }).collect()
}

/// Gives it to the record that it was sent with: the first of these kinds that there is.
pub(super) fn keep(records: &mut [Record], kept: Vec<Kept>, with: &[RecordKind]) {
    if kept.is_empty() {
        return;
    }
    let at = with.iter().find_map(|kind| records.iter().position(|record| record.kind() == *kind));
    if let Some(place) = at.and_then(|at| records.get_mut(at)).and_then(Record::kept_mut) {
        *place = kept;
    }
}

/// A note, a result or an order before the stay that it is of.
pub(super) const OF_ITS_OWN: [RecordKind; 8] = [
    RecordKind::Document,
    RecordKind::Observation,
    RecordKind::Order,
    RecordKind::Medication,
    RecordKind::Procedure,
    RecordKind::Problem,
    RecordKind::Encounter,
    RecordKind::Patient,
];
/// What tells of a stay, whatever else it holds.
pub(super) const OF_A_STAY: [RecordKind; 2] = [RecordKind::Encounter, RecordKind::Patient];
