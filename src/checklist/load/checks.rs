//! Reads what an item looks for: one table for each kind of gap.

use super::fields::{Fields, Word};
use super::{Context, document_types, kind_name, known_condition};
use crate::checklist::GapKind;
use crate::checklist::indicator::Indicator;
use crate::checklist::item::{Attributes, Check, Clock, ClockStart, Conflict, Copied, Elements, Indicators, Poa, Signature, Support};
use crate::checklist::names;

const STARTS: [(&str, ClockStart); 3] =
    [("admission", ClockStart::Admission), ("procedure_end", ClockStart::ProcedureEnd), ("discharge", ClockStart::Discharge)];
const TABLES: [&str; 9] = ["clock", "elements", "attributes", "indicators", "support", "conflict", "poa", "copied", "signature"];

/// The table that a kind of gap needs.
fn table_of(kind: GapKind) -> &'static str {
    match kind {
        GapKind::MissingDocument | GapKind::Overdue => "clock",
        GapKind::MissingElement => "elements",
        GapKind::Unspecified => "attributes",
        GapKind::Undocumented => "indicators",
        GapKind::Unsupported => "support",
        GapKind::Conflicting => "conflict",
        GapKind::PoaUnclear => "poa",
        GapKind::Copied => "copied",
        GapKind::Unsigned => "signature",
    }
}

/// What the item looks for. An item whose kind is not known gets a check that finds nothing; its mistake is already said.
pub(super) fn read(
    item: &Fields<'_, '_, '_>,
    kind: Option<GapKind>,
    condition: Option<&str>,
    indicators: Vec<Indicator>,
    context: &Context<'_>,
) -> Check {
    let nothing = || Check::Signature(Signature { after_hours: f64::INFINITY });
    let Some(kind) = kind else {
        for table in TABLES {
            let _ = item.raw(table);
        }
        return nothing();
    };
    let name = table_of(kind);
    let Some(mut table) = item.table(name) else {
        let kind = kind_name(kind);
        item.say(
            item.at(),
            format!("an item of kind `{kind}` needs `[item.{name}]`"),
            format!("a table `[item.{name}]` in the item"),
            None,
        );
        return nothing();
    };
    table.rename(format!("`[item.{name}]`"));
    let needs_condition = matches!(kind, GapKind::Unspecified | GapKind::Undocumented | GapKind::Unsupported);
    if needs_condition && condition.is_none() && !item.has("condition") {
        item.say(
            item.at(),
            format!("an item of kind `{}` has no `condition`", kind_name(kind)),
            "`condition`: the condition it is about",
            None,
        );
    }
    if !matches!(kind, GapKind::Undocumented | GapKind::Unsupported | GapKind::PoaUnclear) && !indicators.is_empty() {
        let expected = "`suppress_if`, `satisfied_by` or `counter`";
        item.say(item.at(), format!("an item of kind `{}` takes no `[[item.indicator]]`", kind_name(kind)), expected, None);
    }
    let check = match kind {
        GapKind::MissingDocument | GapKind::Overdue => Check::Clock(clock(&table)),
        GapKind::MissingElement => elements(&table).map_or_else(nothing, Check::Elements),
        GapKind::Unspecified => Check::Attributes(attributes(&table, condition, context)),
        GapKind::Undocumented => Check::Indicators(undocumented(&table, indicators)),
        GapKind::Unsupported => Check::Support(support(&table, indicators, context)),
        GapKind::Conflicting => conflict(&table, context).map_or_else(nothing, Check::Conflict),
        GapKind::PoaUnclear => Check::Poa(poa(&table, indicators, context)),
        GapKind::Copied => copied(&table, context).map_or_else(nothing, Check::Copied),
        GapKind::Unsigned => {
            Check::Signature(Signature { after_hours: table.need_number("after_hours", "hours after which a note should be signed") })
        }
    };
    table.finish();
    check
}

fn texts(words: Vec<Word>) -> Vec<String> {
    words.into_iter().map(|word| word.text).collect()
}

fn hours(number: f64) -> i64 {
    number.round() as i64
}

