//! Reads what an item looks for: one table for each kind of gap.

use super::fields::{Fields, Word};
use super::{Context, clocks, conflicts, copied, document_types, kind_name, known_condition, pairs};
use crate::checklist::GapKind;
use crate::checklist::check::{Attributes, Check, Elements, Exempt, Indicators, Kind, Poa, PoaQuestion, Signature, StatedBy, Support};
use crate::checklist::indicator::Indicator;
use crate::checklist::names;

const TABLES: [&str; 11] =
    ["clock", "elements", "attributes", "indicators", "support", "conflict", "poa", "copied", "signature", "pair", "parts"];
const QUESTIONS: [(&str, PoaQuestion); 3] =
    [("late", PoaQuestion::Late), ("early_sign", PoaQuestion::EarlySign), ("after_surgery", PoaQuestion::AfterSurgery)];

/// The tables that a kind of gap can have; the first is the usual one. A pair serves every kind.
fn tables_of(kind: GapKind) -> &'static [&'static str] {
    match kind {
        GapKind::MissingDocument | GapKind::Overdue => &["clock", "pair"],
        GapKind::MissingElement => &["elements", "parts", "pair"],
        GapKind::Unspecified => &["attributes", "pair"],
        GapKind::Undocumented => &["indicators", "pair"],
        GapKind::Unsupported => &["support", "pair"],
        GapKind::Conflicting => &["conflict", "pair"],
        GapKind::PoaUnclear => &["poa", "pair"],
        GapKind::Copied => &["copied", "pair"],
        GapKind::Unsigned => &["signature", "pair"],
    }
}

/// A check that finds nothing, for an item whose mistakes are said already.
fn nothing() -> Check {
    Check::Signature(Signature { after_hours: f64::INFINITY, credentials: Vec::new() })
}

/// What the item looks for. An item whose kind is not known gets a check that finds nothing; its mistake is already said.
pub(super) fn read(
    item: &Fields<'_, '_, '_>,
    kind: Option<GapKind>,
    condition: Option<&str>,
    indicators: Vec<Indicator>,
    context: &Context<'_>,
) -> Check {
    let Some(kind) = kind else {
        for table in TABLES.into_iter().chain(["one", "other", "start", "found_by", "judged_if"]) {
            let _ = item.raw(table);
        }
        return nothing();
    };
    let allowed = tables_of(kind);
    let given: Vec<&'static str> = allowed.iter().copied().filter(|name| item.has(name)).collect();
    let usual = allowed.first().copied().unwrap_or_default();
    let name = given.first().copied().unwrap_or(usual);
    if let [_, second, ..] = given.as_slice() {
        item.say(item.at(), format!("two tables at once: `[item.{name}]` and `[item.{second}]`"), "one of the two", None);
        let _ = item.raw(second);
    }
    let Some(mut table) = item.table(name) else {
        let kind = kind_name(kind);
        let others: Vec<String> = allowed.iter().skip(1).map(|other| format!(" or `[item.{other}]`")).collect();
        item.say(
            item.at(),
            format!("an item of kind `{kind}` needs `[item.{name}]`"),
            format!("a table `[item.{name}]`{} in the item", others.concat()),
            None,
        );
        return nothing();
    };
    table.rename(format!("`[item.{name}]`"));
    let needs_condition = matches!(name, "attributes" | "indicators" | "support");
    if needs_condition && condition.is_none() && !item.has("condition") {
        item.say(
            item.at(),
            format!("an item of kind `{}` has no `condition`", kind_name(kind)),
            "`condition`: the condition it is about",
            None,
        );
    }
    if !matches!(name, "indicators" | "support" | "poa") && !indicators.is_empty() {
        let expected = if name == "pair" { "`one` and `other`" } else { "`suppress_if`, `satisfied_by` or `counter`" };
        item.say(item.at(), format!("`[item.{name}]` takes no `[[item.indicator]]`"), expected, None);
    }
    let check = match name {
        "clock" => Check::Clock(clocks::clock(item, &table, context)),
        "parts" => Check::Parts(clocks::parts(item, &table, context)),
        "elements" => elements(&table, context).map_or_else(nothing, Check::Elements),
        "attributes" => Check::Attributes(attributes(&table, condition, context)),
        "indicators" => Check::Indicators(undocumented(&table, indicators)),
        "support" => Check::Support(support(&table, indicators, context)),
        "conflict" => conflicts::conflict(&table, context).map_or_else(nothing, Check::Conflict),
        "poa" => Check::Poa(poa(&table, indicators, context)),
        "copied" => copied::copied(&table, context).map_or_else(nothing, Check::Copied),
        "pair" => Check::Pair(pairs::pair(item, &table, context)),
        _ => Check::Signature(Signature {
            after_hours: table.need_number("after_hours", "hours after which a note should be signed"),
            credentials: context.listed(&table, "credentials"),
        }),
    };
    table.finish();
    check
}

