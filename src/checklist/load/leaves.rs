//! Reads indicators and the tests under them.

use super::fields::{Fields, Word, number_of};
use super::{Context, document_types, known_condition, spelling, units};
use crate::chart::MedicationKind;
use crate::checklist::indicator::{
    Author, Baseline, Bound, Compare, ConceptTest, DocumentTest, Indicator, MedicationTest, NamedTest, ObservationTest, Since, Test, When,
    WordsTest,
};
use crate::checklist::{dose, names};
use crate::reading::Assertion;
use toml::de::DeValue;

const AUTHORS: [(&str, Author); 8] = [
    ("provider", Author::Provider),
    ("anybody", Author::Anybody),
    ("nurse", Author::Nurse),
    ("dietitian", Author::Dietitian),
    ("not_provider", Author::NotProvider),
    ("resident", Author::Resident),
    ("case_manager", Author::CaseManager),
    ("therapist", Author::Therapist),
];
const SINCE: [(&str, Since); 4] =
    [("admission", Since::Admission), ("surgery", Since::Surgery), ("discharge", Since::Discharge), ("now", Since::Now)];
const BASELINES: [(&str, Baseline); 3] = [("stay", Baseline::Stay), ("prior", Baseline::Prior), ("lowest", Baseline::Lowest)];
/// Stands for the condition of `each` in a pair.
pub(super) const EACH: &str = "@condition";
const MEDICATION_KINDS: [(&str, MedicationKind); 3] =
    [("ordered", MedicationKind::Ordered), ("given", MedicationKind::Given), ("home", MedicationKind::Home)];
const TESTS: &str = "one of `concept`, `observation`, `medication`, `drug`, `order`, `procedure`, `words`, `document`";

/// The list of indicators under a key.
pub(super) fn indicators(item: &Fields<'_, '_, '_>, key: &'static str, context: &Context<'_>) -> Vec<Indicator> {
    let mut out: Vec<Indicator> = Vec::new();
    for mut fields in item.tables(key, &format!("a `[[item.{key}]]`")) {
        let name = fields.need_word("name", "a short name, such as \"rise\"");
        if !name.text.is_empty() {
            fields.rename(format!("`{key}` \"{}\"", name.text));
        }
        if out.iter().any(|other| other.name == name.text) {
            fields.say(name.at, format!("the name `{}` stands twice in this item", name.text), "a name of its own", None);
        }
        let label = fields.word("label").map_or_else(|| name.text.replace('_', " "), |word| word.text);
        let group = fields.word("group").map(|word| word.text);
        let condition = fields.word("for").filter(|word| known_condition(&fields, word)).map(|word| word.text);
        let with = fields.word("with").map(|word| word.text);
        let mut any = Vec::new();
        for alternative in fields.tables("any", "an alternative of `any`") {
            any.extend(test(&alternative, context));
            alternative.finish();
        }
        if any.is_empty() && !fields.has("any") {
            any.extend(test(&fields, context));
        }
        fields.finish();
        out.push(Indicator { name: name.text, label, group, condition, with, any });
    }
    out
}

fn test(fields: &Fields<'_, '_, '_>, context: &Context<'_>) -> Option<Test> {
    // `drug` alone names a medication by its words.
    let has = |kind: &str| fields.has(kind) || kind == "medication" && fields.has("drug");
    let kinds: Vec<&str> =
        ["concept", "observation", "medication", "order", "procedure", "words", "document"].into_iter().filter(|kind| has(kind)).collect();
    match kinds.as_slice() {
        ["concept"] => Some(Test::Concept(concept(fields, context))),
        ["observation"] => observation(fields).map(Test::Observation),
        ["medication"] => Some(Test::Medication(medication(fields, context))),
        ["order"] => Some(Test::Order(named(fields, "order"))),
        ["procedure"] => Some(Test::Procedure(named(fields, "procedure"))),
        ["words"] => Some(Test::Words(words(fields, context))),
        ["document"] => Some(Test::Document(document(fields, context))),
        [] => {
            if fields.has("any") {
                fields.say(fields.at(), "`any` within `any`", TESTS, Some("write all the ways into one `any`".into()));
                fields.give_up();
            } else {
                fields.say(fields.at(), "nothing to look for", TESTS, None);
            }
            None
        }
        _ => {
            fields.say(
                fields.at(),
                format!("two things to look for at once: {}", kinds.join(", ")),
                TESTS,
                Some("put them under `any`".into()),
            );
            fields.give_up();
            None
        }
    }
}

