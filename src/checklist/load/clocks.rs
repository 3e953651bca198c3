//! Reads clocks and the parts of documents.

use super::fields::{Fields, Word};
use super::leaves::known_concepts;
use super::{Context, check_section, document_types, leaves};
use crate::chart::DocumentType;
use crate::checklist::check::{Clock, ClockStart, Part, Parts, Wanted};
use crate::checklist::names;

pub(super) const STARTS: [(&str, ClockStart); 7] = [
    ("admission", ClockStart::Admission),
    ("procedure_start", ClockStart::ProcedureStart),
    ("procedure_end", ClockStart::ProcedureEnd),
    ("discharge", ClockStart::Discharge),
    ("death", ClockStart::Death),
    ("each_day", ClockStart::EachDay),
    ("event", ClockStart::Event),
];

/// How a document is known: `document`, `titles`, or `[[item.found_by]]`.
fn wanted(item: &Fields<'_, '_, '_>, table: &Fields<'_, '_, '_>, context: &Context<'_>) -> Wanted {
    let types = document_types(table, "document");
    let titles = context.listed(table, "titles");
    let found_by = leaves::indicators(item, "found_by", context);
    if types.is_empty() && titles.is_empty() && found_by.is_empty() && !table.has("document") {
        let expected = "`document`: types, `titles`: words of its title, or `[[item.found_by]]`";
        table.say(table.at(), "nothing says which document it waits for", expected, None);
    }
    let name = table.word("name").map(|word| word.text);
    let name = name.or_else(|| types.first().map(|t| DocumentType::label(*t).to_owned()));
    let name = name.or_else(|| titles.first().cloned()).or_else(|| found_by.first().map(|i| i.label.clone()));
    Wanted { types, titles, found_by, name: name.unwrap_or_default() }
}

pub(super) fn clock(item: &Fields<'_, '_, '_>, table: &Fields<'_, '_, '_>, context: &Context<'_>) -> Clock {
    let start_word = table.need_word("start", "admission, procedure_start, procedure_end, discharge, death, each_day or event");
    let start = if start_word.text.is_empty() { None } else { table.pick(&start_word, &STARTS, "what starts the clock") };
    let limit_hours = table.need_number("limit_hours", "hours allowed; 0 or less: it must be there before the start");
    let early_hours = table.number("early_hours").unwrap_or_default();
    if limit_hours < 0.0 && -limit_hours > early_hours {
        table.say(table.at(), "the document would have to be there before it may be written", "`early_hours` larger than the limit", None);
    }
    let events = leaves::indicators(item, "start", context);
    match start {
        Some(ClockStart::Event) if events.is_empty() => {
            table.say(start_word.at, "nothing says which event starts the clock", "at least one `[[item.start]]`", None);
        }
        Some(other) if other != ClockStart::Event && !events.is_empty() => {
            table.say(start_word.at, "`[[item.start]]` beside another start", "`start = \"event\"`", None);
        }
        _ => {}
    }
    Clock {
        wanted: wanted(item, table, context),
        start: start.unwrap_or(ClockStart::Admission),
        events,
        limit_hours,
        early_hours,
        procedures: context.listed(table, "procedures"),
        not_procedures: context.listed(table, "not_procedures"),
        session_hours: table.number("session_hours").unwrap_or_default(),
        min_stay_hours: table.number("min_stay_hours"),
        max_stay_hours: table.number("max_stay_hours"),
        judged_if: leaves::indicators(item, "judged_if", context),
        judged_if_sent: table.flag("judged_if_sent", false),
    }
}

pub(super) fn parts(item: &Fields<'_, '_, '_>, table: &Fields<'_, '_, '_>, context: &Context<'_>) -> Parts {
    let wanted = wanted(item, table, context);
    let roles = table.words("roles").iter().filter_map(|word| table.pick(word, &super::examples::ROLES, "a part in the care")).collect();
    let mut parts: Vec<Part> = Vec::new();
    for mut fields in table.tables("part", "a `[[item.parts.part]]`") {
        let name = fields.need_word("name", "a short name of the part");
        if !name.text.is_empty() {
            fields.rename(format!("the part `{}`", name.text));
        }
        if parts.iter().any(|part| part.name == name.text) {
            fields.say(name.at, format!("the part `{}` stands twice", name.text), "a name of its own", None);
        }
        let part = part(&fields, name, context);
        fields.finish();
        parts.push(part);
    }
    if parts.is_empty() {
        table.say(table.at(), "no part is asked for", "at least one `[[item.parts.part]]`", None);
    }
    Parts { wanted, roles, min_found: table.count("min_found", 0), parts }
}

fn part(fields: &Fields<'_, '_, '_>, name: Word, context: &Context<'_>) -> Part {
    let known: Vec<&str> = DocumentType::ALL.iter().flat_map(|t| names::elements(*t)).map(String::as_str).collect();
    let elements = fields.words("element");
    for word in elements.iter().filter(|word| !known.contains(&word.text.as_str())) {
        fields.unknown(word, "an element of a document type", known.iter().copied());
    }
    let sections = fields.words("section");
    sections.iter().for_each(|word| check_section(fields, word));
    let values = fields.words("value");
    for word in values.iter().filter(|word| !names::observations().contains(&word.text)) {
        fields.unknown_observation(word);
    }
    let texts = |words: Vec<Word>| words.into_iter().map(|word| word.text).collect::<Vec<String>>();
    let part = Part {
        name: name.text,
        advised: fields.flag("advised", false),
        elements: texts(elements),
        sections: texts(sections),
        words: context.listed(fields, "words"),
        values: texts(values),
        concepts: known_concepts(fields, fields.words("concept")),
    };
    if [&part.elements, &part.sections, &part.words, &part.values, &part.concepts].iter().all(|list| list.is_empty()) {
        let expected = "`element`, `section`, `words`, `value` or `concept`";
        fields.say(fields.at(), "nothing says how the part shows", expected, None);
    }
    part
}