pub(super) fn texts(words: Vec<Word>) -> Vec<String> {
    words.into_iter().map(|word| word.text).collect()
}

pub(super) fn hours(number: f64) -> i64 {
    number.round() as i64
}

fn elements(table: &Fields<'_, '_, '_>, context: &Context<'_>) -> Option<Elements> {
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
    let unless = table.tables("unless", "an `[[item.elements.unless]]`").into_iter().map(|entry| exempt(&entry, known, context)).collect();
    let only = table.table("only").map(|entry| {
        let kind = kind_of(&entry, context);
        entry.finish();
        kind
    });
    let held_by = held_by(table, &required, &advised);
    let in_record = texts(table.words("in_record"));
    for name in in_record.iter().filter(|name| !required.contains(name)) {
        table.say(table.at(), format!("`{name}` is not among the required elements"), "one of `required`", None);
    }
    let told_by = texts(table.words("told_by")).into_iter().map(|word| word.to_lowercase()).collect();
    let least_held = table.count("least_held", 0);
    let alone = required.len() - in_record.iter().filter(|name| required.contains(name)).count();
    if least_held > alone {
        let expected = format!("{alone} at most: the required elements that are asked of a lone note");
        table.say(table.at(), format!("`least_held` is {least_held}, no note can hold so many"), expected, None);
    }
    Some(Elements { document, required, advised, elsewhere, in_record, told_by, least_held, only, unless, held_by })
}

/// Which elements others say as well.
fn held_by(table: &Fields<'_, '_, '_>, required: &[String], advised: &[String]) -> Vec<(String, Vec<String>)> {
    let mut out = Vec::new();
    for entry in table.tables("held_by", "an `[[item.elements.held_by]]`") {
        let by = entry.need_words("by", "the elements that say it as well");
        for word in by.iter().filter(|word| !names::is_element(&word.text)) {
            entry.say(word.at, format!("`{}` is not known here", word.text), "an element of some type of document", None);
        }
        let by = texts(by);
        for word in entry.need_words("element", "an element that another one says as well") {
            if !required.contains(&word.text) && !advised.contains(&word.text) {
                entry.unknown(&word, "one of `required` or `advised`", required.iter().chain(advised).map(String::as_str));
            }
            out.push((word.text, by.clone()));
        }
        entry.finish();
    }
    out
}

fn exempt(entry: &Fields<'_, '_, '_>, known: &[String], context: &Context<'_>) -> Exempt {
    let elements = entry.words("element");
    for word in elements.iter().filter(|word| !known.contains(&word.text)) {
        entry.unknown(word, "an element of the document", known.iter().map(String::as_str));
    }
    let elements = texts(elements);
    let kind = kind_of(entry, context);
    entry.finish();
    Exempt { elements, kind }
}

/// A kind of document, by what was done.
fn kind_of(entry: &Fields<'_, '_, '_>, context: &Context<'_>) -> Kind {
    let (procedures, words) = (context.listed(entry, "procedures"), context.listed(entry, "words"));
    let not_procedures = context.listed(entry, "not_procedures");
    if procedures.is_empty() && words.is_empty() {
        entry.say(entry.at(), "nothing says of which documents it is not asked", "`procedures` or `words`", None);
    }
    Kind { procedures, not_procedures, words }
}