pub(super) fn known_concepts(fields: &Fields<'_, '_, '_>, list: Vec<Word>) -> Vec<String> {
    for word in &list {
        if !names::is_concept(&word.text) && word.text != EACH {
            let expected = if fields.has("medication") {
                "a class of drugs (a drug by its own name goes under `drug`)"
            } else {
                "a concept of the lexicon"
            };
            let known = names::concepts().iter().map(String::as_str);
            fields.unknown_called(word, expected, known, names::concept_called(&word.text).as_deref());
        }
    }
    list.into_iter().map(|word| word.text).collect()
}

/// The hours in which something counts. `first_hours = 24` is short for `until_hours = 24` after admission.
fn when(fields: &Fields<'_, '_, '_>) -> When {
    let since = fields.one_of("since", &SINCE, "what the hours are counted from").unwrap_or_default();
    let (from_hours, until_hours, first) = (fields.number("from_hours"), fields.number("until_hours"), fields.number("first_hours"));
    if fields.has("since") && from_hours.is_none() && until_hours.is_none() {
        fields.say(fields.at(), "`since` without hours", "`from_hours` or `until_hours` beside it", None);
    }
    if first.is_some() && (fields.has("since") || until_hours.is_some()) {
        fields.say(fields.at(), "`first_hours` beside `since` or `until_hours`", "`until_hours` alone", None);
    }
    if let (Some(from), Some(until)) = (from_hours, until_hours)
        && from > until
    {
        fields.say(fields.at(), format!("`from_hours` {from} lies after `until_hours` {until}"), "the smaller number first", None);
    }
    When { since, from_hours, until_hours: until_hours.or(first) }
}

fn assertions(fields: &Fields<'_, '_, '_>) -> Vec<Assertion> {
    let known: Vec<(&str, Assertion)> = Assertion::ALL.iter().map(|a| (a.name(), *a)).collect();
    fields.words("assertion").iter().filter_map(|word| fields.pick(word, &known, "an assertion")).collect()
}

/// How words must stand: as the item says, with `any` however they stand, and otherwise not denied, not feared and not a relative's ("no
/// kayexalate needed" is no treatment).
fn standing(fields: &Fields<'_, '_, '_>) -> Vec<Assertion> {
    match fields.words("assertion").as_slice() {
        [] => WordsTest::UNLESS_SAID.to_vec(),
        [only] if only.text == "any" => Vec::new(),
        _ => assertions(fields),
    }
}

fn author(fields: &Fields<'_, '_, '_>) -> Author {
    fields.one_of("author", &AUTHORS, "whose words count").unwrap_or_default()
}

fn concept(fields: &Fields<'_, '_, '_>, context: &Context<'_>) -> ConceptTest {
    let concepts = known_concepts(fields, fields.words("concept"));
    need_one(fields, "concept", concepts.is_empty());
    let mut assertions = assertions(fields);
    if assertions.is_empty() {
        assertions.push(Assertion::Present);
    }
    let attribute = fields.word("attribute");
    let listed = |key: &'static str| -> Option<(String, Vec<String>)> {
        let values = fields.words(key);
        let word = attribute.as_ref()?;
        let allowed = concepts.iter().filter_map(|c| names::attributes(c)).find_map(|a| a.get(&word.text));
        match allowed {
            None => {
                let all: Vec<&str> =
                    concepts.iter().filter_map(|c| names::attributes(c)).flat_map(|a| a.keys().map(String::as_str)).collect();
                fields.unknown(word, "an attribute of the concept", all.into_iter());
            }
            Some(allowed) => {
                for value in values.iter().filter(|value| !allowed.contains(&value.text)) {
                    fields.unknown(value, "a value of the attribute", allowed.iter().map(String::as_str));
                }
            }
        }
        Some((word.text.clone(), values.into_iter().map(|value| value.text).collect()))
    };
    let (stated, not_stated) = (listed("values"), listed("unless"));
    let (attribute, unless) = if fields.has("unless") { (None, not_stated) } else { (stated, None) };
    ConceptTest {
        concepts,
        assertions,
        sections: context.sections(fields, "sections"),
        not_sections: context.sections(fields, "not_sections"),
        author: author(fields),
        document_types: document_types(fields, "document_types"),
        attribute,
        unless,
        min_documents: fields.count("min_documents", 1),
        max_documents: fields.has("max_documents").then(|| fields.count("max_documents", 1)),
        only_in: document_types(fields, "only_in"),
        prior: fields.flag("prior", false),
        when: when(fields),
    }
}

