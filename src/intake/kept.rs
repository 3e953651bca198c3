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
/// The extension in which another one travels whose element our own export does not have.
const INSIDE: &str = "urn:lacuna:inside";
/// Where extensions stand.
const NAMES: [&str; 2] = ["extension", "modifierExtension"];

/// The extensions of a resource, and of the elements in it, that nothing else reads, by their places.
pub(super) fn of_resource(resource: &Value) -> Vec<Kept> {
    let mut kept = Vec::new();
    for name in NAMES {
        for extension in list(resource, name) {
            let url = text(extension, &["url"]).unwrap_or_default();
            if url == SEGMENT {
                let words = text(extension, &["valueString"]).unwrap_or_default();
                let segment: String = words.chars().take(3).collect();
                kept.push(Kept { name: segment, value: words.into() });
            } else if url == INSIDE {
                kept.extend(from_inside(extension));
            } else if !url.is_empty() && !url.starts_with(OURS) {
                kept.push(Kept { name: name.to_owned(), value: extension.clone() });
            }
        }
    }
    for (key, value) in resource.as_object().into_iter().flatten() {
        // What stands inside as a resource of its own is another record, or none.
        if !NAMES.contains(&key.as_str()) && key != "contained" && holds(value) {
            walk(value, &mut key.clone(), &mut kept);
        }
    }
    kept.sort_by(|one, other| one.name.cmp(&other.name)); // stable: those of one place keep their order
    kept
}

/// Whether there is an extension anywhere inside: most elements have none, and nothing is written down for them.
fn holds(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(holds),
        Value::Object(fields) => fields.iter().any(|(key, value)| NAMES.contains(&key.as_str()) || holds(value)),
        _ => false,
    }
}

/// Gathers the extensions inside an element. `way` names it; an item of a list is named by its number where it is not the only one.
fn walk(value: &Value, way: &mut String, kept: &mut Vec<Kept>) {
    let length = way.len();
    match value {
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                if items.len() > 1 {
                    way.push_str(&format!("[{at}]"));
                }
                walk(item, way, kept);
                way.truncate(length);
            }
        }
        Value::Object(fields) => {
            for (key, value) in fields {
                way.push('.');
                way.push_str(key);
                if NAMES.contains(&key.as_str()) {
                    let foreign = |one: &&Value| text(one, &["url"]).is_some_and(|url| !url.starts_with(OURS));
                    let all = value.as_array().into_iter().flatten().filter(foreign);
                    kept.extend(all.map(|one| Kept { name: way.clone(), value: one.clone() }));
                } else {
                    walk(value, way, kept);
                }
                way.truncate(length);
            }
        }
        _ => {}
    }
}

/// What our own export carried at the top because its element was not there.
fn from_inside(extension: &Value) -> Option<Kept> {
    let parts = list(extension, NAMES[0]);
    let place = parts.iter().find(|part| text(part, &["url"]).as_deref() == Some("place"))?;
    let name = text(place, &["valueString"])
        .filter(|name| NAMES.iter().any(|end| name.strip_suffix(end).is_some_and(|way| way.ends_with('.'))))?;
    let value = parts.iter().find(|part| text(part, &["url"]).as_deref() != Some("place"))?.clone();
    Some(Kept { name, value })
}

/// Gives the version that a resource says of itself to every record that came of it; a patient or a stay that stands inside it is another
/// resource.
pub(super) fn keep_version(records: &mut [Record], resource: &Value) {
    let Some(version) = text(resource, &["meta", "versionId"]) else { return };
    let kind = text(resource, &["resourceType"]);
    for record in records {
        let its = match record.kind() {
            RecordKind::Patient => kind.as_deref() == Some("Patient"),
            RecordKind::Encounter => kind.as_deref() == Some("Encounter"),
            RecordKind::Provider | RecordKind::Change => false,
            _ => true,
        };
        if let Some(kept) = record.kept_mut().filter(|_| its) {
            kept.push(Kept { name: Kept::VERSION.to_owned(), value: version.clone().into() });
            kept.sort_by(|one, other| one.name.cmp(&other.name));
        }
    }
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