fn attributes(table: &Fields<'_, '_, '_>, condition: Option<&str>, context: &Context<'_>) -> Attributes {
    let mut stated_by: Vec<StatedBy> = Vec::new();
    for entry in table.tables("stated_by", "an `[[item.attributes.stated_by]]`") {
        let attribute = entry.need_word("attribute", "the attribute that is stated").text;
        let concepts = super::leaves::known_concepts(&entry, entry.words("concept"));
        let words = context.listed(&entry, "words");
        if concepts.is_empty() && words.is_empty() {
            entry.say(entry.at(), format!("nothing says how `{attribute}` is stated"), "`concept` or `words`", None);
        }
        let near = context.listed(&entry, "near");
        let (anywhere, after) = (entry.flag("anywhere", false), entry.flag("after", false));
        if anywhere && after {
            entry.say(entry.at(), "`anywhere` and `after` at once", "one of the two", None);
        }
        stated_by.push(StatedBy { attribute, concepts, words, near, anywhere, after });
        entry.finish();
    }
    // An attribute of the pack's own is one that `stated_by` knows.
    let mut known: Vec<&str> =
        condition.and_then(names::attributes).map(|list| list.keys().map(String::as_str).collect()).unwrap_or_default();
    known.extend(stated_by.iter().map(|entry| entry.attribute.as_str()));
    let listed = |key: &'static str| -> Vec<String> {
        let words = table.words(key);
        for word in words.iter().filter(|word| condition.is_some() && !known.contains(&word.text.as_str())) {
            table.unknown(word, "an attribute of the condition, or one of `stated_by`", known.iter().copied());
        }
        texts(words)
    };
    table.need_words("need", "the attributes that matter");
    let attributes = listed("need");
    let anybody = listed("anybody");
    let (not_with, not_after) = (context.listed(table, "not_with"), context.listed(table, "not_after"));
    let awaits = super::leaves::known_concepts(table, table.words("awaits"));
    let (sections, awaits_in) = (context.sections(table, "sections"), context.sections(table, "awaits_in"));
    if awaits.is_empty() != awaits_in.is_empty() {
        table.say(table.at(), "`awaits` and `awaits_in` belong together", "what is planned, and the sections in which it is a plan", None);
    }
    Attributes { attributes, anybody, sections, not_with, not_after, awaits, awaits_in, stated_by }
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
    if evidence_min == 0 {
        let what = "`evidence_min` is 0: it would fire where nothing was found";
        table.say(table.at(), what, "1 or more: so many indicators must hold", None);
    }
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
        table.unknown_observation(word);
    }
    let support_min = table.count("support_min", 1);
    if support_min == 0 {
        table.say(
            table.at(),
            "`support_min` is 0: it would never fire",
            "1 or more: with fewer indicators the diagnosis stands alone",
            None,
        );
    }
    if support_min > indicators.len() && !indicators.is_empty() {
        let expected = format!("{} at most: the number of indicators", indicators.len());
        table.say(table.at(), format!("`support_min` is {support_min}, no chart can reach it"), expected, None);
    }
    Support {
        indicators,
        support_min,
        needs_data: texts(needs_data),
        sections: context.sections(table, "sections"),
        possible: table.flag("possible", false),
    }
}

pub(super) fn conditions(table: &Fields<'_, '_, '_>, key: &'static str) -> Vec<String> {
    let words = table.need_words(key, "conditions of the vocabulary");
    words.into_iter().filter(|word| known_condition(table, word)).map(|word| word.text).collect()
}

fn poa(table: &Fields<'_, '_, '_>, earlier: Vec<Indicator>, context: &Context<'_>) -> Poa {
    let question = table.one_of("question", &QUESTIONS, "late, early_sign or after_surgery").unwrap_or_default();
    if question != PoaQuestion::Late && earlier.is_empty() {
        table.say(table.at(), "nothing says what its first sign is", "at least one `[[item.indicator]]`", None);
    }
    Poa {
        question,
        conditions: conditions(table, "conditions"),
        after_hours: table.need_number("after_hours", "hours after the order to admit"),
        earlier,
        settled_by: context.listed(table, "settled_by"),
        anybody: table.flag("anybody", false),
        sections: context.sections(table, "sections"),
    }
}
