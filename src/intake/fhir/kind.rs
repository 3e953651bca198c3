//! What a resource says of the kind of a note: every word and code of its type and category, and its security labels. Which notes are
//! withheld is told from these (`chart/class.rs`), so none of them may be passed over because another one was enough to read it.

use super::super::json::{at, list, text};
use crate::chart::{DocumentClass, Record};
use serde_json::Value;

/// Where a resource names its kind.
const NAMES: [&str; 4] = ["type", "category", "code", "class"];

/// Gives it to every note that came of the resource.
pub(super) fn keep(records: &mut [Record], resource: &Value) {
    for record in records {
        let Record::Document(document) = record else { continue };
        for word in NAMES.iter().flat_map(|name| words(resource, name)) {
            if DocumentClass::is_told_by_type(&word) && !document.type_words.contains(&word) {
                document.type_words.push(word);
            }
        }
        let meta = at(resource, &["meta"]).unwrap_or(&Value::Null);
        let direct = list(meta, "security").iter().chain(list(resource, "security"));
        let labels = list(resource, "securityLabel").iter().flat_map(|concept| list(concept, "coding")).chain(direct);
        document.labels.extend(labels.filter_map(|coding| text(coding, &["code"])).filter(|label| DocumentClass::is_told_by_label(label)));
    }
}

fn words(resource: &Value, name: &str) -> Vec<String> {
    let concept = |one: &Value| {
        let of = |coding: &Value| [text(coding, &["display"]), text(coding, &["code"])];
        let codings = list(one, "coding").iter().flat_map(of).flatten();
        text(one, &["text"]).into_iter().chain(codings).collect::<Vec<_>>()
    };
    list(resource, name).iter().flat_map(concept).collect()
}
