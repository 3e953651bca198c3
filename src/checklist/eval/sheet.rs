//! Every condition of a rule in words, for those who approve it. Written from the serialised rule: what a field says is left out only where
//! it is named here as said already, so that a field that is added to the model shows without anybody's doing.

use super::describe;
use crate::checklist::check::Check;
use crate::checklist::indicator::{Baseline, Indicator, ObservationTest, Test};
use crate::checklist::item::Item;
use serde::Serialize;
use serde_json::Value;

/// How fields read.
const WORDS: [(&str, &str); 30] = [
    ("classes", "for"),
    ("lone_note", "also for a note that came alone"),
    ("document_types", "only in"),
    ("services", "only on the service or unit"),
    ("age_min", "from the age of"),
    ("age_max", "up to the age of"),
    ("sex", "only for the sex"),
    ("stay_at_least", "only for stays of so many hours or more:"),
    ("stay_below", "only for stays of fewer hours than"),
    ("discharged_at_least", "only so many hours or more after discharge:"),
    ("discharged_below", "only within so many hours of discharge:"),
    ("assertions", "standing as"),
    ("sections", "only under"),
    ("not_sections", "not under"),
    ("kinds", "taken as"),
    ("except", "not"),
    ("statuses", "with the state"),
    ("not_near", "not beside"),
    ("not_noted", "not where the remark says"),
    ("min_documents", "in at least so many documents:"),
    ("prior_days", "a baseline of so many days at most:"),
    ("window_hours", "together within hours:"),
    ("groups", "at least of each group:"),
    ("needs_data", "cannot be told without a value of"),
    ("possible", "also where it is only suspected"),
    ("anybody", "whoever says it"),
    ("told_by", "a lone note needs a heading with"),
    ("least_held", "a lone note holds at least so many of them:"),
    ("answers", "answers the checks"),
    ("query_template", "query template"),
];

/// A value as a person reads it; `None` for what says nothing.
fn shown(value: &Value) -> Option<String> {
    match value {
        Value::Null | Value::Bool(false) => None,
        Value::Bool(true) => Some(String::new()),
        Value::Number(number) => Some(number.as_f64().map_or_else(|| number.to_string(), |n| format!("{n}"))),
        Value::String(text) => (!text.is_empty()).then(|| text.replace('_', " ")),
        Value::Array(list) => {
            let words: Vec<String> = list.iter().filter_map(shown).collect();
            let pair = list.len() == 2 && list.iter().any(|part| part.is_array() || part.is_number());
            // Pairs hold together; of plain words any will do.
            let all = list.iter().all(Value::is_array);
            let said = || if all { describe::list(&words) } else { describe::choice(&words) };
            if pair { Some(words.join(": ")) } else { (!words.is_empty()).then(said) }
        }
        Value::Object(fields) => {
            let words: Vec<String> = fields.iter().filter_map(|(key, value)| phrase(key, value)).collect();
            (!words.is_empty()).then(|| words.join(", "))
        }
    }
}

fn phrase(key: &str, value: &Value) -> Option<String> {
    let said = shown(value)?;
    let known = WORDS.iter().find(|(name, _)| *name == key).map(|(_, words)| (*words).to_owned());
    let key = known.unwrap_or_else(|| if said.is_empty() { key.replace('_', " ") } else { format!("{}:", key.replace('_', " ")) });
    Some(format!("{key} {said}").trim_end().trim_end_matches(':').to_owned())
}

/// What the fields say, beside those that are `said` already.
fn rest<T: Serialize>(of: &T, said: &[&str]) -> Vec<String> {
    let value = serde_json::to_value(of).unwrap_or_default();
    // A choice of shapes with one inside is that one.
    let value = match value {
        Value::Object(fields) if fields.len() == 1 && fields.values().all(Value::is_object) => {
            fields.into_values().next().unwrap_or_default()
        }
        other => other,
    };
    let fields = value.as_object().into_iter().flatten().filter(|(key, _)| !said.contains(&key.as_str()));
    fields.filter_map(|(key, value)| phrase(key, value)).collect()
}

