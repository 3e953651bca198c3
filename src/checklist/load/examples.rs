//! Reads the examples of an item: a text, or a chart in a few lines.

use super::fields::{Fields, Word};
use super::{CLASSES, document_types, spelling};
use crate::chart::{MedicationKind, Observation, Quantity, Role, Sex, Value};
use crate::checklist::example::{Example, Sketch, SketchDocument, SketchDrug, SketchValue};
use crate::checklist::names;

pub(super) const ROLES: [(&str, Role); 10] = [
    ("physician", Role::Physician),
    ("resident", Role::Resident),
    ("advanced_practice", Role::AdvancedPractice),
    ("nurse", Role::Nurse),
    ("dietitian", Role::Dietitian),
    ("therapist", Role::Therapist),
    ("pharmacist", Role::Pharmacist),
    ("case_manager", Role::CaseManager),
    ("other", Role::Other),
    ("not_given", Role::NotGiven),
];

/// The examples of an item.
/// `own`: names are looked up too, so that a slip in an example that must not fire is no proof.
pub(super) fn read(item: &Fields<'_, '_, '_>, own: bool) -> Vec<Example> {
    item.tables("example", "an `[[item.example]]`")
        .into_iter()
        .map(|fields| {
            let example = Example {
                fires: fields.need_flag("fires", "true when the item must find a gap here, else false"),
                why: fields.need_word("why", "why it must, or must not, fire").text,
                chart: sketch(&fields, own),
                says: fields.words("says").into_iter().map(|word| word.text).collect(),
                line: fields.log().line(fields.at()),
            };
            fields.finish();
            example
        })
        .collect()
}

fn sketch(fields: &Fields<'_, '_, '_>, own: bool) -> Sketch {
    let mut chart = Sketch { as_of: fields.number("as_of").unwrap_or(72.0), ..Sketch::default() };
    if let Some(text) = fields.text("text") {
        let document_type = document_types(fields, "type").into_iter().next();
        chart.documents.push(SketchDocument { document_type, text, ..SketchDocument::default() });
        if !fields.has("class") {
            return chart;
        }
    } else {
        chart.class = Some(crate::chart::EncounterClass::Inpatient);
    }
    if let Some(class) = fields.one_of("class", &CLASSES, "a kind of encounter") {
        chart.class = class;
    }
    chart.discharged = fields.number("discharged");
    chart.age = fields.has("age").then(|| fields.count("age", 0));
    chart.service = fields.word("service").map(|word| word.text);
    chart.disposition = fields.word("disposition").map(|word| word.text);
    chart.died = fields.number("died");
    chart.registered = fields.number("registered");
    chart.sex = fields.one_of("sex", &[("female", Sex::Female), ("male", Sex::Male)], "female or male");
    for document in fields.tables("documents", "a document of the example") {
        chart.documents.push(SketchDocument {
            document_type: document_types(&document, "type").into_iter().next(),
            at: document.number("at").unwrap_or_default(),
            role: document.one_of("role", &ROLES, "what the author does").unwrap_or(Role::Physician),
            author: document.word("author").map(|word| word.text),
            signed: document.has("signed").then(|| document.flag("signed", true)),
            preliminary: document.flag("preliminary", false),
            title: document.word("title").map(|word| word.text),
            service: document.word("service").map(|word| word.text),
            prior: document.flag("prior", false),
            text: document.text("text").unwrap_or_default(),
            ..SketchDocument::default()
        });
        document.finish();
    }
    chart.observations = fields.words("values").iter().filter_map(|word| value(fields, word, own)).collect();
    chart.medications = fields.words("medications").iter().filter_map(|word| drug(fields, word, own)).collect();
    let timed = |key: &'static str| -> Vec<(String, f64)> {
        fields.words(key).iter().filter_map(|word| at_hours(fields, word)).map(|(name, at, _)| (name, at)).collect()
    };
    chart.orders = fields.words("orders").iter().filter_map(|word| at_hours(fields, word)).collect();
    chart.procedures = timed("procedures");
    chart.problems = timed("problems");
    for word in fields.words("problems").iter().filter(|_| own) {
        let name = word.text.rsplit_once(" at ").map_or(word.text.as_str(), |(name, _)| name);
        if let Some(near) = spelling::of_illness(name) {
            fields.say(
                word.at,
                format!("no illness is called `{name}`"),
                "the name of an illness",
                Some(format!("did you mean `{near}`?")),
            );
        }
    }
    chart
}

