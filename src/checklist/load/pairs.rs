//! Reads two things that hold together, or one without the other.

use super::checks::conditions;
use super::fields::Fields;
use super::{Context, leaves};
use crate::checklist::check::{Pair, PairOf, Relation};
use crate::checklist::indicator::{Indicator, Test};

const RELATIONS: [(&str, Relation); 3] = [("any", Relation::Any), ("same", Relation::Same), ("different", Relation::Different)];

pub(super) fn pair(item: &Fields<'_, '_, '_>, table: &Fields<'_, '_, '_>, context: &Context<'_>) -> Pair {
    let (one, other) = (leaves::indicators(item, "one", context), leaves::indicators(item, "other", context));
    if one.is_empty() {
        table.say(table.at(), "nothing to look for", "at least one `[[item.one]]`", None);
    }
    let lacks = table.flag("lacks", false);
    if lacks && other.is_empty() {
        table.say(table.at(), "`lacks` says nothing without a second thing", "at least one `[[item.other]]`", None);
    }
    let each = if table.has("each") { conditions(table, "each") } else { Vec::new() };
    let named = one.iter().chain(&other).any(|indicator| indicator.any.iter().any(names_each));
    if named == each.is_empty() {
        let what = if named { "`@condition` stands for nothing" } else { "`each` names conditions that nothing asks for" };
        table.say(table.at(), what, "`each = [...]` in `[item.pair]`, and `@condition` in a `concept`", None);
    }
    let each = if each.is_empty() {
        vec![PairOf { condition: None, one, other }]
    } else {
        let of = |list: &[Indicator], condition: &str| list.iter().map(|i| with(i, condition)).collect();
        each.into_iter().map(|c| PairOf { one: of(&one, &c), other: of(&other, &c), condition: Some(c) }).collect()
    };
    let relation = |key: &'static str| table.one_of(key, &RELATIONS, "any, same or different").unwrap_or_default();
    Pair {
        each,
        after_hours: table.number("after_hours"),
        within_hours: table.number("within_hours"),
        authors: relation("authors"),
        documents: relation("documents"),
        lacks,
        missing: table.word("missing").map_or_else(|| "agreement".to_owned(), |word| word.text),
    }
}

fn concepts(test: &Test) -> &[String] {
    match test {
        Test::Concept(test) => &test.concepts,
        Test::Medication(test) => &test.concepts,
        Test::Order(test) | Test::Procedure(test) => &test.concepts,
        Test::Observation(_) | Test::Words(_) | Test::Document(_) => &[],
    }
}

fn names_each(test: &Test) -> bool {
    concepts(test).iter().any(|concept| concept == leaves::EACH)
}

/// The indicator with a condition in place of `@condition`.
fn with(indicator: &Indicator, condition: &str) -> Indicator {
    let mut out = indicator.clone();
    for test in &mut out.any {
        let list = match test {
            Test::Concept(test) => &mut test.concepts,
            Test::Medication(test) => &mut test.concepts,
            Test::Order(test) | Test::Procedure(test) => &mut test.concepts,
            Test::Observation(_) | Test::Words(_) | Test::Document(_) => continue,
        };
        for concept in list.iter_mut().filter(|concept| *concept == leaves::EACH) {
            *concept = condition.to_owned();
        }
    }
    out
}