/// A question with every condition of it.
pub(super) fn test(test: &Test) -> String {
    let mut said: Vec<&str> = vec!["when", "author"];
    let more = match test {
        Test::Concept(one) => {
            said.extend(["concepts", "attribute", "unless", "max_documents", "only_in", "prior"]);
            if one.min_documents < 2 {
                said.push("min_documents");
            }
            if one.assertions == [crate::reading::Assertion::Present] {
                said.push("assertions");
            }
            rest(one, &said)
        }
        Test::Observation(one) => return format!("{}{}", describe::test(test), observation(one)),
        Test::Medication(one) => {
            said.extend(["concepts", "words", "routes", "dose_at_least", "dose_below", "dose_unit", "for_hours"]);
            let mut more = rest(one, &said);
            if one.kinds.is_empty() {
                more.push("taken as ordered or given".to_owned());
            }
            more
        }
        Test::Order(one) | Test::Procedure(one) => {
            said.extend(["concepts", "words"]);
            rest(one, &said)
        }
        Test::Words(one) => {
            said.extend(["words", "near", "assertions", "titles"]);
            if one.min_documents < 2 {
                said.push("min_documents");
            }
            rest(one, &said)
        }
        Test::Document(one) => {
            said.extend(["types", "titles", "min_documents", "max_documents"]);
            rest(one, &said)
        }
    };
    format!("{}{}", describe::test(test), behind(&more))
}

fn behind(more: &[String]) -> String {
    if more.is_empty() { String::new() } else { format!(", {}", more.join(", ")) }
}

fn observation(one: &ObservationTest) -> String {
    let mut said = vec![
        "when",
        "observation",
        "compare",
        "unit",
        "written",
        "within_hours",
        "times",
        "baseline",
        "room_air",
        "on_oxygen",
        "for_hours",
        "apart_hours",
        "in_prior",
        "always",
        "beside",
        "in_notes",
    ];
    if one.baseline == Baseline::Stay {
        said.push("prior_days");
    }
    let mut more = rest(one, &said);
    if !one.in_notes {
        more.push("what notes state does not count".to_owned());
    }
    if let Some(beside) = one.beside.as_deref().map(observation).filter(|more| !more.is_empty()) {
        more.push(format!("that value{beside}"));
    }
    behind(&more)
}

/// An indicator with every condition of it.
pub(super) fn indicator(one: &Indicator) -> String {
    let tests: Vec<String> = one.any.iter().map(test).collect();
    let mut more = String::new();
    for (words, name) in [("for the group", &one.group), ("only for", &one.condition), ("counts only with", &one.with)] {
        more.push_str(&name.as_ref().map(|name| format!("; {words} {}", name.replace('_', " "))).unwrap_or_default());
    }
    more.push_str(&behind(&rest(one, &["name", "label", "group", "condition", "with", "any"])));
    format!("{} ({}{more})", one.label, tests.join("; or "))
}

/// Whom an item is for, and what it says that nothing else says.
pub(super) fn item(item: &Item) -> Vec<String> {
    let mut out = rest(&item.scope, &[]);
    let said = [
        "id",
        "pack",
        "version",
        "kind",
        "condition",
        "title",
        "titles",
        "why",
        "severity",
        "authority",
        "covered_by",
        "scope",
        "effective_from",
        "effective_to",
        "check",
        "satisfied_by",
        "only_if",
        "suppress_if",
        "counter",
        "clinical",
    ];
    out.extend(rest(item, &said));
    out
}

/// What the check of an item says beside its indicators and its own words.
pub(super) fn check(check: &Check) -> Vec<String> {
    match check {
        Check::Clock(clock) => {
            let mut out = rest(&clock.wanted, &["types", "found_by", "name"]);
            out.extend(rest(clock, &["wanted", "events", "judged_if"]));
            out
        }
        Check::Elements(elements) => {
            rest(elements, &["document", "required", "advised", "elsewhere", "in_record", "only", "unless", "held_by"])
        }
        Check::Attributes(attributes) => rest(attributes, &["attributes", "not_with", "not_after", "awaits", "stated_by"]),
        Check::Indicators(indicators) => {
            let mut out = rest(indicators, &["indicators", "evidence_min", "condition_satisfies"]);
            if !indicators.condition_satisfies {
                out.push("the bare name of the condition does not document it".to_owned());
            }
            out
        }
        Check::Support(support) => rest(support, &["indicators", "support_min"]),
        Check::Conflict(conflict) => rest(conflict, &[]),
        Check::Poa(poa) => rest(poa, &["earlier"]),
        Check::Copied(copied) => rest(copied, &[]),
        Check::Signature(signature) => rest(signature, &[]),
        Check::Pair(pair) => {
            let mut out = rest(pair, &["each", "lacks", "authors", "documents", "after_hours", "within_hours"]);
            let each: Vec<String> = pair.each.iter().filter_map(|of| of.condition.as_deref()).map(describe::name).collect();
            if !each.is_empty() {
                out.push(format!("for each of {}", describe::list(&each)));
            }
            out
        }
        Check::Parts(parts) => {
            let mut out = rest(&parts.wanted, &["found_by", "name"]);
            out.extend(rest(parts, &["wanted", "parts"]));
            for part in &parts.parts {
                out.push(format!("the part {}: {}", describe::name(&part.name), rest(part, &["name"]).join(", ")));
            }
            out
        }
    }
}
