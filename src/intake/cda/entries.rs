//! What stands in a document as data: results and vital signs, problems, procedures, drugs.

use super::Out;
use super::header::provider;
use super::xml::{
    all, at, attribute, attribute_at, called, coding, has_template, identifier_of, instant, line, referred, start, type_of, words,
};
use crate::chart::{Medication, MedicationKind, Observation, Problem, Procedure, Quantity, Record, Value};
use crate::error::Trouble;
use roxmltree::Node;
use std::collections::BTreeSet;

const RESULT: &str = "2.16.840.1.113883.10.20.22.4.2";
const VITAL_SIGN: &str = "2.16.840.1.113883.10.20.22.4.27";
const PROBLEM: &str = "2.16.840.1.113883.10.20.22.4.4";
const PROCEDURES: [&str; 3] = ["2.16.840.1.113883.10.20.22.4.12", "2.16.840.1.113883.10.20.22.4.13", "2.16.840.1.113883.10.20.22.4.14"];
const MEDICATION: &str = "2.16.840.1.113883.10.20.22.4.16";

/// Reads every entry of the body. What is denied ("no known problems") or did not happen is left to the narrative.
pub(super) fn read(root: Node<'_, '_>, out: &mut Out) {
    let Some(body) = at(root, &["component", "structuredBody"]) else { return };
    let mut names = Names { seen: BTreeSet::new(), unnamed: 0 };
    let mut odd = 0_u64;
    for node in body.descendants().filter(Node::is_element) {
        if node.attribute("negationInd") == Some("true") || node.attribute("nullFlavor").is_some() {
            continue;
        }
        let taken = match node.tag_name().name() {
            "observation" if has_template(node, &[RESULT]) => observation(node, "laboratory", &mut names, out),
            "observation" if has_template(node, &[VITAL_SIGN]) => observation(node, "vital-signs", &mut names, out),
            "observation" if has_template(node, &[PROBLEM]) => problem(node, &mut names, out),
            "observation" | "act" | "procedure" if has_template(node, &PROCEDURES) => procedure(node, &mut names, out),
            "substanceAdministration" if has_template(node, &[MEDICATION]) => medication(node, &mut names, out),
            _ => true,
        };
        odd += u64::from(!taken);
    }
    if odd > 0 {
        let what = format!("{odd} entries without a name were left out");
        out.notices
            .push(Trouble::input(what).at("", Some(line(&body))).why("neither a code nor words say what they are; the narrative was read"));
    }
}

