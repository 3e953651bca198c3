//! What senders gave beside what is read goes back as it came: versions, extensions where they stood, segments of HL7 v2 in an extension of
//! our own.

use crate::chart::Kept;
use serde_json::{Map, Value, json};

/// Puts it into a resource. An extension of an element goes back into that element where this resource has it, once as the sender had it
/// once; else it travels at the top with the name of its place.
pub(super) fn give_back(resource: &mut Map<String, Value>, kept: &[Kept]) {
    for one in kept {
        let (name, value) = (one.name.as_str(), one.value.clone());
        if one.is_version() {
            resource.insert("meta".to_owned(), json!({ "versionId": value }));
            continue;
        }
        if let Some(list) = list_at(resource, name) {
            list.push(value);
            continue;
        }
        let carried = if name.ends_with(".extension") || name.ends_with(".modifierExtension") {
            json!({"url": "urn:lacuna:inside", "extension": [{"url": "place", "valueString": name}, value]})
        } else {
            json!({"url": "urn:lacuna:hl7-segment", "valueString": value})
        };
        if let Some(list) = list_at(resource, "extension") {
            list.push(carried);
        }
    }
}

/// The list of extensions with this name: `extension` of the resource itself, `name.extension` of its only name. `None` where this resource
/// has no such element, or several.
fn list_at<'r>(resource: &'r mut Map<String, Value>, name: &str) -> Option<&'r mut Vec<Value>> {
    let (way, list) = name.rsplit_once('.').map_or((None, name), |(way, list)| (Some(way), list));
    if !matches!(list, "extension" | "modifierExtension") {
        return None;
    }
    let mut here = resource;
    for step in way.into_iter().flat_map(|way| way.split('.')) {
        // Before the sender's identifiers stands one of ours; a number says that there were several.
        if step == "identifier" || step.ends_with(']') {
            return None;
        }
        // Beside a plain value stands what belongs to it, under its name with a line before it.
        if let Some(plain) = step.strip_prefix('_')
            && here.get(plain).is_some_and(|value| !value.is_array() && !value.is_object())
        {
            here.entry(step).or_insert_with(|| json!({}));
        }
        here = match here.get_mut(step)? {
            Value::Object(fields) => fields,
            Value::Array(items) if items.len() == 1 => items.first_mut()?.as_object_mut()?,
            _ => return None,
        };
    }
    here.entry(list).or_insert_with(|| json!([])).as_array_mut()
}