/// A number, or one for each sex.
fn bound(fields: &Fields<'_, '_, '_>, key: &'static str) -> Option<Bound> {
    let value = fields.raw(key)?;
    if let Some(number) = number_of(value.get_ref()) {
        return Some(Bound { female: number, male: number });
    }
    if let DeValue::Table(table) = value.get_ref() {
        let by_sex = Fields::new(table, value.span(), fields.log(), format!("`{key}`"));
        let bound = Bound { female: by_sex.need_number("female", "a number"), male: by_sex.need_number("male", "a number") };
        by_sex.finish();
        return Some(bound);
    }
    fields.say(value.span().start, format!("`{key}` is no number"), "a number, or { female = ..., male = ... }", None);
    None
}

fn observation(fields: &Fields<'_, '_, '_>) -> Option<ObservationTest> {
    let name = fields.word("observation")?;
    let known = names::observations().contains(&name.text);
    if !known {
        fields.unknown_observation(&name);
    }
    let unit = fields.need_word("unit", "the unit the numbers are in");
    let scale = if known && !unit.text.is_empty() { units::scale(fields, &name.text, &unit) } else { None };
    let absolute = |b: Bound| scale.map_or(b, |s| Bound { female: s.value(b.female), male: s.value(b.male) });
    let change = |n: f64| scale.map_or(n, |s| s.change(n));
    let mut compares: Vec<(String, Compare)> = Vec::new();
    let shown = |b: Bound| if b.female == b.male { format!("{}", b.male) } else { format!("{} (women), {} (men)", b.female, b.male) };
    for (key, words) in [("above", "above"), ("at_least", "at least"), ("below", "below"), ("at_most", "at most")] {
        if let Some(b) = bound(fields, key) {
            let compare = match key {
                "above" => Compare::Above(absolute(b)),
                "at_least" => Compare::AtLeast(absolute(b)),
                "below" => Compare::Below(absolute(b)),
                _ => Compare::AtMost(absolute(b)),
            };
            compares.push((format!("{words} {}", shown(b)), compare));
        }
    }
    if let Some(n) = fields.number("rise") {
        compares.push((format!("up by at least {n}"), Compare::Rise(change(n))));
    }
    if let Some(n) = fields.number("fall") {
        compares.push((format!("down by at least {n}"), Compare::Fall(change(n))));
    }
    if let Some(n) = fields.number("ratio") {
        compares.push((format!("up to at least {n} times"), Compare::Ratio(n)));
    }
    if let Some(n) = fields.number("fall_ratio") {
        compares.push((format!("down from at least {n} times"), Compare::FallRatio(n)));
    }
    const EXPECTED: &str = "one of above, at_least, below, at_most, rise, fall, ratio, fall_ratio";
    // One that could not be read is said already.
    let tried = ["above", "at_least", "below", "at_most", "rise", "fall", "ratio", "fall_ratio"].iter().any(|key| fields.has(key));
    if compares.len() > 1 || compares.is_empty() && !tried {
        let what = if compares.is_empty() { "nothing to compare with" } else { "more than one comparison" };
        fields.say(name.at, what, EXPECTED, Some("write one indicator for each".into()));
    }
    let within_hours = fields.number("within_hours");
    let baseline = fields.one_of("baseline", &BASELINES, "a baseline").unwrap_or_default();
    let prior_days = fields.number("prior_days").unwrap_or(365.0);
    let times = fields.count("times", 1);
    let not_noted = fields.words("not_noted").into_iter().map(|word| word.text).collect();
    let (room_air, on_oxygen) = (fields.flag("room_air", false), fields.flag("on_oxygen", false));
    if room_air && on_oxygen {
        fields.say(name.at, "`room_air` and `on_oxygen` at once", "one of the two", None);
    }
    let when = when(fields);
    let (in_notes, in_prior, always) = (fields.flag("in_notes", true), fields.flag("in_prior", false), fields.flag("always", false));
    let (for_hours, apart_hours) = (fields.number("for_hours"), fields.number("apart_hours"));
    let beside = beside(fields);
    let (written, compare) = compares.into_iter().next()?;
    let changes = compare.is_change();
    if changes && within_hours.is_none() && baseline == Baseline::Stay {
        fields.say(name.at, "a change needs a time", "`within_hours`: the hours within which it happened", None);
    }
    if changes && (for_hours.is_some() || apart_hours.is_some() || always) {
        fields.say(name.at, "a change cannot last or hold always", "`above`, `at_least`, `below` or `at_most` beside it", None);
    }
    Some(ObservationTest {
        observation: name.text,
        compare,
        unit: unit.text,
        written,
        within_hours,
        times,
        baseline,
        prior_days,
        not_noted,
        room_air,
        on_oxygen,
        when,
        in_notes,
        for_hours,
        apart_hours,
        in_prior,
        always,
        beside,
    })
}