fn clock(table: &Fields<'_, '_, '_>) -> Clock {
    table.need_words("document", "the types of document that will do");
    let start = table.need_word("start", "admission, procedure_end or discharge");
    let start = if start.text.is_empty() { None } else { table.pick(&start, &STARTS, "what starts the clock") };
    let limit = table.need_number("limit_hours", "hours allowed");
    if table.has("limit_hours") && limit <= 0.0 {
        table.say(table.at(), "`limit_hours` leaves no time", "hours allowed, more than 0", None);
    }
    Clock {
        document: document_types(table, "document"),
        start: start.unwrap_or(ClockStart::Admission),
        limit_hours: hours(limit),
        early_hours: hours(table.number("early_hours").unwrap_or_default()),
        procedures: texts(table.words("procedures")),
        not_procedures: texts(table.words("not_procedures")),
        session_hours: table.number("session_hours").unwrap_or_default(),
        min_stay_hours: table.number("min_stay_hours").map(hours),
    }
}

fn elements(table: &Fields<'_, '_, '_>) -> Option<Elements> {
    table.need_words("document", "a document type");
    let document = document_types(table, "document").into_iter().next()?;
    let known = names::elements(document);
    if known.is_empty() {
        table.say(table.at(), format!("the vocabulary lists no elements of `{}`", document.name()), "a type with elements", None);
    }
    let listed = |key: &'static str| -> Vec<String> {
        let words = table.words(key);
        for word in words.iter().filter(|word| !known.contains(&word.text)) {
            table.unknown(word, &format!("an element of `{}`", document.name()), known.iter().map(String::as_str));
        }
        texts(words)
    };
    let required = listed("required");
    let advised = listed("advised");
    if required.is_empty() && advised.is_empty() {
        table.say(table.at(), "no element is asked for", "`required` or `advised`: a list of elements", None);
    }
    let mut elsewhere = Vec::new();
    for place in table.tables("elsewhere", "an `[[item.elements.elsewhere]]`") {
        for word in place.need_words("element", "an element that another document may hold") {
            elsewhere.push((word.text, document_types(&place, "document")));
        }
        place.finish();
    }
    Some(Elements { document, required, advised, elsewhere })
}

fn attributes(table: &Fields<'_, '_, '_>, condition: Option<&str>, context: &Context<'_>) -> Attributes {
    let known: Vec<&str> = condition.and_then(names::attributes).map(|list| list.keys().map(String::as_str).collect()).unwrap_or_default();
    let listed = |key: &'static str| -> Vec<String> {
        let words = table.words(key);
        for word in words.iter().filter(|word| condition.is_some() && !known.contains(&word.text.as_str())) {
            table.unknown(word, "an attribute of the condition", known.iter().copied());
        }
        texts(words)
    };
    table.need_words("need", "the attributes that matter");
    let attributes = listed("need");
    let anybody = listed("anybody");
    let mut stated_by = Vec::new();
    for entry in table.tables("stated_by", "an `[[item.attributes.stated_by]]`") {
        let attribute = entry.need_word("attribute", "the attribute that is stated").text;
        let concepts = entry.need_words("concept", "the concepts that state it");
        for word in concepts.iter().filter(|word| !names::concepts().contains(&word.text)) {
            entry.unknown(word, "a concept of the lexicon", names::concepts().iter().map(String::as_str));
        }
        stated_by.push((attribute, texts(concepts)));
        entry.finish();
    }
    Attributes { attributes, anybody, sections: context.sections(table, "sections"), stated_by }
}

fn need_indicators(table: &Fields<'_, '_, '_>, indicators: &[Indicator]) {
    if indicators.is_empty() {
        table.say(table.at(), "nothing to look for", "at least one `[[item.indicator]]`", None);
    }
}

fn undocumented(table: &Fields<'_, '_, '_>, indicators: Vec<Indicator>) -> Indicators {
    need_indicators(table, &indicators);
    let mut groups = Vec::new();
    if let Some(list) = table.table("groups") {
        for (name, value) in list.entries() {
            let count = super::fields::number_of(value.get_ref()).unwrap_or(-1.0);
            let members = indicators.iter().filter(|i| i.group.as_deref() == Some(name.text.as_str())).count();
            if members == 0 {
                let used: Vec<&str> = indicators.iter().filter_map(|i| i.group.as_deref()).collect();
                table.unknown(&name, "a group that indicators name", used.into_iter());
            } else if count < 1.0 || count.fract() != 0.0 || count > members as f64 {
                let expected = format!("a whole number from 1 to {members}, the indicators of the group");
                table.say(value.span().start, format!("the group `{}` cannot be asked for that many", name.text), expected, None);
            }
            groups.push((name.text, count.max(0.0) as usize));
        }
    }
    let evidence_min = table.count("evidence_min", 1);
    if evidence_min > indicators.len() && !indicators.is_empty() {
        let expected = format!("{} at most: the number of indicators", indicators.len());
        table.say(table.at(), format!("`evidence_min` is {evidence_min}, it can never hold"), expected, None);
    }
    let (window_hours, condition_satisfies) = (table.number("window_hours"), table.flag("condition_satisfies", true));
    Indicators { indicators, groups, evidence_min, window_hours, condition_satisfies }
}