/// Identifiers of entries: their own; one that comes twice in a document, or none, is made from the document's.
struct Names {
    seen: BTreeSet<(&'static str, String)>,
    unnamed: usize,
}

impl Names {
    fn of(&mut self, node: Node<'_, '_>, kind: &'static str, document: &str) -> String {
        let own = identifier_of(node).filter(|own| self.seen.insert((kind, own.clone())));
        own.unwrap_or_else(|| {
            self.unnamed += 1;
            format!("{document}#{}", self.unnamed)
        })
    }
}

fn observation(node: Node<'_, '_>, category: &str, names: &mut Names, out: &mut Out) -> bool {
    let code = at(node, &["code"]);
    let Some(name) = code.and_then(called) else { return false };
    let given = at(node, &["value"]);
    let value = given.and_then(value);
    // A result that is still to come says nothing yet.
    if value.is_none() && node.attribute("moodCode").is_some_and(|mood| mood != "EVN") {
        return true;
    }
    let range = at(node, &["referenceRange", "observationRange", "value"]);
    let limit = |edge: &str| range.and_then(|r| attribute_at(r, &[edge], "value")).and_then(|n| finite(&n));
    let time = start(at(node, &["effectiveTime"]), "observation/effectiveTime", &mut out.notices)
        .or_else(|| start(organizer(node).and_then(|o| at(o, &["effectiveTime"])), "organizer/effectiveTime", &mut out.notices));
    out.records.push(Record::Observation(Observation {
        identifier: names.of(node, "observation", &out.document),
        encounter: out.encounter.clone(),
        patient: out.patient.clone(),
        code: code.and_then(coding),
        name,
        category: Some(category.to_owned()),
        value,
        low: limit("low"),
        high: limit("high"),
        interpretation: attribute_at(node, &["interpretationCode"], "code"),
        time,
        status: attribute_at(node, &["statusCode"], "code").map(|status| match status.as_str() {
            "completed" => "final".to_owned(),
            "active" => "preliminary".to_owned(),
            _ => status,
        }),
        note: at(node, &["text"]).and_then(|text| words(text).or_else(|| referred(text))).filter(|note| !note.is_empty()),
        ..Observation::default()
    }));
    true
}

fn organizer<'n, 'd>(node: Node<'n, 'd>) -> Option<Node<'n, 'd>> {
    node.ancestors().find(|ancestor| ancestor.tag_name().name() == "organizer")
}

fn finite(words: &str) -> Option<f64> {
    words.parse::<f64>().ok().filter(|n| n.is_finite())
}

/// A value by its `xsi:type`.
fn value(node: Node<'_, '_>) -> Option<Value> {
    if node.attribute("nullFlavor").is_some() && node.attribute("value").is_none() {
        return None;
    }
    let quantity = |node: Node<'_, '_>, comparator: Option<&str>| {
        let unit = attribute(node, "unit").filter(|unit| unit != "1");
        Some(Value::Quantity(Quantity { value: finite(node.attribute("value")?)?, comparator: comparator.map(str::to_owned), unit }))
    };
    match type_of(node) {
        Some("PQ" | "INT" | "REAL") => quantity(node, None).or_else(|| attribute(node, "value").map(Value::Text)),
        Some("IVL_PQ" | "IVL_INT" | "IVL_REAL") => {
            let (low, high) = (at(node, &["low"]), at(node, &["high"]));
            let given = |edge: &Node<'_, '_>| edge.attribute("value").is_some();
            match (low.filter(given), high.filter(given)) {
                (Some(low), None) => quantity(low, Some(if low.attribute("inclusive") == Some("false") { ">" } else { ">=" })),
                (None, Some(high)) => quantity(high, Some(if high.attribute("inclusive") == Some("false") { "<" } else { "<=" })),
                (Some(low), Some(high)) => {
                    let unit = attribute(high, "unit").map(|unit| format!(" {unit}")).unwrap_or_default();
                    Some(Value::Text(format!("{}-{}{unit}", attribute(low, "value")?, attribute(high, "value")?)))
                }
                (None, None) => None,
            }
        }
        Some("CD" | "CE" | "CO" | "CV" | "CS") => called(node).map(Value::Text),
        _ => words(node).or_else(|| referred(node)).or_else(|| attribute(node, "value")).map(Value::Text),
    }
}

/// A problem observation, inside its concern act.
fn problem(node: Node<'_, '_>, names: &mut Names, out: &mut Out) -> bool {
    let named = at(node, &["value"]);
    let name = named.and_then(called).or_else(|| at(node, &["text"]).and_then(|text| words(text).or_else(|| referred(text))));
    let Some(name) = name else { return false };
    let concern = node.ancestors().find(|ancestor| ancestor.tag_name().name() == "act");
    let time = at(node, &["effectiveTime"]);
    let resolved = time.and_then(|time| at(time, &["high"])).is_some_and(|high| high.attribute("value").is_some());
    let stated = concern.and_then(|act| attribute_at(act, &["statusCode"], "code"));
    let diagnosis = section_code(node).is_some_and(|code| matches!(code.as_str(), "11535-2" | "46241-6" | "29308-4" | "51848-0"));
    let onset = start(time, "problem/effectiveTime", &mut out.notices);
    let recorded = concern.and_then(|act| at(act, &["author", "time"])).or_else(|| at(node, &["author", "time"]));
    out.records.push(Record::Problem(Problem {
        identifier: names.of(node, "problem", &out.document),
        encounter: out.encounter.clone(),
        patient: out.patient.clone(),
        code: named.and_then(coding),
        name,
        category: Some(if diagnosis { "encounter-diagnosis" } else { "problem-list-item" }.to_owned()),
        clinical_status: if resolved {
            Some("resolved".to_owned())
        } else {
            stated.map(|status| if status == "completed" { "resolved".to_owned() } else { status })
        },
        verification: None,
        onset,
        recorded: instant(recorded, "problem/author/time", &mut out.notices),
        ..Problem::default()
    }));
    true
}

fn section_code(node: Node<'_, '_>) -> Option<String> {
    attribute_at(node.ancestors().find(|ancestor| ancestor.tag_name().name() == "section")?, &["code"], "code")
}

fn procedure(node: Node<'_, '_>, names: &mut Names, out: &mut Out) -> bool {
    let code = at(node, &["code"]);
    let Some(name) = code.and_then(called) else { return false };
    // What is planned is no procedure yet.
    if node.attribute("moodCode").is_some_and(|mood| mood != "EVN") {
        return true;
    }
    let time = at(node, &["effectiveTime"]);
    let begun = start(time, "procedure/effectiveTime", &mut out.notices);
    let end = instant(time.and_then(|time| at(time, &["high"])), "procedure/effectiveTime", &mut out.notices);
    out.records.push(Record::Procedure(Procedure {
        identifier: names.of(node, "procedure", &out.document),
        encounter: out.encounter.clone(),
        patient: out.patient.clone(),
        code: code.and_then(coding),
        name,
        status: attribute_at(node, &["statusCode"], "code"),
        start: begun,
        end,
        performer: at(node, &["performer", "assignedEntity"]).and_then(provider),
        ..Procedure::default()
    }));
    true
}

fn medication(node: Node<'_, '_>, names: &mut Names, out: &mut Out) -> bool {
    let material = at(node, &["consumable", "manufacturedProduct", "manufacturedMaterial"]);
    let code = material.and_then(|m| at(m, &["code"]));
    let Some(name) = code.and_then(called).or_else(|| material.and_then(|m| at(m, &["name"])).and_then(words)) else { return false };
    // 29549-3 medications administered; home lists: 10160-0 history, 42346-7 admission, 10183-2 and 75311-1 discharge.
    let kind = match section_code(node).as_deref() {
        Some("29549-3") => MedicationKind::Given,
        Some("10160-0" | "42346-7" | "10183-2" | "75311-1") => MedicationKind::Home,
        _ if node.attribute("moodCode") == Some("INT") => MedicationKind::Ordered,
        _ => MedicationKind::Home,
    };
    let period = all(node, "effectiveTime").find(|time| type_of(*time) == Some("IVL_TS") || at(*time, &["low"]).is_some());
    let period = period.or_else(|| all(node, "effectiveTime").find(|time| time.attribute("value").is_some()));
    let time = start(period, "medication/effectiveTime", &mut out.notices);
    let end = instant(period.and_then(|period| at(period, &["high"])), "medication/effectiveTime", &mut out.notices);
    let dose = at(node, &["doseQuantity"]).and_then(|dose| {
        let unit = attribute(dose, "unit").filter(|unit| unit != "1").map(|unit| format!(" {unit}")).unwrap_or_default();
        Some(format!("{}{unit}", attribute(dose, "value")?))
    });
    out.records.push(Record::Medication(Medication {
        identifier: names.of(node, "medication", &out.document),
        encounter: out.encounter.clone(),
        patient: out.patient.clone(),
        code: code.and_then(coding),
        name,
        kind,
        dose,
        route: at(node, &["routeCode"]).and_then(called),
        status: attribute_at(node, &["statusCode"], "code"),
        time,
        end,
        ..Medication::default()
    }));
    true
}