/// The value that another one is taken with.
fn beside(fields: &Fields<'_, '_, '_>) -> Option<Box<ObservationTest>> {
    let mut table = fields.table("beside")?;
    table.rename("`beside`");
    let test = observation(&table);
    if test.as_ref().is_some_and(|test| test.compare.is_change()) {
        table.say(table.at(), "a change is no value beside another", "`above`, `at_least`, `below` or `at_most`", None);
    }
    table.finish();
    test.map(Box::new)
}

fn medication(fields: &Fields<'_, '_, '_>, context: &Context<'_>) -> MedicationTest {
    let (classes, drugs) = (fields.words("medication"), fields.words("drug"));
    need_one(fields, if fields.has("drug") { "drug" } else { "medication" }, classes.is_empty() && drugs.is_empty());
    if context.own {
        for word in &drugs {
            if let Some(near) = spelling::of_drug(&word.text) {
                let hint = Some(format!("did you mean `{near}`?"));
                fields.say(word.at, format!("no drug is called `{}`", word.text), "the name of a drug", hint);
            }
        }
    }
    let kinds = fields.words("given_as");
    let (dose_at_least, dose_below) = (fields.number("dose_at_least"), fields.number("dose_below"));
    if (dose_at_least.is_some() || dose_below.is_some()) && !fields.has("dose_unit") {
        fields.say(fields.at(), "a dose has no unit", "`dose_unit`: mg, g, mcg, units ...", None);
    }
    let dose_unit = fields.word("dose_unit");
    if let Some(unit) = dose_unit.as_ref().filter(|unit| dose::scale(&unit.text).is_none()) {
        fields.unknown(unit, "a unit of doses", dose::UNITS.iter().map(|(name, _, _)| *name));
    }
    MedicationTest {
        dose_at_least,
        dose_below,
        dose_unit: dose_unit.map(|word| word.text).unwrap_or_default(),
        for_hours: fields.number("for_hours"),
        when: when(fields),
        concepts: known_concepts(fields, classes),
        words: lower(drugs),
        routes: lower(fields.words("route")),
        kinds: kinds.iter().filter_map(|word| fields.pick(word, &MEDICATION_KINDS, "how a drug was taken")).collect(),
    }
}

/// Names with a dot or of the lexicon are concepts, everything else is words.
fn named(fields: &Fields<'_, '_, '_>, key: &'static str) -> NamedTest {
    let (concepts, words): (Vec<Word>, Vec<Word>) =
        fields.words(key).into_iter().partition(|word| word.text.contains('.') || word.text == EACH || names::is_concept(&word.text));
    need_one(fields, key, concepts.is_empty() && words.is_empty());
    NamedTest {
        concepts: known_concepts(fields, concepts),
        words: lower(words),
        except: lower(fields.words("except")),
        statuses: lower(fields.words("status")),
        when: when(fields),
    }
}

fn words(fields: &Fields<'_, '_, '_>, context: &Context<'_>) -> WordsTest {
    let words = context.listed(fields, "words");
    need_one(fields, "words", fields.words("words").is_empty());
    if words.iter().any(|word| !word.is_empty() && word.chars().all(|c| c == '*')) {
        fields.say(
            fields.at(),
            "`*` alone is no word",
            "words that stand in notes; `document = \"any\"` finds notes whatever they say",
            None,
        );
    }
    WordsTest {
        words,
        author: author(fields),
        document_types: document_types(fields, "document_types"),
        assertions: standing(fields),
        sections: context.sections(fields, "sections"),
        not_sections: context.sections(fields, "not_sections"),
        near: context.listed(fields, "near"),
        not_near: context.listed(fields, "not_near"),
        titles: context.listed(fields, "titles"),
        min_documents: fields.count("min_documents", 1),
        when: when(fields),
    }
}

/// Says that a list from which one must hold is empty: it never would.
fn need_one(fields: &Fields<'_, '_, '_>, key: &'static str, empty: bool) {
    if empty {
        let at = fields.raw(key).map_or(fields.at(), |value| value.span().start);
        fields.say(at, format!("`{key}` is an empty list: it never holds"), "at least one", None);
    }
}

pub(super) fn lower(words: Vec<Word>) -> Vec<String> {
    words.into_iter().map(|word| word.text.to_lowercase()).collect()
}

/// `document = "any"`, or types.
fn document(fields: &Fields<'_, '_, '_>, context: &Context<'_>) -> DocumentTest {
    let any = fields.words("document").iter().any(|word| word.text == "any");
    DocumentTest {
        types: if any { Vec::new() } else { document_types(fields, "document") },
        titles: context.listed(fields, "titles"),
        author: author(fields),
        min_documents: fields.count("min_documents", 1),
        max_documents: fields.has("max_documents").then(|| fields.count("max_documents", 1)),
        when: when(fields),
    }
}