fn support(table: &Fields<'_, '_, '_>, indicators: Vec<Indicator>, context: &Context<'_>) -> Support {
    need_indicators(table, &indicators);
    let needs_data = table.words("needs_data");
    for word in needs_data.iter().filter(|word| !names::observations().contains(&word.text)) {
        table.unknown(word, "the canonical name of an observation", names::observations().iter().map(String::as_str));
    }
    let support_min = table.count("support_min", 1);
    if support_min > indicators.len() && !indicators.is_empty() {
        let expected = format!("{} at most: the number of indicators", indicators.len());
        table.say(table.at(), format!("`support_min` is {support_min}, no chart can reach it"), expected, None);
    }
    Support { indicators, support_min, needs_data: texts(needs_data), sections: context.sections(table, "sections") }
}

fn conditions(table: &Fields<'_, '_, '_>, key: &'static str) -> Vec<String> {
    let words = table.need_words(key, "conditions of the vocabulary");
    words.into_iter().filter(|word| known_condition(table, word)).map(|word| word.text).collect()
}

fn conflict(table: &Fields<'_, '_, '_>, context: &Context<'_>) -> Option<Conflict> {
    let between = table.need_word("between", "assertions, attributes or values");
    if between.text.is_empty() {
        return None;
    }
    let kinds = [("assertions", 0), ("attributes", 1), ("values", 2)];
    Some(match table.pick(&between, &kinds, "what disagrees")? {
        0 => Conflict::Assertions {
            conditions: conditions(table, "conditions"),
            within_hours: hours(table.need_number("within_hours", "hours within which the two must lie")),
            sections: context.sections(table, "sections"),
        },
        1 => {
            let condition = table.need_word("condition", "the condition of the attribute");
            let attribute = table.need_word("attribute", "the attribute");
            let values: Option<&Vec<String>> = if known_condition(table, &condition) {
                let known = names::attributes(&condition.text);
                let values = known.and_then(|list| list.get(&attribute.text));
                if values.is_none() {
                    let all: Vec<&str> = known.map(|list| list.keys().map(String::as_str).collect()).unwrap_or_default();
                    table.unknown(&attribute, "an attribute of the condition", all.into_iter());
                }
                values
            } else {
                None
            };
            let mut exclusive = Vec::new();
            for pair in table.tables("exclusive", "an `[[item.conflict.exclusive]]`") {
                let (one, other) = (pair.need_word("one", "a value"), pair.need_word("other", "a value"));
                for word in [&one, &other] {
                    if let Some(values) = values.filter(|values| !values.contains(&word.text)) {
                        pair.unknown(word, "a value of the attribute", values.iter().map(String::as_str));
                    }
                }
                pair.finish();
                exclusive.push((one.text, other.text));
            }
            Conflict::Attributes {
                condition: condition.text,
                attribute: attribute.text,
                exclusive,
                within_hours: table.number("within_hours").map(hours),
                anybody: table.flag("anybody", false),
            }
        }
        _ => {
            let observations = table.need_words("observations", "canonical names of observations");
            for word in observations.iter().filter(|word| !names::observations().contains(&word.text)) {
                table.unknown(word, "the canonical name of an observation", names::observations().iter().map(String::as_str));
            }
            Conflict::Values {
                observations: texts(observations),
                within_hours: hours(table.need_number("within_hours", "hours around the note")),
                tolerance_percent: table.need_number("tolerance_percent", "allowed difference in percent"),
                not_with: texts(table.words("not_with")).into_iter().map(|w| w.to_lowercase()).collect(),
            }
        }
    })
}