/// `WHAT at HOURS h (remark)`: the parts.
fn at_hours(fields: &Fields<'_, '_, '_>, word: &Word) -> Option<(String, f64, Option<String>)> {
    let (main, note) = match word.text.split_once('(') {
        Some((main, note)) => (main.trim(), Some(note.trim_end_matches(')').trim().to_owned())),
        None => (word.text.trim(), None),
    };
    let parts = main.rsplit_once(" at ");
    let hours = parts.and_then(|(_, hours)| hours.trim().trim_end_matches('h').trim().parse::<f64>().ok());
    match (parts, hours) {
        (Some((what, _)), Some(hours)) if hours.is_finite() => Some((what.trim().to_owned(), hours, note)),
        _ => {
            fields.say(word.at, "no hour is given", "`... at 24 h`, hours after admission, negative before", None);
            None
        }
    }
}

fn value(fields: &Fields<'_, '_, '_>, word: &Word, own: bool) -> Option<SketchValue> {
    let (what, at, note) = at_hours(fields, word)?;
    let mut parts = what.splitn(3, ' ');
    let (name, number, unit) = (parts.next()?, parts.next().and_then(|n| n.parse::<f64>().ok()), parts.next().unwrap_or_default());
    let Some(value) = number else {
        fields.say(word.at, "no number is given", "`creatinine 1.0 mg/dL at 0 h`", None);
        return None;
    };
    if own {
        measured(fields, word, name, value, unit);
    }
    Some(SketchValue { name: name.to_owned(), value, unit: unit.to_owned(), at, note })
}

/// Says what keeps a value of an example from being read: its name or its unit.
fn measured(fields: &Fields<'_, '_, '_>, word: &Word, name: &str, value: f64, unit: &str) {
    let Some(canonical) = names::observations().iter().find(|known| *known == name).map(String::as_str).or(names::observation_called(name))
    else {
        return fields.unknown_observation(&Word { text: name.to_owned(), at: word.at });
    };
    let sent = Observation {
        name: name.to_owned(),
        value: Some(Value::Quantity(Quantity { value, comparator: None, unit: Some(unit.to_owned()) })),
        ..Observation::default()
    };
    let own = names::unit(canonical).unwrap_or_default();
    let bare = matches!(own, "" | "1") || own.starts_with('{') || own.starts_with('[');
    if unit.is_empty() && !bare {
        let expected = format!("`{name} {value} {own} at ...`: a number without its unit could be any");
        fields.say(word.at, format!("`{name}` has no unit"), expected, Some(format!("did you mean `{own}`?")));
    } else if names::of(&sent).is_none() && names::canonical(canonical, value, unit).is_none() {
        let expected = format!("a unit that can be converted to {own}");
        fields.say(word.at, format!("`{unit}` is no unit of {canonical}"), expected, Some(format!("did you mean `{own}`?")));
    }
}

fn drug(fields: &Fields<'_, '_, '_>, word: &Word, own: bool) -> Option<SketchDrug> {
    let (what, at, _) = at_hours(fields, word)?;
    let mut kind = MedicationKind::Ordered;
    let mut route = None;
    let (mut name, mut dose) = (Vec::new(), None);
    let mut parts = what.split(' ').peekable();
    while let Some(part) = parts.next() {
        if part.starts_with(|c: char| c.is_ascii_digit())
            && let Some(unit) = parts.next_if(|unit| crate::checklist::dose::scale(unit).is_some())
        {
            dose = Some(format!("{part} {unit}"));
            continue;
        }
        match part.to_ascii_lowercase().as_str() {
            "given" => kind = MedicationKind::Given,
            "ordered" => kind = MedicationKind::Ordered,
            "home" => kind = MedicationKind::Home,
            "iv" | "po" | "sc" | "im" | "inh" => route = Some(part.to_ascii_uppercase()),
            _ => name.push(part),
        }
    }
    let name = name.join(" ");
    if let Some(kind) = spelling::of_kind(&name).filter(|_| own) {
        let expected = "`given`, `ordered` or `home` before the name of the drug";
        fields.say(word.at, format!("`{name}` is read as the name of a drug"), expected, Some(format!("did you mean `{kind}`?")));
    } else if let Some(near) = spelling::of_drug(&name).filter(|_| own) {
        fields.say(word.at, format!("no drug is called `{name}`"), "the name of a drug", Some(format!("did you mean `{near}`?")));
    }
    Some(SketchDrug { name, route, dose, kind, at })
}