fn poa(table: &Fields<'_, '_, '_>, earlier: Vec<Indicator>, context: &Context<'_>) -> Poa {
    Poa {
        conditions: conditions(table, "conditions"),
        after_hours: table.need_number("after_hours", "hours after the order to admit"),
        earlier,
        settled_by: texts(table.words("settled_by")).into_iter().map(|words| words.to_lowercase()).collect(),
        anybody: table.flag("anybody", false),
        sections: context.sections(table, "sections"),
    }
}

fn copied(table: &Fields<'_, '_, '_>, context: &Context<'_>) -> Option<Copied> {
    let of = table.need_word("of", "previous, stale_day or tokens");
    if of.text.is_empty() {
        return None;
    }
    Some(match table.pick(&of, &[("previous", 0), ("stale_day", 1), ("tokens", 2)], "what was carried over")? {
        0 => {
            let at_least = table.need_number("at_least", "a similarity from 0 to 1");
            if !(0.0..=1.0).contains(&at_least) {
                table.say(table.at(), format!("`at_least` is {at_least}"), "a similarity from 0 to 1", None);
            }
            Copied::Previous {
                shingle_words: table.count("shingle_words", 5).max(1),
                at_least,
                sections: context.sections(table, "sections"),
                min_words: table.count("min_words", 20),
            }
        }
        1 => {
            let start = table.need_word("start", "admission or procedure_end");
            let start = if start.text.is_empty() { None } else { table.pick(&start, &STARTS, "what the days count from") };
            Copied::StaleDay {
                words: texts(table.need_words("words", "the words before the number")).into_iter().map(|w| w.to_lowercase()).collect(),
                start: start.unwrap_or(ClockStart::ProcedureEnd),
                first_day: hours(table.number("first_day").unwrap_or_default()),
                tolerance_days: hours(table.number("tolerance_days").unwrap_or_default()),
            }
        }
        _ => {
            let mut delimiters = Vec::new();
            for pair in table.tables("delimiter", "an `[[item.copied.delimiter]]`") {
                delimiters.push((pair.need_word("open", "the opening sign").text, pair.need_word("close", "the closing sign").text));
                pair.finish();
            }
            Copied::Tokens { tokens: texts(table.words("tokens")), delimiters, max_length: table.count("max_length", 40) }
        }
    })
}

/// What a title may name besides the facts of indicators.
const PLACE_HOLDERS: [&str; 20] = [
    "condition",
    "missing",
    "element",
    "document",
    "hours",
    "limit",
    "date",
    "due",
    "author",
    "value",
    "other",
    "other_author",
    "other_date",
    "procedure",
    "words",
    "percent",
    "day",
    "name",
    "measured",
    "count",
];
const FACTS: [&str; 8] = ["first", "last", "hours", "value", "words", "date", "author", "detail"];

/// Checks the place-holders of a title.
pub(super) fn place_holders(item: &Fields<'_, '_, '_>, title: &Word, check: &Check) {
    let indicators: &[Indicator] = match check {
        Check::Indicators(found) => &found.indicators,
        Check::Support(found) => &found.indicators,
        Check::Poa(found) => &found.earlier,
        _ => &[],
    };
    let mut rest = title.text.as_str();
    while let Some(open) = rest.find('{') {
        let after = rest.get(open + 1..).unwrap_or_default();
        let Some(close) = after.find('}') else {
            item.say(title.at, "a `{` of the title has no `}`", "place-holders as {name}", None);
            return;
        };
        let holder = Word { text: after.get(..close).unwrap_or_default().to_owned(), at: title.at };
        match holder.text.split_once('.') {
            Some((name, fact)) => {
                if !indicators.iter().any(|i| i.name == name) {
                    let known: Vec<&str> = indicators.iter().map(|i| i.name.as_str()).collect();
                    item.unknown(&Word { text: name.to_owned(), at: title.at }, "an indicator of the item", known.into_iter());
                } else if !FACTS.contains(&fact) {
                    item.unknown(&Word { text: fact.to_owned(), at: title.at }, "a fact of an indicator", FACTS.into_iter());
                }
            }
            None if !PLACE_HOLDERS.contains(&holder.text.as_str()) => {
                item.unknown(&holder, "a place-holder", PLACE_HOLDERS.into_iter());
            }
            None => {}
        }
        rest = after.get(close + 1..).unwrap_or_default();
    }
}
